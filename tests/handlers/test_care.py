"""What people typed stays where they typed it, and what they press does what it says."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot import settings as settings_of
from bot.app import running
from bot.playground import Fault, Playground
from bot.sample import in_playground
from storage import advisor as verdicts
from storage import jobs
from tests.handlers.conftest import ANN, BEN, GENERAL, Workplace
from tests.handlers.test_mentions import QUESTION
from tests.modelserver import ScriptedModel

VAGUE = "should we fine-tune our support bot?"


@pytest.fixture
async def both(playground: Playground, database_url: str) -> AsyncIterator[Workplace]:
    """A bot without a model, once on each database."""
    settings = in_playground(settings_of.read(database_url=database_url), playground)
    async with running(settings) as bot:
        await playground.until(lambda: playground.connected)
        yield Workplace(playground, settings, bot)


@pytest.fixture
async def thinking(
    playground: Playground, sqlite_url: str
) -> AsyncIterator[tuple[Workplace, ScriptedModel]]:
    """A bot whose model has not answered yet."""
    async with ScriptedModel() as model:
        model.answers = lambda asked: '{"facts": []}'
        model.gate.clear()
        read = settings_of.read(
            database_url=sqlite_url, openai_base_url=model.url, model="scripted"
        )
        settings = in_playground(read, playground)
        async with running(settings) as bot:
            await playground.until(lambda: playground.connected)
            yield Workplace(playground, settings, bot), model


def _buttons(work: Workplace, ts: str) -> list[tuple[str, str]]:
    (reply,) = work.replies(ts)
    found = [e for b in reply.blocks for e in b.get("elements", ()) if _asks(e)]
    return [(button["action_id"], json.loads(button["value"])["field"]) for button in found]


def _asks(element: dict[str, str]) -> bool:
    """Whether an element is the answer to an open question."""
    return element.get("action_id", "").startswith("advise_choice:")


async def test_a_button_shows_nothing_of_another_persons_question(work: Workplace) -> None:
    secret = "Confidential: should we fine-tune our Project Falcon support bot?"
    await work.playground.say(ANN, "D0ANN", secret)
    await work.settled()
    ts = await work.playground.say(BEN, GENERAL, f"<@U0TUNEWISE> {VAGUE}")
    await work.settled()
    (reply,) = work.replies(ts)
    await work.playground.click(BEN, GENERAL, reply.ts, _buttons(work, ts)[0][0])
    await work.settled()
    (after,) = work.replies(ts)
    assert after.text != reply.text
    assert "Falcon" not in after.text + str(after.blocks)


async def test_two_buttons_pressed_at_once_both_count(work: Workplace) -> None:
    ts = await work.mention(VAGUE)
    await work.settled()
    (reply,) = work.replies(ts)
    fields = {field: action for action, field in _buttons(work, ts)}
    first, second = list(fields)[:2]
    await work.playground.click(ANN, GENERAL, reply.ts, fields[first])
    await work.playground.click(BEN, GENERAL, reply.ts, fields[second])
    await work.settled()
    left = {field for _, field in _buttons(work, ts)}
    assert not {first, second} & left


@pytest.mark.parametrize("text", ["\x00my salary\x00", "\ud83d half a sign"])
async def test_text_that_a_database_refuses_is_cleaned_and_answered(
    both: Workplace, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    ts = await both.mention(f"{text} {QUESTION}")
    await both.settled()
    (reply,) = both.replies(ts)
    assert "audit v" in reply.text
    assert "salary" not in caplog.text


async def test_no_mention_or_link_of_a_question_comes_alive_in_the_reply(work: Workplace) -> None:
    shout = "&lt;!channel&gt; <!here> <@U0BEN> &lt;https://evil.example|click&gt; "
    ts = await work.mention(shout + QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    said = reply.text + json.dumps(reply.blocks)
    assert not any(live in said for live in ("<!channel>", "<!here>", "<@U0BEN>", "<https://evil"))


async def test_a_deleted_question_is_forgotten_everywhere(work: Workplace) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    await work.playground.delete(ANN, GENERAL, ts)
    await work.settled()
    async with work.running.bot.db.reading() as tx:
        assert await verdicts.shown(tx, "T0PLAY", GENERAL, reply.ts) is None
        assert await jobs.result(tx, f"advise:T0PLAY:{GENERAL}:{ts}", "verdict") is None


async def test_advise_can_be_stopped_in_the_thread_of_its_reply(
    thinking: tuple[Workplace, ScriptedModel],
) -> None:
    work, model = thinking
    await work.playground.command(ANN, GENERAL, "/advise", QUESTION)
    await work.playground.until(lambda: model.at_once == 1)
    (reply,) = [m for m in work.playground.messages(GENERAL) if m.bot_id]
    await work.playground.press_stop(ANN, GENERAL, reply.ts)
    await work.playground.press_stop(ANN, GENERAL, reply.ts)
    await work.settled()
    assert model.at_once == 0
    assert work.playground.message(GENERAL, reply.ts).text.startswith("Stopped by")
    assert len(model.requests) == 1


@pytest.mark.parametrize("channel", [GENERAL, "D0ANN"])
async def test_the_bare_word_stop_ends_the_work(
    thinking: tuple[Workplace, ScriptedModel], channel: str
) -> None:
    """In a thread without a mention; in a direct conversation, in the thread or beside it."""
    work, model = thinking
    ts = await work.playground.say(ANN, channel, f"<@U0TUNEWISE> {QUESTION}")
    await work.playground.until(lambda: model.at_once == 1)
    thread = {} if channel == "D0ANN" else {"thread_ts": ts}
    await work.playground.say(ANN, channel, "stop!", **thread)
    await work.settled()
    assert model.at_once == 0
    assert work.replies(ts, channel)[0].text.startswith("Stopped by")


async def test_stop_beside_a_thread_of_a_channel_leaves_others_alone(
    thinking: tuple[Workplace, ScriptedModel],
) -> None:
    work, model = thinking
    ts = await work.mention(QUESTION)
    await work.playground.until(lambda: model.at_once == 1)
    stop = await work.playground.say(BEN, GENERAL, "<@U0TUNEWISE> stop")
    await work.playground.until(lambda: work.replies(stop))
    assert "Nothing was running" in work.replies(stop)[0].text
    model.gate.set()
    await work.settled()
    assert "audit v" in work.replies(ts)[0].text


async def test_a_look_up_that_is_limited_is_tried_again(work: Workplace) -> None:
    work.playground.fail("chat.postMessage", Fault.STORED_THEN_ERROR, times=1)
    work.playground.fail("conversations.replies", Fault.RATE_LIMITED, times=1, retry_after=1)
    work.playground.fail("conversations.replies", Fault.SERVER_ERROR, times=1)
    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    assert "audit v" in reply.text


async def test_a_reply_in_a_thread_of_a_thousand_is_found(work: Workplace) -> None:
    ts = await work.mention("help")
    await work.settled()
    team = work.playground.team
    for _ in range(1100):
        reply = replace(work.playground.message(GENERAL, ts), ts=team.new_ts(), thread_ts=ts)
        team.post(replace(reply, user=BEN, text="I see.", bot_id=None))
    await work.playground.until(
        lambda: all(d.acked_at for d in work.playground.deliveries), timeout=60
    )
    before = len(work.replies(ts))
    work.playground.fail("chat.postMessage", Fault.STORED_THEN_ERROR, times=1)
    await work.mention(QUESTION, thread_ts=ts)
    await work.settled()
    assert len(work.replies(ts)) == before + 1
