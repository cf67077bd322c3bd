"""The page in the browser: its files, its live line, and what people may do through it."""

import asyncio
import contextlib
import html
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from bot.playground.stored import addresses
from bot.playground.team import BOT, BOT_NAME, Json, View

if TYPE_CHECKING:
    from bot.playground.harness import Playground

STATIC = Path(__file__).parent / "static"
SHOWN = 300
"""Messages of each channel that the page is given; older ones stay in the playground."""

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class Page:
    """Serves the page and keeps every open one up to date."""

    def __init__(self, playground: "Playground") -> None:
        self._playground = playground
        self._open: set[web.WebSocketResponse] = set()

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Put the page's addresses into the app."""
        router.add_get("/", _file("index.html"))
        router.add_get("/page/page.js", _file("page.js"))
        router.add_get("/page/page.css", _file("page.css"))
        router.add_get("/page/LICENSES.txt", _file("LICENSES.txt"))
        router.add_get("/page/live", self._live)

    async def stop(self) -> None:
        """Close every open page's line."""
        await asyncio.gather(*(socket.close() for socket in tuple(self._open)))

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if "Origin" not in request.headers:  # a foreign one is refused before it comes here
            raise web.HTTPForbidden(text="This line is for the page only.")
        socket = web.WebSocketResponse(timeout=0.3, heartbeat=20)
        await socket.prepare(request)
        self._open.add(socket)
        teller = asyncio.create_task(self._keep_telling(socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await socket.send_json(await self._do(message.data))
        finally:
            self._open.discard(socket)
            teller.cancel()
        return socket

    async def _keep_telling(self, socket: web.WebSocketResponse) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                changed = self._playground.next_change()
                await socket.send_json({"state": state_of(self._playground)})
                await changed.wait()
                await asyncio.sleep(0.03)  # a burst of changes becomes one picture

    async def _do(self, frame: str) -> Json:
        """Do what a page asked for; `error` says in words why it could not be done."""
        try:
            asked = json.loads(frame)
            deed, args = DEEDS[asked["do"]], asked["args"]
            return {"id": asked["id"], **await deed(self._playground, **args)}
        except (LookupError, ValueError) as error:
            words = error.args[0] if error.args else "That cannot be done."
        except (TypeError, AttributeError):
            words = "The page asked for something the playground does not know."
        with contextlib.suppress(ValueError, TypeError):
            return {"id": json.loads(frame).get("id"), "error": str(words)}
        return {"id": None, "error": str(words)}


async def type_in(
    playground: "Playground",
    user: str,
    channel: str,
    text: str,
    thread_ts: str | None = None,
    files: Sequence[str] = (),
) -> Json:
    """Send what a person typed: a command, or a message with names and marks made Slack's.

    `files` are ids of what the page uploaded before. Raises ValueError where Slack would not send
    it.
    """
    command, _, rest = text.partition(" ")
    if command.startswith("/") and not files:
        if thread_ts:
            raise ValueError(f"{command} is not supported in threads. Sorry!")
        if command not in [known for known, _, _ in playground.commands]:
            raise ValueError(f"{command} is not a valid command.")
        await playground.command(user, channel, command, rest.strip(), whole=True)
        return {}
    words = as_typed(text, {member.name: member.id for member in playground.team.users.values()})
    if files:
        return {"ts": await playground.share(user, channel, files, words, thread_ts)}
    return {"ts": await playground.say(user, channel, words, thread_ts)}


def as_typed(text: str, names: dict[str, str]) -> str:
    """Typed words as Slack stores them: escaped, with `@Name` made a mention.

    >>> as_typed("@Tunewise is a < b?", {"Tunewise": "U0TUNEWISE"})
    '<@U0TUNEWISE> is a &lt; b?'
    """
    escaped = html.escape(text, quote=False)
    known = "|".join(re.escape(name) for name in names)
    return re.sub(
        rf"(?<!\w)@({known})\b",
        lambda found: f"<@{next(i for n, i in names.items() if n.lower() == found[1].lower())}>",
        escaped,
        flags=re.IGNORECASE,
    )


def _deed(name: str) -> Callable[..., Awaitable[Json]]:
    async def do(playground: "Playground", **args: Any) -> Json:
        await getattr(playground, name)(**args)
        return {}

    return do


DEEDS: dict[str, Callable[..., Awaitable[Json]]] = {
    "type_in": type_in,
    **{
        name: _deed(name)
        for name in ("click", "click_in_view", "submit", "close_view", "open_home", "press_stop")
    },
}
"""Everything that a page can ask for."""


def state_of(playground: "Playground") -> Json:
    """Everything that the page shows."""
    team = playground.team
    return {
        "team": "Playground",
        "bot": {"id": BOT, "name": BOT_NAME},
        "connected": playground.connected,
        "banner": playground.banner,
        "commands": [
            {"command": command, "hint": hint, "description": description}
            for command, hint, description in playground.commands
        ],
        "users": [
            {"id": u.id, "name": u.name, "is_admin": u.is_admin, "is_bot": u.is_bot}
            for u in team.users.values()
        ],
        "channels": [
            {"id": c.id, "name": c.name, "partner": c.partner, "members": sorted(c.members)}
            for c in team.channels.values()
        ],
        "messages": {
            channel: [m.to_json() | {"channel": channel} for m in team.messages(channel)[-SHOWN:]]
            for channel in team.channels
        },
        "ephemerals": [
            message.to_json() | {"channel": message.channel, "only_to": reader}
            for reader, message in team.ephemerals[-SHOWN:]
        ],
        "files": _files(playground),
        "views": [_view(view) for view in team.views.values()],
        "homes": {user: _view(view) for user, view in team.homes.items()},
        "statuses": [
            {
                "channel": channel,
                "thread_ts": thread_ts,
                "text": status.text,
                "loading_messages": list(status.loading_messages),
            }
            for (channel, thread_ts), status in team.statuses.items()
        ],
        "sessions": [
            {"channel": channel, "thread_ts": thread_ts, "status": status}
            for (channel, thread_ts), status in team.sessions.items()
        ],
        "prompts": {channel: list(prompts) for channel, prompts in team.suggested.items()},
    }


def _files(playground: "Playground") -> dict[str, str]:
    """Where the page finds each file, by everything that a `slack_file` may call it."""
    found: dict[str, str] = {}
    for file in playground.files:
        *others, there = addresses(playground.url, file)
        path = there.removeprefix(playground.url)
        found |= dict.fromkeys((file.id, there, *others), path)
    return found


def _view(view: View) -> Json:
    return {
        "id": view.id,
        "user": view.user,
        "hash": view.hash,
        "content": view.content,
        "errors": dict(view.errors),
    }


def _file(name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / name, headers=SECURITY)

    return serve
