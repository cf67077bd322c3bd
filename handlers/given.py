"""A verdict in Slack: shown in a reply, kept with its place, found again for its buttons."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from bot import advisor
from bot.advisor import Case, Fact, Verdict
from bot.advisor.telling.card import brief
from bot.errors import AskError
from bot.jobs import Job, team_of
from bot.ledger import Spent
from bot.pool import in_thread
from bot.texts import say, speaking
from handlers.bot import Bot
from handlers.posting import Content, Place, Posted, plain
from handlers.verdict import DETAILS, EDIT, MEMO, RECIPE, verdict_blocks
from storage import advisor as verdicts
from storage.advisor import GivenVerdict

DOORS = (DETAILS, RECIPE, EDIT, MEMO)


def footer(spent: Spent, audit_id: str) -> str:
    """Give the line that says what a verdict cost and where it is filed."""
    usd = f"{spent.nano_usd / 1e9:.4f}" if spent.nano_usd else "0"
    return say("advise.footer", calls=spent.calls, usd=usd, audit_id=audit_id)


async def find(bot: Bot, team_id: str, payload: dict[str, Any]) -> tuple[GivenVerdict, Verdict]:
    """Find the verdict that a reply shows, or showed where the payload names an audit id.

    Raises AskError where it is held no longer.
    """
    where = (payload["channel_id"], payload["ts"], payload.get("audit_id"))
    async with bot.db.reading() as tx:
        given = await verdicts.shown(tx, team_id, *where)
    if given is None:
        raise AskError(say("advise.forgotten", days=bot.settings.retention_days))
    return given, Verdict.from_json(given.verdict)


async def decide_again(verdict: Verdict, case: Case, facts: Sequence[Fact]) -> Verdict:
    """Decide a changed case of a verdict with the prices of today."""
    today = datetime.now(UTC).date()
    return await in_thread(advisor.decide_again, verdict, case, facts, today=today)


async def content(
    bot: Bot, job_id: str, question: str, verdict: Verdict, *, below: bool, first: str = ""
) -> Content:
    """Render a verdict; `below` says that its question stands above it in the thread.

    `first` is a line of mrkdwn that goes before the small print.
    """
    spent = await bot.ledger.spent(team_of(job_id), run_id=job_id)
    asked = "" if below else question
    with speaking(verdict.lang):
        last = " ".join(filter(None, (first, footer(spent, verdict.audit_id))))
        text = plain("\n".join(brief(verdict, asked)))
        return Content(f"{text}\n{last}", verdict_blocks(verdict, last, asked, DOORS))


@asynccontextmanager
async def at_work(bot: Bot, job: Job, place: Place) -> AsyncIterator[None]:
    """Show while this block runs that a model is at work, with Slack's button that stops it."""
    if bot.llm is None:
        yield
        return
    posted = await bot.posting.show(job, place, Content(say("advise.reading")))
    await bot.posting.working(job, posted, place, now=True)
    try:
        yield
    finally:
        await bot.posting.working(job, posted, place, now=False)


async def keep(
    bot: Bot, job_id: str, posted: Posted, place: Place, question: str, verdict: Verdict
) -> None:
    """Keep a verdict as the present one of its reply and of its thread."""
    async with bot.db.transaction() as tx:
        await verdicts.add(tx, shown_at(job_id, posted, place, question, verdict))


def shown_at(
    job_id: str, posted: Posted, place: Place, question: str, verdict: Verdict
) -> GivenVerdict:
    """Give what is kept of a verdict that a reply shows."""
    return GivenVerdict(
        team_of(job_id),
        job_id,
        verdict.audit_id,
        posted.channel_id,
        posted.ts,
        question,
        verdict.to_json(),
        datetime.now(UTC),
        thread_of(posted, place),
    )


def thread_of(posted: Posted, place: Place) -> str:
    """Give the thread that a reply stands in, or opens: also where it went to a private place."""
    here = place.thread_ts if posted.channel_id == place.channel_id else None
    return here or posted.ts
