"""Ways across: another agency's records, requests, tasks; another role's acts; no login at all."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from httpx2 import Response

from exeat.desk.api.site import openapi
from exeat.office.context import Role
from tests.attack.frame import must, step
from tests.attack.ground import API, Ground
from tests.conformance.test_api_contract import PAGES_OPEN, served

_BODIES: Final[dict[str, dict[str, Any]]] = {
    "/records": {"person": {"surname": "Foreign"}},
    "/records/{record}/events": {"event": "person-fact", "person": {}},
    "/records/{record}/requests": {"detainer": "dx", "paper": {}},
    "/records/{record}/bases": {"basis": "bx", "kind": "charge"},
    "/records/{record}/bases/end": {"basis": "charge", "ended_by": "bail"},
    "/records/{record}/schedule": {"release_at": "2026-12-01T08:00:00-08:00"},
    "/records/{record}/transfer": {"to": "texas"},
    "/records/{record}/requests/{detainer}/decide": {"complies": False, "why": "x"},
    "/records/{record}/requests/{detainer}/read": {"warrants": [], "names_this_person": True},
    "/records/{record}/notices": {"kind": "notify", "to": "issuer", "evidence": "x"},
    "/records/{record}/facts": {"facts": {}},
    "/records/{record}/convictions": {"convictions": []},
    "/records/{record}/corrections": {"of": "{event}", "says": "x"},
    "/records/{record}/disputes": {"of": "{event}", "says": "x"},
    "/records/{record}/papers": {"paper": "p1", "sender": "court"},
    "/records/{record}/identity": {"mistake": "x", "given_names": "Other"},
    "/records/{record}/share": {"agency": "defender"},
    "/records/{record}/unshare": {"agency": "defender", "why": "shared-by-mistake"},
    "/records/{record}/release": {
        "seen_version": 1, "identifiers": {"born": "1990-01-31", "booking_number": "x"},
    },
    "/requests": {"facility": "pierce", "person": {"surname": "Absent"}, "paper": {}},
    "/requests/{request}/match": {
        "record": "{record}",
        "identifiers": {"born": "1990-01-31", "booking_number": "x"},
    },
    "/requests/{request}/take-back": {"why": "x"},
    "/handovers/{handover}/acknowledge": {"booking_number": "x"},
    "/tasks/{task}/close": {"outcome": "x"},
    "/reconcile": {"booking_numbers": []},
}  # fmt: skip
"""What is sent to each route that takes more than an envelope."""
FOREIGN: Final = (
    ("texas", "booking"),
    ("arizona", "booking"),
    ("ice-sea", "requester"),
    ("other-issuer", "requester"),
    ("defender", "counsel"),
)


def routes() -> list[tuple[str, str]]:
    """Return method and path of every route that asks for a login, without the API's own prefix."""
    return [
        (method.upper(), path.removeprefix(API))
        for path, methods in openapi()["paths"].items()
        for method in methods
        if path not in PAGES_OPEN
    ]


def filled(value: Any, names: dict[str, str]) -> Any:
    """Return a body, or a path, with ids in their places."""
    if isinstance(value, dict):
        return {key: filled(one, names) for key, one in value.items()}
    if isinstance(value, str):
        for name, id in names.items():
            value = value.replace(f"{{{name}}}", id)
    return value


def things(here: Ground) -> dict[str, str]:
    """Return ids of what Pierce has: a record with a request on it, a request, a task, a move."""
    surname = f"Notyours{here.letters()}"
    record, number = here.book(surname)
    here.town.lodge(record, f"d{number}")
    request = here.ask_for("Waiting")
    moved, _ = here.book()
    ctx = here.town.ctx()
    here.town.move(ctx, moved, to="franklin-ny")
    handover = max(here.town.desk.transfers.handovers(ctx), key=lambda one: one.began).id
    task = next(one.id for one in here.town.desk.reading.tasks(ctx) if one.closed is None)
    here.keeps("pierce", record)
    return {
        "record": record, "detainer": f"d{number}", "request": request, "handover": handover,
        "task": task, "event": here.events(record)[0]["id"], "surname": surname,
    }  # fmt: skip


def seen(here: Ground, names: dict[str, str]) -> tuple[object, ...]:
    """Return what tells whether something was written about things: version, tasks, the move."""
    ctx, desk = here.town.ctx(), here.town.desk
    version = desk.reading.person(ctx, names["record"]).version
    tasks = {t.id: t.owner for t in desk.reading.tasks(ctx) if t.closed is None}
    about = {names["task"]: tasks.get(names["task"], "closed")}
    waits = {one.id: one.answer for one in desk.requests.requests(ctx)}
    return version, about, waits.get(names["request"]), len(desk.transfers.handovers(ctx))


