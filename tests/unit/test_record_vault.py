"""Keys: what is wrapped for one person, or sealed for one place, opens nowhere else."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from uuid import UUID

import pytest

from exeat.errors import LedgerError
from exeat.record.vault import MasterKey, PersonKey

ONE, TWO = UUID(int=1), UUID(int=2)
OLD, NEW = bytes(32), bytes(range(32))


def test_a_key_opens_what_it_sealed_and_only_for_the_same_place() -> None:
    key = PersonKey(OLD)
    nonce, sealed = key.seal(b"said", b"here")
    assert key.open(nonce, sealed, b"here") == b"said"
    assert key.open(nonce, sealed, b"there") is None
    assert PersonKey(NEW).open(nonce, sealed, b"here") is None
    assert key.open(nonce, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"here") is None
    assert key.open(b"", sealed, b"here") is None


def test_the_same_words_are_never_sealed_to_the_same_bytes() -> None:
    key = PersonKey(OLD)
    assert key.seal(b"said", b"here") != key.seal(b"said", b"here")


def test_what_stands_for_an_id_differs_by_record_and_by_key() -> None:
    key = PersonKey(OLD)
    assert key.mac(ONE, "e1") == key.mac(ONE, "e1")
    assert len({key.mac(ONE, "e1"), key.mac(TWO, "e1"), PersonKey(NEW).mac(ONE, "e1")}) == 3


def test_a_wrapped_key_unwraps_for_its_own_person_only() -> None:
    master = MasterKey(OLD)
    wrapped = master.wrap(ONE, NEW)
    assert master.unwrap_bytes(ONE, wrapped, "x") == NEW
    with pytest.raises(LedgerError, match="was changed"):
        master.unwrap(TWO, wrapped, "x")


def test_an_old_master_key_still_unwraps_and_a_foreign_one_is_named() -> None:
    wrapped = MasterKey(OLD).wrap(ONE, NEW)
    assert MasterKey(NEW, [OLD]).unwrap_bytes(ONE, wrapped, "x") == NEW
    with pytest.raises(LedgerError, match="which was not given") as caught:
        MasterKey(NEW).unwrap(ONE, wrapped, "x")
    assert MasterKey(OLD).key_id.hex() in str(caught.value)


def test_the_key_is_read_from_the_environment_or_from_a_private_file(tmp_path: Path) -> None:
    text = base64.b64encode(NEW).decode()
    file = tmp_path / "vault.key"
    file.write_text(f"{text}\n{base64.b64encode(OLD).decode()}\n")
    file.chmod(0o600)
    wanted = MasterKey(NEW).key_id
    assert MasterKey.from_environment({"EXEAT_VAULT_KEY": text}).key_id == wanted
    read = MasterKey.from_environment({"EXEAT_VAULT_KEY_FILE": str(file)})
    assert read.key_id == wanted
    assert read.unwrap_bytes(ONE, MasterKey(OLD).wrap(ONE, NEW), "x") == NEW


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "vault.key"
    file.write_text(base64.b64encode(NEW).decode())
    file.chmod(0o640)
    with pytest.raises(LedgerError, match="may be read by others") as caught:
        MasterKey.from_environment({"EXEAT_VAULT_KEY_FILE": str(file)})
    assert "chmod 600" in caught.value.faults[0].help


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "is not set"),
        ({"EXEAT_VAULT_KEY": "  "}, "is not set"),
        ({"EXEAT_VAULT_KEY": "AAAA"}, "is not 32 bytes long"),
        ({"EXEAT_VAULT_KEY": "secret!"}, "is not base64"),
        ({"EXEAT_VAULT_KEY_FILE": "/nowhere/key"}, "cannot be read"),
    ],
)
def test_a_key_that_is_none_is_refused_without_repeating_it(
    environ: dict[str, str], words: str
) -> None:
    with pytest.raises(LedgerError, match=words) as caught:
        MasterKey.from_environment(environ)
    assert "secret!" not in str(caught.value)
