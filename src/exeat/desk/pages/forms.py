"""Forms as data: what each act asks, and how an answer is read.

A message about a field names the thing to enter; the page shows it beside the field and once
more at the top. All faults of a form are found at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as filled_with
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from exeat.errors import Fault
from exeat.facts.events import Event
from exeat.i18n.said import OWN, Said, Sayings
from exeat.office.asking import Field

__all__ = [
    "UNKNOWN",
    "Choice",
    "Field",
    "Form",
    "Group",
    "Problem",
    "Wrong",
    "fields_of",
    "options_of",
    "plain",
    "sayings_of",
    "starts",
]

UNKNOWN: Final = "not-known"
_ASKED: Final = frozenset({"facilities"})
"""Where a person goes, or a request is sent, is never chosen by itself."""
_OUT_OF_ORDER: Final = "E105"
"""A fault about two times, which forms ask for as the time at which it happened."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: what is sent, and the words for it (a key, or the words)."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together; its heading is ``group.<name>``, or none.

    Attributes:
        number: Where several groups are alike: which of them this is, from 1.
    """

    name: str
    fields: tuple[Field, ...]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """What one act asks; its words are ``act.<name>.title``, ``.lead`` and ``.send``.

    Attributes:
        enters: The kind of event whose content it asks; it is corrected with the same fields.
        names: The part of that event which is an id, and is made up with the act.
    """

    name: str
    groups: tuple[Group, ...]
    icon: str = "edit"
    key: str = ""
    enters: type[Event] | None = None
    names: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return every field, in order."""
        return tuple(field for group in self.groups for field in group.fields)


def plain(name: str, *fields: Field, icon: str = "edit") -> Form:
    """Return a form of one group without a heading."""
    return Form(name, (Group("", fields),), icon)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field: a key of the catalogue with its values, or sentences.

    Attributes:
        more: What somebody else found, instead of a key.
    """

    field: str
    key: str = ""
    values: Mapping[str, str] = filled_with(default_factory=dict)
    more: Sayings = ()

    @property
    def said(self) -> Sayings:
        """Return what to say, ready for any language."""
        return self.more or (Said(self.key, dict(self.values)),)

    @classmethod
    def of(cls, fault: Fault, form: Form) -> Problem:
        """Return a fault that the service found, beside its field where it names one.

        Examples:
            >>> form = Form("x", (Group("", (Field("born", "date"),)),))
            >>> of = Problem.of(Fault("E1", "field `born`", "`x` is no day", "Enter a day."), form)
            >>> of.field, of.said[0].values["words"]
            ('born', '`x` is no day. Enter a day.')
        """
        last = fault.place.rsplit(".", 1)[-1]
        seen = f"{fault.place} {fault.message}"
        names = [one.name for one in form.fields]
        named = [name for name in names if name == last or f"`{name}`" in seen]
        if not named and fault.code == _OUT_OF_ORDER:
            named = [name for name in names if name == "occurred"]
        return cls(next(iter(named), ""), more=sayings_of(fault))


def sayings_of(fault: Fault, *, place: bool = False) -> Sayings:
    """Return what is wrong, and what to do about it; in another language, by its code first.

    Args:
        fault: As a part of the desk found it.
        place: Say where, because no field stands beside it.
    """
    if fault.said is not None:
        return (fault.said,)
    words = f"{fault.message.rstrip('.')}. {fault.help}"
    where = f"{fault.place}: " if place else ""
    return (Said(OWN, {"words": where + words, "code": fault.code}),)


class Wrong(Exception):
    """A form whose fields do not go together."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems)
        self.problems = problems


def starts(
    form: Form,
    zone: ZoneInfo,
    now: datetime,
    given: Mapping[str, str],
    picks: Mapping[str, Sequence[Choice]] | None = None,
) -> dict[str, list[str]]:
    """Return what a fresh form shows: the present time, what the address names, the only choice."""
    raw: dict[str, list[str]] = {one.name: [] for one in form.fields}
    for one in form.fields:
        choices = (picks or {}).get(one.source, ())
        if one.name in given:
            raw[one.name] = [given[one.name]]
        elif one.start == "now":
            raw[one.name] = [f"{now.astimezone(zone):%Y-%m-%dT%H:%M}"]
        elif one.kind == "pick" and one.required and len(choices) == 1 and one.source not in _ASKED:
            raw[one.name] = [choices[0].value]
    return raw


def options_of(one: Field, picks: Mapping[str, Sequence[Choice]]) -> Iterator[Choice]:
    """Yield what a field offers; words of a code stand under ``code.<list>.<value>``."""
    if one.codes is not None:
        for member in one.codes:
            yield Choice(member.value, f"code.{one.codes.__name__}.{member.value}")
    elif one.source:
        yield from picks.get(one.source, ())


def fields_of(forms: Iterable[Form]) -> Iterator[Field]:
    """Yield every field of the forms."""
    for form in forms:
        yield from form.fields
