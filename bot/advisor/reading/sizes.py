"""Rules for tokens, pages and time."""

import re
from collections.abc import Iterator

from bot.advisor.reading.place import TOKENS, WORDS, Place, Rule, arm_before
from bot.advisor.verdict import Fact


def _tokens(place: Place) -> Iterator[Fact]:
    match = WORDS["token"].match(place.after)
    if not match:
        return
    rest = place.after[match.end() :]
    for field, before, after in TOKENS:
        ahead = after.match(rest)
        if ahead or before.search(place.before):
            end = match.end() + (ahead.end() if ahead else 0)
            yield place.fact(field, place.number.value, ahead=end)
            return


def _in_out(place: Place) -> Iterator[Fact]:
    match = WORDS["in_out"].match(place.after)
    paired = re.search(
        r"\b\d[\d,.k]*\s?(?:tokens? )?(?:in|out)\b", place.before + place.after[4:], re.I
    )
    if match and paired:
        field = "query_tokens" if match["in"] else "output_tokens"
        yield place.fact(field, place.number.value, ahead=match.end())


def _pages(place: Place) -> Iterator[Fact]:
    match = WORDS["pages"].match(place.after)
    if not match:
        return
    each = re.search(
        r"(?:avg|average|each|per|about|typical\w*|long)\b[^.;]{0,14}$", place.before, re.I
    )
    one = (
        each
        or place.after.startswith("-")
        or re.match(r"\s*(?:each|per|long|a document)", place.after[match.end() :])
    )
    field = "document_pages" if one else "corpus_pages"
    yield place.fact(field, place.number.value, ahead=match.end())


def _time(place: Place) -> Iterator[Fact]:
    match = WORDS["time"].match(place.after)
    if not match:
        return
    value = place.number.value * (1.0 if match["ms"] else 1000.0)
    rest = place.after[match.end() :]
    if WORDS["slow"].search(place.before) and not WORDS["fast"].search(place.before[-20:]):
        yield from _slow(place, value, match.end())
    elif WORDS["fast"].search(place.before) or WORDS["fine"].match(rest):
        fine = WORDS["fine"].match(rest)
        end = match.end() + (fine.end() if fine else 0)
        yield place.fact("latency_limit_ms", value, ahead=end)


def _slow(place: Place, value: float, end: int) -> Iterator[Fact]:
    """Read a measured latency; it belongs to the arm that the words name."""
    words = place.text[max(0, place.number.start - 320) : place.number.start]
    named = arm_before(place.clause) or (("dynamic_few_shot", 0) if _arm_near(words) else None)
    arm = named[0] if named else "zero_shot"
    yield place.fact(f"measurements.{arm}.p95_ms", value, ahead=end)


def _arm_near(words: str) -> bool:
    return re.search(r"retrieved?[- ](?:few|examples)|similar examples", words, re.I) is not None


def _days(place: Place) -> Iterator[Fact]:
    match = WORDS["span"].match(place.after)
    if not match:
        return
    days = place.number.value * {"d": 1, "w": 7, "m": 30}[match["unit"][0].casefold()]
    if WORDS["due"].search(place.before):
        yield place.fact("deadline_days", days, back=4, ahead=match.end())
    elif match["who"] or WORDS["of_engineers"].match(place.after[match.end() :]):
        yield place.fact("engineer_days_available", days, ahead=match.end())


SIZES: tuple[Rule, ...] = (_tokens, _in_out, _pages)
"""Rules for lengths, to be tried before volumes."""
TIMES: tuple[Rule, ...] = (_time, _days)
"""Rules for times, to be tried after volumes."""
