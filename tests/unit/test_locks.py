"""A lock is whole: whatever a distribution of it needs is in it, at a version that will do."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
Lock = dict[str, str]
"""Distribution to version: what a lock installs on this machine."""
Needs = Callable[[str], Iterable[str]]
"""The requirements that a distribution states, as its metadata writes them."""


def read_lock(text: str) -> Lock:
    """Return what a lock installs here; lines for other systems are left out."""
    lock = {}
    for line in re.findall(r"^[A-Za-z0-9].*==.*$", text, re.MULTILINE):
        wanted = Requirement(line.removesuffix("\\").strip())
        if wanted.marker is None or wanted.marker.evaluate():
            [pin] = wanted.specifier
            lock[canonicalize_name(wanted.name)] = pin.version
    return lock


def open_ends(lock: Lock, roots: Iterable[str], needs: Needs) -> list[str]:
    """Return every requirement that the lock leaves open, with who states it."""
    found = []
    todo = [("the project", "", text) for text in roots]
    todo += [(name, "", text) for name in lock for text in needs(name)]
    done = set()
    while todo:
        asker, extra, text = entry = todo.pop()
        wanted = Requirement(text)
        if entry in done or not (wanted.marker is None or wanted.marker.evaluate({"extra": extra})):
            continue
        done.add(entry)
        name = canonicalize_name(wanted.name)
        version = lock.get(name)
        if version is None or not wanted.specifier.contains(version, prereleases=True):
            found.append(f"{asker} needs {text}; the lock has {version or 'none'}")
        else:
            todo += [(name, each, more) for each in wanted.extras for more in needs(name)]
    return sorted(found)


def installed_needs(name: str) -> list[str]:
    return distribution(name).requires or []


def not_as_locked(lock: Lock) -> list[str]:
    """Return the distributions that are installed at another version than the lock's."""
    found = []
    for name, version in lock.items():
        try:
            here = distribution(name).version
        except PackageNotFoundError:
            here = "none"
        if here != version:
            found.append(f"{name}: locked {version}, installed {here}")
    return found


def project_needs(*groups: str) -> list[str]:
    """Return what pyproject.toml asks for: to run, and in these groups or extras."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    more = asked["dependency-groups"] | asked["project"]["optional-dependencies"]
    return [*asked["project"]["dependencies"], *(text for name in groups for text in more[name])]


LOCKS = [("run", ("build",)), ("dev", ("build", "dev", "proofs"))]


@pytest.mark.parametrize(("name", "groups"), LOCKS)
def test_every_requirement_of_a_locked_distribution_is_locked_too(
    name: str, groups: tuple[str, ...]
) -> None:
    lock = read_lock((ROOT / f"requirements/{name}.lock").read_text(encoding="utf-8"))
    assert not_as_locked(lock) == []  # else what follows would judge other releases
    assert open_ends(lock, project_needs(*groups), installed_needs) == []


def test_the_tests_lock_holds_what_the_users_lock_holds() -> None:
    run, dev = (
        read_lock((ROOT / f"requirements/{name}.lock").read_text(encoding="utf-8"))
        for name, _ in LOCKS
    )
    assert run.items() <= dev.items()


def test_make_installs_the_locks_without_resolving_and_checks_the_whole() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"^INSTALL = (.*)$", makefile, re.MULTILINE) == [
        "$(PIP) install --require-hashes --no-deps -r"
    ]
    assert makefile.count("$(INSTALL) requirements/") == makefile.count("@$(CHECK)") == 2
    assert makefile.count("--require-hashes") == 1


MADE_UP = {
    "cover": ["toml-reader>=2; extra == 'toml'", "winonly; sys_platform == 'nowhere'"],
    "cov-plugin": ["cover[toml]>=7.1"],
    "toml-reader": [],
}
WHOLE = "cover==7.2 \\\n    --hash=sha256:00\ncov-plugin==1.0 \\\n    # via x\ntoml-reader==2.0\n"
REFUSED = {
    "a requirement is missing": (
        WHOLE.replace("cover==7.2", "other==7.2"),
        ["cov-plugin needs cover[toml]>=7.1; the lock has none"],
    ),
    "a requirement is too old": (
        WHOLE.replace("cover==7.2", "cover==7.0"),
        ["cov-plugin needs cover[toml]>=7.1; the lock has 7.0"],
    ),
    "what an extra asks for is missing": (
        WHOLE.replace("toml-reader==2.0\n", ""),
        ["cover needs toml-reader>=2; extra == 'toml'; the lock has none"],
    ),
    "what the project asks for is missing": (
        WHOLE.replace("cov-plugin==1.0", "cov-plugin==1.0 ; sys_platform == 'nowhere'"),
        ["the project needs cov-plugin; the lock has none"],
    ),
}


def made_up_needs(name: str) -> list[str]:
    return MADE_UP.get(name, [])


def test_a_made_up_lock_that_is_whole_passes() -> None:
    assert open_ends(read_lock(WHOLE), ["cov-plugin"], made_up_needs) == []


@pytest.mark.parametrize("why", REFUSED)
def test_a_made_up_lock_that_is_not_whole_is_refused(why: str) -> None:
    text, faults = REFUSED[why]
    assert open_ends(read_lock(text), ["cov-plugin"], made_up_needs) == faults


def test_a_lock_whose_releases_are_not_installed_is_refused() -> None:
    assert not_as_locked({"pytest": "0.0.1", "no-such-thing": "1"}) == [
        f"pytest: locked 0.0.1, installed {distribution('pytest').version}",
        "no-such-thing: locked 1, installed none",
    ]
