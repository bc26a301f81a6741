"""How the desk is, for whoever watches it: each part by itself, and whether it may be used."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final

import psycopg
from starlette.responses import JSONResponse

from exeat.desk.service import Desk
from exeat.desk.service.setup import system_context
from exeat.errors import ExeatError
from exeat.office.clock import utcnow
from exeat.office.db import Tx
from exeat.office.held import log

__all__ = ["Health"]

_KEPT_SECONDS: Final = 1.0
_LEAST_BYTES: Final = 200_000_000
_UNSIGNED_SECONDS: Final = 300.0
_ROUNDS_SECONDS: Final = 300.0
_log = logging.getLogger("exeat.desk")

Found = dict[str, Any]


class Health:
    """Answers whether a desk may be used, and how each of its parts is.

    It may not be used where nothing can be written, or what was written is not signed: the database
    does not answer, a line of the log is refused, a clock is wrong, the disk is full, or entries
    have waited for five minutes for a signature.

    Args:
        desk: Connected.
        folder: The data folder, whose disk the private server writes to; None: not known.
        pulse: What the keeper says of the rounds, if there is one.
    """

    def __init__(
        self, desk: Desk, folder: Path | None = None, pulse: Mapping[str, Any] | None = None
    ) -> None:
        self.desk = desk
        self.folder = folder
        self.pulse = pulse
        self.feeds: Callable[[], bool] = lambda: True
        self._lock = Lock()
        self._unsigned = (-1, 0.0)
        self._kept: tuple[float, Found] | None = None

    def __call__(self) -> JSONResponse:
        """Return 200 where the desk may be used, 503 where it may not, and why."""
        found = self.found()
        well = all(one["ok"] for name, one in found.items() if name not in ("feeds", "unreadable"))
        headers = {"Cache-Control": "no-store"} | ({} if well else {"Retry-After": "5"})
        return JSONResponse({"ok": well, **found}, 200 if well else 503, headers)

    def found(self) -> Found:
        """Return how each part is; asked anew once a second at most, however many ask."""
        with self._lock:
            now = time.monotonic()
            if self._kept is None or now - self._kept[0] > _KEPT_SECONDS:
                self._kept = (now, self._asked())
            return self._kept[1]

    def _asked(self) -> Found:
        found: Found = {"database": {"ok": True}}
        try:
            found |= self._of_database()
        except (psycopg.Error, ExeatError) as error:
            _log.error("the database does not answer: %s", type(error).__name__)
            found["database"] = {"ok": False, "error": type(error).__name__}
        return found | {
            "clock": self._clock(),
            "disk": self._disk(),
            "rounds": self._rounds(),
            "feeds": {"ok": self.feeds()},
            "unreadable": self._unreadable(),
        }

    def _of_database(self) -> Found:
        db, now = self.desk.office.db, self.desk.office.clock()
        with db.transaction(system_context(now)) as tx:
            found = {"log": _log_line(tx), "signing": self._signing(tx)}
        tried = self._last_try(now)
        # A ledger that was cut short has nothing unsigned, and is not signed for all that.
        found["signing"]["ok"] &= tried.pop("seconds_not_signed") < _UNSIGNED_SECONDS
        found["signing"] |= tried
        return found

    def _signing(self, tx: Tx) -> Found:
        """Say how much is signed, and for how long more than that has been on record."""
        row = tx.one("signing_age")
        assert row is not None
        entries, signed, now = row["entries"], row["signed"], time.monotonic()
        if signed >= entries or signed != self._unsigned[0]:
            self._unsigned = (signed, now)
        waits = now - self._unsigned[1]
        return {
            "ok": waits < _UNSIGNED_SECONDS,
            "entries": entries,
            "unsigned_seconds": round(waits),
        }

    def _last_try(self, now: datetime) -> Found:
        """Say what came of the last try to sign. The desk works on without it for a while."""
        found = self.desk.log.signing()
        age = (now - found.signed).total_seconds() if found.signed else None
        return {
            "seconds_not_signed": (now - found.since).total_seconds() if found.since else 0.0,
            "state": found.state,
            "well": found.well,
            "signed_entries": found.size,
            "unsigned_entries": found.unsigned,
            "last_signed": found.signed.isoformat() if found.signed else None,
            "age_seconds": None if age is None else round(age),
            "unsigned_since": found.since.isoformat() if found.since else None,
            "fault": found.fault.code if found.fault else None,
            "bad_rows": list(found.bad),
            "rows_gone": found.gone,
        }

    def _clock(self) -> Found:
        clock = self.desk.office.db.clock
        return {"ok": clock.right, "seconds_ahead_of_database": round(clock.apart, 1)}

    def _disk(self) -> Found:
        if self.folder is None:
            return {"ok": True, "free_bytes": None}
        free = shutil.disk_usage(self.folder).free
        return {"ok": free >= _LEAST_BYTES, "free_bytes": free}

    def _rounds(self) -> Found:
        last = (self.pulse or {}).get("rounds")
        if last is None:
            return {"ok": True, "age_seconds": None}
        age = (utcnow() - datetime.fromisoformat(last)).total_seconds()
        return {"ok": age < _ROUNDS_SECONDS, "age_seconds": round(age)}

    def _unreadable(self) -> Found:
        count = max((self.pulse or {}).get("unreadable", 0), self.desk.board.unreadable)
        return {"ok": not count, "records": count}


def _log_line(tx: Tx) -> Found:
    """Try to write a line of the log, and take it back."""
    try:
        with tx.conn.transaction(force_rollback=True):
            log(tx, "healthz")
    except psycopg.Error as error:
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True}
