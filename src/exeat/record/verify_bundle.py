"""The verifier of an exported bundle: offline, with nothing but the file and the log's key."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from exeat.errors import LedgerError
from exeat.record.bundle import BUNDLE_FORMAT, CONSISTENCY_FOLDER, MOST_BYTES
from exeat.record.checkpoint import Checkpoint, Verifier, open_note
from exeat.record.consistency import Consistency, compare_with_known, known_checkpoints
from exeat.record.entries import RECORD_EXPUNGED, Entry
from exeat.record.entry_proof import Proofs, entry_from_json, holds
from exeat.record.report import Report
from exeat.record.verify import checkpoint_of

__all__ = ["verify_bundle"]

_MAX_FILES: Final = 100_000
_HEAD: Final = ("log", "record", "facility", "expunged", "entries", "size", "exported")
_FILE: Final = re.compile(r"file ([0-9a-f]{64}) ([A-Za-z0-9._/-]+)")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_HELP: Final = "Give the file as `exeat export` wrote it."


@dataclass(frozen=True, slots=True)
class _Manifest:
    head: Mapping[str, str]
    files: Mapping[str, str]


def verify_bundle(
    path: Path,
    verifiers: Sequence[Verifier] = (),
    *,
    known: Iterable[str] = (),
    proofs: Sequence[Consistency] = (),
) -> Report:
    """Verify one exported bundle.

    Args:
        path: The bundle.
        verifiers: Keys of the log, got from somewhere else than the bundle. Without, the
            bundle is only compared with itself, by the key that lies in it.
        known: Notes of checkpoints kept elsewhere. The bundle must be of their history: by its
            own proof of consistency, or by one of ``proofs``.
        proofs: Proofs of consistency that the reader got from the log.

    Returns:
        What was found; see :class:`exeat.record.Report` for the exit code.

    Raises:
        LedgerError: The file is no bundle at all, or a known checkpoint cannot be read.
    """
    files = _read(path)
    report = Report()
    keys = list(verifiers) or [Verifier.decode(files["key"].decode(errors="replace"), "key")]
    manifest = _manifest(files, keys, report)
    checkpoint = checkpoint_of(_text(files, "checkpoint"), keys, "checkpoint", report)
    if manifest is not None:
        _files_agree(files, manifest, report)
        if checkpoint is not None:
            _head_agrees(manifest, checkpoint, report)
    others = known_checkpoints(known, keys)
    compare_with_known(checkpoint, others, [*proofs, *_proofs(files, report)], report)
    _Entries(files, manifest, checkpoint, report).run()
    report.trusted = report.trusted and bool(verifiers) and manifest is not None
    return report


def _read(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            # What it says of its sizes is what is read of it at most, in all.
            if len(infos) > _MAX_FILES or sum(one.file_size for one in infos) > MOST_BYTES:
                raise LedgerError.one("E542", str(path), "is too large for a bundle", _HELP)
            files = {one.filename: archive.read(one) for one in infos}
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        words = f"cannot be read as a bundle ({error})"
        raise LedgerError.one("E542", str(path), words, _HELP) from error
    missing = {"manifest", "checkpoint", "key", "entries.jsonl"} - set(files)
    if missing or len(files) != len(infos):
        words = f"lacks {', '.join(sorted(missing))}" if missing else "names a file twice"
        raise LedgerError.one("E542", str(path), words, _HELP)
    return files


def _proofs(files: Mapping[str, bytes], report: Report) -> list[Consistency]:
    """Return the proofs of consistency that lie in a bundle."""
    found = []
    for name in sorted(files):
        if name.startswith(CONSISTENCY_FOLDER):
            try:
                found.append(Consistency.parse(_text(files, name), name))
            except LedgerError as error:
                report.add("checkpoint", None, f"{name} {error.faults[0].message}")
    return found


def _text(files: Mapping[str, bytes], name: str) -> str:
    return files[name].decode(errors="replace")


def _manifest(
    files: Mapping[str, bytes], keys: Sequence[Verifier], report: Report
) -> _Manifest | None:
    try:
        lines = open_note(_text(files, "manifest"), keys, "manifest").splitlines()
    except LedgerError as error:
        report.add("checkpoint", None, f"manifest: {error.faults[0].message}")
        return None
    head = dict(line.partition(" ")[::2] for line in lines[1 : 1 + len(_HEAD)])
    listed = [_FILE.fullmatch(line) for line in lines[1 + len(_HEAD) :]]
    if lines[0] != BUNDLE_FORMAT or tuple(head) != _HEAD or not all(listed):
        report.add("checkpoint", None, "manifest: is not one that this version reads")
        return None
    return _Manifest(head, {found[2]: found[1] for found in listed if found})


def _files_agree(files: Mapping[str, bytes], manifest: _Manifest, report: Report) -> None:
    for name in sorted({*files, *manifest.files} - {"manifest"}):
        if name not in files:
            report.add("missing", None, f"the file {name} is listed and not there")
        elif name not in manifest.files:
            report.add("checkpoint", None, f"the file {name} is there and not listed")
        elif hashlib.sha256(files[name]).hexdigest() != manifest.files[name]:
            report.add("checkpoint", None, f"the file {name} is not the one that was signed")


def _head_agrees(manifest: _Manifest, checkpoint: Checkpoint, report: Report) -> None:
    head = manifest.head
    if (head["log"], head["size"]) != (checkpoint.origin, str(checkpoint.size)):
        report.add("checkpoint", None, "the manifest is of another checkpoint")


class _Entries:
    """Checks the entries one by one, and that they are all there."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        manifest: _Manifest | None,
        checkpoint: Checkpoint | None,
        report: Report,
    ) -> None:
        self._files = files
        self._head = {} if manifest is None else manifest.head
        self._proofs = Proofs(_text(files, "checkpoint"), checkpoint, report)
        self._report = report
        self._gone: int | None = None
        self._said = False
        self._seq = -1
        self._appended = ""

    def run(self) -> None:
        lines = self._files["entries.jsonl"].split(b"\n")[:-1]
        for version, line in enumerate(lines, 1):
            try:
                entry = entry_from_json(json.loads(line))
            except (ValueError, KeyError, TypeError):
                self._report.add("leaf", None, f"line {version} of entries.jsonl is no entry")
                continue
            self._one(entry, version)
        self._report.size = len(lines)
        if self._head and self._head["entries"] != str(len(lines)):
            words = f"{self._head['entries']} entries were exported, {len(lines)} are there"
            self._report.add("truncated", None, words)
        if self._gone is not None and not self._said:
            self._report.add("expunged", self._gone, "the content is gone, and no entry says why")

    def _one(self, entry: Entry, version: int) -> None:
        report, seq, leaf = self._report, entry.seq, entry.leaf
        if leaf.version != version:
            report.add("version", seq, f"has version {leaf.version} where {version} is due")
        if self._head and leaf.record.hex != self._head["record"]:
            report.add("version", seq, "is of another record")
        stamp = leaf.appended.isoformat()
        if seq <= self._seq or stamp < self._appended:
            report.add("time", seq, "does not come after the entry before it")
        self._seq, self._appended = seq, stamp
        name = f"proofs/{seq}.tlog-proof"
        self._proofs.check(entry, name, self._files.get(name, b"").decode(errors="replace"))
        if entry.salt is None or entry.content is None:
            report.expunged += 1
            self._gone = seq if self._gone is None else self._gone
        elif not holds(entry):
            report.add("payload", seq, "the content is not what the leaf commits to")
        else:
            report.opened += 1
            said: Any = json.loads(entry.content)
            self._said = self._said or said.get("entry") == RECORD_EXPUNGED
