"""Examine one finished custody: what should have happened, and what did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from exeat.audit.findings import Finding, FindingKind
from exeat.audit.requests import request_findings
from exeat.audit.timeline import Segment, segments
from exeat.decide import Answer, Certainty, Duty, DutyState, Verdict, decide
from exeat.decide.duties import duties_of
from exeat.decide.eligibility import Eligibility, eligibility
from exeat.decide.verdict import HELD, standings, weigh, without_hold
from exeat.facts.case import zone_of
from exeat.facts.codes import ReleaseKind
from exeat.facts.record import CustodyRecord
from exeat.facts.times import Never, bounds
from exeat.facts.words import say_hours, say_time
from exeat.rules.clocks import HoursRun
from exeat.rules.model import About, Modality, Rule
from exeat.rules.place import LawOfPlace

__all__ = ["Examination", "examine"]

_HOUSED = (
    "Was the person housed here for ICE as a federal detainee, under an agreement, "
    "and not kept on a detainer?"
)
_LET_GO = frozenset({ReleaseKind.STREET, ReleaseKind.UNSTATED})


@dataclass(frozen=True, slots=True)
class Examination:
    """One custody examined.

    Attributes:
        door: When the person left, the earliest bound in UTC; None while in custody.
        segments: What the law said of a hold from eligibility to the door.
    """

    record: CustodyRecord
    eligible: Eligibility
    door: datetime | None
    segments: tuple[Segment, ...]
    findings: tuple[Finding, ...]


def examine(record: CustodyRecord, law: LawOfPlace) -> Examination:
    """Examine one finished custody under the law of its place and days.

    Examples:
        >>> from exeat.facts.codec import record_from_json
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> record = record_from_json(
        ...     '{"id": "a", "zone": "UTC", "booked": "2016-03-02T09:00Z",'
        ...     '"bases": [{"id": "b", "kind": "charge", "end": "2016-03-03T09:00Z"}],'
        ...     '"release": {"at": "2016-03-03T10:00Z"}}'
        ... )
        >>> examine(record, law_of_place("us", shipped())).findings
        ()
    """
    zone = zone_of(record.zone)
    eligible = eligibility(record, zone)
    door = bounds(record.release.at, zone)[0] if record.release is not None else None
    if not record.detainers and door is not None and _quick(eligible, door, law):
        return Examination(record, eligible, door, (), ())
    spans: list[Segment] = []
    findings: list[Finding] = []
    if door is None or (eligible.latest is None and not eligible.running):
        findings.append(_incomplete(record, eligible, door))
    if door is not None:
        spans = segments(record, law, eligible, door)
        findings.extend(_kept(record, law, eligible, spans))
        findings.extend(_at_the_door(record, law, door))
    findings.extend(request_findings(record, door, law.processing))
    return Examination(record, eligible, door, tuple(spans), tuple(findings))


def _quick(eligible: Eligibility, door: datetime, law: LawOfPlace) -> bool:
    """Say whether a custody without requests plainly ended in time."""
    return (
        eligible.latest is not None
        and eligible.latest == eligible.earliest
        and door - eligible.latest < law.processing
    )


def _hours(start: datetime, end: datetime) -> float:
    return round((end - start).total_seconds() / 3600, 2)


def _incomplete(record: CustodyRecord, eligible: Eligibility, door: datetime | None) -> Finding:
    missing = [f"When did `{basis}` end as a ground of custody?" for basis in eligible.unclear]
    if door is None:
        missing.append("When did the person leave?")
    return Finding(
        record.id,
        FindingKind.INCOMPLETE,
        None,
        None,
        None,
        Certainty.CERTAIN,
        "The record does not give the times that an answer needs.",
        questions=tuple(missing),
    )


def _kept(
    record: CustodyRecord, law: LawOfPlace, eligible: Eligibility, spans: Sequence[Segment]
) -> Iterator[Finding]:
    """Yield what the person was kept for without authority, or possibly without."""
    stay = sum(((s.end - s.start) for s in spans), start=law.processing - law.processing)
    authority_seen = False
    for index, span in enumerate(spans):
        if span.verdict in HELD or span.verdict is Verdict.IN_CUSTODY:
            authority_seen = authority_seen or span.verdict in HELD
            continue
        if not eligible.reached(span.start):
            continue  # a basis may still have run; `record-incomplete` says so
        lapsed = authority_seen or any(
            earlier.verdict is Verdict.UNKNOWN for earlier in spans[:index]
        )
        letting_go = (
            span.end - span.start < law.processing and not weigh(record, law, span.start).cases
        )
        short = stay < law.processing and not authority_seen
        if not short and not letting_go:
            yield _kept_finding(record, law, span, lapsed=lapsed, requested=bool(record.detainers))


def _kept_finding(
    record: CustodyRecord, law: LawOfPlace, span: Segment, *, lapsed: bool, requested: bool
) -> Finding:
    answer = decide(record, law, span.start)
    # Somebody with no other basis at all may have been housed for ICE as a federal detainee,
    # which is no detainer; the record cannot show which.
    housed = not record.bases
    certain = span.verdict is None and span.certainty is Certainty.CERTAIN and not housed
    ran_out = span.ran_out or (
        span.verdict is None and (lapsed or span.certainty is Certainty.POSSIBLE)
    )
    kind = FindingKind.HELD_PAST if ran_out and requested else FindingKind.HELD_WITHOUT
    hours = _hours(span.start, span.end)
    rules = _grounds(answer)
    return Finding(
        record_id=record.id,
        kind=kind,
        start=span.start,
        end=span.end,
        hours=hours,
        certainty=Certainty.CERTAIN if certain else Certainty.POSSIBLE,
        says=_says(record, span, kind, hours),
        rules=tuple(rule.id for rule in rules),
        sources=_sources(rules),
        detainer=", ".join(sorted({w.detainer for w in answer.windows})),
        readings=tuple(sorted({r for w in answer.windows for r in w.readings})),
        questions=((_HOUSED,) if housed else ())
        + tuple(dict.fromkeys(question.asks for question in answer.questions)),
    )


def _says(record: CustodyRecord, span: Segment, kind: FindingKind, hours: float) -> str:
    zone = zone_of(record.zone)
    since, until = say_time(span.start, zone), say_time(span.end, zone)
    text = f"Kept {say_hours(hours)}, from {since} to {until}"
    if span.ran_out:
        return f"{text}: past the limit on one reading of the law, within it on another."
    if span.verdict is Verdict.UNKNOWN:
        return f"{text}; the record does not say what would show an authority to hold."
    if span.verdict is Verdict.CONFLICT:
        return f"{text}; the sources disagree whether there was authority to hold."
    if span.certainty is Certainty.POSSIBLE:
        return f"{text}: past the limit on one reading of the law, within it on another."
    if kind is FindingKind.HELD_PAST:
        return f"{text}, after every authority to hold had run out."
    return f"{text}, when nothing gave authority to hold."


def _grounds(answer: Answer) -> tuple[Rule, ...]:
    """Return the rules that a finding on a hold rests on: those that bit, and those that wait."""
    waiting = tuple(u.rule for u in answer.unevaluated if u.rule.about is About.HOLD)
    found = {rule.id: rule for rule in (*answer.decided_by, *waiting)}
    return tuple(found[key] for key in sorted(found))


def _sources(rules: Sequence[Rule]) -> tuple[str, ...]:
    return tuple(sorted({f"{rule.place}/{source}" for rule in rules for source in rule.source}))


def _at_the_door(record: CustodyRecord, law: LawOfPlace, door: datetime) -> Iterator[Finding]:
    """Yield what the law asked at the door: a hold that was broken, a notice that was owed."""
    moment = door.astimezone(UTC)
    before = _just_before(moment)
    assert record.release is not None
    if record.release.kind not in _LET_GO and record.release.kind is not ReleaseKind.TO_AGENCY:
        return
    if record.release.kind in _LET_GO:
        yield from _released_against(record, law, before)
    if record.detainers:
        yield from _notices(record, law, before)


def _just_before(moment: datetime) -> datetime:
    # The answer at the door is the one that stood while the person was still inside.
    return moment.replace(microsecond=0) - (moment.resolution * 1)


def _released_against(
    record: CustodyRecord, law: LawOfPlace, before: datetime
) -> Iterator[Finding]:
    weighed = weigh(record, law, before)
    if not weighed.cases or not weighed.eligible.reached(before):
        return
    stands = standings(law, weighed.cases, weighed.eligible, weighed.day.worlds)
    musts = [stand.must for stand in stands]
    if all(must is False for must in musts):
        return
    assert record.release is not None
    sure = all(musts) and record.release.kind is ReleaseKind.STREET
    answer = decide(record, law, before)
    commands = [w for w in answer.windows if w.rule.modality is Modality.MUST]
    commands = [w for w in commands if w.end is None or w.end > before]
    # The longest command; one on a judge's warrant sets no end of its own.
    ends = [w.end for w in commands]
    end = max((e for e in ends if e is not None), default=None) if None not in ends else None
    rules = tuple(w.rule for w in commands)
    yield Finding(
        record_id=record.id,
        kind=FindingKind.RELEASED_AGAINST,
        start=before,
        end=end,
        hours=_hours(before, end) if end else None,
        certainty=Certainty.CERTAIN if sure else Certainty.POSSIBLE,
        says="Let go while the law of the place commanded"
        + (" a hold." if sure else ", or may have commanded, a hold."),
        rules=tuple(sorted({rule.id for rule in rules})),
        sources=_sources(rules),
        detainer=", ".join(sorted({w.detainer for w in answer.windows})),
        questions=tuple(dict.fromkeys(question.asks for question in answer.questions)),
    )


def _notices(record: CustodyRecord, law: LawOfPlace, before: datetime) -> Iterator[Finding]:
    weighed = weigh(record, law, before)
    if not any(_tells(rule) for rule, _ in weighed.day.others):
        return
    verdict = weighed.verdict or without_hold(record, law, weighed)
    duties, _ = duties_of(record, law, weighed.day, weighed.cases, weighed.at, verdict)
    found: dict[tuple[FindingKind, str, str], list[Duty]] = {}
    for duty in duties:
        kind = _broken(record, duty) if _tells(duty.rule) else None
        if kind is not None:
            found.setdefault((kind, duty.rule.about.value, duty.to), []).append(duty)
    for (kind, _, _), broken in found.items():
        yield _notice(record, kind, broken, before)


def _broken(record: CustodyRecord, duty: Duty) -> FindingKind | None:
    """Say what is to be found of one duty to tell, if anything."""
    if duty.state is DutyState.DONE:
        late = _late(record, duty.rule, duty.due) is not None
        return FindingKind.NOTICE_LATE if late else None
    if duty.state is DutyState.UNKNOWN:
        return FindingKind.INCOMPLETE if duty.certainty is Certainty.CERTAIN else None
    return FindingKind.NOTICE_MISSED


def _tells(rule: Rule) -> bool:
    """Say whether a rule makes the facility tell somebody, and a machine can say when."""
    tells = rule.about in (About.NOTIFY, About.INFORM_PERSON)
    return tells and rule.modality is Modality.MUST and not rule.judge


def _late(record: CustodyRecord, rule: Rule, due: datetime | None) -> datetime | None:
    """Return when a notice was given, if that was surely after it was due."""
    if due is None:
        return None
    zone = zone_of(record.zone)
    given = [
        bounds(notice.given, zone)[0]
        for notice in record.notices or ()
        if notice.kind.value == rule.about.value
        and notice.to == rule.to
        and notice.given is not None
        and not isinstance(notice.given, Never)
    ]
    times = [time for time in given if time is not None]
    return min(times) if times and min(times) > due else None


def _notice(
    record: CustodyRecord, kind: FindingKind, duties: Sequence[Duty], before: datetime
) -> Finding:
    """Return one finding for one omission, however many rules asked for the same notice."""
    zone = zone_of(record.zone)
    dues = [duty.due for duty in duties if duty.due is not None]
    due = min(dues) if dues else None
    until = _late(record, duties[0].rule, due) if kind is FindingKind.NOTICE_LATE else before
    until = None if kind is FindingKind.INCOMPLETE else until
    by = f" by {say_time(due, zone)}" if due else " before release"
    to = {"ice": "ICE", "person": "the person", "judge": "the judge"}.get(
        duties[0].to, duties[0].to
    )
    says = {
        FindingKind.NOTICE_LATE: f"Notice to {to} was due{by} and given later.",
        FindingKind.NOTICE_MISSED: f"Notice to {to} was due{by}; the record shows none.",
    }.get(kind, f"Notice to {to} was due{by}; this record does not keep notices.")
    rules = tuple(duty.rule for duty in duties)
    return Finding(
        record_id=record.id,
        kind=kind,
        start=due,
        end=until,
        hours=_hours(due, until) if due and until else None,
        certainty=_how_sure(record, kind, duties),
        says=says,
        rules=tuple(sorted(rule.id for rule in rules)),
        sources=_sources(rules),
    )


def _how_sure(record: CustodyRecord, kind: FindingKind, duties: Sequence[Duty]) -> Certainty:
    """Return how surely a notice was missed or late.

    Hours before a release that nobody had scheduled, such as one on bail, could not be counted
    at the time: forms ask for them "if possible". Such a notice is late possibly at most.
    """
    unforeseen = record.scheduled_release is None and all(
        duty.rule.clock is not None and duty.rule.clock.hours_run is HoursRun.BEFORE_RELEASE
        for duty in duties
    )
    if kind is FindingKind.NOTICE_LATE and unforeseen:
        return Certainty.POSSIBLE
    sure = any(duty.certainty is Certainty.CERTAIN for duty in duties)
    return Certainty.CERTAIN if sure else Certainty.POSSIBLE
