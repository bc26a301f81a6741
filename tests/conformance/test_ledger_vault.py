"""Expungement: the content is gone, the proof stays, and the log says that it happened."""

from __future__ import annotations

import secrets

import psycopg
import pytest
from tests.pg import Ground, board, booking, custody, rotate, verify_database

from exeat.errors import LedgerError
from exeat.record import Ledger, MasterKey, NotFound

pytest_plugins = ["tests.pg"]


def test_an_expunged_person_is_gone_from_every_record_and_the_tree_verifies(
    ground: Ground,
) -> None:
    with ground.ledger() as ledger, ground.admin() as conn:
        ledger.append(booking("r1"), person="p1")
        ledger.append(booking("r2"), person="p1")
        ledger.append(booking("r3"), person="p2")
        proof = ledger.tree.inclusion(2, 15)
        ledger.checkpoint(ground.signer)
        keys = ledger.shred("r1")
        ledger.checkpoint(ground.signer)
        assert len(keys) == 2
        for name in ("r1", "r2"):
            with pytest.raises(NotFound):
                ledger.read(name)
        for key in keys:
            history = ledger.read(key)
            assert history.expunged and history.name is None
            assert [entry.content for entry in history.entries[:-1]] == [None] * 5
            assert history.entries[-1].said() == {
                "entry": "record-expunged", "id": "record-expunged",
            }  # fmt: skip
        assert ledger.read("r3").events() == booking("r3")
        assert ledger.tree.inclusion(2, 15) == proof
        assert len(board(ledger.conn)) == len(custody(ledger.conn, ground.master)) == 1
        report = verify_database(conn, [ground.signer.verifier()], master=ground.master)
        assert (report.exit_code, report.opened, report.expunged) == (0, 7, 10)
        left = conn.execute(
            "SELECT ref, wrapped_key FROM exeat_vault.person WHERE shredded IS NOT NULL"
        ).fetchall()
        names = conn.execute("SELECT name FROM exeat_vault.record").fetchall()
    assert left == [(None, None)]
    assert sorted(names, key=str) == [("r3",), (None,), (None,)]


def test_an_expunged_record_takes_nothing_more_and_stays_expunged(ground: Ground) -> None:
    with ground.ledger() as ledger, ground.admin() as conn:
        ledger.append(booking("r1"))
        (key,) = ledger.shred("r1")
        zero = [bytes(32)]
        with pytest.raises(psycopg.Error, match="was expunged") as caught:
            ledger.conn.execute(
                "SELECT * FROM exeat.append(%s, NULL, %s, %s, %s, %s)",
                [key, zero, zero, [b""], zero],
            )
        assert caught.value.sqlstate == "EX003"
        with pytest.raises(psycopg.Error, match="wrapped anew or destroyed"):
            conn.execute("UPDATE exeat_vault.person SET wrapped_key = 'x', shredded = NULL")


def test_after_an_expungement_the_same_id_opens_a_record_of_its_own(ground: Ground) -> None:
    with ground.ledger() as ledger:
        old = ledger.append(booking("r1"))[0].record
        ledger.shred("r1")
        new = ledger.append(booking("r1"))[0]
    assert (new.record != old, new.version) == (True, 1)


def test_no_other_facility_expunges(ground: Ground) -> None:
    with ground.ledger() as ledger, ground.ledger("desk_b") as other:
        ledger.append(booking("r1"))
        with pytest.raises(NotFound):
            other.shred("r1")
        assert not ledger.read("r1").expunged


def test_rotation_leaves_the_old_master_key_with_nothing_to_open(ground: Ground) -> None:
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    with Ledger(ground.raw("desk_a"), MasterKey(old)) as ledger:
        ledger.append(booking("r1"))
        ledger.append(booking("r2"))
    with ground.admin() as conn:
        assert rotate(conn, MasterKey(new, [old])) == 2
        assert rotate(conn, MasterKey(new, [old])) == 0
        assert verify_database(conn, master=MasterKey(new)).count == 0
    with Ledger(ground.raw("desk_a"), MasterKey(new)) as ledger:
        assert ledger.read("r1").events() == booking("r1")
    stale = Ledger(ground.raw("desk_a"), MasterKey(old))
    with stale as ledger, pytest.raises(LedgerError, match="was not given"):
        ledger.read("r1")


def test_an_application_login_cannot_rotate(ground: Ground) -> None:
    with ground.ledger() as ledger:
        ledger.append(booking())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rotate(ledger.conn, MasterKey.generate())
