"""A question becomes a verdict in its thread; a button answers what was missing."""

import json
from datetime import UTC, datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot import advisor
from bot.advisor import Verdict
from bot.advisor.card import summary
from bot.errors import AskError
from bot.jobs import Job, team_of
from bot.ledger import Charge, Spent, charging
from bot.pool import in_thread
from bot.texts import redact, say
from handlers.bot import Bot, place_of
from handlers.mentions import question_in
from handlers.posting import Content, Place, Posted, plain
from handlers.verdict import verdict_blocks
from storage import Transaction, messages
from storage import advisor as verdicts

CHOICE = "advise_choice"
_FEATURE = "advisor"


async def receive_command(
    ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext, *, bot: Bot
) -> None:
    """Take in `/advise QUESTION`; what it says at once is for its asker alone."""
    question = question_in(redact(str(command.get("text") or "")))
    if not question:
        await ack(text=say("advise.empty", prefix=bot.settings.command_prefix))
        return
    place = Place(str(context.team_id), command["channel_id"], None, command["user_id"])
    key = str(command["trigger_id"])

    async def enqueue(tx: Transaction) -> None:
        await bot.enqueue(tx, "advise", key, place, question=question)

    await bot.take(place.team_id, f"trigger:{key}", enqueue)
    await ack(text=say("advise.taken"))


async def receive_choice(
    ack: AsyncAck,
    body: dict[str, Any],
    action: dict[str, Any],
    context: AsyncBoltContext,
    *,
    bot: Bot,
) -> None:
    """Take in the answer that a button gives to an open question of a verdict."""
    message = body["message"]
    place = Place(
        str(context.team_id),
        body["channel"]["id"],
        message.get("thread_ts") or message["ts"],
        body["user"]["id"],
    )
    key = str(body["trigger_id"])

    async def enqueue(tx: Transaction) -> None:
        await bot.enqueue(
            tx, "revise", key, place, ts=message["ts"], choice=json.loads(action["value"])
        )

    await bot.take(place.team_id, f"trigger:{key}", enqueue)
    await ack()


async def answer(job: Job, *, bot: Bot) -> None:
    """Answer a question with a verdict, in one reply."""
    place = place_of(job)
    question = await _question(job, bot)
    if question is None:
        return
    if bot.llm:
        posted = await bot.posting.show(job, place, Content(say("advise.reading")))
        await bot.posting.working(job, posted, place, now=True)
    charge = Charge(
        team_id=job.team_id,
        feature=_FEATURE,
        run_id=job.job_id,
        channel_id=place.channel_id,
        thread_ts=place.thread_ts,
        user_id=place.user_id,
        epoch=job.epoch,
    )

    async def advise() -> dict[str, Any]:
        with charging(charge):
            verdict = await advisor.advise(question, llm=bot.llm, today=datetime.now(UTC).date())
        return verdict.to_json()

    try:
        verdict = Verdict.from_json(await bot.jobs.once(job, "verdict", advise))
        content = await _card(bot, job.job_id, question, verdict, below=bool(place.thread_ts))
        posted = await bot.posting.show(job, place, content)
    finally:
        if bot.llm:
            await bot.posting.working(job, posted, place, now=False)
    await _keep(bot, job.job_id, posted, question, verdict)


async def revise(job: Job, *, bot: Bot) -> None:
    """Put a button's answer into the case that the reply shows now, and show the new verdict."""
    place, choice = place_of(job), job.payload["choice"]
    posted = Posted(place.channel_id, job.payload["ts"])
    async with bot.db.reading() as tx:
        given = await verdicts.shown(tx, job.team_id, posted.channel_id, posted.ts)
    if given is None:
        raise AskError(say("advise.forgotten", days=bot.settings.retention_days))
    words = say("advise.said", user=place.user_id, words=choice["label"])
    case, facts = advisor.revise(
        Verdict.from_json(given.verdict), choice["field"], choice["value"], words
    )
    today = datetime.now(UTC).date()
    verdict = await in_thread(advisor.decide, case, facts, today=today)
    below = place.thread_ts != posted.ts
    content = await _card(bot, given.job_id, given.question, verdict, below=below)
    await bot.posting.update(job, posted, content)
    await _keep(bot, given.job_id, posted, given.question, verdict)


async def _question(job: Job, bot: Bot) -> str | None:
    """Give the question, or None where its message was deleted meanwhile."""
    if "question" in job.payload:
        return str(job.payload["question"])
    async with bot.db.reading() as tx:
        message = await messages.find(tx, job.team_id, job.payload["channel_id"], job.payload["ts"])
    return question_in(message.text) if message else None


async def _keep(bot: Bot, job_id: str, posted: Posted, question: str, verdict: Verdict) -> None:
    given = verdicts.GivenVerdict(
        team_of(job_id),
        job_id,
        verdict.audit_id,
        posted.channel_id,
        posted.ts,
        question,
        verdict.to_json(),
        datetime.now(UTC),
    )
    async with bot.db.transaction() as tx:
        await verdicts.add(tx, given)


def footer(spent: Spent, audit_id: str) -> str:
    """Give the line that says what a verdict cost and where it is filed."""
    usd = f"{spent.nano_usd / 1e9:.4f}" if spent.nano_usd else "0"
    return say("advise.footer", calls=spent.calls, usd=usd, audit_id=audit_id)


async def _card(bot: Bot, job_id: str, question: str, verdict: Verdict, *, below: bool) -> Content:
    """Render a verdict; `below` says that its question stands above it in the thread."""
    spent = await bot.ledger.spent(team_of(job_id), run_id=job_id)
    line = footer(spent, verdict.audit_id)
    text = plain("\n".join((*summary(verdict, question), line)))
    asked = "" if below else question
    return Content(text, verdict_blocks(verdict, line, CHOICE, asked))
