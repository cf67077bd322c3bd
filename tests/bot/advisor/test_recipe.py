"""What to do next: an ordered recipe that fits the case, agrees with the costs and is cited."""

import re
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from bot import evidence
from bot.advisor import OPTIONS, Option, Verdict, case_from, decide
from bot.advisor.deciding.market import market
from bot.advisor.telling.recipe import Recipe, recipe
from bot.advisor.telling.recipe.records import Draft, spread
from bot.advisor.verdict import WAYS, Leader
from bot.stats import paired_items, wilson
from tests.bot.advisor.scenarios import SCENARIOS, Scenario

TODAY = date(2026, 11, 23)


def verdict_on(option: Option | None = None, **case: Any) -> Verdict:
    """Decide a case; or pretend that an option was chosen, whatever weighs against it."""
    verdict = decide(case_from(case), today=TODAY)
    return verdict if option is None else chosen(option, verdict)


def chosen(option: Option, verdict: Verdict) -> Verdict:
    if option in WAYS:
        return replace(verdict, option=option, leader=None)
    way = verdict.option if verdict.leader is None else verdict.leader.option
    return replace(verdict, option=option, leader=Leader(way, 0.5, 100.0))


@cache
def verdicts(name: str) -> tuple[Verdict, ...]:
    """Give the verdict of a scenario, and what it would be with each option."""
    verdict = decide(case_from(scenario(name)), today=TODAY)
    return (verdict, *(chosen(option, verdict) for option in OPTIONS))


def told(option: Option | None = None, **case: Any) -> Recipe:
    return recipe(verdict_on(option, **case), today=TODAY)


def text_of(found: Recipe) -> str:
    return "\n".join(step.text for step in found.steps)


def scenario(name: str) -> dict[str, Any]:
    return next(one.case for one in SCENARIOS if one.name == name)


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: str(one.name))
def test_every_option_has_a_whole_recipe_for_every_case(one: Scenario) -> None:
    for verdict in verdicts(one.name):
        found = recipe(verdict, today=TODAY)
        assert 6 <= len(found.steps) <= 9
        assert len({step.title for step in found.steps}) == len(found.steps)
        for step in found.steps:
            assert step.engineer_days > 0
            assert len(step.title) <= 60
            assert 50 <= len(step.text) <= 600, step
        words = f"{text_of(found)} {found.go} {found.roll_back}"
        assert not re.search(r"[{}]|  |\bNone\b|\bnan\b|\?%", words)
        assert re.search(r"\d", found.go)
        assert found.roll_back


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: str(one.name))
def test_days_sum_to_the_set_up_days_of_the_cost_table(one: Scenario) -> None:
    for verdict in verdicts(one.name):
        if verdict.option not in WAYS:
            continue
        found, row = recipe(verdict, today=TODAY), verdict.cost_of(verdict.option)
        assert row is not None
        assert found.total_days == row.setup_days
        assert sum(step.engineer_days for step in found.steps) == pytest.approx(row.setup_days)


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: str(one.name))
def test_every_step_cites_findings_that_exist_and_back_it(one: Scenario) -> None:
    for verdict in verdicts(one.name):
        way = () if verdict.leader is None else (verdict.leader.option,)
        backed = (verdict.option, *(way if verdict.option == "do_not_imitate" else ()))
        for step in recipe(verdict, today=TODAY).steps:
            assert step.evidence, step.title
            for id in step.evidence:
                found = evidence.finding(id)
                about_method = set(found.pushes) - set(OPTIONS) - {"distill_broad"}
                supported = any(evidence.supports(found, option) for option in backed)
                assert about_method or supported, (step.title, id)


