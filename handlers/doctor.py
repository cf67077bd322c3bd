"""What can be wrong with the Slack side, and how to mend it."""

from dataclasses import dataclass

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.texts import say
from handlers import SCOPES


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    says: str
    """What was found, and what to do about it where it is not well."""


async def check_slack(client: AsyncWebClient, app_token: str) -> tuple[Check, ...]:
    """Try both tokens and hold the granted scopes against those that the bot needs."""
    return (await _bot_token(client), await _app_token(client, app_token))


async def _bot_token(client: AsyncWebClient) -> Check:
    try:
        answer = await client.auth_test()
    except (SlackApiError, ClientError, TimeoutError) as error:
        return Check("SLACK_BOT_TOKEN", False, say("doctor.bot_token", reason=_reason(error)))
    headers = {name.lower(): value for name, value in answer.headers.items()}
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
    missing = [scope for scope in SCOPES if scope not in granted]
    if missing:
        return Check("SLACK_BOT_TOKEN", False, say("doctor.scopes", missing=", ".join(missing)))
    found = say("doctor.slack", user=answer["user"], team=answer["team"])
    return Check("SLACK_BOT_TOKEN", True, found)


async def _app_token(client: AsyncWebClient, app_token: str) -> Check:
    try:
        await client.apps_connections_open(app_token=app_token)
    except (SlackApiError, ClientError, TimeoutError) as error:
        return Check("SLACK_APP_TOKEN", False, say("doctor.app_token", reason=_reason(error)))
    return Check("SLACK_APP_TOKEN", True, say("doctor.socket"))


def _reason(error: Exception) -> str:
    if isinstance(error, SlackApiError):
        return str(error.response.get("error") or error.response.status_code)
    return type(error).__name__
