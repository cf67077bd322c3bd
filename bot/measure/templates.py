"""Which requests are made from one template, and what of it never changes. Pure.

Requests are taken into templates in one pass and bounded memory. The first ones wait until there
are enough to learn from (`WAITING`); those that fit no template found so far wait again, so that
a prompt deployed later is found too. A template knows a request by its prefix, or by the share of
its unchanging chunks that stand in it.

The common prefix is the longest text with which at least `MOST` of the requests of a template
begin: one odd request does not shorten it. What could be moved to the front are the chunks (lines
and sentences) behind it that stand word for word in at least `MOST` of them.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from bot.ledger.usage import Usage
from bot.measure.division import MOST, Break, break_in, chunks, common_prefix, divided
from bot.measure.prompt import MARK_BYTES, Prompt, part_at, shared_bytes, text_bytes

WAITING = 2000
"""Requests that are held until they are learnt from; fewer where they are long."""
_WAITING_BYTES = 16_000_000
_COMPARED = 500_000
"""Bytes at the front of a prompt within which prefixes and chunks are looked for."""
_LEARNINGS = 16
"""After so many, what fits no template is not looked at again."""
_MOST_TEMPLATES = 64
_KNOWN_BY = 64
"""Bytes of a prefix by which alone a request is known."""
_HELD = 0.5
"""The share of its unchanging text by which a template knows a request that begins otherwise."""
OTHER = -1


@dataclass(frozen=True, slots=True)
class Seen:
    """What is held of a request until it has found its template."""

    model: str | None
    at: float | None
    prompt: Prompt
    tokens: int
    """Of the prompt, reported or estimated."""
    output: int | None
    """None where neither a count nor a reply is in the log."""
    usage: Usage | None
    """None where the log does not say how much of the prompt came from a cache."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A request that has found its template."""

    template: int
    """Its number, or OTHER."""
    shared: int
    """Bytes, marks included, that it has in common with the prefix of the template."""
    seen: Seen


@dataclass
class Template:
    """What is held of a template while a log is read: the text that its requests share."""

    model: str | None
    prefix: bytes
    static: dict[bytes, int]
    """Chunks that may never change, with the number of requests in which they stood; those inside
    the prefix are counted only where a request does not begin with all of it."""
    ends: Break
    text_bytes: int = 0
    tokens: int = 0
    """Of all its prompts together: what a byte of this template's text takes."""
    whole: int = 0
    """Requests that begin with the whole prefix."""
    shorter: Counter[int] = field(default_factory=Counter)
    """How many of the others share how many bytes with it."""

    @property
    def requests(self) -> int:
        """How many requests are made from it."""
        return self.whole + self.shorter.total()

    @cached_property
    def static_bytes(self) -> int:
        """Bytes of its unchanging chunks."""
        return sum(map(len, self.static))

    def holds(self, found: set[bytes]) -> float:
        """Give the share of its unchanging text that stands among these chunks."""
        return sum(map(len, self.static.keys() & found)) / max(1, self.static_bytes)

    def take(self, seen: Seen) -> int:
        """Count a request in; give how many bytes it shares with the prefix."""
        data = seen.prompt.data[:_COMPARED]
        self.text_bytes += seen.prompt.size
        self.tokens += seen.tokens
        if data.startswith(self.prefix):
            self.whole += 1
            shared, rest = len(self.prefix), data[len(self.prefix) :]
        else:
            shared, rest = shared_bytes(self.prefix, data), data
            self.shorter[shared] += 1
        for chunk in self.static.keys() & chunks(rest):
            self.static[chunk] += 1
        return shared

    def prefix_bytes(self) -> int:
        """Give the length, marks included, of the prefix that MOST of the requests share."""
        needed = math.ceil(MOST * self.requests)
        enough, length = self.whole, len(self.prefix)
        for shared in sorted(self.shorter, reverse=True):
            if enough >= needed:
                break
            enough, length = enough + self.shorter[shared], shared
        return length

    def prefix_tokens(self) -> float:
        """Give about how many tokens that prefix takes."""
        return text_bytes(self.prefix, self.prefix_bytes()) * self._tokens_per_byte()

    def reordered_tokens(self) -> float:
        """Give how long the prefix would be with all unchanging text moved to the front."""
        return self.prefix_tokens() + self._movable_bytes() * self._tokens_per_byte()

    def _tokens_per_byte(self) -> float:
        return self.tokens / self.text_bytes if self.text_bytes else 0.0

    def _movable_bytes(self) -> int:
        front, inside = chunks(self.prefix[: self.prefix_bytes()]), chunks(self.prefix)
        needed = MOST * self.requests
        return sum(
            len(chunk) + 1  # with the line break or space behind it
            for chunk, seen in self.static.items()
            if chunk not in front and seen + (self.whole if chunk in inside else 0) >= needed
        )

    def breaks(self) -> Break:
        """Say where the prefix ends, and at what."""
        length = self.prefix_bytes()
        if length == len(self.prefix):
            return self.ends
        return Break(part_at(self.prefix, length), break_in(self.prefix, length))


