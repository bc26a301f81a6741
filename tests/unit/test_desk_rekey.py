"""Changing the vault key: every wrapped key comes along, the file opens all at every moment."""

from __future__ import annotations

import base64
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.pg import change_key, rotate, verify_database
from tests.scenario.failures.kit import Town, county, person_of

from exeat.errors import LedgerError
from exeat.record import MasterKey, rotation
from exeat.record.keyfile import read_keys, write_keys
from exeat.record.rotation import key_at_rest, key_in_use

OLD = bytes(range(32))


@pytest.fixture
def town() -> Iterator[Town]:
    """A desk with a key of every kind: persons, agencies, a request, a handover."""
    with county(master=MasterKey(OLD)) as one:
        one.account("sam", "supervisor")
        one.desk.requests.send_request(
            one.ice, facility="pierce", person=person_of("Waiting", ""), paper=one.paper()
        )
        one.move(one.ctx(), one.book("Mover", "QZ-2"), to="franklin-ny")
        yield one


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of the vault key."""
    file = tmp_path / "vault.key"
    file.touch(mode=0o600)
    write_keys(file, [OLD])
    return file


def admin(town: Town) -> psycopg.Connection[Any]:
    return psycopg.connect(town.admin, autocommit=True)


def under(conn: psycopg.Connection[Any]) -> dict[str, set[bytes]]:
    """Under which master keys each table's keys are, asking the database which tables there are."""
    tables = conn.execute(
        "SELECT table_schema || '.' || table_name FROM information_schema.columns"
        " WHERE column_name = 'wrapped_key' ORDER BY 1"
    ).fetchall()
    found = {}
    for (table,) in tables:
        text = f"SELECT substr(wrapped_key, 1, 8) FROM {table} WHERE wrapped_key IS NOT NULL"
        found[table] = {row[0] for row in conn.execute(text.encode()).fetchall()}
    return found


def test_every_table_with_a_wrapped_key_is_covered(town: Town) -> None:
    """Fails where a table with such a column comes in that the change of the key does not know."""
    new = MasterKey(secrets.token_bytes(32), [OLD])
    with admin(town) as conn:
        before = under(conn)
        assert all(ids == {MasterKey(OLD).key_id} for ids in before.values()), before
        rotate(conn, new)
        after = under(conn)
    assert after == {table: {new.key_id} for table in before}
    assert set(after) >= {
        "exeat_vault.person", "exeat_desk.agency", "exeat_desk.request", "exeat_desk.handover",
    }  # fmt: skip


def test_the_desk_goes_on_with_the_new_key_alone(town: Town, path: Path) -> None:
    with admin(town) as conn:
        count = change_key(conn, path)
        (fresh,) = read_keys(path)
        report = verify_database(conn, master=MasterKey(fresh))
    assert fresh != OLD and count > 10
    assert report.damages == [] and report.opened == report.size > 0
    with county_again(town, fresh) as desk:
        (waiting,) = desk.requests.requests(town.ctx())
        assert waiting.person is not None and waiting.person.surname == "Waiting"
        (moving,) = desk.transfers.handovers(town.ctx(agency="franklin-ny"))
        assert moving.person.surname == "Mover"
        session = desk.accounts.signin.sign_in("sam", town.passwords["sam"], town.now)
        town.later(minutes=1)
        assert desk.accounts.signin.confirm(session, town.code("sam"), town.now).whole
        desk.rounds.reconcile(town.ctx(), ["QZ-2"])  # blind indexes, under the agency's own key


def county_again(town: Town, key: bytes) -> Any:
    """The same desk, opened with another vault key."""
    from contextlib import contextmanager
    from datetime import UTC

    from tests.scenario.failures.kit import cheap_accounts

    from exeat.desk.service.setup import open_desk

    @contextmanager
    def opened() -> Iterator[Any]:
        desk = open_desk(
            town.conninfo, MasterKey(key), town.settings, town.signer,
            clock=lambda: town.now.astimezone(UTC), accounts=cheap_accounts,
        )  # fmt: skip
        try:
            yield desk
        finally:
            desk.office.db.close()

    return opened()


