"""Nothing that a fact rules out is ever advised, however strongly the figures speak for it."""

from datetime import date
from typing import Any

import pytest

from bot import stats
from bot.advisor import Verdict, case_from, decide
from bot.advisor.deciding.spending import taught_items
from bot.advisor.verdict import TUNED, Option
from bot.errors import AskError

TODAY = date(2026, 11, 24)


def arm(name: str, accuracy: float, items: float = 500, **more: float) -> dict[str, Any]:
    return {"arm": name, "accuracy": accuracy, "items": items, **more}


GAIN = [arm("zero_shot", 0.55), arm("fine_tuned", 0.95)]
TAUGHT = [arm("zero_shot", 0.55), arm("teacher", 0.97)]
EXAMPLES = [arm("zero_shot", 0.85), arm("dynamic_few_shot", 0.95)]
EAGER: dict[str, Any] = {
    "task": "extraction",
    "goal": "quality",
    "monthly_requests": 5_000_000,
    "labelled_examples": 5000,
    "test_items": 500,
    "target_accuracy": 0.9,
    "changes": "never",
    "static_prompt_tokens": 3000,
    "query_tokens": 400,
    "output_tokens": 20,
    "base_capability": "mid",
    "measurements": GAIN,
}
"""A case that all but calls for a tune."""

HOSTED = frozenset(("fine_tune_hosted",))
DISTILL = frozenset(("distill",))
OPEN_TEACHER = {"training_data_source": "open_model", "unlabelled_items": 100_000}
TEACHER = {"training_data_source": "proprietary_model", "unlabelled_items": 100_000}


def verdict_on(**facts: Any) -> Verdict:
    return decide(case_from({**EAGER, **facts}), today=TODAY)


def test_without_a_limit_the_figures_call_for_a_tune() -> None:
    assert verdict_on().option in TUNED


@pytest.mark.parametrize(
    ("barred", "kind", "facts"),
    [
        (HOSTED, "residency", {"data_location": "own_network"}),
        (HOSTED, "residency", {"data_location": "on_device"}),
        (
            DISTILL,
            "residency",
            {**TEACHER, "source_terms": "permitted", "data_location": "own_network"},
        ),
        (
            HOSTED | DISTILL,
            "region",
            {**TEACHER, "source_terms": "permitted", "data_location": "region"},
        ),
        (HOSTED | DISTILL, "approval", {**OPEN_TEACHER, "platform_tuning_approved": False}),
        (
            HOSTED | DISTILL,
            "platform",
            {**OPEN_TEACHER, "platform": "openai", "tuned_there_before": False},
        ),
        (HOSTED, "platform", {"platform": "AI21"}),
        (
            HOSTED,
            "shutdown",
            {"platform": "openai", "tuned_there_before": True, "model": "gpt-4.1-mini"},
        ),
        (TUNED, "terms", {**TEACHER, "source_terms": "prohibited"}),
        (TUNED, "terms", {**TEACHER, "serves": "competing_product"}),
        (TUNED, "terms", {**OPEN_TEACHER, "source_terms": "prohibited"}),
        (TUNED, "broad", {**OPEN_TEACHER, "task": "general_assistant"}),
        (TUNED, "broad", {**OPEN_TEACHER, "task": "personal_memory"}),
        (HOSTED | DISTILL, "latency_likely", {**OPEN_TEACHER, "latency_limit_ms": 100}),
        (TUNED, "safety", {"safety_critical": True}),
        (TUNED, "safety", {"goal": "content_safety"}),
        (TUNED, "safety", {"tuned_safety_evaluated": False}),
        (TUNED, "erasure", {"erasure_required": True}),
        (HOSTED, "data", {"labelled_examples": 8, "measurements": [arm("zero_shot", 0.55)]}),
        (TUNED, "budget", {"budget_usd": 5000, "proposed_usd": 20_000}),
        (TUNED, "time", {"deadline_days": 0}),
    ],
)
def test_a_tune_that_is_ruled_out_is_not_advised(
    barred: frozenset[str], kind: str, facts: dict[str, Any]
) -> None:
    for measured in (GAIN, TAUGHT):
        verdict = verdict_on(**{"measurements": measured, **facts})
        banned = {veto.option for veto in verdict.vetoes if veto.kind == kind}
        assert barred <= banned
        assert verdict.option not in barred
        assert verdict.leader is None or verdict.leader.option not in barred


