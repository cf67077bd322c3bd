"""Rules for percentages: a target, an agreement of annotators, or what some arm scored."""

import re
from collections.abc import Iterator

from bot.advisor.reading.place import WORDS, Place, Rule, arm_before, arm_in, last
from bot.advisor.verdict import Fact


def _target(place: Place) -> Iterator[Fact]:
    before, after = (
        WORDS["target_before"].search(place.clause),
        WORDS["target_after"].match(place.after),
    )
    if before:
        back = len(place.clause) - before.start()
        yield place.fact("target_accuracy", place.number.value, back=back)
    elif after:
        yield place.fact("target_accuracy", place.number.value, ahead=after.end())


def _agreement(place: Place) -> Iterator[Fact]:
    before, after = last(WORDS["agree"], place.clause), WORDS["agree"].search(place.after[:30])
    if before:
        back = len(place.clause) - before.start()
        yield place.fact("label_agreement", place.number.value, back=back)
    elif after and not re.search(r"[,;]|\d", place.after[: after.start()]):
        yield place.fact("label_agreement", place.number.value, ahead=after.end())


def _accuracy(place: Place) -> Iterator[Fact]:
    if WORDS["not_quality"].match(place.after):
        return
    field = "measurements.{}.accuracy"
    value = place.number.value
    rest = re.split(r"[,;。，]|\.(?=\s|$)|\d+(?:\.\d+)?\s?%|→|->", place.after)[0]
    behind = arm_in(rest) if WORDS["follows"].match(place.after) else None
    if behind:
        yield place.fact(field.format(behind[0]), value, ahead=behind[1])
        return
    ahead = arm_before(place.clause)
    if ahead:
        back = len(place.clause) - ahead[1]
        yield place.fact(field.format(ahead[0]), value, back=back)
        return
    whole = arm_before(_sentence(place))
    if whole and whole[0] != "zero_shot":
        yield place.fact(field.format(whole[0]), value, ahead=min(len(rest), 30))
        return
    said = last(WORDS["accurate"], place.clause)
    if said:
        yield place.fact(field.format("zero_shot"), value, back=len(place.clause) - said.start())
    elif _is_accuracy(place, rest):
        yield place.fact(field.format("zero_shot"), value, ahead=min(len(rest), 30))


def _is_accuracy(place: Place, rest: str) -> bool:
    """Whether the words behind a bare percentage say that it is an accuracy of today."""
    if WORDS["accurate"].search(rest) or WORDS["now"].match(place.after):
        return True
    return re.match(r"\s*on\b", place.after) is not None


def _sentence(place: Place) -> str:
    """Give the words of the sentence before a number, unless they hold another percentage."""
    since = max(0, place.number.start - 130)
    words = re.split(r"[.!?](?=\s)|\n", place.text[since : place.number.start])[-1]
    return "" if re.search(r"\d\s?%", words) else words


def decimal_share(place: Place) -> Iterator[Fact]:
    """Read 0.61 as a share where the words speak of accuracy."""
    if not place.number.decimal or not re.search(
        r"accura|\bf1\b|score|zero-?shot|few-?shot|tuned|target|need|agree|kappa",
        place.clause,
        re.I,
    ):
        return
    if re.search(r"\bp\s?[=<>]?\s?$|confidence", place.before, re.I):
        return
    for rule in SHARES:
        found = list(rule(place))
        if found:
            yield from found
            return


SHARES: tuple[Rule, ...] = (_agreement, _target, _accuracy)
"""What a percentage may be, tried in this order."""
