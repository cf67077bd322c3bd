"""What is not sure is said with numbers: swings, the worth of knowing more, further examples."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from bot import evidence
from bot.advisor import Pilot, Verdict, case_from, decide, replay
from bot.advisor.deciding.curve import pilots_from
from bot.advisor.deciding.sensitivity import swings, value_of_information
from bot.advisor.deciding.sources import sources_on
from bot.advisor.decision import choose
from bot.advisor.verdict import TUNED
from tests.bot.advisor.scenarios import SCENARIOS, Scenario

TODAY = date(2026, 11, 23)
ROUTING: dict[str, Any] = {
    "task": "classification",
    "monthly_requests": 300_000,
    "labelled_examples": 4000,
    "changes": "quarterly",
    "target_accuracy": 0.85,
    "error_cost_usd": 0.3,
    "measurements": [{"arm": "zero_shot", "accuracy": 0.7, "items": 400}],
}


def verdict_on(**case: Any) -> Verdict:
    return decide(case_from(case), today=TODAY)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: str(one.name))
def test_a_verdict_says_what_moves_it_most(scenario: Scenario) -> None:
    verdict = verdict_on(**scenario.case)
    widths = [abs(bar.high_usd - bar.low_usd) for bar in verdict.tornado]
    assert widths == sorted(widths, reverse=True)
    assert (verdict.rival is None) == (verdict.tornado == ())
    assert all(bar.words for bar in verdict.tornado)


def test_a_swing_moves_the_way_it_must() -> None:
    outcome = choose(case_from(ROUTING), sources=sources_on(TODAY))
    found = {s.name: s for s in swings(outcome.scales, "fine_tune_hosted", "dynamic_few_shot")}
    better = found["accuracy.fine_tune_hosted"]
    assert better.low < better.high and better.low_usd < better.high_usd
    worse = found["accuracy.dynamic_few_shot"]
    assert worse.low_usd > worse.high_usd
    assert found["hours"].low_usd > found["hours"].high_usd  # a tune takes more of them


def test_nothing_is_worth_knowing_where_one_option_wins_every_draw() -> None:
    outcome = choose(case_from(ROUTING), sources=sources_on(TODAY))
    benefits = outcome.scales.drawn.benefits
    way = outcome.option
    sure = {option: draws if option == way else draws - 1e9 for option, draws in benefits.items()}
    drawn = outcome.scales.drawn.__class__(
        outcome.scales.drawn.inputs, outcome.scales.drawn.reached, sure
    )
    scales = outcome.scales.__class__(**{**vars(outcome.scales), "drawn": drawn})
    assert value_of_information(scales) == pytest.approx(0.0)
    assert value_of_information(outcome.scales) > 0


def test_the_worth_of_knowing_is_the_mean_of_the_best_less_the_best_mean() -> None:
    outcome = choose(case_from(ROUTING), sources=sources_on(TODAY))
    nets = np.stack([outcome.scales.drawn.benefits[o] for o in outcome.scales.ranking])
    expected = nets.max(axis=0).mean() - max(row.mean() for row in nets)
    assert value_of_information(outcome.scales) == pytest.approx(expected)


def test_a_pilot_is_advised_only_where_it_is_worth_its_cost() -> None:
    advised = {True: 0, False: 0}
    for case in (ROUTING, *(scenario.case for scenario in SCENARIOS)):
        verdict = verdict_on(**case)
        known = verdict.information
        if known is None or verdict.leader is not None:
            continue
        told = any("pilot" in note and "paired items" in note for note in verdict.notes)
        assert told == known.worth_it
        assert not known.worth_it or known.horizon_usd > known.pilot_usd
        assert not known.worth_it or max(row.best for row in verdict.costs) < 0.7
        advised[known.worth_it] += 1
    assert advised[True] and advised[False]


def test_two_measured_points_are_carried_on_to_more_examples() -> None:
    rows = [
        {"arm": "zero_shot", "accuracy": 0.62, "items": 500},
        {"arm": "fine_tuned", "accuracy": 0.81, "items": 500},
    ]
    verdict = verdict_on(task="extraction", labelled_examples=400, measurements=rows)
    near, far = verdict.projection
    assert (near.examples, far.examples) == (800, 1600)
    assert 0.81 < near.accuracy < far.accuracy < 1
    assert far.low < far.accuracy < far.high
    assert "1,600 examples" in far.words


def test_points_that_were_given_are_used_and_replayed() -> None:
    points = pilots_from("0:124/200 50:130/200 100:142/200 200:154/200 400:164/200")
    verdict = decide(case_from({**ROUTING, "target_accuracy": 0.88}), today=TODAY, pilots=points)
    far = verdict.projection[-1]
    assert far.examples == 1600
    assert (far.accuracy, far.reaches) == pytest.approx((0.858, 0.31), abs=0.02)
    assert replay(verdict).projection == verdict.projection
    assert replay(verdict).audit_id == verdict.audit_id
    other = decide(case_from(ROUTING), today=TODAY, pilots=[*points[:-1], Pilot(400, 150, 200)])
    assert other.audit_id != verdict.audit_id


def test_points_that_fit_no_curve_are_passed_over() -> None:
    points = pilots_from("0:1990/2000 50:10/2000 100:1990/2000")
    assert decide(case_from(ROUTING), today=TODAY, pilots=points).projection == ()


def test_the_answers_of_a_question_back_say_where_they_lead() -> None:
    verdict = verdict_on(task="extraction")
    assert verdict.option == "ask" and verdict.leader is not None
    leads = {choice.leads_to for ask in verdict.asks for choice in ask.choices}
    assert len(leads) > 1
    for ask in verdict.asks:
        for choice in ask.choices:
            case = case_from(verdict.case).with_facts({ask.field: choice.value})
            after = choose(case, sources=sources_on(TODAY))
            if after.option == "ask" and after.way == verdict.leader.option:
                assert choice.leads_to == ""


def test_content_safety_compares_four_ways_and_asks_for_a_suite() -> None:
    verdict = verdict_on(
        task="general_assistant",
        goal="content_safety",
        monthly_requests=200_000,
        labelled_examples=2000,
        training_data_source="own_labels",
    )
    assert verdict.option == "prompt"
    assert len(verdict.remedies) == 4
    assert any("safety suite" in note for note in verdict.notes)
    assert {remedy.option for remedy in verdict.remedies} >= {"prompt"}
    assert any(remedy.option in TUNED for remedy in verdict.remedies)
    for remedy in verdict.remedies:
        assert remedy.evidence and all(evidence.finding(id) for id in remedy.evidence)
        assert remedy.setup_days > 0
    quality = verdict_on(task="general_assistant", goal="quality", labelled_examples=2000)
    assert quality.remedies == ()


def test_a_plan_to_imitate_is_checked_for_terms_and_breadth() -> None:
    narrow = verdict_on(
        task="classification",
        training_data_source="proprietary_model",
        source_terms="permitted",
        monthly_requests=1e7,
        measurements=[{"arm": "teacher", "accuracy": 0.95}],
    )
    broad = verdict_on(task="general_assistant", training_data_source="open_model")
    assert any("permit" in line for line in narrow.imitation)
    assert any("narrow" in line for line in narrow.imitation)
    assert any("broad" in line for line in broad.imitation)
    assert verdict_on(task="classification").imitation == ()


LIFTED: dict[str, tuple[dict[str, Any], str, str]] = {
    "labels": (
        {"task": "classification", "labelled_examples": 40, "monthly_requests": 9000},
        "data",
        "60 more labels, about $15",
    ),
    "time": (
        {"task": "classification", "engineer_days_available": 4, "labelled_examples": 4000},
        "time",
        "more engineer days",
    ),
    "safety": (
        {"task": "generation", "safety_critical": True, "labelled_examples": 4000},
        "safety",
        "$4,000",
    ),
    "platform": (
        {"task": "generation", "platform": "openai", "labelled_examples": 4000},
        "platform",
        "azure",
    ),
    "rate": (
        {
            "task": "classification",
            "rate_limit_tpm": 1000,
            "peak_rps": 5,
            "monthly_requests": 5e6,
        },
        "rate_limit",
        "$5,110",
    ),
}


@pytest.mark.parametrize("name", LIFTED)
def test_a_veto_says_what_lifts_it_and_at_what_price(name: str) -> None:
    case, kind, says = LIFTED[name]
    lifts = {veto.lift for veto in verdict_on(**case).vetoes if veto.kind == kind}
    assert lifts and all(lifts)
    assert any(says in lift for lift in lifts), lifts


def test_a_tune_that_pays_back_too_late_is_ruled_out_where_saving_is_the_goal() -> None:
    case = {
        "task": "classification",
        "goal": "cost",
        "labelled_examples": 4000,
        "measurements": [{"arm": "static_few_shot", "accuracy": 0.9, "items": 1000}],
    }
    small = verdict_on(**case, monthly_requests=20_000)
    kinds = {veto.kind for veto in small.vetoes}
    assert "payback_never" in kinds
    large = verdict_on(**case, monthly_requests=400e6, model="gpt-6.1-terra", ml_team=True)
    assert not any(v.kind.startswith("payback") for v in large.vetoes if v.option == large.option)
    assert large.option in TUNED