@pytest.mark.parametrize(
    ("barred", "kind", "facts"),
    [
        ({"prompt", "dynamic_few_shot"}, "rate_limit", {"rate_limit_rpm": 500, "peak_rps": 50}),
        (
            {"prompt", "dynamic_few_shot"},
            "rate_limit",
            {"rate_limit_rpm": 500, "monthly_requests": 100_000_000},
        ),
        ({"prompt", "dynamic_few_shot"}, "rate_limit", {"rate_limit_tpm": 30_000}),
        (
            {"dynamic_few_shot"},
            "prompt_budget",
            {"prompt_budget_tokens": 2048, "static_prompt_tokens": 900, "example_tokens": 1200},
        ),
        ({"prompt", "dynamic_few_shot"}, "price_cap", {"max_usd_per_request": 0.00001}),
    ],
)
def test_an_untuned_way_beyond_a_limit_is_not_advised(
    barred: set[str], kind: str, facts: dict[str, Any]
) -> None:
    verdict = verdict_on(measurements=EXAMPLES, **facts)
    assert barred <= {veto.option for veto in verdict.vetoes if veto.kind == kind}
    assert verdict.option not in barred


@pytest.mark.parametrize("name", ["long_context", "random_few_shot"])
def test_every_arm_measured_as_too_slow_is_ruled_out(name: str) -> None:
    verdict = verdict_on(latency_limit_ms=800, measurements=[arm(name, 0.95, p95_ms=30_000)])
    assert "prompt" in {veto.option for veto in verdict.vetoes if veto.kind == "latency"}


@pytest.mark.parametrize("measured", [GAIN, EXAMPLES])
def test_a_stricter_latency_limit_never_lifts_a_veto(measured: list[dict[str, Any]]) -> None:
    slow = [{**row, "p95_ms": 900 + 500 * place} for place, row in enumerate(measured)]
    before: set[Option] = set()
    for limit in (2000, 1200, 800, 500, 260, 240, 50, 1):
        verdict = verdict_on(latency_limit_ms=limit, measurements=slow)
        barred = {v.option for v in verdict.vetoes if v.kind in ("latency", "latency_likely")}
        assert before <= barred
        before = barred


@pytest.mark.parametrize(
    "facts",
    [
        {"test_items": 0, "measurements": [{"arm": "zero_shot", "accuracy": 0.55}]},
        {"test_items": 20, "measurements": [arm("zero_shot", 0.55, items=20)]},
        {
            "test_items": 30,
            "measurements": [arm("zero_shot", 0.4, 30), arm("fine_tuned", 0.95, 30)],
        },
        {"test_items": 20, "measurements": [arm("rag", 0.75, 20), arm("fine_tuned", 0.9, 20)]},
        {"test_leaked": True},
        {"label_agreement": 0.85, "target_accuracy": 0.95},
        {**TEACHER, "source_terms": "unclear", "measurements": TAUGHT},
        {**OPEN_TEACHER, "source_terms": "unclear", "measurements": TAUGHT},
    ],
)
def test_a_tune_that_nothing_could_show_to_work_is_asked_about_first(
    facts: dict[str, Any],
) -> None:
    verdict = verdict_on(**facts)
    assert verdict.option == "ask"
    assert verdict.confidence >= 0.5


@pytest.mark.parametrize("tune", ["LoRA", "SFT", "our adapter", "distilled student", "微调后"])
def test_a_tune_is_known_by_any_of_its_names(tune: str) -> None:
    chance = {"a": tune, "b": "dynamic", "only_a_right": 10, "only_b_right": 6}
    measured = [arm("dynamic_few_shot", 0.88, 100), arm("fine_tuned", 0.92, 100)]
    verdict = verdict_on(measurements=measured, test_items=100, comparisons=[chance])
    assert verdict.option == "ask"


def test_an_absurd_number_is_refused_inside_a_table_too() -> None:
    with pytest.raises(AskError, match="measurements"):
        case_from({"measurements": [{"arm": "zero_shot", "accuracy": 0.5, "p95_ms": 1e18}]})


def test_a_teacher_answers_more_items_the_more_requests_there_are() -> None:
    volumes = (100, 1_000, 10_000, 100_000, 10_000_000)
    items = [taught_items(case_from({"monthly_requests": float(v)})) for v in volumes]
    assert items == sorted(items) and items[0] == 1200 and items[-1] == 50_000


def test_chance_is_told_for_the_largest_tests() -> None:
    assert stats.mcnemar(500_000, 500_000) == pytest.approx(1.0, abs=0.01)
    assert stats.mcnemar(510_000, 490_000) < 1e-6
