"""The first login of an installation: shown once, and never lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.scenario.failures.kit import Town, database, opened

from exeat.desk.service.setup import first_shown, first_use, system_context
from exeat.office.context import Role
from exeat.office.errors import BadInput, NotPermitted, SignInError
from exeat.office.settings import Settings
from exeat.record.checkpoint import Signer
from exeat.record.vault import MasterKey


@pytest.fixture
def town() -> Iterator[Town]:
    """A desk at which nobody ever was."""
    keys = MasterKey.generate(), Signer.generate("desk.example")
    with opened(database(), *keys, Settings(pool_size=2)) as one:
        yield one


def test_a_start_that_ends_before_the_first_login_was_shown_loses_nothing(town: Town) -> None:
    signin = town.desk.accounts.signin
    lost = first_use(town.desk)
    again = first_use(town.desk)  # The next start.
    assert lost is not None and again is not None and again.password != lost.password
    with pytest.raises(SignInError):
        signin.sign_in("admin", lost.password, town.now)
    assert signin.sign_in("admin", again.password, town.now)
    first_shown(town.desk)
    assert first_use(town.desk) is None


def test_a_start_takes_no_password_from_an_administrator_who_is_in(town: Town) -> None:
    people = town.desk.accounts
    first = first_use(town.desk)
    assert first is not None
    half = people.signin.sign_in("admin", first.password, town.now)
    whole = people.signin.made_whole(half, town.now, "code")
    ctx = people.signin.context(whole, town.now)
    people.change_password(whole, first.password, "a calm lake at noon", ctx)
    assert first_use(town.desk) is None
    assert people.signin.sign_in("admin", "a calm lake at noon", town.now)


def test_an_administrator_whom_strangers_locked_out_is_let_in_again(town: Town) -> None:
    people, root = town.desk.accounts, system_context(town.now)
    first = first_use(town.desk)
    assert first is not None
    for _ in range(5):
        with pytest.raises(SignInError):
            people.signin.sign_in("admin", "wrong", town.now)
    one = people.named(root, " ADMIN")
    assert one.locked is not None
    people.unlock(root, one.id, one.agency)
    assert people.signin.sign_in("admin", first.password, town.now)
    town.later(minutes=1)
    for _ in range(5):
        with pytest.raises(SignInError):
            people.signin.sign_in("admin", "wrong", town.now)
    town.later(minutes=1)
    fresh = people.reset(root, one.id)  # Unlocks as well: all that let anybody in is new.
    assert people.signin.sign_in("admin", fresh, town.now)


def test_the_host_alone_sees_the_accounts_of_everybody(town: Town) -> None:
    people = town.desk.accounts
    first_use(town.desk)
    assert [one.name for one in people.everybody(system_context(town.now))] == ["admin"]
    with pytest.raises(NotPermitted):
        people.everybody(system_context(town.now, "pierce", Role.SUPERVISOR))
    with pytest.raises(BadInput, match="Did you mean `admin`"):
        people.named(system_context(town.now), "admon")
