"""A record for a combination of choices: the facts of a proof as `exeat clear` takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from exeat.facts.case import zone_of
from exeat.facts.codec import record_to_json
from exeat.facts.codes import BasisEnd, BasisKind, Ground, NoticeKind, OffenceClass, WarrantKind
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
from exeat.facts.times import NEVER, Act
from exeat.rules._facts import FORM_CODES, PROOF_CODES, code_of, kind_of
from exeat.rules.calendar import HolidayCalendar
from exeat.rules.clocks import Clock, HoursRun, deadline
from exeat.rules.model import Actor

__all__ = ["Moment", "moments", "record_of", "show"]

_HOURS: Final = (1, 3, 5, 7, 13, 25, 37, 49, 61, 73, 97, 121, 169, 1080)
_SINCE_ELIGIBLE: Final = tuple(timedelta(hours=hours) for hours in _HOURS)
"""How long ago the person became eligible, in the records that a proof may show."""
_BOOKED_BEFORE: Final = timedelta(hours=30)
_RECEIVED_BEFORE: Final = timedelta(hours=24)
_NOON: Final = time(12)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant at which a record is asked about, and when the person became eligible."""

    at: datetime
    eligible: datetime
    zone: ZoneInfo

    def start_of(self, clock: Clock) -> datetime:
        """Return when a limit begins to run in the record."""
        if clock.hours_run is HoursRun.FROM_RELEASE_ELIGIBILITY:
            return self.eligible
        before = _BOOKED_BEFORE if clock.hours_run is HoursRun.FROM_BOOKING else _RECEIVED_BEFORE
        return self.eligible - before

    def past(self, clocks: Mapping[str, Clock], calendar: HolidayCalendar) -> dict[str, bool]:
        """Return which limits have been reached, by the name of their choice."""
        return {
            name: self.at >= deadline(self.start_of(c), c, self.zone, calendar).astimezone(UTC)
            for name, c in clocks.items()
        }


def moments(
    day: date, zone: str, clocks: Mapping[str, Clock], calendar: HolidayCalendar
) -> Iterator[tuple[Moment, dict[str, bool]]]:
    """Yield an instant of a day for each set of limits reached, the earliest first.

    Args:
        day: The local day that is asked about.
        zone: Of the place; UTC where the law files name none.
        clocks: The limits that matter, by the name of their choice.
        calendar: Holidays, for limits that leave them out.
    """
    local = zone_of(zone or "UTC")
    at = datetime.combine(day, _NOON, local).astimezone(UTC)
    seen: list[dict[str, bool]] = []
    for since in _SINCE_ELIGIBLE:
        moment = Moment(at, at - since, local)
        reached = moment.past(clocks, calendar)
        if reached not in seen:
            seen.append(reached)
            yield moment, reached


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
    convicted = bool(choices.get("conviction.any"))
    conviction = Conviction(offence=_offence("convicted", "conviction.felony", choices, lists))
    return CustodyRecord(
        id="counter-example",
        zone=moment.zone.key,
        booked=_local(booked, moment),
        facility=Facility(kind=kind, agreement_287g=bool(choices.get("facility.agreement_287g"))),
        person=_person(choices),
        bases=(_basis(choices, lists, moment, booked),),
        detainers=(_detainer(choices, moment),) if present else (),
        convictions=(conviction,) if convicted else (),
        notices=(notice,) if told else (),
    )


def _local(instant: datetime, moment: Moment) -> datetime:
    return instant.astimezone(moment.zone)


def _basis(
    choices: Mapping[str, bool], lists: Iterable[str], moment: Moment, booked: datetime
) -> Basis:
    charged = bool(choices.get("charge.any"))
    return Basis(
        id="basis",
        kind=BasisKind.CHARGE if charged else BasisKind.COURT_ORDER,
        start=_local(booked, moment),
        end=_local(moment.eligible, moment),
        ended_by=BasisEnd.COURT_ORDERED,
        offence=_offence("charged", "charge.felony", choices, lists) if charged else None,
    )


def _offence(verb: str, felony: str, choices: Mapping[str, bool], lists: Iterable[str]) -> Offence:
    is_felony = bool(choices.get(felony))
    return Offence(
        offence_class=OffenceClass.FELONY if is_felony else OffenceClass.MISDEMEANOR,
        lists={name: bool(choices.get(f"{verb} in {name}")) for name in sorted(lists)},
    )


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

    kinds = {
        "warrant.administrative": WarrantKind.I200,
        "warrant.federal_criminal": WarrantKind.FEDERAL_JUDGE_CRIMINAL,
        "warrant.federal_civil": WarrantKind.FEDERAL_JUDGE_CIVIL,
        "warrant.state": WarrantKind.STATE_JUDGE,
    }
    stated = bool(choices.get("detainer.ground_stated"))
    return Detainer(
        id="request",
        form=FORM_CODES[code_of("form", choices, len(FORM_CODES))],
        received=received,
        grounds=(Ground.FINAL_ORDER,) if stated else (Ground.NONE,),
        warrants=tuple(kind for name, kind in kinds.items() if choices.get(name)),
        names_this_person=bool(choices.get("detainer.names_this_person")),
        served=act("detainer.served"),
        hold_ordered=act("detainer.hold_ordered"),
        names_federal_felony_warrant=bool(choices.get("detainer.names_federal_felony_warrant")),
        names_watch_list_match=bool(choices.get("detainer.names_watch_list_match")),
    )


def show(record: CustodyRecord) -> str:
    """Return a record as JSON, as `exeat clear` takes it."""
    return record_to_json(record, indent=2)
