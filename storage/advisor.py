"""Verdicts as they were given, each in the reply that showed it, to be shown and replayed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.database import Instant, Json, Transaction, metadata

_verdict = sa.Table(
    "verdict",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("job_id", sa.String(200), primary_key=True),
    sa.Column("audit_id", sa.String(32), primary_key=True),
    sa.Column("channel_id", sa.String(32), nullable=True),
    sa.Column("ts", sa.String(32), nullable=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("verdict", Json, nullable=False),
    sa.Column("given_at", Instant, nullable=False, index=True),
    sa.Column("thread_ts", sa.String(32), nullable=True),
    sa.Index("ix_verdict_place", "team_id", "channel_id", "ts"),
    sa.Index("ix_verdict_thread", "team_id", "channel_id", "thread_ts"),
)


@dataclass(frozen=True)
class GivenVerdict:
    """A verdict that was shown to somebody."""

    team_id: str
    job_id: str
    """Of the question, also where a button changed the case later."""
    audit_id: str
    channel_id: str | None
    ts: str | None
    """Where its reply stands; None on the command line."""
    question: str
    verdict: dict[str, Any]
    given_at: datetime
    thread_ts: str | None = None
    """Of the thread that its reply stands in or opens; None on the command line."""


async def add(tx: Transaction, given: GivenVerdict) -> None:
    """Keep a verdict; shown again, it becomes the present one of its reply."""
    if not await tx.insert_new(_verdict, **vars(given)):
        await tx.execute(
            sa.update(_verdict)
            .where(
                _verdict.c.team_id == given.team_id,
                _verdict.c.job_id == given.job_id,
                _verdict.c.audit_id == given.audit_id,
            )
            .values(given_at=given.given_at)
        )


async def shown(
    tx: Transaction, team_id: str, channel_id: str, ts: str, audit_id: str | None = None
) -> GivenVerdict | None:
    """Find the verdict that a reply shows now, or the one of an audit id that it once showed."""
    here = [_verdict.c.team_id == team_id, _verdict.c.channel_id == channel_id, _verdict.c.ts == ts]
    if audit_id is not None:
        here.append(_verdict.c.audit_id == audit_id)
    return await _newest(tx, *here)


async def newest(
    tx: Transaction, team_id: str, channel_id: str, thread_ts: str
) -> GivenVerdict | None:
    """Find the verdict that a thread is about: the last one given in it."""
    return await _newest(tx, *_in_thread(team_id, channel_id, thread_ts))


async def withdraw(tx: Transaction, team_id: str, job_id: str, but: str | None = None) -> None:
    """Take back the verdicts of a job, whose reply shows something else now.

    `but` is the audit id of the one that it shows, which stays.
    """
    gone = sa.delete(_verdict).where(*_of(team_id, job_id))
    await tx.execute(gone if but is None else gone.where(_verdict.c.audit_id != but))


async def erase(tx: Transaction, team_id: str, job_id: str) -> None:
    """Forget the verdicts on a question and later ones of its thread: they hold its words."""
    first = sa.select(sa.func.min(_verdict.c.given_at)).where(*_of(team_id, job_id))
    place = sa.select(_verdict.c.channel_id, _verdict.c.thread_ts).where(*_of(team_id, job_id))
    since = (await tx.execute(first)).scalar_one()
    for row in (await tx.execute(place.distinct())).all():
        thread = _in_thread(team_id, row.channel_id, row.thread_ts)
        later = (*thread, _verdict.c.given_at >= since)
        await tx.execute(sa.delete(_verdict).where(*later))
    await withdraw(tx, team_id, job_id)


async def erase_thread(tx: Transaction, team_id: str, channel_id: str, thread_ts: str) -> None:
    """Forget the verdicts of a thread, since follow-ups hold the words of its question."""
    await tx.execute(sa.delete(_verdict).where(*_in_thread(team_id, channel_id, thread_ts)))


async def forget(tx: Transaction, before: datetime) -> int:
    """Forget verdicts older than an instant; give their number."""
    return (await tx.execute(sa.delete(_verdict).where(_verdict.c.given_at < before))).rowcount


def _of(team_id: str, job_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (_verdict.c.team_id == team_id, _verdict.c.job_id == job_id)


def _in_thread(team_id: str, channel_id: str, ts: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _verdict.c.team_id == team_id,
        _verdict.c.channel_id == channel_id,
        _verdict.c.thread_ts == ts,
    )


async def _newest(tx: Transaction, *which: sa.ColumnElement[bool]) -> GivenVerdict | None:
    newest = sa.select(_verdict).where(*which).order_by(_verdict.c.given_at.desc()).limit(1)
    row = (await tx.execute(newest)).one_or_none()
    return GivenVerdict(**row._mapping) if row else None


async def find(tx: Transaction, audit_id: str) -> GivenVerdict | None:
    """Find a verdict of any team by its audit id, for whoever runs the bot."""
    return await _newest(tx, _verdict.c.audit_id == audit_id)
