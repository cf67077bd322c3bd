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
    sa.Index("ix_verdict_place", "team_id", "channel_id", "ts"),
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


async def shown(tx: Transaction, team_id: str, channel_id: str, ts: str) -> GivenVerdict | None:
    """Find the verdict that a reply shows now."""
    here = (_verdict.c.team_id == team_id, _verdict.c.channel_id == channel_id, _verdict.c.ts == ts)
    newest = sa.select(_verdict).where(*here).order_by(_verdict.c.given_at.desc()).limit(1)
    row = (await tx.execute(newest)).one_or_none()
    return GivenVerdict(**row._mapping) if row else None


async def erase(tx: Transaction, team_id: str, job_id: str) -> None:
    """Forget the verdicts on a question, since they hold its words."""
    await tx.execute(
        sa.delete(_verdict).where(_verdict.c.team_id == team_id, _verdict.c.job_id == job_id)
    )


async def forget(tx: Transaction, before: datetime) -> int:
    """Forget verdicts older than an instant; give their number."""
    return (await tx.execute(sa.delete(_verdict).where(_verdict.c.given_at < before))).rowcount
