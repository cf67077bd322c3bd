"""The only module that speaks to the openai package: one HTTP request at a time.

Imported when the first model is opened, since the package takes half a second and 25 MB.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import httpx2
import openai
from pydantic import BaseModel

from bot.llm.requests import Option
from bot.llm.shapes import Shape

OnText = Callable[[str], Awaitable[None] | None]

Kind = Literal[
    "unreachable",
    "timeout",
    "cut",
    "garbled",
    "rate_limited",
    "server_failed",
    "no_quota",
    "wrong_key",
    "unknown_model",
    "too_long",
    "filtered",
    "refused_request",
]

RETRIED: tuple[Kind, ...] = (
    "unreachable",
    "timeout",
    "cut",
    "garbled",
    "rate_limited",
    "server_failed",
)
"""Failures that may pass."""

_PLACEHOLDER = "none"
"""Local servers ask for no key, but the client insists on one."""

_CONNECT_SECONDS = 5.0

_BY_STATUS: dict[int, Kind] = {
    401: "wrong_key",
    402: "no_quota",
    403: "wrong_key",
    404: "unknown_model",
    408: "server_failed",
    409: "server_failed",
    413: "too_long",
    429: "rate_limited",
}

_BY_CODE: dict[str, Kind] = {
    "insufficient_quota": "no_quota",
    "model_not_found": "unknown_model",
    "context_length_exceeded": "too_long",
    "exceed_context_size_error": "too_long",
    "content_filter": "filtered",
}

_OPTION_WORDS: tuple[tuple[str, Option], ...] = (
    ("max_completion_tokens", "max_completion_tokens"),
    ("stream_options", "stream_options"),
    ("include_usage", "stream_options"),
    ("response_format", "response_format"),
    ("json_schema", "response_format"),
    ("json_object", "response_format"),
)


class Failure(Exception):  # noqa: N818 - it is an outcome of a request, and never leaves bot.llm
    """How a request failed. Carries no text of the server's, which may show a key."""

    def __init__(
        self,
        kind: Kind,
        name: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        option: Option | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.name = name
        self.status = status
        self.retry_after = retry_after
        """Seconds that the server asks to wait."""
        self.option = option
        """What the server did not understand, where it named one of our options."""

    @property
    def may_be_billed(self) -> bool:
        """Whether the model may have begun to work: a refusal by status costs nothing."""
        return self.status is None and self.kind != "unreachable"


@dataclass
class Heard:
    """What has come of a reply so far; it grows while the reply streams in."""

    text: str = ""
    refusal: str = ""
    finish: str | None = None
    usage: dict[str, Any] | None = None
    model: str | None = None
    service_tier: str | None = None
    request_id: str | None = None
    first_token: float | None = None
    """Of the clock that was given."""
    clock: Callable[[], float] = field(default=lambda: 0.0, repr=False)


def connect(base_url: str, key: str | None, *, idle_seconds: float, own: bool) -> Any:
    """Open a client without retries of its own; `own` servers are reached past any proxy."""
    timeout = httpx2.Timeout(idle_seconds, connect=min(_CONNECT_SECONDS, idle_seconds))
    return openai.AsyncOpenAI(
        base_url=base_url,
        api_key=key or _PLACEHOLDER,
        max_retries=0,
        timeout=timeout,
        http_client=openai.DefaultAsyncHttpx2Client(timeout=timeout, trust_env=not own),
    )


def shape_of(schema: type[BaseModel]) -> Shape:
    """Give the strict JSON schema of a model class."""
    function = openai.pydantic_function_tool(schema)["function"]
    return Shape(schema.__name__, dict(function["parameters"]))


async def stream(
    client: Any, body: dict[str, Any], heard: Heard, seconds: float, on_text: OnText | None
) -> None:
    """Send one request and hear its reply to the end, telling `on_text` the text so far.

    Raises Failure; what had come by then stands in `heard`.
    """
    try:
        async with asyncio.timeout(seconds) as limit:
            await _stream(client, body, heard, on_text)
    except TimeoutError:
        if limit.expired():
            raise Failure("timeout", "TimeoutError") from None
        raise


async def _stream(client: Any, body: dict[str, Any], heard: Heard, on_text: OnText | None) -> None:
    reply = await _failing_plainly(client.chat.completions.create(**body))
    try:
        heard.request_id = reply.response.headers.get("x-request-id")
        chunks = aiter(reply)
        while (chunk := await _failing_plainly(anext(chunks, None))) is not None:
            if _take(chunk, heard) and on_text and inspect.isawaitable(told := on_text(heard.text)):
                await told
    finally:
        await reply.close()
    if heard.finish is None:
        raise Failure("cut" if heard.model else "garbled", "EndOfStream")


def _take(chunk: Any, heard: Heard) -> bool:
    """Add what a chunk brings and say whether it brought text."""
    try:
        heard.model = chunk.model or heard.model
        heard.service_tier = chunk.service_tier or heard.service_tier
        if chunk.usage:
            heard.usage = chunk.usage.to_dict()
        choice = next(iter(chunk.choices or ()), None)
        if choice is None:
            return False
        heard.finish = choice.finish_reason or heard.finish
        text = choice.delta.content or ""
        heard.text += text
        heard.refusal += choice.delta.refusal or ""
    except (AttributeError, TypeError):
        raise Failure("garbled", "MalformedChunk") from None
    if text and heard.first_token is None:
        heard.first_token = heard.clock()
    return bool(text)


async def _failing_plainly(work: Awaitable[Any]) -> Any:
    try:
        return await work
    except openai.APIStatusError as error:
        raise _of_status(error) from None
    except openai.APIConnectionError as error:
        raise _of_connection(error) from None
    except openai.APIError as error:  # told inside the stream, after a status of 200
        raise Failure(_kind(None, error) or "server_failed", type(error).__name__) from None
    except (httpx2.HTTPError, ValueError) as error:
        raise Failure("garbled", type(error).__name__) from None


def _of_connection(error: openai.APIConnectionError) -> Failure:
    unsent = isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout)
    name = type(error.__cause__ or error).__name__
    if unsent:
        return Failure("unreachable", name)
    return Failure("timeout" if isinstance(error, openai.APITimeoutError) else "cut", name)


def _of_status(error: openai.APIStatusError) -> Failure:
    status = error.status_code
    kind = _kind(status, error) or ("server_failed" if status >= 500 else "refused_request")
    return Failure(
        kind,
        type(error).__name__,
        status=status,
        retry_after=_retry_after(error.response.headers),
        option=_option(error) if status in (400, 422) else None,
    )


def _kind(status: int | None, error: openai.APIError) -> Kind | None:
    for code in (error.code, error.type):
        if code in _BY_CODE:
            return _BY_CODE[code]
    if status == 400 and "context length" in error.message.lower():
        return "too_long"
    return _BY_STATUS.get(status or 0)


def _option(error: openai.APIStatusError) -> Option | None:
    said = f"{error.param} {error.message} {error.body}".lower()
    return next((option for word, option in _OPTION_WORDS if word in said), None)


def _retry_after(headers: Any) -> float | None:
    """Read how long a server asks to wait, in seconds or as a date."""
    said = headers.get("retry-after") or ""
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
