"""The words of the pages: both languages whole, each form described, no key forgotten."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

pytest.importorskip("fastapi")
from tests.unit.test_pages_correcting import EXAMPLES

from exeat.decide import CheckKind, DutyState, Verdict
from exeat.desk.pages.correcting import form_of
from exeat.desk.pages.forms import fields_of, options_of
from exeat.desk.pages.more_acts import EVERY
from exeat.desk.pages.words import LANGUAGES, catalogue, language_of, words
from exeat.desk.service.models import RefusalKind
from exeat.desk.service.urgency import DeadlineKind
from exeat.facts import codes
from exeat.facts.events import EVENT_KINDS
from exeat.office.context import Role
from exeat.office.models import TaskKind
from exeat.rules.model import About, Modality

PAGES = Path(__file__).parents[2] / "src" / "exeat" / "desk" / "pages"
EN = catalogue("en")
FORMS = (*EVERY, *(form_of(event) for event in EXAMPLES))


def test_both_languages_have_the_same_keys() -> None:
    assert catalogue("en").keys() == catalogue("es").keys()


def test_both_languages_put_in_the_same_values() -> None:
    spanish = catalogue("es")
    holes = {key: set(re.findall(r"{\w+}", text)) for key, text in EN.items()}
    assert {key: set(re.findall(r"{\w+}", spanish[key])) for key in EN} == holes


def test_only_hints_and_one_note_may_be_empty() -> None:
    for lang in LANGUAGES:
        empty = {key for key, text in catalogue(lang).items() if not text.strip()}
        odd = {key for key in empty if not key.endswith(".hint")} - {"site.english_only"}
        assert odd == set()
    assert words("es")("site.english_only"), "a reader of Spanish is told what stays in English"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_each_form_and_field_has_words(form: object) -> None:
    name = form.name  # type: ignore[attr-defined]
    wanted = {f"act.{name}.{part}" for part in ("title", "lead", "send", "short")}
    wanted |= {f"group.{one.name}" for one in form.groups if one.name}  # type: ignore[attr-defined]
    wanted -= {"group.namesakes", "group.identify", "group.leaving", "group.override"}
    for field in form.fields:  # type: ignore[attr-defined]
        wanted |= {f"field.{field.key}.{part}" for part in ("label", "hint", "missing")}
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


def test_no_text_is_left_over() -> None:
    """Every key is named in the code or a template, or is of a table that is looked up by code."""
    files = [one for one in PAGES.rglob("*") if one.suffix in (".py", ".j2")]
    source = "".join(one.read_text(encoding="utf-8") for one in files)
    by_code = set(
        "about act agency_kind answer auditor code count deadline detail duty event field"  # noqa: SIM905
        " group login menu nav password person refused role rule tasks to verdict warning"
        " admin roster time_only did tried outcome say do would check way ring".split()
    )
    left = {
        key
        for key in EN
        if f'"{key}"' not in source and f"'{key}'" not in source
        if key.split(".")[0] not in by_code
    }
    assert left == set()


def test_a_time_is_said_in_the_facilitys_zone_on_both_sides_of_the_clock_change() -> None:
    zone = ZoneInfo("America/New_York")
    before, after = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6))
    assert words("en").time(before, zone) == "Sun 1 Nov 2026, 01:30 EDT"
    assert words("en").time(after, zone) == "Sun 1 Nov 2026, 01:30 EST"
    assert words("es").time(after, zone) == "dom 1 nov 2026, 01:30 EST"
    assert words("en").time(None, zone) == "a time that is not known"


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
    [(None, "", "en"), (None, "es-MX,es;q=0.9", "es"), ("en", "es", "en"), ("xx", "fr, es", "es")],
)
def test_language(cookie: str | None, accepts: str, lang: str) -> None:
    assert language_of(cookie, accepts) == lang
