"""What accuracy each option may reach: measured where it was, otherwise a wide prior. Vectorised.

A prior is a share of the reducible error that an option removes, per kind of gap: a triangle of
lowest, likeliest and highest. The triangles are ours, drawn from the findings named beside them.
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.advisor.case import UNSTATED_ITEMS, Arm, Case, Measurement
from bot.advisor.deciding.diagnosis import KINDS, Diagnosis, Kind
from bot.advisor.deciding.setting import Setting
from bot.advisor.deciding.spending import taught_items
from bot.advisor.verdict import TUNED, WAYS, Option

Draws: TypeAlias = NDArray[np.float64]
Triangle: TypeAlias = tuple[float, float, float]
Accuracies: TypeAlias = dict[Option, Draws]

_PRIOR: dict[Kind, dict[str, Triangle]] = {
    "knowledge": {  # E20, E21, E23, E24: facts come from retrieval, not from weights
        "prompt": (0.0, 0.05, 0.15),
        "dynamic_few_shot": (0.0, 0.08, 0.22),
        "rag": (0.45, 0.7, 0.9),
        "decompose": (0.0, 0.1, 0.3),
        "tuned": (-0.25, 0.02, 0.2),
    },
    "retrieval": {  # the reader is right when it gets the passage
        "prompt": (0.0, 0.05, 0.15),
        "dynamic_few_shot": (0.0, 0.05, 0.15),
        "rag": (0.45, 0.7, 0.9),
        "decompose": (0.0, 0.15, 0.35),
        "tuned": (-0.25, 0.0, 0.15),
    },
    "ignores_passage": {  # E27
        "prompt": (0.05, 0.2, 0.4),
        "dynamic_few_shot": (0.1, 0.28, 0.45),
        "rag": (0.0, 0.1, 0.3),
        "decompose": (0.05, 0.22, 0.4),
        "tuned": (0.4, 0.65, 0.85),
    },
    "format": {  # constrained decoding makes a shape certain
        "prompt": (0.7, 0.9, 1.0),
        "dynamic_few_shot": (0.2, 0.45, 0.7),
        "rag": (0.0, 0.03, 0.1),
        "decompose": (0.1, 0.3, 0.5),
        "tuned": (0.4, 0.7, 0.9),
    },
    "composition": {  # E17, E19
        "prompt": (0.0, 0.1, 0.25),
        "dynamic_few_shot": (0.0, 0.1, 0.25),
        "rag": (0.0, 0.08, 0.2),
        "decompose": (0.25, 0.45, 0.7),
        "tuned": (-0.1, 0.05, 0.2),
    },
    "behaviour": {  # E26, E28 for tuning; E11, E12 for examples
        "prompt": (0.05, 0.2, 0.4),
        "dynamic_few_shot": (0.1, 0.33, 0.55),
        "rag": (-0.05, 0.03, 0.12),
        "decompose": (0.0, 0.1, 0.25),
        "tuned": (0.35, 0.6, 0.8),
    },
    "unreliable": {  # the ability is there: reward what a program can check
        "prompt": (0.1, 0.22, 0.4),
        "dynamic_few_shot": (0.1, 0.22, 0.4),
        "rag": (0.0, 0.05, 0.15),
        "decompose": (0.1, 0.25, 0.4),
        "tuned": (0.45, 0.65, 0.85),
    },
    "overflow": {
        "prompt": (0.0, 0.1, 0.2),
        "dynamic_few_shot": (0.1, 0.3, 0.5),
        "rag": (0.2, 0.45, 0.7),
        "decompose": (0.15, 0.4, 0.65),
        "tuned": (0.0, 0.15, 0.35),
    },
    "skill": {  # E11, E13 for examples; E29-E31 for tuning
        "prompt": (0.1, 0.25, 0.45),
        "dynamic_few_shot": (0.25, 0.5, 0.75),
        "rag": (0.0, 0.08, 0.2),
        "decompose": (0.05, 0.18, 0.35),
        "tuned": (0.4, 0.65, 0.85),
    },
    "economy": {  # no gap to close: a tune is judged by what it loses, see `_lost_by_size`
        "prompt": (0.0, 0.05, 0.15),
        "dynamic_few_shot": (0.0, 0.1, 0.3),
        "rag": (-0.1, 0.0, 0.1),
        "decompose": (-0.1, 0.0, 0.15),
        "tuned": (-0.1, 0.05, 0.2),
    },
    "safety": {  # E04 for a safer base and for tuning, E41 and E42 against relying on a tune
        "prompt": (0.3, 0.5, 0.7),
        "dynamic_few_shot": (0.2, 0.35, 0.5),
        "rag": (0.0, 0.03, 0.1),
        "decompose": (0.0, 0.05, 0.15),
        "tuned": (0.25, 0.55, 0.8),
    },
}
_BY_CAPABILITY = {"small": 0.8, "mid": 1.0, "frontier": 1.1}
"""How much better or worse than a mid model a base learns from its prompt (E09: ICL needs size)."""
_START: dict[Kind, Triangle] = {
    "knowledge": (0.3, 0.45, 0.65),
    "economy": (0.8, 0.9, 0.96),
}
_STALE: dict[str, tuple[float, float]] = {
    "monthly": (0.0, 0.03),
    "weekly": (0.01, 0.06),
    "daily": (0.03, 0.12),
    "continuous": (0.05, 0.18),
}
"""Accuracy that a tuned model loses between trainings when what it must know changes."""
_CEILING = {"generation": 0.93, "general_assistant": 0.93}
_PROMPT_ARMS: tuple[Arm, ...] = (
    "zero_shot",
    "static_few_shot",
    "random_few_shot",
    "prompt_optimised",
    "long_context",
)


@dataclass(frozen=True)
class _Bench:
    """What every option's draws are made from."""

    case: Case
    setting: Setting
    chances: tuple[float, ...]
    kinds: NDArray[np.int64]
    base: Draws
    ceiling: Draws
    random: np.random.Generator

    def closure(self, name: str, damp: float | Draws = 1.0) -> Draws:
        table = np.array([_PRIOR[kind][name] for kind in KINDS])[self.kinds]
        raw = _triangle(table[:, 0], table[:, 1], table[:, 2], self.random.random(len(self.kinds)))
        damped: Draws = np.where(raw > 0, raw * damp, raw)
        return damped

    def raised(self, start: Draws, closure: Draws, ceiling: Draws | None = None) -> Draws:
        room = np.maximum((self.ceiling if ceiling is None else ceiling) - start, 0.04)
        return np.clip(start + closure * room, 0.0, 0.999)

    def measured(self, *arms: Arm) -> Draws | None:
        found = self.case.best(*arms)
        return None if found is None else _beta(found, self.case, self.random, len(self.kinds))


