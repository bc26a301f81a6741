"""The United States as squares, one a state: a map on which no state is bigger than another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from html import escape
from importlib import resources
from typing import Final

from exeat.report.lawpages.classes import Class, Classified
from exeat.report.lawpages.terms import CLASS_MARK, class_label
from exeat.report.svg import element
from exeat.rules.model import About

__all__ = ["TILES", "map_svg"]

_ROWS: Final = (
    "AK .. .. .. .. .. .. .. .. .. .. ME",
    ".. .. .. .. .. .. .. .. .. .. VT NH",
    ".. WA ID MT ND MN IL WI MI NY RI MA",
    ".. OR NV WY SD IA IN OH PA NJ CT ..",
    ".. CA UT CO NE MO KY WV VA MD DE ..",
    ".. .. AZ NM KS AR TN NC SC DC .. ..",
    ".. .. .. .. OK LA MS AL GA .. .. ..",
    "HI .. .. .. TX .. .. .. .. FL .. ..",
)

TILES: Final[Mapping[str, tuple[int, int]]] = {
    f"us-{code.lower()}": (column, row)
    for row, line in enumerate(_ROWS)
    for column, code in enumerate(line.split())
    if code != ".."
}
"""Where each state and the District of Columbia stands: id -> (column, row)."""

_SIZE: Final = 64
_GAP: Final = 4
_WIDTH: Final = 12 * _SIZE
_HEIGHT: Final = 8 * _SIZE

_TITLE: Final[Mapping[About, str]] = {
    About.HOLD: "May a jail keep a person past release on an ordinary immigration request?",
    About.NOTIFY: "Does a jail tell immigration authorities of the release, when they ask?",
}


def map_svg(
    said: Mapping[str, Classified],
    names: Mapping[str, str],
    what: About,
    *,
    alone: bool = False,
) -> str:
    """Return the map as SVG: colour and letters for each class, a link on each square.

    Args:
        said: The class of each state, by id.
        names: The name of each state, by id.
        what: The hold or the notice.
        alone: For a file of its own: with the style and a ground, and without links.
    """
    key = f"map-{what.value}"
    head = [
        element("title", escape(_TITLE[what]), id=f"{key}-title"),
        element("desc", escape(_summary(said, what)), id=f"{key}-desc"),
        *(_ground() if alone else ()),
    ]
    shown = sorted(TILES.keys() & said.keys(), key=lambda place: names[place])
    squares = [_square(place, names[place], said[place], what, alone=alone) for place in shown]
    return element(
        "svg",
        *head,
        *squares,
        xmlns="http://www.w3.org/2000/svg" if alone else None,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        class_="tiles",
        role="img" if alone else "group",
        aria_labelledby=f"{key}-title {key}-desc",
    )


def _summary(said: Mapping[str, Classified], what: About) -> str:
    counts = Counter(one.kind for one in said.values())
    each = [f"{class_label(kind, what)}: {counts[kind]}" for kind in Class if kind in counts]
    return f"A map of squares, one a state. {'; '.join(each)}."


def _ground() -> tuple[str, str]:
    style = (resources.files("exeat.report.lawpages") / "tiles.css").read_text("utf-8")
    return (
        element("style", escape(style, quote=False)),
        element("rect", width=_WIDTH, height=_HEIGHT, class_="map-ground"),
    )


def _square(place: str, name: str, said: Classified, what: About, *, alone: bool) -> str:
    column, row = TILES[place]
    x, y = column * _SIZE + _GAP / 2, row * _SIZE + _GAP / 2
    side = _SIZE - _GAP
    middle = x + side / 2
    parts = [
        element("path", d=_shape(x, y, side, said.kind), class_="tile-ground"),
        _label(place.removeprefix("us-").upper(), middle, y + 28, "tile-code"),
        " ",  # So that code and mark are read as two words.
        _label(CLASS_MARK[said.kind], middle, y + 52, "tile-mark"),
    ]
    if said.kind is Class.CONTESTED:
        parts.insert(1, element("path", d=_inner(x, y, side), class_="tile-inner"))
    group = f"tile {said.kind.value}"
    words = f"{name}: {class_label(said.kind, what)}"
    if alone:
        return element("g", element("title", escape(words)), *parts, class_=group)
    # Who steers by voice says what they see, so the name begins with it (WCAG 2.5.3).
    seen = f"{place.removeprefix('us-').upper()} {CLASS_MARK[said.kind]}"
    return element("a", *parts, href=f"{place}.html", class_=group, aria_label=f"{seen}: {words}")


def _label(words: str, x: float, y: float, class_: str) -> str:
    return element("text", escape(words), x=x, y=y, class_=class_, text_anchor="middle")


def _shape(x: float, y: float, side: float, kind: Class) -> str:
    """Return the outline: a corner is cut off where the class has conditions."""
    if kind in (Class.MUST_IF, Class.MAY_IF):
        cut = side / 4
        return f"M{x} {y}H{x + side - cut}L{x + side} {y + cut}V{y + side}H{x}Z"
    return f"M{x} {y}H{x + side}V{y + side}H{x}Z"


def _inner(x: float, y: float, side: float) -> str:
    x, y, side = x + 4, y + 4, side - 8
    return f"M{x} {y}H{x + side}V{y + side}H{x}Z"
