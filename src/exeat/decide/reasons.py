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
from exeat.facts.codes import BasisEnd, BasisKind
from exeat.facts.record import Basis, CustodyRecord
from exeat.facts.times import FAR_FUTURE, show_when, span
from exeat.facts.words import say_hours, say_time, say_to
from exeat.rules.model import JurisdictionKind, Modality, RestsOn, Rule
from exeat.rules.place import LawOfPlace

__all__ = ["Bites", "reading_says", "reasons_of", "whose"]

Bites = Sequence[tuple[Rule, bool | None]]
"""Rules about the hold, each with whether it bites; None where a fact that would say is missing."""

_GROUNDS = {
    BasisKind.CHARGE: "a criminal charge",
    BasisKind.SENTENCE: "a sentence",
    BasisKind.WARRANT: "a warrant of a court of this state",
    BasisKind.COURT_ORDER: "an order of a court",
    BasisKind.PAROLE_HOLD: "a parole, probation or corrections hold",
    BasisKind.FUGITIVE: "another state's criminal process",
    BasisKind.FEDERAL_CRIMINAL: "federal criminal custody",
    BasisKind.IMMIGRATION_HOUSING: "housing for ICE under an agreement",
    BasisKind.OTHER_AGENCY: "a hold of another agency",
}
_UNSAID = (None, BasisEnd.OTHER, BasisEnd.UNSTATED)
_CITIZEN = "person.citizenship_shown"
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
    steps.extend(_law(line, found, windows, weighed))
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
            return f"The person was moved to {move.to} on {say_time(moved, zone)}."
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
    last = f"The last ground of custody, {_ended(ended)}. " if ended else ""
    yield Because(f"{last}The person has been eligible for release since {when}.")
    later = [g for g in line.stay.grounds if g.start[0] > point.at]
    for ground in later:
        begins = say_time(ground.start[0], zone)
        what = _upper(_GROUNDS[kinds[ground.id].kind] if ground.id in kinds else "a ground")
        yield Because(f"{what} begins only on {begins}, and keeps nobody before.")


def _ended(ended: Sequence[Basis]) -> str:
    """Return which grounds ended, and how, each way once."""
    said = []
    for basis in ended:
        how = ""
        if basis.ended_by not in _UNSAID:
            text = basis.ended_by.description.rstrip(".")
            how = f" ({text[0].lower()}{text[1:]})"
        said.append(f"{_GROUNDS[basis.kind]}, ended{how}")
    return "; ".join(dict.fromkeys(said))


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _runs(ground: Ground, kinds: Mapping[str, Basis], zone: ZoneInfo) -> str:
    if ground.warrant:
        return (
            "A judge's arrest warrant came with the request. It is a ground of custody of its "
            "own, whatever the law says of requests: confirm it with the court or the Marshals "
            "Service."
        )
    until = "" if ground.end[0] >= FAR_FUTURE else f" until {say_time(ground.end[0], zone)}"
    return f"{_upper(_GROUNDS[kinds[ground.id].kind])} still keeps the person in custody{until}."


def _unclear(ground: Ground, kinds: Mapping[str, Basis]) -> str:
    if ground.warrant:
        return "Whether the judge's warrant that came with the request names this person is open."
    basis = kinds[ground.id]
    seen = show_when(basis.end) or "nothing"
    return f"The record does not say exactly when {_GROUNDS[basis.kind]} ended (it says: {seen})."


def _requests(line: Timeline, at: datetime) -> Iterator[Because]:
    for detainer in line.record.detainers:
        form = f"on form {detainer.form.value}" if detainer.form else "on a form not known"
        lifted, received = detainer.lifted, detainer.received
        if isinstance(lifted, datetime) and lifted <= at:
            ended = say_time(lifted, line.zone)
            yield Because(f"A request {form} was on file, and ended on {ended}.")
        elif isinstance(received, datetime) and received > at:
            yield Because(f"A request {form} came only on {say_time(received, line.zone)}.")
        elif isinstance(received, datetime):
            since = say_time(received, line.zone)
            yield Because(f"A request {form} is on file since {since}.")
        else:
            yield Because(f"A request {form} is on file.")


def whose(law: LawOfPlace, rule: Rule) -> str:
    """Return in words whose law a rule is.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> law = law_of_place("us-wa", shipped())
        >>> whose(law, law.rules[0]), whose(law, law.rules[-1])
        ('federal law', 'the law of Washington')
    """
    [place] = [place for place in law.chain if place.id == rule.place]
    return "federal law" if place.kind is JurisdictionKind.COUNTRY else f"the law of {place.name}"


