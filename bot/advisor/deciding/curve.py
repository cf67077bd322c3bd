"""The learning curve: what accuracy more examples may bring, from a few measured points. Pure.

The rectified law of Lin et al. 2024 (arXiv:2402.02314), written so that people can read it:

    err(n) = E + (err0 - E) / (1 + (n / n_half) ** b)

with err0 the error of the same base without examples, E the error that no number of examples
removes, and n_half the examples that halve what lies between. It is fitted by importance
sampling: draws from the prior, weighted by the binomial likelihood of what was measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.advisor.case import Pilot
from bot.errors import AskError
from bot.texts import say

Draws: TypeAlias = NDArray[np.float64]

DRAWS = 120_000
LEAST_EFFECTIVE = 200.0
"""Effective draws below which nothing is said: the points do not fit the law."""
FARTHEST = 4.0
"""How many times the largest number of examples measured may be extrapolated to."""

_LEFT = (1.2, 1.8)
"""E / err0 is Beta distributed; this and the next three are assumptions of ours."""
_HALF = (200.0, 1.5)
"""Median of n_half, and the standard deviation of its logarithm."""
_STEEPNESS = (0.7, 0.4)
_SEED_NOISE = 0.15
"""Scale of the half-normal spread between trainings that differ by their seed, on the logit."""


@dataclass(frozen=True)
class Reach:
    """What so many examples may bring: an accuracy with its interval."""

    examples: float
    accuracy: float
    """Median."""
    low: float
    high: float
    """95% interval."""
    low80: float
    high80: float
    reaches: float | None
    """Chance of at least the accuracy asked for; None where none was."""


@dataclass(frozen=True)
class Curve:
    """A fitted curve: weighted draws of its parameters."""

    pilots: tuple[Pilot, ...]
    effective: float
    """Effective number of draws, (sum w)^2 / sum w^2."""
    _drawn: "_Drawn"
    _weights: Draws

    def at(self, examples: float, *, target: float | None = None) -> Reach:
        """Give what a number of examples may bring, on average over trainings.

        Raises AskError beyond four times the largest number measured.
        """
        largest = max(pilot.examples for pilot in self.pilots)
        if examples > FARTHEST * largest:
            most = f"{FARTHEST * largest:,.0f}"
            raise AskError(say("curve.too_far", most=most, largest=f"{largest:,.0f}"))
        right = 1 - self._drawn.error(examples)
        order = np.argsort(right)
        passed = np.cumsum(self._weights[order])
        ends = np.searchsorted(passed, (0.025, 0.1, 0.5, 0.9, 0.975))
        low, low80, middle, high80, high = right[order][np.minimum(ends, len(right) - 1)]
        reaches = None if target is None else float(self._weights[right >= target].sum())
        return Reach(
            examples=examples,
            accuracy=float(middle),
            low=float(low),
            high=float(high),
            low80=float(low80),
            high80=float(high80),
            reaches=reaches,
        )


@dataclass(frozen=True)
class _Drawn:
    """Parameters drawn from the prior, and a row of noise between trainings per pilot."""

    start: Draws
    floor: Draws
    half: Draws
    steepness: Draws
    noise: Draws

    def error(self, examples: float) -> Draws:
        return self.floor + (self.start - self.floor) * (
            1 - learnt(examples, self.half, self.steepness)
        )


def learnt(examples: float | Draws, half: float | Draws, steepness: float | Draws) -> Draws:
    """Give the share of the reducible error that examples remove, 0 without any.

    >>> [round(float(learnt(n, 200.0, 1.0)), 2) for n in (0, 200, 600)]
    [0.0, 0.5, 0.75]
    """
    ratio = (np.asarray(examples) / half) ** steepness
    share: Draws = ratio / (1 + ratio)
    return share


def fit(pilots: Sequence[Pilot], *, seed: int = 0, draws: int = DRAWS) -> Curve:
    """Fit the curve to at least two points with different numbers of examples.

    Raises AskError, in words, for too few points, for impossible ones, and where under 200
    effective draws are left because the points do not fit the law.
    """
    points = tuple(sorted(pilots, key=lambda pilot: pilot.examples))
    _refuse_impossible(points)
    drawn = _prior(points, seed, draws)
    logs = np.zeros(draws)
    for pilot, noise in zip(points, drawn.noise, strict=False):
        if pilot.examples == 0:
            continue  # the start was drawn from what this point says
        wrong = np.clip(_noisy(drawn.error(pilot.examples), noise), 1e-9, 1 - 1e-9)
        missed = pilot.items - pilot.right
        logs += missed * np.log(wrong) + pilot.right * np.log1p(-wrong)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    effective = float(1 / (weights @ weights))
    if effective < LEAST_EFFECTIVE:
        raise AskError(say("curve.no_fit", effective=f"{effective:.0f}"))
    return Curve(points, effective, drawn, weights)


def back_test(pilots: Sequence[Pilot], *, seed: int = 0) -> tuple[Reach, bool] | None:
    """Predict the largest pilot from the others, and say whether its accuracy lay in the interval.

    None with fewer than three points, or where the last lies too far beyond the others.
    """
    *before, last = sorted(pilots, key=lambda pilot: pilot.examples)
    if len(before) < 2 or last.examples > FARTHEST * before[-1].examples:
        return None
    reach = fit(before, seed=seed).at(last.examples)
    return reach, reach.low <= last.right / last.items <= reach.high


def pilots_from(text: str) -> tuple[Pilot, ...]:
    """Read points such as `0:124/200 50:130/200`: examples, right ones, test items.

    Raises AskError naming the word that is no point.
    """
    return tuple(_pilot(word) for word in text.replace(",", " ").split())


def _pilot(word: str) -> Pilot:
    examples, _, counted = word.partition(":")
    right, _, items = counted.partition("/")
    try:
        return Pilot(float(examples), float(right), float(items))
    except ValueError:
        raise AskError(say("curve.no_point", word=word[:40])) from None


def _refuse_impossible(points: Sequence[Pilot]) -> None:
    for pilot in points:
        within = 0 <= pilot.right <= pilot.items <= 1e7 and 0 <= pilot.examples <= 1e9
        if not within or pilot.items < 1:
            word = f"{pilot.examples:g}:{pilot.right:g}/{pilot.items:g}"
            raise AskError(say("curve.no_point", word=word))
    if len({pilot.examples for pilot in points}) < 2 or points[-1].examples <= 0:
        raise AskError(say("curve.too_few"))


def _prior(points: Sequence[Pilot], seed: int, draws: int) -> _Drawn:
    """Draw from the prior; the untuned error from its posterior where it was measured."""
    random = np.random.default_rng(seed)
    base = points[0]
    if base.examples == 0:
        wrong = base.items - base.right
        start = np.clip(random.beta(1 + wrong, 1 + base.right, draws), 1e-6, 1 - 1e-6)
    else:
        start = random.uniform(0.01, 0.99, draws)
    floor = start * random.beta(*_LEFT, draws)
    half = _HALF[0] * np.exp(random.normal(0.0, _HALF[1], draws))
    steepness = _STEEPNESS[0] * np.exp(random.normal(0.0, _STEEPNESS[1], draws))
    spread = np.abs(random.normal(0.0, _SEED_NOISE, draws))
    noise = random.normal(0.0, 1.0, (len(points), draws)) * spread
    return _Drawn(start, floor, half, steepness, noise)


def _noisy(error: Draws, noise: Draws) -> Draws:
    bounded = np.clip(error, 1e-9, 1 - 1e-9)
    shifted: Draws = 1 / (1 + np.exp(-(np.log(bounded / (1 - bounded)) + noise)))
    return shifted
