"""Everything that is counted while a file is read once, in little memory per row."""

from array import array
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bot.audit.record import BadLine, Hits, Lengths, Pairs, Provenance, Style
from bot.audit.rows import Row, Sample, fingerprint, read
from bot.audit.signs import (
    PERSONAL,
    PROVENANCE,
    UNSAFE,
    has_secret,
    personal_in,
    provenance_of,
    style_of,
    unsafe_in,
)
from bot.ledger.usage import about_tokens

SHOWN = 20
"""Rows that are named; beyond them there is a count."""
COMPARED = 100_000
"""Rows that are compared with each other; of more, a sample with a fixed seed."""
LIMITS = (2048, 4096, 8192, 16384, 65536)
"""Tokens that trainers commonly cut rows at."""
MOST_LABEL_TOKENS = 12
"""A reply up to this long may be a label."""

_STYLES = ("lists", "headings", "bold", "pleasantries")


class Marks:
    """Counts rows by name and keeps the numbers of the first."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._rows: dict[str, list[int]] = {}

    def add(self, number: int, names: Iterable[str]) -> None:
        """Count a row under each of these names."""
        for name in names:
            self._counts[name] += 1
            rows = self._rows.setdefault(name, [])
            if len(rows) < SHOWN:
                rows.append(number)

    def hits(self, name: str) -> Hits:
        """Give what was counted under a name."""
        return Hits(self._counts[name], tuple(self._rows.get(name, ())))


class Tally:
    """What a file holds, counted row by row."""

    def __init__(self, *, compared: int = COMPARED) -> None:
        self.read = self.bad = self.blank = 0
        self.bad_lines: list[BadLine] = []
        self.sample = Sample(compared)
        self.questions: dict[bytes, int] = {}
        """The first row of each different question."""
        self.labels: Counter[bytes] = Counter()
        self._whole: dict[bytes, int] = {}
        self._repeats: list[tuple[int, int]] = []
        self._repeated = 0
        self._input_tokens, self._output_tokens = array("q"), array("q")
        self._marks, self._styles = Marks(), Counter[str]()
        self._replies = self._words = 0

    def take(self, lines: Iterable[str]) -> "Tally":
        """Read lines to their end."""
        for number, row in read(lines):
            if isinstance(row, Row):
                self._add(row)
            elif row is None:
                self.blank += 1
            else:
                self.bad += 1
                if len(self.bad_lines) < SHOWN:
                    self.bad_lines.append(BadLine(number, row))
        return self

    @property
    def tokens(self) -> int:
        """All tokens, estimated."""
        return sum(self._input_tokens) + sum(self._output_tokens)

    @property
    def means(self) -> tuple[float, float]:
        """Mean tokens of input and output."""
        rows = max(1, self.read)
        return sum(self._input_tokens) / rows, sum(self._output_tokens) / rows

    def lengths(self) -> tuple[Lengths, Lengths]:
        """Give how long inputs and outputs are."""
        ins = np.array(self._input_tokens, dtype=np.int64)
        outs = np.array(self._output_tokens, dtype=np.int64)
        over = tuple((limit, int((ins + outs > limit).sum())) for limit in LIMITS)
        return _lengths(ins, over), _lengths(outs, over)

    def exact(self) -> Pairs:
        """Give the rows whose input and output were there before."""
        return Pairs(self._repeated, tuple(self._repeats))

    def style(self) -> Style:
        """Give how the replies are dressed."""
        replies = max(1, self._replies)
        shares = {name: self._styles[name] / replies for name in _STYLES}
        return Style(replies=self._replies, words=self._words / replies, **shares)

    def provenance(self) -> Provenance:
        """Give the signs of a model's hand."""
        marked = {name: self._marks.hits(name) for name in PROVENANCE}
        either = self._marks.hits("machine")
        return Provenance(**marked, any=either, share=either.count / max(1, self.read))

    def unsafe(self) -> tuple[Hits, dict[str, Hits]]:
        """Give rows with anything unsafe, and those of each category that occurs."""
        return self._marks.hits("unsafe"), self._found(UNSAFE)

    def personal(self) -> dict[str, Hits]:
        """Give rows of each kind of personal data that occurs."""
        return self._found(PERSONAL)

    def secrets(self) -> Hits:
        """Give rows that hold a secret."""
        return self._marks.hits("secret")

    def _found(self, names: Iterable[str]) -> dict[str, Hits]:
        hits = {name: self._marks.hits(name) for name in names}
        return {name: one for name, one in hits.items() if one.count}

    def _add(self, row: Row) -> None:
        self.read += 1
        self.sample.add(row)
        self._input_tokens.append(about_tokens(row.system, row.input))
        self._output_tokens.append(about_tokens(*row.replies))
        self._compare(row)
        self._screen(row)
        for reply in row.replies:
            self._replies += 1
            self._words += len(reply.split())
            self._styles.update(style_of(reply))

    def _compare(self, row: Row) -> None:
        self.questions.setdefault(question_key(row), row.number)
        first = self._whole.setdefault(fingerprint(row.system, row.input, *row.replies), row.number)
        if first != row.number:
            self._repeated += 1
            if len(self._repeats) < SHOWN:
                self._repeats.append((first, row.number))
        if about_tokens(row.output) <= MOST_LABEL_TOKENS:
            self.labels[fingerprint(row.output)] += 1

    def _screen(self, row: Row) -> None:
        text = "\n".join((row.system, row.input, *row.replies))
        machine = provenance_of(row)
        self._marks.add(row.number, machine | ({"machine"} if machine else set()))
        unsafe = unsafe_in(row)
        self._marks.add(row.number, unsafe | ({"unsafe"} if unsafe else set()))
        self._marks.add(row.number, personal_in(text))
        self._marks.add(row.number, ["secret"] if has_secret(text) else [])


def question_key(row: Row) -> bytes:
    """Give what two rows with the same question have in common, whatever their system prompts."""
    return fingerprint(row.input or row.system)


def _lengths(tokens: NDArray[np.int64], over: tuple[tuple[int, int], ...]) -> Lengths:
    if not len(tokens):
        return Lengths(0, 0, 0, over)
    median, p90 = np.percentile(tokens, (50, 90))
    return Lengths(round(median), round(p90), int(tokens.max()), over)
