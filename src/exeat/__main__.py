"""`python -m exeat`: the command."""

from exeat.cli import main

if __name__ == "__main__":
    main()
