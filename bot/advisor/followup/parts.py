"""Answers about a part of a verdict: its confidence, a cost, its evidence, assumptions. Pure."""

from collections.abc import Callable, Iterator

from bot import evidence
from bot.advisor.case import Case, case_from
from bot.advisor.deciding.setting import HORIZON_MONTHS
from bot.advisor.followup.applying import chosen_row
from bot.advisor.followup.changes import Change, base
from bot.advisor.followup.records import Part
from bot.advisor.followup.winning import changed
from bot.advisor.followup.wording import change_words, fact_words, sentence_case
from bot.advisor.verdict import WAYS, CostRow, Driver, Option, Verdict, named
from bot.texts import say
from bot.texts.words import chance, count, exact, usd

Choose = Callable[[Case], Option]

_AT_MOST = 6
"""Assumptions whose weight is tried: each is decided twice."""


def explain_part(
    verdict: Verdict, part: Part, option: Option | None, choose: Choose
) -> Iterator[Driver]:
    """Answer a question about a part of a verdict, line by line."""
    if part == "cost":
        yield from _cost(verdict, option)
    elif part == "assumptions":
        yield from _assumptions(verdict, choose)
    else:
        answers: dict[Part, Callable[[Verdict], Iterator[Driver]]] = {
            "confidence": _confidence,
            "break_even": _break_even,
            "evidence": _evidence,
            "flips": _flips,
            "vetoes": _vetoes,
            "sources": _sources,
        }
        yield from answers[part](verdict)


def _confidence(verdict: Verdict) -> Iterator[Driver]:
    shown = chance(verdict.confidence)
    row = verdict.cost_of(verdict.option)
    if verdict.option not in WAYS or row is None:
        yield _line("confidence_gate", confidence=shown, sentence=verdict.sentence)
        if verdict.leader is not None:
            leader, best = named(verdict.leader.option), chance(verdict.leader.chance)
            yield _line("confidence_leader", option=leader, best=best)
    else:
        option = sentence_case(named(row.option))
        yield _line("confidence_weighed", option=option, best=chance(row.best))
        rivals = sum(one.open and one.option in WAYS for one in verdict.costs)
        yield _line("confidence_tempered", n=str(rivals), confidence=shown)
    yield _assumed(verdict)
    if verdict.asks:
        questions = " ".join(ask.question for ask in verdict.asks)
        yield _line("confidence_raise", questions=questions)


def _assumed(verdict: Verdict) -> Driver:
    if not verdict.assumptions:
        return _line("confidence_nothing_assumed")
    told = "; ".join(fact_words(one.field, one.value) for one in verdict.assumptions)
    return _line("confidence_assumed", facts=told)


def _cost(verdict: Verdict, option: Option | None) -> Iterator[Driver]:
    row = verdict.cost_of(option) if option in WAYS else chosen_row(verdict)
    if row is None:
        row = chosen_row(verdict)
    if row is not None:
        yield from _cost_of(row, verdict)
    rows = sorted((one for one in verdict.costs if one.option in WAYS), key=_monthly)
    told = " · ".join(f"{named(one.option)} {usd(one.monthly_usd)}" for one in rows)
    yield _line("cost_cheapest", costs=told)
    yield _line("cost_prices", day=verdict.prices_as_of)


