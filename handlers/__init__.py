"""The routing table: the whole Slack surface on one screen. The manifest is made from it."""

import logging
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from handlers import (
    advisor,
    doors,
    failures,
    files,
    followups,
    forms,
    mentions,
    stop,
    tunewise,
    verdict,
)
from handlers.bot import Bot

__all__ = ["COMMANDS", "EVENTS", "JOBS", "SCOPES", "Bot", "Command", "register"]

Listener = Callable[..., Coroutine[Any, Any, None]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Command:
    """A slash command; its name gets the prefix of the settings."""

    name: str
    hint: str
    description: str
    listener: Listener


COMMANDS = (
    Command(
        "advise", "[question] | audit", "Should we fine-tune? A verdict", advisor.receive_command
    ),
    Command("tunewise", "help | status | pause | resume", "What I can do", tunewise.receive),
)

EVENTS: dict[str, Listener] = {
    "app_mention": mentions.receive,
    "message": mentions.receive,
    "agent_session_stopped": stop.receive,
}

ACTIONS: dict[str, Listener] = {
    verdict.CHOICE: advisor.receive_choice,
    f"{verdict.DOOR}_{verdict.DETAILS}": doors.receive,
    f"{verdict.DOOR}_{verdict.RECIPE}": doors.receive,
    f"{verdict.DOOR}_{verdict.MEMO}": doors.receive,
    f"{verdict.DOOR}_{verdict.EDIT}": forms.receive_edit,
    forms.ALL: forms.receive_all,
    followups.READING: followups.receive_reading,
    files.READ: files.receive_kind,
    files.USE: files.receive_use,
}

VIEWS: dict[str, Listener] = {
    forms.FACTS: forms.receive_facts,
    forms.QUESTIONS: forms.receive_questions,
}

JOBS: dict[str, Listener] = {
    "advise": advisor.answer,
    "revise": advisor.revise,
    "details": doors.bring,
    "recipe": doors.bring,
    "memo": doors.bring,
    "followup": followups.follow,
    "reread": followups.reread,
    "file": files.read,
    "file_help": files.tell_how,
    "help": tunewise.tell_help,
    "stopped": stop.tell,
}

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "im:history",
    "im:write",
    "users:read",
)


def register(app: AsyncApp, bot: Bot) -> None:
    """Open every door into the bot."""

    def on(listener: Listener) -> Listener:
        return partial(listener, bot=bot)

    app.error(failures.of_listener)
    for event, listener in EVENTS.items():
        app.event(event)(on(listener))
    app.event(re.compile(".*"))(_pass_over)
    for command in COMMANDS:
        app.command(f"/{bot.settings.command_prefix}{command.name}")(on(command.listener))
    for action, listener in ACTIONS.items():
        app.action(re.compile(rf"{action}(:.*)?"))(on(listener))
    for callback, listener in VIEWS.items():
        app.view(callback)(on(listener))
    for kind, work in JOBS.items():
        bot.jobs.register(kind, partial(work, bot=bot), partial(failures.of_job, bot=bot))


async def _pass_over(event: dict[str, Any]) -> None:
    """Acknowledge what the bot did not ask for, so that Slack does not send it again."""
    _log.info("passed over an event of type %s", event.get("type"))
