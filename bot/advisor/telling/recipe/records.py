"""What a recipe is made of, and how an option's set-up days are spread over its steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot import evidence
from bot.advisor.verdict import WAYS, Option
from bot.texts import say

HALF_DAY, TENTH = 0.5, 0.1
"""Steps are told in half days; where there are too few of them, in tenths."""


@dataclass(frozen=True)
class Step:
    """One line of a recipe."""

    title: str
    """A few words, for a list."""
    text: str
    """What to do, in sentences."""
    evidence: tuple[str, ...]
    engineer_days: float


@dataclass(frozen=True)
class Recipe:
    """What to do next, in order, and what decides whether it goes live."""

    steps: tuple[Step, ...]
    total_days: float
    go: str
    """The go/no-go number in words."""
    roll_back: str


@dataclass(frozen=True)
class Draft:
    """A step before days are spread: its weight among the steps, or days of its own."""

    title: str
    text: str
    evidence: tuple[str, ...]
    weight: float


def tell(key: str, /, **words: object) -> str:
    """Give a sentence of the recipe."""
    return say(f"recipe.{key}", **words)


def draft(name: str, weight: float, ids: str, *sentences: str) -> Draft:
    """Make a step of whole sentences; `ids` are findings, parted by blanks."""
    told = " ".join(sentence for sentence in sentences if sentence)
    return Draft(say(f"recipe.title_{name}"), told, tuple(ids.split()), weight)


def spread(drafts: Sequence[Draft], total: float) -> tuple[float, ...]:
    """Spread days over steps by weight, in half days, so that they sum to the total exactly.

    >>> steps = [Draft("", "", (), weight) for weight in (1, 2, 3)]
    >>> spread(steps, 5.0), spread(steps, 6.2), spread(steps, 1.2)
    ((1.0, 1.5, 2.5), (1.0, 2.0, 3.2), (0.2, 0.4, 0.6))
    """
    grain = HALF_DAY if total >= HALF_DAY * len(drafts) else TENTH
    grains = max(len(drafts), int(total / grain + 1e-9))
    whole = sum(one.weight for one in drafts)
    # Every step gets one grain; the rest goes by largest remainder.
    free = grains - len(drafts)
    wanted = [max(0.0, grains * one.weight / whole - 1) for one in drafts]
    scale = free / sum(wanted) if sum(wanted) else 0.0
    parts = [want * scale for want in wanted]
    given = [int(part) for part in parts]
    by_rest = sorted(range(len(parts)), key=lambda place: (given[place] - parts[place], place))
    for place in by_rest[: free - sum(given)]:
        given[place] += 1
    days = [round(grain * (1 + more), 1) for more in given]
    largest = max(range(len(days)), key=lambda place: days[place])
    days[largest] = round(days[largest] + total - sum(days), 1)
    return tuple(days)


def steps_of(drafts: Sequence[Draft], days: Iterable[float], *options: Option) -> tuple[Step, ...]:
    """Make steps of drafts, citing only what backs one of the options or is about method."""
    return tuple(
        Step(one.title, one.text, cited(one.evidence, *options), spent)
        for one, spent in zip(drafts, days, strict=True)
    )


def cited(ids: Iterable[str], *options: Option) -> tuple[str, ...]:
    """Keep the findings that back one of these options or say how to go about it."""
    return tuple(
        id
        for id in ids
        if is_method(found := evidence.finding(id))
        or any(evidence.supports(found, option) for option in options)
    )


def is_method(found: evidence.Finding) -> bool:
    """Whether a finding recommends a way of working, such as a regression suite or a cascade."""
    return any(
        weight > 0 and name not in WAYS and name not in ("do_not_imitate", "ask")
        for name, weight in found.pushes.items()
    )
