"""How many queries repeat others, word for word or nearly. Pure; no text is kept.

Word for word: equal after lower case and single spaces, by a 64-bit hash. Nearly: MinHash (Broder
1997) over the overlapping 8-byte pieces of the same text, 16 minima of which one byte each is
held. Queries are compared where one of four bands of four bytes is equal, each with its nearest
neighbours in the sorted list, and count as nearly the same where at least 13 of the 16 bytes
agree: about four fifths of their pieces. Of a long query only both ends are looked at.
"""

from array import array
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

_MINIMA, _BAND, _AGREE = 16, 4, 13
_PIECE = 8
_END = 2048
"""Bytes at either end of a long query that are compared."""
_TOGETHER = 128
_NEIGHBOURS = 3
_ROUNDS = 40
_MIX = np.uint64(0x9E3779B97F4A7C15)
_RANDOM = np.random.default_rng(1997)
_FACTORS = _RANDOM.integers(1, 2**31, (_MINIMA, 1), dtype=np.uint32) * np.uint32(2) + np.uint32(1)
_ADDENDS = _RANDOM.integers(0, 2**32, (_MINIMA, 1), dtype=np.uint32)
_SPREAD = np.uint32(2_654_435_761)

Sketches = NDArray[np.uint8]


@dataclass(frozen=True)
class Repeated:
    """Shares of the queries that need not have been asked."""

    identical: float
    """Repeat an earlier one word for word."""
    near: float
    """Repeat an earlier one word for word or nearly; never less than `identical`."""


class Repeats:
    """A hash and a sketch, 24 bytes, of each query."""

    def __init__(self) -> None:
        self._hashes, self._sketches = array("Q"), bytearray()
        self._waiting: list[bytes] = []

    def add(self, query: bytes, template: int) -> None:
        """Take a query in. The same words in another template are another query."""
        words = b" ".join(query.lower().split())
        salt = template.to_bytes(2, signed=True)
        self._hashes.append(int.from_bytes(blake2b(words, digest_size=8, salt=salt).digest()))
        self._waiting.append(words if len(words) <= 2 * _END else words[:_END] + words[-_END:])
        if len(self._waiting) == _TOGETHER:
            self._sketch()

    def found(self) -> Repeated | None:
        """Give the shares, or None where there was no query."""
        if not self._hashes:
            return None
        self._sketch()
        hashes = np.frombuffer(self._hashes, np.uint64)
        _, first = np.unique(hashes, return_index=True)
        sketches = np.frombuffer(self._sketches, np.uint8).reshape(-1, _MINIMA)[first]
        return Repeated(1 - len(first) / len(hashes), 1 - _families(sketches) / len(hashes))

    def _sketch(self) -> None:
        if self._waiting:
            self._sketches += sketches_of(self._waiting).tobytes()
            self._waiting = []


def sketches_of(texts: list[bytes]) -> Sketches:
    """Give the MinHash sketch of each text, a row of bytes."""
    pieces = [_pieces(text) for text in texts]
    starts = np.cumsum([0, *map(len, pieces[:-1])])
    mixed = np.concatenate(pieces) * _MIX
    narrow = (mixed >> np.uint64(32)).astype(np.uint32)
    minima = np.minimum.reduceat(narrow * _FACTORS + _ADDENDS, starts, axis=1)
    return ((minima * _SPREAD) >> np.uint32(24)).astype(np.uint8).T


def _pieces(text: bytes) -> NDArray[np.uint64]:
    padded = text.ljust(_PIECE)
    return np.ndarray((len(padded) - _PIECE + 1,), np.dtype("<u8"), padded, strides=(1,))


def _families(sketches: Sketches) -> int:
    """Count the families of rows that are nearly the same."""
    label = np.arange(len(sketches))
    pairs = [_near_pairs(np.roll(sketches, at, axis=1)) for at in range(0, _MINIMA, _BAND)]
    a, b = np.concatenate(pairs, axis=1)
    for _ in range(_ROUNDS):
        before = label.copy()
        np.minimum.at(label, a, before[b])
        np.minimum.at(label, b, before[a])
        label = label[label]
        if np.array_equal(before, label):
            break
    return len(np.unique(label))


def _near_pairs(sketches: Sketches) -> NDArray[np.int64]:
    key = np.ascontiguousarray(sketches[:, : 2 * _BAND]).view(">u8").ravel().astype(np.uint64)
    order = np.argsort(key, kind="stable")
    band = key[order] >> np.uint64(8 * _BAND)
    pairs = []
    for step in range(1, _NEIGHBOURS + 1):
        at = np.flatnonzero(band[step:] == band[:-step])
        a, b = order[at], order[at + step]
        near = (sketches[a] == sketches[b]).sum(axis=1) >= _AGREE
        pairs.append(np.stack([a[near], b[near]]))
    return np.concatenate(pairs, axis=1)
