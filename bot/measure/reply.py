"""The reply beside a request: its words, and the tokens that were reported. Pure."""

from collections.abc import Mapping
from typing import Any

from bot.measure.messages import message_words, opened, part_words, words_of

_REPLIES = (
    "response", "response_body", "responseBody", "body", "output", "outputs", "completion",
    "result", "sample", "reply",
)  # fmt: skip
_MOST_TOKENS = 100_000_000
"""No call takes more; a larger count is a mistake and is left out."""
_COUNTS = ("prompt_tokens", "completion_tokens")


def reply_in(record: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Give the reply that stands beside the body of a request; empty where there is none."""
    if "choices" in record:
        return dict(record)
    for name in _REPLIES:
        inner = opened(record[name]) if name in record else None
        if isinstance(inner, dict) and inner is not body and "messages" not in inner:
            deeper = opened(inner.get("body"))
            return deeper if isinstance(deeper, dict) else inner
        if name != "body" and isinstance(inner, list | str) and inner:
            return {"output": inner}
    return {}


def reply_words(reply: Mapping[str, Any]) -> str:
    """Give what a reply says, in any of its shapes."""
    choices = reply.get("choices")
    if isinstance(choices, list):
        said = (one.get("message") for one in choices if isinstance(one, dict))
        return "\n".join(message_words(one) for one in said if isinstance(one, dict))
    for name in ("output", "outputs", "content", "completion", "text"):
        value = reply.get(name)
        if isinstance(value, dict):
            return message_words(value)
        if isinstance(value, list):
            return "\n".join(
                message_words(one) or part_words(one) if isinstance(one, dict) else words_of(one)
                for one in value
            )
        if isinstance(value, str):
            return value
    return message_words(reply) if "tool_calls" in reply else ""


def usage_of(*places: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give the first usage reported, in the form of Chat Completions; None where none is."""
    for place in places:
        for reported in (place.get("usage"), place):
            if isinstance(reported, dict) and (usage := _usage_in(reported)):
                return usage
    return None


def _usage_in(reported: Mapping[str, Any]) -> dict[str, Any] | None:
    if _count(reported.get("prompt_tokens")) is None:
        return _renamed(reported)
    details = reported.get("prompt_tokens_details")
    found = {name: _count(reported.get(name)) or 0 for name in _COUNTS}
    return {**found, **_details(details, "cached_tokens", "cache_write_tokens")}


def _renamed(reported: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read the other two dialects: `input_tokens` with details in it, or cached ones beside it."""
    fresh = _count(reported.get("input_tokens"))
    if fresh is None:
        return None
    found = {"completion_tokens": _count(reported.get("output_tokens")) or 0}
    read = _count(reported.get("cache_read_input_tokens"))
    if read is None:
        details = reported.get("input_tokens_details")
        return {**found, "prompt_tokens": fresh} | _details(details, "cached_tokens")
    written = _count(reported.get("cache_creation_input_tokens")) or 0
    details = {"cached_tokens": read, "cache_write_tokens": written}
    return {**found, "prompt_tokens": fresh + read + written, "prompt_tokens_details": details}


def _details(details: Any, *names: str) -> dict[str, Any]:
    if not isinstance(details, dict) or _count(details.get("cached_tokens")) is None:
        return {}
    return {"prompt_tokens_details": {name: _count(details.get(name)) or 0 for name in names}}


def _count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _MOST_TOKENS else None
