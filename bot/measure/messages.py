"""Messages of a request or a reply as plain text, each named by what it is for. Pure."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, Literal

from pydantic_core import from_json, to_json

Part = Literal["tools", "system", "example", "turn", "result", "query"]
"""What a piece of a prompt is for: schemas of tools and output; system and developer messages;
messages named as examples; earlier turns; what a tool returned; the last message of the user."""

Piece = tuple[Part, str]

_MEDIA = frozenset({"image_url", "input_image", "image", "input_audio", "file", "input_file"})
_ROLES: dict[str, Part] = {
    "system": "system",
    "developer": "system",
    "user": "query",
    "assistant": "turn",
    "model": "turn",
    "tool": "result",
    "function": "result",
}


def opened(value: Any) -> Any:
    """Give the value itself, or what it holds where it is JSON written as text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return from_json(value)
        except ValueError:
            return value
    return value


def pieces_of(body: Mapping[str, Any]) -> list[Piece]:
    """Give the pieces of a prompt in the order in which a server reads them, empty ones left out.

    The last message of the user is the query; those before it are turns.
    """
    pieces = list(_each_piece(body))
    queries = [at for at, (part, _) in enumerate(pieces) if part == "query"]
    for at in queries[:-1]:
        pieces[at] = ("turn", pieces[at][1])
    return pieces


def message_words(message: Mapping[str, Any]) -> str:
    """Give what one message says, calls of tools included."""
    words = words_of(message.get("content", message.get("output")))
    calls = message.get("tool_calls") or message.get("function_call")
    return words + to_json(calls).decode() if calls and isinstance(calls, list | dict) else words


def words_of(content: Any) -> str:
    """Give the text of a content: text itself, or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(filter(None, map(part_words, content)))
    return ""


def part_words(part: Any) -> str:
    """Give the text of one part; of a picture, sound or file a hash, in place of its bytes."""
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return ""
    if part.get("type") in _MEDIA:
        return f"[{blake2b(to_json(part), digest_size=8).hexdigest()}]"
    text = part.get("text", part.get("content"))
    return text if isinstance(text, str) else ""


def _each_piece(body: Mapping[str, Any]) -> Iterator[Piece]:
    for name in ("tools", "functions", "response_format"):
        if name in body and isinstance(body[name], list | dict) and body[name]:
            yield "tools", to_json(body[name]).decode()
    for name in ("system", "instructions"):
        if body.get(name):
            yield "system", words_of(body[name])
    for message in body["messages"]:
        if isinstance(message, dict) and (words := message_words(message)):
            yield _part_of(message), words


def _part_of(message: Mapping[str, Any]) -> Part:
    role, name = message.get("role"), message.get("name")
    if isinstance(name, str) and name.startswith("example"):
        return "example"
    if message.get("type") == "function_call_output":
        return "result"
    return _ROLES.get(role, "turn") if isinstance(role, str) else "turn"
