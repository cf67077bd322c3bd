"""What people type into a form is read as they mean it, and every fact has words and an input."""

from datetime import date
from typing import Any

import pytest

from bot.advisor import Verdict, decide, forms, understand
from bot.advisor.case import Case
from bot.advisor.forms import Change
from bot.advisor.verdict import Plain
from bot.errors import AskError
from bot.texts import speaking
from tests.bot.advisor.scenarios import SCENARIOS, Scenario

TODAY = date(2026, 11, 23)
FIELDS = tuple(field for _, fields in forms.GROUPS for field in fields)


def answer(scenario: Scenario) -> Verdict:
    reading = understand(scenario.question)
    return decide(reading.case, reading.facts, reading.notes, today=TODAY)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        pytest.param("monthly_requests", "60k", 60_000.0, id="60k"),
        pytest.param("monthly_requests", "60,000 requests", 60_000.0, id="60,000 requests"),
        pytest.param("monthly_requests", "2k a day", 60_000.0, id="a day"),
        pytest.param("monthly_requests", "2.500 al mes", 2_500.0, id="Spanish thousands"),
        pytest.param("monthly_requests", "每天 200", 6_000.0, id="Chinese period"),
        pytest.param("monthly_requests", "10万", 100_000.0, id="Chinese ten thousand"),
        pytest.param("monthly_requests", "1.2M", 1.2e6, id="million"),
        pytest.param("labelled_examples", "0", 0.0, id="none"),
        pytest.param("target_accuracy", "85 %", 0.85, id="85 %"),
        pytest.param("target_accuracy", "85", 0.85, id="85"),
        pytest.param("target_accuracy", "0.85", 0.85, id="0.85"),
        pytest.param("measurements.zero_shot.accuracy", "61%", 0.61, id="measured"),
        pytest.param("current_usd_per_month", "€2.500 al mes", 2_600.0, id="euros"),
        pytest.param("error_cost_usd", "$0.40", 0.4, id="cents"),
        pytest.param("latency_limit_ms", "150 ms", 150.0, id="ms"),
        pytest.param("latency_limit_ms", "p95 under 1.5 s", 1_500.0, id="seconds"),
        pytest.param("deadline_days", "2 weeks", 14.0, id="weeks"),
        pytest.param("changes", "weekly", "weekly", id="choice"),
        pytest.param("ml_team", "no", False, id="switch"),
        pytest.param("platform", " Azure ", "Azure", id="name"),
        pytest.param("task", forms.UNKNOWN, None, id="unknown"),
        pytest.param("monthly_requests", "  ", None, id="nothing"),
    ],
)
def test_what_people_type_is_read_as_they_mean_it(field: str, text: str, value: Plain) -> None:
    assert forms.parse(field, text) == value


def test_dots_in_money_part_thousands_where_the_asker_writes_spanish() -> None:
    assert forms.parse("budget_usd", "2.500") == 2.5
    with speaking("es"):
        assert forms.parse("budget_usd", "2.500") == 2500.0


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        pytest.param("monthly_requests", "lots", "one number", id="no number"),
        pytest.param("monthly_requests", "10-20k", "one number", id="range"),
        pytest.param("monthly_requests", "3k per fortnight", "period", id="period"),
        pytest.param("monthly_requests", "1e17", "check it", id="too large"),
        pytest.param("labelled_examples", "-4", "check it", id="negative"),
        pytest.param("classes", "0", "check it", id="too small"),
        pytest.param("target_accuracy", "185 %", "check it", id="over 100 %"),
        pytest.param("error_cost_usd", "5 %", "percentage", id="share of money"),
        pytest.param("changes", "fortnightly", "list", id="no such choice"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(field: str, text: str, says: str) -> None:
    with pytest.raises(AskError, match=says):
        forms.parse(field, text)


def test_every_fact_of_a_case_can_be_typed_and_has_a_name() -> None:
    assert set(Case.model_fields) - set(FIELDS) == {"measurements", "comparisons"}
    assert len(set(FIELDS)) == len(FIELDS)
    assert all(forms.label(field) for field in FIELDS)
    asked = [field for _, fields in forms.QUESTIONNAIRE for field in fields]
    assert len(forms.QUESTIONNAIRE) == 8
    assert set(asked) <= set(FIELDS)


def test_what_is_shown_is_read_back_as_the_same_value() -> None:
    known = 0
    for scenario in SCENARIOS:
        case = scenario.case
        for field in FIELDS:
            shown = forms.shown(field, case)
            if shown:
                known += 1
                value = forms.parse(field, shown)
                now = forms._value(field, case)
                same = value == pytest.approx(now) if isinstance(now, float) else value == now
                assert same, (field, shown, value)
    assert known > 60


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: str(one.name))
def test_eight_facts_move_a_verdict_most_and_no_fact_is_lost(scenario: Scenario) -> None:
    verdict = answer(scenario)
    first = forms.moving(verdict)
    assert len(set(first)) == 8
    if verdict.option == "ask":
        assert first[0] == verdict.asks[0].field
    rest = [field for _, fields in forms.others(first) for field in fields]
    assert sorted({*first, *rest}) == sorted({*FIELDS, *first})
    assert len(first) + len(rest) == len({*FIELDS, *first})


