"""`exeat checkpoint`: the newest checkpoint, a proof since a kept one, or a new beginning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import psycopg
import typer

from exeat.cli.common import read_text
from exeat.cli.ledger import read_notes
from exeat.cli.serve import DataDir, data_folder
from exeat.desk.house import kept_of, make_log_key, open_record, signer_of, signing_login
from exeat.desk.service.public_log import attempt_file
from exeat.errors import LedgerError, UsageError
from exeat.record import Checkpoint, Signer
from exeat.record.bundle import proof_since
from exeat.record.consistency import Consistency, known_checkpoints
from exeat.record.kept import Kept
from exeat.record.proofs import StoredTree
from exeat.record.signing import begin_anew as begin
from exeat.record.signing import newest_signed

__all__ = ["checkpoint"]


def checkpoint(
    since: Annotated[
        str | None,
        typer.Option(
            metavar="N|FILE",
            help="Print the proof that the log begins with this many entries, or with a kept "
            "checkpoint.",
        ),
    ] = None,
    begin_anew: Annotated[
        bool,
        typer.Option(
            "--begin-anew",
            help="Begin the file of kept checkpoints anew: it was lost, or the record restored.",
        ),
    ] = False,
    known: Annotated[
        list[str] | None,
        typer.Option(help="With --begin-anew: a checkpoint kept elsewhere that must hold."),
    ] = None,
    data: DataDir = None,
) -> None:
    """Print the newest signed checkpoint, to be kept where nobody can change it.

    All history before it is fixed by it: whoever holds one finds out if anything of that is ever
    changed (exeat verify --known).

    Examples:
      exeat checkpoint > kept.txt

      exeat checkpoint --since kept.txt

      exeat checkpoint --begin-anew --known kept.txt
    """
    folder = data_folder(data)
    if begin_anew and since is not None:
        words = "cannot be given together with --begin-anew"
        raise UsageError.one("E402", "--since", words, "Leave one of them out.")
    with open_record(folder) as admin:
        if begin_anew:
            _begin(folder, admin, known)
            return
        signer = signer_of(folder)
        with psycopg.connect(admin, autocommit=True) as conn:
            newest, note = _newest(conn, signer, kept_of(folder, signer))
            if since is None:
                typer.echo(note, nl=False)
            else:
                typer.echo(_proof(conn, signer, since, newest).text(), nl=False)


def _newest(conn: psycopg.Connection[object], signer: Signer, kept: Kept) -> tuple[Checkpoint, str]:
    found = newest_signed(conn, signer.verifier(), kept)
    if found is None:
        help = "Start the desk: it signs at once, and every minute. (exeat serve)"
        raise LedgerError.one("E507", "checkpoint", "is not there: nothing was signed yet", help)
    return found


def _proof(
    conn: psycopg.Connection[object], signer: Signer, since: str, newest: Checkpoint
) -> Consistency:
    """Return the proof from a size or from a kept checkpoint on.

    Raises:
        LedgerError: The log does not begin with that checkpoint, or has not so many entries.
    """
    tree = StoredTree(conn)
    if since.isdecimal():
        if int(since) > newest.size:
            words = f"`{since}` is more than the {newest.size} entries signed"
            help = "Give the number of entries of a checkpoint, as its second line says it."
            raise UsageError.one("E402", "--since", words, help)
        return Consistency(
            int(since), newest.size, tuple(tree.consistency(int(since), newest.size))
        )
    (other,) = known_checkpoints([read_text(since)[0]], [signer.verifier()])
    return proof_since(tree, other, newest)


def _begin(folder: Path, admin: str, known: list[str] | None) -> None:
    make_log_key(folder)
    signer = signer_of(folder)
    kept = kept_of(folder, signer)
    others = known_checkpoints(read_notes(known), [signer.verifier()])
    with psycopg.connect(signing_login(admin), autocommit=True) as conn:
        found = begin(conn, signer, kept, known=others)
    attempt_file(kept).unlink(missing_ok=True)
    typer.echo(f"{kept.path} begins anew with {found.checkpoint.size} entries. What it held before")
    typer.echo("is set aside beside it. Nothing before this moment is told by it: who has kept a")
    typer.echo("checkpoint from before should compare it. (exeat verify --known)")
    typer.echo(f"Key of this log: {signer.verifier().encode()}")
