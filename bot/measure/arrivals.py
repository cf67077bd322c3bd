"""When requests came: peaks, the pattern of the hours, and a cache replayed over them.

Thirteen bytes are held of each request. The functions are pure and take sorted instants.
"""

import math
from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Instants = NDArray[np.float64]
"""Seconds since 1970, sorted."""

STEADY_ACTIVE, STEADY_VARIATION = 0.95, 0.5
"""Steady traffic: requests in nearly every hour, and hours that differ little."""
BATCH_ACTIVE, BATCH_BUSY = 0.25, 0.8
"""Batch traffic: most hours are empty, and a tenth of the hours brings nearly all requests."""
_PATTERN_HOURS = 24
"""A shorter log shows no pattern of hours."""
_HOUR, _DAY = 3600, 86_400


class Arrivals:
    """Instant, tokens and template of each request that has a time, in compact arrays."""

    def __init__(self) -> None:
        self._at, self._tokens, self._template = array("d"), array("I"), array("b")

    def add(self, at: float, tokens: int, template: int) -> None:
        """Take a request in; the order does not matter. Tokens are those of prompt and reply."""
        self._at.append(at)
        self._tokens.append(tokens)
        self._template.append(template)

    def __len__(self) -> int:
        return len(self._at)

    def sorted(self) -> tuple[Instants, NDArray[np.uint32], NDArray[np.int8]]:
        """Give instants, tokens and templates in the order of time."""
        at = np.frombuffer(self._at, np.float64)
        order = np.argsort(at, kind="stable")
        tokens = np.frombuffer(self._tokens, np.dtype(f"u{self._tokens.itemsize}"))
        return at[order], tokens[order], np.frombuffer(self._template, np.int8)[order]


@dataclass(frozen=True)
class Pattern:
    """How requests spread over the clock hours (UTC) from the first to the last."""

    hours: int
    active: float
    """Share of the hours in which any request came."""
    variation: float
    """Coefficient of variation of the hourly counts: standard deviation over mean."""
    busiest: float
    """Share of the requests that came in the busiest tenth of the hours."""
    weekend: float
    """Share of the requests that came on a Saturday or Sunday."""

    @property
    def steady(self) -> bool | None:
        """Whether traffic is steady; None where the log is too short to tell."""
        if self.hours < _PATTERN_HOURS:
            return None
        return self.active >= STEADY_ACTIVE and self.variation <= STEADY_VARIATION

    @property
    def batch(self) -> bool | None:
        """Whether requests come in batches; None where the log is too short to tell."""
        if self.hours < _PATTERN_HOURS:
            return None
        return self.active <= BATCH_ACTIVE and self.busiest >= BATCH_BUSY


def pattern_of(at: Instants) -> Pattern:
    """Describe the hours of at least one request."""
    hours = (at // _HOUR).astype(np.int64)
    counts = np.bincount(hours - hours[0])
    busiest = np.sort(counts)[-max(1, len(counts) // 10) :]
    weekday = ((at // _DAY).astype(np.int64) + 3) % 7  # 1970 began on a Thursday; Monday is 0
    return Pattern(
        hours=len(counts),
        active=float(np.mean(counts > 0)),
        variation=float(np.std(counts) / np.mean(counts)),
        busiest=float(busiest.sum() / len(at)),
        weekend=float(np.mean(weekday >= 5)),
    )


def peak(at: Instants, seconds: float, weights: NDArray[Any] | None = None) -> float:
    """Give the largest number of requests, or sum of weights, in any window of so many seconds.

    A window holds its end and not its start, so that instants given in whole seconds are counted
    once each.

    >>> peak(np.array([0.0, 0.5, 1.0, 9.0]), 1)
    2.0
    """
    before = np.searchsorted(at, at - seconds, side="right")
    if weights is None:
        return float(np.max(np.arange(1, len(at) + 1) - before))
    total = np.concatenate(([0], np.cumsum(weights, dtype=np.int64)))
    return float(np.max(total[1:] - total[before]))


def cache_hits(at: Instants, minutes: float) -> float:
    """Give the share of requests that find the prefix cached, when every use keeps it so long.

    The first request misses, and so does each that comes later than that after the one before.
    For arrivals at random with rate r the share tends to 1 - exp(-r * minutes).

    >>> cache_hits(np.array([0.0, 100.0, 500.0, 600.0]), 5)
    0.5
    """
    return float(np.sum(np.diff(at) <= minutes * 60) / len(at)) if len(at) else math.nan
