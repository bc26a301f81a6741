"""The verifier on damaged logs: each row damages one thing, and names what must be found."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest
from tests.pg import (
    Ground,
    booking,
    guards_off,
    make_database,
    switch_off,
    switch_on,
    verify_database,
)

from exeat.errors import LedgerError
from exeat.record import Checkpoint, MasterKey, Report, Signer, Verifier
from exeat.record.merkle import Frontier, Tree, leaf_hash
from exeat.record.server import PrivateServer

pytest_plugins = ["tests.pg"]

SIGNER = Signer("example.org/log", bytes(range(32)))
KEYS = [SIGNER.verifier()]
_COUNT = itertools.count(1)
_OFF: dict[str, list[tuple[str, str, str, str]]] = {}


@dataclass
class Log:
    """A log of 300 entries, signed at 150 and at 300."""

    name: str
    master: MasterKey
    notes: list[str]


@pytest.fixture(scope="module")
def log(pg_server: PrivateServer, pg_template: str) -> Log:
    make_database(pg_server, "signed_log", template=pg_template)
    ground = Ground(pg_server, "signed_log", MasterKey.generate(), SIGNER)
    notes = []
    with ground.ledger() as ledger:
        for number in range(60):
            ledger.append(booking(f"r{number}"), check=False)
            if number in (29, 59):
                notes.append(ledger.checkpoint(SIGNER))
    return Log("signed_log", ground.master, notes)


@pytest.fixture
def admin(pg_server: PrivateServer, log: Log) -> Iterator[psycopg.Connection]:
    """A superuser's connection to a copy of the log, with every guard switched off."""
    name = f"damaged{next(_COUNT)}"
    make_database(pg_server, name, template=log.name)
    with psycopg.connect(pg_server.conninfo(database=name), autocommit=True) as conn:
        _OFF[name] = switch_off(conn)
        yield conn
    with psycopg.connect(pg_server.conninfo(database="postgres"), autocommit=True) as conn:
        conn.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def verified(conn: psycopg.Connection, log: Log, **more: object) -> Report:
    switch_on(conn, _OFF.pop(conn.info.dbname, []))
    options = {"master": log.master} | more
    keys = options.pop("keys", KEYS)
    return verify_database(conn, keys, **options)  # type: ignore[arg-type]


def recompute(conn: psycopg.Connection) -> None:
    """What somebody does who has the whole database, and all but the signing key."""
    conn.execute(
        "UPDATE exeat.entry SET leaf = sha256('\\x00'::bytea ||"
        " exeat.leaf_data(agency, appended, commitment, record, version))"
    )
    found = conn.execute("SELECT leaf FROM exeat.entry ORDER BY seq").fetchall()
    tree, frontier = Tree(), Frontier()
    for (leaf,) in found:
        tree.push(leaf)
        frontier.push(leaf)
    conn.execute("DELETE FROM exeat.node")
    if len(tree) >= 256:
        conn.execute("INSERT INTO exeat.node VALUES (8, 0, %s)", [tree.node(8, 0)])
    conn.execute("UPDATE exeat.head SET size = %s, frontier = %s", [len(tree), frontier.hashes])


def flip(column: str) -> str:
    return f"{column} = set_byte({column}, 5, get_byte({column}, 5) # 1)"


def turned(table: str, column: str, where: str = "seq = 7") -> str:
    return f"UPDATE {table} SET {flip(column)} WHERE {where}"


