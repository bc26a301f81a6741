"""Two people who release against the gate are two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyotp
import pytest
from tests.scenario.failures.kit import Town, county

from exeat.desk.service.models import Override, OverrideReason, Released
from exeat.desk.service.setup import system_context
from exeat.office.context import Context, Role, Scope
from exeat.office.errors import BadInput, NotPermitted, Refusing, SignInError
from exeat.office.models import TaskKind


@pytest.fixture(scope="module")
def shared() -> Iterator[Town]:
    with county() as one:
        for name in ("sam", "kim"):
            one.account(name, "supervisor")
        yield one


@pytest.fixture
def town(shared: Town) -> Town:
    shared.later(days=31)  # Whatever another test made is long ago.
    shared.desk.accounts.enable(lead(shared), "sam")
    shared.desk.accounts.enable(lead(shared), "kim")
    return shared


def lead(town: Town, name: str = "sam") -> Context:
    return town.ctx(name, role=Role.SUPERVISOR)


def enrol(town: Town, name: str, password: str) -> None:
    """Give an account a code app, as whoever knows its first password can."""
    session = town.desk.accounts.signin.sign_in(name, password, town.now)
    totp = pyotp.parse_uri(town.desk.accounts.signin.enrol(session, town.now))
    assert isinstance(totp, pyotp.TOTP)
    town.passwords[name], town.secrets[name] = password, totp.secret


def make(town: Town, name: str, by: str) -> None:
    said = {"name": name, "shown": name, "role": "supervisor"}
    _, password = town.desk.accounts.add_account(lead(town, by), **said)
    enrol(town, name, password)


def approve(town: Town, name: str) -> None:
    town.desk.accounts.approve(system_context(town.now), name, "pierce")


def override(town: Town, number: str, first: Context, second: str) -> object:
    # Nobody else's name begins or sounds like it, or the gate would ask about namesakes.
    record = town.book("".join(chr(97 + ord(one) % 26) * 3 for one in number), number)
    said = Override(reason=OverrideReason.LIFE, words="x", second=town.witness(second))
    order = town.order(record, number, override=said)
    return town.desk.gate.release(replace(first, now=town.now), order)


def test_a_systems_key_is_no_person(town: Town) -> None:
    key = replace(
        town.ctx("key:6072", role=Role.BOOKING), scopes=frozenset({Scope.RELEASE, Scope.RECORD})
    )
    with pytest.raises(SignInError, match="two people"):
        override(town, "K-1", key, "sam")


def test_who_made_an_account_does_not_sign_with_it_for_a_while(town: Town) -> None:
    make(town, "ghost@pierce", by="sam")
    with pytest.raises(SignInError, match="the first person again"):
        override(town, "M-1", lead(town), "ghost@pierce")
    town.later(minutes=1)
    with pytest.raises(SignInError, match="the first person again"):
        override(town, "M-2", lead(town, "ghost@pierce"), "sam")
    town.later(minutes=1)
    with pytest.raises(SignInError, match="not approved by the host"):
        override(town, "M-5", lead(town, "kim"), "ghost@pierce")
    approve(town, "ghost@pierce")
    town.later(minutes=1)
    assert isinstance(override(town, "M-3", lead(town, "kim"), "ghost@pierce"), Released)
    town.later(days=30)
    assert isinstance(override(town, "M-4", lead(town), "ghost@pierce"), Released)


def test_nor_does_who_reset_a_colleague(town: Town) -> None:
    enrol(town, "kim", town.desk.accounts.reset(lead(town), "kim"))
    with pytest.raises(SignInError, match="the first person again"):
        override(town, "R-1", lead(town), "kim")
    town.later(days=30, minutes=1)
    assert isinstance(override(town, "R-2", lead(town), "kim"), Released)


def test_nor_two_whom_one_made_nor_one_whom_another_made_for_them(town: Town) -> None:
    make(town, "ghost.a@pierce", by="sam")
    make(town, "ghost.b@pierce", by="sam")
    make(town, "ghost.c@pierce", by="ghost.a@pierce")
    for number, (first, second) in enumerate(
        [
            ("ghost.a@pierce", "ghost.b@pierce"),
            ("sam", "ghost.c@pierce"),
            ("ghost.b@pierce", "ghost.c@pierce"),
        ]
    ):
        town.later(minutes=1)
        with pytest.raises(SignInError, match="the first person again"):
            override(town, f"G-{number}", lead(town, first), second)
    town.later(minutes=1)
    approve(town, "ghost.a@pierce")
    assert isinstance(override(town, "G-9", lead(town, "kim"), "ghost.a@pierce"), Released)


def test_neither_of_the_two_looks_at_their_own_release_nor_a_key(town: Town) -> None:
    town.account("lee", "supervisor")
    town.later(days=31)
    for name in ("sam", "kim", "lee"):
        town.desk.accounts.enable(lead(town), name)
    released = override(town, "V-1", lead(town), "kim")
    assert isinstance(released, Released)
    [task] = [
        one.id for one in town.desk.reading.tasks(lead(town))
        if one.record == released.record and one.kind is TaskKind.OVERRIDE
    ]  # fmt: skip
    key = replace(lead(town, "key:1"), scopes=frozenset({Scope.RECORD}))
    for who, why in ((lead(town), "own"), (lead(town, "kim"), "own"), (key, "this is a key")):
        with pytest.raises(Refusing, match=why):
            town.desk.rounds.close_task(who, task, "All was well.")
    make(town, "ghost.v@pierce", by="kim")
    with pytest.raises(Refusing, match="an act of your own"):
        town.desk.rounds.close_task(lead(town, "ghost.v@pierce"), task, "All was well.")
    town.desk.rounds.close_task(lead(town, "lee"), task, "The judge had called.")


def test_only_the_host_approves_a_supervisor_and_whom_it_made_is_approved(town: Town) -> None:
    people = town.desk.accounts
    make(town, "ghost.h@pierce", by="kim")
    for who in (lead(town), lead(town, "kim"), town.ctx("ari", role=Role.AUDITOR)):
        with pytest.raises(NotPermitted):
            people.approve(who, "ghost.h@pierce")
    people.add_account(lead(town, "kim"), name="clerk.h@pierce", shown="x", role="booking")
    with pytest.raises(BadInput, match="no supervisor's"):
        approve(town, "clerk.h@pierce")
    state = {one.name: one.approved for one in people.users(lead(town))}
    assert state["ghost.h@pierce"] is None and state["sam"] is not None
    approve(town, "ghost.h@pierce")
    first = {one.name: one.approved for one in people.users(lead(town))}["ghost.h@pierce"]
    town.later(days=1)
    approve(town, "ghost.h@pierce")  # Once more changes nothing.
    assert {one.name: one.approved for one in people.users(lead(town))}["ghost.h@pierce"] == first
    lines = town.desk.reading.audit_log(town.ctx("ari", role=Role.AUDITOR))
    assert [line.about for line in lines if line.what == "approve"][:2] == [
        "ghost.h@pierce",
        "ghost.h@pierce",
    ]


def test_whoever_looks_at_a_release_against_the_gate_is_approved_too(town: Town) -> None:
    town.account("max", "supervisor")
    make(town, "ghost.w@pierce", by="max")
    town.later(days=31)
    for name in ("sam", "kim", "ghost.w@pierce"):
        town.desk.accounts.enable(lead(town), name)
    released = override(town, "W-1", lead(town), "kim")
    assert isinstance(released, Released)
    [task] = [
        one.id for one in town.desk.reading.tasks(lead(town))
        if one.record == released.record and one.kind is TaskKind.OVERRIDE
    ]  # fmt: skip
    with pytest.raises(Refusing, match="whom the host has approved"):
        town.desk.rounds.close_task(lead(town, "ghost.w@pierce"), task, "All was well.")
    approve(town, "ghost.w@pierce")
    town.desk.rounds.close_task(lead(town, "ghost.w@pierce"), task, "The judge had called.")
