"""One task, many tasks, and how much imitation data published work used for each."""

from collections import Counter
from decimal import Decimal

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.audit.breadth import by_frame, by_labels, by_meaning, by_words, mostly_foreign, unrelated
from bot.audit.scale import scale
from bot.evidence import finding
from bot.ledger.prices import Price
from tests.bot.audit.files import BROAD, shop

PRICE = Price("teacher", "p", Decimal(2), Decimal("0.1"), Decimal("2.5"), Decimal(10))


def around(centres: int, rows: int = 200) -> NDArray[np.float32]:
    """Vectors of length one, close to so many directions at right angles."""
    rng = np.random.default_rng(0)
    vectors = np.eye(64)[np.arange(rows) % centres] + 0.02 * rng.normal(size=(rows, 64))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.parametrize(
    ("centres", "kind"),
    [
        pytest.param(1, "narrow", id="one task"),
        pytest.param(4, "narrow", id="a few intents of one task"),
        pytest.param(10, "mixed", id="ten"),
        pytest.param(40, "broad", id="forty"),
    ],
)
def test_breadth_by_meaning_follows_how_alike_two_prompts_are(centres: int, kind: str) -> None:
    found = by_meaning(around(centres), np.eye(64, dtype=np.float32), 0)
    assert (found.kind, found.rows) == (kind, 200)
    assert found.effective and centres <= found.effective < 2.5 * centres


def test_strangers_beside_a_close_task_make_it_mixed() -> None:
    zero = np.eye(64, dtype=np.float32)
    task = around(1, 160)
    found = by_meaning(np.concatenate((task, zero[1:41])), zero, 0)
    assert (found.kind, found.strangers) == ("mixed", 0.2)
    assert found.value and found.value > 0.4  # the mean alone would call it one task
    assert by_meaning(np.concatenate((task, zero[1:11])), zero, 0).kind == "narrow"


def test_zero_is_what_unrelated_prompts_have_in_common_with_that_model() -> None:
    shared = np.array(around(40) + 0.3, dtype=np.float32)  # a model whose vectors all lean one way
    shared /= np.linalg.norm(shared, axis=1, keepdims=True)
    apart = np.array(np.eye(64) + 0.3, dtype=np.float32)
    apart /= np.linalg.norm(apart, axis=1, keepdims=True)
    assert by_meaning(shared, np.eye(64, dtype=np.float32), 0).kind == "narrow"
    assert by_meaning(shared, apart, 0).kind == "broad"


def test_breadth_by_words_tells_a_shop_from_anything() -> None:
    assert by_words(list(shop(100, 0)), 0).kind == "narrow"
    assert by_words(BROAD, 0).kind == by_words(unrelated(), 0).kind == "broad"
    assert by_words([*BROAD, *shop(40, 0)], 0).kind == "mixed"
    assert by_words(BROAD, 0.7).kind == "mixed"  # seven in ten share their wording
    assert by_words(BROAD[:5], 0).kind is None


def test_a_closed_set_of_short_replies_is_one_task() -> None:
    labels = Counter({b"a": 40, b"b": 30, b"c": 30})
    found = by_labels(labels, 100)
    assert found and (found.kind, found.measure, found.value) == ("narrow", "labels", 3)
    assert by_labels(labels, 120) is None  # a sixth of the replies is long
    assert by_labels(Counter({bytes([n]): 2 for n in range(50)}), 100) is None
    assert by_labels(Counter({b"a": 9}), 9) is None


def test_shared_wording_is_one_task() -> None:
    found = by_frame(0.95, 100)
    assert found and (found.kind, found.measure, found.value) == ("narrow", "frame", 0.95)
    assert by_frame(0.8, 100) is None
    assert by_frame(1.0, 5) is None


def test_scripts_that_the_packaged_model_does_not_know_are_noticed() -> None:
    assert mostly_foreign(["我的包裹在哪里"] * 3 + ["where"])
    assert not mostly_foreign(["¿Dónde está mi paquete?"])
    assert not mostly_foreign([])


@pytest.mark.parametrize(
    ("examples", "reached", "words"),
    [
        (0, None, "0.00% of what one task"),
        (3000, None, "50% of what one task"),
        (6000, "task_local", "past “one task, imitated” and 7% of “broad imitation”"),
        (87_000, "broad", "2% of “millions of explained answers”"),
        (6_000_000, "orca_like", "past every published amount"),
    ],
)
def test_a_file_stands_among_the_published_amounts(
    examples: int, reached: str | None, words: str
) -> None:
    found = scale(examples, input_tokens=500, output_tokens=200, price=PRICE)
    assert found.reached == reached
    assert words in found.words


def test_each_published_amount_has_its_size_and_todays_cost() -> None:
    found = scale(4000, input_tokens=500, output_tokens=200, price=PRICE)
    assert [(point.name, point.examples) for point in found.points] == [
        ("task_local", 6000),
        ("broad", 87_000),
        ("orca_like", 5_000_000),
    ]
    # 500 tokens in at $2 and 200 out at $10 a million: $0.003 each
    assert [point.usd for point in found.points] == pytest.approx([18, 261, 15_000])
    assert [point.missing_usd for point in found.points] == pytest.approx([6, 249, 14_988])
    assert all(finding(id) for point in found.points for id in point.evidence)


def test_an_unknown_price_is_unknown_not_nothing() -> None:
    found = scale(10, input_tokens=500, output_tokens=200, price=None)
    assert found.teacher is None
    assert {(point.usd, point.missing_usd) for point in found.points} == {(None, None)}
