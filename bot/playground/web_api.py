"""The Web API's front door: tokens, scopes, arguments, faults, rates and the record of calls."""

import asyncio
import enum
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from bot.playground.limits import RATES, Rate
from bot.playground.team import Json

KEPT = 20_000
"""Calls remembered; the oldest are forgotten first."""


class Fault(enum.Enum):
    """What can be made to go wrong with the next calls of a method."""

    RATE_LIMITED = enum.auto()
    SERVER_ERROR = enum.auto()
    STORED_THEN_ERROR = enum.auto()
    HANG = enum.auto()
    STORED_THEN_HANG = enum.auto()


STORED = frozenset({Fault.STORED_THEN_ERROR, Fault.STORED_THEN_HANG})
HUNG = frozenset({Fault.HANG, Fault.STORED_THEN_HANG})


@dataclass(frozen=True)
class ApiRequest:
    """One call that arrived; `answer` is what it was told, `None` while it waits."""

    method: str
    args: Json
    at: float
    token_ok: bool
    answer: Json | None = None


class RefusedError(Exception):
    """Slack's way of saying no: an error name and what belongs to it."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer: Json = {"ok": False, "error": error, **more}


def refused_for(error: str, problems: list[str]) -> RefusedError:
    """A refusal that lists what is wrong."""
    return RefusedError(error, response_metadata={"messages": problems})


@dataclass(frozen=True)
class Method:
    """A row of the methods table."""

    run: Callable[[Any, Json], Json]
    needs: tuple[str, ...] = ()
    """Arguments that must be there."""
    scopes: tuple[str, ...] = ()
    """Any one of these is enough; none are needed where it is empty."""
    app_token: bool = False
    open: bool = False
    """Answers without a token."""


@dataclass
class _Planned:
    fault: Fault
    times: int
    retry_after: int


@dataclass
class Door:
    """Takes a call, decides whether it may happen, and writes it down."""

    context: Any
    """What methods work on; handed to them unchanged."""
    methods: Mapping[str, Method]
    scopes: tuple[str, ...]
    tokens: tuple[str, str]
    """The bot's and the app's."""
    now: Callable[[], float]
    changed: Callable[[], None]
    rate_limiting: bool = False
    rates: dict[str, Rate] = field(default_factory=lambda: dict(RATES))
    requests: deque[ApiRequest] = field(default_factory=lambda: deque(maxlen=KEPT))
    released: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the playground stops: nothing hangs longer."""
    _faults: dict[str, list[_Planned]] = field(default_factory=dict)
    _accepted: dict[tuple[str, ...], deque[float]] = field(default_factory=dict)

    def fail(self, method: str, fault: Fault, times: int, retry_after: int) -> None:
        """Make the next calls of a method go wrong; plans for one method queue up."""
        self._faults.setdefault(method, []).append(_Planned(fault, times, retry_after))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call of the Web API."""
        name = request.match_info["method"]
        args, refused = await arguments(request)
        token = _token(request, args)
        asked = ApiRequest(name, args, self.now(), token in self.tokens)
        return await self.answer(request, asked, lambda: refused or self._run(name, args, token))

    async def answer(
        self,
        request: web.Request,
        asked: ApiRequest,
        run: Callable[[], Json],
        written: Callable[[Json], web.Response] | None = None,
    ) -> web.StreamResponse:
        """Write a call down, run it, and let planned faults have their way.

        `written` makes the response out of what `run` gave, where that is not the JSON itself.
        """
        self.requests.append(asked)
        self.changed()
        planned = self._next_fault(asked.method)
        wait = planned.retry_after if planned and planned.fault is Fault.RATE_LIMITED else None
        if planned is None and self.rate_limiting:
            wait = self._wait(asked)
        if wait is not None:
            return self._told(asked, {"ok": False, "error": "ratelimited"}, 429, wait)
        fault = planned.fault if planned else None
        stored = run() if fault is None or fault in STORED else None
        if fault in HUNG:
            return await self._hang(request)
        if fault is not None or stored is None:
            return self._told(asked, {"ok": False, "error": "internal_error"}, 500)
        response = self._told(asked, stored)
        return written(stored) if written else response

    def _run(self, name: str, args: Json, token: str | None) -> Json:
        try:
            method = self.methods.get(name)
            if method is None:
                raise RefusedError("unknown_method", req_method=name)
            self._let_in(method, token)
            missing = [key for key in method.needs if args.get(key) in (None, "")]
            if missing:
                problems = [f"[ERROR] missing required field: {key}" for key in missing]
                raise refused_for("invalid_arguments", problems)
            need_strings(args)
            return {"ok": True, **method.run(self.context, args)}
        except RefusedError as refusal:
            return refusal.answer

    def _let_in(self, method: Method, token: str | None) -> None:
        if method.open:
            return
        if not token:
            raise RefusedError("not_authed")
        if token not in self.tokens:
            raise RefusedError("invalid_auth")
        if (token == self.tokens[1]) != method.app_token:
            raise RefusedError("not_allowed_token_type")
        if method.scopes and not set(method.scopes) & set(self.scopes):
            provided = ",".join(self.scopes)
            raise RefusedError("missing_scope", needed=",".join(method.scopes), provided=provided)

    def _next_fault(self, method: str) -> _Planned | None:
        plans = self._faults.get(method)
        if not plans:
            return None
        plan = plans[0]
        plan.times -= 1
        if plan.times <= 0:
            plans.pop(0)
        return plan

    def _wait(self, asked: ApiRequest) -> int | None:
        """Seconds to wait where a call comes too early; counts the call where it does not."""
        rate = self.rates.get(asked.method)
        if rate is None:
            return None
        key = (asked.method, *(str(asked.args.get(name)) for name in rate.per))
        accepted = self._accepted.setdefault(key, deque())
        while accepted and accepted[0] <= asked.at - rate.seconds:
            accepted.popleft()
        if len(accepted) >= rate.calls:
            return max(1, round(accepted[0] + rate.seconds - asked.at))
        accepted.append(asked.at)
        return None

    def _told(
        self, asked: ApiRequest, answer: Json, status: int = 200, wait: int | None = None
    ) -> web.Response:
        for place in range(len(self.requests) - 1, -1, -1):
            if self.requests[place] is asked:
                self.requests[place] = replace(asked, answer=answer)
                break
        self.changed()
        headers = {"x-oauth-scopes": ",".join(self.scopes), "x-slack-req-id": "playground"}
        if wait is not None:
            headers["Retry-After"] = str(wait)
        return web.json_response(answer, status=status, headers=headers)

    async def _hang(self, request: web.Request) -> web.Response:
        await self.released.wait()
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)


async def arguments(request: web.Request) -> tuple[Json, Json | None]:
    """The arguments of a call, from the address, a form or a JSON body.

    Where a body cannot be read there are none, and the second value is what to answer.
    """
    try:
        return await _arguments(request), None
    except RefusedError as refusal:
        return {}, refusal.answer


async def _arguments(request: web.Request) -> Json:
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        args |= await _body(request)
    elif request.method == "POST":
        try:
            form = await request.post()
        except (ValueError, LookupError):
            raise RefusedError("invalid_form_data") from None
        args |= {key: value for key, value in form.items() if isinstance(value, str)}
    return {key: _parsed(key, value) for key, value in args.items()}


async def _body(request: web.Request) -> Json:
    try:
        given = _json(await request.text())
    except LookupError:
        raise RefusedError("invalid_charset") from None
    except ValueError:
        raise RefusedError("invalid_json") from None
    if not isinstance(given, dict):
        raise RefusedError("json_not_object")
    return given


_JSON_ARGUMENTS = frozenset(
    {"blocks", "attachments", "metadata", "view", "prompts", "loading_messages", "message", "files"}
)


def _parsed(key: str, value: Any) -> Any:
    if key not in _JSON_ARGUMENTS or not isinstance(value, str):
        return value
    try:
        return _json(value)
    except ValueError:
        return value


def _json(text: str) -> Any:
    """Raises ValueError for what is not JSON, NaN and endless nesting included."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_STRINGS = frozenset(
    {
        *("alt_txt", "bot", "channel", "channel_id", "channels", "cursor", "external_id", "file"),
        *("filename", "hash", "initial_comment", "markdown_text", "message_ts", "name", "status"),
        *("text", "thread_ts", "timestamp", "title", "trigger_id", "ts", "types", "user"),
        *("user_id", "view_id"),
    }
)


def need_strings(args: Json) -> None:
    """Raises RefusedError where an argument that must be a string is none."""
    wrong = [key for key in args if key in _STRINGS and not isinstance(args[key], str | None)]
    if wrong:
        problems = [f"[ERROR] must provide a string [json-pointer:/{key}]" for key in wrong]
        raise refused_for("invalid_arguments", problems)


def _token(request: web.Request, args: Json) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    given = args.pop("token", None)
    return token.strip() if scheme.lower() == "bearer" else given
