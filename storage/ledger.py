"""Calls to models, one row per HTTP attempt, and the budgets that let them through."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.database import Instant, Json, NanoUSD, Transaction, metadata

_call = sa.Table(
    "call",
    metadata,
    sa.Column("call_id", sa.String(36), primary_key=True),
    sa.Column("team_id", sa.String(32), nullable=False),
    sa.Column("channel_id", sa.String(32), nullable=True),
    sa.Column("thread_ts", sa.String(32), nullable=True),
    sa.Column("user_id", sa.String(32), nullable=True),
    sa.Column("feature", sa.String(32), nullable=False),
    sa.Column("run_id", sa.String(200), nullable=False),
    sa.Column("step", sa.String(128), nullable=False),
    sa.Column("operation_id", sa.String(36), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("prompt_fingerprint", sa.String(12), nullable=False),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("provider", sa.String(64), nullable=True),
    sa.Column("model_requested", sa.String(128), nullable=False),
    sa.Column("model_returned", sa.String(128), nullable=True),
    sa.Column("service_tier", sa.String(32), nullable=True),
    sa.Column("request_id", sa.String(128), nullable=True),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("error", sa.String(64), nullable=True),
    sa.Column("http_status", sa.Integer, nullable=True),
    sa.Column("usage", Json, nullable=True),
    sa.Column("usage_source", sa.String(16), nullable=False),
    sa.Column("input_uncached", sa.BigInteger, nullable=False, default=0),
    sa.Column("input_cached", sa.BigInteger, nullable=False, default=0),
    sa.Column("input_cache_write", sa.BigInteger, nullable=False, default=0),
    sa.Column("output", sa.BigInteger, nullable=False, default=0),
    sa.Column("price_status", sa.String(16), nullable=False),
    sa.Column("unit_prices", Json, nullable=True),
    sa.Column("cost", NanoUSD, nullable=True),
    sa.Column("reserved", NanoUSD, nullable=False, default=0),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant, nullable=True),
    sa.Column("first_token_ms", sa.Integer, nullable=True),
    sa.UniqueConstraint("operation_id", "attempt"),
    sa.Index("ix_call_team_id_started_at", "team_id", "started_at"),
    sa.Index("ix_call_team_id_run_id", "team_id", "run_id"),
)

_budget = sa.Table(
    "budget",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("scope", sa.String(16), primary_key=True),
    sa.Column("period", sa.String(200), primary_key=True),
    sa.Column("amount", NanoUSD, nullable=False),
    sa.Column("spent", NanoUSD, nullable=False, default=0),
    sa.Column("reserved", NanoUSD, nullable=False, default=0),
    sa.Column("touched_at", Instant, nullable=False, index=True),
)


@dataclass(frozen=True)
class Call:
    """One HTTP request to a model's server. Amounts are nano-dollars, counts are tokens."""

    call_id: str
    team_id: str
    channel_id: str | None
    thread_ts: str | None
    user_id: str | None
    feature: str
    run_id: str
    step: str
    operation_id: str
    """The same for every attempt at one question of one step, replays included."""
    attempt: int
    """From 1; 0 where it is still to be counted."""
    prompt_fingerprint: str
    host: str
    provider: str | None
    model_requested: str
    model_returned: str | None
    service_tier: str | None
    """As the server reported it: what it billed, not what was asked for."""
    request_id: str | None
    status: str
    """`reserved`, `ok`, `error`, `aborted` or `unknown` (nobody lived to see the end)."""
    error: str | None
    http_status: int | None
    usage: dict[str, Any] | None
    """As the server reported it."""
    usage_source: str
    """`provider`, `estimated` or `none` (the server refused, so nothing was used)."""
    input_uncached: int
    input_cached: int
    input_cache_write: int
    output: int
    price_status: str
    """`priced`, `unpriced` or `free`."""
    unit_prices: dict[str, str] | None
    """US dollars per million tokens, as they were when the call was made."""
    cost: int | None
    """None while it is reserved, or where the price is unknown."""
    reserved: int
    started_at: datetime
    ended_at: datetime | None
    first_token_ms: int | None


@dataclass(frozen=True)
class Budget:
    """What may be spent in a period, and what is. Nano-dollars."""

    team_id: str
    scope: str
    """`day` or `run`."""
    period: str
    """A UTC date such as `2026-11-23`, or the id of a run."""
    amount: int
    spent: int
    reserved: int


@dataclass(frozen=True)
class Spent:
    """The sum over some calls."""

    calls: int
    nano_usd: int
    """Over the calls whose cost is known."""
    unpriced: int
    """Calls that ended and whose cost is unknown."""
    estimated: int
    """Calls whose usage never reached us."""


