"""`/tunewise help|status|pause|resume`, answered at once and seen by its asker alone."""

import asyncio
import logging
from typing import Any

from aiohttp import ClientError
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.jobs import Job
from bot.texts import say
from handlers.bot import Bot, place_of
from handlers.posting import Content
from storage import jobs, teams

_ADMINS_ONLY = frozenset({"pause", "resume"})

_SECONDS = 2
"""How long Slack may take to say who is an admin; it gives a command three to be answered."""

_log = logging.getLogger(__name__)


async def receive(
    ack: AsyncAck,
    command: dict[str, Any],
    context: AsyncBoltContext,
    client: AsyncWebClient,
    *,
    bot: Bot,
) -> None:
    """Answer the command."""
    team_id, user_id = str(context.team_id), str(command["user_id"])
    word = str(command.get("text") or "").strip().lower() or "help"
    if word in _ADMINS_ONLY:
        admin = await _is_admin(bot, client, user_id)
        text = await _switched(bot, word, team_id, user_id) if admin else _refused(word, admin)
    elif word == "status":
        text = await _status(bot, team_id)
    elif word == "help":
        text = help_text(bot, admin=bool(await _is_admin(bot, client, user_id)))
    else:
        text = say("tunewise.unknown", word=word[:40], prefix=bot.settings.command_prefix)
    await ack(text=text)


async def tell_help(job: Job, *, bot: Bot) -> None:
    """Answer a mention that asks for nothing, or for help."""
    await bot.posting.show(job, place_of(job), Content(help_text(bot, admin=False)))


def help_text(bot: Bot, *, admin: bool) -> str:
    """Say what this person may do."""
    prefix = bot.settings.command_prefix
    lines = [say("tunewise.help", prefix=prefix, bot=bot.bot_user_id)]
    if admin:
        lines.append(say("tunewise.help_admin", prefix=prefix))
    if bot.llm is None:
        lines.append(say("tunewise.no_model"))
    return "\n".join(lines)


async def _switched(bot: Bot, word: str, team_id: str, user_id: str) -> str:
    if word == "pause":
        await bot.jobs.pause(team_id, user_id)
        return say("tunewise.paused", prefix=bot.settings.command_prefix)
    return say("tunewise.resumed", held=await bot.jobs.resume(team_id))


def _refused(word: str, admin: bool | None) -> str:
    return say("tunewise.admin_unknown" if admin is None else "tunewise.admins_only", word=word)


async def _status(bot: Bot, team_id: str) -> str:
    async with bot.db.reading() as tx:
        team = await teams.find(tx, team_id)
        waiting = await jobs.open_count(tx, team_id)
    spent = await bot.ledger.spent(team_id)
    lines = [
        say("tunewise.status_paused", user=team.paused_by)
        if team.paused_at
        else say("tunewise.status_running"),
        say("tunewise.status_model", model=bot.settings.model)
        if bot.llm
        else say("tunewise.no_model"),
        say("tunewise.status_jobs", waiting=waiting),
        say(
            "tunewise.status_spent",
            calls=spent.calls,
            usd=f"{spent.nano_usd / 1e9:.4f}",
            limit=f"{bot.settings.budget_day_usd:.2f}",
        ),
    ]
    if spent.unpriced:
        lines.append(say("tunewise.status_unpriced", calls=spent.unpriced))
    return "\n".join(lines)


async def _is_admin(bot: Bot, client: AsyncWebClient, user_id: str) -> bool | None:
    """Say whether a person is named in ADMIN_USERS or an admin of the workspace.

    None where Slack does not tell.
    """
    if user_id in bot.settings.admin_users:
        return True
    try:
        async with asyncio.timeout(_SECONDS):
            user = (await client.users_info(user=user_id))["user"]
    except (SlackApiError, ClientError, TimeoutError) as error:
        _log.warning("Slack does not tell who is an admin: %s", type(error).__name__)
        return None
    return bool(user.get("is_admin") or user.get("is_owner"))
