"""Rules for percentages: a target, an agreement of annotators, or what some arm scored."""

import re
from collections.abc import Iterator

from bot.advisor.reading.place import WORDS, Place, Rule, arm_before, arm_in, last
from bot.advisor.verdict import Fact

_NEXT = re.compile(r"[,;。，；]|\.(?=\s|$)|\d+(?:\.\d+)?\s?%|→|->")
_SENTENCE = re.compile(r"[.!?](?=\s)|[。！？]|\n")
_FIELD = "measurements.{}.accuracy"


def _target(place: Place) -> Iterator[Fact]:
    before = WORDS["target_before"].search(place.clause)
    after = WORDS["target_after"].match(place.after)
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
    elif after and not re.search(r"[,;，；]|\d", place.after[: after.start()]):
        yield place.fact("label_agreement", place.number.value, ahead=after.end())


def _accuracy(place: Place) -> Iterator[Fact]:
    if WORDS["not_quality"].match(place.after):
        return
    value = place.number.value
    lost, behind_lost = WORDS["lost"].search(place.before), WORDS["lost_after"].match(place.after)
    if lost or behind_lost:
        arm = arm_before(place.clause)
        if value <= 1 and (arm is None or arm[0] in ("zero_shot", "valid_format")):
            back = len(place.before) - lost.start() if lost else 0
            ahead = behind_lost.end() if behind_lost else 0
            name = arm[0] if arm else "zero_shot"
            yield place.fact(_FIELD.format(name), round(1 - value, 6), back=back, ahead=ahead)
        return
    yield from _scored(place, value)


def _scored(place: Place, value: float) -> Iterator[Fact]:
    rest = _NEXT.split(place.after)[0]
    behind = arm_in(rest) if WORDS["follows"].match(place.after) else None
    if behind:
        yield place.fact(_FIELD.format(behind[0]), value, ahead=behind[1])
        return
    ahead = arm_before(place.clause)
    if ahead:
        yield place.fact(_FIELD.format(ahead[0]), value, back=len(place.clause) - ahead[1])
        return
    whole = arm_before(_sentence(place))
    if whole and whole[0] != "zero_shot":
        yield place.fact(_FIELD.format(whole[0]), value, ahead=min(len(rest), 30))
        return
    said = last(WORDS["accurate"], place.clause)
    if said:
        yield place.fact(_FIELD.format("zero_shot"), value, back=len(place.clause) - said.start())
    elif _is_accuracy(place, rest):
        yield place.fact(_FIELD.format("zero_shot"), value, ahead=min(len(rest), 30))


def _is_accuracy(place: Place, rest: str) -> bool:
    """Whether the words behind a bare percentage say that it is an accuracy of today."""
    if WORDS["accurate"].search(rest) or WORDS["now"].match(place.after):
        return True
    return re.match(r"\s*on\b", place.after) is not None


def _sentence(place: Place) -> str:
    """Give the words of the sentence before a number, unless they hold another percentage."""
    since = max(0, place.number.start - 130)
    words = _SENTENCE.split(place.text[since : place.number.start])[-1]
    return "" if re.search(r"\d\s?%", words) else words


def decimal_share(place: Place) -> Iterator[Fact]:
    """Read 0.61 as a share where the words speak of accuracy."""
    named = WORDS["share_words"].search(place.clause) or arm_before(place.clause)
    if not place.number.decimal or not named:
        return
    if WORDS["not_share"].search(place.before) or WORDS["not_share_after"].match(place.after):
        return
    for rule in SHARES:
        found = list(rule(place))
        if found:
            yield from found
            return


def bare_target(place: Place) -> Iterator[Fact]:
    """Read "need 88" as a target in percent: no noun behind it, and percentages in the text."""
    value = place.number.value
    if not 20 <= value <= 100 or not _ENDS.match(place.after) or "%" not in place.text:
        return
    before = WORDS["bare_target"].search(place.before)
    if before:
        back = len(place.before) - before.start()
        yield place.fact("target_accuracy", round(value / 100, 6), back=back)


_ENDS = re.compile(
    r"\s?(?:$|[.,;:?!)，。；：？！）](?!\d)|\s(?:and|but|or|to|on|so|y|pero|para)\b)"
)

SHARES: tuple[Rule, ...] = (_agreement, _target, _accuracy)
"""What a percentage may be, tried in this order."""