def no_such_thing(said: Response) -> bool:
    """Say whether an answer refuses the id itself, as of a thing that is not in one's own list."""
    if said.status_code != 422:
        return False
    places = {one["place"] for one in said.json()["error"]["faults"]}
    return places <= {"request", "task", "handover"}


@step("F", "another agency reads or changes by any route of the API what is not its own")
def every_route_as_another_agency(here: Ground, chance: Random) -> None:
    names = things(here)
    before = seen(here, names)
    agency, role = chance.choice(FOREIGN)
    for method, path in chance.sample(routes(), len(routes())):
        if "{" not in path:
            continue
        body = filled(_BODIES.get(path, {}), names) if method == "POST" else None
        if agency == "ice-sea" and "{request}" in path:
            continue  # it sent that one
        url = API + str(filled(path, names))
        said = here.send(method, url, body, here.key(agency, role))
        must(
            said.status_code in (403, 404) or no_such_thing(said),
            f"{agency} ({role}): {method} {path} -> {said.status_code} {said.text[:120]}",
        )
    after = seen(here, names)
    must(after == before, f"{agency} ({role}) wrote something: {before} -> {after}")


@step("F", "another agency opens or sends any page about what is not its own")
def every_page_as_another_agency(here: Ground, chance: Random) -> None:
    names = {**things(here), "act": chance.choice(["end_basis", "add_basis", "lift", "share"])}
    names["id"] = names["request"]
    before = seen(here, names)
    who = chance.choice(["ana", "ari", "agent", "counsel"])
    session = here.session(who)
    for methods, path in sorted(served(here.routes)):
        if "{" not in path or path.startswith((*PAGES_OPEN, API, "/law", "/profiles")):
            continue
        if who == "agent" and path.endswith("/withdraw"):
            continue  # it sent that one
        url = str(filled(path, names))
        for method in methods:
            form = {"csrf": session.csrf, "of": names["event"]} if method == "POST" else None
            said = here.browse(method, url, session, form)
            # A form may be asked back; what is asked must not show whom it is about.
            leaked = names["surname"] in said.text
            must(said.status_code in (303, 403, 404, 409, 422) and not leaked,
                 f"{who}: {method} {path} -> {said.status_code}")  # fmt: skip
    after = seen(here, names)
    must(after == before, f"{who} wrote something: {before} -> {after}")


