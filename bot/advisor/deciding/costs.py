"""What a request, a month and a break-even cost. Pure arithmetic on numbers or numpy arrays."""

import math
from dataclasses import dataclass

HOURS_PER_MONTH = 730.0
CACHE_MINUTES = 5.0
"""How long an unused prompt prefix stays cached at the large providers."""
PREFILL_PER_SECOND = 20_000.0
DECODE_PER_SECOND = 2_500.0
"""Tokens a second of one H100-class GPU serving an 8B model, our assumption."""


@dataclass(frozen=True)
class Rates:
    """What a model's tokens cost, in US dollars per million."""

    input: float
    cached: float
    cache_write: float
    output: float
    cache_minimum: float = 1024.0
    """A shorter prefix is never cached."""

    def times(self, factor: float) -> "Rates":
        """Give the same rates multiplied, as for batch processing at half price."""
        return Rates(
            self.input * factor,
            self.cached * factor,
            self.cache_write * factor,
            self.output * factor,
            self.cache_minimum,
        )


@dataclass(frozen=True)
class Tokens:
    """The tokens of one request."""

    static: float
    """Identical in every request, at the start of the prompt."""
    fresh: float
    """Different in every request: query, retrieved examples and passages."""
    output: float


def cache_share(requests_per_hour: float, *, minutes: float = CACHE_MINUTES) -> float:
    """Give the share of requests that find the prefix cached, for random arrivals.

    >>> [round(cache_share(n), 2) for n in (1, 12, 60)]
    [0.08, 0.63, 0.99]
    """
    return -math.expm1(-requests_per_hour * minutes / 60)


def prefix_usd(tokens: float, rates: Rates, share: float) -> float:
    """Give the cost of a static prefix when this share of requests finds it cached."""
    if tokens < rates.cache_minimum:
        return tokens * rates.input / 1e6
    return tokens * (share * rates.cached + (1 - share) * rates.cache_write) / 1e6


def request_usd(tokens: Tokens, rates: Rates, share: float) -> float:
    """Give the cost of one request in US dollars."""
    fresh = tokens.fresh * rates.input + tokens.output * rates.output
    return prefix_usd(tokens.static, rates, share) + fresh / 1e6


def hosting_usd(per_hour: float, *, machines: float = 1, hours: float = HOURS_PER_MONTH) -> float:
    """Give what machines that run all month cost.

    >>> round(hosting_usd(3.99), 2), round(hosting_usd(1.70))
    (2912.7, 1241)
    """
    return per_hour * machines * hours


def requests_per_second(input_tokens: float, output_tokens: float) -> float:
    """Give how many requests a second one GPU carries when it is fully used."""
    return 1 / (input_tokens / PREFILL_PER_SECOND + output_tokens / DECODE_PER_SECOND)


def gpus(peak_per_second: float, per_gpu: float) -> int:
    """Give how many GPUs carry a peak, without redundancy."""
    return max(1, math.ceil(peak_per_second / per_gpu))


def self_hosted_usd(per_hour: float, per_gpu: float, utilisation: float) -> float:
    """Give the cost of one request on GPUs of one's own, used to this share.

    >>> per_gpu = requests_per_second(1000, 20)
    >>> [round(1000 * self_hosted_usd(3.99, per_gpu, u), 2) for u in (0.05, 0.20, 0.50)]
    [1.29, 0.32, 0.13]
    """
    return per_hour / (3600 * per_gpu * utilisation)


def training_usd(tokens: float, epochs: float, per_million: float) -> float:
    """Give the cost of training on these tokens, passed over so many times."""
    return tokens * epochs * per_million / 1e6


def break_even(extra_per_month: float, dear: float, cheap: float) -> float | None:
    """Give the requests a month at which an extra fixed cost pays, or None for never.

    `dear` and `cheap` are the costs per request without and with the extra.
    """
    saving = dear - cheap
    return None if saving <= 0 else extra_per_month / saving


def payback_months(one_off: float, saving_per_month: float) -> float | None:
    """Give the months until a one-off cost is earned back, or None for never."""
    return None if saving_per_month <= 0 else one_off / saving_per_month


def many_shot_equal(retrieved: float, rates: Rates) -> float:
    """Give how many cached static examples cost as much as so many retrieved ones."""
    return retrieved * rates.input / rates.cached


def gap_closed(base: float, student: float, teacher: float) -> float:
    """Give the share of the gap between base and teacher that a student closed.

    >>> [round(100 * gap_closed(*row), 1) for row in ((20, 27, 31), (17, 22, 31))]
    [63.6, 35.7]
    """
    return (student - base) / (teacher - base)
