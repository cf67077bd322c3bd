"""Stop: Slack's button or the word `stop` in a thread ends the work there for good."""

import logging
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.jobs import Job
from bot.texts import say
from handlers.bot import Bot, place_of
from handlers.posting import Content, Place, Posted
from storage import Transaction, jobs

_log = logging.getLogger(__name__)


async def receive(
    event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext, *, bot: Bot
) -> None:
    """Stop what runs in the thread whose Stop button was pressed."""
    channel, thread_ts, user = (event.get(name) for name in ("channel", "thread_ts", "user"))
    if not all(isinstance(part, str) for part in (channel, thread_ts, user)):
        _log.warning("passed over a Stop that names no thread")
        return
    place = Place(str(context.team_id), str(channel), str(thread_ts), str(user))
    await take(bot, f"event:{body.get('event_id')}", place, place.lane)


async def take(bot: Bot, key: str, place: Place, lane: str) -> None:
    """Stop the work of a lane for good, and have it said at a place."""

    async def stop(tx: Transaction) -> None:
        stopped = await bot.jobs.stop(tx, place.team_id, lane, place.user_id)
        await bot.enqueue(tx, "stopped", key, place, stopped=list(stopped))

    await bot.take(place.team_id, key, stop)
    await bot.jobs.halt()


async def tell(job: Job, *, bot: Bot) -> None:
    """Write into each stopped reply that it was stopped, or say that there was nothing to stop."""
    place = place_of(job)
    shown = [
        posted for job_id in job.payload["stopped"] if (posted := await _shown(job_id, job, bot))
    ]
    key = "stop.stopped" if job.payload["stopped"] else "stop.nothing"
    content = Content(say(key, user=place.user_id))
    for posted in shown:
        await bot.posting.update(job, posted, content)
    if not shown:
        await bot.posting.show(job, place, content)


async def _shown(job_id: str, teller: Job, bot: Bot) -> Posted | None:
    """Find the reply of a stopped job, also where it was being posted when the Stop came."""
    async with bot.db.reading() as tx:
        stopped, kept = await jobs.find(tx, job_id), await jobs.result(tx, job_id, "reply")
    if kept:
        return Posted(**kept[0])
    if stopped is None or stopped.epoch == 0:
        return None
    return await bot.posting.find(teller, place_of(stopped), of=stopped)
