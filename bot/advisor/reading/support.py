"""Whether the words that a model quotes support the fact it names; what they do not is dropped."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.advisor.case import ARMS as ARM_NAMES
from bot.advisor.case import FIELDS, Case
from bot.advisor.reading.amounts import amounts
from bot.advisor.reading.numbers import Number, numbers
from bot.advisor.reading.place import ARMS, NONE, WORDS
from bot.advisor.reading.rules import LETTERS
from bot.advisor.reading.wording import denies, phrases
from bot.advisor.verdict import Fact, Plain, Provenance

SHORTEST, LONGEST_QUOTE = 2, 200
"""Characters of a quote: less says nothing, more is the whole question."""
_WITHIN = 0.011
"""How far a number named by a model may lie from the one in its quote, relatively."""
_MEASURED = ("accuracy", "items", "p95_ms", "usd_per_month")
_TABLE = tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text("utf-8"))
_SIGNED = ("serves", "training_data_source", "data_location", "task")
"""Choices that a denial in the quote turns into something else."""
_OWN_DENIAL = ("own_network", "on_device", "region", "none")
"""Values that are themselves told by a denial: data that may not leave, no connection."""


def _compiled(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![{LETTERS}])(?:{'|'.join(words)})", re.IGNORECASE)


_NUMBERS = {field: _compiled(words) for field, words in _TABLE["numbers"].items()}
_CHOICES = {
    field: {value: _compiled(words) for value, words in values.items()}
    for field, values in _TABLE["choices"].items()
}
_SWITCHES = {
    field: {name: _compiled(words) for name, words in rows.items()}
    for field, rows in _TABLE["switches"].items()
}
_ARMS = dict(ARMS)

_MONTHLY = (1.0, 30.0, 30.44, 31.0, 4.33, 4.345, 720.0, 730.0, 43_800.0, 2_592_000.0, 2_628_000.0)
_PARTS = (1 / 12, 1 / 3)
_DAYS = (1.0, 5.0, 7.0, 30.0)
_FACTORS: dict[str, tuple[float, ...]] = {
    "monthly_requests": (*_MONTHLY, *_PARTS),
    "current_usd_per_month": (*_MONTHLY, *_PARTS),
    "budget_usd": (1.0, *_PARTS),
    "usd_per_month": _MONTHLY,
    "latency_limit_ms": (1.0, 1000.0, 60_000.0),
    "p95_ms": (1.0, 1000.0, 60_000.0),
    "accuracy": (1.0, 0.01),
    "target_accuracy": (1.0, 0.01),
    "label_agreement": (1.0, 0.01),
    "deadline_days": _DAYS,
    "engineer_days_available": _DAYS,
}
"""Factors by which a value may differ from the number in its quote, for a change of unit."""


def supported(field: str, words: str, quote: str, start: int) -> Fact | None:
    """Give the fact if its quote, standing at `start`, says that the field has the value in words.

    An amount in another currency than the dollar may be given as written; it is converted here.
    """
    value = _value(field, words)
    if value is None or not _exists(field):
        return None
    if not len(quote.strip()) >= SHORTEST or len(quote) > LONGEST_QUOTE:
        return None
    provenance: Provenance = "measured" if field.endswith(".accuracy") else "stated"
    fact = Fact(field, value, provenance, quote, start, start + len(quote))
    if isinstance(value, bool):
        held = fact if _switch_holds(field, value, quote) else None
    elif isinstance(value, float):
        held = _number_held(fact)
    else:
        held = fact if _choice_holds(field, str(value), quote) else None
    return None if held is None or _read_otherwise(held) else held


def _switch_holds(field: str, value: bool, quote: str) -> bool:
    rows = _SWITCHES.get(field)
    if rows is None or not any(row.search(quote) for row in rows.values()):
        return False
    says_no = bool("no" in rows and rows["no"].search(quote))
    says_yes = bool("yes" in rows and rows["yes"].search(quote))
    if says_no and not says_yes:
        return value == denies(_without(rows["no"], quote))
    return value != denies(quote)


def _without(pattern: re.Pattern[str], quote: str) -> str:
    return pattern.sub(" ", quote)


def _choice_holds(field: str, value: str, quote: str) -> bool:
    values = _CHOICES.get(field)
    if values is None:
        return len(value) >= SHORTEST and value.casefold() in quote.casefold()
    pattern = values.get(value)
    if pattern is None or not pattern.search(quote):
        return False
    return field not in _SIGNED or value in _OWN_DENIAL or not denies(quote)


def _number_held(fact: Fact) -> Fact | None:
    """Give the fact with its value in the unit of the field where a number of the quote is it."""
    what = fact.field.rpartition(".")[2]
    beside = _NUMBERS.get(what)
    if beside is None or not beside.search(fact.quote) or not _names_arm(fact):
        return None
    if fact.value == 0 and what in NONE and NONE[what].search(fact.quote):
        return fact
    for number in numbers(fact.quote):
        factors = (1.0,) if number.kind == "share" else _FACTORS.get(what, (1.0,))
        for factor in factors:
            value = _told(number, factor, float(fact.value or 0.0))
            if value is not None and not WORDS["denied"].search(fact.quote[: number.start]):
                return replace(fact, value=value)
    return None


def _told(number: Number, factor: float, named: float) -> float | None:
    """Give the value that a number stands for if it is the one named; of a range, the middle."""
    for told in (number.value, number.low, number.high):
        if told is not None and _close(told * factor, named):
            return named if told == number.value else number.value * factor
    if number.currency and _close(number.written * factor, named):
        return number.value * factor
    return None


def _close(told: float, named: float) -> bool:
    return abs(told - named) <= _WITHIN * max(abs(named), 1e-9)


def _names_arm(fact: Fact) -> bool:
    """Whether a quote of a measurement names its arm; zero-shot needs no name where none is."""
    if not fact.field.startswith("measurements."):
        return True
    arm = fact.field.split(".")[1]
    if _ARMS[arm].search(fact.quote) if arm in _ARMS else False:
        return True
    return arm == "zero_shot" and not any(pattern.search(fact.quote) for pattern in _ARMS.values())


def _read_otherwise(fact: Fact) -> bool:
    """Whether the code reads the quote as another value of the field, or its number elsewhere."""
    read = [*amounts(fact.quote), *phrases(fact.quote)]
    same = [other.value for other in read if other.field == fact.field]
    if same:
        return not any(_equal(value, fact.value) for value in same)
    if not isinstance(fact.value, float) or isinstance(fact.value, bool):
        return False
    others = {
        other.field
        for other in read
        if isinstance(other.value, float) and _equal(other.value, fact.value)
    }
    return bool(others)


def _equal(a: Plain, b: Plain) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= 0.03 * max(abs(a), abs(b))
    return str(a).casefold() in str(b).casefold() or str(b).casefold() in str(a).casefold()


def _exists(field: str) -> bool:
    parts = field.split(".")
    if len(parts) == 3 and parts[0] == "measurements":
        return parts[1] in ARM_NAMES and parts[2] in _MEASURED
    return field in FIELDS and field not in ("measurements", "comparisons")


def _value(field: str, words: str) -> Plain:
    """Give a value of the kind that the field holds, or None where the words are no such value."""
    kind = _KINDS.get(field.rpartition(".")[2] if field.startswith("measurements.") else field, str)
    plain = words.strip()
    if kind is bool:
        return {"true": True, "false": False}.get(plain.casefold())
    if kind is float:
        try:
            return float(plain)
        except ValueError:
            return None
    return plain


def _kind(annotation: Any) -> type:
    if "bool" in str(annotation):
        return bool
    return float if "float" in str(annotation) else str


_KINDS: dict[str, type] = {
    name: _kind(field.annotation) for name, field in Case.model_fields.items()
} | dict.fromkeys(_MEASURED, float)
