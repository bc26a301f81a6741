"""Expungement at the desk: nothing about the person is read any more, and what stays is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row
from tests.pg import verify_database
from tests.scenario.failures.kit import Town, county, person_of

from exeat.desk.expunge import Affected, Console
from exeat.desk.logins import expunging_login
from exeat.desk.service.models import Override, OverrideReason, Released
from exeat.errors import ExeatError
from exeat.facts.codes import BasisEnd
from exeat.office.context import Role
from exeat.office.errors import Refusing
from exeat.office.models import PaperKind, PaperRead
from exeat.record import Expunged, NotFound

SURNAME, NUMBER, PAPER = "Quillfeather", "QF-7731", "26-2-88441-7"
WORDS = (SURNAME.lower(), NUMBER.lower(), PAPER, "f-qf-7731", "marmaduke")


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def lived(town: Town) -> tuple[str, str]:
    """Let somebody be booked twice, and let everything happen that leaves a trace."""
    desk = town.desk
    town.account("sam", "supervisor")
    desk.rounds.reconcile(town.ctx(), [NUMBER])
    first = town.book(SURNAME, NUMBER, given_names="Marmaduke")
    person = person_of(SURNAME, NUMBER, given_names="Marmaduke")
    desk.requests.send_request(town.ice, facility="pierce", person=person, paper=town.paper())
    desk.rounds.paper_arrived(town.ctx(), first, paper=PAPER, sender="court")
    for task in desk.reading.tasks(town.ctx()):
        said = f"asked the sister of {SURNAME} ({NUMBER})"
        read = PaperRead(kind=PaperKind.OTHER, signed_by=SURNAME, court="court", matches=True)
        desk.rounds.close_task(town.ctx(role=Role.SUPERVISOR), task.id, said, read)
    desk.rounds.paper_arrived(town.ctx(), first, paper=PAPER, sender="court")
    channel = f"mail:{SURNAME}@defender.example"
    desk.shares.share(town.ctx(), first, agency="defender")
    counsel = town.ctx("counsel", "defender", Role.COUNSEL)
    desk.rounds.subscribe(counsel, first, kinds=["released"], channel=channel)
    with pytest.raises(ExeatError):
        desk.acts.enter(town.ctx(), "serve", first, detainer="d9")
    with pytest.raises(NotFound):
        desk.reading.person(town.ctx(), SURNAME)
    leave(town, first, override=True)
    town.later(days=3)
    second = town.book(SURNAME, NUMBER, given_names="Marmaduke")
    leave(town, second)
    return first, second


def leave(town: Town, record: str, *, override: bool = False) -> None:
    if not override:
        town.bail(record)
    words = f"{SURNAME} by the court"
    second = {
        "override": Override(
            reason=OverrideReason.COURT_ORDER, words=words, second=town.witness("sam")
        )
    }
    assert isinstance(town.release(record, NUMBER, **(second if override else {})), Released)


def expunge(town: Town, record: str, agency: str = "pierce") -> Affected:
    with Console.at(expunging_login(town.admin, agency), town.master, agency) as console:
        return console.expunge(record, "26-EX-1")


def in_clear(town: Town) -> str:
    """Every row of every table, as an administrator reads it."""
    with psycopg.connect(town.admin, autocommit=True) as conn:
        tables = conn.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname IN ('exeat', 'exeat_vault', 'exeat_desk')"
        ).fetchall()
        rows = [
            f"{table} {row[0]}"
            for (table,) in tables
            for row in conn.execute(f"SELECT t::text FROM {table} t".encode()).fetchall()
        ]
    return "\n".join(rows).lower()


def opened(town: Town) -> list[tuple[str, str]]:
    """All that the vault key opens: the table, and what is said there."""
    found: list[tuple[str, str]] = []

    def read(conn: psycopg.Connection[Any], table: str, about: bytes, rest: str = "") -> None:
        for row in conn.execute(f"SELECT * FROM {table} t {rest}".encode()).fetchall():
            id = row["request"] if "request" in row else row.get("handover", row.get("person"))
            if row["wrapped_key"] is None:
                continue
            key = town.master.unwrap(id, row["wrapped_key"], table)
            commits = row.get("commitment", b"")
            where = row["record"].bytes if about else id.bytes
            data = key.open(row["nonce"], row["sealed"], about + where + commits)
            if data is not None:
                found.append((table, data.decode(errors="replace").lower()))

    person = "JOIN exeat_vault.record r USING (record) JOIN exeat_vault.person p USING (person)"
    with psycopg.connect(town.admin, autocommit=True, row_factory=dict_row) as conn:
        read(conn, "exeat_desk.request", b"")
        read(conn, "exeat_desk.handover", b"")
        read(conn, "exeat_vault.personal", b"exeat-personal/1", person)
        read(conn, "exeat_vault.custody", b"exeat-custody/1", person)
        entry = f"JOIN exeat.entry e USING (seq, record) {person}"
        read(conn, "exeat_vault.payload", b"exeat-payload/1", entry)
    return found


def test_what_the_test_looks_for_is_there_before(town: Town) -> None:
    first, _ = lived(town)
    clear, read = in_clear(town), opened(town)
    assert first in clear and PAPER in clear and SURNAME.lower() in clear
    assert {table for table, text in read if any(word in text for word in WORDS)} == {
        "exeat_desk.request", "exeat_vault.personal", "exeat_vault.payload",
    }  # fmt: skip
    assert {table for table, _ in read} == {
        "exeat_desk.request", "exeat_vault.personal", "exeat_vault.payload", "exeat_vault.custody",
    }  # fmt: skip


def test_after_an_expungement_nothing_names_the_person_in_clear_or_sealed(town: Town) -> None:
    first, second = lived(town)
    gone = expunge(town, second)
    assert {name for name, _, _ in gone.records} == {first, second}
    assert (gone.requests, gone.handovers, gone.unmatched) == (1, 0, 0)
    clear = in_clear(town)
    assert [word for word in (*WORDS, first, second) if word in clear] == []
    assert [text for _, text in opened(town) if any(word in text for word in WORDS)] == []


def test_what_the_desk_itself_says_of_the_person_is_nothing(town: Town) -> None:
    first, second = lived(town)
    gone = expunge(town, first)
    desk, ctx = town.desk, town.ctx()
    assert desk.board.rows(ctx) == [] and desk.reading.tasks(ctx) == []
    for record in (first, second, *(key.hex for _, key, _ in gone.records)):
        with pytest.raises(NotFound):
            desk.reading.person(ctx, record)
    (request,) = desk.requests.requests(ctx)
    assert (request.person, request.paper, request.record) == (None, None, None)
    assert desk.reading.clients(town.ctx("counsel", "defender", Role.COUNSEL)) == []
    with psycopg.connect(town.admin, autocommit=True) as conn:
        report = verify_database(conn, master=town.master)
    assert report.damages == [] and report.expunged == gone.entries


def test_the_log_says_on_whose_order_and_keeps_who_did_what(town: Town) -> None:
    first, _ = lived(town)
    before = town.desk.reading.audit_log(town.ctx(role=Role.SUPERVISOR))
    expunge(town, first)
    lines = town.desk.reading.audit_log(town.ctx(role=Role.SUPERVISOR))
    said = [line for line in lines if line.what == "expunge"]
    assert {(line.role, line.about, str(line.outcome)) for line in said} == {
        ("console", "26-EX-1", "done")
    }
    assert len(said) == 2  # one for each record, so that it is found by either key
    kept = {line.number: (line.actor, line.what, str(line.outcome)) for line in lines}
    assert all(kept[x.number] == (x.actor, x.what, str(x.outcome)) for x in before)


def test_a_request_that_stood_on_no_record_stays_and_is_counted(town: Town) -> None:
    """Nobody has said that it is about this person: it may be a twin's. So it is only told."""
    other = person_of(SURNAME, "")
    sent = town.desk.requests.send_request(
        town.ice, facility="pierce", person=other, paper=town.paper()
    )
    town.not_here(sent.id)
    record = town.book(SURNAME, NUMBER)
    town.bail(record)
    assert isinstance(town.release(record, NUMBER), Released)
    assert expunge(town, record).unmatched == 1
    left = [table for table, text in opened(town) if SURNAME.lower() in text]
    assert left == ["exeat_desk.request"]


