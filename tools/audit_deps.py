"""Ask whether anything that exeat runs on, or is tested with, has a known fault: `make audit-deps`.

pip-audit asks a database. Where it finds no entry for a package, as behind a mirror, it skips the
package and still ends with "No known vulnerabilities found"; here that is told apart.

Exit: 0 all were looked up and nothing is known; 1 something is known; 2 could not look.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["Looked", "looked_of", "main"]

LOCKS: Final = ("requirements/run.lock", "requirements/dev.lock")
CLEAN, KNOWN, BLIND = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking: how many packages, what is known, and what was not looked up."""

    of: int
    known: tuple[str, ...]
    skipped: tuple[str, ...]

    @property
    def code(self) -> int:
        """Return the exit code: what is known counts before what is not."""
        if self.known:
            return KNOWN
        return BLIND if self.skipped or not self.of else CLEAN

    def said(self, lock: str) -> str:
        """Return it in words."""
        lines = [f"audit-deps: {lock}: KNOWN: {one}" for one in self.known]
        if self.skipped or not self.of:
            lines.append(
                f"audit-deps: {lock}: COULD NOT LOOK at {len(self.skipped)} of {self.of}"
                f" ({', '.join(self.skipped[:5])}{', …' if len(self.skipped) > 5 else ''}).\n"
                "  help: this is no clean bill. Run it where pypi.org can be reached, or name"
                " another database: make audit-deps AUDIT='--vulnerability-service osv'"
            )
        elif not self.known:
            lines.append(f"audit-deps: {lock}: {self.of} looked up, nothing is known")
        return "\n".join(lines)


def looked_of(report: dict[str, Any]) -> Looked:
    """Return what pip-audit's report (JSON) says, a skipped package told apart."""
    found = report["dependencies"]
    known = tuple(
        f"{one['name']} {one['version']}: {fault['id']}; mended in"
        f" {', '.join(fault['fix_versions']) or 'no version yet'}"
        for one in found
        for fault in one.get("vulns", ())
    )
    return Looked(len(found), known, tuple(one["name"] for one in found if "skip_reason" in one))


def _ask(lock: str, more: list[str]) -> tuple[Looked | None, str]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        command = ["pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
        done = subprocess.run(
            [sys.executable, "-m", *command, "-f", "json", "-o", str(out), "-r", lock, *more],
            capture_output=True, text=True,
        )  # fmt: skip
        if not out.exists():
            return None, (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return looked_of(json.loads(out.read_text(encoding="utf-8"))), ""


def main(more: list[str]) -> int:
    """Ask for each lock; options go to pip-audit as they are."""
    codes = set()
    for lock in LOCKS:
        looked, why = _ask(lock, more)
        if looked is None:
            print(f"audit-deps: {lock}: COULD NOT LOOK: {why}", file=sys.stderr)
        else:
            print(looked.said(lock), file=sys.stderr if looked.code else sys.stdout)
        codes.add(BLIND if looked is None else looked.code)
    return next(code for code in (KNOWN, BLIND, CLEAN) if code in codes)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
