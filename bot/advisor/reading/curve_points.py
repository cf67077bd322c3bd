"""Points of a learning curve in a question: how much was right after so many examples."""

import re
from itertools import pairwise

from bot.advisor.case import UNSTATED_ITEMS, Pilot
from bot.advisor.reading.numbers import Number, numbers
from bot.advisor.reading.words import plain, real

MOST = 40
"""Points read of one question."""


_COUNTED = re.compile(
    r"\s?(?:labell?ed |training |more )?(?:labels?|examples?|samples?|pairs?|shots?|rows?|tickets?"
    r"|etiquetas?|ejemplos?|muestras?|pares|[条个份]?(?:标注|样本|示例|样例|例子|数据|标签))",
    re.IGNORECASE,
)
_UNIT_WORD = re.compile(
    r"label|example|sample|pair|shot|row|etiquet|ejemplo|muestra|标注|样本|示例|样例|例子|数据|标签|条",
    re.IGNORECASE,
)
_TO_SCORE = re.compile(
    r"[^\d.;。；\n]{0,24}?(?:[:：=]|->|→|=>|gives?|gets?|reach\w{0,2}|at|is|was|scored?|with|da|dan"
    r"|acierta\w{0,1}|llega a|得|到|达到?|有|是)[^\d;；\n]{0,16}$"
    r"|\s{1,3}(?:labels?|examples?|ejemplos)?\s?\(?$",
    re.IGNORECASE,
)
_ITEMS = re.compile(
    r"\s?(?:test |held-?out |eval\w{0,6} )?(?:items?|questions?|cases?|tests?\b|preguntas|casos"
    r"|(?:ejemplos|casos) de prueba|[条道个](?:测试|题|评测))",
    re.IGNORECASE,
)
_ON = re.compile(r"(?:\bon|\bof|\bover|\bsobre|\bn\s?=|测试集|在)\s{0,2}(?:the |our |a )?$", re.I)
_WITH = re.compile(r"\s(?:with|from|at|after|on|con|tras)\s", re.IGNORECASE)
_OTHER_ARM = re.compile(
    r"random|similar|nearest|closest|dynamic|aleatori|parecid|随机|相似|动态", re.I
)
_BESIDE = re.compile(r"\s?[/|,，、]\s?")
_ARROW = re.compile(
    r"[^\d.;。；\n]{0,30}?(?:->|→|=>|[:：]|=|gives?|gets?|dan?|得到?|分别)[^\d.;。；\n]{0,16}"
)


def pilots(text: str) -> tuple[Pilot, ...]:
    """Give the points of the learning curve that a text states, by growing number of examples.

    Reads "50 labels: 65%, 100: 71% (200 test items)" and "0/50/100 examples -> 62/65/71 %".
    A single score is no curve: fewer than two points give none.

    >>> [(p.examples, p.right) for p in pilots("50 labels: 65%, 100: 71% (200 test items)")]
    [(50.0, 130.0), (100.0, 142.0)]
    """
    read = real(plain(text))
    found = numbers(read)
    points = _listed(read, found) or _paired(read, found)
    if len(points) < 2:
        points = _reversed(read, found)
    items = _items(read, found)
    if len(points) < 2:
        return ()
    tested = items or UNSTATED_ITEMS
    return tuple(Pilot(n, share * tested, tested) for n, share in sorted(points.items()))


def _listed(text: str, found: tuple[Number, ...]) -> dict[float, float]:
    """Read two lists of equal length: examples, then scores."""
    runs = [run for run in _runs(text, found) if len(run) >= 2]
    for examples, scores in pairwise(runs):
        between = text[examples[-1].end : scores[0].start]
        behind = text[scores[-1].end : scores[-1].end + 3]
        if len(examples) != len(scores) or not _ARROW.fullmatch(between):
            continue
        if not _UNIT_WORD.search(
            between + text[max(0, examples[0].start - 20) : examples[0].start]
        ):
            continue
        shares = [_share(number, "%" in behind or scores[-1].kind == "share") for number in scores]
        if all(share is not None for share in shares):
            rows = zip(examples, shares, strict=True)
            return {number.value: share for number, share in rows if share is not None}
    return {}


def _runs(text: str, found: tuple[Number, ...]) -> list[list[Number]]:
    runs: list[list[Number]] = []
    for number in found:
        last = runs[-1][-1] if runs else None
        if last is not None and _BESIDE.fullmatch(text[last.end : number.start]):
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _share(number: Number, percent: bool) -> float | None:
    if number.kind == "share":
        return number.value
    if number.kind == "count" and percent and 1 < number.value <= 100:
        return round(number.value / 100, 6)
    if number.kind == "count" and 0 < number.value < 1:
        return number.value
    return None


def _paired(text: str, found: tuple[Number, ...]) -> dict[float, float]:
    """Read pairs one after another; the first of them must name what it counts."""
    points: dict[float, float] = {}
    for examples, score in pairwise(found):
        share = _share(score, percent=False)
        if examples.kind != "count" or examples.decimal or share is None or len(points) >= MOST:
            continue
        between = text[examples.end : score.start]
        around = text[max(0, examples.start - 12) : examples.start] + between
        if len(between) > 44 or not _TO_SCORE.fullmatch(between):
            continue
        if _OTHER_ARM.search(around) or not (points or _UNIT_WORD.search(around)):
            continue
        points.setdefault(examples.value, share)
    return points


def _reversed(text: str, found: tuple[Number, ...]) -> dict[float, float]:
    """Read "62% with 50 labels, 70% with 100 labels"."""
    points: dict[float, float] = {}
    for score, examples in pairwise(found):
        between, behind = text[score.end : examples.start], text[examples.end : examples.end + 24]
        if score.kind != "share" or examples.kind != "count" or len(points) >= MOST:
            continue
        if _WITH.fullmatch(between) and _COUNTED.match(behind) and not _OTHER_ARM.search(behind):
            points.setdefault(examples.value, score.value)
    return points


def _items(text: str, found: tuple[Number, ...]) -> float | None:
    for number in found:
        if number.kind != "count" or number.value < 2:
            continue
        before = text[max(0, number.start - 16) : number.start]
        if _ITEMS.match(text, number.end) or _ON.search(before):
            return number.value
    return None
