"""A playground, official clients to judge it, and a small Bolt app to answer in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
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
