"""Two hundred clients book, lodge, lift and release the same fifty people, all at once.

The jail is one whose law commands holds, so that one that nobody saw would be a wrong release.
Afterwards nobody left past a hold or a ground that was on record at that place of the ledger,
what the desk said it took is there, every entry verifies, and the views are what a replay gives.
It lasts as long as it takes on this machine until much of each kind was tried.
``EXEAT_STORM_SECONDS`` and ``EXEAT_STORM_CLIENTS`` set how long at least, and how many.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg
import pytest
from tests.crash.storm import JAIL, PEOPLE, Storm, book, client, run
from tests.pg import custody, verify_database
from tests.scenario.failures.kit import Town, county

from exeat.decide import Verdict, decide
from exeat.facts.codec import record_to_json
from exeat.facts.events import Released
from exeat.facts.fold import fold
from exeat.facts.record import CustodyRecord
from exeat.facts.times import NEVER
from exeat.office.models import Done
from exeat.office.office import envelope
from exeat.record import Ledger, rebuild
from exeat.record.entries import Entry, History

SECONDS = float(os.environ.get("EXEAT_STORM_SECONDS", "20"))
CLIENTS = int(os.environ.get("EXEAT_STORM_CLIENTS", "200"))
LONGEST = 400.0
TRIED = ("released", "refused:moved-on", "refused:must-hold", "refused:in-custody")
FREE_TO_GO = {Verdict.RELEASE, Verdict.OVERDUE, Verdict.MAY_HOLD}

# --- what must be true afterwards ---------------------------------------------------------------


def histories(town: Town) -> Iterator[tuple[History, Any]]:
    with town.desk.office.db.transaction(town.ctx(agency=JAIL)) as tx:
        for row in tx.ledger.records():
            history = tx.ledger.read(row.record)
            yield history, town.desk.office.law(tx, JAIL, history.fold().facility.kind)


def kinds_of(entries: tuple[Entry, ...]) -> list[str]:
    return [str((entry.said() or {}).get("event", "")) for entry in entries]


def releases_of(town: Town) -> int:
    """Check every release of the ledger against what was on record when it was written."""
    count = 0
    for history, law in histories(town):
        entries = history.entries
        assert [entry.leaf.version for entry in entries] == [*range(1, len(entries) + 1)]
        left = [n for n, kind in enumerate(kinds_of(entries)) if kind == "released"]
        assert len(left) <= 1  # nobody leaves twice
        for place in left:
            given = entries[place - 1].said()
            assert given is not None and given["entry"] == "answer-given"
            # All that was on record before the answer, the officer had seen.
            assert given["answer"]["gate"]["seen_version"] == place - 1
            known = fold([event for entry in entries[: place - 1] if (event := entry.event())])
            keeps_nobody(known)
            again = decide(known, law, datetime.fromisoformat(given["answer"]["at"]))
            assert again.verdict in FREE_TO_GO
            assert given["answer"]["verdict"] == again.verdict.value
            count += 1
    return count


def keeps_nobody(known: CustodyRecord) -> None:
    """Check without the engine: no ground runs, and no request that was served is open.

    In this jail's law, a request on such a paper, served on such a person, commands the hold.
    """
    assert [basis.id for basis in known.bases if basis.end is NEVER] == []
    open_holds = [d.id for d in known.detainers if d.lifted is NEVER and d.served is not NEVER]
    assert open_holds == []
    assert known.release is None


def kept_all(storm: Storm) -> None:
    """Check that everything which the desk said it took is on record, and once."""
    ids = {}
    for history, _ in histories(storm.town):
        said = [event.id for event in history.events()]
        assert len(said) == len(set(said))
        ids[history.name] = set(said)
    assert len(storm.taken) > CLIENTS
    lost = [(done.record, set(done.events) - ids[done.record]) for done in storm.taken]
    assert [one for one in lost if one[1]] == []


def views_of(town: Town, ledger: Ledger) -> tuple[Any, Any]:
    with psycopg.connect(town.admin) as conn:
        rows = conn.execute("SELECT * FROM exeat.board ORDER BY record").fetchall()
    return rows, custody(ledger.conn, town.master)


def views_are_a_replay(town: Town) -> None:
    """Check the views against the ledger by a fold of its own, and against their own replay."""
    with Ledger.connect(town.conninfo, town.master, agency=JAIL) as ledger:
        before = views_of(town, ledger)
        folded = {h.record: record_to_json(h.fold()) for h, _ in histories(town)}
        assert before[1] == folded
        rebuild(ledger.conn, town.master)
        assert views_of(town, ledger) == before


def sound(town: Town) -> int:
    with psycopg.connect(town.admin, autocommit=True) as conn:
        report = verify_database(conn, master=town.master)
    assert report.count == 0, report.lines()
    assert report.size > 100 and report.opened == report.size
    return report.size


def tried_enough(storm: Storm) -> bool:
    """Say whether nobody stood by, and much of each kind was tried."""
    return len(storm.active) == CLIENTS and all(storm.seen[what] >= 10 for what in TRIED)


@pytest.mark.slow
def test_two_hundred_clients_at_fifty_people(capsys: pytest.CaptureFixture[str]) -> None:
    with county(pool_size=12, wait_seconds=120) as town:
        storm = Storm(town)
        for who in range(PEOPLE):
            storm.now_in[who] = book(storm, who, storm.ctx(0))
        began = time.monotonic()

        def over() -> bool:
            lasted = time.monotonic() - began
            return lasted > LONGEST or (lasted > SECONDS and tried_enough(storm))

        run(lambda number: client(storm, number, over), CLIENTS)
        took = time.monotonic() - began
        assert not storm.broken, storm.broken[0]
        assert releases_of(town) == storm.seen["released"]
        kept_all(storm)
        size = sound(town)
        views_are_a_replay(town)
        # All of this is worth something only if much was tried, and much of it stopped.
        assert tried_enough(storm), storm.seen
        with capsys.disabled():
            acts = sum(storm.active.values())
            print(
                f"\n{CLIENTS} clients, {took:.0f} s: {acts} acts"
                f" ({acts / took:.0f}/s), {size} entries"
            )
            for what, count in storm.seen.most_common():
                print(f"  {count:6} {what}")


# --- the checks can say no ----------------------------------------------------------------------


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def at_the_door(town: Town) -> str:
    """Return somebody free to go, past the gate's own look at the record."""
    storm = Storm(town)
    record = book(storm, 1, town.ctx(agency=JAIL))
    town.bail(record, JAIL)
    return record


