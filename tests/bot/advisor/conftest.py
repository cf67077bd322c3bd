"""A scripted model server and the bot's own client of it, for what a model adds to the advisor."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import settings
from bot.ledger import Charge, Ledger, charging
from bot.llm import LLM
from storage import Database
from tests.modelserver import ScriptedModel


@pytest.fixture
async def model() -> AsyncIterator[ScriptedModel]:
    """A model server that says what a test tells it to."""
    async with ScriptedModel() as server:
        yield server


@pytest.fixture
async def llm(model: ScriptedModel, sqlite_template: Path, tmp_path: Path) -> AsyncIterator[LLM]:
    """The bot's own client of that server, with a ledger."""
    copy = tmp_path / "tunewise.db"
    await asyncio.to_thread(shutil.copy, sqlite_template, copy)
    db = Database(f"sqlite:///{copy}")
    read_settings = settings.read(model="gpt-6-luna", openai_base_url=model.url)
    client = LLM(read_settings, Ledger(db, read_settings))
    with charging(Charge("T1", "advisor", "T1:run")):
        yield client
    await client.close()
    await db.close()
