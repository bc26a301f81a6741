r"""The file of kept checkpoints: all that a desk has signed, outside the database.

Whoever has the whole database can write it anew, and take the checkpoints out of it. So the desk
keeps each one beside its key before it counts, and signs nothing that does not begin with the last.
One checkpoint a line, as JSON with the time of signing::

    {"signed": "2026-11-27T23:48:00.000000Z", "note": "..."}

A line is on the disk before the checkpoint leaves this module. A line that was torn, as the machine
stopped, is passed over, and the next one begins on a line of its own.

Examples:
    >>> from tempfile import TemporaryDirectory
    >>> from exeat.record.checkpoint import Signer
    >>> signer = Signer.generate("example.org/log")
    >>> with TemporaryDirectory() as folder:
    ...     file = Kept(Path(folder) / "log.checkpoints", signer.verifier())
    ...     file.begin()
    ...     file.add(signer.sign(Checkpoint("example.org/log", 3, bytes(32))), datetime.now(UTC))
    ...     file.newest().checkpoint.size
    3
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from exeat.errors import LedgerError
from exeat.record.canonical import utc_micros
from exeat.record.checkpoint import Checkpoint, Verifier, open_checkpoint
from exeat.record.keyfile import flush_folder
from exeat.record.steps import reached

__all__ = ["Kept", "KeptCheckpoint"]

_BLOCK_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """One line of the file.

    Attributes:
        checkpoint: What was signed.
        note: The signed note.
        signed: When.
    """

    checkpoint: Checkpoint
    note: str
    signed: datetime

    @property
    def pair(self) -> tuple[Checkpoint, str]:
        """The checkpoint with its note."""
        return self.checkpoint, self.note


@dataclass(frozen=True, slots=True)
class Kept:
    """The file of kept checkpoints of one log.

    Attributes:
        path: Where it is.
        key: The log's key. A line that it has not signed counts for nothing.
    """

    path: Path
    key: Verifier

    def begun(self) -> bool:
        """Say whether the file is there; an empty one is that of a log that signed nothing yet."""
        return self.path.exists()

    def begin(self) -> None:
        """Make the file, empty, for this user only.

        Raises:
            LedgerError: It is there already, or cannot be written.
        """
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                like = self.path.parent.stat()
                if os.name == "posix" and like.st_uid != os.geteuid():
                    # Run as root: the desk's own user must be able to write it.
                    os.fchown(handle, like.st_uid, like.st_gid)
            finally:
                os.close(handle)
            flush_folder(self.path.parent)
        except OSError as error:
            raise self._unusable("written", error) from error

    def newest(self) -> KeptCheckpoint | None:
        """Return the last checkpoint that was kept; None where there is none.

        Raises:
            LedgerError: The file is there and cannot be read.
        """
        return next(iter(self.latest(1)), None)

    def latest(self, most: int) -> list[KeptCheckpoint]:
        """Return the last checkpoints that were kept, the newest first.

        Raises:
            LedgerError: The file is there and cannot be read.
        """
        try:
            return list(islice(filter(None, map(self._read, self._backwards())), most))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unusable("read", error) from error

    def notes(self) -> list[str]:
        """Return every note that was kept, the oldest first.

        Raises:
            LedgerError: The file is there and cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                return [one.note for one in map(self._read, file) if one is not None]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unusable("read", error) from error

    def add(self, note: str, at: datetime) -> None:
        """Keep a checkpoint; it is on the disk when this returns.

        Raises:
            LedgerError: It cannot be written.
        """
        said = {"signed": utc_micros(at), "note": note}
        line = json.dumps(said, separators=(",", ":")).encode() + b"\n"
        try:
            # In one piece at the end, whoever else writes; never makes the file.
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND)
            try:
                _write_all(handle, (b"\n" if _is_torn(handle) else b"") + line)
                reached("checkpoint-kept")
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise self._unusable("written", error) from error

    def set_aside(self, at: datetime) -> Path | None:
        """Give the file another name, so that a new one can begin; nothing of it is lost.

        Returns:
            Where it is now; None where there was none.
        """
        if not self.begun():
            return None
        # No colon: the name must do on every system.
        stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        aside = self.path.with_name(f"{self.path.name}.until-{stamp}")
        try:
            self.path.rename(aside)
            flush_folder(self.path.parent)
        except OSError as error:
            raise self._unusable("set aside", error) from error
        return aside

    def _read(self, line: bytes) -> KeptCheckpoint | None:
        """Return what a line says; None for one that was torn, or that the key has not signed."""
        try:
            said = json.loads(line)
            note, signed = str(said["note"]), datetime.fromisoformat(said["signed"])
            return KeptCheckpoint(open_checkpoint(note, [self.key]), note, signed)
        except (ValueError, KeyError, TypeError, LedgerError):
            return None

    def _backwards(self) -> Iterator[bytes]:
        """Yield the lines, the last one first, and read no more of the file than is asked for."""
        with self.path.open("rb") as file:
            at, rest = file.seek(0, os.SEEK_END), b""
            while at:
                step = min(_BLOCK_BYTES, at)
                at = file.seek(at - step)
                first, *lines = (file.read(step) + rest).split(b"\n")
                yield from reversed(lines)
                rest = first
            yield rest

    def _unusable(self, what: str, error: OSError) -> LedgerError:
        words = f"cannot be {what} ({error.strerror})"
        help = "Nothing is signed until it can: see to the disk, and who may use the file."
        return LedgerError.one("E531", str(self.path), words, help)


def _is_torn(handle: int) -> bool:
    """Say whether the last line has no end; it is left as it is, and a new one is begun."""
    size = os.lseek(handle, 0, os.SEEK_END)
    if size == 0:
        return False
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1) != b"\n"


def _write_all(handle: int, data: bytes) -> None:
    """Write in one piece; where the disk is full, the rest of it says so."""
    while data:
        data = data[os.write(handle, data) :]
