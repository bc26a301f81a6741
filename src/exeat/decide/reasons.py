"""The *because* of an answer: its steps in plain words, each with the rule it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from exeat.decide.answer import Because, Certainty, Duty, DutyState, Verdict, Window
from exeat.decide.eligibility import Eligibility
from exeat.facts.case import zone_of
from exeat.facts.codes import JUDGE_SIGNED
from exeat.facts.record import CustodyRecord
from exeat.facts.times import bounds, show_when
from exeat.facts.words import say_hours, say_time
from exeat.rules.model import Modality, Rule
from exeat.rules.place import LawOfPlace

__all__ = ["Bites", "reasons_of"]

Bites = Sequence[tuple[Rule, bool | None]]
"""Rules about the hold, each with whether it bites; None where a fact that would say is missing."""


def reasons_of(
    record: CustodyRecord,
    law: LawOfPlace,
    verdict: Verdict,
    certainty: Certainty,
    eligible: Eligibility,
    windows: Sequence[Window],
    weighed: Bites,
    duties: Sequence[Duty],
    at: datetime,
) -> tuple[Because, ...]:
    """Return the reasons in the order in which a reader needs them."""
    zone = zone_of(record.zone)
    steps: list[Because] = []
    if verdict is Verdict.NOT_IN_CUSTODY:
        return (Because(_not_here(record, zone, at)),)
    steps.extend(_custody(record, eligible, zone, at))
    if verdict is Verdict.IN_CUSTODY:
        return tuple(steps)
    if not record.detainers:
        steps.append(Because("No request of another agency is on file."))
    steps.extend(_requests(record, zone))
    steps.extend(_law(verdict, windows, weighed, zone, at))
    if verdict is Verdict.NOTIFY_FIRST:
        for duty in duties:
            if (
                duty.state in (DutyState.OWED, DutyState.LATE)
                and duty.certainty is Certainty.CERTAIN
            ):
                steps.append(Because(f"Notice to {duty.to} is owed before release.", duty.rule))
    if verdict is Verdict.OVERDUE and eligible.latest is not None:
        hours = (at - eligible.latest).total_seconds() / 3600
        steps.append(Because(f"The person was eligible for release {say_hours(hours)} ago."))
    if certainty is Certainty.POSSIBLE:
        steps.append(
            Because("The sources disagree; the answer takes the safe side and shows both.")
        )
    return tuple(steps)


def _not_here(record: CustodyRecord, zone: ZoneInfo, at: datetime) -> str:
    if record.release is not None:
        left = bounds(record.release.at, zone)[1]
        if left is not None and left <= at:
            return f"The person left this facility on {say_time(left, zone)}."
    return f"Custody here began on {say_time(bounds(record.booked, zone)[0], zone)}."


def _custody(
    record: CustodyRecord, eligible: Eligibility, zone: ZoneInfo, at: datetime
) -> Iterator[Because]:
    kinds = {basis.id: basis for basis in record.bases}
    for basis_id in eligible.running:
        basis = kinds[basis_id]
        yield Because(f"`{basis.id}` ({basis.kind}) still runs.")
    for basis_id in eligible.unclear:
        seen = show_when(kinds[basis_id].end) or "nothing"
        yield Because(f"The record does not say exactly when `{basis_id}` ended ({seen}).")
    if eligible.running:
        return
    if eligible.earliest is not None and at < eligible.earliest:
        sure = "" if eligible.earliest == eligible.latest else " at the earliest"
        yield Because(f"A basis of custody runs until {say_time(eligible.earliest, zone)}{sure}.")
        return
    if eligible.latest is None:
        return
    if not record.bases:
        yield Because("The record has no ground of custody of the jail's own or of a court.")
    when = say_time(eligible.latest, zone)
    ended = [kinds[basis_id] for basis_id in eligible.last if basis_id in kinds]
    names = ", ".join(f"`{b.id}` ({b.ended_by or b.kind})" for b in ended)
    last = f"The last basis of custody, {names}, ended. " if names else ""
    yield Because(f"{last}The person has been eligible for release since {when}.")


def _requests(record: CustodyRecord, zone: ZoneInfo) -> Iterator[Because]:
    for detainer in record.detainers:
        form = detainer.form.value if detainer.form else "a request on a form not known"
        lifted = detainer.lifted
        if isinstance(lifted, datetime):
            yield Because(f"Request `{detainer.id}` ({form}) ended on {say_time(lifted, zone)}.")
        elif isinstance(detainer.received, datetime):
            since = say_time(detainer.received, zone)
            yield Because(f"Request `{detainer.id}` ({form}) is on file since {since}.")
        else:
            yield Because(f"Request `{detainer.id}` ({form}) is on file.")
        if detainer.warrants and JUDGE_SIGNED.intersection(detainer.warrants):
            yield Because(
                f"A judge's warrant came with `{detainer.id}`. Where it commands custody it is a "
                "basis of its own: enter it as one, or ask counsel before anybody is let go."
            )


def _law(
    verdict: Verdict,
    windows: Sequence[Window],
    weighed: Bites,
    zone: ZoneInfo,
    at: datetime,
) -> Iterator[Because]:
    said: set[tuple[str, datetime | None]] = set()
    for window in windows:
        if window.certainty is Certainty.POSSIBLE and verdict is Verdict.RELEASE:
            continue
        if (window.rule.id, window.end) in said:
            continue
        said.add((window.rule.id, window.end))
        verb = "commands" if window.rule.modality is Modality.MUST else "allows"
        past = window.end is not None and window.end <= at
        until = f"until {say_time(window.end, zone)}" if window.end else "with no end of its own"
        if window.certainty is Certainty.POSSIBLE:
            verb = f"possibly {verb}"
        gone = "; that time has passed" if past else ""
        on = f" (reading {', '.join(window.readings)})" if window.readings else ""
        yield Because(f"`{window.rule.id}` {verb} a hold {until}{on}{gone}.", window.rule)
    if verdict is Verdict.CONFLICT:
        # A command that a ban meets opens no window; the reader must see both sides.
        shown = {rule_id for rule_id, _ in said}
        for rule, truth in weighed:
            if rule.modality is Modality.MUST and truth and rule.id not in shown:
                yield Because(f"`{rule.id}` commands a hold.", rule)
    for rule, truth in weighed:
        if rule.modality is Modality.MUST_NOT and truth and rule.clock is None:
            on = f" (reading {rule.reading})" if rule.reading else ""
            yield Because(f"`{rule.id}` forbids a hold{on}.", rule)
    if verdict in (Verdict.RELEASE, Verdict.NOTIFY_FIRST) and not windows:
        yield Because("No rule of this place lets anybody keep the person now.")
