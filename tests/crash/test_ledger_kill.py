"""Killed at every step: what was promised is there, what was not leaves no trace, and a
second try of the same call gives what the first would have given."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
from pathlib import Path

import psycopg
import pytest
from tests.pg import Ground, board, booking, migrate, verify_database

from exeat.record import Ledger, MasterKey, Receipt, Signer, add_agency, add_login, rebuild
from exeat.record.kept import Kept
from exeat.record.server import PrivateServer, client_tool
from exeat.record.steps import STEPS

pytest_plugins = ["tests.pg"]

MASTER = bytes(range(32))
SIGNER = Signer("example.org/log", bytes(range(32)))

PROGRAM = """
    import os, signal, sys
    from pathlib import Path
    import psycopg
    from exeat.record import Ledger, MasterKey, Signer
    from exeat.record.kept import Kept
    from exeat.record.steps import on_step
    from tests.pg import booking

    conninfo, step, act, *file = sys.argv[1:]

    def die(reached):
        if reached == step:
            os.kill(os.getpid(), signal.SIGKILL)

    conn = psycopg.connect(conninfo, autocommit=True)
    ledger = Ledger(conn, MasterKey(bytes(range(32))))
    on_step(die)
    if act == "append":
        ledger.append(booking("r2"), person="p2")
    elif act == "checkpoint":
        signer = Signer("example.org/log", bytes(range(32)))
        ledger.checkpoint(signer, kept=Kept(Path(file[0]), signer.verifier()))
    else:
        ledger.shred("r1")
"""


def killed(ground: Ground, step: str, act: str, *more: str) -> int:
    conninfo = ground.server.conninfo(user="desk_a", database=ground.database)
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), conninfo, step, act, *more]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def own(ground: Ground) -> Ground:
    ground.master = MasterKey(MASTER)
    ground.signer = SIGNER
    with ground.ledger() as ledger:
        ledger.append(booking("r1"))
        ledger.checkpoint(SIGNER)
    return ground


def sound(ground: Ground, size: int) -> None:
    with ground.admin() as conn:
        report = verify_database(conn, [SIGNER.verifier()], master=ground.master)
    assert (report.exit_code, report.size, report.damages) == (0, size, [])
    with ground.ledger() as ledger:
        stood = board(ledger.conn)
        rebuild(ledger.conn, ground.master)
        assert board(ledger.conn) == stood


def test_a_step_that_is_not_reached_kills_nothing(ground: Ground) -> None:
    assert killed(own(ground), "no-such-step", "append") == 0
    sound(ground, 10)


@pytest.mark.parametrize("step", [step for step in STEPS if step.startswith("append")])
def test_killed_while_appending(ground: Ground, step: str) -> None:
    assert killed(own(ground), step, "append") == -signal.SIGKILL
    written = step == "append-committed"
    sound(ground, 10 if written else 5)
    with ground.ledger() as ledger:
        receipts = ledger.append(booking("r2"), person="p2")
    assert [one.seq for one in receipts] == [5, 6, 7, 8, 9]
    sound(ground, 10)


@pytest.mark.parametrize("step", [step for step in STEPS if step.startswith("checkpoint")])
def test_killed_while_signing(ground: Ground, step: str, tmp_path: Path) -> None:
    kept = Kept(tmp_path / "log.checkpoints", SIGNER.verifier())
    with ground.ledger() as ledger:
        ledger.checkpoint(SIGNER, kept=kept)
    with own(ground).ledger() as ledger:
        ledger.checkpoint(SIGNER, kept=kept)
        ledger.append(booking("r2"))
    assert killed(ground, step, "checkpoint", str(kept.path)) == -signal.SIGKILL
    sound(ground, 10)
    with ground.ledger() as ledger:
        ledger.checkpoint(SIGNER, kept=kept)
    sound(ground, 10)
    # What was kept is on record, and nothing is on record that was not kept.
    assert [one.checkpoint.size for one in kept.latest(9)] == [10, 5, 0]
    with ground.admin() as conn:
        notes = conn.execute("SELECT note FROM exeat.checkpoint ORDER BY number").fetchall()
        report = verify_database(conn, [SIGNER.verifier()], kept=kept.notes())
    assert [note for (note,) in notes] == kept.notes()
    assert report.exit_code == 0


@pytest.mark.parametrize("step", [step for step in STEPS if step.startswith("shred")])
def test_killed_while_expunging(ground: Ground, step: str) -> None:
    assert killed(own(ground), step, "shred") == -signal.SIGKILL
    sound(ground, 5)
    with ground.ledger() as ledger:
        assert ledger.read("r1").events() == booking("r1")
        ledger.shred("r1")
    sound(ground, 6)


def test_every_step_is_reached_by_some_act() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(sys.modules[Ledger.__module__].__file__ or "").parent.glob("*.py")
        if path.name != "steps.py"
    )
    assert [step for step in STEPS if f'reached("{step}")' not in source] == []


def test_when_the_server_dies_every_receipt_that_was_given_holds() -> None:
    """The database is shut down as by a crash while four writers append."""
    with tempfile.TemporaryDirectory(prefix="exeat-", ignore_cleanup_errors=True) as name:
        folder = Path(name) / "pg"
        receipts: list[Receipt] = []
        with PrivateServer(folder) as server:
            ground = Ground(server, "exeat", MasterKey(MASTER), SIGNER)
            with ground.admin() as conn:
                migrate(conn)
                add_agency(conn, "us-aa-jail", "Jail A")
                add_login(conn, "desk_a", "us-aa-jail", "desk", signs=True)

            enough = threading.Event()

            def write(writer: int) -> None:
                number = 0
                try:
                    with ground.ledger() as ledger:
                        while True:
                            receipts.extend(ledger.append(booking(f"w{writer}-{number}", more=1)))
                            number += 1
                            if len(receipts) > 60:
                                enough.set()
                except psycopg.Error:
                    pass  # What a client sees when the server dies.

            threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
            for thread in threads:
                thread.start()
            assert enough.wait(60)
            crash(server)
            for thread in threads:
                thread.join()
            given = list(receipts)
        with PrivateServer(folder) as server:
            ground = Ground(server, "exeat", MasterKey(MASTER), SIGNER)
            with ground.admin() as conn:
                report = verify_database(conn, master=ground.master)
                found = conn.execute("SELECT seq, commitment FROM exeat.entry").fetchall()
            assert report.damages == []
            assert len(given) > 60
            assert {(one.seq, one.commitment) for one in given} <= set(found)


def crash(server: PrivateServer) -> None:
    """Stop at once, without writing anything more: the next start recovers from the log."""
    stop = [client_tool("pg_ctl"), "stop", "-m", "immediate", "-D", server.folder]
    as_user = {"user": server.folder.owner()} if server.folder.owner() != "root" else {}
    subprocess.run(stop, check=True, capture_output=True, cwd="/", **as_user)
