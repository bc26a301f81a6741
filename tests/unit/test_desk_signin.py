"""Signing in: password, code, sessions that end, lock-out; and who may keep accounts."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from tests.scenario.failures.kit import Town, county

from exeat.auth import Session
from exeat.desk.service.setup import first_use, system_context
from exeat.office.context import NOWHERE, Origin, Role
from exeat.office.errors import BadInput, NotPermitted, SignInError


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        one.account("sam", "supervisor")
        one.later(minutes=5)
        yield one


def whole(town: Town, name: str = "sam", origin: Origin = NOWHERE) -> Session:
    half = town.desk.accounts.signin.sign_in(name, town.passwords[name], town.now, origin)
    session = town.desk.accounts.signin.confirm(half, town.code(name), town.now, origin)
    town.later(minutes=1)
    return session


def test_a_password_alone_does_not_let_anybody_act(town: Town) -> None:
    half = town.desk.accounts.signin.sign_in("sam", town.passwords["sam"], town.now)
    found = town.desk.accounts.signin.session(half.token, town.now)
    assert not found.whole
    with pytest.raises(SignInError, match="code: is missing"):
        town.desk.accounts.signin.context(found, town.now)


def test_password_and_code_do(town: Town) -> None:
    session = town.desk.accounts.signin.session(whole(town).token, town.now)
    ctx = town.desk.accounts.signin.context(session, town.now)
    assert (ctx.actor_name, ctx.agency, ctx.role) == ("sam", "pierce", Role.SUPERVISOR)


@pytest.mark.parametrize("name", ["sam", "nobody", "SAM "])
def test_what_is_wrong_is_not_said(town: Town, name: str) -> None:
    with pytest.raises(SignInError) as error:
        town.desk.accounts.signin.sign_in(name, "wrong", town.now)
    assert error.value.faults[0].message == "do not let you in"


def test_a_code_counts_once(town: Town) -> None:
    whole(town)
    town.later(minutes=-1)
    half = town.desk.accounts.signin.sign_in("sam", town.passwords["sam"], town.now)
    with pytest.raises(SignInError, match="is not right"):
        town.desk.accounts.signin.confirm(half, town.code("sam"), town.now)


@pytest.mark.parametrize("seconds", [-90, 90])
def test_a_code_of_another_time_does_not_count(town: Town, seconds: int) -> None:
    half = town.desk.accounts.signin.sign_in("sam", town.passwords["sam"], town.now)
    town.later(seconds=seconds)
    code = town.code("sam")
    town.later(seconds=-seconds)
    with pytest.raises(SignInError):
        town.desk.accounts.signin.confirm(half, code, town.now)


def test_five_wrong_passwords_lock_the_account_until_it_is_unlocked(town: Town) -> None:
    people, session = town.desk.accounts, whole(town)
    for _ in range(5):
        with pytest.raises(SignInError):
            people.signin.sign_in("sam", "wrong", town.now)
    with pytest.raises(SignInError):  # the right one too
        people.signin.sign_in("sam", town.passwords["sam"], town.now)
    assert people.signin.session(session.token, town.now)  # a stranger's tries end nobody's work
    town.later(days=1)
    with pytest.raises(SignInError):  # time alone does not unlock it
        people.signin.sign_in("sam", town.passwords["sam"], town.now)
    (account,) = people.users(system_context(town.now, "pierce"))
    assert account.locked is not None
    people.unlock(system_context(town.now), "sam", "pierce")
    assert people.signin.sign_in("sam", town.passwords["sam"], town.now)


@pytest.mark.parametrize("here", [Origin("192.0.2.7", "mark"), Origin(device="mark")])
def test_five_wrong_passwords_at_the_own_browser_lock_it_and_shut_what_was_open(
    town: Town, here: Origin
) -> None:
    people = town.desk.accounts
    session = whole(town, origin=here)
    for _ in range(5):
        with pytest.raises(SignInError):
            people.signin.sign_in("sam", "wrong", town.now, here)
    with pytest.raises(SignInError):
        people.signin.session(session.token, town.now)
    with pytest.raises(SignInError):
        people.signin.sign_in("sam", town.passwords["sam"], town.now, here)
    (account,) = people.users(system_context(town.now, "pierce"))
    assert account.locked is not None
    people.unlock(system_context(town.now), "sam", "pierce")
    assert people.signin.sign_in("sam", town.passwords["sam"], town.now, here)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (Origin("192.0.2.7", "mine"), Origin("192.0.2.7", "theirs")),  # the same network
        (Origin("192.0.2.7", "mine"), Origin("198.51.100.9")),
        (Origin("192.0.2.7"), Origin("198.51.100.9")),  # a browser that keeps nothing
        (Origin("192.0.2.7", "mine"), NOWHERE),
    ],
)
def test_a_stranger_locks_out_strangers_and_nobody_who_works_here(
    town: Town, mine: Origin, theirs: Origin
) -> None:
    people = town.desk.accounts
    session = whole(town, origin=mine)
    for _ in range(20):
        town.later(seconds=10)
        with pytest.raises(SignInError):
            people.signin.sign_in("sam", "wrong", town.now, theirs)
    with pytest.raises(SignInError):
        people.signin.sign_in("sam", town.passwords["sam"], town.now, theirs)
    assert people.signin.session(session.token, town.now)
    assert whole(town, origin=mine)


def test_failures_age_out_in_a_quarter_of_an_hour(town: Town) -> None:
    people = town.desk.accounts

    def wrong(times: int) -> None:
        for _ in range(times):
            with pytest.raises(SignInError):
                people.signin.sign_in("sam", "wrong", town.now)

    wrong(2)
    town.later(minutes=10)
    wrong(2)
    town.later(minutes=5)
    wrong(2)  # Four are young.
    assert people.signin.sign_in("sam", town.passwords["sam"], town.now)
    wrong(1)
    with pytest.raises(SignInError):
        people.signin.sign_in("sam", town.passwords["sam"], town.now)


def test_four_wrong_ones_do_not_and_a_right_one_forgets_them(town: Town) -> None:
    people = town.desk.accounts
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(SignInError):
                people.signin.sign_in("sam", "wrong", town.now)
        whole(town)


def test_wrong_codes_lock_as_wrong_passwords_do(town: Town) -> None:
    half = town.desk.accounts.signin.sign_in("sam", town.passwords["sam"], town.now)
    for _ in range(5):
        with pytest.raises(SignInError):
            town.desk.accounts.signin.confirm(half, "000000", town.now)
    with pytest.raises(SignInError):
        town.desk.accounts.signin.confirm(half, town.code("sam"), town.now)


@pytest.mark.parametrize(("minutes", "ends"), [(29.9, False), (30, True)])
def test_a_session_ends_after_half_an_hour_without_a_page(
    town: Town, minutes: float, ends: bool
) -> None:
    half = town.desk.accounts.signin.sign_in("sam", town.passwords["sam"], town.now)
    session = town.desk.accounts.signin.confirm(half, town.code("sam"), town.now)
    town.later(minutes=minutes)
    if ends:
        with pytest.raises(SignInError, match="has ended"):
            town.desk.accounts.signin.session(session.token, town.now)
    else:
        assert town.desk.accounts.signin.session(session.token, town.now).whole


def test_a_session_ends_after_twelve_hours_however_busy_it_was(town: Town) -> None:
    session = whole(town)
    for _ in range(35):
        town.later(minutes=20)
        town.desk.accounts.signin.session(session.token, town.now)
    town.later(minutes=20)
    with pytest.raises(SignInError):
        town.desk.accounts.signin.session(session.token, town.now)


def test_signing_out_ends_it(town: Town) -> None:
    session = whole(town)
    town.desk.accounts.signin.sign_out(session, town.now)
    with pytest.raises(SignInError):
        town.desk.accounts.signin.session(session.token, town.now)


def test_an_account_that_nobody_used_for_ninety_days_is_shut(town: Town) -> None:
    whole(town)
    town.later(days=91)
    with pytest.raises(SignInError):
        town.desk.accounts.signin.sign_in("sam", town.passwords["sam"], town.now)
    (account,) = town.desk.accounts.users(system_context(town.now, "pierce"))
    assert account.disabled_because == "unused"
    town.desk.accounts.enable(system_context(town.now), "sam", "pierce")
    assert whole(town)


def test_a_disabled_account_is_shut_at_once_and_its_name_never_comes_back(town: Town) -> None:
    session = whole(town)
    root = system_context(town.now)
    town.desk.accounts.disable(root, "sam", "left the service", "pierce")
    with pytest.raises(SignInError):
        town.desk.accounts.signin.session(session.token, town.now)
    with pytest.raises(BadInput, match="is taken"):
        town.desk.accounts.add_account(root, name="sam", shown="x", role="booking", agency="pierce")


def test_an_app_cannot_be_enrolled_over_another(town: Town) -> None:
    whole(town)
    half = town.desk.accounts.signin.sign_in("sam", town.passwords["sam"], town.now)
    with pytest.raises(SignInError, match="enrolled already"):
        town.desk.accounts.signin.enrol(half, town.now)
    with pytest.raises(SignInError):  # nor a passkey, on a password alone
        town.desk.accounts.passkeys.register_options(half, town.now)


def test_a_reset_takes_the_app_away_and_asks_for_a_new_password(town: Town) -> None:
    first = town.desk.accounts.reset(system_context(town.now), "sam", "pierce")
    session = town.desk.accounts.signin.sign_in("sam", first, town.now)
    assert session.account.must_change and not session.account.enrolled


def log_of(town: Town, agency: str) -> list[tuple[str, str, str, str | None]]:
    """Return what an agency's auditor reads: who did it, for whom, what, and on what."""
    lines = town.desk.reading.audit_log(town.ctx("ari", agency, Role.AUDITOR))
    return [(line.actor, line.agency, line.what, line.about) for line in lines]


