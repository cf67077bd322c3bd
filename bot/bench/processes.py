"""Measurements of the running bot: a process of its own against a playground in this one."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.playground import Playground
from bot.sample import QUESTION
from handlers import SCOPES
from storage import Database

_ROOT = Path(__file__).parents[2]
_RUNS = 5
_MENTIONS = 40
_DEPENDENCIES = (
    "aiohttp, aiosqlite, alembic, apscheduler, dbos, genai_prices, jinja2, numpy, openai, "
    "pydantic_settings, slack_bolt.app.async_app, slack_sdk, sqlalchemy.ext.asyncio, typer"
)
_ANN, _GENERAL, _BOT = "U0ANN", "C0GENERAL", "U0TUNEWISE"

Figures = dict[str, Any]


async def start_bot(
    playground: Playground, database_url: str, folder: Path, **settings: str
) -> asyncio.subprocess.Process:
    """Start a bot in a process of its own and wait until it is connected to a playground.

    Raises RuntimeError where it ends instead; it says why on standard error.
    """
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(_ROOT),
        "SLACK_BOT_TOKEN": playground.bot_token,
        "SLACK_APP_TOKEN": playground.app_token,
        "SLACK_API_URL": playground.api_url,
        "DATABASE_URL": database_url,
        **settings,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=env, cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    if not await asyncio.wait_for(process.stdout.readline(), 60):
        raise RuntimeError("the bot did not start")
    return process


async def start() -> Figures:
    """From nothing to connected on a migrated database, and the memory that it then holds."""
    seconds, megabytes, bare_seconds, bare_megabytes = [], [], [], []
    for _ in range(_RUNS):
        began = time.monotonic()
        async with _bot() as (_, process):
            seconds.append(time.monotonic() - began)
            megabytes.append(_resident(process.pid))
        began = time.monotonic()
        bare = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            f"import {_DEPENDENCIES}; print(1, flush=True); input()",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert bare.stdout
        await bare.stdout.readline()
        bare_seconds.append(time.monotonic() - began)
        bare_megabytes.append(_resident(bare.pid))
        await bare.communicate(b"\n")
    ready, held = statistics.median(seconds), statistics.median(megabytes)
    return {
        "start_to_ready_s": round(ready, 2),
        "start_to_importing_alone": round(ready / statistics.median(bare_seconds), 2),
        "memory_mb": round(held),
        "memory_to_importing_alone": round(held / statistics.median(bare_megabytes), 2),
    }


async def replies() -> Figures:
    """From a mention to the first sign of life in its thread, one at a time, without a model."""
    waited = []
    async with _bot() as (playground, _):
        for _ in range(_MENTIONS):
            began = time.monotonic()
            ts = await playground.say(_ANN, _GENERAL, f"<@{_BOT}> {QUESTION}")
            await playground.until(_answered(playground, ts), timeout=30)
            waited.append(time.monotonic() - began)
            await asyncio.sleep(1)  # Slack's pace of one post a second is not what is measured
    return {
        "first_sign_p50_s": _percentile(waited, 50),
        "first_sign_p95_s": _percentile(waited, 95),
    }


async def acks() -> Figures:
    """From an event to its acknowledgement while a call to a slow model is running."""
    async with _slow_model() as (url, asked):
        settings = {"OPENAI_BASE_URL": url, "MODEL": "slow"}
        async with _bot(**settings) as (playground, _):
            await playground.say(_ANN, _GENERAL, f"<@{_BOT}> {QUESTION}")
            await asyncio.wait_for(asked.wait(), 30)
            before = len(playground.deliveries)
            for _ in range(_MENTIONS):
                await playground.say(_ANN, _GENERAL, f"<@{_BOT}> {QUESTION}")
                await asyncio.sleep(0.05)
            await playground.until(lambda: all(d.acked_at for d in playground.deliveries))
            late = [(d.acked_at or 0) - d.sent_at for d in playground.deliveries[before:]]
    return {"ack_p50_s": _percentile(late, 50), "ack_max_s": round(max(late), 3)}


@asynccontextmanager
async def _bot(**settings: str) -> AsyncIterator[tuple[Playground, asyncio.subprocess.Process]]:
    with tempfile.TemporaryDirectory() as name:
        folder, playground = Path(name), Playground(scopes=SCOPES)
        url = f"sqlite:///{folder / 'bench.db'}"
        db = Database(url)
        await asyncio.to_thread(db.migrate)
        await db.close()
        await playground.start()
        process = await start_bot(playground, url, folder, **settings)
        try:
            yield playground, process
        finally:
            process.kill()
            await process.wait()
            await playground.stop()


@asynccontextmanager
async def _slow_model() -> AsyncIterator[tuple[str, asyncio.Event]]:
    asked, done = asyncio.Event(), asyncio.Event()

    async def think(_: web.Request) -> web.Response:
        asked.set()
        await done.wait()
        return web.json_response({}, status=400)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", think)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1", asked
    finally:
        done.set()
        await runner.cleanup()


def _answered(playground: Playground, ts: str) -> Callable[[], bool]:
    return lambda: len(playground.thread(_GENERAL, ts)) > 1


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _percentile(values: list[float], percent: int) -> float:
    return round(statistics.quantiles(values, n=100, method="inclusive")[percent - 1], 3)
