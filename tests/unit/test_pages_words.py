"""The words of the pages: both languages whole, each form described, no key forgotten."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("fastapi")
from tests.unit.test_pages_correcting import EXAMPLES

import exeat
from exeat.decide import CheckKind, DutyState, Verdict
from exeat.desk.pages.correcting import ENVELOPE, form_of
from exeat.desk.pages.forms import fields_of, options_of
from exeat.desk.pages.more_acts import EVERY
from exeat.desk.service.models import RefusalKind
from exeat.desk.service.urgency import DeadlineKind
from exeat.facts import codes
from exeat.facts.events import EVENT_KINDS
from exeat.i18n import words as words_module
from exeat.i18n.said import Said
from exeat.i18n.words import LANGUAGES, catalogue, language_of, texts_of, words
from exeat.office.context import Role
from exeat.office.models import TaskKind
from exeat.rules.model import About, Modality

EN = catalogue("en").texts
FORMS = (*EVERY, *(form_of(event) for event in EXAMPLES))
SOURCE = Path(words_module.__file__).parent


def put_in(forms: tuple[str, ...]) -> set[str]:
    """Return what a text has put in; a form for one may say it in words."""
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}


@pytest.mark.parametrize("lang", [one for one in LANGUAGES if one != "en"])
def test_each_language_has_every_text_and_none_that_english_has_not(lang: str) -> None:
    assert catalogue(lang).texts.keys() == EN.keys()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_language_puts_in_the_same_values(lang: str) -> None:
    assert {key: put_in(text) for key, text in catalogue(lang).texts.items()} == {
        key: put_in(text) for key, text in EN.items()
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_text_that_counts_has_every_form_of_the_language(lang: str) -> None:
    found = catalogue(lang)
    forms = 1 + max(found.plural(n) for n in (0, 1, 2, 5, 11, 100, 1_000_000))
    plural = {key for key, text in EN.items() if len(text) > 1}
    assert {len(found.texts[key]) for key in plural} == {forms}
    assert all("n" in put_in(EN[key]) for key in plural)


@pytest.mark.parametrize("lang", [one for one in LANGUAGES if one != "en"])
def test_a_translation_is_of_the_english_as_it_stands(lang: str) -> None:
    """What `make words` would change: a text that English changed, or that is gone."""
    with (SOURCE / "exeat.pot").open("rb") as source, (SOURCE / f"{lang}.po").open("rb") as file:
        wanted, found = read_po(source), read_po(file, locale=lang)
    assert {(one.context, one.id) for one in found} == {(one.context, one.id) for one in wanted}
    assert not [one.context for one in found if one.fuzzy]
    assert not found.obsolete


def test_no_text_stands_twice_under_one_name() -> None:
    for file in SOURCE.glob("*.po*"):
        names = re.findall(r'^msgctxt "(.+)"$', file.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(names) == len(set(names)) > 1000, file


def test_a_translation_that_nobody_saw_since_is_not_shown(tmp_path: Path) -> None:
    lines = (
        'msgctxt "a"\nmsgid "A"\nmsgstr "Á"\n\n#, fuzzy\nmsgctxt "b"\nmsgid "B"\nmsgstr "b"\n\n'
        'msgctxt "c"\nmsgid "C"\nmsgstr ""\n'
    )
    (tmp_path / "xx.po").write_text(lines, encoding="utf-8")
    assert texts_of(tmp_path / "xx.po", "es").texts == {"a": ("Á",)}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_each_form_and_field_has_words(form: object) -> None:
    name = form.name  # type: ignore[attr-defined]
    wanted = {f"act.{name}.{part}" for part in ("title", "lead", "send", "short")}
    wanted |= {f"group.{one.name}" for one in form.groups if one.name}  # type: ignore[attr-defined]
    wanted -= {"group.namesakes", "group.identify", "group.leaving", "group.override"}
    for field in form.fields:  # type: ignore[attr-defined]
        wanted |= {f"field.{field.key}.{part}" for part in ("label", "missing")}
        if field.codes is not None:
            wanted |= {option.label for option in options_of(field, {})}
    assert wanted - EN.keys() == set()


def test_a_message_about_a_field_says_what_to_do() -> None:
    verbs = {"en": r"^(Enter|Choose|Tick|Say)\b.*\.$", "es": r"^(Escriba|Elija|Marque|Diga)\b.*\.$"}
    for lang, verb in verbs.items():
        for field in fields_of(FORMS):
            said = words(lang)(f"field.{field.key}.missing")
            assert re.match(verb, said), said


def test_every_code_has_words() -> None:
    wanted = {f"verdict.{one.value}.{part}" for one in Verdict for part in ("short", "head", "sub")}
    wanted |= {f"refused.kind.{one.value}" for one in RefusalKind}
    wanted |= {f"tasks.kind.{one.value}" for one in TaskKind}
    wanted |= {f"task_why.{one.value}" for one in TaskKind}
    wanted |= {f"shut.{one.value}" for one in RefusalKind}
    # What counsel would be asked, or what opens in two ways, has texts of its own.
    other = (RefusalKind.CALL_COUNSEL, RefusalKind.IN_CUSTODY)
    wanted |= {f"opens.{one.value}" for one in RefusalKind if one not in other}
    wanted |= {f"deadline.{one.value}" for one in DeadlineKind}
    wanted |= {f"event.{kind}" for kind in EVENT_KINDS}
    wanted |= {f"role.{one.value}" for one in Role}
    wanted |= {f"about.{one.value}" for one in About}
    wanted |= {f"say.{one.value}.{two.value}" for one in About for two in Modality}
    wanted |= {f"do.{one.value}" for one in Verdict} | {f"check.{k.value}" for k in CheckKind}
    wanted |= {f"duty.{one.value}" for one in DutyState}
    for kind in (*codes.CODE_LISTS, Role):
        if kind is not codes.FacilityKind:
            wanted |= {f"code.{kind.__name__}.{member.value}" for member in kind}
    assert wanted - EN.keys() == set()


def named_in_code(tree: ast.AST) -> Iterator[str]:
    """Yield a pattern for each text that a program names, or puts together."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)):
                yield re.escape(text)
            case ast.JoinedStr(values=parts):
                yield "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                    for part in parts
                )


