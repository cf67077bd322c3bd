"""A model may word a verdict; a number, option or source that is not the verdict's is caught."""

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.advisor import Verdict, decide, understand
from bot.advisor.telling.prose import MOST, checked, prompt_for, word
from bot.llm import LLM
from bot.texts.words import chance, usd
from tests.bot.advisor.scenarios import SCENARIOS
from tests.modelserver import ScriptedModel

TODAY = date(2026, 11, 23)
QUESTION = (
    "We tag 9,000 support tickets a month into 25 classes. Zero-shot gets 70%, we need 85%. We "
    "have 2,000 labelled tickets, answers within 800 ms, budget $3,000 a month. Should we "
    "fine-tune?"
)


@cache
def verdict_on(question: str = QUESTION, lang: str = "en") -> Verdict:
    read = understand(question)
    return decide(read.case, read.facts, read.notes, today=TODAY, lang=lang)


def cost(option: Any, verdict: Verdict) -> float:
    row = verdict.cost_of(option)
    assert row is not None
    return row.monthly_usd


@cache
def valid() -> str:
    """A prose in which every number is the verdict's, written in several ways."""
    verdict = verdict_on()
    tuned, similar = (cost(o, verdict) for o in ("fine_tune_hosted", "dynamic_few_shot"))
    return (
        f"Fine-tune on a hosted platform, with {chance(verdict.confidence)} confidence. Prompting "
        f"stopped at 70% and you need 0.85; with your 2,000 labels the tune should come close "
        f"[{verdict.evidence[0]}]. It costs about ${tuned / 1000:.2f}k a month against "
        f"{usd(similar)} for similar examples at 9k requests a month, so it buys quality, not "
        f"savings. If the data may not leave your network, a self-hosted fine-tune is the answer."
    )


def test_a_prose_with_the_verdicts_own_numbers_holds() -> None:
    assert checked(valid(), verdict_on()) == (True, ())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: str(one.name))
def test_the_computed_words_themselves_hold(scenario: Any) -> None:
    verdict = verdict_on(scenario.question)
    said = " ".join((verdict.sentence, *(driver.text for driver in verdict.drivers)))
    prose = re.sub(r"\s*\(E\d\d[^)]*\)", "", said)[:MOST].rsplit(". ", 1)[0] + "."
    _, faults = checked(prose, verdict)
    assert [fault for fault in faults if "does not name" not in fault] == []


def figures(value: Any) -> Iterator[float]:
    """Every number in a verdict's JSON, those in its sentences included."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield abs(float(value))
    elif isinstance(value, str):
        for match in re.finditer(r"\d[\d,]*(?:\.\d+)?", value):
            yield float(match.group().replace(",", ""))
        yield from (100.0 for _ in re.finditer("hundred", value))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from figures(inner)
    else:
        for inner in value:
            yield from figures(inner)


@cache
def strangers() -> tuple[str, ...]:
    """Numbers as written that come near none of the verdict's, as a count, a share or in k."""
    plain = frozenset(figures(verdict_on().to_json()))
    near = sorted(one * scale for one in plain for scale in (1, 100, 0.01, 0.001))
    written = [f"{n:,}" for n in range(1, 60_000, 17)] + [f"{n / 100:.2f}" for n in range(1, 9999)]
    return tuple(
        text
        for text in written
        if not any(abs(float(text.replace(",", "")) - one) <= 0.03 * one for one in near)
    )


NUMBERS = [
    m.span() for m in re.finditer(r"\d[\d,.]*\d|\d", valid()) if valid()[m.start() - 1] != "E"
]


@given(st.integers(0, len(NUMBERS) - 1), st.data())
@settings(max_examples=100, deadline=None)
def test_a_number_altered_anywhere_is_caught(place: int, data: st.DataObject) -> None:
    start, end = NUMBERS[place]
    written = data.draw(st.sampled_from(strangers()))
    holds, faults = checked(valid()[:start] + written + valid()[end:], verdict_on())
    assert not holds and faults


def test_the_test_above_has_enough_to_try() -> None:
    assert len(NUMBERS) == 7
    assert len(strangers()) > 500