@step("F", "somebody without a login, or with a key that is none, is answered by any route")
def every_route_without_a_login(here: Ground, chance: Random) -> None:
    names = dict.fromkeys(("record", "request", "handover", "task", "detainer"), "0" * 32)
    real = here.key()["Authorization"].removeprefix("Bearer ")
    at = chance.randrange(len(real))
    turned = f"{real[:at]}{'A' if real[at] != 'A' else 'B'}{real[at + 1 :]}"
    wrong = chance.choice([
        {}, {"Authorization": f"Bearer {turned}"},
        {"Authorization": f"Basic {real}"}, {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {real[:-1]}"}, {"X-Exeat-Client": real},
        {"X-Exeat-Client": "pierce"}, {"X-Forwarded-User": "sam"},
    ])  # fmt: skip
    for method, path in routes():
        said = here.send(method, API + str(filled(path, names)), {}, wrong)
        must(said.status_code == 401, f"{method} {path} with {wrong} -> {said.status_code}")


@step("F", "a role does what is for another role, at its own agency")
def acts_of_another_role(here: Ground, chance: Random) -> None:
    names = things(here)
    role = chance.choice(["counsel", "auditor", "requester"])
    before = seen(here, names)
    for method, path in routes():
        if method == "POST" and "{" in path:
            body = filled(_BODIES.get(path, {}), names)
            # The agency is the facility itself, so that nothing but the role is in the way.
            try:
                headers = here.key("pierce", role)
            except Exception:
                return  # Such a key cannot be made: that is refused, too.
            said = here.send(method, API + str(filled(path, names)), body, headers)
            allowed = path.endswith(("/disputes", "/lift", "/withdraw"))
            must(
                allowed or said.status_code in (403, 404, 409),
                f"{role}: {path} -> {said.status_code}",
            )
    if role == "auditor":
        must(seen(here, names) == before, "an auditor wrote something")


@step("F", "a key does what its scopes do not say")
def act_beyond_the_scopes(here: Ground, chance: Random) -> None:
    record, number = here.free()
    scopes = tuple(chance.sample(["read", "requests", "audit"], chance.randint(1, 3)))
    headers = here.key("pierce", "booking", scopes)
    said = here.release(record, number, headers=headers)
    must(said.status_code == 403, f"{scopes} released: {said.status_code}")
    body = {"basis": "charge", "ended_by": "bail"}
    ended = here.send("POST", f"{API}/records/{record}/bases/end", body, headers)
    must(ended.status_code == 403, f"{scopes} ended a ground: {ended.status_code}")
    here.keeps("pierce", record)


@step("C", "a key that may only read lets others read")
def write_by_a_reading_key(here: Ground, chance: Random) -> None:
    record, _ = here.book()
    headers = here.key("pierce", "booking", ("read",))
    for path in ("share", "unshare", "disputes", "papers", "events"):
        body = filled(_BODIES[f"/records/{{record}}/{path}"], {"event": "x"})
        said = here.send("POST", f"{API}/records/{record}/{path}", body, headers)
        must(said.status_code == 403, f"{path} -> {said.status_code}")
    here.keeps("pierce", record)


@step("B8", "counsel goes on reading a record that is not shared with them any more")
def read_what_was_taken_back(here: Ground, chance: Random) -> None:
    names = things(here)
    record, headers = names["record"], here.key("defender", "counsel")
    session = here.session("counsel")
    path = f"{API}/records/{record}"
    here.send("POST", f"{path}/share", {"agency": "defender"}, here.key())
    first = here.send("GET", path, headers=headers)
    must(first.status_code == 200, f"it was never shared: {first.status_code}")
    body = {"agency": "defender", "why": "shared-by-mistake"}
    taken = here.send("POST", f"{path}/unshare", body, here.key())
    must(taken.status_code == 204, f"unshare -> {taken.status_code} {taken.text[:200]}")
    ways = [one for one in routes() if "{record}" in one[1]]
    for method, way in chance.sample(ways, len(ways)):
        body = filled(_BODIES.get(way, {}), names) if method == "POST" else None
        said = here.send(method, API + str(filled(way, names)), body, headers)
        must(said.status_code in (403, 404), f"{method} {way} -> {said.status_code}")
    for page in ("", "/version", "/dispute"):
        said = here.browse("GET", f"/people/{record}{page}", session)
        leaked = names["surname"] in said.text
        must(said.status_code in (403, 404) and not leaked, f"{page} -> {said.status_code}")
    listed = here.browse("GET", "/clients", session)
    must(record not in listed.text, "it stands among the clients")


@step("F", "the log of another agency is read")
def log_of_another(here: Ground, chance: Random) -> None:
    record, _ = here.book()
    said = here.send("GET", f"{API}/log?record={record}", headers=here.key("texas", "auditor"))
    must(said.status_code in (403, 404) or record not in said.text, f"{said.status_code}")
    lines = here.send("GET", f"{API}/log", headers=here.key("texas", "auditor"))
    must(lines.status_code != 200 or record not in lines.text, "it stands in the whole log")


@step("F", "a key that was revoked, or has ended, still opens")
def key_that_ended(here: Ground, chance: Random) -> None:
    ctx = here.town.ctx("sam", role=Role.SUPERVISOR)
    said: dict[str, Any] = {"label": "one step", "role": "booking", "scopes": ("read",)}
    kept, text = here.town.desk.accounts.keys.add(ctx, **said)
    headers = {"Authorization": f"Bearer {text}"}
    must(here.send("GET", f"{API}/tasks", headers=headers).status_code == 200, "it never opened")
    here.town.desk.accounts.keys.revoke(ctx, kept.id)
    must(here.send("GET", f"{API}/tasks", headers=headers).status_code == 401, "it still opens")


@step("F", "a third facility takes over somebody who is on the way to another")
def take_over_anothers(here: Ground, chance: Random) -> None:
    names = things(here)
    path = f"{API}/handovers/{names['handover']}/acknowledge"
    said = here.send("POST", path, {"booking_number": "X-1"}, here.key("texas"))
    must(said.status_code in (404, 422), f"{said.status_code}")
    left = here.town.desk.transfers.handovers(here.town.ctx(agency="franklin-ny"))
    must(names["handover"] in {one.id for one in left}, "it is off the list of whom it goes to")


@step("F", "a request to one jail is put on the record of a person in another")
def match_across(here: Ground, chance: Random) -> None:
    theirs, _ = here.book(agency="texas")
    request = here.ask_for(f"Across{chance.choice('abcdefgh')}")
    body = {"record": theirs}
    for agency in ("pierce", "texas"):
        said = here.send("POST", f"{API}/requests/{request}/match", body, here.key(agency))
        must(said.status_code in (403, 404, 422), f"{agency} -> {said.status_code}")
    here.keeps("texas", theirs)
