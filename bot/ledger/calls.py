"""One call as plain values: whom it is charged to, what it asks for, how it ended and its cost."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal
from urllib.parse import urlsplit

from bot.ledger.prices import Price, PriceStatus, cost_of
from bot.ledger.usage import Usage, UsageSource
from storage import ledger as rows


@dataclass(frozen=True)
class Charge:
    """Whose question this is and what it is for. Set at the edge, once per job."""

    team_id: str
    feature: str
    run_id: str
    """One question and all that is done for it: what BUDGET_RUN_USD bounds."""
    channel_id: str | None = None
    thread_ts: str | None = None
    user_id: str | None = None
    step: str = ""
    epoch: int = 0
    """Of the job that asks, if it is one: a job that was taken over pays for nothing more."""


_charge: ContextVar[Charge] = ContextVar("charge")
"""So that no signature between the edge and the call has to carry it."""


@contextmanager
def charging(charge: Charge) -> Iterator[None]:
    """Charge every call made inside to somebody."""
    token = _charge.set(charge)
    try:
        yield
    finally:
        _charge.reset(token)


def charged() -> Charge:
    """Give whom calls are charged to now. Raises RuntimeError where it is nobody."""
    try:
        return _charge.get()
    except LookupError:
        raise RuntimeError("a model was called outside `with charging(…)`") from None


@dataclass(frozen=True)
class Attempt:
    """One HTTP request that is about to be sent."""

    charge: Charge
    operation_id: str
    prompt_fingerprint: str
    base_url: str
    model: str
    input_tokens: int
    """About how many it will take: what is charged where the server never says."""
    most_input_tokens: int
    """An estimate from above: what is reserved."""
    most_output_tokens: int


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended."""

    status: Literal["ok", "error", "aborted", "unknown"]
    usage: Usage = field(default_factory=Usage)
    usage_source: UsageSource = "none"
    model: str | None = None
    service_tier: str | None = None
    request_id: str | None = None
    error: str | None = None
    """The name of an error's class, never its text."""
    http_status: int | None = None
    first_token_ms: int | None = None


@dataclass(frozen=True)
class Reserved:
    """A row that waits for its end."""

    call_id: str
    attempt: Attempt
    started_at: datetime


def reserved_row(
    attempt: Attempt, status: PriceStatus, price: Price | None, now: datetime
) -> rows.Call:
    """Give the row of a request that is about to be sent."""
    whose = {name: value for name, value in vars(attempt.charge).items() if name != "epoch"}
    return rows.Call(
        **whose,
        call_id=str(uuid.uuid4()),
        operation_id=attempt.operation_id,
        attempt=0,
        prompt_fingerprint=attempt.prompt_fingerprint,
        host=urlsplit(attempt.base_url).netloc.rpartition("@")[2],
        provider=price.provider if price else None,
        model_requested=attempt.model,
        model_returned=None,
        service_tier=None,
        request_id=None,
        status="reserved",
        error=None,
        http_status=None,
        usage=None,
        usage_source="estimated",
        input_uncached=attempt.input_tokens,
        input_cached=0,
        input_cache_write=0,
        output=0,
        price_status=status,
        unit_prices=_unit_prices(price),
        cost=None,
        reserved=_worst_case(attempt, price),
        started_at=now,
        ended_at=None,
        first_token_ms=None,
    )


def _worst_case(attempt: Attempt, price: Price | None) -> int:
    """Nothing read from a cache, all of it written to one where that is dearer."""
    if price is None:
        return 0
    dearest = replace(price, input=max(price.input, price.cache_write))
    usage = Usage(input_uncached=attempt.most_input_tokens, output=attempt.most_output_tokens)
    return cost_of(usage, dearest) or 0


def ended_row(
    held: rows.Call, outcome: Outcome, status: PriceStatus, price: Price | None, now: datetime
) -> rows.Call:
    """Give the row of a request that ended; names from a server are cut to what a row holds."""
    usage = outcome.usage
    unused = outcome.usage_source == "none"
    return replace(
        held,
        status=outcome.status,
        error=_cut(outcome.error, 64),
        http_status=outcome.http_status,
        model_returned=_cut(outcome.model, 128),
        service_tier=_cut(outcome.service_tier, 32),
        request_id=_cut(outcome.request_id, 128),
        usage=dict(usage.raw) or None,
        usage_source=outcome.usage_source,
        input_uncached=usage.input_uncached,
        input_cached=usage.input_cached,
        input_cache_write=usage.input_cache_write,
        output=usage.output,
        provider=price.provider if price else held.provider,
        price_status=status,
        unit_prices=_unit_prices(price),
        cost=0 if unused else _cost(status, usage, price),
        ended_at=now,
        first_token_ms=outcome.first_token_ms,
    )


def lost_row(held: rows.Call, now: datetime) -> rows.Call:
    """Give the row of a request whose end nobody saw: its input, at the price it was begun with."""
    usage = Usage(input_uncached=held.input_uncached)
    cost = _cost(held.price_status, usage, _price_in(held))
    return replace(held, status="unknown", cost=cost, ended_at=now)


def _cost(status: str, usage: Usage, price: Price | None) -> int | None:
    return 0 if status == "free" else cost_of(usage, price)


def _unit_prices(price: Price | None) -> dict[str, str] | None:
    return {kind: str(amount) for kind, amount in vars(price).items()} if price else None


def _price_in(call: rows.Call) -> Price | None:
    if call.unit_prices is None:
        return None
    of = call.unit_prices
    kinds = ("input", "cached", "cache_write", "output")
    return Price(of["model"], of["provider"], *(Decimal(of[kind]) for kind in kinds))


def _cut(name: str | None, length: int) -> str | None:
    return name and name[:length]
