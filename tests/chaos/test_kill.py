"""kill -9 between the acknowledgement and the reply: exactly one reply all the same."""

import asyncio
import random
import signal

import pytest

from bot.playground import Fault, Message, Playground
from storage import Database, ledger
from tests.chaos.conftest import LONG, Child
from tests.modelserver import ScriptedModel

ANN, GENERAL, BOT = "U0ANN", "C0GENERAL", "U0TUNEWISE"
QUESTION = (
    "should we fine-tune for ticket routing? 180 intents, 22k labelled tickets, 60k tickets a "
    "month, intents change every week, zero-shot accuracy is 61%, we need 85%"
)
SEEDS = range(8) if LONG else range(1)
KILLS = 12 if LONG else 4


async def _ask(playground: Playground) -> str:
    return await playground.say(ANN, GENERAL, f"<@{BOT}> {QUESTION}")


def _replies(playground: Playground, ts: str) -> list[Message]:
    return [m for m in playground.thread(GENERAL, ts)[1:] if m.bot_id]


@pytest.mark.parametrize("fault", [Fault.STORED_THEN_HANG, Fault.HANG])
async def test_a_bot_killed_while_it_posts_replies_once(child: Child, fault: Fault) -> None:
    playground = child.playground
    await child.start()
    playground.fail("chat.postMessage", fault, times=1)
    ts = await _ask(playground)
    await playground.until(lambda: playground.calls("chat.postMessage"), timeout=20)
    await child.kill()
    await child.start()
    await child.settled()
    (reply,) = _replies(playground, ts)
    assert "audit v" in reply.text


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_bot_killed_at_any_moment_replies_once(child: Child, seed: int) -> None:
    chance, playground = random.Random(seed), child.playground
    print(f"seed {seed}: {KILLS} kills")
    sent = []
    await child.start()
    for _ in range(KILLS):
        sent.append(await _ask(playground))
        await asyncio.sleep(chance.uniform(0, 0.8))
        await child.kill()
        await child.start()
    await child.settled()
    replies = [_replies(playground, ts) for ts in sent]
    assert [len(found) for found in replies] == [1] * KILLS
    assert all("audit v" in found[0].text for found in replies)


@pytest.mark.parametrize("kill_first", [False, True])
async def test_stop_stays_stopped_across_a_kill(child: Child, kill_first: bool) -> None:
    """Killed after Stop was told, or as soon as it was acknowledged."""
    playground = child.playground
    async with ScriptedModel() as model:
        model.gate.clear()
        child.extra = {"OPENAI_BASE_URL": model.url, "MODEL": "scripted"}
        await child.start()
        ts = await _ask(playground)
        await playground.until(lambda: model.at_once == 1, timeout=20)
        await playground.press_stop(ANN, GENERAL, ts)
        await playground.until(lambda: playground.deliveries[-1].acked_at, timeout=20)
        if not kill_first:
            await child.settled()
        await child.kill()
        model.gate.set()
        await child.start()
        await child.settled()
        (reply,) = _replies(playground, ts)
        assert reply.text.startswith("Stopped by")
        assert len(model.requests) == 1


async def test_a_call_cut_by_a_kill_is_asked_again_once_and_both_are_booked(child: Child) -> None:
    playground = child.playground
    async with ScriptedModel() as model:
        model.answers = lambda asked: '{"facts": []}'
        model.gate.clear()
        child.extra = {"OPENAI_BASE_URL": model.url, "MODEL": "scripted"}
        await child.start()
        ts = await _ask(playground)
        await playground.until(lambda: model.at_once == 1, timeout=20)
        await child.kill()
        model.gate.set()
        await child.start()
        await child.settled()
        (reply,) = _replies(playground, ts)
        assert "audit v" in reply.text
        db = Database(child.database_url)
        async with db.reading() as tx:
            calls = await ledger.calls(tx, "T0PLAY", f"advise:T0PLAY:{GENERAL}:{ts}")
        await db.close()
        # The reading that was cut, then the reading, and the wording that fails its check twice.
        assert [call.status for call in calls] == ["reserved", "ok", "ok", "ok"]
        assert len(model.requests) == 4


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("seed", SEEDS)
async def test_two_bots_share_the_work_and_one_takes_over(child: Child, seed: int) -> None:
    chance, playground = random.Random(seed), child.playground
    print(f"seed {seed}: {KILLS} kills")
    other = Child(playground, child.database_url, child.folder)
    await child.start()
    await other.start()
    sent = []
    for number in range(KILLS):
        sent.extend([await _ask(playground) for _ in range(3)])
        await asyncio.sleep(chance.uniform(0, 1.5))
        killed = (child, other)[number % 2]
        await killed.kill()
        await killed.start()
    await child.settled()
    await other.kill()
    replies = [_replies(playground, ts) for ts in sent]
    assert [len(found) for found in replies] == [1] * len(sent)
    assert all("audit v" in found[0].text for found in replies)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_bot_that_slept_past_its_lease_lets_go_of_what_others_took(child: Child) -> None:
    """Suspended like a paused machine, then woken while the other bot answers."""
    playground = child.playground
    other = Child(playground, child.database_url, child.folder)
    await child.start()
    await other.start()
    sent = [await _ask(playground) for _ in range(6)]
    await asyncio.sleep(0.3)
    assert child.process
    child.process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(3)
    child.process.send_signal(signal.SIGCONT)
    await child.settled()
    await other.kill()
    replies = [_replies(playground, ts) for ts in sent]
    assert [len(found) for found in replies] == [1] * len(sent)
    assert all("audit v" in found[0].text for found in replies)
