"""What can be set about a desk, with the environment variable that sets it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, TypeAlias

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from exeat.errors import Fault, UsageError

__all__ = ["Settings"]

_PREFIX: Final = "EXEAT_"

Count: TypeAlias = Annotated[int, Field(gt=0)]


class Settings(BaseSettings):
    """How this desk runs. Each is set by ``EXEAT_`` and its name in capitals; empty is not set.

    Attributes:
        law: Folder of adopted law.
        login: The database login that the desk uses; it owns nothing there.
        pool_size: Connections to the database.
        trust_proxy: A proxy in front checks client certificates and names the key's id in the
            header ``X-Exeat-Client``. Set it only where nothing else can reach the desk.
        secure_cookies: Send cookies over TLS only; switch it off on localhost alone.
        idle_minutes: After how long without a page a person signs in again.
        session_hours: After how long in all.
        failures: Wrong passwords or codes until an administrator must unlock.
        failure_minutes: Within how long they count.
        proof_minutes: How long after the second factor a person may add or remove one.
        tries_account: Sign-ins that may be tried in a minute with one name.
        tries_address: Sign-ins that may be tried in a minute from one address; of IPv6 from one
            network of 64 bits.
        tries_all: Sign-ins that may be tried in a minute in all, but from a browser or
            network from which the account signed in before.
        password_checks: Passwords that one process checks at a time.
        unused_days: After how many an account is disabled.
        key_days: How long a system's key lives.
        task_minutes: How long an open question may wait.
        paper_minutes: How long a court's paper may lie unread.
        requests_minute: Requests that one key or account may send in a minute.
        requests_day: The same, in a day.
        receipt_minutes: How long a request may wait for an answer.
        second_days: How long an account that one person made or reset counts as that person, where
            two must sign.
        review_hours: By when a supervisor looks at an override.
        warrant_check_minutes: How old a query for warrants may be when a person leaves.
        alarm_hours: How long before a hold ends the desk is warned.
        wait_seconds: How long a request waits for a connection, and then for its turn to write,
            before it is told to come again.
        clock_seconds: How far the clock of this desk and that of the database may be apart, before
            the desk writes nothing.
        notice: What whoever signs in agrees to, a statement a line; left out: four neutral ones.
        origin: Address of the desk, as browsers see it; passkeys are bound to it.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True)

    law: Path | None = None
    login: str = "exeat_desk"
    pool_size: Count = 10
    trust_proxy: bool = False
    secure_cookies: bool = True
    idle_minutes: Count = 30
    session_hours: Count = 12
    failures: Count = 5
    failure_minutes: Count = 15
    proof_minutes: Count = 10
    tries_account: Count = 10
    tries_address: Count = 30
    tries_all: Count = 300
    password_checks: Count = 2
    unused_days: Count = 90
    key_days: Count = 365
    task_minutes: Count = 60
    paper_minutes: Count = 60
    requests_minute: Count = 60
    requests_day: Count = 2000
    receipt_minutes: Count = 60
    second_days: Count = 30
    review_hours: Count = 24
    warrant_check_minutes: Count = 60
    alarm_hours: Count = 6
    wait_seconds: Count = 4
    clock_seconds: Count = 10
    notice: str = ""
    origin: str = "http://localhost:8000"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what the caller says, and nothing else.

        Settings that code makes are the same on every machine; :meth:`from_environment` alone
        reads the environment, and no file is read behind anybody's back.
        """
        return (init_settings,)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings.

        Raises:
            UsageError: With every value that cannot be read.

        Examples:
            >>> Settings.from_environment({"EXEAT_IDLE_MINUTES": "5"}).idle_minutes
            5
            >>> Settings.from_environment({"EXEAT_IDLE_MINUTES": "soon"})
            Traceback (most recent call last):
            ...
            exeat.errors.UsageError: EXEAT_IDLE_MINUTES: `soon` is no whole number
              help: Write a number such as 30.
        """
        source = EnvSettingsSource(cls)
        source.env_vars = {name.lower(): text for name, text in environ.items() if text}
        try:
            return cls(**source())
        except ValidationError as error:
            faults = [_fault(str(one["loc"][0]), one["input"]) for one in error.errors()]
            raise UsageError(faults) from error

    def minutes(self, name: str) -> timedelta:
        """Return a setting that counts minutes, as a span."""
        return timedelta(minutes=int(getattr(self, name)))


def _fault(field: str, text: object) -> Fault:
    name = _PREFIX + field.upper()
    if Settings.model_fields[field].annotation is bool:
        return Fault("E420", name, f"`{text}` is neither yes nor no", "Write 1 or 0.")
    return Fault("E420", name, f"`{text}` is no whole number", "Write a number such as 30.")
