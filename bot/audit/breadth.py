"""Whether a file holds one task or many, and how that was measured. Pure.

A closed set of short replies or a shared frame makes one task. Otherwise it is the mean cosine of
two prompts, with that of unrelated prompts as zero; where there are no vectors, of bags of words.
Since a close task hides some strangers in that mean, a file with many of them is not one task.

The bounds were set on questions to a bank (77 intents), questions over a database, questions about
meetings and stories (0.14 to 0.48, up to 6% strangers: narrow), on requests of a hundred kinds
(0.0: broad) and on mixtures of the two (0.02 to 0.15, a quarter strangers or more); by words 0.05
to 0.5 and up to 17% strangers, 0.017, and 0.02 to 0.1.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.audit.record import Breadth, Kind

LEAST_ROWS = 10
NARROW, BROAD = 0.12, 0.05
NARROW_WORDS, BROAD_WORDS = 0.045, 0.025
STRANGER, STRANGER_WORDS = 0.03, 0.015
"""A prompt that is less alike the others, on average, is a stranger among them."""
STRANGERS, STRANGERS_WORDS = 0.15, 0.25
"""The share of strangers from which on a file is no single task."""
LABELLED = 0.9
"""Share of rows with a short reply, of a closed set, from which on the file is a labelling task."""
ROWS_PER_LABEL = 5
FRAMED, PARTLY_FRAMED = 0.9, 0.6

Vectors = NDArray[np.float32]
_WORD = re.compile(r"[^\W\d_]{4,}")
_FOREIGN = 0.5


@cache
def unrelated() -> tuple[str, ...]:
    """Give prompts that have nothing to do with each other: what they share is a model's zero."""
    return tuple(Path(__file__).with_name("unrelated.txt").read_text("utf-8").splitlines())


def by_labels(labels: Counter[bytes], rows: int) -> Breadth | None:
    """Give the breadth of a labelling task, or None where replies are no closed set of labels."""
    labelled = sum(labels.values())
    if rows < LEAST_ROWS or labelled < LABELLED * rows or len(labels) * ROWS_PER_LABEL > rows:
        return None
    return Breadth("narrow", "labels", float(len(labels)), rows)


def by_frame(share: float, rows: int) -> Breadth | None:
    """Give the breadth of a file whose prompts share their wording, or None where few do."""
    if rows < LEAST_ROWS or share < FRAMED:
        return None
    return Breadth("narrow", "frame", share, rows)


def by_meaning(vectors: Vectors, apart: Vectors, framed: float) -> Breadth:
    """Measure breadth by vectors of prompts; `apart` are those of the unrelated ones."""
    if len(vectors) < LEAST_ROWS:
        return Breadth(None, "cosine", None, len(vectors))
    zero = float(_likeness(apart).mean())
    likeness = (_likeness(vectors) - zero) / (1 - zero)
    value, strangers = float(likeness.mean()), float((likeness < STRANGER).mean())
    kind = _kind(value, (BROAD, NARROW), strangers > STRANGERS, framed)
    return Breadth(kind, "cosine", value, len(vectors), _effective(vectors), strangers)


def by_words(texts: Sequence[str], framed: float) -> Breadth:
    """Measure breadth by the words of prompts."""
    bags = [bag for bag in map(_bag, texts) if bag]
    if len(bags) < max(LEAST_ROWS, len(texts) // 2):
        return Breadth(None, "words", None, len(bags))
    total: Counter[str] = Counter()
    for bag in bags:
        total.update(bag)
    shared = [sum(weight * total[word] for word, weight in bag.items()) - 1 for bag in bags]
    likeness = np.array(shared) / (len(bags) - 1)
    value, strangers = float(likeness.mean()), float((likeness < STRANGER_WORDS).mean())
    kind = _kind(value, (BROAD_WORDS, NARROW_WORDS), strangers > STRANGERS_WORDS, framed)
    return Breadth(kind, "words", value, len(bags), strangers=strangers)


def mostly_foreign(texts: Sequence[str]) -> bool:
    """Say whether most letters are of no Latin script: the packaged model does not know them."""
    letters = [one for text in texts[:1000] for one in text[:200] if one.isalpha()]
    return sum(ord(one) > 0x24F for one in letters) > _FOREIGN * len(letters)


def _kind(value: float, bounds: tuple[float, float], strange: bool, framed: float) -> Kind:
    broad, narrow = bounds
    if value <= broad and framed < PARTLY_FRAMED:
        return "broad"
    return "narrow" if value >= narrow and not strange else "mixed"


def _likeness(vectors: Vectors) -> NDArray[np.float64]:
    """Give each row's mean cosine with all others: the sum of all has them in it."""
    exact = vectors.astype(np.float64)
    cosines: NDArray[np.float64] = (exact @ exact.sum(axis=0) - 1) / (len(exact) - 1)
    return cosines


def _effective(vectors: Vectors) -> float:
    """Give the Vendi score (Friedman and Dieng 2023): as many prompts, all different, as vary."""
    exact = vectors.astype(np.float64)
    few = exact.T @ exact if exact.shape[1] < len(exact) else exact @ exact.T
    values = np.linalg.eigvalsh(few / len(exact))
    values = values[values > 1e-12]
    return float(np.exp(-(values * np.log(values)).sum()))


def _bag(text: str) -> dict[str, float]:
    counts = Counter(_WORD.findall(text.lower()))
    weights = {word: 1 + math.log(count) for word, count in counts.items()}
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {word: weight / length for word, weight in weights.items()}
