"""Pictures of the desk's main pages with invented people, for docs/screenshots and for the eye.

python -m tests.browser.shots            # the main pages, into docs/screenshots
python -m tests.browser.shots --all DIR  # every page, both widths, both schemes
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

from exeat.desk.pages.preview import LATE, create_preview

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
RECORDS = [f"{0x9F3A61C07B52 + n * 0x1D7:012x}" for n in (0, 1, 2, 3, 4, 5, 6, 7, 12)]
MAY_HOLD, MUST_HOLD, OVERDUE, GO, NOTICE, CONFLICT, UNKNOWN, STAYS, DOOR = RECORDS
assert RECORDS[LATE] == DOOR
SERVE, BRING, UNLESS, COUNSEL, WARRANT = (
    f"{0x9F3A61C07B52 + n * 0x1D7:012x}" for n in range(26, 31)
)

PAGES = {
    "sign-in": ("", "/sign-in"),
    "second": ("booking:first", "/sign-in/second"),
    "enrol": ("auditor:first", "/sign-in/second"),
    "password": ("booking", "/password"),
    "account": ("booking", "/account"),
    "board": ("booking", "/board"),
    "board-filtered": ("booking", "/board?show=must-hold"),
    "board-nobody": ("booking", "/board?find=zzz"),
    "person-may-hold": ("booking", f"/people/{MAY_HOLD}"),
    "person-must-hold": ("booking", f"/people/{MUST_HOLD}"),
    "person-overdue": ("booking", f"/people/{OVERDUE}"),
    "person-go": ("booking", f"/people/{GO}"),
    "person-notice": ("booking", f"/people/{NOTICE}"),
    "person-conflict": ("booking", f"/people/{CONFLICT}"),
    "person-unknown": ("booking", f"/people/{UNKNOWN}"),
    "person-serve": ("booking", f"/people/{SERVE}"),
    "person-bring": ("booking", f"/people/{BRING}"),
    "person-unless": ("booking", f"/people/{UNLESS}"),
    "person-call": ("booking", f"/people/{COUNSEL}"),
    "person-warrant": ("booking", f"/people/{WARRANT}"),
    "person-then": ("booking", f"/people/{MUST_HOLD}?known_at=2026-03-05T12:00"),
    "release-serve": ("booking", f"/people/{SERVE}/release"),
    "release-unless": ("booking", f"/people/{UNLESS}/release"),
    "person-stays": ("booking", f"/people/{STAYS}"),
    "person-for-counsel": ("counsel", f"/people/{OVERDUE}"),
    "person-for-requester": ("requester", f"/people/{MUST_HOLD}"),
    "book": ("booking", "/people/new"),
    "act-serve": ("booking", f"/people/{MUST_HOLD}/serve"),
    "act-end-basis": ("booking", f"/people/{STAYS}/end_basis"),
    "act-facts": ("booking", f"/people/{MUST_HOLD}/set_person_fact"),
    "act-convictions": ("booking", f"/people/{MUST_HOLD}/record_convictions"),
    "act-correct": ("booking", f"/people/{MUST_HOLD}/correct"),
    "correct-request": ("booking", f"/people/{MUST_HOLD}/correct/entry?of={MUST_HOLD}-6"),
    "correct-convictions": ("booking", f"/people/{MUST_HOLD}/correct/entry?of={MUST_HOLD}-5"),
    "correct-booking": ("booking", f"/people/{MUST_HOLD}/correct/entry?of={MUST_HOLD}-1"),
    "act-subscribe": ("booking", f"/people/{MUST_HOLD}/subscribe"),
    "act-decide": ("booking", f"/people/{MUST_HOLD}/decide_request"),
    "intake": ("booking", "/requests/new"),
    "release": ("booking", f"/people/{GO}/release"),
    "release-namesake": ("booking", f"/people/{DOOR}/release"),
    "release-blocked": ("booking", f"/people/{CONFLICT}/release"),
    "requests": ("booking", "/requests"),
    "match": ("booking", "/requests/q2/match"),
    "handover": ("booking", "/handovers/h1"),
    "requester": ("requester", "/requests"),
    "send-request": ("requester", "/requests/send"),
    "tasks": ("booking", "/tasks"),
    "close-task": ("supervisor", "/tasks/t0"),
    "roster": ("booking", "/roster"),
    "clients": ("counsel", "/clients"),
    "auditor": ("auditor", "/counts"),
    "log": ("auditor", "/log"),
    "accounts": ("admin", "/accounts"),
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
def running() -> Iterator[str]:
    """Run the preview, and yield its address."""
    config = uvicorn.Config(create_preview(), port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not (server.started and server.servers):
        assert time.monotonic() < until, "the preview did not start"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def as_role(context: Any, address: str, role: str) -> None:
    """Sign in to the preview as a role; "" signs out."""
    context.clear_cookies()
    if role:
        context.add_cookies([{"name": "exeat_session", "value": role, "url": address}])


def refused(page: Any, address: str) -> None:
    """Go through the release that a request stops at the door."""
    page.goto(f"{address}/people/{DOOR}/release")
    page.get_by_label("Birth date, as the person says it").fill("1984-01-21")
    page.get_by_label("Booking number, from the wristband").fill("2026-00573")
    for box in page.locator("input[name=namesakes]").all():
        box.check()
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


def take_all(folder: Path, only: str = "") -> None:
    """Take every page at both widths and in both schemes."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with running() as address, sync_playwright() as playwright:
        browser = browser_of(playwright)
        for width, height in HEIGHTS.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme
                )
                page = context.new_page()
                for name, (role, path) in PAGES.items():
                    if only and only not in name:
                        continue
                    as_role(context, address, role)
                    page.goto(address + path)
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
    with running() as address, sync_playwright() as playwright:
        browser = browser_of(playwright)
        for name, width, scheme in [*MAIN, ("release-refused", 1440, "light")]:
            context = browser.new_context(
                viewport={"width": width, "height": HEIGHTS[width]}, color_scheme=scheme
            )
            page = context.new_page()
            role, path = PAGES.get(name, ("booking", "/"))
            as_role(context, address, role)
            if name == "release-refused":
                refused(page, address)
            else:
                page.goto(address + path)
            clip = {"x": 0, "y": 0, "width": width, "height": 1500 if width == 390 else 1150}
            png = page.screenshot(clip=clip, full_page=True)
            (SHOTS / f"{name}-{width}-{scheme}.png").write_bytes(small(png))
            context.close()
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    take_all(asked.all, asked.only) if asked.all else take_main()