def reading_says(law: LawOfPlace, name: str) -> str:
    """Return what a reading ``contest/reading`` says, without the yes or no before it.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> reading_says(law_of_place("us", shipped()), "us-48-hours/regulation")
        '8 CFR 287.7(d) leaves them out'
    """
    for contest in law.contests:
        for reading in contest.readings:
            if name == f"{contest.id}/{reading.id}":
                says = reading.says.removesuffix(".")
                head, _, rest = says.partition(": ")
                return rest if head.lower() in ("yes", "no") else says
    return name


def _law(
    line: Timeline, found: Ruling, windows: Sequence[Window], weighed: Bites
) -> Iterator[Because]:
    verdict, at, law = found.verdict, found.point.at, line.law
    told: dict[tuple[str, Certainty], list[Window]] = {}
    for window in windows:
        if window.certainty is Certainty.CERTAIN or verdict is not Verdict.RELEASE:
            told.setdefault((window.rule.id, window.certainty), []).append(window)
    for some in told.values():
        yield Because(_window(law, some, at, line.zone), some[0].rule)
    if verdict is Verdict.CONFLICT:
        # A command that a ban meets opens no window; the reader must see both sides.
        shown = {rule_id for rule_id, _ in told}
        for rule, truth in weighed:
            if rule.modality is Modality.MUST and truth and rule.id not in shown:
                yield Because(f"{_upper(whose(law, rule))} commands a hold.", rule)
    for rule, truth in weighed:
        if rule.modality is Modality.MUST_NOT and truth and rule.clock is None:
            yield Because(_ban(law, rule), rule)
    if verdict in (Verdict.RELEASE, Verdict.NOTIFY_FIRST) and not windows:
        yield Because("No rule of this place lets anybody keep the person now.")


def _window(law: LawOfPlace, windows: Sequence[Window], at: datetime, zone: ZoneInfo) -> str:
    """Return what a rule lets or makes somebody do, with its end on each reading of the law."""
    rule, certainty = windows[0].rule, windows[0].certainty
    verb = "command" if rule.modality is Modality.MUST else "allow"
    who = "this office's own policy" if rule.policy else whose(law, rule)
    if rule.policy:
        says = "is to hold" if rule.modality is Modality.MUST else "allows a hold"
    elif rule.unread:
        says = f"is reported, by a text that nobody here has read, to {verb} a hold"
    elif certainty is Certainty.POSSIBLE:
        says = f"perhaps {verb}s a hold"
    else:
        says = f"{verb}s a hold"
    ends: dict[str, list[str]] = {}
    for window in windows:
        ends.setdefault(_until(window, at, zone), []).extend(window.readings)
    if len(ends) == 1:
        [(until, readings)] = ends.items()
        return f"{_upper(who)} {says} {until}{_on_reading(law, *readings)}."
    return f"{_upper(who)} {says} {', or on another reading '.join(ends)}."


def _until(window: Window, at: datetime, zone: ZoneInfo) -> str:
    if window.end is None:
        return "with no end of its own"
    gone = " (that time has passed)" if window.end <= at else ""
    return f"until {say_time(window.end, zone)}{gone}"


def _on_reading(law: LawOfPlace, *readings: str) -> str:
    """Return on which readings it stands; a contest is left out where every reading is named."""
    named = set(", ".join(readings).split(", "))
    open_ = [
        f"{contest.id}/{reading.id}"
        for contest in law.contests
        for reading in contest.readings
        if not {f"{contest.id}/{one.id}" for one in contest.readings} <= named
    ]
    says = [reading_says(law, name) for name in open_ if name in named]
    return f" (contested; on the reading: {'; '.join(says)})" if says else ""


def _ban(law: LawOfPlace, rule: Rule) -> str:
    on = _on_reading(law, *([rule.reading] if rule.reading else []))
    what = "a judge's warrant" if rule.rests_on is RestsOn.WARRANT else "an immigration request"
    if rule.policy:
        return f"By its own policy, this office does not hold on {what}{on}."
    if rule.prevails:
        cause = any(atom.fact == _CITIZEN for atom in rule.condition.atoms())
        why = "The person has shown proof of US citizenship: federal" if cause else "Federal"
        return f"{why} law forbids this hold, whatever the law of the place commands{on}."
    return f"{_upper(whose(law, rule))} forbids a hold on {what}{on}."


def _first(
    found: Ruling, until: datetime | None, duties: Sequence[Duty], zone: ZoneInfo
) -> Iterator[Because]:
    would = f" until {say_time(until, zone)}" if until else ""
    if found.verdict is Verdict.NOTIFY_FIRST:
        for duty in duties:
            owed = duty.state in (DutyState.OWED, DutyState.LATE)
            if owed and duty.certainty is Certainty.CERTAIN and duty.rule.about in TELLS:
                yield Because(f"Notice to {say_to(duty.to)} is owed before release.", duty.rule)
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
