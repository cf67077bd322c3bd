"""The facts of a case as inputs of a form: which ones, and what it means that is typed. Pure."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from bot.advisor.case import LARGEST, Case, Measurement, case_from
from bot.advisor.reading import Reading, case_of
from bot.advisor.reading.numbers import Number, numbers
from bot.advisor.reading.place import PERIODS, SHORT
from bot.advisor.telling.card import word
from bot.advisor.verdict import NOWHERE, Fact, Plain, Provenance, Verdict
from bot.errors import AskError
from bot.texts import language, say
from bot.texts.words import exact

Kind = Literal["choice", "switch", "share", "money", "ms", "days", "count", "text"]

MOST = 8
"""Facts in the first view of the form."""
LONGEST = 200
"""Characters of a name."""
UNKNOWN = "?"
"""What is chosen to say that nobody knows."""
TODAY = "measurements.zero_shot.accuracy"

_TABLES = tomllib.loads(Path(__file__).with_name("forms.toml").read_text("utf-8"))

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (name, tuple(fields)) for name, fields in _TABLES["groups"].items()
)
"""Every fact that can be typed, by what it is about."""

QUESTIONNAIRE: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (name, tuple(fields)) for name, fields in _TABLES["questionnaire"].items()
)
"""The eight questions and the facts that answer them; the first one is also asked in words."""

_IMPORTANT = (
    "task",
    "problem",
    "monthly_requests",
    TODAY,
    "target_accuracy",
    "labelled_examples",
    "changes",
    "data_location",
    "latency_limit_ms",
    "error_cost_usd",
)
"""What moves most verdicts, in this order."""
_BARS: dict[str, tuple[str, ...]] = {
    "monthly_requests": ("monthly_requests",),
    "tokens": ("static_prompt_tokens",),
    "hours": ("engineer_usd_per_hour",),
}
_ARMS = {
    "dynamic_few_shot": "dynamic_few_shot",
    "rag": "rag",
    "fine_tune_hosted": "fine_tuned",
    "fine_tune_self_hosted": "fine_tuned_small",
    "distill": "teacher",
}
"""Which measurement says how accurate an option is, where that is not the one without examples."""
_SHARES = frozenset(("target_accuracy", "label_agreement", "accuracy"))
_MONTHLY = frozenset(("monthly_requests", "current_usd_per_month"))
_PERCENTILE = re.compile(r"\bp\s?9\d(?:\.9)?\b", re.I)
_SECONDS = re.compile(r"\s*(?:s|sec|secs|seconds?|segundos?|秒钟?)(?![a-z])", re.I)
_MINUTES = re.compile(r"\s*(?:min|minutes?|minutos?|分钟)(?![a-z])", re.I)
_WEEKS = re.compile(r"\s*(?:engineer\s)?(?:w|wks?|weeks?|semanas?|周)(?![a-z])", re.I)
_MONTHS = re.compile(r"\s*(?:months?|mes(?:es)?|个?月)(?![a-z])", re.I)
_PERIOD = re.compile(
    r"(?:/|\b(?:per|a|an|each|every|al|por|cada)\s)\s?(?P<one>[a-záéíóúñ]+)"
    r"|\b(?P<ly>daily|weekly|monthly|nightly)\b|(?P<zh>每月|每天|每日|每周|每小时)",
    re.I,
)


@dataclass(frozen=True)
class Change:
    """What a person set a fact to, and the words for it."""

    value: Plain
    """None forgets it."""
    words: str
    measured: bool = False
    """Whether a log or a file says so, and no person."""


def moving(verdict: Verdict) -> tuple[str, ...]:
    """Give the eight facts that move a verdict most, the strongest first."""
    return tuple(dict.fromkeys(_moving(verdict)))[:MOST]


def _moving(verdict: Verdict) -> Iterator[str]:
    asked = [ask.field for ask in verdict.asks]
    yield from asked if verdict.option == "ask" else ()
    for bar in verdict.tornado:
        name, _, option = bar.field.partition(".")
        arm = _ARMS.get(option, "zero_shot")
        measured = (f"measurements.{arm}.accuracy", "target_accuracy")
        yield from measured if name == "accuracy" else _BARS.get(name, ())
    yield from (*asked, *_IMPORTANT)


def others(first: Iterable[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Give the groups of all facts without those that are shown already."""
    shown = frozenset(first)
    rest = ((name, tuple(f for f in fields if f not in shown)) for name, fields in GROUPS)
    return tuple((name, fields) for name, fields in rest if fields)


