"""`exeat schema`: the published shape of what exeat reads."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from exeat.facts.codec import record_schema
from exeat.facts.codes import CODE_LISTS, FORMS
from exeat.facts.events import event_schema
from exeat.facts.vocabulary import OFFENCE_FACTS, VOCABULARY

__all__ = ["schema"]


class What(StrEnum):
    """What to describe."""

    RECORD = "record"
    EVENT = "event"
    CODES = "codes"
    FACTS = "facts"
    FORMS = "forms"


def schema(
    what: Annotated[What, typer.Argument(help="record, event, codes, facts or forms")],
) -> None:
    """Print the schema of a record or event, the code lists, the facts, or what each form asks.

    Examples:
      exeat schema record > record.schema.json

      exeat schema facts
    """
    shapes: dict[What, object] = {
        What.RECORD: record_schema,
        What.EVENT: event_schema,
        What.CODES: _codes,
        What.FACTS: _facts,
        What.FORMS: _forms,
    }
    made = shapes[what]
    assert callable(made)
    typer.echo(json.dumps(made(), indent=2, ensure_ascii=False))


def _codes() -> dict[str, dict[str, str]]:
    return {kind.__name__: {str(code): code.description for code in kind} for kind in CODE_LISTS}


def _forms() -> dict[str, dict[str, object]]:
    return {form.value: asdict(facts) for form, facts in FORMS.items()}


def _facts() -> dict[str, dict[str, object]]:
    facts: dict[str, dict[str, object]] = {
        fact.name: {"means": fact.means, "asks": fact.question, "codes": list(fact.codes)}
        for fact in VOCABULARY.values()
    }
    for name, means in OFFENCE_FACTS.items():
        facts[f"{name} in LIST"] = {"means": means, "codes": []}
    return facts
