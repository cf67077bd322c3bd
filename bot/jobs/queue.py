"""The queue underneath the jobs, kept by DBOS: one workflow, whose only argument is a job's id."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Collection

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer

from storage import Database, Transaction
from storage.jobs import Job

_SCHEMA = "1"
"""Raised by hand when work in flight could not go on under new code: DBOS leaves other versions."""

_QUEUE = "jobs"
_NAME = "tunewise"
_POLL_SECONDS = 0.2
_AT_ONCE = 64

Body = Callable[[str], Awaitable[None]]


class Queue:
    """The queue of this process, on the bot's own database."""

    def __init__(self, db: Database, executor_id: str) -> None:
        self._db = db
        self._executor_id = executor_id
        self._client: DBOSClient | None = None

    async def open(self, body: Body) -> None:
        """Begin to run the body, on this loop, for each job that is sent."""
        loop = asyncio.get_running_loop()

        async def bridge(job_id: str) -> None:
            running = asyncio.run_coroutine_threadsafe(_awaited(body, job_id), loop)
            await asyncio.wrap_future(running)

        await asyncio.to_thread(self._launch, bridge)

    async def close(self) -> None:
        """Stop running bodies; those under way stay pending."""
        if self._client:
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            self._client.destroy()
            self._client = None

    async def send(self, tx: Transaction, job: Job, *, again: bool = False) -> None:
        """Queue a job inside the caller's transaction, behind those of its lane.

        `again` is for a job that was queued before and whose workflow is over.
        """
        client = self._open_client()
        await tx.run_sync(
            lambda connection: client.enqueue_in_transaction(
                connection,
                {
                    "workflow_name": "job",
                    "queue_name": _QUEUE,
                    "workflow_id": f"{job.job_id}#{uuid.uuid4().hex[:8]}" if again else job.job_id,
                    "app_version": _SCHEMA,
                    "queue_partition_key": f"{job.team_id}:{job.lane}",
                },
                job.job_id,
            )
        )

    async def take_up(self, alive: Collection[str]) -> int:
        """Queue again what runs in processes that are not alive; give the number of jobs."""
        client = self._open_client()
        pending = await client.list_workflows_async(
            status="PENDING", load_input=False, load_output=False
        )
        left = [one.workflow_id for one in pending if one.executor_id not in alive]
        if left:
            await client.resume_workflows_async(left, queue_name=_QUEUE)
        return len(left)

    async def live(self, job_ids: Collection[str]) -> frozenset[str]:
        """Say which jobs wait or run."""
        found = await self._open_client().list_workflows_async(
            workflow_id_prefix=list(job_ids),
            status=["PENDING", "ENQUEUED"],
            load_input=False,
            load_output=False,
        )
        return frozenset(one.workflow_id.split("#")[0] for one in found)

    async def forget(self, job_ids: Collection[str]) -> None:
        """Forget the workflows of jobs."""
        if not job_ids or self._client is None:
            return
        again = await self._client.list_workflows_async(
            workflow_id_prefix=[f"{job_id}#" for job_id in job_ids],
            load_input=False,
            load_output=False,
        )
        ids = [*job_ids, *(one.workflow_id for one in again)]
        await self._client.delete_workflows_async(ids)

    def _open_client(self) -> DBOSClient:
        if self._client is None:
            raise RuntimeError("jobs were not started")
        return self._client

    def _launch(self, body: Body) -> None:
        DBOS(
            config={
                "name": _NAME,
                "executor_id": self._executor_id,
                "application_version": _SCHEMA,
                "system_database_engine": self._db.sync_engine,
                "serializer": DBOSPortableJSONSerializer(),
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": 0.1,  # bounds how long closing takes
                "console_log_level": "ERROR",
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
            application_name=_NAME,
        )


async def _awaited(body: Body, job_id: str) -> None:
    await body(job_id)
