"""What must be settled before any option is weighed: borrowed answers, bad measures, blanks. Pure.

Each gate gives a chance that it holds, worked out from the case; several add up as independent
reasons do.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from bot import stats
from bot.advisor.case import UNSTATED_ITEMS, Case, Comparison, Measurement
from bot.advisor.deciding.diagnosis import WHOLE_ARMS, Diagnosis
from bot.advisor.verdict import TUNED, Option
from bot.texts.words import whole

LEAST_ITEMS = 50.0
_OF_A_TUNE = re.compile(r"tun|lora|\bsft\b|\bdpo\b|distil|adapter|student|微调|蒸馏|ajust", re.I)
"""Names of arms that were trained, as teams write them."""
TIE = 0.025
"""Half-width of an interval below which "no difference found" means "no difference"."""
DISAGREEMENT = 0.15
"""Share of items on which two systems usually disagree, where it was not counted."""
BROAD = frozenset(("general_assistant", "other", "personal_memory"))
"""Tasks that cannot be learnt from a model's answers: they are many tasks."""
COPIED = frozenset(("proprietary_model", "open_model"))
"""Sources of training data that are another model's answers."""
_NARROW = frozenset(
    ("classification", "extraction", "text_to_sql", "function_calling", "qa_over_documents", "code")
)
_ECONOMIC = frozenset(("cost", "latency", "privacy", "rate_limit", "time_to_ship"))


@dataclass(frozen=True)
class Gate:
    """A reason to stop before weighing, and the words and findings for it."""

    option: Option
    """`ask` or `do_not_imitate`."""
    kind: str
    chance: float
    evidence: tuple[str, ...]
    words: tuple[tuple[str, str], ...] = ()


def imitation(case: Case) -> tuple[Gate, ...]:
    """Give the reasons not to train on another model's answers, if that is the plan."""
    if case.training_data_source not in COPIED:
        return ()
    gates = [_broad(case), *_terms(case), _charmed(case)]
    found = tuple(gate for gate in gates if gate is not None)
    return found if any(gate.kind in ("broad", "terms") for gate in found) else ()


def _broad(case: Case) -> Gate | None:
    """A general model cannot be copied from its answers, whoever permits it."""
    if case.task not in BROAD:
        return None
    permitted_elsewhere = case.training_data_source == "open_model"
    return Gate("do_not_imitate", "broad", 0.7 if permitted_elsewhere else 0.85, ("E01", "E02"))


def _terms(case: Case) -> list[Gate]:
    if case.source_terms == "permitted":
        return []
    if case.source_terms == "prohibited":
        return [Gate("do_not_imitate", "terms", 0.9, ("E06",))]
    if case.training_data_source != "proprietary_model":
        return []
    if case.serves == "competing_product":
        return [Gate("do_not_imitate", "terms", 0.85, ("E06",))]
    if case.task is None and case.source_terms is None and case.serves != "internal":
        return [Gate("do_not_imitate", "terms", 0.5, ("E06",))]
    return []


def _charmed(case: Case) -> Gate | None:
    """A preference score is what imitation wins without becoming better."""
    liked = any(m.arm == "human_preference" for m in case.measurements)
    return Gate("do_not_imitate", "preference", 0.4, ("E03", "M03")) if liked else None


def contract(case: Case, leading: Option) -> tuple[Gate, ...]:
    """Hold a plan that learns from another model until a person has read its terms."""
    proprietary = case.training_data_source == "proprietary_model"
    unread = case.training_data_source in COPIED and case.source_terms == "unclear"
    if leading not in TUNED or case.source_terms == "permitted" or not (proprietary or unread):
        return ()
    return (Gate("ask", "contract", 0.75, ("E06",)),)


def untested(case: Case, leading: Option) -> tuple[Gate, ...]:
    """Hold a tune that could not be tested: so few items would not show what it does."""
    stated = case.test_items
    if stated is None:
        stated = min((m.items for m in case.measurements if m.items), default=None)
    if leading not in TUNED or stated is None or stated >= LEAST_ITEMS:
        return ()
    need = max(int(LEAST_ITEMS), stats.paired_items(0.05, DISAGREEMENT))
    words = (("items", whole(stated)), ("need", whole(need)))
    return (Gate("ask", "few_items", 0.8, ("M01", "E09"), words),)


def measurement(case: Case) -> tuple[Gate, ...]:
    """Give the reasons why what was measured cannot carry a verdict yet."""
    return tuple(gate for look in _MEASURES if (gate := look(case)) is not None)


def _leak(case: Case) -> Gate | None:
    return Gate("ask", "leak", 0.9, ("M01",)) if case.test_leaked else None


def _noise(case: Case) -> Gate | None:
    """Where people agree no more often than the model is right, the labels are the limit."""
    agreement = case.label_agreement
    if agreement is None:
        return None
    best = max((m.accuracy or 0.0 for m in case.measurements if _is_accuracy(m)), default=None)
    wanted = case.target_accuracy
    reached = best is not None and best >= agreement - 0.03
    beyond = wanted is not None and wanted > agreement
    if not (reached or beyond or (agreement < 0.75 and best is None)):
        return None
    at_limit = max(best or 0.0, wanted or 0.0, agreement)
    chance = 1 - 0.4 * math.exp(-20 * (at_limit - agreement + 0.03))
    return Gate("ask", "noise", chance, ("M01",), (("agreement", f"{agreement:.0%}"),))


def _is_accuracy(row: Measurement) -> bool:
    return row.accuracy is not None and row.arm not in ("human_preference", "valid_format")


