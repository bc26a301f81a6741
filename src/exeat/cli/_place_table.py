"""`exeat place table`: one and the same record, asked of every state, with profiles and without."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import Annotated, Final

import typer

from exeat.cli.common import LawDir, library_of
from exeat.decide import decide
from exeat.facts.case import zone_of
from exeat.facts.codec import record_from_json
from exeat.report.lawpages.compare import in_zone
from exeat.rules.model import Jurisdiction, JurisdictionKind
from exeat.rules.place import law_of_place
from exeat.rules.profile import Judged, Power, Profile, Signature, asked

__all__ = ["table", "table_by_state"]

ASKED: Final = "2026-11-20T18:00"
"""The local time at which every state is asked: 1 hour 55 minutes after bail.

Units: wall-clock time of the state.
"""
RECORD: Final = "common.json"
_SIGNED: Final = Signature("the table", "no office", date(2026, 11, 20), "a supposition")


@dataclass(frozen=True, slots=True)
class Supposed:
    """A profile that is supposed: the power to hold, and every rule that a person must judge."""

    title: str
    power: bool | None = None
    applies: bool | None = None

    def profile(self, place: Jurisdiction, chain: Sequence[Jurisdiction]) -> Profile | None:
        """Return the profile of a place that answers so, or None where nobody has answered."""
        if self.power is None or self.applies is None:
            return None
        judged = {rule.id for above in chain for rule in above.rules if asked(rule)}
        return Profile(
            place.id,
            power=Power(self.power, _SIGNED),
            judged=tuple(Judged(rule, self.applies, _SIGNED) for rule in sorted(judged)),
        )


COLUMNS: Final = (
    Supposed("nobody has answered"),
    Supposed("power: yes, judged rules out", power=True, applies=False),
    Supposed("power: yes, judged rules apply", power=True, applies=True),
    Supposed("power: no, judged rules out", power=False, applies=False),
    Supposed("power: no, judged rules apply", power=False, applies=True),
)


def table(
    write: Annotated[Path | None, typer.Option(help="Write it to a file instead.")] = None,
    law: LawDir = None,
) -> None:
    """Answer one and the same record in every state: today, and with supposed profiles.

    Examples:
      exeat place table

      exeat place table --write docs/table-by-state.md
    """
    text = table_by_state(library_of(law))
    if write is None:
        typer.echo(text, nl=False)
    else:
        write.write_text(text, encoding="utf-8")
        typer.echo(f"Table: {write}")


def table_by_state(library: Mapping[str, Jurisdiction]) -> str:
    """Return the table as Markdown: what the decision says, and nothing else.

    Args:
        library: Jurisdictions by id.
    """
    states = [place for place in library.values() if place.kind is JurisdictionKind.STATE]
    rows = [(place, _row(place, library)) for place in sorted(states, key=lambda p: p.id)]
    return "\n".join([*_head(), *_counted(rows), *_states(rows)]) + "\n"


def _row(place: Jurisdiction, library: Mapping[str, Jurisdiction]) -> list[str]:
    zone = zone_of(place.zone)
    text = (resources.files("exeat.sample") / "records" / RECORD).read_text("utf-8")
    data = in_zone(json.loads(text), zone) | {"zone": place.zone}
    record = record_from_json(json.dumps(data), RECORD)
    at = datetime.fromisoformat(ASKED).replace(tzinfo=zone)
    plain = law_of_place(place.id, library)
    said = []
    for column in COLUMNS:
        profile = column.profile(place, plain.chain)
        law = law_of_place(place.id, library, profile=profile) if profile else plain
        answer = decide(record, law, at)
        possible = "" if answer.certainty.value == "certain" else f" ({answer.certainty.value})"
        said.append(answer.verdict.value + possible)
    return said


def _head() -> Iterator[str]:
    yield "# One record, every state"
    yield ""
    yield (
        "Made by `exeat place table --write docs/table-by-state.md`; a test holds it to what "
        "exeat says. Research, not legal advice."
    )
    yield ""
    yield (
        f"The record is `src/exeat/sample/records/{RECORD}`: a misdemeanor, bail "
        "posted at 16:05, a form I-247A with an administrative warrant, received and served the "
        "day before, every fact known. It is asked at 18:00 on 20 November 2026, local time. The "
        "first column is what exeat says where no [profile](howto/set-up-your-county.md) stands; "
        "the others suppose one that answers whether officers have the power to hold, and "
        "whether each rule that a person must judge applies. `=`: as in the first column."
    )
    yield ""


def _counted(rows: Sequence[tuple[Jurisdiction, list[str]]]) -> Iterator[str]:
    columns = [Counter(said[index] for _, said in rows) for index in range(len(COLUMNS))]
    verdicts = sorted({verdict for column in columns for verdict in column})
    yield from _titles("verdict", right=True)
    for verdict in verdicts:
        yield _line(verdict, [str(column[verdict] or "") for column in columns])
    yield ""


def _states(rows: Sequence[tuple[Jurisdiction, list[str]]]) -> Iterator[str]:
    yield from _titles("state")
    for place, said in rows:
        # What a supposed profile does not move is not said again.
        shown = [said[0], *("=" if one == said[0] else one for one in said[1:])]
        yield _line(f"{place.name} (`{place.id}`)", shown)


def _titles(first: str, *, right: bool = False) -> Iterator[str]:
    yield _line(first, [column.title for column in COLUMNS])
    yield _line("---", ["---:" if right else "---"] * len(COLUMNS))


def _line(first: str, cells: Sequence[str]) -> str:
    return f"| {' | '.join([first, *cells])} |"
