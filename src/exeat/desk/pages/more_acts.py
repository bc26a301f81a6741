"""The forms that are not about one person's record: requests sent, tasks, the roster, accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from exeat.desk.pages.acts import ACTS, BOOK, INTAKE, PAPER, PERSON, RELEASE, SENT_BOXES
from exeat.desk.pages.forms import Field, Form, Group, plain
from exeat.office.context import Role, Scope
from exeat.office.models import PaperKind

__all__ = [
    "ADD_AGENCY",
    "ADD_KEY",
    "ADD_USER",
    "CLOSE_PAPER",
    "CLOSE_TASK",
    "EVERY",
    "MATCH",
    "NOT_HERE",
    "ROSTER",
    "SEND_REQUEST",
    "TAKE_BACK",
    "TAKE_OVER",
]

_ABOUT_WHOM: Final = Group(
    "whom",
    (
        Field("facility", "pick", required=True, source="facilities"),
        *(PERSON[name] for name in ("surname", "given_names", "born")),
        replace(PERSON["booking_number"], words="booking_number_if_known"),
        PERSON["fingerprint_id"],
    ),
)
SEND_REQUEST: Final = Form(
    "send_request",
    (
        _ABOUT_WHOM,
        Group("paper", tuple(one for one in PAPER if one.name not in ("issuer", "received"))),
        Group("boxes", SENT_BOXES),
    ),
    "send",
    "n",
)
"""A request as the agency that makes it sends it."""

MATCH: Final = Form(
    "match_request",
    (
        RELEASE.groups[0],
        Group("", (Field("differs_seen", "picks", source="differs"),)),
    ),
    "check",
)
"""Whom a request is about, once somebody is chosen: two identifiers, and what differs."""
NOT_HERE: Final = Form(
    "answer_not_here", (Group("", (Field("not_these", "picks", source="near"),)),), "close"
)
TAKE_BACK: Final = plain(
    "take_back_answer", Field("why", "long", required=True, words="why_taken_back"), icon="history"
)
TAKE_OVER: Final = plain(
    "acknowledge_transfer",
    replace(PERSON["booking_number"], required=True),
    icon="check",
)
CLOSE_TASK: Final = plain("close_task", Field("outcome", "long", required=True), icon="check")
CLOSE_PAPER: Final = plain(
    "close_task",
    Field("paper_kind", "code", required=True, codes=PaperKind),
    Field("signed_by", required=True),
    Field("court_of", required=True),
    Field("matches", "yes-no", required=True),
    Field("outcome", "long", required=True),
    icon="check",
)
"""Of a court's paper, what was read in it: one letter opens no gate."""
ROSTER: Final = plain("reconcile", Field("roster", "long", required=True), icon="list")
ADD_USER: Final = plain(
    "add_user",
    Field("name", required=True, words="user_name"),
    Field("login", required=True, words="user_login", width="short", mono=True),
    Field("role", "code", required=True, codes=Role, words="user_role"),
    Field("agency", "pick", required=True, source="agencies", words="user_agency"),
    icon="person",
)
ADD_AGENCY: Final = plain(
    "add_agency",
    Field("code", required=True, mono=True, width="short", words="agency_code"),
    Field("name", required=True, words="agency_name"),
    Field("kind", "pick", required=True, source="agency-kinds", words="agency_kind"),
    Field("place", "pick", source="places", words="agency_place"),
    Field("zone", width="short", words="agency_zone"),
    icon="account_balance",
)
ADD_KEY: Final = plain(
    "add_key",
    Field("label", required=True, words="key_name"),
    Field("role", "code", required=True, codes=Role, words="user_role"),
    Field("agency", "pick", required=True, source="agencies", words="key_agency"),
    Field("scopes", "codes", required=True, codes=Scope, words="key_scopes"),
    icon="security",
)

EVERY: Final = (
    BOOK,
    INTAKE,
    RELEASE,
    *ACTS.values(),
    SEND_REQUEST,
    MATCH,
    NOT_HERE,
    TAKE_BACK,
    TAKE_OVER,
    CLOSE_PAPER,
    CLOSE_TASK,
    ROSTER,
    ADD_USER,
    ADD_AGENCY,
    ADD_KEY,
)
"""Every form of the pages, for tests that stop us forgetting."""
