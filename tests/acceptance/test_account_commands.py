"""`exeat account` as a process: whoever has the machine can always get in."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from exeat.cli.serve import settings_for
from exeat.desk.house import open_house
from exeat.desk.service.setup import system_context
from exeat.office.clock import utcnow
from exeat.office.context import Role
from exeat.office.errors import SignInError
from tests.acceptance.readme import exeat

_PLACE = {"place": "us-wa-pierce", "zone": "America/Los_Angeles", "facility": {"kind": "jail"}}


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder whose administrator was locked out, and with a supervisor's supervisor."""
    folder = Path(tempfile.mkdtemp(prefix="exa"))
    folder.chmod(0o755)
    with open_house(folder, settings_for("127.0.0.1", 8000, None)) as house:
        people, now = house.desk.accounts, utcnow()
        people.add_agency(system_context(now), code="jail", name="Jail", kind="facility", **_PLACE)
        sam = system_context(now, "jail", Role.SUPERVISOR)
        people.add_account(sam, name="kim", shown="Kim", role="supervisor")
        for _ in range(5):
            with pytest.raises(SignInError):
                people.signin.sign_in("admin", "wrong", now)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def run(data: Path, *words: str, code: int = 0) -> str:
    done = exeat("account", *words, "--data", str(data))
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_accounts_are_listed_unlocked_reset_and_approved(data: Path) -> None:
    listed = run(data, "list")
    assert re.search(r"host +admin +admin +locked, has a first password\n", listed)
    assert re.search(r"jail +kim@jail +supervisor has a first password, not approved\n", listed)
    assert "is unlocked" in run(data, "unlock", "admin")
    assert "locked" not in run(data, "list")
    assert "counts as one of two people" in run(data, "approve", "kim@jail")
    assert "not approved" not in run(data, "list")
    said = run(data, "reset", "admin")
    password = said.split("password: ")[1].split("\n")[0]
    with open_house(data, settings_for("127.0.0.1", 8000, None)) as house:
        assert house.desk.accounts.signin.sign_in("admin", password, utcnow())
        host = system_context(utcnow())
        done = [(one.what, one.about) for one in house.desk.reading.audit_log(host)]
        assert ("unlock", "admin") in done and ("reset", "admin") in done


def test_what_cannot_be_done_is_said_with_a_remedy(data: Path) -> None:
    assert "Did you mean `admin`?" in run(data, "unlock", "admon", code=2)
    assert "no supervisor's" in run(data, "approve", "admin", code=2)
    nothing = exeat("account", "list", "--data", str(data / "typo"))
    assert nothing.returncode == 2 and "holds no record" in nothing.stderr
