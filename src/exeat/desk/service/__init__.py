"""The service layer of the desk: every act and query, each one explicit transaction.

Pages, the HTTP API and the command call :class:`Desk` and nothing below it. Here is no rule of
law: what may be done with a person is :func:`exeat.decide.decide`'s answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from exeat.desk.service.board import new_cache
from exeat.desk.service.duty import Duty
from exeat.desk.service.gate import Gate
from exeat.desk.service.profiles import Profiles
from exeat.desk.service.requests import Requests
from exeat.desk.service.transfers import Transfers
from exeat.office.clock import utcnow
from exeat.office.context import ACTS, Context, Role, Scope
from exeat.office.db import Database
from exeat.office.settings import Settings
from exeat.record.checkpoint import Signer
from exeat.rules.model import Jurisdiction

if TYPE_CHECKING:
    from exeat.auth.accounts import Accounts

__all__ = ["ACTS", "Context", "Desk", "Role", "Scope"]


class Desk(Gate, Requests, Transfers, Duty, Profiles):
    """All that can be done, and asked, at the desk.

    Args:
        db: Connections as the desk's login; open.
        library: Law by jurisdiction id.
        settings: Due times and limits.
        signer: The desk's key, which signs receipts.
        accounts: Who people are; for the second person of an override.
        clock: The one clock.
    """

    def __init__(
        self,
        db: Database,
        library: dict[str, Jurisdiction],
        settings: Settings,
        signer: Signer,
        accounts: Accounts,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        super().__init__(db, library, settings, signer, clock)
        self.accounts = accounts
        self._board_cache, self._board_lock = new_cache()
