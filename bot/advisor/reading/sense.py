"""Refuses values that make no sense, by name, and settles two statements of one field."""

import math
from collections.abc import Iterable, Sequence

from bot.advisor.case import LARGEST
from bot.advisor.reading.place import WORDS
from bot.advisor.verdict import Fact
from bot.errors import AskError
from bot.texts import say

_SHARES = ("accuracy", "target_accuracy", "label_agreement")
_SETTLED = ("monthly_requests", "current_usd_per_month", "budget_usd", "latency_limit_ms")
"""Fields that a question states once; another number for them is a contradiction."""
_APART = 3.0
"""How many times larger one statement must be than the other to contradict it."""


def refuse_absurd(facts: Iterable[Fact]) -> None:
    """Raise AskError, in the field's own words, where a number cannot be what it is said to be."""
    for fact in facts:
        value = fact.value
        if isinstance(value, bool) or not isinstance(value, float):
            continue
        problem = _problem(fact.field, value)
        if problem:
            raise AskError(say(f"reading.{problem}", what=name_of(fact.field), quote=fact.quote))


def _problem(field: str, value: float) -> str | None:
    if math.isnan(value) or math.isinf(value):
        return "not_a_number"
    if value < 0:
        return "negative"
    if value > LARGEST:
        return "too_large"
    if field.rpartition(".")[2] in _SHARES and value > 1:
        return "over_all"
    return None


def name_of(field: str) -> str:
    """Give the words for a field, with its name in the case."""
    last = field.rpartition(".")[2]
    return say("reading.what", words=say(f"reading.field_{last}"), field=last)


def settled(facts: Sequence[Fact]) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
    """Keep one fact per field and say where two statements of a field contradict each other.

    The first one is kept, but of two that contradict each other the one that says more.
    """
    kept: dict[str, Fact] = {}
    notes = []
    for fact in facts:
        known = kept.setdefault(fact.field, fact)
        if known is fact or not _contradict(known, fact):
            continue
        more = _says_more(fact) and not _says_more(known)
        better, other = (fact, known) if more else (known, fact)
        kept[fact.field] = better
        notes.append(
            say(
                "reading.contradiction",
                what=say(f"reading.field_{fact.field}"),
                kept=better.quote.strip(),
                other=other.quote.strip(),
            )
        )
    return tuple(kept.values()), tuple(dict.fromkeys(notes))


def _says_more(fact: Fact) -> bool:
    """Whether a quote names what is counted, not the number and its unit alone."""
    return WORDS["requests"].search(fact.quote) is not None


def _contradict(a: Fact, b: Fact) -> bool:
    if a.field not in _SETTLED or not isinstance(a.value, float) or not isinstance(b.value, float):
        return False
    small, large = sorted((a.value, b.value))
    return large > _APART * small and a.start != b.start
