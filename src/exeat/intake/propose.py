"""Propose a mapping for an export that nobody has mapped yet, and say what is unsure about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from exeat.intake.model import FIELDS, REQUIRED_FIELDS
from exeat.intake.profile import Column, Table, look_at
from exeat.intake.roles import IMMIGRATION, guess_columns

__all__ = ["Proposal", "propose"]

_MAX_LISTED: Final = 150

_KINDS: Final = (
    (r"MARSHAL|\bFBI\b|\bDEA\b|\bATF\b|AT&F|FEDERAL", "federal-criminal"),
    (r"PAROLE|PROB(AT|\b)|COMM(UNITY)? CUST", "parole-hold"),
    (r"FUGITIVE|EXTRADIT", "fugitive"),
    (r"MAT(ERIAL)? WITNESS", "court-order"),
    (r"\bHO?LD\b", "other-agency"),
)
_ENDS: Final = (
    (r"NOT GUILTY|ACQUIT", "acquitted"),
    (r"NO PROB", "no-probable-cause"),
    (r"DISMISS|NOLLE|\bNCF\b|NO CHARGE|WITHOUT CHARGE|NOT FILED", "dismissed"),
    (r"\bBAIL\b|\bBOND", "bail"),
    (r"RECOG|^(PR|OR|ROR)$", "recognizance"),
    (r"TIME SERVED|SENTENCE SERVED|SERVED SENTENCE", "time-served"),
    (r"SUSPEND|DEFER", "sentence-suspended"),
    (r"COURT ORDER|ORDER(ED)? RELEAS|QUASH", "court-ordered"),
    (r"CANCEL|WITHDR|LIFTED", "withdrawn"),
    (r"IMMIG|\bICE\b|TRANSFER|CHAIN|EXTRADIT|MARSHA|TURNED OVER|\bFBI\b|\bDEA\b", "transferred"),
)
_LIFTS: Final = (
    (r"CANCEL|WITHDR|LIFTED", "cancelled"),
    (r"IMMIG|\bICE\b", "taken-into-custody"),
    (r"DECLIN", "declined"),
    (r"EXPIRE", "expired"),
    (r"TRANSFER|CHAIN|EXTRADIT|MARSHA|TURNED OVER|\bFBI\b|\bDEA\b", "moved"),
)
_RELEASES: Final = (
    (r"IMMIG|\bICE\b", "to-ice"),
    (r"TRANSFER|CHAIN|EXTRADIT|MARSHA|TURNED OVER|\bFBI\b|\bDEA\b", "to-other-agency"),
    (r"DECEASED|DIED|DEATH", "died"),
    (r"ESCAPE", "escaped"),
    (r"\bBAIL\b|\bBOND|RECOG|^(PR|OR|ROR)$", "street"),
)
_CLASSES: Final = (
    (r"MISDEM|^\(?M\d?\)?$", "misdemeanor"),
    (r"FELON|^\(?F\d?\)?$", "felony"),
    (r"INFRACT|VIOLAT", "infraction"),
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A drafted mapping.

    Attributes:
        toml: Its text; each line to be confirmed says `UNSURE`. It loads once the zone is in.
        unsure: What a person must confirm, in whole sentences.
    """

    toml: str
    unsure: tuple[str, ...]


def propose(path: str | Path) -> Proposal:
    """Draft a mapping for an export, from its header and its first 5,000 rows.

    Columns that describe the person are left alone, whatever they hold.

    Args:
        path: The CSV file.

    Raises:
        IntakeError: The file is no CSV with a header.
    """
    path = Path(path)
    table = look_at(path)
    columns = guess_columns(table)
    unsure = table.unsure
    unsure.insert(0, "No file can say its time zone: write the jail's own under zone.")
    by_name = {column.name: column for column in table.columns}
    fields = {name: by_name[names[0]] for name, names in columns.items()}
    holds = _holds(fields, unsure)
    parts = [
        _top(path, table, columns),
        *holds,
        *_codes(fields, holds_in=_immigration_rows(fields), unsure=unsure),
    ]
    return Proposal("\n".join(parts), tuple(unsure))


