"""What the methods work on: the team, its passes, and where it is served."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.playground.limits import RESPONSE_URL_SECONDS, RESPONSE_URL_USES, TRIGGER_SECONDS
from bot.playground.team import Team
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
class Workspace:
    """The team, the passes it gave out, and what the app is allowed."""

    team: Team
    scopes: tuple[str, ...]
    ticket: Callable[[], str]
    """Gives a pass for one socket."""
    url: str = ""
    responses: dict[str, ResponseUrl] = field(default_factory=dict)
    _triggers: dict[str, Trigger] = field(default_factory=dict)
    _spent: set[str] = field(default_factory=set)

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
