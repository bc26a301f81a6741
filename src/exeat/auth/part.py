"""What sign-in keeps in the database: accounts, passkeys, sessions, keys of other systems."""

from importlib.resources import files
from typing import Final

from exeat.record.part import Part

__all__ = ["AUTH"]

AUTH: Final = Part(files(__package__) / "sql")
