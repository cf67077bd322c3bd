"""The ledger: one row per HTTP attempt, reserved before it is sent and settled when it ends.

No call goes out without a row, so no money is spent unseen: a row that nobody lives to settle is
settled by the reaper, at an estimate that says so.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from bot.errors import BudgetError, ModelError, refuse
from bot.ledger.calls import (
    Attempt,
    Charge,
    Outcome,
    Reserved,
    charged,
    charging,
    ended_row,
    lost_row,
    reserved_row,
)
from bot.ledger.prices import Price, PriceStatus, price_at
from bot.ledger.usage import Usage
from bot.settings import Settings
from bot.texts import say
from storage import Database, Transaction, jobs
from storage import ledger as rows
from storage.ledger import Spent

__all__ = [
    "Attempt",
    "Charge",
    "Ledger",
    "Outcome",
    "Reserved",
    "Spent",
    "Usage",
    "charged",
    "charging",
]

NANO = 1_000_000_000
"""Nano-dollars in a dollar."""

_GRACE = timedelta(seconds=60)
"""How long after its deadline a call may still settle itself before the reaper does."""


class Pricing(Protocol):
    """What a server asks for a model; `bot.ledger.prices.price_at` is the one in use."""

    def __call__(
        self,
        base_url: str,
        model: str,
        *,
        on: date,
        service_tier: str | None = None,
        input_tokens: int,
    ) -> tuple[PriceStatus, Price | None]:
        """Give the status and, where it is `priced`, the price."""


class Ledger:
    """Writes down what calls cost and refuses those that a budget has no room for."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pricing: Pricing = price_at,
    ) -> None:
        """Keep rows in a database; the clock and the price list can be others in tests."""
        self._db = db
        self._settings = settings
        self._now = now
        self._pricing = pricing
        self._limits = {
            "day": int(settings.budget_day_usd * NANO),
            "run": int(settings.budget_run_usd * NANO),
        }
        self._settling: set[asyncio.Task[int | None]] = set()

    async def reserve(self, attempt: Attempt) -> Reserved:
        """Write the row of a request that is about to be sent, and hold its worst case.

        Raises BudgetError where a budget has no room, ModelError where the price is unknown and
        unpriced calls are not allowed, StoppedError, PausedError or LostError where the run is a
        job that must not go on. In all cases nothing is written and nothing must be sent.
        """
        now = self._now()
        status, price = self._pricing(
            attempt.base_url, attempt.model, on=now.date(), input_tokens=attempt.most_input_tokens
        )
        if status == "unpriced" and not self._settings.allow_unpriced:
            raise ModelError(say("ledger.unpriced", model=attempt.model))
        call = reserved_row(attempt, status, price, now)
        async with self._db.transaction() as tx:
            halted = await jobs.halted(tx, {call.run_id: attempt.charge.epoch})
            refuse(halted.get(call.run_id))
            for scope in ("day", "run") if call.reserved else ():
                await self._hold_back(tx, call, scope)
            await rows.add(tx, call)
        return Reserved(call.call_id, attempt, now)

    async def settle(self, reserved: Reserved, outcome: Outcome) -> int | None:
        """Write how a request ended and give its cost in nano-dollars, None where unknown.

        Once begun it ends, even where the caller is cancelled meanwhile.
        """
        return await self._to_the_end(self._settle(reserved, outcome))

    async def reap(self, now: datetime) -> int:
        """Settle calls that nobody will settle any more, at the estimate of their input.

        Gives their number. Safe on several replicas at once.
        """
        lived = timedelta(seconds=self._settings.model_deadline_seconds) + _GRACE
        async with self._db.reading() as tx:
            lost = await rows.open_before(tx, now - lived)
        reaped = 0
        for call in lost:
            async with self._db.transaction() as tx:
                held = await rows.hold(tx, call.team_id, call.call_id)
                if held is None or held.status != "reserved":
                    continue
                await _close(tx, held, lost_row(held, now))
                reaped += 1
        return reaped

    async def spent(self, team_id: str, run_id: str | None = None) -> Spent:
        """Sum a team's calls of one run, or of the present UTC day where no run is named."""
        today = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        async with self._db.reading() as tx:
            return await rows.spent(
                tx, team_id, run_id=run_id, since=None if run_id is not None else today
            )

    async def close(self) -> None:
        """Wait for rows that are being settled."""
        await asyncio.gather(*self._settling, return_exceptions=True)

    async def _hold_back(self, tx: Transaction, call: rows.Call, scope: str) -> None:
        limit = self._limits[scope]
        wanted = rows.Budget(
            call.team_id, scope, _period(call, scope), limit, spent=0, reserved=call.reserved
        )
        if await rows.reserve(tx, wanted, call.started_at):
            return
        has = await rows.budget(tx, call.team_id, scope, wanted.period) or wanted
        raise BudgetError(
            say(
                f"ledger.budget_{scope}",
                limit=_dollars(limit),
                spent=_dollars(has.spent),
                reserved=_dollars(has.reserved if has is not wanted else 0),
                wanted=_dollars(call.reserved),
            )
        )

    async def _settle(self, reserved: Reserved, outcome: Outcome) -> int | None:
        status, price = self._price(reserved, outcome)
        async with self._db.transaction() as tx:
            held = await rows.hold(tx, reserved.attempt.charge.team_id, reserved.call_id)
            if held is None or held.status not in ("reserved", "unknown"):
                return held.cost if held else None
            ended = ended_row(held, outcome, status, price, self._now())
            await _close(tx, held, ended)
        return ended.cost

    def _price(self, reserved: Reserved, outcome: Outcome) -> tuple[PriceStatus, Price | None]:
        """Price what was answered: its tier, its length and the model that really answered."""
        found: tuple[PriceStatus, Price | None] = ("unpriced", None)
        for model in filter(None, (outcome.model, reserved.attempt.model)):
            found = self._pricing(
                reserved.attempt.base_url,
                model,
                on=reserved.started_at.date(),
                service_tier=outcome.service_tier,
                input_tokens=outcome.usage.input,
            )
            if found[0] != "unpriced":
                break
        return found

    async def _to_the_end(self, work: Coroutine[Any, Any, int | None]) -> int | None:
        task = asyncio.ensure_future(work)
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)
        return await asyncio.shield(task)


async def _close(tx: Transaction, held: rows.Call, ended: rows.Call) -> None:
    """Write the end of a call, and move its money from reserved to spent."""
    await rows.change(tx, replace(ended, reserved=0))
    spent = (ended.cost or 0) - (held.cost or 0)
    if not (spent or held.reserved):
        return
    for scope in ("day", "run"):
        period = _period(held, scope)
        await rows.release(
            tx, rows.Budget(held.team_id, scope, period, 0, spent=spent, reserved=held.reserved)
        )


def _period(call: rows.Call, scope: str) -> str:
    return call.started_at.date().isoformat() if scope == "day" else call.run_id


def _dollars(nano: int) -> str:
    """Show money with as many decimals as it needs, two at least.

    >>> _dollars(5_000_000_000), _dollars(1_234_000)
    ('$5.00', '$0.001234')
    """
    amount = f"{Decimal(nano) / NANO:.9f}".rstrip("0")
    whole, _, decimals = amount.partition(".")
    return f"${whole}.{decimals:0<2}"
