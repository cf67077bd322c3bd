"""What the requests of a log cost today, without a cache, and with a reordered prompt. Pure.

Standard prices per token; the bill of a model or a day on which nothing is known is None.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.ledger.prices import Price, cache_minimum, cost_of, price_of
from bot.ledger.usage import Usage


@dataclass
class Tokens:
    """Sums over the requests of one model and one template."""

    requests: int = 0
    input: int = 0
    output: int = 0
    reporting: int = 0
    """Requests of which the log says how much came from a cache."""
    reported_input: int = 0
    cached: int = 0
    written: int = 0
    """These three of the reporting requests alone."""


@dataclass(frozen=True)
class Prefix:
    """What the requests of one template could read from a cache."""

    tokens: float
    """Of the common prefix today."""
    reordered: float
    """Of the common prefix with all unchanging text moved to the front."""
    hits: float
    """Share of the requests that come while the cache holds it."""


@dataclass(frozen=True)
class Bill:
    """US dollars for the requests in the log."""

    today: float
    """With cached tokens as reported; where none are, as a replay with 5 minutes has it."""
    uncached: float
    reordered: float


@dataclass(frozen=True)
class _Cached:
    read: float = 0.0
    written: float = 0.0

    def plus(self, tokens: float, hits: float) -> "_Cached":
        return _Cached(self.read + tokens * hits, self.written + tokens * (1 - hits))


def bill_of(model: str | None, rows: Iterable[tuple[Tokens, Prefix | None]]) -> Bill | None:
    """Price the requests of one model; None where its price is unknown."""
    rows = list(rows)
    requests = sum(tokens.requests for tokens, _ in rows)
    asked = sum(tokens.input for tokens, _ in rows)
    price = _price(model, asked // requests) if model and requests else None
    if price is None or model is None:
        return None
    minimum, zero = cache_minimum(model), (_Cached(), _Cached())
    cached = [_cached(tokens, prefix, minimum) for tokens, prefix in rows]
    output = sum(tokens.output for tokens, _ in rows)
    today, reordered, none = (
        _usd(asked, output, [each[at] for each in group], price)
        for group, at in ((cached, 0), (cached, 1), ([zero], 0))
    )
    return Bill(today, none, reordered)


def together(bills: Mapping[str | None, Bill | None]) -> Bill | None:
    """Add the bills of all models; None where one is unknown, since a part is no total."""
    known = [bill for bill in bills.values() if bill]
    if not known or len(known) < len(bills):
        return None
    return Bill(
        sum(bill.today for bill in known),
        sum(bill.uncached for bill in known),
        sum(bill.reordered for bill in known),
    )


def _price(model: str, tokens: int) -> Price | None:
    price = price_of(model, input_tokens=tokens)
    if price or "/" not in model:
        return price
    provider, name = model.split("/", 1)  # as routers write it: openai/gpt-4o
    return price_of(name, provider=provider, input_tokens=tokens)


def _cached(tokens: Tokens, prefix: Prefix | None, minimum: int) -> tuple[_Cached, _Cached]:
    """Give the cached tokens of one template today, and with its prompt reordered.

    A measured share below the replayed one (requests spread over machines, an early eviction)
    lowers what reordering promises by the same factor.
    """
    today = _Cached(tokens.cached, tokens.written)
    if prefix is None:
        return today, today
    silent = tokens.requests - tokens.reporting
    base = prefix.tokens if prefix.tokens >= minimum else 0.0
    today = today.plus(silent * base, prefix.hits)
    if prefix.reordered < max(minimum, base):
        return today, today
    replayed = tokens.reporting * base * prefix.hits
    kept = min(1.0, tokens.cached / replayed) if replayed else 1.0
    added = tokens.requests * (prefix.reordered - base)
    return today, today.plus(added, prefix.hits * kept)


def _usd(asked: int, output: int, cached: Iterable[_Cached], price: Price) -> float:
    parts = list(cached)
    read = min(asked, round(sum(part.read for part in parts)))
    written = min(asked - read, round(sum(part.written for part in parts)))
    return (cost_of(Usage(asked - read - written, read, written, output), price) or 0) / 1e9
