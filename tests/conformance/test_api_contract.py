"""The API keeps its word: every route needs a login, every answer is as the OpenAPI says."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute
from tests.scenario.failures.kit import Town, county, person_of

from exeat.desk.api.site import openapi
from exeat.desk.app import create_app
from exeat.desk.house import signing_login
from exeat.desk.pages.app import pages_of
from exeat.office.context import Role
from exeat.record import Ledger, check_request_proof

# Who needs no login to ask for these, and why.
OPEN = {
    "/healthz": "says only whether the database answers, and how signing stands",
    "/api/v1/openapi.json": "the description of the API, which is published",
    "/api/v1/checkpoint": "a number of entries and a hash, to be kept by everybody",
    "/api/v1/consistency?from=0": "hashes, by which everybody sees that the log only grows",
}


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with county() as one:
        yield one


@pytest.fixture(scope="module")
def app(town: Town) -> FastAPI:
    return create_app(town.desk, sweep=False)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="https://desk.example", raise_server_exceptions=False) as one:
        yield one


def key(
    town: Town, agency: str = "pierce", role: str = "booking", scopes: tuple[str, ...] = ()
) -> dict[str, str]:
    """Return the header of a system's key."""
    ctx = town.ctx("sam", agency, Role.ADMIN)
    all_scopes = ("read", "record", "requests", "release", "audit")
    _, text = town.desk.accounts.keys.add(ctx, label="test", role=role, scopes=scopes or all_scopes)
    return {"Authorization": f"Bearer {text}"}


def routes() -> list[tuple[str, str]]:
    """Return every route of the OpenAPI: method and path, with its parameters filled."""
    found = []
    for path, methods in openapi()["paths"].items():
        for method in methods:
            filled = path.replace("{record}", "0" * 32).replace("{detainer}", "d1")
            for name in ("request", "handover", "task"):
                filled = filled.replace(f"{{{name}}}", "0" * 32)
            if not any(open.partition("?")[0] == path for open in OPEN):
                found.append((method.upper(), filled))
    return found


def test_the_openapi_names_every_route_of_the_api(app: FastAPI) -> None:
    paths = {path for _, path in served(list(app.routes))}
    described = set(openapi()["paths"])
    assert len(described) > 30 and len(paths) > 30
    assert paths - described - set(OPEN) == set()


