"""The Slack app manifest, made from the routing table so that the two cannot drift apart."""

import json
from typing import Any
from urllib.parse import quote

from bot.texts import say
from handlers import COMMANDS, EVENTS, SCOPES

_MESSAGE_EVENTS = ("message.channels", "message.groups", "message.im")
"""What the listener of `message` hears of; Slack names them one by one."""

_PROMPTS = ("routing", "handbook", "imitation")


def manifest(prefix: str = "") -> dict[str, Any]:
    """Give the manifest as Slack wants it (https://docs.slack.dev/reference/app-manifest)."""
    events = [event for event in EVENTS if event != "message"]
    return {
        "display_information": {
            "name": "Tunewise",
            "description": say("manifest.description"),
            "background_color": "#1d3b53",
        },
        "features": {
            "agent_view": {
                "agent_description": say("manifest.agent"),
                "suggested_prompts": [
                    {
                        "title": say(f"manifest.prompt_{name}_title"),
                        "message": say(f"manifest.prompt_{name}"),
                    }
                    for name in _PROMPTS
                ],
            },
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Tunewise", "always_online": True},
            "slash_commands": [
                {
                    "command": f"/{prefix}{command.name}",
                    "description": command.description,
                    "usage_hint": command.hint,
                    "should_escape": True,
                }
                for command in COMMANDS
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": sorted([*events, *_MESSAGE_EVENTS])},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
            "org_deploy_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def create_link(prefix: str = "") -> str:
    """Give an address that opens Slack's page for a new app with the manifest filled in."""
    text = json.dumps(manifest(prefix), separators=(",", ":"))
    return f"https://api.slack.com/apps?new_app=1&manifest_json={quote(text, safe='')}"
