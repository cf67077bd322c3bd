"""What options cost at other volumes, and from which volume one overtakes another. Pure."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import TypeAlias

from bot.advisor.case import Case
from bot.advisor.deciding.setting import Setting, setting_of
from bot.advisor.deciding.sources import Sources
from bot.advisor.deciding.spending import spending_of
from bot.advisor.deciding.weighing import monthly_usd
from bot.advisor.verdict import Option

SMALLEST, LARGEST = 100.0, 1e9
"""Requests a month between which a crossing is looked for; beyond, it is as good as never."""
PER_DECADE = 3
_HALVINGS = 24

CostAt: TypeAlias = Callable[[Option, float], float]
"""Gives the US dollars a month of an option at a number of requests a month."""


def cost_at(case: Case, now: Setting, sources: Sources) -> CostAt:
    """Give the cost of any option at any volume: cache hits, machines and peak follow the volume.

    One-off costs are spread over the horizon; wrong answers are left out.
    """

    def cost(option: Option, requests: float) -> float:
        setting = _setting_at(requests, case, now, sources)
        spent = spending_of(option, setting, sources.market, today=sources.day)
        return monthly_usd(spent, setting, requests)

    return cost


def crossing(cost: CostAt, tuned: Option, other: Option, now: float) -> float | None:
    """Give the requests a month from which a tune is cheaper, the crossing next to today's volume.

    0 where it is cheaper already at the smallest volume, None where it does not become cheaper
    at any larger one.
    """

    def dearer(requests: float) -> float:
        return cost(tuned, requests) - cost(other, requests)

    decades = math.log10(LARGEST / SMALLEST)
    places = range(round(decades * PER_DECADE) + 1)
    grid = sorted({*(SMALLEST * 10 ** (place / PER_DECADE) for place in places), now})
    gaps = {requests: dearer(requests) for requests in grid}
    turns = [(low, high) for low, high in pairwise(grid) if gaps[low] > 0 >= gaps[high]]
    if gaps[now] > 0:
        ahead = [turn for turn in turns if turn[0] >= now]
        return _turn(dearer, *ahead[0]) if ahead else None
    behind = [turn for turn in turns if turn[1] <= now]
    return _turn(dearer, *behind[-1]) if behind else 0.0


def _turn(dearer: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if dearer(middle) > 0 else (low, middle)
    return float(math.ceil(high))


def _setting_at(requests: float, case: Case, now: Setting, sources: Sources) -> Setting:
    """Give the setting of a case at another volume; what one request costs today stays."""
    factor = requests / now.requests
    measured = tuple(
        row
        if row.usd_per_month is None
        else row.model_copy(update={"usd_per_month": row.usd_per_month * factor})
        for row in case.measurements
    )
    update = {
        "monthly_requests": requests,
        "peak_rps": now.peak_rps * factor,
        "current_usd_per_month": None,
        "measurements": measured,
    }
    moved = setting_of(case.model_copy(update=update), sources.look_up)
    return replace(moved, scale=now.scale, longer=now.longer)
