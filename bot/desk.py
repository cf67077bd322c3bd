"""The advisor at the command line: verdicts, replays, audits, measured logs, learning curves."""

import gzip
import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import advisor
from bot.advisor import Case, Verdict, case_from
from bot.advisor.case import schema as case_schema
from bot.advisor.deciding.curve import FARTHEST, back_test, fit, pilots_from
from bot.advisor.telling.card import summary
from bot.app import parts
from bot.errors import AskError
from bot.ledger import Charge, Ledger, Spent, charging
from bot.pool import in_thread
from bot.settings import Settings
from bot.texts import redact, say, speaking
from bot.texts.words import chance, share
from handlers.given import footer
from storage import Database
from storage import advisor as verdicts

if TYPE_CHECKING:
    from bot.audit.record import Serves, Source, Terms

_LOCAL = "local"
"""The team that the command line's verdicts and calls belong to."""

Told = tuple[dict[str, Any], tuple[str, ...]]
"""An answer as one object and as lines of text."""


@dataclass(frozen=True)
class Asked:
    """What `advise` was given: a question, a case file, or the audit id of a verdict to show."""

    question: str = ""
    case: Path | None = None
    pilots: str = ""
    show: str = ""


@dataclass(frozen=True)
class Plan:
    """What is known of a training file besides its rows; None where nothing is."""

    source: "Source | None" = None
    terms: "Terms | None" = None
    serves: "Serves | None" = None


@dataclass(frozen=True)
class Answer:
    """A verdict with what it took to give it."""

    verdict: Verdict
    question: str
    spent: Spent
    said: tuple[str, ...] = ()
    """Lines to put before it."""

    @property
    def data(self) -> dict[str, Any]:
        """The verdict as one object."""
        return self.verdict.to_json()

    def lines(self) -> tuple[str, ...]:
        """Give the whole answer as lines."""
        with speaking(self.verdict.lang):
            told = summary(self.verdict, self.question)
            return (*self.said, *told, footer(self.spent, self.verdict.audit_id))

    def memo(self) -> str:
        """Give the one-page memo of the decision, in Markdown."""
        from bot.advisor.telling.memo import memo

        day = date.fromisoformat(self.verdict.day)
        with speaking(self.verdict.lang):
            return memo(self.verdict, self.question, today=day)


def schema() -> dict[str, Any]:
    """Give the JSON schema of a case."""
    return case_schema()


async def advise(settings: Settings, asked: Asked) -> Answer:
    """Answer a question or a case file, or show a verdict that was given before.

    Raises AskError for anything but exactly one of the three, and whatever the advisor raises.
    """
    if sum(map(bool, (asked.question, asked.case, asked.show))) != 1:
        raise AskError(say("cli.not_both"))
    async with parts(settings) as (db, ledger, llm):
        if asked.show:
            return await _shown(db, ledger, asked.show)
        question, today = redact(asked.question), datetime.now(UTC).date()
        run_id = f"cli:{uuid.uuid4().hex}"
        pilots = pilots_from(asked.pilots)
        if asked.case:
            case = case_in(asked.case)
            verdict = await in_thread(advisor.decide, case, today=today, pilots=pilots)
        else:
            with charging(Charge(team_id=_LOCAL, feature="advisor", run_id=run_id)):
                verdict = await advisor.advise(question, llm=llm, today=today, pilots=pilots)
        given = verdicts.GivenVerdict(
            team_id=_LOCAL,
            job_id=run_id,
            audit_id=verdict.audit_id,
            channel_id=None,
            ts=None,
            question=question,
            verdict=verdict.to_json(),
            given_at=datetime.now(UTC),
        )
        async with db.transaction() as tx:
            await verdicts.add(tx, given)
        return Answer(verdict, question, await ledger.spent(_LOCAL, run_id=run_id))


