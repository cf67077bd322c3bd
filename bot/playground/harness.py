"""Starts and stops the stand-in, and lets tests act in it and look at it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from aiohttp import web

from bot.playground import chat
from bot.playground.file_routes import FileRoutes
from bot.playground.guard import local_only
from bot.playground.limits import Rate
from bot.playground.methods import METHODS
from bot.playground.page import Page
from bot.playground.people import People
from bot.playground.socket_mode import Delivery, SocketMode
from bot.playground.stored import File
from bot.playground.team import Channel, Json, Message, Status, Team, User, View
from bot.playground.web_api import (
    ApiRequest,
    Door,
    Fault,
    RefusedError,
    arguments,
    need_strings,
)
from bot.playground.workspace import Workspace

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "chat:write",
    "commands",
    "groups:history",
    "im:history",
    "users:read",
)
"""What the app is granted unless told otherwise."""

T = TypeVar("T")


class Playground(People):
    """A Slack team in memory, served on 127.0.0.1, in which people act and apps answer."""

    bot_token = "xoxb-playground"
    app_token = "xapp-playground"

    def __init__(
        self,
        command_prefix: str = "",
        scopes: tuple[str, ...] = SCOPES,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.team = Team(now)
        self._socket = SocketMode(now, self._wake)
        space = Workspace(self.team, scopes, self._socket.ticket)
        super().__init__(space, self._socket, command_prefix)
        tokens = (self.bot_token, self.app_token)
        self._door = Door(space, METHODS, scopes, tokens, now, self._wake)
        self.commands: Sequence[tuple[str, str, str]] = ()
        """What the page offers after a typed slash: (command, hint, description)."""
        self.banner = ""
        """A line that the page shows on top, such as a warning; empty for none."""
        self._page = Page(self)
        self._files = FileRoutes(space, self._door)
        self._runner: web.AppRunner | None = None
        self._woken = asyncio.Event()
        self.team.changed = self._wake

    async def start(self, port: int = 0) -> None:
        """Serve on 127.0.0.1; port 0 takes any free one. Raises OSError where it is taken."""
        app = web.Application(client_max_size=8 * 1024 * 1024, middlewares=[local_only])
        app.router.add_route("*", "/api/{method}", self._door.serve)
        app.router.add_get("/link", self._socket.serve)
        app.router.add_post("/response/{key}", self._respond)
        self._page.add_routes(app.router)
        self._files.add_routes(app.router)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._space.url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close every socket, let go of every call that hangs, and free the port."""
        self._door.released.set()
        await self._socket.stop()
        await self._page.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def url(self) -> str:
        """Where the page is; empty before `start`."""
        return self._space.url

    @property
    def api_url(self) -> str:
        """Where the Web API is, as clients want it: with a slash at the end."""
        return f"{self._space.url}/api/"

    # What there is to see

    def messages(self, channel: str) -> tuple[Message, ...]:
        """Every message of a channel, replies included, oldest first."""
        return self.team.messages(channel)

    def thread(self, channel: str, ts: str) -> tuple[Message, ...]:
        """The root and its replies, oldest first."""
        return self.team.thread(channel, ts)

    def message(self, channel: str, ts: str) -> Message:
        """One message. Raises LookupError where it does not stand (any longer)."""
        message = self.team.find(channel, ts)
        if message is None:
            raise LookupError(f"There is no message {ts} in {channel}.")
        return message

    def ephemerals(self, user: str) -> tuple[Message, ...]:
        """What was shown to this person only, oldest first."""
        return tuple(message for reader, message in self.team.ephemerals if reader == user)

    @property
    def files(self) -> tuple[File, ...]:
        """Every file that was uploaded and not deleted, oldest first."""
        return tuple(self.team.files.values())

    @property
    def views(self) -> tuple[View, ...]:
        """The modals that are open, the one on top last."""
        return tuple(self.team.views.values())

    def home(self, user: str) -> View | None:
        """What this person's Home tab shows."""
        return self.team.homes.get(user)

    @property
    def statuses(self) -> dict[tuple[str, str], Status]:
        """The assistant's lines that show now, by (channel, thread_ts)."""
        return self.team.statuses

    @property
    def sessions(self) -> dict[tuple[str, str], str]:
        """The last status of each agent session, by (channel, thread_ts)."""
        return dict(self.team.sessions)

    @property
    def requests(self) -> list[ApiRequest]:
        """Every call of the Web API (and of `response_url`), oldest first."""
        return list(self._door.requests)

    def calls(self, method: str) -> list[ApiRequest]:
        """The calls of one method, oldest first."""
        return [request for request in self._door.requests if request.method == method]

    @property
    def deliveries(self) -> list[Delivery]:
        """Every envelope, oldest first."""
        return list(self._socket.deliveries)

    @property
    def connected(self) -> bool:
        """Whether an app is connected over Socket Mode."""
        return self._socket.connected

    async def until(  # a test says how long inside one call
        self,
        condition: Callable[[], T],
        timeout: float = 5,  # noqa: ASYNC109
    ) -> T:
        """Wait until the condition holds and give its value.

        Looked at again after every change here, and twenty times a second for what changes
        elsewhere. Raises TimeoutError that lists the last calls and envelopes.
        """
        end = asyncio.get_running_loop().time() + timeout
        while not (held := condition()):
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                raise TimeoutError(f"Not so within {timeout} s.\n{self._recent()}")
            await self._change(min(left, 0.05))
        return held

    def next_change(self) -> asyncio.Event:
        """Set at the next change of anything here."""
        return self._woken

    # What can be set up or go wrong

    def add_user(self, user: User) -> None:
        """Take in a member."""
        self.team.add_user(user)

    def add_channel(self, channel: Channel) -> None:
        """Open a channel; the bot hears of it what it is a member of."""
        self.team.add_channel(channel)

    def fail(self, method: str, fault: Fault, times: int = 1, retry_after: int = 1) -> None:
        """Make the next calls of a method go wrong.

        `response_url`, `upload_url` (the bytes of an upload) and `url_private` (a download) count
        as methods.
        """
        self._door.fail(method, fault, times, retry_after)

    async def disconnect(self, reason: str | None = "refresh_requested") -> None:
        """Tell the app to reconnect and close its sockets; `None` cuts them without a word."""
        await self._socket.disconnect(reason)

    async def deliver(self, type: str, payload: Json) -> str:
        """Send any envelope as it is; gives the envelope_id."""
        return self._socket.deliver(type, payload)

    async def redeliver(self, envelope_id: str) -> str:
        """Send the payload of an envelope once more, as a retry; gives the new envelope_id."""
        return self._socket.redeliver(envelope_id)

    @property
    def redelivery(self) -> bool:
        """Whether events without an ack are sent again, as Slack does; off at first."""
        return self._socket.redelivery

    @redelivery.setter
    def redelivery(self, on: bool) -> None:
        self._socket.redelivery = on

    @property
    def redelivery_seconds(self) -> tuple[float, ...]:
        """How long an event waits for its ack before its first, second and third retry."""
        return self._socket.redelivery_seconds

    @redelivery_seconds.setter
    def redelivery_seconds(self, seconds: tuple[float, ...]) -> None:
        self._socket.redelivery_seconds = seconds

    @property
    def rate_limiting(self) -> bool:
        """Whether calls that come too often are refused; off at first."""
        return self._door.rate_limiting

    @rate_limiting.setter
    def rate_limiting(self, on: bool) -> None:
        self._door.rate_limiting = on

    @property
    def rates(self) -> dict[str, Rate]:
        """The rate of each method while `rate_limiting` is on; rows may be changed."""
        return self._door.rates

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        args, refused = await arguments(request)
        asked = ApiRequest("response_url", args, self.team.now(), token_ok=True)

        def run() -> Json:
            if refused:
                return refused
            try:
                need_strings(args)
                return chat.respond(self._space, request.match_info["key"], args)
            except RefusedError as refusal:
                return refusal.answer

        return await self._door.answer(request, asked, run)

    def _wake(self) -> None:
        woken, self._woken = self._woken, asyncio.Event()
        woken.set()

    async def _change(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return

    def _recent(self) -> str:
        calls = [
            f"  {r.method} {_short(r.args)} -> {_short(r.answer)}" for r in self.requests[-12:]
        ]
        sent = [
            f"  {d.type} {_short(d.payload.get('event', d.payload))} "
            f"{'acked' if d.acked_at else 'sent, no ack' if d.sent else 'waits for an app'}"
            for d in self.deliveries[-12:]
        ]
        state = "connected" if self.connected else "not connected"
        return "\n".join([f"The app is {state}.", "Calls:", *calls, "Envelopes:", *sent])


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}…"
