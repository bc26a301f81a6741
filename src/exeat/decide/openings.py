"""What a record leaves open that decides: of the hold, and of the custody itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from exeat.decide.custody import Ground
from exeat.decide.hold import active, rule_truth
from exeat.decide.timeline import Point, Timeline
from exeat.decide.verdict import Ruling, hides_a_warrant
from exeat.facts.case import Case
from exeat.facts.codes import BasisKind, DetainerForm, WarrantKind
from exeat.facts.fields import Way, retold
from exeat.facts.openings import AskKind, Opening, opening_of, replace_basis, time_opening
from exeat.facts.record import Basis, CustodyRecord, Detainer
from exeat.facts.times import NEVER, Uncertain, done_by
from exeat.rules.conditions import Atom

__all__ = ["of_the_custody", "of_the_hold", "opened_by_the_form"]

_NEVER_YET = Uncertain("2098")
"""A start that no instant asked about reaches."""


def of_the_hold(line: Timeline, found: Ruling) -> Iterator[Opening]:
    """Yield what is open of the hold, or of what is owed before the door."""
    yield from found.openings
    if found.point.asks:
        yield from _of_the_rules(line, found.point)


def of_the_custody(line: Timeline, point: Point) -> Iterator[Opening]:
    """Yield what is open of the custody: whether the person is here, on what, on which warrant."""
    yield from _of_the_house(line, point)
    yield from _of_the_grounds(line, point)
    for case in point.cases:
        if case.detainer is not None and hides_a_warrant(case):
            yield _of_a_warrant(line.record, case.detainer)


def opened_by_the_form(
    line: Timeline, at: datetime, openings: Sequence[Opening]
) -> Iterator[Opening]:
    """Yield what is asked only once the form is known: of one that asks for most."""
    for opening in openings:
        if opening.field == "detainer.form":
            [most] = [way for way in opening.ways if way.says == DetainerForm.I247A.value]
            then = line.of(most.record)
            yield from _of_the_rules(then, then.point(at))


def _of_the_rules(line: Timeline, point: Point) -> Iterator[Opening]:
    """Yield the fields of the record that keep the hold from being decided, each once."""
    found: dict[tuple[str, str], Opening] = {}
    atoms = (pair for case in point.cases for pair in _unknown_atoms(line, point, case))
    facts = (opening_of(case, atom.fact, atom.list_id) for case, atom in atoms)
    for opening in (*facts, *_of_the_clocks(line, point)):
        if opening is not None:
            found.setdefault((opening.field, opening.detainer), opening)
    yield from found.values()


def _unknown_atoms(line: Timeline, point: Point, case: Case) -> Iterator[tuple[Case, Atom]]:
    law, paper = line.law, case.detainer
    if paper is not None and active(paper, case) is None:
        # Lifted at a time not known is asked first: it may settle that there is no request.
        yield case, Atom("detainer.received" if paper.lifted is NEVER else "detainer.present")
        yield case, Atom("detainer.received")
    for rules in (*(world.rules for world in point.day.worlds), line.program(point).bringing):
        for rule, force in rules:
            if rule_truth(law, rule, force, case) is None:
                for atom in rule.condition.unknowns(case, law.in_list):
                    yield case, atom


def _of_the_clocks(line: Timeline, point: Point) -> Iterator[Opening | None]:
    """Yield the uncertain times from which a clock starts."""
    record = line.record
    if point.since[0] != point.since[1]:
        for basis in record.grounds:
            yield time_opening(record, f"bases.{basis.id}.end", point.at)
    if isinstance(record.booked, Uncertain):
        yield time_opening(record, "booked", point.at)
    for paper in record.detainers:
        came = done_by(paper.received, point.at, line.zone)
        if came and isinstance(paper.received, Uncertain):
            yield time_opening(record, f"detainers.{paper.id}.received", point.at)


# -- the custody itself -------------------------------------------------------------------------


def _of_the_house(line: Timeline, point: Point) -> Iterator[Opening]:
    """Yield the times that say whether the person is in this house."""
    record, at = line.record, point.at
    if point.house is not None:
        return
    if isinstance(record.booked, Uncertain):
        before, after = replace(record, booked=at), replace(record, booked=_NEVER_YET)
        ways = Way("before", before), Way("after", after)
        yield Opening("booked", "booked", "", ways, AskKind.BOOKED)
    if record.release is not None and isinstance(record.release.at, Uncertain):
        gone = replace(record, release=replace(record.release, at=at))
        ways = Way("before", gone), Way("after", replace(record, release=None))
        yield Opening("release.at", "release.at", "", ways, AskKind.LEFT)
    for index, move in enumerate(record.transfers):
        if isinstance(move.at, Uncertain):
            ways = (
                Way("before", _moved(record, index, at)),
                Way("after", _moved(record, index, _NEVER_YET)),
            )
            yield Opening("transfers.at", "transfers.at", "", ways, AskKind.MOVED)


def _moved(record: CustodyRecord, index: int, at: datetime | Uncertain) -> CustodyRecord:
    moves = list(record.transfers)
    moves[index] = replace(moves[index], at=at)
    return replace(record, transfers=tuple(moves))


def _of_the_grounds(line: Timeline, point: Point) -> Iterator[Opening]:
    """Yield on what the person is in custody, and from when to when."""
    record, at = line.record, point.at
    if record.bases is None and point.held is None:
        runs = Basis(id="ground", kind=BasisKind.CHARGE, start=record.booked, end=NEVER)
        ways = (
            Way("none", replace(record, bases=())),
            Way("one that still runs", replace(record, bases=(runs,))),
        )
        yield Opening("bases", "bases", "", ways, AskKind.GROUNDS)
    # By id, so that the order in which they were typed changes nothing a reader sees.
    for ground in sorted(line.stay.grounds, key=lambda ground: ground.id):
        open_ = point.held is None and ground.runs(at) is None
        if ground.warrant:
            yield from _of_its_request(line, point, ground, open_)
        elif open_:
            ways = (
                Way("still runs", replace_basis(record, ground.id, start=record.booked, end=NEVER)),
                Way("ended", replace_basis(record, ground.id, start=record.booked, end=at)),
            )
            yield _of_basis(ground.id, "end", ways, AskKind.GROUND_ENDS)
    for id in line.stay.assumed(at):
        ways = (
            Way("at booking", replace_basis(record, id, start=record.booked)),
            Way("later than now", replace_basis(record, id, start=_NEVER_YET)),
        )
        yield _of_basis(id, "start", ways, AskKind.GROUND_BEGAN)


def _of_basis(id: str, end: str, ways: tuple[Way, ...], kind: AskKind) -> Opening:
    field = f"bases.{id}.{end}"
    return Opening(field, field, "", ways, kind, id)


def _of_its_request(line: Timeline, point: Point, ground: Ground, open_: bool) -> Iterator[Opening]:
    """Yield what is open of a judge's warrant: whom it names, and when its request was here."""
    if ground.stands is None:
        [paper] = [one for one in line.record.detainers if one.id == ground.id]
        ways = tuple(
            Way(says, retold(line.record, paper, names_this_person=value))
            for says, value in (("yes", True), ("no", False))
        )
        name = "detainer.names_this_person"
        yield Opening(name, name, ground.id, ways)
    elif open_:
        for case in point.cases:
            if case.detainer is not None and case.detainer.id == ground.id:
                for fact in ("detainer.received", "detainer.present"):
                    opening = opening_of(case, fact)
                    if opening is not None:
                        yield opening


def _of_a_warrant(record: CustodyRecord, paper: Detainer) -> Opening:
    """Return whether a judge's warrant came along, where the record does not say."""
    ways = tuple(
        Way(kind.value, retold(record, paper, warrants=(kind,), names_this_person=True))
        for kind in (WarrantKind.FEDERAL_JUDGE_CRIMINAL, WarrantKind.NONE)
    )
    return Opening("detainer.warrants", "warrant.federal_criminal", paper.id, ways)
