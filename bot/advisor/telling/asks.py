"""The questions whose answers could still change a verdict, with answers to press. Pure."""

from collections.abc import Callable, Iterator

from bot.advisor.case import Case
from bot.advisor.deciding.outcome import Outcome
from bot.advisor.verdict import TUNED, Ask, Choice, Plain, named
from bot.errors import AskError
from bot.texts import say

MOST = 3
_CHOICES: dict[str, tuple[tuple[str, Plain], ...]] = {
    "task": (
        ("task_classification", "classification"),
        ("task_extraction", "extraction"),
        ("task_generation", "generation"),
        ("task_qa", "qa_over_documents"),
    ),
    "problem": (
        ("problem_knowledge", "knowledge"),
        ("problem_behaviour", "behaviour"),
        ("problem_format", "format"),
        ("problem_composition", "composition"),
        ("problem_none", "none"),
    ),
    "measurements.zero_shot.accuracy": (
        ("accuracy_50", 0.5),
        ("accuracy_70", 0.7),
        ("accuracy_85", 0.85),
        ("accuracy_95", 0.95),
    ),
    "target_accuracy": (("target_80", 0.8), ("target_90", 0.9), ("target_95", 0.95)),
    "monthly_requests": (
        ("volume_5k", 5_000.0),
        ("volume_100k", 100_000.0),
        ("volume_1m", 1_000_000.0),
        ("volume_20m", 20_000_000.0),
    ),
    "labelled_examples": (
        ("labels_none", 0.0),
        ("labels_50", 50.0),
        ("labels_500", 500.0),
        ("labels_5000", 5_000.0),
    ),
    "changes": (
        ("changes_never", "never"),
        ("changes_monthly", "monthly"),
        ("changes_weekly", "weekly"),
    ),
    "source_terms": (
        ("terms_permitted", "permitted"),
        ("terms_prohibited", "prohibited"),
        ("terms_unclear", "unclear"),
    ),
    "test_items": (("items_100", 100.0), ("items_500", 500.0), ("items_1000", 1000.0)),
    "data_location": (
        ("where_cloud", "cloud"),
        ("where_region", "region"),
        ("where_own", "own_network"),
    ),
}


def asks_for(outcome: Outcome, decide: Callable[[Case], Outcome]) -> tuple[Ask, ...]:
    """Give up to three questions, the one that matters most first, with what each answer changes.

    `decide` tells what a changed case would lead to.
    """
    fields = dict.fromkeys(field for field in _wanted(outcome) if not _known(field, outcome))
    return tuple(_ask(field, outcome, decide) for field in list(fields)[:MOST])


def _ask(field: str, outcome: Outcome, decide: Callable[[Case], Outcome]) -> Ask:
    name = field.replace(".", "_")
    choices = tuple(
        Choice(say(f"advisor.choice_{key}"), value, _leads_to(field, value, outcome, decide))
        for key, value in _CHOICES[field]
    )
    return Ask(field, say(f"advisor.ask_{name}"), choices)


def _leads_to(field: str, value: Plain, outcome: Outcome, decide: Callable[[Case], Outcome]) -> str:
    """Name the option that an answer would lead to; nothing where all stays as it is."""
    try:
        after = decide(outcome.case.with_facts({field: value}))
    except AskError:
        return ""
    if after.option != "ask":
        return "" if after.option == outcome.option else named(after.option)
    same = outcome.option == "ask" and after.way == outcome.way
    return "" if same or after.way is None else say("advisor.leads", option=named(after.way))


def _known(field: str, outcome: Outcome) -> bool:
    case = outcome.case
    if field.startswith("measurements"):
        return any(m.accuracy is not None for m in case.measurements)
    value = getattr(case, field)
    if field in ("test_items", "source_terms"):
        return False
    return value is not None and value not in ("unknown", "other")


def _wanted(outcome: Outcome) -> Iterator[str]:
    case = outcome.case
    kinds = {gate.kind for gate in outcome.gates}
    if "contract" in kinds or (outcome.option == "do_not_imitate" and "terms" in kinds):
        yield "source_terms"
    if kinds & {"unresolved", "few_items", "leak", "noise"}:
        yield "test_items"
    if case.task is None:
        yield "task"
    if case.problem is None and (outcome.gates or outcome.diagnosis.chance < 0.5):
        yield "problem"
    yield "measurements.zero_shot.accuracy"
    yield "monthly_requests"
    yield "target_accuracy"
    if outcome.way in TUNED or case.labelled_examples is None:
        yield "labelled_examples"
    yield "changes"
    yield "data_location"
