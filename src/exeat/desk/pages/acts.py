"""The acts of the desk, each as a form: made from the register, but for the three that are more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from exeat.desk.pages.forms import Field, Form, Group, plain
from exeat.desk.pages.signing import SIGNING
from exeat.facts import events as ev
from exeat.facts.codes import ReleaseKind
from exeat.facts.record import Conviction
from exeat.office import register
from exeat.office.asking import How, asked_of
from exeat.office.models import PersonalData

__all__ = [
    "ACTS", "BOOK", "BOXES", "INTAKE", "NONE_FOUND", "PAPER", "PERSON", "RELEASE", "SENT_BOXES",
    "WHEN_ASKED",
    "form_of",
]  # fmt: skip

NONE_FOUND: Final = Field("none_found", "tick")
_ROWS: Final = 3


def form_of(act: register.Act, rows: int = _ROWS) -> Form:
    """Return the form of an act.

    Args:
        act: Of the register.
        rows: For how many convictions there is room, where it asks for such.

    Examples:
        >>> [one.name for one in form_of(register.ACTS["end_basis"]).fields]
        ['basis', 'ended_by', 'occurred', 'note']
    """
    asked = tuple(one for one in act.fields if one.kind not in ("rows", "entry"))
    groups = [Group("", asked)] if asked else []
    if any(one.kind == "rows" for one in act.fields):
        groups += [Group("", (NONE_FOUND,)), *_convictions(rows)]
    return Form(act.name, tuple(groups), act.icon, act.key, act.enters, act.names)


def _convictions(rows: int) -> Iterator[Group]:
    for n in range(rows):
        asked = asked_of(Conviction, within=f"convictions.{n}.")
        # Which row it is stands in the name; what it says, in the part.
        fields = tuple(replace(one, name=f"{one.name}_{n + 1}", words=one.key) for one in asked)
        yield Group("conviction", fields, n + 1)


def _some(act: str, *names: str) -> tuple[Field, ...]:
    """Return fields of an act, in the order of their names."""
    asked = {one.name: one for one in register.ACTS[act].fields}
    return tuple(asked[name] for name in names)


PERSON: Final[Mapping[str, Field]] = {
    one.name: one
    for one in asked_of(
        PersonalData,
        {name: How(mono=True, width="short") for name in ("booking_number", "fingerprint_id")},
    )
}
"""What is asked of who somebody is; no nationality, race, ethnicity, religion or birthplace."""
_BOOKED: Final = ("surname", "given_names", "born", "booking_number")

BOOK: Final = Form(
    "book",
    (
        Group(
            "who",
            (
                *(replace(PERSON[name], required=name != "born") for name in _BOOKED),
                PERSON["fingerprint_id"],
                *(replace(one, part="") for one in _some("set_person_fact", "language")),
                *_some("add_basis", "occurred"),
            ),
        ),
        Group(
            "ground",
            (
                *_some("add_basis", "kind", "agency", "offence", "statute", "offence_class"),
                Field("bases_complete", "truth"),
            ),
        ),
        Group("", (Field("not_these", "picks", source="near", words="booked_already"),)),
    ),
    register.ACTS["book"].icon,
    register.ACTS["book"].key,
)

WHEN_ASKED: Final = Form(
    "asked",
    (Group("", (Field("at", "time", words="asked_at"), Field("known_at", "time"))),),
    "schedule",
)
"""For which time a person's page is asked; both left empty: for now."""

PAPER: Final = _some("lodge", "form", "issuer", "issued", "addressed_to", "received")
BOXES: Final = _some(
    "lodge", "grounds", "warrants", "names_this_person", "names_federal_felony_warrant",
    "names_watch_list_match",
)  # fmt: skip
SENT_BOXES: Final = tuple(one for one in BOXES if one.name != "names_this_person")
"""What an issuer says of its request: whether the papers match the person, the jail looks."""
INTAKE: Final = replace(
    form_of(register.ACTS["lodge"]),
    groups=(
        Group(
            "whom",
            (
                replace(PERSON["booking_number"], required=True, words="booking_number_of"),
                replace(PERSON["born"], quiet=True, words="born_on_paper"),
                replace(PERSON["fingerprint_id"], quiet=True, words="fingerprint_on_paper"),
            ),
        ),
        Group("paper", PAPER),
        Group("boxes", BOXES),
        Group("service", _some("lodge", "served", "note")),
    ),
)
"""Intake of a request: who, which form, which boxes, which warrant, served or not."""

_QUIET: Final = tuple(
    replace(PERSON[name], words=words, quiet=True, required=False)
    for name, words in (
        ("born", "id_born"),
        ("booking_number", "id_booking_number"),
        ("fingerprint_id", "id_fingerprint"),
    )
)
RELEASE: Final = Form(
    "release",
    (
        Group("identify", (*_QUIET, Field("photo", "tick", words="id_photo"))),
        Group("namesakes", (Field("namesakes", "picks", source="namesakes"),)),
        Group(
            "leaving",
            (
                Field("warrants_checked", "time", quiet=True),
                Field("kind", "code", required=True, codes=ReleaseKind, words="release_kind"),
                Field("to", mono=True, width="short", words="release_to"),
            ),
        ),
        SIGNING,
    ),
    register.ACTS["release"].icon,
    register.ACTS["release"].key,
    ev.Released,
)

ACTS: Final[Mapping[str, Form]] = {
    **{act.name: form_of(act) for act in register.ACTS.values() if act.section},
    # Which entry is asked first; its own form opens then.
    "correct": plain("correct", Field("of", "pick", required=True, source="events")),
}
"""The acts on one person's record, besides booking, intake and release."""
