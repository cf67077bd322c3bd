"""The alarm clock: APScheduler runs what is due; what is due stands in the database."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.jobs import Jobs
from bot.ledger import Ledger
from storage import Database, advisor, messages
from storage import ledger as rows

_log = logging.getLogger(__name__)


def start_clock(db: Database, jobs: Jobs, ledger: Ledger, retention_days: int) -> AsyncIOScheduler:
    """Start the bot's housekeeping; the caller shuts the clock down.

    Text, jobs, verdicts and budgets past the retention are forgotten each hour, and calls whose
    process died are settled each minute.
    """

    async def forget() -> None:
        await forget_before(db, jobs, datetime.now(UTC) - timedelta(days=retention_days))

    async def reap() -> None:
        await ledger.reap(datetime.now(UTC))

    clock = AsyncIOScheduler(timezone=UTC)
    _each(clock, timedelta(hours=1), forget)
    _each(clock, timedelta(minutes=1), reap)
    clock.start()
    return clock


async def forget_before(db: Database, jobs: Jobs, before: datetime) -> int:
    """Forget what is older than an instant; give the number of messages."""
    await jobs.forget(before)
    async with db.transaction() as tx:
        await advisor.forget(tx, before)
        await rows.forget_budgets(tx, before)
        gone = await messages.forget(tx, before)
    if gone:
        _log.info("forgot %d messages past the retention", gone)
    return gone


def _each(clock: AsyncIOScheduler, apart: timedelta, work: Callable[[], Awaitable[None]]) -> None:
    async def undisturbed() -> None:
        with contextlib.suppress(asyncio.CancelledError):  # the clock cancels what runs at the end
            await work()

    clock.add_job(
        undisturbed,
        "interval",
        seconds=apart.total_seconds(),
        next_run_time=datetime.now(UTC) + timedelta(seconds=60),
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
    )
