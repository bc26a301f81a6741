"""The *because* of an answer: its steps in plain words, each with the rule it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from exeat.decide.answer import Because, Certainty, Conflict, Duty, DutyState, Verdict, Window
from exeat.decide.custody import Ground
from exeat.decide.program import TELLS
from exeat.decide.timeline import Timeline
from exeat.decide.verdict import Ruling
from exeat.facts.record import Basis, CustodyRecord
from exeat.facts.times import FAR_FUTURE, show_when, span
from exeat.facts.words import say_hours, say_time
from exeat.rules.model import Modality, Rule

__all__ = ["Bites", "reasons_of"]

Bites = Sequence[tuple[Rule, bool | None]]
"""Rules about the hold, each with whether it bites; None where a fact that would say is missing."""

_NOTHING_SHOWN = (
    "Nothing shows that this office has authority of its own to hold on this request. Federal "
    "law leaves the choice to the office only where the law of the state gives it the power."
)


def reasons_of(
    line: Timeline,
    found: Ruling,
    until: datetime | None,
    windows: Sequence[Window],
    weighed: Bites,
    duties: Sequence[Duty],
    contested: Sequence[Conflict],
) -> tuple[Because, ...]:
    """Return the reasons in the order in which a reader needs them."""
    record, zone = line.record, line.zone
    if found.verdict is Verdict.NOT_IN_CUSTODY:
        return (Because(_not_here(record, zone, found.point.at)),)
    steps = list(_custody(line, found))
    if found.verdict is Verdict.IN_CUSTODY:
        return tuple(steps)
    if not record.detainers:
        steps.append(Because("No request of another agency is on file."))
    steps.extend(_requests(line, found.point.at))
    steps.extend(_law(found, windows, weighed, zone))
    steps.extend(_first(found, until, duties, zone))
    if found.overdue is not None:
        hours = (found.point.at - found.overdue.since).total_seconds() / 3600
        steps.append(Because(f"Nothing has let anybody keep the person for {say_hours(hours)}."))
    if found.certainty is Certainty.POSSIBLE and contested and len(found.point.sets) > 1:
        steps.append(
            Because("The sources disagree; the answer takes the safe side and shows both.")
        )
    return tuple(steps)


def _not_here(record: CustodyRecord, zone: ZoneInfo, at: datetime) -> str:
    if record.release is not None:
        left = span(record.release.at, zone)[1]
        if left <= at:
            return f"The person left this facility on {say_time(left, zone)}."
    for move in record.transfers:
        moved = span(move.at, zone)[1]
        if moved <= at:
            return f"The person was moved to `{move.to}` on {say_time(moved, zone)}."
    return f"Custody here began on {say_time(span(record.booked, zone)[0], zone)}."


def _custody(line: Timeline, found: Ruling) -> Iterator[Because]:
    point, zone = found.point, line.zone
    kinds = {basis.id: basis for basis in line.record.grounds}
    if line.stay.silent:
        yield Because("The record does not say on which grounds the person is in custody.")
    for ground in line.stay.grounds:
        runs = ground.runs(point.at)
        if runs:
            yield Because(_runs(ground, kinds, zone))
        elif runs is None:
            yield Because(_unclear(ground, kinds))
    if point.held is not False or point.house is not True:
        return
    when = say_time(point.since[1], zone)
    if not line.stay.grounds:
        yield Because("The record has no ground of custody of the jail's own or of a court.")
    ended = [kinds[g.id] for g in line.stay.grounds if g.end[1] == point.since[1] and g.id in kinds]
    names = ", ".join(f"`{b.id}` ({b.ended_by or b.kind})" for b in ended)
    last = f"The last basis of custody, {names}, ended. " if names else ""
    yield Because(f"{last}The person has been eligible for release since {when}.")
    later = [g for g in line.stay.grounds if g.start[0] > point.at]
    for ground in later:
        begins = say_time(ground.start[0], zone)
        yield Because(f"`{ground.id}` begins only on {begins}, and keeps nobody before.")


def _runs(ground: Ground, kinds: Mapping[str, Basis], zone: ZoneInfo) -> str:
    if ground.warrant:
        return (
            f"A judge's arrest warrant came with `{ground.id}`. It is a ground of custody of its "
            "own, whatever the law says of requests: confirm it with the court or the Marshals "
            "Service."
        )
    until = "" if ground.end[0] >= FAR_FUTURE else f" until {say_time(ground.end[0], zone)}"
    return f"`{ground.id}` ({kinds[ground.id].kind}) still runs{until}."


def _unclear(ground: Ground, kinds: Mapping[str, Basis]) -> str:
    if ground.warrant:
        return f"Whether the judge's warrant with `{ground.id}` names this person is not known."
    seen = show_when(kinds[ground.id].end) or "nothing"
    return f"The record does not say exactly when `{ground.id}` ended ({seen})."


def _requests(line: Timeline, at: datetime) -> Iterator[Because]:
    for detainer in line.record.detainers:
        form = detainer.form.value if detainer.form else "a request on a form not known"
        lifted, received = detainer.lifted, detainer.received
        if isinstance(lifted, datetime) and lifted <= at:
            yield Because(
                f"Request `{detainer.id}` ({form}) ended on {say_time(lifted, line.zone)}."
            )
        elif isinstance(received, datetime) and received > at:
            came = say_time(received, line.zone)
            yield Because(f"Request `{detainer.id}` ({form}) came only on {came}.")
        elif isinstance(received, datetime):
            since = say_time(received, line.zone)
            yield Because(f"Request `{detainer.id}` ({form}) is on file since {since}.")
        else:
            yield Because(f"Request `{detainer.id}` ({form}) is on file.")


def _law(
    found: Ruling, windows: Sequence[Window], weighed: Bites, zone: ZoneInfo
) -> Iterator[Because]:
    verdict, at = found.verdict, found.point.at
    said: set[tuple[str, datetime | None]] = set()
    for window in windows:
        if window.certainty is Certainty.POSSIBLE and verdict is Verdict.RELEASE:
            continue
        if (window.rule.id, window.end) in said:
            continue
        said.add((window.rule.id, window.end))
        yield Because(_window(window, at, zone), window.rule)
    if verdict is Verdict.CONFLICT:
        # A command that a ban meets opens no window; the reader must see both sides.
        shown = {rule_id for rule_id, _ in said}
        for rule, truth in weighed:
            if rule.modality is Modality.MUST and truth and rule.id not in shown:
                yield Because(f"`{rule.id}` commands a hold.", rule)
    for rule, truth in weighed:
        if rule.modality is Modality.MUST_NOT and truth and rule.clock is None:
            yield Because(_ban(rule), rule)
    if verdict in (Verdict.RELEASE, Verdict.NOTIFY_FIRST) and not windows:
        yield Because("No rule of this place lets anybody keep the person now.")


def _window(window: Window, at: datetime, zone: ZoneInfo) -> str:
    verb = "commands" if window.rule.modality is Modality.MUST else "allows"
    if window.rule.unread:
        verb = f"is reported to {verb.removesuffix('s')}"
    elif window.certainty is Certainty.POSSIBLE:
        verb = f"possibly {verb}"
    until = f"until {say_time(window.end, zone)}" if window.end else "with no end of its own"
    gone = "; that time has passed" if window.end is not None and window.end <= at else ""
    on = f" (reading {', '.join(window.readings)})" if window.readings else ""
    return f"`{window.rule.id}` {verb} a hold {until}{on}{gone}."


def _ban(rule: Rule) -> str:
    on = f" (reading {rule.reading})" if rule.reading else ""
    if rule.policy:
        return f"By this office's own policy, `{rule.id}`, it does not hold{on}."
    return f"`{rule.id}` forbids a hold{on}."


def _first(
    found: Ruling, until: datetime | None, duties: Sequence[Duty], zone: ZoneInfo
) -> Iterator[Because]:
    would = f" until {say_time(until, zone)}" if until else ""
    if found.verdict is Verdict.NOTIFY_FIRST:
        for duty in duties:
            owed = duty.state in (DutyState.OWED, DutyState.LATE)
            if owed and duty.certainty is Certainty.CERTAIN and duty.rule.about in TELLS:
                yield Because(f"Notice to {duty.to} is owed before release.", duty.rule)
    elif found.verdict is Verdict.SERVE_FIRST:
        yield Because(
            "The form has no effect until a copy is served on the person, and none was. On "
            f"service the law commands a hold{would}; without it, there is none."
        )
    elif found.verdict is Verdict.BRING_FIRST:
        yield Because(
            "A judicial official decides on the hold: the person is taken there before release. "
            f"If the official orders it, the hold runs{would}."
        )
    elif found.verdict is Verdict.RELEASE_UNLESS_INSTRUCTED:
        yield Because(_NOTHING_SHOWN)
        if would:
            yield Because(f"If counsel has instructed in writing that it may, a hold runs{would}.")
    elif found.verdict is Verdict.CALL_COUNSEL:
        yield Because(
            "A command to hold is reported whose text nobody here has read, or that a person "
            f"must judge. If counsel says that it applies, the hold runs{would}; else release."
        )
    elif found.point.perhaps_must:
        yield Because("A command to hold may stand beside the permission; counsel can settle it.")
