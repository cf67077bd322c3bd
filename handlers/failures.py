"""The one place where a failure becomes words: what to do, and a short id to find it in the log."""

import logging
import secrets
from typing import Any

from slack_bolt import BoltResponse

from bot.errors import TunewiseError
from bot.jobs import Job, PoisonError
from bot.texts import say
from handlers.bot import Bot, place_of
from handlers.posting import Content, plain
from handlers.wire import PostError

_log = logging.getLogger(__name__)


async def of_job(job: Job, error: Exception, *, bot: Bot) -> None:
    """Tell the asker why there is no answer, in the place of the answer."""
    if isinstance(error, PostError):
        _log.error("job %s: Slack did not take the reply: %s", job.job_id, error)
        return
    await bot.posting.show(job, place_of(job), Content(sentence(error, f"job {job.job_id}")))


async def of_listener(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Answer for a listener that failed.

    An event is not acknowledged, so Slack sends it again; a command says what happened at once.
    """
    told = sentence(error, str(body.get("type") or body.get("command")))
    if "command" in body:
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": told})
    return BoltResponse(status=500, body="")


def sentence(error: Exception, where: str) -> str:
    """Say what happened, as Slack reads it, with the number that the log has it under."""
    number = f"e-{secrets.token_hex(3)}"
    if isinstance(error, TunewiseError) and not isinstance(error, PoisonError):
        _log.warning("%s in %s: %s", number, where, error)
        return plain(say("failures.known", message=str(error), number=number))
    _log.error("%s in %s", number, where, exc_info=error)
    return plain(say("failures.unknown", number=number))
