"""Receipts and answers of requests in the ledger: what was said can be proved, and not unsaid."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from tests.pg import board, custody, guards_off, verify_database
from tests.scenario.failures.kit import Town, county, database, person_of

from exeat.desk.house import signing_login
from exeat.desk.logins import expunging_login
from exeat.desk.service import requests as service
from exeat.desk.service.models import IncomingRequest
from exeat.errors import LedgerError
from exeat.office.context import Role
from exeat.record import (
    Checkpoint,
    Ledger,
    NotFound,
    Report,
    Signer,
    backup,
    check_request_proof,
    rebuild,
    restore,
    verify_request,
)
from exeat.record._writer import Target
from exeat.record.entries import answered_content
from exeat.record.request_text import read_text


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def send(town: Town, surname: str = "Elsewhere", number: str = "", **more: Any) -> IncomingRequest:
    said = {"facility": "pierce", "person": person_of(surname, number), "paper": town.paper()}
    return town.desk.requests.send_request(town.ice, **{**said, **more})


def not_here(town: Town, **more: Any) -> IncomingRequest:
    """Send a request, and answer that the person is not in custody here."""
    sent = send(town, **more)
    return town.not_here(sent.id, town.ctx(agency=sent.facility))


def signed(town: Town) -> str:
    with Ledger.connect(signing_login(town.admin), town.master) as ledger:
        return ledger.checkpoint(town.signer)


def verified(town: Town, admin: str | None = None, *, contents: bool = True) -> Report:
    master = town.master if contents else None
    with psycopg.connect(admin or town.admin, autocommit=True) as conn:
        return verify_database(conn, [town.signer.verifier()], master=master)


def run(town: Town, *statements: str) -> None:
    """Run something as the owner of everything, with every guard switched off."""
    with psycopg.connect(town.admin, autocommit=True) as conn, guards_off(conn):
        for statement in statements:
            conn.execute(statement.encode())


def entries_of(town: Town, agency: str = "pierce") -> list[dict[str, Any]]:
    """Return what stands in the record of a facility's requests, with the leaf's agency."""
    with psycopg.connect(town.admin) as conn:
        found = conn.execute(
            "SELECT e.seq, e.agency, p.nonce, convert_from(substr(p.sealed, 33), 'UTF8')"
            " FROM exeat.entry e JOIN exeat_vault.payload p USING (seq)"
            " JOIN exeat_vault.record r ON r.record = e.record"
            " WHERE r.kind = 'requests' AND r.agency = %s ORDER BY e.seq",
            [agency],
        ).fetchall()
    assert all(nonce == b"" for _, _, nonce, _ in found)
    return [{"seq": seq, "agency": who, **json.loads(text)} for seq, who, _, text in found]


# What is entered


def test_a_receipt_and_the_answer_to_it_are_entries_word_for_word(town: Town) -> None:
    answered = not_here(town)
    received, said = entries_of(town)
    assert (received["entry"], said["entry"]) == ("request-received", "request-answered")
    assert received["id"] == f"{answered.id}.received" and said["id"] == f"{answered.id}.answered"
    assert received["text"] == answered.receipt
    assert read_text(said["text"])["answer"] == "not-in-custody-here"
    assert (answered.receipt_leaf, answered.answer_leaf) == (received["seq"], said["seq"])
    assert {received["agency"], said["agency"]} == {"pierce"}
    report = verified(town)
    assert (report.damages, report.opened, report.expunged) == ([], report.size, 0)


def test_a_request_that_is_matched_at_once_is_received_and_then_answered(town: Town) -> None:
    town.book("Example", "B-1")
    sent = send(town, "Example", "B-1")
    received, said = entries_of(town)
    assert (sent.receipt_leaf, sent.answer_leaf) == (received["seq"], said["seq"])
    assert read_text(said["text"])["answer"] == sent.answer == "matched"
    later = send(town, "Other")
    assert later.receipt_leaf is not None and later.answer_leaf is None
    town.match(later.id, town.book("Other", "B-2"))
    assert [one["entry"] for one in entries_of(town)] == [
        "request-received", "request-answered", "request-received", "request-answered",
    ]  # fmt: skip
    assert verified(town).damages == []


def test_a_withdrawal_is_the_senders_word_among_the_facilitys_entries(town: Town) -> None:
    sent = send(town)
    town.desk.requests.withdraw_request(town.ice, sent.id)
    said = entries_of(town)[-1]
    assert said["agency"] == "pierce"
    assert (read_text(said["text"])["by"], read_text(said["text"])["answer"]) == (
        "ice-sea",
        "withdrawn",
    )


def test_a_request_sent_again_is_entered_once(town: Town) -> None:
    first = send(town, request_id="fax-1")
    assert send(town, request_id="fax-1") == first
    assert len(entries_of(town)) == 1


def test_a_request_sent_twice_at_once_is_one_request(town: Town) -> None:
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: send(town, request_id="fax-1"), range(4)))
    assert {one.id for one in sent} == {sent[0].id}
    assert len(entries_of(town)) == 1


def test_an_act_that_fails_leaves_neither_row_nor_entry(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(service, "enter", broken)
    with pytest.raises(RuntimeError):
        send(town)
    assert town.desk.requests.requests(town.ice) == [] and entries_of(town) == []


def test_each_facility_has_a_record_of_its_own(town: Town) -> None:
    sent = [not_here(town), not_here(town, facility="arizona"), not_here(town)]
    assert (len(entries_of(town)), len(entries_of(town, "arizona"))) == (4, 2)
    assert [one.answer_leaf for one in sent] == [1, 3, 5]


def test_a_request_from_before_is_entered_with_its_answer(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(service, "enter", lambda *_: None)
        sent = send(town)
        assert (sent.receipt_leaf, entries_of(town)) == (None, [])
        found = town.desk.requests.request_proof(town.ice, sent.id)
        assert (found.receipt, found.answer) == (None, None)
        assert check_request_proof(asdict(found)).exit_code == 3  # nothing is proved by it
    assert verified(town).damages == []
    town.not_here(sent.id)
    assert [one["entry"] for one in entries_of(town)] == ["request-received", "request-answered"]
    assert verified(town).damages == []


# What the verifier sees

ONE = "UPDATE exeat_desk.request SET {} WHERE answer = 'not-in-custody-here'"
WAITS = "UPDATE exeat_desk.request SET {} WHERE answer IS NULL"
FORGED = (
    "INSERT INTO exeat_desk.request (request, sender, facility, id_mac, lodged, receipt, nonce,"
    " sealed, receipt_leaf) SELECT gen_random_uuid(), sender, facility, 'x', {}, receipt, nonce,"
    " sealed, {} FROM exeat_desk.request LIMIT 1"
)
AWAY = "answer = NULL, answered = NULL, answer_note = NULL, answer_leaf = NULL"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM exeat_desk.request WHERE answer IS NOT NULL", "its row is gone"),
        ("DELETE FROM exeat_desk.request WHERE answer IS NULL", "its row is gone"),
        (ONE.format("receipt = replace(receipt, 'to pierce', 'to texas')"), "another signed rec"),
        (ONE.format("answer_note = replace(answer_note, '-here', '')"), "another signed answer"),
        (ONE.format("answer = 'matched'"), "says answer `matched`, the ledger `not-in-custody"),
        (ONE.format("answered = answered - interval '1 day'"), "says answered"),
        (ONE.format(AWAY), "names entry None for its answer"),
        (ONE.format("lodged = lodged - interval '1 hour'"), "says received"),
        (ONE.format("sender = 'other-issuer'"), "says from `other-issuer`"),
        (ONE.format("facility = 'texas'"), "says to `texas`"),
        (ONE.format("receipt_leaf = 1"), "names entry 1 for its receipt"),
        (
            WAITS.format("answer = 'withdrawn', answered = '2026-01-01T00:00Z'"),
            "an answer that the ledger does not hold",
        ),
        (FORGED.format("'2026-01-01T00:00Z'", "0"), "a receipt that the ledger does not hold"),
        (FORGED.format("'2999-01-01T00:00Z'", "NULL"), "a receipt that the ledger does not hold"),
    ],
)
def test_a_row_that_was_changed_by_hand_is_a_damage(town: Town, statement: str, words: str) -> None:
    not_here(town)
    send(town, "Waiting")
    signed(town)
    assert verified(town).exit_code == 0
    run(town, statement)
    for contents in (True, False):  # with the vault key, and without
        report = verified(town, contents=contents)
        assert report.exit_code == 1
        assert {one.kind for one in report.damages} - {"row"} == {"request"}, report.lines()
        assert any(words in one.message for one in report.damages), report.lines()


def test_what_was_sent_is_held_against_its_receipt(town: Town) -> None:
    send(town)
    run(town, "UPDATE exeat_desk.request SET sealed = set_byte(sealed, 9, get_byte(sealed, 9) # 1)")
    (damage,) = verified(town).damages
    assert (damage.kind, damage.seq) == ("request", 0)
    assert "is not what the receipt commits to" in damage.message


def test_an_entry_that_is_removed_is_missing_and_its_row_is_told(town: Town) -> None:
    not_here(town)
    send(town, "Waiting")
    signed(town)
    run(
        town,
        "DELETE FROM exeat_vault.payload WHERE seq = 1",
        "DELETE FROM exeat.entry WHERE seq = 1",
    )
    report = verified(town)
    assert {one.kind for one in report.damages} >= {"missing", "request"}
    assert "an answer that the ledger does not hold" in str(report.damages_of("request")[0])


def test_an_entry_that_is_altered_is_told_with_and_without_the_vault_key(town: Town) -> None:
    not_here(town)
    run(
        town,
        "UPDATE exeat_vault.payload SET sealed = set_byte(sealed, 60, get_byte(sealed, 60) # 1)",
    )
    for contents in (True, False):
        report = verified(town, contents=contents)
        assert [one.seq for one in report.damages_of("payload")] == [0, 1]


def test_a_record_that_is_called_a_custody_record_hides_nothing(town: Town) -> None:
    not_here(town)
    run(town, "UPDATE exeat_vault.record SET kind = 'custody'", "DELETE FROM exeat_desk.request")
    assert len(verified(town).damages_of("request")) == 2


def test_a_second_entry_of_a_request_takes_no_first_ones_place(town: Town) -> None:
    answered = not_here(town)
    record = town.book()
    other = read_text(answered.receipt)["commitment"]
    with town.desk.office.db.transaction(town.ctx()) as tx:
        text = town.signer.sign_text(f"exeat-answer/1\nanswer matched\nx {other}\n")
        content = answered_content(UUID(answered.id), text)
        (receipt,) = tx.ledger._writer.append(Target(record), [content], None, check=False)
    (damage,) = verified(town).damages
    assert (damage.kind, damage.seq) == ("request", receipt.seq)
    assert "entered a second time" in damage.message


def test_whoever_sees_no_requests_verifies_the_rest(town: Town) -> None:
    not_here(town)
    signed(town)
    with psycopg.connect(town.admin, autocommit=True) as conn:
        conn.execute("SET ROLE exeat_auditor")
        report = verify_database(conn, [town.signer.verifier()])
    assert (report.exit_code, report.size) == (0, 2)


# What its two sides can prove


def proof_of(town: Town, request: str) -> dict[str, Any]:
    """Return a proof as its sender reads it."""
    return dict(json.loads(json.dumps(asdict(town.desk.requests.request_proof(town.ice, request)))))


def test_the_sender_checks_receipt_and_answer_offline(town: Town, tmp_path: Path) -> None:
    for _ in range(5):
        send(town, "Others")
    answered = not_here(town)
    note = signed(town)
    said = proof_of(town, answered.id)
    keys = [town.signer.verifier()]
    report = check_request_proof(said, keys, known=[note])
    assert (report.exit_code, report.size, report.opened) == (0, 2, 2), report.lines()
    assert said["receipt"]["text"] == answered.receipt
    assert json.loads(said["answer"]["leaf"])["agency"] == "pierce"
    assert check_request_proof(said).exit_code == 3  # by its own key it vouches for itself
    assert check_request_proof(said, [Signer.generate("desk.example").verifier()]).exit_code == 1
    path = tmp_path / "proof"
    path.write_text(json.dumps(said), encoding="utf-8")
    assert verify_request(path, keys).exit_code == 0
    # The facility reads the very same.
    assert asdict(town.desk.requests.request_proof(town.ctx(), answered.id)) == said


def test_what_no_checkpoint_covers_is_not_yet_proved(town: Town) -> None:
    sent = send(town)
    keys = [town.signer.verifier()]
    said = proof_of(town, sent.id)
    assert (said["checkpoint"], said["receipt"]["proof"], said["answer"]) == (None, None, None)
    report = check_request_proof(said, keys)
    assert (report.exit_code, report.unproved) == (3, 1)
    assert "ask for the proof again" in "\n".join(report.lines())
    signed(town)
    assert check_request_proof(proof_of(town, sent.id), keys).exit_code == 0
    town.not_here(sent.id)
    report = check_request_proof(proof_of(town, sent.id), keys)
    assert (report.exit_code, report.unproved) == (3, 1)


def swapped(said: dict[str, Any]) -> None:
    said["receipt"], said["answer"] = said["answer"], said["receipt"]


def of_another(said: dict[str, Any]) -> None:
    said["request"] = "0" * 32


def replaced(part: str, name: str, old: str, new: str) -> Any:
    def change(said: dict[str, Any]) -> None:
        assert old in said[part][name]
        said[part][name] = said[part][name].replace(old, new)

    return change


def other_number(said: dict[str, Any]) -> None:
    said["answer"]["seq"] += 1


@pytest.mark.parametrize(
    "change",
    [
        swapped,
        of_another,
        other_number,
        replaced("receipt", "text", "to pierce", "to texas"),
        replaced("receipt", "content", "to pierce", "to texas"),
        replaced("receipt", "leaf", '"version":1', '"version":2'),
        replaced("answer", "leaf", '"agency":"pierce"', '"agency":"texas"'),
        replaced("answer", "salt", "", "00"),
        replaced("answer", "proof", "index 1", "index 0"),
        replaced("answer", "proof", "desk.example", "other.example"),
    ],
)
def test_a_proof_that_was_changed_is_refused(town: Town, change: Any) -> None:
    answered = not_here(town)
    signed(town)
    said = proof_of(town, answered.id)
    change(said)
    assert check_request_proof(said, [town.signer.verifier()]).exit_code == 1


def test_a_text_that_the_desk_did_not_sign_is_refused(town: Town) -> None:
    """Somebody who has the database, and not the desk's key, enters an answer of their own."""
    sent = send(town)
    forged = Signer.generate("desk.example").sign_text(
        f"exeat-answer/1\nrequest {sent.id}\nby pierce\nanswer matched\n"
    )
    with town.desk.office.db.transaction(town.ctx()) as tx:
        (receipt,) = tx.ledger.append_of_requests([answered_content(UUID(sent.id), forged)])
        tx.run("put_leaves", request=UUID(sent.id), receipt_leaf=None, answer_leaf=receipt.seq)
    signed(town)
    report = check_request_proof(proof_of(town, sent.id), [town.signer.verifier()])
    assert report.exit_code == 1 and "signature" in str(report.damages[0])


