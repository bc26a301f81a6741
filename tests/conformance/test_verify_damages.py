"""What a stranger did to a copy of the record, one thing at a time, and what the verifier says.

Whoever does it is a superuser of the database and has neither of the two keys. Guards are switched
off for it and on again, as somebody would who wants it unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tests.pg import guards_off
from tests.scenario.failures.kit import database
from tests.scene import kept, scene

from exeat.desk.house import signing_login
from exeat.desk.part import PARTS
from exeat.record import Ledger, MasterKey, Report, Signer, _made, verify_database

pytestmark = pytest.mark.slow


class Kept(NamedTuple):
    """A signed record of the desk's standing hour, to be copied."""

    admin: str
    master: MasterKey
    signer: Signer
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        return str(conninfo_to_dict(self.admin)["dbname"])

    @contextmanager
    def copied(self) -> Iterator[psycopg.Connection]:
        """Yield a superuser's connection to a copy, which is dropped again."""
        with psycopg.connect(database(self.name), autocommit=True) as conn:
            yield conn
            name = conn.info.dbname
        with psycopg.connect(self.admin, dbname="postgres", autocommit=True) as conn:
            conn.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))

    def verified(self, conn: psycopg.Connection, *, contents: bool = True) -> Report:
        master = self.master if contents else None
        keys = [self.signer.verifier()]
        return verify_database(conn, keys, parts=PARTS, master=master, known=self.notes)


@pytest.fixture(scope="module")
def whole() -> Kept:
    admin, master, signer = kept()
    with Ledger.connect(signing_login(admin), master) as ledger:
        note = ledger.checkpoint(signer)
    return Kept(admin, master, signer, (note,))


def flip(table: str, column: str, where: str) -> str:
    turned = f"set_byte({column}, 5, get_byte({column}, 5) # 1)"
    return f"UPDATE {table} SET {column} = {turned} WHERE {where}"


HERE = "(SELECT record FROM exeat.board WHERE open ORDER BY record LIMIT 1)"
NEXT = "(SELECT record FROM exeat.board WHERE open ORDER BY record OFFSET 1 LIMIT 1)"
SEQ = "(SELECT max(seq) - 20 FROM exeat.entry)"
TWO = f"record IN ({HERE}, {NEXT})"
PERSON = f"(SELECT person FROM exeat_vault.record WHERE record = {HERE})"
PEOPLE = f"(SELECT person FROM exeat_vault.record WHERE {TWO})"
AGENCY = f"(SELECT agency FROM exeat_vault.record WHERE record = {HERE})"
OTHER = (
    "(SELECT code FROM exeat_desk.agency WHERE kind = 'facility'"
    f" AND code <> {AGENCY} ORDER BY code LIMIT 1)"
)
STRANGER = (
    "(SELECT code FROM exeat_desk.agency WHERE kind IN ('requester', 'counsel') AND code NOT IN"
    f" (SELECT agency FROM exeat.stake WHERE record = {HERE}) ORDER BY code LIMIT 1)"
)
RELEAF = (
    "UPDATE exeat.entry SET leaf = sha256('\\x00'::bytea ||"
    f" exeat.leaf_data(agency, appended, commitment, record, version)) WHERE seq = {SEQ}"
)


def swap(table: str, key: str, columns: str, where: str) -> str:
    """Exchange columns of two rows."""
    names = columns.split(", ")
    parts = ", ".join(f"{name} = q.{name}" for name in names)
    both = f"p.{where} AND q.{where} AND p.{key} <> q.{key}"
    return f"UPDATE {table} p SET {parts} FROM {table} q WHERE {both}"


