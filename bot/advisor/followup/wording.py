"""How a follow-up was read, in one sentence. Pure."""

from collections.abc import Sequence

from bot.advisor.case import Case
from bot.advisor.followup.changes import Change, assumed, base
from bot.advisor.followup.records import (
    LONGEST_QUOTE,
    LONGEST_WORDS,
    Kind,
    Part,
    Reading,
    cut,
)
from bot.advisor.telling import card
from bot.advisor.verdict import Fact, Option, Plain, Verdict, named
from bot.texts import say
from bot.texts.words import count, exact, long_list, share, usd

_SHARES = frozenset(
    name for name, field in Case.model_fields.items() if "le=1" in str(field.annotation)
) | {"accuracy"}


def changing(changes: Sequence[Change], verdict: Verdict, text: str) -> Reading:
    """Give the reading that changes facts."""
    told = long_list(change_words(change, verdict) for change in changes if not change.alike)
    key = "read_change_alike" if any(change.alike for change in changes) else "read_change"
    return Reading(
        kind="change",
        words=cut(say(f"followup.{key}", changes=told), LONGEST_WORDS),
        changes=tuple((change.field, change.value) for change in changes),
        quote=cut(text, LONGEST_QUOTE),
    )


def explaining(options: Sequence[Option], verdict: Verdict, text: str) -> Reading:
    """Give the reading that asks why an option was chosen or not, or compares two."""
    first, *others = options
    if others:
        words = say("followup.read_compare", first=_noun(first), second=named(others[0]))
    elif first == verdict.option:
        words = say("followup.read_why", option=verdict.label)
    else:
        words = say("followup.read_why_not", option=named(first))
    quote = cut(text, LONGEST_QUOTE)
    return Reading(kind="explain", words=words, options=tuple(options), quote=quote)


def about(part: Part, text: str, option: Option | None = None, thing: str = "") -> Reading:
    """Give the reading that asks about a part of the verdict."""
    words = say(f"followup.read_{part}")
    if part == "cost" and option is not None:
        words = say("followup.read_cost_of", option=named(option))
    if thing:
        words = say("followup.read_assumptions_baseless", thing=thing_words(thing))
    options = () if option is None else (option,)
    quote = cut(text, LONGEST_QUOTE)
    return Reading(kind="explain_part", words=words, options=options, part=part, quote=quote)


def asking(kind: Kind, text: str) -> Reading:
    """Give the reading that asks for something else: a recipe, a memo, a new question."""
    return Reading(kind=kind, words=say(f"followup.read_{kind}"), quote=cut(text, LONGEST_QUOTE))


def thing_words(field: str) -> str:
    """Give the noun of a field; its own name where there is none."""
    try:
        return say(f"followup.thing_{field}")
    except KeyError:
        return field.replace("_", " ")


def fact_words(field: str, value: Plain) -> str:
    """Give a fact in words, such as `90,000 requests a month`."""
    if field.startswith("measurements."):
        return card.fact_said(Fact(field, value, "stated", "", -1, -1))
    return card.said(field, value)


def _noun(option: Option) -> str:
    return sentence_case(named(option))


def sentence_case(text: str) -> str:
    """Begin a sentence with a capital letter.

    >>> sentence_case("a better prompt")
    'A better prompt'
    """
    return text[:1].upper() + text[1:]


def change_words(change: Change, verdict: Verdict) -> str:
    """Give one change in words: what becomes of the fact, and what it was."""
    before = base(change.field, verdict)
    if change.value is None:
        return _forgetting(change.field, before)
    words = {"after": fact_words(change.field, change.value)}
    if before is None:
        return say("followup.change_new", **words)
    words["before"] = _bare(change.field, before)
    filled_in = change.field not in verdict.case and assumed(change.field, verdict) is not None
    if change.factor is not None:
        words |= {"factor": f"{change.factor:.3g}", "thing": thing_words(change.field)}
        key = "change_times_assumed" if filled_in else "change_times"
    else:
        key = "change_assumed" if filled_in else "change_set"
    return say(f"followup.{key}", **words)


def _forgetting(field: str, before: Plain) -> str:
    if before is None:
        return say("followup.change_forget_unstated", thing=thing_words(field))
    return say("followup.change_forget", before=fact_words(field, before))


def _bare(field: str, value: Plain) -> str:
    """Give a value without its noun where it is a number."""
    if isinstance(value, bool) or not isinstance(value, float | int):
        return fact_words(field, value)
    if "usd" in field:
        return usd(value)
    if field.rpartition(".")[2] in _SHARES:
        return share(value)
    return exact(value) if value < 10 else count(value)
