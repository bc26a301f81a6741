"""One desk on one machine: its data folder, its keys, its database, and the desk on them.

The folder holds ``pg`` (the private server, where ``EXEAT_DATABASE_URL`` names no other) and
``keys``: ``vault.key``, without which no content can be opened, and ``log.key``, which signs
checkpoints; beside it ``log.checkpoints``, all that it has signed, and ``log.signing``, what came
of the last try. They are made at the first start and readable by this user only; keep a copy of
them apart from every backup. No key is ever made for a record that is there: with a new vault key
nothing in it would open, and a new log key would vouch for what another one has signed.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from exeat.desk.logins import desk_login, reached, signing_login, upgrade
from exeat.desk.service import Desk
from exeat.desk.service.setup import FirstUse, first_use, make_host, open_desk
from exeat.errors import LedgerError
from exeat.office.settings import Settings
from exeat.record.checkpoint import Signer
from exeat.record.kept import Kept
from exeat.record.keyfile import read_keys
from exeat.record.rotation import key_in_use
from exeat.record.schema import holds_ledger
from exeat.record.server import DATABASE_URL, database
from exeat.record.vault import VAULT_KEY, VAULT_KEY_FILE, MasterKey

__all__ = [
    "House",
    "desk_login",
    "kept_of",
    "make_log_key",
    "master_of",
    "open_house",
    "open_record",
    "signer_of",
    "signing_login",
    "vault_key_file",
]

LOG_NAME: Final = "EXEAT_LOG_NAME"
_KEPT: Final = "log.checkpoints"


@dataclass(frozen=True, slots=True)
class House:
    """A desk that is open.

    Attributes:
        admin: How to connect to its database as an administrator.
        signing: How to connect as the login that may sign; its agency holds no record.
        kept: All that the signer has signed, outside the database.
        first: The first login, at the first start only.
    """

    desk: Desk
    admin: str
    signing: str
    master: MasterKey
    signer: Signer
    kept: Kept
    first: FirstUse | None


def make_keys(folder: Path) -> None:
    """Make the keys of a data folder that are not there yet. Never where a ledger is.

    Raises:
        LedgerError: A key cannot be written.
    """
    keys = folder / "keys"
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not _key_is_named():
        _make(keys / "vault.key", base64.b64encode(secrets.token_bytes(32)).decode())
    make_log_key(folder)
    with suppress(FileExistsError):
        (keys / _KEPT).touch(mode=0o600, exist_ok=False)


def make_log_key(folder: Path) -> None:
    """Make the key of the log, under a name of its own, unless it is there.

    Two logs of one name could be taken for each other, and their checkpoints for two histories.

    Raises:
        LedgerError: It cannot be written, or ``EXEAT_LOG_NAME`` cannot name a log.
    """
    name = os.environ.get(LOG_NAME) or f"exeat.invalid/{secrets.token_hex(6)}"
    _make(folder / "keys" / "log.key", Signer.generate(name).encode())


def kept_of(folder: Path, signer: Signer) -> Kept:
    """Return the file of kept checkpoints of a data folder."""
    return Kept(folder / "keys" / _KEPT, signer.verifier())


def master_of(folder: Path) -> MasterKey:
    """Return the vault key: the one that the environment names, else that of the data folder.

    Raises:
        LedgerError: It cannot be read, or others may read it.
    """
    if os.environ.get(VAULT_KEY):
        return MasterKey.from_environment()
    return MasterKey.of(read_keys(vault_key_file(folder)))


def vault_key_file(folder: Path) -> Path:
    """Return the file of the vault key: the one that the environment names, or the folder's.

    Raises:
        LedgerError: The key is given as text, so that there is no file.
    """
    if os.environ.get(VAULT_KEY):
        raise LedgerError.one(
            "E535",
            VAULT_KEY,
            "gives the vault key as text, so there is no file to put a new key into",
            f"Put the key into a file of mode 600, unset {VAULT_KEY}, and set {VAULT_KEY_FILE} to "
            "the file.",
        )
    named = os.environ.get(VAULT_KEY_FILE)
    return Path(named) if named else folder / "keys" / "vault.key"


def signer_of(folder: Path) -> Signer:
    """Return the key of the log of a data folder.

    Raises:
        LedgerError: It cannot be read.
    """
    path = folder / "keys" / "log.key"
    try:
        return Signer.decode(path.read_text(encoding="ascii").strip(), path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not ASCII text"
        raise LedgerError.one(
            "E531",
            str(path),
            f"cannot be read ({reason})",
            "Copy the keys folder of this record there. If the key is lost, a new one is made by"
            " `exeat checkpoint --begin-anew`, and nothing signed before can be told by it.",
        ) from None


def _key_is_named() -> bool:
    return bool(os.environ.get(VAULT_KEY) or os.environ.get(VAULT_KEY_FILE))


@contextmanager
def open_record(folder: Path) -> Iterator[str]:
    """Yield how to connect to a record that is there, as an administrator; make nothing.

    Raises:
        LedgerError: No record is there, or its database does not start.
    """
    own = not os.environ.get(DATABASE_URL)
    place = f"folder {folder}" if own else DATABASE_URL
    if own and not (folder / "pg").is_dir():
        raise _no_record(place)
    with database(folder / "pg") as admin:
        with reached(admin), psycopg.connect(admin, autocommit=True) as conn:
            if not holds_ledger(conn):
                raise _no_record(place)
        yield admin


def _no_record(place: str) -> LedgerError:
    return LedgerError.one(
        "E524",
        place,
        "holds no record",
        "Name the one that `exeat serve` was started with: --data, or EXEAT_DATABASE_URL.",
    )


def _make(path: Path, text: str) -> None:
    """Write a key that is not there yet, for this user only."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise LedgerError.one(
            "E531", str(path), f"cannot be written ({error.strerror})", "Choose another folder."
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{text}\n")


@contextmanager
def open_house(folder: Path, settings: Settings) -> Iterator[House]:
    """Open the desk of a data folder: start its database, bring it up to date, connect.

    Args:
        folder: The data folder, made if it is not there.
        settings: As `Settings.from_environment` reads them.

    Raises:
        LedgerError: A key cannot be read, or the database does not start.
    """
    folder = folder.expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        admin = stack.enter_context(database(folder / "pg"))
        with reached(admin):
            conn = stack.enter_context(psycopg.connect(admin, autocommit=True))
            if not holds_ledger(conn):
                make_keys(folder)
            upgrade(conn, settings)
            # Before the key is read; each connection of the desk says it for itself from then on.
            with key_in_use(conn):
                house = _opened(folder, settings, admin)
        stack.callback(house.desk.office.db.close)
        conn.close()  # The web is served with no administrator's connection open.
        yield house


def _opened(folder: Path, settings: Settings, admin: str) -> House:
    master, signer = master_of(folder), signer_of(folder)
    kept, login = kept_of(folder, signer), desk_login(admin, settings, master)
    desk = open_desk(login, master, settings, signer, kept=kept)
    try:
        make_host(desk)
        signing = signing_login(admin, master)
        # Last of all: its password is shown once, and nothing may go wrong before it is.
        return House(desk, admin, signing, master, signer, kept, first_use(desk))
    except BaseException:
        desk.office.db.close()
        raise
