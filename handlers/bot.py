"""What listeners are given: the parts of the bot, bound once by `bot.app`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.embeddings import Embeddings
from bot.jobs import Job, Jobs
from bot.ledger import Ledger
from bot.llm import LLM
from bot.settings import Settings
from handlers.posting import Place, Posting
from storage import Database, Transaction, messages


@dataclass(frozen=True)
class Bot:
    """The parts of the bot."""

    settings: Settings
    db: Database
    jobs: Jobs
    ledger: Ledger
    llm: LLM | None
    """None where no model is configured, which is a normal state."""
    posting: Posting
    bot_user_id: str
    embeddings: Embeddings | None = None
    """None where texts are compared by their words."""

    async def take(
        self, team_id: str, key: str, then: Callable[[Transaction], Awaitable[Any]]
    ) -> bool:
        """Receive something once: its receipt and what follows from it in one transaction.

        Gives False, and does nothing, where it was received before.
        """
        async with self.db.transaction() as tx:
            new = await messages.receive(tx, team_id, key, datetime.now(UTC))
            if new:
                await then(tx)
            return new

    async def enqueue(
        self, tx: Transaction, kind: str, key: str, place: Place, **payload: Any
    ) -> bool:
        """Add a job that answers at a place; jobs of one thread run in order."""
        return await self.jobs.enqueue(
            tx,
            place.team_id,
            kind,
            key,
            lane=place.lane,
            channel_id=place.channel_id,
            thread_ts=place.thread_ts,
            user_id=place.user_id,
            **payload,
        )


def place_of(job: Job) -> Place:
    """Give the place that a job answers at."""
    payload = job.payload
    return Place(job.team_id, payload["channel_id"], payload["thread_ts"], payload["user_id"])


def place_pressed(body: dict[str, Any], context: AsyncBoltContext) -> Place:
    """Give the thread of the message whose button was pressed, and who pressed it."""
    message = body["message"]
    thread_ts = message.get("thread_ts") or message["ts"]
    return Place(str(context.team_id), body["channel"]["id"], thread_ts, body["user"]["id"])
