"""A verdict as a person reads it: pieces for a rendered card, and the whole as plain lines."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from bot import evidence
from bot.advisor.verdict import WAYS, CostRow, Driver, Fact, Plain, Verdict, named
from bot.advisor.telling.words import chance, count, share, usd
from bot.texts import say

MOST_FACTS = 14
_SHARES = frozenset(("target_accuracy", "label_agreement"))
_MONEY = (
    frozenset(("error_cost_usd", "max_usd_per_request"))
    | {f"{name}_usd" for name in ("budget", "proposed")}
    | {"current_usd_per_month", "engineer_usd_per_hour"}
)


@dataclass(frozen=True)
class Source:
    """One cited finding: its id here, the paper's own id or title, and where to read it."""

    id: str
    name: str
    url: str | None


@dataclass(frozen=True)
class CardDriver:
    """A reason and its sources."""

    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Card:
    """The pieces of a verdict, every one ready to show."""

    headline: str
    sentence: str
    drivers: tuple[CardDriver, ...]
    costs: str
    break_even: str
    flips: str
    understood: str
    assumed: str
    prices: str
    notes: tuple[str, ...]


def card(verdict: Verdict) -> Card:
    """Give the pieces of a verdict."""
    return Card(
        headline=_headline(verdict),
        sentence=verdict.sentence,
        drivers=tuple(_driver(driver) for driver in verdict.drivers),
        costs=_costs(verdict),
        break_even="" if verdict.break_even is None else verdict.break_even.words,
        flips=say("advisor.card_flips", flips="; ".join(verdict.flips)),
        understood=understood(verdict.facts),
        assumed=_assumed(verdict),
        prices=say("advisor.card_prices", day=verdict.prices_as_of),
        notes=verdict.notes,
    )


def summary(verdict: Verdict, question: str = "") -> tuple[str, ...]:
    """Give the whole answer as plain lines, about fourteen, each as long as it needs to be."""
    shown = card(verdict)
    asked = textwrap.shorten(question, 120, placeholder=" …")
    lines = [
        *([say("advisor.card_question", question=asked)] if asked else []),
        shown.understood,
        shown.headline,
        shown.sentence,
        *(_numbered(place, driver) for place, driver in enumerate(shown.drivers, 1)),
        shown.costs,
        shown.break_even,
        shown.flips,
        *(f"- {note}" for note in shown.notes),
        *_questions(verdict),
        shown.assumed,
        shown.prices,
    ]
    return tuple(line for line in lines if line)


def understood(facts: Iterable[Fact]) -> str:
    """Say what was understood of a question, in one line."""
    told = list(dict.fromkeys(_fact(fact) for fact in facts))
    if not told:
        return say("advisor.card_nothing_understood")
    more = len(told) - MOST_FACTS
    shown = "; ".join(told[:MOST_FACTS]) + (f" (+{more})" if more > 0 else "")
    return say("advisor.card_understood", facts=shown)


def _headline(verdict: Verdict) -> str:
    words = {"label": verdict.label, "confidence": chance(verdict.confidence)}
    return say("advisor.card_headline", **words)


def _driver(driver: Driver) -> CardDriver:
    return CardDriver(driver.text, tuple(_source(id) for id in driver.evidence))


def _source(id: str) -> Source:
    citation = evidence.finding(id).citation
    short = citation.id if citation.id.startswith("arXiv:") else _author(citation)
    return Source(id, short.split(";")[0].split(" table")[0], citation.url)


def _author(citation: evidence.Citation) -> str:
    first = citation.authors.split(",")[0].split(";")[0].split(" and ")[0]
    return f"{first} {citation.year}"


def _numbered(place: int, driver: CardDriver) -> str:
    sources = ", ".join(f"{source.id} {source.name}" for source in driver.sources)
    return f"{place}. {driver.text} [{sources or say('advisor.card_computed')}]"


def _costs(verdict: Verdict) -> str:
    rows = [row for row in verdict.costs if row.option in WAYS and _worth_showing(row, verdict)]
    told = " · ".join(_cost(row, verdict) for row in rows)
    return say("advisor.card_costs", costs=told)


def _worth_showing(row: CostRow, verdict: Verdict) -> bool:
    quiet = any(v.option == row.option and v.kind == "no_teacher" for v in verdict.vetoes)
    return not quiet


def _cost(row: CostRow, verdict: Verdict) -> str:
    chosen = verdict.option == row.option
    words = {
        "option": named(row.option),
        "usd": usd(row.monthly_usd),
        "low": usd(row.low_usd),
        "high": usd(row.high_usd),
        "thousand": usd(row.per_thousand_usd),
    }
    if not row.open:
        return say("advisor.card_cost_closed", **words)
    return say("advisor.card_cost_chosen" if chosen else "advisor.card_cost", **words)


def _assumed(verdict: Verdict) -> str:
    if not verdict.assumptions:
        return ""
    told = "; ".join(
        f"{_said(row.field, row.value)} ({row.why})" for row in verdict.assumptions[:4]
    )
    return say("advisor.card_assumed", facts=told)


def _questions(verdict: Verdict) -> list[str]:
    if verdict.option != "ask" or not verdict.asks:
        return []
    asked = " ".join(ask.question for ask in verdict.asks)
    return [say("advisor.card_asks", questions=asked)]


def _fact(fact: Fact) -> str:
    table, _, rest = fact.field.partition(".")
    name, _, what = rest.rpartition(".")
    if table == "comparisons":
        return say(f"advisor.fact_comparison_{what}", value=_number(what, fact.value))
    if table != "measurements":
        return _said(fact.field, fact.value)
    words = {"arm": _word(name), "value": _number(what, fact.value)}
    return say(f"advisor.fact_measured_{what}", **words)


def _said(field: str, value: Plain) -> str:
    if isinstance(value, bool):
        return say(f"advisor.fact_{field}_{'yes' if value else 'no'}")
    return say(f"advisor.fact_{field}", value=_number(field, value))


def _number(field: str, value: Plain) -> str:
    if isinstance(value, str):
        return _word(value)
    if not isinstance(value, float | int):
        return "?"
    if field in _SHARES or field == "accuracy":
        return share(value)
    if field in _MONEY:
        return usd(value)
    return f"{value:g}" if value < 10 else count(value)


def _word(value: str) -> str:
    """Give the words for a value of a field; a name stands for itself."""
    try:
        return say(f"advisor.value_{value}")
    except KeyError:
        return value
