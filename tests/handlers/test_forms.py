"""Facts are edited in a form and decided again in place; eight questions make a case."""

from dataclasses import replace
from typing import Any

import pytest

from bot.playground import Fault
from bot.playground.checks import view_problems
from bot.playground.team import View
from handlers import inputs
from storage import advisor as verdicts
from tests.bot.advisor.scenarios import SCENARIOS
from tests.handlers.conftest import ANN, BEN, GENERAL, Workplace
from tests.handlers.test_mentions import QUESTION
from tests.handlers.test_verdict import answer

VAGUE = "should we fine-tune our support bot?"


def typed(**values: str) -> dict[str, Any]:
    """The state of a form in which this was typed."""
    named = {field.replace("__", "."): value for field, value in values.items()}
    return {
        field: {"fact": {"type": "plain_text_input", "value": value}}
        for field, value in named.items()
    }


def chosen(field: str, value: str) -> dict[str, Any]:
    """The state of a form in which this was chosen."""
    option = {"text": {"type": "plain_text", "text": f"{value} in words"}, "value": value}
    return {field: {"fact": {"type": "static_select", "selected_option": option}}}


async def edit(work: Workplace, user: str, ts: str) -> View:
    """Press Edit facts and give the form that opens."""
    await work.playground.click(user, GENERAL, ts, "advise_edit")
    (view,) = await work.playground.until(
        lambda: [one for one in work.playground.views if one.user == user]
    )
    return view


async def case_of(work: Workplace, ts: str) -> dict[str, Any]:
    async with work.running.bot.db.reading() as tx:
        given = await verdicts.shown(tx, "T0PLAY", GENERAL, ts)
    assert given is not None
    case: dict[str, Any] = given.verdict["case"]
    return case


def labels(view: View) -> list[str]:
    return [b["block_id"] for b in view.content["blocks"] if b["type"] == "input"]


@pytest.mark.parametrize("everything", [False, True])
def test_every_form_is_one_that_slack_takes(everything: bool) -> None:
    for scenario in SCENARIOS:
        verdict = answer(scenario)
        where = {"channel_id": "C" * 12, "ts": "1.1", "thread_ts": "1.1", "audit_id": "v1"}
        view = inputs.facts("advise_facts", verdict, where, None if everything else "advise_all")
        assert view_problems(view, "modal") == []
        count = len([block for block in view["blocks"] if block["type"] == "input"])
        assert count > 60 if everything else count == 8
    assert view_problems(inputs.questions("advise_questions", where), "modal") == []


async def test_edited_facts_are_decided_again_in_the_same_reply(work: Workplace) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    (before,) = work.replies(ts)
    view = await edit(work, BEN, before.ts)
    assert {"monthly_requests", "target_accuracy"} <= set(labels(view))
    selects = [b for b in view.content["blocks"] if "options" in b.get("element", {})]
    field, value = selects[0]["block_id"], selects[0]["element"]["options"][-1]["value"]
    values = typed(monthly_requests="2M", target_accuracy="90 %") | chosen(field, value)
    await work.playground.submit(BEN, view.id, values)
    await work.settled()
    (after,) = work.replies(ts)
    assert after.ts == before.ts
    assert f"Changed by <@{BEN}>: " in after.text
    assert "2M requests a month" in after.text
    assert after.text.splitlines()[-1] != before.text.splitlines()[-1]
    assert work.playground.views == ()
    case = await case_of(work, after.ts)
    assert (case["monthly_requests"], case["target_accuracy"]) == (2e6, 0.9)
    assert case[field] == value
    assert case["labelled_examples"] == 22_000


async def test_what_cannot_be_read_is_said_beside_its_field(work: Workplace) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    view = await edit(work, ANN, reply.ts)
    await work.playground.submit(ANN, view.id, typed(monthly_requests="lots"))
    (held,) = await work.playground.until(lambda: [v for v in work.playground.views if v.errors])
    assert held.errors == {"monthly_requests": "Please give one number."}
    await work.playground.submit(ANN, view.id, typed(monthly_requests="70k"))
    await work.settled()
    assert (await case_of(work, reply.ts))["monthly_requests"] == 70_000
    assert len(work.playground.calls("chat.update")) == 1


