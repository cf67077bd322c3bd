"""Every line becomes a row or is named with its number and its reason."""

import json
from typing import Any

import pytest

from bot.audit.rows import KEPT_CHARACTERS, LONGEST_LINE, Row, Sample, read
from tests.bot.audit.files import chat


def line(value: Any) -> str:
    return json.dumps(value)


def only(text: str) -> Row | str | None:
    ((number, row),) = read([text])
    assert number == 1
    return row


USER = {"role": "user", "content": "hi"}
REPLY = {"role": "assistant", "content": "hello"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("{", "it is not JSON", id="cut off"),
        pytest.param("[" * 100_000, "it is not JSON", id="too deep"),
        pytest.param("[1]", "not a JSON object", id="a list"),
        pytest.param('{"text": "a"}', "neither", id="other keys"),
        pytest.param(line({"messages": []}), "not a list with messages", id="no messages"),
        pytest.param(line({"messages": "hi"}), "not a list with messages", id="text for messages"),
        pytest.param(line({"messages": [USER, {"content": "x"}]}), "no known role", id="no role"),
        pytest.param(line({"messages": ["hi"]}), "no known role", id="text for a message"),
        pytest.param(line({"messages": [USER]}), "no reply", id="no reply"),
        pytest.param(
            line({"messages": [USER, REPLY | {"weight": 0}]}), "no reply", id="reply of no weight"
        ),
        pytest.param(line({"messages": [USER, REPLY | {"content": " "}]}), "empty", id="empty"),
        pytest.param(line({"messages": [REPLY]}), "nothing stands before", id="reply alone"),
        pytest.param(
            line({"messages": [USER, REPLY | {"content": 5}]}), "content is not text", id="number"
        ),
        pytest.param(line({"prompt": "a", "completion": 1}), "not text", id="completion"),
        pytest.param(line({"prompt": "a", "completion": ""}), "empty", id="empty completion"),
        pytest.param(" " * (LONGEST_LINE + 1) + "x", "two million", id="too long"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_example_says_why(text: str, why: str) -> None:
    told = only(text)
    assert isinstance(told, str)
    assert why in told


@pytest.mark.parametrize(
    ("value", "system", "asked", "replies"),
    [
        pytest.param({"messages": [USER, REPLY]}, "", "hi", ("hello",), id="plain"),
        pytest.param(
            {"messages": [{"role": "developer", "content": "Be kind"}, USER, REPLY], "tools": []},
            "Be kind", "hi", ("hello",), id="developer and tools",
        ),
        pytest.param({"prompt": "a ", "completion": " b"}, "", "a ", (" b",), id="completion"),
        pytest.param({"prompt": [USER], "completion": [REPLY]}, "", "hi", ("hello",), id="lists"),
        pytest.param(
            {"messages": [USER, REPLY, USER, REPLY | {"content": "again"}]},
            "", "hi\nhello\nhi", ("hello", "again"), id="two turns, both trained on",
        ),
        pytest.param(
            {"messages": [USER, REPLY | {"weight": 0}, USER, REPLY | {"weight": 1}]},
            "", "hi\nhello\nhi", ("hello",), id="the first one of no weight",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "see"},
             {"type": "image_url", "image_url": {"url": "x"}}]}, REPLY]},
            "", "see", ("hello",), id="parts",
        ),
        pytest.param(
            {"messages": [USER, {"role": "assistant", "content": None, "tool_calls": [{"id": 1}]}]},
            "", "hi", ('[{"id": 1}]',), id="a call of a tool",
        ),
    ],
)  # fmt: skip
def test_a_row_has_its_system_prompt_its_input_and_what_is_trained_on(
    value: Any, system: str, asked: str, replies: tuple[str, ...]
) -> None:
    assert only(line(value)) == Row(1, system, asked, replies)


def test_blank_lines_a_byte_order_mark_and_half_characters_do_no_harm() -> None:
    lines = ["\ufeff" + chat("a", "b"), "\n", '{"prompt": "\\ud800", "completion": "b"}']
    rows = [row for _, row in read(lines)]
    assert rows == [Row(1, "", "a", ("b",)), None, Row(3, "", "?", ("b",))]


def test_a_sample_keeps_order_and_size_and_is_drawn_the_same_twice() -> None:
    def drawn() -> list[int]:
        sample = Sample(50)
        for number in range(1000):
            sample.add(Row(number, "", "x" * 5000, ("y",)))
        assert all(len(row.input) == KEPT_CHARACTERS for row in sample.rows())
        return [row.number for row in sample.rows()]

    once = drawn()
    assert len(once) == 50 and once == sorted(set(once)) == drawn()
    assert once[-1] > 500  # not only the first
