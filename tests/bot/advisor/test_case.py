"""Facts have names, units and bounds; what makes no sense is refused in one line."""

import math
from typing import Any

import jsonschema
import pytest

from bot.advisor import Case, case_from
from bot.advisor.case import schema
from bot.errors import AskError

NUMBERS = {
    *("monthly_requests", "peak_rps", "static_prompt_tokens", "target_prompt_tokens"),
    *("prompt_budget_tokens", "query_tokens", "output_tokens", "example_tokens"),
    *("retrieved_tokens", "corpus_tokens", "corpus_pages", "document_pages"),
    *("labelled_examples", "unlabelled_items", "test_items", "latency_limit_ms"),
    *("error_cost_usd", "current_usd_per_month", "budget_usd", "proposed_usd"),
    *("max_usd_per_request", "engineer_usd_per_hour", "rate_limit_rpm", "rate_limit_tpm"),
    *("peak_tpm", "deadline_days", "engineer_days_available"),
}
SHARES = {"label_agreement", "target_accuracy"}
FROM_ONE = {"classes", "tenants"}
SWITCHES = {
    *("steady_traffic", "batch", "test_leaked", "learning_curve_flat", "erasure_required"),
    *("ml_team", "platform_tuning_approved", "tuned_there_before", "safety_critical"),
    *("tuned_safety_evaluated", "structured_output_used", "reward_verifiable"),
}
WORDS = {"hardware", "platform", "model"}
CHOICES = {
    "task": "classification extraction generation qa_over_documents multi_hop_qa "
    "multi_document_synthesis text_to_sql function_calling code general_assistant "
    "personal_memory other",
    "goal": "quality cost latency privacy rate_limit content_safety time_to_ship",
    "problem": "knowledge format behaviour composition retrieval ignores_passage unreliable "
    "context_overflow none unknown",
    "changes": "never yearly quarterly monthly weekly daily continuous",
    "data_location": "cloud region own_network on_device",
    "training_data_source": "own_labels open_model proprietary_model none",
    "source_terms": "permitted prohibited unclear",
    "serves": "internal product competing_product",
    "base_capability": "small mid frontier",
}
ARMS = (
    "zero_shot static_few_shot random_few_shot dynamic_few_shot prompt_optimised long_context rag "
    "rag_recall_at_5 given_passage per_step fine_tuned fine_tuned_small fine_tuned_before teacher "
    "pass_at_k cloud_dynamic_few_shot human_preference valid_format"
)


def field_schemas(of: str | None = None) -> dict[str, dict[str, Any]]:
    """The schema of each field, "or unknown" taken away."""
    schema = Case.model_json_schema()
    properties = schema["$defs"][of]["properties"] if of else schema["properties"]
    return {name: _known(field) for name, field in properties.items()}


def _known(field: dict[str, Any]) -> dict[str, Any]:
    options = [one for one in field.get("anyOf", [field]) if one.get("type") != "null"]
    plain = options[0]
    return {k: v for k, v in plain.items() if k not in ("title", "default", "description")}


def test_the_fields_are_exactly_the_agreed_ones() -> None:
    expected = NUMBERS | SHARES | FROM_ONE | SWITCHES | WORDS | CHOICES.keys()
    assert set(field_schemas()) == expected | {"measurements", "comparisons"}


def test_the_fields_have_the_agreed_kinds_and_bounds() -> None:
    found = field_schemas()
    for name in NUMBERS:
        assert found[name] == {"type": "number", "minimum": 0}, name
    for name in SHARES:
        assert found[name] == {"type": "number", "minimum": 0, "maximum": 1}, name
    for name in FROM_ONE:
        assert found[name] == {"type": "number", "minimum": 1}, name
    for name in SWITCHES:
        assert found[name] == {"type": "boolean"}, name
    for name in WORDS:
        assert found[name] == {"type": "string"}, name
    for name, words in CHOICES.items():
        assert found[name]["enum"] == words.split(), name


def test_measurements_and_comparisons_have_the_agreed_fields() -> None:
    row = field_schemas("Measurement")
    assert row["arm"]["enum"] == ARMS.split()
    assert set(row) == {"arm", "accuracy", "items", "p95_ms", "usd_per_month"}
    assert row["accuracy"] == {"type": "number", "minimum": 0, "maximum": 1}
    assert set(field_schemas("Comparison")) == {
        *("a", "b", "p_value", "only_a_right", "only_b_right"),
        *("difference_low", "difference_high"),
    }


