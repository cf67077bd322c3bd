"""Slack that fails between the first call and the connection is named, and not tried for ever."""

import shutil
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

from bot import settings as settings_of
from bot.app import running
from bot.errors import SetupError


async def _who(_: web.Request) -> web.Response:
    return web.json_response({"ok": True, "team_id": "T1", "user_id": "U1", "bot_id": "B1"})


async def _cut(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.abort()
    return web.Response()


async def _lead_astray(_: web.Request) -> web.Response:
    return web.json_response({"ok": True, "url": "ws://127.0.0.1:9/"})


async def _refuse(_: web.Request) -> web.Response:
    return web.json_response({"ok": False, "error": "invalid_auth"})


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        pytest.param(_cut, "Slack cannot be reached", id="line cut"),
        pytest.param(_refuse, "refuses SLACK_APP_TOKEN: invalid_auth", id="refused"),
        pytest.param(_lead_astray, "Slack cannot be reached", id="no socket there"),
    ],
)
async def test_slack_that_opens_no_socket_is_named(
    answer: Handler,
    says: str,
    sqlite_template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.app._SLACK_SECONDS", 1)
    shutil.copy(sqlite_template, tmp_path / "app.db")
    slack = web.Application()
    slack.router.add_post("/api/auth.test", _who)
    slack.router.add_post("/api/apps.connections.open", answer)
    async with TestServer(slack) as server:
        settings = settings_of.read(
            slack_bot_token="xoxb-1",
            slack_app_token="xapp-1",
            slack_api_url=str(server.make_url("/api/")),
            database_url=f"sqlite:///{tmp_path / 'app.db'}",
        )
        with pytest.raises(SetupError, match=says):
            async with running(settings):
                pass
