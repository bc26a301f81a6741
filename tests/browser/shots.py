"""Pictures of the desk's main pages with invented people, for docs/screenshots and for the eye.

python -m tests.browser.shots            # the main pages, into docs/screenshots
python -m tests.browser.shots --all DIR  # every page, both widths, both schemes
python -m tests.browser.shots --all DIR --locale es-MX --only board
"""

from __future__ import annotations

import argparse
import io
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from tests.scene import Scene, scene

from exeat.desk.app import create_app

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOTS = Path(__file__).parents[2] / "docs" / "screenshots"
LARGEST = 200_000
HEIGHTS = {1440: 900, 390: 844}

PAGES = {
    "sign-in": ("", "/sign-in"),
    "second": ("booking:first", "/sign-in/second"),
    "enrol": ("nell.new:first", "/sign-in/second"),
    "password": ("booking", "/password"),
    "account": ("booking", "/account"),
    "account-again": ("supervisor", "/account"),
    "board": ("booking", "/board"),
    "board-filtered": ("booking", "/board?show=must-hold"),
    "board-nobody": ("booking", "/board?find=zzz"),
    "person-may-hold": ("booking.az", "/people/{may_hold}"),
    "person-must-hold": ("booking", "/people/{must_hold}"),
    "person-overdue": ("booking.wa", "/people/{overdue}"),
    "person-go": ("booking", "/people/{go}"),
    "person-notice": ("booking.va", "/people/{notice}"),
    "person-conflict": ("booking.la", "/people/{conflict}"),
    "person-unknown": ("booking", "/people/{unknown}"),
    "person-serve": ("booking.tx", "/people/{serve}"),
    "person-bring": ("booking.nc", "/people/{bring}"),
    "person-unless": ("booking.oh", "/people/{unless}"),
    "person-call": ("booking.al", "/people/{counsel}"),
    "person-warrant": ("booking.wa", "/people/{warrant}"),
    "person-then": ("booking", "/people/{must_hold}?known_at=2026-03-05T12:00"),
    "release-serve": ("booking.tx", "/people/{serve}/release"),
    "release-unless": ("booking.oh", "/people/{unless}/release"),
    "person-stays": ("booking", "/people/{stays}"),
    "person-for-counsel": ("counsel", "/people/{overdue}"),
    "book": ("booking", "/people/new"),
    "released": ("supervisor", "/people/{left}/released"),
    "person-for-requester": ("requester", "/people/{sent}"),
    "act-serve": ("booking", "/people/{must_hold}/serve"),
    "act-end-basis": ("booking", "/people/{stays}/end_basis"),
    "act-facts": ("booking", "/people/{must_hold}/set_person_fact"),
    "act-convictions": ("booking", "/people/{must_hold}/record_convictions"),
    "act-correct": ("booking", "/people/{must_hold}/correct"),
    "correct-request": ("booking", "/people/{must_hold}/correct/entry?of=must_hold.request"),
    "correct-convictions": (
        "booking",
        "/people/{must_hold}/correct/entry?of=must_hold.record_convictions",
    ),
    "correct-booking": ("booking", "/people/{must_hold}/correct/entry?of=must_hold.booked"),
    "act-notice-forbidden": ("booking.wa", "/people/{overdue}/give_notice?kind=notify&to=ice"),
    "release-forbidden": ("booking.wa", "/people/{overdue}/release"),
    "act-decide": ("booking", "/people/{must_hold}/decide_request"),
    "intake": ("booking", "/requests/new"),
    "release": ("booking", "/people/{go}/release"),
    "release-namesake": ("booking", "/people/{door}/release"),
    "release-blocked": ("booking.la", "/people/{conflict}/release"),
    "requests": ("booking", "/requests"),
    "match": ("booking", "/requests/{q_waits}/match"),
    "match-compare": ("booking", "/requests/{q_waits}/match?record={go}"),
    "not-here": ("booking", "/requests/{q_waits}/not-here"),
    "take-back": ("booking", "/requests/{q_gone}/take-back"),
    "handover": ("booking", "/handovers/{handover}"),
    "requester": ("requester", "/requests"),
    "send-request": ("requester", "/requests/send"),
    "tasks": ("booking", "/tasks"),
    "close-task": ("supervisor", "/tasks/{task}"),
    "roster": ("booking", "/roster"),
    "clients": ("counsel", "/clients"),
    "auditor": ("auditor", "/counts"),
    "log": ("auditor", "/log"),
    "accounts": ("admin", "/accounts"),
    "profiles": ("admin", "/profiles"),
    "profile": ("admin", "/profiles/wa"),
    "add-account": ("admin", "/accounts/new"),
    "add-agency": ("admin", "/agencies/new"),
    "add-key": ("supervisor", "/keys-of-systems/new"),
    "law": ("booking", "/law/"),
    "law-place": ("booking", "/law/us-fl.html"),
    "keys": ("booking", "/keys"),
    "denied": ("booking", "/accounts"),
    "gone": ("booking", "/people/nobody"),
}
"""Every page by name: who looks at it, and where it is."""


