"""`exeat expunge` and `exeat rekey` as whoever keeps the record runs them."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exeat.cli.serve import settings_for
from exeat.desk.house import open_house
from exeat.desk.service.models import Released
from exeat.desk.service.setup import system_context
from exeat.desk.signing import signing
from exeat.office.context import Role
from exeat.record import NotFound
from tests.acceptance.readme import ROOT, exeat
from tests.scenario.failures.kit import AGENCIES, Town, person_of

SURNAME, NUMBER = "Quillfeather", "QF-7731"
GONE = {"gone": NUMBER, "again": NUMBER, "second": "QF-2", "third": "QF-3", "fourth": "QF-4"}
OF_PIERCE = ("--facility", "pierce")


@contextmanager
def desk(data: Path) -> Iterator[Town]:
    """The desk of a data folder, in this process, while the block runs."""
    settings = settings_for("127.0.0.1", 8000, None)
    with open_house(data, settings) as house, signing(house):
        conninfo = house.desk.office.db.conninfo
        now = datetime.now(UTC)
        yield Town(house.desk, house.admin, conninfo, house.master, house.signer, settings, now)


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder: some were here and left, one of them twice; one is here, a request waits."""
    folder = Path(tempfile.mkdtemp(prefix="exv"))
    folder.chmod(0o755)
    with desk(folder) as town:
        for agency in AGENCIES:
            town.desk.accounts.add_agency(system_context(town.now), **agency)
        for turn, number in GONE.items():
            record = town.book(SURNAME, number)
            (folder / turn).write_text(record, encoding="utf-8")
            town.bail(record)
            assert isinstance(town.release(record, number), Released)
        (folder / "here").write_text(town.book("Example", "B-1"), encoding="utf-8")
        paper = town.paper(issued=town.now)
        waiting = person_of("Waiting", "")
        town.desk.requests.send_request(town.ice, facility="pierce", person=waiting, paper=paper)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def named(data: Path, which: str) -> str:
    return (data / which).read_text(encoding="utf-8")


def typed(answer: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command at a terminal, and type an answer there."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{answer}\n".encode())
        command = [str(Path(sys.executable).with_name("exeat")), *words]
        return subprocess.run(
            command, stdin=theirs, capture_output=True, text=True, check=False, cwd=ROOT
        )
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_person_is_expunged_at_a_terminal_and_everything_still_verifies(
    data: Path, tmp_path: Path
) -> None:
    at = ("--data", str(data))
    gone, again = named(data, "gone"), named(data, "again")
    done = typed(gone, "expunge", gone, *OF_PIERCE, "--order", "26-EX-1", *at)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 records" in done.stdout and gone in done.stdout and again in done.stdout
    assert "cannot be undone" in done.stdout and "exeat rekey" in done.stdout
    assert SURNAME not in done.stdout + done.stderr and NUMBER not in done.stdout
    verified = exeat("verify", "--contents", *at)
    assert verified.returncode == 0, verified.stdout
    keys = re.findall(r"^  ([0-9a-f-]{36})$", done.stdout, re.MULTILINE)
    assert len(keys) == 2
    bundle = tmp_path / "case.zip"
    made = exeat("export", keys[0], str(bundle), *OF_PIERCE, *at)
    assert made.returncode == 0, made.stderr
    key = re.search(r"--key '([^']+)'", made.stdout)
    assert key is not None
    assert exeat("verify", str(bundle), "--key", key[1]).returncode == 0
    assert exeat("export", gone, str(tmp_path / "b.zip"), *OF_PIERCE, *at).returncode == 2
    with desk(data) as town:
        assert [row.record for row in town.desk.board.rows(town.ctx())] == [named(data, "here")]
        lines = town.desk.reading.audit_log(town.ctx(role=Role.SUPERVISOR))
    assert {line.about for line in lines if line.what == "expunge"} == {"26-EX-1"}
    twice = exeat("expunge", keys[0], *OF_PIERCE, "--order", "26-EX-1", "--yes", *at)
    assert twice.returncode == 2 and "was expunged already" in twice.stderr


def test_nothing_is_destroyed_unless_it_is_confirmed(data: Path) -> None:
    gone = named(data, "second")
    words = ("expunge", gone, *OF_PIERCE, "--order", "26-EX-1", "--data", str(data))
    unasked = exeat(*words)
    assert unasked.returncode == 2
    assert "no terminal" in unasked.stderr and "--yes" in unasked.stderr
    assert "1 record, 5 entries" in unasked.stdout  # what would be destroyed is shown all the same
    wrong = typed(gone[:-1], *words)
    assert wrong.returncode == 2 and "nothing was destroyed" in wrong.stderr
    with desk(data) as town:
        assert town.desk.reading.person(town.ctx(), gone).personal is not None
        # A desk may run meanwhile; it knows the record no more at once.
        assert exeat(*words, "--yes").returncode == 0
        with pytest.raises(NotFound):
            town.desk.reading.person(town.ctx(), gone)


