"""Nothing holds the event loop: CPU work of a verdict goes to the pool."""

import asyncio
import time

import pytest

from tests.handlers.conftest import Workplace
from tests.handlers.test_mentions import QUESTION


@pytest.mark.parametrize("text", [QUESTION, (QUESTION + " 12 % of 3 tokens ") * 180])
async def test_a_verdict_never_holds_the_loop_over_100_ms(work: Workplace, text: str) -> None:
    """Counted in CPU time of the loop's own thread, so that a busy machine changes nothing."""
    turns: list[float] = []

    async def watch() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.002)
            turns.append(time.thread_time() - before)

    watching = asyncio.create_task(watch())
    ts = await work.mention(text[:39_900])
    await work.settled()
    watching.cancel()
    assert len(work.replies(ts)) == 1
    assert turns
    assert [turn for turn in turns if turn > 0.1] == []
