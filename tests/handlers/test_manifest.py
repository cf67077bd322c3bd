"""The manifest says what the routing table does, and the doctor holds Slack to it."""

import json
from urllib.parse import parse_qs, urlsplit

from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground
from handlers import COMMANDS, EVENTS, SCOPES
from handlers.doctor import check_slack
from handlers.manifest import create_link, manifest


def test_every_command_and_event_of_the_routing_table_is_asked_for() -> None:
    made = manifest("tw-")
    commands = [one["command"] for one in made["features"]["slash_commands"]]
    assert commands == [f"/tw-{command.name}" for command in COMMANDS]
    events = made["settings"]["event_subscriptions"]["bot_events"]
    assert {event.split(".")[0] for event in events} == set(EVENTS)
    assert made["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    assert made["settings"]["socket_mode_enabled"] is True


def test_slacks_limits_on_a_manifest_are_kept() -> None:
    made = manifest()
    assert len(made["display_information"]["description"]) <= 140
    assert len(made["features"]["agent_view"]["agent_description"]) <= 300
    assert all(len(c["usage_hint"]) <= 1000 for c in made["features"]["slash_commands"])


def test_the_link_carries_the_whole_manifest() -> None:
    address = urlsplit(create_link("x"))
    assert address.netloc == "api.slack.com"
    assert json.loads(parse_qs(address.query)["manifest_json"][0]) == manifest("x")


async def _checks(playground: Playground, bot_token: str, app_token: str) -> dict[str, str]:
    client = AsyncWebClient(bot_token, base_url=playground.api_url)
    checks = await check_slack(client, app_token)
    return {check.name: f"{check.ok} {check.says}" for check in checks}


async def test_the_doctor_finds_good_tokens_good(playground: Playground) -> None:
    found = await _checks(playground, playground.bot_token, playground.app_token)
    assert found["SLACK_BOT_TOKEN"].startswith("True")
    assert found["SLACK_APP_TOKEN"].startswith("True")


async def test_the_doctor_names_bad_tokens_and_the_remedy(playground: Playground) -> None:
    found = await _checks(playground, "xoxb-wrong", "xapp-wrong")
    assert "OAuth & Permissions" in found["SLACK_BOT_TOKEN"]
    assert "connections:write" in found["SLACK_APP_TOKEN"]
    assert "wrong" not in "".join(found.values())


async def test_the_doctor_names_missing_scopes() -> None:
    poor = Playground(scopes=("chat:write", "app_mentions:read"))
    await poor.start()
    found = await _checks(poor, poor.bot_token, poor.app_token)
    await poor.stop()
    assert "commands" in found["SLACK_BOT_TOKEN"]
    assert found["SLACK_BOT_TOKEN"].startswith("False")
