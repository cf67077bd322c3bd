"""Numbers in a text and where they stand: 22,000, 40k, 8.000 (Spanish), 10万, dos mil, 61%, €2k."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from bot.advisor.reading.currency import PREFIX, SUFFIX, currency_of
from bot.advisor.reading.language import Language, language_of
from bot.advisor.reading.numerals import numerals, scale_of

MOST = 400
"""Numbers read in one question; more than that is a table, not a question."""

Kind = Literal["count", "share", "money"]

_SPACES = ",'\u00a0\u2009\u202f"
_NUMBER = re.compile(
    rf"""
    (?P<prefix>(?<![A-Za-z])(?:{PREFIX})\s?)?
    (?P<sign>(?<![\w%])[-−](?=\d))?
    (?P<digits>\d{{1,3}}(?:[{_SPACES}]\d{{3}}){{1,5}}(?:\.\d{{1,9}})?(?!\d)
      |\d{{1,3}}(?:\.\d{{3}}){{1,5}}(?:,\d{{1,9}})?(?!\d|\.\d)
      |\d{{1,18}}(?:[.,]\d{{1,9}})?(?:[eE][+-]?\d{{1,4}})?
      |(?<![A-Za-z])NaN(?![A-Za-z]))
    (?P<scale>[kKmM](?![A-Za-z0-9_])|[kKmM](?=(?:USD|EUR|RMB)\b)|[wW](?=[\u4e00-\u9fff/])
      |[bB](?=\s(?:requests|calls|tokens|messages|records|events)\b)
      |\s?(?:thousand|millions?|mill[oó]n(?:es)?|billion|bn|mn|millares|dozen|mil)(?![A-Za-z])
      |\s?[多余来几]?(?:百万|千万|十万|十亿|百|万|千|亿))?
    (?P<more>(?<=[百千万亿])(?:[多余](?!个百分)|\+)|\+(?=\s|[\u4e00-\u9fff]))?
    (?P<unit>\s?(?:%|percent|per\ cent|pct|por\ ciento)|\s?(?:{SUFFIX}))?
    (?![0-9_])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_START = re.compile(r"(?<![A-Za-z0-9_.-])(?<!\d,)")
_TO = re.compile(r"\s?(?:-|–|—|~|to|a|到|至)\s?", re.IGNORECASE)
_AND = re.compile(r"\s(?:and|y)\s|\s?(?:和|与)\s?", re.IGNORECASE)
_BETWEEN = re.compile(
    r"(?:\bbetween|\bentre|介于|在)\s{0,2}(?:about |unos |unas )?$", re.IGNORECASE
)
_MOVED = re.compile(
    r"(?:\bfrom|\bde|\bdesde|从|由|rose|went|grew|improved|up|subi\w{1,9}|pas\w{1,9})\s{0,2}$", re.I
)
_OUT_OF = re.compile(r"\s(?:times )?(?:out of|de cada|in every)\s", re.IGNORECASE)
_PERCENT = ("%", "percent", "per cent", "pct", "por ciento")
_WHOLE_THINGS = re.compile(
    r"\s(?!(?:seconds?|secs?|minutes?|hours?|days?|weeks?|points?|tokens?/s|times)\b)[a-z-]{2,20}s\b"
    r"|\s?(?:/|per |a )\s?(?:month|day|week|mo\b|year)",
    re.IGNORECASE,
)
"""Behind 8.000 in an English text: what is counted in whole things, so that the dot groups."""


@dataclass(frozen=True)
class Number:
    """A number as it stands in a text at [start:end]."""

    value: float
    kind: Kind
    """A share is given as 0..1, money in US dollars."""
    start: int
    end: int
    decimal: bool
    """Whether it was written with decimals, as in 0.85."""
    low: float | None = None
    """The ends of a range such as 20-30k, of which `value` is the middle."""
    high: float | None = None
    currency: str | None = None
    """The currency it was written in."""
    of: float | None = None
    """The whole of a share such as 82 out of 100."""
    written: float = 0.0
    """The amount in its own currency."""
    raw: float = 0.0
    """The digits alone, without scale or unit, to be read again as the low end of a range."""


def numbers(
    text: str, language: Language | None = None, *, words: bool = True
) -> tuple[Number, ...]:
    """Find the numbers of a text, in order; a range counts as one.

    Without `words` only what is written in digits.
    """
    told = language or language_of(text)
    spelt = _in_words(text, told) if words else ()
    single = sorted((*_in_digits(text, told), *spelt), key=lambda n: (n.start, -n.end))
    found: list[Number] = []
    for number in single:
        if found and number.start < found[-1].end:
            continue
        joined = _joined(found[-1], number, text) if found else None
        if joined is not None:
            found[-1] = joined
        elif len(found) < MOST:
            found.append(number)
        else:
            break
    return tuple(found)


def _in_digits(text: str, language: Language) -> Iterator[Number]:
    at, count = 0, 0
    while count < 2 * MOST and (match := _NUMBER.search(text, at)) is not None:
        at = match.end()
        if _begins(text, match.start()):
            count += 1
            yield _number(match, language)