def test_what_the_host_does_to_an_agencys_accounts_its_own_auditor_sees(town: Town) -> None:
    people, admin = town.desk.accounts, town.ctx("root", "host", Role.ADMIN)
    people.add_account(admin, name="kim", shown="Kim", role="booking", agency="pierce")
    people.disable(admin, "kim", "left", "pierce")
    people.enable(admin, "kim", "pierce")
    people.unlock(admin, "kim", "pierce")
    people.reset(admin, "kim", "pierce")
    acts = ("reset", "unlock", "enable", "disable", "add_account")
    wanted = [("root", "host", act, "kim") for act in acts]
    for agency in ("pierce", "host"):
        assert [line for line in log_of(town, agency) if line[0] == "root"] == wanted
    assert not [line for line in log_of(town, "arizona") if "kim" in line]


def test_an_agency_sees_who_added_it(town: Town) -> None:
    added = [line for line in log_of(town, "pierce") if line[2] == "add_agency"]
    assert added == [("installation", "host", "add_agency", "pierce")]


def test_at_the_door_the_log_says_the_role_of_whoever_comes(town: Town) -> None:
    session = whole(town)
    with pytest.raises(SignInError):
        town.desk.accounts.signin.sign_in("sam", "wrong", town.now)
    town.desk.accounts.signin.sign_out(session, town.now)
    lines = town.desk.reading.audit_log(town.ctx("ari", role=Role.AUDITOR))
    own = [line for line in lines if line.actor == "sam"]
    assert {line.what for line in own} >= {"sign_in", "sign_out", "enrol"}
    assert {line.role for line in own} == {"supervisor"}


