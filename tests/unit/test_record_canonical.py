"""What a leaf commits to, said a second time with nothing but hashlib and a JSON library."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
import rfc8785

from exeat.errors import LedgerError
from exeat.record.canonical import Leaf, canonical, commitment, utc_micros

AT = datetime(2026, 3, 6, 22, 30, 0, 7, tzinfo=UTC)
LEAF = Leaf("us-va:fairfax.1", AT, bytes(range(32)), UUID(int=5), 12)


def test_leaf_is_canonical_json_and_holds_every_field() -> None:
    assert LEAF.data() == rfc8785.dumps(
        {
            "agency": "us-va:fairfax.1",
            "appended": "2026-03-06T22:30:00.000007Z",
            "commitment": bytes(range(32)).hex(),
            "format": "exeat-leaf/1",
            "record": "00000000000000000000000000000005",
            "version": 12,
        }
    )


def test_commitment_is_what_sha256sum_prints_over_salt_and_content() -> None:
    salt, content = bytes(range(32)), b'{"a":1}'
    assert commitment(salt, content) == hashlib.sha256(salt + content).digest()


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_salt_of_another_length_is_refused(length: int) -> None:
    # Else a byte could move from salt to content under one commitment.
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(bytes(length), b"x")


def test_order_of_keys_never_matters() -> None:
    one, two = {"b": 1, "a": {"d": 2, "c": 3}}, {"a": {"c": 3, "d": 2}, "b": 1}
    assert canonical(one, "x") == canonical(two, "x") == b'{"a":{"c":3,"d":2},"b":1}'


# From the examples of RFC 8785: how numbers and texts are written.
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (333333333.33333329, "333333333.3333333"),
        (1e30, "1e+30"),
        (4.50, "4.5"),
        (2e-3, "0.002"),
        (-0.0, "0"),
        ('€$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
    ],
)
def test_values_are_written_as_the_rfc_shows(value: object, text: str) -> None:
    assert canonical({"x": value}, "x").decode() == f'{{"x":{text}}}'


def test_keys_are_sorted_by_their_utf_16_form() -> None:
    # U+1F600 is larger than U+FB33, but its first half in UTF-16 is smaller.
    keys = list(json.loads(canonical({"\ufb33": 1, "\U0001f600": 2}, "x")))
    assert keys == ["\U0001f600", "\ufb33"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, "\ud800", {1: 2}, {"a"}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(LedgerError) as caught:
        canonical({"x": value}, "event `e1`")
    assert caught.value.faults[0].code == "E501"
    assert caught.value.faults[0].place == "event `e1`"


def test_instants_are_written_in_utc() -> None:
    assert utc_micros(datetime.fromisoformat("2026-11-01T01:30-04:00")) != utc_micros(
        datetime.fromisoformat("2026-11-01T01:30-05:00")
    )
