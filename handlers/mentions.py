"""A mention or a direct message becomes a job; edits and deletions follow the text that is kept."""

import html
import logging
import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.jobs import job_id_of
from bot.texts import redact
from handlers import stop
from handlers.bot import Bot
from handlers.downloads import Named, lines_in, use_of
from handlers.posting import Place
from storage import Transaction, jobs, messages
from storage import advisor as verdicts

_SPOKEN = frozenset({None, "file_share", "thread_broadcast"})
_LINK = re.compile(r"<(?:https?|mailto)[^|>\s]*(?:\|([^>]*))?>")
_CALL = re.compile(r"<[@!][^>]*>")
_CHANNEL = re.compile(r"<#[^|>]*(?:\|([^>]*))?>")
_HOLDING = ("advise", "followup", "file")
"""Jobs whose results hold the words of the message that they answer."""
_USES = ("audit", "measure")
"""What a button says a file is: the end of the key of the job that it starts."""
_STOP = frozenset({"stop", "cancel"})

_log = logging.getLogger(__name__)


async def receive(event: dict[str, Any], context: AsyncBoltContext, *, bot: Bot) -> None:
    """Take in whatever was said where the bot can hear it: answer, keep or pass over."""
    subtype = event.get("subtype")
    if subtype in ("message_changed", "message_deleted"):
        await _follow(event, str(context.team_id), bot)
        return
    message = _message(event, str(context.team_id))
    if message is None or subtype not in _SPOKEN or event.get("bot_id"):
        _log.info("passed over a message of subtype %s", subtype)
        return
    if _is_addressed(event, bot.bot_user_id):
        await _take(message, bot, lines_in(event), direct=event.get("channel_type") == "im")
    elif message.thread_ts != message.ts:
        await _overhear(message, bot, lines_in(event))


def question_in(text: str) -> str:
    """Give what a person typed, without Slack's markup: no mention of anybody is left in it.

    >>> question_in("<@U0BOT> is 90 &lt; 95? see <https://x.org|the page> <!here>")
    'is 90 < 95? see the page'
    """
    text = _CALL.sub(" ", text)
    text = _CHANNEL.sub(lambda channel: f"#{channel[1]}" if channel[1] else " ", text)
    text = _LINK.sub(lambda link: link[1] or link[0].strip("<>"), text)
    return re.sub(r"[ \t]+", " ", html.unescape(text)).strip()


async def _take(
    message: messages.Message, bot: Bot, files: tuple[Named, ...], *, direct: bool
) -> None:
    """Answer a message; `stop` beside the threads of a direct conversation means all of them."""
    place = Place(message.team_id, message.channel_id, message.thread_ts, message.user_id)
    key = f"{message.channel_id}:{message.ts}"
    question = question_in(message.text)
    if _says_stop(question):
        whole = direct and message.thread_ts == message.ts
        lane = f"{message.channel_id}:" if whole else place.lane
        await stop.take(bot, f"message:{key}", place, lane)
        return

    async def answer(tx: Transaction) -> None:
        await messages.add(tx, message)
        if files:
            await _read_files(tx, message, files, place, bot)
        else:
            await bot.enqueue(tx, _kind(message, question), key, place, ts=message.ts)

    if not await bot.take(message.team_id, f"message:{key}", answer):
        _log.info("dropped a message that was received before")


async def _read_files(
    tx: Transaction, message: messages.Message, files: tuple[Named, ...], place: Place, bot: Bot
) -> None:
    named = [asdict(one) for one in files]
    key = f"{message.channel_id}:{message.ts}"
    await bot.enqueue(tx, "file", key, place, ts=message.ts, files=named)


def _kind(message: messages.Message, question: str) -> str:
    """Say what job answers a message: below another message it may be a follow-up."""
    if question.lower().rstrip("?!.") in ("", "help"):
        return "help"
    if use_of(question) and len(question.split()) == 1:
        return "file_help"
    return "advise" if message.thread_ts == message.ts else "followup"


async def _overhear(message: messages.Message, bot: Bot, files: tuple[Named, ...]) -> None:
    """Keep what follows in a thread of ours; a bare `stop` there is meant for the bot.

    So is a file of JSON lines where the thread holds a verdict.
    """
    place = Place(message.team_id, message.channel_id, message.thread_ts, message.user_id)
    async with bot.db.reading() as tx:
        ours = await messages.is_ours(tx, place.team_id, place.channel_id, message.thread_ts)
        working = await jobs.has_open(tx, place.team_id, place.lane)
        thread = (place.team_id, place.channel_id, message.thread_ts)
        wanted = files and await verdicts.newest(tx, *thread)
    if wanted:
        await _take(message, bot, files, direct=False)
    elif working and _says_stop(question_in(message.text)):
        await stop.take(bot, f"message:{message.channel_id}:{message.ts}", place, place.lane)
    elif ours:
        async with bot.db.transaction() as tx:
            await messages.add(tx, message)


def _says_stop(question: str) -> bool:
    return question.lower().rstrip("!.") in _STOP


async def _follow(event: dict[str, Any], team_id: str, bot: Bot) -> None:
    """Change or forget the kept text of a message that was edited or deleted."""
    channel, old = event.get("channel"), event.get("previous_message") or {}
    ts = event.get("deleted_ts") or old.get("ts")
    if not isinstance(channel, str) or not isinstance(ts, str):
        return
    new = event.get("message") or {}
    async with bot.db.transaction() as tx:
        if event["subtype"] == "message_deleted" or new.get("subtype") == "tombstone":
            await messages.remove(tx, team_id, channel, ts)
            key = f"{channel}:{ts}"
            asked = [job_id_of(kind, team_id, key) for kind in _HOLDING]
            pressed = [job_id_of("file", team_id, f"{key}:{use}") for use in _USES]
            for job_id in (*asked, *pressed):
                await jobs.erase(tx, job_id)
                await verdicts.erase(tx, team_id, job_id)
            await jobs.erase_under(tx, job_id_of("reread", team_id, key))
            await verdicts.erase_thread(tx, team_id, channel, ts)
        else:
            await messages.change(tx, team_id, channel, ts, redact(str(new.get("text") or "")))


def _message(event: dict[str, Any], team_id: str) -> messages.Message | None:
    channel, ts, user = event.get("channel"), event.get("ts"), event.get("user")
    thread_ts = event.get("thread_ts") or ts
    if not all(isinstance(part, str) for part in (channel, ts, user, thread_ts)):
        return None
    text = redact(str(event.get("text") or ""))
    now = datetime.now(UTC)
    return messages.Message(team_id, str(channel), str(ts), str(thread_ts), str(user), text, now)


def _is_addressed(event: dict[str, Any], bot_user_id: str) -> bool:
    return (
        event.get("type") == "app_mention"
        or event.get("channel_type") == "im"
        or f"<@{bot_user_id}>" in str(event.get("text"))
    )