async def _shown(db: Database, ledger: Ledger, audit_id: str) -> Answer:
    """Show a stored verdict, and say whether the same rules and data still give its numbers."""
    async with db.reading() as tx:
        given = await verdicts.find(tx, audit_id)
    if given is None:
        raise AskError(say("cli.no_verdict", audit_id=audit_id))
    verdict = Verdict.from_json(given.verdict)
    again = await in_thread(advisor.replay, verdict)
    same = again.audit_id == verdict.audit_id and again.costs == verdict.costs
    said = say("cli.replayed" if same else "cli.replayed_otherwise", day=verdict.day)
    spent = await ledger.spent(given.team_id, run_id=given.job_id)
    return Answer(verdict, given.question, spent, (said,))


def case_in(file: Path) -> Case:
    """Read a case from a JSON file, or from its field `case`. Raises AskError naming what fails."""
    try:
        data = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AskError(say("cli.not_a_case", path=file, reason=reason)) from error
    if not isinstance(data, dict):
        raise AskError(say("cli.not_a_case", path=file, reason="it holds no object"))
    return case_from(data.get("case", data))


async def audit(settings: Settings, file: Path, test: Path | None, plan: Plan) -> Told:
    """Check a training file, against a test file where there is one.

    Raises AskError where a file cannot be read.
    """
    from bot import audit as auditing
    from bot.embeddings import open_embeddings

    with _lines(file) as rows, _lines(test) as held_out:
        found = await auditing.audit_file(
            rows,
            embeddings=open_embeddings(settings.embedding_model),
            test=held_out if test else None,
            source=plan.source,
            terms=plan.terms,
            serves=plan.serves,
        )
    return found.to_json(), auditing.lines(found)


async def measure(file: Path, case: Path | None) -> Told:
    """Measure a log of requests; with a case file also give the verdict with what was measured.

    Raises AskError where the log cannot be read or holds no request.
    """
    from bot import measure as measuring

    with _lines(file) as log:
        traffic = await in_thread(measuring.measure, log)
    data, lines = traffic.to_json(), measuring.lines(traffic)
    if case is None:
        return {**data, "case": traffic.case()}, lines
    known = {**case_in(case).known(), **traffic.case()}
    verdict = await in_thread(advisor.decide, case_from(known), today=datetime.now(UTC).date())
    return {**data, "case": known, "verdict": verdict.to_json()}, (*lines, *summary(verdict))


async def curve(points: str, at: float, need: float | None) -> Told:
    """Fit a learning curve to measured points and read it at a number of examples.

    Without one, at twice and four times the largest. Raises AskError for points that are none.
    """
    pilots = pilots_from(points)
    fitted = await in_thread(fit, pilots)
    largest = max(pilot.examples for pilot in pilots)
    reaches = [
        fitted.at(examples, target=need)
        for examples in ([at] if at else [2 * largest, FARTHEST * largest])
    ]
    lines = [
        say(
            "curve.reach" if need is None else "curve.reach_need",
            examples=f"{reach.examples:,.0f}",
            accuracy=f"{reach.accuracy:.3f}",
            low=f"{reach.low:.3f}",
            high=f"{reach.high:.3f}",
            need=share(need),
            chance=chance(reach.reaches),
        )
        for reach in reaches
    ]
    tested = await in_thread(back_test, pilots)
    if tested is not None:
        reach, held = tested
        words = {"low": f"{reach.low:.3f}", "high": f"{reach.high:.3f}"}
        lines.append(say("curve.held" if held else "curve.missed", **words))
    lines.append(say("curve.basis", effective=f"{fitted.effective:,.0f}"))
    return {"reaches": [vars(reach) for reach in reaches]}, tuple(lines)


@contextmanager
def _lines(file: Path | None) -> Iterator[Iterable[str]]:
    """Open a text file, gzipped or not, line by line. Raises AskError where it cannot be read."""
    if file is None:
        yield ()
        return
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8", errors="replace") as text:
            yield text
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise AskError(say("cli.unreadable", path=file, reason=reason)) from error
