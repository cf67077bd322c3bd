"""From a case to a verdict: must-knows, diagnosis, vetoes, costs and quality, in that order. Pure.

The same case, data and engine version give the same numbers and the same audit id.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from bot import evidence
from bot.advisor.case import Case, Pilot
from bot.advisor.deciding import gates
from bot.advisor.deciding.diagnosis import diagnose
from bot.advisor.deciding.gates import Gate
from bot.advisor.deciding.outcome import Outcome
from bot.advisor.deciding.setting import Setting, setting_of
from bot.advisor.deciding.sources import Sources
from bot.advisor.deciding.spending import spending_of
from bot.advisor.deciding.vetoes import Bench, vetoes
from bot.advisor.deciding.weighing import DRAWS, Scales, weigh
from bot.advisor.telling.asks import asks_for
from bot.advisor.telling.checks import imitation_check, remedies
from bot.advisor.telling.doubt import information, projection, tornado
from bot.advisor.telling.drivers import drivers
from bot.advisor.telling.explain import break_even, cost_rows, notes_for, sentence
from bot.advisor.telling.flips import flips
from bot.advisor.verdict import WAYS, Fact, Leader, Option, Verdict, label
from bot.texts import say, speaking

ENGINE = "2"
"""Version of the rules; raise it when the same case may come out differently."""
QUICK_DRAWS = 1000
"""Draws of a choice that is only compared with another, as for "would flip if"."""
PER_BLANK = 0.05
"""Confidence lost per important fact that had to be assumed."""
PER_UNPLACED = 0.2
"""Confidence lost per number of the question that could not be placed: it may decide."""
_FACTS_IN = {"symptom": 2, "quality": 2, "volume": 1}
"""Facts that each missing must-know names (see `advisor.missing_…`)."""
_IMPORTANT = ("monthly_requests", "labelled_examples", "query_tokens", "static_prompt_tokens")


def decide(
    case: Case,
    facts: Sequence[Fact] = (),
    notes: Sequence[str] = (),
    *,
    sources: Sources,
    lang: str = "en",
    pilots: Sequence[Pilot] = (),
) -> Verdict:
    """Decide a case. Under 300 ms of one core; nothing waits."""
    with speaking(lang):
        outcome = choose(case, sources=sources)

        def quick(other: Case) -> Outcome:
            return choose(other, sources=sources, draws=QUICK_DRAWS)

        told, asks, known = drivers(outcome), asks_for(outcome, quick), information(outcome)
        return Verdict(
            option=outcome.option,
            label=_label(outcome),
            confidence=outcome.confidence,
            sentence=sentence(outcome),
            drivers=told,
            evidence=tuple(dict.fromkeys(id for driver in told for id in driver.evidence)),
            costs=cost_rows(outcome),
            break_even=break_even(outcome),
            flips=flips(outcome.option, case, lambda other: quick(other).option),
            vetoes=outcome.vetoes,
            assumptions=outcome.setting.assumptions,
            facts=tuple(facts),
            asks=asks,
            leader=outcome.leader,
            diagnosis=outcome.diagnosis.kind,
            prices_as_of=sources.prices_as_of.isoformat(),
            notes=(*notes, *notes_for(outcome, known)),
            case=case.known(),
            audit_id=audit_id(outcome, sources, pilots),
            lang=lang,
            day=sources.day.isoformat(),
            pilots=tuple((pilot.examples, pilot.right, pilot.items) for pilot in pilots),
            rival=outcome.rival,
            tornado=tornado(outcome),
            information=known,
            projection=projection(outcome, pilots),
            remedies=remedies(outcome),
            imitation=imitation_check(outcome),
        )


def tempered(verdict: Verdict, unplaced: Sequence[str]) -> Verdict:
    """Give a verdict the confidence that is left where numbers of its question became no fact.

    A stop before the weighing (ask, do not imitate) keeps its own.
    """
    if not unplaced:
        return verdict
    verdict = replace(verdict, unplaced=tuple(unplaced))
    if verdict.leader is not None:
        return verdict
    even = 1 / max(2, sum(row.open for row in verdict.costs if row.option in WAYS))
    kept = (1 - PER_UNPLACED) ** len(unplaced)
    confidence = round(even + max(0.0, verdict.confidence - even) * kept, 3)
    return replace(verdict, confidence=confidence)


def _label(outcome: Outcome) -> str:
    if outcome.option != "ask":
        return label(outcome.option)
    if outcome.gates[0].kind != "blank":
        return say("advisor.label_ask_measure")
    return say("advisor.label_ask_some", n=sum(_FACTS_IN[name] for name in outcome.missing))


def choose(case: Case, *, sources: Sources, draws: int = DRAWS) -> Outcome:
    """Choose an option without putting it into words."""
    diagnosis = diagnose(case)
    setting = setting_of(case, sources.look_up)
    spending = {o: spending_of(o, setting, sources.market, today=sources.day) for o in WAYS}
    ruled = vetoes(Bench(case, setting, spending, sources.market, sources.day))
    banned = {veto.option for veto in ruled}
    open_options = tuple(o for o in WAYS if o not in banned)
    scales = weigh(setting, diagnosis, spending, open_options, seed=_seed(case), draws=draws)
    missing = gates.blanks(case, diagnosis)
    stops = _stops(case, scales, missing)
    option: Option = stops[0].option if stops else scales.ranking[0]
    return Outcome(
        case=case,
        day=sources.day,
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


def audit_id(outcome: Outcome, sources: Sources, pilots: Sequence[Pilot] = ()) -> str:
    """Name a verdict by everything it was worked out from: `v` and ten hexadecimal digits."""
    parts = (
        ENGINE,
        outcome.case.canonical(),
        repr(outcome.setting.model),
        sources.market.fingerprint,
        sources.prices_as_of.isoformat(),
        evidence.fingerprint(),
        sources.day.isoformat(),
        *map(repr, pilots),
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
    first = scales.ranking[0]
    return gates.contract(case, first) or gates.untested(case, first)


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
