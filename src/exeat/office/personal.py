"""Personal data: sealed in the vault, compared blindly, matched by identifiers."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from exeat.errors import ExeatError, Fault
from exeat.office.db import Tx
from exeat.office.errors import BadInput
from exeat.office.held import Held
from exeat.office.messages import bad_field
from exeat.office.models import Namesake, PersonalData
from exeat.office.names import mixed_scripts, name_keys
from exeat.record.vault import PersonKey

__all__ = [
    "IDENTIFIERS",
    "blind",
    "check_personal",
    "former_personal",
    "macs_of",
    "matches",
    "name_macs",
    "namesakes",
    "open_personal",
    "personal_from_json",
    "personal_to_json",
    "plain",
    "put_personal",
    "read_personal",
    "ref_of",
    "same_surname",
]

_ABOUT: Final = b"exeat-personal/1"
_LONGEST: Final = 200
_FORMER: Final = "former"

IDENTIFIERS: Final = ("born", "booking_number", "fingerprint_id", "photo")
"""What tells one person from another besides the name; a photo is compared by the officer."""


def plain(text: str) -> str:
    """Return a name or number as it is compared: no accents, case, spaces or marks.

    Examples:
        >>> plain("García-López "), plain("O'Neil"), plain("2026-00417")
        ('garcialopez', 'oneil', '202600417')
    """
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in apart if c.isalnum())


def blind(key: PersonKey, field: str, value: str) -> bytes | None:
    """Return what stands for a value in an index, and tells only whether two are equal."""
    word = plain(value)
    return key.mac(uuid5(NAMESPACE_OID, f"exeat {field}"), word) if word else None


def macs_of(index: PersonKey, person: PersonalData) -> dict[str, bytes | None]:
    """Return by which columns a person is found in a facility's index, and what stands there."""
    return {
        "surname_mac": blind(index, "surname", person.surname),
        "number_mac": blind(index, "number", person.booking_number),
        "born_mac": blind(index, "born", person.born.isoformat() if person.born else ""),
    }


def name_macs(index: PersonKey, name: str) -> list[bytes]:
    """Return what stands for each part of a name in a facility's index."""
    macs = (blind(index, "name", key) for key in sorted(name_keys(name)))
    return [mac for mac in macs if mac is not None]


def check_personal(person: PersonalData, more: Iterable[Fault] = ()) -> None:
    """Refuse personal data that name nobody.

    Args:
        person: Who it is said to be.
        more: What else is wrong with what was sent, to be said at once.

    Raises:
        BadInput: With every field that will not do.
    """
    faults = list(more)
    if not plain(person.surname):
        faults.append(bad_field("surname", "is missing", "Enter the surname."))
    for name in ("surname", "given_names"):
        if mixed_scripts(getattr(person, name)):
            words = "mixes letters of two scripts that look alike"
            faults.append(bad_field(name, words, "Type it anew, in the letters of one script."))
    for name, value in asdict(person).items():
        if isinstance(value, str) and len(value) > _LONGEST:
            faults.append(bad_field(name, "is too long", f"Enter at most {_LONGEST} characters."))
        if isinstance(value, str) and any(not c.isprintable() for c in value):
            faults.append(
                bad_field(name, "holds a character that cannot be shown", "Type it anew.")
            )
    if faults:
        raise BadInput(faults)


def personal_to_json(person: PersonalData) -> dict[str, Any]:
    """Return personal data as JSON, to be sealed."""
    said = asdict(person)
    said["born"] = person.born.isoformat() if person.born else None
    return said


def personal_from_json(said: dict[str, Any]) -> PersonalData:
    """Read what :func:`personal_to_json` wrote."""
    born = said.get("born")
    parts = {name: value for name, value in said.items() if name != _FORMER}
    return PersonalData(**{**parts, "born": date.fromisoformat(born) if born else None})


def _about(record: UUID) -> bytes:
    return _ABOUT + record.bytes


