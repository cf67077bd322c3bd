"""Wording that most prompts of a file share, so that what differs can be compared. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

SHARED = 0.6
"""The share of prompts from which wording on counts as shared."""
LEAST_WORDS = 3
LEAST_PROMPTS = 10

_ANY_ASSISTANT = re.compile(
    r"(?i)helpful|assistant|language model|asistente|modelo de lenguaje|助手|助理|语言模型"
)
_LONGEST = 40
"""Words of an opening or a closing that are looked at."""


@dataclass(frozen=True)
class Frame:
    """The opening, the closing and whole lines that most prompts share."""

    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    lines: frozenset[str] = frozenset()
    share: float = 0.0
    """Of prompts, those with the opening, the closing, one of the lines or one system prompt."""

    def core(self, text: str) -> str:
        """Give what of a prompt is not the frame; the whole where nothing else is there."""
        kept = "\n".join(line for line in text.splitlines() if line.strip() not in self.lines)
        words = kept.split()
        if self.opening and tuple(words[: len(self.opening)]) == self.opening:
            words = words[len(self.opening) :]
        if self.closing and tuple(words[-len(self.closing) :]) == self.closing:
            words = words[: -len(self.closing)]
        return " ".join(words) or " ".join(text.split())


def frame_of(prompts: Sequence[str], systems: Sequence[str]) -> Frame:
    """Find the wording that most prompts share; a system prompt for any assistant does not count.

    >>> texts = [f"Translate into French: {n} cats" for n in range(20)]
    >>> frame_of(texts, [""] * 20).opening
    ('Translate', 'into', 'French:')
    """
    distinct = list(dict.fromkeys(prompts))
    if len(distinct) < LEAST_PROMPTS:
        return Frame(share=_system_share(systems))
    lines = _shared_lines(distinct)
    rest = [Frame(lines=lines).core(text).split() for text in distinct]
    opening = _shared_start([words[:_LONGEST] for words in rest])
    closing = _shared_start([words[len(opening) :][-_LONGEST:][::-1] for words in rest])[::-1]
    frame = Frame(opening, closing, lines)
    framed = sum(frame.core(text) != " ".join(text.split()) for text in distinct) / len(distinct)
    return Frame(opening, closing, lines, max(framed, _system_share(systems)))


def _shared_start(texts: Sequence[list[str]]) -> tuple[str, ...]:
    """Give the longest run of first words that enough texts begin with; () where it is short."""
    need, words = SHARED * len(texts), list[str]()
    alive = list(texts)
    while True:
        place = len(words)
        following = Counter(text[place] for text in alive if len(text) > place)
        word, count = next(iter(following.most_common(1)), ("", 0))
        if count < need:
            return tuple(words) if len(words) >= LEAST_WORDS else ()
        words.append(word)
        alive = [text for text in alive if len(text) > place and text[place] == word]


def _shared_lines(texts: Sequence[str]) -> frozenset[str]:
    seen = Counter(
        line
        for text in texts
        for line in {line.strip() for line in text.splitlines()}
        if len(line.split()) >= LEAST_WORDS
    )
    return frozenset(line for line, count in seen.items() if count >= SHARED * len(texts))


def _system_share(systems: Sequence[str]) -> float:
    """Give the share of rows with the same system prompt, where it asks for something."""
    asking = Counter(
        system for system in systems if len(system) > 30 and not _ANY_ASSISTANT.search(system[:200])
    )
    return max(asking.values(), default=0) / max(1, len(systems))
