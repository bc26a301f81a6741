"""A record for a combination of choices: the facts of a proof as `exeat clear` takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from exeat.decide.hold import ends_of
from exeat.facts.case import Case, zone_of
from exeat.facts.codec import record_to_json
from exeat.facts.codes import BasisEnd, BasisKind, Ground, NoticeKind, OffenceClass
from exeat.facts.record import (
    Basis,
    Conviction,
    CustodyRecord,
    Detainer,
    Facility,
    Notice,
    Offence,
    Person,
)
from exeat.facts.times import NEVER, Act, by
from exeat.prove.choices import (
    FORM_CODES,
    PROOF_CODES,
    WARRANT_CODES,
    choices_of,
    code_of,
    kind_of,
)
from exeat.prove.standing import past_name
from exeat.rules.conditions import Atom, parse_condition
from exeat.rules.model import Actor, Rule
from exeat.rules.place import LawOfPlace
from exeat.rules.world import World

__all__ = ["Moment", "moments", "record_of", "show"]

_HOURS: Final = (1, 3, 5, 7, 13, 25, 37, 49, 61, 73, 97, 121, 169, 1080)
_SINCE_ELIGIBLE: Final = tuple(timedelta(hours=hours) for hours in _HOURS)
"""How long ago the person became eligible, in the records that a proof may show."""
_BOOKED_BEFORE: Final = timedelta(hours=30)
_RECEIVED_BEFORE: Final = timedelta(hours=24)
_NOON: Final = time(12)
_CLASSES: Final = {"": OffenceClass.INFRACTION, **{each.value: each for each in OffenceClass}}


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant at which a record is asked about, and when the person became eligible."""

    at: datetime
    eligible: datetime
    zone: ZoneInfo


def moments(
    law: LawOfPlace, day: date, worlds: Iterable[World]
) -> Iterator[tuple[Moment, dict[str, bool]]]:
    """Yield an instant of a day for each set of limits reached, the earliest first.

    Left out are those at which two rules of the same limit differ, because an older version of
    one set another when release was due: no choice says so.

    Args:
        law: The law of the place; where no file names its zone, UTC is taken.
        day: The local day that is asked about.
        worlds: The readings whose limits matter.
    """
    zone = zone_of(law.zone or "UTC")
    at = datetime.combine(day, _NOON, zone).astimezone(UTC)
    timed = [rule for world in worlds for rule, _ in world.rules if rule.clock is not None]
    seen: list[dict[str, bool]] = []
    for since in _SINCE_ELIGIBLE:
        moment = Moment(at, at - since, zone)
        reached = _reached(law, timed, moment)
        if reached is not None and reached not in seen:
            seen.append(reached)
            yield moment, reached


def _reached(law: LawOfPlace, timed: Iterable[Rule], moment: Moment) -> dict[str, bool] | None:
    """Return which limits have been reached, by the name of their choice."""
    record = record_of({"detainer.present": True}, moment)
    case = Case(record, record.detainers[0], moment.at, moment.zone)
    step = moment.eligible, moment.eligible
    found: dict[str, bool] = {}
    for rule in timed:
        assert rule.clock is not None
        over = by(ends_of(law, rule, case, step), case.at) is True
        if found.setdefault(past_name(rule.clock), over) is not over:
            return None
    return found


def record_of(
    choices: Mapping[str, bool],
    moment: Moment,
    actor: Actor = Actor.JAIL,
    lists: Iterable[str] = (),
) -> CustodyRecord:
    """Return the complete record on which the choices hold at a moment."""
    booked = moment.eligible - _BOOKED_BEFORE
    kind = kind_of(actor)
    told = bool(choices.get("notice.ice_told_of_release"))
    notice = Notice(id="told", kind=NoticeKind.RELEASE, to="ice", given=moment.eligible)
    present = bool(choices.get("detainer.present"))
    return CustodyRecord(
        id="counter-example",
        zone=moment.zone.key,
        booked=_local(booked, moment),
        facility=Facility(kind=kind, agreement_287g=bool(choices.get("facility.agreement_287g"))),
        person=_person(choices),
        bases=tuple(_bases(choices, lists, moment, booked)),
        detainers=(_detainer(choices, moment),) if present else (),
        convictions=tuple(_convictions(choices, lists, moment)),
        notices=(notice,) if told else (),
    )


