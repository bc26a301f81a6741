"""What a request becomes on a person's record: its events, and whether it names that person."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from exeat.facts import events as ev
from exeat.facts.papers import RequestPaper
from exeat.facts.times import When
from exeat.office.models import PersonalData
from exeat.office.names import name_keys
from exeat.office.personal import plain

__all__ = ["agree", "lodging"]


def agree(on_file: PersonalData | None, said: PersonalData) -> bool | None:
    """Say whether two descriptions are of one person by two identifiers; None: not known.

    A single difference in a birth date, a fingerprint number or a given name is a contradiction.
    """
    if on_file is None:
        return None
    same = 0
    for name in ("surname", "given_names", "born", "booking_number", "fingerprint_id"):
        ours, theirs = getattr(on_file, name), getattr(said, name)
        if not ours or not theirs:
            continue
        if plain(str(ours)) != plain(str(theirs)):
            # The same name in another spelling, or half of it, is no contradiction.
            if name == "surname" and not name_keys(ours).isdisjoint(name_keys(theirs)):
                continue
            return False
        same += name not in ("surname", "given_names")
    return True if same >= 2 else None


def lodging(
    said: dict[str, Any],
    detainer: str,
    issuer: str | None,
    paper: RequestPaper,
    received: When | None,
    served: When | None = None,
    *,
    unread: bool = False,
) -> list[ev.Event]:
    """Return the events of a request in hand: lodged, received, and served where it was.

    ``unread``: nobody of the facility has read its papers.
    """
    paper_says = {one.name: getattr(paper, one.name) for one in fields(paper)}
    lodged = ev.DetainerLodged(
        **said, detainer=detainer, issuer=issuer, unread=unread, **paper_says
    )

    def besides(name: str, when: When) -> dict[str, Any]:
        id = f"{said['id']}.{name}"
        return {**said, "id": id, "occurred": when, "note": None, "detainer": detainer}

    when = received if received is not None else said["occurred"]
    events: list[ev.Event] = [lodged, ev.DetainerReceived(**besides("received", when))]
    if served is not None:
        events.append(ev.DetainerServed(**besides("served", served)))
    return events
