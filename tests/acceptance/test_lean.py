"""A command imports what it needs and reads the law of its place, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from exeat.cli._lazy import Listed, real
from exeat.cli.table import ACCOUNT_COMMANDS, COMMANDS, LAW_COMMANDS, PLACE_COMMANDS
from exeat.rules.library import on_demand, shipped
from tests.acceptance.readme import ROOT

HEAVY = frozenset(
    {
        "argon2", "cryptography", "edtf", "fastapi", "holidays", "jinja2", "polars", "psycopg",
        "psycopg_pool", "typst", "uvicorn", "webauthn", "z3",
    }
)  # fmt: skip
WATCHED = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
sys.argv = ["exeat", *json.loads(sys.argv[1])]
from exeat.cli import main
try:
    main()
finally:
    print(json.dumps({"modules": sorted(sys.modules), "opened": opened}), file=sys.stderr)
"""
CLEAR = ["clear", str(ROOT / "src/exeat/sample/records/may-be-held.json"), "--place", "us-az"]
LEAN = {
    "help": ["--help"],
    "version": ["--version"],
    "help of the law": ["law", "--help"],
    "help of one command": ["clear", "--help"],
    "clear": [*CLEAR, "--at", "2026-11-20T18:00-07:00"],
    "clear as JSON": [*CLEAR, "--at", "2026-11-20T18:00-07:00", "--json"],
    "audit of records": ["audit", "--records", os.devnull, "--json"],
    "law show": ["law", "show", "us-az"],
    "place show": ["place", "show", "39049"],
    "law list": ["law", "list"],
}


def watched(words: list[str]) -> Any:
    """Run a command; return which modules it imported and which files it opened."""
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, json.dumps(words)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stderr.splitlines()[-1])


def heavy(told: Any) -> set[str]:
    return HEAVY & {name.partition(".")[0] for name in told["modules"]}


def law_files(told: Any) -> list[str]:
    names = [path.replace("\\", "/").rpartition("/law/")[2] for path in told["opened"]]
    return [name for name in names if name.startswith("us") and name.endswith(".toml")]


@pytest.mark.parametrize("name", LEAN)
def test_a_command_imports_nothing_heavy_that_it_does_not_need(name: str) -> None:
    assert heavy(watched(LEAN[name])) == set()


def test_a_command_that_needs_more_imports_it() -> None:
    assert heavy(watched(["serve", "--help"])) >= {"fastapi", "psycopg"}


def test_clear_reads_the_law_of_its_place_and_no_other() -> None:
    assert sorted(law_files(watched(LEAN["clear"]))) == ["us-az.toml", "us.toml"]


def test_a_county_reads_the_law_of_its_chain_and_no_other() -> None:
    words = ["39049" if word == "us-az" else word for word in LEAN["clear as JSON"]]
    assert sorted(law_files(watched(words))) == ["us-oh.toml", "us.toml"]


def test_the_list_reads_the_law_of_every_place() -> None:
    assert sorted(law_files(watched(LEAN["law list"]))) == sorted(f"{id}.toml" for id in shipped())


def test_every_shipped_law_file_has_the_name_of_its_place() -> None:
    named = on_demand()
    assert sorted(named) == sorted(shipped())
    assert [place for place in named if named[place].id != place] == []


LISTED = [*COMMANDS, *LAW_COMMANDS, *PLACE_COMMANDS, *ACCOUNT_COMMANDS]


@pytest.mark.parametrize("listed", LISTED, ids=[one.where for one in LISTED])
def test_the_help_of_a_group_says_of_each_command_what_the_command_says(listed: Listed) -> None:
    # The first paragraph: what the help of the group would show if it imported the command.
    assert listed.help == real(listed).help.split("\n\n")[0].replace("\n", " ")
