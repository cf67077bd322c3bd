"""Which single change of a case would make an option the verdict. Pure."""

from collections.abc import Callable, Iterator

from bot.advisor.case import Case, case_from
from bot.advisor.followup.changes import TRAFFIC, Change, base
from bot.advisor.followup.wording import change_words
from bot.advisor.verdict import TUNED, Option, Plain, Verdict
from bot.errors import AskError

MOST = 25
"""Cases that are decided at most."""
_VOLUMES, _LABELS = (3.0, 10.0, 50.0, 0.3, 0.05), (500.0, 2000.0, 10_000.0)
_CAP_LIFTS = (
    "budget_usd",
    "deadline_days",
    "latency_limit_ms",
    "max_usd_per_request",
    "prompt_budget_tokens",
)
_PROBLEMS: dict[Option, tuple[str, ...]] = {
    "rag": ("knowledge", "retrieval"),
    "decompose": ("composition",),
    "prompt": ("format", "none"),
    "dynamic_few_shot": ("behaviour",),
    "fine_tune_hosted": ("behaviour", "unreliable"),
    "fine_tune_self_hosted": ("behaviour",),
    "distill": ("none",),
}
"""What an option is good at, to be tried where the case says something else."""


def change_for(
    option: Option, verdict: Verdict, case: Case, choose: Callable[[Case], Option]
) -> str | None:
    """Give, in words, the first single change with which an option is chosen; None if none is."""
    for change, _ in zip(_tried(option, case, verdict), range(MOST), strict=False):
        other = changed(case, change, verdict)
        if other is not None and choose(other) == option:
            return change_words(change, verdict)
    return None


def changed(case: Case, change: Change, verdict: Verdict) -> Case | None:
    """Give a case with one change made; None where it makes no sense."""
    data = {**case.known(), change.field: change.value}
    before = base("monthly_requests", verdict)
    if change.field == "monthly_requests" and isinstance(before, float | int) and before:
        factor = float(change.value or 0) / before
        data |= {name: data[name] * factor for name in TRAFFIC[1:] if name in data}
    try:
        return case_from(data)
    except AskError:
        return None


def _tried(option: Option, case: Case, verdict: Verdict) -> Iterator[Change]:
    yield from _permissions(option, case)
    yield from _problems(option, case)
    yield from _scaled("monthly_requests", _VOLUMES, verdict)
    yield from _labels(option, case, verdict)
    yield from _habits(case)
    yield from _limits(case)


def _permissions(option: Option, case: Case) -> Iterator[Change]:
    if option in TUNED:
        if case.training_data_source is not None and case.source_terms != "permitted":
            yield Change("source_terms", "permitted")
        if case.platform_tuning_approved is False:
            yield Change("platform_tuning_approved", True)
        if case.safety_critical and not case.tuned_safety_evaluated:
            yield Change("tuned_safety_evaluated", True)
        if case.erasure_required:
            yield Change("erasure_required", False)
    places: tuple[str, ...] = ("cloud", "own_network")
    for place in places if option != "fine_tune_hosted" else ("cloud",):
        if case.data_location != place:
            yield Change("data_location", place)


def _problems(option: Option, case: Case) -> Iterator[Change]:
    for problem in _PROBLEMS.get(option, ()):
        if case.problem != problem:
            yield Change("problem", problem)


def _scaled(field: str, factors: tuple[float, ...], verdict: Verdict) -> Iterator[Change]:
    now: Plain = base(field, verdict)
    if isinstance(now, float | int) and now:
        for factor in factors:
            yield Change(field, now * factor, factor)


def _labels(option: Option, case: Case, verdict: Verdict) -> Iterator[Change]:
    have = base("labelled_examples", verdict)
    now = float(have) if isinstance(have, float | int) else 0.0
    if option in TUNED or option == "dynamic_few_shot":
        for more in _LABELS:
            if more > 1.5 * now:
                yield Change("labelled_examples", more)
    elif now > 50:
        yield Change("labelled_examples", 20.0)


def _habits(case: Case) -> Iterator[Change]:
    yield Change("changes", "never" if case.changes not in (None, "never") else "weekly")
    target = case.target_accuracy
    if target is not None:
        yield Change("target_accuracy", round(min(0.98, target + 0.08), 4))
        yield Change("target_accuracy", round(max(0.5, target - 0.1), 4))


def _limits(case: Case) -> Iterator[Change]:
    for field in _CAP_LIFTS:
        if getattr(case, field) is not None:
            yield Change(field, None)
    if case.latency_limit_ms is None:
        yield Change("latency_limit_ms", 150.0)
