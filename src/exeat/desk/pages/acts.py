"""The acts of the desk, each as a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from exeat.desk.pages._fields import NOTE, WHEN, convictions, offence, plain
from exeat.desk.pages.forms import Field, Form, Group
from exeat.desk.service.models import OverrideReason
from exeat.facts import events as ev
from exeat.facts.codes import (
    BasisEnd,
    BasisKind,
    DetainerForm,
    Ground,
    LiftReason,
    NoticeKind,
    ReleaseKind,
    StatusProof,
    WarrantKind,
)

__all__ = ["ACTS", "BOOK", "INTAKE", "MENU", "PAPERS", "RELEASE"]

_DETAINER: Final = Field("detainer", "pick", required=True, source="detainers")

BOOK: Final = Form(
    "book",
    (
        Group(
            "who",
            (
                Field("surname", required=True),
                Field("given_names", required=True),
                Field("born", "date", required=True, width="short"),
                Field("booking_number", required=True, mono=True, width="short"),
                Field("fingerprint_id", mono=True, width="short"),
                Field("language", width="short"),
                WHEN,
            ),
        ),
        Group(
            "ground",
            (
                Field("kind", "code", required=True, codes=BasisKind, words="basis_kind"),
                Field("agency", mono=True, width="short", words="court"),
                *offence(),
                Field("bases_complete", "truth"),
            ),
        ),
    ),
    "add",
    "n",
)

WHEN_ASKED: Final = Form(
    "asked",
    (Group("", (Field("at", "time", words="asked_at"), Field("known_at", "time"))),),
    "schedule",
)
"""For which time a person's page is asked; both left empty: for now."""

PAPERS: Final = (
    Field("form", "code", required=True, codes=DetainerForm),
    Field("issuer", required=True, mono=True, width="short"),
    Field("issued", "about", width="short"),
    Field("addressed_to", mono=True, width="short"),
    Field("received", "time", start="now"),
)

INTAKE: Final = Form(
    "lodge",
    (
        Group(
            "whom",
            (
                Field(
                    "booking_number",
                    required=True,
                    mono=True,
                    width="short",
                    words="booking_number_of",
                ),
            ),
        ),
        Group("paper", PAPERS),
        Group(
            "boxes",
            (
                Field("grounds", "codes", codes=Ground),
                Field("warrants", "codes", required=True, codes=WarrantKind),
                Field("names_this_person", "truth", required=True),
                Field("names_federal_felony_warrant", "truth"),
                Field("names_watch_list_match", "truth"),
            ),
        ),
        Group("service", (Field("served", "time"), NOTE)),
    ),
    "mail",
    "i",
    ev.DetainerLodged,
)
"""Intake of a request: who, which form, which boxes, which warrant, served or not."""

RELEASE: Final = Form(
    "release",
    (
        Group(
            "identify",
            (
                Field("born", "date", words="id_born", quiet=True, width="short"),
                Field(
                    "booking_number",
                    words="id_booking_number",
                    quiet=True,
                    mono=True,
                    width="short",
                ),
                Field(
                    "fingerprint_id", words="id_fingerprint", quiet=True, mono=True, width="short"
                ),
                Field("photo", "tick", words="id_photo"),
            ),
        ),
        Group("namesakes", (Field("namesakes", "picks", source="namesakes"),)),
        Group(
            "leaving",
            (
                Field("warrants_checked", "time", quiet=True),
                Field("kind", "code", required=True, codes=ReleaseKind, words="release_kind"),
                Field("to", mono=True, width="short", words="release_to"),
            ),
        ),
        Group(
            "override",
            (
                Field("reason", "code", codes=OverrideReason, words="override_reason", quiet=True),
                Field("override_words", "long", quiet=True),
                Field("second_name", quiet=True, width="short"),
                Field("second_password", "password", quiet=True, width="short"),
                Field("second_code", quiet=True, width="short", mono=True),
            ),
        ),
    ),
    "logout",
    "r",
    ev.Released,
)

