"""From a question to the facts of a case: numbers and phrases by code, the rest by a model.

The question is data. Sentences in it that give orders are left unread, and every fact points at
the words that say it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from bot.advisor.case import ARMS, FIELDS, Case, case_from
from bot.advisor.reading.amounts import amounts
from bot.advisor.reading.numbers import numbers
from bot.advisor.reading.place import ORDERS
from bot.advisor.reading.wording import phrases
from bot.advisor.verdict import Fact, Plain, Provenance
from bot.errors import AskError, ModelError
from bot.llm import LLM
from bot.pool import in_thread
from bot.texts import say
from prompts import Prompt

LONGEST = 40_000
"""Characters of a question that are read."""
_SENTENCE = re.compile(r"(?<=[.!?。！？])(?=\s|[\u4e00-\u9fff])|\n|---+|。")
_MEASURED = ("accuracy", "items", "p95_ms", "usd_per_month")
_WITHIN = 0.011
"""How far a number named by a model may lie from the one in its quote, relatively."""


@dataclass(frozen=True)
class Reading:
    """What was understood of a question."""

    case: Case
    facts: tuple[Fact, ...]
    notes: tuple[str, ...] = ()


class NamedFact(BaseModel):
    """A fact that a model names: a field of the case, its value as text, and a quote."""

    model_config = ConfigDict(extra="forbid")

    field: str
    value: str
    quote: str


class CaseFacts(BaseModel):
    """What a model read from a question."""

    model_config = ConfigDict(extra="forbid")

    facts: list[NamedFact]


@dataclass(frozen=True)
class ReadCasePrompt(Prompt):
    """Asks a model for the facts of a question that code could not read."""

    template: ClassVar[str] = "advisor/read_case.md"

    question: str
    known: str


def read(question: str) -> Reading:
    """Read a question by code alone. Raises AskError where a value makes no sense."""
    text = _plain(question)
    found = _first_per_field([*amounts(text), *phrases(text)])
    facts = tuple(replace(fact, quote=question[fact.start : fact.end]) for fact in found)
    notes = () if facts else (say("advisor.note_nothing_read"),)
    return Reading(case_of(facts), facts, notes)


async def read_with_model(question: str, llm: LLM) -> Reading:
    """Read by code, then let a model name what is left; keep only facts whose quotes hold.

    Falls back to the code's reading, and says why, where the model does not answer or a budget
    refuses the call.
    """
    by_code = await in_thread(read, question)
    known = ", ".join(f"{fact.field}={fact.value}" for fact in by_code.facts)
    try:
        prompt = ReadCasePrompt(question=question[:LONGEST], known=known or "nothing")
        named = await llm.parse(prompt, CaseFacts)
    except ModelError as error:
        note = say("advisor.note_model_failed", reason=error)
        return Reading(by_code.case, by_code.facts, (*by_code.notes, note))
    return await in_thread(merged, question, by_code, named.facts)


def merged(question: str, by_code: Reading, named: Sequence[NamedFact]) -> Reading:
    """Add the facts a model named to those of the code; drop what the words do not support."""
    text = _plain(question)
    supported = [(item, supported_fact(item, text)) for item in named]
    facts, refused = list(by_code.facts), 0
    for _, fact in supported:
        grown = None if fact is None else _with(facts, fact)
        if grown is None:
            refused += fact is None
        else:
            facts = grown
    notes = tuple(n for n in by_code.notes if not facts or n != say("advisor.note_nothing_read"))
    if refused:
        notes = (*notes, say("advisor.note_dropped", n=refused))
    return Reading(case_of(facts), tuple(facts), notes)


def _with(facts: list[Fact], fact: Fact) -> list[Fact] | None:
    """Add a fact unless its field is known already or it contradicts another."""
    if any(other.field == fact.field for other in facts):
        return None
    try:
        case_of([*facts, fact])
    except AskError:
        return None
    return [*facts, fact]


def supported_fact(item: NamedFact, text: str) -> Fact | None:
    """Give a model's fact if its quote stands in the text and supports the value, else None."""
    start = text.find(item.quote) if item.quote.strip() else -1
    value = _value(item.field, item.value)
    if start < 0 or value is None or not _field_exists(item.field):
        return None
    numeric = isinstance(value, float)
    if numeric and not _says(item.quote, item.field, float(value)):
        return None
    provenance: Provenance = "measured" if item.field.endswith(".accuracy") else "stated"
    fact = Fact(item.field, value, provenance, item.quote, start, start + len(item.quote))
    try:
        case_of([fact])
    except AskError:
        return None
    return fact


