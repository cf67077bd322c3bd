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
    "quarter": 1 / 3,
    "year": 1 / 12,
}
"""Times that each period comes in a month."""
SHORT = {
    "s": "second",
    "sec": "second",
    "min": "minute",
    "h": "hour",
    "hr": "hour",
    "d": "day",
    "night": "day",
    "nightly": "day",
    "daily": "day",
    "wk": "week",
    "weekly": "week",
    "mo": "month",
    "monthly": "month",
    "yr": "year",
    "mes": "month",
    "día": "day",
    "dia": "day",
    "semana": "week",
    "hora": "hour",
    "año": "year",
    "每月": "month",
    "每天": "day",
    "每日": "day",
    "每周": "week",
    "每小时": "hour",
    "月": "month",
    "天": "day",
    "日": "day",
}
"""Short and foreign names of the periods."""
_PERIOD_WORDS = tuple(
    (name, re.compile(words, re.IGNORECASE))
    for name, words in (
        ("second", r"秒|\bsegundo|\bseconds?\b|\bsecs?\b|^s$"),
        ("minute", r"分钟|minut|\bmin\b"),
        ("hour", r"小时|\bhoras?\b|hour|\bhr\b|^h$"),
        ("quarter", r"季|trimestr|quarter"),
        ("month", r"月|\bmes\b|mensual|month|\bmo\b"),
        ("week", r"周|星期|seman|week|\bwk\b"),
        ("year", r"年|año|anual|year|annual|\byr\b"),
        ("day", r"天|日|d[ií]a|diari|noche|晚|daily|day|night|^d$"),
    )
)


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


def _compiled(words: str) -> re.Pattern[str]:
    parts: dict[str, str] = _DATA["parts"]
    for name, part in parts.items():
        words = words.replace(f"<{name}>", part)
    return re.compile(words, re.IGNORECASE)


def _joined(words: list[str]) -> re.Pattern[str]:
    return _compiled("|".join(f"(?:{each})" for each in words))


_DATA: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("patterns.toml").read_text(encoding="utf-8")
)
WORDS = {name: _compiled(words) for name, words in _DATA["patterns"].items()}
"""Patterns of the words around numbers, by name."""
NONE = {field: _compiled(words) for field, words in _DATA["none"].items()}
"""Words that say that there is nothing of something, by the field that counts it."""
ARMS = tuple((arm, _compiled(words)) for arm, words in _DATA["arms"].items())
"""Words for the ways of solving a task, the narrower ones first."""
ORDERS = _joined(_DATA["orders"]["any"])
"""Sentences that give the bot orders."""
UNREAL = _joined(_DATA["unreal"]["any"])
"""Clauses that state no fact of the team."""


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


def period_in(words: str) -> str:
    """Name the period that some words spell out; a month where none does."""
    plain = words.strip()
    return next((name for name, pattern in _PERIOD_WORDS if pattern.search(plain)), "month")
