"""Verdicts are found by their reply and by their thread, and forgotten with their questions."""

from datetime import UTC, datetime, timedelta

from storage import Database, advisor
from storage.advisor import GivenVerdict

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def given(job: str, audit: str, ts: str, minutes: int, thread: str | None = "1.0") -> GivenVerdict:
    at = NOW + timedelta(minutes=minutes)
    return GivenVerdict("T1", job, audit, "C1", ts, "why?", {"n": minutes}, at, thread)


async def _keep(db: Database, *all: GivenVerdict) -> None:
    async with db.transaction() as tx:
        for one in all:
            await advisor.add(tx, one)


async def _newest(db: Database, thread: str = "1.0", team: str = "T1") -> str | None:
    async with db.reading() as tx:
        found = await advisor.newest(tx, team, "C1", thread)
    return found.audit_id if found else None


async def test_a_thread_is_about_the_newest_verdict_in_it(db: Database) -> None:
    await _keep(db, given("a", "v1", "1.1", 0), given("b", "v2", "1.2", 5))
    await _keep(db, given("c", "v3", "2.1", 9, "2.0"), given("d", "v4", "3.1", 9, None))
    assert await _newest(db) == "v2"
    assert await _newest(db, "3.1") is None
    assert await _newest(db, team="T2") is None


async def test_a_reply_shows_its_newest_verdict_and_keeps_the_others(db: Database) -> None:
    first = given("a", "v1", "1.1", 0)
    await _keep(db, first, given("a", "v2", "1.1", 5))
    async with db.reading() as tx:
        shown = await advisor.shown(tx, "T1", "C1", "1.1")
        earlier = await advisor.shown(tx, "T1", "C1", "1.1", "v1")
        assert await advisor.shown(tx, "T1", "C1", "1.1", "v9") is None
    assert shown is not None
    assert shown.audit_id == "v2"
    assert earlier == first


async def test_a_question_is_forgotten_with_what_came_after_it(db: Database) -> None:
    await _keep(
        db,
        given("a", "v1", "1.1", 0),
        given("b", "v2", "1.2", 5),
        given("c", "v3", "1.3", 9),
        given("d", "v4", "2.1", 9, "2.0"),
    )
    async with db.transaction() as tx:
        await advisor.erase(tx, "T1", "b")
    assert (await _newest(db), await _newest(db, "2.0")) == ("v1", "v4")
    async with db.transaction() as tx:
        await advisor.erase(tx, "T1", "nobody")
        await advisor.erase_thread(tx, "T2", "C1", "1.0")
    assert await _newest(db) == "v1"
    async with db.transaction() as tx:
        await advisor.erase_thread(tx, "T1", "C1", "1.0")
    assert (await _newest(db), await _newest(db, "2.0")) == (None, "v4")


async def test_a_verdict_that_is_taken_back_leaves_later_ones(db: Database) -> None:
    await _keep(db, given("a", "v1", "1.1", 0), given("b", "v2", "1.2", 5))
    async with db.transaction() as tx:
        await advisor.withdraw(tx, "T1", "a")
    assert await _newest(db) == "v2"


async def test_of_the_verdicts_of_a_job_the_one_that_is_shown_can_stay(db: Database) -> None:
    await _keep(db, given("a", "v1", "1.1", 0), given("a", "v2", "1.1", 5))
    async with db.transaction() as tx:
        await advisor.withdraw(tx, "T1", "a", "v1")
    assert await _newest(db) == "v1"
