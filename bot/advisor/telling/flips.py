"""What would change the verdict, found by changing one fact at a time and deciding again. Pure."""

from collections.abc import Callable, Iterator
from typing import Any

from bot.advisor.case import Case
from bot.advisor.verdict import TUNED, Option, named
from bot.texts import say
from bot.texts.words import count, share

MOST = 3
_MORE, _LESS = (3.0, 10.0, 50.0), (0.3, 0.05)
Change = tuple[str, dict[str, Any], dict[str, str]]
"""Name of its sentence, the fields it sets, and the words of the sentence."""


def flips(option: Option, case: Case, decide: Callable[[Case], Option]) -> tuple[str, ...]:
    """Give up to three single changes that would lead to another option."""
    found: list[str] = []
    seen: set[str] = set()
    for name, fields, words in _changes(case, option):
        if len(found) == MOST:
            break
        if name in seen:
            continue
        other = decide(case.model_copy(update=fields))
        shown = other in TUNED if name in ("sure", "narrow") else other != option
        if shown:
            found.append(say(f"advisor.flip_{name}", option=named(other), **words))
            seen.add(name)
    return tuple(found) or (say("advisor.flip_none"),)


def _changes(case: Case, option: Option) -> Iterator[Change]:
    yield from _permissions(case)
    yield from _measures(case, option)
    yield from _volumes(case)
    yield from _labels(case)
    yield from _habits(case)
    yield from _symptoms(case)


def _permissions(case: Case) -> Iterator[Change]:
    if case.source_terms != "permitted" and case.training_data_source == "proprietary_model":
        yield "terms", {"source_terms": "permitted"}, {}
    if case.training_data_source == "proprietary_model" and case.task == "general_assistant":
        yield "narrow", {**_NARROW, "monthly_requests": 3e7}, {}
    if case.platform_tuning_approved is False:
        yield "approved", {"platform_tuning_approved": True}, {}
    if case.safety_critical and not case.tuned_safety_evaluated:
        yield "safety", {"tuned_safety_evaluated": True}, {}
    if case.data_location in ("own_network", "on_device"):
        yield "cloud", {"data_location": "cloud"}, {}
    if case.latency_limit_ms is not None and case.latency_limit_ms < 1000:
        yield "latency_off", {"latency_limit_ms": 3000.0}, {}


def _measures(case: Case, option: Option) -> Iterator[Change]:
    if case.test_leaked:
        yield "clean_test", {"test_leaked": False}, {}
    if option == "ask" and case.comparisons:
        sure = [c.model_copy(update=_SURE) for c in case.comparisons]
        yield "sure", {"comparisons": tuple(sure)}, {}


_NARROW: dict[str, Any] = {
    "task": "classification",
    "serves": "internal",
    "source_terms": "permitted",
    "goal": "cost",
    "problem": "none",
    "base_capability": "frontier",
}
_SURE = {
    "p_value": 0.01,
    "only_a_right": None,
    "only_b_right": None,
    "difference_low": 0.02,
    "difference_high": 0.1,
}


def _volumes(case: Case) -> Iterator[Change]:
    now = case.monthly_requests
    if now is None:
        return
    for name, factors in (("more", _MORE), ("less", _LESS)):
        for factor in factors:
            peak = None if case.peak_rps is None else case.peak_rps * factor
            fields = {"monthly_requests": now * factor, "peak_rps": peak}
            paid = case.current_usd_per_month
            fields["current_usd_per_month"] = None if paid is None else paid * factor
            yield name, fields, {"volume": count(now * factor)}


def _labels(case: Case) -> Iterator[Change]:
    have = case.labelled_examples
    if have is None:
        return
    for more in (500.0, 2000.0, 10_000.0):
        if more > 2 * have:
            yield "labels", {"labelled_examples": more}, {"labels": count(more)}
    if have > 50:
        yield "few_labels", {"labelled_examples": 20.0}, {"labels": "20"}


def _habits(case: Case) -> Iterator[Change]:
    if case.changes in ("monthly", "weekly", "daily", "continuous"):
        yield "stable", {"changes": "never"}, {}
    else:
        yield "changing", {"changes": "weekly"}, {}
    if case.target_accuracy is not None and case.target_accuracy < 0.95:
        higher = min(0.98, case.target_accuracy + 0.08)
        yield "target", {"target_accuracy": higher}, {"target": share(higher)}
    if case.data_location not in ("own_network", "on_device"):
        yield "own_network", {"data_location": "own_network"}, {}
    quick = case.task in (None, "classification", "extraction", "function_calling")
    if quick and (not case.latency_limit_ms or case.latency_limit_ms > 1000):
        yield "latency", {"latency_limit_ms": 150.0}, {}


def _symptoms(case: Case) -> Iterator[Change]:
    for problem in ("knowledge", "behaviour", "composition", "format"):
        if case.problem != problem and not case.measurements:
            yield f"problem_{problem}", {"problem": problem}, {}
