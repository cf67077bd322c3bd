"""What the words of a follow-up point at: frames, options, parts, requests; tables in `phrases`."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bot.advisor.followup.numerals import in_digits
from bot.advisor.reading.place import ORDERS

LANGUAGES = ("en", "es", "zh")
LONGEST = 2000
"""Characters of a follow-up that are read."""
_SENTENCE = re.compile(r"(?<=[.!?。！？])(?=\s|[\u4e00-\u9fff])|\n")
_CLAUSE = re.compile(
    r"[;；。，！？?!\n]|,(?!\d)|\.(?=\s|$)|\b(?:and|but|while|y|pero|e)\b|并且|而且|同时|但是?|和"
)
_HAN_BORDER = re.compile(
    r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9$])|(?<=[A-Za-z0-9%])(?=[\u4e00-\u9fff])"
)

_CURRENCY = re.compile(
    r"(?<![\d$])(\d[\d.,]{0,15}(?:\s?(?:mil|millones|[kKmM万千百]))?)\s?"
    r"(?:d[oó]lares|美元|美金|美刀)"
)
_CENTS = re.compile(r"(?<![\d.,])(\d{1,2})\s?(?:cents?\b|c[eé]ntimos?\b|centavos?\b|美分|¢)")
_HALF_SECOND = re.compile(r"\bhalf a second\b|\bmedio segundo\b|半秒", re.IGNORECASE)

Table = Mapping[str, tuple[re.Pattern[str], ...]]


def prepared(text: str) -> str:
    """Give a follow-up without orders to the bot, number words in digits, money in dollars."""
    flat = "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST])
    kept = [part for part in _SENTENCE.split(flat) if not ORDERS.search(part)]
    text = _HALF_SECOND.sub("500 ms", " ".join(kept).replace("’", "'"))
    text = _CURRENCY.sub(r"$\1", in_digits(text))
    return _CENTS.sub(lambda cents: f"${int(cents[1]) / 100:.2f}", text).strip()


def spaced(text: str) -> str:
    """Part Chinese signs from letters and digits, so that words are seen to begin."""
    return _HAN_BORDER.sub(" ", text)


def clauses(text: str) -> Iterator[tuple[int, str]]:
    """Give the clauses of a text and where each starts."""
    start = 0
    for match in _CLAUSE.finditer(text):
        if text[start : match.start()].strip():
            yield start, text[start : match.start()]
        start = match.end()
    if text[start:].strip():
        yield start, text[start:]


def has(frame: str, text: str) -> bool:
    """Whether words of a frame such as `what_if` stand in a text, in any language."""
    return any(pattern.search(text) for pattern in table("frames")[frame])


def blanked(frame: str, text: str) -> str:
    """Blank out the words of a frame, leaving every other character where it is."""
    for pattern in table("frames")[frame]:
        text = pattern.sub(lambda match: " " * len(match.group()), text)
    return text


def named(section: str, text: str) -> tuple[str, ...]:
    """Name the rows of a table whose words stand in a text, in the order of the table."""
    rows = table(section).items()
    return tuple(name for name, patterns in rows if any(one.search(text) for one in patterns))


def found(section: str, text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Give each row of a table and every place where its words stand."""
    for name, patterns in table(section).items():
        for pattern in patterns:
            for match in pattern.finditer(text):
                yield name, match


@cache
def table(section: str) -> Table:
    """Join the languages' tables of one section, such as `options` or `set.batch`."""
    joined: dict[str, list[re.Pattern[str]]] = {}
    for language in LANGUAGES:
        for name, words in _section(language, section).items():
            joined.setdefault(name, []).append(re.compile(words, re.IGNORECASE))
    return {name: tuple(patterns) for name, patterns in joined.items()}


@cache
def fields_set() -> tuple[str, ...]:
    """Name the fields that the tables of set values know."""
    return tuple(dict.fromkeys(field for one in LANGUAGES for field in _file(one)["set"]))


def _section(language: str, section: str) -> dict[str, str]:
    data: Any = _file(language)
    for part in section.split("."):
        data = data.get(part, {})
    if section != "forget":
        return {name: words for name, words in data.items() if isinstance(words, str)}
    return dict(_forgetting(data))


def _forgetting(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Put each thing that can be forgotten into the frames of forgetting."""
    for field, thing in data["things"].items():
        frames = (data[name].replace("<thing>", thing) for name in ("without", "void"))
        yield field, "|".join(f"(?:{frame})" for frame in frames)


@cache
def _file(language: str) -> dict[str, Any]:
    path = Path(__file__).parent / "phrases" / f"{language}.toml"
    return tomllib.loads(path.read_text("utf-8"))