def test_a_split_log_is_found_by_a_checkpoint_kept_elsewhere(town: Town) -> None:
    answered = not_here(town)
    signed(town)
    other = town.signer.sign(Checkpoint("desk.example", 2, bytes(32)))
    keys = [town.signer.verifier()]
    assert check_request_proof(proof_of(town, answered.id), keys, known=[other]).exit_code == 1


def test_nobody_but_the_two_sides_gets_a_proof(town: Town) -> None:
    answered = not_here(town)
    for agency, role in (("other-issuer", Role.REQUESTER), ("texas", Role.BOOKING)):
        for number in (answered.id, "0" * 32, "no number"):
            with pytest.raises(NotFound, match="neither sent nor got"):
                town.desk.requests.request_proof(town.ctx("x", agency, role), number)


def test_a_row_that_names_another_entry_opens_none(town: Town) -> None:
    town.book()
    sent = send(town)
    for leaf in (0, 1, 99):  # a sealed one, another, none
        run(town, f"UPDATE exeat_desk.request SET receipt_leaf = {leaf}")
        with pytest.raises(LedgerError, match="as the row of the request says"):
            town.desk.requests.request_proof(town.ice, sent.id)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "exeat-request-proof/1"}', "PK"])
def test_what_is_no_proof_cannot_be_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "proof.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LedgerError, match="proof"):
        verify_request(path)