@pytest.mark.parametrize(
    ("new", "words"), [("short", "too short"), ("x" * 201, "too long"), ("OLD", "no new one")]
)
def test_a_new_password_is_long_and_new(town: Town, new: str, words: str) -> None:
    session, old = whole(town), town.passwords["sam"]
    ctx = town.desk.accounts.signin.context(session, town.now)
    with pytest.raises(BadInput, match=words):
        town.desk.accounts.change_password(session, old, old if new == "OLD" else new, ctx)
    town.desk.accounts.change_password(session, old, "correct horse battery", ctx)
    town.passwords["sam"] = "correct horse battery"
    assert not whole(town).account.must_change


def test_a_supervisor_keeps_the_accounts_of_the_own_agency_only(town: Town) -> None:
    ctx = town.ctx("sam", role=Role.SUPERVISOR)
    people = town.desk.accounts
    people.add_account(ctx, name="new.clerk", shown="New clerk", role="booking")
    for agency in ("arizona", "host"):
        with pytest.raises(NotPermitted):
            people.add_account(ctx, name="x1", shown="x", role="booking", agency=agency)
        with pytest.raises(NotPermitted):
            people.users(ctx, agency)
    for role in ("admin", "requester", "king"):
        with pytest.raises(BadInput, match="no role of that agency"):
            people.add_account(ctx, name="x2", shown="x", role=role)
    with pytest.raises(NotPermitted):
        people.add_account(town.ctx(), name="x3", shown="x", role="booking")


