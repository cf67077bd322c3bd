"""`/tunewise` where Slack does not tell who is an admin."""

import pytest

from bot.playground import Fault
from storage import teams
from tests.handlers.conftest import ANN, BEN, GENERAL, Workplace

NOT_TOLD = "Slack did not tell me whether you are an admin"


async def _said(work: Workplace, user: str, text: str) -> str:
    """What the command answers, which only its asker sees."""
    number = await work.playground.command(user, GENERAL, "/tunewise", text)
    answers: list[dict[str, str]] = await work.playground.until(
        lambda: [
            dict(one.ack_payload)
            for one in work.playground.deliveries
            if one.envelope_id == number and one.ack_payload
        ]
    )
    return answers[0]["text"]


async def _is_paused(work: Workplace) -> bool:
    async with work.running.bot.db.reading() as tx:
        return (await teams.find(tx, work.running.team_id)).paused_at is not None


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.RATE_LIMITED, Fault.HANG])
async def test_an_admin_that_slack_does_not_confirm_is_told_so(
    work: Workplace, fault: Fault
) -> None:
    work.playground.fail("users.info", fault)
    said = await _said(work, ANN, "pause")
    assert NOT_TOLD in said
    assert "`pause`" in said
    assert "ADMIN_USERS" in said
    assert not await _is_paused(work)
    assert "Paused" in await _said(work, ANN, "pause")
    work.playground.fail("users.info", fault)
    assert NOT_TOLD in await _said(work, ANN, "resume")
    assert await _is_paused(work)


async def test_who_is_no_admin_is_not_told_to_try_again(work: Workplace) -> None:
    said = await _said(work, BEN, "pause")
    assert "Only an admin" in said
    assert NOT_TOLD not in said
    assert not await _is_paused(work)


async def test_help_leaves_the_admin_part_out_where_slack_does_not_tell(work: Workplace) -> None:
    work.playground.fail("users.info", Fault.SERVER_ERROR)
    said = await _said(work, ANN, "help")
    assert "What I do" in said
    assert "As an admin" not in said
    assert NOT_TOLD not in said
    assert "As an admin" in await _said(work, ANN, "help")


async def test_slack_is_asked_who_is_an_admin_only_where_it_matters(work: Workplace) -> None:
    for word in ("status", "dance"):
        await _said(work, ANN, word)
    assert len(work.playground.calls("users.info")) == 0
    for word in ("", "help", "pause", "resume"):
        await _said(work, ANN, word)
    assert len(work.playground.calls("users.info")) == 4
