"""Rules for how many requests there are, and how they arrive."""

import re
from collections.abc import Iterator

from bot.advisor.reading.place import PERIODS, WORDS, Place, Rule, period_in
from bot.advisor.verdict import Fact

_FEW = 1000.0
"""Things a month that are taken for requests whatever they are called; fewer need a name."""

_ANOTHER = re.compile(
    r"(?<![$€£¥\d.,])\d[\d.,]{0,12}[kKmM]?(?!\s?[$€£元%\d.,kKmM])[^.;,\d。；，]{0,30}$"
)


def _volume(place: Place) -> Iterator[Fact]:
    behind = _behind(place)
    led = WORDS["led_by"].search(place.before)
    if behind is not None:
        words, end, period = behind
        if not _are_requests(place, words, period):
            return
        if WORDS["peak"].search(place.before) and PERIODS[period] >= PERIODS["hour"]:
            yield _peak(place, period, end)
        else:
            yield place.fact("monthly_requests", place.number.value * PERIODS[period], ahead=end)
    elif led and not _of_another(place.before[: led.start()]):
        named = re.match(r"[^\d.,;。；，!?]{0,14}", place.after)
        between = re.sub(r"\bto \w{1,20}", "", led.group()[len(led["led"]) :])
        around = f"{between} {named.group() if named else ''}"
        period = period_in(led["led"])
        if not _are_requests(place, around, period):
            return
        back, ahead = len(place.before) - led.start(), len(named.group()) if named else 0
        yield place.fact(
            "monthly_requests", place.number.value * PERIODS[period], back=back, ahead=ahead
        )


def _of_another(words: str) -> bool:
    """Whether a period belongs to a number before it, as in `30k tickets a month on 14 topics`."""
    return _ANOTHER.search(words) is not None


def _behind(place: Place) -> tuple[str, int, str] | None:
    """Give what is counted, where the period behind the number ends, and the period."""
    match = WORDS["volume"].match(place.after) or WORDS["volume_ly"].match(place.after)
    if match is None:
        return None
    again = WORDS["volume_period"].search(match.group())
    period = period_in(again.group("period") or again.group("ly")) if again else "month"
    return match["what"], match.end(), period


def _are_requests(place: Place, words: str, period: str) -> bool:
    """Whether what is counted by time are requests: neither updates nor people nor new labels."""
    if WORDS["not_requests"].search(words) or WORDS["not_volume_before"].search(place.before):
        return False
    if WORDS["requests"].search(words):
        return True
    if WORDS["labelled_before"].search(place.before):
        return False
    if WORDS["requests"].search(place.before[-40:]) or not words.strip():
        return True
    value = place.number.value
    return not abs(value * PERIODS[period]) < _FEW


def _peak(place: Place, period: str, end: int) -> Fact:
    seconds = PERIODS["second"] / PERIODS[period]
    return place.fact("peak_rps", round(place.number.value / seconds, 6), ahead=end)


def _rate(place: Place) -> Iterator[Fact]:
    match = WORDS["rate"].match(place.after)
    led = WORDS["rate_led"].search(place.before)
    if not match and not led:
        return
    value, end = place.number.value, match.end() if match else 0
    back = len(place.before) - led.start() if led else 0
    steady = WORDS["steady"].match(place.after[end:])
    if steady is None:
        yield place.fact("peak_rps", value, back=back, ahead=end)
        return
    ahead = end + steady.end()
    yield place.fact("peak_rps", value, ahead=end)
    yield place.fact("monthly_requests", value * PERIODS["second"], ahead=ahead)
    start, end = place.number.end + end, place.number.end + ahead
    yield Fact("steady_traffic", True, "stated", place.text[start:end], start, end)


RATES: tuple[Rule, ...] = (_rate,)
"""Rules for requests a second, to be tried first."""
REQUESTS: tuple[Rule, ...] = (_volume,)
"""Rules for requests by time, to be tried after lengths."""
