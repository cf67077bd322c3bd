"""A model server on loopback that says what a test tells it to, and bills what it was asked.

    async with ScriptedModel() as model:
        model.will_say("42")                     # the next request
        model.answers = lambda asked: "always"   # whenever nothing is scripted
        ...
        assert len(model.requests) == 1          # every request that was received
        assert model.billed.output == 1          # a token is a word

Pass `model.url` as OPENAI_BASE_URL.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from bot.ledger.prices import Price, PriceStatus, price_at

Asked = dict[str, Any]
"""The JSON body of a request."""


@dataclass(frozen=True)
class Bill:
    """What the server charges for; tokens are words."""

    input: int = 0
    """All of the input, what came from the cache included."""
    cached: int = 0
    output: int = 0
    delivered: bool = True
    """Whether the client was told."""


@dataclass(frozen=True)
class _Say:
    text: str
    cached: int = 0
    finish: str | None = "stop"
    refusal: str = ""
    latency: float = 0
    """Seconds before the first token."""
    cut_after: int | None = None
    """Words after which the connection breaks."""
    pause: float = 0
    """Seconds between words."""
    tier: str | None = None


@dataclass(frozen=True)
class _Fail:
    status: int
    error: dict[str, Any]
    headers: dict[str, str]


@dataclass(frozen=True)
class _Raw:
    body: bytes | None
    """None: never answer."""


class ScriptedModel:
    """Scripted replies come in the order in which they were given; then `answers` is asked."""

    def __init__(
        self,
        *,
        usage: bool = True,
        json_schema: bool = True,
        json_object: bool = True,
        max_completion_tokens: bool = True,
    ) -> None:
        """Switch off what some servers lack: reporting usage, or understanding an option."""
        self.requests: list[Asked] = []
        self.keys: list[str] = []
        """The Authorization header of each request."""
        self.bills: list[Bill] = []
        """One for each request that was worked on; refused ones cost nothing."""
        self.at_once = 0
        """Requests under way now."""
        self.most_at_once = 0
        self.answers: Callable[[Asked], str] = lambda asked: "All right."
        self.model_returned: str | None = None
        """What the server calls the model; as it was asked for where None."""
        self.gate = asyncio.Event()
        """Clear it to keep every request waiting."""
        self.gate.set()
        self.url = ""
        self._usage = usage
        self._understands = {
            "json_schema": json_schema,
            "json_object": json_object,
            "max_completion_tokens": max_completion_tokens,
        }
        self._script: deque[_Say | _Fail | _Raw] = deque()
        self._closing = asyncio.Event()

    @property
    def billed(self) -> Bill:
        """The sum of the bills, delivered only where all of them were."""
        return Bill(
            sum(bill.input for bill in self.bills),
            sum(bill.cached for bill in self.bills),
            sum(bill.output for bill in self.bills),
            all(bill.delivered for bill in self.bills),
        )

    def will_say(self, text: str, **how: Any) -> None:
        """Answer with a text; `cached`, `finish`, `refusal`, `latency`, `pause` and `tier`."""
        self._script.append(_Say(text, **how))

    def will_parse(self, value: BaseModel | dict[str, Any], **how: Any) -> None:
        """Answer with a value as JSON."""
        text = value.model_dump_json() if isinstance(value, BaseModel) else json.dumps(value)
        self.will_say(text, **how)

    def will_cut(self, text: str, after: int) -> None:
        """Break the connection after some words; they are billed, but the client is not told."""
        self._script.append(_Say(text, cut_after=after))

    def will_hang(self) -> None:
        """Take the request, bill its input, and never answer."""
        self._script.append(_Raw(None))

    def will_garble(self, body: bytes = b"<html>It works!</html>") -> None:
        """Answer 200 with something that is no reply."""
        self._script.append(_Raw(body))

    def will_fail(
        self,
        status: int,
        *,
        code: str | None = None,
        message: str = "scripted",
        retry_after: str | None = None,
    ) -> None:
        """Refuse with a status: 429 with Retry-After, 429 `insufficient_quota`, 500, 401, …"""
        headers = {"Retry-After": retry_after} if retry_after is not None else {}
        self._script.append(_Fail(status, {"message": message, "code": code}, headers))

    async def __aenter__(self) -> "ScriptedModel":
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._models)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self.gate.set()
        await self._runner.cleanup()

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "scripted"}]})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        asked: Asked = await request.json()
        self.requests.append(asked)
        self.keys.append(request.headers.get("Authorization", ""))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._answer(request, asked)
        finally:
            self.at_once -= 1

    async def _answer(self, request: web.Request, asked: Asked) -> web.StreamResponse:
        if strange := self._strange(asked):
            message = f"Unsupported parameter: '{strange}'"
            return _refusal(_Fail(400, {"message": message, "param": strange}, {}))
        step = self._script.popleft() if self._script else _Say(self.answers(asked))
        if isinstance(step, _Fail):
            return _refusal(step)
        if isinstance(step, _Raw):
            return await self._raw(asked, step)
        await self.gate.wait()
        await asyncio.sleep(step.latency)
        if asked.get("stream"):
            return await self._stream(request, asked, step)
        bill = self._bill(asked, step, step.text.split())
        return web.json_response(self._whole(asked, step, bill))

    def _strange(self, asked: Asked) -> str | None:
        form = (asked.get("response_format") or {}).get("type")
        used = {form, *(name for name in asked if name == "max_completion_tokens")}
        return next(
            (name for name, known in self._understands.items() if name in used and not known), None
        )

    async def _raw(self, asked: Asked, step: _Raw) -> web.Response:
        self.bills.append(Bill(_words_in(asked), delivered=False))
        if step.body is None:
            await self._closing.wait()
        return web.Response(body=step.body or b"", content_type="text/html")

    async def _stream(self, request: web.Request, asked: Asked, step: _Say) -> web.StreamResponse:
        response = web.StreamResponse(headers={"x-request-id": f"req_{len(self.requests)}"})
        response.content_type = "text/event-stream"
        await response.prepare(request)
        said: list[str] = []
        try:
            async for piece in _pieces(step):
                said.append(piece)
                await _send(response, self._chunk(asked, step, {"content": piece}))
        except BaseException:
            self._bill(asked, step, said, delivered=False)
            raise
        if step.cut_after is not None:
            self._bill(asked, step, said, delivered=False)
            assert request.transport
            request.transport.close()
            return response
        bill = self._bill(asked, step, said)
        last = {"refusal": step.refusal} if step.refusal else {}
        await _send(response, self._chunk(asked, step, last, finish=step.finish))
        if self._usage and (asked.get("stream_options") or {}).get("include_usage"):
            chunk = self._chunk(asked, step, None)
            await _send(response, {**chunk, "choices": [], "usage": _usage(bill)})
        await response.write(b"data: [DONE]\n\n")
        return response

    def _bill(self, asked: Asked, step: _Say, said: list[str], *, delivered: bool = True) -> Bill:
        bill = Bill(_words_in(asked), step.cached, len(said), delivered and self._usage)
        self.bills.append(bill)
        return bill

    def _chunk(
        self, asked: Asked, step: _Say, delta: dict[str, Any] | None, finish: str | None = None
    ) -> dict[str, Any]:
        return {
            "id": "chatcmpl-scripted",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": self.model_returned or asked["model"],
            "service_tier": step.tier,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }

    def _whole(self, asked: Asked, step: _Say, bill: Bill) -> dict[str, Any]:
        message = {"role": "assistant", "content": step.text, "refusal": step.refusal or None}
        choice = {"index": 0, "message": message, "finish_reason": step.finish}
        chunk = self._chunk(asked, step, None)
        usage = {"usage": _usage(bill)} if self._usage else {}
        return {**chunk, "object": "chat.completion", "choices": [choice], **usage}


async def _pieces(step: _Say) -> AsyncIterator[str]:
    words = step.text.split(" ")
    for number, word in enumerate(words[: step.cut_after]):
        if number:
            await asyncio.sleep(step.pause)
        yield word if number == len(words) - 1 else f"{word} "


async def _send(response: web.StreamResponse, chunk: dict[str, Any]) -> None:
    await response.write(f"data: {json.dumps(chunk)}\n\n".encode())


def _refusal(step: _Fail) -> web.Response:
    error = {"type": "scripted_error", "param": None, **step.error}
    return web.json_response({"error": error}, status=step.status, headers=step.headers)


def _words_in(asked: Asked) -> int:
    return sum(len(message["content"].split()) for message in asked["messages"])


def _usage(bill: Bill) -> dict[str, Any]:
    return {
        "prompt_tokens": bill.input,
        "completion_tokens": bill.output,
        "total_tokens": bill.input + bill.output,
        "prompt_tokens_details": {"cached_tokens": bill.cached},
    }


def as_at_openai(
    base_url: str, model: str, *, on: date, service_tier: str | None = None, input_tokens: int
) -> tuple[PriceStatus, Price | None]:
    """Price the scripted server as if it were not our own."""
    return price_at(
        "https://api.openai.com/v1",
        model,
        on=on,
        service_tier=service_tier,
        input_tokens=input_tokens,
    )
