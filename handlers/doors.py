"""The buttons below a verdict: details, what to do next and a memo, each brought once."""

import logging
from dataclasses import replace
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.advisor import Verdict
from bot.jobs import Job, job_id_of
from bot.pool import in_thread
from bot.texts import say
from handlers import details, given
from handlers.bot import Bot, place_of, place_pressed
from handlers.posting import Place, Posted, whisper
from handlers.verdict import DOOR
from handlers.wire import WIRE_FAULTS, reason_of
from storage import Transaction, jobs
from storage.advisor import GivenVerdict

_log = logging.getLogger(__name__)


async def receive(
    ack: AsyncAck,
    body: dict[str, Any],
    action: dict[str, Any],
    context: AsyncBoltContext,
    client: AsyncWebClient,
    *,
    bot: Bot,
) -> None:
    """Take in a press: the first one brings what the button says, the others say where it is."""
    kind, ts = action["action_id"].removeprefix(f"{DOOR}_"), body["message"]["ts"]
    place = place_pressed(body, context)
    key = f"{place.channel_id}:{ts}:{action['value']}"
    first = job_id_of(kind, place.team_id, key)
    new = False

    async def bring_anew(tx: Transaction, before: Job | None) -> None:
        nonlocal new
        again = f"{key}:{_generation(before, first) + 1}" if before else key
        new = await bot.enqueue(tx, kind, again, place, ts=ts, audit_id=action["value"])

    async def enqueue(tx: Transaction) -> None:
        before = await jobs.newest_of(tx, first)
        if before is None or before.state in ("failed", "stopped"):
            await bring_anew(tx, before)

    await bot.take(place.team_id, f"trigger:{body['trigger_id']}", enqueue)
    await ack()
    if new:
        return
    async with bot.db.reading() as tx:
        before = await jobs.newest_of(tx, first)
    if before and not await _point_to(before.job_id, kind, place, client, bot):
        async with bot.db.transaction() as tx:
            await bring_anew(tx, before)


def _generation(job: Job, first: str) -> int:
    """Say which job of a door this is, from 1: the id of the first one has no number."""
    number = job.job_id.removeprefix(first).removeprefix(":")
    return int(number) if number.isdecimal() else 1


async def bring(job: Job, *, bot: Bot) -> None:
    """Bring what a button says; where Slack draws no chart, a picture of it follows."""
    old, verdict = await given.find(bot, job.team_id, job.payload)
    content = await in_thread(details.shown, job.kind, verdict, old)
    posted = await bot.posting.show(job, place_of(job), content)
    await picture(bot, job, place_of(job), posted, old, verdict)


async def picture(
    bot: Bot, job: Job, place: Place, posted: Posted, old: GivenVerdict, verdict: Verdict
) -> None:
    """Put the picture of the chart below details of which Slack refused the chart."""
    if posted.refused:
        drawn = await in_thread(details.picture, verdict, old)
        await bot.posting.attach(job, replace(place, thread_ts=place.thread_ts or posted.ts), drawn)


async def _point_to(job_id: str, kind: str, place: Place, client: AsyncWebClient, bot: Bot) -> bool:
    """Tell who pressed again where the answer stands; give False where it was deleted.

    It is an ornament, so other faults are passed over.
    """
    async with bot.db.reading() as tx:
        kept = await jobs.result(tx, job_id, "reply")
    if kept is None:
        return True
    channel, ts = kept[0]["channel_id"], kept[0]["ts"]
    try:
        link = await client.chat_getPermalink(channel=channel, message_ts=ts)
    except WIRE_FAULTS as error:
        _log.info("a reply has no link: %s", reason_of(error))
        return reason_of(error) != "message_not_found"
    await whisper(client, place, say(f"verdict.already_{kind}", link=link["permalink"]))
    return True
