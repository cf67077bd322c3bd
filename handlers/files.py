"""A file of JSON lines: a log of requests is measured, a training file audited."""

import json
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot import audit, measure
from bot.advisor import Verdict, followup, forms
from bot.advisor.forms import Change
from bot.errors import AskError, SetupError
from bot.jobs import Job
from bot.pool import in_file_thread, in_thread
from bot.texts import redact, say, speaking
from bot.texts.words import listed
from handlers import given
from handlers.advisor import MEASURED, asked, changes_in, verdict_on
from handlers.bot import Bot, place_of, place_pressed
from handlers.downloads import SHORT, Kind, Named, fetched, lines_of, use_of
from handlers.posting import Content, Place, plain
from handlers.verdict import Block, button, escape, section, sections, small
from storage import Transaction
from storage import advisor as verdicts
from storage.advisor import GivenVerdict

READ = "advise_file"
"""Action of a button that says what a file is."""
USE = "advise_use"
"""Action of a button that puts what an audit found into the verdict of its thread."""

_MOST_FILES = 2
"""A training file and its test set."""
_SNIFFED = 100
_SURE = 0.8
_FIRST = 12
"""Lines of a report that are shown in full size."""
_LOGGED = frozenset(
    ("model", "usage", "created", "created_at", "timestamp", "time", "ts", "request", "response",
     "body", "custom_id", "latency_ms", "choices")
)  # fmt: skip
"""Keys that a line of a log has and a training example has not."""


async def receive_kind(
    ack: AsyncAck,
    body: dict[str, Any],
    action: dict[str, Any],
    context: AsyncBoltContext,
    *,
    bot: Bot,
) -> None:
    """Take in a press that says what a file is."""
    place, told = place_pressed(body, context), json.loads(action["value"])
    key = f"{place.channel_id}:{told['ts']}:{told['use']}"

    async def enqueue(tx: Transaction) -> None:
        await bot.enqueue(tx, "file", key, place, **told)

    await bot.take(place.team_id, f"trigger:{body['trigger_id']}", enqueue)
    await ack()


async def receive_use(
    ack: AsyncAck,
    body: dict[str, Any],
    action: dict[str, Any],
    context: AsyncBoltContext,
    *,
    bot: Bot,
) -> None:
    """Take in a press that puts what an audit found into the verdict of its thread."""
    place, told = place_pressed(body, context), json.loads(action["value"])
    key = str(body["trigger_id"])

    async def enqueue(tx: Transaction) -> None:
        await bot.enqueue(tx, "revise", key, place, **told)

    await bot.take(place.team_id, f"trigger:{key}", enqueue)
    await ack()


async def tell_how(job: Job, *, bot: Bot) -> None:
    """Say how to have a file audited or measured."""
    how = say("files.how", bot=bot.bot_user_id)
    await bot.posting.show(job, place_of(job), Content(how))


async def read(job: Job, *, bot: Bot) -> None:
    """Measure or audit the files of a message, or ask which of the two is meant."""
    words, place = await asked(job, bot), place_of(job)
    files = tuple(Named(**one) for one in job.payload["files"])
    if words is None and "use" in job.payload:
        raise AskError(say("files.unreadable", name=files[0].name))
    if words is None:
        return
    names = listed(one.name for one in files[:_MOST_FILES])
    await bot.posting.show(job, place, Content(plain(say("files.reading", names=names))))
    old = await _thread_verdict(job, place, bot)
    lang = old[1].lang if old else "en"

    async def found() -> dict[str, Any]:
        with speaking(lang):
            return await _found(job, files, words, old[1] if old else None, bot)

    told = await bot.jobs.once(job, "found", found)

    async def measured() -> dict[str, Any]:
        return dict(told["facts"])

    with speaking(lang):
        if told["kind"] == "audit":
            await bot.posting.show(job, place, _audited(told, old))
        elif told["kind"] == "measure":
            await bot.jobs.once(job, MEASURED, measured)
            await _measured(job, told, words, old, bot)
        else:
            await bot.posting.show(job, place, _unclear(job, files))


async def _found(
    job: Job, files: tuple[Named, ...], words: str, verdict: Verdict | None, bot: Bot
) -> dict[str, Any]:
    """Read files and give what was found: the kind, a report and facts of a case."""
    async with AsyncExitStack() as stack:
        paths = [
            await stack.enter_async_context(fetched(job, bot.posting, one))
            for one in files[:_MOST_FILES]
        ]
        kind = job.payload.get("use") or use_of(words) or await in_thread(_sniffed, paths[0])
        if kind == "measure":
            return await in_file_thread(_measure, paths[0])
        if kind == "audit":
            return await _audit(paths, dict(verdict.case) if verdict else {}, bot)
        return {"kind": ""}


def _measure(path: Path) -> dict[str, Any]:
    traffic = measure.measure(lines_of(path))
    changes = {
        field: Change(_clean(value), traffic.says(field), measured=True)
        for field, value in traffic.case().items()
    }
    return _told("measure", measure.lines(traffic), changes)


def _clean(value: Any) -> Any:
    return redact(value) if isinstance(value, str) else value


