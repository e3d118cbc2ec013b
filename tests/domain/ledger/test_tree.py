"""The tree."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ledger.tree import (
    EMPTY,
    Tree,
    Unproven,
    consistency_proof,
    inclusion_proof,
    leaf,
    node,
    root,
    verify_consistency,
    verify_inclusion,
)
from tests.domain.ledger.published import CONSISTENCY, ENTRIES, INCLUSION, NODES, ROOTS

PUBLISHED = [leaf(entry) for entry in ENTRIES]
LEAVES = [leaf(index.to_bytes(2)) for index in range(300)]
SIZES = range(1, 34)

# A machine that pauses is no failure, so no example has a deadline.
examples = settings(deadline=None, max_examples=200)
sizes = st.integers(1, len(LEAVES))


def nodes(places: list[tuple[int, int]]) -> list[bytes]:
    return [bytes.fromhex(NODES[place]) for place in places]


def sides(index: int, size: int) -> str:
    """The way from the root down to a leaf, told by halving as RFC 9162 defines the tree."""
    if size == 1:
        return ""
    k = max(2**n for n in range(size.bit_length()) if 2**n < size)
    return "l" + sides(index, k) if index < k else "r" + sides(index - k, size - k)


def holds(verify: Callable[..., None], *claim: object) -> bool:
    try:
        verify(*claim)
    except Unproven:
        return False
    return True


def flipped(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value) ^ 1 << bit).to_bytes(len(value))


def tree_of(leaves: Sequence[bytes]) -> Tree:
    tree = Tree()
    for leaf_hash in leaves:
        tree.append(leaf_hash)
    return tree


# Roots


def test_hashes_leaves_and_nodes_as_published() -> None:
    assert [leaf_hash.hex() for leaf_hash in PUBLISHED] == [NODES[0, index] for index in range(8)]
    assert node(PUBLISHED[0], PUBLISHED[1]).hex() == NODES[1, 0]


@pytest.mark.parametrize("size", range(9))
def test_has_the_published_root(size: int) -> None:
    assert root(PUBLISHED[:size]).hex() == ROOTS[size]
    assert tree_of(PUBLISHED[:size]).root.hex() == ROOTS[size]


@examples
@given(st.lists(st.binary(max_size=8), max_size=100))
def test_that_grew_leaf_by_leaf_has_the_root_of_the_definition(entries: list[bytes]) -> None:
    leaves = [leaf(entry) for entry in entries]
    tree = tree_of(leaves)
    assert (tree.size, tree.root) == (len(leaves), root(leaves))


@examples
@given(sizes, sizes)
def test_goes_on_from_its_saved_state(size: int, more: int) -> None:
    saved = tree_of(LEAVES[:size])
    restored = Tree(saved.size, saved.hashes)
    for leaf_hash in LEAVES[:more]:
        restored.append(leaf_hash)
    assert restored.root == root(LEAVES[:size] + LEAVES[:more])
    assert saved.root == root(LEAVES[:size]), "what grows from a saved state must not reach back"


def test_remembers_one_hash_for_each_perfect_subtree() -> None:
    assert tree_of(PUBLISHED[:7]).hashes == tuple(nodes([(2, 0), (1, 2), (0, 6)]))


@pytest.mark.parametrize(("size", "count"), [(-1, 1), (0, 1), (3, 1), (4, 2)])
def test_is_not_restored_from_another_number_of_hashes(size: int, count: int) -> None:
    with pytest.raises(Unproven, match=f"tree of {size} leaves can't be restored from {count} hashes"):
        Tree(size, LEAVES[:count])


@pytest.mark.parametrize("wrong", [b"", b"data", LEAVES[0] + b"\0", LEAVES[0][1:]])
def test_takes_only_whole_hashes(wrong: bytes) -> None:
    said = f"expected a hash of 32 bytes, found {len(wrong)}"
    with pytest.raises(Unproven, match=said):
        Tree().append(wrong)
    with pytest.raises(Unproven, match=said):
        Tree(1, [wrong])
    with pytest.raises(Unproven, match=said):
        root([wrong])
    with pytest.raises(Unproven, match=said):
        node(wrong, LEAVES[0])
    with pytest.raises(Unproven, match=said):
        node(LEAVES[0], wrong)


# Inclusion


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_gives_the_published_proof_of_inclusion(index: int, size: int, proof: list[tuple[int, int]]) -> None:
    assert inclusion_proof(PUBLISHED[:size], index) == nodes(proof)
    verify_inclusion(PUBLISHED[index], index, size, bytes.fromhex(ROOTS[size]), nodes(proof))


@examples
@given(sizes, st.data())
def test_proves_each_of_its_leaves(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(LEAVES[:size], index)
    assert len(proof) <= (size - 1).bit_length()
    verify_inclusion(LEAVES[index], index, size, root(LEAVES[:size]), proof)


@pytest.mark.parametrize("size", SIZES)
def test_proves_a_leaf_at_no_other_index(size: int) -> None:
    top = root(LEAVES[:size])
    for index in range(size):
        proof = inclusion_proof(LEAVES[:size], index)
        claims = [(LEAVES[index], other, size, top, proof) for other in range(-1, size + 2)]
        assert [claim[1] for claim in claims if holds(verify_inclusion, *claim)] == [index]


@pytest.mark.parametrize("size", SIZES)
def test_proves_a_leaf_under_no_root_of_another_size(size: int) -> None:
    roots = [root(LEAVES[:other]) for other in range(36)]
    for index in range(size):
        proof = inclusion_proof(LEAVES[:size], index)
        claims = [(LEAVES[index], index, other, roots[other], proof) for other in range(36)]
        assert [claim[2] for claim in claims if holds(verify_inclusion, *claim)] == [size]


@pytest.mark.parametrize("size", SIZES)
def test_proves_a_leaf_under_a_misstated_size_only_where_the_way_is_the_same(size: int) -> None:
    top = root(LEAVES[:size])
    for index in range(size):
        proof = inclusion_proof(LEAVES[:size], index)
        held = {other for other in range(-1, 36) if holds(verify_inclusion, LEAVES[index], index, other, top, proof)}
        assert held == {other for other in range(index + 1, 36) if sides(index, other) == sides(index, size)}


@examples
@given(sizes, st.data())
def test_proves_no_leaf_when_any_bit_is_flipped(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    claim = [LEAVES[index], root(LEAVES[:size]), *inclusion_proof(LEAVES[:size], index)]
    place, bit = data.draw(st.integers(0, len(claim) - 1)), data.draw(st.integers(0, 255))
    claim[place] = flipped(claim[place], bit)
    leaf_hash, top, *proof = claim
    with pytest.raises(Unproven, match=f"as the root over {size} leaves, found"):
        verify_inclusion(leaf_hash, index, size, top, proof)


@pytest.mark.parametrize("size", SIZES)
def test_proves_no_leaf_with_a_hash_too_few_or_too_many(size: int) -> None:
    top = root(LEAVES[:size])
    for index in range(size):
        proof = inclusion_proof(LEAVES[:size], index)
        for wrong in (proof[1:], proof[:-1], [*proof, top], [top, *proof]):
            if wrong != proof:
                with pytest.raises(Unproven, match=f"expected a proof of {len(proof)} hashes, found {len(wrong)}"):
                    verify_inclusion(LEAVES[index], index, size, top, wrong)


def test_proves_no_node_as_a_leaf() -> None:
    with pytest.raises(Unproven, match="expected a proof of 3 hashes"):
        verify_inclusion(nodes([(1, 0)])[0], 0, 8, bytes.fromhex(ROOTS[8]), nodes([(1, 1), (2, 1)]))


@pytest.mark.parametrize("index", [-1, 8])
def test_says_that_a_leaf_is_not_there(index: int) -> None:
    said = f"leaf {index} can't be in a tree of 8 leaves"
    with pytest.raises(Unproven, match=said):
        inclusion_proof(PUBLISHED, index)
    with pytest.raises(Unproven, match=said):
        verify_inclusion(PUBLISHED[0], index, 8, bytes.fromhex(ROOTS[8]), [])


# Consistency


@pytest.mark.parametrize(("old_size", "size", "proof"), CONSISTENCY)
def test_gives_the_published_proof_of_consistency(old_size: int, size: int, proof: list[tuple[int, int]]) -> None:
    assert consistency_proof(PUBLISHED[:size], old_size) == nodes(proof)
    verify_consistency(old_size, bytes.fromhex(ROOTS[old_size]), size, bytes.fromhex(ROOTS[size]), nodes(proof))


@examples
@given(st.integers(0, len(LEAVES)), st.data())
def test_proves_each_of_its_beginnings(size: int, data: st.DataObject) -> None:
    old_size = data.draw(st.integers(0, size))
    proof = consistency_proof(LEAVES[:size], old_size)
    assert len(proof) <= size.bit_length() + 1
    verify_consistency(old_size, root(LEAVES[:old_size]), size, root(LEAVES[:size]), proof)


@pytest.mark.parametrize("size", SIZES)
def test_proves_a_beginning_of_no_other_size(size: int) -> None:
    top = root(LEAVES[:size])
    for old_size in range(size + 1):
        old, proof = root(LEAVES[:old_size]), consistency_proof(LEAVES[:size], old_size)
        claims = [(other, old, size, top, proof) for other in range(-1, size + 2)]
        assert [claim[0] for claim in claims if holds(verify_consistency, *claim)] == [old_size]


@pytest.mark.parametrize("size", SIZES)
def test_proves_a_beginning_under_no_root_of_another_size(size: int) -> None:
    roots = [root(LEAVES[:other]) for other in range(36)]
    for old_size in range(1, size + 1):
        proof = consistency_proof(LEAVES[:size], old_size)
        claims = [(old_size, roots[old_size], other, roots[other], proof) for other in range(36)]
        assert [claim[2] for claim in claims if holds(verify_consistency, *claim)] == [size]


@examples
@given(sizes, st.data())
def test_proves_no_beginning_when_any_bit_is_flipped(size: int, data: st.DataObject) -> None:
    old_size = data.draw(st.integers(1, size))
    claim = [root(LEAVES[:old_size]), root(LEAVES[:size]), *consistency_proof(LEAVES[:size], old_size)]
    place, bit = data.draw(st.integers(0, len(claim) - 1)), data.draw(st.integers(0, 255))
    claim[place] = flipped(claim[place], bit)
    old, top, *proof = claim
    with pytest.raises(Unproven, match=r"as the root over \d+ leaves, found"):
        verify_consistency(old_size, old, size, top, proof)


@pytest.mark.parametrize("size", SIZES)
def test_proves_no_beginning_with_a_hash_too_few_or_too_many(size: int) -> None:
    top = root(LEAVES[:size])
    for old_size in range(size + 1):
        old, proof = root(LEAVES[:old_size]), consistency_proof(LEAVES[:size], old_size)
        for wrong in (proof[1:], proof[:-1], [*proof, top], [top, *proof]):
            if wrong != proof:
                with pytest.raises(Unproven, match=f"expected a proof of {len(proof)} hashes, found {len(wrong)}"):
                    verify_consistency(old_size, old, size, top, wrong)


@examples
@given(sizes, st.data())
def test_that_rewrote_a_leaf_proves_no_beginning_with_it(size: int, data: st.DataObject) -> None:
    old_size = data.draw(st.integers(1, size))
    rewritten = LEAVES[:size]
    rewritten[data.draw(st.integers(0, old_size - 1))] = leaf(b"rewritten")
    proof = consistency_proof(rewritten, old_size)
    with pytest.raises(Unproven, match=r"as the root over \d+ leaves"):
        verify_consistency(old_size, root(LEAVES[:old_size]), size, root(rewritten), proof)


@pytest.mark.parametrize("size", [0, 1, 8])
def test_begins_with_the_empty_tree_and_no_other_root_over_nothing(size: int) -> None:
    top = bytes.fromhex(ROOTS[size])
    verify_consistency(0, EMPTY, size, top, [])
    with pytest.raises(Unproven, match="root over 0 leaves"):
        verify_consistency(0, LEAVES[0], size, LEAVES[0], [])


@pytest.mark.parametrize("old_size", [-1, 9])
def test_says_that_it_can_not_have_begun_so(old_size: int) -> None:
    said = f"a tree of {old_size} leaves can't begin one of 8"
    with pytest.raises(Unproven, match=said):
        consistency_proof(PUBLISHED, old_size)
    with pytest.raises(Unproven, match=said):
        verify_consistency(old_size, PUBLISHED[0], 8, bytes.fromhex(ROOTS[8]), [])
