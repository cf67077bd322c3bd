"""The only sender: each job has one reply, posted once and then updated."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import OutageError, TunewiseError
from bot.jobs import Job, Jobs
from bot.texts import redact, say

_SECONDS_APART = {"chat.postMessage": 1.0, "chat.update": 1.0}
"""Slack's pace: about one post a second and channel, and one update a second and message."""

_OUTAGE_SECONDS = 600
_LONGEST_PAUSE = 30.0
_MOST_PACES = 1000
_ORNAMENT_SECONDS = 2
_EVENT_TYPE = "tunewise_reply"
_BLOCK_FAULTS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
_NOT_A_MEMBER = frozenset({"not_in_channel", "channel_not_found"})
_PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
"""Errors that Slack gives with status 200 and that pass (https://docs.slack.dev/apis/web-api)."""

_READS = frozenset({"conversations.history", "conversations.replies"})
"""Methods that take no JSON."""

_WIRE_FAULTS = (SlackApiError, ClientError, TimeoutError, ValueError, AttributeError)
"""What the client raises; the last two where an answer is no JSON."""

_log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]
Answer = Mapping[str, Any]


class PostError(TunewiseError):
    """Slack refused a message, and would again."""


@dataclass(frozen=True)
class Place:
    """Where to answer whom."""

    team_id: str
    channel_id: str
    thread_ts: str | None
    """None to answer in the channel itself, as a command without a thread does."""
    user_id: str

    @property
    def lane(self) -> str:
        """What keeps the jobs of one conversation in order."""
        return f"{self.channel_id}:{self.thread_ts or self.user_id}"


@dataclass(frozen=True)
class Content:
    """What a message shows. The text alone says the same as the blocks."""

    text: str
    """As Slack reads it: what people typed has been through `plain`."""
    blocks: tuple[dict[str, Any], ...] = ()


def plain(text: str) -> str:
    """Make text safe to stand in a message: no mention and no link comes out of it.

    >>> plain("<!channel> & co")
    '&lt;!channel&gt; &amp; co'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def context(text: str) -> dict[str, Any]:
    """Give a block of small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


@dataclass(frozen=True)
class Posted:
    """A message of ours in Slack."""

    channel_id: str
    ts: str