def accuracies(
    setting: Setting, diagnosis: Diagnosis, random: np.random.Generator, draws: int
) -> Accuracies:
    """Draw the accuracy that each option reaches, mixing over the kinds of gap by their chances."""
    case = setting.case
    chances = tuple(diagnosis.chances[kind] for kind in KINDS)
    kinds = random.choice(len(KINDS), size=draws, p=chances)
    base = _base(case, diagnosis, random, draws)
    ceiling = np.maximum(_ceiling(case), base + 0.02)
    bench = _Bench(case, setting, chances, kinds, base, ceiling, random)
    tuned = _tuned(bench)
    found: Accuracies = {
        "prompt": _prompt(bench),
        "dynamic_few_shot": _dynamic(bench),
        "rag": _rag(bench),
        "decompose": _decompose(bench),
        "fine_tune_hosted": _hosted(bench, tuned),
        "fine_tune_self_hosted": _specialised(bench, tuned, ("fine_tuned_small", "fine_tuned")),
        "distill": _distilled(bench, tuned),
    }
    return {option: _aged(option, found[option], bench) for option in WAYS}


def today_accuracy(case: Case) -> Measurement | None:
    """Give the best way of prompting that was measured: what the team has today."""
    arms = _PROMPT_ARMS if case.current_usd_per_month is None else (*_PROMPT_ARMS, "teacher")
    return case.best(*arms)


def _prompt(bench: _Bench) -> Draws:
    case = bench.case
    damp = 1.0
    if case.accuracy("static_few_shot", "random_few_shot", "long_context") is not None:
        damp = 0.35
    if case.accuracy("prompt_optimised") is not None:
        damp = 0.2
    weak = case.base_capability == "small" and not bench.setting.own_machines
    better_base = 0.1 if weak and damp == 1.0 else 0.0
    closure = bench.closure("prompt", damp * _capability(bench)) + better_base
    return bench.raised(bench.base, closure)


