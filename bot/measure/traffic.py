"""What a log of requests says about its traffic: numbers alone, no text of any request. Pure."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.measure.arrivals import Pattern
from bot.measure.division import Break
from bot.measure.repeats import Repeated
from bot.measure.sizes import Spread
from bot.measure.spending import Bill
from bot.texts import say

HOURS_PER_MONTH = 730.0
ROUGH_DAYS = 7
"""A month worked out from a shorter log is rough: it may hold no weekend."""
_ENOUGH = 5
"""Requests from which a common prefix says anything."""
_RETRIEVING = 0.05
"""Share of requests with retrieved text from which retrieval is a fact of the case."""


@dataclass(frozen=True)
class Fault:
    """A line that could not be read."""

    line: int
    """Its number, from 1."""
    reason: str
    """Name of the reason; `measure.bad_<reason>` says it in words."""


@dataclass(frozen=True)
class ModelShare:
    """The requests of one model."""

    model: str | None
    """None for the requests that name none, and for those of models beyond the first 200."""
    requests: int
    usd_per_month: float | None
    """None where its price or the volume is unknown."""


@dataclass(frozen=True)
class TemplateFacts:
    """The requests made from one prompt template."""

    model: str | None
    requests: int
    prefix_tokens: float
    """Of the text with which at least 95% of them begin, schemas of tools included."""
    reordered_tokens: float
    """Of that prefix, were all unchanging text moved to the front."""
    breaks: Break
    hits_5: float | None
    hits_30: float | None
    """Share of them that come within 5 or 30 minutes of the one before; None without times."""


@dataclass(frozen=True)
class Cache:
    """How much of the prompts came, or could have come, from a prefix cache."""

    measured: float | None
    """Share of the prompt tokens that the log reports as cached; None where it reports none."""
    reporting: int
    """Requests that report it."""
    replayed_5: float | None
    replayed_30: float | None
    """Share of all requests that would find a prefix of at least the model's minimum cached, were
    it kept 5 or 30 minutes after each use; None without times."""
    minimum: int
    """The shortest prefix, in tokens, that the server of the most frequent model keeps."""


@dataclass(frozen=True)
class Traffic:
    """The facts of a log. Shares are 0..1, money US dollars, instants UTC; None is unknown."""

    lines: int
    requests: int
    bad: int
    faults: tuple[Fault, ...]
    """The first twenty."""
    timed: int
    """Requests with a time."""
    first: datetime | None
    last: datetime | None
    monthly_requests: float | None
    """From the span; None without times and for less than an hour."""
    peak_rps: float | None
    """Requests in the fullest second."""
    peak_rps_minute: float | None
    """Requests a second in the fullest minute."""
    peak_tpm: float | None
    """Tokens, of prompts and replies, in the fullest minute."""
    pattern: Pattern | None
    batch_lines: int
    models: tuple[ModelShare, ...]
    """The most frequent first."""
    parts: tuple[tuple[str, Spread], ...]
    """Tokens of each part of a prompt, in the order of `prompt.PARTS`."""
    retrieving: int
    """Requests in which retrieved text was found."""
    earlier_are_examples: bool
    """Whether messages before the query are examples and not the history of a conversation."""
    output: Spread | None
    replies: int
    """Requests whose reply, or its length, is in the log."""
    estimated: int
    """Requests whose prompt tokens are estimated from bytes, since none are reported."""
    templates: tuple[TemplateFacts, ...]
    """The 32 most frequent."""
    other_requests: int
    """Requests of no template, or of a rarer one."""
    static_tokens: float
    """Of the common prefix, as a mean over all requests; 0 for those of no template."""
    reordered_tokens: float
    cache: Cache
    repeated: Repeated | None
    month: Bill | None
    """US dollars a month; None where the volume, or the price of any model, is unknown."""

    @property
    def days(self) -> float | None:
        """Days from the first request to the last."""
        if self.first is None or self.last is None:
            return None
        return (self.last - self.first).total_seconds() / 86_400

    @property
    def rough(self) -> bool:
        """Whether the log is too short for a month to be more than a rough guess."""
        return self.days is None or self.days < ROUGH_DAYS

    @property
    def batch(self) -> bool | None:
        """Whether nobody waits for the replies; None where the log cannot tell."""
        if self.batch_lines * 2 > self.requests:
            return True
        return self.pattern.batch if self.pattern else None

    def mean(self, part: str) -> float:
        """Give the mean tokens of a part of the prompt."""
        return dict(self.parts)[part].mean

    def case(self) -> dict[str, Any]:
        """Give the facts of a case that this log measures; what it cannot tell is left out.

        Whatever of a prompt differs from request to request and is neither example nor retrieved
        text counts as the query.
        """
        examples = (self.earlier_are_examples and self.mean("earlier")) or None
        fresh = self.mean("query") + self.mean("system") + self.mean("earlier") - (examples or 0.0)
        retrieved = self.retrieving >= _RETRIEVING * self.requests
        facts = {
            "monthly_requests": self.monthly_requests,
            "peak_rps": self.peak_rps,
            "peak_tpm": self.peak_tpm,
            "steady_traffic": self.pattern.steady if self.pattern else None,
            "batch": self.batch,
            "static_prompt_tokens": self.static_tokens if self.requests >= _ENOUGH else None,
            "query_tokens": fresh,
            "output_tokens": self.output.mean if self.output else None,
            "example_tokens": examples,
            "retrieved_tokens": self.mean("retrieved") if retrieved else None,
            "model": self.models[0].model,
            "current_usd_per_month": self.month.today if self.month and not self.batch else None,
        }
        return {name: _plain(value) for name, value in facts.items() if value is not None}

    def says(self, field: str) -> str:
        """Say in a short phrase where a fact of the case comes from.

        Raises KeyError for a field that `case` never gives.
        """
        return say(
            f"measure.says_{field}",
            requests=self.requests,
            timed=self.timed,
            span=self.span(),
            hours=self.pattern.hours if self.pattern else 0,
            templates=len(self.templates),
            replies=self.replies,
            reported=self.requests - self.estimated,
            retrieving=self.retrieving,
            top=self.models[0].requests,
        )

    def span(self) -> str:
        """Say over how long a time the log reaches."""
        if self.days is None:
            return say("measure.span_unknown")
        if self.days < 2:
            return say("measure.span_hours", hours=self.days * 24)
        return say("measure.span_days", days=self.days)

    def to_json(self) -> dict[str, Any]:
        """Give all of it as plain values that JSON can hold."""
        found = asdict(self)
        for name in ("first", "last"):
            found[name] = found[name].isoformat() if found[name] else None
        found["parts"] = {name: asdict(spread) for name, spread in self.parts}
        return {**found, "days": self.days, "rough": self.rough, "case": self.case()}


def _plain(value: Any) -> Any:
    """Round as a person would: half a token is no fact."""
    if not isinstance(value, float):
        return value
    return float(round(value)) if value >= 100 else float(f"{value:.3g}")
