"""The tree against the test vectors that Certificate Transparency logs are checked with."""

from __future__ import annotations

import pytest

from exeat.record.merkle import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243",
        "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip

ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

TREE = Tree(leaf_hash(data) for data in LEAVES)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(size: int) -> None:
    frontier = Frontier()
    for data in LEAVES[:size]:
        frontier.push(leaf_hash(data))
    assert TREE.root(size).hex() == ROOTS[size]
    assert frontier.root().hex() == ROOTS[size]


# leaf, size, the length of its proof (RFC 9162, section 2.1.5: a tree of 7 leaves)
@pytest.mark.parametrize(
    ("index", "size", "length"), [(0, 7, 3), (3, 7, 3), (4, 7, 3), (6, 7, 2), (0, 1, 0)]
)
def test_proofs_are_as_long_as_the_rfc_shows(index: int, size: int, length: int) -> None:
    proof = inclusion_proof(TREE.node, index, size)
    assert len(proof) == length
    assert verify_inclusion(index, size, leaf_hash(LEAVES[index]), proof, TREE.root(size))


@pytest.mark.parametrize(("old", "new", "length"), [(3, 7, 4), (4, 7, 1), (6, 7, 3), (7, 7, 0)])
def test_consistency_proofs_are_as_long_as_the_rfc_shows(old: int, new: int, length: int) -> None:
    proof = consistency_proof(TREE.node, old, new)
    assert len(proof) == length
    assert verify_consistency(old, new, TREE.root(old), TREE.root(new), proof)


def test_an_empty_tree_needs_no_proof_and_must_have_its_own_root() -> None:
    assert verify_consistency(0, 5, EMPTY_ROOT, TREE.root(5), [])
    assert not verify_consistency(0, 5, TREE.root(1), TREE.root(5), [])
    assert not verify_consistency(0, 5, EMPTY_ROOT, TREE.root(5), [bytes(32)])


def test_nothing_is_included_in_an_empty_tree() -> None:
    assert not verify_inclusion(0, 0, leaf_hash(b""), [], EMPTY_ROOT)


def test_a_tree_that_shrinks_is_never_consistent() -> None:
    assert not verify_consistency(5, 4, TREE.root(5), TREE.root(4), [])


def test_a_hash_of_another_length_is_no_part_of_a_proof() -> None:
    # Two parts that run together to the same bytes must not count as one proof.
    proof = inclusion_proof(TREE.node, 0, 8)
    torn = [proof[0] + proof[1][:1], proof[1][1:], proof[2]]
    assert not verify_inclusion(0, 8, leaf_hash(LEAVES[0]), torn, TREE.root())


def test_a_leaf_cannot_pass_for_a_node() -> None:
    left, right = leaf_hash(LEAVES[0]), leaf_hash(LEAVES[1])
    assert leaf_hash(left + right) != TREE.root(2)


@pytest.mark.parametrize(("size", "hashes"), [(3, 1), (0, 1), (-1, 0)])
def test_a_frontier_has_one_hash_for_each_bit(size: int, hashes: int) -> None:
    with pytest.raises(ValueError, match="complete subtrees"):
        Frontier(size, [bytes(32)] * hashes)


def test_proofs_of_what_is_not_there_are_refused() -> None:
    with pytest.raises(ValueError, match="no leaf 8"):
        inclusion_proof(TREE.node, 8, 8)
    with pytest.raises(ValueError, match="does not begin"):
        consistency_proof(TREE.node, 9, 8)
