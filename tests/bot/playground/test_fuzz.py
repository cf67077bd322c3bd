"""Whatever an app sends, it is told Slack's name for what is wrong, and nothing here breaks."""

import copy
import json
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.playground import Playground
from bot.playground.checks import blocks_problems, view_problems
from bot.playground.methods import METHODS
from bot.playground.page import state_of
from bot.playground.payloads import initial_state

NAMES = st.sampled_from(
    ["C0ML", "D0ANN", "U0ANN", "1795000000.000100", "1.0", "", "F0NO", "x" * 300, "modal", "home"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | NAMES | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
PLAIN = {"type": "plain_text", "text": "x"}
OPTIONS = {"options": [{"text": PLAIN, "value": "v", "description": PLAIN}], "action_id": "a"}
BUTTON = {"type": "button", "text": PLAIN, "action_id": "b", "confirm": {"title": PLAIN}}
FEEDBACK = {"text": PLAIN, "value": "v"}
POINTS = [{"label": "c", "value": 1}]
GROUPS = {"option_groups": [{"label": PLAIN, "options": OPTIONS["options"]}]}
NUMBER = {"type": "number_input", "is_decimal_allowed": True, "min_value": "0", "action_id": "n"}
ELEMENTS: list[dict[str, Any]] = [
    BUTTON,
    NUMBER,
    {"type": "static_select", **OPTIONS, "action_id": "s", "initial_option": OPTIONS["options"][0]},
    {"type": "multi_static_select", "action_id": "m", **GROUPS},
    {"type": "checkboxes", **OPTIONS, "initial_options": OPTIONS["options"]},
    {"type": "plain_text_input", "action_id": "t", "min_length": 1, "placeholder": PLAIN},
    {"type": "feedback_buttons", "positive_button": FEEDBACK, "negative_button": FEEDBACK},
]
SOUND: list[dict[str, Any]] = [
    {"type": "section", "text": PLAIN, "fields": [PLAIN], "accessory": BUTTON, "block_id": "s"},
    {"type": "context", "elements": [PLAIN, {"type": "image", "alt_text": "x", "image_url": "u"}]},
    {"type": "actions", "elements": ELEMENTS[:5]},
    {"type": "context_actions", "elements": ELEMENTS[6:]},
    *({"type": "input", "label": PLAIN, "element": element} for element in ELEMENTS[1:6]),
    {"type": "image", "alt_text": "x", "slack_file": {"id": "F1"}, "title": PLAIN},
    {"type": "markdown", "text": "x"},
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]},
    {"type": "plan", "title": "x", "tasks": [{"task_id": "1", "title": "x", "status": "pending"}]},
    {"type": "task_card", "task_id": "1", "title": "x"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]},
    {
        "type": "data_table",
        "caption": "x",
        "rows": [[{"type": "raw_text", "text": "x"}], [{"type": "raw_number", "value": 1}]],
    },
    {
        "type": "data_visualization",
        "title": "x",
        "chart": {
            "type": "line",
            "series": [{"name": "s", "data": POINTS}],
            "axis_config": {"categories": ["c"], "x_label": "x"},
        },
    },
    {"type": "data_visualization", "title": "x", "chart": {"type": "pie", "segments": POINTS}},
    {"type": "carousel", "elements": [{"type": "card", "title": PLAIN, "actions": [BUTTON]}]},
    {"type": "container", "child_blocks": [{"type": "section", "text": PLAIN}]},
]
VIEWS: list[dict[str, Any]] = [
    {"type": kind, "title": PLAIN, "submit": PLAIN, "blocks": blocks, "private_metadata": "x"}
    for kind, blocks in (("modal", SOUND[:3] + SOUND[4:10]), ("home", SOUND[:3]))
]


@st.composite
def spoilt(draw: st.DrawFn, sound: list[Any]) -> Any:
    """Something sound in which one place, at whatever depth, holds anything."""
    whole = copy.deepcopy(draw(st.sampled_from(sound)))
    holder, key = [whole], 0
    while isinstance(holder[key], dict | list) and holder[key] and draw(st.integers(0, 4)):
        holder = holder[key]
        places = sorted(holder) if isinstance(holder, dict) else range(len(holder))
        key = draw(st.sampled_from(places))
    holder[key] = draw(VALUES)
    return whole


OPTIONAL = (
    *("blocks", "metadata", "view", "loading_messages", "thread_ts", "limit", "cursor", "oldest"),
    *("latest", "markdown_text", "text", "message", "attachments", "hash", "view_id", "users"),
)
ODD: tuple[Any, ...] = (["x"], {"a": 1}, "x")
ARGUMENTS = sorted({key for method in METHODS.values() for key in method.needs} | set(OPTIONAL))
CALLS = st.builds(
    lambda blocks, args: args | blocks,
    st.fixed_dictionaries({"blocks": st.lists(spoilt(SOUND), max_size=2), "view": spoilt(VIEWS)}),
    st.dictionaries(st.sampled_from(ARGUMENTS), NAMES | VALUES, max_size=6),
)


def invented(count: int) -> list[dict[str, Any]]:
    """Arguments that hypothesis makes up, the same ones each time."""
    made: list[dict[str, Any]] = []
    asked = settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    asked(given(args=CALLS)(lambda args: made.append(args)))()
    return made


@pytest.fixture(scope="module")
def calls() -> list[dict[str, Any]]:
    return invented(200)


