"""Templates found in prompts whose unchanging text is known to the byte."""

import random
from collections.abc import Iterable

import pytest

from bot.measure.division import BreakKind, common_prefix
from bot.measure.messages import Part, Piece
from bot.measure.prompt import parts_of, prompt_of, shared_bytes
from bot.measure.templates import OTHER, WAITING, Placed, Seen, Templates
from tests.bot.measure.logs import instructions, prose


def seen(*pieces: Piece, model: str | None = "m") -> Seen:
    prompt = prompt_of(pieces)
    return Seen(model, None, prompt, tokens=prompt.size, output=None, usage=None)


def placed(requests: Iterable[Seen]) -> tuple[Templates, list[Placed]]:
    """Place requests; a token is a byte in these tests."""
    templates = Templates()
    found = [one for request in requests for one in templates.place(request)]
    return templates, found + list(templates.settle())


def test_the_prefix_is_known_to_the_byte() -> None:
    rng = random.Random(1)
    rules = instructions(rng, 20)
    templates, found = placed(
        seen(("system", rules), ("query", f"{n % 10}{prose(rng, 20)}")) for n in range(300)
    )
    (only,) = templates.known
    assert only.prefix_tokens() == len(rules)
    assert only.reordered_tokens() == len(rules)
    assert only.breaks().part == "query"
    assert {one.template for one in found} == {0}


def test_one_odd_request_in_a_hundred_does_not_shorten_it() -> None:
    rng = random.Random(2)
    rules = instructions(rng, 20)
    odd = rules[:40] + "X" + rules[41:]
    templates, _ = placed(
        seen(("system", odd if n % 100 == 50 else rules), ("query", f"{n % 10}{prose(rng, 20)}"))
        for n in range(500)
    )
    (only,) = templates.known
    assert (only.requests, only.whole) == (500, 495)
    assert only.prefix_tokens() == len(rules)


def test_a_tenth_that_differs_does() -> None:
    rng = random.Random(3)
    rules = instructions(rng, 20)
    other = rules[:400] + "X" + rules[401:]
    templates, _ = placed(
        seen(("system", other if n % 10 == 5 else rules), ("query", f"{n % 10}{prose(rng, 20)}"))
        for n in range(500)
    )
    assert templates.known[0].prefix_tokens() == 400


@pytest.mark.parametrize(
    ("varying", "kind"),
    [
        pytest.param(lambda n: f"2026-{n % 12 + 1:02}-{n % 28 + 1:02} 10:00", "time", id="time"),
        pytest.param(lambda n: f"{n * 7919 % 997:03}", "number", id="number"),
        pytest.param(lambda n: f"{n * 0x9E3779B97F4A7C15 % 2**64:016x}", "identifier", id="hash"),
        pytest.param(lambda n: ["ann", "ben", "cat", "dov", "eve"][n % 5], "words", id="name"),
    ],
)  # fmt: skip
def test_what_breaks_a_prefix_is_named_and_what_stands_behind_it_could_move(
    varying: object, kind: BreakKind
) -> None:
    assert callable(varying)
    rng = random.Random(4)
    rules = instructions(rng, 20)
    templates, _ = placed(
        seen(
            ("system", f"Written for {varying(n)}.\n{rules}"),
            ("query", f"{n % 10}{prose(rng, 20)}"),
        )
        for n in range(300)
    )
    (only,) = templates.known
    assert (only.breaks().part, only.breaks().kind) == ("system", kind)
    head = len("Written for ")
    assert head <= only.prefix_tokens() <= head + 5
    assert only.reordered_tokens() == pytest.approx(head + len(rules), abs=6)


def test_unchanging_text_behind_the_query_could_move() -> None:
    rng = random.Random(5)
    rules = instructions(rng, 10)
    tail = "Answer with one label and nothing else."
    templates, _ = placed(
        seen(("system", rules), ("query", f"{n % 10}{prose(rng, 20)}\n{tail}")) for n in range(200)
    )
    gain = templates.known[0].reordered_tokens() - templates.known[0].prefix_tokens()
    assert gain == len(tail) + 1


def test_templates_that_share_their_first_line_are_told_apart() -> None:
    rng = random.Random(6)
    rules = [f"You are a helpful assistant.\n{instructions(rng, 8 + k)}" for k in range(4)]
    templates, found = placed(
        seen(("system", rules[n % 4]), ("query", f"{n % 10}{prose(rng, 20)}")) for n in range(400)
    )
    assert sorted(one.prefix_tokens() for one in templates.known) == sorted(map(len, rules))
    assert [one.requests for one in templates.known] == [100] * 4
    assert OTHER not in {one.template for one in found}


def test_templates_that_begin_with_something_varying_are_told_apart() -> None:
    rng = random.Random(7)
    rules = [instructions(rng, 12) for _ in range(2)]
    templates, _ = placed(
        seen(("system", f"{n * 7919 % 997:03} o'clock\n{rules[n % 2]}"), ("query", prose(rng, 10)))
        for n in range(200)
    )
    assert [one.requests for one in templates.known] == [100, 100]
    for one in templates.known:
        assert one.reordered_tokens() == pytest.approx(len(rules[0]), rel=0.1)


