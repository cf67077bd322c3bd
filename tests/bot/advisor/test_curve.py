"""A learning curve says no more than its points do."""

import numpy as np
import pytest

from bot.advisor.case import Pilot
from bot.advisor.deciding.curve import (
    back_test,
    fit,
    learnt,
    pilots_from,
)
from bot.errors import AskError

WORKED = pilots_from("0:124/200 50:130/200 100:142/200 200:154/200 400:164/200")


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_worked_example_comes_out_within_three_standard_errors(seed: int) -> None:
    curve = fit(WORKED, seed=seed)
    reach = curve.at(1600, target=0.88)
    assert curve.effective > 5000
    error = (0.31 * 0.69 / curve.effective) ** 0.5
    assert reach.reaches == pytest.approx(0.31, abs=3 * error)
    spread = (reach.high80 - reach.low80) / 2.56
    assert reach.accuracy == pytest.approx(0.858, abs=3 * 1.25 * spread / curve.effective**0.5)
    # The standard error of a 2.5% quantile of a normal is 2.67 sigma / sqrt(n).
    tail = 3 * 2.67 * spread / curve.effective**0.5
    assert (reach.low, reach.high) == pytest.approx((0.771, 0.932), abs=tail)


def test_the_same_seed_gives_the_same_curve() -> None:
    assert fit(WORKED, seed=7).at(800) == fit(WORKED, seed=7).at(800)


def test_intervals_are_nested_and_narrow_where_it_was_measured() -> None:
    curve = fit(WORKED)
    near, far = curve.at(400), curve.at(1600)
    for reach in (near, far):
        assert reach.low < reach.low80 < reach.accuracy < reach.high80 < reach.high
    assert near.high - near.low < far.high - far.low
    assert near.low < 164 / 200 < near.high


def test_ten_times_the_items_narrow_the_interval() -> None:
    larger = [Pilot(p.examples, 10 * p.right, 10 * p.items) for p in WORKED]
    wide, narrow = fit(WORKED).at(400), fit(larger).at(400)
    assert narrow.high - narrow.low < 0.9 * (wide.high - wide.low)


def test_the_last_point_is_predicted_from_the_others() -> None:
    tested = back_test(WORKED)
    assert tested is not None
    reach, held = tested
    assert reach.examples == 400 and held
    fallen = [*WORKED[:-1], Pilot(400, 60, 200)]
    surprised = back_test(fallen)
    assert surprised is not None and not surprised[1]
    assert back_test(WORKED[:2]) is None


def test_the_curve_halves_its_reducible_error_at_n_half() -> None:
    assert learnt(200, 200.0, 0.7) == pytest.approx(0.5)
    rising = learnt(np.array([0.0, 10.0, 100.0, 1e6]), 200.0, 0.7)
    assert list(rising) == sorted(rising)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("0:124/200", "at least two", id="one point"),
        pytest.param("100:124/200 100:130/200", "at least two", id="the same number twice"),
        pytest.param("0:124/200 x:130/200", "x:130/200", id="no number"),
        pytest.param("0:124/200 50:230/200", "50:230/200", id="more right than tested"),
        pytest.param("0:124/200 50:nan/200", "50:nan/200", id="nan"),
        pytest.param("0:1990/2000 50:10/2000 100:1990/2000", "do not fit", id="no curve"),
    ],
)
def test_points_that_cannot_be_are_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(AskError, match=says):
        fit(pilots_from(text))


def test_nothing_is_said_far_beyond_the_largest_pilot() -> None:
    with pytest.raises(AskError, match="1,600"):
        fit(WORKED).at(1601)
