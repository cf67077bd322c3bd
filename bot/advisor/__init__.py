"""Should we fine-tune? Reads a question into a case and decides it with computed, cited reasons.

Everything but the optional call to a model is plain arithmetic. `advise` computes in a thread;
who calls `understand` or `decide` from a loop that must not wait does the same.
"""

from collections.abc import Sequence
from datetime import date

from bot.advisor import decision, reading
from bot.advisor.case import Case, case_from
from bot.advisor.reading import CaseFacts, ReadCasePrompt, Reading
from bot.advisor.deciding.sources import sources_on
from bot.advisor.verdict import OPTIONS, Fact, Option, Plain, Verdict, label
from bot.errors import AskError
from bot.llm import LLM
from bot.pool import in_thread
from bot.texts import say

__all__ = [
    "OPTIONS",
    "Case",
    "CaseFacts",
    "Fact",
    "Option",
    "ReadCasePrompt",
    "Reading",
    "Verdict",
    "advise",
    "case_from",
    "decide",
    "label",
    "revise",
    "understand",
    "understand_with_model",
]

FROM_A_BUTTON = -1
"""Start and end of a fact that stands in no question: somebody pressed a button."""


async def advise(question: str, *, llm: LLM | None, today: date) -> Verdict:
    """Answer a question with a verdict; without a model it is read by code alone.

    Raises AskError for an empty question or a value that makes no sense.
    """
    if llm is None:
        read = await in_thread(understand, question)
    else:
        read = await understand_with_model(question, llm)
    return await in_thread(decide, read.case, read.facts, read.notes, today=today)


def understand(question: str) -> Reading:
    """Read a question by code alone, and say so in the notes. Raises AskError as `advise` does."""
    _refuse_empty(question)
    read = reading.read(question)
    return Reading(read.case, read.facts, (*read.notes, say("advisor.note_no_model")))


async def understand_with_model(question: str, llm: LLM) -> Reading:
    """Read a question by code and let a model name the rest. Raises as `advise` does."""
    _refuse_empty(question)
    return await reading.read_with_model(question, llm)


def decide(
    case: Case, facts: Sequence[Fact] = (), notes: Sequence[str] = (), *, today: date
) -> Verdict:
    """Decide a case with the prices and the market of a day. Pure; some 20 to 40 ms of one core."""
    return decision.decide(case, facts, notes, sources=sources_on(today), today=today)


def revise(verdict: Verdict, field: str, value: Plain, words: str) -> tuple[Case, tuple[Fact, ...]]:
    """Give the case and facts of a verdict with one fact set, as by a button saying `words`.

    Raises AskError for a field that does not exist or a value it cannot have.
    """
    data = {**verdict.case}
    table, _, rest = field.partition(".")
    arm, _, what = rest.partition(".")
    if table == "measurements" and arm and what:
        rows = {row["arm"]: row for row in data.get(table, ())}
        rows[arm] = {**rows.get(arm, {"arm": arm}), what: value}
        data[table] = list(rows.values())
    elif field in Case.model_fields:
        data[field] = value
    else:
        raise AskError(say("advisor.unknown_field", field=field))
    fact = Fact(field, value, "stated", words, FROM_A_BUTTON, FROM_A_BUTTON)
    kept = tuple(other for other in verdict.facts if other.field != field)
    return case_from(data), (*kept, fact)


def _refuse_empty(question: str) -> None:
    if not any(letter.isalnum() for letter in question):
        raise AskError(say("advisor.empty"))
