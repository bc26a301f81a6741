"""One standing hour on the real desk: people of every verdict, requests, tasks, a log, accounts.

It is for tests of the pages and for pictures of them. Making it takes some seconds, so each
process makes it once and every test that changes something is given a copy of its database.
Everybody in it is invented, and so are the houses; the law is that of real places.
"""

from __future__ import annotations

import atexit
import re
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import FastAPI
from psycopg.conninfo import conninfo_to_dict

from exeat.auth import COOKIE, Session
from exeat.desk.pages.app import add_pages
from exeat.desk.pages.verifying import checker
from exeat.facts.codes import (
    Ground,
    WarrantKind,
)
from exeat.office.context import Context
from exeat.office.models import PersonalData
from exeat.office.settings import Settings
from exeat.record.checkpoint import Signer
from exeat.record.vault import MasterKey
from tests.scenario.failures.kit import Town, database, opened
from tests.scene_week import ICE, NOW, Played, Week, paper

__all__ = ["NOW", "Scene", "form_sent", "kept", "scene", "still"]


@dataclass
class Scene:
    """The desk at its hour, and what is there."""

    town: Town
    made: Played

    @property
    def people(self) -> dict[str, str]:
        return self.made.people

    @property
    def who(self) -> dict[str, PersonalData]:
        return self.made.who

    @property
    def sessions(self) -> dict[str, Session]:
        return self.made.sessions

    @property
    def requests(self) -> dict[str, str]:
        return self.made.requests

    def path(self, text: str) -> str:
        """Return a path in which records, requests, tasks and entries are named by a word."""
        more = {f"q_{key}": id for key, id in self.requests.items()}
        tasks = self.town.desk.reading.tasks(self.ctx("supervisor")) if "{task}" in text else ()
        task = next((one.id for one in tasks), "")
        return text.format(**self.people, **more, handover=self.made.handover, task=task)

    def ctx(self, name: str = "booking") -> Context:
        """Return somebody with an account, now."""
        return self.town.desk.accounts.signin.context(self.sessions[name], self.town.now)

    def come_in(self, key: str) -> None:
        """Let a request come in about somebody, as while an officer looks at the screen."""
        said = paper(grounds=(Ground.FINAL_ORDER,), warrants=(WarrantKind.I205,))
        self.town.desk.requests.lodge(
            self.ctx(), self.people[key], detainer="d-9", issuer=ICE, paper=said
        )

    def app(self) -> FastAPI:
        """Return an application of the pages alone."""
        app = FastAPI(openapi_url=None)
        self.put(app)
        return app

    @contextmanager
    def client(self, app: FastAPI | None = None) -> Iterator[Any]:
        """Yield a browser without a screen, which follows no redirection."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from fastapi.testclient import TestClient

            with TestClient(app or self.app(), follow_redirects=False) as found:
                yield found

    def signed(self, client: Any, name: str) -> Any:
        """Return a browser with the session of an account; "": of nobody."""
        client.cookies.clear()
        if name:
            client.cookies.set(COOKIE, self.sessions[name].token)
        return client

    def put(self, app: FastAPI) -> None:
        """Put the pages under an application, as `pages_of` does; their clocks stand still."""
        town = self.town
        add_pages(
            app, town.desk, clock=town.desk.office.clock, secure=False, invented=True, still=True,
            verify=checker(town.admin, [town.signer.verifier()]),
        )  # fmt: skip


@contextmanager
def scene() -> Iterator[Scene]:
    """Yield a scene of one's own, which may be changed."""
    made = _made()
    with TemporaryDirectory() as law:
        settings = _settings(Path(law))
        copy = database(made.name)
        with opened(copy, made.master, made.signer, settings) as town:
            town.now = NOW
            town.passwords, town.secrets = dict(made.passwords), dict(made.secrets)
            yield Scene(town, deepcopy(made.played))


@cache
def still() -> Scene:
    """Return the scene of this process for whoever changes nothing in it."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(scene())


def kept() -> tuple[str, MasterKey, Signer]:
    """Return how to connect as an administrator to a copy without a desk, and its two keys."""
    made = _made()
    return database(made.name), made.master, made.signer


@dataclass
class _Made:
    """What is known of the database that is copied."""

    name: str
    master: MasterKey
    signer: Signer
    passwords: dict[str, str]
    secrets: dict[str, str]
    played: Played


def _settings(law: Path) -> Settings:
    return Settings(pool_size=4, secure_cookies=False, law=law)


@cache
def _made() -> _Made:
    admin, master, signer = database(), MasterKey.generate(), Signer.generate("desk.example")
    with TemporaryDirectory() as law, opened(admin, master, signer, _settings(Path(law))) as town:
        played = Week(town).played()
        name = str(conninfo_to_dict(admin)["dbname"])
        return _Made(name, master, signer, town.passwords, town.secrets, played)


def form_sent(page: str) -> dict[str, Any]:
    """Return what the form on a page would send as it stands."""
    form = page[page.index('<form class="act"') : page.index("</form>", page.index('class="act"'))]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        said = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
        if said["type"] not in ("radio", "checkbox") or " checked" in tag:
            sent.setdefault(said["name"], []).append(unescape(said.get("value", "")))
    for name, text in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)<', form):
        sent[name] = [unescape(text)]
    for name, inside in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        sent[name] = re.findall(r'value="([^"]*)" selected', inside) or [""]
    return sent
