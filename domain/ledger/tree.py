"""The Merkle tree over the log's stored bytes, and proofs that it holds an event and has only grown (RFC 9162 §2.1).

Every hash is a SHA-256 digest of 32 bytes. RFC 9162 defines the same tree as RFC 6962, and so does C2SP tlog.
A proof ties a path to a root; that this is the root over so many leaves is the word of the checkpoint that states both.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import reduce

EMPTY = hashlib.sha256().digest()
"""The root over no leaves: SHA-256 of nothing (RFC 9162 §2.1.1)."""


class Unproven(ValueError):
    """What was claimed doesn't follow from the hashes given; says in a sentence what was expected and what found."""


def leaf(data: bytes) -> bytes:
    """The hash of one entry's bytes: SHA-256(0x00 || data) (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side: SHA-256(0x01 || left || right) (RFC 9162 §2.1.1).

    Unproven if either isn't 32 bytes long: a byte moved from one to the other would give the same hash.
    """
    return hashlib.sha256(b"\x01" + _digest(left) + _digest(right)).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash that stands for all these leaf hashes in this order: MTH(D[n]) of RFC 9162 §2.1.1."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return _digest(leaves[0])
    k = _split(len(leaves))
    return node(root(leaves[:k]), root(leaves[k:]))


class Tree:
    """A growing tree that remembers one hash for each perfect subtree, largest first: one per bit set in its size.

    `size` and `hashes` are its whole state: `Tree(tree.size, tree.hashes)` goes on where `tree` stands.
    Unproven if there are more or fewer hashes than a tree of that size has.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if size < 0 or len(hashes) != size.bit_count():
            raise Unproven(
                f"a tree of {size} leaves can't be restored from {len(hashes)} hashes: "
                f"expected a size from 0 up and one hash for each bit set in it"
            )
        self._size = size
        self._hashes = [_digest(subtree) for subtree in hashes]

    @property
    def size(self) -> int:
        """The number of leaves."""
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The roots of the perfect subtrees, largest first."""
        return tuple(self._hashes)

    @property
    def root(self) -> bytes:
        """The root over all leaves so far, in as many hashings as there are subtrees less one."""
        return reduce(lambda right, left: node(left, right), reversed(self._hashes)) if self._hashes else EMPTY

    def append(self, leaf_hash: bytes) -> None:
        """Take one more leaf hash; Unproven if it isn't 32 bytes long."""
        grown = _digest(leaf_hash)
        carry = self._size
        while carry & 1:
            grown = node(self._hashes.pop(), grown)
            carry >>= 1
        self._hashes.append(grown)
        self._size += 1


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from leaf `index` (from 0) to the root, lowest first: PATH(m, D[n]) of RFC 9162 §2.1.3.1.

    Unproven if there is no such leaf.
    """
    _expect_leaf(index, len(leaves))
    return _path(index, leaves)


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """The hashes that show the first `old_size` leaves to be a prefix of all: PROOF(m, D[n]) of RFC 9162 §2.1.4.1.

    Empty when nothing needs showing: from no leaves, and from all of them. Unproven if there are fewer leaves.
    """
    _expect_prefix(old_size, len(leaves))
    return _subproof(old_size, leaves, known=True) if old_size else []


def verify_inclusion(leaf_hash: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Return if `leaf_hash` is leaf `index` (from 0) of the tree of `size` leaves under `root`, else raise Unproven.

    RFC 9162 §2.1.3.2. `size` and `root` come from one checkpoint: the path alone doesn't fix the size.
    """
    _expect_leaf(index, size)
    siblings = list(_siblings(index, size - 1))
    _expect_hashes(len(siblings), proof)
    found = leaf_hash
    for sibling, is_left in zip(proof, siblings, strict=True):
        found = node(sibling, found) if is_left else node(found, sibling)
    _expect_root(size, root, found)


def verify_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Return if the tree of `size` leaves begins with all leaves of the old one, in order, else raise Unproven.

    RFC 9162 §2.1.4.2. Each root comes from one checkpoint with its size. Every tree begins with the empty one.
    """
    _expect_prefix(old_size, size)
    if old_size == 0:
        _expect_root(0, EMPTY, old_root)
    if old_size == size:
        _expect_root(size, old_root, root)
    if old_size in (0, size):
        _expect_hashes(0, proof)
        return
    # The walk starts at the largest subtree that ends the old tree. If it is the whole of it, its hash is known.
    level = (old_size & -old_size).bit_length() - 1
    whole = old_size == 1 << level
    siblings = list(_siblings((old_size - 1) >> level, (size - 1) >> level))
    _expect_hashes(len(siblings) + (not whole), proof)
    start, *path = [old_root, *proof] if whole else proof
    old_found = found = start
    for sibling, is_left in zip(path, siblings, strict=True):
        old_found = node(sibling, old_found) if is_left else old_found
        found = node(sibling, found) if is_left else node(found, sibling)
    _expect_root(old_size, old_root, old_found)
    _expect_root(size, root, found)


def _siblings(index: int, last: int) -> Iterator[bool]:
    """On the way from node `index` up to the root, in a level that ends with node `last`: is the next sibling left?

    The walk with fn and sn of RFC 9162 §2.1.3.2, where a last node without a sibling rises as it is.
    """
    while last:
        if index & 1:
            yield True
        elif index < last:
            yield False
        index, last = index >> 1, last >> 1


def _path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*_path(index, leaves[:k]), root(leaves[k:])]
    return [*_path(index - k, leaves[k:]), root(leaves[:k])]


def _subproof(old_size: int, leaves: Sequence[bytes], known: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 9162 §2.1.4.1: `known` if the verifier has the hash of these first leaves already."""
    if old_size == len(leaves):
        return [] if known else [root(leaves)]
    k = _split(len(leaves))
    if old_size <= k:
        return [*_subproof(old_size, leaves[:k], known), root(leaves[k:])]
    return [*_subproof(old_size - k, leaves[k:], known=False), root(leaves[:k])]


def _split(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2: k of RFC 9162 §2.1.1."""
    return 1 << (size - 1).bit_length() - 1


def _digest(value: bytes) -> bytes:
    if len(value) != hashlib.sha256().digest_size:
        raise Unproven(f"expected a hash of 32 bytes, found {len(value)} bytes")
    return value


def _expect_leaf(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise Unproven(f"leaf {index} can't be in a tree of {size} leaves: expected an index from 0 to {size - 1}")


def _expect_prefix(old_size: int, size: int) -> None:
    if not 0 <= old_size <= size:
        raise Unproven(f"a tree of {old_size} leaves can't begin one of {size}: expected a size from 0 to {size}")


def _expect_hashes(count: int, proof: Sequence[bytes]) -> None:
    if len(proof) != count:
        raise Unproven(f"expected a proof of {count} hashes, found {len(proof)}")


def _expect_root(size: int, expected: bytes, found: bytes) -> None:
    if found != expected:
        raise Unproven(f"expected {expected.hex()} as the root over {size} leaves, found {found.hex()}")
