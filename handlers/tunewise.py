"""`/tunewise help|status|pause|resume`, answered at once and seen by its asker alone."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.jobs import Job
from bot.texts import say
from handlers.bot import Bot, place_of
from handlers.posting import Content
from storage import jobs, teams

_ADMINS_ONLY = frozenset({"pause", "resume"})


async def receive(
    ack: AsyncAck, command: dict[str, Any], client: AsyncWebClient, *, bot: Bot
) -> None:
    """Answer the command."""
    team_id, user_id = command["team_id"], command["user_id"]
    word = str(command.get("text") or "").strip().lower() or "help"
    admin = await _is_admin(bot, client, user_id)
    if word in _ADMINS_ONLY and not admin:
        await ack(text=say("tunewise.admins_only", word=word))
        return
    if word == "pause":
        await bot.jobs.pause(team_id, user_id)
        text = say("tunewise.paused", prefix=bot.settings.command_prefix)
    elif word == "resume":
        text = say("tunewise.resumed", held=await bot.jobs.resume(team_id))
    elif word == "status":
        text = await _status(bot, team_id)
    elif word == "help":
        text = help_text(bot, admin=admin)
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


async def _is_admin(bot: Bot, client: AsyncWebClient, user_id: str) -> bool:
    """Say whether a person is named in ADMIN_USERS or an admin of the workspace."""
    if user_id in bot.settings.admin_users:
        return True
    try:
        user = (await client.users_info(user=user_id))["user"]
    except SlackApiError:
        return False
    return bool(user.get("is_admin") or user.get("is_owner"))
