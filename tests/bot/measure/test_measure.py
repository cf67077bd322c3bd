"""Whole logs with known facts, from lines to case and report."""

import json
import math
import random
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.advisor.case import case_from
from bot.errors import AskError
from bot.measure import Traffic, lines, measure
from bot.measure.repeats import Repeated
from tests.bot.measure.logs import MODEL, START, arrivals, instructions, line, prose, usage

DAY = 86_400
CASE_FIELDS = {
    "monthly_requests", "peak_rps", "peak_tpm", "steady_traffic", "batch", "static_prompt_tokens",
    "query_tokens", "output_tokens", "example_tokens", "retrieved_tokens", "model",
    "current_usd_per_month",
}  # fmt: skip


def steady_log(n: int = 2000, per_hour: float = 12, seed: int = 1) -> list[str]:
    """A template of 1,500 tokens, queries of 50, replies of 10, Poisson arrivals."""
    rng = random.Random(seed)
    rules = instructions(rng, 120)[:5990]
    return [
        line(rules, f"{k % 10}{prose(rng, 30)}"[:200].ljust(200, "."), at=at, reply="r" * 40)
        for k, at in enumerate(arrivals(rng, n, per_hour))
    ]


@pytest.fixture(scope="module")
def traffic() -> Traffic:
    return measure(steady_log())


def test_volume_is_that_of_the_span(traffic: Traffic) -> None:
    assert (traffic.lines, traffic.requests, traffic.bad, traffic.timed) == (2000, 2000, 0, 2000)
    assert traffic.monthly_requests == pytest.approx(12 * 730, rel=0.06)
    assert traffic.days == pytest.approx(2000 / 12 / 24, rel=0.06)
    assert traffic.rough is (traffic.days is not None and traffic.days < 7)


def test_parts_have_the_tokens_that_were_put_in(traffic: Traffic) -> None:
    parts = dict(traffic.parts)
    assert (parts["static"].p50, parts["query"].p50) == (1498, 50)
    assert parts["system"].mean == parts["earlier"].mean == parts["retrieved"].mean == 0
    assert traffic.output is not None
    assert (traffic.output.mean, traffic.output.p95) == (10, 10)
    assert traffic.estimated == 2000


def test_the_replayed_cache_follows_the_formula(traffic: Traffic) -> None:
    for found, minutes in ((traffic.cache.replayed_5, 5), (traffic.cache.replayed_30, 30)):
        expected = 1 - math.exp(-12 * minutes / 60)
        assert found == pytest.approx(expected, abs=4 * math.sqrt(0.25 / 2000))
    assert (traffic.cache.measured, traffic.cache.reporting) == (None, 0)


def test_the_cost_is_that_of_the_replayed_cache(traffic: Traffic) -> None:
    assert traffic.month and traffic.monthly_requests and traffic.cache.replayed_5
    hit, monthly = traffic.cache.replayed_5, traffic.monthly_requests
    prefix = 1497.5
    each = prefix * (hit * 0.05 + (1 - hit) * 1.25) + 50.5 * 1.00 + 10 * 5.00
    assert traffic.month.today == pytest.approx(monthly * each / 1e6, rel=0.001)
    assert traffic.month.uncached == pytest.approx(monthly * (1548 + 50) / 1e6, rel=0.001)


def test_the_case_takes_what_the_log_tells(traffic: Traffic) -> None:
    case = traffic.case()
    assert case.keys() <= CASE_FIELDS
    assert case["static_prompt_tokens"] == pytest.approx(1498, abs=1)
    assert (case["query_tokens"], case["output_tokens"], case["model"]) == (50, 10, MODEL)
    assert (case["steady_traffic"], case["batch"]) == (True, False)
    assert "example_tokens" not in case and "retrieved_tokens" not in case
    assert case["current_usd_per_month"] == pytest.approx(
        traffic.month and traffic.month.today, 0.01
    )


def test_the_advisor_takes_the_case_as_it_is(traffic: Traffic) -> None:
    assert case_from(traffic.case()).known() == traffic.case()


def test_each_fact_says_where_it_comes_from(traffic: Traffic) -> None:
    assert traffic.says("monthly_requests") == "measured: 2,000 requests over 7 days in the log"
    for field in CASE_FIELDS:
        assert traffic.says(field).startswith("measured: ")
    with pytest.raises(KeyError):
        traffic.says("labelled_examples")


def test_a_log_without_times_has_neither_volume_nor_cost() -> None:
    found = measure(line("rules", f"ask {n}") for n in range(20))
    unknown = (found.first, found.monthly_requests, found.peak_rps, found.pattern, found.month)
    assert unknown == (None,) * 5
    assert found.cache.replayed_5 is None
    assert found.case().keys() & {"monthly_requests", "peak_rps", "current_usd_per_month"} == set()
    assert "unknown" in "\n".join(lines(found))


def test_minutes_of_log_give_no_month() -> None:
    found = measure(line("rules", f"ask {n}", at=START + 30 * n) for n in range(60))
    assert found.monthly_requests is None
    assert found.peak_rps == 1


