"""One case as a file that a court can check offline, without a database and without us.

A bundle is a zip archive::

    manifest                signed note: what is in it, complete, by the log's own key
    checkpoint              signed note: size and root of the log
    key                     the log's verifier key, for convenience; trust one got elsewhere
    entries.jsonl           one entry a line: the leaf's bytes, salt and content
    proofs/<seq>.tlog-proof C2SP tlog-proof: the leaf at that index is in that checkpoint
    consistency/<size>      that the log of the checkpoint begins with a known one's, if asked
    attachments/...         what the exporter adds: the law as of then, a printed summary

The manifest names every file with its SHA-256, and how many entries the record had. So the
log's keeper vouches that nothing was left out, which no proof of inclusion can show.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from exeat.errors import ExeatError, LedgerError
from exeat.record._rows import Connection, values
from exeat.record.canonical import utc_micros
from exeat.record.checkpoint import Checkpoint, Signer
from exeat.record.consistency import Consistency
from exeat.record.entries import Entry, History
from exeat.record.entry_proof import entry_to_json, proof_text
from exeat.record.ledger import Ledger
from exeat.record.proofs import StoredTree, last_checkpoint

__all__ = [
    "BUNDLE_FORMAT",
    "CONSISTENCY_FOLDER",
    "MOST_BYTES",
    "export_bundle",
    "facility_of",
    "proof_since",
]

BUNDLE_FORMAT: Final = "exeat-bundle/1"
CONSISTENCY_FOLDER: Final = "consistency/"
MOST_BYTES: Final = 200_000_000
"""As much as all files of a bundle have together, unpacked; no reader is made to hold more."""
_ATTACHMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# The archive's own time stamps say nothing, so that the same bundle has the same bytes.
_STAMP: Final = (1980, 1, 1, 0, 0, 0)


def facility_of(conn: Connection, record: str) -> str | None:
    """Return the code of the one facility that holds a record; None where none or several do.

    Args:
        conn: As an administrator, who sees the records of all.
        record: Its id in events, or its key.
    """
    found = values(conn, "holders", record=record)
    return str(found[0][0]) if len(found) == 1 else None


def export_bundle(
    ledger: Ledger,
    record: str | UUID,
    path: Path,
    signer: Signer,
    *,
    at: datetime,
    facility: str | None = None,
    attachments: Mapping[str, bytes] | None = None,
    known: Iterable[Checkpoint] = (),
) -> History:
    """Write one custody record as a bundle, and write down that it was exported.

    Args:
        ledger: A login with a stake in the record.
        record: Its id in events, or its key, which outlives an expungement.
        path: The file to write, which must not exist yet.
        signer: The log's key.
        at: When it is exported, to be said in the manifest.
        facility: Code of the facility; this login's own by default.
        attachments: Further files by name, such as the law as of then.
        known: Checkpoints that the reader of the bundle has; it says for each that the log begins
            with what that one covers.

    Returns:
        The entries that were exported.

    Raises:
        LedgerError: The log was not signed since the last entry, it does not begin with a known
            checkpoint, an attachment's name will not do, it grows too large, or the file is there
            already.
    """
    _refuse(path, attachments or {})
    with ledger.conn.transaction():
        history = ledger.read(record, facility=facility, purpose="export")
        checkpoint, note = _covering(ledger, history, signer)
        files = {"checkpoint": note.encode(), "key": f"{signer.verifier().encode()}\n".encode()}
        files["entries.jsonl"] = b"".join(_line(entry) for entry in history.entries)
        tree = ledger.tree
        for entry in history.entries:
            proof = tree.inclusion(entry.seq, checkpoint.size)
            files[f"proofs/{entry.seq}.tlog-proof"] = proof_text(entry.seq, proof, note).encode()
        for one in known:
            said = proof_since(tree, one, checkpoint).text()
            files[f"{CONSISTENCY_FOLDER}{one.size}"] = said.encode()
    files |= {f"attachments/{name}": data for name, data in (attachments or {}).items()}
    manifest = _manifest(history, checkpoint, files, at)
    _write(path, {"manifest": signer.sign_text(manifest).encode(), **files})
    return history


def _refuse(path: Path, attachments: Mapping[str, bytes]) -> None:
    for name in attachments:
        if not _ATTACHMENT.fullmatch(name):
            help = "Use letters, digits, dots, dashes and underscores, and no folder."
            raise LedgerError.one("E541", "bundle", f"`{name}` cannot name a file in it", help)
    if path.exists():
        raise _there(path)


def _covering(ledger: Ledger, history: History, signer: Signer) -> tuple[Checkpoint, str]:
    last = last_checkpoint(ledger.conn, signer.verifier())
    needed = history.entries[-1].seq + 1 if history.entries else 0
    if last is None or last[0].size < needed or last[0].origin != signer.name:
        words = "has entries that no checkpoint covers yet"
        help = "Sign a checkpoint first, then export."
        raise LedgerError.one("E541", f"record `{history.name or history.record}`", words, help)
    return last


def proof_since(tree: StoredTree, known: Checkpoint, checkpoint: Checkpoint) -> Consistency:
    """Return the proof that the log of a checkpoint begins with what a known one covers.

    Raises:
        LedgerError: It does not; whoever has the known one would see two histories.
    """
    if known.size <= checkpoint.size:
        path = tree.consistency(known.size, checkpoint.size)
        found = Consistency(known.size, checkpoint.size, tuple(path))
        if found.holds(known, checkpoint):
            return found
    words = f"the log of {checkpoint.size} entries does not begin with its {known.size}"
    help = "Run `exeat verify --known` with it. If it is of this log, history was rewritten."
    raise LedgerError.one("E510", "known checkpoint", words, help)


def _line(entry: Entry) -> bytes:
    said = entry_to_json(entry)
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _manifest(
    history: History, checkpoint: Checkpoint, files: Mapping[str, bytes], at: datetime
) -> str:
    lines = [
        BUNDLE_FORMAT,
        f"log {checkpoint.origin}",
        f"record {history.record.hex}",
        f"facility {history.facility}",
        f"expunged {'yes' if history.expunged else 'no'}",
        f"entries {len(history.entries)}",
        f"size {checkpoint.size}",
        f"exported {utc_micros(at)}",
    ]
    lines += [f"file {hashlib.sha256(data).hexdigest()} {name}" for name, data in files.items()]
    return "".join(f"{line}\n" for line in lines)


def _write(path: Path, files: Mapping[str, bytes]) -> None:
    if sum(map(len, files.values())) > MOST_BYTES:
        words = f"would hold more than {MOST_BYTES:,} bytes, which no reader takes"
        raise LedgerError.one("E541", str(path), words, "Attach less to it.")
    try:
        # It holds who was in custody and why: for whoever made it, until they hand it on.
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise _there(path) from error
    with os.fdopen(handle, "w+b") as file, zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _STAMP)
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)


def _there(path: Path) -> ExeatError:
    words = "is there already, and is not written over"
    return LedgerError.one("E541", str(path), words, "Name another file.")
