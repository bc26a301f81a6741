"""The door of the desk under those who try it: how often, how long, and what they learn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

import psycopg
import pyotp
import pytest
from tests.scenario.failures.kit import CHEAP, Town, cheap_accounts, county

from exeat.auth._hashing import Hashing
from exeat.auth.accounts import Accounts
from exeat.desk.service.setup import open_desk, system_context
from exeat.office.context import NOWHERE, Origin, Role
from exeat.office.errors import DeskError, SignInError, TooMany

HERE, AWAY = Origin("192.0.2.7", "browser"), Origin("198.51.100.9")


@pytest.fixture
def town() -> Iterator[Town]:
    with county(tries_account=6, tries_address=9, tries_all=12) as one:
        for name in ("sam", "kim"):
            one.account(name, "supervisor")
        one.later(minutes=5)
        yield one


def tried(town: Town, name: str, password: str = "wrong", origin: Origin = NOWHERE) -> DeskError:
    """Return what somebody is told who is not let in."""
    with pytest.raises(DeskError) as error:
        town.desk.accounts.signin.sign_in(name, password, town.now, origin)
    return error.value


def locked(town: Town, name: str) -> None:
    for _ in range(5):
        tried(town, name)
    town.later(minutes=1)


class Watched(Hashing):
    """Counts the passwords that are looked at, and who holds a connection meanwhile."""

    def __init__(self, town: Town) -> None:
        super().__init__(CHEAP, 2)
        self.town, self.held = town, list[int]()

    def right(self, hashed: str, password: str) -> bool:
        stats = self.town.desk.office.db.pool.get_stats()
        self.held.append(stats["pool_size"] - stats["pool_available"])
        return super().right(hashed, password)


def test_whoever_is_not_let_in_waits_and_hears_the_same(town: Town) -> None:
    people = town.desk.accounts
    locked(town, "sam")
    people.disable(system_context(town.now), "kim", "left", "pierce")
    for name in ("sam", "kim", "nobody", "no\0body", "né", "x" * 300):
        people.signin.hasher = watched = Watched(town)
        told = tried(town, name, town.passwords.get(name, "wrong"))
        assert watched.held == [0], name  # one, and in no transaction
        assert isinstance(told, SignInError)
        assert str(told) == str(tried(town, "another"))
        town.later(minutes=1)


def test_one_name_one_address_and_all_together_may_be_tried_so_often(town: Town) -> None:
    for _ in range(6):
        assert isinstance(tried(town, "nobody"), SignInError)
    found = tried(town, "nobody")
    assert isinstance(found, TooMany) and 0 < found.seconds <= 60
    town.later(minutes=1)
    for number in range(9):
        assert isinstance(tried(town, f"n{number}", origin=AWAY), SignInError)
    assert isinstance(tried(town, "n9", origin=AWAY), TooMany)
    town.later(minutes=1)
    for number in range(12):
        origin = Origin(f"198.51.100.{number}")
        assert isinstance(tried(town, f"n{number}", origin=origin), SignInError)
    assert isinstance(tried(town, "n12", origin=Origin("198.51.100.77")), TooMany)


def test_who_tries_without_end_from_one_address_uses_up_their_own_tries_alone(town: Town) -> None:
    for number in range(40):
        tried(town, f"n{number}", origin=AWAY)
    assert isinstance(tried(town, "n40", origin=AWAY), TooMany)
    with psycopg.connect(town.admin) as conn:
        row = conn.execute("SELECT count(*) FROM exeat_desk.tally").fetchone()
    assert row is not None and row[0] < 20  # What is refused grows no table.
    signin = town.desk.accounts.signin
    assert signin.sign_in("kim", town.passwords["kim"], town.now, Origin("192.0.2.99"))


def test_whoever_has_a_network_of_many_addresses_counts_once(town: Town) -> None:
    for number in range(9):
        origin = Origin(f"2001:db8:0:7::{number:x}")
        assert isinstance(tried(town, f"n{number}", origin=origin), SignInError)
    assert isinstance(tried(town, "n9", origin=Origin("2001:db8:0:7:a::1")), TooMany)
    assert isinstance(tried(town, "n9", origin=Origin("2001:db8:0:8::1")), SignInError)


def test_a_flood_keeps_nobody_out_who_comes_from_where_they_always_do(town: Town) -> None:
    signin = town.desk.accounts.signin
    half = signin.sign_in("sam", town.passwords["sam"], town.now, HERE)
    signin.confirm(half, town.code("sam"), town.now, HERE)
    town.later(minutes=1)
    for number in range(30):
        tried(town, "sam", origin=Origin(f"198.51.100.{number}"))
    assert isinstance(tried(town, "kim", origin=AWAY), TooMany)
    assert signin.sign_in("sam", town.passwords["sam"], town.now, HERE)


def test_the_limits_hold_over_every_process_of_a_desk(town: Town) -> None:
    other = open_desk(
        town.conninfo, town.master, town.settings, town.signer,
        clock=lambda: town.now.astimezone(UTC), accounts=cheap_accounts,
    )  # fmt: skip
    try:
        for desk in (town.desk, other) * 3:
            with pytest.raises(SignInError):
                desk.accounts.signin.sign_in("nobody", "wrong", town.now)
        with pytest.raises(TooMany):
            other.accounts.signin.sign_in("nobody", "wrong", town.now)
    finally:
        other.office.db.close()


def test_a_flood_is_no_flood_of_the_log(town: Town) -> None:
    """Nobody can delete a line, so that nobody may write as many as they like."""
    for _ in range(40):
        town.later(seconds=12)
        tried(town, "sam")
        tried(town, "nobody")
    lines = town.desk.reading.audit_log(town.ctx("ari", role=Role.AUDITOR))
    said = [str(line.outcome) for line in lines if line.what == "sign_in" and line.actor == "sam"]
    assert said[:5].count("wrong-password-locked") == 1 and said.count("wrong-password") == 4
    assert 1 <= said.count("locked") <= 2
    host = town.desk.reading.audit_log(town.ctx("root", "host", Role.ADMIN))
    unknown = [line for line in host if str(line.outcome) == "unknown-name"]
    assert 1 <= len(unknown) <= 40 and not any("nobody" in str(line) for line in unknown)


def test_passwords_are_hashed_a_few_at_a_time_and_nobody_waits_without_end() -> None:
    hashing = Hashing(CHEAP, at_once=1)
    turns = [hashing._turn() for _ in range(1)]
    with turns[0]:
        hashing._room._value = 0  # type: ignore[attr-defined]  # As many wait as may.
        with pytest.raises(TooMany):
            hashing.right("x", "y")
        with pytest.raises(TooMany):
            hashing.hash("y")
        hashing._room._value = 1  # type: ignore[attr-defined]
    assert hashing.right(hashing.hash("y"), "y")


def test_what_the_browser_held_before_the_second_factor_opens_nothing_after_it(town: Town) -> None:
    signin = town.desk.accounts.signin
    half = signin.sign_in("sam", town.passwords["sam"], town.now)
    whole = signin.confirm(half, town.code("sam"), town.now)
    assert whole.token != half.token and whole.csrf != half.csrf
    assert signin.session(whole.token, town.now).whole
    with pytest.raises(SignInError, match="has ended"):
        signin.session(half.token, town.now)
    with pytest.raises(SignInError, match="has ended"):  # nor makes a second one
        signin.made_whole(half, town.now, "code")


def test_the_secret_of_a_code_app_stays_until_a_code_of_it_came_back(town: Town) -> None:
    people = town.desk.accounts
    said = {"name": "new", "shown": "New", "role": "booking", "agency": "pierce"}
    _, password = people.add_account(system_context(town.now), **said)
    half = people.signin.sign_in("new", password, town.now)
    address = people.signin.enrol(half, town.now)
    with pytest.raises(SignInError):
        people.signin.confirm(half, "000000", town.now)
    assert people.signin.enrol(half, town.now) == address
    later = people.signin.sign_in("new", password, town.now)
    assert not later.account.enrolled
    assert people.signin.enrol(later, town.now) == address
    totp = pyotp.parse_uri(address)
    assert isinstance(totp, pyotp.TOTP)
    assert people.signin.confirm(later, totp.at(town.now), town.now).whole
    last = people.signin.sign_in("new", password, town.now)
    assert last.account.enrolled
    with pytest.raises(SignInError, match="enrolled already"):
        people.signin.enrol(last, town.now)


@pytest.mark.parametrize("code", ["١٢٣٤٥٦", "１２３４５６", "\0" * 6, "é", "\ud800"])
def test_a_code_in_other_digits_is_wrong_and_no_fault_of_the_desk(town: Town, code: str) -> None:
    signin = town.desk.accounts.signin
    half = signin.sign_in("sam", town.passwords["sam"], town.now)
    with pytest.raises(SignInError, match="is not right"):
        signin.confirm(half, code, town.now)


@pytest.mark.parametrize("password", ["\0", "\ud800", "é" * 5000])
def test_a_password_of_any_kind_is_wrong_and_no_fault_of_the_desk(
    town: Town, password: str
) -> None:
    assert isinstance(tried(town, "sam", password), SignInError)


@pytest.mark.parametrize("key", ["exeat_\0_x", "exeat_\ud800_x", "exeat__", "exeat_é_é", "\0"])
def test_a_key_of_any_kind_is_unknown_and_no_fault_of_the_desk(town: Town, key: str) -> None:
    with pytest.raises(SignInError, match="does not let"):
        town.desk.accounts.keys.system(key, town.now)
    with pytest.raises(SignInError, match="does not let"):
        town.desk.accounts.keys.client(key, town.now)


def test_a_changed_password_ends_every_other_session(town: Town) -> None:
    people, signin = town.desk.accounts, town.desk.accounts.signin
    sessions = []
    for _ in range(2):
        half = signin.sign_in("sam", town.passwords["sam"], town.now)
        sessions.append(signin.confirm(half, town.code("sam"), town.now))
        town.later(minutes=1)
    half = signin.sign_in("sam", town.passwords["sam"], town.now)
    mine, ctx = sessions[0], signin.context(sessions[0], town.now)
    people.change_password(mine, town.passwords["sam"], "a calm lake at noon", ctx)
    assert signin.session(mine.token, town.now)
    for other in (sessions[1], half):
        with pytest.raises(SignInError, match="has ended"):
            signin.session(other.token, town.now)


def test_a_line_of_the_log_says_from_where(town: Town) -> None:
    people = town.desk.accounts
    half = people.signin.sign_in("sam", town.passwords["sam"], town.now, HERE)
    whole = people.signin.confirm(half, town.code("sam"), town.now, HERE)
    ctx = people.signin.context(whole, town.now, origin=HERE)
    town.desk.board.rows(ctx)
    tried(town, "sam", origin=AWAY)
    lines = town.desk.reading.audit_log(town.ctx("ari", role=Role.AUDITOR))
    found = [(line.what, str(line.outcome), line.address) for line in lines[:5]]
    assert [one[2] for one in found if one[0] == "board"] == [HERE.address]
    assert ("sign_in", "wrong-password", AWAY.address) in found
    assert ("sign_in", "code", HERE.address) in found


def test_a_page_that_asks_by_itself_keeps_no_session_from_ending(town: Town) -> None:
    signin = town.desk.accounts.signin
    half = signin.sign_in("sam", town.passwords["sam"], town.now)
    whole = signin.confirm(half, town.code("sam"), town.now)
    for _ in range(29):
        town.later(minutes=1)
        signin.session(whole.token, town.now, used=False)
    town.later(minutes=1)
    with pytest.raises(SignInError, match="has ended"):
        signin.session(whole.token, town.now, used=False)


def test_what_was_counted_is_forgotten_after_a_while(town: Town) -> None:
    import psycopg

    people: Accounts = town.desk.accounts
    half = people.signin.sign_in("sam", town.passwords["sam"], town.now, HERE)
    people.signin.confirm(half, town.code("sam"), town.now, HERE)

    def kept(table: str) -> int:
        town.later(days=3)
        people.disable_unused(system_context(town.now, "pierce"))
        with psycopg.connect(town.admin) as conn:
            (n,) = conn.execute(f"SELECT count(*) FROM exeat_desk.{table}".encode()).fetchone()
        return int(n)

    assert (kept("tally"), kept("known_place")) == (0, 2)  # The browser, and the network.
    town.later(days=90)
    assert kept("known_place") == 0
