"""Check a training file: read it once, compare its rows, judge what was found."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.audit import breadth as measuring
from bot.audit.compare import Points, leaks, repeats
from bot.audit.frame import Frame, frame_of
from bot.audit.judging import findings
from bot.audit.record import Audit, Breadth, Leaks, Serves, Source, Terms
from bot.audit.rows import Row
from bot.audit.scale import TEACHER, scale
from bot.audit.tally import Tally
from bot.embeddings import PACKAGED, Embeddings, Vectors
from bot.ledger.prices import price_of
from bot.pool import in_file_thread, in_thread

EMBEDDED_ROWS = 2000
EMBEDDED_CHARACTERS = 200_000
"""What is compared by meaning at most: half a minute of work on two processor cores."""
_EACH = 1000
"""Characters of one text that are compared by meaning; the packaged model reads about as many."""


@dataclass(frozen=True)
class Said:
    """What the one who asks says about a file."""

    source: Source | None
    terms: Terms | None
    serves: Serves | None


@dataclass(frozen=True)
class _Measured:
    """What of the prompts was embedded, beside the vectors of unrelated prompts."""

    model: str
    points: Points
    apart: Vectors
    sampled: bool


async def audit_file(
    lines: Iterable[str],
    *,
    embeddings: Embeddings | None,
    test: Iterable[str] | None = None,
    source: Source | None = None,
    terms: Terms | None = None,
    serves: Serves | None = None,
) -> Audit:
    """Audit the lines of a training file (chat or prompt/completion JSONL) against an optional
    test set of the same form.

    A line that is no example is named, never an error. Without embeddings rows are compared by
    words, and the audit says so. Raises SetupError where the embedding model cannot be loaded.
    """
    tally = await in_file_thread(Tally().take, lines)
    checked = None if test is None else await in_file_thread(Tally().take, test)
    rows = tally.sample.rows()
    frame = await in_thread(_frame, rows)
    measured = await _measured(rows, frame, embeddings) if embeddings and rows else None
    said = Said(source, terms, serves)
    return await in_thread(_audit, tally, checked, frame, measured, said)


def _frame(rows: Sequence[Row]) -> Frame:
    return frame_of([row.input or row.system for row in rows], [row.system for row in rows])


async def _measured(rows: Sequence[Row], frame: Frame, embeddings: Embeddings) -> _Measured:
    texts = {frame.core(row.input or row.system): place for place, row in enumerate(rows)}
    chosen = _chosen(list(texts))
    points = Points(tuple(texts[text] for text in chosen), await embeddings.of(_cut(chosen)))
    apart = await embeddings.of(measuring.unrelated())
    return _Measured(embeddings.name, points, apart, len(chosen) < len(texts))


def _chosen(texts: list[str]) -> list[str]:
    """Draw texts until there is no room for more."""
    random.Random(0).shuffle(texts)
    room, chosen = EMBEDDED_CHARACTERS, list[str]()
    for text in texts[:EMBEDDED_ROWS]:
        room -= min(len(text), _EACH)
        if room < 0:
            break
        chosen.append(text)
    return chosen


def _cut(texts: Sequence[str]) -> list[str]:
    return [text[:_EACH] for text in texts]


def _audit(
    tally: Tally, checked: Tally | None, frame: Frame, measured: _Measured | None, said: Said
) -> Audit:
    rows = tally.sample.rows()
    same = repeats(rows, frame, measured.points if measured else None)
    longest, shortest = tally.lengths()
    ins, outs = tally.means
    unsafe, kinds = tally.unsafe()
    audit = Audit(
        read=tally.read,
        bad=tally.bad,
        bad_lines=tuple(tally.bad_lines),
        blank=tally.blank,
        compared=len(rows),
        embedded=len(measured.points.places) if measured else 0,
        sampled_by_meaning=bool(measured and measured.sampled),
        model=measured.model if measured else None,
        tokens=tally.tokens,
        input=longest,
        output=shortest,
        source=said.source,
        terms=said.terms,
        serves=said.serves,
        provenance=tally.provenance(),
        breadth=_breadth(tally, rows, frame, measured),
        scale=scale(tally.read, input_tokens=ins, output_tokens=outs, price=price_of(TEACHER)),
        exact=tally.exact(),
        near=same.near,
        conflicts=same.conflicts,
        near_conflicts=same.near_conflicts,
        leaks=_leaks(tally, rows, checked, frame) if checked else None,
        style=tally.style(),
        unsafe=unsafe,
        unsafe_kinds=kinds,
        secrets=tally.secrets(),
        personal=tally.personal(),
    )
    return replace(audit, findings=findings(audit))


def _breadth(
    tally: Tally, rows: Sequence[Row], frame: Frame, measured: _Measured | None
) -> Breadth:
    told = measuring.by_labels(tally.labels, tally.read) or measuring.by_frame(
        frame.share, len(rows)
    )
    if told:
        return told
    cores = list(dict.fromkeys(frame.core(row.input or row.system) for row in rows))
    unread = measured is None or measured.model.startswith(PACKAGED)
    if unread and measuring.mostly_foreign(cores):
        return Breadth(None, "words", None, len(cores))
    if measured:
        return measuring.by_meaning(measured.points.vectors, measured.apart, frame.share)
    return measuring.by_words(cores, frame.share)


def _leaks(tally: Tally, rows: Sequence[Row], checked: Tally, frame: Frame) -> Leaks:
    exact, near = leaks(tally.questions, rows, checked.sample.rows(), frame)
    return Leaks(checked.read, tuple(checked.bad_lines), exact, near)
