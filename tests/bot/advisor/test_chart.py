"""The cost chart holds what Slack allows and what the cost model says at every volume."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from bot.advisor import Verdict, case_from, decide
from bot.advisor.deciding.setting import setting_of
from bot.advisor.deciding.sources import sources_on
from bot.advisor.deciding.spending import spending_of
from bot.advisor.deciding.weighing import monthly_usd
from bot.advisor.telling.chart import CostChart, cost_chart, cost_png
from bot.advisor.verdict import WAYS, BreakEven
from tests.bot.advisor.scenarios import SCENARIOS, Scenario

TODAY = date(2026, 11, 23)


@cache
def verdict_of(name: str) -> Verdict:
    one = next(one for one in SCENARIOS if one.name == name)
    return decide(case_from(one.case), today=TODAY)


@cache
def chart_of(name: str) -> CostChart:
    return cost_chart(verdict_of(name), today=TODAY)


def chart_on(**case: Any) -> CostChart:
    return cost_chart(decide(case_from(case), today=TODAY), today=TODAY)


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: str(one.name))
def test_a_chart_keeps_to_the_limits_of_slack(one: Scenario) -> None:
    chart = chart_of(one.name)
    assert len(chart.title) <= 50
    assert 9 <= len(chart.categories) <= 14
    assert len(chart.categories) == len(chart.labels) == len(set(chart.labels))
    assert list(chart.categories) == sorted(set(chart.categories))
    assert max(map(len, chart.labels)) <= 20
    names = [series.name for series in chart.series]
    assert 2 <= len(names) <= 4 and len(set(names)) == len(names) and max(map(len, names)) <= 20
    for series in chart.series:
        assert len(series.values) == len(chart.categories)
        assert all(0 < value < 1e12 for value in series.values)


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: str(one.name))
def test_the_volume_and_the_break_even_are_among_the_categories(one: Scenario) -> None:
    chart, verdict = chart_of(one.name), verdict_of(one.name)
    assert chart.volume in chart.categories
    assert chart.categories[0] < chart.volume < chart.categories[-1]
    assert verdict.break_even is not None
    requests = verdict.break_even.requests
    if not requests:
        assert chart.break_even is None
        return
    place = chart.categories.index(requests)
    assert chart.break_even == requests
    volume = chart.labels[place].removesuffix(" break-even")
    assert chart.title == f"Monthly cost: break-even at {volume} requests"


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: str(one.name))
def test_the_chosen_option_and_its_rival_come_first(one: Scenario) -> None:
    chart, verdict = chart_of(one.name), verdict_of(one.name)
    way = verdict.option if verdict.leader is None else verdict.leader.option
    assert verdict.break_even is not None
    assert [series.option for series in chart.series[:2]] == [way, verdict.break_even.rival]
    assert {series.option for series in chart.series} <= set(WAYS)


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: str(one.name))
def test_at_the_volume_of_today_the_cost_is_that_of_the_cost_model(one: Scenario) -> None:
    chart, sources = chart_of(one.name), sources_on(TODAY)
    setting = setting_of(case_from(one.case), sources.look_up)
    place = chart.categories.index(chart.volume)
    for series in chart.series:
        spent = spending_of(series.option, setting, sources.market, today=TODAY)
        cost = monthly_usd(spent, setting, setting.requests)
        assert series.values[place] == pytest.approx(cost, abs=0.01)
        row = verdict_of(one.name).cost_of(series.option)
        assert row is not None and row.low_usd < series.values[place] < row.high_usd


@pytest.mark.parametrize("name", ["broken json", "a long fixed prompt", "memory of users"])
def test_left_and_right_of_the_break_even_another_option_is_cheaper(name: str) -> None:
    chart = chart_of(name)
    assert chart.break_even is not None
    one, other = (series.values for series in chart.series[:2])
    place = chart.categories.index(chart.break_even)
    assert one[place] == pytest.approx(other[place], rel=0.01)
    assert one[place - 1] < other[place - 1] and one[place + 1] > other[place + 1]


def test_costs_follow_the_volume_through_cache_and_machines() -> None:
    chart = chart_on(
        task="text_to_sql",
        model="gpt-6.1-sol",
        static_prompt_tokens=12_000,
        monthly_requests=20_000,
        labelled_examples=3000,
        changes="never",
        data_location="cloud",
        measurements=[{"arm": "zero_shot", "accuracy": 0.9}],
        target_accuracy=0.85,
    )
    prompt = next(series for series in chart.series if series.option == "prompt")
    slopes = [
        (later - earlier) / (more - fewer)
        for fewer, more, earlier, later in zip(
            chart.categories,
            chart.categories[1:],
            prompt.values,
            prompt.values[1:],
            strict=False,
        )
    ]
    assert slopes[-1] < 0.6 * slopes[0]  # rare requests miss the cache, frequent ones find it


def test_machines_of_ones_own_are_added_as_the_volume_grows() -> None:
    chart = chart_of("a large bill for a settled task")
    own = next(series for series in chart.series if series.option == "fine_tune_self_hosted")
    assert own.values[0] == own.values[1]
    assert own.values[-1] > 3 * own.values[0]


def test_what_a_team_pays_today_is_paid_per_request_at_every_volume() -> None:
    chart = chart_of("a large bill for a settled task")
    prompt = next(series for series in chart.series if series.option == "prompt")
    paid = [value / volume for value, volume in zip(prompt.values, chart.categories, strict=True)]
    assert paid[-1] == pytest.approx(90_000 / 120e6, rel=0.01)


@pytest.mark.parametrize(
    ("requests", "title"),
    [
        pytest.param(None, "Monthly cost: no break-even at any volume", id="never"),
        pytest.param(0.0, "Monthly cost: the tune is cheaper throughout", id="always"),
        pytest.param(999_400.0, "Monthly cost: break-even at 999,000 requests", id="long"),
    ],
)
def test_the_title_says_where_the_break_even_lies(requests: float | None, title: str) -> None:
    even = BreakEven("fine_tune_hosted", requests, "")
    verdict = replace(verdict_of("broken json"), break_even=even)
    chart = cost_chart(verdict, today=TODAY)
    assert chart.title == title
    assert chart.break_even == (requests or None)


def test_without_anything_to_compare_there_is_a_chart_all_the_same() -> None:
    chart = cost_chart(replace(verdict_of("broken json"), break_even=None), today=TODAY)
    assert chart.title == "Monthly cost against volume"
    assert chart.break_even is None and chart.volume in chart.categories


def test_a_break_even_at_the_volume_of_today_is_one_category() -> None:
    even = BreakEven("fine_tune_hosted", 40_000.0, "")
    chart = cost_chart(replace(verdict_of("broken json"), break_even=even), today=TODAY)
    assert chart.labels[chart.categories.index(40_000.0)] == "40,000 break-even"


def test_an_assumed_volume_is_marked_as_assumed() -> None:
    assert "50,000 assumed" in chart_of("voice in a car").labels
    assert "40,000 today" in chart_of("broken json").labels


def test_the_picture_is_drawn() -> None:
    verdict = verdict_of("a long fixed prompt")
    drawn = cost_png(verdict, today=TODAY)
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    assert drawn == cost_png(Verdict.from_json(verdict.to_json()), today=TODAY)
