"""A case leads to a verdict whose reasons, numbers and limits hold."""

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import evidence
from bot.advisor import OPTIONS, Case, Verdict, case_from, decide, forms, understand
from bot.advisor.deciding.costs import Rates
from bot.advisor.deciding.market import market
from bot.advisor.deciding.setting import ModelFacts, setting_of
from bot.advisor.deciding.sources import sources_on
from bot.advisor.deciding.spending import spending_of
from bot.advisor.deciding.weighing import monthly_usd
from bot.advisor.verdict import TUNED, WAYS
from bot.errors import AskError
from tests.bot.advisor.scenarios import SCENARIOS, Scenario

TODAY = date(2026, 11, 23)


def verdict_on(**case: Any) -> Verdict:
    return decide(case_from(case), today=TODAY)


def each(scenario: Scenario) -> str:
    return scenario.name


@pytest.mark.parametrize("scenario", SCENARIOS, ids=each)
def test_the_facts_of_a_scenario_lead_to_an_acceptable_verdict(scenario: Scenario) -> None:
    assert verdict_on(**scenario.case).option in scenario.acceptable


@pytest.mark.parametrize("scenario", SCENARIOS, ids=each)
def test_the_words_of_a_scenario_lead_to_an_acceptable_verdict(scenario: Scenario) -> None:
    reading = understand(scenario.question)
    assert decide(reading.case, reading.facts, today=TODAY).option in scenario.acceptable


@pytest.mark.parametrize("scenario", SCENARIOS, ids=each)
def test_a_verdict_is_whole(scenario: Scenario) -> None:
    verdict = verdict_on(**scenario.case)
    assert [row.option for row in verdict.costs] == [*WAYS, "do_not_imitate", "ask"]
    assert {row.option for row in verdict.costs} == set(OPTIONS)
    assert len(verdict.drivers) == 3
    assert len({driver.text for driver in verdict.drivers}) == 3
    assert 0 < verdict.confidence < 1
    assert verdict.sentence and verdict.flips and verdict.prices_as_of
    assert all(row.low_usd <= row.monthly_usd <= row.high_usd for row in verdict.costs)
    assert len(verdict.asks) <= 3
    assert all(len(ask.choices) >= 2 for ask in verdict.asks)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=each)
def test_every_cited_finding_exists_and_backs_the_verdict(scenario: Scenario) -> None:
    verdict = verdict_on(**scenario.case)
    rejected = [option for option in WAYS if option != verdict.option]
    assert verdict.evidence
    for id in verdict.evidence:
        assert evidence.supports(evidence.finding(id), verdict.option, rejected), id


@pytest.mark.parametrize("scenario", SCENARIOS, ids=each)
def test_a_verdict_survives_json_exactly(scenario: Scenario) -> None:
    verdict = verdict_on(**scenario.case)
    through = json.loads(json.dumps(verdict.to_json(), allow_nan=False))
    assert Verdict.from_json(through) == verdict
    assert Verdict.from_json(verdict.to_json()).to_json() == verdict.to_json()


@pytest.mark.skipif(
    "TUNEWISE_SCENARIOS" not in os.environ, reason="TUNEWISE_SCENARIOS names no scenario file"
)
def test_the_scenario_file_comes_out_acceptable() -> None:
    lines = Path(os.environ["TUNEWISE_SCENARIOS"]).read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    wrong = {
        row["id"]: found
        for row in rows
        if (found := verdict_on(**row["case"]).option) not in row["acceptable"]
    }
    assert rows and not wrong


def test_the_same_case_gives_the_same_numbers_and_audit_id() -> None:
    scenario = SCENARIOS[0]
    one, other = verdict_on(**scenario.case), verdict_on(**dict(reversed(scenario.case.items())))
    assert one == replace(other, case=one.case)
    assert one.audit_id.startswith("v") and len(one.audit_id) == 11


def test_another_case_or_day_has_another_audit_id() -> None:
    case = case_from(SCENARIOS[0].case)
    ids = {
        decide(case, today=TODAY).audit_id,
        decide(case, today=date(2026, 11, 24)).audit_id,
        decide(case.model_copy(update={"classes": 9.0}), today=TODAY).audit_id,
    }
    assert len(ids) == 3


