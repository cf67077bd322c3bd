"""From the words of a follow-up to the ways it can be read, the likeliest first. Pure."""

from collections.abc import Iterator
from typing import get_args

from bot.advisor import reading
from bot.advisor.followup import clues
from bot.advisor.followup.changes import Change, Changes, changes_in
from bot.advisor.followup.records import MOST_READINGS, Followup, Kind, Part, Reading
from bot.advisor.followup.wording import about, asking, changing, explaining
from bot.advisor.reading.numbers import numbers
from bot.advisor.verdict import OPTIONS, TUNED, WAYS, Option, Verdict
from bot.errors import AskError

_SURE, _NEAR = 60, 4
"""A best score from which a reading is sure, if no other comes as near as this."""
_FAR = 35
"""How far behind the best a reading may lie and still be worth a button."""
_MANY_FACTS, _SHORT = 3, 60
"""How many facts, and how many characters, a question of its own has at least."""
_FREE = frozenset(("prompt", "ask"))
"""Options whose names are everyday words: they count only in a question about them."""

_BY_NAME: dict[str, Option] = {option: option for option in OPTIONS}

Scored = tuple[float, Reading]


class _Clues:
    """What stands in a follow-up."""

    def __init__(self, text: str, verdict: Verdict) -> None:
        self.typed = text
        self.text = clues.prepared(text)
        self.verdict = verdict
        self.what_if = clues.has("what_if", self.text)
        self.why = clues.has("why", self.text)
        self.compare = clues.has("compare", self.text)
        self.offer = clues.has("offer", self.text)
        self.options = _options(self.text, verdict)
        self.changes: Changes = changes_in(self.text, verdict)
        self.parts: tuple[Part, ...] = tuple(
            part for part in get_args(Part) if part in clues.named("parts", self.text)
        )
        self.weak: tuple[Part, ...] = tuple(
            part
            for part in get_args(Part)
            if part in clues.named("weak", self.text) and part not in self.parts
        )

    @property
    def changing(self) -> bool:
        return bool(self.changes.sure or self.changes.either)


def read_followup(text: str, verdict: Verdict) -> Followup:
    """Read a message below a verdict by code alone, in English, Spanish or Chinese."""
    seen = _Clues(text, verdict)
    scored = sorted(_readings(seen), key=lambda one: -one[0])
    best: dict[tuple[object, ...], Scored] = {}
    for score, one in scored:
        best.setdefault((one.kind, one.changes, one.options, one.part), (score, one))
    first = scored[0][0]
    kept = [one for one in best.values() if one[0] > first - _FAR][:MOST_READINGS]
    rivals = [score for score, _ in kept[1:] if first - score <= _NEAR]
    return Followup(tuple(one for _, one in kept), first >= _SURE and not rivals)


def _readings(seen: _Clues) -> Iterator[Scored]:
    found = [
        *_new(seen),
        *_requests(seen),
        *_parts(seen),
        *_changes(seen),
        *_explanations(seen),
        *_nothing(seen),
    ]
    yield from found
    if not any(score >= 30 for score, _ in found):
        yield from _soft(seen)
        yield 10, explaining((seen.verdict.option,), seen.verdict, seen.typed)
        yield 9, asking("details", seen.typed)
        yield 8, asking("new", seen.typed)


def _new(seen: _Clues) -> Iterator[Scored]:
    if clues.has("new", seen.text):
        yield 95, asking("new", seen.typed)
        return
    if len(seen.text) < _SHORT and not clues.has("asks_anew", seen.text):
        return
    try:
        facts = reading.read(clues.spaced(seen.text), supposed=True).facts
    except AskError:
        return
    told = {fact.field: fact.value for fact in facts}
    now = seen.verdict.case.get("task")
    other = told.get("task") not in (None, now)
    anew = clues.has("asks_anew", seen.text)
    if other and len(told) > _MANY_FACTS and (anew or now is not None):
        yield 92 if anew or not seen.what_if else 70, asking("new", seen.typed)
    elif anew and len(told) > _MANY_FACTS:
        yield 88, asking("new", seen.typed)
    elif anew and other:
        yield 87, asking("new", seen.typed)


def _requests(seen: _Clues) -> Iterator[Scored]:
    kinds: tuple[Kind, ...] = ("memo", "recipe", "curve", "details")
    asked = clues.named("requests", seen.text)
    for place, kind in enumerate(kinds):
        if kind in asked:
            yield (62 if _supposes(seen) else 90) - 5 * place, asking(kind, seen.typed)


def _supposes(seen: _Clues) -> bool:
    return seen.what_if and bool(seen.changes.sure)


