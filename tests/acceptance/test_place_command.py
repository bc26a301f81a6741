"""`exeat place`: a county is set up without anybody writing TOML, and the answer moves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import exeat.cli.place as command
from exeat.cli._place_table import table_by_state
from exeat.cli.main import app
from exeat.errors import ExeatError
from exeat.rules.library import shipped
from tests.acceptance.readme import ROOT

RECORD = str(ROOT / "src/exeat/sample/records/common.json")
SIGN = ["--by", "Ann Example", "--title", "Prosecuting Attorney", "--on", "2026-11-20"]


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


def exeat(folder: Path, *words: str) -> Done:
    done = CliRunner().invoke(app, list(words), env={"EXEAT_LAW": str(folder)})
    if isinstance(done.exception, ExeatError):
        return Done(2, done.stdout, str(done.exception))
    return Done(done.exit_code, done.stdout, done.stderr)


def verdict(folder: Path, place: str) -> Any:
    done = exeat(
        folder, "clear", RECORD, "--place", place, "--at", "2026-11-20T18:00-07:00", "--json"
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["verdict"]


def test_a_county_is_set_up_by_flags_and_the_answer_moves(tmp_path: Path) -> None:
    before = verdict(tmp_path, "39049")
    words = ["place", "setup", "us-oh", "--fips", "39049", "--name", "Franklin County", *SIGN]
    done = exeat(tmp_path, *words, "--power", "yes; cite=Invented Code § 1; and § 2")
    assert done.returncode == 0, done.stderr
    assert "1 of 8 questions are decided." in done.stdout
    assert before != verdict(tmp_path, "39049") == "may-hold"
    assert exeat(tmp_path, *words, "--power", "no; cite=Invented Code § 1").returncode == 0
    assert verdict(tmp_path, "us-oh-39049") == "release"
    assert exeat(tmp_path, *words, "--power", "undecided").returncode == 0
    assert verdict(tmp_path, "us-oh-39049") == before
    shown = exeat(tmp_path, "place", "show", "39049").stdout
    assert "Franklin County, Ohio (us-oh-39049)" in shown


def test_answers_come_from_a_file_and_a_shipped_locality_has_a_profile_too(tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text('[holds]\npolicy = "supervisor"\n[[agreement]]\nmodel = "none"\n')
    words = ["place", "setup", "51059", "--answers", str(answers), *SIGN]
    done = exeat(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "places" / "us-va-fairfax.toml").read_text()
    assert 'policy = "supervisor"' in text
    checked = exeat(tmp_path, "place", "check")
    assert (checked.returncode, checked.stdout) == (0, "Profiles checked: 1. Faults: 0.\n")


def test_without_answers_or_a_terminal_every_question_stays_open(tmp_path: Path) -> None:
    done = exeat(tmp_path, "place", "setup", "54039")
    assert done.returncode == 0, done.stderr
    assert "0 of 8 questions are decided." in done.stdout
    assert "wv-comply" in done.stdout


def test_on_a_terminal_the_questions_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_on_terminal", lambda: True)
    said = [
        "Ann Example", "Counsel",
        "no", "2019", "Invented Code § 1",  # 1: since when, citation
        "", "",  # 2: the two federal rules stay undecided
        "maybe", "none", "",  # 3: a word that will not do is asked again
        "", "",  # 4 and 5
        "form", "An opinion",  # 6
        "the booking sergeant", "",  # 7
        "call", "A. Counsel", "555-0100", "30", "",  # 9
    ]  # fmt: skip
    done = CliRunner().invoke(
        app, ["place", "setup", "39049", "--law", str(tmp_path)], input="\n".join(said) + "\n"
    )
    assert done.exit_code == 0, done.output
    assert "does-not-apply: it does not apply" in done.output
    assert "5 of 8 questions are decided." in done.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["us-pa", "--fips", "39049"], "`39049` is Franklin County, OH, and not of `us-pa`"),
        (["us-oh", "--fips", "39049", "--name", "Delaware County"], "is 39041, and the code 39049"),
        (["Franklin County"], "is a name, which 24 counties have"),
        (["39049", "--power", "yes", *SIGN], "question 1 (power), `cite`: is missing"),
        (["39049", "--judged", "applies"], "does not say what it answers"),
        (["39049", "--reading", "us-48-hours: forms; cite=x", *SIGN], "`forms` is not known"),
    ],
)
def test_what_will_not_do_is_told_and_nothing_is_written(
    tmp_path: Path, words: list[str], told: str
) -> None:
    done = exeat(tmp_path, "place", "setup", *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert "help: " in done.stderr
    assert not (tmp_path / "places").exists()


def test_a_check_says_when_the_law_no_longer_asks_what_was_answered(tmp_path: Path) -> None:
    exeat(tmp_path, "place", "setup", "39049", *SIGN, "--power", "yes; cite=x")
    path = tmp_path / "places" / "us-oh-39049.toml"
    gone = '[[judged]]\nrule = "oh-gone"\nanswer = "applies"\ncite = "x"\nby = "A"\n'
    path.write_text(path.read_text() + gone + 'title = "B"\non = "2026-11-20"\n')
    done = exeat(tmp_path, "place", "check")
    assert done.returncode == 1
    assert "question 2 (judged `oh-gone`): no rule of this place" in done.stderr
    assert verdict(tmp_path, "39049") == "may-hold", "the rest of the profile still stands"


def test_the_table_by_state_is_as_the_command_makes_it() -> None:
    path = ROOT / "docs/table-by-state.md"
    made = table_by_state(shipped())
    assert path.read_text("utf-8") == made, f"exeat place table --write {path.relative_to(ROOT)}"
    assert made.count("`us-") == 51
