"""What the numbers of a question are numbers of, by the words right before and after them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.advisor.reading.counts import RATES, REQUESTS
from bot.advisor.reading.numbers import Number, numbers
from bot.advisor.reading.place import NONE, WORDS, Place, Rule, arm_in
from bot.advisor.reading.rules import rules
from bot.advisor.reading.shares import SHARES, bare_target, decimal_share
from bot.advisor.reading.sizes import SIZES, TIMES
from bot.advisor.verdict import Fact

BEFORE, AFTER = 60, 64
"""Characters looked at on either side of a number."""
_STOP = re.compile(r"[.;!?](?=\s|$|[\u4e00-\u9fff])|[。；！？\n]")
_WINDOWS = ("rate_limit_rpm", "rate_limit_tpm", "peak_tpm")
_RULES: dict[str, tuple[Rule, ...]] = {
    "share": SHARES,
    "money": tuple(rule.facts for rule in rules("money")),
    "count": (
        decimal_share,
        bare_target,
        *RATES,
        *(rule.facts for rule in rules("count") if rule.field in _WINDOWS),
        *SIZES,
        *(rule.facts for rule in rules("count") if "token" in rule.field or "page" in rule.field),
        *REQUESTS,
        *TIMES,
        *(rule.facts for rule in rules("count")),
    ),
}


def amounts(text: str) -> list[Fact]:
    """Give every fact that a number of the text states, in order; a field may come twice."""
    return amounts_of(text, numbers(text))


def amounts_of(text: str, found: Iterable[Number]) -> list[Fact]:
    """Give every fact that these numbers of the text state."""
    places = [place for place in _places(text, found) if _counts(place)]
    facts = [fact for place in places for fact in _first_rule(place)]
    facts = _for_all_tenants(facts, text)
    labelled = [fact for place in places for fact in _labelled_tests(place, facts)]
    return [*facts, *labelled, *_none(text, facts), *_paired(text), *_lettered(text), *_waits(text)]


def _counts(place: Place) -> bool:
    """Whether a number counts at all: neither the size of a model nor what is denied."""
    return not (WORDS["size"].match(place.after) or WORDS["denied"].search(place.before))


def _for_all_tenants(facts: list[Fact], text: str) -> list[Fact]:
    """Multiply labels stated per brand, customer or tenant by how many of those there are."""
    tenants = next((fact.value for fact in facts if fact.field == "tenants"), None)
    if not isinstance(tenants, float):
        return facts
    return [_times(fact, tenants, text) for fact in facts]


def _times(fact: Fact, tenants: float, text: str) -> Fact:
    if fact.field != "labelled_examples" or not isinstance(fact.value, float):
        return fact
    each = WORDS["per_tenant"].match(text[fact.end : fact.end + AFTER])
    ahead = WORDS["per_tenant_before"].search(text[max(0, fact.start - 40) : fact.start])
    if each is None and ahead is None:
        return fact
    start = fact.start - (len(ahead.group()) if ahead else 0)
    end = fact.end + (each.end() if each else 0)
    value = fact.value * tenants
    return replace(fact, value=value, quote=text[start:end], start=start, end=end)


def _places(text: str, found: Iterable[Number]) -> Iterator[Place]:
    last = 0
    for number in found:
        before = _STOP.split(text[max(0, number.start - BEFORE) : number.start])[-1]
        behind = text[number.end : number.end + AFTER]
        stop = _STOP.search(behind)
        after = behind[: stop.start()] if stop else behind
        clause = _STOP.split(text[max(last, number.start - 110) : number.start])[-1]
        yield Place(text, number, before, after, clause)
        if number.kind == "share" or number.decimal:
            last = number.end


def _first_rule(place: Place) -> Iterator[Fact]:
    for rule in _RULES[place.number.kind]:
        found = list(rule(place))
        if found:
            yield from found
            if (
                place.number.of is not None
                and place.number.of >= 20
                and "accuracy" in found[0].field
            ):
                yield replace(
                    found[0], field="test_items", value=place.number.of, provenance="stated"
                )
            return


def _labelled_tests(place: Place, facts: list[Fact]) -> Iterator[Fact]:
    """Read test items that people labelled as labels too, where no other labels are named."""
    tested = any(f.field == "test_items" and f.start <= place.number.start < f.end for f in facts)
    match = WORDS["labelled_test"].match(place.after) if tested else None
    if match:
        yield place.fact("labelled_examples", place.number.value, ahead=match.end())


def _none(text: str, facts: list[Fact]) -> Iterator[Fact]:
    """Read `no labels` as none of them."""
    known = {fact.field for fact in facts}
    for field, pattern in NONE.items():
        match = pattern.search(text)
        if match and field not in known:
            yield Fact(field, 0.0, "stated", match.group(), *match.span())


def _paired(text: str) -> Iterator[Fact]:
    """Read a comparison counted on the same items: so many fixed, so many newly broken."""
    match = WORDS["fixed_broken"].search(text)
    if match is None:
        return
    counted = (match["a"] or match["c"], match["b"] or match["d"])
    for said, what in zip(counted, ("only_a_right", "only_b_right"), strict=True):
        field = f"comparisons.fine_tuned-zero_shot.{what}"
        yield Fact(field, float(said), "measured", match.group(), *match.span())


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
