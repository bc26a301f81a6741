"""Keys of systems: for whom they act, what they may be, how much they may send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from fastapi import Request
from tests.scenario.failures.kit import Town, county, person_of

from exeat.desk.api._errors import _refused
from exeat.office.context import Context, Role, Scope
from exeat.office.errors import BadInput, NotPermitted, SignInError, TooMany
from exeat.office.tally import too_many

ALL = [scope.value for scope in Scope]


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with county(requests_minute=3, requests_day=5) as one:
        yield one


def admin(town: Town) -> Context:
    return town.ctx("root", "host", Role.ADMIN)


def let_in(town: Town, role: str, agency: str, scopes: list[str] | None = None) -> Context:
    keys = town.desk.accounts.keys
    said = {"label": "test", "role": role, "scopes": scopes or ALL, "agency": agency}
    _, text = keys.add(admin(town), **said)
    return keys.system(text, town.now)


def send(town: Town, ctx: Context, number: str) -> None:
    town.desk.requests.send_request(
        ctx, facility="pierce", person=person_of("Waiting", number), paper=town.paper(),
        request_id=number,
    )  # fmt: skip


def test_an_issuers_system_acts_as_the_issuer(town: Town) -> None:
    ctx = let_in(town, "requester", "ice-sea")
    assert (ctx.agency, ctx.role) == ("ice-sea", Role.REQUESTER)
    send(town, ctx, "K-1")
    (sent,) = town.desk.requests.requests(town.ice)
    assert sent.sender == "ice-sea"
    keys = town.desk.accounts.keys
    (kept,) = keys.all(admin(town), "ice-sea")
    _, fresh = keys.rotate(admin(town), kept.id, "ice-sea")
    assert keys.system(fresh, town.now).agency == "ice-sea"
    keys.revoke(admin(town), kept.id, "ice-sea")
    with pytest.raises(SignInError):
        keys.client(kept.id, town.now)
    lines = town.desk.reading.audit_log(town.ctx("ari", "ice-sea", Role.AUDITOR))
    assert {"add_key", "revoke_key"} <= {line.what for line in lines}


@pytest.mark.parametrize(
    ("role", "agency"),
    [
        ("requester", "host"),
        ("booking", "host"),
        ("counsel", "host"),
        ("requester", "pierce"),
        ("counsel", "pierce"),
        ("booking", "ice-sea"),
        ("auditor", "defender"),
        ("requester", "nowhere"),
        ("admin", "host"),
    ],
)
def test_a_key_is_what_its_agency_can_be(town: Town, role: str, agency: str) -> None:
    with pytest.raises(BadInput):
        let_in(town, role, agency)


def test_a_key_of_the_host_that_was_made_before_asks_for_nobody(town: Town) -> None:
    keys = town.desk.accounts.keys
    kept, text = keys.add(admin(town), label="old", role="auditor", scopes=ALL)
    with psycopg.connect(town.admin) as conn:
        conn.execute("UPDATE exeat_desk.api_key SET role = 'requester' WHERE id = %s", [kept.id])
    with pytest.raises(SignInError, match="does not let"):
        keys.system(text, town.now)
    with pytest.raises(BadInput, match="no role of a system of that agency"):
        keys.rotate(admin(town), kept.id)


def test_a_supervisor_makes_keys_of_the_own_jail_only(town: Town) -> None:
    keys, sam = town.desk.accounts.keys, town.ctx("sam", role=Role.SUPERVISOR)
    kept, _ = keys.add(sam, label="jms", role="booking", scopes=["read"])
    assert [one.agency for one in keys.all(sam)] == ["pierce"]
    for call in (
        lambda: keys.add(sam, label="x", role="requester", scopes=["read"], agency="ice-sea"),
        lambda: keys.rotate(sam, kept.id, "ice-sea"),
        lambda: keys.revoke(sam, kept.id, "ice-sea"),
        lambda: keys.all(sam, "ice-sea"),
    ):
        with pytest.raises(NotPermitted):
            call()
    with pytest.raises(BadInput, match="none of this agency"):
        keys.revoke(town.ctx("lee", "arizona", Role.SUPERVISOR), kept.id)


def test_a_key_that_may_only_read_asks_for_no_news(town: Town) -> None:
    record = town.book(number="K-9")
    said = {"kinds": ["released"], "channel": "mail:x@example.org"}
    for scopes in (["read"], ["record"]):  # Nor does one that writes and may not read.
        with pytest.raises(NotPermitted, match="scopes"):
            town.desk.rounds.subscribe(let_in(town, "booking", "pierce", scopes), record, **said)
    both = let_in(town, "booking", "pierce", ["read", "record"])
    assert town.desk.rounds.subscribe(both, record, **said)


def test_a_sender_may_send_so_many_requests_a_minute_and_a_day(town: Town) -> None:
    """Each request can shut a door, and whoever sends it knows only a name."""
    town.later(days=1)
    first, second = (let_in(town, "requester", "other-issuer") for _ in range(2))
    for number in range(3):
        send(town, first, f"Q-{number}")
    with pytest.raises(TooMany) as error:
        send(town, first, "Q-3")
    assert 0 < error.value.seconds <= 60
    send(town, second, "Q-4")  # Another system is not held up by it.
    town.later(minutes=1)
    send(town, later(town, first), "Q-5")  # The one that was refused counted too.
    with pytest.raises(TooMany) as error:
        send(town, later(town, first), "Q-7")
    assert error.value.seconds > 60
    town.later(days=1)
    send(town, later(town, first), "Q-8")


def test_that_a_request_was_over_the_quota_can_be_looked_up(town: Town) -> None:
    town.later(days=1)
    sender = let_in(town, "requester", "other-issuer")
    for number in range(7):
        try:
            send(town, sender, f"O-{number}")
        except TooMany:
            assert number >= 3
    lines = town.desk.reading.audit_log(town.ctx("ari", "other-issuer", Role.AUDITOR))
    said = [str(one.outcome) for one in lines if one.actor == sender.actor_name]
    assert said.count("error:E619") == 1 and said.count("done") == 3


def later(town: Town, ctx: Context) -> Context:
    return replace(ctx, now=town.now)


def test_a_system_is_told_after_how_long_to_try_again() -> None:
    answer = _refused(Request({"type": "http"}), too_many("request", 42))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "42")
    assert b'"E619"' in answer.body
