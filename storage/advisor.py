"""Verdicts as they were given, so that each can be shown and replayed by its audit id."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.database import Instant, Json, Transaction, metadata

_verdict = sa.Table(
    "verdict",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("audit_id", sa.String(32), primary_key=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("verdict", Json, nullable=False),
    sa.Column("given_at", Instant, nullable=False, index=True),
)


@dataclass(frozen=True)
class GivenVerdict:
    """A verdict that was shown to somebody."""

    team_id: str
    audit_id: str
    question: str
    verdict: dict[str, Any]
    given_at: datetime


async def add(tx: Transaction, given: GivenVerdict) -> None:
    """Keep a verdict; the same case asked again keeps its first row."""
    await tx.insert_new(_verdict, **vars(given))


async def find(tx: Transaction, team_id: str, audit_id: str) -> GivenVerdict | None:
    """Find a verdict by its audit id."""
    row = (
        await tx.execute(
            sa.select(_verdict).where(
                _verdict.c.team_id == team_id, _verdict.c.audit_id == audit_id
            )
        )
    ).one_or_none()
    return GivenVerdict(**row._mapping) if row else None


async def forget(tx: Transaction, before: datetime) -> int:
    """Forget verdicts older than an instant, since they hold the question; give their number."""
    return (await tx.execute(sa.delete(_verdict).where(_verdict.c.given_at < before))).rowcount
