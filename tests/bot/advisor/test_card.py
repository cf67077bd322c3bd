"""A verdict reads as plain lines that fit, and every sentence has its words."""

import re
import tomllib
from datetime import date
from pathlib import Path
from textwrap import shorten

import pytest

import bot.texts
from bot.advisor import OPTIONS, decide, label, understand
from bot.advisor.case import ARMS, FIELDS, Case
from bot.advisor.deciding.diagnosis import KINDS
from bot.advisor.telling.card import brief, card, chosen_way, summary
from bot.advisor.verdict import Verdict, named
from bot.texts import speaking
from bot.texts.words import chance, count, cut, share, usd
from tests.bot.advisor.scenarios import SCENARIOS, Scenario

TODAY = date(2026, 11, 23)
TEXTS = tomllib.loads((Path(bot.texts.__file__).parent / "advisor.en.toml").read_text("utf-8"))


def answer(scenario: Scenario) -> Verdict:
    reading = understand(scenario.question)
    return decide(reading.case, reading.facts, reading.notes, today=TODAY)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: str(one.name))
def test_the_plain_answer_has_its_parts(scenario: Scenario) -> None:
    verdict = answer(scenario)
    lines = summary(verdict, scenario.question)
    text = " ".join(lines)
    assert all(line and "{" not in line for line in lines)
    assert 11 <= len(lines) <= 20
    for part in ("Question:", "Understood:", "Verdict:", "Cost a month", "Would change it:"):
        assert part in text
    assert re.search(r"prices as of \d{4}-\d{2}-\d{2}", text)
    assert re.search(r"\[[EM]\d{2} ", text)
    assert verdict.label in text and verdict.sentence in text


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: str(one.name))
def test_the_brief_answer_fits_eleven_lines_and_keeps_what_matters(scenario: Scenario) -> None:
    verdict = answer(scenario)
    lines = brief(verdict, scenario.question)
    text = " ".join(lines)
    assert len(lines) <= 11
    assert all(line and "{" not in line for line in lines)
    assert len([line for line in lines if re.match(r"[123]\. ", line)]) == 3
    for part in (verdict.label, verdict.sentence, "Cost a month", "Would change it:"):
        assert part in text
    assert all(part in text for part in ("Question:", "Understood:", "no language model"))
    if verdict.break_even is not None:
        assert verdict.break_even.words in text
    if verdict.option == "ask" and verdict.leader is not None:
        assert f"proves best: {chance(verdict.leader.chance)}." in lines[1]
        assert all(ask.question in lines[-1] for ask in verdict.asks)


def test_the_cost_line_names_the_chosen_the_cheapest_and_the_one_asked_about() -> None:
    for scenario in SCENARIOS:
        verdict = answer(scenario)
        line, chosen = card(verdict).cost, chosen_way(verdict)
        assert line.count("*") == 2
        assert chosen is not None
        assert f"*{named(chosen)} " in line
        assert line.count("$") - 3 <= 3
        if verdict.break_even is not None:
            assert named(verdict.break_even.rival) in line


def test_a_target_that_is_not_safe_is_said_at_once() -> None:
    told = [card(answer(scenario)).caveats for scenario in SCENARIOS]
    assert any("not safe" in line for lines in told for line in lines)
    assert any(all("not safe" not in line for line in lines) for lines in told)


def test_papers_are_named_and_linked() -> None:
    shown = card(answer(next(one for one in SCENARIOS if one.acceptable == ("rag",))))
    sources = [source for driver in shown.drivers for source in driver.sources]
    assert any(source.name == "arXiv:2312.05934" for source in sources)
    assert all(source.url is None or source.url.startswith("https://") for source in sources)


def test_the_break_even_is_said_plainly() -> None:
    words = {
        verdict.break_even.words
        for scenario in SCENARIOS
        if (verdict := answer(scenario)).break_even is not None
    }
    assert len(words) > 5
    assert all(word.startswith("Break-even: ") for word in words)


def test_long_and_hostile_questions_are_cut() -> None:
    verdict = answer(SCENARIOS[0])
    lines = summary(verdict, "x" * 5000 + "\n# shout\n" * 100)
    assert len(lines[0]) <= 150
    assert lines[0].startswith("Question: ")


def test_a_question_is_cut_at_a_word_or_where_it_has_none_at_a_character() -> None:
    verdict = answer(SCENARIOS[0])
    words, signs = "should we tune " * 20, "我们应该微调模型吗" * 20
    assert summary(verdict, words)[0].endswith(" tune should we …")
    assert summary(verdict, signs)[0] == f"Question: {signs[:118]} …"


@pytest.mark.parametrize("width", [75, 100, 120, 160, 220])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: str(one.name))
def test_english_is_cut_as_the_standard_library_does(scenario: Scenario, width: int) -> None:
    text = f"{scenario.question}\n  {scenario.question}"
    assert cut(text, width) == shorten(text, width, placeholder=" …")
    assert len(cut(text, width)) <= width


def test_rows_of_facts_and_assumptions_have_the_signs_of_the_language() -> None:
    """English glue in Chinese would be a blank behind a comma, a semicolon or before a bracket."""
    glue = re.compile(r"[,;] ?[\u4e00-\u9fff]| \([\u4e00-\u9fff+]|[\u4e00-\u9fff][,;]")
    assert glue.search("甲; 乙") and glue.search("甲 (乙)")
    with speaking("zh"):
        for scenario in SCENARIOS:
            reading = understand(scenario.question)
            verdict = decide(reading.case, reading.facts, today=TODAY, lang="zh")
            shown = card(verdict)
            told = [shown.understood, shown.assumed, shown.flips, verdict.sentence]
            told += [driver.text for driver in shown.drivers]
            assert [line for line in told if glue.search(line)] == []


def test_every_option_has_words() -> None:
    assert len({label(option) for option in OPTIONS}) == 9
    assert len({named(option) for option in OPTIONS}) == 9


def test_every_fact_value_and_gap_has_words() -> None:
    numbers_and_words = {
        name
        for name in FIELDS
        if "bool" not in str(Case.model_fields[name].annotation)
        and name not in ("measurements", "comparisons")
    }
    switches = set(FIELDS) - numbers_and_words - {"measurements", "comparisons"}
    missing = {f"fact_{name}" for name in numbers_and_words} - TEXTS.keys()
    missing |= {f"fact_{name}_{end}" for name in switches for end in ("yes", "no")} - TEXTS.keys()
    missing |= {f"value_{arm}" for arm in ARMS} - TEXTS.keys()
    missing |= {f"gap_{kind}" for kind in KINDS} - TEXTS.keys()
    assert missing == set()


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (usd(0), "$0.00"),
        (usd(1234.5), "$1,230"),
        (usd(2.3e6), "$2.3M"),
        (count(270e6), "270M"),
        (share(0.965), "96.5%"),
        (share(None), "?"),
        (chance(0.999), "99%"),
        (chance(None), "?"),
    ],
)
def test_numbers_are_shown_as_people_read_them(shown: str, words: str) -> None:
    assert shown == words