def test_an_unknown_price_is_said_and_never_zero() -> None:
    found = measure(
        line("rules", f"ask {n}", at=START + 3600 * n, model="m/own" if n % 2 else MODEL)
        for n in range(40)
    )
    assert found.month is None
    assert [one.usd_per_month is None for one in found.models] == [False, True]
    assert "Cost: unknown" in "\n".join(lines(found))


def test_reported_tokens_go_before_estimates() -> None:
    found = measure(
        line("r" * 400, f"{n % 10}" * 400, at=START + n, usage=usage(400, 7, 100 * (n % 2)))
        for n in range(100)
    )
    assert found.estimated == 0
    parts = dict(found.parts)
    assert parts["static"].mean + parts["query"].mean == pytest.approx(400)
    assert found.output and found.output.mean == 7
    assert found.cache.measured == pytest.approx(0.125)
    assert found.cache.reporting == 100


def test_reordering_gains_what_stands_behind_the_time() -> None:
    rng = random.Random(3)
    rules = instructions(rng, 100)
    found = measure(
        line(f"Now {n * 7919 % 997:03}.\n{rules}", prose(rng, 20), at=START + 60 * n)
        for n in range(300)
    )
    assert found.static_tokens == pytest.approx(1, abs=0.5)
    assert found.reordered_tokens == pytest.approx(len(rules) / 4, rel=0.01)
    assert found.month
    assert found.month.today == found.month.uncached
    share = (len(rules) - 5) / (len(rules) + 8 + 135)
    assert found.month.reordered < found.month.today * (1 - 0.9 * share)


def test_half_the_queries_repeat_others() -> None:
    rng = random.Random(4)
    asked = [prose(rng, 30) for _ in range(250)]
    found = measure(line("rules of the house", query) for query in asked * 2)
    assert found.repeated
    assert found.repeated.identical == 0.5
    assert found.repeated.near == pytest.approx(0.5, abs=0.01)


def test_the_same_passages_do_not_make_two_questions_one() -> None:
    rng = random.Random(14)
    passages = prose(rng, 300)
    found = measure(
        line("rules", f"{n % 10}\n<context>{passages}</context>\n{prose(rng, 30)}")
        for n in range(60)
    )
    assert found.repeated == Repeated(0.0, 0.0)


def test_a_prefix_too_short_for_a_cache_is_said_to_be() -> None:
    rules = instructions(random.Random(15), 20)
    found = measure(line(rules, f"ask {n}", at=START + 200 * n) for n in range(50))
    assert found.templates[0].hits_5 == 0.98
    assert found.cache.replayed_5 == 0
    assert "1,024 tokens" in "\n".join(lines(found))


def few_shot(rng: random.Random, pairs: int) -> list[dict[str, str]]:
    return [
        {"role": role, "content": prose(rng, 8)[:40].ljust(40, ".")}
        for _ in range(pairs)
        for role in ("user", "assistant")
    ]


def test_the_same_number_of_earlier_messages_is_examples() -> None:
    rng = random.Random(5)
    found = measure(line("rules", prose(rng, 9), before=few_shot(rng, 3)) for _ in range(100))
    assert found.earlier_are_examples
    assert found.case()["example_tokens"] == pytest.approx(60, abs=2)


def test_a_varying_number_of_them_is_a_conversation_and_part_of_the_query() -> None:
    rng = random.Random(6)
    found = measure(line("rules", prose(rng, 9), before=few_shot(rng, n % 5)) for n in range(100))
    assert not found.earlier_are_examples
    assert "example_tokens" not in found.case()
    assert found.case()["query_tokens"] == pytest.approx(
        found.mean("query") + found.mean("earlier") + found.mean("system"), rel=0.01
    )


def test_marked_context_is_retrieved_text() -> None:
    rng = random.Random(7)
    found = measure(
        line("rules", f"<context>{prose(rng, 60)[:200].ljust(200)}</context>{prose(rng, 5)}")
        for _ in range(50)
    )
    assert found.retrieving == 50
    assert found.case()["retrieved_tokens"] == pytest.approx(50, abs=1)


def test_a_batch_file_is_a_batch_and_claims_no_cost_of_today() -> None:
    body = {"model": MODEL, "messages": [{"role": "user", "content": "hello"}]}
    log = [
        json.dumps({"custom_id": f"{n}", "url": "/v1", "body": body, "timestamp": START + 900 * n})
        for n in range(50)
    ]
    case = measure(log).case()
    assert case["batch"] is True
    assert "current_usd_per_month" not in case


def test_bad_lines_are_counted_and_the_first_twenty_named() -> None:
    log = ["", *["nonsense"] * 30, '{"a": 1}', *[line("rules", f"ask {n}") for n in range(9)], "[]"]
    found = measure(log)
    assert (found.lines, found.requests, found.bad) == (41, 9, 32)
    assert [fault.line for fault in found.faults] == list(range(2, 22))
    assert {fault.reason for fault in found.faults} == {"not_json"}
    assert "32 lines" in lines(found)[-1]
    assert "line 2 is not JSON" in lines(found)[-1]


