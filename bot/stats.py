"""Statistics of accuracies and paired comparisons, in numpy and the standard library alone."""

import math

Z95 = 1.959963984540054
_EXACT = 2000
"""Discordant items up to which a test is exact; beyond, normal with a continuity correction."""


def wilson(right: float, items: float, z: float = Z95) -> tuple[float, float]:
    """Give the Wilson interval of a share, `right` of `items`.

    >>> low, high = wilson(50, 50)
    >>> round(low, 3), high
    (0.929, 1.0)
    """
    share = right / items
    middle = share + z * z / (2 * items)
    spread = z * math.sqrt(share * (1 - share) / items + z * z / (4 * items * items))
    scale = 1 + z * z / items
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def mcnemar(only_a: int, only_b: int) -> float:
    """Give the exact two-sided p-value of two systems compared on the same items.

    `only_a` and `only_b` count the items that just one of them gets right.

    >>> round(mcnemar(24, 9), 4), round(mcnemar(6, 4), 3)
    (0.0135, 0.754)
    """
    n = only_a + only_b
    if n == 0:
        return 1.0
    if n > _EXACT:
        return 2 * normal(-max(0.0, abs(only_a - only_b) - 1) / math.sqrt(n))
    tail = sum(math.comb(n, k) for k in range(min(only_a, only_b) + 1))
    return min(1.0, float(2 * tail / 2**n))


def paired_interval(only_a: int, only_b: int, items: int) -> tuple[float, float]:
    """Give the 95% interval of accuracy of a minus accuracy of b on the same items."""
    difference = (only_a - only_b) / items
    variance = (only_a + only_b) / items - difference**2
    spread = Z95 * math.sqrt(max(variance, 1 / items) / items)
    return max(-1.0, difference - spread), min(1.0, difference + spread)


def paired_items(difference: float, disagreement: float, power: float = 0.8) -> int:
    """Give how many paired items show a true difference at p < 0.05 with this power.

    `disagreement` is the share of items on which exactly one of the two is right.

    >>> paired_items(0.05, 0.15), paired_items(0.08, 0.20)
    (469, 243)
    """
    spread = math.sqrt(max(0.0, disagreement - difference**2))
    z = Z95 * math.sqrt(disagreement) + _quantile(power) * spread
    return math.ceil((z / difference) ** 2)


def paired_power(difference: float, disagreement: float, items: float) -> float:
    """Give the chance that a paired test on so many items shows a true difference."""
    spread = math.sqrt(max(1e-12, disagreement - difference**2))
    return normal((abs(difference) * math.sqrt(items) - Z95 * math.sqrt(disagreement)) / spread)


def normal(z: float) -> float:
    """Give the chance that a standard normal value lies below z."""
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def _quantile(share: float) -> float:
    low, high = -8.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if normal(middle) < share else (low, middle)
    return (low + high) / 2
