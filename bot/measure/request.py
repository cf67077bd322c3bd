"""One line of a log read into the request it holds. Pure; the text goes no further than `measure`.

Where the body of the request is looked for, first match wins, at most four levels down:

    {"model", "messages"}                           the body alone (also a line of a training file)
    {"request": …, "response": …, "timestamp": …}   a proxy's log
    {"custom_id", "url", "body"}                    a batch file
    {"request_body", "response_body", …}            exports of observability tools; a body may be
                                                    text that is JSON itself
    {"messages" | "input", "response" | "output"}   spend logs and stored completions

A reply is looked for in the same way. A line with no reply whose messages end with the assistant's
is taken as a training example: its last message is the reply.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from bot.measure.messages import Piece, opened, pieces_of
from bot.measure.reply import reply_in, reply_words, usage_of

LONGEST_LINE = 4_000_000
"""Bytes (or characters) of a line; a longer one is refused unread."""

_DEEPEST = 4
_REQUESTS = (
    "request", "request_body", "requestBody", "body", "kwargs", "params", "payload", "data",
    "proxy_server_request", "item", "input", "raw_request",
)  # fmt: skip
_TIMES = (
    "timestamp", "time", "ts", "created", "created_at", "createdAt", "request_created_at",
    "start_time", "startTime", "requested_at", "@timestamp", "datetime", "date",
)  # fmt: skip
_MODEL = re.compile(r"[\w.:/@+-]{1,100}", re.ASCII)
_FIRST, _LAST = 946_684_800.0, 4_102_444_800.0
"""The years 2000 to 2100: an instant outside them was not meant as one."""


class UnreadableError(Exception):
    """A line holds no request; the argument is the last part of a key of the text catalogue."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it was sent, with what is known of its reply."""

    model: str | None
    at: float | None
    """Seconds since 1970."""
    pieces: tuple[Piece, ...]
    """The prompt in the order in which a server reads it."""
    reply: str
    usage: Mapping[str, Any] | None
    """In the form that Chat Completions reports; None where nothing usable is reported."""
    batch: bool
    """A line of a batch file, or a request of a batch service tier."""


def request_in(line: bytes | str) -> Request:
    """Give the request of one line.

    Raises UnreadableError where there is none: too long, not JSON, not an object, no messages.
    """
    if len(line) > LONGEST_LINE:
        raise UnreadableError("long")
    record = _parsed(line)
    if not isinstance(record, dict):
        raise UnreadableError("not_object")
    body = _body_in(record, 0)
    if body is None:
        raise UnreadableError("no_messages")
    pieces = pieces_of(body)
    if not pieces:
        raise UnreadableError("empty")
    reply = reply_in(record, body)
    words = reply_words(reply)
    if not reply and _ends_with_reply(body) and pieces[-1][0] == "turn":
        words = pieces.pop()[1]
    return Request(
        model=_model_of(body, record, reply),
        at=_time_of(record, body, reply),
        pieces=tuple(pieces),
        reply=words,
        usage=usage_of(reply, record),
        batch=_is_batch(record, body),
    )


def _parsed(line: bytes | str) -> Any:
    try:
        return from_json(line)
    except (ValueError, TypeError):  # TypeError: text with half a surrogate pair in it
        pass
    try:  # the slower parser also takes lone surrogates, which cut texts leave behind
        whole = json.dumps(json.loads(line), ensure_ascii=False).encode("utf-8", "replace")
        return from_json(whole)
    except (ValueError, RecursionError):
        raise UnreadableError("not_json") from None


def _body_in(record: dict[str, Any], depth: int) -> dict[str, Any] | None:
    messages = opened(record.get("messages"))
    if isinstance(messages, list):
        return record if messages is record["messages"] else {**record, "messages": messages}
    asked = opened(record.get("input"))
    if _are_messages(asked) or ("model" in record and isinstance(asked, str)):
        return {**record, "messages": asked if isinstance(asked, list) else [_from_user(asked)]}
    if depth == _DEEPEST:
        return None
    for name in _REQUESTS:
        inner = opened(record[name]) if name in record else None
        found = _body_in(inner, depth + 1) if isinstance(inner, dict) else None
        if found is not None:
            return found
    return None


def _are_messages(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) and "role" in one for one in value)


def _from_user(words: str) -> dict[str, Any]:
    return {"role": "user", "content": words}


def _ends_with_reply(body: Mapping[str, Any]) -> bool:
    messages = body["messages"]
    last = messages[-1] if messages else None
    return isinstance(last, dict) and last.get("role") == "assistant" and len(messages) > 1


def _model_of(*places: Mapping[str, Any]) -> str | None:
    for place in places:
        for name in ("model", "request_model", "model_name"):
            value = place.get(name)
            if isinstance(value, str) and _MODEL.fullmatch(value):
                return value
    return None


def _time_of(*places: Mapping[str, Any]) -> float | None:
    for place in places:
        for name in _TIMES:
            if name in place and (at := _instant(place[name])) is not None:
                return at
    return None


def _instant(value: Any) -> float | None:
    if isinstance(value, str):
        value = _read_instant(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if abs(value) > 1e20 or not math.isfinite(value):
        return None
    seconds = float(value)
    while seconds > 1e11:  # milli-, micro- or nanoseconds
        seconds /= 1000
    return seconds if _FIRST <= seconds < _LAST else None


def _read_instant(words: str) -> float | None:
    if len(words) > 40:
        return None
    try:
        return float(words)
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(words.removesuffix(" UTC"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _is_batch(record: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    filed = isinstance(record.get("custom_id"), str) and isinstance(record.get("url"), str)
    return filed or body.get("service_tier") in ("batch", "flex")
