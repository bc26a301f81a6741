"""`exeat verify`, `export`, `backup` and `restore`: the record, checked, handed over and kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import psycopg
import typer

from exeat.cli.common import read_text
from exeat.cli.serve import DataDir, data_folder
from exeat.desk.casefile import attachments_of
from exeat.desk.house import (
    desk_login,
    kept_of,
    master_of,
    open_record,
    signer_of,
    signing_login,
)
from exeat.desk.part import PARTS
from exeat.errors import LedgerError
from exeat.office.clock import utcnow
from exeat.office.settings import Settings
from exeat.record import (
    History,
    Ledger,
    MasterKey,
    NotFound,
    Report,
    Verifier,
    export_bundle,
    verify_bundle,
    verify_database,
    verify_request,
)
from exeat.record import backup as write_backup
from exeat.record import restore as read_backup
from exeat.record.bundle import facility_of
from exeat.record.consistency import Consistency, known_checkpoints
from exeat.record.server import database

__all__ = ["backup", "export", "read_notes", "restore", "verify"]

Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="Key of the log, got from somewhere else than the log."),
]


def verify(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="An exported bundle, or the proof of a request; left out: the live record."
        ),
    ] = None,
    key: Keys = None,
    known: Annotated[
        list[str] | None, typer.Option(help="A checkpoint that was kept elsewhere.")
    ] = None,
    consistency: Annotated[
        list[str] | None,
        typer.Option(help="A proof of consistency with it, as `/api/v1/consistency` gives it."),
    ] = None,
    contents: Annotated[
        bool,
        typer.Option(
            "--contents/--no-contents",
            help="Open every content and replay the views, which takes the vault key and longer.",
        ),
    ] = True,
    data: DataDir = None,
) -> None:
    """Verify the record, live or as an exported bundle; or the proof of one request.

    What was not looked at, and why, stands in the first line. Exits with 0 if it verifies, 1 if
    anything is damaged, 2 if it cannot be read, 3 if it is sound in itself but no known key has
    signed it, 4 if it is sound and signed but could not be compared with a checkpoint that was
    given.

    Examples:
      exeat verify

      exeat verify case.zip --key "exeat.example/desk+1234abcd+..." --known kept.txt

      exeat verify request.json --key "exeat.example/desk+1234abcd+..."
    """
    verifiers = [Verifier.decode(text) for text in key or []]
    notes = read_notes(known)
    proofs = [Consistency.parse(*read_text(path)) for path in consistency or []]
    if file is not None:
        check = verify_request if _is_json(file) else verify_bundle
        _finish(check(file, verifiers, known=notes, proofs=proofs))
    folder = data_folder(data)
    with open_record(folder) as admin, psycopg.connect(admin, autocommit=True) as conn:
        verifiers = verifiers or [signer_of(folder).verifier()]
        # Without its key as much is verified as can be, and the first line says what was not.
        master = _vault_key(folder) if contents else None
        kept = _kept_notes(folder, verifiers)
        report = verify_database(
            conn, verifiers, parts=PARTS, master=master, known=notes, kept=kept
        )
    _finish(report)


def read_notes(paths: list[str] | None) -> list[str]:
    """Return the text of kept checkpoints.

    Raises:
        UsageError: A file cannot be read.
    """
    return [read_text(path)[0] for path in paths or []]


def _kept_notes(folder: Path, verifiers: Sequence[Verifier]) -> list[str]:
    """Return what lies beside the key of the log, where that is one of the keys."""
    with suppress(LedgerError):
        signer = signer_of(folder)
        if signer.verifier() in verifiers:
            kept = kept_of(folder, signer)
            if not kept.begun():
                typer.echo(f"{kept.path} is not there: compare with one kept elsewhere", err=True)
            return kept.notes()
    return []


def _vault_key(folder: Path) -> MasterKey | None:
    """Return the vault key where it is at hand."""
    try:
        return master_of(folder)
    except LedgerError as error:
        typer.echo(f"contents are not opened: {error.faults[0]}", err=True)
        return None


def _is_json(file: Path) -> bool:
    """Say whether a file begins as JSON does; what cannot be read is said by whoever reads it."""
    try:
        with file.open("rb") as opened:
            return opened.read(1) == b"{"
    except OSError:
        return False


def _finish(report: Report) -> None:
    _say(report.lines())
    raise typer.Exit(report.exit_code)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def export(
    record: Annotated[
        str, typer.Argument(help="The id of the custody record; once expunged, its key.")
    ],
    out: Annotated[Path, typer.Argument(help="The bundle to write; it must not be there yet.")],
    facility: Annotated[
        str | None,
        typer.Option(help="Code of the facility that holds it, where several have that id."),
    ] = None,
    known: Annotated[
        list[str] | None,
        typer.Option(help="A checkpoint that its reader has, to prove that the log goes on."),
    ] = None,
    data: DataDir = None,
) -> None:
    """Export one case as a bundle that a court can check offline, with a PDF to read.

    Examples:
      exeat export 0193f0c2 case.zip
    """
    folder = data_folder(data)
    now = utcnow()
    with open_record(folder) as admin:
        master, signer = master_of(folder), signer_of(folder)
        others = known_checkpoints(read_notes(known), [signer.verifier()])
        with Ledger.connect(signing_login(admin, master), master) as signing:
            signing.checkpoint(signer, kept=kept_of(folder, signer))
        with psycopg.connect(admin, autocommit=True) as conn:
            facility = facility or facility_of(conn, record)
        login = desk_login(admin, Settings.from_environment(), master)
        with Ledger.connect(login, master, agency=facility) as ledger:
            case = _case(ledger, record, facility)
            attachments = attachments_of(case, now)
            history = export_bundle(
                ledger, case.record, out, signer, at=now, attachments=attachments, known=others
            )
    typer.echo(f"{out}: {len(history.entries)} entries, {len(attachments)} files beside them")
    typer.echo(f"Check it: exeat verify {out} --key '{signer.verifier().encode()}'")


def _case(ledger: Ledger, record: str, facility: str | None) -> History:
    """Return a case by its record's id, or by the record's key, which outlives an expungement."""
    try:
        return ledger.read(record, facility=facility, purpose="export")
    except NotFound:
        with suppress(ValueError, NotFound):
            return ledger.read(UUID(record), purpose="export")
        raise  # In the words of what was typed.


def backup(
    out: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    data: DataDir = None,
) -> None:
    """Write the whole database to a file, while it is in use. The keys are not in it.

    Examples:
      exeat backup 2026-11-25.dump
    """
    with open_record(data_folder(data)) as admin:
        write_backup(admin, out)
    typer.echo(f"{out}: {out.stat().st_size:,} bytes. Keep the keys apart from it.")


def restore(
    path: Annotated[Path, typer.Argument(help="A file that `exeat backup` wrote.")],
    data: DataDir = None,
) -> None:
    """Read a backup into an empty database, and verify what came back.

    Copy the keys, which were kept apart from it, into the data folder first.

    Examples:
      exeat restore 2026-11-25.dump --data /srv/exeat-again
    """
    folder = data_folder(data)
    signer = signer_of(folder)
    with database(folder / "pg") as admin:
        read_backup(admin, path)
        with psycopg.connect(admin, autocommit=True) as conn:
            master = _vault_key(folder)
            report = verify_database(conn, [signer.verifier()], parts=PARTS, master=master)
    newest = kept_of(folder, signer).newest()
    if newest is None or newest.checkpoint.size > report.size:
        typer.echo(_NOT_SIGNED.format(size=newest.checkpoint.size if newest else "?"))
    _finish(report)


_NOT_SIGNED: Final = """\
This is not all that was signed: what is kept beside the key speaks of {size} entries. Until you say
that the record goes on from here, the desk signs nothing: exeat checkpoint --begin-anew
"""