def _unresolved(case: Case) -> Gate | None:
    """A pilot whose difference may be chance cannot decide on a tune."""
    for row in case.comparisons:
        if not _OF_A_TUNE.search(f"{row.a} {row.b}"):
            continue
        gate = _by_comparison(row, case)
        if gate is not None:
            return gate
    return _few_items(case)


def _by_comparison(row: Comparison, case: Case) -> Gate | None:
    low, high = _interval(row, case)
    if not low <= 0 <= high or (high - low) / 2 <= TIE:
        return None
    if row.p_value is not None and row.p_value < 0.05:
        return None
    items = _items(case)
    fixed, broken = int(row.only_a_right or 0), int(row.only_b_right or 0)
    share = (fixed + broken) / items if fixed + broken else DISAGREEMENT
    difference = abs(fixed - broken) / items if fixed + broken else abs(low + high) / 2
    missed = 1 - stats.paired_power(difference, share, items)
    p_value = stats.mcnemar(fixed, broken) if fixed + broken else row.p_value
    words = (
        ("p", "?" if p_value is None else f"{p_value:.2f}"),
        ("items", whole(items)),
        ("need", whole(stats.paired_items(max(difference, 0.03), max(share, 0.1)))),
        ("points", f"{100 * max(difference, 0.03):.0f}"),
    )
    return Gate("ask", "unresolved", min(0.97, max(0.5, missed)), ("M01", "E09"), words)


def _interval(row: Comparison, case: Case) -> tuple[float, float]:
    if row.difference_low is not None and row.difference_high is not None:
        scale = 100.0 if max(abs(row.difference_low), abs(row.difference_high)) > 1 else 1.0
        return row.difference_low / scale, row.difference_high / scale
    items = _items(case)
    if row.only_a_right is not None and row.only_b_right is not None:
        return stats.paired_interval(int(row.only_a_right), int(row.only_b_right), int(items))
    spread = stats.Z95 * math.sqrt(DISAGREEMENT / items)
    significant = row.p_value is not None and row.p_value < 0.05
    return (0.01, spread) if significant else (-spread, spread)


def _items(case: Case) -> float:
    counted = [m.items for m in case.measurements if m.items is not None]
    return max(1.0, case.test_items or min(counted, default=UNSTATED_ITEMS))


def _few_items(case: Case) -> Gate | None:
    """Below fifty test items a tune and its rival cannot be told apart."""
    tuned = case.best("fine_tuned", "fine_tuned_small")
    rival = case.best(*WHOLE_ARMS)
    if tuned is None or rival is None or case.comparisons:
        return None
    items = case.test_items if tuned.items is None else tuned.items
    if items is None or items >= LEAST_ITEMS:
        return None
    items = max(1.0, items)
    gap = abs((tuned.accuracy or 0.0) - (rival.accuracy or 0.0))
    missed = 1 - stats.paired_power(gap, max(DISAGREEMENT, gap), items)
    need = max(int(LEAST_ITEMS), stats.paired_items(max(gap, 0.03), max(DISAGREEMENT, gap)))
    words = (("items", whole(items)), ("need", whole(need)))
    return Gate("ask", "few_items", min(0.97, max(0.5, missed)), ("M01", "E09"), words)


_MEASURES: tuple[Callable[[Case], Gate | None], ...] = (_leak, _noise, _unresolved)


def blanks(case: Case, diagnosis: Diagnosis) -> tuple[str, ...]:
    """Name the must-knows that are missing: symptom, quality, volume; likeliest to matter first."""
    symptom = case.task not in (None, "other") or case.problem not in (None, "unknown")
    measured = any(m.accuracy is not None for m in case.measurements)
    symptom = symptom or (measured and case.goal in _ECONOMIC)
    quality = measured or case.target_accuracy is not None or case.goal in _ECONOMIC
    volume = any(
        value is not None
        for value in (case.monthly_requests, case.peak_rps, case.current_usd_per_month)
    )
    told = (("symptom", symptom), ("quality", quality), ("volume", volume))
    missing = tuple(name for name, known in told if not known)
    decisive = diagnosis.chance >= 0.5 and any(r.stated for r in diagnosis.reasons)
    if decisive and symptom:
        return tuple(name for name in missing if name not in ("quality", "volume"))
    return missing


def must_ask(case: Case, missing: tuple[str, ...], ways: int) -> Gate | None:
    """Stop where the symptom is unknown, or where nothing tells how good it is or must be.

    Where the limits leave a single way open, nothing more has to be known.
    """
    if ways == 1:
        return None
    untuned = case.accuracy("zero_shot", "static_few_shot", "dynamic_few_shot", "prompt_optimised")
    tuned = case.accuracy("fine_tuned", "fine_tuned_small", "fine_tuned_before")
    piloted = tuned is not None and untuned is not None
    hard = [name for name in missing if name in ("symptom", "quality") and not piloted]
    limits = case.latency_limit_ms or case.prompt_budget_tokens or case.rate_limit_tpm
    if not hard or (hard == ["quality"] and (limits or _settled_by_task(case))):
        return None
    return Gate("ask", "blank", 1 - 0.35 ** len(missing) * 0.9, ("E09", "M01"))


def _settled_by_task(case: Case) -> bool:
    """Some tasks point to an answer whatever the accuracy is today."""
    facts = case.task in ("qa_over_documents", "personal_memory") and case.changes is not None
    moving = case.changes in ("weekly", "daily", "continuous")
    narrow = case.training_data_source is not None and case.task in _NARROW
    return facts or moving or narrow or case.erasure_required is True


def together(gates: tuple[Gate, ...]) -> float:
    """Give the chance that at least one of several gates holds."""
    return 1 - math.prod(1 - gate.chance for gate in gates)