def put_personal(
    tx: Tx,
    held: Held,
    key: PersonKey,
    person: PersonalData,
    former: Mapping[str, PersonalData] = MappingProxyType({}),
) -> None:
    """Write the personal data of a record, sealed under the person's key.

    Args:
        tx: For the facility.
        held: The record, which it holds.
        key: Of the person.
        person: Who the person is.
        former: What stood before each correction, by the id of its entry. It is sealed with the
            rest, so that whatever takes the one takes the other.
    """
    said = personal_to_json(person)
    if former:
        said[_FORMER] = {id: personal_to_json(one) for id, one in former.items()}
    data = json.dumps(said).encode()
    nonce, sealed = key.seal(data, _about(held.record))
    index = tx.key_of(held.facility)
    tx.run(
        "put_personal",
        record=held.record,
        agency=held.facility,
        nonce=nonce,
        sealed=sealed,
        **macs_of(index, person),
        name_macs=name_macs(index, person.surname),
        given_macs=name_macs(index, person.given_names),
    )


def open_personal(
    key: PersonKey, record: UUID, nonce: bytes | None, sealed: bytes | None
) -> PersonalData | None:
    """Return personal data as they were sealed, or None where there are none."""
    if not nonce or sealed is None:
        return None
    data = key.open(nonce, sealed, _about(record))
    return None if data is None else personal_from_json(json.loads(data))


def read_personal(tx: Tx, held: Held, key: PersonKey) -> PersonalData | None:
    """Return the personal data of a record, where this agency may see them."""
    row = tx.one("personal", record=held.record)
    return None if row is None else open_personal(key, held.record, row["nonce"], row["sealed"])


def former_personal(tx: Tx, held: Held, key: PersonKey) -> dict[str, PersonalData]:
    """Return what stood before each correction of who the person is, by the id of its entry."""
    row = tx.one("personal", record=held.record)
    data = None if row is None else key.open(row["nonce"], row["sealed"], _about(held.record))
    said = {} if data is None else json.loads(data).get(_FORMER, {})
    return {id: personal_from_json(one) for id, one in said.items()}


def namesakes(tx: Tx, held: Held, person: PersonalData | None) -> tuple[Namesake, ...]:
    """Return who else in the house may have the same surname, however it is spelt."""
    if person is None or held.stake != "facility":
        return ()
    index = tx.key_of(held.facility)
    rows = tx.all(
        "namesakes",
        agency=held.facility,
        surname_mac=blind(index, "surname", person.surname),
        name_macs=name_macs(index, person.surname),
        record=held.record,
    )
    found = []
    for row in rows:
        try:
            key = tx.master.unwrap(row["person"], row["wrapped_key"], row["name"])
            other = open_personal(key, row["record"], row["nonce"], row["sealed"])
        except (ExeatError, ValueError, KeyError, TypeError):
            other = None
        if not row["indexed"] and other is not None and not same_surname(person, other):
            continue
        # One that does not open is a namesake all the same, as the index says.
        shown, number = (other.shown, other.booking_number) if other else (person.surname, "")
        found.append(Namesake(row["name"], shown, number))
    return tuple(found)


def same_surname(one: PersonalData, other: PersonalData) -> bool:
    """Say whether two surnames may be one: the same, or with a part in common."""
    return plain(one.surname) == plain(other.surname) or not name_keys(one.surname).isdisjoint(
        name_keys(other.surname)
    )


def ref_of(index: PersonKey, person: PersonalData) -> str | None:
    """Return what stands for the same person at another booking: of a fingerprint number."""
    if not person.fingerprint_id:
        return None
    return index.mac(uuid5(NAMESPACE_OID, "exeat ref"), plain(person.fingerprint_id)).hex()


def matches(person: PersonalData, said: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Compare what somebody says with what is on file, identifier by identifier.

    Returns:
        Which identifiers match, and which differ. What is not said, or not on file, is in neither.

    Examples:
        >>> someone = PersonalData(surname="Example", born=date(1990, 1, 31), booking_number="B-7")
        >>> matches(someone, {"born": "1990-01-31", "booking_number": "b7"})
        (('born', 'booking_number'), ())
        >>> matches(someone, {"born": "1990-01-13", "photo": "match"})
        (('photo',), ('born',))
    """
    same: list[str] = []
    differ: list[str] = []
    for name in IDENTIFIERS:
        given = said.get(name, "").strip()
        if not given:
            continue
        if name == "photo":
            (same if given == "match" else differ).append(name)
            continue
        on_file = getattr(person, name)
        filed = on_file.isoformat() if isinstance(on_file, date) else on_file
        if plain(filed):
            (same if plain(given) == plain(filed) else differ).append(name)
    return tuple(same), tuple(differ)
