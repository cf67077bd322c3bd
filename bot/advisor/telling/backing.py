"""Which findings back a verdict, the ones that fit the case best first. Pure."""

from collections.abc import Collection, Iterable

from bot import evidence
from bot.advisor.case import Case
from bot.advisor.deciding.diagnosis import OFTEN
from bot.advisor.deciding.outcome import Outcome
from bot.advisor.verdict import WAYS, Option
from bot.evidence import Finding

KIND_EVIDENCE: dict[str, tuple[str, ...]] = {
    "knowledge": ("E20", "E23", "E21"),
    "retrieval": ("E20", "E24", "E21"),
    "ignores_passage": ("E27", "E22"),
    "format": ("E16", "E26"),
    "composition": ("E17", "E19"),
    "behaviour": ("E26", "E28", "E11", "E12"),
    "unreliable": ("E36", "E16", "E12"),
    "overflow": ("E19", "E21", "E11", "E45"),
    "safety": ("E04", "E41", "E42"),
}
SKILL_EVIDENCE: dict[Option, tuple[str, ...]] = {
    "prompt": ("E13", "E45", "E16"),
    "dynamic_few_shot": ("E11", "E13", "E12"),
    "rag": ("E21",),
    "decompose": ("E17", "E19"),
    "fine_tune_hosted": ("E29", "E26"),
    "fine_tune_self_hosted": ("E30", "E29", "E31"),
    "distill": ("E43", "E02"),
}
COST_EVIDENCE: dict[Option, tuple[str, ...]] = {
    "prompt": ("E45", "E44"),
    "fine_tune_hosted": ("E10",),
    "fine_tune_self_hosted": ("E10", "E29"),
    "distill": ("E44",),
}
_NARROW = frozenset(("classification", "extraction", "text_to_sql", "function_calling"))
_LONG = frozenset(("multi_hop_qa", "multi_document_synthesis"))


def back(outcome: Outcome, ids: Iterable[str], most: int = 2) -> tuple[str, ...]:
    """Keep of these findings those that do back the verdict, best fit to the case first."""
    found = [evidence.finding(id) for id in dict.fromkeys(ids)]
    backing = [one for one in found if _backs(one, outcome.option)]
    known, subjects = outcome.case.known(), topics(outcome.case)
    backing.sort(key=lambda one: -evidence.closeness(one, known, subjects))
    return tuple(one.id for one in backing[:most])


def best_fitting(outcome: Outcome, cited: Collection[str] = ()) -> Finding:
    """Give the finding that backs the verdict and fits the case best, one not cited if possible."""
    known, subjects = outcome.case.known(), topics(outcome.case)
    fitting = evidence.relevant(known, outcome.option, 8, topics=subjects)
    return next((one for one in fitting if one.id not in cited), fitting[0])


def _backs(found: Finding, option: Option) -> bool:
    """Whether a finding backs an option without speaking for a rival more."""
    others = [other for other in WAYS if other != option]
    mine = evidence.weight(found, option)
    rivals = max(evidence.weight(found, other) for other in others)
    return evidence.supports(found, option, others) and (mine > 0 or rivals <= 0)


def topics(case: Case) -> frozenset[str]:
    """Name the subjects of findings that a case touches, worked out from its facts."""
    labels, copied = case.labelled_examples, case.training_data_source
    borrowed = copied in ("proprietary_model", "open_model")
    touched = {
        "facts": case.task == "qa_over_documents" or case.problem in ("knowledge", "retrieval"),
        "changing_facts": case.changes in OFTEN,
        "labels": (labels or 0) >= 100,
        "few_labels": labels is not None and labels < 100,
        "examples": (labels or 0) >= 10,
        "narrow": case.task in _NARROW,
        "small_model": case.task in _NARROW and (labels or 0) >= 100,
        "long_documents": case.task in _LONG or (case.document_pages or 0) >= 40,
        "cache": (case.static_prompt_tokens or 0) >= 1024 or case.steady_traffic is True,
        "many_shot": (case.static_prompt_tokens or 0) >= 4000,
        "volume": (case.monthly_requests or 0) >= 1e6,
        "cost": case.goal == "cost",
        "teacher": borrowed or case.accuracy("teacher") is not None,
        "imitation": borrowed,
        "terms": borrowed and case.source_terms != "permitted",
        "preference": any(row.arm == "human_preference" for row in case.measurements),
        "small_test": (case.test_items or 1000) < 100,
        "pilot": case.accuracy("fine_tuned", "fine_tuned_small") is not None,
        "behaviour": case.problem == "behaviour",
        "abstain": case.problem == "ignores_passage",
        "hardware": case.hardware is not None,
        "safety": bool(case.safety_critical) or case.goal == "content_safety",
        "platform": case.platform is not None,
        "base": case.base_capability == "small",
        "learning_curve": case.learning_curve_flat is not None,
    }
    return frozenset(name for name, is_touched in touched.items() if is_touched)
