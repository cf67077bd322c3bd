"""Commands, buttons and Stop."""

import asyncio
import json

import pytest

from bot.errors import AskError
from bot.playground import Fault
from tests.handlers.conftest import ANN, BEN, GENERAL, Workplace
from tests.handlers.test_mentions import QUESTION

VAGUE = "should we fine-tune our support bot?"


def _said(work: Workplace) -> str:
    """What the last command answered at once."""
    commands = [d for d in work.playground.deliveries if d.type == "slash_commands"]
    payload = commands[-1].ack_payload
    assert payload is not None
    return str(payload["text"])


async def test_advise_answers_in_the_channel(work: Workplace) -> None:
    await work.playground.command(ANN, GENERAL, "/advise", QUESTION)
    await work.settled()
    assert _said(work) == "On it. The verdict follows in a moment."
    (reply,) = [m for m in work.playground.messages(GENERAL) if m.bot_id]
    assert "audit v" in reply.text
    assert reply.thread_ts is None
    assert "180 intents" in next(str(b) for b in reply.blocks if b["type"] == "context")


async def test_advise_without_a_question_says_what_to_type_where_no_form_opens(
    work: Workplace,
) -> None:
    work.playground.fail("views.open", Fault.SERVER_ERROR)
    await work.playground.command(ANN, GENERAL, "/advise", "  ")
    await work.settled()
    assert "/advise should we fine-tune" in _said(work)


async def test_a_button_answers_what_was_missing_in_place(work: Workplace) -> None:
    ts = await work.mention(VAGUE)
    await work.settled()
    (before,) = work.replies(ts)
    buttons = [e for b in before.blocks if b["type"] == "actions" for e in b["elements"]]
    assert buttons
    choice = json.loads(buttons[0]["value"])
    await work.playground.click(BEN, GENERAL, before.ts, buttons[0]["action_id"])
    await work.settled()
    (after,) = work.replies(ts)
    assert after.ts == before.ts
    assert after.text.splitlines()[-1] != before.text.splitlines()[-1]
    left = [e["action_id"] for b in after.blocks if b["type"] == "actions" for e in b["elements"]]
    assert not any(action.startswith(f"advise_choice:{choice['field']}:") for action in left)


async def test_a_button_pressed_four_times_changes_the_reply_once(work: Workplace) -> None:
    ts = await work.mention(VAGUE)
    await work.settled()
    (reply,) = work.replies(ts)
    button = next(b for b in reply.blocks if b["type"] == "actions")["elements"][0]
    click = await work.playground.click(BEN, GENERAL, reply.ts, button["action_id"])
    for _ in range(3):
        await work.playground.redeliver(click)
    await work.settled()
    assert len(work.playground.calls("chat.update")) == 1


async def test_help_shows_what_this_person_may_do(work: Workplace) -> None:
    await work.playground.command(BEN, GENERAL, "/tunewise", "")
    await work.settled()
    assert "pause" not in _said(work)
    assert "No language model" in _said(work)
    await work.playground.command(ANN, GENERAL, "/tunewise", "help")
    await work.settled()
    assert "/tunewise pause" in _said(work)


async def test_only_admins_pause(work: Workplace) -> None:
    await work.playground.command(BEN, GENERAL, "/tunewise", "pause")
    await work.settled()
    assert "ADMIN_USERS" in _said(work)
    await work.playground.command(BEN, GENERAL, "/tunewise", "status")
    await work.settled()
    assert "Running." in _said(work)


