"""Invented tasks, requests, agencies, accounts and log lines for the preview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from exeat.auth import Account
from exeat.desk.pages._invented import HOUSE, NOW, Invented
from exeat.desk.pages.views import Verified
from exeat.desk.service.models import Counts, Handover, IncomingRequest, LogLine
from exeat.facts.codes import DetainerForm, Ground, WarrantKind
from exeat.facts.papers import RequestPaper
from exeat.i18n.said import own
from exeat.office.context import Role
from exeat.office.models import Agency, PersonalData, Task, TaskKind
from exeat.office.outcomes import Outcome

__all__ = [
    "AGENCIES",
    "COUNTS",
    "VERIFIED",
    "accounts_of",
    "handovers",
    "log_lines",
    "requests_of",
    "tasks_of",
]

AGENCIES: Final = (
    Agency(HOUSE, "Example County Jail", "facility", "us-fl", "America/New_York", {}),
    Agency("xx-next-jail", "Sample County Jail", "facility", "us-ga", "America/New_York", {}),
    Agency("xx-ice-office", "Example field office", "requester", None, "America/New_York", {}),
    Agency("xx-defender", "Example public defender", "counsel", None, "America/New_York", {}),
    Agency("host", "Host of this installation", "host", None, "America/New_York", {}),
)
_ASKS: Final = "xx-ice-office"
_HOME: Final = {
    Role.REQUESTER: (_ASKS, "Robin Requester"),
    Role.COUNSEL: ("xx-defender", "Cleo Counsel"),
    Role.AUDITOR: (HOUSE, "Ari Auditor"),
    Role.ADMIN: ("host", "Addison Admin"),
    Role.SUPERVISOR: (HOUSE, "Dana Supervisor"),
    Role.BOOKING: (HOUSE, "Sam Officer"),
}

COUNTS: Final = Counts(
    records=412,
    in_custody=26,
    released=386,
    requests={"matched": 31, "not-in-custody-here": 6, "withdrawn": 2},
    tasks_open={"answer-needed": 2, "overdue": 1, "request-to-match": 1, "paper-to-read": 1},
    tasks_late=1,
    overrides=2,
    refusals={"moved-on": 3, "in-custody": 9, "identifiers": 14, "notice-owed": 4, "unknown": 5},
    verdicts={},
)

VERIFIED: Final = Verified(
    state="sound",
    entries=4218,
    signed=4218,
    root="6b1f0c5e9a7d43f28e51b0c4d7a9f3621c8be05f7741a2d9930e6cf4a18b27d5",
    checked=NOW,
)


def _ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def tasks_of(people: Mapping[str, Invented]) -> list[Task]:
    """Return the open tasks, the soonest first."""
    keys = list(people)
    rows = (
        (TaskKind.OVERDUE, keys[2], 1.4, -0.4, "supervisor", None, "Kept past every authority."),
        (TaskKind.ANSWER, keys[5], 0.6, 0.4, "supervisor", "dana.supervisor",
         "Binding rules contradict each other: ask counsel."),
        (TaskKind.ANSWER, keys[6], 0.3, 0.7, "booking", None,
         "Did a warrant come with the request, and who signed it?"),
        (TaskKind.CITIZENSHIP, keys[5], 2.5, 1.5, "supervisor", None,
         "The person says that they are a citizen."),
        (TaskKind.MATCH, None, 0.2, 0.8, "booking", None, ""),
    )  # fmt: skip
    return [
        Task(
            id=f"t{n}",
            kind=kind,
            record=record,
            about="q2" if kind is TaskKind.MATCH else "",
            because=(own(because),) if because else (),
            zone=ZoneInfo("America/Los_Angeles"),
            opened=_ago(opened),
            due=_ago(-due),
            owner_role=role,
            owner=owner,
            late=due < 0,
        )
        for n, (kind, record, opened, due, role, owner, because) in enumerate(rows)
    ]


def requests_of(people: Mapping[str, Invented]) -> list[IncomingRequest]:
    """Return requests: one that waits, one that stands on a record, one for somebody not here."""
    blake = list(people.values())[1]
    stranger = PersonalData(
        surname="Nobody", given_names="Sidney", born=date(1988, 2, 9), booking_number=""
    )
    like = PersonalData(surname="Sample", given_names="Blair", born=date(1991, 7, 30))
    rows = (
        ("q2", like, 0.2, None, None, None, (2210, None)),
        ("q1", blake.who, 40, 40, "matched", blake.key, (2067, 2068)),
        ("q0", stranger, 92, 91.6, "not-in-custody-here", None, (1874, 1881)),
    )
    return [
        IncomingRequest(
            id=id,
            sender="xx-ice-office",
            facility=HOUSE,
            person=person,
            paper=RequestPaper(
                form=DetainerForm.I247A,
                warrants=(WarrantKind.I200,),
                grounds=(Ground.BIOMETRIC,),
            ),
            lodged=_ago(lodged),
            receipt=_receipt(id, _ago(lodged)),
            answered=None if answered is None else _ago(answered),
            answer=answer,
            record=record,
            receipt_leaf=leaves[0],
            answer_leaf=leaves[1],
        )
        for id, person, lodged, answered, answer, record, leaves in rows
    ]


def _receipt(id: str, at: datetime) -> str:
    return (
        f"exeat-receipt/1\nrequest {id}\nfrom xx-ice-office\nto {HOUSE}\n"
        f"received {at.isoformat()}\ncommitment 9d2c51f0aa7b\n\n— exeat.example Invented=\n"
    )


def handovers() -> list[Handover]:
    """Return one person on the way here."""
    person = PersonalData(surname="Traveller", given_names="Rowan", born=date(1979, 11, 3))
    return [Handover("h1", "xx-next-jail", HOUSE, person, ("I-247A",), _ago(1.1), None)]


def log_lines(record: str) -> list[LogLine]:
    """Return who read and did what."""
    lines = (
        _line(0.01, "sam.officer", "booking", "person", record=record),
        _line(0.02, "sam.officer", "booking", "board", "26"),
        _line(0.2, "dana.supervisor", "supervisor", "person", record=record),
        _line(0.6, "sam.officer", "booking", "release", "refused:unknown,namesake", record=record),
        _line(0.7, "sam.officer", "booking", "clear", "unknown", record=record),
        _line(0.9, "sam.officer", "booking", "sign_in", "passkey"),
        _line(0.91, "sam.officer", "booking", "sign_in", "password"),
        _line(1.1, "addison.admin", "admin", "reset", agency="host", about="sam.officer"),
        _line(1.2, "sam.officer", "booking", "sign_in", "wrong password, locked"),
        _line(2.2, "sam.officer", "booking", "end_basis", record=record),
        _line(2.3, "sam.officer", "booking", "end_basis", "error:E603"),
        _line(3.0, "key:4f1c9a7be2d04a11", "booking", "add_basis", "repeated", record=record),
        _line(5.5, "ari.auditor", "auditor", "audit_log", "200"),
        _line(8.0, "dana.supervisor", "supervisor", "reconcile", "1 missing, 0 extra, 0 bare"),
        _line(9.0, "installation", "supervisor", "sweep", "3 open, 1 raised"),
        _line(38.0, "sam.officer", "booking", "serve", record=record),
        _line(40.0, "robin.requester", "requester", "person", agency=_ASKS, record=record),
    )
    return [replace(line, number=900 - n) for n, line in enumerate(lines)]


def _line(
    hours: float, actor: str, role: str, what: str, outcome: str = "done", agency: str = HOUSE,
    record: str | None = None, about: str | None = None,
) -> LogLine:  # fmt: skip
    return LogLine(
        0, _ago(hours), agency, actor, role, what, Outcome.of_text(outcome), record, about
    )


def accounts_of(role: Role) -> list[Account]:
    """Return the invented accounts of a role."""
    agency, shown = _HOME[role]
    first = Account(
        id=f"{list(Role).index(role):032x}",
        agency=agency,
        name=shown.lower().replace(" ", "."),
        shown=shown,
        role=role,
        granted=(),
        enrolled=role is not Role.AUDITOR,
        must_change=False,
        locked=None,
        disabled=None,
        disabled_because=None,
        created=_ago(4000),
        last_used=_ago(0.5 + 3 * list(Role).index(role)),
    )
    if role is not Role.BOOKING:
        return [first]
    return [first, *_others(first)]


def _others(first: Account) -> list[Account]:
    return [
        replace(first, id="a1", name="lee.locked", shown="Lee Locked", locked=_ago(2)),
        replace(first, id="a2", name="ida.idle", shown="Ida Idle", disabled=_ago(90),
                disabled_because="unused", last_used=_ago(2300)),
        replace(first, id="a3", name="nell.new", shown="Nell New", must_change=True),
    ]  # fmt: skip
