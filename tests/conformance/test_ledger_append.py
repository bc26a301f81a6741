"""Writing: once, in order, in one transaction, and only on what the writer has seen."""

from __future__ import annotations

import pickle
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from tests.pg import Ground, booking, verify_database

from exeat.errors import LedgerError, RecordError
from exeat.facts.events import Disputed
from exeat.record import DuplicateDifferent, Ledger, MasterKey, NotFound, StaleVersion

pytest_plugins = ["tests.pg"]


def size(ground: Ground) -> int:
    with ground.admin() as conn:
        return conn.execute("SELECT count(*) FROM exeat.entry").fetchone()[0]


def test_what_is_appended_is_read_back(ground: Ground) -> None:
    with ground.ledger() as ledger:
        receipts = ledger.append(booking())
        history = ledger.read("r1")
    assert history.events() == booking()
    assert [one.seq for one in receipts] == [one.version - 1 for one in receipts] == [0, 1, 2, 3, 4]
    assert history.version == 5
    assert len(history.fold().detainers) == 3


def test_nothing_to_append_is_nothing(ground: Ground) -> None:
    with ground.ledger() as ledger:
        assert ledger.append([]) == ()
    assert size(ground) == 0


def test_sending_again_gives_the_first_receipt(ground: Ground) -> None:
    with ground.ledger() as ledger:
        first = ledger.append(booking())
        again = ledger.append(booking(), expected_version=0)
        more = ledger.append(booking(more=4))
    assert again == first
    assert more[:5] == first and more[5].version == 6
    assert size(ground) == 6


def test_the_same_event_twice_in_one_call_is_one_entry(ground: Ground) -> None:
    events = booking()
    with ground.ledger() as ledger:
        receipts = ledger.append([*events, events[0]])
    assert receipts[0] == receipts[5]
    assert size(ground) == 5


def test_an_id_with_another_content_is_refused(ground: Ground) -> None:
    events = booking()
    other = replace(events[1], note="something else")
    with ground.ledger() as ledger:
        ledger.append(events)
        with pytest.raises(DuplicateDifferent, match="`e2` stands for another content"):
            ledger.append([*booking(more=4)[5:], other])
        with pytest.raises(DuplicateDifferent):
            ledger.append([replace(other, id="e9"), replace(events[1], id="e9")])
    assert size(ground) == 5


def test_the_same_id_in_two_records_is_two_events(ground: Ground) -> None:
    with ground.ledger() as ledger:
        ledger.append(booking("r1"))
        ledger.append(booking("r2"))
    assert size(ground) == 10


def test_a_decision_on_what_has_moved_on_is_refused(ground: Ground) -> None:
    events = booking(more=4)
    with ground.ledger() as ledger, ground.ledger() as other:
        seen = ledger.append(events[:3])[-1].version
        other.append([events[3]], expected_version=seen)
        with pytest.raises(StaleVersion, match="at version 4") as caught:
            ledger.append([events[4]], expected_version=seen)
        assert ledger.append([events[4]], expected_version=4)[0].version == 5
    assert pickle.loads(pickle.dumps(caught.value)).faults == caught.value.faults


def test_events_that_do_not_add_up_are_refused_whole(ground: Ground) -> None:
    events = booking()
    stray = Disputed(
        id="e9", record="r1", occurred=events[0].occurred, recorded=events[0].recorded,
        by="desk", of="nothing", says="x",
    )  # fmt: skip
    with ground.ledger() as ledger:
        with pytest.raises(RecordError):
            ledger.append([*events, stray])
        assert size(ground) == 0
        ledger.append(events)
        ledger.append([stray], check=False)
        assert ledger.read("r1").version == 6


def test_two_records_in_one_call_are_refused(ground: Ground) -> None:
    with ground.ledger() as ledger, pytest.raises(RecordError, match="`r1` and `r2`"):
        ledger.append([*booking("r1"), *booking("r2")])


def test_an_answer_stands_beside_the_events(ground: Ground) -> None:
    answer = {"verdict": "release", "at": "2026-03-06T12:00-05:00", "hours": 1.5}
    with ground.ledger() as ledger:
        ledger.append(booking())
        first = ledger.append_answer("r1", "a1", answer, expected_version=5)
        assert ledger.append_answer("r1", "a1", answer) == first
        history = ledger.read("r1")
        with pytest.raises(StaleVersion):
            ledger.append_answer("r1", "a2", answer, expected_version=5)
        with pytest.raises(NotFound):
            ledger.append_answer("r2", "a1", answer)
    assert history.answers() == (answer,)
    assert history.events() == booking()


def test_as_of_shows_what_the_ledger_had_by_then(ground: Ground) -> None:
    events = booking()
    with ground.ledger() as ledger:
        receipt = ledger.append(events[:2])[-1]
        ledger.append(events[2:])
        then = ledger.read("r1", as_of=receipt.appended)
        before = ledger.read("r1", as_of=receipt.appended - timedelta(microseconds=1))
    assert then.events() == events[:2]
    assert before.entries == ()


