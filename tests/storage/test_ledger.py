"""Budgets hold on both databases, whoever asks at the same time."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage import Database, ledger
from storage.ledger import Budget, Call

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CALL = Call(
    call_id="c1",
    team_id="T1",
    channel_id="C1",
    thread_ts="1.1",
    user_id="U1",
    feature="advise",
    run_id="advise:1",
    step="read",
    operation_id="o1",
    attempt=0,
    prompt_fingerprint="0123456789ab",
    host="api.openai.com",
    provider="openai",
    model_requested="gpt-6-luna",
    model_returned=None,
    service_tier=None,
    request_id=None,
    status="reserved",
    error=None,
    http_status=None,
    usage=None,
    usage_source="estimated",
    input_uncached=10,
    input_cached=0,
    input_cache_write=0,
    output=0,
    price_status="priced",
    unit_prices={"input": "0.10"},
    cost=None,
    reserved=100,
    started_at=NOW,
    ended_at=None,
    first_token_ms=None,
)
BUDGET = Budget("T1", "day", "2026-11-23", amount=50, spent=0, reserved=1)


async def test_two_hundred_at_once_get_what_fifty_can_have(db: Database) -> None:
    async def ask() -> bool:
        async with db.transaction() as tx:
            return await ledger.reserve(tx, BUDGET, NOW)

    granted = await asyncio.gather(*(ask() for _ in range(200)))
    async with db.reading() as tx:
        has = await ledger.budget(tx, "T1", "day", "2026-11-23")
    assert sum(granted) == 50
    assert has == replace(BUDGET, reserved=50)


async def test_those_who_come_first_at_the_same_time_all_find_room(db: Database) -> None:
    async def ask() -> bool:
        async with db.transaction() as tx:
            return await ledger.reserve(tx, BUDGET, NOW)

    assert all(await asyncio.gather(*(ask() for _ in range(20))))


async def test_what_is_released_can_be_reserved_again(db: Database) -> None:
    whole = replace(BUDGET, reserved=50)
    async with db.transaction() as tx:
        assert await ledger.reserve(tx, whole, NOW)
        assert not await ledger.reserve(tx, BUDGET, NOW)
        await ledger.release(tx, replace(whole, spent=20))
        assert await ledger.reserve(tx, replace(BUDGET, reserved=30), NOW)
        assert not await ledger.reserve(tx, BUDGET, NOW)


async def test_a_raised_limit_counts_at_once(db: Database) -> None:
    async with db.transaction() as tx:
        assert not await ledger.reserve(tx, replace(BUDGET, reserved=60), NOW)
        assert await ledger.reserve(tx, replace(BUDGET, reserved=60, amount=60), NOW)


async def test_budgets_of_teams_and_periods_are_apart(db: Database) -> None:
    whole = replace(BUDGET, reserved=50)
    async with db.transaction() as tx:
        assert await ledger.reserve(tx, whole, NOW)
        assert await ledger.reserve(tx, replace(whole, team_id="T2"), NOW)
        assert await ledger.reserve(tx, replace(whole, period="2026-11-24"), NOW)
        assert await ledger.reserve(tx, replace(whole, scope="run"), NOW)


async def test_attempts_of_one_operation_are_counted(db: Database) -> None:
    async def add(number: int) -> int:
        async with db.transaction() as tx:
            return await ledger.add(tx, replace(CALL, call_id=f"c{number}"))

    assert sorted(await asyncio.gather(*(add(number) for number in range(8)))) == [*range(1, 9)]


async def test_a_call_comes_back_as_it_was_written(db: Database) -> None:
    ended = replace(
        CALL, attempt=1, status="ok", usage={"prompt_tokens": 9}, cost=7, reserved=0, ended_at=NOW
    )
    async with db.transaction() as tx:
        await ledger.add(tx, CALL)
        await ledger.change(tx, ended)
        assert await ledger.hold(tx, "T1", "c1") == ended
        assert await ledger.hold(tx, "T2", "c1") is None
        assert await ledger.calls(tx, "T1", "advise:1") == (ended,)
        assert await ledger.calls(tx, "T2", "advise:1") == ()


async def test_sums_tell_known_unknown_and_estimated_apart(db: Database) -> None:
    ended = replace(CALL, status="ok", usage_source="provider")
    written = (
        replace(ended, call_id="known", cost=7),
        replace(ended, call_id="unpriced", cost=None, price_status="unpriced"),
        replace(ended, call_id="estimated", cost=5, usage_source="estimated"),
        replace(CALL, call_id="under way"),
        replace(ended, call_id="other run", cost=1, run_id="advise:2"),
        replace(ended, call_id="yesterday", cost=2, started_at=NOW - timedelta(days=1)),
        replace(ended, call_id="other team", cost=4, team_id="T2"),
    )
    async with db.transaction() as tx:
        for call in written:
            await ledger.add(tx, call)
        of_run = await ledger.spent(tx, "T1", run_id="advise:1", since=NOW)
        of_day = await ledger.spent(tx, "T1", since=NOW)
        nothing = await ledger.spent(tx, "T3")
    assert of_run == ledger.Spent(calls=4, nano_usd=12, unpriced=1, estimated=1)
    assert of_day == ledger.Spent(calls=5, nano_usd=13, unpriced=1, estimated=1)
    assert nothing == ledger.Spent(0, 0, 0, 0)


async def test_calls_that_never_ended_are_found(db: Database) -> None:
    async with db.transaction() as tx:
        await ledger.add(tx, CALL)
        await ledger.add(tx, replace(CALL, call_id="c2", status="ok"))
        assert await ledger.open_before(tx, NOW) == ()
        found = await ledger.open_before(tx, NOW + timedelta(seconds=1))
    assert [call.call_id for call in found] == ["c1"]
