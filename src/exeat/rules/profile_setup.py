"""Setting a place up: what its profile is asked about, and one way to write the answers.

The command and the desk's page both go through `set_up`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from exeat.errors import LawError
from exeat.rules.counties import County, county_of, named
from exeat.rules.layer import stale
from exeat.rules.model import Contest, OffenceList, Rule
from exeat.rules.place import LawOfPlace
from exeat.rules.profile import Profile, asked, fingerprint
from exeat.rules.profile_file import Tables, load_tables, profile_path, read_profile, save_profile
from exeat.rules.profile_questions import QUESTIONS, UNDECIDED, Field, Kind, Question

__all__ = [
    "Item",
    "answer_of",
    "current",
    "head_of",
    "items",
    "merged",
    "open_questions",
    "set_up",
    "signed",
    "standing",
    "stands",
    "typed",
]

_FLAGS: Final = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a question of a place asks about: a rule, a contest, or a list."""

    key: str
    about: Rule | Contest | OffenceList | None = None


def items(law: LawOfPlace, question: Question, on: date) -> list[Item]:
    """Return what a question asks about at a place; one nameless item where it asks once.

    Args:
        law: The law of the place, without its profile.
        question: The question.
        on: Rules that ended before this day are left out.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> from exeat.rules.profile_questions import question
        >>> law = law_of_place("us-wv", shipped())
        >>> [item.key for item in items(law, question("reading"), date(2026, 11, 20))]
        ['us-48-hours']
    """
    if question.table == "judged":
        found: dict[str, Item] = {}
        for rule in law.rules:
            if not asked(rule) or (rule.last_day and rule.last_day.latest < on):
                continue
            # Of several versions the one of the day: it is the one that an answer is about.
            if rule.id not in found or rule.in_force(on) is not False:
                found[rule.id] = Item(rule.id, rule)
        return list(found.values())
    if question.table == "reading":
        return [Item(contest.id, contest) for contest in law.contests]
    if question.table == "list":
        return [Item(k, one) for k, one in law.in_list.lists.items() if not one.complete]
    return [Item("")]


def head_of(law: LawOfPlace, name: str = "") -> dict[str, str]:
    """Return the [place] table of a profile.

    Args:
        law: The law of the place.
        name: How its people call it; the county's own name if left out.

    Raises:
        LawError: The name is that of another county of the state.
    """
    place = law.chain[-1]
    county = county_of(place.fips) if len(place.fips) == 5 else None
    if name and county is not None and not place.file:
        name = _county_name(name, county, law.chain[-2].name)
    return {"id": law.id, "name": name or place.name, "fips": place.fips}


def _county_name(name: str, county: County, state: str) -> str:
    """Return how a county is called, its state behind it, once it is no other county's name."""
    own, _, behind = (part.strip() for part in name.partition(","))
    found = (behind and named(name)) or named(f"{own}, {county.state}")
    if found and county not in found:
        raise LawError.one(
            "E229",
            "--name",
            f"`{name}` is {found[0].fips}, and the code {county.fips} is {county.name}",
            "Mend the name or the code.",
        )
    of_state = behind.lower() in ("", county.state.lower(), state.lower())
    return f"{own if of_state else name}, {state}"


def current(law: LawOfPlace, folder: Path | None) -> Tables:
    """Return the tables of a place's profile as they stand, or an empty profile.

    Args:
        law: The law of the place, without its profile.
        folder: The folder of adopted law; None where there is none.
    """
    path = None if folder is None else profile_path(law.id, folder)
    if path is not None and path.is_file():
        return load_tables(path)
    return {"format": 1, "place": head_of(law)}


def typed(field: Field, text: str) -> str | int | list[str]:
    """Return what a text means in a field; a text that will not do is left for the check.

    Examples:
        >>> from exeat.rules.profile_questions import question
        >>> typed(question("list").fields[1], "PC 459, PC 460")
        ['PC 459', 'PC 460']
        >>> typed(question("list").fields[0], "Yes")
        True
    """
    text = text.strip()
    if field.kind is Kind.FLAG:
        return _FLAGS.get(text.lower(), text)
    if field.kind is Kind.COUNT:
        return int(text) if text.isdecimal() else text
    if field.kind is Kind.TEXTS:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def answer_of(tables: Mapping[str, Any], question: Question, item: Item) -> Tables:
    """Return what the tables of a profile say about one item, whether it stands or not."""
    found = tables.get(question.table) or {}
    if isinstance(found, list):
        same = [one for one in found if not question.key or one.get(question.key) == item.key]
        return dict(same[0]) if same else {}
    return dict(found)


def standing(tables: Mapping[str, Any], profile: Profile, question: Question, item: Item) -> Tables:
    """Return what a profile answers about one item; nothing where that stands no more.

    Args:
        tables: The profile as its file has it.
        profile: The same, read.
        question: The question.
        item: What it asks about.
    """
    return answer_of(tables, question, item) if stands(profile, question, item) else {}


