"""Both databases keep instants, money and transactions exact."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.errors import SetupError
from storage import Database, jobs, messages, teams
from storage.database import Instant, NanoUSD

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)


async def test_an_instant_comes_back_in_utc_whatever_its_offset(db: Database) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=2)))
    async with db.transaction() as tx:
        await teams.pause(tx, "T1", "U1", elsewhere)
    async with db.reading() as tx:
        team = await teams.find(tx, "T1")
    assert team.paused_at == NOW
    assert team.paused_at is not None
    assert team.paused_at.utcoffset() == timedelta(0)


async def test_a_rollback_leaves_nothing(db: Database) -> None:
    with pytest.raises(RuntimeError):
        async with db.transaction() as tx:
            await teams.pause(tx, "T1", "U1", NOW)
            raise RuntimeError
    async with db.reading() as tx:
        assert (await teams.find(tx, "T1")).paused_by is None


async def test_the_same_thing_is_received_once(db: Database) -> None:
    new = []
    for _ in range(4):
        async with db.transaction() as tx:
            new.append(await messages.receive(tx, "T1", "message:C1:1.1", NOW))
    assert new == [True, False, False, False]


async def test_teams_do_not_see_each_others_messages(db: Database) -> None:
    kept = messages.Message("T1", "C1", "1.1", "1.1", "U1", "hello", NOW)
    async with db.transaction() as tx:
        await messages.add(tx, kept)
    async with db.reading() as tx:
        assert await messages.thread(tx, "T1", "C1", "1.1") == (kept,)
        assert await messages.thread(tx, "T2", "C1", "1.1") == ()
        assert await messages.find(tx, "T2", "C1", "1.1") is None


async def test_what_is_older_than_the_retention_is_forgotten(db: Database) -> None:
    for ts, at in (("1.1", NOW - timedelta(days=100)), ("2.1", NOW)):
        async with db.transaction() as tx:
            await messages.receive(tx, "T1", ts, at)
            await messages.add(tx, messages.Message("T1", "C1", ts, ts, "U1", "hello", at))
    async with db.transaction() as tx:
        assert await messages.forget(tx, NOW - timedelta(days=90)) == 1
        assert await messages.receive(tx, "T1", "2.1", NOW) is False


async def test_a_stopped_job_is_not_begun_again(db: Database) -> None:
    job = jobs.Job("echo:1", "T1", "echo", "C1:1.1", {}, "queued", 0, 0, None, NOW, None)
    async with db.transaction() as tx:
        assert await jobs.add(tx, job)
        assert not await jobs.add(tx, job)
        assert await jobs.stop(tx, "T2", "C1:1.1", "U1", NOW) == ()
        assert await jobs.stop(tx, "T1", "C1:1.1", "U1", NOW) == ("echo:1",)
        assert await jobs.begin(tx, "echo:1") is None
        await jobs.finish(tx, job, "done", NOW)
        found = await jobs.find(tx, "echo:1")
    assert found is not None
    assert (found.state, found.stopped_by) == ("stopped", "U1")


async def test_migrating_a_migrated_database_changes_nothing(db: Database) -> None:
    db.migrate()
    has, wants = db.revisions()
    assert has == wants == "0002"


def test_the_migrations_make_what_the_code_declares(database_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from storage.database import metadata

    def ours(_: object, name: str | None, kind: str, *__: object) -> bool:
        return kind != "table" or name in metadata.tables

    db = Database(database_url)
    with db.sync_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, metadata) == []
    db.sync_engine.dispose()


async def test_a_second_process_on_one_sqlite_file_is_refused(
    sqlite_template: object, tmp_path: object
) -> None:
    first, second = (Database(f"sqlite:///{tmp_path}/held.db") for _ in range(2))
    first.hold()
    with pytest.raises(SetupError, match="DATABASE_URL"):
        second.hold()
    await first.close()
    second.hold()
    await second.close()


def test_what_cannot_be_exact_is_refused() -> None:
    dialect = sa.create_engine("sqlite://").dialect
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(datetime(2026, 1, 1), dialect)
    with pytest.raises(TypeError, match="nano-dollars"):
        NanoUSD().process_bind_param(0.5, dialect)  # type: ignore[arg-type]


async def test_the_newest_result_of_a_lane_is_found_by_name(db: Database) -> None:
    for number, lane in enumerate(("C1:1.1", "C1:1.1", "C2:1.1")):
        at = NOW + timedelta(minutes=number)
        job = jobs.Job(f"file:{number}", "T1", "file", lane, {}, "queued", 0, 0, None, at, None)
        async with db.transaction() as tx:
            await jobs.add(tx, job)
            await jobs.keep_result(tx, job, "found", {"n": number})
    async with db.reading() as tx:
        assert await jobs.latest_result(tx, "T1", "C1:1.1", "found") == {"n": 1}
        assert await jobs.latest_result(tx, "T1", "C1:1.1", "reply") is None
        assert await jobs.latest_result(tx, "T2", "C1:1.1", "found") is None


def test_verdicts_from_before_0002_are_put_into_their_threads(database_url: str) -> None:
    """The thread of the question where that is known, else the one that the reply opens."""
    from alembic import command

    from storage.database import _alembic_config

    db = Database(database_url)
    rows = (
        ("advise:T1:C1:5.0", "C1", "5.1"),
        ("advise:T1:C1:6.0", "C1", "6.1"),
        ("file:T1:C1:7.0:audit", "C1", "7.1"),
        ("advise:T1:C1:8.0", "D1", "8.1"),
        ("advise:T1:1.2.abc", "C1", "9.1"),
        ("advise:cli", None, None),
    )
    verdict = sa.text(
        "INSERT INTO verdict (team_id, job_id, audit_id, channel_id, ts, question, verdict,"
        " given_at) VALUES ('T1', :job, 'v1', :channel, :ts, 'why?', '{}', '2026-11-23 12:00:00')"
    )
    message = sa.text(
        "INSERT INTO message VALUES ('T1', 'C1', '5.0', '4.0', 'U1', 'why?', '2026-11-23 12:00:00')"
    )
    with db.sync_engine.connect() as connection:
        config = _alembic_config(connection)
        command.downgrade(config, "0001")
        connection.execute(message)
        for job, channel, ts in rows:
            connection.execute(verdict, {"job": job, "channel": channel, "ts": ts})
        command.upgrade(config, "0002")
        found = connection.execute(sa.text("SELECT job_id, thread_ts FROM verdict")).all()
        connection.commit()
    db.sync_engine.dispose()
    assert {row.job_id: row.thread_ts for row in found} == {
        "advise:T1:C1:5.0": "4.0",
        "advise:T1:C1:6.0": "6.0",
        "file:T1:C1:7.0:audit": "7.0",
        "advise:T1:C1:8.0": "8.1",
        "advise:T1:1.2.abc": "9.1",
        "advise:cli": None,
    }
