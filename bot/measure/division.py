"""A sample of prompts divided by template, and the prefix that the prompts of one share. Pure."""

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from bot.measure.messages import Part
from bot.measure.prompt import MARK, part_at, shared_bytes

MOST = 0.95
"""The share of requests that have to agree on what is called unchanging."""
_SHORTEST_CHUNK = 12
"""Bytes; shorter ones say nothing."""
_FEWEST, _SMALLEST = 5, 0.02
"""A template needs so many requests, and so large a share of the sample."""
_GAIN_BYTES, _GAIN = 64, 0.25
"""Dividing must find so many more unchanging bytes, and so large a share of a prompt."""

BreakKind = Literal["time", "identifier", "number", "words"]


@dataclass(frozen=True)
class Break:
    """Where a common prefix ends."""

    part: Part
    """The piece of the prompt in which it ends; in `query`, nothing before it varies."""
    kind: BreakKind
    """What the varying text looks like."""


_KINDS: tuple[tuple[BreakKind, re.Pattern[bytes]], ...] = (
    ("time", re.compile(rb"\d{4}-\d\d|\d{1,2}:\d\d|\d{1,2}[/.]\d{1,2}[/.]\d\d|\b1[5-9]\d{8}")),
    ("identifier", re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}|(?=[a-f]*\d)[0-9a-f]{12}", re.IGNORECASE)),
    ("number", re.compile(rb"\d")),
)
_AROUND = 12
"""Bytes on either side of a break that are looked at."""


def chunks(data: bytes) -> set[bytes]:
    """Cut a prompt into its lines and sentences, the short ones left out."""
    lines = data.replace(MARK, b"\n").replace(b". ", b".\n").split(b"\n")
    return {line for line in lines if len(line) >= _SHORTEST_CHUNK}


def divided(texts: list[bytes]) -> list[list[bytes]]:
    """Divide prompts by template, the most frequent first; rare ones are left out.

    Where a chunk that only some prompts have brings much other text with it that only they have,
    they are a template of their own. The result does not depend on the order of the prompts.
    """
    fewest = max(min(_FEWEST, len(texts)), math.ceil(_SMALLEST * len(texts)))
    found, left = [], [[(text, chunks(text)) for text in texts]]
    while left:
        group = left.pop()
        if len(group) < fewest or len(group) < 2:
            continue
        mark = _dividing(group, fewest)
        if mark is None:
            found.append([text for text, _ in group])
        else:
            left.append([one for one in group if mark in one[1]])
            left.append([one for one in group if mark not in one[1]])
    return sorted(found, key=lambda group: (-len(group), min(group)))


def _dividing(group: list[tuple[bytes, set[bytes]]], fewest: int) -> bytes | None:
    """Give the chunk that tells a template from the rest, or None where all are one."""
    seen = Counter(chunk for _, found in group for chunk in found)
    most = MOST * len(group)
    some = [chunk for chunk, n in seen.items() if fewest <= n < most]
    if not some:
        return None
    mark = max(some, key=lambda chunk: (seen[chunk] * len(chunk), chunk))
    with_it = [one for one in group if mark in one[1]]
    inside = Counter(chunk for _, found in with_it for chunk in found)
    gained = sum(
        len(chunk) for chunk, n in inside.items() if n >= MOST * len(with_it) and seen[chunk] < most
    )
    average = sum(len(text) for text, _ in with_it) / len(with_it)
    return mark if gained >= max(_GAIN_BYTES, _GAIN * average) else None


def common_prefix(texts: list[bytes]) -> tuple[bytes, Break]:
    """Give the longest text with which MOST of these begin, and what ends it.

    Sorted, the texts that share a prefix stand side by side, and what the first and the last of
    them share all of them share.
    """
    ordered = sorted(texts)
    window = math.ceil(MOST * len(ordered))
    ends = range(len(ordered) - window + 1)
    shared = [shared_bytes(ordered[at], ordered[at + window - 1]) for at in ends]
    longest = max(shared)
    first = shared.index(longest)
    members = ordered[first : first + window]
    parts = Counter(part_at(text, longest) for text in members)
    kinds = Counter(break_in(text, longest) for text in members)
    part = min(parts, key=lambda one: (-parts[one], one))
    kind = min(kinds, key=lambda one: (-kinds[one], one))
    return members[0][:longest], Break(part, kind)


def break_in(text: bytes, position: int) -> BreakKind:
    """Say what the text around a position looks like: a time, an identifier, a number or words."""
    around = text[max(0, position - _AROUND) : position + _AROUND]
    return next((kind for kind, pattern in _KINDS if pattern.search(around)), "words")
