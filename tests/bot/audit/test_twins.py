"""Nearly equal texts are found, and only those."""

import random

import numpy as np
import pytest

from bot.audit.frame import frame_of
from bot.audit.twins import twins_by_meaning, twins_by_words

SENTENCE = "my parcel with the blue kitchen lamp has been standing in the depot since last thursday"


@pytest.mark.parametrize(
    ("other", "near"),
    [
        pytest.param(SENTENCE + " now", True, id="a word more"),
        pytest.param(SENTENCE.replace("blue", "red"), True, id="a word changed"),
        pytest.param(SENTENCE[:40], False, id="half of it"),
        pytest.param("the invoice for march shows the wrong tax", False, id="other"),
        pytest.param(" ".join(reversed(SENTENCE.split())), False, id="turned round"),
    ],
)  # fmt: skip
def test_two_texts_are_near_from_a_jaccard_of_four_fifths_on(other: str, near: bool) -> None:
    assert twins_by_words([SENTENCE, other]) == ([(0, 1)] if near else [])


def test_short_texts_and_single_ones_have_no_twins() -> None:
    assert twins_by_words(["yes", "yes", "no"]) == []
    assert twins_by_words([SENTENCE]) == twins_by_words([]) == []


def test_nearly_all_pairs_are_found_among_many() -> None:
    rng = random.Random(3)
    words = ["".join(rng.choices("abcdefghijklmnoprstu", k=rng.randint(3, 9))) for _ in range(3000)]
    texts = [" ".join(rng.choices(words, k=25)) for _ in range(1500)]
    twins = [f"{text} again" for text in texts[:300]]
    assert twins_by_words(texts + twins) == [(n, 1500 + n) for n in range(300)]


def test_of_a_crowd_that_is_all_alike_each_gets_a_partner() -> None:
    pairs = twins_by_words([f"{SENTENCE} {n:04}" for n in range(400)])
    assert {later for _, later in pairs} == set(range(1, 400))
    assert len(pairs) <= 3 * 399


def test_rows_of_equal_direction_are_paired_with_the_first_of_them() -> None:
    vectors = np.random.default_rng(0).normal(size=(3000, 16)).astype(np.float32)
    vectors[[1500, 2500]] = vectors[7]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert twins_by_meaning(vectors) == [(7, 1500), (7, 2500)]


def test_what_most_prompts_share_is_taken_off_before_they_are_compared() -> None:
    texts = [
        f"You sort mail.\nClassify the ticket: {n} lamps broke\nGive one label"
        for n in "abcdefghijkl"
    ]
    frame = frame_of(texts, [""] * 12)
    assert frame.share == 1
    assert [frame.core(text) for text in texts[:2]] == ["a lamps broke", "b lamps broke"]
    assert frame.core("something else") == "something else"


@pytest.mark.parametrize(
    ("system", "share"),
    [
        pytest.param("Extract the date of delivery from the customer's mail.", 1.0, id="a task"),
        pytest.param("You are a helpful assistant that answers all questions.", 0.0, id="anything"),
        pytest.param("", 0.0, id="none"),
    ],
)
def test_a_system_prompt_frames_only_where_it_asks_for_something(system: str, share: float) -> None:
    prompts = [f"{n} {n * n}" for n in range(20)]
    assert frame_of(prompts, [system] * 20).share == share
