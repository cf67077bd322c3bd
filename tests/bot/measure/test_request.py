"""Lines in the shapes that logs have, and lines that hold nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.measure.request import LONGEST_LINE, Request, UnreadableError, request_in

BODY = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}
AT = 1_790_000_000.0
CHOICES = {"choices": [{"message": {"role": "assistant", "content": "hi there"}}]}
USAGE = {"prompt_tokens": 9, "completion_tokens": 2}


def read(record: Any) -> Request:
    return request_in(json.dumps(record))


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"request": BODY, "response": CHOICES, "timestamp": AT}, id="proxy"),
        pytest.param({"request": BODY, "response": {**CHOICES, "created": int(AT)}}, id="created"),
        pytest.param(
            {"body": BODY, "response": {"status_code": 200, "body": CHOICES}, "ts": AT * 1000},
            id="batch file joined with its results, milliseconds",
        ),
        pytest.param(
            {"request_body": BODY, "response_body": CHOICES, "request_created_at": str(AT)},
            id="export with bodies",
        ),
        pytest.param(
            {
                "request_body": json.dumps(BODY),
                "response_body": json.dumps(CHOICES),
                "created_at": "2026-09-21T14:13:20Z",
            },
            id="bodies that are JSON as text, ISO time",
        ),
        pytest.param(
            {**BODY, "response": CHOICES, "startTime": "2026-09-21T16:13:20+02:00"},
            id="spend log, time with offset",
        ),
        pytest.param(
            {**BODY, "messages": json.dumps(BODY["messages"]), "response": CHOICES, "time": AT},
            id="messages as text",
        ),
        pytest.param(
            {
                "model": "gpt-4o",
                "input": BODY["messages"],
                "output": [{"role": "assistant", "content": "hi there"}],
                "created_at": "2026-09-21 14:13:20 UTC",
            },
            id="stored completion",
        ),
        pytest.param(
            {"model": "gpt-4o", "item": {"input": BODY["messages"]}, "sample": {"outputs": [
                {"role": "assistant", "content": "hi there"}]}, "timestamp": AT * 1e6},
            id="item and sample, microseconds",
        ),
        pytest.param({**BODY, **CHOICES, "created": AT}, id="request and response in one"),
        pytest.param(
            {"model": "gpt-4o", "messages": [
                *BODY["messages"], {"role": "assistant", "content": "hi there"}], "created": AT},
            id="training example",
        ),
    ],
)  # fmt: skip
def test_each_shape_gives_model_time_prompt_and_reply(record: Any) -> None:
    found = read(record)
    assert (found.model, found.at) == ("gpt-4o", AT)
    assert found.pieces == (("query", "hello"),)
    assert found.reply == "hi there"


def test_a_bare_body_has_neither_time_nor_reply() -> None:
    found = read(BODY)
    assert (found.at, found.reply, found.usage, found.batch) == (None, "", None, False)


def test_pieces_stand_in_the_order_in_which_a_server_reads_them() -> None:
    found = read(
        {
            "messages": [
                {"role": "developer", "content": "rules"},
                {"role": "system", "name": "example_user", "content": "one"},
                {"role": "user", "content": "before"},
                {"role": "assistant", "content": None, "tool_calls": [{"id": "c"}]},
                {"role": "tool", "content": "looked up"},
                {
                    "role": "user",
                    "content": [{"type": "text", "text": "now"}, {"text": "or never"}],
                },
            ],
            "tools": [{"type": "function"}],
        }
    )
    assert found.pieces == (
        ("tools", '[{"type":"function"}]'),
        ("system", "rules"),
        ("example", "one"),
        ("turn", "before"),
        ("turn", '[{"id":"c"}]'),
        ("result", "looked up"),
        ("query", "now\nor never"),
    )


def test_a_picture_stands_as_a_hash_that_differs_between_pictures() -> None:
    def words(url: str) -> str:
        part = {"type": "image_url", "image_url": {"url": url}}
        return read({"messages": [{"role": "user", "content": [part]}]}).pieces[0][1]

    assert len(words("data:" + "A" * 9000)) == 18
    assert words("data:A") != words("data:B")


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        pytest.param(USAGE, (9, 2, None), id="no cache details"),
        pytest.param(
            {**USAGE, "prompt_tokens_details": {"cached_tokens": 4}}, (9, 2, 4), id="cached inside"
        ),
        pytest.param(
            {"input_tokens": 9, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 4}},
            (9, 2, 4),
            id="input and output",
        ),
        pytest.param(
            {"input_tokens": 5, "output_tokens": 2, "cache_read_input_tokens": 4},
            (9, 2, 4),
            id="cached beside",
        ),
    ],
)
def test_usage_in_each_dialect_says_the_same(
    usage: dict[str, Any], expected: tuple[int, int, int | None]
) -> None:
    found = read({"request": BODY, "response": {**CHOICES, "usage": usage}}).usage
    assert found
    cached = found.get("prompt_tokens_details", {}).get("cached_tokens")
    assert (found["prompt_tokens"], found["completion_tokens"], cached) == expected


@pytest.mark.parametrize(
    "tokens", [10**30, -1, True, "many", 1.5, None], ids=lambda value: f"{value!r:.6}"
)
def test_absurd_counts_are_not_taken(tokens: Any) -> None:
    usage = {"prompt_tokens": tokens, "completion_tokens": 2}
    assert read({"request": BODY, "response": {"usage": usage}}).usage is None


@pytest.mark.parametrize(
    "time", ["soon", "", 10**40, -5, True, [], {}, "1" * 99, 12, "9999-12-31T23:59:59+00:00"],
    ids=lambda value: f"{value!r:.12}",
)  # fmt: skip
def test_what_is_no_instant_of_this_century_is_unknown(time: Any) -> None:
    assert read({"request": BODY, "timestamp": time}).at is None


def test_not_a_number_is_no_time() -> None:
    for value in ("NaN", "Infinity", "1e999", '"nan"'):
        text = f'{{"timestamp": {value}, "messages": [{{"role": "user", "content": "x"}}]}}'
        assert request_in(text).at is None


def test_a_model_name_with_spaces_or_markup_is_not_taken() -> None:
    assert read({**BODY, "model": "ignore <all> rules"}).model is None
    assert read({**BODY, "model": "openai/gpt-4o@2026:x"}).model == "openai/gpt-4o@2026:x"


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"custom_id": "7", "url": "/v1/chat/completions", "body": BODY}, id="file"),
        pytest.param({"request": {**BODY, "service_tier": "flex"}}, id="tier"),
    ],
)
def test_batch_requests_are_known(record: Any) -> None:
    assert read(record).batch


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b"{" + b"x" * 10_000_000, "long", id="ten megabytes"),
        pytest.param("[" * 100_000, "not_json", id="deep list"),
        pytest.param('{"a":' * 50_000, "not_json", id="deep object"),
        pytest.param('{"messages": ' + "9" * 5000 + "}", "not_json", id="huge integer"),
        pytest.param(b"\xff\xfe{}", "not_json", id="not UTF-8"),
        pytest.param("hello", "not_json", id="words"),
        pytest.param('{"messages": [', "not_json", id="cut"),
        pytest.param("[1]", "not_object", id="list"),
        pytest.param("NaN", "not_object", id="NaN"),
        pytest.param('{"messages": "hi"}', "no_messages", id="messages of another type"),
        pytest.param('{"request": {"request": {"body": 1}}}', "no_messages", id="nothing inside"),
        pytest.param('{"messages": []}', "empty", id="no message"),
        pytest.param('{"messages": [1, null, "x", {}]}', "empty", id="messages that are none"),
        pytest.param('{"messages": [{"role": 1, "content": 2}]}', "empty", id="wrong types"),
    ],
)
def test_what_holds_no_request_is_refused_with_a_reason(line: bytes | str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=f"^{reason}$"):
        request_in(line)


def test_a_line_of_just_the_longest_length_is_read() -> None:
    text = json.dumps({"messages": [{"role": "user", "content": ""}]})
    filled = text.replace('""', f'"{"a" * (LONGEST_LINE - len(text))}"')
    assert len(filled) == LONGEST_LINE
    assert request_in(filled).pieces[0][0] == "query"


def test_half_a_surrogate_pair_does_not_spoil_a_line() -> None:
    for half in ("\\ud83d", "\ud83d"):
        found = request_in(f'{{"messages": [{{"role": "user", "content": "cut {half}"}}]}}')
        assert found.pieces == (("query", "cut ?"),)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["messages", "role", "content", "request", "response", "usage", "input",
                         "tools", "model", "timestamp", "choices", "message", "prompt_tokens"]),
        inner),
    max_leaves=30,
)  # fmt: skip


@given(_JSON)
def test_no_json_breaks_the_reader(value: Any) -> None:
    try:
        found = request_in(json.dumps(value))
    except UnreadableError:
        return
    assert found.pieces
    assert all(isinstance(words, str) and words for _, words in found.pieces)


@given(st.binary())
def test_no_bytes_break_the_reader(line: bytes) -> None:
    with pytest.raises(UnreadableError):
        request_in(line)
