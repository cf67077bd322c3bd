"""How fast a log is measured, beside parsing its lines alone, and in how much memory.

    python tests/benchmarks/bench_measure.py 1000000

The lines are made as they are read, about 1.3 kB each: three prompt templates, Poisson arrivals, a
fifth of the queries repeated. Times are those of the processor; what making the lines takes is
measured alone and subtracted.
"""

import json
import random
import resource
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.measure import measure

_WORDS = [f"{a}{b}{c}" for a in "bcdfghjklm" for b in "aeiou" for c in ("rt", "ns", "lk")]

_COMPARED = 50_000
"""Lines that are parsed alone, for comparison."""


def lines(n: int) -> Iterator[bytes]:
    """Make a log of so many requests, in the order of time."""
    rng, at = random.Random(7), 1_790_000_000.0
    heads = [_text(rng, 150) for _ in range(3)]
    old = [_text(rng, 50) for _ in range(200)]
    for number in range(n):
        at += rng.expovariate(0.5)
        query = rng.choice(old) if rng.random() < 0.2 else _text(rng, 50)
        yield (
            f'{{"timestamp":{at:.3f},"request":{{"model":"gpt-6-luna","messages":['
            f'{{"role":"system","content":"{heads[number % 3]}"}},'
            f'{{"role":"user","content":"{query}"}}]}},'
            '"response":{"choices":[{"message":{"role":"assistant","content":"billing"}}],'
            '"usage":{"prompt_tokens":250,"completion_tokens":3,'
            '"prompt_tokens_details":{"cached_tokens":0}}}}'
        ).encode()


def _text(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(_WORDS, k=words)) + "."


def main(n: int) -> None:
    """Print the figures for so many lines."""
    measure(lines(3000))  # what is loaded once is not counted
    before = _peak_mb()
    took = _seconds(lambda: measure(lines(n)))
    grown = _peak_mb() - before
    few = min(n, _COMPARED)
    making = _seconds(lambda: deque(lines(few), maxlen=0)) / few
    parsing = _seconds(lambda: deque(map(json.loads, lines(few)), maxlen=0)) / few - making
    each = took / n - making
    size = len(next(lines(1)))
    print(f"lines                       {n:,} of about {size:,} bytes")
    print(f"lines a second              {1 / each:,.0f}")
    print(f"time, json.loads alone = 1  {each / parsing:.1f}")
    print(
        f"peak memory                 {before + grown:,.0f} MB, {grown:,.0f} MB of it for the log"
    )
    print(f"bytes held of each line     {grown * 1e6 / n:,.0f}")


def _seconds(work: object) -> float:
    began = time.process_time()
    assert callable(work)
    work()
    return time.process_time() - began


def _peak_mb() -> float:
    scale = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