ENTRY, PAYLOAD, PERSON = "exeat.entry", "exeat_vault.payload", "exeat_vault.person"
ONE_PERSON = "person = (SELECT person FROM exeat_vault.record LIMIT 1)"
ADD_ONE = "UPDATE exeat.head SET size = 301, frontier = frontier || sha256('')"
TURN_HEAD = "UPDATE exeat.head SET frontier[1] = sha256(frontier[1])"
OTHER_AGENCY = "UPDATE exeat.entry SET agency = 'us-bb-jail' WHERE seq = 7"
LATER = "UPDATE exeat.entry SET appended = appended + interval '1 microsecond' WHERE seq = 299"
YESTERDAY = "UPDATE exeat.entry SET appended = appended - interval '1 day' WHERE seq = 7"
EDIT_NOTE = "UPDATE exeat.checkpoint SET note = replace(note, E'\\n150\\n', E'\\n151\\n')"
ROW_SIZE = "UPDATE exeat.checkpoint SET size = 151 WHERE size = 150"
NO_NOTE = "UPDATE exeat.checkpoint SET note = 'x' WHERE size = 150"
REORDER_NOTES = [
    "ALTER TABLE exeat.checkpoint ALTER number DROP IDENTITY",
    "UPDATE exeat.checkpoint SET number = number + 5 WHERE size = 150",
]
NO_KEY = f"UPDATE exeat_vault.person SET wrapped_key = NULL, shredded = now() WHERE {ONE_PERSON}"
CONTENTS_SWAPPED = (
    "UPDATE exeat_vault.payload p SET nonce = q.nonce, sealed = q.sealed"
    " FROM exeat_vault.payload q WHERE p.seq IN (7, 8) AND q.seq = 15 - p.seq"
)
REMOVE = ["DELETE FROM exeat_vault.payload WHERE seq = 7", "DELETE FROM exeat.entry WHERE seq = 7"]
RENUMBER = [
    "ALTER TABLE exeat.entry DROP CONSTRAINT entry_pkey CASCADE",
    "ALTER TABLE exeat.entry DROP CONSTRAINT entry_record_version_key",
    "ALTER TABLE exeat_vault.payload DROP CONSTRAINT payload_pkey",
    "UPDATE exeat.entry SET version = version - 1 WHERE record ="
    " (SELECT record FROM exeat.entry WHERE seq = 8) AND seq >= 7",
    "UPDATE exeat.entry SET seq = seq - 1 WHERE seq > 7",
    "UPDATE exeat_vault.payload SET seq = seq - 1 WHERE seq > 7",
]
SWAPPED = [
    "ALTER TABLE exeat.entry DROP CONSTRAINT entry_seq_check",
    "UPDATE exeat.entry SET seq = CASE seq WHEN 7 THEN -1 ELSE 7 END WHERE seq IN (7, 8)",
    "UPDATE exeat.entry SET seq = 8 WHERE seq = -1",
]
CUT = [
    "DELETE FROM exeat_vault.payload WHERE seq >= 290",
    "DELETE FROM exeat.entry WHERE seq >= 290",
]
TREE = {"tree", "checkpoint"}

# name, statements, what is found; "recomputed": all that needs no signing key is made to fit
DAMAGES: list[tuple[str, list[str], set[str]]] = [
    ("a flipped bit in a commitment", [turned(ENTRY, "commitment")], {"leaf", "payload", *TREE}),
    (
        "a flipped bit in a commitment, recomputed",
        [turned(ENTRY, "commitment")],
        {"checkpoint", "payload"},
    ),
    ("a flipped bit in a leaf's hash", [turned(ENTRY, "leaf", "seq = 299")], {"leaf"}),
    ("a flipped bit in a content", [turned(PAYLOAD, "sealed")], {"payload"}),
    ("a flipped bit in a nonce", [turned(PAYLOAD, "nonce")], {"payload"}),
    ("a content that is gone", REMOVE[:1], {"payload"}),
    ("two contents swapped", [CONTENTS_SWAPPED], {"payload"}),
    ("another agency is said to have entered it", [OTHER_AGENCY], {"leaf", *TREE}),
    ("another agency, recomputed", [OTHER_AGENCY], {"checkpoint"}),
    ("a time moved by a microsecond", [LATER], {"leaf", *TREE}),
    ("a time moved back by a day, recomputed", [YESTERDAY], {"checkpoint", "time"}),
    ("an id filed under another", [turned(ENTRY, "mac")], {"payload"}),
    ("a removed event", REMOVE, {"missing", "version"}),
    ("the first event removed", ["DELETE FROM exeat.entry WHERE seq = 0"], {"missing", "version"}),
    (
        "a removed event, renumbered",
        [*REMOVE, *RENUMBER],
        {"leaf", "truncated", "view", "schema", *TREE},
    ),
    (
        "a removed event, renumbered and recomputed",
        [*REMOVE, *RENUMBER],
        {"checkpoint", "truncated", "view", "schema"},
    ),
    ("a reordered pair", SWAPPED, {"version", "payload", "schema", *TREE}),
    ("a reordered pair, recomputed", SWAPPED, {"version", "checkpoint", "payload", "schema"}),
    ("a truncated tail", CUT, {"truncated", "view"}),
    ("a truncated tail, recomputed", CUT, {"truncated", "view"}),
    ("a flipped bit in the tree", [turned("exeat.node", "hash", "true")], {"tree"}),
    ("a stored hash that is gone", ["DELETE FROM exeat.node"], {"tree"}),
    ("a stored hash of no leaves", ["INSERT INTO exeat.node VALUES (8, 1, sha256(''))"], {"tree"}),
    ("another hash in the head", [TURN_HEAD], {"tree"}),
    ("a head that claims one more", [ADD_ONE], {"truncated"}),
    ("an edited checkpoint", [EDIT_NOTE], {"checkpoint"}),
    ("a checkpoint's row that says another size", [ROW_SIZE], {"checkpoint"}),
    ("a checkpoint that is no note", [NO_NOTE], {"checkpoint"}),
    ("checkpoints in another order", REORDER_NOTES, {"checkpoint", "schema"}),
    ("a key that is gone without an order", [NO_KEY], {"expunged", "view"}),
    (
        "a person's key that was changed",
        [turned(PERSON, "wrapped_key", ONE_PERSON).replace("5", "40")],
        {"payload"},
    ),
]


