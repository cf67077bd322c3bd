"""A bot in a process of its own, to be killed."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.bench import start_bot
from bot.playground import Playground
from handlers import SCOPES
from storage import Database, jobs

LONG = os.environ.get("TUNEWISE_LONG") == "1"


@dataclass
class Child:
    """A bot process on a database, connected to a playground."""

    playground: Playground
    database_url: str
    folder: Path
    extra: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the bot and wait until it is connected."""
        self.process = await start_bot(
            self.playground, self.database_url, self.folder, LEASE_SECONDS="1", **self.extra
        )

    async def kill(self) -> None:
        """Kill the bot with no chance to say goodbye."""
        if self.process and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def settled(self, team_id: str = "T0PLAY") -> None:
        """Wait until every event is acknowledged and no job waits or runs."""
        await self.playground.until(self._all_acknowledged, timeout=60)
        db = Database(self.database_url)
        try:
            async with asyncio.timeout(60):
                while True:
                    async with db.reading() as tx:
                        if await jobs.open_count(tx, team_id) == 0:
                            return
                    await asyncio.sleep(0.1)
        finally:
            await db.close()

    def _all_acknowledged(self) -> bool:
        """Whether each event was acknowledged, at its first delivery or a later one."""
        events = {d.payload.get("event_id") for d in self.playground.deliveries}
        acked = {d.payload.get("event_id") for d in self.playground.deliveries if d.acked_at}
        return events == acked


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """A playground that delivers again what was not acknowledged, as Slack does."""
    here = Playground(scopes=SCOPES)
    here.redelivery = True
    here.redelivery_seconds = (1.0, 2.0, 4.0)
    await here.start()
    yield here
    await here.stop()


@pytest.fixture
async def child(playground: Playground, database_url: str, tmp_path: Path) -> AsyncIterator[Child]:
    """A bot that is not started yet."""
    one = Child(playground, database_url, tmp_path)
    yield one
    await one.kill()
