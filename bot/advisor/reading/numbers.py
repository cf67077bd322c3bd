"""Numbers in a text and where they stand: 22,000, 40k, 1.2M, 8.000 (Spanish), 10万, 61%, $0.40."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

MOST = 400
"""Numbers read in one question; more than that is a table, not a question."""

_NUMBER = re.compile(
    r"""
    (?<![A-Za-z0-9_.-])(?<!\d,)
    (?P<currency>[$€£¥]|US\$|USD\s?)?
    (?P<sign>[-−](?=\d))?
    (?P<digits>\d{1,3}(?:[,'\u00a0\u2009\u202f]\d{3}){1,5}(?:\.\d{1,9})?(?!\d)
      |\d{1,3}(?:\.\d{3}){1,5}(?![\d.])
      |\d{1,18}(?:[.,]\d{1,9})?(?:[eE]\+?\d{1,4})?)
    (?P<scale>[kKmM](?![A-Za-z0-9_])|\s?(?:thousand|million(?:es|s)?|mill[oó]n(?:es)?|billion|bn|mn
      |mil(?![A-Za-z])|百万|千万|万|千|亿))?
    (?P<unit>\s?(?:%|percent|pct|por\ ciento)|\s?[$€](?!\d)|\s?(?:dollars|USD|usd|euros?)\b)?
    (?![0-9_])
    """,
    re.VERBOSE,
)
_SCALES = {
    "k": 1e3,
    "thousand": 1e3,
    "mil": 1e3,
    "千": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "million": 1e6,
    "百万": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "万": 1e4,
    "千万": 1e7,
    "亿": 1e8,
}
_SPANISH = re.compile(
    r"[¿¡]|\b(?:al mes|tenemos|necesitamos|categor[ií]as|etiquetad|correos)\b", re.I
)


@dataclass(frozen=True)
class Number:
    """A number as it stands in a text at [start:end]."""

    value: float
    kind: Literal["count", "share", "money"]
    """A share is given as 0..1."""
    start: int
    end: int
    decimal: bool
    """Whether it was written with decimals, as in 0.85."""


def numbers(text: str) -> tuple[Number, ...]:
    """Find the numbers of a text, in order."""
    spanish = _SPANISH.search(text) is not None
    return tuple(found for found, _ in zip(_found(text, spanish), range(MOST), strict=False))


def _found(text: str, spanish: bool) -> Iterator[Number]:
    for match in _NUMBER.finditer(text):
        digits = match["digits"]
        value = _value(digits, spanish) * _scale(match["scale"]) * (-1 if match["sign"] else 1)
        unit = (match["unit"] or "").strip().casefold()
        kind: Literal["count", "share", "money"] = "count"
        if unit in ("%", "percent", "pct", "por ciento"):
            kind, value = "share", round(value / 100, 6)
        elif match["currency"] or unit:
            kind = "money"
        decimal = "." in digits and value < 1
        yield Number(value, kind, match.start(), match.end(), decimal)


def _value(digits: str, spanish: bool) -> float:
    if spanish and re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+", digits):
        return float(digits.replace(".", ""))
    if re.fullmatch(r"\d{1,3}(?:[,'\u00a0\u2009\u202f]\d{3})+(?:\.\d+)?", digits):
        return float(re.sub(r"[,'\u00a0\u2009\u202f]", "", digits))
    if digits.count(".") > 1:
        return float(digits.replace(".", ""))
    return float(digits.replace(",", "."))


def _scale(word: str | None) -> float:
    if word is None:
        return 1.0
    plain = word.strip().casefold()
    return _SCALES.get(plain) or (1e6 if plain.startswith(("mill", "mn")) else 1.0)
