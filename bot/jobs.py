"""Durable work: enqueued with what caused it, taken up again after a crash, stopped for good.

DBOS keeps the queue. A body may run again from the top, so whatever must not happen twice is kept
by name with `once`. Each process holds a lease; the others take over what it leaves behind.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer

from bot.errors import PausedError, StoppedError, TunewiseError, refuse
from storage import Database, Transaction, teams
from storage import jobs as rows
from storage.jobs import Job

__all__ = ["Job", "Jobs", "PoisonError"]

T = TypeVar("T")
Work = Callable[[Job], Awaitable[None]]
Failed = Callable[[Job, Exception], Awaitable[None]]

_SCHEMA = "1"
"""Raised by hand when work in flight could not go on under new code: DBOS leaves other versions."""

_QUEUE = "jobs"
_POLL_SECONDS = 0.2
_AT_ONCE = 64
_WATCH_SECONDS = 1.0
"""How often running work is held against the stop flags that other processes set."""
_MOST_ATTEMPTS = 5

_log = logging.getLogger(__name__)


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
        self._running: dict[str, asyncio.Task[None]] = {}
        self._loops: list[asyncio.Task[None]] = []
        self._client: DBOSClient | None = None
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
        job_id = f"{kind}:{team_id}:{key}"
        now = datetime.now(UTC)
        job = Job(job_id, team_id, kind, lane, payload, "queued", 0, None, now, None)
        if not await rows.add(tx, job):
            return False
        await self._send(tx, job, job_id)
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
        """Raise StoppedError or PausedError where the job must not go on."""
        async with self._db.reading() as tx:
            refuse(await rows.halted(tx, (job.job_id,)), job.job_id)

    async def stop(self, tx: Transaction, team_id: str, lane: str, user_id: str) -> tuple[str, ...]:
        """Stop the open jobs of a lane for good and give their ids; `halt` ends what runs."""
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
                await self._send(tx, job, f"{job.job_id}#{uuid.uuid4().hex[:8]}")
        return len(held)

    async def halt(self) -> None:
        """Cancel the running work of this process that was stopped or paused, here or elsewhere."""
        if not self._running:
            return
        async with self._db.reading() as tx:
            halted = await rows.halted(tx, tuple(self._running))
        for job_id in halted:
            if task := self._running.get(job_id):
                task.cancel()

    async def start(self) -> None:
        """Begin to take jobs: those that wait, and those that a dead process left.

        Raises SetupError where another process works on the same SQLite file.
        """
        self._db.hold()
        loop = asyncio.get_running_loop()

        async def bridge(job_id: str) -> None:
            running = asyncio.run_coroutine_threadsafe(self._run(job_id), loop)
            await asyncio.wrap_future(running)

        await asyncio.to_thread(self._launch, bridge)
        await self._beat()
        await self._sweep()
        self._loops = [
            asyncio.create_task(_every(self._lease_seconds / 6, self._beat)),
            asyncio.create_task(_every(self._lease_seconds / 3, self._sweep)),
            asyncio.create_task(_every(_WATCH_SECONDS, self.halt)),
        ]

    async def close(self) -> None:
        """Leave in good order: unfinished work is taken up by the next process."""
        self._closing = True
        tasks = (*self._loops, *self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client:
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            self._client.destroy()
            self._client = None
            async with self._db.transaction() as tx:
                await rows.leave(tx, self.executor_id)

    async def forget(self, before: datetime) -> int:
        """Forget jobs that finished before an instant; give their number."""
        async with self._db.transaction() as tx:
            gone = await rows.forget(tx, before)
        if gone and self._client:
            await self._client.delete_workflows_async(list(gone))
        return len(gone)

    def _launch(self, body: Callable[[str], Awaitable[None]]) -> None:
        DBOS(
            config={
                "name": "tunewise",
                "executor_id": self.executor_id,
                "application_version": _SCHEMA,
                "system_database_engine": self._db.sync_engine,
                "serializer": DBOSPortableJSONSerializer(),
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": 0.1,  # bounds how long closing takes
                "console_log_level": "WARNING",
            }
        )
        DBOS.workflow(name="job")(body)
        DBOS.launch()
        DBOS.register_queue(
            _QUEUE,
            worker_concurrency=_AT_ONCE,
            partition_concurrency=1,
            polling_interval_sec=_POLL_SECONDS,
        )
        self._client = DBOSClient(
            system_database_engine=self._db.sync_engine,
            serializer=DBOSPortableJSONSerializer(),
            application_name="tunewise",
        )

    async def _send(self, tx: Transaction, job: Job, workflow_id: str) -> None:
        client = self._client
        if client is None:
            raise RuntimeError("jobs were not started")
        await tx.run_sync(
            lambda connection: client.enqueue_in_transaction(
                connection,
                {
                    "workflow_name": "job",
                    "queue_name": _QUEUE,
                    "workflow_id": workflow_id,
                    "app_version": _SCHEMA,
                    "queue_partition_key": f"{job.team_id}:{job.lane}",
                },
                job.job_id,
            )
        )

    async def _run(self, job_id: str) -> None:
        while True:
            async with self._db.transaction() as tx:
                job = await rows.begin(tx, job_id)
            if job is None:
                return
            state = await self._attempt(job)
            if state == "again":
                await asyncio.sleep(min(2.0**job.attempts, 30))
                continue
            async with self._db.transaction() as tx:
                if state != "held":
                    await rows.finish(tx, job_id, state, datetime.now(UTC))
                elif not await rows.hold(tx, job):
                    continue
            return

    async def _attempt(self, job: Job) -> str:
        work, failed = self._kinds[job.kind]
        if job.attempts > _MOST_ATTEMPTS:
            return await self._give_up(failed, job, PoisonError("begun too often"))
        task = asyncio.ensure_future(_checked(self, work, job))
        self._running[job.job_id] = task
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if self._closing or not task.cancelled():
                task.cancel()
                raise
            return await self._why_cancelled(job)
        except StoppedError:
            return "stopped"
        except PausedError:
            return "held"
        except Exception as error:
            return await self._give_up(failed, job, error)
        finally:
            self._running.pop(job.job_id, None)
        return "done"

    async def _why_cancelled(self, job: Job) -> str:
        try:
            await self.check(job)
        except StoppedError:
            return "stopped"
        except PausedError:
            return "held"
        return "again"

    async def _give_up(self, failed: Failed, job: Job, error: Exception) -> str:
        """Tell the asker. What cannot be told is tried again, until it was tried too often."""
        try:
            await failed(job, error)
        except (StoppedError, PausedError) as halt:
            return "held" if isinstance(halt, PausedError) else "stopped"
        except Exception:
            _log.exception("job %s failed and its asker could not be told", job.job_id)
            return "failed" if job.attempts > _MOST_ATTEMPTS else "again"
        return "failed"

    async def _beat(self) -> None:
        async with self._db.transaction() as tx:
            await rows.beat(tx, self.executor_id, datetime.now(UTC))

    async def _sweep(self) -> None:
        """Queue again what a process without a lease left behind."""
        client = self._client
        if client is None:
            return
        async with self._db.transaction() as tx:
            since = datetime.now(UTC) - timedelta(seconds=self._lease_seconds)
            alive = await rows.alive(tx, since)
        if self._db.is_sqlite:
            alive = frozenset({self.executor_id})  # the file lock says that there is no other
        pending = await client.list_workflows_async(
            status="PENDING", load_input=False, load_output=False
        )
        left = [one.workflow_id for one in pending if one.executor_id not in alive]
        if left:
            _log.info("taking up %d jobs of a process that is gone", len(left))
            await client.resume_workflows_async(left, queue_name=_QUEUE)


async def _checked(jobs: Jobs, work: Work, job: Job) -> None:
    await jobs.check(job)
    await work(job)


async def _every(seconds: float, function: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await function()
        except Exception:
            _log.exception("%s failed; it is tried again", getattr(function, "__name__", "?"))
