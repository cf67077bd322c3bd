"""The only sender: each job has one reply, posted once and then updated."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from slack_sdk.errors import SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import OutageError
from bot.jobs import Job, Jobs
from bot.texts import redact, say
from handlers.wire import (
    UNREADABLE,
    WIRE_FAULTS,
    Pace,
    PostError,
    Sleep,
    again,
    reason_of,
)

_SECONDS_APART = {"chat.postMessage": 1.0, "chat.update": 1.0}
"""Slack's pace: about one post a second and channel, and one update a second and message."""

_OUTAGE_SECONDS = 600
_LONGEST_PAUSE = 30.0
_MOST_PACES = 1000
_MOST_BLOCKS = 50
_ORNAMENT_SECONDS = 2
_EVENT_TYPE = "tunewise_reply"
_BLOCK_FAULTS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
_NOT_A_MEMBER = frozenset({"not_in_channel", "channel_not_found"})
_READS = frozenset({"conversations.history", "conversations.replies", "files.info"})
"""Methods that take no JSON."""

_log = logging.getLogger(__name__)

Answer = Mapping[str, Any]


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
    simpler: tuple[tuple[dict[str, Any], ...], ...] = ()
    """Blocks to show where Slack refuses those before; the text alone comes last."""


@dataclass(frozen=True)
class Picture:
    """A picture to put into a thread."""

    name: str
    """Of its file; a picture of this name is put into a thread once."""
    png: bytes
    about: str
    """What it shows, for those who do not see it."""


