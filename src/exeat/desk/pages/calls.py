"""From what a form says to the service's own call, act by act."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias
from uuid import uuid4

from exeat.desk.pages.acts import ACTS, BOOK
from exeat.desk.pages.content import entered
from exeat.desk.pages.forms import Problem, Wrong
from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import Override, PersonPage, ReleaseOrder
from exeat.facts.papers import RequestPaper
from exeat.facts.record import Person
from exeat.office.context import Context
from exeat.office.models import PersonalData, Witness

__all__ = ["Wrong", "book", "do", "lodge", "order_of", "send_request"]

Values: TypeAlias = Mapping[str, Any]
_Call: TypeAlias = Callable[[Any, Context, PersonPage, Values, dict[str, Any]], Any]


def do(
    act: str, desk: Any, ctx: Context, page: PersonPage, values: Values, common: dict[str, Any]
) -> Any:
    """Do an act on a person's record.

    Args:
        act: Its name.
        desk: The services.
        ctx: Who acts.
        page: The record as the service shows it.
        values: What the form says.
        common: ``event_id`` and ``expected_version``.

    Returns:
        What the service says of it.

    Raises:
        Wrong: The fields do not go together.
    """
    if act in _CALLS:
        return _CALLS[act](desk, ctx, page, values, common)
    said = {**common, **{key: value for key, value in values.items() if value is not None}}
    if "why" in said:
        said["note"] = said.pop("why")
    return desk.do(ctx, act, page.record.id, **said)


def _timed(values: Values, common: dict[str, Any]) -> dict[str, Any]:
    """Return what an act takes besides its own fields."""
    said = {key: values[key] for key in ("occurred", "note") if values.get(key) is not None}
    return {**common, **said}


def _add_basis(
    desk: Any, ctx: Context, page: PersonPage, values: Values, common: dict[str, Any]
) -> Any:
    return desk.do(
        ctx,
        "add_basis",
        page.record.id,
        basis=f"b-{uuid4().hex[:8]}",
        kind=values["kind"],
        agency=values["agency"],
        offence=entered(ACTS["add_basis"], values, "offence"),
        **_timed(values, common),
    )


def _set_person_fact(
    desk: Any, ctx: Context, page: PersonPage, values: Values, common: dict[str, Any]
) -> Any:
    facts = entered(ACTS["set_person_fact"], values, "person")
    if facts == Person():
        raise Wrong(Problem("", "fault.no-fact"))
    return desk.do(ctx, "set_person_fact", page.record.id, person=facts, **_timed(values, common))


def _record_convictions(
    desk: Any, ctx: Context, page: PersonPage, values: Values, common: dict[str, Any]
) -> Any:
    found = entered(ACTS["record_convictions"], values, "convictions")
    if bool(found) == bool(values["none_found"]):
        raise Wrong(Problem("none_found", "fault.none-chosen"))
    return desk.do(ctx, "record_convictions", page.record.id, convictions=found, **common)


def _paper_arrived(
    desk: Any, ctx: Context, page: PersonPage, values: Values, common: dict[str, Any]
) -> Any:
    return desk.do(
        ctx,
        "paper_arrived",
        page.record.id,
        paper=values["paper"],
        sender=values["sender"],
        legible=values["legible"],
    )


def _subscribe(
    desk: Any, ctx: Context, page: PersonPage, values: Values, common: dict[str, Any]
) -> Any:
    kinds, channel = values["kinds"], values["channel"]
    return desk.do(ctx, "subscribe", page.record.id, kinds=kinds, channel=channel)


def _share(
    desk: Any, ctx: Context, page: PersonPage, values: Values, common: dict[str, Any]
) -> Any:
    return desk.do(ctx, "share", page.record.id, agency=values["agency"])


_CALLS: Final[Mapping[str, _Call]] = {
    "add_basis": _add_basis,
    "set_person_fact": _set_person_fact,
    "record_convictions": _record_convictions,
    "paper_arrived": _paper_arrived,
    "subscribe": _subscribe,
    "share": _share,
}


def book(desk: Any, ctx: Context, values: Values, event_id: str) -> Any:
    """Book a person."""
    person = PersonalData(
        surname=values["surname"],
        given_names=values["given_names"],
        born=values["born"],
        booking_number=values["booking_number"],
        fingerprint_id=values["fingerprint_id"] or "",
    )
    basis = NewBasis(
        id="b-1",
        kind=values["kind"],
        agency=values["agency"],
        offence=entered(BOOK, values, "offence"),
    )
    facts = Person(language=values["language"]) if values["language"] else None
    return desk.acts.book(
        ctx,
        person,
        event_id=event_id,
        occurred=values["occurred"],
        bases=(basis,),
        bases_complete=values["bases_complete"],
        facts=facts,
    )


def paper_of(values: Values) -> RequestPaper:
    """Return a request's paper as a form says it."""
    return RequestPaper(
        form=values["form"],
        issued=values["issued"],
        grounds=values["grounds"] or None,
        warrants=values["warrants"],
        names_this_person=values["names_this_person"],
        names_federal_felony_warrant=values["names_federal_felony_warrant"],
        names_watch_list_match=values["names_watch_list_match"],
        addressed_to=values["addressed_to"],
    )


