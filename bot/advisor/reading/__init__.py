"""From a question to the facts of a case: numbers and phrases by code, the rest by a model.

The question is data. Sentences in it that give orders are left unread, and every fact points at
the words that say it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from bot.advisor.case import Case, case_from
from bot.advisor.reading.amounts import amounts_of
from bot.advisor.reading.currency import conversion_notes, currencies_as_of
from bot.advisor.reading.language import Language, language_of
from bot.advisor.reading.numbers import Number, numbers
from bot.advisor.reading.place import WORDS
from bot.advisor.reading.sense import refuse_absurd, settled
from bot.advisor.reading.support import supported
from bot.advisor.reading.wording import phrases
from bot.advisor.reading.words import LONGEST, narrow, plain, real
from bot.advisor.verdict import Fact
from bot.errors import AskError, ModelError
from bot.llm import LLM
from bot.pool import in_thread
from bot.texts import say
from prompts import Prompt

__all__ = [
    "CaseFacts",
    "Language",
    "NamedFact",
    "ReadCasePrompt",
    "Reading",
    "case_of",
    "currencies_as_of",
    "language_of",
    "merged",
    "read",
    "read_with_model",
    "supported_fact",
]


_WORD_BEHIND = re.compile(r"[\s-]?(?:[\u4e00-\u9fff]{1,3}|[^\W\d\u4e00-\u9fff]{1,16})")


@dataclass(frozen=True)
class Reading:
    """What was understood of a question."""

    case: Case
    facts: tuple[Fact, ...]
    notes: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    """Numbers of the question that became no fact, each with the word behind it."""
    heard: bool = False
    """Whether a model answered."""


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


def read(question: str, *, supposed: bool = False) -> Reading:
    """Read a question by code alone. Raises AskError where a value makes no sense.

    With `supposed`, what is only supposed counts too, as in "what if we had 10k labels?".
    """
    text = plain(question) if supposed else real(plain(question))
    counted = numbers(text)
    said = [*amounts_of(text, counted), *phrases(text)]
    refuse_absurd(said)
    kept, notes = settled(said)
    facts = tuple(replace(fact, quote=question[fact.start : fact.end]) for fact in kept)
    if not facts:
        notes = (say("advisor.note_nothing_read"),)
    notes = (*notes, *_converted(facts, counted))
    return Reading(case_of(facts), facts, notes, _unplaced(text, facts))


def _unplaced(text: str, facts: Sequence[Fact]) -> tuple[str, ...]:
    """Give the numbers written in digits that became no fact, in their words or another's.

    Sizes of models do not count, nor what only repeats a value.
    """
    known = {fact.value for fact in facts}
    left = (
        number
        for number in numbers(text, words=False)
        if number.value not in known
        and not any(fact.start <= number.start < fact.end for fact in facts)
        and not WORDS["size"].match(text[number.end : number.end + 8])
    )
    return tuple(text[one.start : one.end] + _word_behind(text, one.end) for one in left)


def _word_behind(text: str, end: int) -> str:
    found = _WORD_BEHIND.match(text, end)
    return "" if found is None else found[0]


def _converted(facts: Iterable[Fact], counted: Iterable[Number]) -> tuple[str, ...]:
    """Name the rates at which amounts of money that became facts were converted."""
    spans = [(fact.start, fact.end) for fact in facts if "usd" in fact.field]
    codes = [
        number.currency
        for number in counted
        if number.currency and any(a <= number.start < b for a, b in spans)
    ]
    return conversion_notes(codes)


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
        return replace(by_code, notes=(*by_code.notes, note))
    return await in_thread(merged, question, by_code, named.facts)


def merged(question: str, by_code: Reading, named: Sequence[NamedFact]) -> Reading:
    """Add the facts a model named to those of the code; drop what the words do not support."""
    text = real(plain(question))
    checked = [(item, supported_fact(item, text)) for item in named]
    facts, refused = list(by_code.facts), 0
    for _, fact in checked:
        grown = None if fact is None else _with(facts, fact)
        if grown is None:
            refused += fact is None
        else:
            facts = grown
    notes = tuple(n for n in by_code.notes if not facts or n != say("advisor.note_nothing_read"))
    if refused:
        notes = (*notes, say("advisor.note_dropped", n=refused))
    left = _unplaced(text, facts)
    return Reading(case_of(facts), tuple(facts), notes, left, heard=True)


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
    quote = narrow(item.quote)
    start = text.find(quote) if quote.strip() else -1
    fact = supported(item.field, item.value, quote, start) if start >= 0 else None
    if fact is None:
        return None
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
