"""The dated data that a verdict rests on besides the case: token prices and the tuning market."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.advisor.deciding.costs import Rates
from bot.advisor.deciding.market import Market, Size, market
from bot.advisor.deciding.setting import LookUp, ModelFacts
from bot.ledger.prices import (
    PRICES_AS_OF,
    Price,
    cache_minimum,
    capability_of,
    price_of,
    shutdown_of,
)

_MID_FROM, _FRONTIER_FROM = 0.5, 1.5
"""US dollars per million input tokens from which an unknown model counts as mid or frontier."""


@dataclass(frozen=True)
class Sources:
    """Prices and market as of a day."""

    day: date
    market: Market
    look_up: LookUp
    prices_as_of: date


@lru_cache(maxsize=8)
def sources_on(today: date) -> Sources:
    """Give the data for a day; token prices that changed over time are those of that day."""

    @lru_cache(maxsize=256)
    def look_up(name: str) -> ModelFacts | None:
        price = price_of(name, on=today)
        return None if price is None else _facts(name, price)

    return Sources(today, market(), look_up, PRICES_AS_OF)


def _facts(name: str, price: Price) -> ModelFacts:
    rates = Rates(
        input=float(price.input),
        cached=float(price.cached),
        cache_write=float(price.cache_write),
        output=float(price.output),
        cache_minimum=float(cache_minimum(name)),
    )
    return ModelFacts(name, rates, capability_of(name) or _size(rates), shutdown_of(name))


def _size(rates: Rates) -> Size:
    if rates.input < _MID_FROM:
        return "small"
    return "mid" if rates.input < _FRONTIER_FROM else "frontier"
