"""What follows below a verdict changes its case or asks about it, and says how it was read."""

import asyncio
from typing import Any

import pytest

from bot.playground import Message
from bot.playground.checks import blocks_problems
from handlers import followups, given
from storage import advisor as verdicts
from storage import jobs
from tests.handlers.conftest import ANN, BEN, BOT, GENERAL, Workplace
from tests.handlers.test_files import drop, log
from tests.handlers.test_mentions import QUESTION


async def ask(work: Workplace, ts: str, text: str) -> Message:
    """Mention the bot below a verdict and give its answer."""
    await work.mention(text, thread_ts=ts)
    await work.settled()
    return work.replies(ts)[-1]


async def about(work: Workplace, ts: str) -> dict[str, Any]:
    """The verdict that a thread is about."""
    async with work.running.bot.db.reading() as tx:
        found = await verdicts.newest(tx, "T0PLAY", GENERAL, ts)
    assert found is not None
    return found.verdict


def buttons(message: Message) -> list[str]:
    found = [e for b in message.blocks for e in b.get("elements", ())]
    return [e["action_id"] for e in found if e.get("type") == "button"]


async def opened(work: Workplace) -> str:
    ts = await work.mention(QUESTION)
    await work.settled()
    return ts


async def test_a_change_is_decided_again_in_a_new_reply(work: Workplace) -> None:
    ts = await opened(work)
    before = await about(work, ts)
    reply = await ask(work, ts, "what if we had 5 million requests a month?")
    assert reply.text.startswith("Read as: What if: ")
    assert len(work.replies(ts)) == 2
    after = await about(work, ts)
    assert after["case"]["monthly_requests"] == 5e6
    assert after["case"]["labelled_examples"] == before["case"]["labelled_examples"]
    assert f"audit {after['audit_id']}" in reply.text
    assert "advise_details" in buttons(reply)
    again = await ask(work, ts, "and with only 100 labelled examples?")
    assert again.text.startswith("Read as: ")
    case = (await about(work, ts))["case"]
    assert (case["monthly_requests"], case["labelled_examples"]) == (5e6, 100)


async def test_a_question_about_the_verdict_is_explained_with_sources(work: Workplace) -> None:
    ts = await opened(work)
    before = await about(work, ts)
    reply = await ask(work, ts, "why not fine-tune?")
    assert reply.text.startswith("Read as: Why not ")
    assert "https://" in str(reply.blocks)
    assert blocks_problems(list(reply.blocks)) == []
    assert await about(work, ts) == before


async def test_recipe_memo_and_details_can_be_asked_for_in_words(work: Workplace) -> None:
    ts = await opened(work)
    assert "What to do next: " in (await ask(work, ts, "what should we do next?")).text
    assert "Decision memo" in (await ask(work, ts, "write this up as a memo")).text
    details = await ask(work, ts, "show me the full calculation")
    assert "data_visualization" in {block["type"] for block in details.blocks}


async def test_another_reading_answers_in_the_same_reply(work: Workplace) -> None:
    ts = await opened(work)
    reply = await ask(work, ts, "10x?")
    assert (await about(work, ts))["case"]["monthly_requests"] == 600_000
    (other,) = [one for one in buttons(reply) if one.startswith("advise_reading:")]
    await work.playground.click(BEN, GENERAL, reply.ts, other)
    await work.settled()
    after = work.playground.message(GENERAL, reply.ts)
    assert len(work.replies(ts)) == 2
    assert "220,000 labelled examples" in after.text.splitlines()[0]
    case = (await about(work, ts))["case"]
    assert (case["monthly_requests"], case["labelled_examples"]) == (60_000, 220_000)
    (back,) = [one for one in buttons(after) if one.startswith("advise_reading:")]
    click = await work.playground.click(BEN, GENERAL, reply.ts, back)
    await work.playground.redeliver(click)
    await work.settled()
    assert work.playground.message(GENERAL, reply.ts).text == reply.text
    assert (await about(work, ts))["case"]["monthly_requests"] == 600_000


async def test_a_reading_that_only_asks_takes_back_what_another_changed(work: Workplace) -> None:
    ts = await opened(work)
    reply = await ask(work, ts, "double the traffic, why so expensive?")
    assert reply.text.startswith("Read as: Where the costs come from.")
    for expected in (120_000, 60_000):
        shown = work.playground.message(GENERAL, reply.ts)
        (other,) = [one for one in buttons(shown) if one.startswith("advise_reading:")]
        await work.playground.click(BEN, GENERAL, reply.ts, other)
        await work.settled()
        assert (await about(work, ts))["case"]["monthly_requests"] == expected


async def test_below_anything_else_a_mention_is_a_question(work: Workplace) -> None:
    root = await work.playground.say(BEN, GENERAL, "lunch?")
    await work.mention(QUESTION, thread_ts=root)
    await work.settled()
    (reply,) = work.replies(root)
    assert reply.text.startswith("Verdict: ")


async def test_follow_ups_of_another_thread_leave_a_verdict_alone(work: Workplace) -> None:
    first, second = await opened(work), await opened(work)
    await ask(work, first, "what if we had 5 million requests a month?")
    assert (await about(work, second))["case"]["monthly_requests"] == 60_000