async def test_a_form_that_was_opened_before_another_change_keeps_that_change(
    work: Workplace,
) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    anns, bens = await edit(work, ANN, reply.ts), await edit(work, BEN, reply.ts)
    await work.playground.submit(BEN, bens.id, typed(monthly_requests="2M"))
    await work.settled()
    await work.playground.submit(ANN, anns.id, typed(target_accuracy="90%"))
    await work.settled()
    case = await case_of(work, reply.ts)
    assert (case["monthly_requests"], case["target_accuracy"]) == (2e6, 0.9)


async def test_a_form_sent_twice_or_unchanged_changes_nothing_more(work: Workplace) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    view = await edit(work, ANN, reply.ts)
    sent = await work.playground.submit(ANN, view.id, typed(monthly_requests="2M"))
    await work.playground.redeliver(sent)
    await work.settled()
    again = await edit(work, ANN, reply.ts)
    await work.playground.submit(ANN, again.id, {})
    await work.settled()
    assert len(work.playground.calls("chat.update")) == 1


async def test_all_facts_are_behind_a_button_of_the_form(work: Workplace) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    view = await edit(work, ANN, reply.ts)
    assert len(labels(view)) == 8
    await work.playground.click_in_view(ANN, view.id, "advise_all")
    (grown,) = await work.playground.until(
        lambda: [v for v in work.playground.views if len(labels(v)) > 60]
    )
    await work.playground.submit(ANN, grown.id, typed(budget_usd="$9,000"))
    await work.settled()
    assert (await case_of(work, reply.ts))["budget_usd"] == 9000


async def test_advise_alone_opens_the_eight_questions_and_answers_them(work: Workplace) -> None:
    await work.playground.command(ANN, GENERAL, "/advise", "  ")
    (view,) = await work.playground.until(lambda: work.playground.views)
    heads = [b["text"]["text"] for b in view.content["blocks"] if b["type"] == "section"]
    assert [head[1] for head in heads] == list("12345678")
    values = typed(words="We sort tickets; zero-shot gets 61%.", monthly_requests="60k")
    await work.playground.submit(
        ANN, view.id, values | typed(target_accuracy="85%") | chosen("changes", "weekly")
    )
    await work.settled()
    (reply,) = [m for m in work.playground.messages(GENERAL) if m.bot_id]
    assert "We sort tickets" in reply.text
    case = await case_of(work, reply.ts)
    assert case["monthly_requests"] == 60_000
    assert case["changes"] == "weekly"
    assert case["measurements"] == [{"arm": "zero_shot", "accuracy": 0.61}]
    async with work.running.bot.db.reading() as tx:
        given = await verdicts.newest(tx, "T0PLAY", GENERAL, reply.ts)
    assert given is not None
    quotes = {fact["field"]: fact["quote"] for fact in given.verdict["facts"]}
    assert (quotes["monthly_requests"], quotes["target_accuracy"]) == ("60k", "85%")


async def test_a_form_without_a_word_is_sent_back(work: Workplace) -> None:
    await work.playground.command(ANN, GENERAL, "/advise", "")
    (view,) = await work.playground.until(lambda: work.playground.views)
    await work.playground.submit(ANN, view.id, typed(words="??"))
    (held,) = await work.playground.until(lambda: [v for v in work.playground.views if v.errors])
    assert held.errors == {"words": "Say in a sentence what the task is and what goes wrong."}


async def test_who_presses_edit_is_told_where_no_form_opens(work: Workplace) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    (reply,) = work.replies(ts)
    work.playground.fail("views.open", Fault.SERVER_ERROR)
    await work.playground.click(BEN, GENERAL, reply.ts, "advise_edit")
    await work.settled()
    (told,) = await work.playground.until(lambda: work.playground.ephemerals(BEN))
    assert told.text.startswith("Something went wrong on my side")
    assert work.playground.views == ()


def test_a_value_that_is_longer_than_its_field_is_cut_and_counts_as_unchanged() -> None:
    verdict = answer(SCENARIOS[0])
    long = replace(verdict, case={**verdict.case, "model": "m" * 400})
    view = inputs.facts("advise_facts", long, {"channel_id": "C1"}, None)
    (block,) = [one for one in view["blocks"] if one.get("block_id") == "model"]
    shown = block["element"]["initial_value"]
    assert shown == "m" * block["element"]["max_length"]