def _parts(seen: _Clues) -> Iterator[Scored]:
    score = 62.0 if _supposes(seen) else 80.0
    if seen.options and seen.why:
        score = min(score, 70)
    for place, part in enumerate(seen.parts):
        yield score - 5 * place, about(part, seen.typed, _row(part, seen))
    for part in seen.weak:
        yield 45, about(part, seen.typed, _row(part, seen))
    for field in () if seen.changing else seen.changes.baseless:
        yield 64, about("assumptions", seen.typed, thing=field)


def _row(part: Part, seen: _Clues) -> Option | None:
    """Give the option whose costs are asked about: one that is named, or that a figure fits."""
    if part != "cost":
        return None
    if seen.options:
        return seen.options[0]
    for number in numbers(seen.text):
        for row in seen.verdict.costs:
            figures = (row.monthly_usd, row.serving_usd, row.one_off_usd, row.low_usd, row.high_usd)
            if number.value and any(abs(one / number.value - 1) < 0.01 for one in figures):
                return row.option
    return None


def _changes(seen: _Clues) -> Iterator[Scored]:
    score = 86.0 if seen.what_if else 72.0
    if seen.options and (seen.why or seen.compare):
        score = 50.0
    changes = seen.changes
    if changes.sure:
        yield score, changing(changes.sure, seen.verdict, seen.typed)
    loose = min(score, 56.0 if seen.what_if else 36.0)
    for place, way in enumerate(changes.either):
        yield loose - place, changing(way, seen.verdict, seen.typed)


def _explanations(seen: _Clues) -> Iterator[Scored]:
    verdict, options = seen.verdict, seen.options
    if clues.has("bare_why", seen.text):
        yield 78, explaining((verdict.option,), verdict, seen.typed)
    elif seen.why and not options and not seen.changing:
        yield 66, explaining((verdict.option,), verdict, seen.typed)
    if not options:
        return
    if seen.compare:
        first = options[0]
        second = options[1] if len(options) > 1 else _chosen(verdict)
        if second is not None and second != first:
            yield 85, explaining((first, second), verdict, seen.typed)
    score = 84.0 if seen.why else 78.0 if seen.offer or seen.what_if else 40.0
    for place, option in enumerate(options[:2]):
        yield score - 6 * place, explaining((option,), verdict, seen.typed)
    if _is_generic(seen.text) and options[0] in TUNED:
        yield score - 20, explaining((_other_tune(options[0]),), verdict, seen.typed)


def _nothing(seen: _Clues) -> Iterator[Scored]:
    asks = clues.has("asking", seen.text)
    if clues.has("thanks", seen.text) and not asks and not seen.changes.sure:
        yield 89, asking("nothing", seen.typed)
    elif not asks or not any(sign.isalnum() for sign in seen.typed):
        yield 29, asking("nothing", seen.typed)


def _soft(seen: _Clues) -> Iterator[Scored]:
    """Read facts that stray words name too easily, where nothing else was understood."""
    soft: tuple[Change, ...] = seen.changes.soft
    if soft:
        score = 66 if seen.what_if else 12
        yield score, changing(soft, seen.verdict, seen.typed)
    if seen.what_if and any(change.field == "task" for change in soft):
        yield 55, asking("new", seen.typed)


def _options(text: str, verdict: Verdict) -> tuple[Option, ...]:
    """Give the options that a text names, in the order in which it names them."""
    places: dict[str, int] = {}
    for name, match in clues.found("options", text):
        places[name] = min(match.start(), places.get(name, match.start()))
    if len(places) > 1 and "fine_tune" in places and places.keys() & TUNED:
        del places["fine_tune"]
    ordered = sorted(places, key=lambda name: (name in _FREE, places[name]))
    meant = (_tune(verdict) if name == "fine_tune" else _BY_NAME[name] for name in ordered)
    return tuple(dict.fromkeys(meant))


def _is_generic(text: str) -> bool:
    named = clues.named("options", text)
    return "fine_tune" in named and not TUNED & set(named)


def _tune(verdict: Verdict) -> Option:
    """Give the tune that fine-tuning in general stands for: the chosen, else the likeliest one."""
    if verdict.option in TUNED:
        return verdict.option
    if verdict.leader and verdict.leader.option in TUNED:
        return verdict.leader.option
    rows = [verdict.cost_of(option) for option in WAYS if option in TUNED and option != "distill"]
    known = [row for row in rows if row is not None]
    best = max(known, key=lambda row: (row.open, row.best), default=None)
    return "fine_tune_hosted" if best is None else best.option


def _other_tune(option: Option) -> Option:
    return "fine_tune_self_hosted" if option == "fine_tune_hosted" else "fine_tune_hosted"


def _chosen(verdict: Verdict) -> Option | None:
    if verdict.option in WAYS:
        return verdict.option
    return verdict.leader.option if verdict.leader else None
