"""The answers shown in the README and in the docs, as the commands above them print them.

python -m tests.acceptance.readme        # writes them anew
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
FORMAT = ROOT / "docs/answer-format.md"
_SHOWN = re.compile(
    r"```console\n\$ (?P<command>exeat clear [^\n]+)\n```\n\n<!-- answer: (?P<name>[a-z-]+) -->\n"
    r"(?P<block>\n?```(?:text|json)\n.*?```\n)?",
    re.DOTALL,
)


def exeat(*words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the installed command, as a person would, from the root of the checkout."""
    command = [str(Path(sys.executable).with_name("exeat")), *words]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, cwd=ROOT
    )


def rendered(text: str) -> str:
    """Return a text with every answer as its command prints it now."""

    def answer(match: re.Match[str]) -> str:
        words = shlex.split(match["command"])[1:]
        printed = exeat(*words).stdout.rstrip("\n")
        kind = "json" if "--json" in words else "text"
        head = f"```console\n$ {match['command']}\n```\n\n<!-- answer: {match['name']} -->\n"
        return f"{head}\n```{kind}\n{printed}\n```\n"

    return _SHOWN.sub(answer, text)


if __name__ == "__main__":
    for page in (README, FORMAT):
        page.write_text(rendered(page.read_text(encoding="utf-8")), encoding="utf-8")