class Templates:
    """The templates found so far, and the requests that wait to be placed."""

    def __init__(self) -> None:
        self.known: list[Template] = []
        self._by_model: dict[str | None, list[tuple[int, Template]]] = {}
        self._waiting: list[Seen] = []
        self._bytes = 0
        self._learnings = _LEARNINGS

    def place(self, seen: Seen) -> Iterable[Placed]:
        """Take a request in; give those, it or earlier ones, that have found their place now."""
        at = self._match(seen)
        if at != OTHER or not self._learnings or len(self.known) >= _MOST_TEMPLATES:
            return (self._placed(at, seen),)
        self._waiting.append(seen)
        self._bytes += len(seen.prompt.data)
        if len(self._waiting) < WAITING and self._bytes < _WAITING_BYTES:
            return ()
        return self.settle()

    def settle(self) -> Iterable[Placed]:
        """Learn from the requests that wait, and place them all."""
        self._learnings -= 1
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        texts: dict[str | None, list[bytes]] = {}
        for seen in waiting:
            texts.setdefault(seen.model, []).append(seen.prompt.data[:_COMPARED])
        for model, same in texts.items():
            self._learn(model, same)
        return [self._placed(self._match(seen), seen) for seen in waiting]

    def _learn(self, model: str | None, texts: list[bytes]) -> None:
        for group in divided(texts)[: _MOST_TEMPLATES - len(self.known)]:
            prefix, ends = common_prefix(group)
            seen = Counter(chunk for text in group for chunk in chunks(text))
            static = dict.fromkeys((one for one, n in seen.items() if n >= MOST * len(group)), 0)
            if len(prefix) > MARK_BYTES or static:
                template = Template(model, prefix, static, ends)
                self._by_model.setdefault(model, []).append((len(self.known), template))
                self.known.append(template)
        self._by_model.get(model, []).sort(key=lambda one: -len(one[1].prefix))

    def _match(self, seen: Seen) -> int:
        candidates = self._by_model.get(seen.model)
        if not candidates:
            return OTHER
        data = seen.prompt.data[:_COMPARED]
        for at, template in candidates:
            if len(template.prefix) >= _KNOWN_BY and data.startswith(template.prefix):
                return at
        found = chunks(data)
        held, best = max((template.holds(found), -at) for at, template in candidates)
        if held >= _HELD:
            return -best
        for at, template in candidates:  # a template may be too short to have chunks
            if not template.static and data.startswith(template.prefix):
                return at
        return OTHER

    def _placed(self, at: int, seen: Seen) -> Placed:
        if at == OTHER:
            return Placed(OTHER, 0, seen)
        return Placed(at, self.known[at].take(seen), seen)
