"""Settings: from the environment only when asked, and every fault at once."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from exeat.errors import UsageError
from exeat.office.settings import Settings


def test_every_value_that_cannot_be_read_is_named_at_once() -> None:
    wrong = {
        "EXEAT_IDLE_MINUTES": "soon",
        "EXEAT_POOL_SIZE": "0",
        "EXEAT_KEY_DAYS": "-3",
        "EXEAT_TRUST_PROXY": "perhaps",
        "EXEAT_FAILURES": "4",
    }
    with pytest.raises(UsageError) as caught:
        Settings.from_environment(wrong)
    said = {fault.place: (fault.code, fault.message, fault.help) for fault in caught.value.faults}
    number = "Write a number such as 30."
    assert said == {
        "EXEAT_IDLE_MINUTES": ("E420", "`soon` is no whole number", number),
        "EXEAT_POOL_SIZE": ("E420", "`0` is no whole number", number),
        "EXEAT_KEY_DAYS": ("E420", "`-3` is no whole number", number),
        "EXEAT_TRUST_PROXY": ("E420", "`perhaps` is neither yes nor no", "Write 1 or 0."),
    }
    assert pickle.loads(pickle.dumps(caught.value)).faults == caught.value.faults


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("TRUE", True), ("yes", True), ("0", False), ("no", False)]
)
def test_yes_and_no_are_read_in_the_usual_words(text: str, value: bool) -> None:
    assert Settings.from_environment({"EXEAT_TRUST_PROXY": text}).trust_proxy is value


def test_what_is_empty_or_of_others_is_not_set() -> None:
    environ = {"EXEAT_LAW": "", "EXEAT_SECURE_COOKIES": "", "EXEAT_VAULT_KEY": "x", "LOGIN": "me"}
    assert Settings.from_environment(environ) == Settings()


def test_settings_that_code_makes_do_not_read_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EXEAT_POOL_SIZE", "3")
    monkeypatch.setenv("EXEAT_LAW", "/adopted")
    assert Settings().pool_size == 10 and Settings().law is None
    read = Settings.from_environment()
    assert (read.pool_size, read.law) == (3, Path("/adopted"))


def test_a_setting_is_not_changed_behind_the_desk() -> None:
    with pytest.raises(ValidationError):
        Settings().pool_size = 3  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Settings(pool=3)  # type: ignore[call-arg]
