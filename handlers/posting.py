"""The only sender: each job has one reply, posted once and then updated."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import TunewiseError
from bot.jobs import Job, Jobs
from bot.texts import redact, say

_SECONDS_APART = {"chat.postMessage": 1.0, "chat.update": 1.0}
"""Slack's pace: about one post a second and channel, and one update a second and message."""

_OUTAGE_SECONDS = 600
_LONGEST_PAUSE = 30.0
_MOST_PACES = 1000
_EVENT_TYPE = "tunewise_reply"
_BLOCK_FAULTS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
_NOT_A_MEMBER = frozenset({"not_in_channel", "channel_not_found"})

_log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]


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
    blocks: tuple[dict[str, Any], ...] = ()


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

    async def show(self, job: Job, place: Place, content: Content) -> Posted:
        """Show content as the job's one reply: post it, or update what was posted.

        Raises StoppedError or PausedError where the job must not go on, PostError where Slack
        refuses the message, and what the wire raised where Slack stays unreachable.
        """
        fresh = False

        async def post() -> dict[str, str]:
            nonlocal fresh
            posted = await self._find(job, place) if job.attempts > 1 else None
            if posted is None:
                posted = await self._post(job, place, content)
                fresh = True
            return {"channel_id": posted.channel_id, "ts": posted.ts}

        await self._jobs.check(job)
        posted = Posted(**await self._jobs.once(job, "reply", post))
        if not fresh:
            await self.update(job, posted, content)
        return posted

    async def update(self, job: Job, posted: Posted, content: Content) -> None:
        """Replace what a message of ours shows; of several updates that wait, the newest wins."""
        await self._jobs.check(job)
        self._newest[posted] = content
        await self._turn(job.team_id, "chat.update", posted.channel_id, posted.ts)
        if self._newest.get(posted) is not content:
            return
        del self._newest[posted]
        await self._call(
            job.team_id,
            "chat.update",
            content,
            {"channel": posted.channel_id, "ts": posted.ts},
        )

    async def working(self, job: Job, place: Place, *, now: bool) -> None:
        """Show or hide Slack's own sign of work, which carries the Stop button.

        It is an ornament: where Slack refuses it, the work goes on without.
        """
        client = self._client_for(job.team_id)
        try:
            await client.api_call(
                "agents.sessions.setStatus",
                json={
                    "channel_id": place.channel_id,
                    "thread_ts": place.thread_ts,
                    "status": "processing" if now else "active",
                },
            )
        except (SlackApiError, ClientError, TimeoutError) as error:
            _log.info("Slack shows no status: %s", _reason(error))

    async def _post(self, job: Job, place: Place, content: Content) -> Posted:
        try:
            return await self._post_at(job, place, content)
        except PostError as error:
            if str(error) not in _NOT_A_MEMBER:
                raise
        client = self._client_for(job.team_id)
        opened = await client.conversations_open(users=place.user_id)
        private = replace(place, channel_id=opened["channel"]["id"], thread_ts=None)
        if job.attempts > 1 and (posted := await self._find(job, private)):
            return posted
        note = say("posting.not_a_member", channel=place.channel_id)
        content = Content(f"{note}\n{content.text}", (context(note), *content.blocks))
        return await self._post_at(job, private, content)

    async def _post_at(self, job: Job, place: Place, content: Content) -> Posted:
        arguments: dict[str, Any] = {
            "channel": place.channel_id,
            "metadata": _metadata(job),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if place.thread_ts:
            arguments["thread_ts"] = place.thread_ts

        async def found() -> Posted | None:
            return await self._find(job, place)

        await self._turn(job.team_id, "chat.postMessage", place.channel_id)
        return await self._call(job.team_id, "chat.postMessage", content, arguments, found)

    async def _find(self, job: Job, place: Place) -> Posted | None:
        """Find the job's reply among what was posted since it was asked for."""
        client = self._client_for(job.team_id)
        since: dict[str, Any] = {"limit": 200, "include_all_metadata": True}
        for _ in range(5):
            try:
                if place.thread_ts:
                    page = await client.conversations_replies(
                        channel=place.channel_id, ts=place.thread_ts, **since
                    )
                else:
                    oldest = f"{job.created_at.timestamp() - 60:.6f}"
                    page = await client.conversations_history(
                        channel=place.channel_id, oldest=oldest, **since
                    )
            except SlackApiError as error:
                if error.response.get("error") in _NOT_A_MEMBER | {"thread_not_found"}:
                    return None
                raise
            for message in page["messages"]:
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("job") == job.job_id:
                    return Posted(place.channel_id, message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
            since["cursor"] = cursor
        return None

    async def _call(
        self,
        team_id: str,
        method: str,
        content: Content,
        arguments: dict[str, Any],
        found: Callable[[], Awaitable[Posted | None]] | None = None,
    ) -> Posted:
        """Send until Slack answers; where it may have been stored, look before sending again."""
        client = self._client_for(team_id)
        began, pause, doubt = time.monotonic(), 0.5, False
        while True:
            try:
                if doubt and found and (posted := await found()):
                    return posted
                answer = await client.api_call(method, json={**arguments, **_body(content)})
                return Posted(answer["channel"], answer["ts"])
            except (SlackApiError, ClientError, TimeoutError) as error:
                if _reason(error) in _BLOCK_FAULTS and content.blocks:
                    _log.error("Slack refused the blocks of a message; its text goes alone")
                    content = Content(content.text)
                    continue
                limited, wait = _again(error, pause)
                if time.monotonic() - began + wait > _OUTAGE_SECONDS:
                    raise
            if limited:
                self._paces[team_id, method].hold(wait)
            doubt = doubt or not limited
            await self._sleep(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _turn(self, team_id: str, method: str, *where: str) -> None:
        if len(self._paces) > _MOST_PACES:
            self._paces = defaultdict(
                lambda: _Pace(self._sleep), {k: p for k, p in self._paces.items() if p.is_held()}
            )
        await self._paces[team_id, method].turn(0)
        await self._paces[team_id, method, *where].turn(_SECONDS_APART[method])


class _Pace:
    """Turns that keep a distance in seconds from one another."""

    def __init__(self, sleep: Sleep) -> None:
        self._sleep = sleep
        self._free_at = 0.0

    async def turn(self, apart: float) -> None:
        now = time.monotonic()
        wait = max(self._free_at - now, 0.0)
        self._free_at = max(self._free_at, now) + apart
        if wait:
            await self._sleep(wait)

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
    status = error.response.status_code
    if status == 429:
        return True, float(error.response.headers.get("Retry-After", pause))
    if status < 500:
        raise PostError(_reason(error)) from error
    return False, pause


def _body(content: Content) -> dict[str, Any]:
    return {"text": redact(content.text), "blocks": list(content.blocks)}


def _metadata(job: Job) -> dict[str, Any]:
    return {"event_type": _EVENT_TYPE, "event_payload": {"job": job.job_id}}


def _reason(error: Exception) -> str:
    if isinstance(error, SlackApiError):
        return str(error.response.get("error") or f"http_{error.response.status_code}")
    return type(error).__name__
