"""The README's and the docs' answers are what their commands print, and every link leads on."""

from __future__ import annotations

import json
import re

from exeat.decide import Verdict
from exeat.rules.library import shipped
from tests.acceptance.readme import FORMAT, README, ROOT, TUTORIAL, rendered


def test_each_answer_in_the_readme_is_what_its_command_prints() -> None:
    text = README.read_text(encoding="utf-8")
    assert text.count("<!-- answer: ") == 3
    # Mend with: python -m tests.acceptance.readme, and say in the commit why answers changed.
    assert rendered(text) == text


def test_the_three_answers_are_three_different_ones() -> None:
    text = README.read_text(encoding="utf-8")
    first = ("RELEASE NOW.", "MAY HOLD:", "CANNOT DECIDE YET:")
    assert [words for words in first if f"\n{words}" not in text] == []


def test_the_readme_stays_short_and_names_every_verdict() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150
    assert [verdict.value for verdict in Verdict if f"`{verdict.value}`" not in text] == []
    assert f"{len(shipped())} jurisdictions" in text


def test_the_figures_of_the_audit_are_those_that_the_tutorial_prints() -> None:
    told = " ".join(README.read_text(encoding="utf-8").split())
    printed = TUTORIAL.read_text(encoding="utf-8")
    figures = {
        "204 bookings with an immigration hold": r"^204  with an immigration hold$",
        "47 were held on it after every other basis": r"^ 47  held on it after every other basis",
        "7 of these by more than 48 running hours": r"^  7  of these by more than 48 running",
        "In 20 it finds somebody *possibly* kept": r"^ held-without-authority   possible +20 ",
    }
    for said, line in figures.items():
        assert said in told and re.search(line, printed, re.MULTILINE), said


def test_the_glossary_says_what_every_verdict_means() -> None:
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    assert [verdict.value for verdict in Verdict if f"| `{verdict.value}` |" not in text] == []


def test_the_example_of_the_json_is_what_its_command_prints_and_every_key_is_described() -> None:
    text = FORMAT.read_text(encoding="utf-8")
    assert rendered(text) == text
    shown = json.loads(text.partition("```json\n")[2].partition("```")[0])
    assert [key for key in shown if f"`{key}`" not in text.partition("## An example")[0]] == []
