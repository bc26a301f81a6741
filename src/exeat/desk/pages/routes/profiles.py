"""The nine questions of each facility's place: a list, and one form."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from exeat.desk.pages.routes._common import may, see
from exeat.desk.pages.site import At, PageRoute, SentForm, Site
from exeat.desk.pages.views import Viewer
from exeat.desk.service.profiles import PlacePage
from exeat.errors import ExeatError, Fault, LawError
from exeat.rules.model import Contest, OffenceList, Rule
from exeat.rules.profile import fingerprint
from exeat.rules.profile_questions import QUESTIONS, SIGNATURE, UNDECIDED, Kind, Question
from exeat.rules.profile_setup import Item, answer_of, items, standing, typed
from exeat.say.law_text import rule_text

__all__ = ["router"]

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/profiles")
def profiles(request: Request, site: At) -> Response:
    """Show the places of all facilities, and how much of each is decided."""
    viewer = may(site, request, "place_profiles")
    found = site.asked(lambda: site.desk.profiles.place_profiles(viewer.ctx))
    shown = [(page, *_decided(page)) for page in found]
    return site.page(request, viewer, "profiles.html.j2", here="admin", places=shown)


@router.get("/profiles/{code}")
def profile(request: Request, site: At, code: str) -> Response:
    """Show the nine questions with what is answered."""
    viewer = may(site, request, "set_place_profile")
    return _page(site, request, viewer, code, {}, ())


@router.post("/profiles/{code}")
def change(request: Request, site: At, code: str, sent: SentForm) -> Response:
    """Put answers in force."""
    viewer = site.checked(request, sent)
    [page] = site.asked(lambda: site.desk.profiles.place_profiles(viewer.ctx, code))
    said = {name: str(value) for name, value in sent.items()}
    sign = {field.name: said.get(f"sign.{field.name}", "").strip() for field in SIGNATURE}
    sign["on"] = sign["on"] or page.today.isoformat()
    try:
        answers = answers_of(page, sent)
        site.asked(lambda: site.desk.profiles.set_place_profile(viewer.ctx, code, answers, sign))
    except ExeatError as error:
        return _page(site, request, viewer, code, said, error.faults)
    return see(f"/profiles/{code}?saved=1")


def answers_of(page: PlacePage, sent: FormData) -> dict[str, Any]:
    """Return the answers of a form that differ from what stands; a blank one is undecided.

    Args:
        page: What stands.
        sent: What came: ``table.item.field``, and of a rule the text that was shown, as ``saw``.

    Raises:
        LawError: A rule was answered whose text is another one now.
    """
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    for question in QUESTIONS:
        for item in items(page.law, question, page.today):
            new = _new(page, question, item, sent)
            if new is None:
                continue
            if _sent(sent, question, item, "saw") != _text_of(item):
                faults.append(_changed(item))
            if question.many:
                others = [] if question.key else page.tables.get(question.table, [])[1:]
                found.setdefault(question.table, []).extend([new, *others])
            else:
                found[question.table] = new
    if faults:
        raise LawError(faults)
    return found


def _new(page: PlacePage, question: Question, item: Item, sent: FormData) -> dict[str, Any] | None:
    """Return what a form answers about one item, or None where that is what stands already."""
    decides = question.decides.name
    # What the form did not show is not taken back by it.
    if _name(question, item, decides) not in sent:
        return None
    old = standing(page.tables, page.profile, question, item)
    new = _answer(question, item, sent)
    fields = [field.name for field in question.fields if field.name != "saw"]
    same = all(new.get(name) == old.get(name) for name in (*fields, "cite"))
    if same or (decides not in new and not old):
        return None
    return {**new, decides: new.get(decides, UNDECIDED)}


def _name(question: Question, item: Item, field: str) -> str:
    """Return a field's name in the form: by the item's key, since the list may have moved on."""
    return f"{question.table}.{item.key or 0}.{field}"


def _sent(sent: FormData, question: Question, item: Item, field: str) -> str:
    return str(sent.get(_name(question, item, field)) or "").strip()


def _text_of(item: Item) -> str:
    return fingerprint(item.about) if isinstance(item.about, Rule) else ""


def _changed(item: Item) -> Fault:
    message = "the rule says something else than the page that was filled in showed"
    place = f"question 2 (judged `{item.key}`)"
    return Fault("E227", place, message, "Read it anew, and answer again.")


def _answer(question: Question, item: Item, sent: FormData) -> dict[str, Any]:
    answer: dict[str, Any] = {question.key: item.key} if question.key else {}
    for field in (*question.fields, SIGNATURE[0]):
        text = _sent(sent, question, item, field.name)
        if text:
            answer[field.name] = typed(field, text)
    return answer


def _page(
    site: Site,
    request: Request,
    viewer: Viewer,
    code: str,
    said: dict[str, str],
    faults: tuple[Fault, ...],
) -> Response:
    [page] = site.asked(lambda: site.desk.profiles.place_profiles(viewer.ctx, code))
    asked = [
        (question, [_shown(page, question, item, said) for item in about])
        for question in QUESTIONS
        for about in [items(page.law, question, page.today)]
    ]
    done = site.words(request)("profile.saved") if request.query_params.get("saved") else ""
    sign = [(field, said.get(f"sign.{field.name}", "")) for field in SIGNATURE]
    return site.page(
        request, viewer, "profile.html.j2", here="admin", done=done, status=422 if faults else 200,
        page=page, asked=asked, sign=sign, faults=faults, folder=site.desk.office.settings.law,
    )  # fmt: skip


def _shown(page: PlacePage, question: Question, item: Item, said: dict[str, str]) -> dict[str, Any]:
    """Return one item of a question as the template needs it."""
    old = standing(page.tables, page.profile, question, item)
    before = {} if old else answer_of(page.tables, question, item)
    saw, text = _name(question, item, "saw"), _text_of(item)
    # What was entered under another text is not offered again under this one.
    said = said if said.get(saw, text) == text else {}
    fields = []
    for field in (*question.fields, SIGNATURE[0]):
        if field.name == "saw":
            continue
        name = _name(question, item, field.name)
        value = said.get(name, _text(old.get(field.name, "")))
        options = field.options or ([("yes", "yes"), ("no", "no")] * (field.kind is Kind.FLAG))
        if isinstance(item.about, Contest) and field.name == question.decides.name:
            options = tuple((one.id, one.says) for one in item.about.readings)
        fields.append((name, field, "" if value == UNDECIDED else value, options))
    rule = rule_text(page.law, item.about) if isinstance(item.about, Rule) else None
    title = item.about.question if isinstance(item.about, Contest) else ""
    if isinstance(item.about, OffenceList):
        title = f"{item.about.citation}: {', '.join(item.about.statutes)}"
    return {
        "key": item.key, "rule": rule, "title": title, "fields": fields, "old": old,
        "before": before, "saw": (saw, text),
    }  # fmt: skip


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _decided(page: PlacePage) -> tuple[int, int]:
    asked = [question for question in QUESTIONS if items(page.law, question, page.today)]
    return len(asked) - len(page.left), len(asked)