@pytest.mark.parametrize(
    ("found", "put", "caught"),
    [
        pytest.param("$759", "about $760", False, id="rounded to the written digits"),
        pytest.param("$759", "$759.00", False, id="more digits, same value"),
        pytest.param("$759", "$800", True, id="rounded too far"),
        pytest.param("$759", "$765", True, id="not rounded, wrong"),
        pytest.param("$759", "759 dollars", False, id="unit behind"),
        pytest.param("$759", "759 requests", True, id="a sum turned into a count"),
        pytest.param("9k requests", "$9,000", True, id="a count turned into a sum"),
        pytest.param("9k requests", "9,000 requests", False, id="written out"),
        pytest.param("9k requests", "nine thousand requests", False, id="in words"),
        pytest.param("9k requests", "fifteen thousand requests", True, id="wrong in words"),
        pytest.param("9k requests", "9M requests", True, id="another scale"),
        pytest.param("70%", "70 percent", False, id="percent in words"),
        pytest.param("70%", ".7", False, id="a share without its zero"),
        pytest.param("70%", ".63", True, id="a wrong share without its zero"),
        pytest.param("70%", "63-70%", True, id="a range that is made up"),
        pytest.param("so it buys", "half of which, buys", True, id="a fraction in words"),
        pytest.param("so it buys", "ten times as much, buys", True, id="times in words"),
        pytest.param("so it buys", "3x as much, buys", True, id="times in digits"),
        pytest.param("so it buys", "for three reasons buys", False, id="a small number word"),
        pytest.param("so it buys", "in v12x34 it buys", True, id="a figure inside a word"),
        pytest.param("[E", "[E99] [E", True, id="a finding that is not cited"),
        pytest.param("quality, not", "<@U123> quality, not", True, id="a mention"),
        pytest.param("quality, not", "@channel quality, not", True, id="a channel mention"),
        pytest.param("quality, not", "https://x.org quality, not", True, id="a link"),
        pytest.param("Fine-tune on", "# Fine-tune on", True, id="a heading"),
        pytest.param("Fine-tune on", "**Fine-tune** on", True, id="bold"),
        pytest.param("savings. ", "savings. You should use RAG. ", True, id="another option"),
        pytest.param(
            "savings. ", "savings. We recommend RAG instead of the tune. ", True, id="instead of"
        ),
        pytest.param(
            "savings. ", "savings. Better retrieval is the best choice. ", True, id="praised"
        ),
        pytest.param(
            "savings. ", "savings. You should not use RAG here. ", False, id="advised against"
        ),
        pytest.param(
            "savings. ", "savings. If facts were missing, you should use RAG. ", False, id="an if"
        ),
        pytest.param("savings. ", "savings. " + "It is so. " * 60, True, id="too long"),
    ],
)
def test_what_is_caught_and_what_is_not(found: str, put: str, caught: bool) -> None:
    assert valid().count(found) >= 1
    holds, faults = checked(valid().replace(found, put, 1), verdict_on())
    assert holds is not caught, faults


def test_the_verdicts_own_option_has_to_be_named() -> None:
    holds, faults = checked("It is close, and the quality you need is 85%.", verdict_on())
    assert not holds and "does not name" in faults[0]


@pytest.mark.parametrize(
    ("lang", "prose", "holds"),
    [
        pytest.param(
            "es",
            "Haz un ajuste fino en una plataforma alojada: la tarea es estrecha y tienes 2.000 "
            "etiquetas. Ahora aciertas el 70 % y necesitas el 85 %, con 9 mil peticiones al mes.",
            True,
            id="Spanish numbers",
        ),
        pytest.param(
            "es",
            "Haz un ajuste fino en una plataforma alojada: la tarea es estrecha y tienes 3.000 "
            "etiquetas para el equipo.",
            False,
            id="wrong Spanish number",
        ),
        pytest.param(
            "es", "Fine-tune on a hosted platform, as you need 85%.", False, id="not Spanish"
        ),
        pytest.param(
            "zh",
            "建议在托管平台上微调：任务很窄，你有2000条标注，目前准确率是百分之七十，需要85%，每月9千次请求。",
            True,
            id="Chinese numbers",
        ),
        pytest.param(
            "zh", "建议在托管平台上微调，每月三万次请求，费用会减半。", False, id="wrong Chinese"
        ),
        pytest.param(
            "zh", "建议使用检索（RAG），而不是在托管平台上微调。", False, id="Chinese RAG"
        ),
    ],
)
def test_other_languages_are_checked_alike(lang: str, prose: str, holds: bool) -> None:
    found, faults = checked(prose, verdict_on(lang=lang))
    assert found is holds, faults


def test_nothing_at_all_is_a_fault() -> None:
    assert checked(" … ", verdict_on()) == (False, ("It says nothing.",))


def test_the_prompt_shows_the_verdict_and_nothing_that_may_not_be_cited() -> None:
    verdict = verdict_on()
    system, user = prompt_for(verdict).messages()
    for part in (verdict.label, verdict.sentence, *verdict.flips, "Language: English"):
        assert part in user.content
    cited = set(re.findall(r"\[([EM]\d\d)\]", user.content))
    assert cited == set(verdict.evidence)
    assert verdict.sentence not in system.content


# With a model


async def test_a_prose_that_holds_is_given_at_once(model: ScriptedModel, llm: LLM) -> None:
    model.will_say(valid())
    assert await word(verdict_on(), llm) == valid()
    assert len(model.requests) == 1


async def test_a_prose_that_fails_is_asked_for_once_more_with_its_faults(
    model: ScriptedModel, llm: LLM
) -> None:
    wrong = valid().replace("$759", "$421")
    model.will_say(wrong)
    model.will_say(valid())
    assert await word(verdict_on(), llm) == valid()
    asked = json.dumps(model.requests[1]["messages"], ensure_ascii=False)
    assert "The number $421 does not stand in the verdict." in asked
    assert len(model.requests) == 2


async def test_a_prose_that_fails_twice_is_dropped(model: ScriptedModel, llm: LLM) -> None:
    model.will_say("You should use RAG for $1.")
    model.will_say("You should use RAG for $2.")
    assert await word(verdict_on(), llm) is None
    assert len(model.requests) == 2


async def test_a_model_that_fails_leaves_the_computed_words(model: ScriptedModel, llm: LLM) -> None:
    model.will_fail(400)
    assert await word(verdict_on(), llm) is None
