"""What the desk refuses.

::

    DeskError            E6xx  the desk refuses an act
    ├── NotPermitted     E601  this role, or this key, may not do that
    ├── BadInput         E602  a field is missing or cannot be what it says
    ├── Stale            E603  the record has moved on since it was read; says what came in
    ├── Refusing         E604  the act would do wrong now; says why
    ├── NotNow           E69x  nothing can be written just now, whatever it is
    ├── SignInError      E61x  a person or a system was not let in (`exeat.auth`)
    └── TooMany          E619  too much of it at once; says after how long
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from exeat.errors import ExeatError, Fault
from exeat.facts.events import Event

__all__ = [
    "RETRY_SECONDS",
    "BadInput",
    "DeskError",
    "NotNow",
    "NotPermitted",
    "Refusing",
    "SignInError",
    "Stale",
    "TooMany",
]


RETRY_SECONDS: Final = "2"
"""After how long it is worth trying again, as a header of HTTP says it."""


class DeskError(ExeatError):
    """The desk refuses an act."""


class NotPermitted(DeskError):
    """This role, or this key, may not do that."""


class BadInput(DeskError):
    """A field is missing, or cannot be what it says."""


class Refusing(DeskError):
    """The act would do wrong as things stand."""


class SignInError(DeskError):
    """A person or a system was not let in."""


class Stale(DeskError):
    """The record has moved on since it was read.

    Args:
        faults: What is wrong, for a reader.
        version: The version at which the record stands.
        came_in: The events that were added since.
    """

    def __init__(
        self, faults: Iterable[Fault], version: int = 0, came_in: Iterable[Event] = ()
    ) -> None:
        super().__init__(faults)
        self.version = version
        self.came_in = tuple(came_in)

    def __reduce__(self) -> tuple[type[Stale], tuple[object, ...]]:  # type: ignore[override]
        return type(self), (self.faults, self.version, self.came_in)


class NotNow(DeskError):
    """The desk cannot do it just now, whatever is asked: nothing was written; ask again later."""


class TooMany(DeskError):
    """More was asked in a short time than one may.

    Args:
        faults: What is wrong, for a reader.
        seconds: After how long it can be tried again.
    """

    def __init__(self, faults: Iterable[Fault], seconds: int = 60) -> None:
        super().__init__(faults)
        self.seconds = seconds

    def __reduce__(self) -> tuple[type[TooMany], tuple[object, ...]]:  # type: ignore[override]
        return type(self), (self.faults, self.seconds)
