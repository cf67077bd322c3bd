"""What research and vendors have found, one cited finding each, and which verdicts it backs."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from bot.texts import say

Strength = Literal["strong", "moderate", "weak"]

_FILE = Path(__file__).with_name("findings.json")
_WORTH = {"strong": 1.0, "moderate": 0.7, "weak": 0.4}
_SPEAKS_FOR = {
    "needs_pilot": "ask",
    "needs_data_threshold": "ask",
    "method": "ask",
    "learning_curve_model": "ask",
    "use_better_base": "prompt",
    "prompt_many_shot": "prompt",
    "cascade": "prompt",
}
"""Pushes that name no option of a verdict, and the option they speak for all the same."""


@dataclass(frozen=True)
class Citation:
    """Where a finding was published."""

    authors: str
    year: int
    title: str
    id: str
    venue: str
    url: str | None


@dataclass(frozen=True)
class Finding:
    """One finding with the figures and conditions that it holds for."""

    id: str
    claim: str
    figures: Mapping[str, Any]
    conditions: str
    pushes: Mapping[str, int]
    """Weight from -3 (against) to +3 (for) per option or recommendation."""
    veto: str | None
    strength: Strength
    citation: Citation
    verified: str
    """How far the source was read: abstract, table, digest, vendor docs, software, unverified."""
    caveat: str
    tasks: tuple[str, ...]
    problems: tuple[str, ...]
    topics: tuple[str, ...]


@dataclass(frozen=True)
class ArticleFigure:
    """A figure of the article behind this bot, checked against a better source."""

    id: str
    says: str
    verdict: Literal["confirmed", "misstated", "unverified"]
    right: str
    better_source: str


def finding(id: str) -> Finding:
    """Give a finding by its id, such as `E20`. Raises KeyError where there is none."""
    return _library()[id]


def told(found: Finding) -> str:
    """Give a finding's claim in the language that is spoken, in English where it has no other."""
    try:
        return say(f"evidence.{found.id}")
    except KeyError:
        return found.claim


def findings() -> tuple[Finding, ...]:
    """Give every finding."""
    return tuple(_library().values())


def article_figures() -> tuple[ArticleFigure, ...]:
    """Give the article's own figures, each marked confirmed, misstated or unverified."""
    return tuple(ArticleFigure(**row) for row in _data()["article"])


@cache
def fingerprint() -> str:
    """Say which findings these are: 12 hexadecimal digits of the data file's SHA-256."""
    return hashlib.sha256(_FILE.read_bytes()).hexdigest()[:12]


def supports(found: Finding, option: str, rejected: Collection[str] = ()) -> bool:
    """Whether a finding backs an option, directly or by speaking against a rejected rival."""
    weights = _for_options(found.pushes)
    return (
        weights.get(option, 0) > 0
        or found.veto is not None
        or any(weights.get(rival, 0) < 0 for rival in rejected if rival != option)
    )


def weight(found: Finding, option: str) -> int:
    """Give how strongly a finding speaks for an option, from -3 to +3."""
    return _for_options(found.pushes).get(option, 0)


def relevant(
    case: Mapping[str, Any], option: str, k: int = 3, *, topics: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Choose the k findings that back an option and fit the case best.

    A finding fits by the case's task and problem, and by topics worked out from it (for example
    `changing_facts`); findings that name neither count for little.
    """
    backing = [f for f in findings() if _for_options(f.pushes).get(option, 0) > 0]
    ranked = sorted(backing, key=lambda f: (-_fit(f, case, option, topics), f.id))
    return tuple(ranked[:k])


def closeness(found: Finding, case: Mapping[str, Any], topics: Collection[str] = ()) -> float:
    """Say how well a finding's conditions fit a case: task, problem, topics, strength.

    Only the order of such values means anything.
    """
    task = 1.0 if case.get("task") in found.tasks else 0.0 if found.tasks else 0.4
    problem = 1.5 if case.get("problem") in found.problems else 0.0
    topic = 1.2 * len(set(topics) & set(found.topics))
    return _WORTH[found.strength] * (0.3 + task + problem + topic)


def _fit(found: Finding, case: Mapping[str, Any], option: str, topics: Collection[str]) -> float:
    return weight(found, option) * closeness(found, case, topics)


def _for_options(pushes: Mapping[str, int]) -> dict[str, int]:
    weights: dict[str, int] = {}
    for name, weight in pushes.items():
        option = _SPEAKS_FOR.get(name, name)
        weights[option] = max(weight, weights.get(option, weight), key=abs)
    return weights


@cache
def _library() -> dict[str, Finding]:
    return {row["id"]: _finding(row) for row in _data()["findings"]}


def _finding(row: Mapping[str, Any]) -> Finding:
    fields: dict[str, Any] = {name: tuple(values) for name, values in row["fits"].items()}
    fields |= {name: row[name] for name in row if name not in {"citation", "fits"}}
    return Finding(**fields, citation=Citation(**row["citation"]))


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))
    return data