def test_models_do_not_share_templates() -> None:
    rng = random.Random(8)
    rules = instructions(rng, 10)
    templates, _ = placed(
        seen(("system", rules), ("query", prose(rng, 9)), model="ab"[n % 2]) for n in range(40)
    )
    assert sorted(one.model or "" for one in templates.known) == ["a", "b"]


def test_a_template_that_comes_late_is_found() -> None:
    rng = random.Random(9)
    old, new = instructions(rng, 6), instructions(rng, 9)
    first = (seen(("system", old), ("query", prose(rng, 9))) for _ in range(WAITING + 500))
    late = (seen(("system", new), ("query", prose(rng, 9))) for _ in range(600))
    templates, _ = placed([*first, *late])
    assert {round(one.prefix_tokens()): one.requests for one in templates.known} == {
        len(old): WAITING + 500,
        len(new): 600,
    }


def test_a_date_that_changes_after_the_sample_ends_the_prefix() -> None:
    rng = random.Random(10)
    rules = instructions(rng, 10)
    templates, _ = placed(
        seen(("system", f"Today is 2026-09-{10 + n // 3000}.\n{rules}"), ("query", prose(rng, 9)))
        for n in range(9000)
    )  # fmt: skip
    (only,) = templates.known
    assert only.prefix_tokens() == len("Today is 2026-09-1")
    assert only.breaks().kind == "time"
    assert only.reordered_tokens() == pytest.approx(18 + len(rules), abs=2)


def test_requests_that_share_nothing_have_no_template() -> None:
    rng = random.Random(11)
    templates, found = placed(seen(("query", prose(rng, 30))) for _ in range(200))
    assert templates.known == []
    assert [one.template for one in found] == [OTHER] * 200


def test_every_request_is_placed_once_however_scattered() -> None:
    rng = random.Random(12)
    requests = [seen(("query", f"{prose(rng, 5)} {n}")) for n in range(3 * WAITING)]
    _, found = placed(requests)
    assert sorted(id(one.seen) for one in found) == sorted(map(id, requests))


def test_the_common_prefix_of_the_most_is_not_that_of_all() -> None:
    texts = [b"abcdef" + bytes([65 + n]) for n in range(19)] + [b"xyz"]
    assert common_prefix(texts)[0] == b"abcdef"
    assert common_prefix([*texts, b"ab"])[0] == b"ab"
    assert common_prefix([*texts, b"zz"])[0] == b""


def test_shared_bytes_end_at_the_first_that_differs() -> None:
    rng = random.Random(13)
    for _ in range(200):
        a, b = (bytes(rng.choices(b"ab", k=rng.randrange(12))) for _ in "ab")
        pairs = enumerate(zip(a, b, strict=False))
        slow = next((n for n, (x, y) in pairs if x != y), min(len(a), len(b)))
        assert shared_bytes(a, b) == slow


def test_the_parts_add_up_to_the_prompt_wherever_the_prefix_ends() -> None:
    pieces: tuple[Piece, ...] = (
        ("tools", "{}" * 20),
        ("system", "rules " * 9 + "<context>\nfound\n</context> more"),
        ("example", "ex"),
        ("turn", "turn"),
        ("result", "looked up"),
        ("query", "Context:\nsome text\nQuestion: why?"),
    )
    prompt = prompt_of(pieces)
    for cut in range(len(prompt.data) + 1):
        half_a_mark = prompt.data[:cut].endswith(b"\x1e")
        total = sum(parts_of(prompt, cut)[0].values())
        assert total == prompt.size - half_a_mark, cut


@pytest.mark.parametrize(
    ("part", "words", "found"),
    [
        pytest.param("query", "<context>12345</context>why", 5, id="tag"),
        pytest.param("system", '<source id="1">12345</source><source>67</source>', 7, id="two"),
        pytest.param("query", "Context:\n12345\n\nQuestion: why?", 8, id="heading"),
        pytest.param("query", "## Retrieved documents: 12345\n## Question: x", 7, id="markdown"),
        pytest.param("query", "<context>12345", 5, id="not closed"),
        pytest.param("result", "12345", 5, id="tool"),
        pytest.param("query", "in this context: what is a source?", 0, id="mere words"),
    ],
)  # fmt: skip
def test_retrieved_text_is_told_by_its_marks(part: Part, words: str, found: int) -> None:
    assert parts_of(prompt_of([(part, words)]), 0)[0]["retrieved"] == found


def test_the_query_is_what_stands_behind_the_prefix_without_retrieved_text() -> None:
    prompt = prompt_of([("system", "rules"), ("query", "Use <context>12345</context> now")])
    assert parts_of(prompt, 0)[1] == b"Use <context></context> now"
    assert parts_of(prompt, len(prompt.data) - len("2345</context> now"))[1] == b"</context> now"
    assert parts_of(prompt, len(prompt.data))[1] == b""
    assert parts_of(prompt_of([("system", "rules")]), 0)[1] is None


def test_a_hostile_text_full_of_marks_takes_no_time() -> None:
    text = "<context>" * 200_000
    sizes, _ = parts_of(prompt_of([("query", text)]), 0)
    assert sum(sizes.values()) == len(text)
