"""Ways past the gate, and into a false hold: what is entered, corrected, spelt and signed."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pyotp
from httpx2 import Response

from exeat.office.context import Role
from tests.attack.frame import must, step
from tests.attack.ground import API, Ground

SPELT = (
    ("Müller", "Mueller"), ("Smithe", "Smithe Jr"), ("Zapata Lopez", "Zapata"),
    ("Łukasz", "Lukasz"), ("Ørsted", "Orsted"), ("Straße", "STRASSE"),
    ("De La Cruz", "Delacruz"), ("García-Vega", "Vega"), ("O'Brien", "O\u2019Brien"),
    ("Nguyễn", "Nguyen"),
)  # fmt: skip
_ZONE = ZoneInfo("America/Los_Angeles")
MIXED = ("Sm\u0456thson", "\u0410nderson", "Mart\u0456nez", "\u0395spinoza")


def shut(answer: Response, *why: str) -> None:
    """State that the gate stayed shut, for one of these reasons if any are named."""
    must(answer.status_code == 409, f"release -> {answer.status_code} {answer.text[:200]}")
    said = answer.json()["error"].get("refusals", [])
    must(not why or set(why) & set(said), f"refused, but for {said}, and not for {why}")


def signed(here: Ground, second: str, **more: Any) -> dict[str, Any]:
    """Return an override that somebody signs as the second person."""
    here.town.later(minutes=1)  # a code counts once
    witness = {"name": second, "password": here.town.passwords[second]}
    witness["code"] = here.town.code(second)
    return {"override": {"reason": "life-or-health", "words": "x", "second": witness, **more}}


def page_release(here: Ground, name: str, record: str, number: str, second: str) -> Response:
    """Release against the gate by the page, signed in as one and signed by another."""
    session = here.session(name)
    seen = here.town.desk.gate.clear(here.town.ctx(), record).version
    here.town.later(minutes=1)
    form = {
        "csrf": session.csrf, "version": str(seen), "event_id": here.number("e"),
        "booking_number": number, "born": "1990-01-31", "kind": "street",
        "warrants_checked": here.town.now.astimezone(_ZONE).strftime("%Y-%m-%dT%H:%M"),
        "override": "yes", "reason": "life-or-health", "override_words": "x", "second_name": second,
        "second_password": here.town.passwords[second], "second_code": here.town.code(second),
    }  # fmt: skip
    return here.browse("POST", f"/people/{record}/release", session, form)


def let_go(here: Ground, record: str, agency: str = "pierce") -> bool:
    """Say whether the record says that the person was let go."""
    page = here.town.desk.reading.person(here.town.ctx(agency=agency), record)
    return page.record.release is not None


# --- A1: holds that are corrected away ------------------------------------------------------------


@step("A1", "one officer opens the door by correcting the hold away")
def correct_the_hold_away(here: Ground, chance: Random) -> None:
    record, number = here.on_hold(chance)
    about = [one["id"] for one in here.events(record, "arizona") if "detainer" in one]
    for of in chance.sample(about, len(about)):
        body = {"of": of, "says": "Entered by mistake."}
        here.send("POST", f"{API}/records/{record}/corrections", body, here.key("arizona"))
    # Whatever those changed: a hold that may still run keeps nobody from going, so only one
    # that was taken away must shut the door.
    page = here.town.desk.reading.person(here.town.ctx(agency="arizona"), record)
    if not page.record.detainers:
        shut(here.release(record, number, "arizona"), "correction-unreviewed")
        here.keeps("arizona", record)


@step("A1", "a jail takes back what another agency lodged")
def correct_what_another_lodged(here: Ground, chance: Random) -> None:
    record, _ = here.on_hold(chance)
    events = here.events(record, "arizona")
    theirs = [one for one in events if one["by"] == "ice-sea"]
    for one in theirs:
        body = {"of": one["id"], "says": "Entered by mistake."}
        said = here.send("POST", f"{API}/records/{record}/corrections", body, here.key("arizona"))
        must(said.status_code == 409, f"correction of {one['event']} -> {said.status_code}")
    must(here.events(record, "arizona") == events, "something was entered all the same")


@step("A1", "one officer ends what another agency sent, and opens the door")
def lift_what_another_sent(here: Ground, chance: Random) -> None:
    record, number = here.on_hold(chance)
    for detainer in here.town.desk.reading.person(
        here.town.ctx(agency="arizona"), record
    ).record.detainers:
        body = {"reason": chance.choice(["cancelled", "declined", "unstated"])}
        path = f"{API}/records/{record}/requests/{detainer.id}/lift"
        here.send("POST", path, body, here.key("arizona"))
        if any(one["by"] == "ice-sea" for one in here.events(record, "arizona")):
            shut(here.release(record, number, "arizona"), "correction-unreviewed")


@step("A1", "an officer, or a key, reviews their own correction")
def review_ones_own_correction(here: Ground, chance: Random) -> None:
    record, _ = here.on_hold(chance)
    session = here.session("ari")
    ctx = here.town.desk.accounts.signin.context(session, here.town.now)
    detainers = here.town.desk.reading.person(ctx, record).record.detainers
    for one in detainers:
        here.town.desk.acts.enter(ctx, "lift", record, detainer=one.id)
    tasks = [
        t.id for t in here.town.desk.reading.tasks(ctx)
        if t.record == record and t.kind.value == "correction-to-review"
    ]  # fmt: skip
    for task in tasks:
        headers = here.key("arizona")
        said = here.send("POST", f"{API}/tasks/{task}/close", {"outcome": "Fine."}, headers)
        must(said.status_code in (403, 409), f"a key closed it: {said.status_code}")
        form = {"csrf": session.csrf, "outcome": "Fine."}
        here.browse("POST", f"/tasks/{task}", session, form)
        open_ = {t.id for t in here.town.desk.reading.tasks(ctx) if t.closed is None}
        must(task in open_, "who lifted the request closed its review")


@step("A1", "an issuer is not shown that its request was corrected away")
def hide_a_correction_from_the_issuer(here: Ground, chance: Random) -> None:
    record, number = here.book(agency="arizona")
    here.town.lodge(record, f"d{number}", agency="arizona")
    with here.town.desk.office.db.transaction(here.town.ctx(agency="arizona")) as tx:
        tx.ledger.share(record, "ice-sea", "issuer")
    about = [one["id"] for one in here.events(record, "arizona") if "detainer" in one]
    for of in reversed(about):
        body = {"of": of, "says": "Entered by mistake."}
        here.send("POST", f"{API}/records/{record}/corrections", body, here.key("arizona"))
    seen = here.send("GET", f"{API}/records/{record}", headers=here.key("ice-sea", "requester"))
    told = [one.get("of") for one in seen.json()["events"] if one["event"] == "corrected"]
    must(set(about) <= set(told), f"told of {len(told)} of {len(about)} corrections")


# --- A4: names ------------------------------------------------------------------------------------


@step("A4", "a person goes past a waiting request because it spells the name otherwise")
def spell_the_name_otherwise(here: Ground, chance: Random) -> None:
    asked, booked = chance.sample(chance.choice(SPELT), 2)
    if chance.random() < 0.3:
        booked = chance.choice([booked.upper(), booked.lower(), f" {booked} "]).strip()
    born = date(1971, 2, chance.randint(1, 28))
    record, number = here.free(booked, born=born)
    here.ask_for(asked)
    said = here.release(record, number, identifiers={
        "born": born.isoformat(), "booking_number": number,
    })  # fmt: skip
    shut(said, "request-waiting")
    here.keeps("pierce", record)


@step("A4", "a name in letters of two scripts is taken")
def mix_scripts(here: Ground, chance: Random) -> None:
    name = chance.choice([*MIXED, "Zero\u200bwidth", "Right\u202eto-left"])
    person = {"surname": name, "given_names": "Avery", "booking_number": here.number()}
    booked = here.send("POST", f"{API}/records", {"person": person}, here.key())
    must(booked.status_code == 422, f"booked as {name!r}: {booked.status_code}")
    body = {"facility": "pierce", "person": person, "paper": {}}
    sent = here.send("POST", f"{API}/requests", body, here.key("ice-sea", "requester"))
    must(sent.status_code == 422, f"asked for as {name!r}: {sent.status_code}")


# --- A5: two people -------------------------------------------------------------------------------


@step("A5", "a system's key is the first of two people")
def override_by_key(here: Ground, chance: Random) -> None:
    record, number = here.book()
    said = here.release(record, number, **signed(here, chance.choice(["sam", "kim"])))
    must(said.status_code in (401, 403), f"release -> {said.status_code} {said.text[:200]}")
    must(not let_go(here, record), "the person was let go")
    here.keeps("pierce", record)


@step("A5", "one person signs as two, by an account that they made or reset")
def override_by_a_ghost(here: Ground, chance: Random) -> None:
    town = here.town
    maker = town.ctx("sam", role=Role.SUPERVISOR)
    if chance.random() < 0.5:
        name, said = f"g{here.number('')}@pierce", {"shown": "Ghost", "role": "supervisor"}
        _, first = town.desk.accounts.add_account(maker, name=name, **said)
    else:
        name = here.account("supervisor")
        town.later(days=31)
        first = town.desk.accounts.reset(town.ctx("sam", role=Role.SUPERVISOR), name)
    town.passwords[name] = first
    half = town.desk.accounts.signin.sign_in(name, first, town.now)
    app = pyotp.parse_uri(town.desk.accounts.signin.enrol(half, town.now))
    town.secrets[name] = app.secret
    here._settle(name)
    record, number = here.book()
    pair = chance.sample(["sam", name], 2)
    page_release(here, pair[0], record, number, pair[1])
    must(not let_go(here, record), f"{pair[0]} and {pair[1]} let the person go")
    here.keeps("pierce", record)


@step("A5", "the second person is the first again, or has the wrong password or code")
def override_by_oneself(here: Ground, chance: Random) -> None:
    record, number = here.book()
    who = here.account("supervisor")
    second = chance.choice([who, "kim"])
    kept = here.town.passwords[second], here.town.secrets[second]
    if second != who:
        here.town.passwords[second] += "x"
    page_release(here, who, record, number, second)
    here.town.passwords[second], here.town.secrets[second] = kept
    if second != who:
        here.town.desk.accounts.unlock(here.town.ctx("lee", role=Role.SUPERVISOR), second)
    must(not let_go(here, record), "the person was let go")
    here.keeps("pierce", record)


@step("A5", "one of the two who released against the gate closes the review of it")
def review_ones_own_override(here: Ground, chance: Random) -> None:
    record, number = here.book()
    page_release(here, "sam", record, number, "kim")
    must(let_go(here, record), "two people could not release: nothing is left to try")
    lead = here.town.ctx("lee", role=Role.SUPERVISOR)
    [task] = [t.id for t in here.town.desk.reading.tasks(lead)
              if t.record == record and t.kind.value == "override-review"]  # fmt: skip
    who = chance.choice(["sam", "kim"])
    session = here.session(who)
    form = {"csrf": session.csrf, "outcome": "All was well."}
    here.browse("POST", f"/tasks/{task}", session, form)
    still = {t.id for t in here.town.desk.reading.tasks(lead) if t.closed is None}
    must(task in still, f"{who} closed it")


# --- B: time, ids, versions -----------------------------------------------------------------------


@step("B1", "a ground that only begins later keeps somebody now")
def ground_of_the_future(here: Ground, chance: Random) -> None:
    record, number = here.free()
    later = here.town.now + timedelta(days=chance.randint(1, 30_000))
    when = chance.choice([later.isoformat(), str(later.year + 1)])
    body = {"basis": "later", "kind": "charge", "occurred": when}
    here.send("POST", f"{API}/records/{record}/bases", body, here.key())
    said = here.release(record, number)
    must(said.status_code == 200, f"kept by a ground of {when}: {said.text[:200]}")


@step("B1", "a request that only comes later keeps somebody now")
def request_of_the_future(here: Ground, chance: Random) -> None:
    record, number = here.free(agency="texas")
    later = here.town.now + timedelta(days=chance.randint(1, 30_000))
    body = {
        "detainer": f"d{number}", "occurred": later.isoformat(),
        "paper": {"form": "I-247A", "warrants": ["I-200"], "names_this_person": True},
    }  # fmt: skip
    here.send("POST", f"{API}/records/{record}/requests", body, here.key("texas"))
    said = here.release(record, number, "texas")
    must(said.status_code == 200, f"kept by a request of {later:%Y}: {said.text[:200]}")


@step("g01", "a check for warrants that is stale, or from the future, opens the gate")
def stale_warrant_check(here: Ground, chance: Random) -> None:
    record, number = here.free()
    minutes = chance.choice([-chance.randint(61, 9999), chance.randint(3, 9999)])
    checked = (here.town.now + timedelta(minutes=minutes)).isoformat()
    shut(here.release(record, number, warrants_checked=checked), "warrants-unchecked")
    shut(here.release(record, number, warrants_checked=None), "warrants-unchecked")
    here.keeps("pierce", record)


@step("g02", "a version that nobody has seen passes for the newest")
def version_beyond(here: Ground, chance: Random) -> None:
    record, number = here.free()
    seen = here.town.desk.gate.clear(here.town.ctx(), record).version
    wrong = chance.choice([seen + chance.randint(1, 9999), max(0, seen - 1), 0])
    shut(here.release(record, number, seen_version=wrong), "moved-on")
    here.keeps("pierce", record)


@step("gate", "something comes in while the form stands open, and the door opens all the same")
def come_in_behind_the_form(here: Ground, chance: Random) -> None:
    record, number = here.free(agency="arizona")
    body = here.order(record, number, "arizona")
    here.town.lodge(record, f"d{number}", agency="arizona")
    said = here.send("POST", f"{API}/records/{record}/release", body, here.key("arizona"))
    shut(said, "moved-on")


@step("gate", "somebody leaves who is another person")
def wrong_person(here: Ground, chance: Random) -> None:
    record, number = here.free()
    wrong = chance.choice([
        {"born": "1990-01-30", "booking_number": number},
        {"born": "1990-01-31", "booking_number": f"{number}0"},
        {"born": "1990-01-31", "booking_number": ""},
        {"booking_number": number}, {},
    ])  # fmt: skip
    said = here.release(record, number, identifiers=wrong)
    must(said.status_code in (409, 422), f"{wrong} -> {said.status_code}")
    must(not let_go(here, record), f"let go by {wrong}")
    here.keeps("pierce", record)


@step("gate", "somebody leaves while a ground of custody runs")
def leave_in_custody(here: Ground, chance: Random) -> None:
    record, number = here.book()
    shut(here.release(record, number), "in-custody")
    here.keeps("pierce", record)


@step("gate", "one person is let go twice")
def leave_twice(here: Ground, chance: Random) -> None:
    record, number = here.free()
    body = {**here.order(record, number), "event_id": here.number("out")}
    first = here.send("POST", f"{API}/records/{record}/release", body, here.key())
    must(first.status_code == 200, f"not let go at all: {first.text[:200]}")
    again = here.send("POST", f"{API}/records/{record}/release", body, here.key())
    must(again.status_code == 200 and again.json()["repeated"], "sent again, it did not count once")
    other = {**here.order(record, number), "event_id": here.number("out")}
    said = here.send("POST", f"{API}/records/{record}/release", other, here.key())
    must(said.status_code == 409, f"let go a second time: {said.status_code}")


@step("gate", "a transfer leaves by the door of releases")
def leave_as_a_transfer(here: Ground, chance: Random) -> None:
    record, number = here.free()
    said = here.release(record, number, kind="transfer", to="texas")
    must(said.status_code == 422, f"release -> {said.status_code}")
    here.keeps("pierce", record)


@step("B4", "a second person is booked under an id that stands for another, and is lost")
def another_person_under_one_id(here: Ground, chance: Random) -> None:
    event_id = here.number("id")
    person = {"surname": "First", "given_names": "Avery", "born": "1990-01-31",
              "booking_number": here.number()}  # fmt: skip
    body = {"event_id": event_id, "person": person}
    first = here.send("POST", f"{API}/records", body, here.key())
    must(first.status_code == 201, f"not booked: {first.text[:200]}")
    change = chance.choice([
        {"surname": "Second"}, {"given_names": "Blake"}, {"born": "1990-01-30"},
        {"booking_number": here.number()},
    ])  # fmt: skip
    again = here.send(
        "POST", f"{API}/records", {**body, "person": {**person, **change}}, here.key()
    )
    must(again.status_code == 409, f"{change} -> {again.status_code} {again.text[:100]}")
    here.keeps("pierce", first.json()["record"])


@step("B4", "a second request under an id that stands for another is lost")
def another_request_under_one_id(here: Ground, chance: Random) -> None:
    issuer = here.key("ice-sea", "requester")
    body: dict[str, Any] = {
        "request_id": here.number("q"), "facility": "texas",
        "person": {"surname": "Absent"}, "paper": {},
    }  # fmt: skip
    first = here.send("POST", f"{API}/requests", body, issuer)
    must(first.status_code == 201, f"not sent: {first.text[:200]}")
    change: dict[str, Any] = chance.choice([
        {"facility": "pierce"}, {"person": {"surname": "Another"}},
        {"paper": {"form": "I-247A"}},
    ])  # fmt: skip
    again = here.send("POST", f"{API}/requests", {**body, **change}, issuer)
    must(again.status_code == 409, f"{change} -> {again.status_code}")
