"""With a model: a first sign at once, acknowledgements meanwhile, Stop, fallbacks that say so."""

from collections.abc import AsyncIterator

import pytest

from bot import settings as settings_of
from bot.app import running
from bot.playground import Playground
from bot.sample import in_playground
from storage import ledger
from tests.handlers.conftest import ANN, GENERAL, Workplace
from tests.handlers.test_mentions import QUESTION
from tests.modelserver import ScriptedModel


@pytest.fixture
async def model() -> AsyncIterator[ScriptedModel]:
    async with ScriptedModel() as server:
        server.answers = lambda asked: '{"facts": []}'
        yield server


@pytest.fixture
async def work(
    playground: Playground, sqlite_url: str, model: ScriptedModel
) -> AsyncIterator[Workplace]:
    """A bot with the scripted model."""
    read = settings_of.read(
        database_url=sqlite_url, openai_base_url=model.url, model="scripted", allow_unpriced=True
    )
    settings = in_playground(read, playground)
    async with running(settings) as bot:
        await playground.until(lambda: playground.connected)
        yield Workplace(playground, settings, bot)


async def _calls(work: Workplace, ts: str) -> tuple[ledger.Call, ...]:
    async with work.running.bot.db.reading() as tx:
        return await ledger.calls(tx, "T0PLAY", f"advise:T0PLAY:{GENERAL}:{ts}")


async def test_a_first_sign_comes_before_the_model_answers(
    work: Workplace, model: ScriptedModel
) -> None:
    model.gate.clear()
    ts = await work.mention(QUESTION)
    await work.playground.until(lambda: work.replies(ts))
    assert work.replies(ts)[0].text == "Reading your question …"
    await work.playground.until(lambda: work.playground.sessions.get((GENERAL, ts)))
    assert work.playground.sessions[GENERAL, ts] == "processing"
    model.gate.set()
    await work.settled()
    (reply,) = work.replies(ts)
    calls = await _calls(work, ts)
    assert f"Model calls: {len(calls)}" in reply.text
    assert work.playground.sessions[GENERAL, ts] == "active"
    assert len(model.requests) == len(calls) == 3  # read, worded, and worded once more in vain


async def test_events_are_acknowledged_while_a_model_call_is_running(
    work: Workplace, model: ScriptedModel
) -> None:
    model.gate.clear()
    await work.mention(QUESTION)
    await work.playground.until(lambda: model.at_once == 1)
    await work.mention(QUESTION)
    await work.playground.command(ANN, GENERAL, "/tunewise", "status")
    await work.playground.until(lambda: all(d.acked_at for d in work.playground.deliveries))
    assert model.at_once >= 1
    model.gate.set()
    await work.settled()


async def test_stop_ends_a_running_call_and_books_it(work: Workplace, model: ScriptedModel) -> None:
    model.gate.clear()
    ts = await work.mention(QUESTION)
    await work.playground.until(lambda: model.at_once == 1)
    await work.playground.press_stop(ANN, GENERAL, ts)
    await work.settled()
    model.gate.set()
    (reply,) = work.replies(ts)
    assert reply.text.startswith(f"Stopped by <@{ANN}>")
    (call,) = await _calls(work, ts)
    assert (call.status, call.usage_source) == ("aborted", "estimated")
    assert len(model.requests) == 1


async def test_pause_ends_a_running_call_and_resume_answers(
    work: Workplace, model: ScriptedModel
) -> None:
    model.gate.clear()
    ts = await work.mention(QUESTION)
    await work.playground.until(lambda: model.at_once == 1)
    await work.playground.command(ANN, GENERAL, "/tunewise", "pause")
    await work.playground.until(lambda: model.at_once == 0)
    model.gate.set()
    assert len(model.requests) == 1
    await work.playground.command(ANN, GENERAL, "/tunewise", "resume")
    await work.settled()
    (reply,) = work.replies(ts)
    assert "audit v" in reply.text


async def test_a_model_that_fails_leaves_a_verdict_that_says_so(
    work: Workplace, model: ScriptedModel
) -> None:
    model.will_fail(401, code="invalid_api_key")
    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    assert "audit v" in reply.text
    assert "read" in reply.text.lower()
    (call,) = await _calls(work, ts)
    assert call.http_status == 401


async def test_every_request_of_many_questions_is_in_the_ledger(
    work: Workplace, model: ScriptedModel
) -> None:
    model.will_fail(500)
    model.will_fail(429, retry_after="0")
    sent = [await work.mention(f"{QUESTION} ({number})") for number in range(4)]
    await work.settled()
    calls = [call for ts in sent for call in await _calls(work, ts)]
    assert len(calls) == len(model.requests) == 4 * 3 + 2
    paid = [call for call in calls if call.status == "ok"]
    assert sum(c.input_uncached + c.input_cached for c in paid) == model.billed.input
    assert sum(c.output for c in paid) == model.billed.output
