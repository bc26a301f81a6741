"""The week of the demonstration: acts, each at its instant, and invented people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from exeat.desk.service import Desk
from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import ReleaseOrder
from exeat.facts.codes import (
    BasisEnd,
    DetainerForm,
    Ground,
    StatusProof,
    WarrantKind,
)
from exeat.facts.papers import RequestPaper
from exeat.facts.record import Person
from exeat.office.context import Context, Role
from exeat.office.models import PersonalData

__all__ = ["Week"]

_GIVEN: Final = (
    "Avery", "Blake", "Casey", "Devon", "Ellis", "Finley", "Gray", "Harper", "Indigo", "Jules",
    "Kit", "Lane", "Morgan", "Noel", "Oakley", "Parker", "Quinn", "Reese", "Sage", "Tatum",
)  # fmt: skip
_SURNAMES: Final = (
    "Example", "Sample", "Specimen", "Mockup", "Placeholder", "Testcase", "Fixture", "Fictive",
    "Invented", "Imaginary", "Pretend", "Proforma", "Template", "Notreal", "Pattern", "Prototype",
    "Madeup", "Sketch", "Draft", "Outline", "Figment", "Makebelieve", "Nobody", "Standin",
)  # fmt: skip


@dataclass(order=True, slots=True)
class _Step:
    """One act at one instant; steps are done in the order of time."""

    at: datetime
    order: int
    do: Callable[[datetime], object] = field(compare=False)


class Week:
    """The week as a list of acts.

    Args:
        desk: Where it happens.
        now: When it ends.
    """

    def __init__(self, desk: Desk, now: datetime) -> None:
        self.desk = desk
        self.now = now.astimezone(UTC)
        self.steps: list[_Step] = []
        self.records: dict[str, str] = {}
        self.people = 0

    def add(self, at: datetime, do: Callable[[datetime], object]) -> None:
        """Add an act, unless it lies in the future."""
        if at <= self.now:
            self.steps.append(_Step(at, len(self.steps), do))

    def ctx(self, agency: str, at: datetime, role: Role = Role.BOOKING) -> Context:
        """Return somebody of an agency at an instant."""
        return Context(actor="demo", actor_name="demo", agency=agency, role=role, now=at)

    def shifted(self, text: str, zone: ZoneInfo, days: int) -> datetime:
        """Return a local time of the file, so many days later, in UTC."""
        local = datetime.fromisoformat(text) + timedelta(days=days)
        return local.replace(tzinfo=zone).astimezone(UTC)

    def person(self) -> PersonalData:
        """Return the next invented person. Now and then two share a surname."""
        number = self.people
        self.people += 1
        return PersonalData(
            surname=_SURNAMES[(number * 7) % len(_SURNAMES)],
            given_names=_GIVEN[(number * 3 + number // 20) % len(_GIVEN)],
            born=date(1962 + (number * 5) % 42, 1 + number % 12, 1 + (number * 11) % 28),
            booking_number=f"{self.now.year}-{number + 101:05d}",
            fingerprint_id=f"DEMO-{number + 1:04d}",
        )

    def let_go(self, agency: str, key: str, person: PersonalData, at: datetime) -> None:
        """Try to let somebody go, as a careful officer does."""
        ctx = self.ctx(agency, at)
        record = self.records[key]
        clearance = self.desk.gate.clear(ctx, record)
        assert person.born is not None
        self.desk.gate.release(
            ctx,
            ReleaseOrder(
                record=record,
                seen_version=clearance.version,
                identifiers={
                    "born": person.born.isoformat(),
                    "booking_number": person.booking_number,
                },
                namesakes_seen=tuple(one.record for one in clearance.namesakes),
                warrants_checked=at - timedelta(minutes=5),
                event_id=f"{key}.out",
            ),
        )

    def stay(
        self,
        agency: str,
        key: str,
        span: tuple[datetime, datetime],
        bases: list[tuple[NewBasis, datetime, BasisEnd]],
        request_at: datetime | None,
    ) -> None:
        """Add one stay: booking, grounds that end, perhaps a request, and the way out."""
        person, (begin, end) = self.person(), span
        facts = Person(status_proof=StatusProof.NONE) if request_at else None

        def book(at: datetime) -> None:
            done = self.desk.acts.book(
                self.ctx(agency, at),
                person,
                event_id=f"{key}.in",
                bases=[basis for basis, _, _ in bases],
                facts=facts,
            )
            self.records[key] = done.record

        self.add(begin, book)
        for basis, over, by in bases:
            self.add(min(over, end - timedelta(minutes=20)), self._end(agency, key, basis.id, by))
        if request_at is not None:
            self.add(request_at, self._request(agency, key, person))
        self.add(end, lambda at: self.let_go(agency, key, person, at))

    def _end(self, agency: str, key: str, basis: str, by: BasisEnd) -> Callable[[datetime], object]:
        return lambda at: self.desk.acts.enter(
            self.ctx(agency, at), "end_basis", self.records[key], basis=basis, ended_by=by
        )

    def _request(self, agency: str, key: str, person: PersonalData) -> Callable[[datetime], object]:
        def send(at: datetime) -> None:
            paper = RequestPaper(
                form=DetainerForm.I247A,
                issued=at - timedelta(hours=1),
                grounds=(Ground.BIOMETRIC,),
                warrants=(WarrantKind.I200,),
                names_this_person=True,
            )
            issuer = self.ctx("ice-demo", at, Role.REQUESTER)
            sent = self.desk.requests.send_request(
                issuer, facility=agency, person=person, paper=paper, request_id=f"{key}.request"
            )
            if sent.record is None:
                return
            ctx = self.ctx(agency, at + timedelta(minutes=40))
            self.desk.acts.enter(ctx, "acknowledge", sent.record, detainer=sent.id)
            self.desk.acts.enter(
                ctx, "read_paper", sent.record, detainer=sent.id, warrants=paper.warrants,
                names_this_person=True,
            )  # fmt: skip
            self.desk.acts.enter(ctx, "serve", sent.record, detainer=sent.id)

        return send
