"""What the numbers of a question are numbers of, by the words right before and after them."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.advisor.reading.counts import ITEMS, REQUESTS, VOLUMES
from bot.advisor.reading.money import money
from bot.advisor.reading.numbers import numbers
from bot.advisor.reading.place import WORDS, Place, Rule, arm_in
from bot.advisor.reading.shares import SHARES, decimal_share
from bot.advisor.reading.sizes import SIZES, TIMES
from bot.advisor.verdict import Fact

BEFORE, AFTER = 60, 64
"""Characters looked at on either side of a number."""
_RULES: dict[str, tuple[Rule, ...]] = {
    "share": SHARES,
    "money": (money,),
    "count": (decimal_share, *VOLUMES, *SIZES, *REQUESTS, *TIMES, *ITEMS),
}


def amounts(text: str) -> list[Fact]:
    """Give every fact that a number of the text states, in order."""
    places = [place for place in _places(text) if not WORDS["size"].match(place.after)]
    facts = [fact for place in places for fact in _first_rule(place)]
    facts = _for_all_tenants(facts, text)
    return [*facts, *_paired(text), *_lettered(text), *_waits(text)]


def _for_all_tenants(facts: list[Fact], text: str) -> list[Fact]:
    """Multiply labels stated per brand, customer or tenant by how many of those there are."""
    tenants = next((fact.value for fact in facts if fact.field == "tenants"), None)
    if not isinstance(tenants, float):
        return facts
    return [_times(fact, tenants, text) for fact in facts]


def _times(fact: Fact, tenants: float, text: str) -> Fact:
    each = WORDS["per_tenant"].match(text[fact.end : fact.end + AFTER])
    if fact.field != "labelled_examples" or each is None or not isinstance(fact.value, float):
        return fact
    end = fact.end + each.end()
    return replace(fact, value=fact.value * tenants, quote=text[fact.start : end], end=end)


def _places(text: str) -> Iterator[Place]:
    last = 0
    for number in numbers(text):
        before = text[max(0, number.start - BEFORE) : number.start]
        after = text[number.end : number.end + AFTER]
        since = max(last, number.start - 110)
        clause = re.split(r"[.;!?。；\n](?=\s|$|[\u4e00-\u9fff])", text[since : number.start])[-1]
        yield Place(text, number, before, after, clause)
        if number.kind == "share" or number.decimal:
            last = number.end


def _first_rule(place: Place) -> Iterator[Fact]:
    for rule in _RULES[place.number.kind]:
        found = list(rule(place))
        if found:
            yield from found
            return


def _paired(text: str) -> Iterator[Fact]:
    """Read a comparison counted on the same items: so many fixed, so many newly broken."""
    match = WORDS["fixed_broken"].search(text)
    if match is None:
        return
    for group, what in (("a", "only_a_right"), ("b", "only_b_right")):
        field = f"comparisons.fine_tuned-zero_shot.{what}"
        yield Fact(field, float(match[group]), "measured", match.group(), *match.span())


def _lettered(text: str) -> Iterator[Fact]:
    """Read "A 91.2, B 91.5" where A and B are explained before."""
    scores = WORDS["letters"].search(text)
    starts = [(m["letter"], m.end()) for m in WORDS["meant"].finditer(text)]
    ends = [start for _, start in starts[1:]] + [len(text)]
    meant = {
        letter: arm_in(text[start : min(end, start + 120)])
        for (letter, start), end in zip(starts, ends, strict=False)
    }
    if scores is None or not (meant.get("A") and meant.get("B")):
        return
    arms = [found[0] for letter in "AB" if (found := meant[letter])]
    for arm, group in zip(arms, "ab", strict=True):
        field, value = f"measurements.{arm}.accuracy", float(scores[group]) / 100
        yield Fact(field, round(value, 6), "measured", scores.group(), *scores.span())
    p_value = WORDS["p_value"].search(text)
    if p_value is not None:
        field = f"comparisons.{arms[0]}-{arms[1]}.p_value"
        yield Fact(field, float(p_value["p"]), "measured", p_value.group(), *p_value.span())


def _waits(text: str) -> Iterator[Fact]:
    match = WORDS["waits"].search(text)
    if match:
        yield Fact("latency_limit_ms", 120_000.0, "stated", match.group(), *match.span())
