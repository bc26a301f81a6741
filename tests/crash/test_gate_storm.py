"""Two hundred clients book, lodge, lift and release the same fifty people, all at once.

Afterwards nobody was released past a hold that was on record, every entry verifies, and the
views are what the ledger says. ``EXEAT_STORM_SECONDS`` sets how long: 20 here, 60 in the bench.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any

import psycopg
import pytest
from tests.scenario.failures.kit import Town, county, person_of

from exeat.decide import Verdict, decide
from exeat.desk.service import Context, Role
from exeat.desk.service._base import envelope
from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import Refused
from exeat.errors import ExeatError
from exeat.facts.codes import BasisEnd, BasisKind, LiftReason
from exeat.facts.events import Released
from exeat.facts.fold import fold
from exeat.record import Ledger, custody, rebuild, verify_database

SECONDS = float(os.environ.get("EXEAT_STORM_SECONDS", "20"))
CLIENTS = int(os.environ.get("EXEAT_STORM_CLIENTS", "200"))
PEOPLE = 50
FREE_TO_GO = {Verdict.RELEASE, Verdict.OVERDUE, Verdict.MAY_HOLD}


@dataclass
class Storm:
    """What the clients share: the record that each person has now, and what came of each try."""

    town: Town
    now_in: dict[int, str] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)
    broken: list[BaseException] = field(default_factory=list)

    def count(self, what: str) -> None:
        with self.lock:
            self.seen[what] += 1


def book(storm: Storm, who: int, ctx: Context) -> str:
    bases = [NewBasis(id="charge", kind=BasisKind.CHARGE)]
    person = person_of(f"Person{who}", f"B-{who}")
    return storm.town.desk.book(ctx, person, bases=bases).record


def act(storm: Storm, rng: random.Random, ctx: Context, who: int) -> str:
    """Do one thing with one person, as any of the clients might."""
    desk, record = storm.town.desk, storm.now_in[who]
    chosen = rng.random()
    if chosen < 0.15:
        desk.end_basis(ctx, record, basis="charge", ended_by=BasisEnd.BAIL)
        return "ended"
    if chosen < 0.35:
        id = f"d{rng.randrange(3)}"
        desk.lodge(ctx, record, detainer=id, issuer="ice-sea", paper=storm.town.paper())
        return "lodged"
    if chosen < 0.45:
        desk.send_request(
            storm.town.ctx("agent", "ice-sea", Role.REQUESTER),
            facility="pierce",
            person=person_of(f"Person{who}", f"B-{who}"),
            paper=storm.town.paper(),
        )
        return "sent"
    if chosen < 0.55:
        desk.lift(ctx, record, detainer=f"d{rng.randrange(3)}", reason=LiftReason.CANCELLED)
        return "lifted"
    return release(storm, rng, ctx, who, record)


def release(storm: Storm, rng: random.Random, ctx: Context, who: int, record: str) -> str:
    """Look at the screen, take a moment, and try to let the person go."""
    desk = storm.town.desk
    seen = desk.clear(ctx, record).version
    time.sleep(rng.random() * 0.02)
    order = storm.town.order_for(ctx, record, f"B-{who}", seen_version=seen)
    found = desk.release(ctx, order)
    if isinstance(found, Refused):
        return "refused:" + found.refusals[0].kind.value
    with storm.lock:
        fresh = storm.now_in[who] == record
        if fresh:
            storm.now_in[who] = ""
    if fresh:
        storm.now_in[who] = book(storm, who, ctx)
    return "released"


def client(storm: Storm, number: int, until: float) -> None:
    rng = random.Random(number)
    ctx = storm.town.ctx(f"client-{number}")
    while time.monotonic() < until and not storm.broken:
        who = rng.randrange(PEOPLE)
        if not storm.now_in[who]:
            continue
        try:
            storm.count(act(storm, rng, ctx, who))
        except ExeatError as error:
            storm.count("refused by the service: " + type(error).__name__)
        except Exception as error:
            storm.broken.append(error)


def run(work: Callable[[int], Any], many: int) -> None:
    threads = [Thread(target=work, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def releases_of(town: Town) -> int:
    """Check every release of the ledger against what was on record when it was written."""
    ctx, count = town.ctx(), 0
    with town.desk.db.transaction(ctx) as tx:
        for row in tx.ledger.records():
            history = tx.ledger.read(row.record)
            entries = history.entries
            left = [
                n
                for n, entry in enumerate(entries)
                if (entry.said() or {}).get("event") == "released"
            ]
            assert len(left) <= 1  # nobody leaves twice
            for place in left:
                given = entries[place - 1].said()
                assert given is not None and given["entry"] == "answer-given"
                # All that was on record before the answer, the officer had seen.
                assert given["answer"]["gate"]["seen_version"] == place - 1
                known = [event for entry in entries[: place - 1] if (event := entry.event())]
                law = town.desk._law(tx, "pierce", fold(known).facility.kind)
                again = decide(fold(known), law, town.now)
                assert again.verdict in FREE_TO_GO
                assert given["answer"]["verdict"] == again.verdict.value
                count += 1
    return count


def views_of(town: Town, ledger: Ledger) -> tuple[Any, Any]:
    with psycopg.connect(town.admin) as conn:
        rows = conn.execute("SELECT * FROM exeat.board ORDER BY record").fetchall()
    return rows, custody(ledger.conn, town.master)


@pytest.mark.slow
def test_two_hundred_clients_at_fifty_people(capsys: pytest.CaptureFixture[str]) -> None:
    with county(pool_size=12) as town:
        storm = Storm(town)
        for who in range(PEOPLE):
            storm.now_in[who] = book(storm, who, town.ctx())
        began = time.monotonic()
        run(lambda number: client(storm, number, began + SECONDS), CLIENTS)
        took = time.monotonic() - began
        assert not storm.broken, storm.broken[0]
        assert storm.seen["released"] > 0 and storm.seen["refused:moved-on"] > 0, storm.seen
        assert releases_of(town) == storm.seen["released"]

        with psycopg.connect(town.admin, autocommit=True) as conn:
            report = verify_database(conn, master=town.master)
        assert report.count == 0, report.lines()
        assert report.size > 100 and report.opened == report.size

        with Ledger.connect(town.conninfo, town.master, agency="pierce") as ledger:
            before = views_of(town, ledger)
            rebuild(ledger.conn, town.master)
            assert views_of(town, ledger) == before
        with capsys.disabled():
            acts = sum(storm.seen.values())
            print(
                f"\n{CLIENTS} clients, {took:.0f} s: {acts} acts"
                f" ({acts / took:.0f}/s), {report.size} entries"
            )
            for what, count in storm.seen.most_common():
                print(f"  {count:6} {what}")


def test_the_check_of_releases_finds_a_hold_that_was_not_seen() -> None:
    """A checker that cannot fail checks nothing: release past a hold, without the gate."""
    with county() as town:
        record = town.book()
        town.bail(record)
        seen = town.desk.clear(town.ctx(), record).version
        town.lodge(record)
        with town.desk.db.transaction(town.ctx()) as tx:
            given = {"verdict": "release", "gate": {"seen_version": seen}}
            tx.ledger.append_answer(record, "a1", given)
            said = envelope(town.ctx(), record, "out", None)
            tx.ledger.append([Released(**said)])
        with pytest.raises(AssertionError):
            releases_of(town)
