"""What a Slack team remembers: people, channels, messages, views. No network in sight."""

import itertools
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.playground.limits import STATUS_SECONDS
from bot.playground.stored import File

Json = dict[str, Any]

TEAM, APP, BOT, BOT_ID = "T0PLAY", "A0TUNEWISE", "U0TUNEWISE", "B0TUNEWISE"
DOMAIN, BOT_NAME = "playground", "Tunewise"


@dataclass(frozen=True)
class User:
    """A member of the team."""

    id: str
    name: str
    is_admin: bool = False
    is_bot: bool = False


@dataclass(frozen=True)
class Channel:
    """A channel, or a direct conversation with the bot."""

    id: str
    name: str
    members: frozenset[str]
    partner: str | None = None
    """The person, in a direct conversation; `None` in a channel."""

    @property
    def kind(self) -> str:
        """`im` or `channel`, as events name it in `channel_type`."""
        return "im" if self.partner else "channel"


@dataclass(frozen=True)
class Message:
    """One message as it stands now."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: tuple[Json, ...] = ()
    thread_ts: str | None = None
    """The root's ts on a reply; `None` on a message that is not in a thread, roots included."""
    metadata: Json | None = None
    bot_id: str | None = None
    edited: Json | None = None
    subtype: str | None = None
    reactions: tuple[Json, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Other fields that events and answers carry unchanged."""

    def to_json(self, *, with_metadata: bool = True) -> Json:
        """The message as Slack writes it in events and answers."""
        bot = {"bot_id": self.bot_id, "app_id": APP} if self.bot_id else {}
        optional = {
            "subtype": self.subtype,
            "thread_ts": self.thread_ts,
            "blocks": list(self.blocks),
            "edited": self.edited,
            "reactions": list(self.reactions),
            "metadata": self.metadata if with_metadata else None,
        }
        return (
            {"type": "message", "user": self.user, "text": self.text, "ts": self.ts, "team": TEAM}
            | bot
            | {key: value for key, value in optional.items() if value}
            | dict(self.extra)
        )


@dataclass(frozen=True)
class View:
    """A modal that somebody has open, or somebody's Home tab."""

    id: str
    user: str
    content: Json
    """Type, title, blocks, private_metadata … as the app sent them."""
    hash: str
    root_id: str
    previous_id: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    """What the app found wrong in the last submission, by block_id."""

    def to_json(self) -> Json:
        """The view as Slack writes it in payloads and answers."""
        empty: Json = {"callback_id": "", "private_metadata": "", "external_id": ""}
        return (
            empty
            | self.content
            | {
                "id": self.id,
                "team_id": TEAM,
                "app_id": APP,
                "bot_id": BOT_ID,
                "hash": self.hash,
                "root_view_id": self.root_id,
                "previous_view_id": self.previous_id,
                "state": {"values": {}},
            }
        )


@dataclass(frozen=True)
class Status:
    """The line under a thread that says what the assistant is doing."""

    text: str
    loading_messages: tuple[str, ...]
    at: float


class Team:
    """The one copy of the state; tells `changed` after each change and `emit` what happened."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.changed: Callable[[], None] = lambda: None
        self.emit: Callable[[Json], None] = lambda event: None
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.ephemerals: list[tuple[str, Message]] = []
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.sessions: dict[tuple[str, str], str] = {}
        self.titles: dict[tuple[str, str], str] = {}
        self.suggested: dict[str, tuple[Json, ...]] = {}
        self._statuses: dict[tuple[str, str], Status] = {}
        self._messages: dict[str, dict[str, Message]] = {}
        self._last_ts = 0
        self._numbers = itertools.count(1)
        _seed(self)

    def number(self) -> str:
        """A number never given before, for ids."""
        return f"{next(self._numbers):05d}"

    def new_ts(self) -> str:
        """A time stamp later than every earlier one, in Slack's form."""
        self._last_ts = max(int(self.now() * 1_000_000), self._last_ts + 100)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_user(self, user: User) -> None:
        """Take in a member."""
        self.users[user.id] = user

    def add_channel(self, channel: Channel) -> None:
        """Open a channel."""
        self.channels[channel.id] = channel
        self._messages.setdefault(channel.id, {})

    def messages(self, channel: str) -> tuple[Message, ...]:
        """Every message of a channel, replies included, oldest first."""
        return tuple(self._messages[channel].values())

    def find(self, channel: str, ts: str) -> Message | None:
        """The message with this time stamp, if it stands."""
        return self._messages.get(channel, {}).get(ts)

    def thread(self, channel: str, ts: str) -> tuple[Message, ...]:
        """The root and its replies, oldest first."""
        return tuple(m for m in self.messages(channel) if ts in (m.ts, m.thread_ts))

    def post(self, message: Message) -> Message:
        """Store a message and tell the app."""
        self._messages[message.channel][message.ts] = message
        if message.bot_id:
            self._statuses.pop((message.channel, message.thread_ts or message.ts), None)
        self.emit(self._event(message.channel, message.to_json(with_metadata=False)))
        self.changed()
        return message

    def replace(self, old: Message, **changes: Any) -> Message:
        """Put a changed message in the place of an old one and tell the app."""
        new = replace(old, **changes)
        self._messages[old.channel][old.ts] = new
        told = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "ts": self.new_ts(),
            "message": new.to_json(with_metadata=False),
            "previous_message": old.to_json(with_metadata=False),
        }
        self.emit(self._event(old.channel, told))
        self.changed()
        return new

    def remove(self, message: Message) -> None:
        """Take a message away; a root with replies leaves a tombstone, as in Slack."""
        if len(self.thread(message.channel, message.ts)) > 1:
            text = "This message was deleted."
            self.replace(message, **_GONE, text=text)
            return
        del self._messages[message.channel][message.ts]
        told = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "ts": self.new_ts(),
            "deleted_ts": message.ts,
            "previous_message": message.to_json(with_metadata=False),
        }
        self.emit(self._event(message.channel, told))
        self.changed()

    def react(self, message: Message, user: str, name: str) -> bool:
        """Add a reaction; `False` where this member had already added it. The app is not told."""
        users = {r["name"]: r["users"] for r in message.reactions}
        if user in users.get(name, ()):
            return False
        users[name] = [*users.get(name, ()), user]
        reactions = tuple(
            {"name": key, "users": value, "count": len(value)} for key, value in users.items()
        )
        self._messages[message.channel][message.ts] = replace(message, reactions=reactions)
        self.changed()
        return True

    def show_only_to(self, user: str, message: Message) -> None:
        """Show a message to one person; nothing else remembers it."""
        self.ephemerals.append((user, message))
        self.changed()

    def set_status(self, channel: str, thread_ts: str, status: Status) -> None:
        """Set the assistant's line; an empty text clears it."""
        if status.text:
            self._statuses[channel, thread_ts] = status
        else:
            self._statuses.pop((channel, thread_ts), None)
        self.changed()

    @property
    def statuses(self) -> dict[tuple[str, str], Status]:
        """The assistant's lines that still show, by (channel, thread_ts)."""
        fresh = self.now() - STATUS_SECONDS
        return {key: status for key, status in self._statuses.items() if status.at > fresh}

    def _event(self, channel: str, message: Json) -> Json:
        kind = self.channels[channel].kind
        return {**message, "channel": channel, "channel_type": kind, "event_ts": message["ts"]}