def test_a_supervisor_learns_no_name_that_another_agency_has(town: Town) -> None:
    people, ctx = town.desk.accounts, town.ctx("sam", role=Role.SUPERVISOR)
    root = system_context(town.now)
    for name, agency in (("kim", "arizona"), ("lee", "ice-sea")):
        role = "booking" if agency == "arizona" else "requester"
        people.add_account(root, name=name, shown="x", role=role, agency=agency)
    for name in ("kim", "lee", "nobody.has.this"):
        made, password = people.add_account(ctx, name=name, shown="x", role="booking")
        assert made.name == f"{name}@pierce"
        assert people.signin.sign_in(f" {made.name.upper()}", password, town.now)
    for name in ("kim", "kim@pierce", "sam@pierce@pierce"):  # Only the own agency's are taken.
        with pytest.raises(BadInput, match="is taken" if "kim" in name else "no sign-in name"):
            people.add_account(ctx, name=name, shown="x", role="booking")
    for name in ("kim@arizona", "@pierce", "k@pierce", "a@b", "é@pierce"):
        with pytest.raises(BadInput, match="no sign-in name"):
            people.add_account(ctx, name=name, shown="x", role="booking")
    with pytest.raises(BadInput, match="no sign-in name"):
        people.add_account(root, name="x.y@pierce", shown="x", role="booking", agency="arizona")


def test_the_first_login_is_made_once(town: Town) -> None:
    assert first_use(town.desk) is None


def test_no_secret_is_stored_in_clear_or_printed(town: Town) -> None:
    import psycopg

    secret, password = town.secrets["sam"], town.passwords["sam"]
    session = whole(town)
    _, key = town.desk.accounts.keys.add(
        town.ctx("sam", role=Role.SUPERVISOR), label="jms", role="booking", scopes=["read"]
    )
    with psycopg.connect(town.admin) as conn:
        for table in ("account", "session", "api_key", "log"):
            rows = conn.execute(f"SELECT t::text FROM exeat_desk.{table} t".encode()).fetchall()
            text = "".join(row[0] for row in rows)
            for word in (secret, password, session.token, key.split("_", 2)[2]):
                assert word not in text and word.encode().hex() not in text
    assert session.token not in repr(session)
    assert pyotp.TOTP(secret).secret == secret


def test_every_try_is_in_the_log(town: Town) -> None:
    whole(town)
    with pytest.raises(SignInError):
        town.desk.accounts.signin.sign_in("sam", "wrong", town.now)
    lines = town.desk.reading.audit_log(town.ctx("sam", role=Role.SUPERVISOR))
    said = [str(line.outcome) for line in lines if line.what == "sign_in"]
    assert said[:3] == ["wrong-password", "code", "password"]


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("password1234", "most common"),
        ("P@ssw0rd1234", "most common"),
        ("!!!Summer2026!!!", "most common"),
        ("123sunshine456", "most common"),
        ("exeat-2026-11", "most common"),
        ("aaaaaaaaaaaa", "one key after"),
        ("123456789012", "one key after"),
        ("qwertyuiop[]", "one key after"),
        ("zyxwvutsrqpo", "one key after"),
        ("aaaabbbbcccc", "one key after"),
        ("tr4nqu1l!tr4nqu1l!", "one key after"),
        ("keyholder12345678", "account's name"),
        ("Keyholder-desk", "account's name"),
        ("2026.keyholder.11", "account's name"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(town: Town, new: str, words: str) -> None:
    town.account("keyholder", "booking")
    session = whole(town, "keyholder")
    ctx = town.desk.accounts.signin.context(session, town.now)
    with pytest.raises(BadInput, match=words):
        town.desk.accounts.change_password(session, town.passwords["keyholder"], new, ctx)


@pytest.mark.parametrize(
    "new",
    ["correct horse battery", "keyholder of a calm lake", "Zr8#kP2vLq9x", "ñandú y café frío"],
)
def test_a_password_that_is_not_is_taken(town: Town, new: str) -> None:
    town.account("keyholder", "booking")
    session = whole(town, "keyholder")
    ctx = town.desk.accounts.signin.context(session, town.now)
    town.desk.accounts.change_password(session, town.passwords["keyholder"], new, ctx)
    town.passwords["keyholder"] = new
    assert whole(town, "keyholder")