def test_a_pilot_that_may_be_chance_is_sent_back_with_the_items_it_needs() -> None:
    verdict = verdict_on(
        test_items=40,
        proposed_usd=30_000,
        measurements=[
            {"arm": "zero_shot", "accuracy": 0.78},
            {"arm": "fine_tuned", "accuracy": 0.83},
        ],
        comparisons=[{"a": "fine_tuned", "b": "zero_shot", "only_a_right": 5, "only_b_right": 3}],
    )
    assert verdict.option == "ask"
    assert "p = 0.73 on 40 items" in verdict.sentence
    assert "626 paired items" in verdict.sentence
    assert verdict.leader is not None and 0 < verdict.leader.chance < 1
    assert verdict.asks[0].field == "test_items"


def test_a_difference_that_is_shown_is_not_sent_back() -> None:
    verdict = verdict_on(
        task="extraction",
        monthly_requests=2e6,
        labelled_examples=9000,
        changes="never",
        platform="bedrock",
        error_cost_usd=0.2,
        target_accuracy=0.93,
        measurements=[
            {"arm": "dynamic_few_shot", "accuracy": 0.88, "items": 1000},
            {"arm": "fine_tuned", "accuracy": 0.945, "items": 1000},
        ],
        comparisons=[
            {
                "a": "fine_tuned",
                "b": "dynamic_few_shot",
                "difference_low": 0.04,
                "difference_high": 0.09,
            }
        ],
    )
    assert verdict.option == "fine_tune_hosted"


def test_do_not_imitate_names_what_remains_and_its_cost() -> None:
    verdict = verdict_on(
        task="general_assistant",
        training_data_source="proprietary_model",
        serves="competing_product",
    )
    assert verdict.option == "do_not_imitate"
    assert verdict.leader is not None and verdict.leader.monthly_usd > 0
    remaining = verdict.cost_of(verdict.leader.option)
    assert remaining is not None and remaining.open
    assert {"E01", "E06"} <= set(verdict.evidence)


def test_terms_that_permit_do_not_make_a_broad_copy_a_good_idea() -> None:
    verdict = verdict_on(
        task="general_assistant",
        training_data_source="proprietary_model",
        source_terms="permitted",
        serves="internal",
    )
    assert verdict.option == "do_not_imitate"


BANS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "residency": ({"data_location": "own_network"}, {"fine_tune_hosted"}),
    "region": ({"data_location": "region"}, {"fine_tune_hosted"}),
    "approval": ({"platform_tuning_approved": False}, {"fine_tune_hosted"}),
    "platform": ({"platform": "openai", "tuned_there_before": False}, {"fine_tune_hosted"}),
    "shutdown": ({"platform": "openai", "tuned_there_before": True}, {"fine_tune_hosted"}),
    "erasure": ({"erasure_required": True}, set(TUNED)),
    "safety": ({"safety_critical": True}, set(TUNED)),
    "data": ({"labelled_examples": 40}, {"fine_tune_hosted", "fine_tune_self_hosted"}),
    "no_teacher": ({"training_data_source": "own_labels"}, {"distill"}),
    "terms": (
        {"training_data_source": "proprietary_model", "source_terms": "prohibited"},
        set(TUNED),
    ),
    "latency": (
        {
            "latency_limit_ms": 300,
            "measurements": [{"arm": "dynamic_few_shot", "accuracy": 0.8, "p95_ms": 400}],
        },
        {"dynamic_few_shot"},
    ),
    "latency_likely": (
        {"latency_limit_ms": 100},
        {"prompt", "dynamic_few_shot", "rag", "decompose", "fine_tune_hosted"},
    ),
    "prompt_budget": (
        {"prompt_budget_tokens": 500},
        {"dynamic_few_shot", "rag", "decompose"},
    ),
    "rate_limit": (
        {"rate_limit_tpm": 10_000, "peak_rps": 5, "static_prompt_tokens": 5000},
        {"prompt", "dynamic_few_shot", "rag", "decompose", "fine_tune_hosted"},
    ),
    "price_cap": ({"max_usd_per_request": 1e-9}, set(WAYS)),
    "budget": ({"budget_usd": 500, "proposed_usd": 9000}, set(TUNED)),
    "time": ({"deadline_days": 7}, {"rag", "decompose", *TUNED}),
}


