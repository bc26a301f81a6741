"""The README's answers are what its commands print, and everything it points to is there."""

from __future__ import annotations

import re

from tests.acceptance.readme import README, ROOT, rendered


def test_each_answer_in_the_readme_is_what_its_command_prints() -> None:
    text = README.read_text(encoding="utf-8")
    assert text.count("<!-- answer: ") == 3
    # Mend with: python -m tests.acceptance.readme, and say in the commit why answers changed.
    assert rendered(text) == text


def test_the_three_answers_are_three_different_ones() -> None:
    text = README.read_text(encoding="utf-8")
    assert [word for word in ("RELEASE:", "MAY HOLD:", "UNKNOWN:") if f"\n{word}" not in text] == []


def test_every_file_that_the_readme_links_is_there() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", README.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_folder_on_the_readme_s_road_is_there_and_none_is_missing() -> None:
    text = README.read_text(encoding="utf-8")
    drawn = set(re.findall(r"^  ([a-z]+)/ ", text, re.MULTILINE))
    there = {p.parent.name for p in (ROOT / "src/exeat").glob("*/__init__.py")} - {"sample"}
    assert drawn == there
