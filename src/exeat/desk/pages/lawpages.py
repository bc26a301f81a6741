"""The pages of the law, made once a day from the library in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from exeat.report.lawpages.site import build_site
from exeat.rules.model import Jurisdiction

__all__ = ["LawPages"]


class LawPages:
    """The pages of one day, made at the first look and kept in memory.

    Args:
        library: Law by jurisdiction id.
    """

    def __init__(self, library: Mapping[str, Jurisdiction]) -> None:
        self._library = library
        self._lock = Lock()
        self._made: tuple[date, dict[str, bytes]] | None = None

    def of(self, today: date) -> dict[str, bytes]:
        """Return the files of a day by name."""
        with self._lock:
            if self._made is None or self._made[0] != today:
                with TemporaryDirectory() as folder:
                    build_site(Path(folder), self._library, today=today)
                    files = {one.name: one.read_bytes() for one in Path(folder).iterdir()}
                self._made = (today, files)
            return self._made[1]
