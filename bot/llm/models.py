"""The models of one server: `complete` for text, `parse` for a value.

Every HTTP request is one row of the ledger, reserved before it is sent. Retries are ours, since
the client's own would be money that nobody sees.
"""

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot.errors import ModelError
from bot.ledger import Attempt, Charge, Ledger, Usage, charged, charging
from bot.ledger.prices import is_loopback
from bot.llm.prompts import ProbePrompt, RepairPrompt
from bot.llm.requests import Capabilities, Request, request_of
from bot.llm.shapes import UnfitError, read
from bot.settings import Settings
from bot.texts import say
from prompts import Prompt

if TYPE_CHECKING:  # the openai package is slow to import and not needed without a model
    from bot.llm.local import LocalServer
    from bot.llm.wire import Failure, Heard, OnText

T = TypeVar("T", bound=BaseModel)

LOCAL = "local"
"""The value of MODEL that means the tiny packaged model."""

OPENAI = "https://api.openai.com/v1"
"""Where models answer unless OPENAI_BASE_URL says otherwise."""

_PROBE_TOKENS = 64


@dataclass(frozen=True)
class Reply:
    """What a model said."""

    text: str
    model: str
    """As the server named it."""
    usage: Usage
    cost: int | None
    """Nano-dollars of the request that was answered; None where its price is unknown."""


@dataclass(frozen=True)
class _Answer:
    heard: "Heard"
    usage: Usage
    cost: int | None


class _Ready(BaseModel):
    ready: bool