def _quoted(text: str) -> str:
    """Return a text as TOML has it in quotes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _top(path: Path, table: Table, columns: dict[str, tuple[str, ...]]) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "my-jail"
    lines = [
        "# Proposed by `exeat map`. Confirm every line marked UNSURE; docs/mapping-files.md has",
        "# all keys. The columns that are not named here are not read.",
        "format = 1",
        f"name = {_quoted(stem)}",
        'attribution = ""   # where the export comes from',
        'zone = ""          # UNSURE: the jail\'s time zone, such as America/Los_Angeles',
        '# place = "us-xx-county"   # the place whose law applies',
        "",
        "[file]",
        f"delimiter = {_quoted(table.delimiter)}",
        "",
        "[columns]",
    ]
    for name in FIELDS:
        if name in columns:
            texts = [_quoted(text) for text in columns[name]]
            value = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
            lines.append(f"{name} = {value}")
        elif name in REQUIRED_FIELDS:
            lines.append(f'{name} = ""   # UNSURE: not found. {FIELDS[name]}')
        else:
            lines.append(f'# {name} = ""   # {FIELDS[name]}')
    lines += ["", "[times]", f"formats = [{', '.join(map(_quoted, table.formats))}]", ""]
    return "\n".join(lines)


def _immigration_texts(column: Column | None) -> list[str]:
    if column is None:
        return []
    return sorted(text for text in column.counts() if IMMIGRATION.search(text))


def _immigration_field(fields: dict[str, Column]) -> str:
    """Return the field that tells an immigration line: the charge, else the agency or statute."""
    for name in ("charge", "agency", "statute"):
        if _immigration_texts(fields.get(name)):
            return name
    return "charge"


def _immigration_rows(fields: dict[str, Column]) -> list[bool]:
    column = fields.get(_immigration_field(fields))
    return [bool(IMMIGRATION.search(value)) for value in column.values] if column else []


def _holds(fields: dict[str, Column], unsure: list[str]) -> list[str]:
    name = _immigration_field(fields)
    texts = _immigration_texts(fields.get(name))
    if texts:
        unsure.append(
            f"These look like immigration holds in `{fields[name].name}`: "
            f"{', '.join(f'`{text}`' for text in texts[:20])}. Confirm [hold] immigration."
        )
    else:
        unsure.append(
            "No line looks like an immigration hold: if the jail has a word for it, write it under "
            "[hold] immigration any_of."
        )
    listed = ", ".join(map(_quoted, texts))
    lines = [
        "[hold]",
        f"immigration = {{ column = {_quoted(name)}, any_of = [{listed}] }}   # UNSURE",
        "",
        "[hold.other]   # UNSURE: lines that are no charge; everything else is one",
    ]
    charges = fields["charge"].counts() if "charge" in fields else {}
    others = [text for text in charges if not (name == "charge" and IMMIGRATION.search(text))]
    guessed = [(text, _guess(text, _KINDS)) for text in sorted(others)]
    found = [f"{_quoted(text)} = {_quoted(kind)}" for text, kind in guessed if kind]
    if found:
        unsure.append(f"{len(found)} texts look like holds of other agencies: see [hold.other].")
    return ["\n".join([*lines, *found, ""])]


def _codes(fields: dict[str, Column], holds_in: Sequence[bool], unsure: list[str]) -> Iterable[str]:
    if agency := fields.get("agency"):
        codes = [text for text, _ in agency.counts().most_common(_MAX_LISTED)]
        yield "\n".join(
            [
                "[agencies]   # UNSURE: whose each code is; a kind for one that lodges holds",
                *(f"{_quoted(code)} = {_quoted(code)}" for code in codes),
                "",
            ]
        )
        unsure.append(f"What the {len(codes)} agency codes stand for: see [agencies].")
    if disposition := fields.get("disposition"):
        flags = holds_in or [False] * len(disposition.values)
        pairs = list(zip(disposition.values, flags, strict=True))
        on_charges = sorted({text for text, hold in pairs if text and not hold})
        on_holds = sorted({text for text, hold in pairs if text and hold})
        yield _table("dispositions", "how a charge or hold ended", on_charges, _ENDS, unsure)
        yield _table("lift", "why an immigration hold ended", on_holds, _LIFTS, unsure)
        both = sorted({*on_charges, *on_holds})
        known = [text for text in both if _guess(text, _RELEASES)]
        yield _table("release", "how the person left", known, _RELEASES, unsure)
    if offence_class := fields.get("offence_class"):
        texts = sorted(offence_class.counts())
        yield _table("classes", "classes of offences", texts, _CLASSES, unsure)


def _guess(text: str, table: Iterable[tuple[str, str]]) -> str | None:
    for pattern, code in table:
        if re.search(pattern, text, re.IGNORECASE):
            return code
    return None


def _table(
    name: str, words: str, texts: list[str], guesses: Sequence[tuple[str, str]], unsure: list[str]
) -> str:
    lines = [f"[{name}]   # UNSURE: {words}"]
    unknown = []
    for text in texts[:_MAX_LISTED]:
        code = _guess(text, guesses)
        if code is None:
            unknown.append(text)
            lines.append(f'# {_quoted(text)} = ""   # UNSURE: meaning not guessed')
        else:
            lines.append(f"{_quoted(text)} = {_quoted(code)}")
    if unknown:
        shown = ", ".join(f"`{text}`" for text in unknown[:20])
        more = f" and {len(unknown) - 20} more" if len(unknown) > 20 else ""
        unsure.append(f"What these mean under [{name}]: {shown}{more}.")
    return "\n".join([*lines, ""])