def _dynamic(bench: _Bench) -> Draws:
    arms: tuple[Arm, ...] = ("dynamic_few_shot",)
    if not bench.setting.own_machines:
        arms = ("dynamic_few_shot", "cloud_dynamic_few_shot")
    measured = bench.measured(*arms)
    if measured is not None:
        return measured
    labels = bench.setting.labels / (bench.case.tenants or 1.0)
    filled = labels / (labels + 25.0 + (bench.case.classes or 0.0))
    damp = min(1.0, filled * _capability(bench))
    return bench.raised(bench.base, bench.closure("dynamic_few_shot", damp))


def _capability(bench: _Bench) -> float:
    """Give how well the base learns from its prompt, where it is known which base it is."""
    named = bench.case.model is not None and bench.setting.model.name == bench.case.model
    size = bench.case.base_capability or (bench.setting.model.size if named else "")
    return _BY_CAPABILITY.get(size, 1.0)


def _rag(bench: _Bench) -> Draws:
    now, reader = _rag_now(bench), bench.measured("given_passage")
    if now is None:
        return bench.raised(bench.base, bench.closure("rag"), _reachable(bench, reader))
    retrieval = bench.kinds == KINDS.index("retrieval")
    damp = np.where(retrieval, 1.0, 0.5)
    return bench.raised(now, bench.closure("rag", damp), _reachable(bench, reader))


def _reachable(bench: _Bench, reader: Draws | None) -> Draws:
    return bench.ceiling if reader is None else np.maximum(reader, bench.base)


def _rag_now(bench: _Bench) -> Draws | None:
    measured = bench.measured("rag")
    recall, reader = bench.measured("rag_recall_at_5"), bench.measured("given_passage")
    if measured is not None or recall is None:
        return measured
    if reader is not None:
        return recall * reader
    whole = bench.measured(*_PROMPT_ARMS)  # prompted with the passages that were found
    return recall * 0.85 if whole is None else whole


def _decompose(bench: _Bench) -> Draws:
    now = _rag_now(bench)
    start = bench.base if now is None else np.maximum(bench.base, now)
    steps = bench.measured("per_step")
    return bench.raised(start, bench.closure("decompose"), steps)


def _tuned(bench: _Bench) -> Draws:
    """Draw what tuning reaches with the labels there are, as a rectified learning curve."""
    case, labels = bench.case, bench.setting.labels / (bench.case.tenants or 1.0)
    half = max(150.0, 6.0 * (case.classes or 0.0)) * np.exp(
        bench.random.normal(0.0, 0.5, len(bench.kinds))
    )
    known = case.labelled_examples is not None
    spread = np.exp(bench.random.normal(0.0, 0.1 if known else 1.0, len(bench.kinds)))
    learnt = 1 - 1 / (1 + (labels * spread / half) ** 0.7)
    if case.learning_curve_flat:
        learnt = np.minimum(learnt, 0.5)
    if case.reward_verifiable:
        unreliable = bench.kinds == KINDS.index("unreliable")
        learnt = np.where(unreliable, np.maximum(learnt, 0.8), learnt)
    raised = bench.raised(_tuned_start(bench), bench.closure("tuned", learnt * 1.1))
    smaller = np.clip(raised - _lost_by_size(bench, learnt), 0.0, 0.999)
    if bench.case.model and bench.setting.model.size != "small":
        return smaller  # a mid or frontier model cannot itself be tuned: a smaller one is
    return np.where(bench.kinds == KINDS.index("economy"), smaller, raised)


def _lost_by_size(bench: _Bench, learnt: Draws) -> Draws:
    """Draw what a small tuned model loses against the larger prompted one; labels win it back."""
    small = bench.case.base_capability == "small"
    low, mode, high = (0.0, 0.03, 0.08) if small else (0.03, 0.08, 0.2)
    lost: Draws = bench.random.triangular(low, mode, high, len(learnt)) * (1 - 0.9 * learnt)
    return lost


def _tuned_start(bench: _Bench) -> Draws:
    now = _rag_now(bench)
    if now is None:
        return bench.base
    over_passages = bench.kinds == KINDS.index("ignores_passage")
    return np.where(over_passages, np.maximum(now, bench.base), bench.base)


def _hosted(bench: _Bench, prior: Draws) -> Draws:
    """Draw for a hosted tune; a small model tuned in a pilot shows the task, not the platform."""
    reached = _specialised(bench, prior, ("fine_tuned",))
    if bench.case.accuracy("fine_tuned") is None and bench.case.accuracy("fine_tuned_small"):
        return np.clip(reached - bench.random.uniform(0.0, 0.015, len(reached)), 0.0, 0.999)
    return reached


