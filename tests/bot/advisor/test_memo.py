"""A decision memo fits on a page, says only what was computed, and lets nothing foreign act."""

import re
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from bot.advisor import Verdict, case_from, decide, understand
from bot.advisor.telling.card import source
from bot.advisor.telling.memo import memo
from bot.advisor.telling.recipe import recipe
from bot.advisor.verdict import WAYS, Information, Leader, named
from bot.texts import say, speaking
from bot.texts.words import chance, usd
from tests.bot.advisor.scenarios import SCENARIOS, Scenario

TODAY = date(2026, 11, 23)
HOSTILE = (
    "# Shout\n| a | b |\n|---|---|\n@channel <!channel> <@U123> @ann *bold* `code` "
    "[click](https://evil.example/x) ![x](https://evil.example/y) <script>alert(1)</script> "
    "www.evil.example ~~gone~~ __under__ \\n key sk-abcdefghijklmnopqrstuvwx"
)


@cache
def verdict_of(name: str) -> Verdict:
    one = next(one for one in SCENARIOS if one.name == name)
    return decide(case_from(one.case), today=TODAY)


@cache
def read_of(name: str) -> Verdict:
    one = next(one for one in SCENARIOS if one.name == name)
    reading = understand(one.question)
    return decide(reading.case, reading.facts, reading.notes, today=TODAY)


def links(page: str) -> list[str]:
    return re.findall(r"(?<!\\)\]\(([^)\s]+)\)", page)


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: str(one.name))
def test_a_memo_fits_on_a_page_and_has_its_parts(one: Scenario) -> None:
    for verdict in (verdict_of(one.name), read_of(one.name)):
        page = memo(verdict, one.question, today=TODAY)
        assert len(page) <= 3500
        assert len(page.splitlines()) <= 60
        assert page.startswith(f"# Decision memo: {verdict.label}\n")
        for part in (
            "## Why",
            "## Cost and chance",
            "## What would flip it",
            "## Risks",
            "## Next",
        ):
            assert part in page
        for part in ("**Go or no-go.**", "**Way back.**", verdict.audit_id, verdict.prices_as_of):
            assert part in page
        assert str(TODAY) in page
        assert "{" not in page


@pytest.mark.parametrize("lang", ["en", "es", "zh"])
@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: str(one.name))
def test_a_memo_fits_on_a_page_in_every_language(one: Scenario, lang: str) -> None:
    with speaking(lang):
        for case in (case_from(one.case), understand(one.question).case):
            verdict = decide(case, today=TODAY, lang=lang)
            page = memo(verdict, one.question, today=TODAY)
            assert len(page) <= 3500
            assert len(page.splitlines()) <= 60
            assert say("memo.why") in page
            assert say("memo.roll_back", words="") in page
            assert verdict.audit_id in page.splitlines()[-1]


def test_where_the_room_is_too_small_the_sources_of_the_steps_go_first() -> None:
    with speaking("es"):
        one = next(one for one in SCENARIOS if one.name == "a reader that does not read")
        verdict = decide(case_from(one.case), today=TODAY, lang="es")
        page = memo(verdict, one.question, today=TODAY)
        assert say("memo.sources", sources="") not in page
        assert all(id in page for id in verdict.evidence)
        other = memo(verdict_of("broken json"), one.question, today=TODAY)
        assert say("memo.sources", sources="") in other


@pytest.mark.parametrize(("lang", "need"), [("en", "1,568"), ("es", "1.568"), ("zh", "1,568")])
def test_the_items_that_a_test_needs_are_told_in_every_language(lang: str, need: str) -> None:
    pilot = {"a": "fine_tuned", "b": "zero_shot", "only_a_right": 40, "only_b_right": 32}
    case = case_from({"task": "classification", "test_items": 400, "comparisons": [pilot]})
    with speaking(lang):
        verdict = decide(case, today=TODAY, lang=lang)
        _, head, go = memo(verdict, "?", today=TODAY).partition(say("memo.go", words=""))
    assert verdict.option == "ask"
    assert head and need in go