@pytest.mark.parametrize(
    ("which", "facility", "order", "words"),
    [
        ("here", "pierce", "26-EX-1", "is in custody"),
        ("fourth", "arizona", "26-EX-1", "is not on record"),
        ("fourth", "pierce", " ", "--order"),
        ("fourth", "pierce", "x" * 201, "--order"),
    ],
)
def test_what_is_not_expunged_is_said_in_plain_words(
    data: Path, which: str, facility: str, order: str, words: str
) -> None:
    record = named(data, which)
    done = exeat(
        "expunge", record, "--facility", facility, "--order", order, "--yes", "--data", str(data)
    )
    assert done.returncode == 2
    assert words in done.stderr and "help:" in done.stderr and "Traceback" not in done.stderr


def test_the_vault_key_is_changed_and_old_backups_open_no_more(data: Path, tmp_path: Path) -> None:
    at = ("--data", str(data))
    path, gone = data / "keys" / "vault.key", named(data, "third")
    old = path.read_text(encoding="ascii")
    dump = tmp_path / "before.dump"
    assert exeat("backup", str(dump), *at).returncode == 0
    words = ("expunge", gone, *OF_PIERCE, "--order", "26-EX-1", "--yes")
    assert exeat(*words, *at).returncode == 0
    done = exeat("rekey", *at)
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d+ keys wrapped anew", done.stdout)
    assert "Destroy every copy of the old key" in done.stdout and str(path) in done.stdout
    new = path.read_text(encoding="ascii")
    assert len(new.split()) == 1 and new.split() != old.split()
    assert path.stat().st_mode & 0o777 == 0o600
    assert old.strip() not in done.stdout + done.stderr
    assert new.strip() not in done.stdout + done.stderr
    with desk(data) as town:
        assert town.desk.reading.person(town.ctx(), named(data, "here")).personal is not None
        waiting = town.desk.requests.requests(town.ctx())[0]
        assert waiting.person is not None and waiting.person.surname == "Waiting"
    with earlier(dump, data) as back:
        seen = exeat("verify", "--contents", "--data", str(back))
        assert seen.returncode == 1 and "which was not given" in seen.stdout
        (back / "keys" / "vault.key").write_text(old, encoding="ascii")
        assert exeat("verify", "--contents", "--data", str(back)).returncode == 0


@contextmanager
def earlier(dump: Path, data: Path) -> Iterator[Path]:
    """An old backup, read into another folder with the keys of today."""
    back = Path(tempfile.mkdtemp(prefix="exw"))
    back.chmod(0o755)
    try:
        shutil.copytree(data / "keys", back / "keys")
        exeat("restore", str(dump), "--data", str(back))
        # More was signed since, and somebody has to say that the record goes on from here.
        assert exeat("verify", "--data", str(back)).returncode == 1
        assert exeat("checkpoint", "--begin-anew", "--data", str(back)).returncode == 0
        yield back
    finally:
        shutil.rmtree(back, ignore_errors=True)


def test_the_key_is_not_changed_while_a_desk_runs(data: Path) -> None:
    path = data / "keys" / "vault.key"
    before = path.read_bytes()
    with desk(data):
        done = exeat("rekey", "--data", str(data))
    assert done.returncode == 2
    assert "in use" in done.stderr and "Stop `exeat serve`" in done.stderr
    assert path.read_bytes() == before


def test_a_key_given_as_text_is_not_changed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (data / "keys" / "vault.key").read_text(encoding="ascii").strip()
    monkeypatch.setenv("EXEAT_VAULT_KEY", text)
    done = exeat("rekey", "--data", str(data))
    assert done.returncode == 2
    assert "EXEAT_VAULT_KEY_FILE" in done.stderr and text not in done.stderr


def test_a_key_that_lies_elsewhere_is_changed_there(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "far.key"
    (data / "keys" / "vault.key").rename(elsewhere)
    before = elsewhere.read_bytes()
    monkeypatch.setenv("EXEAT_VAULT_KEY_FILE", str(elsewhere))
    done = exeat("rekey", "--data", str(data))
    try:
        assert done.returncode == 0, done.stderr
        assert elsewhere.read_bytes() != before and str(elsewhere) in done.stdout
        assert not (data / "keys" / "vault.key").exists()
    finally:
        elsewhere.rename(data / "keys" / "vault.key")


@pytest.mark.parametrize("command", [["rekey"], ["expunge", "x", *OF_PIERCE, "--order", "1"]])
def test_where_no_record_is_nothing_is_made(command: list[str], tmp_path: Path) -> None:
    done = exeat(*command, "--data", str(tmp_path / "typo"))
    assert done.returncode == 2
    assert "holds no record" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "typo").exists()
