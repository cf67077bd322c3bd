"""The few words that this package itself says to a model."""

from dataclasses import dataclass
from typing import ClassVar

from prompts import Prompt


@dataclass(frozen=True)
class ProbePrompt(Prompt):
    """Find out what a server understands."""

    template: ClassVar[str] = "llm/probe.md"


@dataclass(frozen=True)
class AsJsonPrompt(Prompt):
    """Ask for a schema in words."""

    template: ClassVar[str] = "llm/as_json.md"
    schema: str


@dataclass(frozen=True)
class RepairPrompt(Prompt):
    """Have a reply corrected."""

    template: ClassVar[str] = "llm/repair.md"
    task: str
    reply: str
    faults: tuple[str, ...]
