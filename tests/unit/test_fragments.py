"""The fragments of the changelog are whole: a release can join them, and none is left out."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.fragments import main, numbered

ROOT = Path(__file__).parents[2]


def test_every_fragment_stands_in_the_changelog_that_a_release_makes(tmp_path: Path) -> None:
    folder = tmp_path / "changelog.d"
    shutil.copytree(ROOT / "changelog.d", folder)
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    said = [one.read_text("utf-8") for one in folder.iterdir() if one.name != "README.md"]
    main(folder)
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "9.9"]
    done = subprocess.run(
        [*command, "--dir", str(tmp_path)], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    made = " ".join(done.stdout.split())
    assert [one for one in said if " ".join(one.split()) not in made] == []


@pytest.mark.parametrize("name", ["11.mend.words.md", "11.md", "words.fix.md", "11.fix.words.txt"])
def test_a_name_that_would_be_left_out_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no fragment's name"):
        numbered(["11.fix.md", name])


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    for name in ("11.fix.b.md", "11.fix.2.md", "11.fix.md", "+a-b.docs.md"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    main(tmp_path)
    first = {one.name: one.read_text() for one in tmp_path.iterdir()}
    assert first.keys() == {"11.fix.1.md", "11.fix.2.md", "11.fix.3.md", "+a-b.docs.md"}
    main(tmp_path)
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == first
