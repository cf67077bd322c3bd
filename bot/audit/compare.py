"""Rows compared with each other and with a test set: repeats, conflicts, leaks. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.audit.frame import Frame
from bot.audit.record import Pairs
from bot.audit.rows import Row, fingerprint, normal
from bot.audit.tally import MOST_LABEL_TOKENS, SHOWN, question_key
from bot.audit.twins import twins_by_meaning, twins_by_words
from bot.ledger.usage import about_tokens


@dataclass(frozen=True)
class Points:
    """The vectors of some rows' cores, by the rows' places in a list."""

    places: tuple[int, ...]
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class Repeats:
    """What rows of one file have in common."""

    near: Pairs
    conflicts: Pairs
    near_conflicts: Pairs


def repeats(rows: Sequence[Row], frame: Frame, points: Points | None) -> Repeats:
    """Find rows that nearly repeat another's question, and those whose answers contradict it.

    Answers contradict where the replies are short and differ. A near repeat that contradicts
    counts as a conflict only; one with the same input and the same reply is an exact repeat.
    """
    conflicts = _same_input(rows)
    twins = near_twins([frame.core(row.input or row.system) for row in rows], points)
    same_system = ((a, b) for a, b in twins if rows[a].system == rows[b].system)
    differing = [(a, b) for a, b in same_system if normal(rows[a].input) != normal(rows[b].input)]
    against = {b: a for a, b in differing if _contradict(rows[a], rows[b])}
    near = {b: a for a, b in differing if b not in against}
    return Repeats(
        near=_pairs(near, rows, rows),
        conflicts=_pairs(conflicts, rows, rows),
        near_conflicts=_pairs(against, rows, rows),
    )


def leaks(
    known: Mapping[bytes, int], rows: Sequence[Row], test: Sequence[Row], frame: Frame
) -> tuple[Pairs, Pairs]:
    """Find test questions that stand in the training file, word for word and nearly.

    `known` holds every training question, `rows` those that are compared for near leaks.
    """
    exact = [(known[key], row.number) for row in test if (key := question_key(row)) in known]
    seen = {number for _, number in exact}
    others = [row for row in test if row.number not in seen]
    texts = [frame.core(row.input or row.system) for row in (*rows, *others)]
    crossing = {b - len(rows): a for a, b in near_twins(texts, None) if a < len(rows) <= b}
    return Pairs(len(exact), tuple(exact[:SHOWN])), _pairs(crossing, rows, others)


def near_twins(texts: Sequence[str], points: Points | None) -> list[tuple[int, int]]:
    """Give pairs of places whose texts are nearly the same by words or, where known, by meaning."""
    twins = set(twins_by_words([normal(text) for text in texts]))
    if points:
        twins |= {(points.places[a], points.places[b]) for a, b in twins_by_meaning(points.vectors)}
    return sorted(twins)


def _same_input(rows: Iterable[Row]) -> dict[int, int]:
    first: dict[bytes, tuple[int, Row]] = {}
    found = {}
    for place, row in enumerate(rows):
        other, earlier = first.setdefault(fingerprint(row.system, row.input), (place, row))
        if _contradict(earlier, row):
            found[place] = other
    return found


def _contradict(a: Row, b: Row) -> bool:
    return _short(a.output) and _short(b.output) and normal(a.output) != normal(b.output)


def _short(text: str) -> bool:
    return about_tokens(text) <= MOST_LABEL_TOKENS


def _pairs(found: Mapping[int, int], rows: Sequence[Row], others: Sequence[Row]) -> Pairs:
    numbers = sorted((rows[a].number, others[b].number) for b, a in found.items())
    numbers.sort(key=lambda pair: pair[1])
    return Pairs(len(numbers), tuple(numbers[:SHOWN]))
