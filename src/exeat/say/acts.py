"""What a rule asks somebody to do, lets them do or forbids them, as a sentence to act on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from exeat.decide import Certainty, Duty, DutyState, Option
from exeat.rules.model import About, Modality, Rule, Trigger
from exeat.say.words import say_to

__all__ = ["STATES", "grouped", "say_act", "say_duty", "say_option"]

STATES: Final = {
    DutyState.LATE: "late: do it now",
    DutyState.OWED: "to do",
    DutyState.UNKNOWN: "to check: the record does not say whether it was done",
    DutyState.DONE: "done",
    DutyState.EXCUSED: "excused: a federal ban stands over it",
}
"""The states of a duty in words, the most pressing first."""

_ACTS: Final = {
    About.HOLD: "Keep the person",
    About.RELEASE: "Let the person out",
    About.NOTIFY: "Tell {to} of the release",
    About.STATUS_QUERY: "Check the person's immigration status with {to}",
    About.ANSWER_INFORMATION: "Give {to} information about the person that is not public",
    About.BRING_BEFORE_OFFICIAL: "Take the person before a magistrate or judge",
    About.SERVE_COPY: "Give the person a copy of the request",
    About.INFORM_PERSON: "Explain the request to {to}",
    About.INTERVIEW: "Let {to} in to question the person",
    About.TELL_COURT: "Tell {to} that the request is on file",
    About.ENTER_IN_FILE: "Enter the request in the file",
    About.REPORT: "Report the case to {to}",
    About.PASS_ON_REQUEST: "If the person is moved, pass the request on to {to}",
    About.HAND_OVER: "Hand the person over to {to}",
    About.AGREEMENT: "Make an agreement with {to}",
    About.RECORD_KEEPING: "Keep a record of it",
}
_ASK: Final = "Ask the person about immigration status"
_RELABEL: Final = "Show the person in the file as in another's custody while they are still here"
_WHOM: Final = {
    About.INFORM_PERSON: "person",
    About.SERVE_COPY: "person",
    About.TELL_COURT: "judge",
}


def say_act(rule: Rule) -> str:
    """Return the act that a rule is about as one sentence, without the full stop.

    Its own words where the law file has them (`act`); else those of what it is about, the
    moment and whom. A ban begins with ``Do not``.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> rules = {rule.id: rule for rule in shipped()["us-wa"].rules}
        >>> say_act(rules["wa-no-notify"])
        'Do not tell ICE of the release'
    """
    act = rule.act.rstrip(".") or _plain(rule)
    if rule.modality is not Modality.MUST_NOT:
        return act
    return f"Do not {act[0].lower()}{act[1:]}"


def _plain(rule: Rule) -> str:
    if rule.about is About.INTERVIEW and rule.trigger is Trigger.BOOKING:
        return _ASK
    relabels = rule.modality is Modality.MUST_NOT and rule.trigger is Trigger.RELEASE
    if rule.about is About.ENTER_IN_FILE and relabels:
        return _RELABEL
    return _ACTS[rule.about].format(to=say_to(rule.to or _WHOM.get(rule.about, "ice")))


def say_duty(duty: Duty, by: str = "") -> str:
    """Return a duty as one sentence.

    Args:
        duty: The duty.
        by: By when, in words; "" where no hour is set.
    """
    act = say_act(duty.rule)
    when = f", by {by}" if by else ""
    return f"{_if(act, duty.certainty, duty.rule)}{when}."


def say_option(option: Option) -> str:
    """Return what is allowed, or forbidden, as one sentence."""
    return f"{_if(say_act(option.rule), option.certainty, option.rule)}."


def _if(act: str, certainty: Certainty, rule: Rule) -> str:
    if certainty is Certainty.CERTAIN:
        return act
    judge = "If it applies (for a person to judge)" if rule.judge else "If it applies"
    return f"{judge}: {act[0].lower()}{act[1:]}"


def grouped(said: Iterable[tuple[str, Rule | None]]) -> dict[str, list[str]]:
    """Return each sentence once, in order, with the ids of the rules behind it.

    Examples:
        >>> grouped([("Go.", None), ("Stay.", None), ("Go.", None)])
        {'Go.': [], 'Stay.': []}
    """
    found: dict[str, list[str]] = {}
    for sentence, rule in said:
        ids = found.setdefault(sentence, [])
        if rule is not None and rule.id not in ids:
            ids.append(rule.id)
    return found
