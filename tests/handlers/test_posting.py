"""Faults of Slack double no reply and lose none."""

import asyncio
from dataclasses import replace

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.jobs import Job
from bot.playground import Fault
from bot.playground.checks import blocks_problems
from handlers import posting, wire
from handlers.bot import place_of
from handlers.verdict import section
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


def _refusal(status: int, data: object) -> SlackApiError:
    response = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="",
        req_args={},
        data=data,  # type: ignore[arg-type]
        headers={"Retry-After": "7"},
        status_code=status,
    )
    return SlackApiError("refused", response)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("status", "data", "expected"),
    [
        pytest.param(429, {"ok": False, "error": "ratelimited"}, (True, 7.0), id="429"),
        pytest.param(200, {"ok": False, "error": "ratelimited"}, (True, 7.0), id="limited in 200"),
        pytest.param(200, {"ok": False, "error": "internal_error"}, (False, 1.0), id="internal"),
        pytest.param(200, {"ok": False, "error": "request_timeout"}, (False, 1.0), id="timeout"),
        pytest.param(503, {"ok": False, "error": "down"}, (False, 1.0), id="503"),
    ],
)
def test_what_passes_is_tried_again(
    status: int, data: object, expected: tuple[bool, float]
) -> None:
    assert wire.again(_refusal(status, data), 1.0) == expected


def test_an_answer_that_cannot_be_read_is_asked_for_again() -> None:
    """The client raises ValueError where it finds no JSON."""
    assert wire.again(ValueError("no JSON"), 1.0) == (False, 1.0)


def test_what_slack_refuses_for_good_is_not_tried_again() -> None:
    with pytest.raises(wire.PostError, match="is_archived"):
        wire.again(_refusal(200, {"ok": False, "error": "is_archived"}), 1.0)


async def test_those_who_wait_already_honour_a_longer_wait() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 1:
            pace.hold(0.2)
        await asyncio.sleep(seconds)

    pace = wire.Pace(sleep)
    pace.hold(0.05)
    await pace.turn(0)
    assert len(slept) >= 2


def test_blocks_lose_their_secrets_and_what_slack_would_refuse() -> None:
    secret = "sk-abcdefghijklmnopqrstuvwx"
    button = {"type": "button", "action_id": "a", "text": plain_text("Go"), "value": secret}
    actions = {"type": "actions", "elements": [button]}
    sent = posting.sendable((section(f"key {secret}"), section(""), *[section("x")] * 60, actions))
    assert secret not in str(sent)
    assert sent[0]["text"]["text"] == "key [secret removed]"
    assert sent[-1]["type"] == "actions"
    assert len(sent) == 50
    assert blocks_problems(sent) == []


async def test_a_secret_in_a_block_does_not_reach_slack(work: Workplace) -> None:
    bot = work.running.bot
    secret = "sk-abcdefghijklmnopqrstuvwx"
    _, failed = bot.jobs._kinds["help"]

    async def leak(job: Job) -> None:
        content = posting.Content("A key.", (section(f"key {secret}"),))
        await bot.posting.show(job, place_of(job), content)

    bot.jobs.register("help", leak, failed)
    ts = await work.mention("help")
    await work.settled()
    (reply,) = work.replies(ts)
    assert reply.blocks[0]["text"]["text"] == "key [secret removed]"


def plain_text(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
