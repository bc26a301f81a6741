"""One process that serves the desk: started by its keeper, and by nobody else.

It is told how to connect as the desk's login; how to connect as an administrator it never learns.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import uvicorn
from pydantic import TypeAdapter

from exeat.desk.app import create_app
from exeat.desk.health import Health
from exeat.desk.house import kept_of, master_of, signer_of
from exeat.desk.listening import config, say_kinds_alone
from exeat.desk.pages.app import pages_of
from exeat.desk.pages.views import Verified
from exeat.desk.service.setup import open_desk
from exeat.office.context import Context
from exeat.office.errors import NotNow
from exeat.office.settings import Settings

__all__ = ["main"]

_VERIFIED = TypeAdapter(Verified)


class _Line:
    """The line to the keeper: what it says of itself, and what it is asked."""

    def __init__(self, line: Connection) -> None:
        self.line = line
        self.pulse: dict[str, Any] = {}
        self._asking = threading.Lock()
        self._number = 0
        self._answers: SimpleQueue[dict[str, Any]] = SimpleQueue()

    def listen(self, gone: Callable[[], None]) -> None:
        """Take what the keeper says, until it is gone."""
        try:
            while True:
                said = json.loads(self.line.recv_bytes())
                if "pulse" in said:
                    self.pulse.update(said["pulse"])
                else:
                    self._answers.put(said)
        except (EOFError, OSError):
            gone()

    def verify(self, ctx: Context) -> Verified:
        """Have the keeper verify the whole ledger.

        Raises:
            NotNow: It cannot just now.
        """
        with self._asking:
            self._number += 1
            asked = {"number": self._number, "agency": ctx.agency}
            self.line.send_bytes(json.dumps(asked).encode())
            answer = self._answers.get()
        if answer["verified"] is None:
            help = "Try again in a minute; if it stays so, run `exeat verify`."
            raise NotNow.one("E691", "ledger", "could not be verified just now", help)
        return _VERIFIED.validate_python(answer["verified"], strict=False)


def main() -> None:
    """Serve until the keeper says to stop, or is gone."""
    say_kinds_alone()
    line = _Line(Connection(int(sys.argv[1])))
    sock = socket.socket(fileno=int(sys.argv[2]))
    said = json.loads(line.line.recv_bytes())
    line.pulse.update(said["pulse"])
    folder = Path(said["folder"])
    settings, signer = Settings(**said["settings"]), signer_of(folder)
    kept = kept_of(folder, signer)
    desk = open_desk(said["conninfo"], master_of(folder), settings, signer, kept=kept)
    health = Health(desk, folder, line.pulse)
    app = create_app(desk, sweep=False, pages=pages_of(desk, line.verify), health=health)
    # The law and the pages stay for good; looking them over for garbage took a tenth of a second.
    gc.collect()
    gc.freeze()
    server = uvicorn.Server(config(app))

    def gone() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=line.listen, args=[gone], daemon=True).start()
    server.run(sockets=[sock])


if __name__ == "__main__":
    main()
