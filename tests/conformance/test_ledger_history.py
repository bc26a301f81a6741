"""History cannot be rewritten unseen: what was signed is kept outside the database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from tests.pg import Ground, booking, verify_database

from exeat.errors import LedgerError
from exeat.record import Checkpoint, Signer
from exeat.record._lines import extensions
from exeat.record.kept import Kept
from exeat.record.merkle import Frontier, Tree
from exeat.record.signing import begin_anew, sign_log

pytest_plugins = ["tests.pg"]


@pytest.fixture
def kept(ground: Ground, tmp_path: Path) -> Kept:
    return Kept(tmp_path / "log.checkpoints", ground.signer.verifier())


@contextmanager
def unguarded(ground: Ground) -> Iterator[psycopg.Connection]:
    """What an administrator of the database can do, who has no key."""
    with ground.admin() as conn:
        conn.execute("SET session_replication_role = replica")
        for table in ("exeat.entry", "exeat.node", "exeat.head", "exeat.checkpoint",
                      "exeat_vault.payload"):  # fmt: skip
            conn.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        yield conn


def recompute(conn: psycopg.Connection) -> None:
    """Make hashes, tree and head anew from the entries that are left."""
    conn.execute(
        "UPDATE exeat.entry SET leaf = sha256('\\x00'::bytea ||"
        " exeat.leaf_data(agency, appended, commitment, record, version))"
    )
    tree, frontier = Tree(), Frontier()
    for (leaf,) in conn.execute("SELECT leaf FROM exeat.entry ORDER BY seq").fetchall():
        tree.push(leaf)
        frontier.push(leaf)
    conn.execute("DELETE FROM exeat.node")
    conn.execute("UPDATE exeat.head SET size = %s, frontier = %s", [len(tree), frontier.hashes])


def rewritten(ground: Ground) -> None:
    """One entry says something else; everything that needs no key is made to fit."""
    with unguarded(ground) as conn:
        conn.execute("UPDATE exeat.entry SET agency = 'us-bb-jail' WHERE seq = 3")
        conn.execute("DELETE FROM exeat.checkpoint")
        recompute(conn)


def shortened(ground: Ground) -> None:
    """The last entries are gone, with the checkpoints that covered them."""
    with unguarded(ground) as conn:
        conn.execute("DELETE FROM exeat_vault.payload WHERE seq >= 7")
        conn.execute("DELETE FROM exeat.entry WHERE seq >= 7")
        conn.execute("DELETE FROM exeat.checkpoint")
        recompute(conn)


def signed_twice(ground: Ground, kept: Kept) -> None:
    with ground.ledger() as ledger:
        for record in ("r1", "r2"):
            ledger.append(booking(record))
            ledger.checkpoint(ground.signer, kept=kept)


def sizes(kept: Kept) -> list[int]:
    return [one.checkpoint.size for one in reversed(kept.latest(100))]


def test_every_checkpoint_is_kept_beside_the_key(ground: Ground, kept: Kept) -> None:
    with ground.ledger() as ledger:
        ledger.checkpoint(ground.signer, kept=kept)
    signed_twice(ground, kept)
    assert sizes(kept) == [0, 5, 10]
    assert kept.path.stat().st_mode & 0o777 == 0o600
    with ground.admin() as conn:
        notes = [note for (note,) in conn.execute("SELECT note FROM exeat.checkpoint")]
    assert kept.notes() == notes


@pytest.mark.parametrize("damage", [rewritten, shortened])
@pytest.mark.parametrize("more", [0, 2], ids=["as it is", "grown since"])
def test_nothing_is_signed_that_does_not_begin_with_what_was_kept(
    ground: Ground, kept: Kept, damage: Callable[[Ground], None], more: int
) -> None:
    with ground.ledger() as ledger:
        ledger.checkpoint(ground.signer, kept=kept)
    signed_twice(ground, kept)
    damage(ground)
    with ground.ledger(keep_views=False) as ledger:
        for number in range(more):
            ledger.append(booking(f"new{number}"), check=False)
        for _ in range(2):
            with pytest.raises(LedgerError, match="the 10 leaves that were signed before"):
                ledger.checkpoint(ground.signer, kept=kept)
        assert ledger.conn.execute("SELECT count(*) FROM exeat.checkpoint").fetchone() == (0,)
    assert sizes(kept) == [0, 5, 10]  # what proves it is never written over


def test_an_emptied_table_of_checkpoints_is_found(ground: Ground, kept: Kept) -> None:
    with ground.ledger() as ledger:
        ledger.checkpoint(ground.signer, kept=kept)
    signed_twice(ground, kept)
    with unguarded(ground) as conn:
        conn.execute("DELETE FROM exeat.checkpoint")
        keys = [ground.signer.verifier()]
        assert verify_database(conn, keys, kept=kept.notes()).exit_code == 1
    with ground.raw("desk_a") as conn:
        found = sign_log(conn, ground.signer, kept)
        assert found.gone
        assert (found.checkpoint.size, sizes(kept)) == (10, [0, 5, 10])
    # The newest was put on record again; that the others are gone is told for good.
    with ground.admin() as conn:
        report = verify_database(conn, keys, kept=kept.notes())
    assert report.exit_code == 1
    assert "2 that the desk has kept are not on record" in str(report.damages[0])


def test_a_desk_that_died_after_keeping_is_no_damage_when_the_log_has_gone_on(
    ground: Ground, kept: Kept
) -> None:
    signed_twice_with_start(ground, kept)
    with ground.ledger() as ledger:
        ledger.append(booking("r3"))
        new = Checkpoint("example.org/log", *ledger.tree.head())
        kept.add(ground.signer.sign(new), datetime.now(UTC))
        ledger.append(booking("r4"))
    with ground.raw("desk_a") as conn:
        sign_log(conn, ground.signer, kept)
    with ground.admin() as conn:
        report = verify_database(conn, [ground.signer.verifier()], kept=kept.notes())
    assert (sizes(kept), report.exit_code) == ([0, 5, 10, 15, 20], 0), report.lines()


def test_a_desk_that_died_after_keeping_is_no_damage(ground: Ground, kept: Kept) -> None:
    signed_twice_with_start(ground, kept)
    with ground.ledger() as ledger:
        ledger.append(booking("r3"))
        size, root = ledger.tree.head()
        new = Checkpoint("example.org/log", size, root, extensions(ledger.conn))
        kept.add(ground.signer.sign(new), datetime.now(UTC))
    keys = [ground.signer.verifier()]
    with ground.admin() as conn:
        assert verify_database(conn, keys, kept=kept.notes()).exit_code == 0
    with ground.raw("desk_a") as conn:
        assert not sign_log(conn, ground.signer, kept).gone
    assert sizes(kept) == [0, 5, 10, 15]
    with ground.admin() as conn:
        report = verify_database(conn, keys, kept=kept.notes())
        assert (report.exit_code, report.signed_size) == (0, 15)
        assert conn.execute("SELECT max(size) FROM exeat.checkpoint").fetchone() == (15,)


def signed_twice_with_start(ground: Ground, kept: Kept) -> None:
    with ground.ledger() as ledger:
        ledger.checkpoint(ground.signer, kept=kept)
    signed_twice(ground, kept)


@pytest.mark.parametrize("tail", [b'{"signed":"2026-', b"\x00\x00\x00", b"no line of this file\n"])
def test_a_torn_last_line_is_passed_over_and_stays(ground: Ground, kept: Kept, tail: bytes) -> None:
    signed_twice_with_start(ground, kept)
    with kept.path.open("ab") as file:
        file.write(tail)
    assert sizes(kept) == [0, 5, 10]
    with ground.ledger() as ledger:
        ledger.append(booking("r3"))
        ledger.checkpoint(ground.signer, kept=kept)
    assert sizes(kept) == [0, 5, 10, 15]
    assert tail.rstrip(b"\n") in kept.path.read_bytes().split(b"\n")


def test_a_line_by_another_key_counts_for_nothing(ground: Ground, kept: Kept) -> None:
    signed_twice_with_start(ground, kept)
    other = Signer.generate("example.org/log")
    kept.add(other.sign(Checkpoint("example.org/log", 1000, bytes(32))), datetime.now(UTC))
    assert sizes(kept) == [0, 5, 10]


@pytest.mark.parametrize("lost", ["gone", "empty"])
def test_where_the_file_is_lost_nothing_begins_in_silence(
    ground: Ground, kept: Kept, lost: str
) -> None:
    signed_twice_with_start(ground, kept)
    kept.path.unlink()
    if lost == "empty":
        kept.begin()
    with ground.ledger() as ledger:
        with pytest.raises(LedgerError, match="--begin-anew") as refused:
            ledger.checkpoint(ground.signer, kept=kept)
        assert refused.value.faults[0].code == "E515"
        assert sizes(kept) == []
        found = begin_anew(ledger.conn, ground.signer, kept)
        assert (found.checkpoint.size, sizes(kept)) == (10, [10])
        ledger.append(booking("r3"))
        ledger.checkpoint(ground.signer, kept=kept)
    assert sizes(kept) == [10, 15]


def test_a_log_with_entries_and_nothing_signed_does_not_begin_in_silence_either(
    ground: Ground, kept: Kept
) -> None:
    """Its table may have been emptied before anything was kept."""
    with ground.ledger() as ledger:
        ledger.append(booking())
        with pytest.raises(LedgerError, match="--begin-anew"):
            ledger.checkpoint(ground.signer, kept=kept)


def test_what_begins_anew_is_compared_with_what_was_kept_elsewhere(
    ground: Ground, kept: Kept
) -> None:
    signed_twice_with_start(ground, kept)
    elsewhere = kept.newest()
    assert elsewhere is not None
    shortened(ground)
    with ground.ledger(keep_views=False) as ledger:
        with pytest.raises(LedgerError, match="kept elsewhere"):
            begin_anew(ledger.conn, ground.signer, kept, known=[elsewhere.checkpoint])
        assert sizes(kept) == [0, 5, 10]
        begin_anew(ledger.conn, ground.signer, kept)
    assert sizes(kept) == [7]
    (aside,) = kept.path.parent.glob("log.checkpoints.until-*")
    assert sizes(Kept(aside, kept.key)) == [0, 5, 10]


GARBAGE = [
    pytest.param(10, "garbage", id="no note"),
    pytest.param(10, "example.org/log\n10\nAAAA\n\n\N{EM DASH} x AAAA\n", id="no hash"),
    pytest.param(2**40, "garbage", id="of more entries than there are"),
]


@pytest.mark.parametrize(("size", "note"), GARBAGE)
def test_a_garbage_row_stops_no_signing_and_is_named(
    ground: Ground, kept: Kept, size: int, note: str
) -> None:
    signed_twice_with_start(ground, kept)
    insert = "INSERT INTO exeat.checkpoint (size, root, note) VALUES (%s, %s, %s) RETURNING number"
    with ground.admin() as conn:
        (number,) = conn.execute(insert, [size, bytes(32), note]).fetchone()
    with ground.ledger() as ledger:
        assert sign_log(ledger.conn, ground.signer, kept).bad == (number,)
        ledger.append(booking("r3"))
        found = sign_log(ledger.conn, ground.signer, kept)
        assert (found.checkpoint.size, found.bad) == (15, (number,))
        assert ledger.checkpoint(ground.signer, kept=kept) == found.note


def test_a_row_that_another_key_has_signed_is_not_taken_for_the_last(
    ground: Ground, kept: Kept
) -> None:
    """It could say that the log was as it is not, and nothing would ever be signed again."""
    signed_twice_with_start(ground, kept)
    other = Signer.generate("example.org/log")
    forged = other.sign(Checkpoint("example.org/log", 10, bytes(32)))
    with ground.ledger() as ledger:
        ledger.conn.execute("SELECT exeat.add_checkpoint(10, %s, %s)", [bytes(32), forged])
        ledger.append(booking("r3"))
        found = sign_log(ledger.conn, ground.signer, kept)
    assert found.checkpoint.size == 15 and len(found.bad) == 1


def test_desks_that_race_to_sign_all_get_the_one_checkpoint(ground: Ground) -> None:
    failed: list[Exception] = []
    notes: list[str] = []
    start = threading.Barrier(6)

    def desk(number: int) -> None:
        try:
            with ground.ledger(keep_views=False) as ledger:
                start.wait()
                for turn in range(5):
                    ledger.append(booking(f"r{number}.{turn}"), check=False)
                    notes.append(ledger.checkpoint(ground.signer))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=desk, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with ground.admin() as conn:
        found = conn.execute("SELECT size FROM exeat.checkpoint ORDER BY number").fetchall()
    assert found == sorted(set(found))  # each state once, in order
    assert len(notes) == 30


def test_a_login_that_stands_in_the_way_of_signing_is_named(
    ground: Ground, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exeat.record.signing._WAIT_SECONDS", 1)
    with ground.raw("issuer") as rude, ground.ledger() as ledger:
        rude.execute("SELECT pg_advisory_lock(hashtextextended('exeat signing', 0))")
        with pytest.raises(LedgerError, match="kept others from signing"):
            ledger.checkpoint(ground.signer, kept=kept)
