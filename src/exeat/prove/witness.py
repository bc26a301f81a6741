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
from exeat.facts.codes import BasisEnd, BasisKind, OffenceClass
from exeat.facts.fields import Coded, Field, Listed
from exeat.facts.record import Basis, Conviction, CustodyRecord, Detainer, Facility, Offence
from exeat.facts.times import by
from exeat.facts.vocabulary import FIELDS, KIND, PRESENT, SIGNS
from exeat.prove.choices import choices_of, code_of, kind_of
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
    booked = _local(moment.eligible - _BOOKED_BEFORE, moment)
    received = _local(moment.eligible - _RECEIVED_BEFORE, moment)
    request = Detainer(id="request", received=received)
    record = CustodyRecord(
        id="counter-example",
        zone=moment.zone.key,
        booked=booked,
        facility=Facility(kind=kind_of(actor)),
        bases=tuple(_bases(choices, lists, moment, booked)),
        detainers=(request,) if choices.get(PRESENT.name) else (),
        convictions=tuple(_convictions(choices, lists, moment)),
    )
    for field in _CHOSEN:
        if record.detainers or not field.of_request:
            case = Case(record, next(iter(record.detainers), None), received, moment.zone)
            record = field.told(case, _chosen(field, case, choices))
    return record


_GIVEN: Final = {"", KIND.name, "detainer.lifted", "detainer.received"}
_CHOSEN: Final = [field for field in FIELDS if field.name not in _GIVEN]
"""The fields that are filled in by choice; what stands in the others follows from the record."""


def _chosen(field: Field, case: Case, choices: Mapping[str, bool]) -> object:
    """Return what stands in a field where the choices are made."""
    if isinstance(field, Coded):
        return code_of(field, choices)
    if isinstance(field, Listed):
        signs = (sign for sign in SIGNS.values() if sign.field is field)
        return tuple(sign.codes[0] for sign in signs if choices.get(sign.name))
    return dict(field.values(case))["yes" if choices.get(field.name) else "no"]


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
            start=booked,
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


def show(record: CustodyRecord) -> str:
    """Return a record as JSON, as `exeat clear` takes it."""
    return record_to_json(record, indent=2)
