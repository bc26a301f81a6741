"""Ways in by what is sent: hostile text, letters that are none, sizes, shapes, paths."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final
from urllib.parse import quote

from tests.attack.by_routes import _BODIES, filled, routes, things
from tests.attack.frame import must, step
from tests.attack.ground import API, Ground

HOSTILE: Final = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'onmouseover='alert(1)",
    "</textarea><svg onload=alert(1)>", "javascript:alert(1)", "{{7*7}}", "{%raw%}", "${7*7}",
    "<!--", "]]>", "'; DROP TABLE exeat.entry; --", "%s %(x)s {0}", "\\", "&lt;b&gt;",
    "=cmd|' /C calc'!A1", "+1+1", "@SUM(A1)", "\N{RIGHT-TO-LEFT OVERRIDE}gnp",
)  # fmt: skip
NUL: Final = ("\0", "a\0b", "sam\0", "\x01", "\x7f", "\ud800", "\N{ZERO WIDTH JOINER}", "\ufeff")
DIGITS: Final = ("²³¹", "١٢٣٤٥٦", "１２３４５６", "𝟏𝟐𝟑𝟒𝟓𝟔", "Ⅷ", "½", "1_000", "+12345", " 12 34")
NUMBERS: Final = (-1, 0, 10**9, 2**31, 2**63, 10**400, 1e308, 1.5, True, None, "1", [], {})
TIMES: Final = (
    "0000-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "10000-01-01", "-5000", "2026-02-30",
    "2026-11-01T01:30:00", "1e400", "now", "2026-13", "Y-170000002", "2026-01-01T00:00:00+99:99",
)  # fmt: skip


@step("F", "text that a browser would run, or a template, or a database, stands raw on a page")
def hostile_text(here: Ground, chance: Random) -> None:
    text = chance.choice(HOSTILE)
    person = {"surname": "Hostile", "given_names": text, "booking_number": f"{here.number()}{text}"}
    body: dict[str, Any] = {"person": person, "note": text}
    said = here.send("POST", f"{API}/records", body, here.key())
    must(said.status_code in (201, 422), f"{said.status_code}")
    record = said.json().get("record") or here.book()[0]
    path = f"{API}/records/{record}"
    here.send("POST", f"{path}/papers", {"paper": text, "sender": "court"}, here.key())
    here.send("POST", f"{path}/bases", {"basis": "b", "kind": "charge", "note": text}, here.key())
    of = here.events(record)[0]["id"]
    here.send("POST", f"{path}/disputes", {"of": of, "says": text}, here.key())
    session = here.session("sam")
    asked = quote(text, safe="")
    for page in (
        f"/people/{record}", f"/people/{record}/release", f"/people/{record}/end_basis", "/board",
        f"/board?find={asked}", f"/log?record={asked}", "/tasks", "/requests",
        f"/people/new?booking_number={asked}",
        f"/sign-in?next={asked}", f"/board?done={asked}",
    ):  # fmt: skip
        shown = here.browse("GET", page, session)
        raw = "<" in text and text in shown.text
        must(not raw, f"{page} shows {text!r} raw")
        policy = shown.headers.get("content-security-policy", "")
        must("unsafe-inline" not in policy, f"{page} lets a browser run what stands in it")
    here.keeps("pierce", record)


@step("C", "letters that no name has break the desk, or are taken")
def letters_that_are_none(here: Ground, chance: Random) -> None:
    bad = chance.choice(NUL)
    person = {"surname": f"Nul{bad}", "given_names": "x", "booking_number": f"{here.number()}{bad}"}
    raw = json.dumps({"person": person}).encode()
    said = here.send("POST", f"{API}/records", raw, here.key())
    must(said.status_code == 422, f"API took {bad!r}: {said.status_code}")
    must(bad not in said.text or bad.isprintable(), "the refusal repeats it")
    coded = bad.encode("utf-8", "surrogatepass")
    session = here.session("sam")
    for page, name in (("/people/new", "surname"), ("/people/new", "booking_number")):
        form = _form({"csrf": session.csrf, name: b"x" + coded})
        here.browse("POST", page, session, form, _FORM)
    for page in ("/board?find=%00", "/log?record=%00", "/people/%00", "/tasks/%00", "/law/%00",
                 "/static/%00", f"/board?find={quote(coded)}"):  # fmt: skip
        here.browse("GET", page, session)
    for name in ("name", "password", "next"):
        here.browse(
            "POST", "/sign-in", None, _form({"name": b"x", "password": b"y", name: coded}), _FORM
        )


_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


def _form(said: dict[str, Any]) -> bytes:
    """Return a form as a browser sends it; values may be bytes that no text has."""
    pairs = (
        f"{name}={quote(value if isinstance(value, bytes) else str(value).encode())}"
        for name, value in said.items()
    )
    return "&".join(pairs).encode()


@step("C", "digits of another script, or numbers that are none, break a page or are taken")
def digits_of_another_script(here: Ground, chance: Random) -> None:
    bad = chance.choice(DIGITS)
    half = here.half("flo")
    form = {"csrf": half.csrf, "code": bad}
    said = here.browse("POST", "/sign-in/second", half, form)
    must(said.status_code != 303, f"the code {bad!r} was taken")
    session = here.session("sam")
    record, number = here.free()
    form = {
        "csrf": session.csrf, "version": bad, "booking_number": number, "born": "1990-01-31",
        "kind": "street", "warrants_checked": "2026-11-20T08:00",
    }  # fmt: skip
    here.browse("POST", f"/people/{record}/release", session, form)
    asked = quote(bad)
    for page in (f"/log?before={asked}", f"/log.csv?before={asked}", f"/board?all={asked}"):
        here.browse("GET", page, session)
    here.send(
        "GET", f"{API}/log?before={asked}&limit={asked}", headers=here.key("pierce", "auditor")
    )
    page = here.town.desk.reading.person(here.town.ctx(), record)
    must(page.record.release is None, f"released on version {bad!r}")
    here.keeps("pierce", record)


@step("F", "numbers beyond all measure, or values of another kind, break a route")
def numbers_beyond(here: Ground, chance: Random) -> None:
    names = things(here)
    for method, path in chance.sample(routes(), 12):
        if method != "POST":
            continue
        body = dict(filled(_BODIES.get(path, {}), names))
        if body:
            body[chance.choice(sorted(body))] = chance.choice(NUMBERS)
        body[chance.choice(["expected_version", "event_id", "occurred", "colour"])] = chance.choice(
            [*NUMBERS, *TIMES]
        )
        # No release and no move: those are tried at the gate.
        if not path.endswith(("/release", "/transfer", "/end", "/match", "/withdraw", "/schedule")):
            here.send(method, API + str(filled(path, names)), body, here.key())


@step("F", "a time that is none breaks a route, or becomes another time")
def times_that_are_none(here: Ground, chance: Random) -> None:
    record, _ = here.book()
    bad = chance.choice(TIMES)
    path = f"{API}/records/{record}"
    for body in ({"basis": "b", "kind": "charge", "occurred": bad},):
        here.send("POST", f"{path}/bases", body, here.key())
    asked = quote(bad)
    for query in (f"at={asked}", f"known_at={asked}", f"at={asked}&known_at={asked}"):
        here.send("GET", f"{path}?{query}", headers=here.key())
        here.send("GET", f"{path}/clearance?{query}", headers=here.key())
    here.keeps("pierce", record)


@step("F", "a body that is nested without end, or is no JSON, breaks a route")
def nested_without_end(here: Ground, chance: Random) -> None:
    depth = chance.choice([100, 5_000, 100_000])
    body = chance.choice([
        b"[" * depth, b'{"person":' * depth, b'{"a":1' + b',"a":1' * depth + b"}", b"\xff\xfe",
        b'{"person": {"surname": "\\ud800"}}', b"null", b"", b"NaN", b'"' + b"x" * depth + b'"',
    ])  # fmt: skip
    for path in ("/records", "/requests", "/reconcile"):
        said = here.send("POST", f"{API}{path}", body, here.key())
        must(said.status_code in (400, 403, 422), f"{path} -> {said.status_code}")


def _pieces(count: int, size: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b"x" * size


@step("A7", "a body without a length, or of a false one, is taken in whole")
def body_without_a_length(here: Ground, chance: Random) -> None:
    taken = 0

    def counted() -> Iterator[bytes]:
        nonlocal taken
        for piece in _pieces(64, 65_536):
            taken += len(piece)
            yield piece

    path = chance.choice([f"{API}/records", "/sign-in", f"{API}/requests", "/people/new"])
    headers = chance.choice([{}, here.key()])
    kind = chance.choice(
        ["application/json", "multipart/form-data; boundary=x", _FORM["Content-Type"]]
    )
    said = here.send("POST", path, headers={**headers, "Content-Type": kind}, content=counted())
    must(said.status_code == 413, f"{path}: {taken:,} bytes -> {said.status_code}")


@step("A7", "a body that says how large it is, and is too large, is taken")
def body_too_large(here: Ground, chance: Random) -> None:
    size = 1_000_000 + chance.randint(1, 500_000)
    path = chance.choice([f"{API}/records", "/sign-in", "/roster", f"{API}/reconcile"])
    said = here.send("POST", path, b"x" * size, here.key())
    must(said.status_code == 413, f"{path}: {size:,} bytes -> {said.status_code}")


@step("F", "a path leads out of its folder")
def path_out_of_its_folder(here: Ground, chance: Random) -> None:
    out = chance.choice([
        "../rendering.py", "..%2frendering.py", "%2e%2e/%2e%2e/app.py", "....//app.py",
        "/etc/passwd", "..\\..\\app.py", "%5c..%5capp.py", "fonts/../../site.py", "%2fetc%2fpasswd",
    ])  # fmt: skip
    session = here.session("sam")
    for folder in ("/static/", "/law/"):
        said = here.browse("GET", folder + out, chance.choice([None, session]))
        must(
            said.status_code in (303, 307, 400, 404) and "import" not in said.text[:2000]
            and "root:" not in said.text, f"{folder}{out} -> {said.status_code}",
        )  # fmt: skip


@step("F", "an id that is no id finds a record, or breaks a route")
def id_that_is_none(here: Ground, chance: Random) -> None:
    bad = chance.choice([
        "0", "x" * 500, "%2e%2e", "' OR 1=1 --", "00000000-0000-0000-0000-000000000000", "*", "%25",
        "{record}", "é", "1;2", "\N{FULLWIDTH DIGIT ZERO}" * 32, "0" * 31, "0" * 33, "G" * 32,
    ])  # fmt: skip
    session, asked = here.session("sam"), quote(bad, safe="%")
    for path in (
        f"/people/{asked}", f"/people/{asked}/release", f"/tasks/{asked}",
        f"/requests/{asked}/match", f"/handovers/{asked}", f"/profiles/{asked}",
    ):  # fmt: skip
        said = here.browse("GET", path, session)
        must(said.status_code in (303, 403, 404), f"{path} -> {said.status_code}")
    for path in (f"/records/{asked}", f"/records/{asked}/clearance", f"/requests/{asked}/proof"):
        said = here.send("GET", API + path, headers=here.key())
        must(said.status_code in (404, 422), f"{path} -> {said.status_code}")
