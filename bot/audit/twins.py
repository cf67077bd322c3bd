"""Texts that are nearly the same, found without comparing each with each. Pure.

By words: runs of five characters, Jaccard >= 0.8, candidates by MinHash bands (Broder 1997).
By meaning: cosine >= 0.98, in blocks.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

JACCARD = 0.8
COSINE = 0.98

_RUN = 5
_BANDS, _PER_BAND = 20, 5
"""At a Jaccard of 0.8 a pair is found with a chance of 99.96%, at 0.3 looked at with one of 5%."""
_SURE_ENOUGH = 0.6
"""Share of equal minima below which a candidate is not worth an exact look."""
_NEIGHBOURS = 3
_BLOCK = 1024

Hashes = NDArray[np.uint64]
Rows = NDArray[np.int64]


def twins_by_words(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Give pairs of nearly equal texts, as places, the earlier one first.

    A text is paired with up to three earlier ones. Texts of fewer than
    ten characters are left out: one letter makes another word of them.
    """
    places = np.array([i for i, text in enumerate(texts) if len(text) >= 2 * _RUN], dtype=np.int64)
    if len(places) < 2:
        return []
    signatures = np.stack([_signature(_runs(texts[place])) for place in places])
    pairs, partners = [], Counter[int]()
    for a, b in _alike(signatures, _candidates(signatures)):
        first, second = int(places[a]), int(places[b])
        if (
            partners[second] < _NEIGHBOURS
            and _jaccard(_runs(texts[first]), _runs(texts[second])) >= JACCARD
        ):
            partners[second] += 1
            pairs.append((first, second))
    return pairs


def twins_by_meaning(vectors: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Pair each row with the first before it whose cosine is at least 0.98; earlier one first."""
    pairs = []
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK]
        close = block @ vectors[: start + len(block)].T >= COSINE
        close &= np.arange(close.shape[1]) < (start + np.arange(len(block)))[:, None]
        later = np.flatnonzero(close.any(axis=1))
        pairs += [(int(close[one].argmax()), start + int(one)) for one in later]
    return pairs


def _alike(signatures: Hashes, pairs: Rows) -> Iterator[tuple[int, int]]:
    for start in range(0, len(pairs), _BLOCK):
        some = pairs[start : start + _BLOCK]
        equal = (signatures[some[:, 0]] == signatures[some[:, 1]]).mean(axis=1)
        for a, b in some[equal >= _SURE_ENOUGH]:
            yield int(a), int(b)


def _runs(text: str) -> Hashes:
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    length = len(codes) - _RUN + 1
    hashed = np.zeros(length, dtype=np.uint64)
    for offset in range(_RUN):
        hashed = hashed * np.uint64(1_000_003) + codes[offset : offset + length]
    return np.unique(hashed * np.uint64(0x9E3779B97F4A7C15))


def _signature(runs: Hashes) -> Hashes:
    """Give the smallest of the runs under each of a hundred orders (multiply, shift)."""
    orders = _orders()
    shuffled = (runs[:, None] ^ (runs[:, None] >> np.uint64(29))) * orders[0] + orders[1]
    smallest: Hashes = (shuffled >> np.uint64(32)).min(axis=0)
    return smallest


@cache
def _orders() -> Hashes:
    numbers = np.random.default_rng(0).integers(
        1, 2**63, size=(2, _BANDS * _PER_BAND), dtype=np.uint64
    )
    numbers[0] |= np.uint64(1)
    return numbers


def _candidates(signatures: Hashes) -> Rows:
    """Give pairs that agree in a whole band, each once."""
    found = [np.empty((0, 2), dtype=np.int64)]
    for band in range(_BANDS):
        part = signatures[:, band * _PER_BAND : (band + 1) * _PER_BAND]
        keys = np.zeros(len(part), dtype=np.uint64)
        for column in range(_PER_BAND):
            keys = keys * np.uint64(0x100000001B3) + part[:, column]
        found.append(_same(keys))
    return np.unique(np.concatenate(found), axis=0)


def _same(keys: Hashes) -> Rows:
    """Pair each place with the first and the nearest earlier ones of the same key."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    first = np.repeat(starts, np.diff(np.r_[starts, len(keys)]))
    here = np.arange(len(keys))
    partners = [first, *(here - step for step in range(1, _NEIGHBOURS + 1))]
    pairs = [
        np.stack((order[np.maximum(other, first)], order[here]), axis=1)[other >= first]
        for other in partners
    ]
    together = np.concatenate(pairs).astype(np.int64)
    return together[together[:, 0] < together[:, 1]]


def _jaccard(a: Hashes, b: Hashes) -> float:
    common = len(np.intersect1d(a, b, assume_unique=True))
    return common / (len(a) + len(b) - common)
