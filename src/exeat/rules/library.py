"""The library of law: the shipped files, and over them the files that counsel adopted.

An adopted file stands in a folder of the agency's own (``EXEAT_LAW``, or
``--law DIR``) under the same name as the shipped one, and replaces it whole.
It survives upgrades, because upgrades never write there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from exeat.errors import Fault, LawError
from exeat.rules.loader import load_file, shipped_files
from exeat.rules.model import Jurisdiction

__all__ = ["library", "on_demand", "read_files", "shipped"]


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
        places.update(_adopted(adopted))
    return places


def _adopted(folder: Path) -> dict[str, Jurisdiction]:
    if not folder.is_dir():
        raise LawError.one(
            "E218",
            str(folder),
            "is no folder of adopted law",
            "Make it with `exeat law adopt`, or leave out `--law` and EXEAT_LAW.",
        )
    return read_files(folder.glob("us*.toml"))


def on_demand(adopted: Path | None = None) -> Mapping[str, Jurisdiction]:
    """Return the same law as `library`, reading each shipped file only when it is asked for.

    For a command that answers for one place: its chain is three files, and the library many.

    Args:
        adopted: As for `library`; an agency's own files are read whole.

    Raises:
        LawError: An adopted file cannot be read; or, where it is asked for, a shipped one.

    Examples:
        >>> from exeat.rules.place import law_of_place
        >>> [place.id for place in law_of_place("us-wa-pierce", on_demand()).chain]
        ['us', 'us-wa', 'us-wa-pierce']
    """
    return _OnDemand({} if adopted is None else _adopted(adopted))


class _OnDemand(Mapping[str, Jurisdiction]):
    """A shipped file has the name of its jurisdiction, so that ids are known unread."""

    def __init__(self, read: dict[str, Jurisdiction]) -> None:
        self._read = read
        self._paths = {path.stem: path for path in shipped_files()}

    def __getitem__(self, place: str) -> Jurisdiction:
        if place not in self._read:
            self._read[place] = load_file(self._paths[place])
        return self._read[place]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths.keys() | self._read.keys())

    def __len__(self) -> int:
        return len(self._paths.keys() | self._read.keys())