def _begins(text: str, start: int) -> bool:
    """Whether a number may start here: not inside a name or version, but right behind a range."""
    if _START.match(text, start):
        return True
    return re.search(r"\d[kKmM%]?[-–]$", text[max(0, start - 4) : start]) is not None


def _number(match: re.Match[str], language: Language) -> Number:
    digits, scale = match["digits"], scale_of((match["scale"] or "").strip("多余来几 "))
    behind = match.string[match.end() : match.end() + 30]
    raw = _value(digits, language, scale, "" if match["unit"] else behind)
    value = raw * scale * (-1 if match["sign"] else 1)
    unit = (match["unit"] or "").strip()
    kind: Kind = "count"
    currency, written = None, value
    if unit.casefold() in _PERCENT:
        kind, value = "share", round(value / 100, 6)
    elif sign := (match["prefix"] or unit):
        currency = currency_of(sign, language)
        if match["prefix"] and unit and (longer := currency_of(unit, language)):
            currency = longer
        if currency is not None:
            kind, value = "money", round(value * currency.usd, 9)
    decimal = raw < 1 and bool(re.search(r"[.,]", digits)) and scale == 1
    code = currency.code if currency else None
    return Number(value, kind, *match.span(), decimal, currency=code, written=written, raw=raw)


def _in_words(text: str, language: Language) -> Iterator[Number]:
    for numeral in numerals(text, language):
        kind: Kind = "share" if numeral.share else "count"
        end, value, code = numeral.end, numeral.value, None
        unit = _UNIT.match(text, end)
        if unit and kind == "count":
            currency = currency_of(unit["unit"], language)
            end = unit.end()
            if unit["unit"].strip().casefold() in _PERCENT:
                kind, value = "share", round(value / 100, 6)
            elif currency:
                kind, value, code = "money", value * currency.usd, currency.code
        raw = _mantissa(text[numeral.start : end], numeral.value)
        span = (numeral.start, end)
        yield Number(value, kind, *span, False, currency=code, written=numeral.value, raw=raw)


def _mantissa(words: str, value: float) -> float:
    """Give the eight of eight thousand."""
    scales = (1e9, 1e6, 1e3) if words.isascii() or "il" in words else (1e8, 1e4, 1e3)
    return next((value / scale for scale in scales if value >= scale), value)


_UNIT = re.compile(rf"(?P<unit>\s?(?:%|percent|per cent|por ciento|{SUFFIX}))(?![\w])", re.I)


def _joined(first: Number, second: Number, text: str) -> Number | None:
    """Give two numbers as one where they are the ends of a range or a part and its whole."""
    between, before = text[first.end : second.start], text[max(0, first.start - 24) : first.start]
    if len(between) > 10 or first.low is not None:
        return None
    if _OUT_OF.fullmatch(between) and first.kind == second.kind == "count":
        if not 0 <= first.value <= second.value or second.value < 3:
            return None
        share = round(first.value / second.value, 6)
        return replace(first, value=share, kind="share", end=second.end, of=second.value)
    ranged = _TO.fullmatch(between) and not _MOVED.search(before)
    if not ranged and not (_AND.fullmatch(between) and _BETWEEN.search(before)):
        return None
    if first.kind == "money" and second.kind == "count" and first.written:
        rate = first.value / first.written
        second = replace(
            second,
            value=second.value * rate,
            kind="money",
            currency=first.currency,
            written=second.value,
        )
    low = _low_end(first, second)
    if low is None or not low < second.value or (second.value > 100 * low and low > 0):
        return None
    middle = round((low + second.value) / 2, 9)
    return replace(
        second, value=middle, start=first.start, low=low, high=second.value, decimal=False
    )


def _low_end(first: Number, second: Number) -> float | None:
    """Give the low end of a range in the unit of its high end: the 20 of 20-30k is 20,000."""
    plain = first.written == first.raw or (first.kind == "count" and first.value == first.raw)
    if plain and second.raw > first.raw:
        return first.raw * second.value / second.raw
    return first.value if first.kind == second.kind else None


def _value(digits: str, language: Language, scale: float, behind: str) -> float:
    if digits.casefold() == "nan":
        return float("nan")
    if re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?", digits) and (
        digits.count(".") > 1
        or "," in digits
        or (scale == 1 and (language == "es" or _WHOLE_THINGS.match(behind)))
    ):
        return float(digits.replace(".", "").replace(",", "."))
    if re.fullmatch(rf"[1-9]\d{{0,2}}(?:[{_SPACES}]\d{{3}})+(?:\.\d+)?", digits) and (
        scale == 1 or language != "es" or digits.count(",") != 1
    ):
        return float(re.sub(rf"[{_SPACES}]", "", digits))
    if digits.count(".") > 1:
        return float(digits.replace(".", ""))
    return float(re.sub(r"['\u00a0\u2009\u202f]", "", digits).replace(",", "."))
