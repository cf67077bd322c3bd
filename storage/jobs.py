"""Durable jobs: what was asked for, how far it came, and the processes that work on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.database import Instant, Json, Transaction, metadata
from storage.teams import team

_job = sa.Table(
    "job",
    metadata,
    sa.Column("job_id", sa.String(200), primary_key=True),
    sa.Column("team_id", sa.String(32), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("lane", sa.String(128), nullable=False),
    sa.Column("payload", Json, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("epoch", sa.Integer, nullable=False, default=0),
    sa.Column("stopped_by", sa.String(32), nullable=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("finished_at", Instant, nullable=True),
    sa.Index("ix_job_lane", "team_id", "lane", "state"),
)

_result = sa.Table(
    "job_result",
    metadata,
    sa.Column("job_id", sa.String(200), sa.ForeignKey("job.job_id", ondelete="CASCADE")),
    sa.Column("key", sa.String(200)),
    sa.Column("team_id", sa.String(32), nullable=False),
    sa.Column("value", Json, nullable=True),
    sa.PrimaryKeyConstraint("job_id", "key"),
)

_executor = sa.Table(
    "executor",
    metadata,
    sa.Column("executor_id", sa.String(64), primary_key=True),
    sa.Column("seen_at", Instant, nullable=False),
)

_OPEN = ("queued", "running", "held")
_TELLS = "stopped"
"""The kind of the jobs that tell of a Stop: a second Stop leaves them alone."""
_REPLY = "reply"
"""The name of the result that says where a job's reply stands."""


@dataclass(frozen=True)
class Job:
    """One piece of durable work."""

    job_id: str
    team_id: str
    kind: str
    lane: str
    """Jobs of one lane (a thread) run one after another."""
    payload: dict[str, Any]
    """What the work needs to start: places and ids, redacted text at most."""
    state: str
    """`queued`, `running`, `held` (the team is paused), `done`, `stopped` or `failed`."""
    attempts: int
    """How often the work was begun and broke off, this time included."""
    epoch: int
    """Raised each time the work is begun: who holds an older one lost the job to another."""
    stopped_by: str | None
    created_at: datetime
    finished_at: datetime | None


async def add(tx: Transaction, job: Job) -> bool:
    """Keep a new job and say whether it is new."""
    return await tx.insert_new(_job, **vars(job))


async def find(tx: Transaction, job_id: str) -> Job | None:
    """Find a job by its id, which names its team."""
    row = (await tx.execute(sa.select(_job).where(_job.c.job_id == job_id))).one_or_none()
    return Job(**row._mapping) if row else None


async def newest_of(tx: Transaction, job_id: str) -> Job | None:
    """Find the newest job of an id or of a later generation, whose id is `job_id:NUMBER`."""
    mine = (_job.c.job_id == job_id) | _job.c.job_id.startswith(f"{job_id}:", autoescape=True)
    newest = sa.select(_job).where(mine).order_by(_job.c.created_at.desc()).limit(1)
    row = (await tx.execute(newest)).one_or_none()
    return Job(**row._mapping) if row else None


async def begin(tx: Transaction, job_id: str) -> Job | None:
    """Begin an open job once more and give it; None where it is finished or gone."""
    begun = await tx.execute(
        sa.update(_job)
        .where(_job.c.job_id == job_id, _job.c.state.in_(_OPEN))
        .values(state="running", attempts=_job.c.attempts + 1, epoch=_job.c.epoch + 1)
    )
    return await find(tx, job_id) if begun.rowcount else None


async def finish(tx: Transaction, job: Job, state: str, now: datetime) -> None:
    """Close a job; one that was stopped or taken over stays as it is."""
    await tx.execute(sa.update(_job).where(*_held_by(job)).values(state=state, finished_at=now))


async def pardon(tx: Transaction, job: Job) -> None:
    """Do not count this attempt: it broke off through no fault of the work."""
    await tx.execute(sa.update(_job).where(*_held_by(job)).values(attempts=_job.c.attempts - 1))


async def move(tx: Transaction, job: Job, lane: str) -> None:
    """Put a job into the lane of the thread that its reply opened."""
    await tx.execute(sa.update(_job).where(_job.c.job_id == job.job_id).values(lane=lane))


async def stop(
    tx: Transaction, team_id: str, lane: str, user_id: str, now: datetime
) -> tuple[str, ...]:
    """Stop every open job of a lane and give their ids.

    A lane that ends in `:` means all lanes of that channel.
    """
    of_lane = _job.c.lane.startswith(lane) if lane.endswith(":") else _job.c.lane == lane
    stopped = await tx.execute(
        sa.update(_job)
        .where(_job.c.team_id == team_id, of_lane, _job.c.state.in_(_OPEN), _job.c.kind != _TELLS)
        .values(state="stopped", stopped_by=user_id, finished_at=now)
        .returning(_job.c.job_id)
    )
    return tuple(stopped.scalars())


async def has_open(tx: Transaction, team_id: str, lane: str) -> bool:
    """Say whether a job of a lane waits or runs."""
    of_lane = (_job.c.team_id == team_id, _job.c.lane == lane, _job.c.state.in_(_OPEN))
    return bool((await tx.execute(sa.select(sa.exists().where(*of_lane)))).scalar_one())


