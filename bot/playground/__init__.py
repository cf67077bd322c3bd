"""A local stand-in for Slack: Web API, Socket Mode and a page, for people and for tests."""

from bot.playground.harness import Playground
from bot.playground.socket_mode import Delivery
from bot.playground.stored import File
from bot.playground.team import Channel, Message, Status, User, View
from bot.playground.web_api import ApiRequest, Fault

__all__ = [
    "ApiRequest",
    "Channel",
    "Delivery",
    "Fault",
    "File",
    "Message",
    "Playground",
    "Status",
    "User",
    "View",
]
