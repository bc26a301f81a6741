"""Adoption: an agency's counsel reads a jurisdiction's official texts, corrects, and signs.

The folder of adopted law::

    us-xx.toml            the adopted file, which replaces the shipped one
    drafts/us-xx.toml     counsel's working copy, not in force
    shipped/us-xx.toml    the research as it was when counsel signed, to compare upgrades with
"""

from __future__ import annotations

import difflib
import json
from datetime import date
from pathlib import Path

from exeat.errors import LawError
from exeat.rules.library import shipped
from exeat.rules.loader import load_text, shipped_files
from exeat.rules.model import Jurisdiction

__all__ = ["draft", "sign", "upgrade_diff"]


def _shipped_text(place: str) -> str:
    for path in shipped_files():
        if path.stem == place:
            return path.read_text(encoding="utf-8")
    raise LawError.one(
        "E220",
        "place",
        f"no law is shipped for `{place}`",
        "Use an id that `exeat law list` shows.",
    )


def draft(place: str, folder: Path) -> Path:
    """Write counsel's working copy of a jurisdiction, unless there is one.

    Args:
        place: Such as ``us-va-fairfax``.
        folder: The folder of adopted law.

    Returns:
        The working copy: the adopted file if there is one, else the shipped research.

    Raises:
        LawError: No law is known for the place.
    """
    copy = folder / "drafts" / f"{place}.toml"
    if copy.exists():
        return copy
    adopted = folder / f"{place}.toml"
    text = adopted.read_text(encoding="utf-8") if adopted.exists() else _shipped_text(place)
    _write(copy, _without_adoption(text))
    return copy


def sign(
    place: str, folder: Path, *, by: str, title: str, on: date, note: str = ""
) -> Jurisdiction:
    """Put counsel's working copy in force, signed.

    Args:
        place: Such as ``us-va-fairfax``.
        folder: The folder of adopted law; its draft is used, or the shipped file if there is none.
        by: Who signs.
        title: In what office.
        on: On what day.
        note: What counsel wants to say about it.

    Returns:
        The adopted jurisdiction.

    Raises:
        LawError: The working copy cannot be read as law, or is for another place; nothing is
            written then.
    """
    shipped_text = _shipped_text(place)
    copy = folder / "drafts" / f"{place}.toml"
    text = copy.read_text(encoding="utf-8") if copy.exists() else shipped_text
    signed = _without_adoption(text) + _signature(place, by, title, on, note)
    adopted = load_text(signed, f"{place}.toml")
    if adopted.id != place:
        raise LawError.one(
            "E219",
            copy.name,
            f"is the law of `{adopted.id}` and not of `{place}`",
            "Adopt it under its own id.",
        )
    _write(folder / "shipped" / f"{place}.toml", shipped_text)
    _write(folder / f"{place}.toml", signed)
    copy.unlink(missing_ok=True)
    return adopted


def upgrade_diff(place: str, folder: Path) -> str:
    """Return what the shipped research has changed since counsel signed, as a unified diff.

    Raises:
        LawError: The place has not been adopted in that folder.
    """
    then = folder / "shipped" / f"{place}.toml"
    if not then.exists():
        raise LawError.one(
            "E219",
            str(folder),
            f"`{place}` has not been adopted here",
            f"Adopt it with `exeat law adopt {place}`.",
        )
    return "".join(
        difflib.unified_diff(
            then.read_text(encoding="utf-8").splitlines(keepends=True),
            _shipped_text(place).splitlines(keepends=True),
            "research when adopted",
            "research now",
        )
    )


def _signature(place: str, by: str, title: str, on: date, note: str) -> str:
    fields = {
        "by": by,
        "title": title,
        "on": on.isoformat(),
        "shipped_sha256": shipped()[place].sha256,
    }
    if note:
        fields["note"] = note
    # A JSON string is a TOML basic string.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    return "\n[adoption]\n" + "\n".join(lines) + "\n"


def _without_adoption(text: str) -> str:
    """Return the text of a law file without its signature, which stands last."""
    head, _, _ = text.partition("\n[adoption]\n")
    return head.rstrip("\n") + "\n"


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
