"""A release is made as docs/howto/release.md says, and whoever gets it can verify it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from tools.release.__main__ import build, git, make, unpack
from tools.release.bill import bill_of
from tools.release.locked import pins
from tools.release.signing import SIGNER, sign, verify
from tools.release.vendored import ROOT, vendored

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("dist")
    make(git("rev-parse", "HEAD"), folder, "urn:exeat:builder:a-test")
    yield folder


def read(out: Path, end: str) -> Any:
    [found] = out.glob(f"*{end}")
    return json.loads(found.read_text(encoding="utf-8"))


def test_the_same_commit_gives_the_same_bytes(out: Path, tmp_path: Path) -> None:
    """From another folder, at another time, readable by nobody else."""
    source = tmp_path / "another place"
    source.mkdir()
    unpack(git("rev-parse", "HEAD"), source)
    for path in source.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
    again = build(source, tmp_path / "dist", int(git("log", "-1", "--format=%ct")))
    assert len(again) == 2
    for one in again:
        assert one.read_bytes() == (out / one.name).read_bytes(), one.name


def test_the_wheel_holds_what_the_list_says_that_ships(out: Path) -> None:
    [wheel] = out.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    for one in vendored():
        for path in one.files:
            assert (path.removeprefix("src/") in held) is one.ships, path


def test_the_source_holds_the_locks_and_nothing_of_ci(out: Path) -> None:
    [sdist] = out.glob("*.tar.gz")
    with tarfile.open(sdist) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    assert {"requirements/run.lock", "requirements/vendored.toml", "NOTICE"} <= names
    assert not [name for name in names if name.startswith((".ci", ".git/"))]


def test_the_bill_is_valid_and_names_all_that_runs_and_all_that_is_carried(out: Path) -> None:
    text = next(out.glob("*.cdx.json")).read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    parts = {one["name"]: one for one in json.loads(text)["components"]}
    locked = pins(ROOT / "requirements/run.lock")
    assert parts.keys() == {pin.name for pin in locked} | {one.name for one in vendored()}
    assert parts["hatchling"]["scope"] == parts["axe-core"]["scope"] == "excluded"
    assert parts["cryptography"]["scope"] == parts["htmx"]["scope"] == "required"
    [files] = parts["psycopg"]["externalReferences"]
    assert {one["content"] for one in files["hashes"]} == {
        digest for pin in locked if pin.name == "psycopg" for digest in pin.hashes
    }
    [script] = [f for f in parts["htmx"]["components"] if f["name"].endswith("htmx.min.js")]
    said = hashlib.sha256((ROOT / script["name"]).read_bytes()).hexdigest()
    assert script["hashes"] == [{"alg": "SHA-256", "content": said}]


def test_a_bill_without_a_licence_that_counts_is_refused_by_the_validator() -> None:
    """The validator says no, too."""
    at = datetime(2026, 11, 27, tzinfo=UTC)
    said = json.loads(bill_of("1", "0" * 40, at, pins(ROOT / "requirements/run.lock"), ()))
    said["components"][0]["type"] = "gadget"
    found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(said))
    assert found is not None


def test_the_bill_is_the_same_for_the_same_commit() -> None:
    at, locked = datetime(2026, 11, 27, tzinfo=UTC), pins(ROOT / "requirements/run.lock")
    first, again = (bill_of("1", "0" * 40, at, locked, vendored()) for _ in range(2))
    assert first == again


def test_the_statement_names_commit_builder_materials_and_every_file(out: Path) -> None:
    said = read(out, ".provenance.json")
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["predicateType"] == "https://slsa.dev/provenance/v1"
    subjects = {one["name"]: one["digest"]["sha256"] for one in said["subject"]}
    built = [
        one for one in out.iterdir()
        if not one.name.startswith("SHA256SUMS") and not one.name.endswith("provenance.json")
    ]  # fmt: skip
    assert len(built) == 4
    assert subjects == {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in built}
    definition = said["predicate"]["buildDefinition"]
    source, *materials = definition["resolvedDependencies"]
    assert source["digest"] == {"gitCommit": git("rev-parse", "HEAD")}
    assert {one["uri"].partition("@")[0] for one in materials} >= {
        "requirements/run.lock", "requirements/vendored.toml", "pkg:pypi/hatchling",
    }  # fmt: skip
    assert said["predicate"]["runDetails"]["builder"] == {"id": "urn:exeat:builder:a-test"}


def test_the_sums_name_every_file_of_the_release(out: Path) -> None:
    sums = (out / "SHA256SUMS").read_text(encoding="ascii")
    assert {line.split("  ")[1] for line in sums.splitlines()} == {
        one.name for one in out.iterdir() if not one.name.startswith("SHA256SUMS")
    }
    done = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=out)
    assert done.returncode == 0


def test_only_a_releasers_signature_over_these_very_sums_counts(out: Path, tmp_path: Path) -> None:
    sums = tmp_path / "SHA256SUMS"
    sums.write_bytes((out / "SHA256SUMS").read_bytes())
    allowed = tmp_path / "allowed_signers"
    keys = []
    for name in ("releaser", "somebody"):
        key = tmp_path / name
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)]
        subprocess.run(command, check=True)
        keys.append(key)
    allowed.write_text(f"{SIGNER} {(tmp_path / 'releaser.pub').read_text()}", encoding="ascii")
    signature = sign(sums, keys[0])
    assert verify(sums, signature, allowed)
    sums.write_bytes(sums.read_bytes().replace(b"a", b"b", 1))
    assert not verify(sums, signature, allowed)
    assert not verify(sums, sign(sums, keys[1]), allowed)
    with pytest.raises(RuntimeError, match="does not sign"):
        sign(sums, tmp_path / "no-such-key")


def test_nothing_is_made_without_a_key_unless_one_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.release", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "name the key that signs" in done.stderr
    (tmp_path / "left.whl").write_bytes(b"")
    done = subprocess.run([*command, "--unsigned"], cwd=ROOT, capture_output=True, text=True)
    assert "is not empty" in done.stderr