@pytest.mark.parametrize(
    ("total", "weights", "days"),
    [
        pytest.param(5.0, (1, 2, 3), (1.0, 1.5, 2.5), id="half days"),
        pytest.param(6.2, (1, 2, 3), (1.0, 2.0, 3.2), id="what is over goes to the largest"),
        pytest.param(1.2, (1, 1, 1, 1, 1, 1, 2), (0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.3), id="tenths"),
        pytest.param(20.0, (1, 9), (2.0, 18.0), id="by weight"),
    ],
)
def test_days_are_spread_by_weight(
    total: float, weights: tuple[float, ...], days: tuple[float, ...]
) -> None:
    spent = spread([Draft("", "", (), weight) for weight in weights], total)
    assert spent == days
    assert sum(spent) == pytest.approx(total)


@pytest.mark.parametrize(
    ("name", "title", "parts"),
    [
        pytest.param(
            "a reader that does not read",
            "Prepare the training examples",
            ("question, passages and answer", "distractors", "not in the documents", "10% general"),
            id="the reader learns to abstain",
        ),
        pytest.param(
            "a reader that does not read",
            "Choose platform and base",
            ("gpt-4.1-mini at azure", "$1.7 an hour", "2026-11-22", "2027-10-01"),
            id="the team's own platform, its price and its end",
        ),
        pytest.param(
            "a reader that does not read",
            "Train",
            ("SFT", "LoRA on all linear layers", "rank 16", "alpha 32", "2e-4", "1-2 epochs"),
            id="method and starting values",
        ),
        pytest.param(
            "letters inside a hospital",
            "Choose the base for your machines",
            ("encoder of 0.1 to 0.4 billion", "licence"),
            id="a classifier on own machines is an encoder",
        ),
        pytest.param(
            "letters inside a hospital",
            "Prepare the training examples",
            ("8,800 examples", "60 classes", "hard cases"),
            id="the test is taken off the labels",
        ),
        pytest.param(
            "voice in a car",
            "Choose the base for your machines",
            ("0.5 to 1.5 billion", "4-bit", "device"),
            id="a device sets the size",
        ),
        pytest.param(
            "reward that a program checks",
            "Try several samples first",
            ("8 samples", "62%", "88%"),
            id="best of n before reinforcement tuning",
        ),
        pytest.param(
            "reward that a program checks",
            "Train",
            ("RFT", "program's check", "batch 32"),
            id="reinforcement tuning",
        ),
        pytest.param(
            "sql over a moving schema",
            "Measure accuracy against store size",
            ("150, 300, 600, 1,200",),
            id="a curve over the store",
        ),
        pytest.param(
            "sql over a moving schema",
            "Compare with fixed examples",
            ("8 fresh examples", "80 fixed ones"),
            id="the price of fixed examples",
        ),
        pytest.param(
            "sql over a moving schema",
            "Set a test aside",
            ("300 test items", "split by project and by time"),
            id="a test that is there is kept",
        ),
        pytest.param(
            "specifications that change daily",
            "Keep the index fresh",
            ("every day", "more than an hour"),
            id="freshness follows the pace of change",
        ),
        pytest.param(
            "specifications that change daily",
            "Load and cut the documents",
            ("400 tokens", "2M tokens", "5,720 chunks"),
            id="chunks are counted",
        ),
        pytest.param(
            "memory of users", "Keep the index fresh", ("Erasing a person",), id="erasure"
        ),
        pytest.param(
            "steps right, report wrong",
            "Find where the answer is lost",
            ("94%", "55%", "about 10 dependent steps"),
            id="steps in a row explain the loss",
        ),
        pytest.param(
            "steps right, report wrong",
            "Check what a planned answer costs",
            ("4.4 times", "1.3 times", "1.2 to 1.6"),
            id="the cost of a plan, cached and not",
        ),
        pytest.param(
            "a long fixed prompt",
            "Find out what is paid for",
            ("12,000 fixed tokens", "1,024", "99%"),
            id="the cache is checked",
        ),
        pytest.param(
            "a long fixed prompt", "Try the next base model", ("gpt-6-luna",), id="a cheaper base"
        ),
        pytest.param("broken json", "Force the output shape", ("grammar",), id="form is forced"),
        pytest.param(
            "labels that people disagree on",
            "Have two people label the same items",
            ("200 items", "78%"),
            id="labels come first",
        ),
        pytest.param(
            "a contract nobody has read",
            "Measure a free baseline",
            ("TF-IDF",),
            id="a free baseline while lawyers read",
        ),
        pytest.param(
            "a rival assistant",
            "Know what a permitted distillation needs",
            ("in writing", "6,000"),
            id="what would be permitted",
        ),
    ],
)
def test_a_step_depends_on_the_case(name: str, title: str, parts: tuple[str, ...]) -> None:
    steps = {step.title: step.text for step in told(**scenario(name)).steps}
    assert [part for part in parts if part not in steps[title]] == []


