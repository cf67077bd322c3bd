"""Durable work on both databases: once, in order, stopped for good, taken up after a crash."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from bot.errors import AskError
from bot.jobs import Job, Jobs, PoisonError
from storage import Database, Transaction
from storage import jobs as rows

QUICK = 1.0


class Log:
    """What the work of a test did, with a way to wait for it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._changed = asyncio.Condition()

    async def add(self, line: str) -> None:
        async with self._changed:
            self.lines.append(line)
            self._changed.notify_all()

    async def until(self, test: Callable[[list[str]], bool]) -> None:
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: test(self.lines))


async def _no_failure(job: Job, error: Exception) -> None:
    raise AssertionError(f"{job.job_id} failed: {error!r}")


@asynccontextmanager
async def _working(jobs: Jobs) -> AsyncIterator[Jobs]:
    await jobs.start()
    try:
        yield jobs
    finally:
        await jobs.close()


async def _enqueue(jobs: Jobs, db: Database, key: str, lane: str = "C1:1.1") -> bool:
    async with db.transaction() as tx:
        return await jobs.enqueue(tx, "T1", "note", key, lane=lane, says=key)


async def _settled(db: Database) -> None:
    async with asyncio.timeout(20):
        while True:
            async with db.reading() as tx:
                if await rows.open_count(tx, "T1") == 0:
                    return
            await asyncio.sleep(0.05)


async def _state(db: Database, key: str) -> str:
    async with db.reading() as tx:
        job = await rows.find(tx, f"note:T1:{key}")
    assert job is not None
    return job.state


async def test_a_job_enqueued_four_times_runs_once(db: Database) -> None:
    log, jobs = Log(), Jobs(db, QUICK)
    jobs.register("note", lambda job: log.add(job.payload["says"]), _no_failure)
    async with _working(jobs):
        assert [await _enqueue(jobs, db, "a") for _ in range(4)] == [True, False, False, False]
        await log.until(lambda lines: "a" in lines)
        await _settled(db)
    assert log.lines == ["a"]
    assert await _state(db, "a") == "done"


async def test_a_rolled_back_job_never_runs(db: Database) -> None:
    log, jobs = Log(), Jobs(db, QUICK)
    jobs.register("note", lambda job: log.add(job.payload["says"]), _no_failure)
    async with _working(jobs):
        with pytest.raises(RuntimeError):
            async with db.transaction() as tx:
                await jobs.enqueue(tx, "T1", "note", "gone", lane="C1:1.1", says="gone")
                raise RuntimeError
        await _enqueue(jobs, db, "kept")
        await log.until(lambda lines: "kept" in lines)
    assert log.lines == ["kept"]


async def test_a_lane_keeps_its_order_while_others_pass(db: Database) -> None:
    log, jobs, gate = Log(), Jobs(db, QUICK), asyncio.Event()

    async def work(job: Job) -> None:
        if job.payload["says"] == "first":
            await gate.wait()
        await log.add(job.payload["says"])

    jobs.register("note", work, _no_failure)
    async with _working(jobs):
        for key, lane in (("first", "A"), ("second", "A"), ("other", "B")):
            await _enqueue(jobs, db, key, lane)
        await log.until(lambda lines: "other" in lines)
        gate.set()
        await log.until(lambda lines: len(lines) == 3)
    assert log.lines == ["other", "first", "second"]


async def test_named_results_never_change_places(db: Database) -> None:
    """Two steps whose latencies are reversed on the replay give each name its own result."""
    log, jobs = Log(), Jobs(db, QUICK)
    latencies = {"slow": (0.2, 0.0), "quick": (0.0, 0.2)}
    computed: list[str] = []

    async def work(job: Job) -> None:
        async def step(name: str) -> str:
            async def compute() -> str:
                await asyncio.sleep(latencies[name][job.attempts - 1])
                computed.append(name)
                return f"result of {name}"

            return await jobs.once(job, name, compute)

        found = await asyncio.gather(*map(step, latencies))
        await log.add(" | ".join(found))
        if job.attempts == 1:
            raise ConnectionError

    async def unreachable(job: Job, error: Exception) -> None:
        raise ConnectionError

    jobs.register("note", work, unreachable)
    async with _working(jobs):
        await _enqueue(jobs, db, "a")
        await log.until(lambda lines: len(lines) == 2)
        await _settled(db)
    assert log.lines == ["result of slow | result of quick"] * 2
    assert sorted(computed) == ["quick", "slow"]