def lodge(desk: Any, ctx: Context, record: str, values: Values, common: dict[str, Any]) -> Any:
    """Enter a request that came on paper, and that a copy was served where it was."""
    detainer = f"d-{common['event_id'][:8]}"
    return desk.requests.lodge(
        ctx,
        record,
        detainer=detainer,
        issuer=values["issuer"],
        paper=paper_of(values),
        received=values["received"],
        served=values["served"],
        occurred=values["received"],
        note=values["note"],
        **common,
    )


def send_request(desk: Any, ctx: Context, values: Values, request_id: str) -> Any:
    """Send a request to a facility."""
    person = PersonalData(
        surname=values["surname"],
        given_names=values["given_names"] or "",
        born=values["born"],
        booking_number=values["booking_number"] or "",
        fingerprint_id=values["fingerprint_id"] or "",
    )
    return desk.requests.send_request(
        ctx,
        facility=values["facility"],
        person=person,
        paper=paper_of(values),
        request_id=request_id,
    )


def order_of(
    record: str, values: Values, version: int, event_id: str, *, against: bool
) -> ReleaseOrder:
    """Return what the officer at the door says.

    Raises:
        Wrong: Less than two identifiers, or a part of an override is missing.
    """
    named = {
        "born": values["born"].isoformat() if values["born"] else "",
        "booking_number": values["booking_number"] or "",
        "fingerprint_id": values["fingerprint_id"] or "",
        "photo": "match" if values["photo"] else "",
    }
    given = {key: text for key, text in named.items() if text}
    problems = [] if len(given) > 1 else [Problem("born", "fault.two-identifiers")]
    problems += list(_missing(values)) if against else []
    if problems:
        raise Wrong(*problems)
    return ReleaseOrder(
        record=record,
        seen_version=version,
        identifiers=given,
        kind=values["kind"],
        to=values["to"],
        namesakes_seen=values["namesakes"],
        warrants_checked=values["warrants_checked"],
        override=_override(values) if against else None,
        event_id=event_id,
    )


def _missing(values: Values) -> Iterator[Problem]:
    """Yield the parts of an override that were left empty."""
    for part in ("reason", "override_words", "second_name", "second_password", "second_code"):
        if not values[part]:
            key = "override_reason" if part == "reason" else part
            yield Problem(part, f"field.{key}.missing")


def _override(values: Values) -> Override:
    second = Witness(
        name=values["second_name"],
        password=values["second_password"],
        code=values["second_code"],
    )
    return Override(reason=values["reason"], words=values["override_words"], second=second)
