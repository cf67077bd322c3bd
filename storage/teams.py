"""A team is a Slack tenant, and an admin may pause the bot in it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import Instant, Transaction, metadata

team = sa.Table(
    "team",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("paused_by", sa.String(32), nullable=True),
    sa.Column("paused_at", Instant, nullable=True),
)


@dataclass(frozen=True)
class Team:
    """What is kept of a team."""

    team_id: str
    paused_by: str | None
    paused_at: datetime | None


async def find(tx: Transaction, team_id: str) -> Team:
    """Find a team; one that was never seen is not paused."""
    row = (await tx.execute(sa.select(team).where(team.c.team_id == team_id))).one_or_none()
    return Team(**row._mapping) if row else Team(team_id, None, None)


async def pause(tx: Transaction, team_id: str, user_id: str, now: datetime) -> None:
    """Stop model calls and posts of a team."""
    await tx.insert_new(team, team_id=team_id)
    await tx.execute(
        sa.update(team).where(team.c.team_id == team_id).values(paused_by=user_id, paused_at=now)
    )


async def resume(tx: Transaction, team_id: str) -> None:
    """Let model calls and posts of a team go on."""
    await tx.execute(
        sa.update(team).where(team.c.team_id == team_id).values(paused_by=None, paused_at=None)
    )