async def test_pause_stops_posts_at_once_and_resume_answers_what_waited(work: Workplace) -> None:
    await work.playground.command(ANN, GENERAL, "/tunewise", "pause")
    await work.playground.until(lambda: work.playground.deliveries[-1].acked_at)
    ts = await work.mention(QUESTION)
    await asyncio.sleep(1)
    assert work.replies(ts) == ()
    await work.playground.command(ANN, GENERAL, "/tunewise", "status")
    await work.playground.until(lambda: work.playground.deliveries[-1].acked_at)
    assert f"Paused by <@{ANN}>" in _said(work)
    assert "waiting: 1" in _said(work)
    await work.playground.command(ANN, GENERAL, "/tunewise", "resume")
    await work.playground.until(lambda: work.playground.deliveries[-1].acked_at)
    assert "waited: 1" in _said(work)
    await work.settled()
    assert len(work.replies(ts)) == 1


async def test_an_unknown_word_is_answered_with_the_way_to_help(work: Workplace) -> None:
    await work.playground.command(ANN, GENERAL, "/tunewise", "dance")
    await work.settled()
    assert "/tunewise help" in _said(work)


async def test_a_stop_delivered_again_does_not_stop_what_was_asked_since(work: Workplace) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    await work.playground.press_stop(ANN, GENERAL, ts)
    await work.settled()
    (stop,) = (d for d in work.playground.deliveries if "session_stopped" in str(d.payload))
    await work.running.bot.jobs.pause("T0PLAY", ANN)
    await work.mention(QUESTION, thread_ts=ts)
    await work.playground.until(lambda: work.playground.deliveries[-1].acked_at)
    await work.playground.redeliver(stop.envelope_id)
    await work.playground.until(lambda: work.playground.deliveries[-1].acked_at)
    await work.running.bot.jobs.resume("T0PLAY")
    await work.settled()
    assert "audit v" in work.replies(ts)[-1].text


async def test_stop_where_nothing_runs_says_so(work: Workplace) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    await work.playground.press_stop(ANN, GENERAL, ts)
    await work.settled()
    assert "Nothing was running" in work.replies(ts)[-1].text


async def test_a_failure_is_told_in_the_thread_with_a_number_and_no_trace(work: Workplace) -> None:
    bot = work.running.bot
    work_of, failed = bot.jobs._kinds["help"]

    async def fail(job: object) -> None:
        raise ZeroDivisionError("secret detail")

    async def refuse(job: object) -> None:
        raise AskError("Please ask shorter.")

    bot.jobs.register("help", fail, failed)
    broken = await work.mention("help")
    await work.settled()
    bot.jobs.register("help", refuse, failed)
    refused = await work.mention("help")
    await work.settled()
    bot.jobs.register("help", work_of, failed)
    (reply,) = work.replies(broken)
    assert "e-" in reply.text
    assert "secret detail" not in reply.text
    assert work.replies(refused)[0].text.startswith("Please ask shorter. _(e-")


async def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, transaction = work.running.bot.db, work.running.bot.db.transaction

    def full() -> object:
        raise OSError("disk full: secret detail")

    monkeypatch.setattr(db, "transaction", full)
    work.playground.redelivery = True
    ts = await work.mention(QUESTION)
    await work.playground.command(ANN, GENERAL, "/advise", QUESTION)
    await work.playground.until(lambda: work.playground.deliveries[-1].acked_at)
    assert "Something went wrong" in _said(work)
    assert "secret detail" not in _said(work)
    monkeypatch.setattr(db, "transaction", transaction)
    await work.playground.until(lambda: work.replies(ts), timeout=10)
    await work.running.bot.jobs.halt()
    assert len(work.replies(ts)) == 1


async def test_a_mention_in_a_failure_calls_nobody(work: Workplace) -> None:
    """The sentence may name a file, and files are named by people."""
    bot = work.running.bot
    work_of, failed = bot.jobs._kinds["help"]

    async def refuse(job: object) -> None:
        raise AskError("I cannot read <!channel>.jsonl.")

    bot.jobs.register("help", refuse, failed)
    ts = await work.mention("help")
    await work.settled()
    bot.jobs.register("help", work_of, failed)
    assert work.replies(ts)[0].text.startswith("I cannot read &lt;!channel&gt;.jsonl.")
