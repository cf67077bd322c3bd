"""A distribution of sizes in bounded memory. Pure."""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Tokens a request."""

    mean: float
    p50: float
    p95: float


class Sizes:
    """Counts of whole sizes; those from ten thousand on are held to four digits."""

    def __init__(self) -> None:
        self._total, self._counts = 0.0, Counter[int]()

    def add(self, size: float) -> None:
        """Take a size in."""
        self._total += size
        whole = round(size)
        if whole > 9999:
            step = 10 ** (len(str(whole)) - 4)
            whole -= whole % step
        self._counts[whole] += 1

    @property
    def positive(self) -> int:
        """How many sizes are above zero."""
        return self._counts.total() - self._counts[0]

    def spread(self) -> Spread | None:
        """Give mean, median and 95th percentile (nearest rank); None where there was none."""
        n = self._counts.total()
        if not n:
            return None
        return Spread(self._total / n, self._at(0.5 * n), self._at(0.95 * n))

    def _at(self, rank: float) -> float:
        seen = 0
        for size in sorted(self._counts):
            seen += self._counts[size]
            if seen >= rank:
                return float(size)
        raise AssertionError("the rank lies within the counts")