@pytest.mark.parametrize(("method", "path"), routes())
def test_every_route_needs_a_login(client: TestClient, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer exeat_0_0"}, {"X-Exeat-Client": "x"}):
        answer = client.request(method, path, headers=headers)
        assert answer.status_code == 401, answer.text
        assert answer.json()["error"]["faults"][0]["help"]


# The way in, and what a browser needs to draw it.
PAGES_OPEN = ("/sign-in", "/static", "/language", *(path.partition("?")[0] for path in OPEN))


def test_every_page_needs_a_login_but_the_way_in(town: Town) -> None:
    """Every route that the whole application serves, by whichever method: nobody is let past."""
    whole = create_app(town.desk, sweep=False, pages=pages_of(town.desk))
    tried = 0
    with TestClient(whole, base_url="https://desk.example", follow_redirects=False) as client:
        for methods, path in sorted(served(list(whole.routes))):
            if path.startswith(PAGES_OPEN):
                continue
            filled = re.sub(r"\{[^}]*\}", "0" * 32, path.replace("{act}", "end_basis"))
            for method in methods:
                answer = client.request(method, filled)
                to_sign_in = answer.headers.get("location", "").startswith("/sign-in")
                said = (method, path, answer.status_code)
                assert answer.status_code == 401 or (answer.status_code == 303 and to_sign_in), said
                tried += 1
    assert tried > 70


def served(routes: list[BaseRoute]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the methods and the path of every route that an application serves."""
    for route in routes:
        contexts = getattr(route, "effective_route_contexts", None)
        for one in contexts() if contexts is not None else [route]:
            methods, path = getattr(one, "methods", None), getattr(one, "path", None)
            if methods and path:
                yield tuple(sorted(set(methods) - {"HEAD"})), path


@pytest.mark.parametrize("path", OPEN)
def test_what_needs_no_login_answers_without(town: Town, client: TestClient, path: str) -> None:
    with Ledger.connect(signing_login(town.admin), town.master) as ledger:
        ledger.checkpoint(town.signer)
    assert client.get(path).status_code == 200


def test_a_life_in_custody_by_the_api(town: Town, client: TestClient) -> None:
    headers = key(town)
    api = "/api/v1/records"
    person = {
        "surname": "Example",
        "given_names": "Avery",
        "born": "1990-01-31",
        "booking_number": "A-1",
    }
    booking = {"event_id": "e1", "person": person, "bases": [{"id": "charge", "kind": "charge"}]}
    booked = client.post(api, json=booking, headers=headers)
    assert booked.status_code == 201, booked.text
    assert client.post(api, json=booking, headers=headers).json()["repeated"] is True
    record = booked.json()["record"]
    ended = client.post(
        f"{api}/{record}/bases/end", json={"basis": "charge", "ended_by": "bail"}, headers=headers
    )
    assert ended.status_code == 200, ended.text
    clear = client.get(f"{api}/{record}/clearance", headers=headers).json()
    assert clear["verdict"] == "release"
    order = {
        "seen_version": clear["version"] - 1,
        "identifiers": {"born": "1990-01-31", "booking_number": "A-1"},
        "warrants_checked": town.now.isoformat(),
    }
    refused = client.post(f"{api}/{record}/release", json=order, headers=headers)
    assert refused.status_code == 409
    assert refused.json()["error"]["refusals"] == ["moved-on"]
    assert [one["event"] for one in refused.json()["error"]["came_in"]] == ["basis-ended"]
    order["seen_version"] = clear["version"]
    gone = client.post(f"{api}/{record}/release", json=order, headers=headers)
    assert gone.status_code == 200, gone.text
    assert gone.json()["answer"]["verdict"] == "release"
    page = client.get(f"{api}/{record}", headers=headers).json()
    assert (
        page["personal"]["surname"] == "Example" and page["record"]["release"]["kind"] == "street"
    )


def test_the_one_route_takes_an_event_as_its_own_path_does(town: Town, client: TestClient) -> None:
    headers, record = key(town), town.book(number="A-3")
    town.lodge(record)
    api = f"/api/v1/records/{record}"
    event = {"event": "detainer-decided", "detainer": "d1", "complies": False, "note": "No power."}
    one = {**event, "event_id": "e-one"}
    done = client.post(f"{api}/events", json=one, headers=headers)
    assert done.status_code == 200, done.text
    same = {"complies": False, "why": "No power.", "note": None, "event_id": "e-one"}
    again = client.post(f"{api}/requests/d1/decide", json=same, headers=headers)
    assert again.json() == {**done.json(), "repeated": True}
    [entered] = [e for e in client.get(api, headers=headers).json()["events"] if e["id"] == "e-one"]
    assert (entered["note"], entered["by"]) == ("No power.", "pierce")
    for wrong in (
        {**event, "note": None},
        {**event, "by": "ice-sea"},
        {**event, "event": "released"},
        {"event": "detainer-decided", "detainer": "d 1", "complies": True, "note": "x"},
    ):
        assert client.post(f"{api}/events", json=wrong, headers=headers).status_code == 422, wrong
    kept_apart = {"complies": False, "why": "No power.", "note": "and this"}
    refused = client.post(f"{api}/requests/d1/decide", json=kept_apart, headers=headers)
    assert refused.status_code == 422, "what is not kept is not taken"


def test_a_request_that_was_served_comes_in_whole_or_not_at_all(
    town: Town, client: TestClient
) -> None:
    headers, record = key(town), town.book(number="A-4")
    api = f"/api/v1/records/{record}"
    lodged = {"event": "detainer-lodged", "detainer": "d1", "form": "I-247A", "served": "2026-03"}
    done = client.post(f"{api}/events", json=lodged, headers=headers)
    assert done.status_code == 200, done.text
    events = client.get(api, headers=headers).json()["events"]
    kinds = [one["event"] for one in events if one["id"] in done.json()["events"]]
    assert kinds == ["detainer-lodged", "detainer-received", "detainer-served"]


def test_a_stale_version_says_what_came_in(town: Town, client: TestClient) -> None:
    headers, record = key(town), town.book(number="A-2")
    town.lodge(record)
    act = {"basis": "charge", "expected_version": 2}
    answer = client.post(f"/api/v1/records/{record}/bases/end", json=act, headers=headers)
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["version"] == 5 and error["came_in"][0]["event"] == "detainer-lodged"


def test_the_proof_of_a_request_is_for_its_two_sides(town: Town, client: TestClient) -> None:
    issuer = key(town, "ice-sea", "requester")
    body = {"facility": "pierce", "person": {"surname": "Absent"}, "paper": {}}
    sent = client.post("/api/v1/requests", json=body, headers=issuer).json()
    assert isinstance(sent["receipt_leaf"], int) and sent["answer_leaf"] is None
    path = f"/api/v1/requests/{sent['id']}"
    answered = client.post(f"{path}/not-in-custody-here", headers=key(town)).json()
    for headers in (issuer, key(town)):
        proof = client.get(f"{path}/proof", headers=headers)
        assert proof.status_code == 200, proof.text
        assert proof.json()["receipt"]["text"] == sent["receipt"]
        assert proof.json()["answer"]["seq"] == answered["answer_leaf"]
        assert check_request_proof(proof.json(), [town.signer.verifier()]).exit_code == 3
    for agency, role in (("other-issuer", "requester"), ("texas", "booking")):
        said = client.get(f"{path}/proof", headers=key(town, agency, role))
        assert (said.status_code, said.json()["error"]["code"]) == (404, "E507")
    assert client.get(f"{path}/proof", headers=key(town, "defender", "counsel")).status_code == 403


@pytest.mark.parametrize(
    ("scopes", "status"), [(("read",), 403), (("release",), 403), (("record",), 200)]
)
def test_a_key_does_what_its_scopes_say(
    town: Town, client: TestClient, scopes: tuple[str, ...], status: int
) -> None:
    record = town.book(number=f"S-{scopes[0]}")
    path = f"/api/v1/records/{record}/bases/end"
    answer = client.post(path, json={"basis": "charge"}, headers=key(town, scopes=scopes))
    assert answer.status_code == status, answer.text


def test_a_key_ends_when_it_is_revoked_or_old_and_overlaps_when_it_is_made_anew(
    town: Town, client: TestClient
) -> None:
    ctx = town.ctx("sam", role=Role.SUPERVISOR)
    kept, text = town.desk.accounts.keys.add(ctx, label="jms", role="booking", scopes=["read"])

    def status(bearer: str) -> int:
        headers = {"Authorization": f"Bearer {bearer}"}
        return client.get("/api/v1/tasks", headers=headers).status_code

    assert status(text) == 200
    assert status(text[:-1] + ("x" if text[-1] != "x" else "y")) == 401
    _, fresh = town.desk.accounts.keys.rotate(ctx, kept.id)
    assert (status(text), status(fresh)) == (200, 200)
    before = town.now
    town.later(hours=25)
    assert (status(text), status(fresh)) == (401, 200)
    town.now = before + timedelta(days=366)
    assert status(fresh) == 401
    town.now = before
    new, third = town.desk.accounts.keys.add(ctx, label="jms", role="booking", scopes=["read"])
    town.desk.accounts.keys.revoke(ctx, new.id)
    assert status(third) == 401


def test_the_header_of_a_proxy_counts_only_behind_one() -> None:
    for trusted in (True, False):
        with county(trust_proxy=trusted) as town:
            ctx = town.ctx("sam", role=Role.SUPERVISOR)
            kept, _ = town.desk.accounts.keys.add(ctx, label="jms", role="booking", scopes=["read"])
            with TestClient(create_app(town.desk, sweep=False)) as client:
                answer = client.get("/api/v1/tasks", headers={"X-Exeat-Client": kept.id})
            assert answer.status_code == (200 if trusted else 401)


def test_an_error_repeats_no_personal_data_and_no_inside(town: Town, client: TestClient) -> None:
    headers = key(town)
    body = {"person": {"surname": "Secretname\x00", "born": "31.1.1990"}, "colour": "x"}
    answer = client.post("/api/v1/records", json=body, headers=headers)
    assert answer.status_code == 422
    places = {fault["place"] for fault in answer.json()["error"]["faults"]}
    assert places == {"person.surname", "person.born", "colour"}
    assert "Traceback" not in answer.text


def test_a_body_larger_than_any_request_is_refused(town: Town, client: TestClient) -> None:
    answer = client.post("/api/v1/records", content=b"x" * 1_000_001, headers=key(town))
    assert answer.status_code == 413


def test_a_failure_of_the_desk_itself_says_nothing_of_its_inside(
    town: Town, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("password=hunter2 Avery Example")

    headers = key(town)
    monkeypatch.setattr(town.desk.reading, "tasks", broken)
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/api/v1/tasks", headers=headers)
    assert answer.status_code == 500 and answer.json()["error"]["code"] == "E699"
    assert "hunter2" not in answer.text and "Avery" not in answer.text


EXAMPLES = int(os.environ.get("EXEAT_API_EXAMPLES", "12"))


@pytest.mark.slow
def test_whatever_is_sent_the_api_answers_as_its_openapi_says(town: Town, app: FastAPI) -> None:
    """schemathesis: no 5xx, no status, type or body that the OpenAPI does not name."""
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis import checks

    record = town.book("Fuzz", "Z-1")
    town.lodge(record)
    town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Fuzz", ""), paper=town.paper()
    )
    headers = {"facility": key(town), "issuer": key(town, "ice-sea", "requester")}
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    wanted = [
        checks.not_a_server_error,
        schemathesis.specs.openapi.checks.status_code_conformance,
        schemathesis.specs.openapi.checks.content_type_conformance,
        schemathesis.specs.openapi.checks.response_schema_conformance,
        schemathesis.specs.openapi.checks.negative_data_rejection,
    ]
    tried = 0
    seen: dict[int, int] = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.endswith("/changes"):
            continue  # a stream without an end

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def send(case: Any) -> None:
            nonlocal tried
            if case.path_parameters and "record" in case.path_parameters and tried % 2:
                case.path_parameters["record"] = record
            who = "issuer" if tried % 5 == 0 else "facility"
            tried += 1
            response = case.call_and_validate(headers=headers[who], checks=wanted)
            seen[response.status_code] = seen.get(response.status_code, 0) + 1

        send()
    # It got past the door, and past the checks of fields.
    assert tried > 100 and seen[200] > 10 and seen[422] > 10, seen
