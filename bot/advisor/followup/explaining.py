"""Answers to questions about a verdict, out of what was computed for it. Pure."""

from collections.abc import Callable, Iterator

from bot import evidence
from bot.advisor.case import Case, case_from
from bot.advisor.followup import winning
from bot.advisor.followup.applying import chosen_row
from bot.advisor.followup.parts import explain_part
from bot.advisor.followup.records import Reading
from bot.advisor.followup.wording import sentence_case
from bot.advisor.verdict import CostRow, Driver, Option, Verdict, named
from bot.texts import say
from bot.texts.words import chance, exact, share, usd

_NEAR = 0.02
"""Share of the cost within which two options are said to cost about the same."""
_FINDINGS = 2

Choose = Callable[[Case], Option]


def explain(verdict: Verdict, reading: Reading, choose: Choose) -> tuple[Driver, ...]:
    """Answer a reading that asks about an option or a part of a verdict, line by line.

    Each line comes with the ids of the findings it cites. `choose` decides a case that differs
    from the verdict's by one fact; it is called at most 25 times. Other readings give no lines.
    """
    if reading.kind == "explain_part" and reading.part is not None:
        option = next(iter(reading.options), None)
        return tuple(explain_part(verdict, reading.part, option, choose))
    if reading.kind != "explain" or not reading.options:
        return ()
    first, *others = reading.options
    if others:
        return tuple(_held_against(verdict, first, verdict.cost_of(others[0])))
    if first == verdict.option:
        return tuple(_why_chosen(verdict))
    return tuple(_why_not(verdict, first, choose))


def _why_chosen(verdict: Verdict) -> Iterator[Driver]:
    words = {"confidence": chance(verdict.confidence), "sentence": verdict.sentence}
    yield _line("explain_chosen", option=sentence_case(named(verdict.option)), **words)
    yield from verdict.drivers


def _why_not(verdict: Verdict, option: Option, choose: Choose) -> Iterator[Driver]:
    if option in ("ask", "do_not_imitate"):
        yield _line("explain_idle", option=sentence_case(named(option)))
        return
    chosen = chosen_row(verdict)
    if verdict.leader and verdict.leader.option == option:
        best = chance(verdict.leader.chance)
        yield _line("explain_leading", option=sentence_case(named(option)), chance=best)
    else:
        yield from _held_against(verdict, option, chosen)
    yield from _findings(verdict, option)
    if verdict.option != option:
        yield _would_win(verdict, option, choose)


def _held_against(verdict: Verdict, option: Option, other: CostRow | None) -> Iterator[Driver]:
    """Hold an option against another: vetoes, cost, set-up, accuracy, chance of being best."""
    for one in dict.fromkeys((option, other.option if other else option)):
        yield from ruled_out(verdict, one)
    row = verdict.cost_of(option)
    if row is None or other is None or row.option == other.option:
        return
    yield _cost(row, other)
    names = {"option": named(option), "chosen": named(other.option)}
    if row.setup_days != other.setup_days:
        days = {"days": exact(row.setup_days), "other": exact(other.setup_days)}
        yield _line("explain_setup", **days, **names)
    yield _accuracy(verdict, row, other)
    if row.open and other.open:
        chances = {"best": chance(row.best), "other": chance(other.best)}
        yield _line("explain_best", **chances, **names)
    else:
        yield _line("explain_best_closed")


def ruled_out(verdict: Verdict, option: Option) -> Iterator[Driver]:
    """Say why an option is ruled out, who can lift that, and what it takes."""
    for veto in verdict.vetoes:
        if veto.option == option:
            words = {"why": veto.text, "who": veto.lifted_by, "lift": veto.lift}
            key = "explain_ruled_out_lift" if veto.lift else "explain_ruled_out"
            name = sentence_case(named(option))
            yield Driver(say(f"followup.{key}", option=name, **words), veto.evidence)


def _cost(row: CostRow, other: CostRow) -> Driver:
    words = {"chosen": named(other.option), "usd": usd(row.monthly_usd)}
    option, apart = sentence_case(named(row.option)), row.monthly_usd - other.monthly_usd
    if abs(apart) <= _NEAR * max(row.monthly_usd, other.monthly_usd):
        return _line("explain_cost_equal", option=option, **words)
    words["other"] = usd(other.monthly_usd)
    if apart > 0:
        return _line("explain_dearer", option=option, more=usd(apart), **words)
    return _line("explain_cheaper", option=option, less=usd(-apart), **words)


def _accuracy(verdict: Verdict, row: CostRow, other: CostRow) -> Driver:
    words = {
        "option": named(row.option),
        "chosen": named(other.option),
        "accuracy": share(row.accuracy),
        "other": share(other.accuracy),
    }
    target = verdict.case.get("target_accuracy")
    if row.meets is None or other.meets is None or target is None:
        return _line("explain_accuracy", **words)
    words |= {"meets": chance(row.meets), "other_meets": chance(other.meets)}
    return _line("explain_accuracy_meets", target=share(target), **words)


def _findings(verdict: Verdict, option: Option) -> Iterator[Driver]:
    """Give the findings that speak for and against an option in a case of this kind."""
    case = verdict.case
    for found in evidence.relevant(case, option, _FINDINGS):
        yield _finding("explain_for", found, option)
    against = [one for one in evidence.findings() if evidence.weight(one, option) < 0]
    ranked = sorted(against, key=lambda one: (-_fit(one, verdict), evidence.weight(one, option)))
    for found in ranked[:_FINDINGS]:
        if _fit(found, verdict) > 0:
            yield _finding("explain_against", found, option)


def _fit(found: evidence.Finding, verdict: Verdict) -> int:
    """Count in how many ways a finding is about a case like this one."""
    problem = verdict.case.get("problem") or verdict.diagnosis
    return (
        (verdict.case.get("task") in found.tasks)
        + (problem in found.problems)
        + (found.id in verdict.evidence)
    )


def _finding(key: str, found: evidence.Finding, option: Option) -> Driver:
    return Driver(
        say(f"followup.{key}", option=named(option), claim=evidence.told(found)), (found.id,)
    )


def _would_win(verdict: Verdict, option: Option, choose: Choose) -> Driver:
    change = winning.change_for(option, verdict, case_from(verdict.case), choose)
    name = sentence_case(named(option))
    if change is None:
        return _line("explain_never_wins", option=named(option))
    return _line("explain_would_win", option=name, change=change)


def _line(key: str, **words: str) -> Driver:
    return Driver(say(f"followup.{key}", **words), ())