def kind_of(field: str) -> Kind:
    """Say what kind of input a fact needs.

    >>> kind_of("changes"), kind_of("measurements.rag.accuracy"), kind_of("error_cost_usd")
    ('choice', 'share', 'money')
    """
    what = field.rpartition(".")[2]
    plain = _plain_type(what)
    if what in _SHARES:
        return "share"
    if get_origin(plain) is Literal:
        return "choice"
    if plain is bool:
        return "switch"
    if plain is str:
        return "text"
    return _number_kind(what)


def _number_kind(what: str) -> Kind:
    if "usd" in what:
        return "money"
    if what.endswith("_ms"):
        return "ms"
    return "days" if what.startswith(("deadline_days", "engineer_days")) else "count"


def choices(field: str) -> tuple[str, ...]:
    """Give the values of a fact that is chosen from a list."""
    if kind_of(field) == "switch":
        return ("yes", "no")
    return get_args(_plain_type(field)) if kind_of(field) == "choice" else ()


def label(field: str) -> str:
    """Name a fact."""
    table, _, rest = field.partition(".")
    if table == "measurements":
        return say("forms.field_accuracy", arm=word(rest.partition(".")[0]))
    return say(f"forms.field_{field}")


def unit(field: str) -> str:
    """Say what may be typed for a fact; nothing for a choice or a name."""
    kind = kind_of(field)
    if kind in ("choice", "switch", "text"):
        return ""
    return say(f"forms.unit_{'monthly' if field == 'monthly_requests' else kind}")


def parse(field: str, text: str) -> Plain:
    """Give the value that somebody typed or chose, in the unit of the case; None for nothing.

    Speaks `bot.texts.language()`. Raises AskError that says what is wanted.

    >>> parse("monthly_requests", "2k a day"), parse("target_accuracy", "85 %")
    (60000.0, 0.85)
    """
    text, kind = text.strip(), kind_of(field)
    if text in ("", UNKNOWN):
        return None
    if kind in ("choice", "switch"):
        if text not in choices(field):
            raise AskError(say("forms.not_a_choice"))
        return text if kind == "choice" else text == "yes"
    if kind == "text":
        return text[:LONGEST]
    value = _number(field, kind, text)
    if value < 0 or value > LARGEST:
        raise AskError(say("forms.out_of_range"))
    try:
        Case().with_facts({field: value})
    except AskError as error:
        raise AskError(say("forms.out_of_range")) from error
    return value


def _number(field: str, kind: Kind, text: str) -> float:
    text = _PERCENTILE.sub(" ", _undotted(kind, text))
    found = numbers(text)
    rest = f"{text[: found[0].start]} {text[found[0].end :]}" if found else text
    if len(found) != 1 or found[0].low is not None or re.search(r"\d", rest):
        raise AskError(say("forms.one_number"))
    number, after = found[0], text[found[0].end :]
    if (number.kind == "share") > (kind == "share"):
        raise AskError(say("forms.not_a_share"))
    if kind == "share":
        return _share(number)
    if kind == "ms":
        return number.value * _factor(after, (_SECONDS, 1000.0), (_MINUTES, 60_000.0))
    if kind == "days":
        return number.value * _factor(after, (_WEEKS, 7.0), (_MONTHS, 30.0))
    return round(number.value * _period(rest), 6) if field in _MONTHLY else number.value


