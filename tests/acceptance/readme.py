"""The answers shown in the README and in the docs, and the tutorial, as the commands print them.

python -m tests.acceptance.readme        # writes them anew
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
FORMAT = ROOT / "docs/answer-format.md"
TUTORIAL = ROOT / "docs/tutorial.md"
_SHOWN = re.compile(
    r"```console\n\$ (?P<command>exeat clear [^\n]+)\n```\n\n"
    r"<!-- answer: (?P<name>[a-z-]+)(?P<part>, (?:first \d+ lines|up to [a-z ]+))? -->\n"
    r"(?P<block>\n?```(?:text|json)\n.*?```\n)?",
    re.DOTALL,
)


_STEP = re.compile(
    r"```console\n(?P<commands>(?:\$ [^\n]+\n)+)```\n"
    r"(?P<prints>\n<!-- prints(?P<part>, (?:first|last) \d+ lines)? -->\n)?"
    r"(?P<block>\n?```text\n.*?```\n)?",
    re.DOTALL,
)
_SET_UP = ("make venv", ". .venv/bin/activate")
"""What a reader of the tutorial does and a test has done already."""


def exeat(*words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the installed command, as a person would, from the root of the checkout."""
    command = [str(Path(sys.executable).with_name("exeat")), *words]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, cwd=ROOT
    )


def rendered(text: str) -> str:
    """Return a text with every answer as its command prints it now, or the part that is shown."""

    def answer(match: re.Match[str]) -> str:
        words = shlex.split(match["command"])[1:]
        part = match["part"] or ""
        printed = _part(exeat(*words).stdout.rstrip("\n"), part.removeprefix(", "))
        kind = "json" if "--json" in words else "text"
        head = f"```console\n$ {match['command']}\n```\n\n<!-- answer: {match['name']}{part} -->\n"
        return f"{head}\n```{kind}\n{printed}\n```\n"

    return _SHOWN.sub(answer, text)


def followed(text: str, folder: Path) -> str:
    """Return the tutorial as its commands print it now, all run one after the other in a folder."""
    (folder / "src").symlink_to(ROOT / "src")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def step(match: re.Match[str]) -> str:
        commands = [line[2:] for line in match["commands"].splitlines()]
        script = "\n".join(one for one in commands if one not in _SET_UP)
        run = subprocess.run(
            ["/bin/sh", "-ec", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
            cwd=folder,
            env=os.environ | {"PATH": path, "COLUMNS": "100"},
        )
        shown = match[0][: match.end("commands") - match.start()] + "```\n"
        if match["prints"] is None:
            return shown
        lines = [line.rstrip() for line in run.stdout.strip("\n").splitlines()]
        if match["part"]:
            which, count = match["part"].split()[1:3]
            lines = lines[: int(count)] if which == "first" else lines[-int(count) :]
        return f"{shown}{match['prints']}\n```text\n{chr(10).join(lines)}\n```\n"

    return _STEP.sub(step, text)


def _part(printed: str, part: str) -> str:
    """Return the first lines, or all that stands above a heading; an empty part is all."""
    if part.startswith("first "):
        return "\n".join(printed.splitlines()[: int(part.split()[1])])
    above, _, below = printed.partition("\n" + part.removeprefix("up to ") + "\n")
    assert below or not part, f"no heading `{part}` in the answer"
    return above.rstrip("\n") if part else printed


if __name__ == "__main__":
    for page in (README, FORMAT):
        page.write_text(rendered(page.read_text(encoding="utf-8")), encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        told = followed(TUTORIAL.read_text(encoding="utf-8"), Path(scratch))
    TUTORIAL.write_text(told, encoding="utf-8")
