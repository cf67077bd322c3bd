"""Peaks, patterns and the replayed cache, against what is known of the arrivals."""

import math
import random

import numpy as np
import pytest

from bot.measure.arrivals import Arrivals, Instants, cache_hits, pattern_of, peak
from tests.bot.measure.logs import START, arrivals

HOUR, DAY = 3600, 86_400


def test_a_peak_is_the_fullest_window_wherever_it_begins() -> None:
    at = np.array([0.0, 59.9, 60.1, 60.2, 118.0, 500.0])
    assert peak(at, 1) == 3
    assert peak(at, 60) == 4  # 59.9 to 118.0
    assert peak(at, 60, np.array([1, 10, 100, 1000, 10_000, 5])) == 11_110


def test_whole_seconds_are_counted_once_each() -> None:
    at = np.repeat(np.arange(10.0), 4)
    assert peak(at, 1) == 4
    assert peak(at, 2) == 8


@pytest.mark.parametrize("per_hour", [1, 12, 60], ids="{} an hour".format)
@pytest.mark.parametrize("minutes", [5, 30], ids="{} minutes".format)
def test_random_arrivals_hit_as_the_formula_says(per_hour: float, minutes: float) -> None:
    n = 20_000
    at = np.array(list(arrivals(random.Random(5), n, per_hour)))
    expected = 1 - math.exp(-per_hour * minutes / 60)
    error = math.sqrt(expected * (1 - expected) / n)
    assert abs(cache_hits(at, minutes) - expected) < 4 * error + 1 / n


def test_a_cache_is_kept_from_the_last_use_on_and_the_first_request_misses() -> None:
    at = np.array([0.0, 240.0, 480.0, 780.0, 1081.0])
    assert cache_hits(at, 5) == 3 / 5
    assert cache_hits(at[:1], 5) == 0


def test_nothing_that_came_has_no_share() -> None:
    assert math.isnan(cache_hits(np.array([]), 5))


@pytest.mark.parametrize(
    ("at", "steady", "batch"),
    [
        pytest.param(START + np.arange(0, 7 * DAY, 30.0), True, False, id="every half minute"),
        pytest.param(
            np.concatenate([START + day * DAY + np.arange(0, HOUR, 1.0) for day in range(7)]),
            False,
            True,
            id="an hour a night",
        ),
        pytest.param(
            np.concatenate([START + day * DAY + np.arange(0, 9 * HOUR, 20.0) for day in range(7)]),
            False,
            False,
            id="office hours",
        ),
        pytest.param(START + np.arange(0, 3 * HOUR, 5.0), None, None, id="too short to tell"),
    ],
)
def test_patterns_are_told_apart(at: Instants, steady: bool | None, batch: bool | None) -> None:
    pattern = pattern_of(at)
    assert (pattern.steady, pattern.batch) == (steady, batch)


def test_weekends_are_counted_in_utc() -> None:
    monday = 1_789_948_800.0  # 2026-09-21 00:00
    week = monday + np.arange(0.0, 7 * DAY, HOUR, dtype=np.float64)
    assert pattern_of(week).weekend == pytest.approx(2 / 7)
    assert pattern_of(week[: 5 * 24]).weekend == 0
    assert pattern_of(week[5 * 24 :]).weekend == 1


def test_an_hour_like_every_other_has_no_variation() -> None:
    pattern = pattern_of(START + np.arange(0.0, 7 * DAY, HOUR, dtype=np.float64))
    assert (pattern.hours, pattern.active, pattern.variation) == (168, 1.0, 0.0)
    assert pattern.busiest == 16 / 168


def test_arrivals_come_back_in_the_order_of_time() -> None:
    held = Arrivals()
    for row in ((3.0, 30, 1), (1.0, 10, -1), (2.0, 20, 0)):
        held.add(*row)
    at, tokens, template = held.sorted()
    assert (at.tolist(), tokens.tolist(), template.tolist()) == (
        [1, 2, 3],
        [10, 20, 30],
        [-1, 0, 1],
    )
