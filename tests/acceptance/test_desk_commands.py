"""The desk's commands as processes: the demonstration, verify, export, backup, restore."""

from __future__ import annotations

import json
import re
import shutil
import socket
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from exeat.cli.serve import settings_for
from exeat.desk.demo import fill
from exeat.desk.house import open_house, signing
from exeat.desk.service.setup import system_context
from exeat.errors import LedgerError
from exeat.office.context import Role
from exeat.record.ledger import Ledger
from exeat.record.server import database
from tests.acceptance.readme import exeat


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder with the week of the demonstration in it, and nobody using it."""
    folder = Path(tempfile.mkdtemp(prefix="exh"))
    folder.chmod(0o755)
    with open_house(folder, settings_for("127.0.0.1", 8000, None)) as house, signing(house):
        fill(house.desk, datetime.now(UTC))
        ctx = system_context(datetime.now(UTC), "wa-pierce", Role.SUPERVISOR)
        (folder / "record").write_text(house.desk.board.rows(ctx)[0].record, encoding="utf-8")
        with Ledger.connect(house.signing, house.master) as ledger:
            ledger.checkpoint(house.signer)
        proof = house.desk.requests.request_proof(ctx, house.desk.requests.requests(ctx)[0].id)
        (folder / "request.json").write_text(json.dumps(asdict(proof)), encoding="utf-8")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def key_of(data: Path) -> str:
    """Return the public key that a verifier is given, as `exeat export` names it."""
    out = data / "for-the-key.zip"
    if not out.exists():
        record = (data / "record").read_text(encoding="utf-8")
        said = exeat("export", record, str(out), "--facility", "wa-pierce", "--data", str(data))
        assert said.returncode == 0, said.stderr
        (data / "key").write_text(re.search(r"--key '([^']+)'", said.stdout)[1], encoding="utf-8")
    return (data / "key").read_text(encoding="utf-8")


def test_with_no_terminal_the_demonstration_starts_checks_and_stops_the_desk(
    tmp_path: Path,
) -> None:
    done = exeat("demo", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert "people in custody at `wa-pierce`" in done.stdout
    assert "The desk: http://127.0.0.1:" in done.stdout
    assert "stopped again" in done.stdout


def test_the_live_record_verifies(data: Path) -> None:
    done = exeat("verify", "--data", str(data))
    assert done.returncode == 0, done.stdout + done.stderr
    first, contents, *_ = done.stdout.splitlines()
    assert first.startswith("verified") and "contents" not in first
    assert contents.endswith(" 0 not looked at")


def test_what_was_not_looked_at_stands_in_the_first_line(data: Path) -> None:
    done = exeat("verify", "--data", str(data), "--no-contents")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("verified in part: ")
    assert "NOT looked at: " in done.stdout.splitlines()[0]
    assert "contents, names and views (the vault key was not given)" in done.stdout.splitlines()[0]


def test_an_export_needs_no_facility_where_one_alone_has_that_id(data: Path) -> None:
    with database(data / "pg") as admin, psycopg.connect(admin) as conn:
        row = conn.execute("SELECT name, agency FROM exeat_vault.record WHERE name IS NOT NULL")
        name, agency = row.fetchone()
    done = exeat("export", name, str(data / "plain.zip"), "--data", str(data))
    assert done.returncode == 0, done.stderr
    other = {"wa-pierce": "fl-broward", "fl-broward": "wa-pierce"}[agency]
    words = ("--data", str(data), "--facility", other)
    done = exeat("export", name, str(data / "other.zip"), *words)
    assert done.returncode == 2
    assert f"record `{name}`: is not on record" in done.stderr


def test_an_exported_case_verifies_offline_and_has_a_pdf_and_the_law(data: Path) -> None:
    key = key_of(data)
    bundle = data / "for-the-key.zip"
    done = exeat("verify", str(bundle), "--key", key)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(bundle) as files:
        names = files.namelist()
        [pdf] = [name for name in names if name.endswith("case.pdf")]
        assert files.read(pdf).startswith(b"%PDF-")
        assert any(name.endswith("answers.json") for name in names)


def test_the_proof_of_a_request_verifies_offline(data: Path, tmp_path: Path) -> None:
    path = data / "request.json"
    done = exeat("verify", str(path), "--key", key_of(data))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("verified: ")
    assert exeat("verify", str(path)).returncode == 3
    bad = tmp_path / "bad.json"
    text = path.read_text(encoding="utf-8")
    bad.write_text(text.replace("to wa-pierce", "to fl-broward"), encoding="utf-8")
    assert exeat("verify", str(bad), "--key", key_of(data)).returncode == 1
    bad.write_text('{"format": "another/1"}', encoding="utf-8")
    other = exeat("verify", str(bad))
    assert other.returncode == 2 and "is no proof of a request" in other.stderr


def test_a_bundle_under_another_key_is_not_trusted(data: Path) -> None:
    key_of(data)
    done = exeat("verify", str(data / "for-the-key.zip"))
    assert done.returncode == 3


def test_a_bundle_with_a_changed_byte_is_damaged(data: Path, tmp_path: Path) -> None:
    key = key_of(data)
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(data / "for-the-key.zip") as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("case.pdf"):
                content = content[:-1] + bytes([content[-1] ^ 1])
            new.writestr(name, content)
    assert exeat("verify", str(bad), "--key", key).returncode == 1


def test_a_backup_comes_back_whole_into_an_empty_folder(data: Path, tmp_path: Path) -> None:
    dump = tmp_path / "a.dump"
    made = exeat("backup", str(dump), "--data", str(data))
    assert made.returncode == 0, made.stderr
    again = Path(tempfile.mkdtemp(prefix="exr"))
    again.chmod(0o755)
    try:
        shutil.copytree(data / "keys", again / "keys")
        back = exeat("restore", str(dump), "--data", str(again))
        assert back.returncode == 0, back.stdout + back.stderr
        assert back.stdout.startswith("verified")
        twice = exeat("restore", str(dump), "--data", str(again))
        assert twice.returncode == 2
        assert "help:" in twice.stderr
    finally:
        shutil.rmtree(again, ignore_errors=True)


def test_a_desk_open_to_a_network_without_tls_is_refused(tmp_path: Path) -> None:
    done = exeat("serve", "--host", "0.0.0.0", "--data", str(tmp_path))
    assert done.returncode == 2
    assert "EXEAT_ORIGIN" in done.stderr


def test_nothing_personal_is_in_the_backup_in_clear(data: Path, tmp_path: Path) -> None:
    dump = tmp_path / "b.dump"
    exeat("backup", str(dump), "--data", str(data))
    content = dump.read_bytes()
    assert json.dumps("Standin").encode()[1:-1] not in content


@pytest.mark.parametrize("command", [["verify"], ["export", "x", "x.zip"], ["backup", "x.dump"]])
def test_a_folder_without_a_record_is_refused_and_nothing_is_made(
    command: list[str], tmp_path: Path
) -> None:
    done = exeat(*command, "--data", str(tmp_path / "typo"))
    assert done.returncode == 2, done.stderr
    assert "holds no record" in done.stderr
    assert "exeat serve" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "typo").exists()


def test_a_database_without_a_record_is_refused(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="exe"))
    folder.chmod(0o755)
    try:
        with database(folder / "pg"):
            pass
        done = exeat("verify", "--data", str(folder))
        assert done.returncode == 2, done.stderr
        assert "holds no record" in done.stderr
        assert not (folder / "keys").exists()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_known_checkpoint_that_is_not_there_is_named(data: Path) -> None:
    done = exeat("verify", "--data", str(data), "--known", "no-such-note")
    assert done.returncode == 2
    assert "no-such-note" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_backup_needs_the_folder_it_is_to_lie_in(data: Path, tmp_path: Path) -> None:
    done = exeat("backup", str(tmp_path / "no" / "a.dump"), "--data", str(data))
    assert done.returncode == 2
    assert "Make the folder first." in done.stderr


def test_a_restore_needs_the_backup_and_the_keys(data: Path, tmp_path: Path) -> None:
    without_keys = exeat("restore", str(tmp_path / "a.dump"), "--data", str(tmp_path / "new"))
    assert without_keys.returncode == 2
    assert "keys" in without_keys.stderr
    assert not (tmp_path / "new").exists()
    shutil.copytree(data / "keys", tmp_path / "keys")
    without_file = exeat("restore", str(tmp_path / "a.dump"), "--data", str(tmp_path))
    assert without_file.returncode == 2
    assert "is no file that is there" in without_file.stderr


def test_a_vault_key_is_never_made_for_a_record_that_is_there(data: Path) -> None:
    key = data / "keys" / "vault.key"
    away = key.rename(data / "vault.away")
    try:
        with (
            pytest.raises(LedgerError, match=r"vault\.key"),
            open_house(data, settings_for("127.0.0.1", 8000, None)),
        ):
            pass
        assert not key.exists()
    finally:
        away.rename(key)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = exeat("serve", "--port", port, "--data", str(tmp_path))
    assert done.returncode == 2
    assert port in done.stderr
    assert "--port" in done.stderr
    assert list(tmp_path.iterdir()) == []
