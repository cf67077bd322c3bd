"""Rules out of `rules.toml`: what a number counts, by the words before and after it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.advisor.reading.place import Place
from bot.advisor.verdict import Fact

LETTERS = "A-Za-zÁÉÍÓÚÑáéíóúñü"
"""Letters of the languages that part words with spaces."""
_STOPS = r".;!?。；！？\n"
_GAP, _LEAD = 20, 20


@dataclass(frozen=True)
class Unit:
    """A unit behind a number and what one of it is worth in the unit of the field."""

    pattern: re.Pattern[str]
    factor: float


@dataclass(frozen=True)
class Rule:
    """Words around a number that make it a fact of one field."""

    field: str
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    either: bool
    near: re.Pattern[str] | None
    not_before: re.Pattern[str] | None
    not_after: re.Pattern[str] | None
    not_next: re.Pattern[str] | None
    not_near: re.Pattern[str] | None
    units: tuple[Unit, ...]
    monthly: bool
    least: float
    most: float

    def facts(self, place: Place) -> Iterator[Fact]:
        """Give the fact that a number is by this rule, if it is one."""
        unit = self._unit(place)
        if unit is None or self.least > place.number.value >= 0 or place.number.value > self.most:
            return
        length, factor = unit
        after = place.after[length:]
        if self._forbidden(place, after):
            return
        before = self.before.search(place.before) if self.before else None
        behind = self.after.match(after) if self.after else None
        asked = [found for rule, found in ((self.before, before), (self.after, behind)) if rule]
        if asked and not (any(asked) if self.either else all(asked)):
            return
        back = len(place.before) - before.start() if before else 0
        ahead = length + (behind.end() if behind else 0)
        yield place.fact(self.field, round(place.number.value * factor, 6), back=back, ahead=ahead)

    def _unit(self, place: Place) -> tuple[int, float] | None:
        """Give the length of the unit behind a number and its factor, None where it is missing."""
        for unit in UNITS["period"] if self.monthly and not self.units else self.units:
            match = unit.pattern.match(place.after)
            if match:
                return match.end(), unit.factor
        if self.units:
            return None
        return 0, _led(place.before) if self.monthly else 1.0

    def _forbidden(self, place: Place, after: str) -> bool:
        around = f"{place.before} {after}"
        return bool(
            (self.near and not self.near.search(around))
            or (self.not_near and self.not_near.search(around))
            or (self.not_before and self.not_before.search(place.before))
            or (self.not_next and self.not_next.match(after))
            or (self.not_after and self.not_after.match(after))
        )


def rules(kind: str) -> tuple[Rule, ...]:
    """Give the rules for a kind of number (`count`, `money`), in the order they are tried."""
    return _RULES[kind]


def _led(before: str) -> float:
    """Give the months' factor of a period named before an amount, as in 每天花500元."""
    return next((unit.factor for unit in _LED if unit.pattern.search(before)), 1.0)


def _any(words: list[str]) -> str:
    return rf"(?<![{LETTERS}])(?:{'|'.join(words)})"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _before(words: list[str] | None, gap: int) -> re.Pattern[str] | None:
    return _compiled(rf"{_any(words)}[^\d{_STOPS}]{{0,{gap}}}$") if words else None


def _after(words: list[str] | None, lead: int) -> re.Pattern[str] | None:
    if not words:
        return None
    return _compiled(rf"[\s-]{{0,2}}[^\d,:()，：、{_STOPS}]{{0,{lead}}}?{_any(words)}")


def _near(words: list[str] | None) -> re.Pattern[str] | None:
    return _compiled(_any(words)) if words else None


def _rule(row: Mapping[str, Any]) -> Rule:
    gap, lead = row.get("gap", _GAP), row.get("lead", _LEAD)
    return Rule(
        field=row["field"],
        before=_before(row.get("before"), gap),
        after=_after(row.get("after"), lead),
        either=row.get("either", False),
        near=_near(row.get("near")),
        not_before=_before(row.get("not_before"), 16),
        not_after=_after(row.get("not_after"), 16),
        not_next=_after(row.get("not_next"), 1),
        not_near=_near(row.get("not_near")),
        units=UNITS[row["unit"]] if "unit" in row else (),
        monthly=row.get("monthly", False),
        least=row.get("least", 0.0),
        most=row.get("most", float("inf")),
    )


_TABLE = tomllib.loads(Path(__file__).with_name("rules.toml").read_text("utf-8"))
UNITS = {
    name: tuple(Unit(_compiled(pattern), factor) for pattern, factor in rows.items())
    for name, rows in _TABLE["units"].items()
}
"""What may follow a number, by the name of the unit."""
_LED = tuple(Unit(_compiled(words), factor) for words, factor in _TABLE["led"].items())
_RULES = {kind: tuple(_rule(row) for row in _TABLE[kind]) for kind in ("count", "money")}
