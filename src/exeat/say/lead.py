"""The first lines of an answer: what to do, until when, why, who must be told, whom to ring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from exeat.decide import Answer, Certainty, Check, CheckKind, Conflict, Duty, DutyState, Verdict
from exeat.rules.model import About, JurisdictionKind, Modality, Rule
from exeat.rules.place import LawOfPlace
from exeat.say.acts import say_act, say_duty
from exeat.say.reasons import say_reason, say_whose
from exeat.say.ring import Ring, Whom, rings_of
from exeat.say.words import say_time

__all__ = ["Lead", "bears", "checks_said", "is_whether", "lead_of", "sides_of"]

_OPEN: Final = (DutyState.LATE, DutyState.OWED)
_TELLS: Final = frozenset({About.NOTIFY, About.INFORM_PERSON, About.TELL_COURT})
_RELEASES: Final = frozenset({Verdict.RELEASE, Verdict.NOTIFY_FIRST, Verdict.OVERDUE})
_RUNG: Final = {
    Whom.COURT: "the court that issued the warrant, or the Marshals Service, to confirm it",
    Whom.CITIZENSHIP: "the office that sent the request{by}: the person says they are a US citizen",
    Whom.IDENTITY: "the office that sent the request{by}: the person says they are somebody else",
    Whom.NOBODY: "nobody: while counsel has not decided, this office releases",
    Whom.COUNSEL: "your counsel (no name or number is set up for this place)",
    Whom.OFFICIAL: "the magistrate or judge on duty",
    Whom.SERVER: "{name}, who serves the copy here",
    Whom.TOLD: "whoever must be told, above",
    Whom.CHOICE: "your supervisor: whether to keep the person is this office's choice",
    Whom.SUPERVISOR: "whoever can answer; until then your supervisor and counsel",
}
_TOLD: Final = 3
"""How many people to tell the first lines name."""
_DO: Final = {
    Verdict.NOT_IN_CUSTODY: "NOT IN CUSTODY HERE: there is nobody to release or to keep",
    Verdict.IN_CUSTODY: "KEEP: a ground of custody still runs",
    Verdict.RELEASE: "RELEASE NOW",
    Verdict.RELEASE_UNLESS_INSTRUCTED: (
        "RELEASE, unless your counsel has instructed in writing that this office may hold"
    ),
    Verdict.NOTIFY_FIRST: "TELL FIRST, THEN RELEASE: a notice that the law commands is still owed",
    Verdict.BRING_FIRST: "TAKE THE PERSON BEFORE A MAGISTRATE OR JUDGE NOW, before any release",
    Verdict.SERVE_FIRST: "SERVE THE COPY NOW: the request has no effect before",
    Verdict.MAY_HOLD: "MAY HOLD: this office may keep the person, and need not",
    Verdict.MUST_HOLD: "HOLD: the law commands it",
    Verdict.OVERDUE: "RELEASE NOW: OVERDUE, kept past every authority",
    Verdict.CONFLICT: "CALL COUNSEL NOW: binding rules contradict each other",
    Verdict.CALL_COUNSEL: "CALL COUNSEL NOW: a command to hold is reported, and may apply",
    Verdict.UNKNOWN: "CANNOT DECIDE YET: answer the questions below, and ask again",
}
_PERHAPS: Final = "MAY HOLD; perhaps must: counsel settles it"
_WARRANT: Final = "KEEP: a judge's arrest warrant names this person"
_LEVEL: Final = {JurisdictionKind.COUNTRY: "federal law", JurisdictionKind.STATE: "state law"}


@dataclass(frozen=True, slots=True)
class Lead:
    """The five things that somebody at the door needs first, each in one line.

    Attributes:
        do: What to do now.
        when: Since or until when.
        why: Why, in one sentence.
        tell: Who must be told, by when.
        ring: Whom to ring.
    """

    do: str
    when: str
    why: str
    tell: str
    ring: str


def lead_of(answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> Lead:
    """Return the first lines of an answer.

    Args:
        answer: As `exeat.decide.decide` gives it.
        law: The law under which it was given.
        zone: The facility's time zone.

    Examples:
        >>> from exeat.decide import decide
        >>> from exeat.facts.codec import record_from_json
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> record = record_from_json(
        ...     '{"id": "a", "zone": "America/New_York",'
        ...     '"booked": "2026-03-02T09:00-05:00", "bases": [{"id": "b", "kind": "charge",'
        ...     '"end": "2026-03-06T17:30-05:00", "ended_by": "bail"}]}'
        ... )
        >>> at = datetime.fromisoformat("2026-03-06T18:00-05:00")
        >>> law = law_of_place("us", shipped())
        >>> lead = lead_of(decide(record, law, at), law, ZoneInfo(record.zone))
        >>> lead.do, lead.when
        ('RELEASE NOW', 'now; eligible for release since Fri 6 Mar 2026, 17:30 EST')
    """
    return Lead(
        _do(answer),
        _when(answer, zone),
        _why(answer, law, zone),
        _tell(answer, zone),
        _ring(answer, law, zone),
    )


def _do(answer: Answer) -> str:
    if answer.verdict is Verdict.IN_CUSTODY and _warrant(answer):
        return _WARRANT
    do = _PERHAPS if answer.perhaps_must else _DO[answer.verdict]
    if answer.certainty is Certainty.CERTAIN:
        return do
    return f"{do} (possible, not certain)"


def _warrant(answer: Answer) -> bool:
    return any(check.kind is CheckKind.WARRANT for check in answer.checks)


# -- when ---------------------------------------------------------------------------------------


_WHEN: Final = {
    Verdict.MAY_HOLD: ("until {until}, then release", "until the warrant's own end"),
    Verdict.MUST_HOLD: ("until {until}, then release", "until the warrant's own end"),
    Verdict.SERVE_FIRST: (
        "on service the person must be held until {until}; if it cannot be served: release",
        "on service the person must be held; if it cannot be served: release",
    ),
    Verdict.BRING_FIRST: (
        "if the official orders a hold: until {until}; if not: release at once",
        "if the official orders a hold: as the order says; if not: release at once",
    ),
    Verdict.RELEASE_UNLESS_INSTRUCTED: (
        "now; if counsel has so instructed: hold until {until}, then release",
        "now; if counsel has so instructed: hold as instructed, then release",
    ),
    Verdict.CALL_COUNSEL: (
        "if counsel says that the command applies: hold until {until}; else release now",
        "if counsel says that the command applies: hold; else release now",
    ),
}
"""When, of a hold or of one that an act would open: where it has an end, and where it has none."""


def _when(answer: Answer, zone: ZoneInfo) -> str:
    if answer.verdict in _WHEN:
        ends, endless = _WHEN[answer.verdict]
        return ends.format(until=say_time(answer.until, zone)) if answer.until else endless
    since = say_time(answer.eligible_since, zone) if answer.eligible_since else ""
    match answer.verdict:
        case Verdict.OVERDUE:
            return f"now; overdue since {say_time(answer.overdue_since, zone)}"
        case Verdict.IN_CUSTODY:
            return "until the court ends it" if _warrant(answer) else "until that ground ends"
        case Verdict.NOT_IN_CUSTODY:
            return f"as of {say_time(answer.at, zone)}"
        case Verdict.RELEASE | Verdict.NOTIFY_FIRST:
            now = "now" if answer.verdict is Verdict.RELEASE else "at once after the notice"
            return f"{now}; eligible for release since {since}" if since else now
    return f"perhaps eligible for release since {since}" if since else "now"


# -- why ----------------------------------------------------------------------------------------


def _why(answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> str:
    told = {
        Verdict.RELEASE_UNLESS_INSTRUCTED: "Nothing shows that this office has power of its own to "
        "hold on a request; a request alone gives none.",
        Verdict.CALL_COUNSEL: "The text of the command was read by nobody here, or a person must "
        "judge whether it applies.",
        Verdict.SERVE_FIRST: "The law commands the hold, but the form takes effect only when the "
        "person gets a copy.",
        Verdict.BRING_FIRST: "The law leaves it to a judicial official whether the person is kept.",
        Verdict.UNKNOWN: "Facts of the case that would decide are missing.",
        Verdict.OVERDUE: "Nothing has let anybody keep the person since "
        f"{say_time(answer.overdue_since, zone)}.",
    }
    said = told.get(answer.verdict)
    if said is None:
        said = _of_the_law(answer, law, zone)
    sides = _sides(answer, law)
    return f"{said} {sides}" if sides and said else sides or said


def _of_the_law(answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> str:
    match answer.verdict:
        case Verdict.IN_CUSTODY | Verdict.NOT_IN_CUSTODY:
            # An issuer is told the verdict and not why else the person is held.
            first = answer.because[0] if answer.because else None
            return say_reason(first, answer, law, zone) if first else answer.verdict.description
        case Verdict.MAY_HOLD | Verdict.MUST_HOLD:
            return _hold(answer, law)
        case Verdict.CONFLICT:
            return "One binding rule commands the hold and another forbids it."
    return _let_go(answer, law, zone)


def _hold(answer: Answer, law: LawOfPlace) -> str:
    wanted = Modality.MUST if answer.verdict is Verdict.MUST_HOLD else Modality.MAY
    windows = [w for w in answer.windows if w.rule.modality is wanted and _runs(w.end, answer.at)]
    windows.sort(key=lambda w: (w.certainty is not Certainty.CERTAIN, -w.rule.level))
    verb = "commands" if wanted is Modality.MUST else "allows"
    who = _upper(_who(law, windows[0].rule)) if windows else "The law"
    if answer.perhaps_must:
        return f"{who} {verb} the hold, and a command that nothing settles may stand beside it."
    return f"{who} {verb} the hold{'' if wanted is Modality.MUST else '; no rule commands it'}."


def _runs(end: datetime | None, at: datetime) -> bool:
    return end is None or end > at


def _who(law: LawOfPlace, rule: Rule) -> str:
    return "this office's own policy" if rule.policy else say_whose(law, rule)


def _let_go(answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> str:
    bans = [rule for rule in answer.decided_by if rule.bans]
    over = next((rule for rule in bans if rule.prevails), None)
    if over is not None:
        step = next((step for step in answer.because if step.rule is over), None)
        return say_reason(step, answer, law, zone) if step else answer.verdict.description
    if any(is_whether(one) for one in answer.contested):
        return ""
    plain = [rule for rule in bans if not rule.policy]
    if plain:
        return f"The last ground of custody ended, and {say_whose(law, plain[0])} forbids a hold."
    if bans:
        return "The last ground of custody ended, and by its own policy this office does not hold."
    return "The last ground of custody ended, and no rule lets anybody keep the person longer."


def is_whether(contest: Conflict) -> bool:
    """Say whether a contest is over whether anybody may hold at all, and not over how long."""
    return any(rule.bans for rule in contest.rules)


def sides_of(contest: Conflict, answer: Answer) -> tuple[Rule, ...]:
    """Return the rules on each side of a contested point, those for a person to judge too."""
    judged = [r for r in answer.to_judge if r.reading.partition("/")[0] == contest.contest]
    return tuple({id(rule): rule for rule in (*contest.rules, *judged)}.values())


def bears(contest: Conflict, answer: Answer) -> bool:
    """Say whether a contested point has a part in the answer: whether, or until when, to hold."""
    if answer.verdict in (Verdict.IN_CUSTODY, Verdict.NOT_IN_CUSTODY):
        return False
    if is_whether(contest):
        return True
    ends = {(window.end, bool(window.readings)) for window in answer.windows}
    return answer.until is not None and (answer.until, False) not in ends


def _sides(answer: Answer, law: LawOfPlace) -> str:
    """Return where the law is contested, what the office's policy is, and that nobody must."""
    over = [one for one in answer.contested if is_whether(one) and bears(one, answer)]
    if not over:
        return ""
    levels = [_level(law, rule) for contest in over for rule in contest.rules]
    parts = [f"{_upper(level)}: contested" for level in dict.fromkeys(levels)]
    if any(rule.policy and rule.modality is Modality.MUST_NOT for rule in answer.decided_by):
        parts.append("this office's policy: does not hold")
    if not _commanded(answer):
        parts.append("nobody must")
    return "; ".join(parts) + "."