def test_batches_are_bounded_and_none_is_left_out(
    town: Town, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        town.book("Example", f"B-{number}")
    monkeypatch.setattr(rotation, "_BATCH_KEYS", 2)
    with admin(town) as conn:
        change_key(conn, path)
        assert set.union(*under(conn).values()) == {MasterKey(read_keys(path)[0]).key_id}


def test_a_table_of_keys_that_is_not_known_stops_it_before_it_begins(
    town: Town, path: Path
) -> None:
    with admin(town) as conn:
        conn.execute("CREATE TABLE exeat_desk.later (id int PRIMARY KEY, wrapped_key bytea)")
        with pytest.raises(LedgerError, match=r"exeat_desk\.later"):
            change_key(conn, path)
        assert set.union(*under(conn).values()) == {MasterKey(OLD).key_id}
    assert read_keys(path) == [OLD]


def test_a_key_that_would_not_open_stops_it_before_it_begins(town: Town, path: Path) -> None:
    write_keys(path, [bytes(32)])
    with admin(town) as conn, pytest.raises(LedgerError, match="which was not given"):
        change_key(conn, path)
    assert read_keys(path) == [bytes(32)]


def test_a_key_that_was_changed_leaves_the_old_one_in_the_file(town: Town, path: Path) -> None:
    with admin(town) as conn:
        conn.execute("UPDATE exeat_desk.request SET wrapped_key = set_byte(wrapped_key, 30, 0)")
        with pytest.raises(LedgerError, match="that was changed"):
            change_key(conn, path)
    keys = read_keys(path)
    assert len(keys) == 2 and keys[1] == OLD


def test_an_expunged_person_has_no_key_to_wrap(town: Town, path: Path) -> None:
    with admin(town) as conn:
        conn.execute(
            "UPDATE exeat_vault.person SET wrapped_key = NULL, ref = NULL, shredded = now()"
        )
        change_key(conn, path)
        assert under(conn)["exeat_vault.person"] == set()


def test_a_login_that_sees_only_some_rows_changes_nothing(town: Town, path: Path) -> None:
    """Rows that it does not see would be lost with the old key."""
    with (
        psycopg.connect(town.conninfo, autocommit=True) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        change_key(conn, path)
    assert read_keys(path) == [OLD]


def test_it_goes_on_beside_no_desk_and_no_desk_beside_it(town: Town) -> None:
    with admin(town) as conn, admin(town) as other:
        for login in (town.settings.login, "nobody"):
            said = "connection" if login != "nobody" else "another process"
            with pytest.raises(LedgerError, match=said) as error:
                with_key(conn, login)
            assert error.value.faults[0].code == "E525"
        town.desk.office.db.close()
        with key_in_use(other), pytest.raises(LedgerError, match="another process"):
            with_key(conn, "nobody")
        with key_at_rest(conn, "nobody"), pytest.raises(LedgerError, match="just being changed"):
            with_key(other)
        with key_in_use(other):
            with_key(conn)  # Two desks on one database.


def with_key(conn: psycopg.Connection[Any], login: str | None = None) -> None:
    with key_at_rest(conn, login) if login else key_in_use(conn):
        pass


def test_the_file_is_for_its_owner_alone_and_a_link_stays(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(path)
    before = path.stat().st_ino
    (tmp_path / "vault.key.part").write_text("left by a run that died")
    write_keys(link, [bytes(32), OLD])
    assert link.is_symlink() and path.stat().st_ino != before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().split() == [base64.b64encode(key).decode() for key in (bytes(32), OLD)]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["link", "vault.key"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_run_as_root_the_file_stays_with_its_owner(path: Path) -> None:
    os.chown(path, 12345, 12345)
    write_keys(path, [OLD])
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 12345)


def test_a_file_that_cannot_be_written_is_named_and_stays(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LedgerError, match="No space left"):
        write_keys(path, [bytes(32)])
    monkeypatch.undo()
    assert read_keys(path) == [OLD]
