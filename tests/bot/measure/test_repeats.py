"""Queries that repeat others, in known shares."""

import random

import pytest

from bot.measure.repeats import Repeated, Repeats
from tests.bot.measure.logs import prose


def found(queries: list[str]) -> Repeated:
    repeats = Repeats()
    for query in queries:
        repeats.add(query.encode(), 0)
    shares = repeats.found()
    assert shares
    return shares


def test_the_same_words_count_whatever_their_case_and_spaces() -> None:
    shares = found(["Where is it?", "where  is IT?\n", "Where is she?", "no"])
    assert shares.identical == 0.25


def test_a_query_with_one_word_changed_is_nearly_the_same() -> None:
    rng = random.Random(11)
    fresh = [prose(rng, 80) for _ in range(700)]
    changed = []
    for query in rng.sample(fresh, 300):
        words = query.split()
        words[rng.randrange(len(words))] = "elsewhere"
        changed.append(" ".join(words))
    queries = fresh + changed
    rng.shuffle(queries)
    shares = found(queries)
    assert shares.identical == 0
    assert shares.near == pytest.approx(0.3, abs=0.02)


def test_texts_of_the_same_words_in_another_order_are_not_nearly_the_same() -> None:
    rng = random.Random(12)
    assert found([prose(rng, 40) for _ in range(2000)]).near < 0.002


def test_many_copies_and_near_copies_leave_one_family() -> None:
    base = prose(random.Random(13), 90)
    queries = [base] * 50 + [f"{base} {n}" for n in range(50)]
    shares = found(queries)
    assert shares.identical == pytest.approx(1 - 51 / 100)
    assert shares.near == pytest.approx(1 - 1 / 100)


def test_the_same_words_in_another_template_are_another_query() -> None:
    repeats = Repeats()
    repeats.add(b"hello", 0)
    repeats.add(b"hello", 1)
    shares = repeats.found()
    assert shares
    assert shares.identical == 0


def test_short_empty_and_long_queries_are_taken() -> None:
    assert found(["", "a", "bb", "x" * 100_000, ""]).identical == pytest.approx(0.2)
    assert Repeats().found() is None


def test_shares_do_not_depend_on_the_order() -> None:
    rng = random.Random(14)
    queries = [prose(rng, 30) for _ in range(300)]
    queries += queries[:60] + [query + " x" for query in queries[60:90]]
    before = found(queries)
    rng.shuffle(queries)
    assert found(queries) == before
