"""Figures that were worked out by hand, to the printed digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.advisor.deciding import costs
from bot.advisor.deciding.costs import (
    Rates,
    Tokens,
    break_even,
    hosting_usd,
    request_usd,
    training_usd,
)

LUNA = Rates(0.10, 0.01, 0.125, 0.50)
TERRA = Rates(1.00, 0.05, 1.25, 5.00)
SOL = Rates(2.00, 0.10, 2.50, 10.00)
HIT = 0.99
ZERO = Tokens(600, 400, 20)
STATIC_8 = Tokens(600 + 8 * 150, 400, 20)
DYNAMIC_8 = Tokens(600, 400 + 8 * 150, 20)
STATIC_80 = Tokens(600 + 80 * 150, 400, 20)


@pytest.mark.parametrize(
    ("rates", "per_thousand"),
    [
        pytest.param(LUNA, (0.110, 0.070, 0.230, 0.190), id="luna"),
        pytest.param(TERRA, (1.100, 0.612, 2.300, 1.281), id="terra"),
        pytest.param(SOL, (2.200, 1.223, 4.600, 2.562), id="sol"),
    ],
)
def test_a_thousand_requests_cost_what_the_table_says(
    rates: Rates, per_thousand: tuple[float, ...]
) -> None:
    ways = (ZERO, STATIC_8, DYNAMIC_8, STATIC_80)
    found = tuple(round(1000 * request_usd(tokens, rates, HIT), 3) for tokens in ways)
    assert found == per_thousand


@pytest.mark.parametrize(
    ("rates", "h100", "azure"),
    [
        pytest.param(LUNA, 12_663_913, 5_395_652, id="luna"),
        pytest.param(TERRA, 1_266_391, 539_565, id="terra"),
        pytest.param(SOL, 633_195, 269_782, id="sol"),
    ],
)
def test_a_dedicated_endpoint_breaks_even_where_the_table_says(
    rates: Rates, h100: int, azure: int
) -> None:
    dear = request_usd(DYNAMIC_8, rates, HIT)
    assert int(break_even(hosting_usd(3.99), dear, 0) or 0) == h100
    assert int(break_even(hosting_usd(1.70), dear, 0) or 0) == azure


def test_a_prefix_below_the_cache_minimum_can_cost_more_than_a_longer_one() -> None:
    assert request_usd(STATIC_8, LUNA, HIT) < request_usd(ZERO, LUNA, HIT)


def test_a_cached_prefix_costs_the_known_share() -> None:
    mini = Rates(0.40, 0.10, 0.40, 1.60)
    assert 500_000 * costs.prefix_usd(2800, mini, 1.0) == pytest.approx(140)
    assert 500_000 * costs.prefix_usd(2800, mini, 0.0) == pytest.approx(560)


def test_long_cached_examples_cost_less_than_short_fresh_ones() -> None:
    cached = 6e6 * costs.prefix_usd(12_000, TERRA, 1.0)
    fresh = 6e6 * request_usd(Tokens(0, 1000, 0), TERRA, 1.0)
    assert (cached, fresh) == pytest.approx((3600, 6000))


@pytest.mark.parametrize(("per_hour", "share"), [(1, 0.08), (12, 0.63), (60, 0.993)])
def test_the_cache_is_hit_as_often_as_arrivals_allow(per_hour: float, share: float) -> None:
    assert costs.cache_share(per_hour) == pytest.approx(share, abs=0.005)
    assert costs.cache_share(6, minutes=30) == pytest.approx(0.95, abs=0.005)


def test_the_articles_prices_give_the_corrected_ratio_and_break_evens() -> None:
    base, tuned, training = 0.02, 0.12, 0.03
    assert tuned / base == pytest.approx(6.0)
    assert (tuned - base) / base == pytest.approx(5.0)
    request = 500 / 1000 * tuned
    spent = training_usd(1000 * 500, 4, training * 1000)
    assert spent == pytest.approx(60)

    def icl(prefix: float) -> float:
        return (prefix + 500) / 1000 * base

    assert break_even(spent, icl(3000), request) == pytest.approx(6000)
    assert break_even(spent, icl(3500), request) == pytest.approx(3000)
    assert break_even(spent, icl(2400), request) is None
    assert icl(2500) == pytest.approx(request)


def test_the_documented_tuning_bills_add_up() -> None:
    assert training_usd(1e6, 2, 2.0) == pytest.approx(4.00)
    assert hosting_usd(1.70, hours=720) + 22 + 176 == pytest.approx(1422.00)
    assert hosting_usd(100, hours=4) + 27.06 == pytest.approx(427.06)


@pytest.mark.parametrize(("used", "per_thousand"), [(0.05, 1.29), (0.20, 0.32), (0.50, 0.13)])
def test_self_hosting_costs_what_its_utilisation_makes_of_it(
    used: float, per_thousand: float
) -> None:
    per_gpu = costs.requests_per_second(1000, 20)
    found = 1000 * costs.self_hosted_usd(3.99, per_gpu, used)
    assert round(found, 2) == per_thousand


def test_payback_is_never_where_nothing_is_saved() -> None:
    assert costs.payback_months(1000, 0) is None
    assert costs.payback_months(1000, 250) == 4


def test_ten_to_twenty_times_as_many_cached_examples_cost_the_same() -> None:
    assert costs.many_shot_equal(8, LUNA) == pytest.approx(80)
    assert costs.many_shot_equal(8, SOL) == pytest.approx(160)


@given(
    extra=st.floats(0, 1e5),
    dear=st.floats(1e-6, 1),
    cheap=st.floats(0, 1),
    requests=st.floats(1, 1e9),
)
def test_beyond_the_break_even_the_extra_pays(
    extra: float, dear: float, cheap: float, requests: float
) -> None:
    at = break_even(extra, dear, cheap)
    if at is None:
        assert dear * requests <= extra + cheap * requests
    elif requests > at * 1.001 + 1:
        assert dear * requests >= extra + cheap * requests - 1e-6 * extra
