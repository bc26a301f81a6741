"""What changes with time: of several events that say it, the one that *happened* last counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from exeat.errors import Fault
from exeat.facts._faults import event_place, one_line
from exeat.facts.codes import StatusProof
from exeat.facts.events import Corrected, Plain
from exeat.facts.times import Span, span

__all__ = ["Said", "corrections_at_odds", "turned"]

Said: TypeAlias = tuple[Plain, str, Any]
"""An event, the field of the record that it says, and the value."""

_PROOF: Final = "person.status_proof"
_RANKS: Final = {None: 0, StatusProof.NONE: 1, StatusProof.LAWFUL_STATUS: 2}
_CITIZENSHIP: Final = 3


def turned(said: Iterable[Said], zone: ZoneInfo) -> tuple[dict[str, Any], list[Fault]]:
    """Return what each field comes to, and every two events that say it otherwise at one time.

    When something was recorded, and under which id, decides nothing. Proof of citizenship or of
    status, once shown, is undone by a correction only: that a later look found none, or an
    earlier one did, does not take it back.
    """
    by_field: dict[str, list[Said]] = {}
    for one in said:
        by_field.setdefault(one[1], []).append(one)
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for field, told in by_field.items():
        told.sort(key=lambda one: (span(one[0].occurred, zone), one[0].id))
        faults += _at_odds(told, zone)
        values[field] = max((one[2] for one in told), key=_rank) if field == _PROOF else told[-1][2]
    return values, faults


def _rank(proof: StatusProof | None) -> int:
    return _RANKS.get(proof, _CITIZENSHIP)


def _at_odds(told: Sequence[Said], zone: ZoneInfo) -> Iterable[Fault]:
    first: dict[Span, Said] = {}
    for event, field, value in told:
        other, _, known = first.setdefault(span(event.occurred, zone), (event, field, value))
        if known != value:
            yield Fault(
                "E112",
                event_place(event.id),
                f"says `{field}` otherwise than `{one_line(other.id)}` does, at the same time",
                "Give each the time at which it happened, or send an event `corrected` of"
                f" `{one_line(other.id)}`.",
            )


def corrections_at_odds(corrections: Iterable[Corrected], zone: ZoneInfo) -> Iterable[Fault]:
    """Yield a fault for each two corrections of one event of which neither came last."""
    first: dict[tuple[str, Span, Span], Corrected] = {}
    for one in sorted(corrections, key=lambda one: one.id):
        when = (one.of, span(one.recorded, zone), span(one.occurred, zone))
        other = first.setdefault(when, one)
        if other.instead != one.instead:
            yield Fault(
                "E112",
                event_place(one.id),
                f"corrects `{one_line(one.of)}` otherwise than `{one_line(other.id)}` does, at the"
                " same time",
                "Leave one of the two out, or give each the time at which it was said.",
            )
