"""Where a model can be tuned, what serving it costs and until when: dated facts held by hand."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

Serving = Literal["per_token_premium", "per_token_hourly", "per_token", "dedicated"]
Size = Literal["small", "mid", "frontier"]

_SERVINGS = frozenset(("per_token_premium", "per_token_hourly", "per_token", "dedicated"))
_SIZES = frozenset(("small", "mid", "frontier"))


@dataclass(frozen=True)
class Offer:
    """One model that a provider tunes and serves. Prices are per million tokens."""

    provider: str
    model: str
    serving: Serving
    size: Size
    input: float | None
    """None where the endpoint is dedicated and tokens are not billed."""
    cached: float | None
    output: float | None
    train: float | None
    """None where no price could be found."""
    train_verified: str
    hosting_per_hour: float
    shutdown: date | None
    region: str | None
    currency: str
    verified: str
    train_per_hour: float | None = None


@dataclass(frozen=True)
class Platform:
    """A provider of tuning and the days on which it closes to whom."""

    id: str
    names: tuple[str, ...]
    status: Literal["open", "closing", "closed"]
    closed_to_new: date | None
    closed_to_idle: date | None
    closed_to_all: date | None
    min_examples: int
    note: str
    verified: str


@dataclass(frozen=True)
class Market:
    """The tuning market as of a day."""

    as_of: date
    platforms: tuple[Platform, ...]
    offers: tuple[Offer, ...]
    gpu_hour: float
    adapters_per_gpu: int
    fingerprint: str
    """Twelve hexadecimal digits of the data file's SHA-256."""

    def platform(self, name: str) -> Platform | None:
        """Find a platform by the longest of its names inside the words a team uses for it."""
        words = name.casefold()
        named = [(len(n), p) for p in self.platforms for n in p.names if _names(n, words)]
        return max(named, key=lambda pair: pair[0], default=(0, None))[1]

    def offers_of(self, platform: Platform | None, *, on: date) -> tuple[Offer, ...]:
        """Give what can be tuned on a day, anywhere or at one platform, priced in dollars."""
        return tuple(
            offer
            for offer in self.offers
            if (platform is None or offer.provider == platform.id)
            and offer.currency == "USD"
            and (offer.shutdown is None or offer.shutdown > on)
            and (platform is not None or offer.provider != "openai")
        )


def _names(name: str, words: str) -> bool:
    return re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", words) is not None


@cache
def market() -> Market:
    """Load the market once. Raises ValueError where the data file makes no sense."""
    file = Path(__file__).with_name("market.json").read_bytes()
    data = json.loads(file)
    return Market(
        as_of=date.fromisoformat(data["as_of"]),
        platforms=tuple(_platform(row) for row in data["platforms"]),
        offers=tuple(_offer(row) for row in data["offers"]),
        gpu_hour=float(data["rates"]["gpu_hour"]["usual"]),
        adapters_per_gpu=int(data["rates"]["adapters_per_gpu"]),
        fingerprint=hashlib.sha256(file).hexdigest()[:12],
    )


def _platform(row: dict[str, Any]) -> Platform:
    days = {name: _day(row[name]) for name in ("closed_to_new", "closed_to_idle", "closed_to_all")}
    return Platform(**{**row, **days, "names": tuple(row["names"])})


def _offer(row: dict[str, Any]) -> Offer:
    offer = Offer(**{**row, "shutdown": _day(row["shutdown"])})
    amounts = (offer.input, offer.cached, offer.output, offer.train, offer.hosting_per_hour)
    if offer.serving not in _SERVINGS or offer.size not in _SIZES:
        raise ValueError(f"{offer.provider} {offer.model}: unknown serving mode or size")
    if any(amount is not None and amount < 0 for amount in amounts):
        raise ValueError(f"{offer.provider} {offer.model}: a negative price")
    if offer.input is None and offer.serving != "dedicated":
        raise ValueError(f"{offer.provider} {offer.model}: billed per token but without a price")
    return offer


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