def _cost_of(row: CostRow, verdict: Verdict) -> Iterator[Driver]:
    figures = {
        "monthly": usd(row.monthly_usd),
        "low": usd(row.low_usd),
        "high": usd(row.high_usd),
    }
    yield _line("cost_row", option=sentence_case(named(row.option)), **figures)
    requests = base("monthly_requests", verdict)
    if isinstance(requests, float | int):
        words = {"serving": usd(row.serving_usd), "thousand": usd(row.per_thousand_usd)}
        yield _line("cost_serving", requests=count(requests), **words)
    spread = row.one_off_usd / HORIZON_MONTHS
    if row.one_off_usd:
        words = {"one_off": usd(row.one_off_usd), "share": usd(spread)}
        days, months = exact(row.setup_days), str(HORIZON_MONTHS)
        yield _line("cost_one_off", days=days, months=months, **words)
    rest = row.monthly_usd - row.serving_usd - spread
    if rest > 0.01 * row.monthly_usd:
        yield _line("cost_rest", rest=usd(rest))
    tokens = [base(f"{name}_tokens", verdict) for name in ("static_prompt", "query", "output")]
    static, query, output = (float(n) if isinstance(n, float | int) else None for n in tokens)
    if static is not None and query is not None and output is not None:
        words = {"static": count(static), "query": count(query), "output": count(output)}
        yield _line("cost_tokens", **words)
    if row.open:
        yield _line("cost_served", note=row.note)


def _monthly(row: CostRow) -> float:
    return row.monthly_usd


def _break_even(verdict: Verdict) -> Iterator[Driver]:
    if verdict.break_even is None:
        yield _line("break_even_none")
        return
    yield Driver(verdict.break_even.words, ())
    yield _line("break_even_means")


def _evidence(verdict: Verdict) -> Iterator[Driver]:
    if not verdict.evidence:
        yield _line("evidence_none")
    for id in verdict.evidence:
        found = evidence.finding(id)
        cited = found.citation
        source = ", ".join(dict.fromkeys((f"{cited.authors} {cited.year}", cited.title, cited.id)))
        words = {"id": id, "claim": evidence.told(found), "source": source}
        yield Driver(say("followup.evidence_finding", **words), (id,))


def _assumptions(verdict: Verdict, choose: Choose) -> Iterator[Driver]:
    if not verdict.assumptions:
        yield _line("assumption_none")
    case = case_from(verdict.case)
    for place, one in enumerate(verdict.assumptions):
        fact = sentence_case(fact_words(one.field, one.value))
        told = say("followup.assumption_line", fact=fact, why=one.why)
        if place < _AT_MOST and _is_amount(one.value):
            told = f"{told} {_weight(one.field, verdict, case, choose)}"
        yield Driver(told, ())


def _is_amount(value: object) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and value > 0


def _weight(field: str, verdict: Verdict, case: Case, choose: Choose) -> str:
    """Say whether a quarter or four times of what was assumed would lead elsewhere."""
    value = float(base(field, verdict) or 0)
    for factor in (0.25, 4.0):
        change = Change(field, value * factor)
        other = changed(case, change, verdict)
        option = None if other is None else choose(other)
        if option is not None and option != verdict.option:
            words = {"change": change_words(change, verdict), "option": named(option)}
            return say("followup.assumption_matters", **words)
    return say("followup.assumption_idle")


def _flips(verdict: Verdict) -> Iterator[Driver]:
    for flip in verdict.flips:
        yield _line("flips_line", change=flip)
    if not verdict.flips:
        yield _line("flips_none")


def _vetoes(verdict: Verdict) -> Iterator[Driver]:
    if not verdict.vetoes:
        yield _line("veto_none")
    for veto in verdict.vetoes:
        words = {"why": veto.text, "who": veto.lifted_by, "lift": veto.lift}
        key = "veto_line_lift" if veto.lift else "veto_line"
        option = sentence_case(named(veto.option))
        yield Driver(say(f"followup.{key}", option=option, **words), veto.evidence)


def _sources(verdict: Verdict) -> Iterator[Driver]:
    yield _line("sources_prices", day=verdict.prices_as_of)
    yield _line("sources_market")
    n, every = str(len(verdict.evidence)), str(len(evidence.findings()))
    yield Driver(say("followup.sources_evidence", n=n, all=every), verdict.evidence)
    yield _line("sources_audit", audit_id=verdict.audit_id)


def _line(key: str, **words: str) -> Driver:
    return Driver(say(f"followup.{key}", **words), ())
