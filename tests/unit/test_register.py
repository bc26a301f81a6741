"""The register of acts: each is described once, whole, and everything made from it has it."""

from __future__ import annotations

from typing import get_args

import pytest
from typer.testing import CliRunner

from exeat.cli.main import app
from exeat.facts import events as ev
from exeat.i18n.words import LANGUAGES, catalogue
from exeat.office.asking import ENVELOPE, asked_of, parts_of
from exeat.office.context import MAY
from exeat.office.register import ACTS, ENTERED, SECTIONS

ENTERS = [act for act in ACTS.values() if act.enters is not None]
SHOWN = [act for act in ACTS.values() if act.section or act.enters is not None]
AT_THE_GATE_OR_BY_THE_DESK = {
    ev.Booked, ev.Released, ev.TransferAcknowledged, ev.NotInCustodyHere,
}  # fmt: skip


def test_every_kind_of_event_is_entered_by_one_act_or_by_what_the_desk_does() -> None:
    assert len(ENTERED) == len(ENTERS), "two acts enter one kind"
    kinds = {kind for part in get_args(ev.Event) for kind in get_args(part) or (part,)}
    assert set(ENTERED) == kinds - AT_THE_GATE_OR_BY_THE_DESK


@pytest.mark.parametrize("act", ENTERS, ids=lambda act: act.name)
def test_what_the_register_says_of_a_part_is_of_a_part_that_there_is(act: object) -> None:
    names = {one.name for kind in (act.enters, act.takes) if kind for one in parts_of(kind)}  # type: ignore[attr-defined]
    whole = names | {one.at for one in asked_of(act.enters)}  # type: ignore[attr-defined]
    assert set(act.hows) <= whole  # type: ignore[attr-defined]
    said = (*act.must, *act.fills, *act.unasked, *act.besides, *act.called)  # type: ignore[attr-defined]
    assert {*said, *([act.names] if act.names else [])} <= names  # type: ignore[attr-defined]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("act", SHOWN, ids=lambda act: act.name)
def test_every_act_has_its_words_in_both_languages(act: object, lang: str) -> None:
    name, enters = act.name, act.enters  # type: ignore[attr-defined]
    wanted = {f"act.{name}.{part}" for part in ("title", "lead", "send", "short")}
    if enters is not None:
        tag = next(kind for kind, made in ev.EVENT_KINDS.items() if made is enters)
        wanted |= {f"event.{tag}"}
        wanted |= {f"detail.{one.name}" for one in parts_of(enters) if one.name not in ENVELOPE}
    assert wanted - catalogue(lang).texts.keys() == set()


def test_each_act_stands_under_one_heading_in_the_order_of_the_register() -> None:
    shown = [name for _, names in SECTIONS for name in names]
    assert shown == [act.name for act in ACTS.values() if act.section]
    assert len(shown) == len(set(shown))


def test_the_command_lists_every_act_with_who_may() -> None:
    said = CliRunner().invoke(app, ["acts"]).output
    for act in ACTS.values():
        assert f"{act.name} " in said and act.says in said
        assert ", ".join(sorted(role.value for role in MAY[act.name][0])) in said


def test_the_command_shows_what_an_act_asks_and_a_near_miss() -> None:
    said = CliRunner().invoke(app, ["acts", "decide_request"]).output
    assert "* complies" in said and "scope requests" in said
    wrong = CliRunner().invoke(app, ["acts", "decide_requests"])
    assert wrong.exit_code and "Did you mean `decide_request`?" in str(wrong.exception)
