"""The records of a verdict: nine options, what each costs, why one was chosen, what was assumed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from bot.texts import say

Option = Literal[
    "prompt",
    "dynamic_few_shot",
    "rag",
    "decompose",
    "fine_tune_hosted",
    "fine_tune_self_hosted",
    "distill",
    "do_not_imitate",
    "ask",
]
OPTIONS: tuple[Option, ...] = get_args(Option)

WAYS: tuple[Option, ...] = (
    "prompt",
    "dynamic_few_shot",
    "rag",
    "decompose",
    "fine_tune_hosted",
    "distill",
    "fine_tune_self_hosted",
)
"""The options that do the task, the cheapest to take back first."""

TUNED: frozenset[Option] = frozenset(("fine_tune_hosted", "fine_tune_self_hosted", "distill"))

Provenance = Literal["stated", "measured", "default"]
Plain = str | float | bool | None


def label(option: Option, *, lang: str = "en") -> str:
    """Give the words for an option."""
    return say(f"advisor.label_{option}", lang=lang)


def named(option: Option, *, lang: str = "en") -> str:
    """Give an option as a noun, to be used inside a sentence."""
    return say(f"advisor.name_{option}", lang=lang)


@dataclass(frozen=True)
class Fact:
    """A value read from a question, with the words that say so at [start:end]."""

    field: str
    """Name of a field of the case, or `measurements.<arm>.<what>`."""
    value: Plain
    provenance: Provenance
    quote: str
    start: int
    end: int


@dataclass(frozen=True)
class Driver:
    """One reason for the verdict and the findings that back it."""

    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class CostRow:
    """What one option costs a month, in US dollars, cost of wrong answers left out."""

    option: Option
    monthly_usd: float
    """Serving, upkeep and one-off costs spread over the horizon."""
    low_usd: float
    """10th percentile of the monthly cost."""
    high_usd: float
    """90th percentile."""
    serving_usd: float
    """Tokens and machines alone, a month."""
    per_thousand_usd: float
    """Tokens and machines per thousand requests."""
    one_off_usd: float
    accuracy: float
    """Median of what it may reach."""
    meets: float | None
    """Chance of reaching the quality needed; None where none was named."""
    best: float
    """Chance of being the best of the options still open."""
    note: str
    """How it would be served, or why it is ruled out."""
    open: bool


@dataclass(frozen=True)
class BreakEven:
    """From how many requests a month a rival overtakes the chosen option on cost."""

    rival: Option
    requests: float | None
    """None for never."""
    words: str


@dataclass(frozen=True)
class Veto:
    """Why an option is ruled out and who can lift that."""

    option: Option
    kind: str
    text: str
    lifted_by: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Assumption:
    """A blank of the case that was filled in, and where the value comes from."""

    field: str
    value: Plain
    why: str


@dataclass(frozen=True)
class Choice:
    """One answer to offer as a button."""

    label: str
    value: Plain


@dataclass(frozen=True)
class Ask:
    """A question whose answer could change the verdict."""

    field: str
    question: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Leader:
    """The option that leads for now, or remains, and its chance of being the best."""

    option: Option
    chance: float
    monthly_usd: float


@dataclass(frozen=True)
class Verdict:
    """The answer to "should we fine-tune?", with everything it rests on."""

    option: Option
    label: str
    confidence: float
    sentence: str
    drivers: tuple[Driver, ...]
    evidence: tuple[str, ...]
    costs: tuple[CostRow, ...]
    break_even: BreakEven | None
    flips: tuple[str, ...]
    vetoes: tuple[Veto, ...]
    assumptions: tuple[Assumption, ...]
    facts: tuple[Fact, ...]
    asks: tuple[Ask, ...]
    leader: Leader | None
    diagnosis: str
    prices_as_of: str
    notes: tuple[str, ...]
    case: Mapping[str, Any]
    audit_id: str

    def to_json(self) -> dict[str, Any]:
        """Give the verdict as plain values; `from_json` gives it back exactly."""
        plain: dict[str, Any] = asdict(self)
        return plain

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Verdict":
        """Give the verdict that `to_json` wrote, tuples and lists alike."""
        rows = {name: tuple(build(row) for row in data[name]) for name, build in _ROWS.items()}
        words = {name: tuple(data[name]) for name in ("evidence", "flips", "notes")}
        break_even = data["break_even"] and BreakEven(**data["break_even"])
        leader = data["leader"] and Leader(**data["leader"])
        return Verdict(**{**data, **rows, **words, "break_even": break_even, "leader": leader})

    def cost_of(self, option: Option) -> CostRow | None:
        """Give the cost row of an option."""
        return next((row for row in self.costs if row.option == option), None)


def _driver(row: Mapping[str, Any]) -> Driver:
    return Driver(row["text"], tuple(row["evidence"]))


def _veto(row: Mapping[str, Any]) -> Veto:
    return Veto(**{**row, "evidence": tuple(row["evidence"])})


def _ask(row: Mapping[str, Any]) -> Ask:
    return Ask(row["field"], row["question"], tuple(Choice(**one) for one in row["choices"]))


_ROWS = {
    "drivers": _driver,
    "costs": lambda row: CostRow(**row),
    "vetoes": _veto,
    "assumptions": lambda row: Assumption(**row),
    "facts": lambda row: Fact(**row),
    "asks": _ask,
}
