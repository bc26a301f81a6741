"""From the plain words of a scenario table to a custody record, a place and an instant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from tests.scenario.words import (
    read_act,
    read_code,
    read_codes,
    read_instant,
    read_truth,
    read_when,
)

from exeat.errors import near_miss
from exeat.facts.codes import (
    BasisKind,
    DetainerForm,
    FacilityKind,
    Ground,
    NoticeKind,
    OffenceClass,
    ReleaseKind,
    StatusProof,
    WarrantKind,
)
from exeat.facts.record import (
    Basis,
    Conviction,
    CustodyRecord,
    Detainer,
    Facility,
    Notice,
    Offence,
    Person,
    Release,
    Transfer,
)
from exeat.facts.times import Act, When, parse_when
from exeat.rules.library import shipped
from exeat.rules.model import Actor
from exeat.rules.place import LawOfPlace, law_of_place

__all__ = ["KEYS", "Question", "build", "check_key"]

T = TypeVar("T")

REQUEST_KEYS: Final = (
    "form", "received", "served", "ground", "warrant", "papers match", "hold ordered", "lifted",
)  # fmt: skip
"""What can be said of a request; after ``second``, of one that is otherwise like the first."""

AT_THE_END: Final = "when the charge ends"

BASES: Final = {
    "charge ends": BasisKind.CHARGE,
    "second charge ends": BasisKind.CHARGE,
    "parole hold ends": BasisKind.PAROLE_HOLD,
    "federal criminal hold ends": BasisKind.FEDERAL_CRIMINAL,
}

KEYS: Final = (
    "place", "zone", "house", "booked", "asked at",
    *BASES, "charge", "on the list", "off the list",
    "convicted of", "convicted on", "convicted under", "conviction on the list",
    *REQUEST_KEYS, *(f"second {key}" for key in REQUEST_KEYS),
    "proof shown", "claims citizenship", "287(g) agreement",
    "ICE told", "ICE queried", "taken before a judge", "court told of the request",
    "expected release", "left", "left for", "moved on",
)  # fmt: skip
"""Everything that a table may say of a case. A key that is not here is an error."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a row asks: this record, under this law, at this instant."""

    record: CustodyRecord
    law: LawOfPlace
    at: datetime
    zone: ZoneInfo


def check_key(key: str) -> None:
    """Refuse a key that is not known.

    Raises:
        ValueError: With a near miss if there is one.
    """
    if key not in KEYS:
        raise ValueError(f"unknown key `{key}`.{near_miss(key, KEYS)}")


def build(told: Mapping[str, str]) -> Question:
    """Return the question that a table's words ask.

    Raises:
        ValueError: A key is missing or a value cannot be read; the message names the key.
    """
    for key in ("place", "booked", "asked at"):
        if key not in told:
            raise ValueError(f"`{key}` is missing")
    house = _said(told, "house", "jail")
    law = law_of_place(told["place"], shipped(), actor=Actor(house))
    zone = ZoneInfo(told.get("zone") or law.zone)
    record = CustodyRecord(
        id="scenario",
        zone=zone.key,
        booked=_named("booked", lambda: read_when(told["booked"], zone)),
        facility=Facility(
            kind=FacilityKind(house), agreement_287g=_truth(told, "287(g) agreement")
        ),
        person=Person(
            status_proof=_named(
                "proof shown", lambda: read_code(_said(told, "proof shown"), StatusProof)
            ),
            claims_citizenship=_truth(told, "claims citizenship"),
        ),
        bases=_bases(told, zone),
        detainers=_requests(told, zone),
        convictions=_convictions(told),
        notices=_notices(told, zone),
        scheduled_release=_when(told, "expected release", zone),
        release=_release(told, zone),
        transfers=_transfers(told, zone),
    )
    # So that a row can move the end of the charge and stay a change of one fact.
    asked = told["charge ends"] if told["asked at"] == AT_THE_END else told["asked at"]
    return Question(record, law, _named("asked at", lambda: read_instant(asked, zone)), zone)


def _said(told: Mapping[str, str], key: str, default: str = "not known") -> str:
    return told.get(key, default)