def with_ids(blocks: Iterable[Json], start: str = "pg") -> list[Json]:
    """Give each block and each element that lacks one an id by its place, as Slack does."""
    return [_with_id(block, f"{start}-{place}") for place, block in enumerate(blocks)]


_GONE: Json = {
    "user": "USLACKBOT",
    "subtype": "tombstone",
    "bot_id": None,
    "blocks": (),
    "metadata": None,
    "extra": {},
}

_INERT = frozenset({"image", "mrkdwn", "plain_text", "rich_text", "url", "raw_text"})


def _with_id(block: Json, block_id: str) -> Json:
    block_id = block.get("block_id") or block_id
    done: Json = {**block, "block_id": block_id}
    if "child_blocks" in done:
        done["child_blocks"] = with_ids(done["child_blocks"], block_id)
    if isinstance(done.get("elements"), list) and done["type"] in ("actions", "context_actions"):
        done["elements"] = [
            element if element.get("type") in _INERT else {"action_id": f"{block_id}-{n}"} | element
            for n, element in enumerate(done["elements"])
        ]
    for key in ("accessory", "element"):
        if isinstance(done.get(key), dict) and done[key].get("type") not in _INERT:
            done[key] = {"action_id": f"{block_id}-a"} | done[key]
    return done


def _seed(team: Team) -> None:
    team.add_user(User("U0ANN", "Ann", is_admin=True))
    team.add_user(User("U0BEN", "Ben"))
    team.add_user(User(BOT, BOT_NAME, is_bot=True))
    everyone = frozenset(team.users)
    team.add_channel(Channel("C0GENERAL", "general", everyone))
    team.add_channel(Channel("C0ML", "ml-platform", everyone))
    team.add_channel(Channel("D0ANN", "Ann", frozenset({"U0ANN", BOT}), "U0ANN"))
    team.add_channel(Channel("D0BEN", "Ben", frozenset({"U0BEN", BOT}), "U0BEN"))
