"""What others made and this repository carries: ``requirements/vendored.toml``, read and checked.

Is a download what the list says, and are our files what it holds, byte for byte?

    python -m tools.release.vendored htmx.org-4.0.1.tgz
"""

from __future__ import annotations

import hashlib
import sys
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

__all__ = ["LIST", "ROOT", "Vendored", "faults_of", "from_archive", "sha256", "vendored"]

ROOT: Final = Path(__file__).parents[2]
LIST: Final = "requirements/vendored.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendored:
    """One package of others, as the list has it; the list's head says what each part means."""

    name: str
    version: str
    licence: str
    origin: str
    ships: bool
    files: Mapping[str, str]
    purl: str = ""
    origin_sha256: str = ""
    inside: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    changed: str = ""


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def vendored(root: Path = ROOT) -> tuple[Vendored, ...]:
    """Return the list of a checkout."""
    said: dict[str, Any] = tomllib.loads((root / LIST).read_text(encoding="utf-8"))
    return tuple(_package(one) for one in said["package"])


def _package(said: dict[str, Any]) -> Vendored:
    lists = {key: tuple(said.get(key, ())) for key in ("inside", "added")}
    return Vendored(**{**said, **lists})


def faults_of(packages: tuple[Vendored, ...], root: Path = ROOT) -> list[str]:
    """Return each file of the list that is not there, or is another."""
    found = []
    for path, wanted in ((p, h) for one in packages for p, h in one.files.items()):
        if not (root / path).is_file():
            found.append(f"{path}: is in {LIST}, and not here")
        elif (seen := sha256(root / path)) != wanted:
            found.append(f"{path}: SHA-256 is {seen}; {LIST} says {wanted}")
    return found


def from_archive(archive: Path, packages: tuple[Vendored, ...], root: Path = ROOT) -> list[str]:
    """Return how our files differ from what was downloaded; the archive is told by its hash.

    Raises:
        KeyError: No package of the list is from this archive.
    """
    seen = sha256(archive)
    ours = [one for one in packages if one.origin_sha256 == seen]
    if not ours:
        raise KeyError(f"{archive}: no package of {LIST} is from an archive with SHA-256 {seen}")
    with tarfile.open(archive) as tar:
        return [fault for one in ours for fault in _differ(one, tar, root)]


def _differ(one: Vendored, tar: tarfile.TarFile, root: Path) -> Iterator[str]:
    """Yield each of our files that is nowhere in the archive's folders, by any name."""
    there = set()
    for member in tar.getmembers():
        if member.isfile() and str(PurePosixPath(member.name).parent) in one.inside:
            file = tar.extractfile(member)
            there.add(file.read() if file is not None else b"")
    for path in one.files:
        if path not in one.added and (root / path).read_bytes() not in there:
            yield f"{path}: no file of {', '.join(one.inside)} in the archive is the same"


def main(archives: list[str]) -> int:
    """Check the files, and each archive that is named; return 0 where all agree."""
    packages = vendored()
    faults = faults_of(packages)
    for name in archives:
        try:
            faults += from_archive(Path(name), packages)
        except (KeyError, OSError, tarfile.TarError) as error:
            faults.append(str(error.args[0] if isinstance(error, KeyError) else error))
    for fault in faults:
        print(f"vendored: {fault}", file=sys.stderr)
    if not faults:
        count = sum(len(one.files) for one in packages)
        print(f"vendored: {count} files are as {LIST} says; archives compared: {len(archives)}")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
