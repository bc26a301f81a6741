"""Unanswered requests that may be about one person, as the gate and the pages find them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from exeat.desk.service._requests_text import request_from_bytes
from exeat.errors import ExeatError
from exeat.i18n.said import Said, Sayings
from exeat.office.db import Tx
from exeat.office.models import PersonalData
from exeat.office.personal import macs_of, name_macs, same_surname

__all__ = ["Waiting", "waiting_for"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Ids of the unanswered requests that may be about a person.

    Attributes:
        named: By the booking number, or by any part of the surname: they shut the door.
        born: By the birth date alone: somebody has to look, and the door stays open, as in a
            large house some are always born on one day.
    """

    named: tuple[str, ...] = ()
    born: tuple[str, ...] = ()

    @property
    def warnings(self) -> Sayings:
        """What an officer must not overlook."""
        return (Said("warning.request_born", {"n": len(self.born)}),) if self.born else ()


def waiting_for(tx: Tx, facility: str, person: PersonalData | None) -> Waiting:
    """Return the requests that wait at a facility and may be about a person."""
    if person is None:
        return Waiting()
    index = tx.key_of(facility)
    rows = tx.all(
        "requests_waiting",
        agency=facility,
        **macs_of(index, person),
        name_macs=name_macs(index, person.surname),
    )
    named = [row for row in rows if row["named"] or _named(tx, row, person)]
    return Waiting(_ids(named), _ids(row for row in rows if row["born"] and row not in named))


def _ids(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(row["request"].hex for row in rows)


def _named(tx: Tx, row: Mapping[str, Any], person: PersonalData) -> bool:
    """Say whether a request that came before names had an index shares a part of the name.

    It is opened for that each time: these are few, and fewer with each that is answered.
    """
    if row["indexed"] or row["wrapped_key"] is None:
        return False
    try:
        key = tx.master.unwrap(row["request"], row["wrapped_key"], "request")
        data = key.open(row["nonce"], row["sealed"], row["request"].bytes)
        said = request_from_bytes(data or b"")[1]
    except (ExeatError, ValueError, KeyError, TypeError):
        return True  # What cannot be read may be about anybody.
    return same_surname(person, said)
