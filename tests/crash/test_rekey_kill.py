"""Killed while the vault key is changed: the file opens all there is, a second run ends it."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.pg import change_key, verify_database
from tests.scenario.failures.kit import Town, county, person_of

from exeat.desk.part import PARTS
from exeat.record import MasterKey
from exeat.record.keyfile import read_keys, write_keys
from exeat.record.part import RECORD
from exeat.record.steps import STEPS

OLD = bytes(range(32))
PROGRAM = """
    import os, signal, sys
    from pathlib import Path
    import psycopg
    from exeat.desk.part import PARTS
    from exeat.record import rotation
    from exeat.record.steps import on_step

    conninfo, path, step, times = sys.argv[1:]
    left = int(times)

    def die(reached):
        global left
        left -= reached == step
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    rotation._BATCH_KEYS = 3
    on_step(die)
    with psycopg.connect(conninfo, autocommit=True) as conn:
        rotation.change_key(conn, Path(path), PARTS)
"""
# The step, and which time it is reached: a file is written twice, and batches are many.
MOMENTS = [
    ("rotate-part-written", 1),
    ("rotate-key-added", 1),
    *(("rotate-batch-wrapped", number) for number in (1, 2, 5)),
    ("rotate-all-wrapped", 1),
    ("rotate-part-written", 2),
    ("rotate-old-dropped", 1),
]


@pytest.fixture
def town() -> Iterator[Town]:
    with county(master=MasterKey(OLD)) as one:
        for number in range(4):
            one.book("Example", f"B-{number}")
        one.desk.requests.send_request(
            one.ice, facility="pierce", person=person_of("Waiting", ""), paper=one.paper()
        )
        one.move(one.ctx(), one.book("Mover", "QZ-2"), to="franklin-ny")
        yield one


def killed(town: Town, path: Path, step: str, times: int = 1) -> None:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), town.admin, str(path), step]
    root = Path(__file__).parents[2]
    done = subprocess.run([*command, str(times)], cwd=root, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def all_open(town: Town, keys: list[bytes]) -> int:
    """Unwrap every key there is with those of a file."""
    master, count = MasterKey.of(keys), 0
    with psycopg.connect(town.admin, autocommit=True) as conn:
        for table in (table for part in (RECORD, *PARTS) for table in part.wrapped):
            found = conn.execute(
                f"SELECT {table.id}, wrapped_key FROM {table.schema}.{table.table}".encode()
            )
            for id, wrapped in found:
                master.unwrap(table.bound_to(id), wrapped, table.table)
                count += 1
        assert verify_database(conn, master=master).damages == []
    return count


@pytest.mark.parametrize(("step", "times"), MOMENTS)
def test_killed_while_the_key_is_changed(town: Town, tmp_path: Path, step: str, times: int) -> None:
    path = tmp_path / "vault.key"
    path.touch(mode=0o600)
    write_keys(path, [OLD])
    killed(town, path, step, times)
    between = read_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    wrapped = all_open(town, between)
    with psycopg.connect(town.admin, autocommit=True) as conn:
        assert change_key(conn, path) == wrapped
    (fresh,) = read_keys(path)
    assert fresh not in (OLD, *between)
    assert all_open(town, [fresh]) == wrapped
    assert [one.name for one in tmp_path.iterdir()] == ["vault.key"]


def test_killed_twice_over_it_still_ends(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "vault.key"
    path.touch(mode=0o600)
    write_keys(path, [OLD])
    killed(town, path, "rotate-batch-wrapped", 2)
    killed(town, path, "rotate-batch-wrapped", 3)
    assert len(read_keys(path)) == 3
    all_open(town, read_keys(path))
    with psycopg.connect(town.admin, autocommit=True) as conn:
        change_key(conn, path)
    assert len(read_keys(path)) == 1
    all_open(town, read_keys(path))


def test_every_step_of_the_change_is_killed_at() -> None:
    assert {step for step, _ in MOMENTS} == {step for step in STEPS if step.startswith("rotate")}