@pytest.mark.parametrize(("kind", "facts", "options"), [(k, *v) for k, v in BANS.items()], ids=BANS)
def test_a_limit_rules_options_out_and_says_who_can_lift_it(
    kind: str, facts: dict[str, Any], options: set[str]
) -> None:
    verdict = verdict_on(task="classification", monthly_requests=100_000, **facts)
    found = [veto for veto in verdict.vetoes if veto.kind == kind]
    assert {veto.option for veto in found} >= options
    assert all(veto.text and veto.lifted_by for veto in found)


some_cases = st.fixed_dictionaries(
    {},
    optional={
        "task": st.sampled_from(
            ["classification", "extraction", "generation", "qa_over_documents", "multi_hop_qa"]
        ),
        "goal": st.sampled_from(["quality", "cost", "latency", "privacy"]),
        "problem": st.sampled_from(["knowledge", "format", "behaviour", "composition", "none"]),
        "monthly_requests": st.floats(1, 1e9),
        "labelled_examples": st.floats(0, 1e6),
        "classes": st.floats(2, 500),
        "changes": st.sampled_from(["never", "weekly", "daily"]),
        "data_location": st.sampled_from(["cloud", "region", "own_network", "on_device"]),
        "latency_limit_ms": st.floats(10, 10_000),
        "target_accuracy": st.floats(0, 1),
        "erasure_required": st.booleans(),
        "safety_critical": st.booleans(),
        "ml_team": st.booleans(),
        "platform": st.sampled_from(["openai", "bedrock", "azure", "somewhere"]),
        "training_data_source": st.sampled_from(["own_labels", "open_model", "proprietary_model"]),
        "source_terms": st.sampled_from(["permitted", "prohibited", "unclear"]),
        "error_cost_usd": st.floats(0, 100),
        "budget_usd": st.floats(0, 1e6),
        "measurements": st.lists(
            st.fixed_dictionaries(
                {
                    "arm": st.sampled_from(
                        ["zero_shot", "dynamic_few_shot", "fine_tuned", "rag", "teacher"]
                    ),
                    "accuracy": st.floats(0, 1),
                },
                optional={"items": st.floats(1, 5000)},
            ),
            max_size=3,
        ),
    },
)


@settings(max_examples=60, deadline=None)
@given(some_cases)
def test_whatever_the_case_a_ruled_out_option_is_never_chosen(data: dict[str, Any]) -> None:
    verdict = verdict_on(**data)
    ruled_out = {veto.option for veto in verdict.vetoes}
    assert verdict.option not in ruled_out
    assert verdict.leader is None or verdict.leader.option not in ruled_out
    assert 0 < verdict.confidence < 1
    assert len(verdict.drivers) == 3
    json.dumps(verdict.to_json(), allow_nan=False)


PRICE = ModelFacts("some-model", Rates(1.0, 0.05, 1.25, 5.0), "mid")


@settings(max_examples=60, deadline=None)
@given(volume=st.floats(100, 1e8), factor=st.floats(1.01, 100))
def test_more_volume_never_worsens_a_fixed_cost_against_a_cost_per_request(
    volume: float, factor: float
) -> None:
    def gap(requests: float) -> float:
        """What a dedicated endpoint costs more than retrieved examples."""
        case = Case(task="generation", monthly_requests=requests, platform="together", peak_rps=1e6)
        setting = setting_of(case, lambda name: PRICE)
        dear, cheap = (
            monthly_usd(spending_of(option, setting, market(), today=TODAY), setting, requests)
            for option in ("fine_tune_hosted", "dynamic_few_shot")
        )
        return dear - cheap

    assert gap(volume * factor) <= gap(volume) + 1e-6 * volume


