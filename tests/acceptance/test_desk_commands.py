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
from exeat.desk.house import open_house
from exeat.desk.service.setup import system_context
from exeat.desk.signing import signing
from exeat.errors import LedgerError
from exeat.office.context import Role
from exeat.office.models import PersonalData
from exeat.record import Checkpoint, Signer, Verifier, open_checkpoint
from exeat.record.consistency import Consistency
from exeat.record.kept import Kept
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
            (folder / "earlier").write_text(ledger.checkpoint(house.signer, kept=house.kept))
            house.desk.acts.book(ctx, PersonalData(surname="Later"), bases=[])
            ledger.checkpoint(house.signer, kept=house.kept)
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


def test_a_checkpoint_is_printed_kept_and_compared(data: Path, tmp_path: Path) -> None:
    key, bundle = key_of(data), data / "for-the-key.zip"
    printed = exeat("checkpoint", "--data", str(data))
    assert printed.returncode == 0, printed.stderr
    newest = open_checkpoint(printed.stdout, [Verifier.decode(key)])
    kept = tmp_path / "kept.txt"
    # As Windows and an editor leave it: no damage.
    kept.write_bytes(b"\xef\xbb\xbf" + printed.stdout.replace("\n", "\r\n").encode() + b"\r\n")
    done = exeat("verify", str(bundle), "--key", key, "--known", str(kept))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "compared with 1 checkpoint" in done.stdout
    proof = exeat("checkpoint", "--since", str(kept), "--data", str(data))
    assert Consistency.parse(proof.stdout).holds(newest, newest)
    since = exeat("checkpoint", "--since", "3", "--data", str(data))
    assert (Consistency.parse(since.stdout).old, since.returncode) == (3, 0)
    far = exeat("checkpoint", "--since", str(10**9), "--data", str(data))
    assert far.returncode == 2 and "--since" in far.stderr


def test_a_checkpoint_of_another_length_is_compared_or_said_not_to_be(
    data: Path, tmp_path: Path
) -> None:
    key, bundle = key_of(data), data / "for-the-key.zip"
    signer = Signer.decode((data / "keys" / "log.key").read_text(encoding="ascii").strip())
    first = (data / "earlier").read_text(encoding="utf-8")
    kept, proof = tmp_path / "kept.txt", tmp_path / "proof.txt"
    kept.write_text(first, encoding="utf-8")
    alone = exeat("verify", str(bundle), "--key", key, "--known", str(kept))
    assert alone.returncode == 4
    assert alone.stdout.startswith("not compared with what was kept")
    said = exeat("checkpoint", "--since", str(kept), "--data", str(data))
    proof.write_text(said.stdout, encoding="utf-8")
    words = ("--key", key, "--known", str(kept))
    done = exeat("verify", str(bundle), *words, "--consistency", str(proof))
    assert done.returncode == 0, done.stdout + done.stderr
    # The bundle brings the proof where its reader's checkpoint was given.
    record, out = (data / "record").read_text(encoding="utf-8"), tmp_path / "with.zip"
    where = ("--facility", "wa-pierce", "--data", str(data))
    made = exeat("export", record, str(out), "--known", str(kept), *where)
    assert made.returncode == 0, made.stderr
    assert exeat("verify", str(out), *words).returncode == 0
    # A checkpoint of another history, signed by the same key.
    size = open_checkpoint(first, [signer.verifier()]).size + 1
    kept.write_text(signer.sign(Checkpoint(signer.name, size, bytes(32))), encoding="utf-8")
    other = exeat("export", record, str(tmp_path / "no.zip"), "--known", str(kept), *where)
    assert other.returncode == 2 and "E510" in other.stderr
    live = exeat("verify", "--data", str(data), "--known", str(kept))
    assert live.returncode == 1


def test_a_known_checkpoint_that_is_none_is_a_fault_of_its_file(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("Dear colleague, here is the checkpoint.\n", encoding="utf-8")
    for file in ((), (str(data / "for-the-key.zip"), "--key", key_of(data))):
        done = exeat("verify", *file, "--known", str(kept), "--data", str(data))
        assert done.returncode == 2, done.stdout
        assert "known checkpoint 1: is no signed note" in done.stderr
        assert "DAMAGED" not in done.stdout


def test_a_lost_file_of_checkpoints_begins_anew_only_when_somebody_says_so(
    data: Path, tmp_path: Path
) -> None:
    kept = data / "keys" / "log.checkpoints"
    held = kept.rename(tmp_path / "held")
    record = (data / "record").read_text(encoding="utf-8")
    where = ("--facility", "wa-pierce", "--data", str(data))
    refused = exeat("export", record, str(tmp_path / "no.zip"), *where)
    assert refused.returncode == 2 and "exeat checkpoint --begin-anew" in refused.stderr
    assert not kept.exists()
    before = tmp_path / "before.txt"
    before.write_text(json.loads(held.read_bytes().splitlines()[-1])["note"], encoding="utf-8")
    done = exeat("checkpoint", "--begin-anew", "--known", str(before), "--data", str(data))
    assert done.returncode == 0, done.stderr
    assert "begins anew with" in done.stdout
    assert exeat("export", record, str(tmp_path / "yes.zip"), *where).returncode == 0
    assert exeat("verify", "--data", str(data)).returncode == 0
    kept.unlink()
    held.rename(kept)


def test_a_lost_key_of_the_log_is_not_made_anew_in_silence(data: Path, tmp_path: Path) -> None:
    key = data / "keys" / "log.key"
    away = key.rename(tmp_path / "log.key")
    try:
        with (
            pytest.raises(LedgerError, match=r"log\.key"),
            open_house(data, settings_for("127.0.0.1", 8000, None)),
        ):
            pass
        assert not key.exists()
    finally:
        away.rename(key)


def test_a_restored_record_that_is_not_all_that_was_signed_says_so(
    data: Path, tmp_path: Path
) -> None:
    dump = tmp_path / "c.dump"
    assert exeat("backup", str(dump), "--data", str(data)).returncode == 0
    again = Path(tempfile.mkdtemp(prefix="exr"))
    again.chmod(0o755)
    try:
        shutil.copytree(data / "keys", again / "keys")
        signer = Signer.decode((again / "keys" / "log.key").read_text(encoding="ascii").strip())
        kept = Kept(again / "keys" / "log.checkpoints", signer.verifier())
        kept.add(signer.sign(Checkpoint(signer.name, 10**6, bytes(32))), datetime.now(UTC))
        back = exeat("restore", str(dump), "--data", str(again))
        assert "1000000 entries" in back.stdout and "--begin-anew" in back.stdout
        live = exeat("verify", "--data", str(again))
        assert live.returncode == 1 and "truncated" in live.stdout
    finally:
        shutil.rmtree(again, ignore_errors=True)


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
