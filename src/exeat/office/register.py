"""The register of acts: each described once, and everything else made from it.

An act is an event. What it says is the event's own type (:mod:`exeat.facts.events`); here stands
who may do it, where it is found, and where its form asks otherwise than the types say. Permission,
API, form, menu, line of the log, ``exeat acts`` and ``docs/acts.md`` follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Final

from pydantic import Field as Said

from exeat.facts import events as ev
from exeat.facts.codes import LiftReason
from exeat.facts.events import Event
from exeat.facts.limits import AtEdge, Code, Line, Text
from exeat.facts.times import When
from exeat.office.asking import Field, How, asked_of, field_of, parts_of
from exeat.office.models import EndOfAccess
from exeat.office.roles import ASKS, JAIL, KEEPS, Role, Scope

__all__ = [
    "ACTS",
    "ENTERED",
    "SECTIONS",
    "WRITING",
    "Act",
    "Identity",
    "Lodging",
    "Moving",
    "PaperArrived",
    "Sharing",
    "Unsharing",
]

_HAPPENED: Final = ("occurred", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lodging:
    """What is said of a request's coming in besides its paper; each is an event of its own."""

    received: Annotated[
        When | None, Said(description="When it was in hand; left out: as it was lodged.")
    ] = None
    served: Annotated[
        When | None, Said(description="When a copy was served; left out: not yet.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperArrived:
    """A court's paper came in."""

    paper: Annotated[Line, Said(description="The number on it, or any id.")]
    sender: Annotated[Code, Said(description="Code of the court.")]
    legible: Annotated[bool, Said(description="It can be read.")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Whom to let read a record."""

    agency: Annotated[Code, Said(description="Code of counsel, or of an agency that asked.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the person is, where that was wrong on file; what is left open stays as it is."""

    surname: Annotated[Text, Said(description="As it should read.")] = ""
    given_names: Annotated[Text, Said(description="As they should read.")] = ""
    born: Annotated[date | None, Said(description="As it should read.")] = None
    booking_number: Annotated[Text, Said(description="As it should read.")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsharing:
    """Who is not to read a record any more, and why."""

    agency: Annotated[Code, Said(description="Code of counsel, or of the agency.")]
    why: Annotated[EndOfAccess, Said(description="Why it is taken back.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """What is checked before a person is moved on: it is a door, as a release is."""

    born: Annotated[
        date | None, Said(description="As the person says it; two identifiers are needed.")
    ] = None
    booking_number: Annotated[Text, Said(description="From the wristband.")] = ""
    fingerprint_id: Annotated[Text, Said(description="From the reader.")] = ""
    photo: Annotated[bool, Said(description="The photograph on file is this person.")] = False
    namesakes_seen: Annotated[
        tuple[Code, ...], AtEdge(most=200), Said(description="Looked at, and other people.")
    ] = ()
    papers: Annotated[
        tuple[Code, ...],
        AtEdge(most=200),
        Said(description="The open requests whose papers travel: every one."),
    ] = ()
    warrants_checked: Annotated[
        When | None, Said(description="When warrants were queried, just before.")
    ] = None


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that people and systems do at the desk.

    Attributes:
        says: What it does, for whoever calls it from outside; English, as the API is.
        roles: Who may.
        scope: Under which scope the key of a system may.
        enters: The kind of event that it is.
        takes: What it asks where it is no event of the record, or asks more than its event holds.
        section: Under which heading of a person's page it stands, if it does.
        icon: Of its form.
        key: The letter that opens it.
        besides: Of the envelope, what its form asks: the time at which it happened, the note.
        must: Parts that may be left open on record and not by whoever does it.
        hows: How a part is asked otherwise than its type says.
        fills: What counts where nothing is said.
        names: The part that is an id which whoever enters it gives; the pages make one up.
        unasked: Parts that the act itself fills.
        signed: The law of a place may forbid it: it then takes a reason and a second person.
        path: Its own path in the API, besides the one for every event.
        called: What a part is called at that path.
    """

    name: str
    says: str
    roles: frozenset[Role]
    scope: Scope
    enters: type[Event] | None = None
    takes: type | None = None
    section: str = ""
    icon: str = "edit"
    key: str = ""
    besides: tuple[str, ...] = _HAPPENED
    must: tuple[str, ...] = ()
    hows: Mapping[str, How] = field(default_factory=dict)
    fills: Mapping[str, object] = field(default_factory=dict)
    names: str = ""
    unasked: tuple[str, ...] = ()
    signed: bool = False
    path: str = ""
    called: Mapping[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return what its form asks.

        Examples:
            >>> [one.name for one in ACTS["serve"].fields]
            ['detainer', 'occurred', 'note']
            >>> [one.name for one in ACTS["decide_request"].fields]
            ['detainer', 'complies', 'why', 'occurred']
        """
        found = [
            one
            for kind in (self.enters, self.takes)
            if kind is not None
            for one in asked_of(kind, self.hows)
            if one.at not in (self.names, *self.unasked)
        ]
        kind: type | None = self.enters
        if kind is not None:
            parts = {one.name: one for one in parts_of(kind)}
            found += [one for name in self.besides for one in field_of(parts[name], self.hows)]
        return tuple(
            replace(one, required=True) if one.at.split(".")[0] in self.must else one
            for one in found
        )


_REQUEST: Final = "requests/{detainer}"

_ALL: Final = (
    Act("book", "Book a person: open a record with the grounds of custody and protective facts.",
        JAIL, Scope.RECORD, icon="add", key="n"),
    Act("add_basis", "Enter a ground of custody.",
        JAIL, Scope.RECORD, ev.BasisAdded, section="custody", icon="add",
        hows={"kind": How(words="basis_kind")}, names="basis", path="bases"),
    Act("end_basis", "Enter that a ground of custody ended.",
        JAIL, Scope.RECORD, ev.BasisEnded, section="custody", icon="check", key="e",
        hows={"ended_by": How(required=True)}, path="bases/end"),
    Act("schedule_release", "Set when the person is to leave.",
        JAIL, Scope.RELEASE, ev.ReleaseScheduled, section="custody", icon="schedule", key="t",
        besides=("note",), path="schedule"),
    Act("paper_arrived", "Enter that a court's paper came in; until it is read, it is a task.",
        JAIL, Scope.RECORD, takes=PaperArrived, section="custody", icon="account_balance",
        hows={"paper": How(mono=True, width="short"), "sender": How(words="court"),
              "legible": How(required=True)}),
    Act("transfer", "Send the person to another facility, with every hold.",
        JAIL, Scope.RECORD, ev.Transferred, takes=Moving, section="custody",
        icon="arrow_forward",
        hows={"to": How(kind="pick", source="facilities", words="transfer_to"),
              "born": How(kind="date", words="id_born", quiet=True),
              "booking_number": How(words="id_booking_number", quiet=True, mono=True,
                                    width="short"),
              "fingerprint_id": How(words="id_fingerprint", quiet=True, mono=True, width="short"),
              "photo": How(kind="tick", words="id_photo"),
              "namesakes_seen": How(kind="picks", source="namesakes", words="namesakes"),
              "papers": How(kind="picks", source="open_requests", words="papers_along"),
              "warrants_checked": How(required=True)},
        unasked=("detainers_passed_on",), path="transfer"),
    Act("lodge", "Enter a request that came on paper.",
        JAIL, Scope.REQUESTS, ev.DetainerLodged, takes=Lodging, icon="mail", key="i",
        besides=("note",),
        hows={"form": How(required=True), "issuer": How(required=True),
              "warrants": How(required=True), "names_this_person": How(required=True),
              "received": How(start="now")},
        names="detainer", unasked=("unread",)),
    Act("read_paper", "Enter what the facility has read in the papers of a request.",
        JAIL, Scope.REQUESTS, ev.PaperRead, section="request", icon="visibility", key="w",
        besides=("note",),
        hows={"warrants": How(required=True, words="warrants_read"),
              "form": How(words="form_read"), "issued": How(words="issued_read"),
              "names_this_person": How(required=True)},
        must=("names_this_person",), path=f"{_REQUEST}/read"),
    Act("receive", "Enter that the facility had a request in hand.",
        JAIL, Scope.REQUESTS, ev.DetainerReceived, section="request", icon="mail",
        path=f"{_REQUEST}/receive"),
    Act("serve", "Enter that a copy was served on the person.",
        JAIL, Scope.REQUESTS, ev.DetainerServed, section="request", icon="person", key="s",
        path=f"{_REQUEST}/serve"),
    Act("copy_refused", "Enter that the person refused to sign for the copy; it changes no answer.",
        JAIL, Scope.REQUESTS, ev.CopyRefused, section="request", icon="close",
        hows={"language": How(words="read_out_in")}),
    Act("acknowledge", "Enter that the issuer was told that its request is here.",
        JAIL, Scope.REQUESTS, ev.DetainerAcknowledged, section="request", icon="check_circle",
        path=f"{_REQUEST}/acknowledge"),
    Act("decide_request", "Answer a request: whether the facility complies, and why.",
        JAIL, Scope.REQUESTS, ev.DetainerDecided, section="request", icon="check_circle",
        besides=("note", "occurred"), must=("complies", "note"),
        hows={"complies": How(kind="yes-no"), "note": How(name="why")}, path=f"{_REQUEST}/decide",
        called={"note": "why"}),
    Act("hold_ordered", "Enter that a state judicial official ordered the hold.",
        JAIL, Scope.REQUESTS, ev.HoldOrdered, section="request", icon="account_balance",
        path=f"{_REQUEST}/hold-ordered"),
    Act("lift", "Enter that a request ended; its issuer may do so as well.",
        ASKS, Scope.REQUESTS, ev.DetainerLifted, section="request", icon="close",
        hows={"reason": How(required=True, words="lift_reason")},
        fills={"reason": LiftReason.UNSTATED}, path=f"{_REQUEST}/lift"),
    Act("give_notice", "Enter that somebody was told something.",
        JAIL, Scope.RELEASE, ev.NoticeGiven, section="person", icon="notifications_active", key="g",
        besides=("occurred",),
        hows={"kind": How(words="notice_kind"),
              "to": How(kind="pick", source="told", words="notice_to"),
              "about": How(kind="pick", source="detainers", words="detainer_if_any"),
              "evidence": How(kind="text", required=True)},
        signed=True, path="notices"),
    Act("set_person_fact", "Enter protective facts.",
        JAIL, Scope.RECORD, ev.PersonFact, section="person", icon="person", besides=("note",),
        path="facts", called={"person": "facts"}),
    Act("record_convictions",
        "Enter the convictions of record that were looked up; none is an answer too.",
        JAIL, Scope.RECORD, ev.ConvictionsRecorded, section="person", icon="history", besides=(),
        path="convictions"),
    Act("correct", "Correct an event; it stays on record.",
        JAIL, Scope.RECORD, ev.Corrected, section="record", besides=(),
        signed=True, path="corrections"),
    Act("correct_identity",
        "Correct the name, birth date or booking number on file; what stood there is kept, sealed.",
        JAIL, Scope.RECORD, ev.IdentityCorrected, takes=Identity, section="record", icon="person",
        besides=(),
        hows={"booking_number": How(mono=True, width="short")},
        unasked=("parts",), path="identity"),
    Act("dispute", "Say that something on record is wrong.",
        ASKS | {Role.COUNSEL}, Scope.RECORD, ev.Disputed, section="record", icon="flag", besides=(),
        hows={"of": How(kind="pick", source="disputable", words="disputed"),
              "says": How(words="disputed_says")},
        path="disputes"),
    # Nothing sends what it asks for yet, and whoever relied on it would wait for ever: it stands
    # here for what is on record of it, and is offered on no page and by no call.
    Act("subscribe", "Ask to be told of kinds of event; not offered, as nothing is sent yet.",
        ASKS | {Role.COUNSEL}, Scope.RECORD),
    Act("share", "Let counsel, or an agency that asked, read the record.",
        JAIL, Scope.RECORD, takes=Sharing, section="record", icon="groups",
        hows={"agency": How(kind="pick", source="readers", words="share_with")}, signed=True),
    Act("unshare", "Take back that counsel, or an agency, may read the record, from now on.",
        JAIL, Scope.RECORD, takes=Unsharing, section="record", icon="close",
        hows={"agency": How(kind="pick", source="shares", words="unshare_with"),
              "why": How(words="why_unshared")}),
    Act("release",
        "Let the person go, or say why not (409): hold, read, decide, and only then write.",
        JAIL, Scope.RELEASE, icon="logout", key="r"),
    Act("send_request", "Send a request to a facility; what comes back is its signed receipt.",
        frozenset({Role.REQUESTER}), Scope.REQUESTS),
    Act("withdraw_request", "Withdraw a request that nobody has matched yet.",
        frozenset({Role.REQUESTER}), Scope.REQUESTS),
    Act("match_request", "Say whom a request is about; it then stands on that person's record.",
        JAIL, Scope.REQUESTS),
    Act("not_in_custody_here", "Answer that the person is not in custody here; it is no refusal.",
        JAIL, Scope.REQUESTS),
    Act("take_back_answer",
        "Take back the answer that a person is not here, given in error: the request waits again.",
        JAIL, Scope.REQUESTS),
    Act("acknowledge_transfer", "Take a person over, with every hold that came along.",
        JAIL, Scope.RECORD),
    Act("close_task", "Take a task, or close it and say what came of it.", JAIL | {Role.ADMIN},
        Scope.RECORD),
    Act("sweep", "Look at everyone in custody, and open what is due.", JAIL, Scope.RECORD),
    Act("reconcile", "Compare the roster with who is on record as in custody, and why.",
        JAIL, Scope.RECORD),
    Act("add_agency", "Add an agency, or change it.", frozenset({Role.ADMIN}), Scope.AUDIT),
    Act("set_place_profile", "Put the answers of counsel and office for a place in force.",
        frozenset({Role.ADMIN}), Scope.AUDIT),
    Act("keep_users", "Keep accounts.", KEEPS, Scope.AUDIT),
    Act("keep_keys", "Keep the keys of systems.", KEEPS, Scope.AUDIT),
)  # fmt: skip

ACTS: Final[Mapping[str, Act]] = {act.name: act for act in _ALL}
"""Every act, in the order in which the pages show them."""
_BESIDE: Final = frozenset({"close_task", "sweep", "reconcile", "subscribe"})
WRITING: Final = frozenset(
    act.name for act in _ALL if act.scope is not Scope.AUDIT and act.name not in _BESIDE
)
"""The acts that add to the ledger, or may: they take turns at its head."""
ENTERED: Final[Mapping[type[Event], Act]] = {
    act.enters: act for act in _ALL if act.enters is not None
}
"""The act that enters each kind of event. No act enters a release or a booking as such: the gate
and the desk do."""
SECTIONS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = tuple(
    (section, tuple(act.name for act in _ALL if act.section == section))
    for section in dict.fromkeys(act.section for act in _ALL if act.section)
)
"""The acts on a record, as a person's page groups them."""