# What was done, and of which kinds the damages are that must be among those found.
DAMAGES: list[tuple[str, list[str], set[str]]] = [
    ("a flipped bit", [flip("exeat.entry", "commitment", f"seq = {SEQ}")], {"leaf", "payload"}),
    (
        "a flipped bit, and the leaf with it",
        [flip("exeat.entry", "commitment", f"seq = {SEQ}"), RELEAF],
        {"payload", "checkpoint"},
    ),
    (
        "the last entry gone",
        [
            "DELETE FROM exeat_vault.payload WHERE seq = (SELECT max(seq) FROM exeat.entry)",
            "DELETE FROM exeat.entry WHERE seq = (SELECT max(seq) FROM exeat.entry)",
        ],
        {"truncated"},
    ),
    ("an entry in the middle gone", [f"DELETE FROM exeat.entry WHERE seq = {SEQ}"], {"missing"}),
    (
        "two contents swapped",
        [swap("exeat_vault.payload", "seq", "nonce, sealed", "seq IN (7, 8)")],
        {"payload"},
    ),
    (
        "an entry dated back",
        [f"UPDATE exeat.entry SET appended = appended - interval '1 day' WHERE seq = {SEQ}"],
        {"leaf", "time"},
    ),
    (
        "a forged checkpoint",
        ["UPDATE exeat.checkpoint SET root = sha256(root), note = replace(note, 'a', 'b')"],
        {"checkpoint"},
    ),
    ("a garbled content", [flip("exeat_vault.payload", "sealed", f"seq = {SEQ}")], {"payload"}),
    ("a content gone", [f"DELETE FROM exeat_vault.payload WHERE seq = {SEQ}"], {"payload"}),
    (
        "the keys of two people swapped",
        [swap("exeat_vault.person", "person", "wrapped_key", f"person IN {PEOPLE}")],
        {"payload"},
    ),
    (
        "a person's key replaced by any",
        [f"UPDATE exeat_vault.person SET wrapped_key = sha256('x') WHERE person = {PERSON}"],
        {"payload"},
    ),
    (
        "a person shredded without an entry",
        [
            "UPDATE exeat_vault.person SET wrapped_key = NULL, ref = NULL, shredded = now()"
            f" WHERE person = {PERSON}",
            f"UPDATE exeat_vault.record SET name = NULL WHERE person = {PERSON}",
        ],
        {"expunged", "view"},
    ),
    (
        "another hash in the head",
        ["UPDATE exeat.head SET frontier[1] = sha256(frontier[1])"],
        {"tree"},
    ),
    (
        "a record given to another person",
        [f"UPDATE exeat_vault.record SET person = gen_random_uuid() WHERE record = {HERE}"],
        {"record"},
    ),
    (
        "a record given to another person of the house",
        [
            f"UPDATE exeat_vault.record SET person = (SELECT person FROM exeat_vault.record WHERE"
            f" record = {NEXT}) WHERE record = {HERE}"
        ],
        {"payload"},
    ),
    (
        "a record renamed",
        [f"UPDATE exeat_vault.record SET name = 'another' WHERE record = {HERE}"],
        {"record"},
    ),
    (
        "a record given to another facility",
        [f"UPDATE exeat_vault.record SET agency = {OTHER} WHERE record = {HERE}"],
        {"record", "view", "personal"},
    ),
    (
        "an entry of another agency",
        # Another than the entry's own: whose record comes first is drawn by lot.
        [
            "UPDATE exeat.entry e SET agency = (SELECT code FROM exeat_desk.agency WHERE"
            " kind = 'facility' AND code <> e.agency ORDER BY code LIMIT 1)"
            f" WHERE seq = {SEQ}"
        ],
        {"leaf"},
    ),
    ("a person off the board", [f"UPDATE exeat.board SET open = false WHERE record = {HERE}"],
     {"view"}),
    ("a board row gone", [f"DELETE FROM exeat.board WHERE record = {HERE}"], {"view"}),
    ("a view gone", [f"DELETE FROM exeat_vault.custody WHERE record = {HERE}"], {"view"}),
    (
        "two views swapped",
        [swap("exeat_vault.custody", "record", "version, nonce, sealed", TWO)],
        {"view"},
    ),
    (
        "personal data gone",
        [f"DELETE FROM exeat_vault.personal WHERE record = {HERE}"],
        {"personal"},
    ),
    (
        "the index of a person emptied",
        [
            "UPDATE exeat_vault.personal SET surname_mac = NULL, number_mac = NULL, born_mac = NULL"
            f" WHERE record = {HERE}"
        ],
        {"personal"},
    ),
    (
        "a person said to be gone in the index",
        [f"UPDATE exeat_vault.personal SET here = false WHERE record = {HERE}"],
        {"personal"},
    ),
    ("a request gone", ["DELETE FROM exeat_desk.request WHERE answer IS NULL"], {"request"}),
    (
        "a request said to be answered",
        [
            "UPDATE exeat_desk.request SET answered = now(), answer = 'not-in-custody-here'"
            " WHERE answer IS NULL"
        ],
        {"request"},
    ),
    (
        "the index of a request emptied",
        [
            "UPDATE exeat_desk.request SET surname_mac = NULL, number_mac = NULL, born_mac = NULL,"
            " name_macs = NULL WHERE answer IS NULL"
        ],
        {"request"},
    ),
    (
        "a foreign stake",
        [f"INSERT INTO exeat.stake (record, agency, role) VALUES ({HERE}, {STRANGER}, 'counsel')"],
        {"row"},
    ),
    (
        "a share gone",
        ["DELETE FROM exeat.stake WHERE role = 'counsel'"],
        {"row"},
    ),
    (
        "every task closed",
        [
            "UPDATE exeat_desk.task SET closed = now(), closed_by = 'officer', outcome = 'done'"
            " WHERE closed IS NULL"
        ],
        {"row"},
    ),
    ("every task gone", ["DELETE FROM exeat_desk.task"], {"row"}),
    ("the desk's log emptied", ["DELETE FROM exeat_desk.log"], {"log"}),
    (
        "a line of the desk's log changed",
        ["UPDATE exeat_desk.log SET actor = 'another' WHERE number = 3"],
        {"log"},
    ),
    (
        "a line of the desk's log dated back",
        ["UPDATE exeat_desk.log SET at = at - interval '1 day' WHERE number = 3"],
        {"log"},
    ),
    (
        "a line of the desk's log about another",
        [
            "UPDATE exeat_desk.log SET about = 'another' WHERE number ="
            " (SELECT min(number) FROM exeat_desk.log WHERE about IS NOT NULL)"
        ],
        {"log"},
    ),
    ("the list of accesses emptied", ["DELETE FROM exeat.access"], {"log"}),
    ("the list of changes emptied", ["DELETE FROM exeat.change"], {"log", "row"}),
    (
        "a second factor removed",
        ["UPDATE exeat_desk.account SET second_factor = NULL WHERE second_factor IS NOT NULL"],
        {"row"},
    ),
    (
        "an account made",
        [
            "INSERT INTO exeat_desk.account (id, agency, name, shown, role, password_hash, created,"
            " last_used) SELECT gen_random_uuid(), agency, 'ghost', 'Ghost', 'supervisor',"
            " password_hash, created, last_used FROM exeat_desk.account LIMIT 1"
        ],
        {"row"},
    ),
    (
        "a session made",
        [
            "INSERT INTO exeat_desk.session (token_hash, account, csrf, whole, began, seen)"
            " SELECT sha256('x'), id, 'x', true, now(), now() FROM exeat_desk.account LIMIT 1"
        ],
        {"row"},
    ),
    (
        "personal data altered",
        [
            "UPDATE exeat_vault.personal SET nonce = sha256(nonce)"
            f" WHERE record = {HERE}"
        ],
        {"row"},
    ),
    ("another migration said", ["UPDATE exeat.migration SET sha256 = sha256('')"], {"schema"}),
    (
        "a matched request moved to another record",
        [
            "UPDATE exeat_desk.request q SET record = (SELECT b.record FROM exeat.board b"
            " WHERE b.record <> q.record ORDER BY 1 LIMIT 1) WHERE answer = 'matched'"
        ],
        {"request"},
    ),
]  # fmt: skip