def stands(profile: Profile, question: Question, item: Item) -> bool:
    """Say whether an item is decided: an answer about another text than today's is none."""
    about = item.about
    if isinstance(about, Rule):
        return any(answer.judges(about) for answer in profile.judged)
    if isinstance(about, Contest):
        known = {(about.id, reading.id) for reading in about.readings}
        return any((answer.contest, answer.reading) in known for answer in profile.readings)
    if isinstance(about, OffenceList):
        return any(answer.list == item.key for answer in profile.lists)
    once: dict[str, object] = {
        "power": profile.power,
        "agreement": profile.agreements,
        "holds": profile.holding,
        "telling": profile.telling,
        "serving": profile.serving,
        "while_undecided": profile.undecided,
    }
    return bool(once[question.table])


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> Tables:
    """Return answers with newer ones over them: item by item where a question asks by item.

    Examples:
        >>> old = {"reading": [{"contest": "a", "reading": "x"}, {"contest": "b", "reading": "x"}]}
        >>> new = {"reading": [{"contest": "b", "reading": "undecided"}]}
        >>> [item["reading"] for item in merged(old, new)["reading"]]
        ['x', 'undecided']
    """
    result = {**old, **new}
    for question in QUESTIONS:
        before, after = old.get(question.table), new.get(question.table)
        if question.key and isinstance(before, list) and isinstance(after, list):
            by_key = {item.get(question.key): item for item in [*before, *after]}
            result[question.table] = list(by_key.values())
    return result


def set_up(
    law: LawOfPlace, tables: Mapping[str, Any], folder: Path, sign: Mapping[str, str]
) -> Profile:
    """Put answers in force, as `signed` returns them.

    Raises:
        LawError: With every fault; nothing is written then.
    """
    return save_profile(signed(law, tables, folder, sign), folder)


def signed(
    law: LawOfPlace, tables: Mapping[str, Any], folder: Path, sign: Mapping[str, str]
) -> Tables:
    """Sign the answers that are not signed yet, check them, and return the whole profile.

    An answer that the law no longer asks for, or asks with another text, is at fault only where
    it is given now: one that has stood stays in the file, decides nothing, and stops no other.

    Args:
        law: The law of the place, without its profile.
        tables: The answers.
        folder: The folder of adopted law.
        sign: ``by``, ``title``, ``on`` and ``cite`` for answers that have none of their own.

    Raises:
        LawError: With every fault.
    """
    full: Tables = dict(tables)
    for question in QUESTIONS:
        given = full.get(question.table)
        if isinstance(given, dict) and question.many:
            given = [given]
        if isinstance(given, dict | list):
            full[question.table] = _signed_each(question, given, sign)
    profile = read_profile(full, "profile")
    if profile.id != law.id:
        raise LawError.one(
            "E226",
            "profile, [place]",
            f"is for `{profile.id}`, and the place is `{law.id}`",
            "Give the answers of that place.",
        )
    for answer, table in zip(profile.judged, _decided(full.get("judged") or []), strict=True):
        versions = [rule for rule in law.rules if answer.judges(rule)]
        if versions and not answer.saw:
            table["saw"] = fingerprint(versions[-1])
    faults = list(stale(law.chain, _new(profile, tables, current(law, folder))))
    if faults:
        raise LawError(faults)
    return full


def _new(profile: Profile, tables: Mapping[str, Any], held: Tables) -> Profile:
    """Return a profile without the answers about rules, contests and lists that have stood."""
    kept = {
        (question.table, one.get(question.key))
        for question in QUESTIONS
        if question.key
        for one in _each(held, question)
        if one in _each(tables, question)
    }
    return replace(
        profile,
        judged=tuple(one for one in profile.judged if ("judged", one.rule) not in kept),
        readings=tuple(one for one in profile.readings if ("reading", one.contest) not in kept),
        lists=tuple(one for one in profile.lists if ("list", one.list) not in kept),
    )


def _each(tables: Mapping[str, Any], question: Question) -> list[Tables]:
    found = tables.get(question.table) or []
    return [one for one in ([found] if isinstance(found, dict) else found) if isinstance(one, dict)]


def _decided(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [table for table in tables if table.get("answer", UNDECIDED) not in (UNDECIDED, "")]


def _signed_each(
    question: Question, given: Tables | list[Any], sign: Mapping[str, str]
) -> Tables | list[Any]:
    if isinstance(given, dict):
        return _signed(question, given, sign)
    # What is no table is left as it is: the reader of the profile says what is wrong with it.
    return [_signed(question, one, sign) if isinstance(one, dict) else one for one in given]


def _signed(question: Question, given: Mapping[str, Any], sign: Mapping[str, str]) -> Tables:
    if given.get(question.decides.name, UNDECIDED) in (UNDECIDED, ""):
        return dict(given)
    return {**given, **{k: v for k, v in sign.items() if v and not given.get(k)}}


def open_questions(law: LawOfPlace, profile: Profile, on: date) -> dict[Question, list[str]]:
    """Return the questions of a place that are not decided, each with what it asks about.

    An answer about a text that has changed since decides nothing.

    Args:
        law: The law of the place, without its profile.
        profile: What was answered.
        on: The day on which it is asked.
    """
    left = {
        question: [
            one.key for one in items(law, question, on) if not stands(profile, question, one)
        ]
        for question in QUESTIONS
    }
    return {question: keys for question, keys in left.items() if keys}