def _level(law: LawOfPlace, rule: Rule) -> str:
    [place] = [place for place in law.chain if place.id == rule.place]
    return _LEVEL.get(place.kind, "local law")


def _commanded(answer: Answer) -> bool:
    rules = [*answer.decided_by, *(window.rule for window in answer.windows), *answer.to_judge]
    rules += [rule for conflict in answer.conflicts for rule in conflict.rules]
    return any(r.modality is Modality.MUST and r.about is About.HOLD for r in rules)


# -- tell and ring ------------------------------------------------------------------------------


def _tell(answer: Answer, zone: ZoneInfo) -> str:
    said = _owed(answer, zone)
    bans = [o for o in answer.bans if o.rule.about is About.NOTIFY]
    if any(ban.certainty is Certainty.CERTAIN for ban in bans):
        said.append(f"{say_act(bans[0].rule)}.")
    if len(said) > _TOLD:
        said = [*said[: _TOLD - 1], f"And {len(said) - _TOLD + 1} more, below"]
    return " ".join(f"{text.rstrip('.')}." for text in said)


def _owed(answer: Answer, zone: ZoneInfo) -> list[str]:
    """Return who must be told; where nobody must for certain, what may come nearest to it."""
    open_ = [d for d in answer.duties if d.rule.about in _TELLS and d.state in _OPEN]
    sure = sorted((d for d in open_ if d.certainty is Certainty.CERTAIN), key=_soonest)
    if sure:
        return list(dict.fromkeys(_due(duty, zone) for duty in sure))
    perhaps = [duty for duty in open_ if duty.rule.about is About.NOTIFY]
    if perhaps:
        return [_due(min(perhaps, key=_soonest), zone)]
    if any(_unshown(duty) for duty in answer.duties):
        return ["The record does not keep what was told: see what to check, below"]
    return ["Nobody for certain; see what may apply, below" if open_ else "Nobody must be told"]


