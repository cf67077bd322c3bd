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


def chart(**more: Any) -> dict[str, Any]:
    return {"type": "data_visualization", "title": "Cost", "chart": more}


def pie(*values: float, label: str = "s") -> dict[str, Any]:
    segments = [{"label": f"{label}{n}", "value": value} for n, value in enumerate(values)]
    return chart(type="pie", segments=segments)


def lines(series: int = 1, categories: int = 2, **more: Any) -> dict[str, Any]:
    named = [f"c{n}" for n in range(categories)]
    data = [{"label": name, "value": 1.5} for name in named]
    return chart(
        type=more.pop("type", "line"),
        series=[{"name": f"s{n}", "data": more.get("data", data)} for n in range(series)],
        axis_config={"categories": named, "x_label": "Day"} | more.get("axis", {}),
    )


def raw(*values: float | str) -> list[dict[str, Any]]:
    return [
        {"type": "raw_text", "text": value}
        if isinstance(value, str)
        else {"type": "raw_number", "value": value, "text": str(value)}
        for value in values
    ]


def data_table(*rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"type": "data_table", "caption": "Costs", "rows": list(rows)} | more


def image(**more: Any) -> dict[str, Any]:
    return {"type": "image", "alt_text": "A chart"} | more


SHOWN = {"slack_file": {"id": "F1"}}


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
        pytest.param([pie(1, 0.1)], [pie(1, 0)], "must be greater than 0", id="pie of nothing"),
        pytest.param([pie(*[1] * 6)], [pie(*[1] * 7)], "no more than 6", id="segments"),
        pytest.param(
            [pie(1, label="x" * 19)], [pie(1, label="x" * 20)], "less than 21", id="segment label"
        ),
        pytest.param([lines(6, 20)], [lines(7, 20)], "no more than 6", id="series"),
        pytest.param([lines(1, 20)], [lines(1, 21)], "no more than 20", id="categories"),
        pytest.param(
            [lines(type="area")], [lines(type="donut")], "unsupported type: donut", id="chart type"
        ),
        pytest.param(
            [lines(type="bar")],
            [lines(data=[{"label": "c0", "value": 1}])],
            "labels must match the categories of the axis [json-pointer:/blocks/0/chart/series/0",
            id="series without a category",
        ),
        pytest.param(
            [lines(axis={"y_label": "x" * 50})],
            [lines(axis={"y_label": "x" * 51})],
            "less than 51",
            id="axis label",
        ),
        pytest.param(
            [lines() | {"title": "x" * 50}],
            [lines() | {"title": "x" * 51}],
            "less than 51",
            id="chart title",
        ),
        pytest.param(
            [lines()], [lines(data=[{"label": "c0", "value": "1"}])], "a number", id="value"
        ),
        pytest.param([lines(), pie(1)], [pie(1)] * 3, "no more than 2 charts", id="charts"),
        pytest.param(
            [data_table(*[raw("a", 1)] * 101)],
            [data_table(*[raw("a", 1)] * 102)],
            "no more than 101",
            id="data rows",
        ),
        pytest.param(
            [data_table(raw("a"), raw(1))],
            [data_table(raw("a"), [{"type": "rich_text", "elements": []}])],
            "unsupported cell [json-pointer:/blocks/0/rows/1/0]",
            id="data cell",
        ),
        pytest.param(
            [data_table(raw("a", "b"))],
            [data_table(raw("a", "b"), raw("a"))],
            "as many cells",
            id="ragged rows",
        ),
        pytest.param(
            [data_table(*[raw("x" * 200)] * 100)],
            [data_table(*[raw("x" * 200)] * 100, raw("y"))],
            "over 20000",
            id="data characters",
        ),
        pytest.param(
            [data_table(raw("a"), page_size=100)],
            [data_table(raw("a"), page_size=101)],
            "between 1 and 100",
            id="page size",
        ),
        pytest.param(
            [image(**SHOWN)],
            [image(**SHOWN, image_url="https://example.org/x.png")],
            "one of image_url and slack_file",
            id="two pictures",
        ),
        pytest.param(
            [image(**SHOWN)], [image(slack_file={})], "with an id or a url", id="no picture"
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
        pytest.param(
            modal(blocks=[field(button())], submit=words(4)), "unsupported type: button", id="input"
        ),
        pytest.param(
            modal(
                blocks=[field({"type": "number_input", "is_decimal_allowed": True, "min_value": 0})]
            ),
            "must be a string [json-pointer:/blocks/0/element/min_value]",
            id="number as a number",
        ),
        pytest.param(
            modal(blocks=[field(select(2) | {"initial_option": {"text": words(3), "value": "9"}})]),
            "must be one of the options",
            id="initial option",
        ),
        pytest.param(modal(blocks=[field(select(0))]), "options", id="no options"),
        pytest.param(modal(blocks=[lines()]), "unsupported type: data_visualization", id="chart"),
        pytest.param(
            modal(blocks=[{"type": "alert", "text": words(201)}]), "less than 201", id="alert"
        ),
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