def test_retrieval_that_misses_starts_with_recall_per_kind_of_question() -> None:
    found = told(
        task="qa_over_documents",
        problem="retrieval",
        changes="weekly",
        tenants=40,
        latency_limit_ms=2000,
        target_accuracy=0.8,
        measurements=[
            {"arm": "rag_recall_at_5", "accuracy": 0.6},
            {"arm": "given_passage", "accuracy": 0.9},
        ],
    )
    titles = [step.title for step in found.steps]
    assert titles[:2] == ["Set a test aside", "Measure recall@5 per kind of question"]
    words = text_of(found)
    for part in ("60% of the questions; wanted are 89%", "by date", "tenant"):
        assert part in words
    assert titles.index("Search by words and meaning, with filters") < titles.index(
        "Rerank and fill the token budget"
    )
    assert "Recall@5 must reach 89%" in found.go  # 80% of answers from a reader right in 90%
    assert "above 2,000 ms" in found.go


@pytest.mark.parametrize("option", WAYS)
def test_safe_content_begins_with_a_safety_suite(option: Option) -> None:
    found = told(option, task="generation", goal="content_safety", labelled_examples=500)
    assert found.steps[0].title == "Build the safety suite first"
    assert "E41" in found.steps[0].evidence


def test_the_go_number_names_accuracy_items_test_and_margin() -> None:
    found = told(**scenario("letters inside a hospital"))
    low, high = wilson(180, 200)
    for part in ("180 of 200", "90%", f"{100 * low:.1f}% to {100 * high:.1f}%", "11 points"):
        assert part in found.go
    assert "exact McNemar" in found.go


def test_a_small_gap_needs_more_items_than_a_large_one() -> None:
    case = {"task": "extraction", "labelled_examples": 5000, "monthly_requests": 100_000}
    for today, gain in ((0.82, 0.03), (0.8, 0.05), (0.75, 0.1)):
        measured = [{"arm": "static_few_shot", "accuracy": today}]
        go = told("fine_tune_hosted", **case, target_accuracy=0.85, measurements=measured).go
        items = max(200, paired_items(gain, 0.15))
        assert f"of {items:,} held-out items" in go


def test_saving_without_loss_is_a_one_sided_test() -> None:
    case = {**scenario("a long fixed prompt"), "test_items": 9000}
    found = told(**case)
    assert "9,000 paired held-out items" in found.go
    assert "above -1 points" in found.go
    assert "no difference is not enough" in found.go


def test_a_hosted_tune_names_an_offer_that_is_open_that_day() -> None:
    for platform in (None, "azure", "bedrock", "together", "tinker"):
        for today in (TODAY, date(2027, 6, 1)):
            case = case_from({"task": "extraction", "platform": platform, "labelled_examples": 900})
            verdict = replace(decide(case, today=today), option="fine_tune_hosted", leader=None)
            steps = {step.title: step.text for step in recipe(verdict, today=today).steps}
            words = steps["Choose platform and base"]
            named = re.match(r"Tune (.+) at ([a-z-]+), ", words)
            assert named is not None, words
            open_today = {
                (offer.model, offer.provider)
                for offer in market().offers
                if offer.shutdown is None or offer.shutdown > today
            }
            assert named.groups() in open_today
            assert named[2] != "openai"
            assert platform in (None, named[2])