# What the record of requests is not


def test_the_record_of_requests_is_no_custody_record(town: Town) -> None:
    record = town.book()
    not_here(town)
    ctx = town.ctx("auditor", role=Role.AUDITOR)
    counts = town.desk.reading.counts(ctx)
    assert (counts.records, counts.in_custody) == (1, 1)
    assert [row.record for row in town.desk.board.rows(town.ctx())] == [record]
    with Ledger.connect(town.conninfo, town.master, agency="pierce") as ledger:
        assert [row.name for row in ledger.records()] == [record]
        before = board(ledger.conn), custody(ledger.conn, town.master)
        assert rebuild(ledger.conn, town.master) == 1
        assert (board(ledger.conn), custody(ledger.conn, town.master)) == before
    with psycopg.connect(town.admin) as conn:
        (key,) = conn.execute(
            "SELECT record FROM exeat_vault.record WHERE kind = 'requests'"
        ).fetchone() or (None,)
        for table in ("exeat.board", "exeat_vault.custody", "exeat_vault.personal"):
            found = conn.execute(f"SELECT record FROM {table}".encode()).fetchall()
            assert key not in [one for (one,) in found] and len(found) == 1
    for name in (str(key), "", "requests"):
        with pytest.raises(NotFound):
            town.desk.reading.person(town.ctx(), name)


