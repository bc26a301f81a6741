"""Two people are two: no account vouches for what another account of the same person did."""

from __future__ import annotations

from datetime import timedelta

from exeat.office.db import Tx
from exeat.office.settings import Settings

__all__ = ["may_be_one", "unapproved"]


def may_be_one(tx: Tx, settings: Settings, one: str, other: str) -> bool:
    """Say whether two accounts of an agency may be one person's.

    They may where nobody can tell that somebody else sits at the second: whoever made or reset an
    account not long ago has known a password of it, and so on up the chain. The host's
    administrator counts for nobody: they are the third who makes two into two.

    Args:
        tx: Sees the agency's accounts.
        settings: How long ago is long ago.
        one: The name of an account.
        other: Likewise.
    """
    since = tx.ctx.now - timedelta(days=settings.second_days)
    first, second = (
        {row["name"] for row in tx.all("makers", name=name, since=since)} | {name}
        for name in (one, other)
    )
    return bool(first & second)


def unapproved(tx: Tx, name: str) -> bool:
    """Say whether an account is a supervisor's whom the host has not approved.

    It was made by a colleague, who alone knows whether anybody else sits there; so it is nobody's
    second person yet.
    """
    return bool(tx.all("unapproved", name=name))
