"""Lines of a training file as rows; what is no row is named with its number and its reason."""

import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.texts import say

LONGEST_LINE = 2_000_000
"""Characters; a longer line is no row."""
KEPT_CHARACTERS = 2000
"""Of each side of a row, for comparing rows; screens see the whole."""

_ROLES = frozenset(("system", "developer", "user", "assistant", "tool", "function"))


@dataclass(frozen=True)
class Row:
    """One training example."""

    number: int
    system: str
    input: str
    """Everything between the system prompt and the last reply."""
    replies: tuple[str, ...]
    """Every reply that is trained on, in order; the last one is what the input leads to."""

    @property
    def output(self) -> str:
        """The last reply."""
        return self.replies[-1]

    def shortened(self) -> "Row":
        """Give the row as it is kept for comparing."""
        return replace(
            self,
            system=self.system[:KEPT_CHARACTERS],
            input=self.input[:KEPT_CHARACTERS],
            replies=(self.output[:KEPT_CHARACTERS],),
        )


class _BadLineError(ValueError):
    """A line that is no training example; the argument is the end of a catalogue key."""


def read(lines: Iterable[str]) -> Iterator[tuple[int, Row | str | None]]:
    """Give the number of each line with its row, with what is wrong with it, or None if blank."""
    for number, line in enumerate(lines, 1):
        if number == 1:
            line = line.removeprefix("\ufeff")
        try:
            yield number, (_row(number, line) if line.strip() else None)
        except _BadLineError as error:
            yield number, say(f"audit.bad_{error.args[0]}")


def normal(text: str) -> str:
    """Give a text as it counts for equality: letters in one case, white space as single blanks."""
    return " ".join(text.casefold().split())


def fingerprint(*texts: str) -> bytes:
    """Give eight bytes that stand for some texts, equal where their normal forms are."""
    together = "\x00".join(normal(text) for text in texts)
    return hashlib.blake2b(together.encode(), digest_size=8).digest()


class Sample:
    """At most so many rows, each of all that came with the same chance, in the file's order."""

    def __init__(self, size: int, seed: int = 0) -> None:
        self._size, self._random = size, random.Random(seed)
        self._rows: list[Row] = []
        self._came = 0

    def add(self, row: Row) -> None:
        """Take a row in, perhaps in the place of another."""
        self._came += 1
        if len(self._rows) < self._size:
            self._rows.append(row.shortened())
            return
        place = self._random.randrange(self._came)
        if place < self._size:
            self._rows[place] = row.shortened()

    def rows(self) -> tuple[Row, ...]:
        """Give the rows that were kept."""
        return tuple(sorted(self._rows, key=lambda row: row.number))


def _row(number: int, line: str) -> Row:
    if len(line) > LONGEST_LINE:
        raise _BadLineError("too_long")
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise _BadLineError("json") from None
    if not isinstance(data, dict):
        raise _BadLineError("object")
    if "messages" in data:
        return _chat(number, data["messages"])
    if "prompt" in data and "completion" in data:
        return _completion(number, data["prompt"], data["completion"])
    raise _BadLineError("keys")


def _completion(number: int, prompt: object, completion: object) -> Row:
    if isinstance(prompt, list) and isinstance(completion, list):
        return _chat(number, [*prompt, *completion])
    if not isinstance(prompt, str) or not isinstance(completion, str):
        raise _BadLineError("content")
    return _checked(Row(number, "", _clean(prompt), (_clean(completion),)))


def _chat(number: int, messages: object) -> Row:
    if not isinstance(messages, list) or not messages:
        raise _BadLineError("messages")
    turns = [_turn(message) for message in messages]
    trained = [place for place, turn in enumerate(turns) if turn[0] == "assistant" and turn[2]]
    if not trained:
        raise _BadLineError("reply")
    before = turns[: trained[-1]]
    return _checked(
        Row(
            number,
            system="\n".join(text for role, text, _ in before if role == "system"),
            input="\n".join(text for role, text, _ in before if role != "system"),
            replies=tuple(turns[place][1] for place in trained),
        )
    )


def _checked(row: Row) -> Row:
    if not row.output.strip():
        raise _BadLineError("empty_reply")
    if not row.input.strip() and not row.system.strip():
        raise _BadLineError("empty_input")
    return row


def _turn(message: object) -> tuple[str, str, bool]:
    """Give role, text and whether the message is trained on."""
    if not isinstance(message, Mapping) or message.get("role") not in _ROLES:
        raise _BadLineError("role")
    role = "system" if message["role"] == "developer" else str(message["role"])
    text = _text(message.get("content")) + _calls(message)
    return role, text, message.get("weight") != 0


def _text(content: Any) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return _clean(content)
    if isinstance(content, list) and all(isinstance(part, Mapping) for part in content):
        texts = [part.get("text") for part in content if part.get("type") == "text"]
        return _clean("\n".join(text for text in texts if isinstance(text, str)))
    raise _BadLineError("content")


def _calls(message: Mapping[str, Any]) -> str:
    """Give calls of tools as text, since they are replies too."""
    calls = message.get("tool_calls") or message.get("function_call")
    return _clean(json.dumps(calls, ensure_ascii=False, sort_keys=True)) if calls else ""


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
