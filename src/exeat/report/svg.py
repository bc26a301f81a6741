"""Small pieces of SVG, with every text and attribute escaped."""

from __future__ import annotations

import hashlib
from html import escape

__all__ = ["element", "hatch", "key_of", "number", "text"]


def number(value: float) -> str:
    """Return a coordinate, short.

    Examples:
        >>> number(12.0), number(3.14159)
        ('12', '3.1')
    """
    return f"{value:.1f}".removesuffix(".0")


def element(name: str, *children: str, **attributes: str | float | None) -> str:
    """Return an element; children are markup already, attributes are escaped here.

    A trailing ``_`` is dropped from an attribute's name and another one becomes ``-``.

    Examples:
        >>> element("rect", x=1.0, class_="a", stroke_width=2, id='"')
        '<rect x="1" class="a" stroke-width="2" id="&quot;"/>'
    """
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        shown = number(value) if isinstance(value, int | float) else escape(value, quote=True)
        parts.append(f'{key.rstrip("_").replace("_", "-")}="{shown}"')
    head = " ".join(parts)
    return f"<{head}>{''.join(children)}</{name}>" if children else f"<{head}/>"


def text(words: str, x: float, y: float, class_: str, anchor: str | None = None) -> str:
    """Return a line of text.

    Examples:
        >>> text("a < b", 1, 2, "t")
        '<text x="1" y="2" class="t">a &lt; b</text>'
    """
    return element("text", escape(words), x=x, y=y, class_=class_, text_anchor=anchor)


def hatch(key: str) -> str:
    """Return the hatching of what is only possible, so that colour is never alone."""
    line = element("path", d="M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6", class_="hatch-line")
    ground = element("rect", width=8, height=8, class_="hatch-ground")
    return element(
        "pattern", ground, line, id=f"hatch-{key}", width=8, height=8,
        patternUnits="userSpaceOnUse",
    )  # fmt: skip


def key_of(record_id: str) -> str:
    """Return a name for anchors that is safe whatever the record is called.

    Examples:
        >>> key_of("2016-00417"), key_of("<script>")
        ('2016-00417', 'x5b63e5b209')
    """
    plain = record_id.isascii() and record_id.replace("-", "").isalnum()
    if plain and not record_id.startswith("-"):  # with a hyphen begin the page's own names
        return record_id
    return f"x{hashlib.sha256(record_id.encode()).hexdigest()[:10]}"
