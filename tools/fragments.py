"""Number the fragments of the changelog, so that towncrier takes them: `make changelog`.

A fragment is named in words (``11.fix.names.md``), so that two people who add one at the same
time do not stand in each other's way. towncrier knows numbers alone there, and stops at two
fragments of one issue and kind whose third part is no number.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

__all__ = ["numbered"]

FOLDER: Final = Path(__file__).parents[1] / "changelog.d"
_NAME: Final = re.compile(
    r"(?:(?P<issue>\d+)(?:\.[\w-]+)*?|(?P<orphan>\+[\w-]+))"
    r"\.(?P<kind>law|feature|fix|removal|docs)(?:\.[\w-]+)*\.md"
)


def numbered(names: Iterable[str]) -> Mapping[str, str]:
    """Return what each fragment is called for towncrier.

    Raises:
        ValueError: A name is none of a fragment; it would be left out in silence.

    Examples:
        >>> dict(numbered(["11.fix.b.md", "11.desk.fix.md", "11.fix.md", "+words.fix.md"]))
        {'+words.fix.md': '+words.fix.md', '11.desk.fix.md': '11.fix.1.md',
         '11.fix.b.md': '11.fix.2.md', '11.fix.md': '11.fix.3.md'}
    """
    counts: dict[str, int] = {}
    found = {}
    for name in sorted(names):
        match = _NAME.fullmatch(name)
        if match is None:
            raise ValueError(f"{name}: is no fragment's name; see changelog.d/README.md")
        head = f"{match['issue']}.{match['kind']}"
        counts[head] = counts.get(head, 0) + 1
        found[name] = name if match["orphan"] else f"{head}.{counts[head]}.md"
    return found


def main(folder: Path = FOLDER) -> None:
    """Rename every fragment of a folder."""
    names = [one.name for one in folder.iterdir() if one.name != "README.md"]
    wanted = numbered(names)
    # By way of names that nobody has, as one fragment's number may be another's name.
    for old in wanted:
        (folder / old).rename(folder / f"{old}.moving")
    for old, new in wanted.items():
        (folder / f"{old}.moving").rename(folder / new)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
