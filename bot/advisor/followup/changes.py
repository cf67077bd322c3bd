"""The changes of a case that a follow-up states: relative, absolute, or a fact taken out. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bot.advisor import reading
from bot.advisor.case import FIELDS
from bot.advisor.followup import clues
from bot.advisor.followup.records import MOST_CHANGES
from bot.advisor.reading.numbers import Number, numbers
from bot.advisor.reading.place import PERIODS
from bot.advisor.verdict import Plain, Verdict
from bot.errors import AskError

SOFT = frozenset(("task", "goal", "problem", "serves", "hardware", "steady_traffic"))
"""Facts that stray words name too easily; they count where nothing else was understood."""
TRAFFIC = ("monthly_requests", "peak_rps", "current_usd_per_month", "peak_tpm")
"""What grows and shrinks together."""
_BARE: dict[str, tuple[str, ...]] = {
    "count": ("monthly_requests", "labelled_examples", "budget_usd"),
    "money": ("budget_usd", "current_usd_per_month", "error_cost_usd"),
    "share": ("target_accuracy", "measurements.zero_shot.accuracy", "label_agreement"),
}
"""What a number without a noun may be, the likeliest first."""
_SCALABLE = ("monthly_requests", "labelled_examples", "budget_usd")
_MORE, _LESS = (10.0, 3.0), (0.1, 0.3)
"""How much is tried where somebody says only `more` or `less`."""
_AROUND = 80
"""Characters on either side of a number or factor in which its noun is looked for."""
_SMALLEST = 10
"""Numbers below this are not read as an amount unless a noun says so."""
_UNIT = re.compile(
    r"\s?(?:(?P<ms>ms|millis\w{0,7}|milisegundos?|毫秒)|(?P<s>s|secs?|seconds?|segundos?|秒)"
    r"|(?P<d>days?|d[ií]as?|天)(?! ?(?:a|per|each)\b)|(?P<w>weeks?|semanas?|周))(?![A-Za-z])",
    re.IGNORECASE,
)
_BY_UNIT = {
    "ms": ("latency_limit_ms", 1.0),
    "s": ("latency_limit_ms", 1000.0),
    "d": ("deadline_days", 1.0),
    "w": ("deadline_days", 7.0),
}
_PERIODS = PERIODS | {
    "segundo": PERIODS["second"],
    "minuto": PERIODS["minute"],
    "hora": PERIODS["hour"],
    "día": PERIODS["day"],
    "dia": PERIODS["day"],
    "semana": PERIODS["week"],
    "mes": PERIODS["month"],
    "año": PERIODS["year"],
    "daily": PERIODS["day"],
    "weekly": PERIODS["week"],
    "monthly": PERIODS["month"],
    "hourly": PERIODS["hour"],
    "yearly": PERIODS["year"],
    "秒": PERIODS["second"],
    "分钟": PERIODS["minute"],
    "小时": PERIODS["hour"],
    "天": PERIODS["day"],
    "日": PERIODS["day"],
    "周": PERIODS["week"],
    "月": PERIODS["month"],
    "年": PERIODS["year"],
}
_PER_PERIOD = re.compile(r"(?:\b(?:per|a|an|each|every|por|al|cada)|/|每)\s?$", re.IGNORECASE)


@dataclass(frozen=True)
class Change:
    """One fact set, scaled (`factor`) or, with None as its value, taken out of a case."""

    field: str
    value: Plain
    factor: float | None = None
    alike: bool = False
    """Whether it only moves along with the traffic."""


@dataclass(frozen=True)
class Changes:
    """What a follow-up may change: what is certain, and alternatives of which one is meant."""

    sure: tuple[Change, ...] = ()
    either: tuple[tuple[Change, ...], ...] = ()
    soft: tuple[Change, ...] = ()
    baseless: tuple[str, ...] = ()
    """Fields that were to be scaled although nothing is known of them."""


@dataclass(frozen=True)
class _Factor:
    times: float
    start: int
    end: int


def base(field: str, verdict: Verdict) -> Plain:
    """Give what the verdict holds for a field: stated, else assumed, else None."""
    if field in verdict.case:
        value: Plain = verdict.case[field]
        return value
    table, _, rest = field.partition(".")
    if table == "measurements":
        arm, _, what = rest.rpartition(".")
        rows = {row["arm"]: row for row in verdict.case.get(table, ())}
        measured: Plain = rows.get(arm, {}).get(what)
        return measured
    return assumed(field, verdict)


def assumed(field: str, verdict: Verdict) -> Plain:
    """Give the value that the verdict assumed for a field, if it did."""
    return next((one.value for one in verdict.assumptions if one.field == field), None)


def changes_in(text: str, verdict: Verdict) -> Changes:
    """Read every change of a prepared follow-up."""
    plain = clues.blanked("instead_of", text)
    forgotten = {change.field: change for change in _forgotten(plain)}
    scaled, rest, loose, baseless = _scaled(plain, verdict)
    told = dict(forgotten)
    for change in (*scaled, *_corrected(plain, verdict), *_set(rest, verdict)):
        told.setdefault(change.field, change)
    added, rest = _added(rest, verdict)
    for change in (*added, *_read(rest, verdict)):
        told.setdefault(change.field, change)
    counted, bare = _counted(rest, told, verdict)
    for change in counted:
        told.setdefault(change.field, change)
    hard = [change for field, change in told.items() if field not in SOFT]
    sure = _with_traffic(hard[:MOST_CHANGES], verdict)
    ways = [*_either_scale(loose, verdict), *_either_number(bare, verdict)]
    if not ways and not sure and not forgotten:
        ways = list(_either_more(plain, verdict))
    either = tuple(_with_traffic((*hard, way), verdict) for way in ways)
    soft = tuple(change for field, change in told.items() if field in SOFT)
    return Changes(sure if not ways else (), either, soft, baseless)


def _forgotten(text: str) -> Iterator[Change]:
    for field in clues.named("forget", text):
        yield Change(field, None)
        if field == "rate_limit_rpm":
            yield Change("rate_limit_tpm", None)


def _scaled(text: str, verdict: Verdict) -> tuple[list[Change], str, list[float], tuple[str, ...]]:
    """Give what is scaled, the text without those words, factors of nothing, fields unknown."""
    changes: list[Change] = []
    loose: list[float] = []
    baseless: list[str] = []
    rest = text
    for start, clause in islice(clues.clauses(text), MOST_CHANGES):
        for factor in islice(_factors(clause), MOST_CHANGES):
            rest = _without(rest, start + factor.start, start + factor.end)
            field = _nearest(clause, factor.start, factor.end, _is_amount)
            if field is None:
                loose.append(factor.times)
                continue
            value = base(field, verdict)
            if isinstance(value, bool) or not isinstance(value, float | int):
                baseless.append(field)
            else:
                changes.append(Change(field, value * factor.times, factor.times))
    return changes, rest, loose, tuple(baseless)


def _corrected(text: str, verdict: Verdict) -> Iterator[Change]:
    """Give the traffic where its period is corrected: a day, not a month."""
    before = base("monthly_requests", verdict)
    for _, match in clues.found("periods", text):
        said = {name: word for name, word in match.groupdict().items() if word}
        now, was = (said.get(one) or said.get(f"{one}2", "") for one in ("is", "was"))
        factor = _PERIODS[now.casefold()] / _PERIODS[was.casefold()]
        if isinstance(before, float | int) and factor != 1:
            yield Change("monthly_requests", before * factor, round(factor, 2))


def _added(text: str, verdict: Verdict) -> tuple[list[Change], str]:
    """Give what is added to a known amount, and the text without those numbers."""
    changes: list[Change] = []
    rest = text
    for number in numbers(text)[: 2 * MOST_CHANGES]:
        ahead, back = text[number.end :][:40], text[: number.start][-25:]
        if not (clues.has("plus", ahead) or clues.has("plus_before", back)):
            continue
        change = _by_noun(number, text)
        before = None if change is None else base(change.field, verdict)
        known = isinstance(before, float | int) and not isinstance(before, bool)
        if change is not None and change.field in verdict.case and known:
            changes.append(Change(change.field, number.value + float(before or 0)))
            rest = _without(rest, number.start, number.end)
    return changes, rest


def _factors(clause: str) -> Iterator[_Factor]:
    """Give the factors of a clause, the longest words of overlapping ones."""
    taken: list[tuple[int, int]] = []
    found = islice(clues.found("factors", clause), 4 * MOST_CHANGES)
    for name, match in sorted(found, key=lambda one: -len(one[1].group())):
        if any(match.start() < end and start < match.end() for start, end in taken):
            continue
        taken.append(match.span())
        times = _times(name, match)
        if times > 0:
            yield _Factor(times, *match.span())


def _times(name: str, match: re.Match[str]) -> float:
    said = match.groupdict()
    number = float((said.get("n") or said.get("m") or "0").replace(",", "."))
    if name.startswith("times"):
        return 1 / number if name == "times_less" and number else number
    if name.startswith("share"):
        return round(1 + number / 100 * (1 if name == "share_more" else -1), 6)
    return float(name)


def _without(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _nearest(clause: str, start: int, end: int, fits: Callable[[str], bool]) -> str | None:
    """Name the field whose words stand nearest to a place in a clause; the narrower first."""
    best: tuple[int, str] | None = None
    left = max(0, start - _AROUND)
    for field, match in clues.found("things", clause[left : end + _AROUND]):
        if not fits(field):
            continue
        far = max(match.start() + left - end, start - match.end() - left, 0)
        if best is None or far < best[0]:
            best = (far, field)
    return None if best is None else best[1]


def _is_amount(field: str) -> bool:
    return _kind(field) != "share"


def _set(text: str, verdict: Verdict) -> Iterator[Change]:
    """Give facts that short phrases state."""
    for field in clues.fields_set():
        values = clues.named(f"set.{field}", text)
        if values:
            value = _plain(values[0])
            if base(field, verdict) != value or field not in verdict.case:
                yield Change(field, value)


def _plain(word: str) -> Plain:
    if word in ("true", "false"):
        return word == "true"
    return float(word) if word.isdigit() else word


def _read(text: str, verdict: Verdict) -> Iterator[Change]:
    """Give what the reader of questions finds, where it differs from what is known."""
    try:
        facts = reading.read(clues.spaced(text), supposed=True).facts
    except AskError:
        return
    for fact in facts:
        table, _, what = fact.field.partition(".")
        wanted = fact.field in FIELDS or (table == "measurements" and not what.endswith(".arm"))
        wanted = wanted and fact.field != "proposed_usd"  # in a follow-up its noun has to stand
        field = _budget(fact.field, text)
        if wanted and (fact.value != base(field, verdict) or assumed(field, verdict) is not None):
            yield Change(field, fact.value)


def _budget(field: str, text: str) -> str:
    """Take a sum for a budget where the words around it speak of one."""
    capped = field == "current_usd_per_month" and "budget_usd" in clues.named("things", text)
    return "budget_usd" if capped else field


def _counted(
    text: str, told: dict[str, Change], verdict: Verdict
) -> tuple[list[Change], list[Number]]:
    """Give numbers beside a noun that no reader took, and those without any."""
    known = {change.value for change in told.values() if isinstance(change.value, float)}
    changes: list[Change] = []
    bare: list[Number] = []
    for number in numbers(text)[: 2 * MOST_CHANGES]:
        if _taken(number.value, known):
            continue
        change = _by_unit(number, text) or _by_noun(number, text)
        if change is not None and change.value != _stated(change.field, verdict):
            changes.append(change)
        elif change is None and (number.kind != "count" or number.value >= _SMALLEST):
            bare.append(number)
    return changes, bare


def _stated(field: str, verdict: Verdict) -> Plain:
    return base(field, verdict) if assumed(field, verdict) is None else None


def _taken(value: float, known: Iterable[float]) -> bool:
    """Whether a reader took a number already, perhaps in another unit."""
    factors = (1.0, 7.0, 30.0, 24 * 30.0, 52 / 12, 1 / 12, 1000.0, 43_200.0, 2_592_000.0)
    return any(abs(value * factor - one) <= 1e-6 * abs(one) for one in known for factor in factors)


def _by_unit(number: Number, text: str) -> Change | None:
    unit = _UNIT.match(text, number.end)
    if unit is None or number.kind != "count" or _PER_PERIOD.search(text[: number.start]):
        return None
    name = next(name for name in _BY_UNIT if unit[name])
    field, scale = _BY_UNIT[name]
    return Change(field, number.value * scale)


def _by_noun(number: Number, text: str) -> Change | None:
    for start, clause in clues.clauses(text):
        if start <= number.start < start + len(clause):
            here = number.start - start, number.end - start
            field = _nearest(clause, *here, lambda name: _kind(name) == number.kind)
            if field is not None:
                return Change(field, number.value)
    span = number.start, number.end
    field = _nearest(text, *span, lambda name: _kind(name) == number.kind)
    return None if field is None else Change(field, number.value)


def _kind(field: str) -> str:
    if field.endswith("accuracy"):
        return "share"
    return "money" if "usd" in field else "count"


def _either_scale(loose: list[float], verdict: Verdict) -> Iterator[Change]:
    for times in loose[:1]:
        for field in _SCALABLE:
            value = base(field, verdict)
            if isinstance(value, float | int) and value:
                yield Change(field, value * times, times)


def _either_number(bare: list[Number], verdict: Verdict) -> Iterator[Change]:
    for number in bare[:1]:
        for field in _BARE[number.kind]:
            if verdict.case.get(field) != number.value:
                yield Change(field, number.value)


def _either_more(text: str, verdict: Verdict) -> Iterator[Change]:
    """Try some amounts where somebody asks about more or less of a thing."""
    things = [field for field in clues.named("things", text) if _is_amount(field)]
    more, less = clues.has("more", text), clues.has("less", text)
    for field in things[:1] if more or less else ():
        value = base(field, verdict)
        if isinstance(value, float | int) and value:
            for times in _LESS if less else _MORE:
                yield Change(field, value * times, times)


def _with_traffic(changes: Iterable[Change], verdict: Verdict) -> tuple[Change, ...]:
    """Scale what belongs to the traffic along with it."""
    told = {change.field: change for change in changes}
    traffic = told.get("monthly_requests")
    before = base("monthly_requests", verdict)
    if traffic and isinstance(traffic.value, float | int) and isinstance(before, float | int):
        factor = traffic.value / before if before else 1.0
        for field in TRAFFIC[1:]:
            value = verdict.case.get(field)
            if field not in told and value:
                told[field] = Change(field, value * factor, factor, alike=True)
    return tuple(told.values())
