"""One table of a mapping file, and values of the types that its keys take."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from typing import TypeVar

from exeat.errors import near_miss
from exeat.facts.toml_file import TYPES, TomlFile, is_of
from exeat.intake.model import Codes

__all__ = ["Section"]

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T", str, int, list[object], dict[str, object])
D = TypeVar("D")


class Section:
    r"""Takes values out of a table, and keeps a fault for each that is of another type.

    Args:
        file: Gets the faults.
        name: The table's name, "" for the top of the document.
        data: What stands in it.

    Examples:
        >>> file = TomlFile("[times]\nambiguous = 3\n", "m.toml")
        >>> Section(file, "times", {"ambiguous": 3}).take("ambiguous", str, "later")
        'later'
        >>> print(file.faults[0])
        m.toml:2, key `times.ambiguous`: `3` is not a text in quotes
          help: Write a text in quotes.
    """

    def __init__(self, file: TomlFile, name: str, data: dict[str, object]) -> None:
        self.file = file
        self.name = name
        self.data = data

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def fault(self, code: str, key: str, message: str, help: str) -> None:
        """Keep one fault about a key."""
        path = ".".join(part for part in (self.name, key) if part)
        self.file.add(code, self.file.find(self.name, key), message, help, key=path)

    def take(self, key: str, kind: type[T], default: D) -> T | D:
        """Return a value of one type; the default where it is not there, or of another."""
        return self._value(key, kind, default) if key in self.data else default

    def need(self, key: str, kind: type[T]) -> T:
        """Return a value that must be there; an empty text counts as not there."""
        if self.data.get(key, "") == "":
            self.fault("E301", key, "is missing", f"Add it: {TYPES[kind]}.")
            return kind()
        return self._value(key, kind, kind())

    def _value(self, key: str, kind: type[T], default: D) -> T | D:
        value = self.data[key]
        if isinstance(value, kind) and not isinstance(value, bool):
            return value
        self.fault("E303", key, f"`{value}` is not {TYPES[kind]}", f"Write {TYPES[kind]}.")
        return default

    def section(self, key: str, known: Collection[str] = (), *, needed: bool = False) -> Section:
        """Return a table in this one, empty where there is none.

        Args:
            key: Its name.
            known: The keys that it may have; none: any.
            needed: It must be there.
        """
        data: dict[str, object] = self.need(key, dict) if needed else self.take(key, dict, {})
        section = Section(self.file, f"{self.name}.{key}" if self.name else key, data)
        if known:
            section.only(known)
        return section

    def truth(self, key: str) -> bool | None:
        """Return a true or false, or None where the key is not there."""
        value = self.data.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.fault("E303", key, f"`{value}` is not true or false", "Write true or false.")
        return None

    def texts(self, key: str, default: Iterable[str] = ()) -> tuple[str, ...]:
        """Return a list of texts; a single text is a list of one."""
        value = self.data.get(key, list(default))
        items = [value] if isinstance(value, str) else value
        if isinstance(items, list) and all(is_of(item, str) for item in items):
            return tuple(items)
        self.fault("E303", key, f"`{value}` is no list of texts", 'Write it as ["one", "two"].')
        return tuple(default)

    def one_of(self, key: str, *known: str) -> str:
        """Return one of some texts, the first where the key is not there."""
        value = self.take(key, str, known[0])
        if value not in known:
            self.fault("E304", key, f"`{value}` is not in the list", f"Use: {', '.join(known)}.")
        return value

    def code(self, key: str, codes: type[E], default: D) -> E | D:
        """Return the code that a text stands for; the default where it is not there, or no code."""
        value = self.data.get(key)
        known = [str(code.value) for code in codes]
        if isinstance(value, str) and value in known:
            return codes(value)
        if key in self.data:
            help = f"Use: {', '.join(known)}.{near_miss(str(value), known)}"
            self.fault("E304", key, f"`{value}` is not in the list", help)
        return default

    def codes(self, codes: type[E]) -> Codes[E]:
        """Return the table, whose values are all codes of one list."""
        pairs = ((text, self.code(text, codes, None)) for text in self.data)
        return Codes(tuple((text, code) for text, code in pairs if code is not None))

    def only(self, known: Iterable[str]) -> None:
        """Keep a fault for every key that nothing reads."""
        names = list(known)
        for key in self.data:
            if key not in names:
                help = f"Use: {', '.join(names)}.{near_miss(key, names)}"
                self.fault("E302", key, "is not a key of a mapping", help)

    def tables(self, key: str) -> Iterator[object]:
        """Yield what a key holds: a table, or a list of some."""
        value = self.data.get(key)
        yield from value if isinstance(value, list) else [self.need(key, dict)]
