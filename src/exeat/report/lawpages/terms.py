"""The words of the law pages: for codes, facts and classes. No law stands here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from exeat.decide import Verdict
from exeat.report.lawpages.classes import Class, Outcome
from exeat.rules.model import About, Actor, Modality, Rule, Trigger

__all__ = [
    "ABOUT",
    "BASIS",
    "BINDS",
    "CLASS_MARK",
    "EXEMPT",
    "FACT",
    "KIND",
    "MODALITY",
    "PLAIN",
    "TRIGGER",
    "VERDICT",
    "asked",
    "class_label",
    "does",
    "first_upper",
    "outcome_label",
]

ABOUT: Final[Mapping[About, str]] = {
    About.HOLD: "Keeping the person past release",
    About.RELEASE: "Letting the person out",
    About.BRING_BEFORE_OFFICIAL: "Taking the person before a judicial official",
    About.NOTIFY: "Telling immigration authorities and others of a release",
    About.ANSWER_INFORMATION: "Giving other information",
    About.STATUS_QUERY: "Asking about immigration status",
    About.SERVE_COPY: "Giving the person a copy of the request",
    About.INFORM_PERSON: "Telling the person",
    About.TELL_COURT: "Telling the court of the request",
    About.HAND_OVER: "Handing the person over",
    About.PASS_ON_REQUEST: "Passing the request on with the person",
    About.INTERVIEW: "Interviews, questions and access to the jail",
    About.ENTER_IN_FILE: "Entries in the file",
    About.REPORT: "Reports",
    About.AGREEMENT: "287(g) and housing agreements",
    About.RECORD_KEEPING: "Besides",
}
"""The heading of each group of rules, in the order of the page."""

MODALITY: Final = (Modality.MUST, Modality.MUST_NOT, Modality.MAY)
"""The order of the rules within a group."""

TRIGGER: Final[Mapping[Trigger, str]] = {
    Trigger.ELIGIBLE: "from release eligibility on",
    Trigger.BOOKING: "from booking on",
    Trigger.RECEIPT: "from receipt of a request on",
    Trigger.RELEASE: "before the person leaves",
    Trigger.HOLD: "only where the person is kept past eligibility on a request",
    Trigger.NOTICE_GIVEN: "once immigration authorities have been told of the release",
    Trigger.CONVICTION: "on commitment after a conviction",
    Trigger.STANDING: "at all times: a policy, an agreement or a report, not one person's case",
}

BINDS: Final[Mapping[Actor, str]] = {
    Actor.JAIL: "jails",
    Actor.LOCKUP: "police lock-ups",
    Actor.PRISON: "state prisons",
    Actor.COURT: "courts",
    Actor.OTHER: "somebody else",
}

KIND: Final[Mapping[str, str]] = {
    "statute": "statute",
    "regulation": "regulation",
    "case": "court ruling",
    "ag-opinion": "opinion of an attorney general",
    "executive-order": "executive order",
    "agency-policy": "policy or report",
    "form": "form",
    "agreement": "agreement",
}

BASIS: Final[Mapping[str, str]] = {
    "read": "read at the link",
    "recalled": "recalled, not confirmed",
}

FACT: Final[Mapping[str, str]] = {
    "charge.felony": "a charge is a felony",
    "conviction.any": "the person has a conviction of record",
    "conviction.felony": "the person has a felony conviction of record",
    "detainer.hold_ordered": "a state judicial official has ordered the hold",
    "detainer.names_federal_felony_warrant": "the issuer names a federal felony arrest warrant",
    "detainer.names_watch_list_match": "the issuer names a terrorist watch-list match",
    "facility.agreement_287g": "the agency has a 287(g) agreement in force",
    "person.held_to_answer": "a magistrate has found probable cause on a charge that the law names",
    "person.registered_offender": "the person is on the registry that the law names",
    "warrant.administrative": "an administrative warrant (I-200, I-203, I-205) came with it",
}
"""A fact that is tried both ways, as the end of a sentence that begins with "where"."""

EXEMPT: Final[Mapping[str, str]] = {
    "person.status_shown": "the person has shown proof of citizenship or lawful status",
    "person.citizenship_shown": "the person has shown proof of US citizenship",
    "person.victim_or_witness": "the person is a victim or witness whom the law protects",
    "person.under_18": "the person is under 18",
    "warrant.federal_civil": "a federal judge's order in a civil matter came with it",
}

PLAIN: Final = (
    "An ordinary request is Form I-247A with a ground stated, served on the person, in papers "
    "that match, about somebody who has shown no proof of status, with no warrant."
)

CLASS_MARK: Final[Mapping[Class, str]] = {
    Class.MUST: "M",
    Class.MUST_IF: "M+",
    Class.MAY: "Y",
    Class.MAY_IF: "Y+",
    Class.MUST_NOT: "N",
    Class.CONTESTED: "C",
    Class.REPORTED: "R",
    Class.UNSETTLED: "?",
    Class.SILENT: "–",
}
"""The letters that stand in a square of the map: colour is never alone."""

VERDICT: Final[Mapping[Verdict, str]] = {
    Verdict.IN_CUSTODY: "still in custody",
    Verdict.RELEASE: "release",
    Verdict.RELEASE_UNLESS_INSTRUCTED: "release, unless counsel has instructed",
    Verdict.NOTIFY_FIRST: "give notice, then release",
    Verdict.BRING_FIRST: "bring before a judicial official first",
    Verdict.SERVE_FIRST: "serve the copy first",
    Verdict.CALL_COUNSEL: "call counsel: a command is reported",
    Verdict.MAY_HOLD: "may hold",
    Verdict.MUST_HOLD: "must hold",
    Verdict.OVERDUE: "overdue",
    Verdict.CONFLICT: "conflict, for counsel",
    Verdict.UNKNOWN: "unknown",
    Verdict.NOT_IN_CUSTODY: "not in custody",
}

_ASKED: Final[Mapping[str, str]] = {
    "place.hold_power": "the power to hold",
    "detainer.hold_ordered": "a judicial official's order",
    "detainer.names_watch_list_match": "a watch-list match",
    "person.registered_offender": "a registry",
}

_OUTCOME: Final[Mapping[Outcome, str]] = {
    Outcome.MUST: "must {do}",
    Outcome.MAY: "may {do}",
    Outcome.NOT: "must not {do}",
    Outcome.SILENT: "no rule of this place; federal law leaves the choice",
    Outcome.CONTESTED: "contested",
    Outcome.BRING: "must bring the person before a judicial official, who decides",
    Outcome.COUNSEL: "call counsel: a command is reported, text not read or to be judged",
    Outcome.UNLESS: "release, unless counsel has instructed that it may hold",
    Outcome.OPEN: "not settled",
}
_CLASS: Final[Mapping[Class, str]] = {
    Class.MUST: "must {do}",
    Class.MUST_IF: "must {do}, on conditions",
    Class.MAY: "may {do}",
    Class.MAY_IF: "may {do}, on conditions",
    Class.MUST_NOT: "must not {do}",
    Class.CONTESTED: "contested",
    Class.REPORTED: "command reported: call counsel",
    Class.UNSETTLED: "not settled",
    Class.SILENT: "no rule found",
}
_BY_POLICY: Final[Mapping[Class, str]] = {
    Class.MUST: "does {do}",
    Class.MUST_IF: "does {do}, on conditions",
    Class.MUST_NOT: "does not {do}",
}
_DO: Final[Mapping[About, str]] = {About.HOLD: "hold", About.NOTIFY: "notify"}


def asked(facts: Iterable[str]) -> str:
    """Return in a few words what an answer asks about.

    Examples:
        >>> asked(["place.hold_power", "charged in xx-list", "convicted in xx-list"])
        'the power to hold; the charge; convictions'
    """
    words = []
    for fact in facts:
        what = fact.partition(" in ")[0]
        listed = {"charged": "the charge", "convicted": "convictions"}.get(what)
        words.append(listed or _ASKED.get(fact, FACT.get(fact, fact)))
    return "; ".join(dict.fromkeys(words))


def does(rule: Rule) -> str:
    """Return what a rule's modality is about, where its kind alone tells; else "".

    The words of a rule give its conditions, and not always the act.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> rules = {rule.id: rule for rule in shipped()["us"].rules}
        >>> does(rules["us-hold-48-ceiling"]), does(rules["us-no-effect-on-bail"])
        ('hold the person longer than the limit', '')
    """
    if rule.about is About.HOLD and rule.trigger is Trigger.ELIGIBLE:
        ceiling = rule.modality is Modality.MUST_NOT and rule.clock is not None
        return (
            "hold the person longer than the limit" if ceiling else "hold the person past release"
        )
    if rule.about is About.NOTIFY and rule.trigger is Trigger.RELEASE and rule.to in ("", "ice"):
        return "tell immigration authorities of the release"
    return ""


def first_upper(words: str) -> str:
    """Return words with a capital first letter, and the others as they are.

    Examples:
        >>> first_upper("sheriff in Ohio")
        'Sheriff in Ohio'
    """
    return words[:1].upper() + words[1:]


def outcome_label(outcome: Outcome, what: About, *, policy: bool = False) -> str:
    """Return an outcome in words; with ``policy``, as what the office does and not as law.

    Examples:
        >>> outcome_label(Outcome.NOT, About.HOLD)
        'must not hold'
    """
    if policy and outcome in (Outcome.MUST, Outcome.NOT):
        does = "does" if outcome is Outcome.MUST else "does not"
        return f"this office {does} {_DO[what]}, by its own policy"
    return _OUTCOME[outcome].format(do=_DO[what])


def class_label(kind: Class, what: About, *, policy: bool = False) -> str:
    """Return a class in words; what an office does by its own policy is no *must* of the law.

    Examples:
        >>> class_label(Class.MUST_IF, About.NOTIFY)
        'must notify, on conditions'
    """
    if policy and kind in _BY_POLICY:
        return f"{_BY_POLICY[kind].format(do=_DO[what])} (this office's policy)"
    if kind is Class.UNSETTLED and what is About.HOLD:
        return "no power shown: release"
    return _CLASS[kind].format(do=_DO[what])
