"""Numbers written in words, put into digits: two hundred, diez mil, 百分之八十五. Pure."""

import re
from collections.abc import Iterator

_ONES_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS_EN = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES_ES = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve"
)
_TENS_ES = "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa"
_HUNDREDS_ES = {
    "cien": 100.0,
    "ciento": 100.0,
    "doscient": 200.0,
    "trescient": 300.0,
    "cuatrocient": 400.0,
    "quinient": 500.0,
    "seiscient": 600.0,
    "setecient": 700.0,
    "ochocient": 800.0,
    "novecient": 900.0,
}
_SMALL: dict[str, float] = {
    **{word: float(n) for n, word in enumerate(_ONES_EN.split())},
    **{word: 10.0 * n for n, word in enumerate(_TENS_EN.split(), 2)},
    **{word: float(n) for n, word in enumerate(_ONES_ES.split())},
    **{word: 10.0 * n for n, word in enumerate(_TENS_ES.split(), 2)},
    **{f"{word}{end}": n for word, n in _HUNDREDS_ES.items() for end in ("", "os", "as")},
    "a": 1.0,
    "an": 1.0,
    "un": 1.0,
    "una": 1.0,
    "half": 0.5,
    "medio": 0.5,
    "dozen": 12.0,
    "docena": 12.0,
}
_LARGE = {
    "hundred": 1e2,
    "thousand": 1e3,
    "mil": 1e3,
    "million": 1e6,
    "millón": 1e6,
    "millon": 1e6,
    "millones": 1e6,
    "billion": 1e9,
}
_WORD = "|".join(sorted({*_SMALL, *_LARGE}, key=len, reverse=True))
_AND = r"(?:(?<=dred)|(?<=sand))\sand\s|\sand\s(?=(?:a\s)?half)|(?<=nta)\sy\s|\sy\s(?=medio)"
_RUN = re.compile(
    rf"(?<![\w.,-])(?<!\d )(?:{_WORD})\b(?:(?:[ -]|{_AND})(?:{_WORD})\b){{0,8}}",
    re.IGNORECASE,
)
_JOINTS = re.compile(r"[ -]+")
_NOT_ALONE = frozenset(("a", "an", "un", "una", "uno", "one", "half", "medio", "zero", "cero"))

_HAN_DIGITS = {sign: float(n) for n, sign in enumerate("零一二三四五六七八九")} | {
    "〇": 0.0,
    "两": 2.0,
}
_HAN_SCALES = {"十": 10.0, "百": 100.0, "千": 1000.0, "万": 1e4, "亿": 1e8}
_HAN = re.compile(
    r"(?P<share>百分之)(?P<part>[零〇一二两三四五六七八九十百点]{1,9})"
    r"|(?P<tenths>[一二两三四五六七八九])成(?=[的以左，。、；？\s]|$)"
    r"|(?<![\d.几好])(?P<count>[一二两三四五六七八九十][零〇一二两三四五六七八九十百千万亿]{1,14}"
    r"|十(?=[倍个条次天万])|[二两三四五六七八九](?=倍))"
)


def in_digits(text: str, above: float = 1.0) -> str:
    """Give a text with its number words larger than `above` in digits.

    >>> in_digits("two hundred labels or one and a half million")
    '200 labels or 1500000'
    >>> in_digits("doscientas etiquetas, diez mil al mes")
    '200 etiquetas, 10000 al mes'
    >>> in_digits("十倍流量，两百条，百分之八十五"), in_digits("two of thirty", above=12)
    ('10倍流量，200条，85%', 'two of 30')
    """
    western = _RUN.sub(lambda run: _western(run.group(), above), text)
    return _HAN.sub(lambda run: _han(run, above), western)


def _western(words: str, above: float) -> str:
    """Put a run of number words into digits; a lone article or `one` stays as it is."""
    parts = [part for part in _JOINTS.split(words.casefold()) if part not in ("and", "y")]
    if all(part in _NOT_ALONE for part in parts):
        return words
    value = _sum(parts)
    return f"{value:.10g}" if value > above else words


def _sum(parts: list[str]) -> float:
    total = group = 0.0
    for part in parts:
        if part in ("dozen", "docena"):
            group = (group or 1.0) * 12.0
        elif part == "hundred":
            group = (group or 1.0) * 100.0
        elif part in _LARGE:
            total, group = total + (group or 1.0) * _LARGE[part], 0.0
        elif not (part in ("a", "an", "un", "una") and group):
            group += _SMALL[part]
    return total + group


def _han(run: re.Match[str], above: float) -> str:
    if run["share"]:
        whole, _, rest = run["part"].partition("点")
        decimals = "".join(f"{_HAN_DIGITS.get(sign, 0):.0f}" for sign in rest)
        return f"{_han_value(whole):.10g}{'.' + decimals if decimals else ''}%"
    if run["tenths"]:
        return f"{10 * _HAN_DIGITS[run['tenths']]:.0f}%"
    value = _han_value(run["count"])
    return f"{value:.10g}" if value > above else run["count"]


def _han_value(signs: str) -> float:
    total = group = digit = 0.0
    for sign, value in _han_parts(signs):
        if sign in _HAN_DIGITS:
            digit = value
        elif value >= 1e4:
            total, group, digit = total + (group + digit or 1.0) * value, 0.0, 0.0
        else:
            group, digit = group + (digit or 1.0) * value, 0.0
    return total + group + digit


def _han_parts(signs: str) -> Iterator[tuple[str, float]]:
    for sign in signs:
        yield sign, _HAN_DIGITS.get(sign, _HAN_SCALES.get(sign, 0.0))
