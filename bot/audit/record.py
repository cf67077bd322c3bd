"""What an audit of a training file found. Records only; row numbers are line numbers from 1."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bot.audit.scale import Scale

Source = Literal["own_labels", "open_model", "proprietary_model", "none"]
Terms = Literal["permitted", "prohibited", "unclear"]
Serves = Literal["internal", "product", "competing_product"]
Severity = Literal["stop", "mend", "note"]
Kind = Literal["narrow", "mixed", "broad"]
Measure = Literal["labels", "frame", "cosine", "words"]


@dataclass(frozen=True)
class Hits:
    """Rows that show a sign: how many, and the first of them."""

    count: int = 0
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class BadLine:
    """A line that is no training example, and why."""

    number: int
    why: str


@dataclass(frozen=True)
class Lengths:
    """How long one side of the rows is, in estimated tokens."""

    median: int
    p90: int
    most: int
    over: tuple[tuple[int, int], ...]
    """Pairs of a common limit and how many rows, both sides together, exceed it."""


@dataclass(frozen=True)
class Style:
    """How replies are dressed; shares of all replies."""

    replies: int
    words: float
    """On average."""
    lists: float
    headings: float
    bold: float
    pleasantries: float
    """Opens with "Certainly!" or the like, or ends with an offer of more help."""


@dataclass(frozen=True)
class Provenance:
    """Signs that a model wrote the replies. Evidence, never certainty."""

    names_itself: Hits
    refuses: Hits
    prompted: Hits
    """The system prompt says that the assistant is a certain model."""
    any: Hits
    share: float
    """Of all rows, those with any of these signs."""


@dataclass(frozen=True)
class Breadth:
    """Whether the file holds one task or many."""

    kind: Kind | None
    """None where that cannot be told."""
    measure: Measure
    value: float | None
    """How alike two prompts are on average: 0 as unrelated ones, 1 as equal ones; for `labels`
    the number of distinct replies, for `frame` the share of rows that share their wording."""
    rows: int
    """Rows that it was measured on."""
    effective: float | None = None
    """Effective number of different prompts among those measured (Vendi score)."""
    strangers: float | None = None
    """Share of prompts that have next to nothing in common with the others."""


@dataclass(frozen=True)
class Pairs:
    """Rows that repeat another: how many, and pairs of the other and the repeating row."""

    count: int = 0
    pairs: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Leaks:
    """Test rows that also stand in the training file; pairs of training row and test row."""

    rows: int
    bad: tuple[BadLine, ...]
    exact: Pairs
    near: Pairs


@dataclass(frozen=True)
class Finding:
    """One thing to know, in words, worst first in an audit."""

    severity: Severity
    text: str
    evidence: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Audit:
    """Everything that an audit of a training file found."""

    read: int
    """Rows that are training examples."""
    bad: int
    bad_lines: tuple[BadLine, ...]
    """The first twenty."""
    blank: int
    compared: int
    """Rows compared with each other: all, or a sample with a fixed seed."""
    embedded: int
    """Different prompts compared by meaning."""
    sampled_by_meaning: bool
    """Whether those are a sample, with a fixed seed, of more."""
    model: str | None
    """The embedding model; None where rows were compared by words."""
    tokens: int
    """Of all rows, estimated."""
    input: Lengths
    output: Lengths
    source: Source | None
    terms: Terms | None
    serves: Serves | None
    provenance: Provenance
    breadth: Breadth
    scale: Scale
    exact: Pairs
    near: Pairs
    conflicts: Pairs
    """The same input with different short replies."""
    near_conflicts: Pairs
    leaks: Leaks | None
    """None where no test set was given."""
    style: Style
    unsafe: Hits
    """A screen by phrases, no judge."""
    unsafe_kinds: Mapping[str, Hits]
    """The same by category."""
    secrets: Hits
    personal: Mapping[str, Hits]
    """By kind."""
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the audit as plain values. No text of the file is in it."""
        plain: dict[str, Any] = asdict(self)
        return plain
