"""Looking through the house for whom waiting requests may be about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exeat.desk.service._near import Near, near
from exeat.desk.service._request_rows import opened
from exeat.desk.service.models import RequestsPage
from exeat.office.db import Tx

__all__ = ["looked", "near_of"]


def looked(tx: Tx, page: RequestsPage) -> dict[str, tuple[Near, ...]]:
    """Return, for each request of a page that waits here, whom it may be about."""
    waits = [one for one in page.requests if one.answer is None and one.facility == tx.agency]
    return {one.id: near(tx, one.facility, one.person) for one in waits if one.person is not None}


def near_of(tx: Tx, row: Mapping[str, Any]) -> tuple[Near, ...]:
    """Return whom one request may be about, likeliest first."""
    if row["wrapped_key"] is None:
        return ()  # What was expunged names nobody any more.
    return near(tx, row["facility"], opened(tx, row)[1])
