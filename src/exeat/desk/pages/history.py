"""The entries of a record as a page shows them: what each says, and what a correction changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.desk.pages.correcting import ENVELOPE
from exeat.desk.pages.views import EventLine
from exeat.desk.service.models import PersonPage
from exeat.facts.codes import Described
from exeat.facts.events import Corrected, Disputed, Event, Released
from exeat.facts.record import Conviction, Facility, Offence
from exeat.facts.times import Uncertain, When, bounds, show_when
from exeat.i18n.words import Words

__all__ = ["event_line", "history_of", "instant_of", "signed_by"]

_UNSAID: Final = ENVELOPE | {"occurred", "note", "instead"}
_PLAIN: Final = (("unread", False),)
"""Parts that say nothing where they are as they mostly are."""


def instant_of(when: When | None, zone: ZoneInfo) -> datetime | None:
    """Return the earliest instant that a time can be, or None where that is open."""
    return None if when is None else bounds(when, zone)[0]


def event_line(event: Event, zone: ZoneInfo, t: Words, corrected: str = "") -> EventLine:
    """Return one entry of the record for the history of a person's page."""
    detail = []
    for one in fields(event):
        value = getattr(event, one.name)
        if one.name not in _UNSAID and value not in (None, ()) and (one.name, value) not in _PLAIN:
            said = _plain(value, t, zone)
            if isinstance(event, Disputed) and one.name == "says":
                # What the desk itself says back to an issuer is a code.
                said = t.first(f"dispute.{said}") or said
            detail.append((t(f"detail.{one.name}"), said))
    occurred = event.occurred if isinstance(event.occurred, datetime) else None
    return EventLine(
        id=event.id,
        kind=event.event,
        occurred=occurred,
        about="" if occurred else show_when(event.occurred) or "",
        recorded=instant_of(event.recorded, zone),
        by=event.by,
        detail=tuple(detail),
        note=event.note or "",
        corrected=corrected,
    )


def _plain(value: Any, t: Words, zone: ZoneInfo) -> str:
    """Return a value of an event in the reader's words."""
    match value:
        case bool():
            return t("site.yes" if value else "site.no")
        case Described():
            return t.first(f"code.{type(value).__name__}.{value.value}") or value.value
        case str() | int():
            return str(value)
        case datetime():
            return t.time(value, zone)
        case Uncertain():
            return value.edtf
        case Facility():
            return value.fips or value.ori or value.detloc or value.kind.value
    return _several(value, t, zone)


def _several(value: Any, t: Words, zone: ZoneInfo) -> str:
    """Return several values in a row."""
    if isinstance(value, tuple):
        return ", ".join(_plain(item, t, zone) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_plain(item, t, zone)}" for name, item in value.items())
    return _parts(value, t, zone)


def _parts(value: Any, t: Words, zone: ZoneInfo) -> str:
    """Return what is said in each part of a value that has parts, each under its name."""
    parts = [(one.name, getattr(value, one.name)) for one in fields(value)]
    said = [(name, item) for name, item in parts if item not in (None, (), {}) and name != "event"]
    if isinstance(value, Offence | Conviction):
        return ", ".join(_plain(item, t, zone) for _, item in said)
    return ", ".join(
        f"{t.first(f'field.{name}.label', f'detail.{name}') or name}: {_plain(item, t, zone)}"
        for name, item in said
    )


def history_of(page: PersonPage, zone: ZoneInfo, t: Words) -> tuple[EventLine, ...]:
    """Return the entries, the latest first."""
    corrected = {event.of: event.id for event in page.events if isinstance(event, Corrected)}
    read: dict[str, Event | None] = {}
    lines = []
    # What the gate said lies beside each release, in the same order.
    gates = iter([given["gate"] for given in page.answers if "gate" in given])
    for event in page.events:
        line = event_line(event, zone, t, corrected.get(event.id, ""))
        if isinstance(event, Corrected):
            line = replace(line, detail=_correction(event, read, zone, t))
            read[event.of] = event.instead
        else:
            read[event.id] = event
        if isinstance(event, Released):
            line = replace(line, detail=(*line.detail, *signed_by(next(gates, {}), t)))
        lines.append(line)
    first = datetime.min.replace(tzinfo=UTC)
    return tuple(
        sorted(lines, key=lambda one: (one.recorded or first, one.occurred or first))[::-1]
    )


def signed_by(gate: Mapping[str, Any], t: Words) -> tuple[tuple[str, str], ...]:
    """Return what a release passed over, and which two people signed for it; nothing else."""
    against = gate.get("override")
    if not against:
        return ()
    kinds = "; ".join(t(f"refused.kind.{kind}") for kind in against["refusals"])
    both = t("released.both", first=gate["officer"], second=against["second"])
    return (t("released.overridden"), kinds), (t("released.signed"), both)


def _correction(
    event: Corrected, read: Mapping[str, Event | None], zone: ZoneInfo, t: Words
) -> tuple[tuple[str, str], ...]:
    """Return what a correction changes: each part as it read before, and as it reads now."""
    old, new = read.get(event.of), event.instead
    kind = new or old
    said = [(t("detail.of"), t(f"event.{kind.event}") if kind else event.of)]
    said.append((t("detail.says"), event.says))
    if new is None:
        return (*said, (t("detail.instead"), t("correct.nothing")))
    for one in fields(new):
        before, after = getattr(old, one.name, None), getattr(new, one.name)
        if one.name not in ENVELOPE and before != after:
            words = [_said(value, t, zone) for value in (before, after)]
            said.append((t(f"detail.{one.name}"), " → ".join(words)))
    return tuple(said)


def _said(value: Any, t: Words, zone: ZoneInfo) -> str:
    if value is None:
        return t("site.not_known")
    return _plain(value, t, zone) or t("site.none")
