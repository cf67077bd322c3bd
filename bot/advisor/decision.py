"""From a case to a verdict: must-knows, diagnosis, vetoes, costs and quality, in that order. Pure.

The same case, data and engine version give the same numbers and the same audit id.
"""

import hashlib
from collections.abc import Sequence
from datetime import date

from bot import evidence
from bot.advisor.deciding import gates
from bot.advisor.telling.asks import asks_for
from bot.advisor.case import Case
from bot.advisor.deciding.diagnosis import diagnose
from bot.advisor.telling.drivers import drivers
from bot.advisor.telling.explain import break_even, cost_rows, notes_for, sentence
from bot.advisor.telling.flips import flips
from bot.advisor.deciding.gates import Gate
from bot.advisor.deciding.outcome import Outcome
from bot.advisor.deciding.setting import Setting, setting_of
from bot.advisor.deciding.sources import Sources
from bot.advisor.deciding.spending import spending_of
from bot.advisor.verdict import WAYS, Fact, Leader, Option, Verdict, label
from bot.advisor.deciding.vetoes import Bench, vetoes
from bot.advisor.deciding.weighing import Scales, weigh
from bot.texts import say

ENGINE = "1"
"""Version of the rules; raise it when the same case may come out differently."""
PER_BLANK = 0.05
"""Confidence lost per important fact that had to be assumed."""
_IMPORTANT = ("monthly_requests", "labelled_examples", "query_tokens", "static_prompt_tokens")


def decide(
    case: Case,
    facts: Sequence[Fact] = (),
    notes: Sequence[str] = (),
    *,
    sources: Sources,
    today: date,
) -> Verdict:
    """Decide a case. Takes well under 300 ms of one core; nothing waits."""
    outcome = choose(case, sources=sources, today=today)
    turned = flips(outcome.option, case, lambda other: _quick(other, sources, today))
    told, asks = drivers(outcome), asks_for(outcome)
    return Verdict(
        option=outcome.option,
        label=_label(outcome, len(asks)),
        confidence=outcome.confidence,
        sentence=sentence(outcome),
        drivers=told,
        evidence=tuple(dict.fromkeys(id for driver in told for id in driver.evidence)),
        costs=cost_rows(outcome),
        break_even=break_even(outcome),
        flips=turned,
        vetoes=outcome.vetoes,
        assumptions=outcome.setting.assumptions,
        facts=tuple(facts),
        asks=asks,
        leader=outcome.leader,
        diagnosis=outcome.diagnosis.kind,
        prices_as_of=sources.prices_as_of.isoformat(),
        notes=(*notes, *notes_for(outcome, today)),
        case=case.known(),
        audit_id=audit_id(outcome, sources, today),
    )


def _label(outcome: Outcome, asks: int) -> str:
    if outcome.option != "ask":
        return label(outcome.option)
    if outcome.gates[0].kind != "blank":
        return say("advisor.label_ask_measure")
    return say("advisor.label_ask_one" if asks == 1 else "advisor.label_ask_some", n=asks)


def choose(case: Case, *, sources: Sources, today: date) -> Outcome:
    """Choose an option without putting it into words."""
    diagnosis = diagnose(case)
    setting = setting_of(case, sources.look_up)
    spending = {o: spending_of(o, setting, sources.market, today=today) for o in WAYS}
    ruled = vetoes(Bench(case, setting, spending, sources.market, today))
    banned = {veto.option for veto in ruled}
    open_options = tuple(o for o in WAYS if o not in banned)
    scales = weigh(setting, diagnosis, spending, open_options, seed=_seed(case))
    missing = gates.blanks(case, diagnosis)
    stops = _stops(case, scales, missing)
    option: Option = stops[0].option if stops else scales.ranking[0]
    return Outcome(
        case=case,
        option=option,
        confidence=_confidence(option, stops, scales, setting),
        leader=_leader(scales) if stops else None,
        gates=stops,
        missing=missing,
        diagnosis=diagnosis,
        setting=setting,
        spending=spending,
        vetoes=ruled,
        scales=scales,
    )


def audit_id(outcome: Outcome, sources: Sources, today: date) -> str:
    """Name a verdict by everything it was worked out from: `v` and ten hexadecimal digits."""
    parts = (
        ENGINE,
        outcome.case.canonical(),
        repr(outcome.setting.model),
        sources.market.fingerprint,
        sources.prices_as_of.isoformat(),
        evidence.fingerprint(),
        today.isoformat(),
    )
    return "v" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]


def _seed(case: Case) -> int:
    """Give the same draws to the same kind of case, so that close cases differ by facts alone."""
    return int(hashlib.sha256((case.task or "").encode()).hexdigest()[:8], 16)


def _stops(case: Case, scales: Scales, missing: tuple[str, ...]) -> tuple[Gate, ...]:
    """Give the gates that close, of one option: borrowed answers first, then bad measures."""
    borrowed = gates.imitation(case)
    if borrowed:
        return borrowed
    measured = gates.measurement(case)
    if measured:
        return measured
    blank = gates.must_ask(case, missing, len(scales.ranking))
    if blank is not None:
        return (blank,)
    if not scales.ranking:
        return (Gate("ask", "nothing_left", 0.8, ("E09",)),)
    return gates.contract(case, scales.ranking[0])


def _leader(scales: Scales) -> Leader | None:
    if not scales.ranking:
        return None
    row = scales.rows[scales.ranking[0]]
    return Leader(row.option, round(row.best, 3), round(row.monthly[1], 2))


def _confidence(option: Option, stops: tuple[Gate, ...], scales: Scales, setting: Setting) -> float:
    """Give the chance that the verdict is right, tempered by what had to be assumed."""
    if stops:
        return round(min(0.99, gates.together(stops)), 3)
    assumed = sum(a.field in _IMPORTANT for a in setting.assumptions)
    kept = (1 - PER_BLANK) ** (1 + assumed)
    even = 1 / max(2, len(scales.ranking))
    return round(even + (max(scales.rows[option].best, even) - even) * kept, 3)


def _quick(case: Case, sources: Sources, today: date) -> Option:
    return choose(case, sources=sources, today=today).option
