"""How far each uncertain fact moves the choice, and what knowing better would be worth. Pure.

Both are read off the draws that the choice was made from: a swing is the difference that is left
between two options where one input alone is low or high.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bot.advisor.deciding.quality import Draws
from bot.advisor.deciding.weighing import Scales
from bot.advisor.verdict import Option

FIFTH = 0.2
"""Share of the draws at either end that a swing is averaged over."""


@dataclass(frozen=True)
class Swing:
    """One input at its low and high end, and what one option is worth over another there."""

    name: str
    """`monthly_requests`, `tokens`, `hours`, or `accuracy.<option>`."""
    low: float
    high: float
    """10th and 90th percentile of the input."""
    low_usd: float
    high_usd: float
    """Net benefit a month of the one option over the other at these ends."""

    @property
    def width(self) -> float:
        """How much the input moves the difference."""
        return abs(self.high_usd - self.low_usd)


def swings(scales: Scales, option: Option, rival: Option) -> tuple[Swing, ...]:
    """Give the swing of every input that was drawn, widest first: the bars of a tornado."""
    drawn = scales.drawn
    gap = drawn.benefits[option] - drawn.benefits[rival]
    found = [_swing(name, values, gap) for name, values in _inputs(scales, option, rival)]
    return tuple(sorted(found, key=lambda swing: -swing.width))


def value_of_information(scales: Scales) -> float:
    """Give the dollars a month by which knowing everything first would better the choice.

    The expected value of perfect information: E[max over options] - max over options of E, over
    the options that were left to choose from.
    """
    nets = np.stack([scales.drawn.benefits[open_] for open_ in scales.ranking])
    return float(nets.max(axis=0).mean() - nets.mean(axis=1).max())


def _inputs(scales: Scales, option: Option, rival: Option) -> Iterator[tuple[str, Draws]]:
    yield from scales.drawn.inputs.items()
    for one in (option, rival):
        yield f"accuracy.{one}", scales.drawn.reached[one]


def _swing(name: str, values: Draws, gap: Draws) -> Swing:
    count = max(1, int(FIFTH * len(values)))
    order = np.argsort(values)
    low, high = np.quantile(values, (0.1, 0.9))
    ends = float(gap[order[:count]].mean()), float(gap[order[-count:]].mean())
    return Swing(name, float(low), float(high), *ends)