# What was done to what the migrations made, and what is said of it.
UNMADE: list[tuple[str, str, str]] = [
    (
        "triggers off",
        "ALTER TABLE exeat.entry DISABLE TRIGGER append_only",
        "trigger append_only on exeat.entry: is not what the migrations make",
    ),
    (
        "triggers of foreign keys off",
        "ALTER TABLE exeat_vault.payload DISABLE TRIGGER ALL",
        "foreign key payload_seq_fkey on exeat_vault.payload, its checks at exeat_vault",
    ),
    (
        "row security off",
        "ALTER TABLE exeat.board DISABLE ROW LEVEL SECURITY",
        "row security of exeat.board: is not what the migrations make: `off`, and not `on`",
    ),
    (
        "a function of the policies replaced",
        "CREATE OR REPLACE FUNCTION exeat.has_stake(p_record uuid, VARIADIC p_roles text[])"
        " RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER"
        " SET search_path = pg_catalog, pg_temp AS 'SELECT true'",
        "function exeat.has_stake(uuid,text[]): is not what the migrations make",
    ),
    (
        "a policy replaced",
        "ALTER POLICY stake ON exeat_vault.payload USING (true)",
        "policy stake on exeat_vault.payload: is not what the migrations make",
    ),
    (
        "a policy added",
        "CREATE POLICY mine ON exeat_vault.payload USING (true)",
        "policy mine on exeat_vault.payload: is there, and no migration makes it",
    ),
    (
        "a policy dropped",
        "DROP POLICY auditor ON exeat.entry",
        "policy auditor on exeat.entry: is gone",
    ),
    (
        "a trigger added",
        "CREATE TRIGGER mine AFTER INSERT ON exeat.entry FOR EACH STATEMENT"
        " EXECUTE FUNCTION exeat.refuse_change()",
        "trigger mine on exeat.entry: is there, and no migration makes it",
    ),
    (
        "a rule added",
        "CREATE RULE mine AS ON DELETE TO exeat.stake DO INSTEAD NOTHING",
        "rule mine on exeat.stake: is there, and no migration makes it",
    ),
    (
        "a right given",
        "GRANT UPDATE ON exeat.entry TO exeat_app",
        "rights of exeat_app on exeat.entry: is not what the migrations make: `SELECT, UPDATE`,"
        " and not `SELECT`",
    ),
    (
        "a right given on a column to everybody",
        "GRANT UPDATE (leaf) ON exeat.entry TO PUBLIC",
        "rights of everybody on exeat.entry.leaf: is there, and no migration makes it",
    ),
    (
        "a check dropped",
        "ALTER TABLE exeat.head DROP CONSTRAINT head_size_check",
        "constraint head_size_check on exeat.head: is gone",
    ),
    (
        "a table given away",
        "ALTER TABLE exeat.node OWNER TO postgres",
        "owner of exeat.node: is not what the migrations make: `postgres`, and not `exeat_owner`",
    ),
]


