"""What a verdict looks like in Slack: twelve lines and four doors, within Slack's limits."""

from datetime import date

import pytest

from bot.advisor import Verdict, decide, understand
from bot.playground.checks import blocks_problems
from handlers.details import details
from handlers.given import DOORS
from handlers.verdict import CHOICE, Block, escape, section, sections, small, verdict_blocks
from tests.bot.advisor.scenarios import SCENARIOS, Scenario

TODAY = date(2026, 11, 23)


def answer(scenario: Scenario) -> Verdict:
    reading = understand(scenario.question)
    return decide(reading.case, reading.facts, reading.notes, today=TODAY)


def lines_of(blocks: tuple[Block, ...]) -> list[str]:
    """Every line that a person reads, buttons aside."""
    texts = [b["text"]["text"] for b in blocks if b["type"] in ("header", "section")]
    texts += [e["text"] for b in blocks if b["type"] == "context" for e in b["elements"]]
    return [line for text in texts for line in text.split("\n")]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: str(one.name))
def test_the_answer_has_twelve_lines_at_most_and_slack_takes_it(scenario: Scenario) -> None:
    verdict = answer(scenario)
    blocks = verdict_blocks(verdict, "audit v1", scenario.question, DOORS)
    assert blocks_problems(list(blocks)) == []
    assert len(lines_of(blocks)) <= 12
    actions = [block for block in blocks if block["type"] == "actions"]
    assert [e["action_id"] for e in actions[-1]["elements"]] == [f"advise_{d}" for d in DOORS]
    assert len(actions) == (1 + len(verdict.asks) if verdict.option == "ask" else 1)


def test_an_open_question_shows_what_each_answer_would_lead_to() -> None:
    asking = [v for v in map(answer, SCENARIOS) if v.option == "ask"]
    told = [
        (choice, element["text"]["text"])
        for verdict in asking
        for block in verdict_blocks(verdict, "audit v1", "", DOORS)
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"].startswith(f"{CHOICE}:")
        for _, field, number in [element["action_id"].split(":")]
        for choice in [next(a for a in verdict.asks if a.field == field).choices[int(number)]]
    ]
    assert any(choice.leads_to for choice, _ in told)
    for choice, label in told:
        whole = f"{choice.label} → {choice.leads_to}" if choice.leads_to else choice.label
        assert label == whole or label.endswith(" …")


def test_a_question_says_what_becomes_of_the_option_that_leads() -> None:
    for verdict in map(answer, SCENARIOS):
        if verdict.option != "ask" or verdict.leader is None:
            continue
        blocks = verdict_blocks(verdict, "audit v1", "", DOORS)
        lines = lines_of(blocks)
        for ask in verdict.asks:
            (line,) = [line for line in lines if ask.question in line]
            some = any(choice.leads_to for choice in ask.choices)
            assert ("without an arrow" in line, "No answer alone" in line) == (some, not some)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: str(one.name))
def test_details_hold_every_option_and_slack_takes_them(scenario: Scenario) -> None:
    verdict = answer(scenario)
    content = details(verdict, today=TODAY)
    for blocks in (content.blocks, *content.simpler):
        assert blocks_problems(list(blocks)) == []
    assert [len([b for b in blocks if b["type"] == "data_visualization"])
            for blocks in (content.blocks, *content.simpler)] == [1, 0, 0]  # fmt: skip
    (table,) = [block for block in content.blocks if block["type"] == "table"]
    assert len(table["rows"]) == 8
    assert {len(row) for row in table["rows"]} == {8}
    for row in verdict.costs[:7]:
        assert f"{row.setup_days:g} days to set up" in content.text
    assert f"Audit {verdict.audit_id}." in content.text
    assert verdict.prices_as_of in content.text
    assert len(content.text) < 40_000


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("x" * 9_000, id="one long line"),
        pytest.param("\n".join("y" * 280 for _ in range(40)), id="many lines"),
        pytest.param("\n".join(("z" * 4_000, "short", "", "z" * 2_899)), id="mixed"),
    ],
)
def test_text_of_any_length_becomes_blocks_that_slack_takes(text: str) -> None:
    blocks = sections(text)
    assert blocks_problems(list(blocks)) == []
    lines = [line for block in blocks for line in block["text"]["text"].split("\n")]
    wanted = [line for line in text.split("\n") if line]
    assert len([line for line in lines if line]) == len(wanted)
    for line, whole in zip(filter(None, lines), wanted, strict=True):
        assert line == whole or (line.endswith(" …") and len(line) == 2_900)
    if text:
        assert blocks_problems([small(text), section(text)]) == []


def test_a_cut_breaks_no_sign_and_no_link() -> None:
    assert small("a" * 1_945 + "&amp;" * 9)["elements"][0]["text"] == "a" * 1_945 + " …"
    link = "<https://example.org/paper|EV1>"
    assert small("a" * 1_940 + link)["elements"][0]["text"] == "a" * 1_940 + " …"


def test_nothing_that_is_typed_formats_links_or_calls() -> None:
    shown = escape("_it_ __x__ ~s~ @here @Channel @everyone https://evil.example a_b")
    assert shown == "ˍitˍ ˍˍxˍˍ ∼s∼ ＠here ＠Channel ＠everyone https:∕∕evil.example a_b"
