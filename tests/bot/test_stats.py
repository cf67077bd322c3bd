"""Known values of the statistics."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import stats


@pytest.mark.parametrize(
    ("items", "half_width"), [(50, 0.100), (100, 0.070), (200, 0.049), (400, 0.035), (1000, 0.022)]
)
def test_wilson_has_the_known_width_at_85_percent(items: int, half_width: float) -> None:
    low, high = stats.wilson(0.85 * items, items)
    assert (high - low) / 2 == pytest.approx(half_width, abs=0.0015)


def test_wilson_of_420_right_in_500_is_the_known_interval() -> None:
    low, high = stats.wilson(420, 500)
    assert (low, high) == pytest.approx((0.805, 0.870), abs=0.001)


@pytest.mark.parametrize(
    ("only_a", "only_b", "p"),
    [(24, 9, 0.0135), (6, 4, 0.754), (5, 3, 0.727), (0, 0, 1.0), (10, 0, 0.00195)],
)
def test_mcnemar_gives_the_exact_p_value(only_a: int, only_b: int, p: float) -> None:
    assert stats.mcnemar(only_a, only_b) == pytest.approx(p, abs=0.0005)
    assert stats.mcnemar(only_b, only_a) == stats.mcnemar(only_a, only_b)


def test_mcnemar_of_very_many_items_neither_overflows_nor_rounds_to_nothing() -> None:
    assert stats.mcnemar(1200, 1210) == pytest.approx(0.854, abs=0.01)
    assert stats.mcnemar(2000, 1000) < 1e-60


def test_a_paired_interval_is_the_known_one() -> None:
    low, high = stats.paired_interval(24, 9, 200)
    assert (low, high) == pytest.approx((0.020, 0.130), abs=0.002)


@pytest.mark.parametrize(
    ("difference", "items"),
    [
        (0.03, (870, 1306, 1742)),
        (0.05, (312, 469, 626)),
        (0.08, (121, 182, 243)),
        (0.10, (77, 116, 155)),
    ],
)
def test_sample_sizes_are_the_known_ones(difference: float, items: tuple[int, ...]) -> None:
    assert tuple(stats.paired_items(difference, psi) for psi in (0.10, 0.15, 0.20)) == items


@given(difference=st.floats(0.02, 0.15), disagreement=st.floats(0.15, 0.5))
def test_the_items_asked_for_do_give_the_power_asked_for(
    difference: float, disagreement: float
) -> None:
    items = stats.paired_items(difference, disagreement)
    assert stats.paired_power(difference, disagreement, items) == pytest.approx(0.8, abs=0.02)
