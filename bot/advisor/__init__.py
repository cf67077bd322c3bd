"""Should we fine-tune? Reads a question into a case and decides it with computed, cited reasons.

Everything but the optional call to a model is plain arithmetic. `advise` computes in a thread;
who calls `understand` or `decide` from a loop that must not wait does the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.advisor import decision, reading
from bot.advisor.case import Case, Pilot, case_from
from bot.advisor.deciding.sources import sources_on
from bot.advisor.decision import tempered
from bot.advisor.forms import Change, filled
from bot.advisor.reading import CaseFacts, ReadCasePrompt, Reading, language_of
from bot.advisor.reading.curve_points import pilots as pilots_in
from bot.advisor.telling.prose import word
from bot.advisor.verdict import OPTIONS, Fact, Option, Verdict, label
from bot.errors import AskError
from bot.llm import LLM
from bot.pool import in_thread
from bot.texts import say, speaking

__all__ = [
    "OPTIONS",
    "Case",
    "CaseFacts",
    "Fact",
    "Option",
    "Pilot",
    "ReadCasePrompt",
    "Reading",
    "Verdict",
    "advise",
    "case_from",
    "decide",
    "decide_again",
    "label",
    "replay",
    "understand",
    "understand_with_model",
]


async def advise(
    question: str,
    *,
    llm: LLM | None,
    today: date,
    pilots: Sequence[Pilot] = (),
    typed: Mapping[str, Change] = {},
) -> Verdict:
    """Answer a question with a verdict in its language; without a model it is read by code alone.

    A model also words the verdict; what it writes is kept only where every number in it stands in
    the verdict. `pilots` are points of a learning curve, besides those in the question; `typed`
    are facts from a form, which win over the question's words. Raises AskError for an empty
    question or a value that makes no sense.
    """
    lang = language_of(question)
    with speaking(lang):
        if llm is None:
            read = await in_thread(understand, question)
        else:
            read = await understand_with_model(question, llm)
    points: tuple[Pilot, ...] = (*pilots, *await in_thread(pilots_in, question))
    case, facts = filled(read, typed) if typed else (read.case, read.facts)
    verdict = await in_thread(
        decide, case, facts, read.notes, today=today, lang=lang, pilots=points
    )
    verdict = tempered(verdict, read.unplaced)
    if llm is None or not read.heard:
        return verdict
    return replace(verdict, prose=await word(verdict, llm) or "")


def understand(question: str) -> Reading:
    """Read a question by code alone, and say so in the notes. Raises AskError as `advise` does."""
    _refuse_empty(question)
    read = reading.read(question)
    return replace(read, notes=(*read.notes, say("advisor.note_no_model")))


async def understand_with_model(question: str, llm: LLM) -> Reading:
    """Read a question by code and let a model name the rest. Raises as `advise` does."""
    _refuse_empty(question)
    return await reading.read_with_model(question, llm)


def decide(
    case: Case,
    facts: Sequence[Fact] = (),
    notes: Sequence[str] = (),
    *,
    today: date,
    lang: str = "en",
    pilots: Sequence[Pilot] = (),
) -> Verdict:
    """Decide a case with the prices and the market of a day, in words of a language.

    `pilots` are measured points of a learning curve. Pure; 0.1 to 0.2 s of one core.
    """
    sources = sources_on(today)
    return decision.decide(case, facts, notes, sources=sources, lang=lang, pilots=pilots)


def replay(verdict: Verdict) -> Verdict:
    """Decide the case of a verdict again, with the prices and the market of its own day."""
    return decide_again(
        verdict, case_from(verdict.case), verdict.facts, today=date.fromisoformat(verdict.day)
    )


def decide_again(verdict: Verdict, case: Case, facts: Sequence[Fact], *, today: date) -> Verdict:
    """Decide a changed case of a verdict: in its language, with its curve and what was unplaced."""
    pilots = [Pilot(*point) for point in verdict.pilots]
    after = decide(case, facts, today=today, lang=verdict.lang, pilots=pilots)
    return tempered(after, verdict.unplaced)


def _refuse_empty(question: str) -> None:
    if not any(letter.isalnum() for letter in question):
        raise AskError(say("advisor.empty"))
