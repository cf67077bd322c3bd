"""The figures of a text held against those of a verdict: each must stand there, or round to one.

Pure. Money, shares and counts are kept apart, so that 9,000 requests are not $9,000.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.advisor.followup.numerals import in_digits
from bot.advisor.reading.numbers import Number, numbers
from bot.advisor.verdict import Verdict
from bot.texts import say

CITED = re.compile(r"(?<![A-Za-z0-9])[EM]\d{2,3}(?!\d)")
"""The id of a finding."""
_SMALL_WORDS = 12
"""Numbers up to this may be written as words without standing in the verdict."""
_ROUNDED = 0.025
"""How far a number may lie from the verdict's through rounding, relatively."""
_NAME = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z_]{0,20}[-.]?\d[\w.-]{0,30}(?<![.-])", re.A)
_MONEY_AFTER = re.compile(r"\s?(?:美元|美金|d[oó]lares|dollars|bucks|usd\b)", re.IGNORECASE)
_SHARE_AFTER = re.compile(r"\s?(?:％|percent\b|per cent\b|por cien\w{0,2}\b)", re.IGNORECASE)
_TIMES = re.compile(
    r"""\b(?:half|halves|halved|twice|double[sd]?|doubling|triple[sd]?|thrice|quadruple[sd]?
    |(?:one|two|three)[ -](?:thirds?|quarters?|fifths?)|an?\s(?:third|quarter|fifth|tenth)\sof
    |(?:two|three|four|five|six|seven|eight|nine|ten|many|several)(?:-?fold|\stimes)
    |order\sof\smagnitude)\b|\d(?:[\d.,]{0,9}\d)?\s?(?:[x×](?![a-z])|-?fold\b|times\b|veces\b|倍)
    |\b(?:mitad|dobles?|triple|duplic\w+|triplic\w+|tercio|tercera\sparte|cuarta\sparte)\b
    |一半|减半|翻倍|加倍|(?!百分之)[零〇一二两三四五六七八九十百千]分之[零〇一二两三四五六七八九十百千点]+
    |[一二两三四五六七八九十百千几数]+倍|(?<!构)(?<!完)[一二三四五六七八九]成(?=[的以左，。])""",
    re.IGNORECASE | re.VERBOSE,
)
_SPANISH_SIGN = "¿ "
"""Put before a Spanish text, it has numbers read as Spanish writes them."""


def wrong_figures(prose: str, verdict: Verdict) -> Iterator[str]:
    """Say of each number that is not the verdict's, and each figure that cannot be read."""
    texts = tuple(_texts(verdict))
    said = " ".join(texts)
    for match in _TIMES.finditer(prose):
        if match.group().casefold() not in said.casefold():
            yield say("prose.times", words=match.group())
    known = tuple(_known(verdict, [_readable(one, said) for one in texts]))
    text = _readable(prose, said)
    taken: list[tuple[int, int]] = []
    for number in _numbers(text, verdict.lang):
        taken.append((number.start, number.end))
        if not any(_same(number, text, one) for one in known):
            yield say("prose.number", number=text[number.start : number.end].strip())
    for match in re.finditer(r"\S*\d\S*", _covered(text, taken)):
        yield say("prose.unreadable", number=match.group())


def _readable(prose: str, said: str) -> str:
    """Blank out ids and the verdict's own names, and put number words and ranges into digits."""
    text = CITED.sub(lambda match: " " * len(match.group()), prose)
    text = _NAME.sub(lambda match: " " if match.group() in said else match.group(), text)
    text = re.sub(r"(?<=[\d%])\s?[-–—~～至]\s?(?=[$€]?\d)", " – ", text)
    text = re.sub(r"(?<![\d])\.(?=\d)", "0.", text)
    text = re.sub(r"\bUS\$", "$", text).replace("％", "%")
    return in_digits(text, above=_SMALL_WORDS)


def _covered(text: str, taken: Iterable[tuple[int, int]]) -> str:
    signs = list(text)
    for start, end in taken:
        signs[start:end] = " " * (end - start)
    return "".join(signs)


def _numbers(text: str, lang: str) -> tuple[Number, ...]:
    ahead = _SPANISH_SIGN if lang == "es" else ""
    found = numbers(ahead + text)
    back = len(ahead)
    moved = (replace(one, start=one.start - back, end=one.end - back) for one in found)
    return tuple(_with_unit(one, text) for one in moved if not _is_small_word(one, text))


