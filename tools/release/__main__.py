"""Make a release from the commit that is checked out: ``python -m tools.release --help``."""

from __future__ import annotations

import argparse
import io
import os
import runpy
import subprocess
import sys
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tools.release.bill import bill_of
from tools.release.locked import pins
from tools.release.provenance import Built, provenance_of
from tools.release.signing import NAMESPACE, SIGNER, sign
from tools.release.vendored import LIST, ROOT, faults_of, sha256, vendored

_LOCK: Final = "requirements/run.lock"
_SUMS: Final = "SHA256SUMS"


def git(*args: str) -> str:
    """Return what git says."""
    said = subprocess.run(["git", "-C", str(ROOT), *args], capture_output=True, check=True)
    return said.stdout.decode().strip()


def unpack(commit: str, folder: Path) -> None:
    """Put the source of a commit into a folder: what is not committed is in no release."""
    command = ["git", "-C", str(ROOT), "archive", "--format=tar", commit]
    packed = subprocess.run(command, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(folder, filter="data")


def build(source: Path, out: Path, epoch: int) -> list[Path]:
    """Build sdist and wheel; the same source and epoch give the same bytes.

    Hatchling is in the lock, so nothing is fetched.
    """
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out)]
    around = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "PYTHONDONTWRITEBYTECODE": "1"}
    around.pop("PYTHONPATH", None)
    done = subprocess.run(command, cwd=source, env=around, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"hatchling does not build ({done.stderr.strip()})")
    return sorted(out.glob("exeat-*.tar.gz")) + sorted(out.glob("exeat-*.whl"))


def make(commit: str, out: Path, builder: str) -> list[Path]:
    """Make all files of a release but the signature; return them, the sums last."""
    began, epoch = datetime.now(UTC), int(git("log", "-1", "--format=%ct", commit))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder)
        unpack(commit, source)
        carried = vendored(source)
        if faults := faults_of(carried, source):
            raise RuntimeError("; ".join(faults))
        version = str(runpy.run_path(str(source / "src/exeat/_version.py"))["__version__"])
        files = build(source, out, epoch)
        locked = pins(source / _LOCK)
        bill = out / f"exeat-{version}.cdx.json"
        at = datetime.fromtimestamp(epoch, UTC)
        bill.write_text(bill_of(version, commit, at, locked, carried), encoding="utf-8")
        built = Built(
            commit=commit, source=_source(), epoch=epoch, builder=builder, began=began,
            ended=datetime.now(UTC),
        )  # fmt: skip
        materials = {name: source / name for name in (_LOCK, LIST)}
        tools = [pin for pin in locked if pin.builds]
        lock = out / f"exeat-{version}.lock"
        lock.write_bytes((source / _LOCK).read_bytes())
        files += [lock, bill]
        said = out / f"exeat-{version}.provenance.json"
        said.write_text(provenance_of(built, files, materials, tools), encoding="utf-8")
    found = [*files, said]
    sums = out / _SUMS
    sums.write_text("".join(f"{sha256(one)}  {one.name}\n" for one in found), encoding="utf-8")
    return [*found, sums]


def _source() -> str:
    """Return where the source is from; a clone without an origin is named as that."""
    try:
        return f"git+{git('remote', 'get-url', 'origin')}"
    except subprocess.CalledProcessError:
        return "urn:exeat:source"


def _next(version: str, commit: str, out: Path) -> str:
    tag = f"v{version}"
    return (
        f"release: next, tag the commit and publish what is in {out}:\n"
        f"  git tag -s {tag} -m 'exeat {version}' {commit[:12]}\n"
        f"  git push origin {tag}\n"
        "whoever gets it verifies with the key that you publish elsewhere:\n"
        f"  ssh-keygen -Y verify -f allowed_signers -I {SIGNER} -n {NAMESPACE}"
        f" -s {_SUMS}.sig < {_SUMS}\n"
        f"  sha256sum --check {_SUMS}"
    )


def main() -> int:
    """Run the command."""
    asked = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    asked.add_argument("--key", help="the releaser's SSH key; with an agent, its public half")
    asked.add_argument("--unsigned", action="store_true", help="try it: sign nothing")
    asked.add_argument("--out", type=Path, default=ROOT / "dist", help="an empty folder")
    asked.add_argument("--builder", default="urn:exeat:builder:a-maintainers-machine")
    said = asked.parse_args()
    out = said.out.resolve()
    if bool(said.key) is said.unsigned:
        asked.error("name the key that signs (make release KEY=...), or say --unsigned to try it")
    if out.exists() and any(out.iterdir()):
        asked.error(f"{out} is not empty: a release is made into an empty folder")
    out.mkdir(parents=True, exist_ok=True)
    commit = git("rev-parse", "HEAD")
    if git("status", "--porcelain"):
        print("release: what is not committed is not in it (git status)", file=sys.stderr)
    try:
        found = make(commit, out, said.builder)
        if said.key:
            found.append(sign(out / _SUMS, Path(said.key).expanduser()))
    except RuntimeError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    for one in found:
        print(f"release: {one.name}  {one.stat().st_size:,} bytes")
    if said.unsigned:
        print("release: NOT SIGNED. This is a try, and nothing to publish.", file=sys.stderr)
        return 0
    print(_next(found[0].name.removeprefix("exeat-").removesuffix(".tar.gz"), commit, out))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
