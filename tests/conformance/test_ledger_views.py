"""Views are a pure function of the ledger: drop them, replay, compare."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.pg import Ground, board, booking, custody

from exeat.facts.events import events_from_json
from exeat.facts.record import CustodyRecord
from exeat.record import rebuild

pytest_plugins = ["tests.pg"]

COMMON = (
    '"record": "r1", "recorded": "2026-03-07T10:00-05:00", "by": "desk",'
    ' "occurred": "2026-03-07T09:00-05:00"'
)


def said(kind: str, id: str, more: str = "") -> str:
    return f'{{"event": "{kind}", "id": "{id}", {COMMON}{", " + more if more else ""}}}'


def test_views_rebuilt_from_the_ledger_equal_the_views_as_they_stood(ground: Ground) -> None:
    later = events_from_json(
        "\n".join(
            [
                said("detainer-lifted", "x1", '"detainer": "d3"'),
                said("release-scheduled", "x2", '"release_at": "2026-03-09"'),
                said("disputed", "x3", '"of": "d4", "says": "not me"'),
            ]
        )
    )
    with ground.ledger() as ledger:
        for number in range(6):
            ledger.append(booking(f"r{number}", more=number))
        ledger.append(booking("r1", more=3))
        ledger.append(later, check=False)
        ledger.append(
            events_from_json(said("disputed", "x4", '"of": "nothing", "says": "x"')), check=False
        )
        ledger.append_answer("r2", "a1", {"verdict": "release"})
        ledger.shred("r5")
        stood = board(ledger.conn), custody(ledger.conn, ground.master)
        assert [row.readable for row in stood[0]].count(False) == 1
        with ground.admin() as conn:
            conn.execute("DELETE FROM exeat.board")
            conn.execute("DELETE FROM exeat_vault.custody")
        assert (board(ledger.conn), custody(ledger.conn, ground.master)) == ([], {})
        assert rebuild(ledger.conn, ground.master) == 5
        assert (board(ledger.conn), custody(ledger.conn, ground.master)) == stood


def test_a_view_that_was_tampered_with_is_put_right(ground: Ground) -> None:
    with ground.ledger() as ledger:
        ledger.append(booking())
        stood = board(ledger.conn)
        with ground.admin() as conn:
            conn.execute("UPDATE exeat.board SET open = false, active_detainers = 0, version = 99")
        assert board(ledger.conn) != stood
        rebuild(ledger.conn, ground.master)
        assert board(ledger.conn) == stood


def test_the_board_shows_custody_schedule_and_requests(ground: Ground) -> None:
    with ground.ledger() as ledger:
        ledger.append(booking("r1", more=2))
        (row,) = board(ledger.conn)
        assert (row.open, row.release_said, row.active_detainers, row.version) == (True, None, 2, 4)
        ledger.append(
            events_from_json(said("release-scheduled", "x1", '"release_at": "2026-03-09"'))
        )
        (row,) = board(ledger.conn)
        assert row.release_said == "2026-03-09"
        # Midnight in New York, in the night on which the clocks went forward.
        assert row.release_from == datetime(2026, 3, 9, 4, tzinfo=UTC)
        ledger.append(events_from_json(said("detainer-lifted", "x2", '"detainer": "d3"')))
        ledger.append(events_from_json(said("released", "x3")))
        (row,) = board(ledger.conn)
        assert (row.open, row.active_detainers, row.version) == (False, 1, 7)


def test_the_kept_state_is_the_record_that_the_events_add_up_to(ground: Ground) -> None:
    from exeat.facts.codec import record_from_json

    with ground.ledger() as ledger:
        key = ledger.append(booking())[0].record
        (state,) = custody(ledger.conn, ground.master).values()
        kept: CustodyRecord = record_from_json(state)
        assert kept == ledger.read(key).fold()


def test_without_views_a_write_leaves_none_and_a_rebuild_brings_them(ground: Ground) -> None:
    with ground.ledger(keep_views=False) as ledger:
        ledger.append(booking())
        assert board(ledger.conn) == []
        assert rebuild(ledger.conn, ground.master) == 1
        assert len(board(ledger.conn)) == 1


def test_an_older_state_never_takes_the_place_of_a_newer_one(ground: Ground) -> None:
    from exeat.record import views

    with ground.ledger() as ledger:
        ledger.append(booking(more=0))
        first = ledger.read("r1")
        older = views.view_of(first.record, first.version, first.events())
        ledger.append(booking(more=1))
        key = ground.master.unwrap(
            ledger.records()[0].person, ledger.records()[0].wrapped_key or b"", "x"
        )
        views.put(ledger.conn, older, key)
        (row,) = board(ledger.conn)
    assert row.version == 3


@pytest.mark.parametrize("when", ["2026-03", "XXXX-XX-XX", "2026-03-09T05:00-05:00"])
def test_an_uncertain_release_is_shown_as_it_was_said(ground: Ground, when: str) -> None:
    with ground.ledger() as ledger:
        ledger.append(booking())
        ledger.append(events_from_json(said("release-scheduled", "x1", f'"release_at": "{when}"')))
        (row,) = board(ledger.conn)
    assert row.release_said is not None
    assert (row.release_from is None) == (when == "XXXX-XX-XX")
