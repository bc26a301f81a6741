"""Signing once a minute, and saying so loudly where it does not go on.

What stands on record is signed only if it begins with what was signed before and kept beside the
key. If it does not, somebody has changed the record past the desk: the desk goes on, signs nothing,
and says so in its log, at ``/healthz``, on the pages that show proofs, and by a task for the host.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import psycopg

from exeat.desk.house import House
from exeat.desk.service.public_log import attempt_file
from exeat.desk.service.setup import system_context
from exeat.errors import ExeatError
from exeat.i18n.said import Said
from exeat.office.models import TaskKind
from exeat.office.tasks import close_about, open_task
from exeat.record.attempt import Attempt, fault_of
from exeat.record.ledger import Ledger
from exeat.record.signing import sign_log

__all__ = ["sign_once", "signing"]

_OF_MOMENTS: Final = "E509"
_A_WHILE: Final = timedelta(minutes=5)
_REFUSED: Final = ""
_ROWS: Final = "checkpoint"
_log = logging.getLogger("exeat.desk")


@contextmanager
def signing(house: House, every_seconds: float = 60.0) -> Iterator[None]:
    """Sign a checkpoint now and once a minute, so that a verifier can tell what was there when."""
    stop = threading.Event()

    def rounds() -> None:
        while not stop.wait(every_seconds):
            sign_once(house)

    sign_once(house)
    thread = threading.Thread(target=rounds, daemon=True, name="exeat-signing")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def sign_once(house: House) -> Attempt:
    """Try to sign, and leave what came of it for whoever asks; what fails stops no desk."""
    made = _tried(house)
    path = attempt_file(house.kept)
    earlier = Attempt.read(path)
    attempt = made.after(earlier)
    try:
        attempt.write(path)
    except OSError as error:
        _log.error("what came of signing cannot be written to %s: %s", path, error.strerror)
    _say(made)
    try:
        _tell_host(house, attempt, made, earlier)
    except (psycopg.Error, ExeatError) as error:
        _log.error("the host got no task about signing: %s", type(error).__name__)
    return attempt


def _tried(house: House) -> Attempt:
    now = house.desk.office.clock()
    try:
        with Ledger.connect(house.signing, house.master) as ledger:
            found = sign_log(ledger.conn, house.signer, house.kept, at=now)
    except (psycopg.Error, ExeatError, OSError) as error:
        return Attempt(now, fault_of(error), now)
    return Attempt(now, bad=found.bad, gone=found.gone)


def _say(made: Attempt) -> None:
    """Put it into the desk's own log, each time that it is so."""
    if made.fault is not None:
        _log.error("NOTHING IS SIGNED: %s: %s. %s", *_parts(made))
    if made.bad:
        numbers = ", ".join(map(str, made.bad))
        _log.error("exeat.checkpoint holds rows that this log's key has not signed: %s", numbers)
    if made.gone:
        _log.error("checkpoints were taken out of exeat.checkpoint; they are kept beside the key")


def _parts(made: Attempt) -> tuple[str, str, str]:
    assert made.fault is not None
    return made.fault.place, made.fault.message, made.fault.help


def _tell_host(house: House, attempt: Attempt, made: Attempt, earlier: Attempt | None) -> None:
    """Open a task for whoever runs this desk, and close it where signing goes on."""
    known = Attempt(made.at) if earlier is None else earlier
    fresh = (set(attempt.bad) - set(known.bad)) or (attempt.gone and not known.gone)
    if made.fault is None and known.fault is None and not fresh:
        return
    office = house.desk.office
    with office.db.transaction(system_context(made.at)) as tx:
        kind, settings = TaskKind.SIGNING, office.settings
        if made.fault is not None and _waits_for_a_person(attempt):
            why = Said("task_why.ledger-unsigned", {"code": made.fault.code})
            open_task(tx, settings, kind, about=_REFUSED, because=(why,))
        elif made.fault is None:
            close_about(tx, kind, _REFUSED, Said("closed.signed"))
        if fresh:
            open_task(tx, settings, kind, about=_ROWS, because=(Said("task_why.ledger-rows"),))


def _waits_for_a_person(attempt: Attempt) -> bool:
    """Say whether a fault will not go by itself, as a database that restarts does."""
    if attempt.fault is None or attempt.fault.code != _OF_MOMENTS:
        return attempt.fault is not None
    return attempt.since is not None and attempt.at - attempt.since > _A_WHILE