def test_nobody_in_custody_is_expunged(town: Town) -> None:
    first = town.book(SURNAME, NUMBER)
    town.bail(first)
    assert isinstance(town.release(first, NUMBER), Released)
    again = town.book(SURNAME, NUMBER)
    with pytest.raises(Refusing, match="is in custody") as error:
        expunge(town, first)
    assert [fault.place for fault in error.value.faults] == [f"record `{again}`"]
    assert town.desk.reading.person(town.ctx(), first).personal is not None


def test_nobody_on_the_way_is_expunged_and_then_both_sides_forget(town: Town) -> None:
    record = town.book(SURNAME, NUMBER)
    town.lodge(record)
    town.move(town.ctx(), record, to="franklin-ny")
    with pytest.raises(Refusing, match="on the way"):
        expunge(town, record)
    there = town.ctx(agency="franklin-ny")
    (handover,) = town.desk.transfers.handovers(there)
    done = town.desk.transfers.acknowledge_transfer(there, handover.id, booking_number="NY-1")
    town.bail(done.record, agency="franklin-ny", by=BasisEnd.DISMISSED)
    order = town.order_for(there, done.record, "NY-1")
    assert isinstance(town.desk.gate.release(there, order), Released)
    assert expunge(town, done.record, "franklin-ny").handovers == 1
    left = {table for table, text in opened(town) if SURNAME.lower() in text}
    assert left == {"exeat_vault.personal"}  # at the first facility, which has an order of its own
    expunge(town, record)
    assert [text for _, text in opened(town) if SURNAME.lower() in text] == []


