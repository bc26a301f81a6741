"""The desk of the demonstration: a private database, a week of traffic, logins that are printed."""

from __future__ import annotations

import secrets
import shutil
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Final

from fastapi import FastAPI, HTTPException
from fastapi.responses import RedirectResponse
from rich.console import Console
from rich.table import Table

from exeat.auth import COOKIE
from exeat.cli.serve import application, free_port, running, settings_for
from exeat.desk.demo import Demo, enter, fill
from exeat.desk.house import House, open_house
from exeat.desk.service.setup import system_context
from exeat.desk.signing import signing
from exeat.office.clock import utcnow
from exeat.office.context import Role

__all__ = ["show_desk"]

_LINKS: Final = (
    ("the officer in Washington, where no request holds anybody", "officer"),
    ("the officer in Florida, where the law commands a hold", "broward"),
)


def show_desk(console: Console) -> None:
    """Start the desk on invented people; wait for Ctrl+C, or with no terminal check it and stop."""
    # A short path: the database's socket lies in it.
    folder = Path(tempfile.mkdtemp(prefix="exeat-demo-"))
    folder.chmod(0o755)
    try:
        port = free_port()
        settings = settings_for("127.0.0.1", port, None)
        with open_house(folder, settings) as house, signing(house):
            demo = fill(house.desk, utcnow())
            app, token = application(house), secrets.token_urlsafe(24)
            _let_in(app, house, demo, token)
            with running(app, port) as address:
                _show(console, house, demo, f"{address}/demo/{token}", address)
                _wait(console, address)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _let_in(app: FastAPI, house: House, demo: Demo, token: str) -> None:
    """Add links that sign somebody of the demonstration in; their address is a secret."""
    logins = {login.name: login for login in demo.logins}

    def let_in(name: str) -> RedirectResponse:
        if name not in logins:
            raise HTTPException(404)
        session = enter(house.desk, logins[name], utcnow())
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(COOKIE, session.token, httponly=True, samesite="lax")
        return response

    app.add_api_route(f"/demo/{token}/{{name}}", let_in, include_in_schema=False)


def _count(console: Console, house: House, agency: str) -> None:
    """Print who is in custody at a facility, by verdict."""
    board = house.desk.board.rows(system_context(utcnow(), agency, Role.SUPERVISOR))
    verdicts = Counter(str(row.verdict) for row in board)
    counted = ", ".join(f"{count} {name}" for name, count in sorted(verdicts.items()))
    console.print(f"{len(board)} people in custody at `{agency}`: {counted}", markup=False)


def _show(console: Console, house: House, demo: Demo, link: str, address: str) -> None:
    for agency in ("wa-pierce", "fl-broward"):
        _count(console, house, agency)
    table = Table(box=None, pad_edge=False)
    for title in ("login", "password", "role", "agency"):
        table.add_column(title)
    for login in demo.logins:
        table.add_row(login.name, login.password, login.role, login.agency)
    console.print(table)
    console.print(f"\nThe desk: {address}", style="bold", markup=False)
    console.print("Past the code app:", style="bold")
    for words, name in _LINKS:
        console.print(f"  {words}: {link}/{name}", markup=False, soft_wrap=True)
    console.print("  anybody else: the same link with that login at its end", style="dim")


def _wait(console: Console, address: str) -> None:
    if not sys.stdin.isatty():
        with urllib.request.urlopen(f"{address}/sign-in", timeout=10) as answer:  # noqa: S310
            page = answer.read().decode()
        assert "<h1" in page, "the sign-in page has no heading"
        console.print("The desk answered; no terminal here, so it is stopped again.", style="dim")
        return
    console.print("Open it in a browser. Stop with Ctrl+C.", style="dim")
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        console.print("stopping", style="dim")
