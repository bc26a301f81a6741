"""The documents as a site, for tests: built as `make docs` builds it, and its links followed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from exeat.report.lawpages.site import build_site
from exeat.rules.library import shipped

ROOT = Path(__file__).parents[2]


def build(folder: Path) -> Path:
    """Build the site from the checkout's own configuration, into a folder; strict.

    Raises:
        CalledProcessError: A page links to nothing, or the builder is not there.
    """
    # The builder writes below the folder of its configuration, and reads nothing outside of it.
    shutil.copy(ROOT / "mkdocs.yml", folder)
    shutil.copytree(ROOT / "docs", folder / "docs")
    program = Path(sys.executable).with_name("zensical")
    subprocess.run([program, "build", "--clean", "--strict"], check=True, cwd=folder)
    site = folder / "build" / "docs"
    build_site(site / "law" / "pages", shipped(), today=date(2026, 11, 27))
    return site


@dataclass
class Page(HTMLParser):
    """A page: what it links, what it makes a browser fetch, and its anchors."""

    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        self.anchors |= {had[name] for name in ("id", "name") if name in had}
        if tag in ("a", "area") and "href" in had:
            self.links.append(had["href"])
        elif tag == "link" and had.get("rel") not in ("canonical", "prev", "next"):
            self.fetched.append(had["href"])
        elif "src" in had:
            self.fetched.append(had["src"])


def read(site: Path) -> dict[Path, Page]:
    """Read every page of a site."""
    pages = {}
    # 404.html is for a server's root, and has links from there.
    for file in set(site.rglob("*.html")) - {site / "404.html"}:
        pages[file.resolve()] = page = Page()
        page.feed(file.read_text(encoding="utf-8"))
    return pages


def broken(site: Path, pages: dict[Path, Page]) -> list[str]:
    """Return every link that leads to no file, or to no place in it."""
    found = []
    for file, page in pages.items():
        for link in (*page.links, *page.fetched):
            to = urlsplit(link)
            if to.scheme or to.netloc or link in ("", "#"):
                continue
            target = (file.parent / unquote(to.path)).resolve() if to.path else file
            target = target / "index.html" if target.is_dir() else target
            there = pages.get(target)
            named = not to.fragment or there is None or unquote(to.fragment) in there.anchors
            if not (target.is_file() and named):
                found.append(f"{file.relative_to(site.resolve())}: {link}")
    return found


def from_elsewhere(pages: dict[Path, Page]) -> set[str]:
    """Return what pages fetch from anywhere but beside them."""
    return {one for page in pages.values() for one in page.fetched if urlsplit(one).netloc}
