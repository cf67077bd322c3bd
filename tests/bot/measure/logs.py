"""Logs whose facts are known, made anew for each test."""

import json
import random
from collections.abc import Iterator
from typing import Any

START = 1_790_000_000.0
"""A Monday in September 2026, 13:33 UTC."""
MODEL = "gpt-6.1-terra"
_SYLLABLES = [f"{a}{b}{c}" for a in "bcdfghjklm" for b in "aeiou" for c in ("rt", "ns", "lk", "mp")]


def prose(rng: random.Random, words: int) -> str:
    """Give so many words that no two texts share in order."""
    return " ".join(rng.choice(_SYLLABLES) for _ in range(words))


def instructions(rng: random.Random, sentences: int) -> str:
    """Give instructions of so many sentences of about 60 bytes."""
    return ". ".join(prose(rng, 12) for _ in range(sentences)) + "."


def line(system: str, user: str, *, at: float | None = None, **more: Any) -> str:
    """Give a line of a proxy's log; `usage` and `reply` go into its response."""
    messages = [*more.pop("before", []), {"role": "user", "content": user}]
    if system:
        messages.insert(0, {"role": "system", "content": system})
    record: dict[str, Any] = {
        "request": {"model": more.pop("model", MODEL), "messages": messages},
        "response": {
            "choices": [{"message": {"role": "assistant", "content": more.pop("reply", "yes")}}]
        },
    }
    if at is not None:
        record["timestamp"] = at
    if "usage" in more:
        record["response"]["usage"] = more.pop("usage")
    record["request"].update(more)
    return json.dumps(record)


def usage(prompt: int, reply: int, cached: int | None = None) -> dict[str, Any]:
    """Give a usage as Chat Completions reports it."""
    found: dict[str, Any] = {"prompt_tokens": prompt, "completion_tokens": reply}
    if cached is not None:
        found["prompt_tokens_details"] = {"cached_tokens": cached}
    return found


def arrivals(rng: random.Random, n: int, per_hour: float) -> Iterator[float]:
    """Give n instants of a Poisson process."""
    at = START
    for _ in range(n):
        yield at
        at += rng.expovariate(per_hour / 3600)
