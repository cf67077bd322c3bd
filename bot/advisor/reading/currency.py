"""Currencies: their signs and words, and what they are worth in US dollars by a dated table."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.advisor.reading.language import Language
from bot.texts import say
from bot.texts.words import exact

_TABLE = tomllib.loads(
    (Path(__file__).parent.parent / "currencies.toml").read_text(encoding="utf-8")
)
_RATES: dict[str, float] = _TABLE["usd"]
_SIGNS: dict[str, str] = _TABLE["signs"]
_SAID = tuple(
    (re.compile(words, re.IGNORECASE), code, share)
    for words, code, share in (
        *((words, code, 0.01) for words, code in _TABLE["hundredths"].items()),
        *((words, code, 1.0) for words, code in _TABLE["words"].items()),
        *((re.escape(sign), code, 1.0) for sign, code in _SIGNS.items()),
        *((code, code, 1.0) for code in _RATES),
    )
)
_BY_LENGTH = sorted((*_SIGNS, *_RATES, "RMB", "人民币"), key=len, reverse=True)
PREFIX = "|".join(f"{re.escape(sign)}" for sign in _BY_LENGTH)
"""Pattern of what stands before an amount of money."""
SUFFIX = "|".join(
    rf"(?:{words})(?![A-Za-z])"
    for words in (
        *_TABLE["hundredths"],
        *_TABLE["words"],
        *(re.escape(sign) + r"(?!\d)" for sign in sorted(_SIGNS, key=len, reverse=True)),
        *_RATES,
    )
)
"""Pattern of what stands behind an amount of money."""


@dataclass(frozen=True)
class Currency:
    """A currency and what one of the units named is worth in US dollars."""

    code: str
    usd: float


def currencies_as_of() -> date:
    """Give the day of the exchange rates, as written in `currencies.toml`."""
    as_of: date = _TABLE["as_of"]
    return as_of


def currency_of(words: str, language: Language) -> Currency | None:
    """Give the currency that a sign or word names; the yen sign means yuan in Chinese alone."""
    plain = words.strip()
    for pattern, code, share in _SAID:
        if pattern.fullmatch(plain):
            told = "JPY" if plain == "¥" and language != "zh" else code
            return Currency(told, _RATES[told] * share)
    return None


def conversion_notes(codes: Iterable[str]) -> tuple[str, ...]:
    """Say at which rate and of which day each currency but the dollar was converted."""
    return tuple(
        say("reading.converted", currency=code, rate=exact(_RATES[code]), day=currencies_as_of())
        for code in dict.fromkeys(codes)
        if code != "USD"
    )