def test_a_long_question_without_blanks_keeps_its_words() -> None:
    verdict = verdict_of("broken json")
    page = memo(verdict, "我们应该微调模型吗" * 40, today=TODAY)
    assert "**Question.** 我们应该微调模型吗我们" in page
    assert len(page) <= 3500


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: str(one.name))
def test_the_cost_table_has_the_open_options_and_their_numbers(one: Scenario) -> None:
    verdict = verdict_of(one.name)
    page = memo(verdict, one.question, today=TODAY)
    table = [line for line in page.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1
    rows = [row for row in verdict.costs if row.option in WAYS and row.open]
    assert len(table) == 2 + len(rows)
    for row, line in zip(rows, table[2:], strict=True):
        assert named(row.option) in line
        assert f"{usd(row.monthly_usd)} ({usd(row.low_usd)}-{usd(row.high_usd)})" in line
        assert f"| {row.setup_days:g} |" in line
        assert line.endswith(f"| {'no target' if row.meets is None else chance(row.meets)} |")


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: str(one.name))
def test_steps_days_and_sources_are_those_of_the_recipe(one: Scenario) -> None:
    verdict = verdict_of(one.name)
    page, plan = memo(verdict, one.question, today=TODAY), recipe(verdict, today=TODAY)
    for n, step in enumerate(plan.steps, 1):
        assert f"{n}. {step.title} ({step.engineer_days:g} d)" in page
    assert f"({plan.total_days:g} engineer-days)" in page
    ids = {*verdict.evidence, *(id for step in plan.steps for id in step.evidence)}
    assert [id for id in ids if id not in page] == []
    for driver in verdict.drivers:
        for id in driver.evidence:
            assert source(id).url is None or f"]({source(id).url})" in page


def test_a_hostile_question_stands_as_plain_words() -> None:
    verdict = verdict_of("sql over a moving schema")
    page = memo(verdict, HOSTILE, today=TODAY)
    asked = next(line for line in page.splitlines() if line.startswith("**Question.**"))
    assert "＠channel" in asked and "\\*bold\\*" in asked and "\\[click\\](https:\\//" in asked
    for bad in ("<", "@", "://", " *bold*", " `code`", "sk-abc", "\n"):
        assert bad not in asked
    assert len([line for line in page.splitlines() if line.startswith("#")]) == 6
    clean = memo(verdict, "Should we?", today=TODAY)
    assert links(page) == links(clean) != []


def test_a_question_as_long_as_a_book_does_not_grow_the_page() -> None:
    verdict = verdict_of("a reader that does not read")
    page = memo(verdict, "why " * 5000 + "*" * 5000, today=TODAY)
    assert len(page) <= 3500


def test_without_a_question_it_says_so() -> None:
    page = memo(verdict_of("broken json"), "  ", today=TODAY)
    assert "**Question.** (the facts were given without a question)" in page


def test_what_an_option_behind_a_stop_would_be_is_named() -> None:
    verdict = verdict_of("a contract nobody has read")
    assert verdict.leader is not None
    page = memo(verdict, "?", today=TODAY)
    assert f"What leads for now is {named(verdict.leader.option)}" in page
    other = replace(verdict, leader=Leader("rag", 0.4, 1234.0))
    assert "retrieval of facts (RAG) (40% chance" in memo(other, "?", today=TODAY)


def test_the_worth_of_knowing_more_is_a_risk_that_is_told() -> None:
    known = Information(1.0, 12.0, 500.0, False, "Knowing all of it is worth $1 a month.")
    verdict = replace(verdict_of("memory of users"), information=known)
    assert "- Knowing all of it is worth $1 a month." in memo(verdict, "?", today=TODAY)


def test_the_same_verdict_gives_the_same_memo() -> None:
    verdict = verdict_of("voice in a car")
    again = Verdict.from_json(verdict.to_json())
    assert memo(again, "Why?", today=TODAY) == memo(verdict, "Why?", today=TODAY)
