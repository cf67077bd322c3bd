"""Durable work: enqueued with what caused it, taken up again after a crash, stopped for good.

DBOS keeps the queue. A body may run again from the top, so whatever must not happen twice is kept
by name with `once`. Each process holds a lease; the others take over what it leaves behind.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar, cast

from bot.errors import (
    LostError,
    OutageError,
    PausedError,
    StoppedError,
    TunewiseError,
    refuse,
)
from bot.jobs.queue import Queue
from storage import Database, Transaction, teams
from storage import jobs as rows
from storage.jobs import Job

__all__ = ["Job", "Jobs", "PoisonError", "job_id_of", "team_of"]

T = TypeVar("T")
Work = Callable[[Job], Coroutine[Any, Any, None]]
Failed = Callable[[Job, Exception], Coroutine[Any, Any, None]]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_SWEEP_LOCK = 0x73776565
_CLOSED = frozenset({"done", "stopped", "failed"})
_STATES = {"stopped": "stopped", "paused": "held", "lost": "lost", None: "later"}
"""What becomes of a job that was cancelled, by the reason that the database gives."""

_WATCH_SECONDS = 1.0
"""How often running work is held against the stop flags that other processes set."""
_MOST_ATTEMPTS = 10
"""With the pauses before each, a job is given up after some two minutes of crashes."""

_log = logging.getLogger(__name__)


def job_id_of(kind: str, team_id: str, key: str) -> str:
    """Give the id of the one job of a kind for a key of a team."""
    return f"{kind}:{team_id}:{key}"


def team_of(job_id: str) -> str:
    """Give the team whose job it is.

    >>> team_of(job_id_of("advise", "T1", "C1:1.1"))
    'T1'
    """
    return job_id.split(":")[1]


class PoisonError(TunewiseError):
    """The work was begun too often without coming to an end."""


class Jobs:
    """The jobs of this process, on one database."""

    def __init__(self, db: Database, lease_seconds: float = 30) -> None:
        """Prepare; `lease_seconds` is how long a silent process counts as alive."""
        self.executor_id = uuid.uuid4().hex
        self._db = db
        self._lease_seconds = lease_seconds
        self._kinds: dict[str, tuple[Work, Failed]] = {}
        self._running: dict[str, tuple[Job, asyncio.Task[None]]] = {}
        self._beaten = 0.0
        self._loops: list[asyncio.Task[None]] = []
        self._queue = Queue(db, self.executor_id)
        self._closing = False

    def register(self, kind: str, work: Work, failed: Failed) -> None:
        """Say what does the jobs of a kind, and what tells the asker when that fails for good."""
        self._kinds[kind] = (work, failed)

    async def enqueue(
        self, tx: Transaction, team_id: str, kind: str, key: str, *, lane: str, **payload: Any
    ) -> bool:
        """Add a job inside the caller's transaction and say whether it is new.

        Jobs of one lane of a team run one after another, in order.
        """
        job_id = job_id_of(kind, team_id, key)
        now = datetime.now(UTC)
        job = Job(job_id, team_id, kind, lane, payload, "queued", 0, 0, None, now, None)
        if not await rows.add(tx, job):
            return False
        await self._queue.send(tx, job)
        return True

    async def once(self, job: Job, key: str, function: Callable[[], Awaitable[T]]) -> T:
        """Give the result of a function, computed at most once per job and name and kept as JSON.

        Where two runs race, both give the value that was kept first.
        """
        async with self._db.reading() as tx:
            kept = await rows.result(tx, job.job_id, key)
        if kept is not None:
            return cast(T, kept[0])
        value = await function()
        async with self._db.transaction() as tx:
            return cast(T, await rows.keep_result(tx, job, key, value))

    async def check(self, job: Job) -> None:
        """Raise StoppedError, PausedError or LostError where the job must not go on."""
        async with self._db.reading() as tx:
            halted = await rows.halted(tx, {job.job_id: job.epoch})
        refuse(halted.get(job.job_id))

    async def move(self, job: Job, lane: str) -> None:
        """Put a job into the lane of the thread that its reply opened."""
        async with self._db.transaction() as tx:
            await rows.move(tx, job, lane)

    async def stop(self, tx: Transaction, team_id: str, lane: str, user_id: str) -> tuple[str, ...]:
        """Stop the open jobs of a lane for good and give their ids; `halt` ends what runs.

        A lane that ends in `:` means all lanes of that channel.
        """
        return await rows.stop(tx, team_id, lane, user_id, datetime.now(UTC))

    async def pause(self, team_id: str, user_id: str) -> None:
        """Put the work of a team aside until it is resumed."""
        async with self._db.transaction() as tx:
            await teams.pause(tx, team_id, user_id, datetime.now(UTC))
        await self.halt()

    async def resume(self, team_id: str) -> int:
        """Let a team's work go on; give the number of jobs that were held."""
        async with self._db.transaction() as tx:
            await teams.resume(tx, team_id)
            held = await rows.release(tx, team_id)
            for job in held:
                await self._queue.send(tx, job, again=True)
        return len(held)

    async def halt(self) -> None:
        """Cancel the running work of this process that must not go on.

        That is what was stopped or paused, here or elsewhere, and everything while this process
        cannot renew its lease, since others take its jobs over then.
        """
        if not self._running:
            return
        epochs = {job_id: job.epoch for job_id, (job, _) in self._running.items()}
        if time.monotonic() - self._beaten > self._lease_seconds:
            halted: Iterable[str] = epochs
        else:
            async with self._db.reading() as tx:
                halted = await rows.halted(tx, epochs)
        for job_id in halted:
            if running := self._running.get(job_id):
                running[1].cancel()

    async def start(self) -> None:
        """Begin to take jobs: those that wait, and those that a dead process left.

        Raises SetupError where another process works on the same SQLite file.
        """
        self._db.hold()
        await self._beat()
        await self._queue.open(self._run)
        await self._sweep()
        self._loops = [
            asyncio.create_task(_every(self._lease_seconds / 6, self._beat)),
            asyncio.create_task(_every(self._lease_seconds / 3, self._sweep)),
            asyncio.create_task(_every(_WATCH_SECONDS, self.halt)),
        ]

    async def close(self) -> None:
        """Leave in good order: unfinished work is taken up by the next process."""
        self._closing = True
        unfinished = [job for job, _ in self._running.values()]
        tasks = [*self._loops, *(task for _, task in self._running.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._queue.close()
        async with self._db.transaction() as tx:
            for job in unfinished:
                await rows.pardon(tx, job)
            await rows.leave(tx, self.executor_id)

    async def forget(self, before: datetime) -> int:
        """Forget jobs that were asked for before an instant; give their number."""
        async with self._db.transaction() as tx:
            gone = await rows.forget(tx, before)
        await self._queue.forget(gone)
        return len(gone)

    async def _run(self, job_id: str) -> None:
        """Work on a job until it is finished, put aside, or taken over by another process.

        A job that broke off before waits first, the longer the more often it did: so it is not
        held guilty of a crash that others cause, and others are done before it causes one.
        """
        seen = await self._surely(partial(rows.find, job_id=job_id))
        if seen and seen.attempts > 1:
            await asyncio.sleep(min(_FIRST_PAUSE * 2.0 ** (seen.attempts - 2), _LONGEST_PAUSE))
        pause = _FIRST_PAUSE
        while True:
            job = await self._surely(lambda tx: rows.begin(tx, job_id))
            if job is None:
                return
            state = await self._attempt(job)
            if state == "held" and await self._surely(partial(rows.hold, job=job)):
                return
            if state in _CLOSED:
                now = datetime.now(UTC)
                await self._surely(partial(rows.finish, job=job, state=state, now=now))
            if state in _CLOSED or state == "lost":
                return
            if state == "later":
                await self._surely(partial(rows.pardon, job=job))
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _attempt(self, job: Job) -> str:
        work, failed = self._kinds[job.kind]
        try:
            if job.attempts > _MOST_ATTEMPTS:
                raise PoisonError("begun too often")
            return await self._guarded(job, work(job))
        except Exception as error:
            return await self._tell(job, failed(job, error))

    async def _tell(self, job: Job, telling: Coroutine[Any, Any, None]) -> str:
        """Tell the asker of a failure. What cannot be told is tried again, but not for ever."""
        try:
            state = await self._guarded(job, telling)
        except Exception:
            _log.exception("job %s failed and its asker could not be told", job.job_id)
            return "failed" if job.attempts > _MOST_ATTEMPTS else "again"
        return "failed" if state == "done" else state

    async def _guarded(self, job: Job, work: Coroutine[Any, Any, None]) -> str:
        """Do work that `halt` can cancel, and say what became of it."""
        task = asyncio.ensure_future(_checked(self, job, work))
        self._running[job.job_id] = (job, task)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if self._closing or not task.cancelled():
                task.cancel()
                raise
            halted = await self._surely(partial(rows.halted, epochs={job.job_id: job.epoch}))
            return _STATES[halted.get(job.job_id)]
        except StoppedError:
            return "stopped"
        except PausedError:
            return "held"
        except LostError:
            return "lost"
        except OutageError as outage:
            _log.warning("job %s is tried again later: %s", job.job_id, outage)
            return "later"
        finally:
            self._running.pop(job.job_id, None)
        return "done"

    async def _surely(self, step: Callable[[Transaction], Awaitable[T]]) -> T:
        """Give the result of a transaction, tried again for as long as the database is away."""
        pause = _FIRST_PAUSE
        while True:
            try:
                async with self._db.transaction() as tx:
                    return await step(tx)
            except OutageError as outage:
                _log.warning("%s; trying again in %s s", outage, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _beat(self) -> None:
        begun = time.monotonic()
        async with self._db.transaction() as tx:
            await rows.beat(tx, self.executor_id)
        self._beaten = begun

    async def _sweep(self) -> None:
        """Queue again what a process without a lease left behind; one process at a time."""
        async with self._db.transaction() as tx:
            alive = await rows.alive(tx, timedelta(seconds=self._lease_seconds))
        if self._db.is_sqlite:
            await self._queue.take_up({self.executor_id})  # the file lock says who is alive
            await self._send_stranded()
            return
        async with self._db.transaction() as tx:
            if await tx.try_lock(_SWEEP_LOCK):
                await self._queue.take_up(alive)
                await self._send_stranded()

    async def _send_stranded(self) -> None:
        """Queue again the open jobs whose workflow ended without them, as after a fault of ours."""
        since = datetime.now(UTC) - timedelta(seconds=self._lease_seconds)
        async with self._db.reading() as tx:
            waiting = await rows.waiting(tx, since)
        if not waiting:
            return
        live = await self._queue.live([job.job_id for job in waiting])
        async with self._db.transaction() as tx:
            for job in waiting:
                if job.job_id not in live:
                    await self._queue.send(tx, job, again=True)


async def _checked(jobs: Jobs, job: Job, work: Coroutine[Any, Any, None]) -> None:
    try:
        await jobs.check(job)
    except BaseException:
        work.close()
        raise
    await work


async def _every(seconds: float, function: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await function()
        except Exception:
            _log.exception("%s failed; it is tried again", getattr(function, "__name__", "?"))
