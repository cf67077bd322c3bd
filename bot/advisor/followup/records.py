"""The records of a follow-up: the ways in which it can be read, best first."""

import json
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Literal, get_args

from pydantic import TypeAdapter, ValidationError

from bot.advisor.verdict import Option, Plain
from bot.errors import AskError
from bot.texts import say

Kind = Literal[
    "change", "explain", "explain_part", "recipe", "memo", "details", "curve", "new", "nothing"
]
Part = Literal[
    "confidence",
    "cost",
    "break_even",
    "evidence",
    "assumptions",
    "flips",
    "vetoes",
    "sources",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
PARTS: tuple[Part, ...] = get_args(Part)

MOST_READINGS = 4
MOST_CHANGES = 12
LONGEST_QUOTE, LONGEST_WORDS, LONGEST_LABEL, LONGEST_JSON = 200, 300, 75, 1500


@dataclass(frozen=True)
class Reading:
    """One way to read a follow-up."""

    kind: Kind
    words: str
    """How the follow-up was read, in one sentence."""
    changes: tuple[tuple[str, Plain], ...] = ()
    """Of a change: fields of the case, or `measurements.<arm>.<what>`, and values; None forgets."""
    options: tuple[Option, ...] = ()
    """Of `explain`: one option, or two to compare; of the part `cost`: the row asked about."""
    part: Part | None = None
    """Of `explain_part`: the part of the verdict that is asked about."""
    quote: str = ""
    """The follow-up as it was typed, cut."""

    @property
    def label(self) -> str:
        """The words as they fit on a button."""
        return cut(self.words, LONGEST_LABEL)

    def to_json(self) -> str:
        """Give the reading as JSON of at most 1,500 characters, for the value of a button."""
        text = _dumped(self)
        short = self
        while len(text) > LONGEST_JSON:
            half = len(short.quote) // 2
            short = replace(short, quote=cut(short.quote, half), words=cut(short.words, 150))
            text = _dumped(short)
            if half == 0:
                break
        return text

    @staticmethod
    def from_json(text: str) -> "Reading":
        """Give the reading that `to_json` wrote. Raises AskError for anything else."""
        try:
            return _adapter().validate_json(text)
        except ValidationError:
            raise AskError(say("followup.stale")) from None


@dataclass(frozen=True)
class Followup:
    """What a message below a verdict may mean."""

    readings: tuple[Reading, ...]
    """One to four, the likeliest first."""
    sure: bool
    """Whether the first clearly fits best; otherwise the asker had better choose."""


def cut(text: str, most: int) -> str:
    """Cut a text to so many characters, marking the cut.

    >>> cut("abcdef", 4), cut("abc", 4)
    ('abc…', 'abc')
    """
    return text if len(text) <= most else text[: max(0, most - 1)].rstrip() + "…"


def _dumped(reading: Reading) -> str:
    filled = {name: value for name, value in asdict(reading).items() if value}
    return json.dumps(filled, ensure_ascii=False, separators=(",", ":"))


@cache
def _adapter() -> TypeAdapter[Reading]:
    return TypeAdapter(Reading)