def named_in_template(text: str) -> Iterator[str]:
    """Yield a pattern for each text that a template names, or puts together."""
    # Inside an attribute, a quote may be the attribute's own.
    yield from (re.escape(name) for name in re.findall(r'"([\w.-]+)"', text))
    piece = r'"[^"]*"|[\w.()\[\]]+'
    for found in re.finditer(rf"(?:{piece})(?: ~ (?:{piece}))*", text):
        parts = found[0].split(" ~ ")
        quoted = [part for part in parts if part.startswith('"')]
        if quoted:
            yield "".join(re.escape(p[1:-1]) if p.startswith('"') else ".+" for p in parts)


def test_every_part_of_every_entry_has_words() -> None:
    """A record's history names each part; one without words would break the person's page."""
    unsaid = ENVELOPE | {"occurred", "note"}
    parts = {one.name for kind in EVENT_KINDS.values() for one in fields(kind)} - unsaid
    assert {f"detail.{part}" for part in parts} - EN.keys() == set()


def test_no_text_is_left_over() -> None:
    """Every text is named in the code or a template, or put together from a table and a code."""
    patterns: set[str] = set()
    for file in Path(exeat.__file__).parent.rglob("*"):
        if file.suffix == ".py":
            patterns |= set(named_in_code(ast.parse(file.read_text(encoding="utf-8"))))
        elif file.suffix == ".j2":
            patterns |= set(named_in_template(file.read_text(encoding="utf-8")))
    # What is put together must at least name its table, such as `field.` or `did.`.
    asked = re.compile(
        "|".join(sorted(one for one in patterns if re.match(r"[\w\\-]+(\\\.|$)", one)))
    )
    tables = {"did", "tried"}  # the log tells the two apart within one expression
    left = {key for key in EN if not asked.fullmatch(key) and key.split(".")[0] not in tables}
    assert sorted(left) == []


