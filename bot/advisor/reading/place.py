"""A number of a question with the words around it, and the patterns that its rules look for."""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.advisor.reading.numbers import Number
from bot.advisor.verdict import Fact, Provenance

HOURS = 720.0
"""Of a month of thirty days, as people reckon."""
PERIODS = {
    "second": HOURS * 3600,
    "minute": HOURS * 60,
    "hour": HOURS,
    "day": HOURS / 24,
    "night": HOURS / 24,
    "week": 52 / 12,
    "month": 1.0,
    "year": 1 / 12,
}
SHORT = {
    "s": "second",
    "sec": "second",
    "min": "minute",
    "h": "hour",
    "hr": "hour",
    "d": "day",
} | {
    "wk": "week",
    "mo": "month",
    "yr": "year",
    "mes": "month",
    "día": "day",
    "dia": "day",
    "semana": "week",
    "hora": "hour",
    "año": "year",
    "nightly": "night",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "每月": "month",
    "每天": "day",
    "每日": "day",
    "每周": "week",
    "每小时": "hour",
    "月": "month",
    "天": "day",
    "日": "day",
}


@dataclass(frozen=True)
class Place:
    """A number with the words around it."""

    text: str
    number: Number
    before: str
    after: str
    clause: str
    """Words from the share before, or the start of the sentence, up to this number."""

    def fact(self, field: str, value: float, *, back: int = 0, ahead: int = 0) -> Fact:
        """Give a fact whose quote reaches so many characters before and behind the number."""
        start = max(0, self.number.start - back)
        end = min(len(self.text), self.number.end + ahead)
        provenance: Provenance = "measured" if field.endswith(".accuracy") else "stated"
        return Fact(field, value, provenance, self.text[start:end], start, end)


Rule = Callable[[Place], Iterator[Fact]]


def _patterns() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("patterns.toml").read_text("utf-8"))


def _compiled(words: str) -> re.Pattern[str]:
    parts: dict[str, str] = _DATA["parts"]
    for name, part in parts.items():
        words = words.replace(f"<{name}>", part)
    return re.compile(words, re.IGNORECASE)


_DATA = _patterns()
WORDS = {name: _compiled(words) for name, words in _DATA["patterns"].items()}
"""Patterns of the words around numbers, by name."""
ARMS = tuple((arm, _compiled(words)) for arm, words in _DATA["arms"].items())
"""Words for the ways of solving a task, the narrower ones first."""
TOKENS = tuple(
    (field, _compiled(before), _compiled(after))
    for field, (before, after) in _DATA["tokens"].items()
)
"""What a number of tokens is of: its field, words before, words after."""
ORDERS = _compiled("|".join(f"(?:{words})" for words in _DATA["orders"]["any"]))
"""Sentences that give the bot orders."""


def arm_in(words: str) -> tuple[str, int] | None:
    """Give the first arm that words name, and where its name ends."""
    for arm, pattern in ARMS:
        match = pattern.search(words)
        if match:
            return arm, match.end()
    return None


def arm_before(words: str) -> tuple[str, int] | None:
    """Give the arm that words before a number name, and where its name starts."""
    for arm, pattern in ARMS:
        match = last(pattern, words)
        if match:
            return arm, match.start()
    return None


def last(pattern: re.Pattern[str], words: str) -> re.Match[str] | None:
    """Give the last place where a pattern stands in some words."""
    found = None
    for match in pattern.finditer(words):
        found = match
    return found


def period_of(match: re.Match[str]) -> str:
    """Name the period that the groups of a match spell out; a month where none does."""
    words = next(word for word in match.groupdict().values() if word)
    plain = words.casefold()
    name = SHORT.get(plain) or SHORT.get(plain.rstrip("s")) or plain.rstrip("s")
    return name if name in PERIODS else "month"