def test_the_record_as_it_was_kept_verifies(whole: Kept) -> None:
    with whole.copied() as conn:
        report = whole.verified(conn)
    assert (report.damages, report.unlooked, report.exit_code) == ([], {}, 0)
    assert report.lines()[0].startswith("verified: ")


@pytest.mark.parametrize(("done", "kinds"), [pytest.param(*row[1:], id=row[0]) for row in DAMAGES])
def test_what_was_done_to_the_record_is_found(
    whole: Kept, done: list[str], kinds: set[str]
) -> None:
    with whole.copied() as conn:
        with guards_off(conn):
            for statement in done:
                assert conn.execute(statement.encode()).rowcount != 0
        report = whole.verified(conn)
    assert report.exit_code == 1
    assert kinds <= {damage.kind for damage in report.damages}, report.lines()


@pytest.mark.parametrize(("done", "said"), [pytest.param(*row[1:], id=row[0]) for row in UNMADE])
def test_what_was_done_to_the_guards_is_found(whole: Kept, done: str, said: str) -> None:
    with whole.copied() as conn:
        conn.execute(done.encode())
        report = whole.verified(conn)
    assert report.exit_code == 1
    assert any(str(one).startswith(f"schema: {said}") for one in report.damages), report.lines()


def test_what_a_superuser_changes_with_the_guards_on_is_by_no_act(whole: Kept) -> None:
    with whole.copied() as conn:
        done = "UPDATE exeat_desk.task SET owner = 'nobody' WHERE closed IS NULL RETURNING task"
        task = conn.execute(done).fetchone()[0]
        found = [str(one) for one in whole.verified(conn).damages]
    words = f"row: exeat_desk.task {task}: was changed by the login postgres, and by no act of"
    assert any(one.startswith(words) for one in found), found


def test_a_login_that_no_policy_binds_is_named(whole: Kept) -> None:
    with whole.copied() as conn:
        conn.execute("CREATE ROLE exeat_mighty LOGIN BYPASSRLS")
        try:
            conn.execute(
                "INSERT INTO exeat.login SELECT 'exeat_mighty', min(code), 'desk' FROM exeat.agency"
            )
            found = [str(one) for one in whole.verified(conn).damages]
        finally:
            conn.execute("DROP ROLE exeat_mighty")
    assert any(one.startswith("schema: login exeat_mighty: no policy binds it") for one in found)


def test_where_no_database_may_be_made_to_compare_with_it_is_said(whole: Kept) -> None:
    report = Report()
    with whole.copied() as conn:
        conn.execute("CREATE ROLE exeat_reader LOGIN IN ROLE exeat_owner")
        try:
            conn.execute("SET SESSION AUTHORIZATION exeat_reader")
            _made._made.clear()
            reader = make_conninfo(conn.info.dsn, user="exeat_reader")
            with psycopg.connect(reader) as other:
                _made.check_made(other, PARTS, report)
            conn.execute("RESET SESSION AUTHORIZATION")
        finally:
            conn.execute("DROP ROLE exeat_reader")
    assert (report.count, [*report.unlooked]) == (0, ["schema"])
    assert "permission denied to create database" in report.unlooked["schema"]


def test_the_auditors_button_says_what_it_did_not_look_at() -> None:
    with scene() as one, one.client() as client:
        page = one.signed(client, "auditor").get("/counts").text
        csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
        before = one.signed(client, "auditor").post("/counts/verify", data={"csrf": csrf}).text
        assert "NOT" not in before and "Sound in itself" in before
        assert "Not looked at: " in before and "contents, names and views" in before
        with Ledger.connect(signing_login(one.town.admin), one.town.master) as ledger:
            ledger.checkpoint(one.town.signer)
        after = one.signed(client, "auditor").post("/counts/verify", data={"csrf": csrf}).text
    assert "Verified in part" in after and "Not looked at: " in after
