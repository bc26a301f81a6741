"""Checks the answers of a profile, question by question, and makes them into what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from exeat.errors import Fault, near_miss
from exeat.facts.toml_file import is_of
from exeat.rules._reading import day_of
from exeat.rules.model import Day
from exeat.rules.profile import (
    Agreement,
    AgreementModel,
    CompletedList,
    Holding,
    HoldPolicy,
    Judged,
    Power,
    ReadingChosen,
    Serving,
    Signature,
    Telling,
    TellPolicy,
    WhileUndecided,
)
from exeat.rules.profile_questions import (
    QUESTIONS,
    SIGNATURE,
    UNDECIDED,
    Field,
    Kind,
    Question,
)

__all__ = ["read_tables"]


def read_tables(tables: Mapping[str, Any], name: str, faults: list[Fault]) -> dict[str, Any]:
    """Return the answers of a profile by the attribute that holds them.

    Args:
        tables: As the file has them.
        name: What stands for the file in messages.
        faults: Gets every fault found.
    """
    found = {
        question.table: list(_Items(question, name, faults).of(tables.get(question.table)))
        for question in QUESTIONS
    }
    if any(fault.code == "E226" for fault in faults):
        return {}
    agreements = tuple(_agreement(item) for item in found["agreement"])
    if len(agreements) > 1 and any(a.model is AgreementModel.NONE for a in agreements):
        place = f"{name}, question 3 (agreement)"
        faults.append(
            Fault("E226", place, "says `none` and names an agreement", "Keep one of the two.")
        )
    return {
        "power": next(map(_power, found["power"]), None),
        "judged": tuple(map(_judged, found["judged"])),
        "agreements": agreements,
        "holding": next(map(_holding, found["holds"]), None),
        "telling": next(map(_telling, found["telling"]), None),
        "readings": tuple(
            ReadingChosen(item["contest"], item["reading"], _signed(item))
            for item in found["reading"]
        ),
        "serving": next((Serving(i["who"], _signed(i)) for i in found["serving"]), None),
        "lists": tuple(
            CompletedList(i["id"], tuple(i.get("statutes", ())), i["complete"], _signed(i))
            for i in found["list"]
        ),
        "undecided": next(map(_undecided, found["while_undecided"]), None),
    }


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


_KINDS: Final[Mapping[Kind, tuple[Callable[[Any], bool], str, str]]] = {
    # what a field of this kind must be, else what is said of it, and what would do
    Kind.FLAG: (lambda value: is_of(value, bool), "will not do", "Use true or false."),
    Kind.COUNT: (_is_count, "is no number", "Write 30, say."),
    Kind.TEXTS: (
        lambda value: is_of(value, list) and all(is_of(text, str) for text in value),
        "is no list",
        'Write ["PC 459"].',
    ),
    Kind.TEXT: (lambda value: is_of(value, str), "is no text", "Write it in quotes."),
}


class _Items:
    """The answers to one question, checked."""

    def __init__(self, question: Question, name: str, faults: list[Fault]) -> None:
        self.question = question
        self.name = name
        self.faults = faults

    def of(self, value: Any) -> Iterator[dict[str, Any]]:
        """Yield each answer that is given; what is not decided is left out."""
        q = self.question
        items = value if isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(i, dict) for i in items) or (len(items) > 1 and not q.many):
            header = f"[[{q.table}]]" if q.many else f"one [{q.table}]"
            self._fault("", "", f"`{value}` will not do", f"Write {header}.")
            return
        earlier: set[str] = set()
        for item in items:
            key = self._key(item, earlier) if q.key else ""
            if (read := self._item(item, key)) is not None:
                yield read

    def _key(self, item: dict[str, Any], earlier: set[str]) -> str:
        """Return which one an answer is of, and keep a fault where none or one twice is named."""
        key = str(item.get(self.question.key, ""))
        if not key:
            self._fault("", self.question.key, "is missing", "Say which one is answered.")
        elif key in earlier:
            self._fault(key, "", "stands twice", "Keep one answer.")
        earlier.add(key)
        return key

    def _item(self, item: dict[str, Any], key: str) -> dict[str, Any] | None:
        """Return one answer, None where it is not decided or at fault."""
        q = self.question
        fields = {field.name: field for field in (*q.fields, *SIGNATURE)}
        for name in sorted(item.keys() - fields.keys() - {q.key}):
            near = near_miss(name, sorted(fields))
            self._fault(key, name, "is no field of this question", f"Take it out.{near}")
        chosen = item.get(q.decides.name, UNDECIDED)
        if chosen in (UNDECIDED, ""):
            return None
        before = len(self.faults)
        given = {name: field for name, field in fields.items() if item.get(name, "") != ""}
        read = {name: self._value(item[name], field, key) for name, field in given.items()}
        self._nothing_is_missing(read, chosen, key)
        if len(self.faults) > before:
            return None
        return {q.key: key, **read} if q.key else read

    def _nothing_is_missing(self, read: dict[str, Any], chosen: str, key: str) -> None:
        for field in self.question.fields:
            if field.needed and chosen in field.only and field.name not in read:
                self._fault(key, field.name, "is missing", field.asks)
        cite, *rest = SIGNATURE
        for field in rest:
            if field.name not in read:
                self._fault(key, field.name, "is missing", field.asks)
        if self.question.cited and not read.get("cite"):
            self._fault(key, "cite", "is missing", cite.asks)

    def _value(self, value: Any, field: Field, key: str) -> Any:
        """Return what a field says, and keep a fault where it is of no use."""
        if field.kind is Kind.DAY:
            return self._day(str(value), field, key)
        if field.kind is Kind.CHOICE:
            options = [option for option, _ in field.options]
            if value not in options:
                near = near_miss(str(value), options)
                help = f"Use {', '.join(options)} or {UNDECIDED}.{near}"
                self._fault(key, field.name, f"`{value}` will not do", help)
            return value
        good, problem, help = _KINDS[field.kind]
        if not good(value):
            self._fault(key, field.name, f"`{value}` {problem}", help)
        return value

    def _day(self, text: str, field: Field, key: str) -> Day | date | None:
        try:
            day = None if text == "unknown" else day_of(text)
        except ValueError:
            day = None
        exact = field.name == "on"
        if day is None or (exact and day.earliest != day.latest):
            forms = "2026-11-20" if exact else "2026-11-20, 2026-11 or 2026"
            self._fault(key, field.name, f"`{text}` is no day", f"Write {forms}.")
            return None
        return day.latest if exact else day

    def _fault(self, key: str, field: str, message: str, help: str) -> None:
        q = self.question
        parts = [self.name, f"question {q.number} ({q.table}{f' `{key}`' if key else ''})"]
        place = ", ".join([*parts, f"`{field}`"] if field else parts)
        self.faults.append(Fault("E226", place, message, help))


def _signed(item: Mapping[str, Any]) -> Signature:
    return Signature(item["by"], item["title"], item["on"], item.get("cite", ""))


def _power(item: Mapping[str, Any]) -> Power:
    return Power(item["answer"] == "yes", _signed(item), item.get("first_day"))


def _judged(item: Mapping[str, Any]) -> Judged:
    return Judged(
        rule=item["rule"],
        applies=item["answer"] == "applies",
        signed=_signed(item),
        needs_warrant=item.get("needs_warrant", False),
        needs_service=item.get("needs_service", False),
        first_day=item.get("first_day"),
        saw=item.get("saw", ""),
    )


def _agreement(item: Mapping[str, Any]) -> Agreement:
    return Agreement(
        model=AgreementModel(item["model"]),
        signed=_signed(item),
        first_day=item.get("first_day"),
        last_day=item.get("last_day"),
        certified_each_shift=item.get("certified_each_shift"),
        covers_hold=item.get("covers_hold"),
    )


def _holding(item: Mapping[str, Any]) -> Holding:
    return Holding(HoldPolicy(item["policy"]), _signed(item), item.get("first_day"))


def _telling(item: Mapping[str, Any]) -> Telling:
    return Telling(
        policy=TellPolicy(item["policy"]),
        signed=_signed(item),
        who=item.get("who", ""),
        lead_hours=item.get("lead_hours"),
        first_day=item.get("first_day"),
    )


def _undecided(item: Mapping[str, Any]) -> WhileUndecided:
    return WhileUndecided(
        call=item["do"] == "call",
        signed=_signed(item),
        name=item.get("name", ""),
        number=item.get("number", ""),
        minutes=item.get("minutes"),
    )
