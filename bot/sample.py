"""The playground with a bot in it, and the first question that a newcomer sees answered."""

import asyncio
import html
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from bot.app import Running, running
from bot.errors import SetupError
from bot.jobs import job_id_of
from bot.playground import Playground
from bot.settings import Settings
from bot.texts import say
from handlers import COMMANDS, SCOPES
from storage import jobs

QUESTION = (
    "should we fine-tune on our employee handbook? 3,200 pages, parts of it change every two "
    "weeks. People ask 9k questions a month and the model makes things up. We have 5,000 checked "
    "question and answer pairs."
)

_CHANNEL, _ASKER = "C0GENERAL", "U0ANN"
_SECONDS = 60


@dataclass(frozen=True)
class Open:
    """A playground with the bot connected to it."""

    playground: Playground
    running: Running


@asynccontextmanager
async def opened(settings: Settings, *, port: int) -> AsyncIterator[Open]:
    """Open a playground on a port (0 for any free one) and run the bot in it.

    Raises SetupError that names a busy port and the remedy, and whatever `running` raises.
    """
    playground = Playground(command_prefix=settings.command_prefix, scopes=SCOPES)
    playground.commands = [
        (f"/{settings.command_prefix}{one.name}", one.hint, one.description) for one in COMMANDS
    ]
    try:
        await playground.start(port=port)
    except OSError as error:
        raise SetupError(say("cli.busy", port=port, other=port + 1)) from error
    try:
        async with running(in_playground(settings, playground), allow_local=True) as bot:
            model = bot.bot.llm and settings.model
            playground.banner = say("cli.banner_model", model=model) if model else say("cli.banner")
            await playground.until(lambda: playground.connected)
            yield Open(playground, bot)
    finally:
        await playground.stop()


def in_playground(settings: Settings, playground: Playground) -> Settings:
    """Give the same settings, with the playground in Slack's place."""
    return settings.model_copy(
        update={
            "slack_bot_token": SecretStr(playground.bot_token),
            "slack_app_token": SecretStr(playground.app_token),
            "slack_api_url": playground.api_url,
        }
    )


async def sample(here: Open) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Ask the sample question as a person would; give the verdict, the question and the reply.

    Raises SetupError where no answer comes.
    """
    bot, playground = here.running.bot, here.playground
    ts = await playground.say(_ASKER, _CHANNEL, f"<@{bot.bot_user_id}> {QUESTION}")
    job_id = job_id_of("advise", here.running.team_id, f"{_CHANNEL}:{ts}")
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        async with bot.db.reading() as tx:
            job = await jobs.find(tx, job_id)
            kept = await jobs.result(tx, job_id, "verdict")
        if job and kept and job.state == "done":
            reply = playground.thread(_CHANNEL, ts)[-1]
            asked = say("advisor.card_question", question=QUESTION)
            return kept[0], (asked, *html.unescape(reply.text).splitlines())
        if job and job.state == "failed":
            break
        await asyncio.sleep(0.05)
    raise SetupError(say("cli.no_answer", seconds=_SECONDS))
