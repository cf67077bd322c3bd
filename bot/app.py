"""The only place where things are built: settings in, a running bot out."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientError
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import start_clock
from bot.embeddings import open_embeddings
from bot.errors import SetupError
from bot.jobs import Jobs
from bot.ledger import Ledger
from bot.llm import LLM, open_llm
from bot.settings import Settings
from bot.texts import say
from handlers import Bot, register
from handlers.posting import Posting
from storage import Database

_SLACK_SECONDS = 10

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Running:
    """A bot that is connected and takes jobs."""

    bot: Bot
    team_id: str


@asynccontextmanager
async def running(settings: Settings, *, allow_local: bool = False) -> AsyncIterator[Running]:
    """Run the bot on Socket Mode for as long as the context is open.

    Raises SetupError, in words for whoever runs the bot, where a setting, the database or Slack
    does not let it start.
    """
    async with AsyncExitStack() as stack:
        db, ledger, llm = await stack.enter_async_context(parts(settings, allow_local=allow_local))
        jobs = Jobs(db, settings.lease_seconds)
        client = slack_client(settings)
        identity = await _identity(client, settings)
        posting = Posting(lambda team_id: client, jobs)
        embeddings = open_embeddings(settings.embedding_model)
        bot = Bot(settings, db, jobs, ledger, llm, posting, str(identity.bot_user_id), embeddings)
        slack = _listening(identity, bot)
        await jobs.start()
        stack.push_async_callback(jobs.close)
        clock = start_clock(db, jobs, ledger, settings.retention_days)
        stack.callback(clock.shutdown, wait=False)
        handler = AsyncSocketModeHandler(slack, secret(settings.slack_app_token), ping_interval=5)
        stack.push_async_callback(handler.close_async)
        await _connected(handler, client)
        gc.collect()
        gc.freeze()  # what stands now stays: looking at it again would hold the loop over 100 ms
        yield Running(bot, str(identity.team_id))


@asynccontextmanager
async def parts(
    settings: Settings, *, allow_local: bool = False
) -> AsyncIterator[tuple[Database, Ledger, LLM | None]]:
    """Open what works without Slack: the migrated database, the ledger and the model, if any."""
    async with AsyncExitStack() as stack:
        db = Database(settings.database_url)
        stack.push_async_callback(db.close)
        await migrated(db)
        ledger = Ledger(db, settings)
        llm = open_llm(settings, ledger, allow_local=allow_local)
        if llm:
            stack.push_async_callback(llm.close)
        yield db, ledger, llm


async def migrated(db: Database) -> None:
    """Bring the database up to date, or raise SetupError that says what stands in the way."""
    try:
        await asyncio.to_thread(db.migrate)
    except Exception as error:
        _log.debug("the database cannot be opened", exc_info=error)
        raise SetupError(say("app.no_database", reason=type(error).__name__)) from error


def slack_client(settings: Settings, *, token: bool = True) -> AsyncWebClient:
    """Give the client of the bot token. It never repeats a request by itself: posting does."""
    return AsyncWebClient(
        secret(settings.slack_bot_token) if token else None,
        base_url=settings.slack_api_url,
        timeout=_SLACK_SECONDS,
        retry_handlers=[],
    )


def secret(value: SecretStr | None) -> str:
    """Give what a secret setting holds; nothing where it is not set."""
    return value.get_secret_value() if value else ""


def _listening(identity: AuthorizeResult, bot: Bot) -> AsyncApp:
    """Build the app. It acknowledges after the listener, so that nothing acknowledged is lost."""

    async def authorize() -> AuthorizeResult:
        return identity

    quiet = logging.getLogger("slack")
    quiet.setLevel(logging.ERROR)  # some of Bolt's warnings quote what people typed
    app = AsyncApp(
        logger=quiet,
        client=slack_client(bot.settings, token=False),  # `authorize` brings the token
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,  # Socket Mode signs nothing
    )
    register(app, bot)
    return app


async def _identity(client: AsyncWebClient, settings: Settings) -> AuthorizeResult:
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        reason = str(error.response.get("error"))
        raise SetupError(say("app.no_slack", reason=reason)) from error
    except Exception as error:
        reason = type(error).__name__
        raise SetupError(say("app.slack_unreachable", reason=reason)) from error
    return AuthorizeResult(
        enterprise_id=answer.get("enterprise_id"),
        team_id=answer["team_id"],
        bot_user_id=answer["user_id"],
        bot_id=answer.get("bot_id"),
        bot_token=secret(settings.slack_bot_token),
    )


async def _connected(handler: AsyncSocketModeHandler, client: AsyncWebClient) -> None:
    """Connect, or raise SetupError: the handler alone would try again for ever."""
    try:
        opened = await client.apps_connections_open(app_token=handler.app_token)
        handler.client.wss_uri = opened["url"]
        async with asyncio.timeout(_SLACK_SECONDS):
            await handler.connect_async()  # type: ignore[no-untyped-call]
    except SlackApiError as error:
        reason = str(error.response.get("error"))
        raise SetupError(say("app.no_socket", reason=reason)) from error
    except (ClientError, TimeoutError, OSError) as error:
        reason = type(error).__name__
        raise SetupError(say("app.slack_unreachable", reason=reason)) from error
