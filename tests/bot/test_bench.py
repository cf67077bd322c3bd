"""Scenario files are scored along both paths, and intervals hold what they promise."""

import json
import os
from pathlib import Path

import pytest

from bot.bench import advisor, curve, measure
from bot.errors import AskError

BLIND = Path(__file__).parents[1] / "data" / "scenarios.jsonl"
"""Questions written without sight of the engine, each with the verdict an expert would sign."""

LONG = "TUNEWISE_LONG" in os.environ


async def test_scenarios_written_without_sight_of_the_engine_come_out_as_signed() -> None:
    figures = await measure("advisor", BLIND)
    assert figures["scenarios"] == 44
    assert figures["case_strict"] >= 40
    assert figures["case_acceptable"] >= 43
    assert len(advisor.told(figures)) > 44 + 5
    assert len(json.dumps(figures)) > 1000


async def test_a_scenario_that_is_missed_counts_as_missed(tmp_path: Path) -> None:
    row = json.loads(BLIND.read_text("utf-8").splitlines()[0])
    wrong = {**row, "expected": "distill", "acceptable": ["distill"]}
    file = tmp_path / "scenarios.jsonl"
    file.write_text("\n".join(map(json.dumps, (row, wrong))))
    figures = await advisor.score(file)
    assert (figures["scenarios"], figures["case_strict"], figures["case_acceptable"]) == (2, 1, 1)
    assert figures["question_strict"] <= 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": "X"}'], ids=["empty", "bad", "list", "id"])
async def test_a_file_that_holds_no_scenarios_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "file.jsonl").write_text(text)
    with pytest.raises(AskError, match="not a file of scenarios"):
        await advisor.score(tmp_path / "file.jsonl")
    with pytest.raises(AskError, match="--scenarios"):
        await measure("advisor")


@pytest.mark.long
async def test_the_95_percent_interval_of_the_curve_covers_what_it_says() -> None:
    figures = await curve.coverage(curve.CURVES if LONG else 60)
    low, high = (0.93, 0.99) if LONG else (0.86, 1.0)
    assert low <= figures["curve_95_coverage"] <= high
    assert figures["curve_refused"] < 0.1 * (figures["curve_fits"] + figures["curve_refused"])