@pytest.mark.parametrize("seed", range(3))
async def test_results_of_many_steps_stay_with_their_names(db: Database, seed: int) -> None:
    log, jobs, chance = Log(), Jobs(db, QUICK), random.Random(seed)

    async def work(job: Job) -> None:
        async def step(number: int) -> int:
            async def compute() -> int:
                await asyncio.sleep(chance.random() / 50)
                return number * number

            return await jobs.once(job, f"step {number}", compute)

        assert await asyncio.gather(*map(step, range(12))) == [n * n for n in range(12)]
        await log.add("right")

    jobs.register("note", work, _no_failure)
    async with _working(jobs):
        await _enqueue(jobs, db, "a")
        await log.until(lambda lines: lines == ["right"])


async def test_a_failure_is_told_once_and_ends_the_job(db: Database) -> None:
    log, jobs = Log(), Jobs(db, QUICK)

    async def work(job: Job) -> None:
        raise AskError("that is no question")

    jobs.register("note", work, lambda job, error: log.add(str(error)))
    async with _working(jobs):
        await _enqueue(jobs, db, "a")
        await _settled(db)
    assert log.lines == ["that is no question"]
    assert await _state(db, "a") == "failed"


async def test_stop_ends_running_and_waiting_jobs_for_good(db: Database) -> None:
    log, jobs = Log(), Jobs(db, QUICK)

    async def work(job: Job) -> None:
        await log.add(f"begun {job.payload['says']}")
        await asyncio.sleep(60)

    jobs.register("note", work, _no_failure)
    async with _working(jobs):
        await _enqueue(jobs, db, "running")
        await _enqueue(jobs, db, "waiting")
        await log.until(lambda lines: "begun running" in lines)
        async with db.transaction() as tx:
            assert len(await jobs.stop(tx, "T1", "C1:1.1", "U1")) == 2
        await jobs.halt()
        await _settled(db)
    again = Jobs(db, QUICK)
    again.register("note", work, _no_failure)
    async with _working(again):
        await asyncio.sleep(1)
    assert log.lines == ["begun running"]
    assert [await _state(db, key) for key in ("running", "waiting")] == ["stopped", "stopped"]


async def test_a_paused_team_waits_until_it_is_resumed(db: Database) -> None:
    log, jobs = Log(), Jobs(db, QUICK)
    jobs.register("note", lambda job: log.add(job.payload["says"]), _no_failure)
    async with _working(jobs):
        await jobs.pause("T1", "U1")
        await _enqueue(jobs, db, "a")
        async with asyncio.timeout(10):
            while await _state(db, "a") != "held":
                await asyncio.sleep(0.05)
        assert log.lines == []
        assert await jobs.resume("T1") == 1
        await log.until(lambda lines: lines == ["a"])


async def test_work_left_by_a_process_that_went_is_done_by_the_next(db: Database) -> None:
    log, first = Log(), Jobs(db, QUICK)

    async def hang(job: Job) -> None:
        await log.add("begun")
        await asyncio.sleep(60)

    first.register("note", hang, _no_failure)
    async with _working(first):
        await _enqueue(first, db, "a")
        await log.until(lambda lines: lines == ["begun"])
    second = Jobs(db, QUICK)
    second.register("note", lambda job: log.add(f"epoch {job.epoch}"), _no_failure)
    async with _working(second):
        await log.until(lambda lines: "epoch 2" in lines)
        await _settled(db)
    assert log.lines == ["begun", "epoch 2"]