def test_a_value_says_where_it_comes_from() -> None:
    verdict = answer(SCENARIOS[0])
    assert forms.provenance("monthly_requests", verdict).startswith("You said: ")
    assert forms.provenance("measurements.zero_shot.accuracy", verdict).startswith("Measured: ")
    assert "assumed: 200" in forms.provenance("query_tokens", verdict)
    assert forms.provenance("budget_usd", verdict) == ""


def test_a_change_keeps_the_other_facts_and_forgets_what_is_cleared() -> None:
    verdict = answer(SCENARIOS[0])
    changes = {
        "monthly_requests": Change(90_000.0, "90k"),
        "labelled_examples": Change(None, ""),
        "measurements.zero_shot.accuracy": Change(0.7, "70%"),
    }
    case, facts = forms.revised(verdict, changes)
    assert (case.monthly_requests, case.labelled_examples) == (90_000.0, None)
    assert case.accuracy("zero_shot") == 0.7
    assert case.accuracy("dynamic_few_shot") == 0.81
    told = {fact.field: (fact.value, fact.quote, fact.provenance) for fact in facts}
    assert told["monthly_requests"] == (90_000.0, "90k", "stated")
    assert told["measurements.zero_shot.accuracy"] == (0.7, "70%", "measured")
    assert "labelled_examples" not in told
    assert told["task"] == next(
        (f.value, f.quote, f.provenance) for f in verdict.facts if f.field == "task"
    )


def test_two_changes_that_agree_only_together_are_taken() -> None:
    case, facts = forms.revised(
        answer(SCENARIOS[0]),
        {"target_prompt_tokens": Change(900.0, "900"), "static_prompt_tokens": Change(2e3, "2k")},
    )
    assert (case.static_prompt_tokens, case.target_prompt_tokens) == (2000.0, 900.0)
    assert len(facts) == len(answer(SCENARIOS[0]).facts) + 2
    with pytest.raises(AskError, match="contradict"):
        forms.revised(
            answer(SCENARIOS[0]),
            {"target_prompt_tokens": Change(3e3, "3k"), "static_prompt_tokens": Change(2e3, "2k")},
        )


def test_what_was_typed_beside_words_wins_over_them() -> None:
    read = understand("We tag tickets, 40k a month, zero-shot gets 70%.")
    case, facts = forms.filled(read, {"monthly_requests": Change(50_000.0, "50k")})
    assert case.monthly_requests == 50_000.0
    assert case.accuracy("zero_shot") == 0.7
    assert [f.quote for f in facts if f.field == "monthly_requests"] == ["50k"]


@pytest.mark.parametrize("lang", ["en", "es", "zh"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("monthly_requests", 80_000.0),
        ("monthly_requests", 1_234_567.0),
        ("labelled_examples", 45.0),
        ("measurements.zero_shot.accuracy", 0.745),
        ("error_cost_usd", 0.4),
        ("current_usd_per_month", 2_500.0),
        ("current_usd_per_month", 1234.5),
        ("latency_limit_ms", 1_500.0),
    ],
)
def test_what_a_form_shows_is_read_back_as_the_same_value(
    lang: str, field: str, value: float
) -> None:
    table, _, rest = field.partition(".")
    case: dict[str, Any] = {field: value}
    if rest:
        case = {table: [{"arm": "zero_shot", "accuracy": value}]}
    with speaking(lang):
        assert forms.parse(field, forms.shown(field, case)) == pytest.approx(value)