def test_the_undamaged_log_verifies(admin: psycopg.Connection, log: Log) -> None:
    report = verified(admin, log, known=log.notes)
    assert (report.exit_code, report.damages) == (0, [])
    assert (report.size, report.opened, report.checkpoints) == (300, 300, 4)
    assert report.lines()[0] == "verified: 300 entries, 300 of them under a signature"


@pytest.mark.parametrize(
    ("name", "statements", "kinds"), [pytest.param(*row, id=row[0]) for row in DAMAGES]
)
def test_damage_is_found_and_named(
    admin: psycopg.Connection, log: Log, name: str, statements: list[str], kinds: set[str]
) -> None:
    for statement in statements:
        assert admin.execute(statement.encode()).rowcount != 0
    if name.endswith("recomputed"):
        recompute(admin)
    report = verified(admin, log)
    assert report.exit_code == 1
    assert {damage.kind for damage in report.damages} == kinds
    assert report.lines()[0].startswith("DAMAGED")


def test_where_the_damage_is_is_said(admin: psycopg.Connection, log: Log) -> None:
    admin.execute(turned(ENTRY, "commitment").encode())
    report = verified(admin, log)
    assert {damage.seq for damage in report.damages} == {7, None}
    assert "tree: level 8: the hash stored over leaves 0 to 255 does not follow from them" in [
        str(damage) for damage in report.damages
    ]


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(lambda cp: Signer.generate(cp.origin).sign(cp), id="by another key"),
        pytest.param(
            lambda cp: SIGNER.sign(Checkpoint(cp.origin, cp.size, bytes(32))), id="of another root"
        ),
        pytest.param(
            lambda cp: SIGNER.sign(Checkpoint(cp.origin, 299, cp.root)), id="of another size"
        ),
        pytest.param(
            lambda cp: cp.text() + "\n" + SIGNER.sign_text("x\n").rpartition("\n\n")[2],
            id="with the signature of another text",
        ),
    ],
)
def test_a_forged_checkpoint_is_found(
    admin: psycopg.Connection, log: Log, forge: Callable[[Checkpoint], str]
) -> None:
    genuine = Checkpoint.parse(log.notes[1].rpartition("\n\n")[0] + "\n")
    note = forge(genuine)
    forged = Checkpoint.parse(note.rpartition("\n\n")[0] + "\n")
    admin.execute(
        "UPDATE exeat.checkpoint SET note = %s, size = %s, root = %s WHERE size = 300",
        [note, forged.size, forged.root],
    )
    report = verified(admin, log)
    assert report.exit_code == 1
    assert {damage.kind for damage in report.damages} == {"checkpoint"}


def test_a_tail_cut_off_with_its_checkpoint_is_found_by_one_kept_elsewhere(
    admin: psycopg.Connection, log: Log
) -> None:
    for statement in [*CUT, "DELETE FROM exeat.checkpoint WHERE size = 300"]:
        admin.execute(statement.encode())
    # And whatever would show that the records were there.
    gone = "(SELECT record FROM exeat_vault.record EXCEPT SELECT record FROM exeat.entry)"
    lines = f"DELETE FROM exeat.change WHERE split_part(key, ':', 1)::uuid IN {gone}"
    admin.execute(lines.encode())
    for table in ("exeat.board", "exeat_vault.custody", "exeat.stake", "exeat_vault.record"):
        admin.execute(f"DELETE FROM {table} WHERE record IN {gone}".encode())
    recompute(admin)
    alone = verified(admin, log)
    assert (alone.exit_code, alone.size, alone.signed_size) == (0, 290, 150)
    report = verified(admin, log, known=log.notes)
    assert report.exit_code == 1
    assert {damage.kind for damage in report.damages} == {"truncated"}


def test_without_a_key_nothing_is_trusted(admin: psycopg.Connection, log: Log) -> None:
    report = verified(admin, log, keys=[])
    assert (report.exit_code, report.count) == (3, 0)


def test_with_the_key_of_another_log_every_checkpoint_is_refused(
    admin: psycopg.Connection, log: Log
) -> None:
    other: Verifier = Signer.generate("example.org/log").verifier()
    assert verified(admin, log, keys=[other]).exit_code == 1


def test_a_log_that_was_never_signed_is_not_trusted(ground: Ground) -> None:
    with ground.ledger() as ledger, ground.admin() as conn:
        ledger.append(booking())
        report = verify_database(conn, [ground.signer.verifier()], master=ground.master)
    assert (report.exit_code, report.count) == (3, 0)


