"""The process that starts the desk and keeps it running; no browser ever talks to it.

It alone knows how to connect as an administrator: it migrates, makes the logins, signs, goes its
rounds, verifies for the auditor, and starts the private server again if that dies. What browsers
talk to are its workers (:mod:`exeat.desk.worker`), each a process of its own that knows no more of
the database than the desk's login. A worker that dies is started anew; one that outlives its keeper
ends itself.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, Final

import psycopg
from pydantic import TypeAdapter

from exeat.desk.app import sweep_all
from exeat.desk.house import House, master_of
from exeat.desk.pages.views import Verified
from exeat.desk.service.setup import system_context
from exeat.errors import ExeatError, LedgerError
from exeat.office.clock import utcnow
from exeat.office.context import Context, Role
from exeat.record.server import DATABASE_URL, revived

__all__ = ["Keeper", "listening", "until_told"]

_LOOK_SECONDS: Final = 1.0
_ROUND_SECONDS: Final = 60.0
_LEAVING_SECONDS: Final = 10.0
_YOUNG_SECONDS: Final = 10.0
_MOST_DEATHS: Final = 5
"""Of workers that died young, one after another: then something is wrong that a new one has too."""
_ROUNDS_LOCK: Final = "hashtextextended('exeat rounds', 0)"
# With these a worker would know how its keeper connects.
_OF_THE_KEEPER: Final = (DATABASE_URL, "PGPASSWORD", "PGPASSFILE", "PGUSER", "PGSERVICE")
_VERIFIED: Final = TypeAdapter(Verified)
_log = logging.getLogger("exeat.desk.keeper")

Verify = Callable[[Context], Verified]


@dataclass
class _Worker:
    """One process that serves, and the line to it."""

    process: subprocess.Popen[bytes]
    line: Connection
    since: float = field(default_factory=time.monotonic)
    talking: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, **said: Any) -> None:
        """Say something to it; one that is gone hears nothing."""
        with suppress(OSError), self.talking:
            self.line.send_bytes(json.dumps(said).encode())


class Keeper:
    """Keeps a desk running.

    Args:
        house: Open.
        folder: Its data folder.
        sock: On which the workers listen.
        verify: Verifies the whole ledger, for the auditor.
        workers: How many processes.
    """

    def __init__(
        self, house: House, folder: Path, sock: socket.socket, verify: Verify, workers: int
    ) -> None:
        self.house = house
        self.folder = folder.expanduser().resolve()
        self.sock = sock
        self.verify = verify
        self.count = workers
        self.workers: list[_Worker] = []
        self._died_young = 0
        self._pulse: dict[str, Any] = {}

    def run(self, stop: threading.Event) -> None:
        """Serve until told to stop.

        Raises:
            LedgerError: The desk cannot go on: its database does not start again, its workers die
                as soon as they are started, or its vault key was changed.
        """
        rounds = threading.Thread(target=self._rounds, args=[stop], name="exeat-rounds")
        try:
            self.workers = [self._started() for _ in range(self.count)]
            rounds.start()
            while not stop.wait(_LOOK_SECONDS):
                self._look()
        finally:
            stop.set()
            self._end()
            rounds.join(_LEAVING_SECONDS)

    # --- what is looked after -------------------------------------------------------------------

    def _look(self) -> None:
        if not os.environ.get(DATABASE_URL) and revived(self.folder / "pg"):
            _log.error("the private database server had died, and was started again")
            self._same_key()
        for number, worker in enumerate(self.workers):
            if worker.process.poll() is not None:
                self._mourn(worker)
                self.workers[number] = self._started()

    def _same_key(self) -> None:
        """Refuse to go on under a vault key that was changed while the database was away."""
        if master_of(self.folder).key_id != self.house.master.key_id:
            words = "was changed while this desk was cut off from its database"
            raise LedgerError.one("E525", "vault key", words, "Start `exeat serve` again.")

    def _mourn(self, worker: _Worker) -> None:
        worker.line.close()
        code = worker.process.returncode
        _log.error("a worker ended (%s), and another one is started", code)
        young = time.monotonic() - worker.since < _YOUNG_SECONDS
        self._died_young = self._died_young + 1 if young else 0
        if self._died_young >= _MOST_DEATHS:
            words = f"end as soon as they are started ({code})"
            help = "Read what stands above this line; it says why."
            raise LedgerError.one("E526", "workers of the desk", words, help)

    # --- workers --------------------------------------------------------------------------------

    def _started(self) -> _Worker:
        ours, theirs = Pipe()
        fds = (theirs.fileno(), self.sock.fileno())
        environ = {k: v for k, v in os.environ.items() if k not in _OF_THE_KEEPER}
        command = [sys.executable, "-m", "exeat.desk.worker", *map(str, fds)]
        process = subprocess.Popen(  # noqa: S603 - this very program
            command, pass_fds=fds, env=environ, stdin=subprocess.DEVNULL, start_new_session=True
        )
        theirs.close()
        worker = _Worker(process, ours)
        office = self.house.desk.office
        worker.tell(
            conninfo=office.db.conninfo,
            folder=str(self.folder),
            settings=office.settings.model_dump(mode="json"),
            pulse=self._pulse,
        )
        threading.Thread(target=self._answer, args=[worker], daemon=True).start()
        return worker

    def _answer(self, worker: _Worker) -> None:
        """Answer what a worker asks, until it is gone. It can ask one thing."""
        with suppress(EOFError, OSError, ValueError):
            while True:
                asked = json.loads(worker.line.recv_bytes(10_000))
                worker.tell(number=int(asked["number"]), **self._verified(str(asked["agency"])))

    def _verified(self, agency: str) -> dict[str, Any]:
        now = utcnow()
        ctx = system_context(now, agency, Role.AUDITOR)
        try:
            return {"verified": _VERIFIED.dump_python(self.verify(ctx), mode="json")}
        except (psycopg.Error, ExeatError) as error:
            _log.error("the ledger could not be verified: %s", type(error).__name__)
            return {"verified": None}

    def _end(self) -> None:
        for worker in self.workers:
            worker.process.terminate()
        until = time.monotonic() + _LEAVING_SECONDS
        for worker in self.workers:
            try:
                worker.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
            worker.line.close()

    # --- rounds ---------------------------------------------------------------------------------

    def _rounds(self, stop: threading.Event) -> None:
        """Look at everyone once a minute: one keeper of all that share the database does."""
        while True:
            try:
                self._round()
            except (psycopg.Error, ExeatError) as error:
                _log.error("the round failed, and is tried again: %s", type(error).__name__)
            for worker in list(self.workers):
                worker.tell(pulse=self._pulse)
            if stop.wait(_ROUND_SECONDS):
                return

    def _round(self) -> None:
        with psycopg.connect(self.house.admin, autocommit=True) as conn:
            row = conn.execute(f"SELECT pg_try_advisory_lock({_ROUNDS_LOCK})".encode()).fetchone()
            if row == (True,):
                sweep_all(self.house.desk)
        self._pulse = {
            "rounds": utcnow().isoformat(),
            "unreadable": self.house.desk.board.unreadable,
        }


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens, to be handed to each worker."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


@contextmanager
def until_told() -> Iterator[threading.Event]:
    """Yield an event that is set when somebody ends this process, by Ctrl+C or a signal."""
    told = threading.Event()
    before = {
        one: signal.signal(one, lambda *_: told.set()) for one in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield told
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
