"""Who has left the house, found by a number, a surname or a birth date."""

from __future__ import annotations

from datetime import date
from typing import Final

from exeat.desk.service.models import Left
from exeat.errors import ExeatError
from exeat.office.db import Tx
from exeat.office.personal import blind, name_macs, open_personal

__all__ = ["MOST_LEFT", "who_left"]

MOST_LEFT: Final = 100
"""How many are shown at most."""


def who_left(tx: Tx, facility: str, query: str) -> list[Left]:
    """Return who has left a house and may be meant; nobody where nothing is asked.

    Args:
        tx: For the facility.
        facility: Its code.
        query: A booking number, a surname in any of its forms, or a birth date as ``1990-01-31``.
    """
    index = tx.key_of(facility)
    rows = tx.all(
        "people_left",
        agency=facility,
        number_mac=blind(index, "number", query),
        surname_mac=blind(index, "surname", query),
        born_mac=blind(index, "born", _day(query)),
        name_macs=name_macs(index, query),
        most=MOST_LEFT,
    )
    found = []
    for row in rows:
        try:
            key = tx.master.unwrap(row["person"], row["wrapped_key"], row["name"])
            person = open_personal(key, row["record"], row["nonce"], row["sealed"])
        except (ExeatError, ValueError, KeyError, TypeError):
            person = None
        found.append(Left(row["name"], person))
    return sorted(found, key=lambda one: (one.person.shown if one.person else "", one.record))


def _day(query: str) -> str:
    try:
        return date.fromisoformat(query.strip()).isoformat()
    except ValueError:
        return ""