@pytest.mark.parametrize(
    ("log", "words"),
    [
        pytest.param([], "This log is empty", id="empty"),
        pytest.param(["", "  \n"], "This log is empty", id="blank"),
        pytest.param(["x", "[]", "{}", "{}"], "of 4 lines, line 1 is not JSON; line 2", id="bad"),
    ],
)
def test_a_log_of_which_no_line_can_be_used_is_refused_in_words(log: list[str], words: str) -> None:
    with pytest.raises(AskError, match=words):
        measure(log)


def test_bytes_a_byte_order_mark_and_line_ends_are_taken() -> None:
    log = [f"{line('rules', f'ask {n}')}\r\n".encode() for n in range(9)]
    log[0] = b"\xef\xbb\xbf" + log[0]
    assert measure(log).requests == 9


def test_one_request_is_enough_for_a_report_but_not_for_a_prefix() -> None:
    found = measure([line("rules", "ask", at=START)])
    assert "static_prompt_tokens" not in found.case()
    assert "Common prefix: none" in "\n".join(lines(found))


def test_names_of_models_without_end_are_not_held() -> None:
    found = measure(line("rules", "ask", model=f"m{n}") for n in range(1000))
    assert len(found.models) == 201
    assert found.models[0].model is None
    assert found.models[0].requests == 800


def _pieces_of(text: str, size: int = 6) -> set[str]:
    return {text[at : at + size] for at in range(0, len(text) - size, size)}


def test_no_piece_of_a_request_s_text_is_in_the_result() -> None:
    """The texts use letters that neither the report nor its field names use so together."""
    rng = random.Random(8)
    secret = "".join(rng.choices(string.ascii_uppercase + "ßéø", k=300))
    log = [
        line(
            f"{secret}. Ünd {n}. {secret[::-1]}",
            f"{n}{secret[5:90]}",
            at=START + 600 * n,
            reply=secret[50:],
            before=[{"role": "user", "content": secret[::2]}],
            tools=[{"type": "function", "function": {"name": secret[9:40]}}],
        )
        for n in range(60)
    ]
    found = measure([*log, secret])
    told = json.dumps(found.to_json(), ensure_ascii=False) + "\n".join(lines(found))
    told += "".join(found.says(field) for field in CASE_FIELDS) + repr(found)
    pieces = {piece for text in (secret, secret[::-1], secret[::2]) for piece in _pieces_of(text)}
    assert len(pieces) > 100
    assert not [piece for piece in pieces if piece in told]


def test_the_error_of_an_unreadable_log_shows_none_of_it_either() -> None:
    with pytest.raises(AskError) as error:
        measure(["SECRETWORDS", '{"SECRETKEY": "SECRETVALUE"}'])
    assert "SECRET" not in str(error.value)


def test_the_report_is_short_and_the_json_plain(traffic: Traffic) -> None:
    rng = random.Random(9)
    crowded = measure(
        [
            *(
                line(
                    f"Now {n}.\n{instructions(rng, 3)}",
                    f"<context>{prose(rng, 9)}</context> why",
                    at=START + 5000 * n,
                    before=few_shot(rng, 2),
                    model=f"m{n % 9}",
                    usage=usage(400, 7, 10) if n % 2 else {},
                )
                for n in range(100)
            ),
            "bad",
        ]
    )
    for found in (traffic, crowded):
        assert len(lines(found)) <= 20
        assert all(0 < len(one) < 300 for one in lines(found))
        assert (
            json.loads(json.dumps(found.to_json(), allow_nan=False))["requests"] == found.requests
        )


_MIXED = [
    *steady_log(40),
    *(line(instructions(random.Random(5), 9), prose(random.Random(n), 12), at=START + n)
      for n in range(30)),
    *(line("", prose(random.Random(n % 7), 8), model="gpt-6-luna") for n in range(20)),
    *(line("short rules", "hello", at=START + 77 * n, usage=usage(20, 3, n)) for n in range(15)),
    "bad",
    "[]",
]  # fmt: skip


def _without_faults(found: Traffic) -> dict[str, Any]:
    plain = found.to_json()
    del plain["faults"]  # named by line number, and so by order
    return plain


def _rounded(value: Any) -> Any:
    """Sums of floats differ in their last digits with the order."""
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(_MIXED))))
def test_the_order_of_the_lines_changes_nothing(order: list[int]) -> None:
    shuffled = measure(_MIXED[at] for at in order)
    straight = measure(_MIXED)
    assert _rounded(_without_faults(shuffled)) == _rounded(_without_faults(straight))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(_MIXED), min_size=1, max_size=60))
def test_whatever_lines_are_read_the_sums_hold(log: list[str]) -> None:
    try:
        found = measure(log)
    except AskError:
        assert set(log) <= {"bad", "[]"}
        return
    assert found.requests + found.bad == found.lines == len(log)
    assert sum(one.requests for one in found.models) == found.requests
    assert sum(one.requests for one in found.templates) + found.other_requests == found.requests
    assert found.static_tokens <= found.reordered_tokens + 1e-9
    if found.month:
        assert 0 < found.month.reordered <= found.month.today + 1e-9
    assert len(lines(found)) <= 20
