"""Details, what to do next and the memo come once, in the thread, on the press of a button."""

import pytest

from bot.playground.limits import KINDS
from tests.handlers.conftest import ANN, BEN, BOT, GENERAL, Workplace
from tests.handlers.test_mentions import QUESTION


@pytest.mark.parametrize(
    ("door", "says"),
    [
        pytest.param("details", "Details: ", id="details"),
        pytest.param("recipe", "What to do next: ", id="recipe"),
        pytest.param("memo", "# Decision memo: ", id="memo"),
    ],
)
async def test_a_door_opens_once_and_then_says_where_it_stands(
    work: Workplace, door: str, says: str
) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    await work.playground.click(ANN, GENERAL, reply.ts, f"advise_{door}")
    await work.settled()
    _, brought = work.replies(ts)
    assert says in str(brought.blocks[0])
    assert brought.metadata is not None
    assert brought.metadata["event_payload"]["job"].startswith(
        f"{door}:T0PLAY:{GENERAL}:{reply.ts}:v"
    )
    await work.playground.click(BEN, GENERAL, reply.ts, f"advise_{door}")
    await work.settled()
    assert len(work.replies(ts)) == 2
    assert work.playground.ephemerals(ANN) == ()
    (told,) = work.playground.ephemerals(BEN)
    assert brought.ts.replace(".", "") in told.text


async def test_details_hold_the_cost_table_the_chart_and_the_audit_id(work: Workplace) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    await work.playground.click(ANN, GENERAL, reply.ts, "advise_details")
    await work.settled()
    shown = work.replies(ts)[-1]
    kinds = [block["type"] for block in shown.blocks]
    assert kinds.count("table") == kinds.count("data_visualization") == 1
    audit = reply.text.rsplit(" ", 1)[-1]
    assert f"Audit {audit}." in shown.text
    assert work.playground.files == ()


@pytest.mark.parametrize("lost", [("data_visualization",), ("data_visualization", "table")])
async def test_where_slack_draws_no_chart_a_picture_follows(
    work: Workplace, monkeypatch: pytest.MonkeyPatch, lost: tuple[str, ...]
) -> None:
    for kind in lost:
        monkeypatch.delitem(KINDS, kind)
    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    await work.playground.click(ANN, GENERAL, reply.ts, "advise_details")
    await work.settled()
    _, shown, picture = work.replies(ts)
    kinds = {block["type"] for block in shown.blocks}
    assert kinds
    assert not kinds & set(lost)
    (file,) = work.playground.files
    assert file.data.startswith(b"\x89PNG")
    assert picture.extra["files"][0]["id"] == file.id
    assert "per 1,000 requests" in shown.text


async def test_a_door_that_failed_opens_at_the_next_press(work: Workplace) -> None:
    jobs = work.running.bot.jobs
    bring, failed = jobs._kinds["recipe"]

    async def fail(job: object) -> None:
        raise ZeroDivisionError

    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    jobs.register("recipe", fail, failed)
    await work.playground.click(ANN, GENERAL, reply.ts, "advise_recipe")
    await work.settled()
    jobs.register("recipe", bring, failed)
    await work.playground.click(ANN, GENERAL, reply.ts, "advise_recipe")
    await work.settled()
    _, broken, brought = work.replies(ts)
    assert "e-" in broken.text
    assert brought.text.startswith("What to do next: ")


async def test_a_door_that_failed_is_brought_once_more_and_not_at_every_press(
    work: Workplace,
) -> None:
    jobs = work.running.bot.jobs
    bring, failed = jobs._kinds["memo"]

    async def fail(job: object) -> None:
        raise ZeroDivisionError

    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    jobs.register("memo", fail, failed)
    for _ in range(2):
        await work.playground.click(ANN, GENERAL, reply.ts, "advise_memo")
        await work.settled()
    jobs.register("memo", bring, failed)
    for _ in range(3):
        await work.playground.click(ANN, GENERAL, reply.ts, "advise_memo")
        await work.settled()
    brought = [one for one in work.replies(ts) if "Decision memo" in one.text]
    assert (len(brought), len(work.replies(ts))) == (1, 4)
    assert len(work.playground.ephemerals(ANN)) == 2


async def test_a_door_whose_answer_was_deleted_brings_it_again(work: Workplace) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    await work.playground.click(ANN, GENERAL, reply.ts, "advise_memo")
    await work.settled()
    await work.playground.delete(BOT, GENERAL, work.replies(ts)[-1].ts)
    assert len(work.replies(ts)) == 1
    click = await work.playground.click(BEN, GENERAL, reply.ts, "advise_memo")
    await work.settled()
    await work.playground.redeliver(click)
    await work.settled()
    assert "Decision memo" in work.replies(ts)[-1].text
    assert len(work.replies(ts)) == 2
