"""The file of the vault key: read where nobody else may, written whole or not at all.

One key a line, in base64. The first is the present one; further ones are old, and only open.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from exeat.errors import LedgerError
from exeat.record.steps import reached

__all__ = ["FORMS", "KEY_BYTES", "decoded", "flush_folder", "read_keys", "write_keys"]

KEY_BYTES: Final = 32
FORMS: Final = "Give 32 random bytes in base64, such as `openssl rand -base64 32` prints."


def read_keys(path: Path) -> list[bytes]:
    """Return the keys of a file, the present one first.

    Raises:
        LedgerError: It cannot be read, others may read it, or it holds no key.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise LedgerError.one(
            "E531", str(path), f"cannot be read ({reason})", "Give the file of the vault key."
        ) from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        words = "holds the vault key and may be read by others"
        raise LedgerError.one("E531", str(path), words, f"Run: chmod 600 {path}")
    if not text.split():
        raise LedgerError.one("E531", str(path), "holds no key", FORMS)
    return decoded(text, str(path))


def decoded(text: str, place: str) -> list[bytes]:
    """Return keys that are written in base64, with blanks or line breaks between them.

    Raises:
        LedgerError: One of them is no key; it is not repeated in the message.

    Examples:
        >>> len(decoded("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "EXEAT_VAULT_KEY")[0])
        32
    """
    try:
        keys = [base64.b64decode(word, validate=True) for word in text.split()]
    except (binascii.Error, ValueError):
        raise LedgerError.one("E531", place, "is not base64", FORMS) from None
    if any(len(key) != KEY_BYTES for key in keys):
        raise LedgerError.one("E531", place, "is not 32 bytes long", FORMS)
    return keys


def write_keys(path: Path, keys: Sequence[bytes]) -> None:
    """Put keys into a file that is there, the present one first.

    Whatever moment the machine stops at, the file holds the former keys or these, whole and on
    the disk. It stays with its owner, who alone may read it.

    Raises:
        LedgerError: It cannot be written; then it is as it was.
    """
    # Past a link: the link stays, and the file that it names is replaced.
    target = path.resolve()
    part = target.with_name(f"{target.name}.part")
    text = "".join(f"{base64.b64encode(key).decode()}\n" for key in keys)
    try:
        # What a run that died has left; it held the same keys as the file, or one used nowhere.
        part.unlink(missing_ok=True)
        _write_through(part, text.encode(), target.stat())
        reached("rotate-part-written")
        part.replace(target)
        flush_folder(target.parent)
    except OSError as error:
        words = f"cannot be written ({error.strerror})"
        help = "Its folder must be writable, as a new file takes the place of the old one."
        raise LedgerError.one("E531", str(path), words, help) from error


def _write_through(path: Path, data: bytes, like: os.stat_result) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        if os.name == "posix" and like.st_uid != os.geteuid():
            # Run as root: the desk's own user must be able to read it again.
            os.fchown(file.fileno(), like.st_uid, like.st_gid)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Make a new name in a folder outlast a loss of power."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
