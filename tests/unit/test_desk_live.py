"""Live changes: who may see a record is told that it moved, at once, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import Request
from fastapi.security import HTTPAuthorizationCredentials
from tests.scenario.failures.kit import Town, county

from exeat.desk.api._callers import still_in
from exeat.desk.service import live
from exeat.desk.service.live import Changes
from exeat.desk.service.setup import system_context
from exeat.office.context import Role


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


async def heard(stream: Any, seconds: float) -> list[str]:
    """Return what a stream says within so many seconds."""
    found = []
    try:
        async with asyncio.timeout(seconds):
            async for said in stream:
                found.append(said)
    except TimeoutError:
        pass
    return found


async def listen(town: Town) -> tuple[str, list[str], list[str]]:
    changes = Changes(town.desk)
    await changes.start()
    try:
        mine = asyncio.create_task(heard(changes.stream(town.ctx()), 2))
        others = asyncio.create_task(heard(changes.stream(town.ctx(agency="arizona")), 2))
        await asyncio.sleep(0.5)
        record = await asyncio.to_thread(town.book)
        return record, await mine, await others
    finally:
        await changes.stop()


def test_the_house_hears_it_and_another_house_does_not(town: Town) -> None:
    record, mine, others = asyncio.run(listen(town))
    assert f"event: record\ndata: {record}\n\n" in mine
    assert "".join(mine).count("Example") == 0  # the id, and nothing of the person
    assert others == [": open\n\n"]


async def until_it_ends(town: Town, over: Callable[[], object], still: Callable[[], bool]) -> str:
    """Return all that a stream says that goes on until something has been done."""
    changes = Changes(town.desk)
    await changes.start()
    try:
        said = asyncio.create_task(heard(changes.stream(town.ctx(), still), 10))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(over)
        await asyncio.to_thread(town.book)  # Nobody is told of it any more.
        return "".join(await said)
    finally:
        await changes.stop()


@pytest.mark.parametrize("how", ["sign-out", "disabled", "idle", "password", "key", "silence"])
def test_a_stream_ends_with_its_session_or_key(
    town: Town, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, root = town.desk.accounts, system_context(town.now)
    town.account("sam", "supervisor")
    half = people.signin.sign_in("sam", town.passwords["sam"], town.now)
    session = people.signin.made_whole(half, town.now, "code")
    own = people.signin.context(session, town.now)
    people.change_password(session, town.passwords["sam"], "a calm lake at noon", own)
    kept, key = people.keys.add(
        town.ctx("sam", role=Role.SUPERVISOR), label="jms", role="booking", scopes=["read"]
    )
    if how == "silence":  # Nothing comes in, and it is asked again all the same.
        monkeypatch.setattr(live, "_QUIET_SECONDS", 0.2)
        monkeypatch.setattr(town, "book", lambda: None)
    over: dict[str, Callable[[], object]] = {
        "sign-out": lambda: people.signin.sign_out(session, town.now),
        "silence": lambda: people.signin.sign_out(session, town.now),
        "disabled": lambda: people.disable(root, "sam", "left", "pierce"),
        "idle": lambda: town.later(minutes=31),
        "password": lambda: people.reset(root, "sam", "pierce"),
        "key": lambda: people.keys.revoke(town.ctx("sam", role=Role.SUPERVISOR), kept.id),
    }
    asks = {"cookie": session.token} if how != "key" else {}
    bearer = HTTPAuthorizationCredentials(scheme="Bearer", credentials=key)
    request = Request({"type": "http", "method": "GET", "headers": [], "client": ("192.0.2.7", 1)})
    still = still_in(request, town.desk, bearer if how == "key" else None, None, **asks)
    assert still()
    said = asyncio.run(until_it_ends(town, over[how], still))
    assert "event: record" not in said and said.endswith("event: ended\ndata:\n\n")


def test_a_silent_stream_asks_again_twice_a_minute() -> None:
    assert live._QUIET_SECONDS <= 30
