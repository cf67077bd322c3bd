"""A bot that runs in this process against the playground: say something, read the thread."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot import settings as settings_of
from bot.app import Running, running
from bot.playground import Message, Playground
from bot.sample import in_playground
from bot.settings import Settings
from handlers import SCOPES
from storage import jobs

ANN, BEN, BOT = "U0ANN", "U0BEN", "U0TUNEWISE"
GENERAL = "C0GENERAL"


@dataclass
class Workplace:
    """A playground with a bot in it, and what tests do there."""

    playground: Playground
    settings: Settings
    running: Running

    async def mention(self, text: str, **extra: Any) -> str:
        """Mention the bot as Ann in #general; give the message's ts."""
        return await self.playground.say(ANN, GENERAL, f"<@{BOT}> {text}", **extra)

    async def settled(self) -> None:
        """Wait until no job waits or runs."""
        await self.playground.until(lambda: all(d.acked_at for d in self.playground.deliveries))
        for _ in range(600):
            async with self.running.bot.db.reading() as tx:
                if await jobs.open_count(tx, self.running.team_id) == 0:
                    return
            await asyncio.sleep(0.05)
        raise TimeoutError("jobs are still open")

    def replies(self, ts: str, channel: str = GENERAL) -> tuple[Message, ...]:
        """What the bot said in a thread."""
        return tuple(m for m in self.playground.thread(channel, ts)[1:] if m.bot_id)


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """A playground without a bot."""
    here = Playground(scopes=SCOPES)
    here.redelivery_seconds = (0.1, 0.1, 0.1)
    await here.start()
    yield here
    await here.stop()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite file."""
    shutil.copy(sqlite_template, tmp_path / "handlers.db")
    return f"sqlite:///{tmp_path / 'handlers.db'}"


@pytest.fixture
async def work(playground: Playground, sqlite_url: str) -> AsyncIterator[Workplace]:
    """A bot without a model, on SQLite, connected to the playground."""
    settings = in_playground(settings_of.read(database_url=sqlite_url), playground)
    async with running(settings) as bot:
        await playground.until(lambda: playground.connected)
        yield Workplace(playground, settings, bot)
