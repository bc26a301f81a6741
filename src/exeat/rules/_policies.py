"""The policies of an office as rules: they say whose they are, and undo no command of law."""

from __future__ import annotations

from typing import Any, Final

from exeat.rules.conditions import ALWAYS, All, Atom, Condition, Not
from exeat.rules.model import (
    About,
    Actor,
    Day,
    Jurisdiction,
    JurisdictionKind,
    Modality,
    RestsOn,
    Rule,
    Source,
    Trigger,
)
from exeat.rules.profile import (
    Holding,
    HoldPolicy,
    Profile,
    Signature,
    Telling,
    TellPolicy,
)

__all__ = ["policies", "signed_source"]

_REQUEST: Final = Atom("detainer.present")
_NO_WARRANT: Final = All((_REQUEST, Not(Atom("warrant.administrative"))))
_NOTE: Final = (
    "The office can change it by memorandum. It undoes no command of law: where the law commands "
    "a hold or a notice, that stands."
)
_HOLDS: Final = {
    HoldPolicy.NONE: "it keeps nobody on an immigration request.",
    HoldPolicy.ADMINISTRATIVE_WARRANT: "it keeps a person on an immigration request only with "
    "an administrative warrant (I-200 or I-205).",
    HoldPolicy.JUDGE_WARRANT: "it keeps a person only on a judge's warrant.",
    HoldPolicy.SUPERVISOR: "a supervisor decides on each hold; enter who decided, and when.",
}
_TELLS: Final = {
    TellPolicy.TELL: "immigration authorities are told of the release of a person about whom a "
    "request is on file.",
    TellPolicy.ON_REQUEST: "immigration authorities are told of the release where the request "
    "asks for it.",
    TellPolicy.DO_NOT_TELL: "it does not tell immigration authorities of a release.",
}


def policies(place: Jurisdiction, profile: Profile) -> list[tuple[Source, tuple[Rule, ...]]]:
    """Return the policies of an office, each with its source and the rules that it makes.

    Args:
        place: The lowest jurisdiction of the chain, whose rules they become.
        profile: What the place has answered.
    """
    found = []
    if profile.holding is not None:
        words = f"This office's policy: {_HOLDS[profile.holding.policy]}"
        source = signed_source("office-holds", profile.holding.signed, words)
        found.append((source, _holding(place, profile.holding, words)))
    if profile.telling is not None:
        words = f"This office's policy: {_TELLS[profile.telling.policy]}{_how(profile.telling)}"
        source = signed_source("office-tells", profile.telling.signed, words)
        found.append((source, (_telling(place, profile.telling, words),)))
    return found


def signed_source(id: str, signed: Signature, says: str) -> Source:
    """Return an answer of a profile as a source: who signed it, and on what it rests."""
    return Source(
        id=f"signed-{id}",
        title=f"Signed by {signed}" + (f": {signed.cite}" if signed.cite else ""),
        kind="agency-policy",
        effective=signed.on.isoformat(),
        ended="",
        url="",
        basis="read",
        summary=says,
        page_date=signed.on.isoformat(),
    )


def _holding(place: Jurisdiction, holding: Holding, words: str) -> tuple[Rule, ...]:
    start = _since(holding.first_day, holding.signed)
    given: dict[str, Any] = {"when": words, "first_day": start, "source": ("signed-office-holds",)}
    if holding.policy is HoldPolicy.SUPERVISOR:
        entry = _rule(
            place,
            "office-supervisor-decides",
            About.ENTER_IN_FILE,
            Modality.MUST,
            Trigger.HOLD,
            _REQUEST,
            to="file",
            **given,
        )
        return (entry,)
    only = holding.policy is HoldPolicy.ADMINISTRATIVE_WARRANT
    ban = _rule(
        place,
        "office-holds",
        About.HOLD,
        Modality.MUST_NOT,
        Trigger.ELIGIBLE,
        _NO_WARRANT if only else _REQUEST,
        **given,
    )
    if holding.policy is not HoldPolicy.NONE:
        return (ban,)
    # Nor on a judge's order in a civil matter; a judge's criminal warrant is no request.
    civil = Atom("warrant.federal_civil")
    on_order = _rule(
        place,
        "office-holds-on-civil-order",
        About.HOLD,
        Modality.MUST_NOT,
        Trigger.ELIGIBLE,
        civil,
        rests_on=RestsOn.WARRANT,
        **given,
    )
    return ban, on_order


def _telling(place: Jurisdiction, telling: Telling, words: str) -> Rule:
    bans = telling.policy is TellPolicy.DO_NOT_TELL
    conditions: dict[TellPolicy, Condition] = {
        TellPolicy.TELL: _REQUEST,
        TellPolicy.ON_REQUEST: Atom("detainer.asks_notice"),
        TellPolicy.DO_NOT_TELL: ALWAYS,
    }
    return _rule(
        place,
        "office-tells",
        About.NOTIFY,
        Modality.MUST_NOT if bans else Modality.MAY,
        Trigger.RELEASE,
        conditions[telling.policy],
        to="ice",
        when=words,
        first_day=_since(telling.first_day, telling.signed),
        source=("signed-office-tells",),
    )


def _how(telling: Telling) -> str:
    who = f" Who tells: {telling.who}." if telling.who else ""
    if telling.lead_hours is None:
        return who
    return f"{who} How long before the release: {telling.lead_hours} hours."


def _since(first: Day | None, signed: Signature) -> Day:
    """Return since when a policy binds: where that was not said, since it was signed."""
    return first or Day(signed.on.isoformat(), signed.on, signed.on)


def _rule(
    place: Jurisdiction,
    id: str,
    about: About,
    modality: Modality,
    trigger: Trigger,
    condition: Condition,
    **more: Any,
) -> Rule:
    return Rule(
        id=id,
        place=place.id,
        level=list(JurisdictionKind).index(place.kind),
        about=about,
        modality=modality,
        actor="this office",
        binds=frozenset({Actor.JAIL, Actor.PRISON, Actor.LOCKUP}),
        condition=condition,
        trigger=trigger,
        last_day=None,
        confidence="high",
        policy=True,
        note=_NOTE,
        **more,
    )