@contextmanager
def running(shown: Scene) -> Iterator[str]:
    """Run the desk over a scene, and yield its address."""
    app = create_app(shown.town.desk, sweep=False, pages=shown.put)
    config = uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not (server.started and server.servers):
        assert time.monotonic() < until, "the desk did not start"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def as_role(context: Any, address: str, shown: Scene, name: str) -> None:
    """Sign in with an account of the scene; "" signs out."""
    context.clear_cookies()
    if name:
        token = shown.sessions[name].token
        context.add_cookies([{"name": "exeat_session", "value": token, "url": address}])


def refused(page: Any, address: str, shown: Scene) -> None:
    """Go through the release that a request stops at the door."""
    page.goto(address + shown.path("/people/{door}/release"))
    page.get_by_label("Birth date, as the person says it").fill(str(shown.who["door"].born))
    page.get_by_label("Booking number, from the wristband").fill(shown.who["door"].booking_number)
    for box in page.locator("input[name=namesakes]").all():
        box.check()
    shown.come_in("door")
    page.get_by_role("button", name="Release ").click()


def small(png: bytes) -> bytes:
    """Return a picture with fewer colours, small enough to lie in a repository."""
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64):
        out = io.BytesIO()
        flat = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        flat.save(out, "PNG", optimize=True)
        if out.tell() < LARGEST:
            break
    return out.getvalue()


def browser_of(playwright: Any) -> Any:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    return playwright.chromium.launch(executable_path=program, args=FLAGS)


def take_all(folder: Path, only: str = "", locale: str = "en-US") -> None:
    """Take every page at both widths and in both schemes."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with scene() as shown, running(shown) as address, sync_playwright() as playwright:
        browser = browser_of(playwright)
        for width, height in HEIGHTS.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale
                )
                page = context.new_page()
                for name, (role, path) in PAGES.items():
                    if only and only not in name:
                        continue
                    as_role(context, address, shown, role)
                    page.goto(address + shown.path(path))
                    file = folder / f"{name}-{width}-{scheme}.png"
                    page.screenshot(path=file, full_page=True)
                context.close()
        browser.close()


MAIN = [
    ("board", 1440, "light"),
    ("board", 390, "light"),
    ("board", 1440, "dark"),
    ("board", 390, "dark"),
    ("person-must-hold", 1440, "light"),
    ("person-must-hold", 390, "light"),
    ("person-must-hold", 1440, "dark"),
    ("person-must-hold", 390, "dark"),
    ("person-overdue", 1440, "light"),
    ("intake", 1440, "light"),
    ("requester", 1440, "light"),
    ("auditor", 1440, "light"),
]


def take_main() -> None:
    """Take the main pages into docs/screenshots."""
    from playwright.sync_api import sync_playwright

    SHOTS.mkdir(parents=True, exist_ok=True)
    with scene() as shown, running(shown) as address, sync_playwright() as playwright:
        browser = browser_of(playwright)
        for name, width, scheme in [*MAIN, ("release-refused", 1440, "light")]:
            context = browser.new_context(
                viewport={"width": width, "height": HEIGHTS[width]}, color_scheme=scheme
            )
            page = context.new_page()
            role, path = PAGES.get(name, ("booking", "/"))
            as_role(context, address, shown, role)
            if name == "release-refused":
                refused(page, address, shown)
            else:
                page.goto(address + shown.path(path))
            clip = {"x": 0, "y": 0, "width": width, "height": 1500 if width == 390 else 1150}
            png = page.screenshot(clip=clip, full_page=True)
            (SHOTS / f"{name}-{width}-{scheme}.png").write_bytes(small(png))
            context.close()
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--locale", default="en-US")
    asked = parser.parse_args()
    take_all(asked.all, asked.only, asked.locale) if asked.all else take_main()