class LLM:
    """The models of one server."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        *,
        local: "LocalServer | None" = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open a client for the server of the settings, or for a local one that runs already."""
        from bot.llm import attempts, wire

        self._wire = wire
        self._attempts = attempts
        self._settings = settings
        self._ledger = ledger
        self._local = local
        self._sleep = sleep
        self._clock = clock
        self.base_url = local.base_url if local else settings.openai_base_url or OPENAI
        self.model = LOCAL if local else settings.model or ""
        self.model_cheap = self.model if local else settings.model_cheap or self.model
        key = None if local else settings.openai_api_key
        self._client = wire.connect(
            self.base_url,
            key.get_secret_value() if key else None,
            # A silent server costs half of the deadline, so that there is time to ask once more.
            idle_seconds=settings.model_deadline_seconds / 2,
            own=is_loopback(self.base_url),
        )
        self._places: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(settings.model_concurrency)
        )
        self._can: defaultdict[str, Capabilities] = defaultdict(Capabilities)
        self._probed: set[str] = set()

    async def complete(
        self,
        prompt: Prompt,
        *,
        max_tokens: int | None = None,
        cheap: bool = False,
        on_text: "OnText | None" = None,
    ) -> Reply:
        """Have a prompt answered in words.

        `on_text` is told the text so far whenever more has come; after a retry it starts anew.
        Raises ModelError, BudgetError.
        """
        answer = await self._answer(self._request(prompt, max_tokens, cheap), on_text)
        heard = answer.heard
        return Reply(heard.text, heard.model or self._model(cheap), answer.usage, answer.cost)

    async def parse(
        self,
        prompt: Prompt,
        schema: type[T],
        *,
        max_tokens: int | None = None,
        cheap: bool = False,
    ) -> T:
        """Have a prompt answered with a value; a reply that does not fit is corrected once.

        Raises ModelError, BudgetError.
        """
        request = self._request(prompt, max_tokens, cheap, schema)
        text = (await self._answer(request)).heard.text
        try:
            return read(schema, text)
        except UnfitError as unfit:
            self._learn_shape(request.model, unfit)
            task = "\n\n".join(message.content for message in request.messages)
            repair = RepairPrompt(task, text, unfit.faults)
        corrected = await self._answer(self._request(repair, max_tokens, cheap, schema))
        try:
            return read(schema, corrected.heard.text)
        except UnfitError:
            raise self._error("unfit", request.model) from None

    async def capabilities(self, *, cheap: bool = False) -> Capabilities:
        """Find out what the server understands, by one small call the first time it is asked.

        Raises ModelError, BudgetError.
        """
        model = self._model(cheap)
        if model not in self._probed:
            request = self._request(ProbePrompt(), _PROBE_TOKENS, cheap, _Ready)
            with charging(replace(charged(), feature="probe")):
                heard = (await self._ask(request)).heard
            try:
                if heard.finish == "stop":
                    read(_Ready, heard.text)
            except UnfitError as unfit:
                self._learn_shape(model, unfit)
            self._probed.add(model)
        return self._can[model]

    async def close(self) -> None:
        """Let go of the server once every call is settled."""
        await self._ledger.close()
        await self._client.close()
        if self._local:
            self._local.stop()

    def _model(self, cheap: bool) -> str:
        return self.model_cheap if cheap else self.model

    def _request(
        self,
        prompt: Prompt,
        max_tokens: int | None,
        cheap: bool,
        schema: type[BaseModel] | None = None,
    ) -> Request:
        shape = self._wire.shape_of(schema) if schema else None
        most = self._settings.max_output_tokens
        return request_of(self._model(cheap), prompt, min(max_tokens or most, most), shape)

    async def _answer(self, request: Request, on_text: "OnText | None" = None) -> _Answer:
        """Ask, and accept only a whole answer."""
        answer = await self._ask(request, on_text)
        heard = answer.heard
        if heard.finish == "length":
            raise self._error("cut_short", request.model, tokens=request.max_tokens)
        if heard.finish == "content_filter":
            raise self._error("filtered", request.model)
        if heard.refusal:
            raise self._error("declined", request.model)
        return answer

    async def _ask(self, request: Request, on_text: "OnText | None" = None) -> _Answer:
        """Ask until there is an answer, there is no time left, or asking again cannot help."""
        charge = charged()
        async with self._places[request.model]:
            deadline = self._clock() + self._settings.model_deadline_seconds
            failures = itertools.count(1)
            while True:
                can, left = self._can[request.model], deadline - self._clock()
                try:
                    return await self._attempt(request, can, charge, left, on_text)
                except self._wire.Failure as failure:
                    if self._learn_option(request.model, can, failure):
                        continue
                    wait = self._attempts.wait_after(failure, next(failures))
                    if wait is None or self._clock() + wait >= deadline:
                        raise self._error(failure.kind, request.model) from None
                await self._sleep(wait)

    async def _attempt(
        self,
        request: Request,
        can: Capabilities,
        charge: Charge,
        seconds: float,
        on_text: "OnText | None",
    ) -> _Answer:
        """Send one request, with one row in the ledger whatever becomes of it."""
        about, most = request.tokens(can)
        attempt = Attempt(
            charge,
            self._attempts.operation_of(request, charge),
            request.fingerprint,
            self.base_url,
            request.model,
            about,
            most,
            request.max_tokens,
        )
        reserved = await self._ledger.reserve(attempt)
        heard, began = self._wire.Heard(clock=self._clock), self._clock()
        status: Literal["ok", "error", "aborted"] = "aborted"
        failed: Failure | None = None
        try:
            await self._wire.stream(self._client, request.body(can), heard, seconds, on_text)
            status = "ok"
        except self._wire.Failure as failure:
            status, failed = "error", failure
            raise
        finally:
            outcome = self._attempts.outcome_of(heard, status, failed, about, began)
            cost = await self._ledger.settle(reserved, outcome)
        if heard.usage is None:
            self._can[request.model] = replace(self._can[request.model], stream_usage=False)
        return _Answer(heard, outcome.usage, cost)

    def _learn_option(self, model: str, asked: Capabilities, failure: "Failure") -> bool:
        """Note an option that the server refuses, and say whether asking without it is worth it."""
        if failure.option is None:
            return False
        if asked != self._can[model]:
            return True  # another call has learned it meanwhile
        less = asked.without(failure.option)
        self._can[model] = less or asked
        return less is not None

    def _learn_shape(self, model: str, unfit: UnfitError) -> None:
        if unfit.shapeless:
            self._can[model] = replace(self._can[model], json_schema=False)

    def _error(self, kind: str, model: str, **fields: Any) -> ModelError:
        host = urlsplit(self.base_url).netloc.rpartition("@")[2]
        return ModelError(say(f"llm.{kind}", model=model, host=host, **fields))