def test_a_time_is_said_in_the_facilitys_zone_on_both_sides_of_the_clock_change() -> None:
    zone = ZoneInfo("America/New_York")
    before, after = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6))
    assert words("en").time(before, zone) == "Sun 1 Nov 2026, 01:30 EDT"
    assert words("en").time(after, zone) == "Sun 1 Nov 2026, 01:30 EST"
    assert words("es").time(after, zone) == "dom 1 nov 2026, 01:30 EST"
    assert words("en").time(None, zone) == "a time that is not known"


def test_each_language_has_its_own_plurals_numbers_days_and_lists() -> None:
    en, es = words("en"), words("es")
    assert [en.number(n, "count.person") for n in (0, 1, 1234)] == [
        "0 people", "1 person", "1,234 people",
    ]  # fmt: skip
    assert [es.number(n, "count.person") for n in (0, 1, 1234, 1_000_000)] == [
        "0 personas", "1 persona", "1.234 personas", "1.000.000 de personas",
    ]  # fmt: skip
    day = date(2026, 9, 4)
    assert (en.day(day), es.day(day)) == ("Fri 4 Sep 2026", "vie 4 sept 2026")
    assert (en.value(("a", "b")), es.value(("a", "b"))) == ("a and b", "a y b")


def test_a_sentence_that_begins_with_a_part_has_a_capital() -> None:
    said = Said("because.commanded", {"who": Said("who.federal")})
    assert words("en").tell([said]).startswith("Federal law commands")


def test_a_sentence_comes_in_parts_and_what_is_put_in_is_never_read() -> None:
    said = Said("done.saved", {"act": "{time} `x` 2026-03-06T22:30Z"})
    assert [part for part in words("en").parts(said) if part[0]] == [
        ("act", "{time} `x` 2026-03-06T22:30Z")
    ]


VALUES = st.recursive(
    st.text() | st.integers() | st.dates() | st.datetimes(timezones=st.just(UTC)),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.builds(Said, st.text(), st.dictionaries(st.text(), inner, max_size=2))
    ),
    max_leaves=6,
)


@given(st.builds(Said, st.text(), st.dictionaries(st.text(), VALUES, max_size=3)))
def test_what_is_said_comes_back_from_json_as_it_was(said: Said) -> None:
    assert Said.of_json(json.loads(json.dumps(said.to_json()))) == said


@pytest.mark.parametrize("kept", [{}, {"code": 1}, {"code": "a", "values": {"b": {"c": 1}}}])
def test_what_is_no_code_is_refused(kept: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="code"):
        Said.of_json(kept)


def test_a_short_time_leaves_out_the_day_only_where_it_is_today_there() -> None:
    zone = ZoneInfo("America/New_York")
    now = datetime(2026, 3, 7, 2, 0, tzinfo=UTC)  # Friday evening in New York
    assert words("en").short(datetime(2026, 3, 6, 23, 0, tzinfo=UTC), zone, now) == "18:00"
    assert words("en").short(datetime(2026, 3, 7, 6, 0, tzinfo=UTC), zone, now) == "Sat 7 Mar 01:00"
    assert (
        words("en").short(datetime(2025, 3, 7, 6, 0, tzinfo=UTC), zone, now).endswith("2025 01:00")
    )


@pytest.mark.parametrize(
    ("cookie", "accepts", "lang"),
    [
        (None, "", "en"),
        (None, "es-MX,es;q=0.9", "es"),
        (None, "en;q=0.1, es;q=0.9", "es"),
        (None, "en;q=0.1, es-US ; q=0.9", "es"),
        (None, "es;q=0, en;q=0.2", "en"),
        (None, "es;q=?, *", "en"),
        ("en", "es", "en"),
        ("xx", "fr, es", "es"),
    ],
)
def test_language(cookie: str | None, accepts: str, lang: str) -> None:
    assert language_of(cookie, accepts) == lang
