"""A verdict as a person reads it: pieces for a card, a brief answer, and the whole."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot import evidence
from bot.advisor.deciding.weighing import ENOUGH
from bot.advisor.verdict import WAYS, CostRow, Driver, Fact, Option, Plain, Verdict, named
from bot.texts import say
from bot.texts.words import aside, chance, count, cut, exact, listed, long_list, share, usd

MOST_FACTS = 14
MOST_UNPLACED = 6
MOST_ASKED = 120
"""Characters of a question that are said again."""
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
    cost: str
    """The costs of the chosen option, the cheapest other and the one asked about, in one line."""
    break_even: str
    flips: str
    leader: str
    """How likely the option that leads for now is the best; empty where one was chosen."""
    caveats: tuple[str, ...]
    """The notes that must not wait for the details."""
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
        cost=_cost_line(verdict),
        break_even="" if verdict.break_even is None else verdict.break_even.words,
        flips=say("advisor.card_flips", flips=long_list(verdict.flips)),
        leader=_leader(verdict),
        caveats=_caveats(verdict),
        understood=understood(verdict.facts),
        assumed=_assumed(verdict),
        prices=say("advisor.card_prices", day=verdict.prices_as_of),
        notes=verdict.notes,
    )


def brief(verdict: Verdict, question: str = "") -> tuple[str, ...]:
    """Give the answer in at most eleven lines; `question` where it does not stand above."""
    shown = card(verdict)
    lines = [
        shown.headline,
        f"{shown.sentence} {shown.leader}",
        *(_numbered(place, driver) for place, driver in enumerate(shown.drivers, 1)),
        shown.cost,
        *outlook(verdict, shown),
        *about(verdict, shown, question),
        " ".join(shown.caveats),
        *_questions(verdict),
    ]
    return tuple(line.strip() for line in lines if line.strip())


def outlook(verdict: Verdict, shown: Card) -> tuple[str, ...]:
    """Give the break-even and what would change the verdict, in one line beside questions."""
    lines = tuple(line for line in (shown.break_even, shown.flips) if line)
    return (" ".join(lines),) if verdict.option == "ask" else lines


def about(verdict: Verdict, shown: Card, question: str = "") -> tuple[str, ...]:
    """Give what was asked and what was understood, in one line beside questions."""
    asked = cut(question, MOST_ASKED)
    lines = (*([say("advisor.card_question", question=asked)] if asked else ()), shown.understood)
    return (" ".join(lines),) if verdict.option == "ask" else lines


def summary(verdict: Verdict, question: str = "") -> tuple[str, ...]:
    """Give the whole answer as plain lines, about fourteen, each as long as it needs to be."""
    shown = card(verdict)
    asked = cut(question, MOST_ASKED)
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
    told = list(dict.fromkeys(fact_said(fact) for fact in facts if fact.value is not None))
    if not told:
        return say("advisor.card_nothing_understood")
    more = len(told) - MOST_FACTS
    shown = long_list(told[:MOST_FACTS])
    shown = aside(shown, f"+{more}") if more > 0 else shown
    return say("advisor.card_understood", facts=shown)


def _headline(verdict: Verdict) -> str:
    words = {"label": verdict.label, "confidence": chance(verdict.confidence)}
    return say("advisor.card_headline", **words)


def _driver(driver: Driver) -> CardDriver:
    return CardDriver(driver.text, tuple(source(id) for id in driver.evidence))


def source(id: str) -> Source:
    """Give a finding as it is cited."""
    citation = evidence.finding(id).citation
    short = citation.id if citation.id.startswith("arXiv:") else _author(citation)
    return Source(id, short.split(";")[0].split(" table")[0], citation.url)


def _author(citation: evidence.Citation) -> str:
    first = citation.authors.split(",")[0].split(";")[0].split(" and ")[0]
    return f"{first} {citation.year}"


def _numbered(place: int, driver: CardDriver) -> str:
    sources = listed(f"{source.id} {source.name}" for source in driver.sources)
    return f"{place}. {driver.text} [{sources or say('advisor.card_computed')}]"


def _costs(verdict: Verdict) -> str:
    rows = [row for row in verdict.costs if row.option in WAYS and _worth_showing(row, verdict)]
    told = " · ".join(_cost(row, verdict.option) for row in rows)
    return say("advisor.card_costs", costs=told)


def _cost_line(verdict: Verdict) -> str:
    chosen = chosen_way(verdict)
    known = {row.option: row for row in verdict.costs if row.option in WAYS}
    rivals = [row for row in known.values() if row.open and row.option != chosen]
    rivals = sorted(rivals, key=lambda row: row.monthly_usd)[:1]
    asked = known.get(verdict.break_even.rival) if verdict.break_even else None
    rows = [known.get(chosen) if chosen else None, *rivals, asked]
    shown = {row.option: row for row in rows if row is not None}
    told = " · ".join(_cost(row, chosen) for row in shown.values())
    return say("advisor.card_costs", costs=told) if told else ""


def chosen_way(verdict: Verdict) -> Option | None:
    """Give the option that does the task: the chosen one, or the one that leads for now."""
    return verdict.leader.option if verdict.leader else verdict.option


def _leader(verdict: Verdict) -> str:
    if verdict.leader is None or verdict.option != "ask":
        return ""
    option, best = verdict.leader.option, chance(verdict.leader.chance)
    return say("verdict.leader", option=named(option), chance=best)


def _caveats(verdict: Verdict) -> tuple[str, ...]:
    """Say what keeps the answer from being taken at its word, where anything does."""
    failed = say("advisor.note_model_failed", reason="").strip()
    quiet = (say("advisor.note_no_model"), say("advisor.note_nothing_read"))
    told = [note for note in verdict.notes if note in quiet or note.startswith(failed)]
    if verdict.unplaced:
        shown = listed(verdict.unplaced[:MOST_UNPLACED])
        told.append(say("reading.unplaced", numbers=shown))
    target, row = verdict.case.get("target_accuracy"), verdict.cost_of(verdict.option)
    if target is not None and row is not None and row.meets is not None and row.meets < ENOUGH:
        words = {"target": share(target), "chance": chance(row.meets)}
        told.append(say("advisor.note_target_open", **words))
    return tuple(told)


def _worth_showing(row: CostRow, verdict: Verdict) -> bool:
    quiet = any(v.option == row.option and v.kind == "no_teacher" for v in verdict.vetoes)
    return not quiet


def _cost(row: CostRow, chosen: Option | None) -> str:
    words = {
        "option": named(row.option),
        "usd": usd(row.monthly_usd),
        "low": usd(row.low_usd),
        "high": usd(row.high_usd),
        "thousand": usd(row.per_thousand_usd),
    }
    if not row.open:
        return say("advisor.card_cost_closed", **words)
    return say("advisor.card_cost_chosen" if row.option == chosen else "advisor.card_cost", **words)


def _assumed(verdict: Verdict) -> str:
    if not verdict.assumptions:
        return ""
    told = (aside(said(row.field, row.value), row.why) for row in verdict.assumptions[:4])
    return say("advisor.card_assumed", facts=long_list(told))


def _questions(verdict: Verdict) -> list[str]:
    if verdict.option != "ask" or not verdict.asks:
        return []
    asked = " ".join(ask.question for ask in verdict.asks)
    return [say("advisor.card_asks", questions=asked)]


def fact_said(fact: Fact) -> str:
    """Say one fact, measurements and comparisons included."""
    table, _, rest = fact.field.partition(".")
    name, _, what = rest.rpartition(".")
    if table == "comparisons":
        return say(f"advisor.fact_comparison_{what}", value=_number(what, fact.value))
    if table != "measurements":
        return said(fact.field, fact.value)
    words = {"arm": word(name), "value": _number(what, fact.value)}
    return say(f"advisor.fact_measured_{what}", **words)


def said(field: str, value: Plain) -> str:
    """Say one fact of a case."""
    if isinstance(value, bool):
        return say(f"advisor.fact_{field}_{'yes' if value else 'no'}")
    return say(f"advisor.fact_{field}", value=_number(field, value))


def _number(field: str, value: Plain) -> str:
    if isinstance(value, str):
        return word(value)
    if not isinstance(value, float | int):
        return "?"
    if field in _SHARES or field == "accuracy":
        return share(value)
    if field in _MONEY:
        return usd(value)
    return exact(value) if value < 10 else count(value)


def word(value: str) -> str:
    """Give the words for a value of a field; a name stands for itself."""
    try:
        return say(f"advisor.value_{value}")
    except KeyError:
        return value
