"""Correcting an entry: the form that entered it opens again, with what stands on record.

The fields are those of the act (`Form.enters`), so that a new act or a new field can be corrected
from its first day. What nobody touched stays as it was, to the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from exeat.desk.pages.acts import ACTS, INTAKE, NONE_FOUND, RELEASE
from exeat.desk.pages.acts import form_of as form_of_act
from exeat.desk.pages.content import of_event, raw_of, said
from exeat.desk.pages.forms import Choice, Field, Form, Group, Problem, Wrong
from exeat.desk.pages.reading import Filled, Sent, read_form
from exeat.facts.events import (
    Booked,
    ConvictionsRecorded,
    Corrected,
    Disputed,
    Event,
    IdentityCorrected,
    NotInCustodyHere,
    Plain,
    TransferAcknowledged,
    Transferred,
)
from exeat.facts.fold import standing
from exeat.facts.times import Uncertain
from exeat.office import asking, register

__all__ = [
    "ENTERED_BY",
    "ENVELOPE",
    "TIME_ONLY",
    "Entry",
    "choices_of",
    "entry_of",
    "form_of",
    "instead",
    "read",
    "starts_of",
]

Picks: TypeAlias = Mapping[str, Sequence[Choice]]

TIME_ONLY: Final = (
    Booked, Transferred, TransferAcknowledged, NotInCustodyHere, IdentityCorrected
)  # fmt: skip
"""Kinds of which only time and note are corrected, or which are withdrawn; why, the catalogue says
under ``time_only.<kind>``."""
ENTERED_BY: Final[Mapping[type[Event], Form]] = {
    form.enters: form
    for form in (*ACTS.values(), INTAKE, RELEASE)
    if form.enters is not None and form.enters not in (*TIME_ONLY, Disputed)
}
"""The form that asks the content of each kind of event."""
ENVELOPE: Final = asking.ENVELOPE - {"occurred", "note"}
"""What no correction changes."""

_HAPPENED: Final = ("occurred", "note")
_ASKED: Final = tuple(one for one in ACTS["serve"].fields if one.name in _HAPPENED)
_SAYS: Final = Field("says", "long", required=True)
_WITHDRAW: Final = Field("withdraw", "tick")
_BESIDE: Final = (_SAYS, _WITHDRAW)
_TICKED: Final = frozenset({"codes", "picks", "tick"})
"""Kinds of field of which a browser sends nothing where nothing is ticked."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that is to be corrected.

    Attributes:
        first: As it was entered.
        event: As it reads now; where it was withdrawn, as it read last.
        withdrawn: Nothing of it stands.
        corrected: It was corrected before.
    """

    first: Plain
    event: Plain
    withdrawn: bool
    corrected: bool


def entry_of(events: Sequence[Event], id: str) -> Entry | None:
    """Return an entry of a record by its id, or None where there is no such entry."""
    first = next((one for one in events if one.id == id), None)
    if first is None or isinstance(first, Corrected | Disputed):
        return None
    corrections = [one for one in events if isinstance(one, Corrected) and one.of == id]
    now = standing(events).get(id)
    said = [one.instead for one in corrections if one.instead is not None]
    return Entry(first, now or (said or [first])[-1], now is None, bool(corrections))


def form_of(event: Plain) -> Form:
    """Return the form in which an entry is corrected, for what stands on record of it."""
    source = ENTERED_BY.get(type(event))
    if isinstance(event, ConvictionsRecorded):
        rows = max(3, len(event.convictions) + 1)
        source = form_of_act(register.ACTS["record_convictions"], rows)
    asked = {one.at: one for one in (source.fields if source else ())}
    groups = list(_content(source, event)) if source else []
    if len(groups) == 1:
        groups = [replace(groups[0], name="entry")]
    happened = [asked.get(at, default) for at, default in zip(_HAPPENED, _ASKED, strict=True)]
    return Form(
        "correct_entry",
        (
            *groups,
            Group("happened", tuple(_as_it_stands(one, event) for one in happened)),
            Group("correction", _BESIDE),
        ),
    )


def _content(source: Form, event: Plain) -> Iterator[Group]:
    names = {one.name for one in fields(event)} - ENVELOPE - set(_HAPPENED)
    for group in source.groups:
        found: list[Field] = []
        for one in group.fields:
            if one.at.split(".")[0] in names:
                found.append(_as_it_stands(one, event))
                found += _lists(one, event)
            elif one == NONE_FOUND:
                found.append(one)
        if found:
            yield replace(group, fields=tuple(found))


def _as_it_stands(one: Field, event: Plain) -> Field:
    """Return a field for what stands: nobody must make up what is not on record."""
    value = of_event(event, one.at)
    needed = one.required and value is not None and one.kind != "codes"
    kind = "about" if one.kind == "time" and isinstance(value, Uncertain) else one.kind
    return replace(one, required=needed, kind=kind, start="")


def _lists(one: Field, event: Plain) -> list[Field]:
    """Return the offence lists that a person placed the offence in, beside its class."""
    before, _, last = one.at.rpartition(".")
    at = f"{before}.lists"
    if last != "offence_class" or not of_event(event, at):
        return []
    return [Field(at, "picks", source=at, words="offence_lists", part=at)]


def choices_of(form: Form, event: Plain, picks: Picks) -> dict[str, list[Choice]]:
    """Return what can be chosen; what stands on record always can."""
    found = {name: list(choices) for name, choices in picks.items()}
    found["bases"] = found.get("grounds", [])
    for one in form.fields:
        value = of_event(event, one.at)
        if isinstance(value, dict):
            found[one.source] = [Choice(name, name) for name in value]
        elif one.source and value is not None:
            known = found.setdefault(one.source, [])
            if value not in {choice.value for choice in known}:
                known.append(Choice(str(value), str(value)))
    return found


def starts_of(form: Form, event: Plain, zone: ZoneInfo) -> dict[str, list[str]]:
    """Return what the form shows first: what stands on record."""
    raw: dict[str, list[str]] = {}
    for one in form.fields:
        raw |= raw_of(one, of_event(event, one.at), zone)
    if isinstance(event, ConvictionsRecorded) and not event.convictions:
        raw[NONE_FOUND.name] = ["yes"]
    return raw


def read(form: Form, entry: Entry, sent: Sent, zone: ZoneInfo, picks: Picks) -> Filled:
    """Read what was sent: the values of the fields that somebody touched, and why."""
    first = starts_of(form, entry.event, zone)
    touched = (one for one in form.fields if _touched(one, first, sent))
    asked = (*touched, *_BESIDE)
    filled = read_form(Form(form.name, (Group("", asked),)), sent, zone, picks)
    return replace(filled, raw={**first, **filled.raw})


def _touched(one: Field, first: Mapping[str, list[str]], sent: Sent) -> bool:
    if one in _BESIDE:
        return False
    now = sent.getlist(one.name)
    if not now and one.kind not in _TICKED:
        return False
    old, new = first.get(one.name, []), [text for text in now if str(text).strip()]
    fold = sent.getlist(f"{one.name}-fold")
    return _plain(old) != _plain(new) or (
        bool(fold) and _plain(fold) != _plain(first.get(f"{one.name}-fold", []))
    )


def _plain(texts: Sequence[object]) -> list[str]:
    """Return texts so that neither their order counts nor the blanks that a browser changes."""
    return sorted(" ".join(str(text).split()) for text in texts)


def instead(form: Form, entry: Entry, filled: Filled) -> Plain | None:
    """Return an entry as it is to read, or None where it is withdrawn.

    Raises:
        Wrong: The fields do not go together, or nothing was changed.
    """
    changed = said(form, filled, entry.event)
    made: Plain = replace(entry.event, **changed)
    problem = _withdrawing if filled.values["withdraw"] else _amending
    found = problem(entry, made)
    if found is not None:
        raise Wrong(found)
    return None if filled.values["withdraw"] else made


def _withdrawing(entry: Entry, made: Plain) -> Problem | None:
    if entry.withdrawn:
        return Problem("withdraw", "fault.withdrawn-already")
    return None if made == entry.event else Problem("withdraw", "fault.withdrawn-and-changed")


def _amending(entry: Entry, made: Plain) -> Problem | None:
    # What was withdrawn can come back as it was.
    same = made == entry.event and not entry.withdrawn
    return Problem("", "fault.nothing-changed") if same else None
