"""The Merkle tree of RFC 9162, section 2.1, over SHA-256: roots and proofs, and their checks.

A tree of *n* leaves is known here by its *complete subtrees*: the one at ``(level, index)``
covers the leaves from ``index << level`` up to ``(index + 1) << level``, exclusive. Whoever
can answer for those (a list in memory, a table) can prove anything; a :class:`Frontier`
needs only the few on the right edge, and is what appending keeps.

Source: RFC 9162, sections 2.1.1 to 2.1.4. The tree hash is that of RFC 6962.

Examples:
    >>> tree = Tree(leaf_hash(data) for data in (b"a", b"b", b"c"))
    >>> proof = inclusion_proof(tree.node, 2, 3)
    >>> verify_inclusion(2, 3, leaf_hash(b"c"), proof, tree.root())
    True
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

__all__ = [
    "EMPTY_ROOT",
    "Frontier",
    "Node",
    "Tree",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "root_of",
    "verify_consistency",
    "verify_inclusion",
]

Node: TypeAlias = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree at a level (0: a leaf) and an index."""

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

_HASH_BYTES: Final = 32


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf's data."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The complete subtrees on the right edge: all that appending needs, O(log n) hashes.

    Args:
        size: Number of leaves so far.
        hashes: One for each set bit of ``size``, the largest subtree first.

    Raises:
        ValueError: There are more or fewer hashes than set bits.

    Examples:
        >>> frontier = Frontier()
        >>> frontier.push(leaf_hash(b"")), frontier.root().hex()[:8]
        (0, '6e340b9c')
    """

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if size < 0 or len(self.hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has another number of complete subtrees")

    def push(self, leaf: bytes) -> int:
        """Add one leaf by its hash, and return its index."""
        index = self.size
        rest = index
        while rest & 1:
            leaf = node_hash(self.hashes.pop(), leaf)
            rest >>= 1
        self.hashes.append(leaf)
        self.size = index + 1
        return index

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        return _bagged(self.hashes)


class Tree:
    """A whole tree in memory, for checks and for small exports.

    Args:
        leaves: Leaf hashes in order.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for leaf in leaves:
            self.push(leaf)

    def __len__(self) -> int:
        return len(self._levels[0])

    def push(self, leaf: bytes) -> int:
        """Add one leaf by its hash, and return its index."""
        index = len(self)
        level = 0
        self._levels[0].append(leaf)
        while len(self._levels[level]) % 2 == 0:
            left, right = self._levels[level][-2:]
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(node_hash(left, right))
        return index

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree."""
        return self._levels[level][index]

    def root(self, size: int | None = None) -> bytes:
        """Return the root over all leaves, or over the first ``size``."""
        return root_of(self.node, len(self) if size is None else size)


def root_of(node: Node, size: int) -> bytes:
    """Return the root of the first ``size`` leaves."""
    return _bagged([node(level, index) for level, index in _cover(0, size)])


def inclusion_proof(node: Node, index: int, size: int) -> list[bytes]:
    """Return the inclusion proof of a leaf, from the leaf's sibling up to the root's child.

    Args:
        node: Answers for the complete subtrees.
        index: The leaf, from 0.
        size: The tree in which to prove it.

    Raises:
        ValueError: The tree has no such leaf.

    Source: RFC 9162, section 2.1.3.1.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range(node, middle, end))
            end = middle
        else:
            path.append(_range(node, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(node: Node, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of ``new`` leaves begins with the tree of ``old``.

    Empty where there is nothing to prove: equal sizes, or an empty old tree.

    Raises:
        ValueError: The old tree is larger than the new one.

    Source: RFC 9162, section 2.1.4.1.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves does not begin with one of {old}")
    if old in (0, new):
        return []
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range(node, middle, end))
            end = middle
        else:
            path.append(_range(node, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(_range(node, start, end))
    return path[::-1]


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """Say whether the proof shows that the leaf stands at this index under this root.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size or not _are_hashes(proof):
        return False
    sides = _sides(index, size - 1, len(proof))
    return sides is not None and _folded(leaf, proof, sides) == root


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether the proof shows that the new tree begins with the old one.

    The RFC leaves out two cases, which need no proof and must come without one: equal
    sizes, with equal roots, and an empty old tree, with its own root.

    Source: RFC 9162, section 2.1.4.2.
    """
    if not 0 <= old <= new or not _are_hashes(proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if not proof:
        return False
    # An old tree that is a complete subtree of the new one is its own first part.
    start, *rest = [old_root, *proof] if old & (old - 1) == 0 else proof
    # The last subtree of the old tree is shared; the proof begins at it.
    shared = (old & -old).bit_length() - 1
    sides = _sides((old - 1) >> shared, (new - 1) >> shared, len(rest))
    if sides is None:
        return False
    # The old tree is folded by those parts alone that lie to its left.
    lefts = [part for part, left in zip(rest, sides, strict=True) if left]
    first = _folded(start, lefts, [True] * len(lefts))
    return first == old_root and _folded(start, rest, sides) == new_root


def _are_hashes(proof: Sequence[bytes]) -> bool:
    return all(len(part) == _HASH_BYTES for part in proof)


def _sides(here: int, last: int, parts: int) -> list[bool] | None:
    """Say of each part of a proof whether it lies to the left; None: they are too many or few.

    Args:
        here: The index of the node that the proof begins at, on its level.
        last: The index of the last node of that level.
        parts: How many there are.
    """
    sides = []
    for _ in range(parts):
        if last == 0:
            return None
        left = bool(here & 1) or here == last
        if left:
            # A last node without a brother goes up as it is, until it has one.
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        sides.append(left)
        here, last = here >> 1, last >> 1
    return sides if last == 0 else None


def _folded(hash: bytes, parts: Sequence[bytes], sides: Sequence[bool]) -> bytes:
    for part, left in zip(parts, sides, strict=True):
        hash = node_hash(part, hash) if left else node_hash(hash, part)
    return hash


def _split(size: int) -> int:
    """Return the largest power of two that is smaller than ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _cover(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the complete subtrees of a range that starts where a tree of its size can."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _range(node: Node, start: int, end: int) -> bytes:
    return _bagged([node(level, index) for level, index in _cover(start, end)])


def _bagged(hashes: Sequence[bytes]) -> bytes:
    """Return the root over subtrees that grow smaller to the right."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root
