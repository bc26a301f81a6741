"""The command `exeat`: one of the two doors; no rule of law stands here."""

from exeat.cli.main import main

__all__ = ["main"]