def _local(instant: datetime, moment: Moment) -> datetime:
    return instant.astimezone(moment.zone)


def _bases(
    choices: Mapping[str, bool], lists: Iterable[str], moment: Moment, booked: datetime
) -> Iterator[Basis]:
    offences = [offence for offence, _ in _offences("charge", "charged", choices, lists)]
    for number, offence in enumerate(offences or [None]):
        yield Basis(
            id=f"basis-{number}",
            kind=BasisKind.CHARGE if offence else BasisKind.COURT_ORDER,
            start=_local(booked, moment),
            end=_local(moment.eligible, moment),
            ended_by=BasisEnd.COURT_ORDERED,
            offence=offence,
        )


def _convictions(
    choices: Mapping[str, bool], lists: Iterable[str], moment: Moment
) -> Iterator[Conviction]:
    for offence, years in _offences("conviction", "convicted", choices, lists):
        # Within a look-back by some days, and outside a shorter one; or before there was any.
        ago = timedelta(days=365 * (years or 99) - 30)
        yield Conviction(offence=offence, on=moment.at - ago)


def _offences(
    what: str, verb: str, choices: Mapping[str, bool], lists: Iterable[str]
) -> Iterator[tuple[Offence, int]]:
    """Yield an offence for each that the choices ask for, with its look-back in years."""
    if not choices.get(f"{what}.any"):
        return
    names = sorted(lists)
    felony = bool(choices.get(f"{what}.felony"))
    plain = OffenceClass.FELONY if felony else OffenceClass.INFRACTION
    yield Offence(offence_class=plain, lists=dict.fromkeys(names, False)), 0
    for name, chosen in choices.items():
        if not chosen or not name.startswith(f"{verb} "):
            continue
        atom = parse_condition([name])
        assert isinstance(atom, Atom)
        if all(choices.get(wider) for wider in choices_of(atom)):
            kind = _CLASSES[atom.of_class]
            on = {name: name == atom.list_id for name in names}
            yield Offence(offence_class=kind, lists=on), atom.within_years


def _person(choices: Mapping[str, bool]) -> Person:
    def said(name: str) -> bool:
        return bool(choices.get(f"person.{name}"))

    return Person(
        status_proof=PROOF_CODES[code_of("proof", choices, len(PROOF_CODES))],
        claims_citizenship=said("claims_citizenship"),
        disputes_identity=said("disputes_identity"),
        victim_or_witness=said("victim_or_witness"),
        under_18=said("under_18"),
        registered_offender=said("registered_offender"),
        held_to_answer=said("held_to_answer"),
        interview_consent=said("interview_consent"),
    )


def _detainer(choices: Mapping[str, bool], moment: Moment) -> Detainer:
    received = _local(moment.eligible - _RECEIVED_BEFORE, moment)

    def act(name: str) -> Act:
        return received if choices.get(name) else NEVER

    stated = bool(choices.get("detainer.ground_stated"))
    return Detainer(
        id="request",
        form=FORM_CODES[code_of("form", choices, len(FORM_CODES))],
        received=received,
        grounds=(Ground.FINAL_ORDER,) if stated else (Ground.NONE,),
        warrants=tuple(kind for name, kind in WARRANT_CODES.items() if choices.get(name)),
        names_this_person=bool(choices.get("detainer.names_this_person")),
        served=act("detainer.served"),
        hold_ordered=act("detainer.hold_ordered"),
        names_federal_felony_warrant=bool(choices.get("detainer.names_federal_felony_warrant")),
        names_watch_list_match=bool(choices.get("detainer.names_watch_list_match")),
    )


def show(record: CustodyRecord) -> str:
    """Return a record as JSON, as `exeat clear` takes it."""
    return record_to_json(record, indent=2)
