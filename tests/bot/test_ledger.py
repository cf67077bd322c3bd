"""No money is spent unseen, and none beyond the budget."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot import settings
from bot.errors import BudgetError, ModelError, PausedError, StoppedError
from bot.ledger import Attempt, Charge, Ledger, Outcome, Usage, charged, charging
from bot.ledger.prices import Price, PriceStatus, price_at
from bot.ledger.usage import usage_from
from storage import Database, jobs, teams
from storage import ledger as rows

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CHARGE = Charge("T1", "advise", "advise:1", "C1", "1.1", "U1", step="read")
ATTEMPT = Attempt(
    CHARGE,
    operation_id="o1",
    prompt_fingerprint="0123456789ab",
    base_url="https://api.openai.com/v1",
    model="gpt-6-luna",
    input_tokens=800,
    most_input_tokens=1000,
    most_output_tokens=250,
)
WORST = 1000 * 125 + 250 * 500
"""Nano-dollars of ATTEMPT: all of its input written to a cache, all of its output used."""


def ledger_of(
    db: Database, *, now: Callable[[], datetime] = lambda: NOW, **overrides: Any
) -> Ledger:
    return Ledger(db, settings.read(**overrides), now=now)


async def row(db: Database, run_id: str = "advise:1") -> rows.Call:
    async with db.reading() as tx:
        (call,) = await rows.calls(tx, "T1", run_id)
    return call


async def budgets(db: Database) -> tuple[rows.Budget | None, ...]:
    async with db.reading() as tx:
        return (
            await rows.budget(tx, "T1", "day", "2026-11-23"),
            await rows.budget(tx, "T1", "run", "advise:1"),
        )


def test_a_call_is_charged_to_somebody_or_refused() -> None:
    with pytest.raises(RuntimeError, match="charging"):
        charged()
    with charging(CHARGE):
        with charging(replace(CHARGE, step="word")):
            assert charged().step == "word"
        assert charged() == CHARGE
    with pytest.raises(RuntimeError):
        charged()


@pytest.mark.parametrize(("halt", "error"), [("stop", StoppedError), ("pause", PausedError)])
async def test_nothing_is_sent_for_a_job_that_must_not_go_on(
    db: Database, halt: str, error: type[Exception]
) -> None:
    job = jobs.Job("advise:1", "T1", "advise", "C1:1.1", {}, "running", 1, 0, None, NOW, None)
    async with db.transaction() as tx:
        await jobs.add(tx, job)
        if halt == "stop":
            await jobs.stop(tx, "T1", "C1:1.1", "U1", NOW)
        else:
            await teams.pause(tx, "T1", "U1", NOW)
    with pytest.raises(error):
        await ledger_of(db).reserve(ATTEMPT)
    async with db.reading() as tx:
        assert await rows.calls(tx, "T1", "advise:1") == ()


async def test_a_call_is_reserved_at_its_worst_and_settled_at_its_cost(db: Database) -> None:
    ledger = ledger_of(db)
    reserved = await ledger.reserve(ATTEMPT)
    held = await row(db)
    assert (held.status, held.cost, held.reserved) == ("reserved", None, WORST)
    assert [budget and (budget.spent, budget.reserved) for budget in await budgets(db)] == [
        (0, WORST),
        (0, WORST),
    ]
    usage = Usage(500, 300, 0, 100, {"prompt_tokens": 800})
    cost = await ledger.settle(reserved, Outcome("ok", usage, "provider", model="gpt-6-luna"))
    assert cost == 500 * 100 + 300 * 10 + 100 * 500
    ended = await row(db)
    assert (ended.status, ended.cost, ended.reserved, ended.ended_at) == ("ok", cost, 0, NOW)
    assert (ended.input_uncached, ended.input_cached, ended.output) == (500, 300, 100)
    assert ended.unit_prices is not None
    assert ended.unit_prices["input"] == "0.1"
    assert (ended.channel_id, ended.thread_ts, ended.user_id) == ("C1", "1.1", "U1")
    assert [budget and (budget.spent, budget.reserved) for budget in await budgets(db)] == [
        (cost, 0),
        (cost, 0),
    ]
    assert await ledger.spent("T1") == await ledger.spent("T1", "advise:1")
    assert (await ledger.spent("T1")).nano_usd == cost


async def test_two_hundred_calls_at_once_cannot_overspend_a_budget_for_fifty(db: Database) -> None:
    ledger = ledger_of(db, budget_day_usd=Decimal(50 * WORST) / 10**9, budget_run_usd=1)

    async def ask(number: int) -> bool:
        try:
            await ledger.reserve(replace(ATTEMPT, operation_id=f"o{number}"))
        except BudgetError:
            return False
        return True

    granted = await asyncio.gather(*(ask(number) for number in range(200)))
    day, run = await budgets(db)
    assert sum(granted) == 50
    assert day is not None
    assert run is not None
    assert day.spent + day.reserved == day.amount
    assert run.reserved == day.reserved
    assert (await ledger.spent("T1")).calls == 50


@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        ({"budget_day_usd": 0}, "BUDGET_DAY_USD"),
        ({"budget_run_usd": "0.0002"}, "BUDGET_RUN_USD"),
    ],
)
async def test_a_refusal_names_the_limit_and_who_raises_it_and_leaves_nothing(
    db: Database, limits: dict[str, Any], setting: str
) -> None:
    ledger = ledger_of(db, **limits)
    with pytest.raises(BudgetError) as refused:
        await ledger.reserve(ATTEMPT)
    assert setting in str(refused.value)
    assert "$0.00025" in str(refused.value)
    assert (await ledger.spent("T1")).calls == 0
    assert await budgets(db) == (None, None)


async def test_a_new_day_has_a_new_budget(db: Database) -> None:
    clock = iter((NOW, NOW, NOW + timedelta(days=1)))
    ledger = ledger_of(db, now=lambda: next(clock), budget_day_usd=Decimal(WORST) / 10**9)
    await ledger.reserve(ATTEMPT)
    with pytest.raises(BudgetError):
        await ledger.reserve(replace(ATTEMPT, charge=replace(CHARGE, run_id="advise:2")))
    await ledger.reserve(replace(ATTEMPT, charge=replace(CHARGE, run_id="advise:3")))


async def test_a_strange_server_is_refused_unless_that_is_allowed(db: Database) -> None:
    strange = replace(ATTEMPT, base_url="http://10.0.0.4/v1")
    with pytest.raises(ModelError, match="ALLOW_UNPRICED"):
        await ledger_of(db).reserve(strange)
    allowing = ledger_of(db, allow_unpriced=True, budget_day_usd=0)
    reserved = await allowing.reserve(strange)
    assert await allowing.settle(reserved, Outcome("ok", Usage(9), "provider")) is None
    spent = await allowing.spent("T1", "advise:1")
    assert (spent.calls, spent.nano_usd, spent.unpriced) == (1, 0, 1)


async def test_a_server_of_ones_own_is_free_even_without_a_budget(db: Database) -> None:
    ledger = ledger_of(db, budget_day_usd=0, budget_run_usd=0)
    reserved = await ledger.reserve(replace(ATTEMPT, base_url="http://127.0.0.1:1/v1"))
    assert await ledger.settle(reserved, Outcome("ok", Usage(9), "provider")) == 0
    ended = await row(db)
    assert (ended.price_status, ended.cost, ended.input_uncached) == ("free", 0, 9)


async def test_a_tier_or_length_that_costs_more_is_priced_as_what_it_was(db: Database) -> None:
    ledger = ledger_of(db)
    for number, (usage, tier, cost) in enumerate(
        (
            (Usage(1000), "priority", 200_000),
            (Usage(300_000), None, 300_000 * 200),
            (Usage(1000), "scale", None),
        )
    ):
        charge = replace(CHARGE, run_id=f"run {number}")
        reserved = await ledger.reserve(replace(ATTEMPT, charge=charge))
        outcome = Outcome("ok", usage, "provider", service_tier=tier)
        assert await ledger.settle(reserved, outcome) == cost
    assert (await ledger.spent("T1")).unpriced == 1


async def test_the_model_that_answered_is_priced_not_the_one_that_was_asked(db: Database) -> None:
    ledger = ledger_of(db)
    for run, answered, cost in (
        ("dearer", "gpt-6.1-sol", 2_000_000),
        ("an alias of the server's", "luna-prod-7", 100_000),
    ):
        reserved = await ledger.reserve(replace(ATTEMPT, charge=replace(CHARGE, run_id=run)))
        outcome = Outcome("ok", Usage(1000), "provider", model=answered)
        assert await ledger.settle(reserved, outcome) == cost


async def test_a_price_change_does_not_rewrite_the_past(db: Database) -> None:
    price = price_at("https://api.openai.com/v1", "gpt-6-luna", on=NOW.date(), input_tokens=9)[1]
    assert price is not None
    today = [price]

    def pricing(
        base_url: str,
        model: str,
        *,
        on: date,
        service_tier: str | None = None,
        input_tokens: int,
    ) -> tuple[PriceStatus, Price | None]:
        return "priced", today[0]

    ledger = Ledger(db, settings.read(), now=lambda: NOW, pricing=pricing)
    first = await ledger.reserve(ATTEMPT)
    await ledger.settle(first, Outcome("ok", Usage(1000), "provider"))
    before = await row(db)
    today[0] = replace(price, input=price.input * 3)
    second = await ledger.reserve(replace(ATTEMPT, charge=replace(CHARGE, run_id="advise:2")))
    assert await ledger.settle(second, Outcome("ok", Usage(1000), "provider")) == 300_000
    assert await row(db) == before
    assert before.cost == 100_000


async def test_a_refused_request_costs_nothing_and_gives_its_room_back(db: Database) -> None:
    ledger = ledger_of(db)
    reserved = await ledger.reserve(ATTEMPT)
    outcome = Outcome("error", error="RateLimitError", http_status=429)
    assert await ledger.settle(reserved, outcome) == 0
    ended = await row(db)
    assert (ended.usage_source, ended.http_status, ended.input_uncached) == ("none", 429, 0)
    day, _ = await budgets(db)
    assert day is not None
    assert (day.spent, day.reserved) == (0, 0)


async def test_a_call_that_nobody_settles_is_reaped_once(db: Database) -> None:
    ledger = ledger_of(db, model_deadline_seconds=10)
    reserved = await ledger.reserve(ATTEMPT)
    assert await ledger.reap(NOW + timedelta(seconds=70)) == 0
    late = NOW + timedelta(seconds=71)
    assert sum(await asyncio.gather(ledger.reap(late), ledger.reap(late))) == 1
    lost = await row(db)
    assert (lost.status, lost.usage_source, lost.cost) == ("unknown", "estimated", 800 * 100)
    day, _ = await budgets(db)
    assert day is not None
    assert (day.spent, day.reserved) == (80_000, 0)
    assert (await ledger.spent("T1")).estimated == 1
    # Whoever made the call was only slow: what it knows counts, and once.
    for _ in range(2):
        assert await ledger.settle(reserved, Outcome("ok", Usage(500), "provider")) == 50_000
    day, _ = await budgets(db)
    assert day is not None
    assert (day.spent, day.reserved) == (50_000, 0)
    assert (await ledger.spent("T1")).estimated == 0


async def test_a_call_is_settled_even_where_its_caller_is_cancelled(db: Database) -> None:
    ledger = ledger_of(db)
    reserved = await ledger.reserve(ATTEMPT)
    settling = asyncio.ensure_future(ledger.settle(reserved, Outcome("ok", Usage(9), "provider")))
    await asyncio.sleep(0)
    settling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await settling
    await ledger.close()
    assert (await row(db)).status == "ok"


async def test_names_that_a_server_makes_up_are_cut_to_what_a_row_holds(db: Database) -> None:
    ledger = ledger_of(db)
    reserved = await ledger.reserve(ATTEMPT)
    long = "x" * 5000
    await ledger.settle(
        reserved, Outcome("ok", Usage(9), "provider", model=long, request_id=long, error=long)
    )
    ended = await row(db)
    assert (len(ended.model_returned or ""), len(ended.request_id or "")) == (128, 128)


@pytest.mark.parametrize(
    ("raw", "usage"),
    [
        pytest.param({"prompt_tokens": 0, "completion_tokens": 0}, Usage(), id="an explicit 0"),
        pytest.param(
            {
                "prompt_tokens": 100,
                "completion_tokens": 30,
                "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 25},
                "completion_tokens_details": {"reasoning_tokens": 20},
            },
            Usage(15, 60, 25, 30),
            id="reasoning is part of the output",
        ),
        pytest.param(
            {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 99}},
            Usage(0, 10, 0, 0),
            id="no more is cached than there is",
        ),
        pytest.param(
            {"prompt_tokens": "many", "completion_tokens": -3, "prompt_tokens_details": []},
            Usage(),
            id="nonsense counts as nothing",
        ),
    ],
)
def test_every_token_is_in_one_bucket(raw: dict[str, Any], usage: Usage) -> None:
    assert usage_from(raw) == usage