def _undotted(kind: Kind, text: str) -> str:
    """Take dots that part thousands out: always in counts, else where the writer does so."""
    if kind == "count" or (kind != "share" and (language() == "es" or "€" in text)):
        return re.sub(r"(?<=\d)\.(?=\d{3}(?!\d))", "", text)
    return text


def _share(number: Number) -> float:
    percent = number.kind == "count" and number.value > 1
    return round(number.value / 100, 6) if percent else number.value


def _factor(after: str, *units: tuple[re.Pattern[str], float]) -> float:
    return next((factor for unit, factor in units if unit.match(after)), 1.0)


def _period(around: str) -> float:
    match = _PERIOD.search(around)
    if match is None:
        return 1.0
    word = next(filter(None, match.groups())).casefold()
    name = SHORT.get(word) or word.removesuffix("s")
    if name not in PERIODS:
        raise AskError(say("forms.unknown_period"))
    return PERIODS[name]


def shown(field: str, case: Mapping[str, Any]) -> str:
    """Give the value of a fact as somebody would type it; empty where it is not known.

    `parse` gives the same value back.
    """
    value = _value(field, case)
    if value is None:
        return ""
    kind = kind_of(field)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    number = exact(value * 100 if kind == "share" else value)
    return {"share": f"{number}%", "money": f"${number}", "ms": f"{number} ms"}.get(kind, number)


def provenance(field: str, verdict: Verdict) -> str:
    """Say where the present value of a fact comes from."""
    told = next((one for one in verdict.facts if one.field == field), None)
    if told is not None and told.value is not None:
        key = "measured" if told.provenance == "measured" else "stated"
        return say(f"forms.{key}", quote=told.quote[:LONGEST])
    assumed = next((row for row in verdict.assumptions if row.field == field), None)
    if assumed is not None and _value(field, verdict.case) is None:
        value = exact(assumed.value) if isinstance(assumed.value, float) else assumed.value
        return say("forms.assumed", value=value, why=assumed.why)
    return "" if _value(field, verdict.case) is None else say("forms.given")


def fact(field: str, change: Change) -> Fact:
    """Give a change as a fact."""
    measured = change.measured or field.endswith(".accuracy")
    told: Provenance = "measured" if measured else "stated"
    return Fact(field, change.value, told, change.words, NOWHERE, NOWHERE)


def revised(verdict: Verdict, changes: Mapping[str, Change]) -> tuple[Case, tuple[Fact, ...]]:
    """Give the case and the facts of a verdict after changes; what was not changed stays.

    Raises AskError for a fact that does not exist, a value that it cannot have, or values that
    contradict each other.
    """
    facts = {fact.field: fact for fact in verdict.facts}
    for field, change in changes.items():
        facts.pop(field, None)
        if change.value is not None:
            facts[field] = fact(field, change)
    case = case_from(verdict.case).with_facts({f: change.value for f, change in changes.items()})
    return case, tuple(facts.values())


def filled(read: Reading, typed: Mapping[str, Change]) -> tuple[Case, tuple[Fact, ...]]:
    """Add what was typed into a questionnaire to what was read from its words; typed wins."""
    facts = {fact.field: fact for fact in read.facts}
    for field, change in typed.items():
        if change.value is not None:
            facts[field] = fact(field, change)
    return case_of(facts.values()), tuple(facts.values())


def _value(field: str, case: Mapping[str, Any]) -> Plain:
    table, _, rest = field.partition(".")
    if not rest:
        value: Plain = case.get(field)
        return value
    arm, _, what = rest.partition(".")
    rows: Mapping[str, Any] = {row["arm"]: row for row in case.get(table, ())}
    found: Plain = rows.get(arm, {}).get(what)
    return found


@cache
def _plain_type(what: str) -> Any:
    """Give the type of a field without its None."""
    fields = Case.model_fields if what in Case.model_fields else Measurement.model_fields
    (plain,) = [one for one in get_args(fields[what].annotation) if one is not type(None)]
    return plain
