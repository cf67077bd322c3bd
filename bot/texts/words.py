"""Numbers, lists and cut text as people read them, in the language that is spoken (see
`bot.texts.speaking`)."""

from collections.abc import Iterable
from textwrap import shorten

from bot.texts import SPANISH, language

_LARGE: dict[str, tuple[tuple[float, str], ...]] = {
    "en": ((1e9, "bn"), (1e6, "M")),
    "es": ((1e6, " M"),),
    "zh": ((1e8, "亿"), (1e4, "万")),
}
"""Sizes from which a number is shortened, and their signs."""

_CUT = " …"


def usd(amount: float) -> str:
    """Give an amount of money, as exact as is useful.

    >>> [usd(n) for n in (0.0004, 0.4, 12.345, 1234.5, 56_789, 2_300_000)]
    ['$0.0004', '$0.40', '$12', '$1,230', '$56,800', '$2.3M']
    >>> from bot.texts import speaking
    >>> with speaking("es"):
    ...     [usd(n) for n in (0.4, 1234.5, 2_300_000)]
    ['$0,40', '$1.230', '$2,3 M']
    >>> with speaking("zh"):
    ...     [usd(n) for n in (0.4, 1234.5, 2_300_000)]
    ['$0.40', '$1,230', '$230万']
    """
    if amount >= 1e6:
        return f"${_short(amount)}"
    if amount >= 1000:
        return f"${_local(f'{_three(amount):,.0f}')}"
    if amount >= 10:
        return f"${amount:,.0f}"
    return _local(f"${amount:.2f}" if amount >= 0.01 or amount == 0 else f"${amount:.1g}")


def count(number: float) -> str:
    """Give a number of things.

    >>> [count(n) for n in (45, 1400, 60_000, 2_500_000, 2.7e9)]
    ['45', '1,400', '60,000', '2.5M', '2.7bn']
    >>> from bot.texts import speaking
    >>> with speaking("zh"):
    ...     [count(n) for n in (1400, 60_000, 2.7e9)]
    ['1,400', '6万', '27亿']
    >>> with speaking("es"):
    ...     [count(n) for n in (1400, 60_000, 2.7e9)]
    ['1.400', '60.000', '2.700 M']
    """
    return _short(number)


def whole(number: float) -> str:
    """Give a number of things, every one counted.

    >>> whole(1306.4)
    '1,306'
    """
    return _local(f"{number:,.0f}")


def exact(number: float) -> str:
    """Give a number with as many decimals as it has.

    >>> exact(7.5), exact(80_000)
    ('7.5', '80,000')
    """
    return _local(f"{number:,.12g}")


def share(value: float | None) -> str:
    """Give a share in percent; exact values keep one decimal.

    >>> share(0.84), share(0.965), share(None)
    ('84%', '96.5%', '?')
    """
    if value is None:
        return "?"
    percent = round(100 * value, 1)
    whole = percent == round(percent) or value != round(value, 3)
    return f"{percent:.0f}%" if whole else _local(f"{percent:.1f}%")


def about(value: float) -> str:
    """Give a share in whole percent, with one decimal below one.

    >>> about(1 / 61), about(0.0012), about(0)
    ('2%', '0.1%', '0%')
    """
    return share(round(value, 2 if value >= 0.01 else 3))


def points(value: float) -> str:
    """Give a share in percent with one decimal, as for an interval.

    >>> points(0.8053)
    '80.5%'
    """
    return _local(f"{100 * value:.1f}%")


def chance(value: float | None) -> str:
    """Give a chance in whole percent, never more certain than 99%.

    >>> chance(0.058), chance(0.999), chance(0.001)
    ('6%', '99%', '<1%')
    """
    if value is None:
        return "?"
    return "<1%" if value < 0.01 else f"{min(value, 0.99):.0%}"


def listed(items: Iterable[str]) -> str:
    """Give names in a row.

    >>> listed(["a", "b"])
    'a, b'
    >>> from bot.texts import speaking
    >>> with speaking("zh"):
    ...     listed(["a", "b"])
    'a、b'
    """
    return ("、" if language() == "zh" else ", ").join(items)


def long_list(items: Iterable[str]) -> str:
    """Give clauses in a row, which may hold commas of their own.

    >>> long_list(["a, b", "c"])
    'a, b; c'
    >>> from bot.texts import speaking
    >>> with speaking("zh"):
    ...     long_list(["a", "b"])
    'a；b'
    """
    return ("；" if language() == "zh" else "; ").join(items)


def aside(text: str, remark: str) -> str:
    """Give text with a remark in brackets.

    >>> aside("9,000 requests", "not said")
    '9,000 requests (not said)'
    >>> from bot.texts import speaking
    >>> with speaking("zh"):
    ...     aside("9,000次请求", "没有说")
    '9,000次请求（没有说）'
    """
    return f"{text}（{remark}）" if language() == "zh" else f"{text} ({remark})"


def cut(text: str, width: int) -> str:
    """Give text on one line of at most `width` characters, white space as single blanks.

    What is too long ends in " …": behind a whole word, or behind any character where words are
    as long as the line, as they are in Chinese and in addresses.

    >>> cut("Should we fine-tune  it?", 24), cut("Should we fine-tune it now?", 24)
    ('Should we fine-tune it?', 'Should we fine-tune it …')
    >>> cut("我们应该微调模型吗", 9), cut("我们应该微调模型吗", 8)
    ('我们应该微调模型吗', '我们应该微调 …')
    """
    line = " ".join(text.split())
    told = shorten(line, width, placeholder=_CUT)
    if len(line) <= width or len(told) > width / 2:
        return told
    return line[: width - len(_CUT)].rstrip() + _CUT


def _short(number: float) -> str:
    for size, sign in _LARGE[language()]:
        if number >= size:
            return f"{_local(f'{_three(number) / size:,.6g}')}{sign}"
    return _local(f"{_three(number):,.0f}")


def _three(number: float) -> float:
    """Round to three digits."""
    return float(f"{number:.3g}")


def _local(digits: str) -> str:
    return digits.translate(SPANISH) if language() == "es" else digits