async def test_a_deleted_follow_up_is_forgotten_with_what_came_after(work: Workplace) -> None:
    ts = await opened(work)
    sent = await work.mention("what if we had 5 million requests a month?", thread_ts=ts)
    await work.settled()
    await ask(work, ts, "and with only 100 labelled examples?")
    await work.playground.delete(ANN, GENERAL, sent)
    await work.settled()
    assert (await about(work, ts))["case"]["monthly_requests"] == 60_000
    async with work.running.bot.db.reading() as tx:
        assert await jobs.result(tx, f"followup:T0PLAY:{GENERAL}:{sent}", "readings") is None


async def test_a_deleted_question_takes_its_follow_ups_along(work: Workplace) -> None:
    ts = await opened(work)
    await ask(work, ts, "what if we had 5 million requests a month?")
    await work.playground.delete(ANN, GENERAL, ts)
    await work.settled()
    async with work.running.bot.db.reading() as tx:
        assert await verdicts.newest(tx, "T0PLAY", GENERAL, ts) is None


async def test_a_follow_up_delivered_twice_is_answered_once(work: Workplace) -> None:
    ts = await opened(work)
    await work.mention("why not fine-tune?", thread_ts=ts)
    for delivery in tuple(work.playground.deliveries)[-2:]:
        await work.playground.redeliver(delivery.envelope_id)
    await work.settled()
    assert len(work.replies(ts)) == 2


def _stop_in(
    work: Workplace, monkeypatch: pytest.MonkeyPatch, place: object, name: str, ts: str
) -> None:
    """Let the present work of a thread be stopped right before something it does."""
    real = getattr(place, name)

    async def stopped(*given: Any) -> Any:
        monkeypatch.setattr(place, name, real)
        await work.playground.say(BEN, GENERAL, "stop", thread_ts=ts)
        await asyncio.sleep(2)
        return await real(*given)

    monkeypatch.setattr(place, name, stopped)


@pytest.mark.parametrize("when", ["keep", "update", "_settle"])
async def test_a_stop_in_another_reading_leaves_the_verdict_that_is_shown(
    work: Workplace, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    ts = await opened(work)
    reply = await ask(work, ts, "10x?")
    (other,) = [one for one in buttons(reply) if one.startswith("advise_reading:")]
    place = {"keep": given, "update": work.running.bot.posting, "_settle": followups}[when]
    _stop_in(work, monkeypatch, place, when, ts)
    await work.playground.click(BEN, GENERAL, reply.ts, other)
    await work.settled()
    assert "Stopped by" in work.replies(ts)[-1].text
    shown = work.playground.message(GENERAL, reply.ts)
    (audit,) = {e["value"] for b in shown.blocks for e in b.get("elements", ())
                if e.get("action_id") == "advise_details"}  # fmt: skip
    async with work.running.bot.db.reading() as tx:
        assert await verdicts.shown(tx, "T0PLAY", GENERAL, reply.ts, audit) is not None


async def test_a_deleted_follow_up_leaves_no_word_in_its_other_readings(work: Workplace) -> None:
    ts = await opened(work)
    sent = await work.mention("10x?", thread_ts=ts)
    await work.settled()
    reply = work.replies(ts)[-1]
    (other,) = [one for one in buttons(reply) if one.startswith("advise_reading:")]
    await work.playground.click(BEN, GENERAL, reply.ts, other)
    await work.settled()
    assert "10x" not in str([job.payload for job in await _all(work) if job.kind == "reread"])
    (again,) = [job for job in await _all(work) if job.kind == "reread"]
    async with work.running.bot.db.transaction() as tx:
        await jobs.keep_result(tx, again, "verdict", {"question": "10x?"})
    await work.playground.delete(ANN, GENERAL, sent)
    await work.settled()
    async with work.running.bot.db.reading() as tx:
        assert await jobs.result(tx, again.job_id, "verdict") is None


async def test_a_deleted_message_with_a_file_leaves_no_word_of_what_a_button_found(
    work: Workplace,
) -> None:
    words = "our ZEBRA ticket router needs 85% accuracy, 22k labelled examples, fine-tune?"
    unclear = b'{"a": 1}\n' * 8 + log(20)
    sent = await drop(work, "x.jsonl", unclear, f"<@{BOT}> {words}")
    (reply,) = work.replies(sent)
    await work.playground.click(ANN, GENERAL, reply.ts, "advise_file:measure")
    await work.settled()
    job_id = f"file:T0PLAY:{GENERAL}:{sent}:measure"
    async with work.running.bot.db.reading() as tx:
        assert await jobs.result(tx, job_id, "verdict") is not None
    await work.playground.delete(ANN, GENERAL, sent)
    await work.settled()
    async with work.running.bot.db.reading() as tx:
        assert await jobs.result(tx, job_id, "verdict") is None
        assert await verdicts.newest(tx, "T0PLAY", GENERAL, sent) is None


async def _all(work: Workplace) -> list[jobs.Job]:
    since = [f"reread:T0PLAY:{GENERAL}:{m.ts}" for m in work.playground.messages(GENERAL)]
    async with work.running.bot.db.reading() as tx:
        return [job for one in since if (job := await jobs.newest_of(tx, one))]