def case_of(facts: Iterable[Fact]) -> Case:
    """Build the case that facts describe. Raises AskError naming what makes no sense."""
    data: dict[str, Any] = {}
    rows: dict[str, dict[str, dict[str, Any]]] = {"measurements": {}, "comparisons": {}}
    for fact in facts:
        table, _, rest = fact.field.partition(".")
        if table in rows:
            name, _, what = rest.rpartition(".")
            rows[table].setdefault(name, {})[what] = fact.value
        else:
            data[fact.field] = fact.value
    if rows["measurements"]:
        data["measurements"] = [{"arm": arm, **row} for arm, row in rows["measurements"].items()]
    if rows["comparisons"]:
        data["comparisons"] = [_comparison(n, row) for n, row in rows["comparisons"].items()]
    return case_from(data)


def _comparison(name: str, row: dict[str, Any]) -> dict[str, Any]:
    a, _, b = name.partition("-")
    return {"a": a, "b": b, **row}


def _plain(question: str) -> str:
    """Blank control characters and orders out, keeping every other character where it stands."""
    text = "".join(c if c.isprintable() or c == "\n" else " " for c in question[:LONGEST])
    kept, start = [], 0
    for match in (*_SENTENCE.finditer(text), None):
        end = len(text) if match is None else match.end()
        sentence = text[start:end]
        kept.append(" " * len(sentence) if ORDERS.search(sentence) else sentence)
        start = end
    return "".join(kept)


def _first_per_field(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    found: dict[str, Fact] = {}
    for fact in facts:
        found.setdefault(fact.field, fact)
    return tuple(found.values())


def _field_exists(field: str) -> bool:
    parts = field.split(".")
    if len(parts) == 3 and parts[0] == "measurements":
        return parts[1] in ARMS and parts[2] in _MEASURED
    return field in FIELDS and field not in ("measurements", "comparisons")


def _value(field: str, words: str) -> Plain:
    """Give a value of the kind that the field holds, or None where the words are no such value."""
    kind = _KINDS.get(field.rpartition(".")[2] if field.startswith("measurements.") else field, str)
    plain = words.strip()
    if kind is bool:
        return {"true": True, "false": False}.get(plain.casefold())
    if kind is float:
        try:
            return float(plain)
        except ValueError:
            return None
    return plain


def _kind(annotation: str) -> type:
    if "bool" in annotation:
        return bool
    return float if "float" in annotation else str


_KINDS: dict[str, type] = {
    name: _kind(str(field.annotation)) for name, field in Case.model_fields.items()
} | {"accuracy": float, "items": float, "p95_ms": float, "usd_per_month": float}

_MONTHLY = (1.0, 30.0, 30.44, 31.0, 4.33, 4.345, 720.0, 730.0, 43_800.0, 2_592_000.0, 2_628_000.0)
_DAYS = (1.0, 5.0, 7.0, 30.0)
_FACTORS: dict[str, tuple[float, ...]] = {
    "monthly_requests": (*_MONTHLY, 1 / 12),
    "current_usd_per_month": (*_MONTHLY, 1 / 12),
    "usd_per_month": _MONTHLY,
    "latency_limit_ms": (1.0, 1000.0, 60_000.0),
    "p95_ms": (1.0, 1000.0, 60_000.0),
    "accuracy": (1.0, 0.01),
    "target_accuracy": (1.0, 0.01),
    "label_agreement": (1.0, 0.01),
    "deadline_days": _DAYS,
    "engineer_days_available": _DAYS,
}
"""Factors by which a value may differ from the number in its quote, for a change of unit."""


def _says(quote: str, field: str, value: float) -> bool:
    """Whether some number of a quote gives a value, a change of its unit allowed."""
    factors = _FACTORS.get(field.rpartition(".")[2], (1.0,))
    return any(
        abs(number.value * factor - value) <= _WITHIN * max(abs(value), 1e-9)
        for number in numbers(quote)
        for factor in (factors if number.kind != "share" else (1.0,))
    )
