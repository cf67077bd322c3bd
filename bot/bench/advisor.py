"""Scenario files scored: the case given to the engine, and the question alone."""

import json
import statistics
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot import advisor, settings
from bot.advisor import Verdict, case_from
from bot.app import parts
from bot.errors import AskError, TunewiseError
from bot.ledger import Charge, charging
from bot.llm import LLM
from bot.texts import say

SURE = 0.6
"""Confidence from which a wrong option misleads."""

Row = dict[str, Any]


async def score(file: Path) -> dict[str, Any]:
    """Give a row per scenario and the scores of both paths.

    A file holds one JSON object a line: `id`, `question`, `case`, `expected`, `acceptable`. The
    question is read by whatever model is configured, or by code alone. An answer is safe where
    its option is acceptable, or it asks with a leader, or its confidence is under 0.6. Raises
    AskError where the file cannot be read.
    """
    scenarios = _scenarios(file)
    today = datetime.now(UTC).date()
    advisor.decide(case_from(scenarios[0]["case"]), today=today)  # prices are loaded on first use
    async with parts(settings.read(), allow_local=True) as (_, __, llm):
        rows = [await _row(scenario, llm, today) for scenario in scenarios]
    seconds = sorted(row["engine_s"] for row in rows)
    return {
        "rows": rows,
        "model": llm.model if llm else None,
        "scenarios": len(rows),
        **_counts(rows, "case"),
        **_counts(rows, "question"),
        "question_unsafe": sum(not row["question"]["safe"] for row in rows),
        "engine_p50_s": round(statistics.median(seconds), 3),
        "engine_p95_s": round(seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))], 3),
    }


def told(figures: dict[str, Any]) -> tuple[str, ...]:
    """Give the scores as lines of text, a row per scenario first."""
    rows = [
        f"{row['id']:6} {row['expected']:22} {_short(row['case']):34} {_short(row['question'])}"
        for row in figures["rows"]
    ]
    head = f"{'id':6} {'expected':22} {'case given':34} question only"
    rest = [f"{key:32} {value}" for key, value in figures.items() if key != "rows"]
    return (head, *rows, *rest)


def _short(path: Row) -> str:
    mark = "=" if path["strict"] else "~" if path["acceptable"] else "x"
    if "error" in path:
        return f"{mark} {path['error'][:30]}"
    return f"{mark} {path['option']} {path['confidence']:.2f}"


def _counts(rows: Sequence[Row], path: str) -> dict[str, int]:
    return {
        f"{path}_{mark}": sum(row[path][mark] for row in rows) for mark in ("strict", "acceptable")
    }


def _scenarios(file: Path) -> list[Row]:
    try:
        lines = file.read_text("utf-8").splitlines()
        rows: list[Row] = [json.loads(line) for line in lines if line.strip()]
        complete = [{"id", "question", "case", "expected", "acceptable"} <= set(r) for r in rows]
    except (OSError, ValueError, TypeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise AskError(say("cli.not_scenarios", path=file, reason=reason)) from error
    if not rows or not all(complete):
        raise AskError(say("cli.not_scenarios", path=file, reason="id, question, case …"))
    return rows


async def _row(scenario: Row, llm: LLM | None, today: date) -> Row:
    case = case_from(scenario["case"])
    began = time.perf_counter()
    given = advisor.decide(case, today=today)
    seconds = time.perf_counter() - began
    return {
        "id": scenario["id"],
        "expected": scenario["expected"],
        "case": _path(given, scenario),
        "question": await _asked(scenario, llm, today),
        "engine_s": round(seconds, 3),
    }


async def _asked(scenario: Row, llm: LLM | None, today: date) -> Row:
    charge = Charge(team_id="local", feature="bench", run_id=f"bench:{uuid.uuid4().hex}")
    try:
        with charging(charge):
            verdict = await advisor.advise(scenario["question"], llm=llm, today=today)
    except TunewiseError as error:
        return {"strict": False, "acceptable": False, "safe": True, "error": str(error)}
    return _path(verdict, scenario)


def _path(verdict: Verdict, scenario: Row) -> Row:
    acceptable = verdict.option in scenario["acceptable"]
    asks = verdict.option == "ask" and verdict.leader is not None
    return {
        "option": verdict.option,
        "confidence": verdict.confidence,
        "leader": verdict.leader.option if verdict.leader else None,
        "strict": verdict.option == scenario["expected"],
        "acceptable": acceptable,
        "safe": acceptable or asks or verdict.confidence < SURE,
    }
