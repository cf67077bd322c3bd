"""Slack's limits: what stands just inside passes, what stands just outside is named."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground
from bot.playground.checks import blocks_problems, view_problems
from bot.playground.limits import Rate


def words(count: int, kind: str = "plain_text") -> dict[str, str]:
    return {"type": kind, "text": "x" * count}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": words(3)} | more


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": words(3, "mrkdwn")} | more


def markdown(count: int) -> dict[str, Any]:
    return {"type": "markdown", "text": "x" * count}


def table(rows: int, columns: int, characters: int = 1) -> dict[str, Any]:
    cell = {"type": "raw_text", "text": "x" * characters}
    return {"type": "table", "rows": [[cell] * columns] * rows}


def options(count: int) -> list[dict[str, Any]]:
    return [{"text": words(3), "value": str(n)} for n in range(count)]


def select(count: int) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "s", "options": options(count)}


def field(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": words(3), "element": element} | more


@pytest.mark.parametrize(
    ("inside", "outside", "complaint"),
    [
        pytest.param([section()] * 50, [section()] * 51, "no more than 50", id="blocks"),
        pytest.param(
            [section(text=words(3000))], [section(text=words(3001))], "less than 3001", id="section"
        ),
        pytest.param(
            [section(fields=[words(2000)] * 10)],
            [section(fields=[words(2)] * 11)],
            "no more than 10",
            id="fields",
        ),
        pytest.param(
            [{"type": "header", "text": words(150)}],
            [{"type": "header", "text": words(151)}],
            "less than 151",
            id="header",
        ),
        pytest.param(
            [{"type": "header", "text": words(1)}],
            [{"type": "header", "text": words(1, "mrkdwn")}],
            "must be a plain_text",
            id="header of mrkdwn",
        ),
        pytest.param([section()], [section(text=words(0))], "more than 0", id="empty text"),
        pytest.param(
            [markdown(6000), markdown(6000)],
            [markdown(6000), markdown(6001)],
            "less than 12001",
            id="markdown together",
        ),
        pytest.param([markdown(12000)], [markdown(12001)], "less than 12001", id="markdown"),
        pytest.param(
            [actions(*[button()] * 25)],
            [actions(*[button()] * 26)],
            "no more than 25",
            id="actions",
        ),
        pytest.param([actions(button())], [actions()], "no fewer than 1", id="no actions"),
        pytest.param(
            [actions(button(text=words(75)))],
            [actions(button(text=words(76)))],
            "less than 76",
            id="button text",
        ),
        pytest.param(
            [actions(button(value="x" * 2000))],
            [actions(button(value="x" * 2001))],
            "less than 2001",
            id="button value",
        ),
        pytest.param(
            [actions(button(style="danger"))],
            [actions(button(style="blue"))],
            "invalid style",
            id="button style",
        ),
        pytest.param(
            [actions(button(action_id="a"), button(action_id="b"))],
            [actions(button(action_id="a"), button(action_id="a"))],
            "`action_id` a already exists",
            id="action_id twice",
        ),
        pytest.param(
            [section(block_id="a"), section(block_id="b")],
            [section(block_id="a"), section(block_id="a")],
            "`block_id` a already exists",
            id="block_id twice",
        ),
        pytest.param([section()], [{"type": "poem"}], "unsupported type: poem", id="unknown block"),
        pytest.param(
            [section(accessory=button())],
            [section(accessory={"type": "lever"})],
            "unsupported type: lever",
            id="unknown element",
        ),
        pytest.param([section()], ["words"], "must be an object", id="not an object"),
        pytest.param(
            [section()],
            [section(colour="red")],
            "invalid additional property: colour",
            id="unknown field",
        ),
        pytest.param(
            [section()], [{"type": "section"}], "missing required field", id="section of nothing"
        ),
        pytest.param(
            [{"type": "context", "elements": [words(2)] * 10}],
            [{"type": "context", "elements": [words(2)] * 11}],
            "no more than 10",
            id="context",
        ),
        pytest.param([table(100, 20)], [table(101, 20)], "no more than 100", id="table rows"),
        pytest.param([table(2, 20)], [table(2, 21)], "no more than 20", id="table columns"),
        pytest.param(
            [table(10, 10, 100)], [table(10, 10, 101)], "over 10000", id="table characters"
        ),
        pytest.param(
            [actions(select(100))], [actions(select(101))], "no more than 100", id="select options"
        ),
    ],
)
def test_a_message_is_held_to_slacks_limits(
    inside: list[Any], outside: list[Any], complaint: str
) -> None:
    assert blocks_problems(inside) == []
    problems = blocks_problems(outside)
    assert any(complaint in problem for problem in problems), problems


@pytest.mark.parametrize("surface", ["home", "modal"])
@pytest.mark.parametrize(
    "block",
    [
        markdown(3),
        {"type": "plan", "title": "Plan", "tasks": []},
        {"type": "task_card", "task_id": "1", "title": "Read"},
        {"type": "context_actions", "elements": [button()]},
    ],
    ids=lambda block: block["type"],
)
def test_some_blocks_stand_in_messages_only(surface: str, block: dict[str, Any]) -> None:
    assert not [p for p in blocks_problems([block]) if "unsupported type: " + block["type"] in p]
    assert f"unsupported type: {block['type']}" in blocks_problems([block], surface)[0]


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": words(24), "blocks": [section()]} | more


@pytest.mark.parametrize(
    ("view", "complaint"),
    [
        pytest.param(modal(title=words(25)), "less than 25", id="title"),
        pytest.param(modal(submit=words(25)), "less than 25", id="submit"),
        pytest.param(modal(blocks=[section()] * 101), "no more than 100", id="blocks"),
        pytest.param(modal(private_metadata="x" * 3001), "less than 3001", id="private_metadata"),
        pytest.param(modal(blocks=[field(select(2))]), "submit is required", id="no submit"),
        pytest.param(modal(type="home"), "type must be modal", id="type"),
        pytest.param(
            {"type": "modal", "blocks": []}, "missing required field: title", id="untitled"
        ),
        pytest.param({"type": "modal", "title": words(3)}, "field: blocks", id="no blocks"),
    ],
)
def test_a_modal_is_held_to_slacks_limits(view: dict[str, Any], complaint: str) -> None:
    assert view_problems(modal(blocks=[section()] * 100), "modal") == []
    problems = view_problems(view, "modal")
    assert any(complaint in problem for problem in problems), problems


async def test_the_api_names_what_is_wrong_with_blocks(
    pg: Playground, client: AsyncWebClient
) -> None:
    with pytest.raises(SlackApiError) as raised:
        await client.chat_postMessage(channel="C0ML", text="x", blocks=[{"type": "poem"}])
    answer = raised.value.response
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] unsupported type: poem [json-pointer:/blocks/0/type]"
    ]
    with pytest.raises(SlackApiError):
        await client.api_call("blocks.validate", json={"blocks": [{"type": "poem"}]})
    await client.api_call("blocks.validate", json={"blocks": [section()]})
    assert pg.messages("C0ML") == ()


async def test_a_text_over_forty_thousand_characters_is_cut_with_a_warning(
    pg: Playground, client: AsyncWebClient
) -> None:
    answer = await client.chat_postMessage(channel="C0ML", text="x" * 40_001)
    assert answer["warning"] == "message_truncated"
    assert len(pg.message("C0ML", answer["ts"]).text) == 40_000


async def test_rates_hold_only_while_they_are_switched_on(
    pg: Playground, client: AsyncWebClient, clock: Any
) -> None:
    for _ in range(3):
        await client.chat_postMessage(channel="C0ML", text="free")
    pg.rate_limiting = True
    await client.chat_postMessage(channel="C0ML", text="one")
    with pytest.raises(SlackApiError) as raised:
        await client.chat_postMessage(channel="C0ML", text="too soon")
    assert raised.value.response["error"] == "ratelimited"
    assert (raised.value.response.status_code, raised.value.response.headers["Retry-After"]) == (
        429,
        "1",
    )
    await client.chat_postMessage(channel="C0GENERAL", text="another channel")
    clock.seconds += 1
    await client.chat_postMessage(channel="C0ML", text="two")
    pg.rates["chat.postMessage"] = Rate(3, 1, ("channel",))
    await client.chat_postMessage(channel="C0ML", text="three")
    assert [m.text for m in pg.messages("C0ML")] == ["free"] * 3 + ["one", "two", "three"]
