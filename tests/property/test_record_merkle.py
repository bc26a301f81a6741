"""The tree against the recursive definition of RFC 9162, written down a second time."""

from __future__ import annotations

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from exeat.record.merkle import (
    Frontier,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

DATA = [str(number).encode() for number in range(700)]
TREE = Tree(leaf_hash(data) for data in DATA)

sizes = st.integers(1, len(DATA))


def half(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def naive_root(data: list[bytes]) -> bytes:
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = half(len(data))
    return sha256(b"\x01" + naive_root(data[:k]) + naive_root(data[k:])).digest()


def naive_path(m: int, data: list[bytes]) -> list[bytes]:
    if len(data) == 1:
        return []
    k = half(len(data))
    if m < k:
        return [*naive_path(m, data[:k]), naive_root(data[k:])]
    return [*naive_path(m - k, data[k:]), naive_root(data[:k])]


def naive_proof(m: int, data: list[bytes], whole: bool = True) -> list[bytes]:
    if m == len(data):
        return [] if whole else [naive_root(data)]
    k = half(len(data))
    if m <= k:
        return [*naive_proof(m, data[:k], whole), naive_root(data[k:])]
    return [*naive_proof(m - k, data[k:], False), naive_root(data[:k])]


@given(sizes)
def test_root_is_that_of_the_definition(size: int) -> None:
    frontier = Frontier()
    for data in DATA[:size]:
        frontier.push(leaf_hash(data))
    assert frontier.root() == root_of(TREE.node, size) == naive_root(DATA[:size])


@given(sizes, st.data())
def test_inclusion_is_that_of_the_definition(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(TREE.node, index, size)
    assert proof == naive_path(index, DATA[:size])
    assert verify_inclusion(index, size, leaf_hash(DATA[index]), proof, TREE.root(size))


@given(sizes, st.data())
def test_consistency_is_that_of_the_definition(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    proof = consistency_proof(TREE.node, old, new)
    assert proof == naive_proof(old, DATA[:new])
    assert verify_consistency(old, new, TREE.root(old), TREE.root(new), proof)


def test_every_small_tree_verifies_and_no_other_index_or_size_does() -> None:
    for size in range(1, 33):
        root = TREE.root(size)
        for index in range(size):
            proof = inclusion_proof(TREE.node, index, size)
            leaf = leaf_hash(DATA[index])
            held = {at for at in range(size) if verify_inclusion(at, size, leaf, proof, root)}
            assert held == {index}


def test_every_pair_of_small_trees_is_consistent_and_no_other_root_is() -> None:
    for new in range(1, 33):
        for old in range(1, new + 1):
            proof = consistency_proof(TREE.node, old, new)
            for other in range(1, new + 1):
                held = verify_consistency(old, new, TREE.root(other), TREE.root(new), proof)
                assert held == (other == old)


@given(sizes, st.data())
def test_a_flipped_bit_or_a_part_more_or_less_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf, root = leaf_hash(DATA[index]), TREE.root(size)
    proof = inclusion_proof(TREE.node, index, size)
    damaged = [[*proof, bytes(32)]]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        bit = data.draw(st.integers(0, 255))
        flipped = (int.from_bytes(proof[at]) ^ (1 << bit)).to_bytes(32)
        damaged += [proof[:-1], proof[1:], [*proof[:at], flipped, *proof[at + 1 :]]]
    assert not any(verify_inclusion(index, size, leaf, one, root) for one in damaged)


@given(st.integers(2, len(DATA)), st.data())
def test_a_damaged_consistency_proof_is_refused(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    proof = consistency_proof(TREE.node, old, new)
    at = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(proof[at]) ^ (1 << bit)).to_bytes(32)
    damaged = [[], proof[:-1], [*proof, bytes(32)], [*proof[:at], flipped, *proof[at + 1 :]]]
    roots = TREE.root(old), TREE.root(new)
    assert not any(verify_consistency(old, new, *roots, one) for one in damaged)
