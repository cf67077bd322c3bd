"""Numbers written in words: half a million, dos mil, 三万五千, 八成五."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bot.advisor.reading.language import Language

_TABLE = tomllib.loads(Path(__file__).with_name("numerals.toml").read_text("utf-8"))
_SCALES = tuple(
    (re.compile(words, re.IGNORECASE), float(value)) for words, value in _TABLE["scales"].items()
)
_SHARES = tuple((re.compile(words, re.I), value) for words, value in _TABLE["shares"].items())


class _Words(NamedTuple):
    """The words for numbers of a language."""

    values: dict[str, float]
    one: re.Pattern[str]
    several: re.Pattern[str]


def _words(values: dict[str, float]) -> _Words:
    one = "|".join(sorted(values, key=len, reverse=True))
    several = re.compile(
        rf"""(?<![\w-])(?P<half>half\s(?:an?\s)?|medi[oa]\s)?(?:an?\s|un[ao]?\s)?
        (?P<pair>(?:couple\sof|par\sde)\s)?
        (?P<words>(?:{one})\b(?:(?:[ -]|\sand\s|\sy\s)(?:{one})\b){{0,7}})
        (?P<plus>\sand\sa\shalf|\sy\smedi[oa])?(?![\w-]*\d)""",
        re.IGNORECASE | re.VERBOSE,
    )
    return _Words(values, re.compile(rf"(?:{one})\b", re.IGNORECASE), several)


_ENGLISH = _words(_TABLE["english"])
_SPANISH = _words(_TABLE["spanish"])
_HALF_TIME = re.compile(
    r"(?<!\w)half an? (?=year|month|day|hour|second|minute)"
    r"|(?<!\w)medi[oa] (?=año|hora|segundo|minuto)"
    r"|半个?(?=年|月|天|小时|分钟|秒)",
    re.IGNORECASE,
)
_DOZEN = re.compile("dozen|docen", re.IGNORECASE)
_HAN = "零〇一二两三四五六七八九"
_HAN_DIGITS = {char: digit for digit, char in enumerate("零一二三四五六七八九")} | {
    "两": 2,
    "〇": 0,
}
_HAN_UNITS = {"十": 10.0, "百": 100.0, "千": 1000.0, "万": 1e4, "亿": 1e8}
_HAN_NUMBER = re.compile(
    rf"(?<![第每之统唯初期其另同任某这那0-9])(?P<percent>百分之)?"
    rf"(?P<han>[{_HAN}十百千万亿]{{1,14}})(?P<tenths>成(?P<fifth>[{_HAN[2:]}])?(?![为本功果员分熟立就型]))?"
)
_HAN_WORTH = re.compile("[十百千万亿]")
_HAN_ROUND = re.compile("十[万亿]|百万|千万")
_COUNTED = re.compile("[个条名位种类周天年月日页次秒小台人篇份家块元道张款]|分钟")
_ONE_COUNTED = re.compile("[周天年秒]|个月|分钟|小时")


class Numeral(NamedTuple):
    """A number in words and where it stands."""

    value: float
    share: bool
    start: int
    end: int


def numerals(text: str, language: Language) -> Iterator[Numeral]:
    """Find the numbers that a text writes in words, in no particular order."""
    for pattern, value in _SHARES:
        for match in pattern.finditer(text):
            yield Numeral(value, True, *match.span())
    words, at = _SPANISH if language == "es" else _ENGLISH, 0
    while (spelt := words.several.search(text, at)) is not None:
        number = _spelt(spelt, words)
        yield number
        at = number.end
    yield from (found for match in _HAN_NUMBER.finditer(text) if (found := _chinese(match)))
    for match in _HALF_TIME.finditer(text):
        yield Numeral(0.5, False, *match.span())


def scale_of(word: str) -> float:
    """Give the factor that a word such as `k`, `million` or `万` stands for; 1 where none does."""
    plain = word.strip()
    return next((value for pattern, value in _SCALES if pattern.fullmatch(plain)), 1.0)


def _spelt(match: re.Match[str], known: _Words) -> Numeral:
    words = match["words"]
    total, current, last, end = 0.0, 2.0 if match["pair"] else 0.0, float("inf"), 0
    for word in known.one.finditer(words):
        value, joined = (
            float(known.values[word.group().casefold()]),
            words[end : word.start()].strip(" -"),
        )
        if end and not _may_follow(value, last, joined.casefold()):
            break
        if value >= 1000 and total:
            total, current = (total + current) * value, 0.0
        elif value >= 1000:
            total, current = max(1.0, current) * value, 0.0
        elif value == 100 or _DOZEN.match(word.group()):
            current = max(1.0, current) * value
        else:
            current += value
        last, end = value, word.end()
    value = total + current
    if match["half"]:
        value /= 2
    if match["plus"] and end == len(words):
        return Numeral(value + last / 2, False, *match.span())
    return Numeral(value, False, match.start(), match.start("words") + end)


def _may_follow(value: float, last: float, joined: str) -> bool:
    """Whether a word goes on with the number before it, as in `two hundred and six`."""
    if value >= 100 or (value == 12 and last < 12):
        return not joined
    if joined == "and":
        return last >= 100
    if joined == "y":
        return 30 <= last <= 90 and value < 10
    return value < last and (last >= 20)


def _chinese(match: re.Match[str]) -> Numeral | None:
    han, behind = match["han"], match.string[match.end() : match.end() + 2]
    if match["percent"]:
        return Numeral(round(_han(han) / 100, 6), True, *match.span())
    if match["tenths"]:
        fifth = _HAN_DIGITS.get(match["fifth"] or "零", 0)
        share = round(_han(han) / 10 + fifth / 100, 6)
        return Numeral(share, True, *match.span()) if len(han) == 1 else None
    if len(han) == 1:
        counts = _ONE_COUNTED if han == "一" else _COUNTED
        known = han in _HAN_DIGITS or han == "十"
        return Numeral(_han(han), False, *match.span()) if known and counts.match(behind) else None
    spelt = _HAN_WORTH.search(han) and any(char in _HAN_DIGITS for char in han)
    round_one = _HAN_ROUND.fullmatch(han) and _COUNTED.match(behind)
    if han[0] in "万亿" or not (spelt or round_one):
        return None
    return Numeral(_han(han), False, *match.span())


def _han(words: str) -> float:
    """Read 三万五千, and 三万五 as 35,000."""
    total = section = digit = 0.0
    unit = 1.0
    for char in words:
        if char in _HAN_DIGITS:
            digit = _HAN_DIGITS[char]
            unit = 1.0 if char in "零〇" else unit
        elif char in "万亿":
            part = section + digit
            whole = total + part if char == "亿" else part
            total = (total if char == "万" else 0.0) + (whole or 1.0) * _HAN_UNITS[char]
            section = digit = 0.0
            unit = _HAN_UNITS[char]
        else:
            section += (digit or 1.0) * _HAN_UNITS[char]
            digit, unit = 0.0, _HAN_UNITS[char]
    if digit and unit > 10:
        digit *= unit / 10
    return total + section + digit
