"""What a model costs, and until when it lives. Plain functions; nothing here waits.

Token prices come from genai-prices' bundled data (no network), the rest from `models.toml`.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from bot.ledger.usage import Usage

Capability = Literal["small", "mid", "frontier"]
PriceStatus = Literal["priced", "unpriced", "free"]

PRICES_AS_OF = date(2026, 11, 22)
"""The day on which the prices of the installed genai-prices (0.2.3) were last compared."""

_DATED = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8})$")
_STANDARD_TIERS = (None, "", "auto", "default", "standard")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SMALL_REQUEST = 1000
"""Tokens of the request that is priced and scaled: a million at once would be dearer per token."""


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens of one model, of the standard tier unless asked otherwise."""

    model: str
    provider: str
    input: Decimal
    cached: Decimal
    cache_write: Decimal
    output: Decimal


@dataclass(frozen=True)
class CurrentModel:
    """A model that can be suggested today."""

    model: str
    capability: Capability
    price: Price
    shutdown: date | None
    """None where none is announced."""


def price_of(
    model: str,
    *,
    on: date | None = None,
    provider: str | None = None,
    service_tier: str | None = None,
    input_tokens: int = _SMALL_REQUEST,
) -> Price | None:
    """Price a model on a day (today by default), or give None where its price is unknown.

    Without a provider the model's own vendor is meant. `input_tokens` is the length of the
    request, since long ones cost more per token with some models. A service tier of which no
    price is known gives None, never the standard price.
    """
    tokens, day = max(input_tokens, 1), on or datetime.now(UTC).date()
    standard = _unit_prices(model, provider, day, tokens, None)
    if service_tier in _STANDARD_TIERS:
        return standard
    price = _unit_prices(model, provider, day, tokens, service_tier)
    return None if price == standard else price  # genai-prices falls back without a word


def cost_of(usage: Usage, price: Price | None) -> int | None:
    """Cost of a call in nano-dollars, or None where the price is unknown.

    The sum over the four buckets is exact; it is rounded once, halves up, to a whole nano-dollar.
    """
    if price is None:
        return None
    dollars_by_million = (
        usage.input_uncached * price.input
        + usage.input_cached * price.cached
        + usage.input_cache_write * price.cache_write
        + usage.output * price.output
    )
    return int((dollars_by_million * 1000).quantize(Decimal(1), ROUND_HALF_UP))


def provider_at(base_url: str) -> str | None:
    """Name the provider that answers at an address, or None where it is not a known one."""
    from genai_prices.data_snapshot import get_snapshot

    try:
        return get_snapshot().find_provider(None, None, base_url).id
    except LookupError:
        return None


def price_at(
    base_url: str, model: str, *, on: date, service_tier: str | None = None, input_tokens: int
) -> tuple[PriceStatus, Price | None]:
    """Say what a server asks for a model: a loopback server is free, an unknown one unpriced."""
    if is_loopback(base_url):
        return "free", None
    provider = provider_at(base_url)
    if provider is None:
        return "unpriced", None
    price = price_of(
        model, on=on, provider=provider, service_tier=service_tier, input_tokens=input_tokens
    )
    return ("priced", price) if price else ("unpriced", None)


def is_loopback(base_url: str) -> bool:
    """Say whether a server runs on this machine."""
    return urlsplit(base_url).hostname in _LOOPBACK


def cache_minimum(model: str) -> int:
    """Give the shortest prefix, in tokens, that a model's server keeps in its cache."""
    return int(_facts(model).get("cache_minimum", _data()["cache_minimum"]))


def shutdown_of(model: str) -> date | None:
    """Give the day on which a model stops answering; None where none is announced."""
    return cast(date | None, _facts(model).get("shutdown"))


def capability_of(model: str) -> Capability | None:
    """Group a model by what it can do, or None where we do not know it."""
    return cast(Capability | None, _facts(model).get("capability"))


def current_models(on: date | None = None) -> tuple[CurrentModel, ...]:
    """Name a small, a middling and a large model to choose from, smallest first."""
    return tuple(_current(model, on) for model in _data()["current"])


def _current(model: str, on: date | None) -> CurrentModel:
    price, capability = price_of(model, on=on), capability_of(model)
    if price is None or capability is None:
        raise LookupError(f"models.toml suggests {model}, which has no price or no capability")
    return CurrentModel(model, capability, price, shutdown_of(model))


@lru_cache(maxsize=256)
def _unit_prices(
    model: str, provider: str | None, on: date, tokens: int, service_tier: str | None
) -> Price | None:
    from genai_prices import Usage as Request
    from genai_prices import calc_price

    def priced(**kinds: int) -> Any:
        return calc_price(
            Request(input_tokens=tokens, **kinds),
            model,
            provider_id=provider,
            genai_request_timestamp=datetime.combine(on, time(12), UTC),
            price_context={"service_tier": service_tier} if service_tier else None,
        )

    try:
        fresh = priced(output_tokens=tokens)
    except LookupError:
        return None

    def by_million(dollars: Decimal) -> Decimal:
        return (dollars * 1_000_000 / tokens).normalize() + 0

    return Price(
        model=model,
        provider=fresh.provider.id,
        input=by_million(fresh.input_price),
        cached=by_million(priced(cache_read_tokens=tokens).input_price),
        cache_write=by_million(priced(cache_write_tokens=tokens).input_price),
        output=by_million(fresh.output_price),
    )


def _facts(model: str) -> dict[str, Any]:
    base = model.lower().removeprefix("ft:").split(":")[0].rsplit("/", 1)[-1]
    name = _DATED.sub("", base)
    models: dict[str, dict[str, Any]] = _data()["models"]
    return next((facts for match, facts in models.items() if fnmatchcase(name, match)), {})


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("models.toml").read_text("utf-8"))