def test_a_larger_volume_turns_a_settled_task_to_a_model_of_its_own() -> None:
    def rank(requests: float) -> int:
        verdict = verdict_on(
            task="classification",
            goal="cost",
            model="gpt-6.1-terra",
            monthly_requests=requests,
            labelled_examples=20_000,
            changes="never",
            ml_team=True,
            measurements=[
                {"arm": "static_few_shot", "accuracy": 0.93, "items": 2000},
                {"arm": "fine_tuned_small", "accuracy": 0.93, "items": 2000},
            ],
        )
        ways = ("prompt", "dynamic_few_shot", "fine_tune_self_hosted")
        rows = sorted((r for r in verdict.costs if r.option in ways), key=lambda r: r.monthly_usd)
        return [row.option for row in rows].index("fine_tune_self_hosted")

    ranks = [rank(requests) for requests in (1e4, 1e6, 1e8, 1e9)]
    assert ranks == sorted(ranks, reverse=True)
    assert (ranks[0], ranks[-1]) == (2, 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 rps flat", "12.96M requests a month around the clock, peak 5 rps"),
        ("400k emails a day", "12M emails a month"),
        ("p95 under 150 ms, 12M emails a month", "p95 under 0.15 s, 12M emails a month"),
        ("zero-shot 61%, 12M emails a month", "zero-shot accuracy 0.61, 12M emails a month"),
        ("we spend $700/day on 12M emails a month", "we spend $21k/month on 12M emails a month"),
    ],
)
def test_the_unit_in_which_a_fact_is_stated_does_not_change_the_verdict(
    one: str, other: str
) -> None:
    start = "We classify emails into 12 classes, 3,000 labelled emails, need 85%. "
    verdicts = [decide(understand(start + words).case, today=TODAY) for words in (one, other)]
    assert verdicts[0].case == verdicts[1].case
    assert verdicts[0].option == verdicts[1].option
    assert verdicts[0].costs == verdicts[1].costs


def test_a_button_answers_what_was_missing() -> None:
    verdict = verdict_on(task="extraction")
    assert verdict.option == "ask"
    field = next(ask for ask in verdict.asks if ask.field.startswith("measurements"))
    change = forms.Change(field.choices[1].value, field.choices[1].label)
    case, facts = forms.revised(verdict, {field.field: change})
    assert case.accuracy("zero_shot") == 0.7
    assert facts[-1].quote == field.choices[1].label
    again = decide(case, facts, today=TODAY)
    assert again.option != "ask"
    assert again.audit_id != verdict.audit_id


def test_every_button_of_every_question_is_an_answer_that_the_case_can_hold() -> None:
    pressed = 0
    for scenario in SCENARIOS:
        verdict = verdict_on(**scenario.case)
        for ask in verdict.asks:
            for choice in ask.choices:
                case = case_from(verdict.case).with_facts({ask.field: choice.value})
                assert case != case_from(scenario.case) or choice.value == scenario.case.get(
                    ask.field
                )
                pressed += 1
    assert pressed > 40


@pytest.mark.parametrize(
    ("field", "value"), [("verdict", "prompt"), ("target_accuracy", 85.0), ("task", "poetry")]
)
def test_a_button_cannot_set_what_does_not_exist(field: str, value: Any) -> None:
    with pytest.raises(AskError):
        Case(task="extraction").with_facts({field: value})


def test_prices_of_models_come_from_the_ledger() -> None:
    found = sources_on(TODAY).look_up("gpt-6.1-terra")
    assert found is not None
    assert (found.rates.input, found.rates.cached, found.rates.output) == (1.0, 0.05, 5.0)
    assert sources_on(TODAY).look_up("a model of our own") is None


def test_a_long_cached_prompt_is_cheaper_than_short_fresh_examples() -> None:
    verdict = verdict_on(
        task="classification",
        goal="cost",
        monthly_requests=9e6,
        steady_traffic=True,
        model="gpt-6.1-terra",
        static_prompt_tokens=15_000,
        example_tokens=1200,
        measurements=[
            {"arm": "static_few_shot", "accuracy": 0.912, "items": 1000},
            {"arm": "dynamic_few_shot", "accuracy": 0.915, "items": 1000},
        ],
    )
    prompt, dynamic = verdict.cost_of("prompt"), verdict.cost_of("dynamic_few_shot")
    assert verdict.option == "prompt"
    assert prompt is not None and dynamic is not None
    assert dynamic.serving_usd - prompt.serving_usd > 2000