@pytest.mark.parametrize(
    "call",
    [
        "exeat.shred(person)",
        "exeat.grant_stake(record, 'other-issuer', 'issuer')",
    ],
)
def test_the_database_neither_expunges_nor_shares_it(town: Town, call: str) -> None:
    not_here(town)
    with psycopg.connect(expunging_login(town.admin, "pierce"), autocommit=True) as conn:
        conn.execute("SET exeat.agency = 'pierce'")
        with pytest.raises(psycopg.Error) as caught:
            conn.execute(f"SELECT {call} FROM exeat_vault.record WHERE kind = 'requests'".encode())
    assert caught.value.sqlstate == "EX002"
    send(town)
    assert verified(town).damages == []


@pytest.mark.parametrize("agency", ["ice-sea", "defender", "host"])
def test_only_a_facility_has_such_a_record(town: Town, agency: str) -> None:
    with psycopg.connect(town.conninfo, autocommit=True) as conn:
        conn.execute("SELECT set_config('exeat.agency', %s, false)", [agency])
        with pytest.raises(psycopg.Error) as caught:
            conn.execute("SELECT exeat.open_requests(gen_random_uuid(), gen_random_uuid(), 'k')")
    assert caught.value.sqlstate == "EX002"


def test_what_a_record_is_of_never_changes(town: Town) -> None:
    not_here(town)
    with psycopg.connect(town.admin, autocommit=True) as conn:
        for change in ("kind = 'custody'", "name = 'x'"):
            with pytest.raises(psycopg.Error) as caught:
                conn.execute(f"UPDATE exeat_vault.record SET {change}".encode())
            assert caught.value.sqlstate in ("EX009", "23514")


