"""What can be set about a desk, with the environment variable that sets it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, get_type_hints

from exeat.errors import Fault, UsageError

__all__ = ["Settings"]

_PREFIX: Final = "EXEAT_"
_TRUE: Final = frozenset({"1", "true", "yes"})
_FALSE: Final = frozenset({"0", "false", "no", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this desk runs. Each is set by ``EXEAT_`` and its name in capitals.

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
        unused_days: After how many an account is disabled.
        key_days: How long a system's key lives.
        task_minutes: How long an open question may wait.
        paper_minutes: How long a court's paper may lie unread.
        receipt_minutes: How long a request may wait for an answer.
        review_hours: By when a supervisor looks at an override.
        warrant_check_minutes: How old a query for warrants may be when a person leaves.
        alarm_hours: How long before a hold ends the desk is warned.
        origin: Address of the desk, as browsers see it; passkeys are bound to it.
    """

    law: Path | None = None
    login: str = "exeat_desk"
    pool_size: int = 10
    trust_proxy: bool = False
    secure_cookies: bool = True
    idle_minutes: int = 30
    session_hours: int = 12
    failures: int = 5
    unused_days: int = 90
    key_days: int = 365
    task_minutes: int = 60
    paper_minutes: int = 60
    receipt_minutes: int = 60
    review_hours: int = 24
    warrant_check_minutes: int = 60
    alarm_hours: int = 6
    origin: str = "http://localhost:8000"

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
        found: dict[str, Any] = {}
        faults: list[Fault] = []
        hints = get_type_hints(cls)
        for field in fields(cls):
            name = _PREFIX + field.name.upper()
            text = environ.get(name)
            if text is None:
                continue
            value = _read(text, hints[field.name], name)
            if isinstance(value, Fault):
                faults.append(value)
            else:
                found[field.name] = value
        if faults:
            raise UsageError(faults)
        return cls(**found)

    def minutes(self, name: str) -> timedelta:
        """Return a setting that counts minutes, as a span."""
        return timedelta(minutes=int(getattr(self, name)))


def _read(text: str, kind: Any, name: str) -> Any:
    if kind is bool:
        word = text.strip().lower()
        if word in _TRUE | _FALSE:
            return word in _TRUE
        return Fault("E420", name, f"`{text}` is neither yes nor no", "Write 1 or 0.")
    if kind is int:
        if text.strip().isdigit() and int(text) > 0:
            return int(text)
        return Fault("E420", name, f"`{text}` is no whole number", "Write a number such as 30.")
    return text if kind is str else (Path(text) if text else None)
