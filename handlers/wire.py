"""What goes wrong between the bot and Slack, when to try again, and Slack's pace."""

import time
from collections.abc import Awaitable, Callable

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from bot.errors import TunewiseError

WIRE_FAULTS = (SlackApiError, ClientError, TimeoutError, ValueError, AttributeError)
"""What the client raises; the last two where an answer is no JSON."""
UNREADABLE = "unreadable_answer"
_PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
"""Errors that Slack gives with status 200 and that pass (https://docs.slack.dev/apis/web-api)."""

Sleep = Callable[[float], Awaitable[None]]


class PostError(TunewiseError):
    """Slack refused a message, and would again."""


class Pace:
    """Turns that keep a distance in seconds from one another."""

    def __init__(self, sleep: Sleep) -> None:
        self._sleep = sleep
        self._free_at = 0.0

    async def turn(self, apart: float) -> None:
        """Wait for the next turn; the one after it comes `apart` seconds later."""
        while (wait := self._free_at - time.monotonic()) > 0:
            await self._sleep(wait)
        self._free_at = time.monotonic() + apart

    def is_held(self) -> bool:
        """Say whether the next turn lies ahead."""
        return self._free_at > time.monotonic()

    def hold(self, seconds: float) -> None:
        """Let no turn come before so many seconds have passed."""
        self._free_at = max(self._free_at, time.monotonic() + seconds)


def again(error: Exception, pause: float) -> tuple[bool, float]:
    """Say whether Slack asks for a slower pace, and how many seconds to wait before trying again.

    Raises PostError where trying again would not help.
    """
    if not isinstance(error, SlackApiError):
        return False, pause
    response, reason = error.response, reason_of(error)
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    if status == 429 or reason == "ratelimited":
        return True, float(response.headers.get("Retry-After", pause))
    if status >= 500 or reason in _PASSING or reason == UNREADABLE:
        return False, pause
    raise PostError(reason) from error


def reason_of(error: Exception) -> str:
    """Name what went wrong, as Slack does where it says so."""
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    data = getattr(error.response, "data", None)
    reason = data.get("error") if isinstance(data, dict) else None
    return str(reason or UNREADABLE)
