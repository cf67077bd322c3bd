"""The tuning market is data: dated, checked when loaded, and closed where it is closed."""

from datetime import date

import pytest

from bot.advisor.deciding.market import market

NOW = date(2026, 11, 23)


def test_the_four_ways_of_serving_are_all_there() -> None:
    servings = {offer.serving for offer in market().offers}
    assert servings == {"per_token_premium", "per_token_hourly", "per_token", "dedicated"}


@pytest.mark.parametrize(
    ("words", "id"),
    [
        ("OpenAI platform", "openai"),
        ("Azure OpenAI", "azure"),
        ("bedrock", "bedrock"),
        ("AWS", "bedrock"),
        ("Vertex", "vertex"),
        ("a cupboard", None),
    ],
)
def test_a_platform_is_found_by_the_words_teams_use(words: str, id: str | None) -> None:
    found = market().platform(words)
    assert (found and found.id) == id


def test_dead_bases_and_foreign_currencies_are_not_offered() -> None:
    openai = market().platform("openai")
    assert {offer.model for offer in market().offers_of(openai, on=NOW)} == {
        *("gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-mini"),
    }
    assert market().offers_of(openai, on=date(2027, 2, 1)) == ()
    assert market().offers_of(market().platform("aliyun"), on=NOW) == ()


def test_without_a_platform_the_closing_one_is_not_offered() -> None:
    providers = {offer.provider for offer in market().offers_of(None, on=NOW)}
    assert "openai" not in providers
    assert {"bedrock", "together", "fireworks", "azure"} <= providers


def test_hosted_base_prices_carry_over() -> None:
    nova = next(offer for offer in market().offers if offer.model == "nova-lite")
    assert (nova.input, nova.output, nova.hosting_per_hour) == (0.06, 0.24, 0.0)
    azure = next(offer for offer in market().offers if offer.provider == "azure")
    assert azure.hosting_per_hour == 1.7
