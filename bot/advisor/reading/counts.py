"""Rules for counts: requests, labels, test items, classes, tenants."""

import re
from collections.abc import Iterator

from bot.advisor.reading.place import PERIODS, SHORT, WORDS, Place, Rule, period_of
from bot.advisor.verdict import Fact


def _volume(place: Place) -> Iterator[Fact]:
    after, value = place.after, place.number.value
    led = WORDS["led_by"].search(place.before)
    match = WORDS["volume"].match(after) or WORDS["volume_ly"].match(after)
    if match and WORDS["not_requests"].search(match["what"]):
        return
    if match and not (led and PERIODS[period_of(_without(match))] > 1e4):
        period = period_of(_without(match))
        yield place.fact("monthly_requests", value * PERIODS[period], ahead=match.end())
    elif led:
        word = led["led"].casefold()
        period = "night" if "night" in word else SHORT.get(word, "month")
        back = len(place.before) - led.start()
        yield place.fact("monthly_requests", value * PERIODS[period], back=back, ahead=12)


def _without(match: re.Match[str]) -> re.Match[str]:
    """Match the period alone again, since `_period` reads the first group that is filled."""
    again = WORDS["volume_period"].search(match.group())
    return again if again else match


def _rate(place: Place) -> Iterator[Fact]:
    match = WORDS["rate"].match(place.after)
    if not match:
        return
    value, end = place.number.value, match.end()
    yield place.fact("peak_rps", value, ahead=end)
    steady = WORDS["steady"].match(place.after[end:])
    if steady:
        ahead = end + steady.end()
        yield place.fact("monthly_requests", value * PERIODS["second"], ahead=ahead)
        start = place.number.end + end
        words = place.text[start : place.number.end + ahead]
        yield Fact("steady_traffic", True, "stated", words, start, place.number.end + ahead)


def _limits(place: Place) -> Iterator[Fact]:
    match = re.match(
        r"\s*(?P<what>tpm|rpm|tokens? (?:per|a) minute|requests? (?:per|a) minute)\b",
        place.after,
        re.I,
    )
    if not match:
        return
    near = f"{place.before[-30:]} {place.after[match.end() : match.end() + 15]}"
    peak = re.search(r"\bpeak\b", place.before[-15:], re.I)
    limit = not peak and re.search(r"limit|quota|cap\b|allow|capped|maximum", near, re.I)
    tokens = match["what"].casefold().startswith("t")
    field = ("rate_limit_tpm" if limit else "peak_tpm") if tokens else "rate_limit_rpm"
    yield place.fact(field, place.number.value, ahead=match.end())


def _test(place: Place) -> Iterator[Fact]:
    graded = WORDS["test_after"].match(place.after)
    if graded:
        yield place.fact("test_items", place.number.value, ahead=graded.end())
        return
    before, items = WORDS["test_before"].search(place.before), WORDS["items"].match(place.after)
    named = re.search(
        r"(?:test|eval|held|hold|pilot)\S{0,12}\s?(?:set|of)?\W{0,3}$", place.before, re.I
    )
    if before and (items or named):
        back = min(24, len(place.before) - before.start())
        yield place.fact(
            "test_items", place.number.value, back=back, ahead=items.end() if items else 0
        )
        if items and WORDS["labelled"].match(place.after):
            yield place.fact("labelled_examples", place.number.value, ahead=items.end())


def _labels(place: Place) -> Iterator[Fact]:
    fixed = WORDS["fixed"].match(place.after)
    if WORDS["in_prompt"].match(place.after) or (place.number.value < 10 and not fixed):
        return
    unlabelled = WORDS["unlabelled"].match(place.after)
    if unlabelled:
        yield place.fact("unlabelled_items", place.number.value, ahead=unlabelled.end())
        return
    for pattern in (WORDS["edited"], WORDS["labelled"], WORDS["labels"], WORDS["fixed"]):
        match = pattern.match(place.after)
        if match and not re.search(r"\d", match.group()):  # a nearer number counts them
            yield place.fact("labelled_examples", place.number.value, ahead=match.end())
            return
    trained = WORDS["trained_on"].search(place.before)
    items = WORDS["items"].match(place.after) or re.match(r"\s*answers\b", place.after, re.I)
    if trained and items:
        yield place.fact("labelled_examples", place.number.value, ahead=items.end())
        return
    match = WORDS["examples"].match(place.after)
    if match and re.search(
        r"\b(?:have|got|collected|own|tenemos|only have)\b[^.;,]{0,14}$", place.before, re.I
    ):
        yield place.fact("labelled_examples", place.number.value, ahead=match.end())


def _classes(place: Place) -> Iterator[Fact]:
    match = WORDS["classes"].match(place.after)
    if match and 2 <= place.number.value <= 20_000:
        yield place.fact("classes", place.number.value, ahead=match.end())


def _tenants(place: Place) -> Iterator[Fact]:
    match = WORDS["tenants"].match(place.after)
    each = re.search(
        r"\b(?:each|every|per)\b", place.text[place.number.end : place.number.end + 120]
    )
    if match and each:
        yield place.fact("tenants", place.number.value, ahead=match.end())


VOLUMES: tuple[Rule, ...] = (_rate, _limits)
"""Rules for rates, to be tried first."""
REQUESTS: tuple[Rule, ...] = (_volume,)
ITEMS: tuple[Rule, ...] = (_test, _labels, _classes, _tenants)
"""Rules for things counted, to be tried last."""