async def test_a_job_whose_workflow_ended_without_it_is_taken_up(db: Database) -> None:
    log, jobs = Log(), Jobs(db, QUICK)
    jobs.register("note", lambda job: log.add(f"epoch {job.epoch}"), _no_failure)
    async with _working(jobs):
        await _enqueue(jobs, db, "a")
        await log.until(lambda lines: lines == ["epoch 1"])
        await _settled(db)
        async with db.transaction() as tx:
            await tx.execute(sa.text("UPDATE job SET state = 'running', finished_at = NULL"))
        await log.until(lambda lines: "epoch 2" in lines)
        await _settled(db)


async def test_a_fault_of_the_database_loses_no_job(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, jobs, begin = Log(), Jobs(db, QUICK), rows.begin
    faults = iter([True, False])

    async def failing(tx: Transaction, job_id: str) -> Job | None:
        if next(faults, False):
            raise OperationalError("", {}, Exception("gone"))
        return await begin(tx, job_id)

    monkeypatch.setattr(rows, "begin", failing)
    jobs.register("note", lambda job: log.add("done"), _no_failure)
    async with _working(jobs):
        await _enqueue(jobs, db, "a")
        await log.until(lambda lines: lines == ["done"])
        await _settled(db)
    assert await _state(db, "a") == "done"


async def test_who_lost_a_job_lets_go_of_it(db: Database) -> None:
    """A process that was silent too long does nothing more for what another took over."""
    log, jobs, gate = Log(), Jobs(db, QUICK), asyncio.Event()

    async def work(job: Job) -> None:
        await log.add(f"begun {job.epoch}")
        await gate.wait()
        await jobs.check(job)
        await log.add("went on")

    jobs.register("note", work, _no_failure)
    async with _working(jobs):
        await _enqueue(jobs, db, "a")
        await log.until(lambda lines: lines == ["begun 1"])
        async with db.transaction() as tx:
            await rows.begin(tx, "note:T1:a")
        gate.set()
        async with asyncio.timeout(10):
            while jobs._running:
                await asyncio.sleep(0.05)
    assert log.lines == ["begun 1"]


async def test_pausing_often_does_not_poison_a_job(db: Database) -> None:
    log, jobs = Log(), Jobs(db, QUICK)
    jobs.register("note", lambda job: log.add("done"), _no_failure)
    async with _working(jobs):
        await jobs.pause("T1", "U1")
        await _enqueue(jobs, db, "a")
        for _ in range(7):
            async with asyncio.timeout(10):
                while await _state(db, "a") != "held":
                    await asyncio.sleep(0.02)
            await jobs.pause("T1", "U1")
            async with db.transaction() as tx:
                for job in await rows.release(tx, "T1"):
                    await jobs._queue.send(tx, job, again=True)
        async with asyncio.timeout(10):
            while await _state(db, "a") != "held":
                await asyncio.sleep(0.02)
        await jobs.resume("T1")
        await log.until(lambda lines: lines == ["done"])


async def test_work_that_is_begun_too_often_is_given_up(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs._FIRST_PAUSE", 0.001)
    log, jobs = Log(), Jobs(db, QUICK)
    jobs.register(
        "note", lambda job: log.add("work"), lambda job, error: log.add(type(error).__name__)
    )
    async with _working(jobs):
        pass
    async with _working(jobs):
        async with db.transaction() as tx:
            await jobs.enqueue(tx, "T1", "note", "a", lane="C1:1.1")
            for _ in range(10):
                await rows.begin(tx, "note:T1:a")
        await _settled(db)
    assert log.lines == [PoisonError.__name__]


async def test_finished_jobs_are_forgotten_with_their_results(db: Database) -> None:
    jobs = Jobs(db, QUICK)

    async def work(job: Job) -> None:
        async def compute() -> int:
            return 1

        await jobs.once(job, "one", compute)

    jobs.register("note", work, _no_failure)
    async with _working(jobs):
        await _enqueue(jobs, db, "a")
        await _settled(db)
        async with db.reading() as tx:
            job = await rows.find(tx, "note:T1:a")
        assert job is not None
        assert await jobs.forget(job.created_at) == 0
        assert await jobs.forget(job.created_at + timedelta(seconds=1)) == 1
        async with db.reading() as tx:
            assert await rows.find(tx, "note:T1:a") is None
            assert await rows.result(tx, "note:T1:a", "one") is None