def test_a_platform_without_a_known_offer_is_not_made_up() -> None:
    found = told("fine_tune_hosted", task="extraction", platform="vertex", labelled_examples=900)
    steps = {step.title: step.text for step in found.steps}
    assert "No offer with a known price was found for vertex" in steps["Choose platform and base"]


def test_data_that_must_stay_in_house_meets_no_provider() -> None:
    for option in ("prompt", "dynamic_few_shot", "fine_tune_self_hosted", "distill"):
        words = text_of(told(option, **scenario("letters inside a hospital")))
        names = {offer.provider for offer in market().offers} | {"gpt-6"}
        assert [name for name in names if re.search(rf"\b{name}\b", words)] == []


@pytest.mark.parametrize(
    ("labels", "parts"),
    [
        pytest.param(500.0, ("2-3 epochs", "rank 16", "batch 8", "2e-4"), id="few"),
        pytest.param(5000.0, ("1-2 epochs", "rank 16", "batch 16", "2e-4"), id="some"),
        pytest.param(300_000.0, ("rank 64", "full tuning learns more", "1e-4"), id="many"),
    ],
)
def test_starting_values_follow_the_number_of_examples(
    labels: float, parts: tuple[str, ...]
) -> None:
    found = told("fine_tune_self_hosted", task="text_to_sql", labelled_examples=labels)
    steps = {step.title: step.text for step in found.steps}
    assert [part for part in parts if part not in steps["Train"]] == []
    assert "Starting values of ours" in steps["Train"]


def test_a_tune_is_held_to_a_regression_suite_and_can_be_taken_back() -> None:
    found = told(**scenario("a reader that does not read"))
    suites = next(step for step in found.steps if step.title.startswith("Run held-out"))
    assert {"E39", "E40", "E41"} <= set(suites.evidence)
    assert "regression suite loses more than 2 points" in found.go
    assert "behind a flag" in found.roll_back and "2027-10-01" in found.roll_back


def test_distilling_asks_for_terms_a_checked_teacher_and_real_data() -> None:
    found = told("distill", **scenario("a contract nobody has read"))
    titles = [step.title for step in found.steps]
    assert titles[0] == "Get the terms in writing"
    words = text_of(found)
    for part in ("measured at 95%", "20,000 items", "human-labelled", "at most 10%"):
        assert part in words


@pytest.mark.parametrize(
    ("case", "first", "go"),
    [
        pytest.param({}, "Answer the open questions", "200 items", id="nothing known"),
        pytest.param(
            {
                "test_items": 40,
                "proposed_usd": 30_000,
                "measurements": [
                    {"arm": "zero_shot", "accuracy": 0.78},
                    {"arm": "fine_tuned", "accuracy": 0.83},
                ],
                "comparisons": [
                    {"a": "fine_tuned", "b": "zero_shot", "only_a_right": 5, "only_b_right": 3}
                ],
            },
            "Freeze both systems and the margin",
            f"Decide after {paired_items(0.05, 0.2):,} paired items",
            id="a pilot that may be chance",
        ),
        pytest.param(
            {"task": "classification", "test_leaked": True, "target_accuracy": 0.9},
            "Find the leaked items",
            "stand in no training data",
            id="a leak",
        ),
    ],
)
def test_asking_says_what_to_measure_and_how_much(
    case: dict[str, Any], first: str, go: str
) -> None:
    verdict = verdict_on(**case)
    assert verdict.option == "ask"
    found = recipe(verdict, today=TODAY)
    assert found.steps[0].title == first
    assert go in found.go
    assert found.steps[-1].title == "Ask again with the numbers"


def test_the_same_verdict_gives_the_same_recipe_after_a_journey_through_json() -> None:
    verdict = verdict_on(**scenario("a reader that does not read"))
    again = Verdict.from_json(verdict.to_json())
    assert recipe(again, today=TODAY) == recipe(verdict, today=TODAY)