def test_a_case_gives_back_what_it_was_made_from() -> None:
    data = {
        "task": "classification",
        "monthly_requests": 60000,
        "ml_team": False,
        "measurements": [{"arm": "zero_shot", "accuracy": 0.61}, {"arm": "human_preference"}],
        "comparisons": [{"a": "fine_tuned", "b": "zero_shot", "only_a_right": 5}],
        "test_items": 40,
    }
    assert case_from(data).known() == data
    assert case_from({}).known() == {}


@pytest.mark.parametrize(
    ("data", "named"),
    [
        pytest.param({"monthly_requests": -1}, "monthly_requests", id="negative"),
        pytest.param({"monthly_requests": 1e99}, "monthly_requests", id="absurdly large"),
        pytest.param({"monthly_requests": math.nan}, "monthly_requests", id="not a number"),
        pytest.param({"labelled_examples": math.inf}, "labelled_examples", id="infinite"),
        pytest.param({"target_accuracy": 85}, "target_accuracy", id="percent for a share"),
        pytest.param({"classes": 0}, "classes", id="no class"),
        pytest.param({"task": "poetry"}, "task", id="unknown task"),
        pytest.param({"monthly_requests": "many"}, "monthly_requests", id="words for a number"),
        pytest.param({"ml_team": "yes"}, "ml_team", id="words for a switch"),
        pytest.param({"verdict": "fine_tune_hosted"}, "verdict", id="unknown field"),
        pytest.param(
            {"measurements": [{"arm": "magic", "accuracy": 0.9}]}, "measurements.0.arm", id="arm"
        ),
        pytest.param(
            {"static_prompt_tokens": 100, "target_prompt_tokens": 900}, "prompt", id="prompt grows"
        ),
        pytest.param({"monthly_requests": 9e6, "peak_rps": 0.1}, "peak", id="peak below average"),
        pytest.param(
            {"comparisons": [{"a": "x", "b": "y", "difference_low": 1, "difference_high": 0}]},
            "difference",
            id="ends reversed",
        ),
        pytest.param(
            {
                "test_items": 10,
                "comparisons": [{"a": "x", "b": "y", "only_a_right": 9, "only_b_right": 8}],
            },
            "tested",
            id="more changed than tested",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line_that_names_it(
    data: dict[str, Any], named: str
) -> None:
    with pytest.raises(AskError) as refused:
        case_from(data)
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_order_of_measurements_does_not_change_the_canonical_text() -> None:
    rows = [{"arm": "zero_shot", "accuracy": 0.6}, {"arm": "rag", "accuracy": 0.7}]
    one, other = case_from({"measurements": rows}), case_from({"measurements": rows[::-1]})
    assert one.canonical() == other.canonical()


def test_the_printed_schema_judges_cases_as_the_code_does() -> None:
    judge = jsonschema.Draft202012Validator(schema())
    good = {
        "task": "classification",
        "monthly_requests": 60000,
        "measurements": [{"arm": "zero_shot", "accuracy": 0.61}],
        "comparisons": [{"a": "fine_tuned", "b": "zero_shot", "p_value": 0.2}],
    }
    judge.validate(good)
    for bad in (
        {"monthly_requests": -1},
        {"target_accuracy": 85},
        {"task": "poetry"},
        {"verdict": "prompt"},
        {"measurements": [{"accuracy": 0.9}]},
        {"measurements": [{"arm": "magic"}]},
    ):
        assert not judge.is_valid(bad), bad
    assert all("title" not in field and "anyOf" not in field for field in _fields(schema()))
    assert "same in every request" in schema()["properties"]["static_prompt_tokens"]["description"]


def _fields(of: dict[str, Any]) -> list[dict[str, Any]]:
    return [*of["properties"].values()]


@pytest.mark.parametrize(
    ("field", "value", "known"),
    [
        ("monthly_requests", 5.0, {"monthly_requests": 5.0}),
        ("task", None, {}),
        (
            "measurements.rag.accuracy",
            0.5,
            {
                "task": "code",
                "measurements": [
                    {"arm": "zero_shot", "accuracy": 0.6},
                    {"arm": "rag", "accuracy": 0.5},
                ],
            },
        ),
    ],
)
def test_one_fact_is_set_or_forgotten(field: str, value: Any, known: dict[str, Any]) -> None:
    case = case_from({"task": "code", "measurements": [{"arm": "zero_shot", "accuracy": 0.6}]})
    changed = case.with_facts({field: value}).known()
    assert {name: changed.get(name) for name in known} == known
    assert ("task" in changed) == (field != "task")
    with pytest.raises(AskError):
        case.with_facts({"verdict": "prompt"})