async def hold(tx: Transaction, job: Job) -> bool:
    """Put a running job aside, unless its team was resumed meanwhile; say whether it is held."""
    of_team = sa.select(team.c.paused_at).where(team.c.team_id == job.team_id).with_for_update()
    if (await tx.execute(of_team)).scalar_one_or_none() is None:
        return False
    await pardon(tx, job)
    await tx.execute(sa.update(_job).where(*_held_by(job)).values(state="held"))
    return True


async def release(tx: Transaction, team_id: str) -> tuple[Job, ...]:
    """Queue the held jobs of a team again and give them, oldest first."""
    held = (_job.c.team_id == team_id, _job.c.state == "held")
    rows = await tx.execute(sa.select(_job).where(*held).order_by(_job.c.created_at))
    released = tuple(Job(**row._mapping) for row in rows)
    await tx.execute(sa.update(_job).where(*held).values(state="queued"))
    return released


async def halted(tx: Transaction, epochs: Mapping[str, int]) -> dict[str, str]:
    """Say which jobs must not go on, and why: `stopped`, `lost` or `paused`.

    `epochs` holds for each job id the epoch in which its holder began it.
    """
    rows = await tx.execute(
        sa.select(_job.c.job_id, _job.c.state, _job.c.epoch, team.c.paused_at)
        .outerjoin(team, team.c.team_id == _job.c.team_id)
        .where(_job.c.job_id.in_(epochs))
    )
    reasons = {row.job_id: _reason(row, epochs[row.job_id]) for row in rows}
    return {job_id: reason for job_id, reason in reasons.items() if reason}


async def waiting(tx: Transaction, before: datetime) -> tuple[Job, ...]:
    """Give the jobs that wait or run since before an instant."""
    rows = await tx.execute(
        sa.select(_job).where(_job.c.state.in_(("queued", "running")), _job.c.created_at < before)
    )
    return tuple(Job(**row._mapping) for row in rows)


async def open_count(tx: Transaction, team_id: str) -> int:
    """Count the jobs of a team that wait or run."""
    counted = sa.select(sa.func.count()).where(_job.c.team_id == team_id, _job.c.state.in_(_OPEN))
    return int((await tx.execute(counted)).scalar_one())


async def result(tx: Transaction, job_id: str, key: str) -> tuple[Any] | None:
    """Give the kept result of a job by name, in a tuple since the value may be None."""
    row = (
        await tx.execute(
            sa.select(_result.c.value).where(_result.c.job_id == job_id, _result.c.key == key)
        )
    ).one_or_none()
    return (row.value,) if row else None


async def latest_result(tx: Transaction, team_id: str, lane: str, key: str) -> Any:
    """Give the newest result of a name among the jobs of a lane, None where there is none."""
    of_lane = (_job.c.team_id == team_id, _job.c.lane == lane, _result.c.key == key)
    newest = (
        sa.select(_result.c.value)
        .join(_job, _job.c.job_id == _result.c.job_id)
        .where(*of_lane)
        .order_by(_job.c.created_at.desc())
        .limit(1)
    )
    return (await tx.execute(newest)).scalar_one_or_none()


async def keep_result(tx: Transaction, job: Job, key: str, value: Any) -> Any:
    """Keep a result by name and give what is kept: the first one wins."""
    await tx.insert_new(_result, job_id=job.job_id, team_id=job.team_id, key=key, value=value)
    kept = await result(tx, job.job_id, key)
    return kept[0] if kept else value


async def erase(tx: Transaction, job_id: str) -> None:
    """Forget what a job found, but not that it was nor where it replied."""
    await tx.execute(sa.delete(_result).where(_result.c.job_id == job_id, _result.c.key != _REPLY))


async def erase_under(tx: Transaction, key: str) -> None:
    """Forget what every job found whose id begins with `key:`, as `erase` does."""
    below = _result.c.job_id.startswith(f"{key}:", autoescape=True)
    await tx.execute(sa.delete(_result).where(below, _result.c.key != _REPLY))


async def beat(tx: Transaction, executor_id: str) -> None:
    """Renew the lease of a process."""
    now = await tx.now()
    if not await tx.insert_new(_executor, executor_id=executor_id, seen_at=now):
        await tx.execute(
            sa.update(_executor).where(_executor.c.executor_id == executor_id).values(seen_at=now)
        )


async def leave(tx: Transaction, executor_id: str) -> None:
    """End the lease of a process that goes in good order."""
    await tx.execute(sa.delete(_executor).where(_executor.c.executor_id == executor_id))


async def alive(tx: Transaction, lease: timedelta) -> frozenset[str]:
    """Give the processes seen within a lease, and forget the others."""
    since = await tx.now() - lease
    await tx.execute(sa.delete(_executor).where(_executor.c.seen_at < since))
    return frozenset((await tx.execute(sa.select(_executor.c.executor_id))).scalars())


async def forget(tx: Transaction, before: datetime) -> tuple[str, ...]:
    """Forget jobs that were asked for before an instant, with their results; give their ids."""
    gone = sa.delete(_job).where(_job.c.created_at < before).returning(_job.c.job_id)
    return tuple((await tx.execute(gone)).scalars())


def _held_by(job: Job) -> tuple[sa.ColumnElement[bool], ...]:
    return (_job.c.job_id == job.job_id, _job.c.epoch == job.epoch, _job.c.state.in_(_OPEN))


def _reason(row: sa.Row[Any], epoch: int) -> str | None:
    if row.state == "stopped":
        return "stopped"
    if row.epoch != epoch:
        return "lost"
    return "paused" if row.paused_at else None
