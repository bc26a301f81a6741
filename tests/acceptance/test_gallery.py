"""The gallery of kinds says what the commands say."""

from __future__ import annotations

import pytest

from tests.acceptance.gallery import KINDS, PAGE, page


@pytest.mark.slow
def test_the_gallery_says_what_the_commands_say() -> None:
    # `python -m tests.acceptance.gallery` writes it anew; say in the commit why it changed.
    assert PAGE.read_text(encoding="utf-8") == page()


def test_each_kind_has_its_own_export() -> None:
    assert len({kind.export for kind in KINDS}) == len(KINDS)
