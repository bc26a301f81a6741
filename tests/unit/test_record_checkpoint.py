"""Signed notes and checkpoints: what others have signed opens; what is not canonical does not."""

from __future__ import annotations

import re

import pytest

from exeat.errors import LedgerError
from exeat.record.checkpoint import Checkpoint, Signer, Verifier, open_checkpoint, open_note

# The example of the Go package golang.org/x/mod/sumdb/note, which the format comes from.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_NOTE = (
    f"{GO_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgK"
    "vqfqdngotpRZb6KE6RyyBwJnAM=\n"
)

SIGNER = Signer("example.org/log", bytes(range(32)))
KEY = SIGNER.verifier()
CHECKPOINT = Checkpoint("example.org/log", 7, bytes(32))
NOTE = SIGNER.sign(CHECKPOINT)
ZERO = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def test_a_note_of_the_reference_implementation_opens() -> None:
    assert open_note(GO_NOTE, [Verifier.decode(GO_KEY)]) == GO_TEXT


def test_keys_print_back_the_same() -> None:
    assert Verifier.decode(GO_KEY).encode() == GO_KEY
    assert Signer.decode(SIGNER.encode()) == SIGNER


def test_a_checkpoint_reads_as_the_specification_shows() -> None:
    assert CHECKPOINT.text() == f"example.org/log\n7\n{ZERO}\n"
    assert NOTE.startswith(f"{CHECKPOINT.text()}\n— example.org/log ")
    assert open_checkpoint(NOTE, [KEY]) == CHECKPOINT


def test_a_signature_by_an_unknown_key_is_passed_over() -> None:
    witness = Signer.generate("witness.example").sign(CHECKPOINT)
    both = NOTE + witness.rpartition("\n\n")[2]
    assert open_checkpoint(both, [KEY]) == CHECKPOINT
    with pytest.raises(LedgerError, match="no signature is by a key that was given"):
        open_checkpoint(witness, [KEY])


def test_another_key_under_the_same_name_is_unknown() -> None:
    forged = Signer.generate("example.org/log").sign(CHECKPOINT)
    with pytest.raises(LedgerError, match="no signature is by a key"):
        open_checkpoint(forged, [KEY])


def test_one_bad_signature_by_a_known_key_refuses_the_whole_note() -> None:
    other = Signer.generate("witness.example")
    good = other.sign(CHECKPOINT).rpartition("\n\n")[2]
    bad = SIGNER.sign(Checkpoint("example.org/log", 8, bytes(32))).rpartition("\n\n")[2]
    note = f"{CHECKPOINT.text()}\n{good}{bad}"
    with pytest.raises(LedgerError, match="does not hold"):
        open_checkpoint(note, [KEY, other.verifier()])


@pytest.mark.parametrize("at", range(0, len(NOTE.encode()), 3))
def test_no_flipped_bit_goes_unseen(at: int) -> None:
    data = bytearray(NOTE.encode())
    data[at] ^= 1
    with pytest.raises(LedgerError):
        open_checkpoint(data.decode(errors="replace"), [KEY])


# name, the signed text, words of the message
@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(f"o\n07\n{ZERO}\n", "`07` is no size", id="a zero in front"),
        pytest.param(f"o\n+7\n{ZERO}\n", "`+7` is no size", id="a sign"),
        pytest.param(f"o\n-1\n{ZERO}\n", "`-1` is no size", id="below zero"),
        pytest.param(f"o\n7 \n{ZERO}\n", "`7 ` is no size", id="a space after"),
        pytest.param(f"o\n٧\n{ZERO}\n", "is no size", id="a digit of another script"),
        pytest.param(f"o\n{'9' * 30}\n{ZERO}\n", "is no size", id="beyond 64 bits"),
        pytest.param(f"o\n7\n{ZERO[:-1]}\n", "not canonical base64", id="padding left out"),
        pytest.param(f"o\n7\n{ZERO[:-2]}B=\n", "not canonical base64", id="loose bits set"),
        pytest.param("o\n7\nAAAA\n", "no SHA-256 hash", id="a short hash"),
        pytest.param(f"o\n7\n{ZERO}", "three lines", id="no newline at the end"),
        pytest.param("o\n7\n", "three lines", id="two lines"),
        pytest.param(f"\n7\n{ZERO}\n", "three lines", id="no origin"),
        pytest.param(f"o\n7\n{ZERO}\n\n", "three lines", id="an empty line after"),
    ],
)
def test_what_is_not_canonical_is_refused_even_if_signed(text: str, words: str) -> None:
    with pytest.raises(LedgerError, match=re.escape(words)):
        Checkpoint.parse(text)
    with pytest.raises(LedgerError):
        open_checkpoint(SIGNER.sign_text(text), [KEY])


# name, a note that is none
@pytest.mark.parametrize(
    "note",
    [
        pytest.param("", id="empty"),
        pytest.param(CHECKPOINT.text(), id="no signature"),
        pytest.param(NOTE[:-1], id="last newline cut off"),
        pytest.param(NOTE.replace("— ", "-- "), id="another dash"),
        pytest.param(NOTE.replace("\n\n", "\n"), id="no empty line"),
        pytest.param(NOTE.replace("\n", "\r\n"), id="carriage returns"),
        pytest.param(NOTE + "\n", id="an empty line after"),
        pytest.param(f"{CHECKPOINT.text()}\n— example.org/log AAAA\n", id="a key id alone"),
        pytest.param(f"{CHECKPOINT.text()}\n— a+b {ZERO}\n", id="a plus in a name"),
    ],
)
def test_a_note_in_another_form_is_refused(note: str) -> None:
    with pytest.raises(LedgerError):
        open_note(note, [KEY])


# a key that is none
@pytest.mark.parametrize(
    "key",
    [
        "",
        "example.org/log",
        GO_KEY.replace("c74f20a3", "c74f20a4"),
        GO_KEY.replace("PeterNeumann", "PeterNeumann2"),
        GO_KEY.replace("PeterNeumann", "Peter Neumann"),
        GO_KEY.replace("+ARpc", "+Arpc"),
        GO_KEY[:-4],
    ],
)
def test_a_key_whose_parts_do_not_fit_is_refused(key: str) -> None:
    with pytest.raises(LedgerError):
        Verifier.decode(key)


def test_no_message_and_no_repr_tells_a_private_key() -> None:
    secret = SIGNER.encode().rpartition("+")[2]
    for text in (SIGNER.encode()[:-2], SIGNER.encode().replace("+", "+x", 2), secret):
        with pytest.raises(LedgerError) as caught:
            Signer.decode(text)
        assert secret[:20] not in str(caught.value)
    assert "secret" not in repr(SIGNER)
    assert str(SIGNER.secret) not in repr(SIGNER)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb"])
def test_a_name_that_a_note_cannot_carry_is_refused(name: str) -> None:
    with pytest.raises(LedgerError, match="cannot name a key"):
        Signer.generate(name)
