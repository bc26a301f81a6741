"""For any events at all: what is appended is read back, once, and the views follow."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pg import Ground, board, custody, verify_database
from tests.strategies import events

from exeat.facts.codec import record_from_json
from exeat.facts.fold import fold
from exeat.record import rebuild

pytest_plugins = ["tests.pg"]

_COUNT = itertools.count(1)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_what_is_appended_is_read_back_once(shared: Ground, data: st.DataObject) -> None:
    name = f"any-{next(_COUNT)}"
    said = data.draw(events(record=name))
    cut = data.draw(st.integers(0, len(said)))
    with shared.ledger() as ledger:
        first = ledger.append(said[:cut], check=False)
        whole = ledger.append(said)
        assert whole[:cut] == first
        assert [one.version for one in whole] == list(range(1, len(said) + 1))
        history = ledger.read(name)
        assert history.events() == tuple(said)
        kept = custody(ledger.conn, shared.master)[history.record]
        assert record_from_json(kept) == fold(said)


def test_after_all_that_the_log_verifies_and_the_views_can_be_rebuilt(shared: Ground) -> None:
    with shared.ledger() as ledger, shared.admin() as conn:
        ledger.checkpoint(shared.signer)
        report = verify_database(conn, [shared.signer.verifier()], master=shared.master)
        assert (report.exit_code, report.damages) == (0, [])
        stood = board(ledger.conn), custody(ledger.conn, shared.master)
        assert rebuild(ledger.conn, shared.master) == len(stood[0])
        assert (board(ledger.conn), custody(ledger.conn, shared.master)) == stood
