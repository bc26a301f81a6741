"""Pieces that several forms share: a time, a note, an offence, convictions."""

from __future__ import annotations

from typing import Final

from exeat.desk.pages.forms import Field, Form, Group
from exeat.facts import events as ev
from exeat.facts.codes import OffenceClass

__all__ = ["NONE_FOUND", "NOTE", "WHEN", "convictions", "offence", "plain"]

WHEN: Final = Field("occurred", "time", required=True, start="now")
NOTE: Final = Field("note", "long")
NONE_FOUND: Final = Field("none_found", "tick")


def plain(
    name: str,
    *fields: Field,
    icon: str = "edit",
    key: str = "",
    enters: type[ev.Plain] | None = None,
) -> Form:
    """Return a form of one group without a heading."""
    return Form(name, (Group("", fields),), icon, key, enters)


def offence(suffix: str = "", before: str = "") -> tuple[Field, ...]:
    """Return what is asked of an offence; ``before`` is the part of the event that holds it."""
    part = f"{before}offence"
    return (
        Field(f"offence{suffix}", words="offence", part=f"{part}.description"),
        Field(
            f"statute{suffix}", words="statute", mono=True, width="short", part=f"{part}.statute"
        ),
        Field(
            f"offence_class{suffix}",
            "code",
            codes=OffenceClass,
            words="offence_class",
            part=f"{part}.offence_class",
        ),
    )


def convictions(many: int) -> Form:
    """Return the form of convictions with room for so many."""
    groups = [Group("", (NONE_FOUND,))]
    for n in range(1, many + 1):
        before = f"convictions.{n - 1}."
        on = Field(f"on_{n}", "about", words="convicted_on", width="short", part=f"{before}on")
        groups.append(Group("conviction", (*offence(f"_{n}", before), on), n))
    return Form("record_convictions", tuple(groups), "history", enters=ev.ConvictionsRecorded)
