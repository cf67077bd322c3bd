"""Housekeeping forgets what is past the retention, and only that."""

from datetime import UTC, datetime, timedelta

from bot.clock import forget_before
from bot.jobs import Jobs
from storage import Database, advisor, jobs, ledger, messages

NOW = datetime(2026, 11, 23, tzinfo=UTC)
OLD = NOW - timedelta(days=91)


async def test_text_jobs_and_verdicts_past_the_retention_are_forgotten(db: Database) -> None:
    async with db.transaction() as tx:
        for number, at in enumerate((OLD, NOW)):
            ts = f"{number}.1"
            await messages.add(tx, messages.Message("T1", "C1", ts, ts, "U1", "hello", at))
            await advisor.add(
                tx, advisor.GivenVerdict("T1", "j", f"v{number}", "C1", ts, "why?", {}, at)
            )
            job = jobs.Job(f"a:{number}", "T1", "a", "C1", {}, "done", 1, 1, None, at, at)
            await jobs.add(tx, job)
    assert await forget_before(db, Jobs(db), NOW - timedelta(days=90)) == 1
    async with db.reading() as tx:
        kept = [
            (
                await messages.find(tx, "T1", "C1", f"{number}.1") is not None,
                await advisor.shown(tx, "T1", "C1", f"{number}.1") is not None,
                await jobs.find(tx, f"a:{number}") is not None,
            )
            for number in (0, 1)
        ]
    assert kept == [(False, False, False), (True, True, True)]


async def test_budgets_that_nobody_touched_since_the_retention_are_forgotten(db: Database) -> None:
    budgets = [ledger.Budget("T1", "run", f"a:{number}", 50, 0, 1) for number in range(3)]
    async with db.transaction() as tx:
        for budget, at in zip(budgets, (OLD, OLD, NOW), strict=True):
            assert await ledger.reserve(tx, budget, at)
        assert await ledger.reserve(tx, budgets[1], NOW)
    await forget_before(db, Jobs(db), NOW - timedelta(days=90))
    async with db.reading() as tx:
        kept = [await ledger.budget(tx, "T1", "run", budget.period) for budget in budgets]
    assert [budget.reserved if budget else None for budget in kept] == [None, 2, 1]
