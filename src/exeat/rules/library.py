"""The library of law: the shipped files, and over them the files that counsel adopted.

An adopted file stands in a folder of the agency's own (``EXEAT_LAW``, or
``--law DIR``) under the same name as the shipped one, and replaces it whole.
It survives upgrades, because upgrades never write there.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from exeat.errors import Fault, LawError
from exeat.rules.loader import load_file, shipped_files
from exeat.rules.model import Jurisdiction

__all__ = ["library", "read_files", "shipped"]


def read_files(paths: Iterable[Path]) -> dict[str, Jurisdiction]:
    """Read law files by jurisdiction id.

    Raises:
        LawError: With the faults of all the files together; or two files for one id.
    """
    places: dict[str, Jurisdiction] = {}
    faults: list[Fault] = []
    for path in sorted(paths):
        try:
            place = load_file(path)
        except LawError as error:
            faults.extend(error.faults)
            continue
        if place.id in places:
            faults.append(
                Fault(
                    "E217",
                    f"{path.name}:1",
                    f"`{place.id}` is also in {places[place.id].file}",
                    "Keep one file a jurisdiction.",
                )
            )
        places[place.id] = place
    if faults:
        raise LawError(faults)
    return places


@lru_cache(maxsize=1)
def shipped() -> dict[str, Jurisdiction]:
    """Return the law that this release ships: research, not adopted by anybody.

    Examples:
        >>> shipped()["us"].kind.value
        'country'
    """
    return read_files(shipped_files())


def library(adopted: Path | None = None) -> dict[str, Jurisdiction]:
    """Return the shipped law with an agency's adopted files over it.

    Args:
        adopted: The folder of adopted files, or None for the shipped law alone.

    Raises:
        LawError: A file cannot be read.
    """
    places = dict(shipped())
    if adopted is not None:
        if not adopted.is_dir():
            raise LawError.one(
                "E218",
                str(adopted),
                "is no folder of adopted law",
                "Make it with `exeat law adopt`, or leave out `--law` and EXEAT_LAW.",
            )
        places.update(read_files(adopted.glob("us*.toml")))
    return places
