"""What the methods work on: the team, its passes, and where it is served."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.playground.limits import RESPONSE_URL_SECONDS, RESPONSE_URL_USES, TRIGGER_SECONDS
from bot.playground.stored import IMAGES, File, addresses
from bot.playground.team import BOT, Team
from bot.playground.web_api import RefusedError


@dataclass(frozen=True)
class Trigger:
    """A right to open one modal, for three seconds."""

    user: str
    at: float


@dataclass
class ResponseUrl:
    """An address to answer one interaction at, for thirty minutes."""

    channel: str
    user: str
    at: float
    message_ts: str | None = None
    """The message whose button was pressed; `None` for a command."""
    thread_ts: str | None = None
    uses: int = 0


@dataclass
class Upload:
    """A file on its way in, until the app completes it."""

    id: str
    name: str
    length: int
    """Bytes that are expected."""
    about: str
    data: bytes | None = None
    """`None` until the bytes have arrived."""


@dataclass
class Workspace:
    """The team, the passes it gave out, and what the app is allowed."""

    team: Team
    scopes: tuple[str, ...]
    ticket: Callable[[], str]
    """Gives a pass for one socket."""
    url: str = ""
    responses: dict[str, ResponseUrl] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    """By the secret part of the address that the bytes go to."""
    _triggers: dict[str, Trigger] = field(default_factory=dict)
    _spent: set[str] = field(default_factory=set)

    def readable(self, file: File) -> bool:
        """Whether the bot may read a file: its own, or one shared where it is a member."""
        places = (self.team.channels[channel] for channel, _ in file.shares)
        return file.user == BOT or any(BOT in place.members for place in places)

    def pictures(self) -> frozenset[str]:
        """What an image block may name as `slack_file`: ids and addresses of images."""
        shown = [f for f in self.team.files.values() if f.kind[0] in IMAGES and self.readable(f)]
        return frozenset(name for file in shown for name in (file.id, *addresses(self.url, file)))

    def new_trigger(self, user: str) -> str:
        """A trigger_id for one interaction of this person."""
        trigger_id = f"{self.team.number()}.{secrets.token_hex(8)}"
        self._triggers[trigger_id] = Trigger(user, self.team.now())
        return trigger_id

    def spend_trigger(self, trigger_id: str) -> str:
        """Use up a trigger and give the person it belongs to. Raises RefusedError."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise RefusedError("invalid_trigger_id")
        if trigger_id in self._spent:
            raise RefusedError("exchanged_trigger_id")
        if self.team.now() - trigger.at > TRIGGER_SECONDS:
            raise RefusedError("expired_trigger_id")
        self._spent.add(trigger_id)
        return trigger.user

    def new_response_url(self, response: ResponseUrl) -> str:
        """The address that answers to this interaction come to."""
        key = secrets.token_urlsafe(16)
        self.responses[key] = response
        return f"{self.url}/response/{key}"

    def use_response_url(self, key: str) -> ResponseUrl:
        """Count one use. Raises RefusedError where the address is unknown, too old or used up."""
        response = self.responses.get(key)
        if response is None:
            raise RefusedError("no_such_url")
        if self.team.now() - response.at > RESPONSE_URL_SECONDS:
            raise RefusedError("expired_url")
        if response.uses >= RESPONSE_URL_USES:
            raise RefusedError("used_url")
        response.uses += 1
        return response
