"""Phrases that name a fact which is not a number: per field and value, in every language."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bot.advisor.verdict import Fact, Plain

LANGUAGES = ("en", "zh", "es")
_THE_WORDS = "*"
_PLAIN: dict[str, Plain] = {"true": True, "false": False, _THE_WORDS: None}


class _Phrase(NamedTuple):
    field: str
    value: Plain
    pattern: re.Pattern[str]


def phrases(text: str) -> list[Fact]:
    """Give a fact for every phrase that stands in a text, the likeliest of a field first."""
    facts = []
    for field, value, pattern in _phrases():
        match = pattern.search(text)
        if match is not None:
            said: Plain = match.group().strip(" .,-") if value is None else value
            facts.append(Fact(field, said, "stated", match.group(), *match.span()))
    return facts


@cache
def _phrases() -> tuple[_Phrase, ...]:
    """Join the languages' tables: of a field's values the one that English lists first wins."""
    found: dict[tuple[str, str], list[str]] = {}
    for language in LANGUAGES:
        path = Path(__file__).parent / "phrases" / f"{language}.toml"
        for field, values in tomllib.loads(path.read_text("utf-8")).items():
            for value, patterns in values.items():
                found.setdefault((field, value), []).extend(patterns)
    return tuple(
        _Phrase(field, _PLAIN.get(value, value), _compiled(patterns))
        for (field, value), patterns in found.items()
    )


def _compiled(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
