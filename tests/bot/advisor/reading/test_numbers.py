"""Numbers in words, ranges and currencies are read in three languages."""

from datetime import date

import pytest

from bot.advisor.reading import currencies_as_of, language_of, read
from bot.advisor.reading.currency import currency_of
from bot.advisor.reading.numbers import numbers


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Should we fine-tune a 7B on our 22k labelled tickets?", "en"),
        ("¿Hacemos fine-tuning con 22k tickets?", "es"),
        ("Clasificamos correos en 12 clases y tenemos 3.5M de registros", "es"),
        ("用 gpt-6.1-terra 做客服工单分类,每月20万条", "zh"),
        ("We translate 你好 into English for a shop", "en"),
        ("The café on Peña street has 40k calls a month", "en"),
        ("", "en"),
    ],
)
def test_the_language_of_a_text_is_told_by_all_its_words(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("half a million requests", 500_000),
        ("two dozen intents", 24),
        ("a hundred tickets", 100),
        ("two hundred and fifty tickets", 250),
        ("a million and a half calls", 1_500_000),
        ("a couple of thousand rows", 2000),
        ("son dos mil correos al mes", 2000),
        ("hay medio millón de tickets", 500_000),
        ("son 1,2 millones de correos al mes", 1_200_000),
        ("tenemos treinta y cinco mil casos", 35_000),
        ("son ciento doce clases en total", 112),
        ("有三千条工单", 3000),
        ("三万五千条", 35_000),
        ("两亿四千万次", 240_000_000),
        ("每月4,500万次", 45_000_000),
        ("20多万条", 200_000),
    ],
)
def test_a_number_in_words_is_read(words: str, value: float) -> None:
    assert [n.value for n in numbers(words) if n.kind == "count"] == pytest.approx([value])


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("准确率八成五", 0.85),
        ("百分之九十", 0.9),
        ("82 out of 100 right", 0.82),
        ("acierta tres de cada cuatro correos", 0.75),
        ("two thirds of them", 0.667),
        ("un 93,5% de los casos", 0.935),
    ],
)
def test_a_share_in_words_is_read(words: str, value: float) -> None:
    assert [n.value for n in numbers(words) if n.kind == "share"] == pytest.approx([value])


@pytest.mark.parametrize("words", ["千万别微调", "一般来说", "万一出错", "第三方", "统一处理"])
def test_chinese_words_that_only_look_like_numbers_are_none(words: str) -> None:
    assert numbers(words) == ()


def test_numbers_in_words_can_be_left_out() -> None:
    assert [n.value for n in numbers("three of 40 tickets", words=False)] == [40]


def test_spanish_words_for_numbers_are_not_read_in_english() -> None:
    assert numbers("it is edited about once a month, at the once busy desk") == ()


@pytest.mark.parametrize(
    ("words", "low", "middle", "high", "quote"),
    [
        ("20-30k a month", 20_000, 25_000, 30_000, "20-30k"),
        ("between 5 and 8 thousand a day", 5000, 6500, 8000, "5 and 8 thousand"),
        ("entre 5 y 8 mil correos al mes", 5000, 6500, 8000, "5 y 8 mil"),
        ("每月3到5万次", 30_000, 40_000, 50_000, "3到5万"),
        ("three to five thousand calls", 3000, 4000, 5000, "three to five thousand"),
        ("$20-30k", 20_000, 25_000, 30_000, "$20-30k"),
        ("80-85%", 0.8, 0.825, 0.85, "80-85%"),
    ],
)
def test_a_range_counts_as_its_middle(
    words: str, low: float, middle: float, high: float, quote: str
) -> None:
    (found,) = numbers(words)
    assert (found.low, found.value, found.high) == pytest.approx((low, middle, high))
    assert words[found.start : found.end] == quote


def test_a_move_from_one_number_to_another_is_no_range() -> None:
    assert [n.value for n in numbers("it went from 61% to 72%")] == [0.61, 0.72]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        pytest.param("son 8.000 correos al mes", 8000, id="Spanish"),
        pytest.param("we get 8.000 tickets a month", 8000, id="English, of whole things"),
        pytest.param("we wait 8.000 seconds", 8.0, id="English, of seconds"),
        pytest.param("a score of 0.850 here", 0.85, id="a leading zero"),
        pytest.param("tenemos 3.5M de registros", 3.5e6, id="English notation in Spanish"),
    ],
)
def test_a_dot_groups_or_parts_by_language_and_by_what_is_counted(words: str, value: float) -> None:
    assert [n.value for n in numbers(words)] == pytest.approx([value])


@pytest.mark.parametrize(
    ("words", "usd", "code"),
    [
        ("we pay 2,000 € a month", 2080, "EUR"),
        ("pagamos 2.500 € al mes", 2600, "EUR"),
        ("we pay £1k a month", 1250, "GBP"),
        ("每月花费2万元", 2740, "CNY"),
        ("每月账单¥300", 41.1, "CNY"),
        ("the bill is ¥300 a month", 1.92, "JPY"),
        ("we pay A$100 a month", 62, "AUD"),
        ("we pay MX$100 a month", 4.8, "MXN"),
    ],
)
def test_money_is_converted_by_the_dated_table(words: str, usd: float, code: str) -> None:
    reading = read(words)
    assert reading.case.current_usd_per_month == pytest.approx(usd)
    (note,) = (note for note in reading.notes if "Converted" in note)
    assert f"1 {code} = $" in note and str(currencies_as_of()) in note
    assert reading.facts[0].quote in words


@pytest.mark.parametrize(
    "words", ["we pay $700 a month", "we pay US$ 700 a month", "700 dólares al mes"]
)
def test_dollars_are_not_converted_and_no_rate_is_named(words: str) -> None:
    reading = read(words)
    assert reading.case.current_usd_per_month == pytest.approx(700)
    assert not any("Converted" in note for note in reading.notes)


def test_a_part_of_a_currency_is_a_hundredth() -> None:
    assert [n.value for n in numbers("3 cents per call")] == pytest.approx([0.03])
    assert currency_of("unheard-of", "en") is None


def test_the_rates_carry_a_date() -> None:
    assert isinstance(currencies_as_of(), date)
