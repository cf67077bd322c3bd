"""The language of a question: English, Spanish or Chinese."""

import re
import tomllib
from pathlib import Path
from typing import Literal

Language = Literal["en", "es", "zh"]

_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_MARKS = re.compile(r"[¿¡ñáéíóú]", re.IGNORECASE)
_LEAST_CHINESE = 0.15
"""Share of the letters: product and model names in Latin letters are common in Chinese text."""
_SOME_SPANISH = 2
"""Spanish words and marks in a text of another language that make it worth reading as Spanish."""
_TABLE = tomllib.loads(Path(__file__).with_name("language.toml").read_text("utf-8"))
_WORDS = {name: frozenset(words.split()) for name, words in _TABLE.items()}


def language_of(text: str) -> Language:
    """Tell the language of a text; English where nothing speaks for another one.

    >>> language_of("¿Hacemos fine-tuning con 8.000 tickets?")
    'es'
    """
    chinese, letters = len(_CHINESE.findall(text)), len(_LETTER.findall(text))
    if chinese and chinese >= _LEAST_CHINESE * letters:
        return "zh"
    spanish, english = _told(text)
    return "es" if spanish > english else "en"


def languages_in(text: str) -> tuple[Language, ...]:
    """Give every language of which a text holds words; English terms stand in all of them."""
    chinese = ("zh",) if _CHINESE.search(text) else ()
    spanish = ("es",) if _told(text)[0] >= _SOME_SPANISH else ()
    return ("en", *chinese, *spanish)


def _told(text: str) -> tuple[int, int]:
    """Count what speaks for Spanish and what for English."""
    words = [word.casefold() for word in _WORD.findall(text)]
    spanish = sum(word in _WORDS["es"] for word in words) + len(_MARKS.findall(text))
    return spanish, sum(word in _WORDS["en"] for word in words)