def _is_small_word(number: Number, text: str) -> bool:
    """Whether a number is a word of everyday speech, as in "three reasons"."""
    written = text[number.start : number.end]
    return number.value <= _SMALL_WORDS and not any(map(str.isdigit, written))


def _with_unit(number: Number, text: str) -> Number:
    """Read units that stand behind a number in other ways than questions write them."""
    if number.kind == "count" and 0 < number.value < 1:
        number = replace(number, decimal=True)
    if number.kind == "count" and _MONEY_AFTER.match(text, number.end):
        return replace(number, kind="money")
    if number.kind == "count" and _SHARE_AFTER.match(text, number.end):
        return replace(number, kind="share", value=number.value / 100)
    return number


def _same(number: Number, text: str, known: tuple[str, float]) -> bool:
    """Whether a number is one of the verdict, rounded at most to the digits it is written in."""
    kind, value = known
    alike = kind == number.kind or (kind == "share" and number.decimal and number.kind == "count")
    if not alike:
        return False
    apart = abs(abs(number.value) - abs(value))
    if apart <= 1e-9 * max(1.0, abs(value)):
        return True
    return apart <= min(_half_digit(number, text), _ROUNDED * abs(value))


def _half_digit(number: Number, text: str) -> float:
    """Give half of the last digit that a number is written with, trailing zeros left out."""
    written = re.search(r"\d[\d.,' \u00a0\u2009\u202f]*", text[number.start : number.end])
    digits = "" if written is None else re.sub(r"[^\d.]", "", written.group())
    whole, _, decimals = digits.partition(".")
    plain = float(digits) if digits.count(".") <= 1 and digits.strip(".") else 0.0
    if not plain or not number.value:
        return 0.0
    grouped = len(decimals) == 3 and abs(number.value) >= 1000
    if decimals and not grouped:
        last = 10.0 ** -len(decimals)
    else:
        joined = whole + (decimals if grouped else "")
        plain = float(joined)
        last = 10.0 ** (len(joined) - len(joined.rstrip("0")))
    return 0.5 * last * abs(number.value) / plain * (1 + 1e-9)


def _texts(verdict: Verdict) -> Iterator[str]:
    """Give every sentence of a verdict that a model may draw on."""
    yield from (verdict.label, verdict.sentence, *verdict.flips, *verdict.notes)
    yield from (driver.text for driver in verdict.drivers)
    yield from (ask.question for ask in verdict.asks)
    yield from (text for veto in verdict.vetoes for text in (veto.text, veto.lift))
    yield from (row.note for row in verdict.costs)
    yield verdict.break_even.words if verdict.break_even else ""
    yield verdict.information.words if verdict.information else ""
    yield from (one.words for one in verdict.projection)
    yield str(verdict.case.get("model") or "")
    yield from (str(one.value) for one in verdict.assumptions if isinstance(one.value, str))


def _known(verdict: Verdict, texts: Iterable[str]) -> Iterator[tuple[str, float]]:
    """Give the figures of a verdict, each with its kind."""
    for text in texts:
        yield from ((one.kind, one.value) for one in _numbers(text, verdict.lang))
        yield from (("share", one.value) for one in _numbers(text, verdict.lang) if one.decimal)
    yield "share", verdict.confidence
    yield "share", min(verdict.confidence, 0.99)
    for row in verdict.costs:
        money = (row.monthly_usd, row.low_usd, row.high_usd, row.serving_usd, row.one_off_usd)
        yield from (("money", one) for one in (*money, row.per_thousand_usd))
        yield "count", row.setup_days
        yield from (("share", one) for one in (row.accuracy, row.meets, row.best) if one)
    if verdict.break_even and verdict.break_even.requests is not None:
        yield "count", verdict.break_even.requests
    if verdict.leader:
        yield "share", verdict.leader.chance
        yield "money", verdict.leader.monthly_usd
    facts = [*verdict.case.items(), *((one.field, one.value) for one in verdict.assumptions)]
    for field, value in facts:
        yield from _fact(field, value)
    for row in verdict.case.get("measurements", ()):
        for field, value in row.items():
            yield from _fact(field, value)


def _fact(field: str, value: object) -> Iterator[tuple[str, float]]:
    if isinstance(value, bool) or not isinstance(value, float | int):
        return
    if "usd" in field:
        yield "money", float(value)
    elif field in ("target_accuracy", "label_agreement", "accuracy"):
        yield "share", float(value)
    else:
        yield "count", float(value)