async def _audit(paths: list[Path], case: dict[str, Any], bot: Bot) -> dict[str, Any]:
    test = paths[1] if len(paths) > 1 else None
    about = {
        "source": case.get("training_data_source"),
        "terms": case.get("source_terms"),
        "serves": case.get("serves"),
    }
    try:
        done = await _audit_with(bot.embeddings, paths[0], test, about)
    except SetupError:
        done = await _audit_with(None, paths[0], test, about)
    changes = {
        "labelled_examples": Change(
            float(done.read - done.exact.count), say("files.says_examples"), measured=True
        )
    }
    if done.leaks is not None:
        leaked = bool(done.leaks.exact.count or done.leaks.near.count)
        changes["test_leaked"] = Change(leaked, say("files.says_leaked"), measured=True)
    return _told("audit", audit.lines(done), changes)


async def _audit_with(
    embeddings: Any, path: Path, test: Path | None, about: dict[str, Any]
) -> audit.Audit:
    others = None if test is None else lines_of(test)
    return await audit.audit_file(lines_of(path), embeddings=embeddings, test=others, **about)


def _told(kind: Kind, lines: Iterable[str], changes: Mapping[str, Change]) -> dict[str, Any]:
    facts = {field: asdict(change) for field, change in changes.items()}
    return {"kind": kind, "lines": [redact(line) for line in lines], "facts": facts}


async def _measured(
    job: Job,
    told: dict[str, Any],
    words: str,
    old: tuple[GivenVerdict, Verdict] | None,
    bot: Bot,
) -> None:
    """Show what was measured and the verdict that it makes, of the thread or of the words."""
    place, report = place_of(job), _report(told["lines"])
    changes = changes_in(told["facts"])
    if old is None and len(words.split()) > SHORT:
        question, below = words, True
        after = await verdict_on(job, question, changes, bot)
    elif old is None:
        ending = say("files.ask_now")
        content = Content(f"{report.text}\n{ending}", (*report.blocks, section(ending)))
        await bot.posting.show(job, place, content)
        return
    else:
        question, below = old[0].question, True
        case, facts = forms.revised(old[1], changes)
        after = await given.decide_again(old[1], case, facts)
        lines = "\n".join(followup.difference(old[1], after))
        report = Content(
            f"{report.text}\n{plain(lines)}", (*report.blocks, *sections(escape(lines)))
        )
    shown = await given.content(bot, job.job_id, question, after, below=below)
    content = Content(f"{report.text}\n{shown.text}", (*report.blocks, *shown.blocks))
    posted = await bot.posting.show(job, place, content)
    await given.keep(bot, job.job_id, posted, place, question, after)


def _audited(told: dict[str, Any], old: tuple[GivenVerdict, Verdict] | None) -> Content:
    """Show an audit, and offer what it found to the verdict of the thread."""
    report = _report(told["lines"])
    if old is None:
        return report
    value = json.dumps({"ts": old[0].ts, "changes": told["facts"]}, ensure_ascii=False)
    offer: Block = {"type": "actions", "elements": [button(USE, say("files.use"), value)]}
    return replace(report, blocks=(*report.blocks, offer))


def _report(lines: list[str]) -> Content:
    first, rest = "\n".join(lines[:_FIRST]), "\n".join(lines[_FIRST:])
    blocks = (*sections(escape(first)), *([small(escape(rest))] if rest else ()))
    return Content(plain("\n".join(lines)), blocks)


def _unclear(job: Job, files: tuple[Named, ...]) -> Content:
    told = {"ts": job.payload["ts"], "files": [_short(one) for one in files[:_MOST_FILES]]}
    buttons = [
        button(
            f"{READ}:{kind}",
            say(f"files.as_{kind}"),
            json.dumps({**told, "use": kind}, ensure_ascii=False),
        )
        for kind in ("audit", "measure")
    ]
    text = say("files.unclear", name=files[0].name)
    actions: Block = {"type": "actions", "elements": buttons}
    return Content(plain(text), (section(escape(text)), actions))


def _short(file: Named) -> dict[str, str]:
    """Give a file with as much of its name as two have room for in the value of a button."""
    stem, dot, ending = file.name.partition(".")
    return asdict(replace(file, name=f"{stem[:40]}{dot}{ending[-40:]}"))


async def _thread_verdict(job: Job, place: Place, bot: Bot) -> tuple[GivenVerdict, Verdict] | None:
    """Find the verdict that a file is about: before this job's own, should that be there."""
    if place.thread_ts is None:
        return None

    async def look() -> dict[str, Any] | None:
        async with bot.db.reading() as tx:
            old = await verdicts.newest(tx, job.team_id, place.channel_id, str(place.thread_ts))
        if old is None:
            return None
        return {"channel_id": old.channel_id, "ts": old.ts, "audit_id": old.audit_id}

    about = await bot.jobs.once(job, "about", look)
    return await given.find(bot, job.team_id, about) if about else None


def _sniffed(path: Path) -> Kind | None:
    """Tell a training file from a log by its first lines; None where that is not clear."""
    found = [_kind_of(line) for line in islice(lines_of(path), _SNIFFED) if line.strip()]
    kinds: tuple[Kind, ...] = ("audit", "measure")
    return next((kind for kind in kinds if found.count(kind) > _SURE * len(found)), None)


def _kind_of(line: str) -> Kind | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    if _LOGGED & row.keys():
        return "measure"
    messages = row.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    trained = isinstance(last, dict) and last.get("role") == "assistant"
    return "audit" if trained or {"prompt", "completion"} <= row.keys() else None