def test_a_record_of_entries_that_do_not_add_up_is_not_expunged_unseen(town: Town) -> None:
    record = town.book(SURNAME, NUMBER)
    with psycopg.connect(town.admin, autocommit=True) as conn:
        conn.execute("UPDATE exeat.board SET readable = false, open = NULL")
    with pytest.raises(Refusing, match="does not add up"):
        expunge(town, record)


@pytest.mark.parametrize("agency", ["arizona", "ice-sea", "nowhere"])
def test_no_other_agency_expunges(town: Town, agency: str) -> None:
    record = town.book(SURNAME, NUMBER)
    town.lodge(record)
    with pytest.raises(NotFound):
        expunge(town, record, agency)


def test_it_is_done_once_and_says_so(town: Town) -> None:
    first, _ = lived(town)
    gone = expunge(town, first)
    with pytest.raises(NotFound):
        expunge(town, first)
    with pytest.raises(Expunged, match="was expunged already"):
        expunge(town, str(gone.records[0][1]))


def test_a_booking_at_the_same_moment_is_not_torn(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person comes back between the look and the deed: nothing is destroyed."""
    first, second = lived(town)
    from exeat.desk import expunge as module

    look = module._affected

    def and_then(*args: Any) -> Affected:
        found = look(*args)
        town.book(SURNAME, NUMBER)
        return found

    monkeypatch.setattr(module, "_affected", and_then)
    with pytest.raises(Refusing, match="booked again"):
        expunge(town, first)
    assert town.desk.reading.person(town.ctx(), second).personal is not None


def test_the_log_loses_nothing_but_what_an_expungement_takes(town: Town) -> None:
    first, _ = lived(town)
    keys = [key for _, key, _ in Console(town.desk.office.db, "pierce").affected(first).records]
    kept = town.book("Other", "QZ-1")
    changes = (
        "UPDATE exeat_desk.log SET about = NULL",
        "UPDATE exeat_desk.log SET about = 'x'",
        "UPDATE exeat_desk.log SET actor = 'x'",
        "DELETE FROM exeat_desk.log",
    )
    expunge(town, first)
    with psycopg.connect(town.admin, autocommit=True) as conn:
        for change in changes:
            with pytest.raises(psycopg.Error, match="append-only"):
                conn.execute(change.encode())
        blank = "UPDATE exeat_desk.log SET about = NULL, actor = 'x' WHERE record = %s"
        with pytest.raises(psycopg.Error, match="append-only"):
            conn.execute(blank, [keys[0]])
        row = conn.execute(
            "SELECT record FROM exeat_vault.record WHERE name = %s", [kept]
        ).fetchone()
        lines = conn.execute(
            "SELECT about FROM exeat_desk.log WHERE record = %s", [row and row[0]]
        ).fetchall()
    assert all(about for (about,) in lines)


def test_what_is_typed_in_place_of_an_id_is_not_kept(town: Town) -> None:
    with pytest.raises(NotFound):
        town.desk.reading.person(town.ctx(), SURNAME)
    probe = UUID(int=7).hex
    with pytest.raises(NotFound):
        town.desk.reading.person(town.ctx(), probe)
    lines = town.desk.reading.audit_log(town.ctx(role=Role.SUPERVISOR))
    assert [line.about for line in lines if str(line.outcome) == "error:E507"] == [probe, None]
    assert SURNAME.lower() not in json.dumps([str(line) for line in lines]).lower()