async def add(tx: Transaction, call: Call) -> int:
    """Keep a new call as the next attempt of its operation and give the attempt's number."""
    last = sa.select(sa.func.coalesce(sa.func.max(_call.c.attempt), 0)).where(
        _call.c.operation_id == call.operation_id
    )
    while True:  # another replica may take the number in between
        attempt = int((await tx.execute(last)).scalar_one()) + 1
        if await tx.insert_new(_call, **{**vars(call), "attempt": attempt}):
            return attempt


async def hold(tx: Transaction, team_id: str, call_id: str) -> Call | None:
    """Find a call and keep others from changing it until the transaction ends."""
    row = (
        await tx.execute(sa.select(_call).where(*_named(team_id, call_id)).with_for_update())
    ).one_or_none()
    return Call(**row._mapping) if row else None


async def change(tx: Transaction, call: Call) -> None:
    """Write how a call ended."""
    await tx.execute(
        sa.update(_call).where(*_named(call.team_id, call.call_id)).values(**vars(call))
    )


async def open_before(tx: Transaction, before: datetime) -> tuple[Call, ...]:
    """Give every team's calls that began before an instant and have not ended."""
    rows = await tx.execute(
        sa.select(_call).where(_call.c.status == "reserved", _call.c.started_at < before)
    )
    return tuple(Call(**row._mapping) for row in rows)


async def calls(tx: Transaction, team_id: str, run_id: str) -> tuple[Call, ...]:
    """Give the calls of a run, oldest first."""
    rows = await tx.execute(
        sa.select(_call)
        .where(_call.c.team_id == team_id, _call.c.run_id == run_id)
        .order_by(_call.c.started_at, _call.c.operation_id, _call.c.attempt)
    )
    return tuple(Call(**row._mapping) for row in rows)


async def spent(
    tx: Transaction, team_id: str, *, run_id: str | None = None, since: datetime | None = None
) -> Spent:
    """Sum the calls of a team, of one run or since an instant where these are given."""
    mine = [_call.c.team_id == team_id]
    mine += [_call.c.run_id == run_id] if run_id is not None else []
    mine += [_call.c.started_at >= since] if since is not None else []
    unpriced = (_call.c.cost.is_(None)) & (_call.c.status != "reserved")
    estimated = (_call.c.usage_source == "estimated") & (_call.c.status != "reserved")
    sums = sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(_call.c.cost), 0),
        sa.func.coalesce(sa.func.sum(sa.case((unpriced, 1), else_=0)), 0),
        sa.func.coalesce(sa.func.sum(sa.case((estimated, 1), else_=0)), 0),
    ).where(*mine)
    return Spent(*(int(value) for value in (await tx.execute(sums)).one()))


async def reserve(tx: Transaction, wanted: Budget, at: datetime) -> bool:
    """Reserve `wanted.reserved` of a budget; False where `wanted.amount` leaves no room for it.

    The check and the reservation are one statement, so no two callers share the same room.
    """
    taken = (
        sa.update(_budget)
        .where(
            *_of(wanted),
            _budget.c.spent + _budget.c.reserved + wanted.reserved <= wanted.amount,
        )
        .values(reserved=_budget.c.reserved + wanted.reserved, amount=wanted.amount, touched_at=at)
    )
    if (await tx.execute(taken)).rowcount:
        return True
    # Either there is no room, or there is no row yet: ours or that of another who was as quick.
    await tx.insert_new(_budget, **{**vars(wanted), "spent": 0, "reserved": 0, "touched_at": at})
    return bool((await tx.execute(taken)).rowcount)


async def release(tx: Transaction, budget: Budget) -> None:
    """Give back `budget.reserved` and add `budget.spent` to what was spent."""
    await tx.execute(
        sa.update(_budget)
        .where(*_of(budget))
        .values(reserved=_budget.c.reserved - budget.reserved, spent=_budget.c.spent + budget.spent)
    )


async def budget(tx: Transaction, team_id: str, scope: str, period: str) -> Budget | None:
    """Find a budget; None where nothing was ever reserved of it."""
    wanted = Budget(team_id, scope, period, 0, 0, 0)
    columns = (_budget.c[name] for name in vars(wanted))
    row = (await tx.execute(sa.select(*columns).where(*_of(wanted)))).one_or_none()
    return Budget(**row._mapping) if row else None


async def forget_budgets(tx: Transaction, before: datetime) -> int:
    """Forget budgets of which nothing was reserved since an instant; give their number.

    Calls stay: they are what was spent.
    """
    return (await tx.execute(sa.delete(_budget).where(_budget.c.touched_at < before))).rowcount


def _named(team_id: str, call_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return _call.c.team_id == team_id, _call.c.call_id == call_id


def _of(budget: Budget) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _budget.c.team_id == budget.team_id,
        _budget.c.scope == budget.scope,
        _budget.c.period == budget.period,
    )