def out(town: Town, record: str, seen: int) -> None:
    """Let somebody go without the gate, as if these many entries had been seen."""
    ctx = town.ctx(agency=JAIL)
    given = {"verdict": "release", "at": town.now.isoformat(), "gate": {"seen_version": seen}}
    with town.desk.office.db.transaction(ctx) as tx:
        tx.ledger.append_answer(record, "a1", given)
        tx.ledger.append([Released(**envelope(ctx, record, "out", None))])


def test_the_check_of_releases_lets_pass_what_the_gate_would(town: Town) -> None:
    record = at_the_door(town)
    out(town, record, town.desk.gate.clear(town.ctx(agency=JAIL), record).version)
    assert releases_of(town) == 1


def test_the_check_of_releases_finds_a_hold_that_was_not_seen(town: Town) -> None:
    record = at_the_door(town)
    seen = town.desk.gate.clear(town.ctx(agency=JAIL), record).version
    town.lodge(record, agency=JAIL)
    out(town, record, seen)
    with pytest.raises(AssertionError, match=r"assert 4 == \(8 - 1\)"):
        releases_of(town)


def test_the_check_of_releases_finds_a_hold_that_was_seen_and_passed_over(town: Town) -> None:
    record = at_the_door(town)
    town.lodge(record, agency=JAIL)
    out(town, record, town.desk.gate.clear(town.ctx(agency=JAIL), record).version)
    with pytest.raises(AssertionError, match="d1"):
        releases_of(town)


def test_the_check_of_what_was_taken_finds_what_is_lost(town: Town) -> None:
    storm = Storm(town)
    record = book(storm, 1, town.ctx(agency=JAIL))
    storm.taken += [Done(record, 9, ("e-lost",))] * (CLIENTS + 1)
    with pytest.raises(AssertionError, match="e-lost"):
        kept_all(storm)


def test_the_check_of_views_finds_one_that_stands_still(town: Town) -> None:
    record = at_the_door(town)
    with psycopg.connect(town.admin) as conn:
        old = conn.execute("SELECT nonce, sealed FROM exeat_vault.custody").fetchall()
    views_are_a_replay(town)
    town.lodge(record, agency=JAIL)
    with psycopg.connect(town.admin) as conn:
        conn.execute("UPDATE exeat_vault.custody SET nonce = %s, sealed = %s", old[0])
    with pytest.raises(AssertionError):
        views_are_a_replay(town)
