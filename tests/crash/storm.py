"""Clients that all act on the same fifty people of one jail, each as fast as the desk answers.

The jail is one whose law commands holds, so that a hold that nobody saw makes a wrong release.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock, Thread
from typing import Any

from tests.scenario.failures.kit import NOON, Town, person_of

from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import Refused
from exeat.errors import ExeatError
from exeat.facts.codes import BasisEnd, BasisKind, LiftReason, StatusProof
from exeat.facts.record import Person
from exeat.facts.times import NEVER
from exeat.office.context import Context, Role
from exeat.office.models import Done

__all__ = ["JAIL", "PEOPLE", "Storm", "book", "client", "run"]

PEOPLE = 50
JAIL = "texas"


@dataclass
class Storm:
    """What the clients share: the record that each person has now, and what came of each try."""

    town: Town
    began: float = field(default_factory=time.monotonic)
    now_in: dict[int, str] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    active: Counter[int] = field(default_factory=Counter)
    taken: list[Done] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    broken: list[BaseException] = field(default_factory=list)

    def count(self, number: int, *what: str) -> None:
        with self.lock:
            self.seen.update(what)
            self.active[number] += 1

    def took(self, done: Done) -> None:
        with self.lock:
            self.taken.append(done)

    def ctx(self, number: int) -> Context:
        """Return a client, now: the clock runs."""
        self.town.now = NOON + timedelta(seconds=time.monotonic() - self.began)
        return self.town.ctx(f"client-{number}", JAIL)


def book(storm: Storm, who: int, ctx: Context) -> str:
    bases = [NewBasis(id="charge", kind=BasisKind.CHARGE)]
    facts = Person(status_proof=StatusProof.NONE)
    person = person_of(f"Person{who}", f"B-{who}")
    others = [one.record for one in storm.town.desk.acts.booked_already(ctx, person)]
    done = storm.town.desk.acts.book(ctx, person, bases=bases, facts=facts, not_these=others)
    storm.took(done)
    return done.record


def act(storm: Storm, rng: random.Random, number: int, who: int) -> tuple[str, ...]:
    """Do one thing with one person, as any of the clients might."""
    desk, record, ctx = storm.town.desk, storm.now_in[who], storm.ctx(number)
    chosen = rng.random()
    if chosen < 0.12:
        storm.took(
            desk.acts.enter(ctx, "end_basis", record, basis="charge", ended_by=BasisEnd.BAIL)
        )
        return ("ended",)
    if chosen < 0.26:
        id = f"d{rng.randrange(1000)}"
        paper = storm.town.paper()
        storm.took(desk.requests.lodge(ctx, record, detainer=id, issuer="ice-sea", paper=paper))
        storm.took(desk.acts.enter(ctx, "serve", record, detainer=id))
        return ("lodged",)
    if chosen < 0.30:
        return send(storm, who)
    if chosen < 0.34:
        return match(storm, ctx, who, record)
    if chosen < 0.38:
        return stranger(storm, rng, ctx)
    if chosen < 0.54:
        return lift(storm, rng, ctx, record)
    return release(storm, rng, number, who, record)


def send(storm: Storm, who: int) -> tuple[str, ...]:
    """Send a request from the issuer's own desk; with two identifiers it stands at once."""
    storm.town.desk.requests.send_request(
        storm.town.ctx("agent", "ice-sea", Role.REQUESTER),
        facility=JAIL,
        person=person_of(f"Person{who}", f"B-{who}"),
        paper=storm.town.paper(),
    )
    return ("sent",)


def stranger(storm: Storm, rng: random.Random, ctx: Context) -> tuple[str, ...]:
    """Ask for somebody who is not here, and answer, or withdraw, or leave it."""
    desk, ice = storm.town.desk, storm.town.ctx("agent", "ice-sea", Role.REQUESTER)
    person = person_of("Nobody", f"N-{rng.randrange(PEOPLE)}", born=None)
    sent = desk.requests.send_request(ice, facility=JAIL, person=person, paper=storm.town.paper())
    assert sent.receipt_leaf is not None
    chosen = rng.random()
    if chosen < 0.4:
        storm.town.not_here(sent.id, ctx)
    elif chosen < 0.7:
        desk.requests.withdraw_request(ice, sent.id)
    return ("sent for nobody here",)


def match(storm: Storm, ctx: Context, who: int, record: str) -> tuple[str, ...]:
    """Say of a request that waits whom it is about."""
    for one in storm.town.desk.requests.requests(ctx):
        if not one.answered and one.person and one.person.booking_number == f"B-{who}":
            storm.took(storm.town.match(one.id, record, ctx))
            return ("matched",)
    return ("nothing to match",)


def lift(storm: Storm, rng: random.Random, ctx: Context, record: str) -> tuple[str, ...]:
    """Lift requests that are open; often all of them, so that people get to go."""
    desk = storm.town.desk
    found = [d.id for d in desk.gate.clear(ctx, record).record.detainers if d.lifted is NEVER]
    for id in found[: rng.choice((1, len(found)))] if found else ():
        storm.took(desk.acts.enter(ctx, "lift", record, detainer=id, reason=LiftReason.CANCELLED))
    return ("lifted",) if found else ("nothing to lift",)


def release(
    storm: Storm, rng: random.Random, number: int, who: int, record: str
) -> tuple[str, ...]:
    """Look at the screen, take a moment, and try to let the person go."""
    desk = storm.town.desk
    seen = desk.gate.clear(storm.ctx(number), record).version
    time.sleep(rng.random() * 0.02)
    ctx = storm.ctx(number)
    found = desk.gate.release(ctx, storm.town.order_for(ctx, record, f"B-{who}", seen_version=seen))
    if isinstance(found, Refused):
        return ("refused", *(f"refused:{one.kind.value}" for one in found.refusals))
    with storm.lock:
        fresh = storm.now_in[who] == record
        if fresh:
            storm.now_in[who] = ""
    if fresh:
        storm.now_in[who] = book(storm, who, storm.ctx(number))
    return ("released",)


def client(storm: Storm, number: int, over: Callable[[], bool]) -> None:
    rng = random.Random(number)
    while not over() and not storm.broken:
        who = rng.randrange(PEOPLE)
        if not storm.now_in[who]:
            time.sleep(0.001)
            continue
        try:
            storm.count(number, *act(storm, rng, number, who))
        except ExeatError as error:
            storm.count(number, "refused by the service: " + type(error).__name__)
        except Exception as error:
            storm.broken.append(error)


def run(work: Callable[[int], Any], many: int) -> None:
    threads = [Thread(target=work, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
