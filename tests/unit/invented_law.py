"""Invented law, one rule at a time, for tests of what binds whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from exeat.decide import Answer, Certainty, Verdict, decide
from exeat.facts.codes import BasisKind, DetainerForm, WarrantKind
from exeat.facts.record import Basis, CustodyRecord, Detainer
from exeat.rules.loader import load_text
from exeat.rules.model import Jurisdiction
from exeat.rules.place import LawOfPlace, law_of_place

__all__ = ["CONTEST", "ELIGIBLE", "LEVELS", "RECORD", "Law", "ask", "rule", "said"]

LEVELS = {"us": "country", "us-xx": "state", "us-xx-here": "county"}
PARENTS = {"us-xx": "us", "us-xx-here": "us-xx"}

HEAD = """format = 1

[jurisdiction]
id = "{id}"
name = "Invented"
kind = "{kind}"
zone = "UTC"
checked = "2026-11-25"
note = "A file for tests; no law."
{more}

[[source]]
id = "code"
title = "Invented Code"
kind = "statute"
effective = "2000-01-01"
ended = ""
url = "https://example.org/"
basis = "read"
summary = "Invented."
"""
RULE = """
[[rule]]
id = "{id}"
about = "hold"
modality = "{modality}"
actor = "jail"
binds = ["jail"]
trigger = "eligible"
when = "Invented."
if = [{condition}]
first_day = "{first_day}"
source = ["code"]
confidence = "high"
{more}
"""
CONTEST = """
[[contest]]
id = "point"
question = "Is it so?"
readings = [{ id = "yes", says = "yes" }, { id = "no", says = "no" }]
source = ["code"]
"""


def rule(
    modality: str,
    id: str = "",
    condition: str = '"detainer.present"',
    first_day: str = "2000-01-01",
    hours: int | None = None,
    more: str = "",
) -> str:
    clock = f'hours = {hours}\nhours_run = "from-release-eligibility"\nexcludes = []\n'
    more = (clock if hours is not None else "") + more
    return RULE.format(
        id=id or modality, modality=modality, condition=condition, first_day=first_day, more=more
    )


@dataclass
class Law:
    """The text of each level, and the place that it makes."""

    files: dict[str, str] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)

    def place(self) -> LawOfPlace:
        places: dict[str, Jurisdiction] = {}
        for id, kind in LEVELS.items():
            parent = f'parent = "{PARENTS[id]}"\n' if id in PARENTS else ""
            head = HEAD.format(id=id, kind=kind, more=parent + self.heads.get(id, ""))
            places[id] = load_text(head + self.files.get(id, ""), f"{id}.toml")
        return law_of_place("us-xx-here", places)


ELIGIBLE = datetime.fromisoformat("2026-04-10T12:00+00:00")
RECORD = CustodyRecord(
    id="r1",
    zone="UTC",
    booked=ELIGIBLE - timedelta(days=4),
    bases=(Basis(id="charge", kind=BasisKind.CHARGE, end=ELIGIBLE),),
    detainers=(
        Detainer(
            id="d1",
            form=DetainerForm.I247A,
            received=ELIGIBLE - timedelta(hours=9),
            warrants=(WarrantKind.I200,),
        ),
    ),
)


def ask(files: dict[str, str], hours: float = 1, heads: dict[str, str] | None = None) -> Answer:
    """Return the answer some hours after eligibility."""
    law = Law(files, heads or {}).place()
    return decide(RECORD, law, ELIGIBLE + timedelta(hours=hours))


def said(answer: Answer) -> tuple[Verdict, Certainty]:
    return answer.verdict, answer.certainty
