"""A model names how a follow-up may be read where code is not sure; code checks what it names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from bot.advisor.followup import clues
from bot.advisor.followup.changes import Change, base
from bot.advisor.followup.rank import read_followup
from bot.advisor.followup.records import MOST_READINGS, Followup, Kind, Part, Reading
from bot.advisor.followup.wording import about, asking, changing, explaining, fact_words
from bot.advisor.reading import NamedFact, supported_fact
from bot.advisor.reading.numbers import numbers
from bot.advisor.verdict import OPTIONS, Option, Verdict
from bot.errors import ModelError
from bot.llm import LLM
from bot.pool import in_thread
from prompts import Prompt

NamedOption = Literal[
    "prompt",
    "dynamic_few_shot",
    "rag",
    "decompose",
    "fine_tune_hosted",
    "fine_tune_self_hosted",
    "distill",
    "do_not_imitate",
    "ask",
]
_WITHIN = 0.01


class NamedFactor(BaseModel):
    """How many times a fact is to become as large, with the words that say so."""

    model_config = ConfigDict(extra="forbid")

    field: str
    factor: float
    quote: str


class NamedReading(BaseModel):
    """One way in which a model reads a follow-up."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    facts: list[NamedFact]
    factors: list[NamedFactor]
    forget: list[str]
    options: list[NamedOption]
    part: Part | None


class NamedReadings(BaseModel):
    """The ways in which a model reads a follow-up, the likeliest first."""

    model_config = ConfigDict(extra="forbid")

    readings: list[NamedReading]


@dataclass(frozen=True)
class ReadFollowupPrompt(Prompt):
    """Asks a model for the ways in which a follow-up below a verdict can be read."""

    template: ClassVar[str] = "advisor/read_followup.md"

    followup: str
    verdict: str
    known: str


async def read_followup_with_model(text: str, verdict: Verdict, llm: LLM) -> Followup:
    """Read a follow-up by code and, where that is not sure, have a model name readings.

    The model's readings come first where its facts stand in the follow-up's own words; the
    code's follow. Without an answer of the model the code's readings stand alone.
    """
    by_code = await in_thread(read_followup, text, verdict)
    if by_code.sure:
        return by_code
    prompt = ReadFollowupPrompt(
        followup=text[: clues.LONGEST], verdict=verdict.option, known=_known(verdict)
    )
    try:
        answer = await llm.parse(prompt, NamedReadings)
    except ModelError:
        return by_code
    return await in_thread(merged, text, verdict, by_code, answer.readings)


def merged(
    text: str, verdict: Verdict, by_code: Followup, read: Sequence[NamedReading]
) -> Followup:
    """Put what a model read, as far as the words support it, before what the code read."""
    named = [one for item in read[:MOST_READINGS] for one in _checked(item, text, verdict)]
    kept: dict[tuple[object, ...], Reading] = {}
    for one in (*named, *by_code.readings):
        kept.setdefault((one.kind, one.changes, one.options, one.part), one)
    return Followup(tuple(kept.values())[:MOST_READINGS], sure=len(named) == 1)


def _known(verdict: Verdict) -> str:
    facts = [
        fact_words(field, value)
        for field, value in verdict.case.items()
        if field not in ("measurements", "comparisons")
    ]
    facts += [fact_words(one.field, one.value) for one in verdict.assumptions]
    return "; ".join(facts)


def _checked(item: NamedReading, text: str, verdict: Verdict) -> Iterator[Reading]:
    """Give a model's reading if everything in it is supported, in the words of the code."""
    options: list[Option] = [one for one in OPTIONS if one in item.options]
    if item.kind == "change":
        changes = list(_changes(item, text, verdict))
        if changes:
            yield changing(changes, verdict, text)
    elif item.kind == "explain":
        if options:
            yield explaining(sorted(options, key=item.options.index)[:2], verdict, text)
    elif item.kind == "explain_part":
        if item.part is not None:
            yield about(item.part, text, next(iter(options), None))
    else:
        yield asking(item.kind, text)


def _changes(item: NamedReading, text: str, verdict: Verdict) -> Iterator[Change]:
    plain = clues.prepared(text)
    for fact in item.facts:
        supported = supported_fact(fact, plain) or supported_fact(fact, text)
        if supported is not None and fact.quote in text:
            yield Change(supported.field, supported.value)
    for scaled in item.factors:
        before = base(scaled.field, verdict)
        known = isinstance(before, float | int) and not isinstance(before, bool)
        if known and scaled.quote.strip() and scaled.quote in text and _says(scaled):
            yield Change(scaled.field, float(before or 0) * scaled.factor, scaled.factor)
    gone = set(clues.named("forget", plain))
    yield from (Change(field, None) for field in item.forget if field in gone)


def _says(scaled: NamedFactor) -> bool:
    """Whether the quote of a factor holds its number, or words that mean it."""
    plain = clues.prepared(scaled.quote)
    said = [number.value for number in numbers(plain) if number.value]
    said += [1 / number for number in said]
    said += [float(name) for name in clues.named("factors", plain) if name[0].isdigit()]
    said += [1 + sign * n.value for n in numbers(plain) if n.kind == "share" for sign in (1, -1)]
    return any(abs(one - scaled.factor) <= _WITHIN * scaled.factor for one in said)
