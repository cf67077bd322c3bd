"""A message below a verdict changes its case or asks about it; another reading is a button away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.advisor import Case, Option, Verdict, decision, followup
from bot.advisor.deciding.sources import sources_on
from bot.advisor.followup import Reading
from bot.advisor.telling.card import source
from bot.errors import AskError
from bot.jobs import Job, job_id_of
from bot.ledger import charging
from bot.pool import in_thread
from bot.texts import say, speaking
from handlers import details, doors, given
from handlers.advisor import answer, asked, charge_of, verdict_on
from handlers.bot import Bot, place_of, place_pressed
from handlers.posting import Content, Posted, plain
from handlers.verdict import (
    DETAILS,
    MEMO,
    RECIPE,
    Block,
    button,
    cited,
    escape,
    section,
    sections,
)
from storage import Transaction, jobs
from storage import advisor as verdicts
from storage.advisor import GivenVerdict

READING = "advise_reading"
"""Action of a button that reads a follow-up in another way."""


@dataclass(frozen=True)
class _About:
    """The verdict that a follow-up is about, and all the ways to read it."""

    old: GivenVerdict
    verdict: Verdict
    readings: tuple[Reading, ...]
    job_id: str


@dataclass(frozen=True)
class _Answer:
    """What one reading is answered with."""

    content: Content
    verdict: Verdict | None = None
    """The verdict that came out, where the reading makes a new one."""
    question: str = ""
    """The question that it is kept under."""
    pictured: bool = False
    """Whether the chart is to follow as a picture where Slack draws none."""


async def receive_reading(
    ack: AsyncAck,
    body: dict[str, Any],
    action: dict[str, Any],
    context: AsyncBoltContext,
    *,
    bot: Bot,
) -> None:
    """Take in a press that says how a follow-up was meant."""
    place, trigger = place_pressed(body, context), str(body["trigger_id"])
    _, number, asked_by = action["action_id"].split(":", 2)
    payload = {"ts": body["message"]["ts"], "reading": int(number), "followup": asked_by}

    async def enqueue(tx: Transaction) -> None:
        await bot.enqueue(tx, "reread", f"{asked_by}:{trigger}", place, **payload)

    await bot.take(place.team_id, f"trigger:{trigger}", enqueue)
    await ack()


async def follow(job: Job, *, bot: Bot) -> None:
    """Answer a message below a verdict; below anything else it is a question like any other."""
    question = await asked(job, bot)
    if question is None:
        return
    async with given.at_work(bot, job, place_of(job)):
        about = await _about(job, question, bot)
        if about is None:
            await answer(job, bot=bot)
            return
        answered = await _answered(about, about.readings[0], question, bot, job)
        posted = await bot.posting.show(job, place_of(job), answered.content)
    await _settle(about, answered, posted, bot, job)


async def reread(job: Job, *, bot: Bot) -> None:
    """Answer a follow-up in the way that somebody says it was meant, in the same reply."""
    followed = job_id_of("followup", job.team_id, job.payload["followup"])
    async with bot.db.reading() as tx:
        asked_by = await jobs.find(tx, followed)
    question = await asked(asked_by, bot) if asked_by else None
    about = await _kept(followed, job.team_id, bot)
    if question is None or about is None:
        raise AskError(say("advise.forgotten", days=bot.settings.retention_days))
    posted = Posted(job.payload["channel_id"], job.payload["ts"])
    answered = await _answered(about, about.readings[job.payload["reading"]], question, bot, job)
    if answered.verdict is not None:
        kept = (answered.question, answered.verdict)
        await given.keep(bot, about.job_id, posted, place_of(job), *kept)
    posted = await bot.posting.update(job, posted, answered.content)
    await _settle(about, answered, posted, bot, job)


async def _about(job: Job, question: str, bot: Bot) -> _About | None:
    """Read a follow-up once; None where its thread holds no verdict."""
    place = place_of(job)

    async def read() -> dict[str, Any] | None:
        async with bot.db.reading() as tx:
            thread = (place.channel_id, place.thread_ts or job.payload["ts"])
            old = await verdicts.newest(tx, job.team_id, *thread)
        if old is None:
            return None
        verdict = Verdict.from_json(old.verdict)
        with speaking(verdict.lang), charging(charge_of(job)):
            if bot.llm is None:
                found = await in_thread(followup.read_followup, question, verdict)
            else:
                found = await followup.read_followup_with_model(question, verdict, bot.llm)
        about = {"channel_id": old.channel_id, "ts": old.ts, "audit_id": old.audit_id}
        return {"about": about, "readings": [one.to_json() for one in found.readings]}

    await bot.jobs.once(job, "readings", read)
    return await _kept(job.job_id, job.team_id, bot)


async def _kept(job_id: str, team_id: str, bot: Bot) -> _About | None:
    async with bot.db.reading() as tx:
        kept = await jobs.result(tx, job_id, "readings")
    if kept is None or kept[0] is None:
        return None
    old, verdict = await given.find(bot, team_id, kept[0]["about"])
    return _About(old, verdict, tuple(map(Reading.from_json, kept[0]["readings"])), job_id)


async def _answered(about: _About, reading: Reading, question: str, bot: Bot, job: Job) -> _Answer:
    """Answer one reading: how it was read, what follows from it, and the other readings."""
    told = await _told(about, reading, question, bot, job)
    with speaking(about.verdict.lang):
        read = say("mentions.read_as", words=reading.words)
        first, others = section(f"_{escape(read)}_"), _other_readings(about, reading)
    content = Content(
        f"{plain(read)}\n{told.content.text}".rstrip(),
        (first, *told.content.blocks, *others),
        tuple((first, *blocks, *others) for blocks in told.content.simpler),
    )
    return replace(told, content=content)


async def _told(about: _About, reading: Reading, question: str, bot: Bot, job: Job) -> _Answer:
    verdict = about.verdict
    if reading.kind == "change":
        return await _changed(about, reading, bot, job)
    if reading.kind == "new":
        new = await verdict_on(job, question, {}, bot)
        content = await given.content(bot, job.job_id, question, new, below=True)
        return _Answer(content, new, question)
    if reading.kind in (DETAILS, RECIPE, MEMO):
        content = await in_thread(details.shown, reading.kind, verdict, about.old)
        return _Answer(content, pictured=reading.kind == DETAILS)
    return _Answer(await in_thread(_explained, verdict, reading))


async def _changed(about: _About, reading: Reading, bot: Bot, job: Job) -> _Answer:
    before, question = about.verdict, about.old.question
    try:
        with speaking(before.lang):
            case, facts = followup.apply(before, reading)
    except AskError as error:
        return _Answer(_lines([str(error)]))
    after = await given.decide_again(before, case, facts)
    shown = await given.content(bot, job.job_id, question, after, below=True)
    with speaking(before.lang):
        lines = _lines(followup.difference(before, after))
    content = Content(f"{lines.text}\n{shown.text}", (*lines.blocks, *shown.blocks))
    return _Answer(content, after, question)


def _lines(lines: Sequence[str]) -> Content:
    text = "\n".join(lines)
    return Content(plain(text), sections(escape(text)))


def _explained(verdict: Verdict, reading: Reading) -> Content:
    with speaking(verdict.lang):
        if reading.kind == "curve":
            return _lines([one.words for one in verdict.projection] or [say("mentions.no_curve")])
        told = followup.explain(verdict, reading, _choose)
        text = "\n".join(f"{one.text} [{', '.join(one.evidence)}]" for one in told)
        shown = "\n".join(cited(one.text, tuple(map(source, one.evidence))) for one in told)
        return Content(plain(text), sections(shown))


def _choose(case: Case) -> Option:
    """Decide a case that differs by one fact, as quickly as a comparison needs."""
    sources = sources_on(datetime.now(UTC).date())
    return decision.choose(case, sources=sources, draws=decision.QUICK_DRAWS).option


def _other_readings(about: _About, reading: Reading) -> tuple[Block, ...]:
    """Give buttons for the other ways to read a follow-up."""
    key = about.job_id.split(":", 2)[2]
    buttons = [
        button(f"{READING}:{number}:{key}", one.label, str(number))
        for number, one in enumerate(about.readings)
        if one != reading
    ]
    head = section(f"_{escape(say('mentions.other_readings'))}_")
    return (head, {"type": "actions", "elements": buttons}) if buttons else ()


async def _settle(about: _About, answered: _Answer, posted: Posted, bot: Bot, job: Job) -> None:
    """Keep the verdict that a follow-up brought, and take back those it brought before."""
    place, new = place_of(job), answered.verdict
    async with bot.db.transaction() as tx:
        if new is not None:
            row = given.shown_at(about.job_id, posted, place, answered.question, new)
            await verdicts.add(tx, row)
        await verdicts.withdraw(tx, job.team_id, about.job_id, new.audit_id if new else None)
    if answered.pictured:
        await doors.picture(bot, job, place, posted, about.old, about.verdict)