_FACTS: Final = tuple(
    replace(one, part=f"person.{one.name}")
    for one in (
        Field("claims_citizenship", "truth"),
        Field("status_proof", "code", codes=StatusProof),
        Field("disputes_identity", "truth"),
        Field("victim_or_witness", "truth"),
        Field("under_18", "truth"),
        Field("registered_offender", "truth"),
        Field("held_to_answer", "truth"),
        Field("interview_consent", "truth"),
        Field("language", width="short"),
    )
)

_ALL: Final = (
    plain(
        "add_basis",
        Field("kind", "code", required=True, codes=BasisKind, words="basis_kind"),
        Field("agency", mono=True, width="short", words="court"),
        *offence(),
        WHEN,
        NOTE,
        icon="add",
        enters=ev.BasisAdded,
    ),
    plain(
        "end_basis",
        Field("basis", "pick", required=True, source="bases"),
        Field("ended_by", "code", required=True, codes=BasisEnd),
        WHEN,
        NOTE,
        icon="check",
        key="e",
        enters=ev.BasisEnded,
    ),
    plain("receive", _DETAINER, WHEN, NOTE, icon="mail", enters=ev.DetainerReceived),
    plain("serve", _DETAINER, WHEN, NOTE, icon="person", key="s", enters=ev.DetainerServed),
    plain(
        "acknowledge", _DETAINER, WHEN, NOTE, icon="check_circle", enters=ev.DetainerAcknowledged
    ),
    plain("hold_ordered", _DETAINER, WHEN, NOTE, icon="account_balance", enters=ev.HoldOrdered),
    plain(
        "decide_request",
        _DETAINER,
        Field("complies", "yes-no", required=True),
        Field("why", "long", required=True, part="note"),
        WHEN,
        icon="check_circle",
        enters=ev.DetainerDecided,
    ),
    plain(
        "lift",
        _DETAINER,
        Field("reason", "code", required=True, codes=LiftReason, words="lift_reason"),
        WHEN,
        NOTE,
        icon="close",
        enters=ev.DetainerLifted,
    ),
    plain(
        "schedule_release",
        Field("release_at", "time", required=True),
        NOTE,
        icon="schedule",
        key="t",
        enters=ev.ReleaseScheduled,
    ),
    plain(
        "give_notice",
        Field("kind", "code", required=True, codes=NoticeKind, words="notice_kind"),
        Field("to", "pick", required=True, source="told", words="notice_to"),
        Field("about", "pick", source="detainers", words="detainer_if_any"),
        Field("evidence", required=True),
        WHEN,
        icon="notifications_active",
        key="g",
        enters=ev.NoticeGiven,
    ),
    plain("set_person_fact", *_FACTS, NOTE, icon="person", enters=ev.PersonFact),
    convictions(3),
    plain(
        "transfer",
        Field("to", "pick", required=True, source="facilities", words="transfer_to"),
        WHEN,
        NOTE,
        icon="arrow_forward",
    ),
    plain(
        "paper_arrived",
        Field("paper", required=True, mono=True, width="short"),
        Field("sender", required=True, mono=True, width="short", words="court"),
        Field("legible", "yes-no", required=True),
        icon="account_balance",
    ),
    plain("correct", Field("of", "pick", required=True, source="events")),
    plain(
        "dispute",
        Field("of", "pick", required=True, source="disputable", words="disputed"),
        Field("says", "long", required=True, words="disputed_says"),
        icon="flag",
    ),
    plain(
        "subscribe",
        Field("kinds", "picks", required=True, source="kinds", words="told_of"),
        Field("channel", required=True),
        icon="notifications_active",
    ),
    plain(
        "share",
        Field("agency", "pick", required=True, source="readers", words="share_with"),
        icon="groups",
    ),
)

ACTS: Final[Mapping[str, Form]] = {form.name: form for form in _ALL}
"""The acts on one person's record, besides booking, intake and release."""

MENU: Final = (
    ("custody", ("add_basis", "end_basis", "schedule_release", "paper_arrived", "transfer")),
    ("request", ("receive", "serve", "acknowledge", "decide_request", "hold_ordered", "lift")),
    ("person", ("give_notice", "set_person_fact", "record_convictions")),
    ("record", ("correct", "dispute", "subscribe", "share")),
)
"""The acts as a person's page groups them."""
