"""Phrases that name a fact which is not a number: per field and value, in every language."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bot.advisor.reading.language import Language, languages_in
from bot.advisor.verdict import Fact, Plain

_THE_WORDS = "*"
_PLAIN: dict[str, Plain] = {"true": True, "false": False, _THE_WORDS: None}
_TRIES = 6
"""Places of one phrase that are looked at, until one is not denied."""
_BEFORE, _AFTER = 48, 24
_DENYING = tomllib.loads(Path(__file__).with_name("negation.toml").read_text("utf-8"))
_DENIED_BEFORE = re.compile("|".join(f"(?:{w})" for w in _DENYING["before"]), re.IGNORECASE)
_DENIED_AFTER = re.compile("|".join(_DENYING["after"]), re.IGNORECASE)
_ANY_DENIAL = re.compile(_DENYING["anywhere"], re.IGNORECASE)
_STOPS = re.compile(_DENYING["stops"], re.IGNORECASE)


class _Phrase(NamedTuple):
    field: str
    value: Plain
    pattern: re.Pattern[str]


def phrases(text: str) -> list[Fact]:
    """Give a fact for every phrase that stands in a text, the likeliest of a field first.

    A phrase that the words around it deny states nothing, or the opposite where its field is a
    yes or no.
    """
    spoken = _phrases(languages_in(text))
    return [fact for phrase in spoken if (fact := _first_stated(phrase, text)) is not None]


def denied(text: str, start: int, end: int) -> bool:
    """Whether the words around text[start:end] deny it."""
    before = _STOPS.split(text[max(0, start - _BEFORE) : start])[-1]
    after = _STOPS.split(text[end : end + _AFTER])[0]
    return bool(_DENIED_BEFORE.search(before) or _DENIED_AFTER.search(after))


def denies(words: str) -> bool:
    """Whether some words hold a denial anywhere, as a short quote does.

    >>> denies("no ML team"), denies("an ML team")
    (True, False)
    """
    return _ANY_DENIAL.search(words) is not None


def _first_stated(phrase: _Phrase, text: str) -> Fact | None:
    opposite = None
    for match, _ in zip(phrase.pattern.finditer(text), range(_TRIES), strict=False):
        said: Plain = match.group().strip(" .,-") if phrase.value is None else phrase.value
        if not denied(text, *match.span()):
            return Fact(phrase.field, said, "stated", match.group(), *match.span())
        if phrase.value is True and opposite is None:
            start = max(0, match.start() - 16)
            opposite = Fact(
                phrase.field, False, "stated", text[start : match.end()], start, match.end()
            )
    return opposite


@cache
def _phrases(spoken: tuple[Language, ...]) -> tuple[_Phrase, ...]:
    """Join the languages' tables: of a field's values the one that English lists first wins."""
    found: dict[tuple[str, str], list[str]] = {}
    for language in spoken:
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
