"""How much imitation data published work used, what it bought, and what it costs to make today.

Pure; also of use for a case without a file.
"""

from dataclasses import dataclass
from typing import Literal

from bot.evidence import finding
from bot.ledger.prices import Price
from bot.texts import say

PointName = Literal["task_local", "broad", "orca_like"]

TEACHER = "gpt-6.1-sol"
"""The strong model whose price is shown where the case names no teacher."""

BROAD_EXAMPLES = 87_000
"""About 50,000 + 27,000 + 10,000 examples, up to 150 million tokens in all (E01, its caveat)."""


@dataclass(frozen=True)
class Point:
    """A published amount of imitation data."""

    name: PointName
    examples: int
    usd: float | None
    """To have a teacher write so many; None where its price is unknown."""
    missing_usd: float | None
    """To have a teacher write those that are still missing."""
    buys: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """Where an amount of examples stands among the published ones."""

    examples: int
    tokens: tuple[float, float]
    """Input and output of one example, on average."""
    teacher: str | None
    """Whose price it is; None where the price is unknown."""
    points: tuple[Point, ...]
    """Smallest first."""
    reached: PointName | None
    """The largest point that the examples reach; None below all of them."""
    words: str


def scale(
    examples: int, *, input_tokens: float, output_tokens: float, price: Price | None
) -> Scale:
    """Put an amount of examples on the scale, each so long, with the cost to reach each point.

    The cost is that of a teacher that reads an example's input once and writes its output, at the
    standard price, with nothing thrown away.
    """
    each = None if price is None else example_usd(input_tokens, output_tokens, price)
    points = tuple(_point(name, size, examples, each) for name, size in _sizes())
    reached = [point for point in points if examples >= point.examples]
    return Scale(
        examples=examples,
        tokens=(input_tokens, output_tokens),
        teacher=None if price is None else price.model,
        points=points,
        reached=reached[-1].name if reached else None,
        words=_words(examples, points, len(reached)),
    )


def example_usd(input_tokens: float, output_tokens: float, price: Price) -> float:
    """Give what one example costs when a model reads its input and writes its output.

    >>> from decimal import Decimal
    >>> price = Price("m", "p", Decimal(2), Decimal(0), Decimal(0), Decimal(10))
    >>> example_usd(500, 200, price)
    0.003
    """
    dollars = input_tokens * float(price.input) + output_tokens * float(price.output)
    return dollars / 1e6


def _sizes() -> tuple[tuple[PointName, int], ...]:
    return (
        ("task_local", int(finding("E02").figures["synthetic_examples"])),
        ("broad", BROAD_EXAMPLES),
        ("orca_like", int(finding("E05").figures["examples"])),
    )


def _point(name: PointName, size: int, have: int, each: float | None) -> Point:
    return Point(
        name=name,
        examples=size,
        usd=None if each is None else size * each,
        missing_usd=None if each is None else max(0, size - have) * each,
        buys=say(f"audit.buys_{name}"),
        evidence={"task_local": ("E02",), "broad": ("E01", "E03"), "orca_like": ("E05",)}[name],
    )


def _words(examples: int, points: tuple[Point, ...], reached: int) -> str:
    have = f"{examples:,}"
    below, above = points[:reached], points[reached:]
    if not below:
        return say("audit.scale_below", have=have, share=_share(examples, above[0]))
    name = say(f"audit.point_{below[-1].name}")
    if not above:
        return say("audit.scale_above", have=have, point=name)
    following = say(f"audit.point_{above[0].name}")
    share = _share(examples, above[0])
    return say("audit.scale_between", have=have, point=name, share=share, following=following)


def _share(examples: int, point: Point) -> str:
    share = examples / point.examples
    return f"{share:.0%}" if share >= 0.01 else f"{share:.2%}"
