"""The Merkle tree of RFC 6962: one root for many leaves, and a short proof for one of them."""

from collections.abc import Sequence
from hashlib import sha256

_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf."""
    return sha256(_LEAF + data).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes; of none, the hash of nothing."""
    if not leaves:
        return sha256().digest()
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def proof(leaves: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """Return what to join a leaf with, from the bottom up: on which side, and the hash."""
    path, level = [], list(leaves)
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            path.append(("left" if beside < index else "right", level[beside]))
        level, index = _above(level), index // 2
    return path


def root_of_proof(leaf: bytes, path: Sequence[tuple[str, bytes]]) -> bytes:
    """Return the root that a leaf and its proof lead to."""
    for side, beside in path:
        leaf = _node_hash(beside, leaf) if side == "left" else _node_hash(leaf, beside)
    return leaf


def _above(level: list[bytes]) -> list[bytes]:
    """Return the next level: pairs joined, an odd one at the end carried up as it is.

    For the shapes of RFC 6962 (the left half a full power of two) this gives the same root.
    """
    pairs = [_node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[len(pairs) * 2 :]