def test_an_empty_log_has_nothing_to_verify(ground: Ground) -> None:
    with ground.ledger() as ledger, ground.admin() as conn:
        assert verify_database(conn).exit_code == 3
        ledger.checkpoint(ground.signer)
        report = verify_database(conn, [ground.signer.verifier()])
    assert (report.exit_code, report.size) == (0, 0)


def test_an_auditor_verifies_every_leaf_without_reading_a_content(
    ground: Ground,
) -> None:
    with ground.ledger() as ledger, ground.raw("auditor") as conn:
        ledger.append(booking())
        ledger.checkpoint(ground.signer)
        report = verify_database(conn, [ground.signer.verifier()])
        assert (report.exit_code, report.unopened) == (0, 5)
        with pytest.raises(LedgerError, match="cannot be read by this login"):
            verify_database(conn, [ground.signer.verifier()], master=ground.master)


def test_signing_refuses_to_vouch_for_two_histories(
    admin: psycopg.Connection, log: Log, pg_server: PrivateServer
) -> None:
    admin.execute(b"UPDATE exeat.entry SET agency = 'us-bb-jail' WHERE seq = 7")
    recompute(admin)
    info = {"server": pg_server, "database": admin.info.dbname, "master": log.master}
    ground = Ground(signer=SIGNER, **info)  # type: ignore[arg-type]
    with ground.ledger() as ledger:
        ledger.append(booking("more"))
        with pytest.raises(LedgerError, match="does not begin with the 300 leaves"):
            ledger.checkpoint(SIGNER)
        admin.execute(b"DELETE FROM exeat.checkpoint")
        known = Checkpoint.parse(log.notes[0].rpartition("\n\n")[0] + "\n")
        with pytest.raises(LedgerError, match="does not begin with the 150 leaves"):
            ledger.checkpoint(SIGNER, known)


def test_signing_again_what_did_not_grow_gives_the_same_note(ground: Ground) -> None:
    with ground.ledger() as ledger:
        ledger.append(booking())
        first = ledger.checkpoint(ground.signer)
        assert ledger.checkpoint(ground.signer) == first
        assert ledger.conn.execute("SELECT count(*) FROM exeat.checkpoint").fetchone() == (1,)


def test_proofs_from_the_database_are_those_of_a_tree_in_memory(
    pg_server: PrivateServer, log: Log, admin: psycopg.Connection
) -> None:
    from exeat.record.merkle import consistency_proof, inclusion_proof
    from exeat.record.proofs import StoredTree

    leaves = [leaf for (leaf,) in admin.execute("SELECT leaf FROM exeat.entry ORDER BY seq")]
    tree, stored = Tree(leaves), StoredTree(admin)
    assert leaf_hash(b"") not in leaves
    for size in (1, 2, 255, 256, 257, 300):
        assert stored.root(size) == tree.root(size)
        for seq in (0, size // 2, size - 1):
            assert stored.inclusion(seq, size) == inclusion_proof(tree.node, seq, size)
        for old in (1, size // 3 + 1, size):
            assert stored.consistency(old, size) == consistency_proof(tree.node, old, size)


@pytest.mark.slow
def test_a_log_beyond_the_second_stored_level_verifies(ground: Ground) -> None:
    """66,000 entries: one stored hash over 65,536 leaves."""
    with ground.ledger(keep_views=False) as ledger, ground.admin() as conn:
        ledger.append(booking("r", more=0), check=False)
        conn.execute("INSERT INTO exeat.login VALUES ('postgres', 'us-aa-jail', 'desk', true)")
        (record,) = conn.execute("SELECT record FROM exeat_vault.record").fetchone()
        some = "array_agg(sha256(n::text::bytea))"
        conn.execute(
            f"SELECT count(*) FROM (SELECT {some} AS h, array_agg(''::bytea) AS none"
            " FROM generate_series(1, 66000) n) x,"
            " exeat.append(%s, NULL, h, h, none, none)".encode(),
            [record],
        )
        ledger.checkpoint(ground.signer)
        conn.execute("DELETE FROM exeat.login WHERE login = 'postgres'")
        report = verify_database(conn, [ground.signer.verifier()])
        assert (report.exit_code, report.size) == (0, 66_002)
        levels = conn.execute("SELECT level, count(*) FROM exeat.node GROUP BY 1 ORDER BY 1")
        assert levels.fetchall() == [(8, 257), (16, 1)]
        with guards_off(conn):
            conn.execute("DELETE FROM exeat.node WHERE level = 16")
        assert [str(one) for one in verify_database(conn).damages] == [
            "tree: level 16: the hash over leaves 0 and on is not stored"
        ]


def test_a_bundle_counts_its_own_entries_and_not_those_of_the_log_that_was_signed() -> None:
    report = Report(size=1, signed_size=593, trusted=True)
    assert report.lines()[0] == "verified: 1 entry, 1 of them under a signature"
