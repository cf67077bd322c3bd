"""A change put into the case of a verdict, and what it made of it. Pure."""

from bot.advisor.case import Case, case_from
from bot.advisor.followup.records import Reading
from bot.advisor.followup.wording import sentence_case
from bot.advisor.verdict import NOWHERE, WAYS, CostRow, Fact, Option, Verdict, named
from bot.errors import AskError
from bot.texts import say
from bot.texts.words import chance, count, usd


def apply(verdict: Verdict, reading: Reading) -> tuple[Case, tuple[Fact, ...]]:
    """Give the case and facts of a verdict with the changes of a reading made, all at once.

    Raises AskError for a reading without changes, for a field that does not exist, and, naming
    the field, for a value that it cannot have or that contradicts another.
    """
    if not reading.changes:
        raise AskError(say("followup.not_a_change"))
    facts = {fact.field: fact for fact in verdict.facts}
    for field, value in reading.changes:
        facts.pop(field, None)
        if value is not None:
            facts[field] = Fact(field, value, "stated", reading.quote, NOWHERE, NOWHERE)
    return case_from(verdict.case).with_facts(dict(reading.changes)), tuple(facts.values())


def difference(before: Verdict, after: Verdict) -> tuple[str, ...]:
    """Say in two to four lines what changed from one verdict to the next."""
    lines = (
        _option(before, after),
        _confidence(before, after),
        _cost(before, after),
        _break_even(before, after),
    )
    return tuple(line for line in lines if line)


def _option(before: Verdict, after: Verdict) -> str:
    if before.option == after.option:
        return say("followup.difference_same", label=after.label)
    return say("followup.difference_other", before=before.label, after=after.label)


def _confidence(before: Verdict, after: Verdict) -> str:
    words = {"before": chance(before.confidence), "after": chance(after.confidence)}
    same = words["before"] == words["after"]
    return say(f"followup.difference_confidence{'_same' if same else ''}", **words)


def _cost(before: Verdict, after: Verdict) -> str:
    old, new = chosen_row(before), chosen_row(after)
    if old is None or new is None:
        return ""
    words = {"before": usd(old.monthly_usd), "after": usd(new.monthly_usd)}
    if old.option == new.option:
        key = "difference_cost_same" if words["before"] == words["after"] else "difference_cost"
        return say(f"followup.{key}", option=sentence_case(named(new.option)), **words)
    names = {"before_option": named(old.option), "after_option": named(new.option)}
    return say("followup.difference_cost_switch", **words, **names)


def chosen_row(verdict: Verdict) -> CostRow | None:
    """Give the cost row of the option that would do the task: the chosen one or the leader."""
    way: Option | None = verdict.option if verdict.option in WAYS else None
    if way is None and verdict.leader is not None:
        way = verdict.leader.option
    return None if way is None else verdict.cost_of(way)


def _break_even(before: Verdict, after: Verdict) -> str:
    old, new = before.break_even, after.break_even
    if new is None:
        return "" if old is None else say("followup.difference_break_even_gone")
    if old is not None and old.requests == new.requests:
        return ""
    if old is None or old.requests is None:
        return say("followup.difference_break_even_never", words=new.words)
    requests = count(old.requests)
    return say("followup.difference_break_even", words=new.words, requests=requests)