def _named(key: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None


def _truth(told: Mapping[str, str], key: str) -> bool | None:
    return _named(key, lambda: read_truth(_said(told, key)))


def _when(told: Mapping[str, str], key: str, zone: ZoneInfo) -> When | None:
    return _named(key, lambda: read_when(told[key], zone)) if key in told else None


def _act(told: Mapping[str, str], key: str, zone: ZoneInfo) -> Act:
    return _named(key, lambda: read_act(_said(told, key), zone))


def _bases(told: Mapping[str, str], zone: ZoneInfo) -> tuple[Basis, ...]:
    offence = _offence(told)
    booked = _named("booked", lambda: read_when(told["booked"], zone))
    return tuple(
        Basis(
            id=key.removesuffix(" ends").replace(" ", "-"),
            kind=kind,
            start=booked,
            end=_act(told, key, zone),
            offence=offence if key == "charge ends" else None,
        )
        for key, kind in BASES.items()
        if told.get(key, "none") != "none"
    )


def _offence(told: Mapping[str, str]) -> Offence:
    lists = dict.fromkeys(_names(told, "on the list"), True)
    lists |= dict.fromkeys(_names(told, "off the list"), False)
    kind = _named("charge", lambda: read_code(_said(told, "charge"), OffenceClass))
    return Offence(offence_class=kind, lists=lists)


def _names(told: Mapping[str, str], key: str) -> list[str]:
    names = (name.strip() for name in told.get(key, "").split(","))
    return [name for name in names if name not in ("", "none")]


def _convictions(told: Mapping[str, str]) -> tuple[Conviction, ...] | None:
    said = _said(told, "convicted of")
    if said in ("none", "not known"):
        return () if said == "none" else None
    offence = Offence(
        statute=told.get("convicted under"),
        offence_class=_named("convicted of", lambda: read_code(said, OffenceClass)),
        lists=dict.fromkeys(_names(told, "conviction on the list"), True),
    )
    on = told.get("convicted on")
    when = None if on is None else _named("convicted on", lambda: parse_when(on, since=1900))
    return (Conviction(offence=offence, on=when),)


def _requests(told: Mapping[str, str], zone: ZoneInfo) -> tuple[Detainer, ...]:
    if told.get("form", "none") == "none":
        return ()
    first = _request(told, zone, "", Detainer(id="request"))
    if not any(f"second {key}" in told for key in REQUEST_KEYS):
        return (first,)
    return first, _request(told, zone, "second ", replace(first, id="second-request"))


def _request(told: Mapping[str, str], zone: ZoneInfo, of: str, like: Detainer) -> Detainer:
    read: dict[str, tuple[str, Callable[[str], object]]] = {
        "form": ("form", lambda text: read_code(text, DetainerForm)),
        "received": ("received", lambda text: read_act(text, zone)),
        "served": ("served", lambda text: read_act(text, zone)),
        "ground": ("grounds", lambda text: read_codes(text, Ground)),
        "warrant": ("warrants", lambda text: read_codes(text, WarrantKind)),
        "papers match": ("names_this_person", read_truth),
        "hold ordered": ("hold_ordered", lambda text: read_act(text, zone)),
        "lifted": ("lifted", lambda text: read_act(text, zone)),
    }
    changed: dict[str, Any] = {}
    for key, (field, reader) in read.items():
        text = told.get(of + key)
        if text is not None:
            changed[field] = _named(of + key, lambda reader=reader, text=text: reader(text))
    return replace(like, **changed)


def _notices(told: Mapping[str, str], zone: ZoneInfo) -> tuple[Notice, ...] | None:
    kinds = {
        "ICE told": (NoticeKind.RELEASE, "ice"),
        "taken before a judge": (NoticeKind.BRING, "judge"),
        "ICE queried": (NoticeKind.STATUS_QUERY, "ice"),
        "court told of the request": (NoticeKind.TELL_COURT, "judge"),
    }
    if all(_said(told, key, "not kept") == "not kept" for key in kinds):
        return None
    return tuple(
        Notice(id=key.replace(" ", "-"), kind=kind, to=to, given=_act(told, key, zone))
        for key, (kind, to) in kinds.items()
        if told.get(key, "never") not in ("never", "not kept")
    )


def _release(told: Mapping[str, str], zone: ZoneInfo) -> Release | None:
    if told.get("left", "never") == "never":
        return None
    kind = _named("left for", lambda: read_code(_said(told, "left for", "street"), ReleaseKind))
    at = _named("left", lambda: read_when(told["left"], zone))
    return Release(at=at, kind=kind or ReleaseKind.UNSTATED)


def _transfers(told: Mapping[str, str], zone: ZoneInfo) -> tuple[Transfer, ...]:
    if told.get("moved on", "never") == "never":
        return ()
    at = _named("moved on", lambda: read_when(told["moved on"], zone))
    return (Transfer(at=at, to="next-facility"),)
