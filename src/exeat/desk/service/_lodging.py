"""What a request becomes on a person's record: its events, and whether it names that person."""

from __future__ import annotations

from typing import Any

from exeat.facts import events as ev
from exeat.facts.papers import RequestPaper
from exeat.facts.times import When
from exeat.office.models import PersonalData
from exeat.office.personal import plain

__all__ = ["agree", "both", "lodging"]


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
            return False
        same += name not in ("surname", "given_names")
    return True if same >= 2 else None


def both(paper: bool | None, ours: bool | None) -> bool | None:
    return False if ours is False else ours if paper is None else paper


def lodging(
    said: dict[str, Any],
    detainer: str,
    issuer: str | None,
    paper: RequestPaper,
    received: When | None,
) -> list[ev.Event]:
    """Return the events of a request in hand: lodged, then received."""
    lodged = ev.DetainerLodged(
        **said,
        detainer=detainer,
        form=paper.form,
        issuer=issuer,
        issued=paper.issued,
        grounds=paper.grounds,
        warrants=paper.warrants,
        names_this_person=paper.names_this_person,
        names_federal_felony_warrant=paper.names_federal_felony_warrant,
        names_watch_list_match=paper.names_watch_list_match,
        addressed_to=paper.addressed_to,
    )
    when = received if received is not None else said["occurred"]
    begun = {**said, "id": f"{said['id']}.received", "occurred": when, "note": None}
    return [lodged, ev.DetainerReceived(**begun, detainer=detainer)]
