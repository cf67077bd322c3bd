"""Faults of Slack double no reply and lose none."""

from dataclasses import replace

import pytest

from bot.playground import Fault
from tests.handlers.conftest import ANN, BOT, GENERAL, Workplace
from tests.handlers.test_mentions import QUESTION


@pytest.mark.parametrize(
    ("fault", "times"),
    [
        (Fault.RATE_LIMITED, 2),
        (Fault.SERVER_ERROR, 2),
        (Fault.STORED_THEN_ERROR, 1),
    ],
)
async def test_a_fault_while_posting_leaves_one_reply(
    work: Workplace, fault: Fault, times: int
) -> None:
    work.playground.fail("chat.postMessage", fault, times=times, retry_after=1)
    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    assert "audit v" in reply.text


async def test_a_post_that_hangs_after_it_was_stored_leaves_one_reply(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = work.running.bot.posting._client_for("T0PLAY")
    monkeypatch.setattr(client, "timeout", 1)
    work.playground.fail("chat.postMessage", Fault.STORED_THEN_HANG, times=1)
    ts = await work.mention(QUESTION)
    await work.settled()
    assert len(work.replies(ts)) == 1


async def test_retry_after_is_honoured(work: Workplace) -> None:
    work.playground.fail("chat.postMessage", Fault.RATE_LIMITED, times=1, retry_after=2)
    ts = await work.mention(QUESTION)
    await work.settled()
    limited, posted = work.playground.calls("chat.postMessage")
    assert posted.at - limited.at >= 2
    assert len(work.replies(ts)) == 1


async def test_a_command_where_the_bot_is_no_member_is_answered_privately(work: Workplace) -> None:
    general = work.playground.team.channels[GENERAL]
    others = frozenset(general.members) - {BOT}
    secret = replace(general, id="C0SECRET", name="secret", members=others)
    work.playground.team.channels["C0SECRET"] = secret
    await work.playground.command(ANN, "C0SECRET", "/advise", QUESTION)
    await work.settled()
    (reply,) = [m for m in work.playground.messages("D0ANN") if m.bot_id]
    assert "I am not in <#C0SECRET>" in reply.text
    assert "audit v" in reply.text
