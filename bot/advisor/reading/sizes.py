"""Rules for tokens in and out, and for times that were measured."""

import re
from collections.abc import Iterator

from bot.advisor.reading.place import WORDS, Place, Rule, arm_before
from bot.advisor.reading.rules import UNITS
from bot.advisor.verdict import Fact

_PAIR = re.compile(r"\b\d[\d,.k]*\s?(?:tokens? )?(?:in|out)\b", re.IGNORECASE)


def _in_out(place: Place) -> Iterator[Fact]:
    match = WORDS["in_out"].match(place.after)
    if match and _PAIR.search(place.before + place.after[4:]):
        field = "query_tokens" if match["in"] else "output_tokens"
        yield place.fact(field, place.number.value, ahead=match.end())


def _slow(place: Place) -> Iterator[Fact]:
    """Read a measured latency; it belongs to the arm that the words name."""
    unit = next(
        ((m, unit.factor) for unit in UNITS["time"] if (m := unit.pattern.match(place.after))), None
    )
    if unit is None or not WORDS["slow"].search(place.before):
        return
    if WORDS["fast"].search(place.before[-20:]):
        return
    words = place.text[max(0, place.number.start - 320) : place.number.start]
    near = arm_before(place.clause)
    arm = near[0] if near else "zero_shot"
    if near is None and re.search(r"retrieved?[- ](?:few|examples)|similar examples", words, re.I):
        arm = "dynamic_few_shot"
    value = place.number.value * unit[1]
    yield place.fact(f"measurements.{arm}.p95_ms", value, ahead=unit[0].end())


SIZES: tuple[Rule, ...] = (_in_out,)
"""Rules for lengths, to be tried before volumes."""
TIMES: tuple[Rule, ...] = (_slow,)
"""Rules for times, to be tried before limits."""
