"""What others made and the repository carries is on one list, with its hash and its origin."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import pytest
from tools.release.vendored import (
    LIST,
    ROOT,
    Vendored,
    faults_of,
    from_archive,
    main,
    sha256,
    vendored,
)

WRITTEN = {".j2", ".lock", ".md", ".po", ".pot", ".py", ".sql", ".toml", ".typ", ".yml"}
"""Kinds of file that are written here and nowhere else."""
OURS = (
    ".ci/*", ".editorconfig", ".gitignore", "LICENSE", "Makefile", "NOTICE", "README.md",
    "docs/assets/*", "docs/screenshots/*",
    "src/exeat/desk/pages/static/desk.css", "src/exeat/desk/pages/static/desk.js",
    "src/exeat/report/lawpages/*.css", "src/exeat/report/lawpages/common_record.json",
    "src/exeat/report/templates/page.css", "src/exeat/rules/federal-holidays.txt",
    "src/exeat/sample/records/*.json",
    "tests/conformance/cases/*", "tests/exports/*",
)  # fmt: skip
"""Of other kinds, what was made here."""


def tracked() -> list[str]:
    said = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True)
    if said.returncode:
        pytest.skip("no checkout: which files are of the repository, only git knows")
    return said.stdout.decode().strip("\0").split("\0")


def unlisted(paths: list[str], packages: tuple[Vendored, ...]) -> list[str]:
    """Return each file that nobody says was made here, nor where it is from."""
    listed = {path for one in packages for path in one.files}
    return [
        path for path in paths
        if path not in listed and PurePosixPath(path).suffix not in WRITTEN
        and not any(fnmatch(path, one) for one in OURS)
    ]  # fmt: skip


def test_every_file_that_is_not_ours_is_on_the_list() -> None:
    found = unlisted(tracked(), vendored())
    assert found == [], f"name its origin and hash in {LIST}, or say here that it is ours"


def test_every_file_on_the_list_is_as_the_list_says() -> None:
    assert faults_of(vendored()) == []


def test_a_file_that_nobody_listed_is_found() -> None:
    short = tuple(one for one in vendored() if one.name != "htmx")
    assert unlisted(tracked(), short) == [
        "src/exeat/desk/pages/static/LICENSE-htmx.txt", "src/exeat/desk/pages/static/htmx.min.js",
    ]  # fmt: skip


def test_a_file_that_was_changed_or_is_gone_is_found() -> None:
    htmx = next(one for one in vendored() if one.name == "htmx")
    files = {**htmx.files, "src/exeat/desk/pages/static/htmx.min.js": "0" * 64, "gone.js": "1" * 64}
    changed, gone = faults_of((replace(htmx, files=files),))
    assert "htmx.min.js: SHA-256 is a0abb04f" in changed
    assert gone == f"gone.js: is in {LIST}, and not here"


def test_each_package_says_where_it_is_from_and_under_which_licence() -> None:
    for one in vendored():
        assert one.origin.startswith("https://"), one.name
        assert one.licence, one.name
        assert bool(one.inside) is bool(one.origin_sha256), one.name


def test_files_are_compared_with_what_was_downloaded(tmp_path: Path) -> None:
    (tmp_path / "here.js").write_text("var a=1", encoding="utf-8")
    archive = tmp_path / "there.tgz"

    def pack(text: bytes) -> Vendored:
        with tarfile.open(archive, "w:gz") as tar:
            member = tarfile.TarInfo("package/dist/a.js")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
        return Vendored(
            name="a", version="1", licence="0BSD", origin="https://a.example/a.tgz", ships=True,
            files={"here.js": ""}, inside=("package/dist",), origin_sha256=sha256(archive),
        )  # fmt: skip

    assert from_archive(archive, (pack(b"var a=1"),), tmp_path) == []
    differs = "here.js: no file of package/dist in the archive is the same"
    assert from_archive(archive, (pack(b"var a=2"),), tmp_path) == [differs]
    with pytest.raises(KeyError, match="no package"):
        from_archive(archive, (), tmp_path)


def test_the_command_fails_on_an_archive_that_it_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.tgz").write_bytes(b"x")
    assert main([str(tmp_path / "x.tgz")]) == 1
    assert "no package of requirements/vendored.toml" in capsys.readouterr().err
    assert main([]) == 0
