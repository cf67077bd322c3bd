"""A prompt as the bytes that a prefix cache compares, and how long each part of it is. Pure."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from bot.measure.messages import Part, Piece

PARTS = ("static", "system", "earlier", "retrieved", "query")
"""The parts of a prompt that are measured; together they are the prompt.

`static` is what the request shares with the common prefix of its template; the others count what
lies behind it. `system`: schemas of tools and output, system and developer messages. `earlier`:
messages before the last one of the user, examples and history alike. `retrieved`: what tools
returned, and text that is marked as context (`CONTEXT`). `query`: the last message of the user.
"""

MARK = b"\x1e"
MARK_BYTES = 2
"""Before each piece stands a mark and a letter: a stand-in for what a chat template adds."""

_LETTERS: dict[Part, bytes] = {
    "tools": b"T",
    "system": b"S",
    "example": b"E",
    "turn": b"U",
    "result": b"R",
    "query": b"Q",
}
_PARTS = {letter: part for part, letter in _LETTERS.items()}
_HOME = {
    "tools": "system",
    "system": "system",
    "example": "earlier",
    "turn": "earlier",
    "result": "retrieved",
    "query": "query",
}

CONTEXT = re.compile(
    rb"<(?P<tag>context|documents?|passages?|sources?|search_results|retrieved)\b[^<>]{0,100}>"
    rb"|^[#* \t]{0,8}(?:retrieved )?(?:context|documents?|passages?|sources|search results)"
    rb"[* \t]{0,4}:",
    re.IGNORECASE | re.MULTILINE,
)
"""Where retrieved text begins: a tag, or a heading with a colon at the start of a line."""
_CONTEXT_ENDS = re.compile(
    rb"^[#* \t]{0,8}(?:user )?(?:question|query|task|input|request|instructions?|answer)"
    rb"[* \t]{0,4}:",
    re.IGNORECASE | re.MULTILINE,
)
_MOST_CONTEXTS = 100
_LOOK_BACK = 200


@dataclass(frozen=True, slots=True)
class Prompt:
    """The bytes of a prompt, marked, and where each piece ends."""

    data: bytes
    ends: tuple[tuple[Part, int], ...]
    turns: int
    """Messages before the last one of the user, those of the system not counted."""
    named_examples: bool
    """Whether any of them is named as an example."""

    @property
    def size(self) -> int:
        """Bytes of text, marks not counted."""
        return len(self.data) - MARK_BYTES * len(self.ends)


def prompt_of(pieces: Sequence[Piece]) -> Prompt:
    """Put the pieces of a request one after another, each behind its mark."""
    parts, ends, total = [], [], 0
    for part, words in pieces:
        text = MARK + _LETTERS[part] + words.encode()
        total += len(text)
        parts.append(text)
        ends.append((part, total))
    kinds = [part for part, _ in ends]
    turns = kinds.count("example") + kinds.count("turn")
    return Prompt(b"".join(parts), tuple(ends), turns, "example" in kinds)


def text_bytes(data: bytes, end: int) -> int:
    """Give the bytes of text before a position: the marks do not count."""
    return end - MARK_BYTES * data.count(MARK, 0, end)


def part_at(data: bytes, position: int) -> Part:
    """Name the piece in which a position lies."""
    mark = data.rfind(MARK, 0, position + 1)
    return _PARTS.get(data[mark + 1 : mark + 2], "query")


def shared_bytes(a: bytes, b: bytes) -> int:
    """Give the length of the common prefix of two texts.

    >>> shared_bytes(b"abcd", b"abxd"), shared_bytes(b"ab", b"abc")
    (2, 2)
    """
    shorter = min(len(a), len(b))
    if a[:shorter] == b[:shorter]:
        return shorter
    return bisect_left(range(shorter), True, key=lambda n: a[: n + 1] != b[: n + 1])


def parts_of(prompt: Prompt, cut: int) -> tuple[dict[str, int], bytes | None]:
    """Give the bytes of each of PARTS, and the query behind the prefix without retrieved text.

    The first `cut` bytes are the static prefix. The query is None where the user says nothing.
    """
    sizes, query = dict.fromkeys(PARTS, 0), None
    sizes["static"] = text_bytes(prompt.data, cut)
    start = 0
    for part, end in prompt.ends:
        text = prompt.data[start + MARK_BYTES : end]
        begin = min(max(0, cut - start - MARK_BYTES), len(text))
        start = end
        own = text[begin:] if part == "result" else _without_context(text, begin)
        sizes["retrieved"] += len(text) - begin - len(own)
        sizes[_HOME[part]] += len(own)
        if part == "query":
            query = own
    return sizes, query


def _without_context(text: bytes, cut: int) -> bytes:
    """Give what stands behind a cut, without retrieved text; its mark may stand before the cut."""
    if cut == len(text):
        return b""
    kept, position = [], max(0, cut - _LOOK_BACK)
    for _ in range(_MOST_CONTEXTS):
        found = CONTEXT.search(text, position)
        if not found:
            break
        kept.append(text[max(position, cut) : found.end()])
        position = _end_of_context(text, found)
    kept.append(text[max(position, cut) :])
    return b"".join(kept)


def _end_of_context(text: bytes, opening: re.Match[bytes]) -> int:
    tag = opening["tag"]
    if tag:
        end = text.find(b"</" + tag, opening.end())
    else:
        closing = _CONTEXT_ENDS.search(text, opening.end())
        end = closing.start() if closing else -1
    return len(text) if end < 0 else end