def test_a_clock_that_is_set_back_never_makes_an_entry_older_than_the_last(ground: Ground) -> None:
    with ground.admin() as conn, ground.ledger() as ledger:
        set_ahead = "UPDATE exeat.head SET appended = clock_timestamp() + interval '9 seconds'"
        [(head,)] = conn.execute(f"{set_ahead} RETURNING appended".encode()).fetchall()
        first = ledger.append(booking("r1"))[0]
        second = ledger.append(booking("r2"))[0]
        assert second.appended == first.appended == head
        assert verify_database(conn, master=ground.master).count == 0


def test_known_at_is_about_what_the_events_claim(ground: Ground) -> None:
    with ground.ledger() as ledger:
        ledger.append(booking())
        history = ledger.read("r1")
    with pytest.raises(RecordError):
        history.fold(known_at=datetime(2026, 3, 6, 14, 59, tzinfo=UTC))
    assert len(history.fold(known_at=datetime(2026, 3, 6, 15, tzinfo=UTC)).detainers) == 3


def test_nothing_is_seen_before_the_commit_and_nothing_is_left_after_a_fault(
    ground: Ground,
) -> None:
    with ground.ledger() as ledger, ground.ledger() as other:
        with pytest.raises(ZeroDivisionError), ledger.conn.transaction():
            ledger.append(booking())
            with pytest.raises(NotFound):
                other.read("r1")
            _ = 1 / 0
        assert size(ground) == 0
        with ledger.conn.transaction():
            ledger.append(booking())
            ledger.append(booking("r2"))
        assert size(ground) == 10


def test_a_refused_append_spares_the_callers_own_transaction(ground: Ground) -> None:
    with ground.ledger() as ledger:
        ledger.append(booking())
        with ledger.conn.transaction():
            with pytest.raises(StaleVersion):
                ledger.append(booking(more=4), expected_version=1)
            ledger.append(booking("r2"))
    assert size(ground) == 10


def test_a_connection_without_autocommit_is_refused(ground: Ground) -> None:
    info = ground.server.conninfo(user="desk_a", database=ground.database)
    with psycopg.connect(info) as conn, pytest.raises(ValueError, match="autocommit"):
        Ledger(conn, ground.master)


def test_many_writers_leave_no_gap_and_commit_in_the_order_of_numbers(ground: Ground) -> None:
    """A reader that follows the numbers never finds a smaller one later."""
    writers, rounds = 4, 12
    late: list[tuple[int, int]] = []
    done = threading.Event()

    def write(name: int) -> None:
        with ground.ledger() as ledger:
            for number in range(rounds):
                ledger.append(booking(f"r{name}-{number}", more=1))

    def follow() -> None:
        with ground.admin() as conn:
            seen: set[int] = set()
            while not done.is_set():
                found = {seq for (seq,) in conn.execute("SELECT seq FROM exeat.entry")}
                late.extend((seq, max(seen)) for seq in found - seen if seen and seq < max(seen))
                seen |= found

    threads = [threading.Thread(target=write, args=(name,)) for name in range(writers)]
    reader = threading.Thread(target=follow)
    reader.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    reader.join()
    assert late == []
    with ground.admin() as conn:
        report = verify_database(conn, master=ground.master)
    assert (report.size, report.count) == (writers * rounds * 3, 0)


def test_of_writers_with_the_same_expectation_one_wins(ground: Ground) -> None:
    with ground.ledger() as ledger:
        ledger.append(booking(more=0))
    events = booking(more=8)[2:]
    outcomes: list[str] = []

    def write(number: int) -> None:
        with ground.ledger() as ledger:
            try:
                ledger.append([events[number]], expected_version=2)
                outcomes.append("written")
            except StaleVersion:
                outcomes.append("stale")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["stale"] * 7 + ["written"]


def test_the_same_call_from_many_sides_at_once_is_written_once(ground: Ground) -> None:
    receipts: list[object] = []
    gate = threading.Barrier(6)

    def write() -> None:
        with ground.ledger() as ledger:
            gate.wait()
            receipts.append(ledger.append(booking()))

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 6 and all(one == receipts[0] for one in receipts)
    assert size(ground) == 5


def test_what_the_database_keeps_in_clear_names_nobody(ground: Ground) -> None:
    events = [replace(event, note="A PRIVATE NOTE") for event in booking("BOOKING-77")]
    with ground.ledger() as ledger:
        ledger.append(events, person="PERSON-99")
        ledger.append_answer("BOOKING-77", "ANSWER-1", {"x": "A PRIVATE NOTE"})
        ledger.read("BOOKING-77")
    with ground.admin() as conn:
        for table in ("entry", "board", "stake", "head", "node", "access"):
            text = str(conn.execute(f"SELECT t::text FROM exeat.{table} t".encode()).fetchall())
            for word in ("BOOKING", "PERSON", "PRIVATE", "ANSWER"):
                assert word not in text, (table, word)
        for table in ("payload", "custody"):
            found = conn.execute(f"SELECT sealed FROM exeat_vault.{table}".encode()).fetchall()
            assert not any(b"PRIVATE" in sealed or b"booked" in sealed for (sealed,) in found)


def test_with_another_master_key_nothing_is_read(ground: Ground) -> None:
    with ground.ledger() as ledger:
        ledger.append(booking())
    stranger = Ledger(ground.raw("desk_a"), MasterKey.generate())
    with stranger as ledger, pytest.raises(LedgerError, match="was not given"):
        ledger.read("r1")
