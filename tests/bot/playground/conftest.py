"""A playground, official clients to judge it, and a small Bolt app to answer in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground

ALL_SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "im:history",
    "im:read",
    "im:write",
    "reactions:write",
    "team:read",
    "users:read",
)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1_795_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def pg(clock: Clock) -> AsyncIterator[Playground]:
    playground = Playground(scopes=ALL_SCOPES, now=clock)
    await playground.start()
    yield playground
    await playground.stop()


@pytest.fixture
def client(pg: Playground) -> AsyncWebClient:
    return AsyncWebClient(token=pg.bot_token, base_url=pg.api_url)


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client)


@pytest.fixture
def app_for() -> Callable[[Playground], AsyncApp]:
    def made(playground: Playground) -> AsyncApp:
        client = AsyncWebClient(token=playground.bot_token, base_url=playground.api_url)
        return AsyncApp(client=client)

    return made


Connect = Callable[[AsyncApp], Awaitable[AsyncSocketModeHandler]]


@pytest.fixture
async def connect(pg: Playground) -> AsyncIterator[Connect]:
    """Connects an app over Socket Mode; it is closed at the end of the test."""
    async with AsyncExitStack() as opened:

        async def connected(app: AsyncApp) -> AsyncSocketModeHandler:
            handler = AsyncSocketModeHandler(app, pg.app_token, ping_interval=0.1)
            opened.push_async_callback(handler.close_async)
            await handler.connect_async()  # type: ignore[no-untyped-call]
            await pg.until(lambda: pg.connected)
            return handler

        yield connected


@pytest.fixture
async def live() -> AsyncIterator[Playground]:
    """A playground on the real clock, with what a starter sets."""
    playground = Playground(scopes=ALL_SCOPES)
    playground.banner = "No language model: computed and quoted, nothing generated."
    playground.commands = [
        ("/advise", "", "Fill in the facts of your question"),
        ("/costs", "[today|month]", "What the models cost"),
    ]
    await playground.start()
    yield playground
    await playground.stop()


Open = Callable[..., Awaitable[Page]]


@pytest.fixture
async def open_page(live: Playground, chromium: Browser) -> AsyncIterator[Open]:
    """Opens the page; any error, refused asset or address off this machine fails the test."""
    faults: list[str] = []

    async def opened(**options: Any) -> Page:
        page = await chromium.new_page(**{"viewport": {"width": 1280, "height": 800}} | options)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page.on(
            "request",
            lambda r: None if r.url.startswith((live.url, "data:")) else faults.append(r.url),
        )
        await page.goto(live.url)
        return page

    yield opened
    for context in chromium.contexts:
        await context.close()
    assert faults == []