def test_an_expungement_leaves_receipt_and_answer_and_what_they_prove(town: Town) -> None:
    record = town.book("Example", "B-1")
    sent = send(town, "Example", "B-1")
    town.shred(record)
    signed(town)
    report = verified(town)
    assert report.exit_code == 0 and report.expunged > 0, report.lines()
    said = proof_of(town, sent.id)
    assert check_request_proof(said, [town.signer.verifier()]).exit_code == 0
    assert len(entries_of(town)) == 2
    text = json.dumps(said).lower()
    assert not [word for word in ('example"', "avery", "1990", "b-1", record) if word in text]


def test_a_restored_desk_proves_its_requests(town: Town, tmp_path: Path) -> None:
    not_here(town)
    send(town, "Waiting")
    signed(town)
    backup(town.admin, tmp_path / "desk.dump")
    copy = database()
    restore(copy, tmp_path / "desk.dump")
    report = verified(town, copy)
    assert (report.exit_code, report.size, report.opened) == (0, 3, 3), report.lines()
    with psycopg.connect(copy, autocommit=True) as conn:
        conn.execute("DELETE FROM exeat_desk.request")
    assert len(verified(town, copy).damages_of("request")) == 3


def test_many_clients_at_once_leave_every_row_with_its_entries(town: Town) -> None:
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda n: not_here(town, request_id=f"r{n}"), range(12)))
    leaves = sorted(leaf for one in sent for leaf in (one.receipt_leaf, one.answer_leaf) if leaf)
    assert [0, *leaves] == list(range(24)) and verified(town).damages == []


def test_an_answer_that_was_taken_back_stays_and_the_next_one_is_proved(town: Town) -> None:
    sent = not_here(town)
    town.desk.requests.take_back_answer(town.ctx(), sent.id, "It was the other one.")
    assert town.desk.requests.request_proof(town.ice, sent.id).answer is None
    again = town.not_here(sent.id)
    signed(town)
    said, keys = proof_of(town, sent.id), [town.signer.verifier()]
    assert said["answer"]["seq"] == again.answer_leaf
    assert check_request_proof(said, keys).exit_code == 0
    assert verified(town).damages == []


TAKEN_BACK = "UPDATE exeat_desk.taken_back SET {}"


@pytest.mark.parametrize(
    "damage",
    [
        TAKEN_BACK.format("answer = 'withdrawn'"),
        TAKEN_BACK.format("note = 'another'"),
        TAKEN_BACK.format("answer_note = 'another'"),
        "ALTER TABLE exeat_desk.taken_back DISABLE TRIGGER append_only;"
        " DELETE FROM exeat_desk.taken_back",
    ],
)
def test_an_answer_that_was_taken_back_cannot_be_unsaid(town: Town, damage: str) -> None:
    sent = not_here(town)
    town.desk.requests.take_back_answer(town.ctx(), sent.id, "It was the other one.")
    with psycopg.connect(town.admin, autocommit=True) as conn:
        conn.execute(damage.encode())
    assert verified(town).damages != []
