"""The records of a verdict: nine options, what each costs, why one was chosen, what was assumed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal, get_args

from pydantic import TypeAdapter

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


def label(option: Option) -> str:
    """Give the words for an option."""
    return say(f"advisor.label_{option}")


def named(option: Option) -> str:
    """Give an option as a noun, to be used inside a sentence."""
    return say(f"advisor.name_{option}")


NOWHERE = -1
"""Start and end of a fact that stands in no question: typed into a form or a follow-up."""


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
    setup_days: float
    """Engineer days until it runs."""
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
    lift: str = ""
    """What lifts it and its price, where that is known."""


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
    leads_to: str = ""
    """The option that the verdict would become; empty where it stays."""


@dataclass(frozen=True)
class Ask:
    """A question whose answer could change the verdict."""

    field: str
    question: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Bar:
    """One bar of the tornado: how far one fact alone moves the chosen option against its rival."""

    field: str
    words: str
    """The fact and the range it was moved over."""
    low_usd: float
    high_usd: float
    """Net benefit a month of the chosen option over its rival, at the two ends of the range."""


@dataclass(frozen=True)
class Information:
    """What it would be worth to know before deciding (expected value of perfect information)."""

    month_usd: float
    horizon_usd: float
    pilot_usd: float
    """What a pilot that could tell costs: labels, calls, engineers."""
    worth_it: bool
    words: str


@dataclass(frozen=True)
class Projection:
    """What a tune is expected to reach with more examples, from measured points of its curve."""

    examples: float
    accuracy: float
    low: float
    high: float
    """95% interval."""
    reaches: float | None
    """Chance of reaching the target; None where none was named."""
    words: str


@dataclass(frozen=True)
class Remedy:
    """One way to make content safe, compared with the others."""

    name: str
    option: Option
    effect: str
    monthly_usd: float
    setup_days: float
    evidence: tuple[str, ...]


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
    lang: str = "en"
    day: str = ""
    """ISO date on which it was decided: its prices and its market are those of that day."""
    unplaced: tuple[str, ...] = ()
    """Numbers of the question that became no fact; each lowers the confidence."""
    prose: str = ""
    """The verdict worded by a model and checked; empty where there is none."""
    pilots: tuple[tuple[float, float, float], ...] = ()
    """Points of a learning curve that were given: examples, right ones, test items."""
    rival: Option | None = None
    """The option that the tornado and the value of information hold the chosen one against."""
    tornado: tuple[Bar, ...] = ()
    information: Information | None = None
    projection: tuple[Projection, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    """Filled where the goal is content safety."""
    imitation: tuple[str, ...] = ()
    """The imitation check of a case that trains on another model's output, in sentences."""

    def to_json(self) -> dict[str, Any]:
        """Give the verdict as plain values; `from_json` gives it back exactly."""
        plain: dict[str, Any] = asdict(self)
        return plain

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Verdict":
        """Give the verdict that `to_json` wrote, tuples and lists alike."""
        return _adapter().validate_python(data)

    def cost_of(self, option: Option) -> CostRow | None:
        """Give the cost row of an option."""
        return next((row for row in self.costs if row.option == option), None)


@cache
def _adapter() -> TypeAdapter[Verdict]:
    return TypeAdapter(Verdict)