def _specialised(bench: _Bench, prior: Draws, arms: tuple[Arm, ...]) -> Draws:
    measured = bench.measured(*arms)
    if measured is None:
        measured = bench.measured("fine_tuned", "fine_tuned_small", "fine_tuned_before")
    luck = bench.random.normal(0.0, 0.006, len(prior))
    start = prior if measured is None else measured
    return np.clip(start + luck, 0.0, 0.999)


def _distilled(bench: _Bench, prior: Draws) -> Draws:
    teacher = bench.measured("teacher", "cloud_dynamic_few_shot")
    if teacher is None:
        return prior
    prompts = bench.measured(*_PROMPT_ARMS)
    start = teacher - 0.12 if prompts is None else np.minimum(prompts, teacher)
    share = bench.random.triangular(*_taught(bench.case), len(teacher))
    return start + share * (teacher - start)


def _taught(case: Case) -> Triangle:
    """Give the share of the way to its teacher that a student goes (E02, E43).

    From few items it goes about as far as in E02; the more its teacher labels, the closer it
    comes, in equal steps per tenfold from a hundred items to twenty thousand.
    """
    few, many = (0.4, 0.65, 0.9), (0.75, 0.93, 1.02)
    tenfolds = math.log10(max(taught_items(case), 100.0) / 100.0)
    near = min(1.0, tenfolds / math.log10(200.0))
    low, mode, high = (a + near * (b - a) for a, b in zip(few, many, strict=True))
    return low, mode, high


def _aged(option: Option, found: Draws, bench: _Bench) -> Draws:
    lost = _STALE.get(bench.case.changes or "")
    if option not in TUNED or lost is None:
        return found
    return np.clip(found - bench.random.uniform(*lost, len(found)), 0.0, 0.999)


def _base(case: Case, diagnosis: Diagnosis, random: np.random.Generator, draws: int) -> Draws:
    """Draw what prompting reaches today, from what was measured or else from the kind of gap."""
    today = today_accuracy(case)
    if today is not None:
        return _beta(today, case, random, draws)
    nearby: tuple[tuple[tuple[Arm, ...], float, float], ...] = (
        (("dynamic_few_shot", "cloud_dynamic_few_shot"), 0.02, 0.14),
        (("rag",), 0.02, 0.2),
        (("fine_tuned", "fine_tuned_small", "fine_tuned_before"), 0.0, 0.12),
        (("teacher",), 0.0, 0.1),
    )
    recall, reader = case.accuracy("rag_recall_at_5"), case.accuracy("given_passage")
    if recall is not None:
        # Without the passage the model is hardly ever better than with it sometimes missing.
        return recall * (reader or 0.85) * random.uniform(0.4, 0.95, draws)
    for arms, low, high in nearby:
        found = case.best(*arms)
        if found is not None:
            below = random.uniform(low, high, draws)
            return np.clip(_beta(found, case, random, draws) - below, 0.02, 0.99)
    low, mode, high = _START.get(diagnosis.kind, (0.5, 0.68, 0.85))
    target = case.target_accuracy
    if target is not None and diagnosis.kind != "economy":
        low, mode, high = max(0.02, target - 0.35), max(0.03, target - 0.15), max(0.04, target)
    return random.triangular(low, mode, high, draws)


def _ceiling(case: Case) -> float:
    best = max((m.accuracy for m in case.measurements if m.accuracy is not None), default=0.0)
    usual = max(_CEILING.get(case.task or "", 0.95), best + 0.3 * (1 - best))
    if case.label_agreement is None:
        return usual
    return min(usual, max(case.label_agreement, best))


def _beta(found: Measurement, case: Case, random: np.random.Generator, draws: int) -> Draws:
    items = found.items or case.test_items or UNSTATED_ITEMS
    right = (found.accuracy or 0.0) * items
    return random.beta(1 + right, 1 + items - right, draws)


def _triangle(low: Draws, mode: Draws, high: Draws, uniform: Draws) -> Draws:
    """Draw from triangles of which every draw has its own corners."""
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt(uniform * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - uniform) * (high - low) * (high - mode))
    drawn: Draws = np.where(uniform < turn, rising, falling)
    return drawn
