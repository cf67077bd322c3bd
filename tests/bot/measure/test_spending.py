"""Bills worked out by hand, at terra's 1.00 in, 0.05 cached, 1.25 written and 5.00 out."""

import pytest

from bot.measure.spending import Bill, Prefix, Tokens, bill_of, together

TERRA = "gpt-6.1-terra"
MILLION = 1_000_000


def bill(tokens: Tokens, prefix: Prefix | None, model: str = TERRA) -> Bill:
    found = bill_of(model, [(tokens, prefix)])
    assert found
    return found


def test_reported_caching_is_billed_as_reported() -> None:
    tokens = Tokens(1000, MILLION, 100_000, 1000, MILLION, cached=600_000, written=100_000)
    found = bill(tokens, None)
    assert found.today == pytest.approx(0.3 + 0.6 * 0.05 + 0.1 * 1.25 + 0.5)
    assert found.uncached == pytest.approx(1.5)
    assert found.reordered == found.today


def test_unreported_caching_is_billed_as_replayed() -> None:
    tokens = Tokens(500, MILLION, 0)
    found = bill(tokens, Prefix(1200, 1200, hits=0.9))
    cached, written = 500 * 1200 * 0.9, 500 * 1200 * 0.1
    expected = (MILLION - cached - written) * 1.00 + cached * 0.05 + written * 1.25
    assert found.today == pytest.approx(expected / MILLION)


def test_a_prefix_below_the_minimum_is_not_cached_until_it_is_reordered() -> None:
    tokens = Tokens(500, MILLION, 0)
    found = bill(tokens, Prefix(900, 1500, hits=1.0))
    assert found.today == found.uncached == pytest.approx(1.0)
    assert found.reordered == pytest.approx(0.25 + 0.75 * 0.05)


def test_reordering_to_less_than_the_minimum_changes_nothing() -> None:
    found = bill(Tokens(500, MILLION, 0), Prefix(100, 1000, hits=1.0))
    assert found.reordered == found.today == found.uncached


def test_a_cache_that_serves_half_of_what_it_could_does_so_after_reordering() -> None:
    tokens = Tokens(500, 2 * MILLION, 0, 500, 2 * MILLION, cached=500 * 1200 // 2)
    found = bill(tokens, Prefix(1200, 2200, hits=1.0))
    cached = 300_000 + 500 * 1000 * 0.5
    written = 500 * 1000 * 0.5
    expected = (2 * MILLION - cached - written) + cached * 0.05 + written * 1.25
    assert found.reordered == pytest.approx(expected / MILLION)


def test_no_more_is_read_from_a_cache_than_was_asked() -> None:
    found = bill(Tokens(500, 100_000, 0), Prefix(5000, 9000, hits=1.0))
    assert found.today == pytest.approx(0.1 * 0.05)
    assert found.reordered == found.today


@pytest.mark.parametrize("model", [None, "nobody-s-model", "elsewhere/gpt-4o"])
def test_an_unknown_price_gives_no_bill(model: str | None) -> None:
    assert bill_of(model, [(Tokens(10, 1000, 10), None)]) is None


def test_a_router_s_name_of_a_model_has_its_provider_s_price() -> None:
    tokens = Tokens(10, MILLION, 0)
    assert bill(tokens, None, "openai/gpt-4o").today == bill(tokens, None, "gpt-4o").today == 2.5


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    known = Bill(1, 2, 0.5)
    assert together({"a": known, "b": known}) == Bill(2, 4, 1.0)
    assert together({"a": known, "b": None}) is None
    assert together({}) is None
