"""`exeat serve`: the desk, with no other step."""

from __future__ import annotations

import gc
import os
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer
import uvicorn
from fastapi import FastAPI
from rich.console import Console

from exeat.cli.clear import console_for_reading
from exeat.cli.common import LawDir
from exeat.desk.app import create_app
from exeat.desk.house import House, open_house
from exeat.desk.keeper import Keeper, listening, until_told
from exeat.desk.listening import config, say_kinds_alone
from exeat.desk.pages.app import pages_of
from exeat.desk.pages.verifying import checker
from exeat.desk.service.setup import first_shown
from exeat.desk.signing import signing
from exeat.errors import UsageError
from exeat.office.settings import Settings

__all__ = ["DataDir", "application", "data_folder", "free_port", "running", "serve", "settings_for"]

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="EXEAT_DATA",
        help="Folder for the private database and the keys.",
        show_default="~/.local/share/exeat",
    ),
]
_START_SECONDS: Final = 60.0


def data_folder(data: Path | None) -> Path:
    """Return the data folder that is meant."""
    return data if data is not None else Path("~/.local/share/exeat").expanduser()


def serve(
    data: DataDir = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any that is free.")] = 8000,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that serve; one a core is enough.")
    ] = 1,
    law: LawDir = None,
) -> None:
    """Start the release desk: database, schema, keys and pages, with no other step.

    Prints the address and, at the first start, the first login. Behind a proxy with TLS set
    EXEAT_ORIGIN to the address that browsers see; without, cookies are sent on this machine only.

    Examples:
      exeat serve

      exeat serve --data /srv/exeat --port 8443

      exeat serve --data /srv/exeat --workers 4
    """
    port = free_port(host, port)
    settings = settings_for(host, port, law)
    console = console_for_reading()
    console.print("starting the desk: database, schema, keys", style="dim")
    say_kinds_alone()
    folder = data_folder(data)
    with open_house(folder, settings) as house:
        _greet(house, settings, console)
        verify = checker(house.admin, [house.signer.verifier()], house.kept)
        with signing(house), listening(host, port) as sock, until_told() as told:
            Keeper(house, folder, sock, verify, workers).run(told)


def settings_for(host: str, port: int, law: Path | None) -> Settings:
    """Return the settings of a desk at an address.

    Raises:
        UsageError: A setting cannot be read, or the desk would be open to a network without TLS.
    """
    settings = Settings.from_environment()
    if law is not None:
        settings = settings.model_copy(update={"law": law})
    if os.environ.get("EXEAT_ORIGIN"):
        _refuse_plain("EXEAT_ORIGIN", urlsplit(settings.origin).hostname or "", settings.origin)
        _refuse_plain("--host", host, settings.origin)
        return settings
    _refuse_plain("--host", host, "")
    return settings.model_copy(update={"secure_cookies": False, "origin": f"http://{host}:{port}"})


def _refuse_plain(place: str, host: str, origin: str) -> None:
    """Refuse a host that others reach, unless browsers come to it over TLS.

    Raises:
        UsageError: It would be open to a network without TLS.
    """
    if origin.startswith("https://") or _is_this_machine(host):
        return
    seen = f"`{host}` is open to a network, and the desk has no TLS of its own"
    if origin:
        seen = f"`{host}` is open to a network, and browsers would come to `{origin}` without TLS"
    help = "Put a proxy with TLS before it and set EXEAT_ORIGIN to its https address."
    raise UsageError.one("E407", place, seen, help)


def _is_this_machine(host: str) -> bool:
    """Say whether an address is reached from this machine alone.

    Examples:
        >>> [_is_this_machine(host) for host in ("127.0.0.2", "::1", "localhost", "0.0.0.0", "")]
        [True, True, True, False, False]
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _greet(house: House, settings: Settings, console: Console) -> None:
    console.print(f"\nThe desk: {settings.origin}", markup=False, style="bold")
    if house.first is not None:
        console.print(f"First login: {house.first.name}  password: {house.first.password}")
        console.print("It is shown this once. You will be asked for a code app.", style="dim")
        first_shown(house.desk)  # After it: a crash before costs nobody the way in.
    key = house.signer.verifier().encode()
    said = f"Key of this log, to verify with: {key}"
    console.print(said, markup=False, soft_wrap=True, style="dim")
    console.print("Stop with Ctrl+C.", style="dim")


def application(house: House) -> FastAPI:
    """Return the application of an open desk, its pages and its verifier with it."""
    verify = checker(house.admin, [house.signer.verifier()], house.kept)
    app = create_app(house.desk, pages=pages_of(house.desk, verify))
    # The law and the pages stay for good; looking them over for garbage took a tenth of a second.
    gc.collect()
    gc.freeze()
    return app


def free_port(host: str = "127.0.0.1", port: int = 0) -> int:
    """Return a port on which nothing listens now: the one that is wanted, or any.

    Raises:
        UsageError: Something listens there, or the address is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UsageError.one(
                "E408",
                f"{host} port {port}",
                f"cannot be listened on ({reason})",
                "Give another --port, or 0 for any that is free.",
            ) from None
        return int(probe.getsockname()[1])


@contextmanager
def running(app: FastAPI, port: int) -> Iterator[str]:
    """Run an application in this process while the block runs; yield its address.

    Raises:
        UsageError: It does not answer within a minute.
    """
    server = uvicorn.Server(config(app, port=port))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + _START_SECONDS
    while not server.started:
        if time.monotonic() > until or not thread.is_alive():
            raise UsageError.one(
                "E408", f"port {port}", "did not answer", "See that nothing else uses it."
            )
        time.sleep(0.05)
    try:
        urllib.request.urlopen(f"{address}/healthz", timeout=10).close()  # noqa: S310
        yield address
    finally:
        server.should_exit = True
        thread.join(15)
