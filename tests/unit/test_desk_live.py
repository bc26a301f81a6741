"""Live changes: who may see a record is told that it moved, at once, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from tests.scenario.failures.kit import Town, county

from exeat.desk.service.live import Changes


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
