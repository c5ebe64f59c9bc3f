"""The tree is that of RFC 6962, and a proof proves only its own leaf."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.checkpoints import merkle


def by_the_book(leaves):
    """The recursive definition of RFC 6962, 2.1."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = by_the_book(leaves[:split]), by_the_book(leaves[split:])
    return merkle.sha256(b"\x01" + left + right).digest()


LEAVES = st.lists(st.binary(max_size=40).map(merkle.leaf_hash), min_size=1, max_size=70)


@given(LEAVES)
def test_the_root_is_that_of_the_standard(leaves):
    assert merkle.root(leaves) == by_the_book(leaves)


@given(LEAVES, st.data())
def test_a_proof_leads_to_the_root_from_its_own_leaf_only(leaves, data):
    place = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.proof(leaves, place)

    assert merkle.root_of_proof(leaves[place], path) == merkle.root(leaves)
    assert merkle.root_of_proof(
        merkle.leaf_hash(b"another leaf, longer than 40 bytes: no, 51"), path
    ) != merkle.root(leaves)


def test_known_roots():
    assert merkle.root([]).hex() == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    assert merkle.root([merkle.leaf_hash(b"")]).hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 1000])
def test_proofs_are_short(size):
    leaves = [merkle.leaf_hash(bytes([n % 256, n // 256])) for n in range(size)]

    assert max(len(merkle.proof(leaves, n)) for n in range(size)) <= (size - 1).bit_length()