def plain(text: str) -> str:
    """Make text safe to stand in a message: no mention and no link comes out of it.

    >>> plain("<!channel> & co")
    '&lt;!channel&gt; &amp; co'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def context(text: str) -> dict[str, Any]:
    """Give a block of small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def sendable(blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give blocks as they may be sent: without secrets, without empty ones, no more than 50.

    Where there are more, the last one stays: it holds the buttons.

    >>> sendable([context("my key is sk-abcdefghijklmnopqrstuvwx"), context("")])[0]["elements"]
    [{'type': 'mrkdwn', 'text': 'my key is [secret removed]'}]
    """
    shown = [block for block in _redacted(list(blocks)) if not _is_empty(block)]
    return shown if len(shown) <= _MOST_BLOCKS else [*shown[: _MOST_BLOCKS - 1], shown[-1]]


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redacted(part) for key, part in value.items()}
    return [_redacted(part) for part in value] if isinstance(value, list | tuple) else value


def _is_empty(block: dict[str, Any]) -> bool:
    if block["type"] == "context":
        return not any(element.get("text", "?") for element in block["elements"])
    return block["type"] == "section" and not block["text"]["text"]


async def whisper(client: AsyncWebClient, place: Place, text: str) -> None:
    """Tell one person something in passing: where Slack does not take it, nothing is lost."""
    try:
        await client.chat_postEphemeral(
            channel=place.channel_id, user=place.user_id, thread_ts=place.thread_ts, text=text
        )
    except WIRE_FAULTS as error:
        _log.info("somebody could not be told in passing: %s", reason_of(error))


@dataclass(frozen=True)
class Posted:
    """A message of ours in Slack."""

    channel_id: str
    ts: str
    refused: int = field(default=0, compare=False)
    """How many of its content's blocks Slack refused before it took it."""


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
        self._paces: defaultdict[tuple[str, ...], Pace] = defaultdict(lambda: Pace(sleep))
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

        async def post() -> dict[str, Any]:
            nonlocal fresh
            fresh = job.epoch == 1 and job.job_id not in self._tried
            posted = await self._post(job, place, content)
            return vars(posted)

        await self._jobs.check(job)
        posted = Posted(**await self._jobs.once(job, "reply", post))
        self._tried.discard(job.job_id)
        if fresh and place.thread_ts is None:
            await self._jobs.move(job, f"{posted.channel_id}:{posted.ts}")
        return posted if fresh else await self.update(job, posted, content)

    async def update(self, job: Job, posted: Posted, content: Content) -> Posted:
        """Replace what a message of ours shows; of several updates that wait, the newest wins."""
        self._newest[posted] = content
        where = (posted.channel_id, posted.ts)
        try:
            await self._turn(job, "chat.update", where)
            if self._newest.get(posted) is not content:
                return posted
            arguments = {"channel": posted.channel_id, "ts": posted.ts}
            return await self._send(job, "chat.update", where, arguments, content)
        except PostError as error:
            if str(error) != "message_not_found":
                raise
            _log.info("a reply was deleted before it was complete")
            return posted
        finally:
            if self._newest.get(posted) is content:
                del self._newest[posted]

    async def ask(self, job: Job, method: str, **arguments: Any) -> Answer:
        """Read something from Slack. Raises as `show` does."""
        return await self._call(job, method, (), arguments)

    def token(self, team_id: str) -> str:
        """Give what a team's files are fetched with."""
        return self._client_for(team_id).token or ""

    def address(self, team_id: str) -> str:
        """Give where a team's Slack answers."""
        return self._client_for(team_id).base_url

    async def find(self, job: Job, place: Place, of: Job | None = None) -> Posted | None:
        """Find the reply of a job, or `of` another one, among what was posted since it began."""
        sought = of or job
        async for message in self._since(job, place, sought):
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("job") == sought.job_id:
                return Posted(place.channel_id, message["ts"])
        return None

    async def attach(self, job: Job, place: Place, picture: Picture) -> None:
        """Put a picture into a thread, once.

        It is an ornament: where Slack does not take it, the text beside it says the same.
        """

        async def upload() -> bool:
            await self._jobs.check(job)
            if job.epoch > 1:
                async for message in self._since(job, place, job):
                    if any(one.get("name") == picture.name for one in message.get("files") or ()):
                        return True
            try:
                await self._client_for(job.team_id).files_upload_v2(
                    channel=place.channel_id,
                    thread_ts=place.thread_ts,
                    filename=picture.name,
                    title=picture.about,
                    alt_txt=picture.about,
                    content=picture.png,
                )
            except (*WIRE_FAULTS, SlackRequestError) as error:
                _log.warning("Slack did not take a picture: %s", reason_of(error))
                return False
            return True

        await self._jobs.once(job, f"file:{picture.name}", upload)

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
        except WIRE_FAULTS as error:
            _log.info("Slack shows no status: %s", reason_of(error))

    async def _since(self, job: Job, place: Place, of: Job) -> AsyncIterator[dict[str, Any]]:
        """Give what stands at a place since shortly before a job was asked for."""
        method = "conversations.replies" if place.thread_ts else "conversations.history"
        arguments: dict[str, Any] = {
            "channel": place.channel_id,
            "oldest": f"{of.created_at.timestamp() - 60:.6f}",
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
                    return
                raise
            for message in page["messages"]:
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            arguments["cursor"] = cursor

    async def _post(self, job: Job, place: Place, content: Content) -> Posted:
        try:
            return await self._post_at(job, place, content)
        except PostError as error:
            if str(error) not in _NOT_A_MEMBER:
                raise
        answer = await self._call(job, "conversations.open", (), {"users": place.user_id})
        private = replace(place, channel_id=answer["channel"]["id"], thread_ts=None)
        note = say("posting.not_a_member", channel=place.channel_id)
        simpler = tuple((context(note), *blocks) for blocks in content.simpler)
        content = Content(f"{note}\n{content.text}", (context(note), *content.blocks), simpler)
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
        """Send content: its first blocks that Slack takes, its text alone where it takes none."""
        body = {**arguments, "text": redact(content.text)}
        ladder = [blocks for blocks in map(sendable, (content.blocks, *content.simpler)) if blocks]
        for refused, blocks in enumerate(ladder):
            try:
                shown = {**body, "blocks": blocks}
                answer = await self._call(job, method, where, shown, found)
            except PostError as error:
                if str(error) not in _BLOCK_FAULTS:
                    raise
                _log.error("Slack refused the blocks of a message; what is simpler goes instead")
            else:
                return Posted(answer["channel"], answer["ts"], refused)
        answer = await self._call(job, method, where, {**body, "blocks": []}, found)
        return Posted(answer["channel"], answer["ts"], len(ladder))

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
                raise ValueError(UNREADABLE)
            except WIRE_FAULTS as error:
                limited, wait = again(error, pause)
                reason = reason_of(error)
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
            self._paces = defaultdict(lambda: Pace(self._sleep), held)
        await self._paces[job.team_id, method].turn(0)
        await self._paces[job.team_id, method, *where].turn(_SECONDS_APART.get(method, 0))