def _unshown(duty: Duty) -> bool:
    sure = duty.certainty is Certainty.CERTAIN
    return sure and duty.rule.about in _TELLS and duty.state is DutyState.UNKNOWN


def _soonest(duty: Duty) -> tuple[bool, float, bool]:
    due = duty.due.timestamp() if duty.due else float("inf")
    return duty.rule.about is not About.NOTIFY, due, duty.certainty is not Certainty.CERTAIN


def _due(duty: Duty, zone: ZoneInfo) -> str:
    late = " (late)" if duty.state is DutyState.LATE else ""
    by = f"{say_time(duty.due, zone)}{late}" if duty.due else ""
    return say_duty(duty, by)


def _ring(answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> str:
    said = [_rung(ring, zone) for ring in rings_of(answer, law)]
    return _upper("; ".join(said or ["nobody needs to be rung"])) + "."


def _rung(ring: Ring, zone: ZoneInfo) -> str:
    if ring.whom is Whom.NAMED:
        return _named(ring)
    if ring.whom is Whom.COUNSEL and ring.shut:
        return (
            "your counsel: nobody is let go before counsel has said whether the command stands"
            " (no name or number is set up for this place)"
        )
    by = f", by {say_time(ring.until, zone)}" if ring.until else ""
    return _RUNG[ring.whom].format(name=ring.name, by=by)


def _named(ring: Ring) -> str:
    said = f"{ring.name} at {ring.number}"
    if ring.minutes is not None:
        said += f", for at most {ring.minutes} minutes"
    return f"{said}; then release{', which takes two people at the desk' if ring.shut else ''}"


def checks_said(answer: Answer, zone: ZoneInfo) -> list[str]:
    """Return what must be checked before anybody relies on the answer, each with its end."""
    return list(dict.fromkeys(_check(check, zone) for check in answer.checks))


def _check(check: Check, zone: ZoneInfo) -> str:
    by = f" Do it by {say_time(check.until, zone)}." if check.until else ""
    return f"{check.kind.description}{by}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
