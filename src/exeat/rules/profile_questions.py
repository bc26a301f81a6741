"""The nine questions of a place profile: their words, their fields, and what a field may hold.

The command asks them, the desk's page shows them, and `exeat.rules.profile_file` checks their
answers, all from this one list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from exeat.rules.profile import AgreementModel, HoldPolicy, TellPolicy

__all__ = ["QUESTIONS", "SIGNATURE", "UNDECIDED", "Field", "Kind", "Question", "question"]

UNDECIDED: Final = "undecided"


class Kind(StrEnum):
    """What a field holds."""

    CHOICE = "choice"
    TEXT = "text"
    DAY = "day"
    FLAG = "yes or no"
    COUNT = "whole number"
    TEXTS = "list"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an answer.

    Attributes:
        asks: What is asked for, as a person reads it.
        options: For a choice: what may be chosen, with what each means.
        only: The choices of the question's first field with which this one is asked; empty
            where it is always.
        needed: It may not be left out where it is asked.
    """

    name: str
    kind: Kind
    asks: str
    options: tuple[tuple[str, str], ...] = ()
    only: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        table: Its table in the file.
        fields: The first is the one that decides; without it the question is not decided.
        key: For a question that is asked once an item: the field that names the item.
        many: Several answers may be given.
        cited: An answer needs a citation.
    """

    number: int
    table: str
    asks: str
    fields: tuple[Field, ...]
    key: str = ""
    many: bool = False
    cited: bool = False

    @property
    def decides(self) -> Field:
        """Return the field that decides."""
        return self.fields[0]


SIGNATURE: Final = (
    Field("cite", Kind.TEXT, "On what does the answer rest (section, opinion, memorandum)?"),
    Field("by", Kind.TEXT, "Who answers?"),
    Field("title", Kind.TEXT, "In what office?"),
    Field("on", Kind.DAY, "On what day?"),
)
_YES_NO: Final = (("yes", "yes"), ("no", "no"))
_SINCE: Final = Field("first_day", Kind.DAY, "Since when (a day, a month or a year)?")

_APPLIES: Final = ("applies",)
_MODELS: Final = (
    AgreementModel.JAIL,
    AgreementModel.WARRANT_SERVICE,
    AgreementModel.TASK_FORCE,
)
_CALL: Final = ("call",)
_TOLD: Final = (TellPolicy.TELL, TellPolicy.ON_REQUEST)

QUESTIONS: Final = (
    Question(
        1,
        "power",
        "Does the law of the state give officers of this county power to hold a person on a "
        "civil immigration request?",
        (Field("answer", Kind.CHOICE, "Yes or no?", _YES_NO), _SINCE),
        cited=True,
    ),
    Question(
        2,
        "judged",
        "Does this rule, which a person must judge or whose text was not read, apply here?",
        (
            Field(
                "answer",
                Kind.CHOICE,
                "Does it apply?",
                (("applies", "it applies"), ("does-not-apply", "it does not apply")),
            ),
            Field(
                "needs_warrant", Kind.FLAG, "Only with an administrative warrant?", only=_APPLIES
            ),
            Field(
                "needs_service",
                Kind.FLAG,
                "Only once a copy was served on the person?",
                only=_APPLIES,
            ),
            replace(_SINCE, only=_APPLIES),
            Field("saw", Kind.TEXT, "The hash of the rule's text that was judged."),
        ),
        key="rule",
        many=True,
        cited=True,
    ),
    Question(
        3,
        "agreement",
        "Which agreements under 8 USC 1357(g) has this office with immigration authorities?",
        (
            Field(
                "model",
                Kind.CHOICE,
                "Which model?",
                (
                    (AgreementModel.NONE, "there is none"),
                    (AgreementModel.JAIL, "the jail model"),
                    (AgreementModel.WARRANT_SERVICE, "warrant service officers"),
                    (AgreementModel.TASK_FORCE, "the task-force model"),
                ),
            ),
            Field(
                "first_day",
                Kind.DAY,
                "Since when?",
                only=_MODELS,
                needed=True,
            ),
            Field("last_day", Kind.DAY, "Until when, if it has ended?", only=_MODELS),
            Field(
                "certified_each_shift",
                Kind.FLAG,
                "Does a certified officer serve on each shift?",
                only=_MODELS,
            ),
            Field(
                "covers_hold",
                Kind.FLAG,
                "Does it cover keeping a person in this jail?",
                only=_MODELS,
            ),
        ),
        many=True,
    ),
    Question(
        4,
        "holds",
        "What is this office's policy on holds, where the law leaves it the choice?",
        (
            Field(
                "policy",
                Kind.CHOICE,
                "Which?",
                (
                    (HoldPolicy.NONE, "it holds nobody on a request"),
                    (HoldPolicy.ADMINISTRATIVE_WARRANT, "only with an administrative warrant"),
                    (HoldPolicy.JUDGE_WARRANT, "only with a judge's warrant"),
                    (HoldPolicy.SUPERVISOR, "a supervisor decides each time"),
                ),
            ),
            _SINCE,
        ),
    ),
    Question(
        5,
        "telling",
        "What is this office's policy on telling immigration authorities of a release?",
        (
            Field(
                "policy",
                Kind.CHOICE,
                "Which?",
                (
                    (TellPolicy.TELL, "it tells them"),
                    (TellPolicy.ON_REQUEST, "it tells them where a request asks for it"),
                    (TellPolicy.DO_NOT_TELL, "it does not tell them"),
                ),
            ),
            Field("who", Kind.TEXT, "Who tells them?", only=_TOLD),
            Field("lead_hours", Kind.COUNT, "How many hours before the release?", only=_TOLD),
            _SINCE,
        ),
    ),
    Question(
        6,
        "reading",
        "How is this contested point read here?",
        (Field("reading", Kind.TEXT, "Which reading?"),),
        key="contest",
        many=True,
        cited=True,
    ),
    Question(
        7,
        "serving",
        "Who serves the person's copy of a request here?",
        (Field("who", Kind.TEXT, "Who?"),),
    ),
    Question(
        8,
        "list",
        "Is this list of offences complete, with what you add to it?",
        (
            Field("complete", Kind.FLAG, "Complete?"),
            Field("statutes", Kind.TEXTS, "Which statutes do you add, as your jail writes them?"),
        ),
        key="id",
        many=True,
        cited=True,
    ),
    Question(
        9,
        "while_undecided",
        "What is to be done while counsel has not decided?",
        (
            Field(
                "do",
                Kind.CHOICE,
                "Which?",
                (("release", "release"), ("call", "ring somebody, and release if nobody decides")),
            ),
            Field("name", Kind.TEXT, "Whom to ring?", only=_CALL, needed=True),
            Field("number", Kind.TEXT, "At what number?", only=_CALL, needed=True),
            Field(
                "minutes", Kind.COUNT, "For how many minutes at most?", only=("call",), needed=True
            ),
        ),
    ),
)
"""In the order in which they are asked."""


def question(table: str) -> Question:
    """Return the question of a table.

    Examples:
        >>> question("power").number
        1
    """
    return next(one for one in QUESTIONS if one.table == table)
