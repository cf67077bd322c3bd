"""What is wrong today: chances of each kind of gap, from what was stated and measured. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from bot.advisor.case import Arm, Case

Kind = Literal[
    "knowledge",
    "retrieval",
    "ignores_passage",
    "format",
    "composition",
    "behaviour",
    "unreliable",
    "overflow",
    "skill",
    "economy",
    "safety",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

PROMPT_ARMS: tuple[Arm, ...] = (
    "zero_shot",
    "static_few_shot",
    "random_few_shot",
    "prompt_optimised",
)
WHOLE_ARMS: tuple[Arm, ...] = (*PROMPT_ARMS, "dynamic_few_shot", "long_context", "rag")
MANY_PAGES = 40
"""Pages from which one document asks for more than one look."""
OFTEN = frozenset(("monthly", "weekly", "daily", "continuous"))
_ECONOMIC = frozenset(("cost", "latency", "privacy", "rate_limit", "time_to_ship"))

_STATED: dict[str, Kind] = {
    "knowledge": "knowledge",
    "format": "format",
    "behaviour": "behaviour",
    "composition": "composition",
    "retrieval": "retrieval",
    "ignores_passage": "ignores_passage",
    "unreliable": "unreliable",
    "context_overflow": "overflow",
    "none": "economy",
}
_BY_TASK: dict[str, dict[Kind, float]] = {
    "classification": {"skill": 3.0},
    "extraction": {"skill": 2.5, "format": 0.5},
    "generation": {"behaviour": 2.5, "skill": 0.5},
    "qa_over_documents": {"knowledge": 2.5, "retrieval": 0.6},
    "multi_hop_qa": {"composition": 3.0},
    "multi_document_synthesis": {"composition": 3.5},
    "text_to_sql": {"skill": 2.0, "knowledge": 0.6},
    "function_calling": {"skill": 2.0, "format": 0.6},
    "code": {"skill": 1.5, "knowledge": 0.8},
    "general_assistant": {"behaviour": 1.5, "knowledge": 0.7},
    "personal_memory": {"knowledge": 3.5},
    "other": {"skill": 0.7, "behaviour": 0.5, "knowledge": 0.5},
}


@dataclass(frozen=True)
class Reason:
    """Something in the case that points to a kind of gap, and how much."""

    kind: Kind
    weight: float
    why: str
    """Name of the sentence that says so, below `advisor.reason_`."""
    stated: bool = True


@dataclass(frozen=True)
class Diagnosis:
    """Chances over the kinds of gap, and what speaks for each."""

    chances: dict[Kind, float]
    reasons: tuple[Reason, ...]

    @property
    def kind(self) -> Kind:
        """The likeliest kind."""
        return max(KINDS, key=lambda kind: self.chances[kind])

    @property
    def chance(self) -> float:
        """The chance of the likeliest kind."""
        return self.chances[self.kind]


def diagnose(case: Case) -> Diagnosis:
    """Weigh everything that tells kinds of gap apart; ratios measured outweigh words."""
    reasons = [reason for look in _LOOKS for reason in look(case)]
    weights = dict.fromkeys(KINDS, 0.08)
    for reason in reasons:
        weights[reason.kind] += reason.weight
    total = sum(weights.values())
    chances = {kind: weight / total for kind, weight in weights.items()}
    return Diagnosis(chances, tuple(sorted(reasons, key=lambda r: -r.weight)))


def meets_target(case: Case) -> bool:
    """Whether some measured way of prompting already reaches the stated target."""
    best = case.accuracy("zero_shot", "static_few_shot", "prompt_optimised", "dynamic_few_shot")
    return best is not None and case.target_accuracy is not None and best >= case.target_accuracy


def plateaued(case: Case) -> bool:
    """Whether prompting was tried in earnest and stopped short of the target."""
    tried = case.accuracy("prompt_optimised", "static_few_shot", "dynamic_few_shot")
    target = case.target_accuracy
    return tried is not None and target is not None and target - tried >= 0.03


def _by_task(case: Case) -> list[Reason]:
    found = _BY_TASK.get(case.task or "", {})
    return [Reason(kind, weight, "task", stated=False) for kind, weight in found.items()]


def _by_words(case: Case) -> list[Reason]:
    kind = _STATED.get(case.problem or "")
    return [] if kind is None else [Reason(kind, 8.0, "stated")]


def _by_passage(case: Case) -> list[Reason]:
    """Tell the three ways apart in which an answer over documents fails."""
    recall, reader = case.accuracy("rag_recall_at_5"), case.accuracy("given_passage")
    if reader is None:
        low = recall is not None and recall < 0.75
        return [Reason("retrieval", 5.0, "recall_low")] if low else []
    if recall is None:
        closed = case.accuracy("zero_shot", "rag")
        gap = closed is None or reader - closed > 0.1
        if reader < 0.75:
            return [Reason("ignores_passage", 5.0, "reader_low")]
        return [Reason("knowledge", 4.0, "reader_fine")] if gap else []
    if recall < reader - 0.05:
        return [Reason("retrieval", 14.0, "recall_below_reader")]
    if reader < 0.85:
        return [Reason("ignores_passage", 14.0, "reader_below_recall")]
    return _by_composition_of_passages(case, recall * reader)


def _by_composition_of_passages(case: Case, expected: float) -> list[Reason]:
    rag = case.accuracy("rag")
    lost = rag is not None and expected - rag > 0.1
    return [Reason("composition", 6.0, "parts_right")] if lost else []


def _by_steps(case: Case) -> list[Reason]:
    steps, whole = case.accuracy("per_step"), case.accuracy(*WHOLE_ARMS)
    lost = steps is not None and (whole is None or steps - whole > 0.08)
    return [Reason("composition", 12.0, "steps_right")] if lost else []


def _by_long_documents(case: Case) -> list[Reason]:
    if case.task not in ("multi_hop_qa", "multi_document_synthesis"):
        long = case.task == "qa_over_documents" and (case.corpus_pages or case.corpus_tokens)
        return [Reason("knowledge", 1.0, "corpus", stated=False)] if long else []
    both = case.accuracy("long_context") is not None and case.accuracy("rag") is not None
    pages = (case.document_pages or 0) >= MANY_PAGES
    reasons = [Reason("composition", 4.0, "one_pass_fails")] if both else []
    return [*reasons, *([Reason("composition", 1.0, "long_document")] if pages else [])]


def _by_samples(case: Case) -> list[Reason]:
    several, once = case.accuracy("pass_at_k"), case.accuracy(*WHOLE_ARMS, "fine_tuned")
    if several is None or once is None or several - once < 0.1:
        return []
    return [Reason("unreliable", 10.0, "pass_at_k")]


def _by_format(case: Case) -> list[Reason]:
    valid = case.accuracy("valid_format")
    if valid is None or valid >= 0.985:
        return []
    if case.structured_output_used:
        return [Reason("behaviour", 3.0, "format_despite_schema")]
    return [Reason("format", 8.0, "format_invalid")]


def _by_plateau(case: Case) -> list[Reason]:
    if not plateaued(case) or case.task not in ("generation", "general_assistant", "code"):
        return []
    return [Reason("behaviour", 2.0, "plateau")]


def _by_change(case: Case) -> list[Reason]:
    facts = case.task in ("qa_over_documents", "code", "personal_memory", "text_to_sql")
    changing = facts and case.changes in OFTEN
    return [Reason("knowledge", 1.5, "facts_change")] if changing else []


def _by_goal(case: Case) -> list[Reason]:
    if case.goal == "content_safety":
        return [Reason("safety", 9.0, "goal_safety")]
    reasons = []
    wanted = case.target_accuracy is not None and not meets_target(case)
    if case.goal in _ECONOMIC and not wanted and case.problem in (None, "none", "unknown"):
        reasons.append(Reason("economy", 7.0, "goal"))
    if meets_target(case):
        reasons.append(Reason("economy", 2.0, "target_met"))
    return reasons


_LOOKS: tuple[Callable[[Case], list[Reason]], ...] = (
    _by_words,
    _by_passage,
    _by_steps,
    _by_long_documents,
    _by_samples,
    _by_format,
    _by_plateau,
    _by_change,
    _by_goal,
    _by_task,
)
