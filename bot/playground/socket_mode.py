"""Socket Mode: envelopes out, acks in, over WebSockets that the app opens."""

import asyncio
import contextlib
import itertools
import json
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.playground.limits import REDELIVERY_SECONDS, SOCKETS
from bot.playground.team import APP, Json

KEPT = 20_000
"""Deliveries remembered; the oldest are forgotten first."""


@dataclass(frozen=True)
class Delivery:
    """One envelope on its way to the app."""

    envelope_id: str
    type: str
    payload: Json
    sent_at: float
    """When it left; while no app is connected, when it would have."""
    sent: bool = False
    acked_at: float | None = None
    ack_payload: Json | None = None
    attempt: int = 0
    """0 at first, then the number of the retry."""


@dataclass(eq=False)
class Link:
    """One open socket."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    outgoing: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    draining: bool = False
    """A disconnect frame was sent: nothing new goes here."""


class SocketMode:
    """Every open socket, and every envelope ever sent."""

    def __init__(self, now: Callable[[], float], changed: Callable[[], None]) -> None:
        self.redelivery = False
        self.redelivery_seconds: tuple[float, ...] = REDELIVERY_SECONDS
        self.acked: Callable[[Delivery], None] = lambda delivery: None
        self._now = now
        self._changed = changed
        self._links: list[Link] = []
        self._turn = itertools.count()
        self._tickets: set[str] = set()
        self._deliveries: OrderedDict[str, Delivery] = OrderedDict()
        self._waiting: deque[str] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether an app is there to receive."""
        return any(not link.draining for link in self._links)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Every envelope, oldest first."""
        return tuple(self._deliveries.values())

    def ticket(self) -> str:
        """A pass for one connection."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    def deliver(self, kind: str, payload: Json, attempt: int = 0) -> str:
        """Send an envelope to one open socket, or keep it until there is one; gives its id."""
        delivery = Delivery(secrets.token_hex(8), kind, payload, self._now(), attempt=attempt)
        self._deliveries[delivery.envelope_id] = delivery
        if len(self._deliveries) > KEPT:
            self._deliveries.popitem(last=False)
        self._waiting.append(delivery.envelope_id)
        self._flush()
        return delivery.envelope_id

    def redeliver(self, envelope_id: str) -> str:
        """Send the same payload once more, as a retry."""
        old = self._deliveries[envelope_id]
        return self.deliver(old.type, old.payload, old.attempt + 1)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket until it closes."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="no such ticket")
        self._tickets.remove(ticket)
        link = Link(web.WebSocketResponse(timeout=0.3, max_msg_size=0), request.transport)
        await link.socket.prepare(request)
        if len(self._links) >= SOCKETS:
            await link.socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await link.socket.close()
            return link.socket
        await link.socket.send_json(_hello(len(self._links) + 1))
        self._links.append(link)
        writer = asyncio.create_task(_write(link))
        self._flush()
        self._changed()
        try:
            await self._read(link)
        finally:
            self._links.remove(link)
            writer.cancel()
            self._changed()
        return link.socket

    async def disconnect(self, reason: str | None) -> None:
        """Ask every socket to reconnect; `warning` leaves it open, `None` cuts it without a word.

        After any other reason the app has a moment to close the socket before it is closed.
        """
        links = tuple(self._links)
        for link in links:
            if reason:
                frame = {
                    "type": "disconnect",
                    "reason": reason,
                    "debug_info": {"host": "playground"},
                }
                link.outgoing.put_nowait(json.dumps(frame))
            if reason != "warning":
                link.draining = True
        if reason is None:
            _cut(links)
        elif reason != "warning":
            self._later(_close_in(0.3, links))
        self._changed()

    async def stop(self) -> None:
        """Close every socket and end what was waiting."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for link in self._links:
            link.draining = True
        await asyncio.gather(*(_close(link) for link in tuple(self._links)))

    async def _read(self, link: Link) -> None:
        async for message in link.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            with contextlib.suppress(json.JSONDecodeError):
                answer = json.loads(message.data)
                if isinstance(answer, dict) and str(answer.get("envelope_id")) in self._deliveries:
                    self._ack(answer)

    def _ack(self, answer: Json) -> None:
        old = self._deliveries[answer["envelope_id"]]
        if old.acked_at is not None:
            return
        new = replace(old, acked_at=self._now(), ack_payload=answer.get("payload"))
        self._deliveries[new.envelope_id] = new
        self.acked(new)
        self._changed()

    def _flush(self) -> None:
        links = [link for link in self._links if not link.draining]
        while links and self._waiting:
            delivery = self._deliveries.get(self._waiting.popleft())
            if delivery is None:
                continue
            link = links[next(self._turn) % len(links)]
            link.outgoing.put_nowait(json.dumps(_envelope(delivery)))
            sent = replace(delivery, sent_at=self._now(), sent=True)
            self._deliveries[sent.envelope_id] = sent
            if self.redelivery and sent.type == "events_api":
                self._later(self._retry_unacked(sent))
        self._changed()

    async def _retry_unacked(self, delivery: Delivery) -> None:
        if delivery.attempt >= len(self.redelivery_seconds):
            return
        await asyncio.sleep(self.redelivery_seconds[delivery.attempt])
        now = self._deliveries.get(delivery.envelope_id)
        if self.redelivery and now is not None and now.acked_at is None:
            self.redeliver(delivery.envelope_id)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _hello(connections: int) -> Json:
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": {
            "host": "playground",
            "build_number": 1,
            "approximate_connection_time": 18060,
        },
        "connection_info": {"app_id": APP},
    }


def _envelope(delivery: Delivery) -> Json:
    envelope: Json = {
        "envelope_id": delivery.envelope_id,
        "type": delivery.type,
        "accepts_response_payload": delivery.type != "events_api",
        "payload": delivery.payload,
    }
    if delivery.type == "events_api":
        envelope["retry_attempt"] = delivery.attempt
        envelope["retry_reason"] = "timeout" if delivery.attempt else ""
    return envelope


async def _write(link: Link) -> None:
    with contextlib.suppress(ConnectionError):
        while True:
            await link.socket.send_str(await link.outgoing.get())


async def _close_in(seconds: float, links: Iterable[Link]) -> None:
    await asyncio.sleep(seconds)
    await asyncio.gather(*(_close(link) for link in links))


async def _close(link: Link) -> None:
    await link.socket.close(code=WSCloseCode.GOING_AWAY)


def _cut(links: Iterable[Link]) -> None:
    for link in links:
        if link.transport is not None:
            link.transport.abort()