def test_what_is_spoilt_was_sound() -> None:
    inputs = [block for block in SOUND if block["type"] == "input"]
    assert len(inputs) == 5
    assert blocks_problems(SOUND) == []
    assert [view_problems(view, view["type"]) for view in VIEWS] == [[], []]


@pytest.mark.parametrize("method", sorted(METHODS))
async def test_no_arguments_break_a_method(
    pg: Playground, method: str, calls: list[dict[str, Any]]
) -> None:
    ts = await pg.say("U0ANN", "C0ML", "x")
    failed = []
    headers = {"Authorization": f"Bearer {pg.app_token if 'apps.' in method else pg.bot_token}"}
    filled = {key: "C0ML" if key.startswith("channel") else ts for key in METHODS[method].needs}
    start = sorted(METHODS).index(method) * 5
    mine = calls[start : start + 20] + [{key: odd} for key in OPTIONAL for odd in ODD]
    if method.startswith(("blocks.", "chat.post", "chat.update", "views.")):
        mine += [{key: one[key]} for one in calls[:150] for key in ("blocks", "view")]
    async with aiohttp.ClientSession(headers=headers) as session:
        for args in mine:
            async with session.post(f"{pg.api_url}{method}", json=filled | args) as answer:
                if answer.status != 200:
                    failed.append(args)
                    continue
                told = await answer.json()
                assert told["ok"] or isinstance(told["error"], str)
    assert failed == []
    assert len(mine) in (68, 368)
    json.dumps(state_of(pg), allow_nan=False)
    for message in pg.messages("C0ML"):
        initial_state(message.blocks)


def json_of(charset: str = "") -> dict[str, str]:
    return {"Content-Type": f"application/json{charset}"}


@pytest.mark.parametrize(
    ("headers", "body", "error"),
    [
        pytest.param(json_of(), b"{", "invalid_json", id="cut off"),
        pytest.param(json_of(), b"[1]", "json_not_object", id="a list"),
        pytest.param(json_of(), b'{"limit": NaN}', "invalid_json", id="NaN"),
        pytest.param(json_of(), b'{"a":' * 50_000, "invalid_json", id="deep"),
        pytest.param(json_of(), b"\xff\xfe", "invalid_json", id="not UTF-8"),
        pytest.param(json_of("; charset=none"), b"{}", "invalid_charset", id="charset"),
        pytest.param(
            {"Content-Type": "multipart/form-data"}, b"x", "invalid_form_data", id="no boundary"
        ),
    ],
)
async def test_a_broken_body_is_named(
    pg: Playground, headers: dict[str, str], body: bytes, error: str
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{pg.api_url}api.test", data=body, headers=headers) as answer,
    ):
        assert (answer.status, (await answer.json())["error"]) == (200, error)


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        pytest.param({"channel": ["C0ML"]}, "invalid_arguments", "/channel", id="list for channel"),
        pytest.param({"thread_ts": 1.5}, "invalid_arguments", "/thread_ts", id="number for ts"),
        pytest.param({"text": {}}, "invalid_arguments", "/text", id="object for text"),
        pytest.param({"blocks": "{"}, "invalid_blocks_format", "", id="blocks of broken JSON"),
        pytest.param({"blocks": {"a": 1}}, "invalid_blocks_format", "", id="blocks are no list"),
        pytest.param({"blocks": ["a"]}, "invalid_blocks", "/blocks/0", id="a block is no object"),
        pytest.param({"metadata": "{"}, "invalid_metadata_format", "", id="broken metadata"),
    ],
)
async def test_an_argument_of_the_wrong_kind_has_slacks_error_name(
    pg: Playground, args: dict[str, Any], error: str, message: str
) -> None:
    headers = {"Authorization": f"Bearer {pg.bot_token}"}
    given_args = {"channel": "C0ML", "text": "x"} | args
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{pg.api_url}chat.postMessage", json=given_args) as answer,
    ):
        told = await answer.json()
    assert told["error"] == error
    assert (
        [m.partition("[json-pointer:")[2] for m in told["response_metadata"]["messages"]]
        == [f"{message}]"]
        if message
        else "response_metadata" not in told
    )
    assert pg.messages("C0ML") == ()


async def test_a_view_of_broken_json_is_refused(pg: Playground) -> None:
    headers = {"Authorization": f"Bearer {pg.bot_token}"}
    for view in ("{", "[1]", "7"):
        form = {"trigger_id": "1", "view": view}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(f"{pg.api_url}views.open", data=form) as answer,
        ):
            assert (await answer.json())["error"] == "invalid_arguments"


@pytest.mark.parametrize("path", ["upload/v1/x", "response/x", "files-pri/x/y", "page/files"])
async def test_nothing_breaks_the_other_addresses(pg: Playground, path: str) -> None:
    kinds = ["multipart/form-data", "multipart/form-data; boundary=b", "application/json", "x"]
    found = []
    async with aiohttp.ClientSession() as session:
        for kind in kinds:
            for body in (b"", b"{", b"--b\r\n\r\nx", b'{"blocks": [1], "thread_ts": [2]}'):
                url, headers = f"{pg.url}/{path}", {"Content-Type": kind}
                async with session.post(url, data=body, headers=headers) as answer:
                    found.append(answer.status)
    assert len(found) == 16
    assert max(found) < 500
