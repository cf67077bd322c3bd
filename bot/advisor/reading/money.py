"""Rules for amounts of money: what is paid, budgeted or proposed, and what a mistake costs."""

import re
from collections.abc import Iterator

from bot.advisor.reading.place import PERIODS, WORDS, Place, last, period_of
from bot.advisor.verdict import Fact


def money(place: Place) -> Iterator[Fact]:
    """Say what an amount of money is, by the words around it."""
    value = place.number.value
    timed = WORDS["by_time"].match(place.after)
    if timed:
        yield from _money_by_time(place, timed, value)
        return
    each = WORDS["each"].match(place.after)
    near = place.before[-45:] + place.after
    if each and (WORDS["wrong"].search(near) and not WORDS["cap"].search(place.before)):
        yield place.fact("error_cost_usd", value, ahead=each.end())
    elif WORDS["cap"].search(place.before) and (each or WORDS["call"].search(place.before[-30:])):
        ahead = each.end() if each else 0
        yield place.fact("max_usd_per_request", value, back=6, ahead=ahead)
    elif last(re.compile(r"\bbudget", re.I), place.before):
        yield place.fact("budget_usd", value, back=min(40, len(place.before)))
    elif re.search(
        r"(?:costs?|quote\w*|proposal|price|invest\w*|spend)\b[^.;]{0,25}$", place.before, re.I
    ):
        yield place.fact("proposed_usd", value)
    elif WORDS["wrong"].search(near) and re.search(r"costs?|us\b", near, re.I):
        yield place.fact("error_cost_usd", value)


def _money_by_time(place: Place, timed: re.Match[str], value: float) -> Iterator[Fact]:
    period = period_of(timed)
    if period == "hour":
        if re.search(r"engineer|developer|contractor|rate", place.before + place.after, re.I):
            yield place.fact("engineer_usd_per_hour", value, ahead=timed.end())
        return
    monthly = round(value * PERIODS[period], 6)
    if re.search(r"\bbudget\b[^.;]{0,20}$", place.before, re.I):
        yield place.fact("budget_usd", monthly, ahead=timed.end())
    else:
        yield place.fact("current_usd_per_month", monthly, ahead=timed.end())
