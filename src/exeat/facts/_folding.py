"""The work of :func:`exeat.facts.fold.fold`: events, already in order, are added up one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.errors import Fault, near_miss
from exeat.facts import events as ev
from exeat.facts._faults import event_place, one_line
from exeat.facts._turning import Said, turned
from exeat.facts.papers import RequestPaper
from exeat.facts.record import (
    Basis,
    Correction,
    CustodyRecord,
    Detainer,
    Notice,
    Person,
    Release,
    Transfer,
)
from exeat.facts.times import NEVER

__all__ = ["Folding"]

# The act of a detainer that each kind of event tells.
_ACTS: Final[dict[type[ev.Event], str]] = {
    ev.DetainerReceived: "received",
    ev.DetainerServed: "served",
    ev.DetainerAcknowledged: "acknowledged",
    ev.HoldOrdered: "hold_ordered",
    ev.DetainerDecided: "decided",
    ev.DetainerLifted: "lifted",
}
# What tells one event from another that says the same.
_ENVELOPE: Final = frozenset({"id", "recorded", "by", "note"})
_PERSON: Final = "person."
_PAPER: Final = tuple(one.name for one in fields(RequestPaper))


class Folding:
    """What a list of events adds up to, and what is wrong with it.

    Args:
        events: What stands, corrections applied, in order.
        amendments: Corrections and disputes, in order.
        zone: In which bare dates are put in order.

    Attributes:
        faults: All that is wrong. Where two events tell one act differently, the first
            of them counts; what is said about an unknown thing is passed over.
    """

    def __init__(
        self,
        events: Iterable[ev.Plain],
        amendments: Iterable[ev.Corrected | ev.Disputed],
        zone: ZoneInfo,
    ) -> None:
        self.faults: list[Fault] = []
        self._told: dict[tuple[str, str], ev.Plain] = {}
        self._booked: ev.Booked | None = None
        self._bases: dict[str, Basis] = {}
        self._detainers: dict[str, Detainer] = {}
        self._transfers: dict[str, Transfer] = {}
        self._notices: list[Notice] = []
        self._changing: list[Said] = []
        self._release: Release | None = None
        self._corrections: list[Correction] = []
        standing = list(events)
        # Things first: the end of a basis may have been recorded before its start was.
        for event in standing:
            self._begin(event)
        for event in standing:
            self._detainer_act(event)
            self._act(event)
        self._corrections += [_correction(event) for event in amendments]
        self._now, at_odds = turned(self._changing, zone)
        self.faults += at_odds

    def record(self) -> CustodyRecord | None:
        """Return what it all adds up to, or None where there is no booking."""
        booked = self._booked
        if booked is None:
            return None
        began = booked.custody_since
        return CustodyRecord(
            id=booked.record,
            zone=booked.zone,
            booked=booked.occurred if began is None else began,
            taken_over=None if began is None else booked.occurred,
            facility=booked.facility,
            person=self._person(),
            # A booking without a ground has said none; that there is none, it may say besides.
            bases=tuple(self._bases.values()) or (() if booked.bases_complete else None),
            bases_complete=booked.bases_complete,
            detainers=tuple(self._detainers.values()),
            convictions=self._now.get("convictions"),
            notices=tuple(self._notices),
            scheduled_release=self._now.get("scheduled_release"),
            release=self._release,
            transfers=tuple(self._transfers.values()),
            corrections=tuple(self._corrections),
        )

    def _person(self) -> Person:
        told = {name: value for name, value in self._now.items() if name.startswith(_PERSON)}
        return Person(**{name.removeprefix(_PERSON): value for name, value in told.items()})

    def _begin(self, event: ev.Plain) -> None:
        match event:
            case ev.Booked() if self._first(event, "the booking"):
                self._booked = event
            case ev.BasisAdded() if self._first(event, event.basis):
                self._bases[event.basis] = Basis(
                    id=event.basis,
                    kind=event.kind,
                    start=event.occurred,
                    end=NEVER,
                    agency=event.agency,
                    offence=event.offence,
                )
            case ev.DetainerLodged() if self._first(event, event.detainer):
                self._detainers[event.detainer] = _lodged(event)
            case ev.Transferred():
                self._transfers[event.id] = Transfer(
                    at=event.occurred,
                    to=event.to,
                    detainers_passed_on=event.detainers_passed_on,
                    acknowledged=NEVER,
                )
            case _:
                pass

    def _detainer_act(self, event: ev.Plain) -> None:
        match event:
            case (
                ev.DetainerReceived() | ev.DetainerServed() | ev.DetainerAcknowledged()
                | ev.HoldOrdered() | ev.DetainerDecided() | ev.DetainerLifted()
            ):  # fmt: skip
                if not self._told_of(event, "detainer", event.detainer, self._detainers):
                    return
                change: dict[str, Any] = {_ACTS[type(event)]: event.occurred}
                if isinstance(event, ev.DetainerLifted):
                    change["lift_reason"] = event.reason
                detainer = self._detainers[event.detainer]
                self._detainers[event.detainer] = replace(detainer, **change)
            case ev.PaperRead(detainer=id):
                if self._told_of(event, "detainer", id, self._detainers):
                    self._detainers[id] = _read(self._detainers[id], event)
            case _:
                pass

    def _act(self, event: ev.Plain) -> None:
        match event:
            case ev.BasisEnded(basis=id) if self._told_of(event, "basis", id, self._bases):
                basis = self._bases[id]
                self._bases[id] = replace(basis, end=event.occurred, ended_by=event.ended_by)
            case ev.TransferAcknowledged(transfer=id) if self._told_of(
                event, "transfer", id, self._transfers
            ):
                self._transfers[id] = replace(self._transfers[id], acknowledged=event.occurred)
            case ev.Released() if self._first(event, "the release"):
                self._release = Release(at=event.occurred, kind=event.kind, to=event.to)
            case ev.ReleaseScheduled():
                self._changing.append((event, "scheduled_release", event.release_at))
            case ev.ConvictionsRecorded():
                self._changing.append((event, "convictions", event.convictions))
            case ev.PersonFact():
                for one in fields(event.person):
                    value = getattr(event.person, one.name)
                    if value is not None:
                        self._changing.append((event, f"{_PERSON}{one.name}", value))
            case ev.NoticeGiven() | ev.NotInCustodyHere():
                self._tell(event)
            case _:
                self._only_told(event)

    def _only_told(self, event: ev.Plain) -> None:
        """Refuse an event that adds nothing to the record and names no request of it."""
        named = getattr(event, "detainer", None)
        # What a request's own acts name has been looked at with them.
        if named is not None and type(event) not in (ev.DetainerLodged, ev.PaperRead, *_ACTS):
            self._known(event, "detainer", named, self._detainers)

    def _tell(self, event: ev.NoticeGiven | ev.NotInCustodyHere) -> None:
        field = "about" if isinstance(event, ev.NoticeGiven) else "detainer"
        about = event.about if isinstance(event, ev.NoticeGiven) else event.detainer
        if about is not None and not self._known(event, field, about, self._detainers):
            return
        if isinstance(event, ev.NotInCustodyHere):
            self._corrections.append(_not_here(event))
            return
        self._notices.append(_notice(event))

    def _told_of(self, event: ev.Plain, field: str, id: str, things: dict[str, Any]) -> bool:
        return self._known(event, field, id, things) and self._first(event, id)

    def _known(self, event: ev.Plain, field: str, id: str, things: dict[str, Any]) -> bool:
        if id in things:
            return True
        noun = {"basis": "basis", "transfer": "transfer"}.get(field, "request")
        opener = {"basis": "basis-added", "transfer": "transferred"}.get(field, "detainer-lodged")
        self.faults.append(
            Fault(
                "E108",
                event_place(event.id, field),
                f"no {noun} has the id `{one_line(id)}`",
                f"Add its event `{opener}`, or mend the id.{near_miss(id, sorted(things))}",
            )
        )
        return False

    def _first(self, event: ev.Plain, thing: str) -> bool:
        """Say whether this is the first to tell this act; a second must say the same."""
        first = self._told.setdefault((event.event, thing), event)
        if first is event:
            return True
        if _content(first) != _content(event):
            self.faults.append(
                Fault(
                    "E112",
                    event_place(event.id),
                    f"tells `{event.event}` of `{one_line(thing)}` otherwise than"
                    f" `{one_line(first.id)}` does",
                    f"To change it, send an event `corrected` of `{one_line(first.id)}`.",
                )
            )
        return False


def _content(event: ev.Plain) -> dict[str, Any]:
    names = (field.name for field in fields(event))
    return {name: getattr(event, name) for name in names if name not in _ENVELOPE}


def _lodged(event: ev.DetainerLodged) -> Detainer:
    """Return the request as lodged: what the desk itself would record has not happened yet."""
    paper = {name: getattr(event, name) for name in _PAPER}
    undone: dict[str, Any] = dict.fromkeys(_ACTS.values(), NEVER)
    if event.unread:
        paper["warrants"] = None
    return Detainer(id=event.detainer, issuer=event.issuer, **paper, **undone)


def _read(detainer: Detainer, event: ev.PaperRead) -> Detainer:
    """Return a request as the facility has read its papers."""
    read = {name: getattr(event, name) for name in ("form", "issued", "names_this_person")}
    said = {name: value for name, value in read.items() if value is not None}
    return replace(detainer, warrants=event.warrants, **said)


def _notice(event: ev.NoticeGiven) -> Notice:
    said = {name: getattr(event, name) for name in ("id", "kind", "to", "about", "evidence")}
    return Notice(given=event.occurred, **said)


def _correction(event: ev.Corrected | ev.Disputed) -> Correction:
    return Correction(
        id=event.id,
        of=event.of,
        by=event.by,
        at=event.occurred,
        says=event.says,
        disputed=isinstance(event, ev.Disputed),
    )


def _not_here(event: ev.NotInCustodyHere) -> Correction:
    """Return the answer as a dispute of the request: it changes no act, and is no refusal."""
    says = "The person is not in custody here"
    says += f"; asked by {event.issuer}" if event.issuer else ""
    says += f"; addressed to {event.addressed_to}" if event.addressed_to else ""
    return Correction(
        id=event.id,
        of=event.detainer or event.record,
        by=event.by,
        at=event.occurred,
        says=f"{says}; {event.note}" if event.note else f"{says}.",
        disputed=True,
    )
