"""A question becomes a verdict in its thread; a button answers what was missing."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot import advisor
from bot.advisor import Verdict, forms
from bot.advisor.forms import Change
from bot.advisor.telling.card import fact_said
from bot.jobs import Job
from bot.ledger import Charge, charging
from bot.texts import redact, say, speaking
from bot.texts.words import long_list
from handlers import given
from handlers.bot import Bot, place_of, place_pressed
from handlers.downloads import use_of
from handlers.forms import open_questions
from handlers.mentions import question_in
from handlers.posting import Place, Posted
from handlers.verdict import escape
from storage import Transaction, jobs, messages

_FEATURE = "advisor"
MEASURED = "measured"
"""Result of a job that holds what a log in its thread says of the case."""


async def receive_command(
    ack: AsyncAck,
    command: dict[str, Any],
    context: AsyncBoltContext,
    client: AsyncWebClient,
    *,
    bot: Bot,
) -> None:
    """Take in `/advise QUESTION`; what it says at once is for its asker alone.

    Without a question it opens the form with the eight questions.
    """
    question = question_in(redact(str(command.get("text") or "")))
    if use_of(question) and len(question.split()) == 1:
        await ack(text=say("files.how", bot=bot.bot_user_id))
        return
    if not question:
        opened = await open_questions(client, command["trigger_id"], command["channel_id"])
        empty = say("advise.empty", prefix=bot.settings.command_prefix)
        await ack() if opened else await ack(text=empty)
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
    place, choice = place_pressed(body, context), json.loads(action["value"])
    key = str(body["trigger_id"])
    changes = {choice["field"]: {"value": choice["value"], "words": choice["label"]}}

    async def enqueue(tx: Transaction) -> None:
        await bot.enqueue(tx, "revise", key, place, ts=body["message"]["ts"], changes=changes)

    await bot.take(place.team_id, f"trigger:{key}", enqueue)
    await ack()


async def answer(job: Job, *, bot: Bot) -> None:
    """Answer a question with a verdict, in one reply."""
    place = place_of(job)
    question = await asked(job, bot)
    if question is None:
        return
    async with given.at_work(bot, job, place):
        verdict = await verdict_on(job, question, await _typed(job, bot), bot)
        below = bool(place.thread_ts)
        content = await given.content(bot, job.job_id, question, verdict, below=below)
        posted = await bot.posting.show(job, place, content)
    await given.keep(bot, job.job_id, posted, place, question, verdict)


async def verdict_on(job: Job, question: str, typed: Mapping[str, Change], bot: Bot) -> Verdict:
    """Answer a question in words, with facts from a form or a file beside it, once per job."""

    async def advise() -> dict[str, Any]:
        today = datetime.now(UTC).date()
        with charging(charge_of(job)):
            verdict = await advisor.advise(question, llm=bot.llm, today=today, typed=typed)
        return verdict.to_json()

    return Verdict.from_json(await bot.jobs.once(job, "verdict", advise))


async def _typed(job: Job, bot: Bot) -> dict[str, Change]:
    """Give the facts typed beside a question, or measured from a file in its thread."""
    place = place_of(job)
    if "typed" in job.payload or place.thread_ts is None:
        return changes_in(job.payload.get("typed"))
    async with bot.db.reading() as tx:
        found = await jobs.latest_result(tx, job.team_id, place.lane, MEASURED)
    return changes_in(found)


async def revise(job: Job, *, bot: Bot) -> None:
    """Put what a person changed into the case that a reply shows now, and show the new verdict."""
    place = place_of(job)
    changes = changes_in(job.payload["changes"])
    old, verdict = await given.find(bot, job.team_id, job.payload)
    posted = Posted(place.channel_id, job.payload["ts"])
    with speaking(verdict.lang):
        case, facts = forms.revised(verdict, changes)
        first = changed(place.user_id, changes)
    new = await given.decide_again(verdict, case, facts)
    below = place.thread_ts != posted.ts
    content = await given.content(bot, old.job_id, old.question, new, below=below, first=first)
    await given.keep(bot, old.job_id, posted, place, old.question, new)
    await bot.posting.update(job, posted, content)


def changes_in(plain: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Change]:
    """Give the facts that a job's payload or result sets."""
    return {field: Change(**change) for field, change in (plain or {}).items()}


def changed(user_id: str, changes: Mapping[str, Change]) -> str:
    """Say in mrkdwn who changed which facts."""
    told = [
        fact_said(forms.fact(field, change))
        if change.value is not None
        else say("advise.forgotten_fact", fact=forms.label(field))
        for field, change in changes.items()
    ]
    return say("advise.changed", user=user_id, facts=escape(long_list(told)))


def charge_of(job: Job) -> Charge:
    """Say who is charged for the model calls of a job."""
    place = place_of(job)
    return Charge(
        team_id=job.team_id,
        feature=_FEATURE,
        run_id=job.job_id,
        channel_id=place.channel_id,
        thread_ts=place.thread_ts,
        user_id=place.user_id,
        epoch=job.epoch,
    )


async def asked(job: Job, bot: Bot) -> str | None:
    """Give the question of a job, or None where its message was deleted meanwhile."""
    if "question" in job.payload:
        return str(job.payload["question"])
    async with bot.db.reading() as tx:
        message = await messages.find(tx, job.team_id, job.payload["channel_id"], job.payload["ts"])
    return question_in(message.text) if message else None
