"""What goes beside the entries of an exported case: the law as of then, and a PDF to read.

The PDF is for people; what counts is the bundle's entries with their proofs.
"""

from __future__ import annotations

import json
from datetime import datetime
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

import typst

from exeat.facts.case import zone_of
from exeat.facts.times import When
from exeat.record.entries import History
from exeat.rules.library import shipped
from exeat.rules.loader import shipped_files
from exeat.say.sealed import reasons_of_sealed
from exeat.say.words import say_time

__all__ = ["attachments_of", "case_pdf"]

_TEMPLATE: Final = "casefile.typ"


def attachments_of(history: History, at: datetime) -> dict[str, bytes]:
    """Return the files to put beside a case: ``case.pdf``, ``answers.json``, the law's files.

    Args:
        history: The case's entries, as the ledger gives them.
        at: When the case is exported, with a time zone.
    """
    answers = history.answers()
    found = {"answers.json": json.dumps(answers, indent=2, ensure_ascii=False).encode()}
    named = {place for answer in answers for place in answer.get("rests_on", {})}
    for path in shipped_files():
        if path.stem in named and path.stem in shipped():
            found[f"law-{path.name}"] = path.read_bytes()
    found["case.pdf"] = case_pdf(history, at)
    return found


def case_pdf(history: History, at: datetime) -> bytes:
    """Return one case as a PDF: who said what when, and the answers that were given.

    Args:
        history: The case's entries.
        at: When it is exported, with a time zone.
    """
    zone = _zone(history)
    data = {
        "record": history.name or str(history.record),
        "facility": history.facility,
        "expunged": history.expunged,
        "exported": say_time(at, zone),
        "entries": [_entry(history, number, zone) for number in range(len(history.entries))],
        "answers": [_answer(answer, zone) for answer in history.answers()],
    }
    template = (files("exeat.desk") / _TEMPLATE).read_bytes()
    # `sys_inputs` carries the facts as JSON, so that no fact can be taken for markup.
    made = typst.compile(template, format="pdf", sys_inputs={"case": json.dumps(data)})
    assert isinstance(made, bytes)
    return made


def _time(when: When, zone: ZoneInfo) -> str:
    return say_time(when, zone) if isinstance(when, datetime) else when.edtf


def _zone(history: History) -> ZoneInfo:
    """Return the facility's zone, which the booking says; UTC once the content is gone."""
    zones = (getattr(event, "zone", "") for event in history.events())
    return zone_of(next((zone for zone in zones if zone), "UTC"))


def _entry(history: History, number: int, zone: ZoneInfo) -> dict[str, Any]:
    entry = history.entries[number]
    said = entry.said() or {}
    event = entry.event()
    return {
        "number": str(number + 1),
        "leaf": str(entry.seq),
        "kind": str(said.get("event") or said.get("entry") or "expunged"),
        "occurred": _time(event.occurred, zone) if event else "",
        "recorded": _time(event.recorded, zone) if event else "",
        "by": event.by if event else "",
        "about": _about(said),
    }


def _about(said: dict[str, Any]) -> str:
    """Return what an entry is about, in the words of its fields, without free text."""
    names = ("basis", "detainer", "form", "kind", "ended_by", "reason", "to")
    told = ((name, said.get(name)) for name in names)
    return ", ".join(f"{name} {_short(text)}" for name, text in told if isinstance(text, str))


def _short(text: str) -> str:
    """Return a text so short that it fits a column: of an id, as much as tells it apart here."""
    return text if len(text) <= 24 else f"{text[:8]}…"


def _answer(answer: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    rules = answer.get("rules", {})
    asked = datetime.fromisoformat(answer["at"])
    return {
        "verdict": str(answer.get("verdict", "")),
        "certainty": str(answer.get("certainty", "")),
        "at": say_time(asked, zone),
        "place": str(answer.get("place", "")),
        "because": [
            # Backticks are for pages and terminals; here they would be print.
            says.replace("`", "")
            for says in reasons_of_sealed(answer, zone)
        ],
        "law": [
            {
                "rule": name,
                "when": str(rules[name]["when"]),
                "sources": [f"{s['title']} <{s['url']}>" for s in rules[name]["sources"]],
            }
            for name in answer.get("decided_by", [])
            if name in rules
        ],
    }
