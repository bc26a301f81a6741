"""A bundle, checked offline: what a court gets, and what it would notice."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.pg import Ground, booking, made

from exeat.errors import LedgerError
from exeat.record import Checkpoint, Signer, export_bundle, open_checkpoint, verify_bundle
from exeat.record.consistency import Consistency
from exeat.record.server import PrivateServer

pytest_plugins = ["tests.pg"]

AT = datetime(2026, 3, 7, 9, 0, tzinfo=UTC)
LAW = b"the law as of then\n"

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def case(
    pg_server: PrivateServer, pg_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Ground, Path]]:
    path = tmp_path_factory.mktemp("bundle") / "case.zip"
    with made(pg_server, pg_template) as ground:
        with ground.ledger() as ledger:
            ledger.append(booking("other"))
            ledger.append(booking("r1"))
            ledger.append_answer("r1", "a1", {"verdict": "release"})
            ledger.append(booking("more"))
            ledger.checkpoint(ground.signer)
            export_bundle(ledger, "r1", path, ground.signer, at=AT, attachments={"law.toml": LAW})
        yield ground, path


def unpacked(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Files, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_a_bundle_verifies_by_the_key_alone(case: tuple[Ground, Path]) -> None:
    ground, path = case
    report = verify_bundle(path, [ground.signer.verifier()])
    assert (report.exit_code, report.damages) == (0, [])
    assert (report.size, report.opened, report.expunged) == (6, 6, 0)


def test_a_bundle_holds_what_was_said_and_nothing_of_others(case: tuple[Ground, Path]) -> None:
    _, path = case
    files = unpacked(path)
    said = [json.loads(json.loads(line)["content"]) for line in files["entries.jsonl"].splitlines()]
    assert [one.get("event", one.get("entry")) for one in said] == [
        "booked", "basis-added", *["detainer-lodged"] * 3, "answer-given",
    ]  # fmt: skip
    assert files["attachments/law.toml"] == LAW
    assert not any(b'"record":"other"' in data for data in files.values())


def test_a_commitment_can_be_checked_by_hand(case: tuple[Ground, Path]) -> None:
    _, path = case
    for line in unpacked(path)["entries.jsonl"].splitlines():
        said = json.loads(line)
        data = bytes.fromhex(said["salt"]) + said["content"].encode()
        assert json.loads(said["leaf"])["commitment"] == hashlib.sha256(data).hexdigest()


def test_without_a_key_from_elsewhere_a_bundle_is_not_trusted(case: tuple[Ground, Path]) -> None:
    _, path = case
    report = verify_bundle(path)
    assert (report.exit_code, report.count) == (3, 0)


def test_a_bundle_made_up_with_a_key_of_its_own_is_refused(case: tuple[Ground, Path]) -> None:
    _, path = case
    stranger = Signer.generate("example.org/log").verifier()
    assert verify_bundle(path, [stranger]).exit_code == 1


@pytest.mark.parametrize(
    "name",
    [
        "manifest", "checkpoint", "entries.jsonl", "key", "attachments/law.toml",
        "proofs/5.tlog-proof", "proofs/10.tlog-proof",
    ],
)  # fmt: skip
def test_a_flipped_bit_in_any_file_is_found(
    case: tuple[Ground, Path], name: str, tmp_path: Path
) -> None:
    ground, path = case
    files = unpacked(path)
    for at in range(0, len(files[name]), max(1, len(files[name]) // 40)):
        data = bytearray(files[name])
        data[at] ^= 1
        damaged = packed(files | {name: bytes(data)}, tmp_path / "damaged.zip")
        assert verify_bundle(damaged, [ground.signer.verifier()]).exit_code == 1, at


def test_a_flipped_bit_anywhere_in_the_archive_never_changes_a_content_unseen(
    case: tuple[Ground, Path], tmp_path: Path
) -> None:
    ground, path = case
    whole, wanted = path.read_bytes(), unpacked(path)
    damaged = tmp_path / "damaged.zip"
    refused = 0
    for at in range(0, len(whole), 61):
        data = bytearray(whole)
        data[at] ^= 4
        damaged.write_bytes(data)
        try:
            code = verify_bundle(damaged, [ground.signer.verifier()]).exit_code
        except LedgerError:
            code = 2
        refused += code != 0
        if code == 0:  # A time stamp or the like of the archive itself.
            assert unpacked(damaged) == wanted
    assert refused > 50


def without_line(files: Files, *lines: int) -> Files:
    kept = files["entries.jsonl"].splitlines(keepends=True)
    return files | {
        "entries.jsonl": b"".join(line for at, line in enumerate(kept) if at not in lines)
    }


def swapped(files: Files) -> Files:
    one, two, three, *rest = files["entries.jsonl"].splitlines(keepends=True)
    return files | {"entries.jsonl": b"".join([one, three, two, *rest])}


def with_other_content(files: Files) -> Files:
    text = files["entries.jsonl"].replace(b"America/New_York", b"America/Chicago_")
    return files | {"entries.jsonl": text}


def with_other_agency(files: Files) -> Files:
    text = files["entries.jsonl"].replace(b"us-aa-jail", b"us-bb-jail")
    return files | {"entries.jsonl": text}


def without_salt(files: Files) -> Files:
    text = re.sub(rb'"salt":"[^"]*","content":"(\\"|[^"])*"', b'"salt":null,"content":null',
                  files["entries.jsonl"], count=1)  # fmt: skip
    assert text != files["entries.jsonl"]
    return files | {"entries.jsonl": text}


def resigned(files: Files, signer: Signer) -> Files:
    """A manifest that fits the damaged files, signed by whoever damaged them."""
    lines = files["manifest"].decode().rpartition("\n\n")[0].splitlines()
    kept = [line for line in lines if not line.startswith("file ")]
    count = len(files["entries.jsonl"].splitlines())
    kept = [f"entries {count}" if line.startswith("entries ") else line for line in kept]
    kept += [
        f"file {hashlib.sha256(data).hexdigest()} {name}"
        for name, data in files.items()
        if name != "manifest"
    ]
    return files | {"manifest": signer.sign_text("".join(f"{one}\n" for one in kept)).encode()}


def without_proof(files: Files) -> Files:
    return {name: data for name, data in files.items() if name != "proofs/5.tlog-proof"}


def with_more(files: Files) -> Files:
    return files | {"attachments/x": b""}


ALL = {"checkpoint", "truncated", "version"}

DAMAGES: list[tuple[str, Callable[[Files], Files], set[str], set[str]]] = [
    # name, damage, found, found even if the log's own key signed a manifest that fits
    ("a removed event", lambda files: without_line(files, 2), ALL, {"version"}),
    ("a reordered pair", swapped, {"checkpoint", "version", "time"}, {"version", "time"}),
    ("a truncated tail", lambda files: without_line(files, 5), ALL - {"version"}, set()),
    ("another content", with_other_content, {"checkpoint", "payload"}, {"payload"}),
    ("another agency", with_other_agency, {"checkpoint", "leaf"}, {"leaf"}),
    ("a content taken out", without_salt, {"checkpoint", "expunged"}, {"expunged"}),
    ("a proof taken out", without_proof, {"missing", "tree"}, {"tree"}),
    ("a file put in", with_more, {"checkpoint"}, set()),
]


@pytest.mark.parametrize(
    ("damage", "found", "found_though_signed"),
    [pytest.param(*row[1:], id=row[0]) for row in DAMAGES],
)
def test_damage_is_found_and_named(
    case: tuple[Ground, Path],
    tmp_path: Path,
    damage: Callable[[Files], Files],
    found: set[str],
    found_though_signed: set[str],
) -> None:
    ground, path = case
    keys = [ground.signer.verifier()]
    files = damage(unpacked(path))
    report = verify_bundle(packed(files, tmp_path / "a.zip"), keys)
    assert {one.kind for one in report.damages} == found
    assert report.exit_code == 1
    signed = verify_bundle(packed(resigned(files, ground.signer), tmp_path / "b.zip"), keys)
    assert {one.kind for one in signed.damages} == found_though_signed
    stranger = verify_bundle(
        packed(resigned(files, Signer.generate("x")), tmp_path / "c.zip"), keys
    )
    assert stranger.exit_code == 1


def test_a_forged_checkpoint_is_found(case: tuple[Ground, Path], tmp_path: Path) -> None:
    ground, path = case
    files = unpacked(path)
    text = files["checkpoint"].decode().rpartition("\n\n")[0] + "\n"
    forged = Signer.generate("example.org/log").sign_text(text).encode()
    proofs = {
        name: data.replace(files["checkpoint"], forged)
        for name, data in files.items()
        if name.startswith("proofs/")
    }
    damaged = packed(files | proofs | {"checkpoint": forged}, tmp_path / "damaged.zip")
    report = verify_bundle(damaged, [ground.signer.verifier()])
    assert report.exit_code == 1
    assert any("no signature is by a key that was given" in str(one) for one in report.damages)


def test_another_root_of_the_same_size_that_was_kept_elsewhere_is_found(
    case: tuple[Ground, Path],
) -> None:
    ground, path = case
    keys = [ground.signer.verifier()]
    note = unpacked(path)["checkpoint"].decode()
    assert verify_bundle(path, keys, known=[note]).exit_code == 0
    size = int(note.split("\n")[1])
    split = ground.signer.sign(Checkpoint("example.org/log", size, bytes(32)))
    assert verify_bundle(path, keys, known=[split]).exit_code == 1


def test_a_split_view_of_another_length_is_never_verified(ground: Ground, tmp_path: Path) -> None:
    """A bundle of the log as it was written anew, and a checkpoint of the log as it was."""
    keys, path = [ground.signer.verifier()], tmp_path / "case.zip"
    with ground.ledger() as ledger:
        ledger.append(booking())
        ledger.checkpoint(ground.signer)
        export_bundle(ledger, "r1", path, ground.signer, at=AT)
    for size in (3, 8):
        other = ground.signer.sign(Checkpoint("example.org/log", size, bytes(32)))
        report = verify_bundle(path, keys, known=[other])
        assert (report.exit_code, report.count, report.uncompared) == (4, 0, [size])
        assert report.lines()[0].startswith("not compared with what was kept: ")
        assert not any(line.startswith("verified") for line in report.lines())
        assert any(f"checkpoint of {size} entries: no proof" in line for line in report.lines())


def test_what_was_compared_with_nothing_says_so(case: tuple[Ground, Path]) -> None:
    ground, path = case
    report = verify_bundle(path, [ground.signer.verifier()])
    assert "history: not compared with a checkpoint that was kept elsewhere" in report.lines()[3]


def test_a_bundle_proves_that_its_log_begins_with_a_checkpoint_of_the_reader(
    ground: Ground, tmp_path: Path
) -> None:
    keys, path = [ground.signer.verifier()], tmp_path / "case.zip"
    with ground.ledger() as ledger:
        ledger.append(booking())
        note = ledger.checkpoint(ground.signer)
        known = open_checkpoint(note, keys)
        ledger.append(booking("r2"))
        newer = ledger.checkpoint(ground.signer)
        export_bundle(ledger, "r1", path, ground.signer, at=AT, known=[known])
        proof = Consistency(5, 10, tuple(ledger.tree.consistency(5, 10)))
        report = verify_bundle(path, keys, known=[note, newer])
        assert (report.exit_code, report.compared, report.uncompared) == (0, 2, [])
        assert report.lines()[0].startswith("verified: ")

        # The same by a proof that the reader got from the log.
        plain = tmp_path / "plain.zip"
        export_bundle(ledger, "r1", plain, ground.signer, at=AT)
        assert verify_bundle(plain, keys, known=[note]).exit_code == 4
        assert verify_bundle(plain, keys, known=[note], proofs=[proof]).exit_code == 0
        # A bundle older than the reader's checkpoint is compared likewise.
        ledger.append(booking("r3"))
        newest = ledger.checkpoint(ground.signer)
        later = Consistency(10, 15, tuple(ledger.tree.consistency(10, 15)))
        assert verify_bundle(plain, keys, known=[newest], proofs=[later]).exit_code == 0

        # Another history of the same lengths.
        split = ground.signer.sign(Checkpoint("example.org/log", 5, bytes(32)))
        report = verify_bundle(path, keys, known=[split])
        assert report.exit_code == 1
        assert "does not begin with the 5 that were signed" in str(report.damages[0])
        with pytest.raises(LedgerError, match="does not begin with its 5"):
            to = tmp_path / "split.zip"
            one = open_checkpoint(split, keys)
            export_bundle(ledger, "r1", to, ground.signer, at=AT, known=[one])
        with pytest.raises(LedgerError, match="does not begin with its 99"):
            far = Checkpoint("example.org/log", 99, bytes(32))
            export_bundle(ledger, "r1", to, ground.signer, at=AT, known=[far])
        assert not to.exists()


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(lambda note: note + "\n", id="a further newline"),
        pytest.param(lambda note: note + "\n\n \n", id="more of them"),
        pytest.param(lambda note: note.rstrip("\n"), id="none"),
        pytest.param(lambda note: note.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda note: "\ufeff" + note, id="a byte order mark"),
    ],
)
def test_how_a_known_checkpoint_was_saved_is_no_damage(
    case: tuple[Ground, Path], kept: Callable[[str], str]
) -> None:
    ground, path = case
    note = kept(unpacked(path)["checkpoint"].decode())
    report = verify_bundle(path, [ground.signer.verifier()], known=[note])
    assert (report.exit_code, report.compared) == (0, 1)


@pytest.mark.parametrize("note", ["", "no checkpoint", "example.org/log\n3\n"])
def test_a_known_checkpoint_that_cannot_be_read_is_no_damage_of_the_log(
    case: tuple[Ground, Path], note: str
) -> None:
    ground, path = case
    with pytest.raises(LedgerError, match="known checkpoint 1") as refused:
        verify_bundle(path, [ground.signer.verifier()], known=[note])
    assert refused.value.faults[0].help


def test_a_known_checkpoint_of_another_key_is_no_damage_either(case: tuple[Ground, Path]) -> None:
    ground, path = case
    other = Signer.generate("example.org/log").sign(Checkpoint("example.org/log", 5, bytes(32)))
    with pytest.raises(LedgerError, match="no signature is by a key that was given"):
        verify_bundle(path, [ground.signer.verifier()], known=[other])


def test_a_bundle_is_for_its_maker_to_read(case: tuple[Ground, Path]) -> None:
    assert case[1].stat().st_mode & 0o777 == 0o600


def test_a_small_archive_that_grows_beyond_measure_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for number in range(11):
            archive.writestr(f"proofs/{number}.tlog-proof", bytes(20_000_000))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(LedgerError, match="is too large for a bundle"):
        verify_bundle(path)


def test_a_bundle_that_no_reader_would_take_is_not_written(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exeat.record.bundle.MOST_BYTES", 10_000)
    with ground.ledger() as ledger:
        ledger.append(booking())
        ledger.checkpoint(ground.signer)
        path = tmp_path / "case.zip"
        much = {"law.toml": bytes(10_000)}
        with pytest.raises(LedgerError, match="more than 10,000 bytes"):
            export_bundle(ledger, "r1", path, ground.signer, at=AT, attachments=much)
    assert not path.exists()


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_bundle_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    with pytest.raises(LedgerError, match=r"bundle|lacks"):
        verify_bundle(path)
    with pytest.raises(LedgerError, match="cannot be read"):
        verify_bundle(tmp_path / "nowhere.zip")


def test_what_no_checkpoint_covers_is_not_exported(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    with ground.ledger() as ledger:
        ledger.append(booking())
        with pytest.raises(LedgerError, match="no checkpoint covers"):
            export_bundle(ledger, "r1", path, ground.signer, at=AT)
        ledger.checkpoint(ground.signer)
        ledger.append(booking(more=4))
        with pytest.raises(LedgerError, match="no checkpoint covers"):
            export_bundle(ledger, "r1", path, ground.signer, at=AT)
        ledger.checkpoint(ground.signer)
        with pytest.raises(LedgerError, match="cannot name a file"):
            export_bundle(ledger, "r1", path, ground.signer, at=AT, attachments={"../x": b""})
        assert not path.exists()
        export_bundle(ledger, "r1", path, ground.signer, at=AT)
        with pytest.raises(LedgerError, match="is there already"):
            export_bundle(ledger, "r1", path, ground.signer, at=AT)
        found = ledger.conn.execute("SELECT what FROM exeat.access").fetchall()
    assert found == [("export",)]


def test_a_bundle_of_an_expunged_record_says_so(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    with ground.ledger() as ledger:
        ledger.append(booking())
        (key,) = ledger.shred("r1")
        ledger.checkpoint(ground.signer)
        history = export_bundle(ledger, key, path, ground.signer, at=AT)
    report = verify_bundle(path, [ground.signer.verifier()])
    assert (report.exit_code, report.size, report.expunged, report.opened) == (0, 6, 5, 1)
    assert history.expunged and history.events() == ()
    assert b"\nexpunged yes\n" in unpacked(path)["manifest"]
    assert b"booked" not in b"".join(unpacked(path).values())
