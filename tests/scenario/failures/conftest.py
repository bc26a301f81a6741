"""A county of its own for each scenario."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.scenario.failures.kit import Town, county


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one
