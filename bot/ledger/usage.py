"""How many tokens a call took, in buckets that do not overlap."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

UsageSource = Literal["provider", "estimated", "none"]

_LIKELY_BYTES = 4
"""Bytes a token of English takes."""

_FEWEST_BYTES = 3
"""Bytes a token of code or of other scripts takes; it errs upwards."""

_MESSAGE_TOKENS = 8
"""What a chat template adds to each message, rounded up."""


@dataclass(frozen=True)
class Usage:
    """Tokens of one call. Every token is in exactly one bucket."""

    input_uncached: int = 0
    input_cached: int = 0
    input_cache_write: int = 0
    output: int = 0
    """Reasoning included: it is a part of the output, never added on top."""
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What the server reported, as it reported it."""

    @property
    def input(self) -> int:
        """All tokens of the input."""
        return self.input_uncached + self.input_cached + self.input_cache_write


def usage_from(raw: Mapping[str, Any]) -> Usage:
    """Read the `usage` of a Chat Completions reply; what is not reported counts as none.

    >>> usage_from({"prompt_tokens": 9, "completion_tokens": 2,
    ...             "prompt_tokens_details": {"cached_tokens": 4}}).input_uncached
    5
    """
    details = raw.get("prompt_tokens_details") or {}
    total = _count(raw, "prompt_tokens")
    cached = min(_count(details, "cached_tokens"), total)
    written = min(_count(details, "cache_write_tokens"), total - cached)
    output = _count(raw, "completion_tokens")
    return Usage(total - cached - written, cached, written, output, raw)


def about_tokens(*texts: str) -> int:
    """Estimate the tokens of some texts, where no tokenizer is at hand.

    >>> about_tokens("twelve bytes")
    3
    """
    return sum(-(-len(text.encode()) // _LIKELY_BYTES) for text in texts)


def most_tokens(*messages: str) -> int:
    """Estimate the tokens of some messages from above.

    >>> most_tokens("twelve bytes")
    12
    """
    return sum(-(-len(text.encode()) // _FEWEST_BYTES) + _MESSAGE_TOKENS for text in messages)


def _count(reported: Any, name: str) -> int:
    value = reported.get(name) if isinstance(reported, Mapping) else None
    return value if isinstance(value, int) and value > 0 else 0
