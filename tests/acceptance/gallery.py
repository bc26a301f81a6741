"""Write docs/howto/files-of-every-kind.md: each kind of file, its mapping and what is found.

`python -m tests.acceptance.gallery` writes it anew; a test holds the page to what the commands say.
"""

from __future__ import annotations

import io
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from exeat.cli.auditfile import run
from exeat.intake.propose import propose

ROOT = Path(__file__).parents[2]
EXPORTS = ROOT / "tests" / "exports"
PAGE = ROOT / "docs" / "howto" / "files-of-every-kind.md"
TABLES = ("columns", "times", "split", "hold", "release", "status", "file")

HEAD = """# Files of every kind

Small exports as jails give them, invented, each with what `exeat map` says first, the lines of the
mapping that decide, and what an audit finds with that mapping as it is. The files lie in
`tests/exports`; every word below is what the commands print, and a test holds
the page to it. [How a mapping file is written](../mapping-files.md) has every key.

Try one:

```console
$ exeat map tests/exports/charges-in-one-cell/export.csv --out my-map.toml
$ exeat audit tests/exports/charges-in-one-cell/export.csv --map my-map.toml --place us-wa-pierce
```
"""


@dataclass(frozen=True)
class Kind:
    """One kind of file: what it is called, what to know of it, the export and the place."""

    title: str
    says: str
    export: str
    place: str = "us-wa-pierce"


KINDS = (
    Kind(
        "One row a charge or hold",
        "The kind that exeat wishes for: every charge and every hold has its own end.",
        "hold-over-a-law-change/export.csv",
        "us-nh",
    ),
    Kind(
        "Codes in one column, words in another",
        "The hold is found where its words are, and that column is the charge.",
        "hold-text-in-other-column/export.csv",
    ),
    Kind(
        "Holds in a column of the booking",
        "The column makes one hold of the booking; the charges stay charges.",
        "hold-as-booking-column/export.csv",
    ),
    Kind(
        "Several charges in one cell",
        "Each part is a line. One end for several charges is the latest that each can have.",
        "charges-in-one-cell/export.csv",
    ),
    Kind(
        "No release: the last end stands for it",
        "Ask for the release all the same: a person may have waited for the door.",
        "no-release-column/export.csv",
    ),
    Kind(
        "A release that was only planned",
        "Projected, scheduled, expected, earliest, maximum: no release is taken from it.",
        "projected-release/export.csv",
    ),
    Kind(
        "Day and time of day in two columns",
        "The two are one time; military time is read, with or without its first noughts.",
        "date-and-time-apart/export.csv",
    ),
    Kind(
        "Two columns of one name",
        "The mapping numbers them.",
        "same-column-name-twice/export.csv",
    ),
    Kind(
        "Midnight that means no time of day",
        "The column holds dates. Nothing certain rests on a midnight in it.",
        "midnight-means-date/export.csv",
        "us-tx",
    ),
    Kind(
        "Placeholders and times to come",
        "2099 for open, 1970 for none: such a time is not known, and nothing certain rests on it.",
        "open-end-placeholders/export.csv",
        "us-tx",
    ),
    Kind(
        "A later time on the line of the hold",
        "The booking number stays the id; the later time is when the hold was entered.",
        "booking-time-per-line/export.csv",
    ),
    Kind(
        "Ids that a spreadsheet cut",
        "Stays that do not overlap are kept apart; the rest nobody can.",
        "spreadsheet-cut-ids/export.csv",
    ),
    Kind(
        "Gone, without a time",
        "A status says that the person left: released, at a time that is not known.",
        "released-no-date/export.csv",
    ),
    Kind("A title above the header", "The header is found.", "title-lines-above/export.csv"),
    Kind("No header", "The columns are numbered: name them.", "no-header/export.csv"),
    Kind(
        "Text of fixed width",
        "Each column with its first and last place.",
        "other-containers/fixed.txt",
    ),
    Kind(
        "JSON with charges inside each record",
        "Each charge is a row. A workbook, Parquet, Feather or SQLite is read as simply.",
        "json-not-said/export.json",
    ),
    Kind(
        "A printed report",
        "Two kinds of lines in one table: what to ask the jail for instead.",
        "master-detail-report/export.csv",
    ),
)


def page() -> str:
    """Return the page as the commands make it today."""
    return "\n".join([HEAD, *map(_section, KINDS)])


def _section(kind: Kind) -> str:
    path = EXPORTS / kind.export
    proposal = propose(path)
    said = [*proposal.unsure[: proposal.grave], *proposal.unsure[proposal.grave :][:3]]
    said = [sentence for sentence in said if "time zone" not in sentence]
    parts = [
        f"## {kind.title}\n",
        f"{kind.says}\n",
        f"```text\n{_shown(path)}\n```\n",
        f"`exeat map {path.name}`: {proposal.kind}\n",
        *(f"- {sentence}" for sentence in said),
        "",
    ]
    if "no mapping reads that" not in said[0]:
        parts += [f"```toml\n{_decides(proposal.toml)}\n```\n", _found(path, kind.place)]
    return "\n".join(parts)


def _shown(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    more = [f"… and {len(lines) - 9} lines more"] if len(lines) > 10 else []
    return "\n".join([*(line[:150] for line in (lines[:9] if more else lines)), *more])


def _decides(toml: str) -> str:
    """Return the lines of a mapping that are not comments, of the tables that decide."""
    kept: list[str] = []
    table = ""
    for line in toml.splitlines():
        if line.startswith("["):
            table = line.strip("[").partition("]")[0]
            kept.append(line.partition("   #")[0])
        elif line and not line.startswith(("#", "delimiter")) and table.split(".")[0] in TABLES:
            kept.append(line.partition("   #")[0])
    filled = [
        line
        for at, line in enumerate(kept)
        if not line.startswith("[") or (at + 1 < len(kept) and not kept[at + 1].startswith("["))
    ]
    return "\n".join(filled)


def _found(path: Path, place: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        run(path, None, place, out, Console(file=io.StringIO()), workers=0)
        findings = json.loads((out / "findings.json").read_text())
        summary = json.loads((out / "summary.json").read_text())
    notes = ", ".join(f"`{code}` ({count})" for code, count in summary["data_quality"].items())
    lines = [
        f"- `{one['record_id']}`: {one['kind']}, {one['certainty']}"
        + (f", {one['hours']:g} hours" if one["hours"] else "")
        for one in findings[:6]
    ]
    more = [f"- and {len(findings) - 6} more"] if len(findings) > 6 else []
    said = f"`exeat audit {path.name} --place {place}` finds"
    return "\n".join(
        [
            f"{said}{':' if lines else ' nothing.'}",
            *(["", *lines, *more] if lines else []),
            *([f"\nNotes on the data: {notes}."] if notes else []),
            "",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