class Posting:
    """Posts and updates for every team."""

    def __init__(
        self,
        client_for: Callable[[str], AsyncWebClient],
        jobs: Jobs,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._client_for = client_for
        self._jobs = jobs
        self._sleep = sleep
        self._paces: defaultdict[tuple[str, ...], _Pace] = defaultdict(lambda: _Pace(sleep))
        self._newest: dict[Posted, object] = {}
        self._tried: set[str] = set()
        """Jobs whose reply was sent by this process, perhaps, and is not known yet."""

    async def show(self, job: Job, place: Place, content: Content) -> Posted:
        """Show content as the job's one reply: post it, or update what was posted.

        A reply that somebody deleted is not posted again. Raises StoppedError, PausedError or
        LostError where the job must not go on, PostError where Slack refuses the message, and
        OutageError where Slack stays away.
        """
        fresh = False

        async def post() -> dict[str, str]:
            nonlocal fresh
            fresh = job.epoch == 1 and job.job_id not in self._tried
            posted = await self._post(job, place, content)
            return {"channel_id": posted.channel_id, "ts": posted.ts}

        await self._jobs.check(job)
        posted = Posted(**await self._jobs.once(job, "reply", post))
        self._tried.discard(job.job_id)
        if fresh and place.thread_ts is None:
            await self._jobs.move(job, f"{posted.channel_id}:{posted.ts}")
        if not fresh:
            await self.update(job, posted, content)
        return posted

    async def update(self, job: Job, posted: Posted, content: Content) -> None:
        """Replace what a message of ours shows; of several updates that wait, the newest wins."""
        self._newest[posted] = content
        where = (posted.channel_id, posted.ts)
        try:
            await self._turn(job, "chat.update", where)
            if self._newest.get(posted) is not content:
                return
            arguments = {"channel": posted.channel_id, "ts": posted.ts}
            await self._send(job, "chat.update", where, arguments, content)
        except PostError as error:
            if str(error) != "message_not_found":
                raise
            _log.info("a reply was deleted before it was complete")
        finally:
            if self._newest.get(posted) is content:
                del self._newest[posted]

    async def find(self, job: Job, place: Place, of: Job | None = None) -> Posted | None:
        """Find the reply of a job, or `of` another one, among what was posted since it began."""
        sought = of or job
        method = "conversations.replies" if place.thread_ts else "conversations.history"
        arguments: dict[str, Any] = {
            "channel": place.channel_id,
            "oldest": f"{sought.created_at.timestamp() - 60:.6f}",
            "limit": 200,
            "include_all_metadata": True,
        }
        if place.thread_ts:
            arguments["ts"] = place.thread_ts
        while True:
            try:
                page = await self._call(job, method, (place.channel_id,), arguments)
            except PostError as error:
                if str(error) in _NOT_A_MEMBER | {"thread_not_found"}:
                    return None
                raise
            for message in page["messages"]:
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("job") == sought.job_id:
                    return Posted(place.channel_id, message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
            arguments["cursor"] = cursor

    async def working(self, job: Job, posted: Posted, place: Place, *, now: bool) -> None:
        """Show or hide Slack's own sign of work, which carries the Stop button.

        It is an ornament: where Slack refuses it or is slow, the work goes on without.
        """
        sign = self._client_for(job.team_id).api_call(
            "agents.sessions.setStatus",
            json={
                "channel_id": posted.channel_id,
                "thread_ts": place.thread_ts or posted.ts,
                "status": "processing" if now else "active",
            },
        )
        try:
            await asyncio.wait_for(sign, _ORNAMENT_SECONDS)
        except _WIRE_FAULTS as error:
            _log.info("Slack shows no status: %s", _reason(error))

    async def _post(self, job: Job, place: Place, content: Content) -> Posted:
        try:
            return await self._post_at(job, place, content)
        except PostError as error:
            if str(error) not in _NOT_A_MEMBER:
                raise
        answer = await self._call(job, "conversations.open", (), {"users": place.user_id})
        private = replace(place, channel_id=answer["channel"]["id"], thread_ts=None)
        note = say("posting.not_a_member", channel=place.channel_id)
        content = Content(f"{note}\n{content.text}", (context(note), *content.blocks))
        return await self._post_at(job, private, content)

    async def _post_at(self, job: Job, place: Place, content: Content) -> Posted:
        """Post, unless the job's message is there already from an attempt that broke off."""
        arguments: dict[str, Any] = {
            "channel": place.channel_id,
            "metadata": {"event_type": _EVENT_TYPE, "event_payload": {"job": job.job_id}},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if place.thread_ts:
            arguments["thread_ts"] = place.thread_ts

        async def found() -> Posted | None:
            doubt = job.epoch > 1 or job.job_id in self._tried
            self._tried.add(job.job_id)
            return await self.find(job, place) if doubt else None

        where = (place.channel_id,)
        await self._turn(job, "chat.postMessage", where)
        return await self._send(job, "chat.postMessage", where, arguments, content, found)

    async def _send(
        self,
        job: Job,
        method: str,
        where: tuple[str, ...],
        arguments: dict[str, Any],
        content: Content,
        found: Callable[[], Awaitable[Posted | None]] | None = None,
    ) -> Posted:
        """Send content, its text alone where Slack cannot show the blocks."""
        body = {**arguments, "text": redact(content.text), "blocks": list(content.blocks)}
        try:
            answer = await self._call(job, method, where, body, found)
        except PostError as error:
            if str(error) not in _BLOCK_FAULTS or not content.blocks:
                raise
            _log.error("Slack refused the blocks of a message; its text goes alone")
            answer = await self._call(job, method, where, {**body, "blocks": []}, found)
        return Posted(answer["channel"], answer["ts"])

    async def _call(
        self,
        job: Job,
        method: str,
        where: tuple[str, ...],
        arguments: dict[str, Any],
        found: Callable[[], Awaitable[Posted | None]] | None = None,
    ) -> Answer:
        """Call Slack until it answers; before each try, make sure that the job still may.

        Where `found` gives a message, an earlier try did arrive, and nothing is sent.
        """
        client, began, pause = self._client_for(job.team_id), time.monotonic(), 0.5
        while True:
            await self._jobs.check(job)
            if found and (posted := await found()):
                return {"channel": posted.channel_id, "ts": posted.ts}
            try:
                if method in _READS:
                    answer = await client.api_call(method, http_verb="GET", params=arguments)
                else:
                    answer = await client.api_call(method, json=arguments)
                if isinstance(answer.data, dict):
                    return answer.data
                raise ValueError(_UNREADABLE)
            except _WIRE_FAULTS as error:
                limited, wait = _again(error, pause)
                reason = _reason(error)
            if time.monotonic() - began + wait > _OUTAGE_SECONDS:
                raise OutageError(f"Slack does not answer ({reason})")
            if limited:
                self._paces[job.team_id, method].hold(wait)
                await self._turn(job, method, where)
            else:
                await self._sleep(wait)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _turn(self, job: Job, method: str, where: tuple[str, ...]) -> None:
        if len(self._paces) > _MOST_PACES:
            held = {key: pace for key, pace in self._paces.items() if pace.is_held()}
            self._paces = defaultdict(lambda: _Pace(self._sleep), held)
        await self._paces[job.team_id, method].turn(0)
        await self._paces[job.team_id, method, *where].turn(_SECONDS_APART.get(method, 0))


class _Pace:
    """Turns that keep a distance in seconds from one another."""

    def __init__(self, sleep: Sleep) -> None:
        self._sleep = sleep
        self._free_at = 0.0

    async def turn(self, apart: float) -> None:
        while (wait := self._free_at - time.monotonic()) > 0:
            await self._sleep(wait)
        self._free_at = time.monotonic() + apart

    def is_held(self) -> bool:
        return self._free_at > time.monotonic()

    def hold(self, seconds: float) -> None:
        self._free_at = max(self._free_at, time.monotonic() + seconds)


def _again(error: Exception, pause: float) -> tuple[bool, float]:
    """Say whether Slack asks for a slower pace, and how many seconds to wait before trying again.

    Raises PostError where trying again would not help.
    """
    if not isinstance(error, SlackApiError):
        return False, pause
    response, reason = error.response, _reason(error)
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    if status == 429 or reason == "ratelimited":
        return True, float(response.headers.get("Retry-After", pause))
    if status >= 500 or reason in _PASSING or reason == _UNREADABLE:
        return False, pause
    raise PostError(reason) from error


_UNREADABLE = "unreadable_answer"


def _reason(error: Exception) -> str:
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    data = getattr(error.response, "data", None)
    reason = data.get("error") if isinstance(data, dict) else None
    return str(reason or _UNREADABLE)
