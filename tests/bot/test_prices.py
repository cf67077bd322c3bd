"""Prices are looked up, never guessed."""

from datetime import date
from decimal import Decimal

import pytest
from genai_prices import Usage as Request
from genai_prices import calc_price

from bot.ledger import Usage
from bot.ledger.prices import (
    cache_minimum,
    capability_of,
    cost_of,
    current_models,
    price_at,
    price_of,
    shutdown_of,
)

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("model", "amounts"),
    [
        pytest.param("gpt-6-luna", ("0.10", "0.01", "0.125", "0.50"), id="small"),
        pytest.param("gpt-6.1-terra", ("1", "0.05", "1.25", "5"), id="middling"),
        pytest.param("gpt-6.1-sol", ("2", "0.10", "2.5", "10"), id="large"),
        pytest.param("gpt-6-luna-2026-09-01", ("0.10", "0.01", "0.125", "0.50"), id="snapshot"),
        pytest.param("o3", ("2", "0.5", "2", "8"), id="no price for cache writes"),
    ],
)
def test_a_known_model_has_its_price(model: str, amounts: tuple[str, ...]) -> None:
    price = price_of(model, on=TODAY)
    assert price is not None
    assert (price.input, price.cached, price.cache_write, price.output) == tuple(
        Decimal(amount) for amount in amounts
    )
    assert price.provider == "openai"


@pytest.mark.parametrize(
    "model",
    ["ft:gpt-4.1-mini-2025-04-14:org::x1", "ft:gpt-4o-mini:x", "no-such-model", "gpt-6-terra"],
)
def test_an_unknown_price_is_none(model: str) -> None:
    assert price_of(model) is None


def test_a_tier_without_a_known_price_is_not_priced_as_standard() -> None:
    flex = price_of("gpt-6-luna", on=TODAY, service_tier="flex")
    assert flex is not None
    assert (flex.input, flex.output) == (Decimal("0.05"), Decimal("0.25"))
    assert price_of("gpt-6-luna", on=TODAY, service_tier="scale") is None
    assert price_of("gpt-6-luna", on=TODAY, service_tier="default") == price_of("gpt-6-luna")


def test_a_past_price_stays_what_it_was() -> None:
    then, now = price_of("o3", on=date(2025, 5, 1)), price_of("o3", on=TODAY)
    assert then is not None
    assert now is not None
    assert (then.input, now.input) == (Decimal(10), Decimal(2))


@pytest.mark.parametrize("tier", [None, "flex", "priority"])
@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(Usage(500, 300, 200, 100), id="every bucket"),
        pytest.param(Usage(3, 0, 0, 0), id="three tokens"),
        pytest.param(Usage(200_000, 72_001, 0, 1_000), id="over the long-context threshold"),
        pytest.param(Usage(272_000, 0, 0, 1_000), id="at the threshold"),
    ],
)
def test_a_cost_is_what_the_price_list_says_for_the_whole_request(
    usage: Usage, tier: str | None
) -> None:
    price = price_of("gpt-6-luna", on=TODAY, service_tier=tier, input_tokens=usage.input)
    listed = calc_price(
        Request(
            input_tokens=usage.input,
            cache_read_tokens=usage.input_cached,
            cache_write_tokens=usage.input_cache_write,
            output_tokens=usage.output,
        ),
        "gpt-6-luna",
        price_context={"service_tier": tier} if tier else None,
    )
    assert cost_of(usage, price) == listed.total_price * 10**9


def test_half_a_nano_dollar_is_rounded_up_once() -> None:
    flex = price_of("gpt-6-luna", on=TODAY, service_tier="flex")
    assert flex is not None
    assert flex.cache_write * 1000 == Decimal("62.5")  # nano-dollars a token
    assert cost_of(Usage(input_cache_write=1), flex) == 63
    assert cost_of(Usage(input_cache_write=2), flex) == 125


def test_the_cost_at_an_unknown_price_is_unknown() -> None:
    assert cost_of(Usage(1, 1, 1, 1), None) is None


@pytest.mark.parametrize(
    ("base_url", "status"),
    [
        ("https://api.openai.com/v1", "priced"),
        ("http://localhost:11434/v1", "free"),
        ("http://127.0.0.1:8080/v1", "free"),
        ("http://[::1]:8080/v1", "free"),
        ("http://10.0.0.4:8000/v1", "unpriced"),
        ("https://models.example.com/v1", "unpriced"),
        ("https://localhost.example.com/v1", "unpriced"),
    ],
)
def test_a_server_of_ones_own_is_free_and_a_strange_one_unpriced(
    base_url: str, status: str
) -> None:
    assert price_at(base_url, "gpt-6-luna", on=TODAY, input_tokens=10)[0] == status


@pytest.mark.parametrize(
    ("model", "day"),
    [
        ("gpt-5", date(2026, 12, 11)),
        ("gpt-5-mini-2025-08-07", date(2026, 12, 11)),
        ("gpt-5-nano", date(2026, 12, 11)),
        ("o3", date(2026, 12, 11)),
        ("gpt-4o", date(2027, 1, 14)),
        ("gpt-4o-mini", date(2027, 1, 14)),
        ("gpt-4.1", date(2027, 1, 14)),
        ("gpt-4.1-mini", date(2027, 1, 14)),
        ("gpt-4.1-nano", date(2026, 10, 23)),
        ("o4-mini", date(2026, 10, 23)),
        ("ft:gpt-4o-mini-2024-07-18:org::x1", date(2027, 1, 14)),
        ("gpt-6-luna", None),
        ("no-such-model", None),
    ],
)
def test_a_model_and_its_tunes_end_on_a_day(model: str, day: date | None) -> None:
    assert shutdown_of(model) == day


def test_three_models_can_be_suggested_from_small_to_large() -> None:
    offers = current_models(TODAY)
    assert [offer.capability for offer in offers] == ["small", "mid", "frontier"]
    assert [offer.shutdown for offer in offers] == [None, None, None]
    assert sorted(offers, key=lambda offer: offer.price.input) == list(offers)


def test_what_is_not_known_of_a_model_is_not_made_up() -> None:
    assert capability_of("no-such-model") is None
    assert capability_of("gpt-6-luna") == "small"
    assert cache_minimum("no-such-model") == 1024
