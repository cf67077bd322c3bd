"""The shapes of what Slack sends to an app. Pure but for the ids that the team gives out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.playground.team import APP, BOT, DOMAIN, TEAM, Channel, Json, Message, Team, View

TOKEN = "playground"
"""The legacy verification token, which stands in every payload and means nothing."""

EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "app_home_opened": (),
    "agent_session_stopped": ("assistant:write",),
    "channel": ("channels:history",),
    "group": ("groups:history",),
    "im": ("im:history",),
}
"""Scopes without which an event is not sent; messages go by their channel_type."""


def event_callback(team: Team, event: Json) -> Json:
    """The payload around one event."""
    authorization = {
        "enterprise_id": None,
        "team_id": TEAM,
        "user_id": BOT,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    number = team.number()
    return {
        "token": TOKEN,
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev0PLAY{number}",
        "event_time": int(team.now()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": f"4-{number}",
    }


def events_of(event: Json, channel: Channel | None, scopes: Sequence[str]) -> Iterator[Json]:
    """The events that the app receives for one thing that happened: a mention gives two."""
    if channel is not None and BOT not in channel.members:
        return
    needed = EVENT_SCOPES.get(str(event.get("channel_type", event["type"])), ())
    if not needed or set(needed) & set(scopes):
        yield event
    if _mentions(event) and "app_mentions:read" in scopes:
        hidden = ("channel_type", "client_msg_id")
        yield {k: v for k, v in event.items() if k not in hidden} | {"type": "app_mention"}


def _mentions(event: Json) -> bool:
    posted = event["type"] == "message" and event.get("subtype") in (None, "file_share")
    aimed = re.search(rf"<@{BOT}(\|[^>]*)?>", event.get("text") or "")
    return bool(posted and aimed and event.get("channel_type") != "im" and "bot_id" not in event)


def slash_command(team: Team, user: str, channel: Channel, words: tuple[str, str]) -> Json:
    """The payload of a typed command; `words` are the command and what follows it."""
    return {
        "token": TOKEN,
        "team_id": TEAM,
        "team_domain": DOMAIN,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.partner else channel.name,
        "user_id": user,
        "user_name": team.users[user].name.lower(),
        "command": words[0],
        "text": words[1],
        "api_app_id": APP,
        "is_enterprise_install": "false",
    }


def interaction(team: Team, kind: str, user: str) -> Json:
    """What every interaction payload has."""
    name = team.users[user].name.lower()
    return {
        "type": kind,
        "user": {"id": user, "username": name, "name": name, "team_id": TEAM},
        "api_app_id": APP,
        "token": TOKEN,
        "team": {"id": TEAM, "domain": DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def in_message(channel: Channel, message: Message, *, ephemeral: bool) -> Json:
    """Where a click in a message took place."""
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    shown = {} if ephemeral else {"message": message.to_json(with_metadata=False)}
    return {
        "container": container,
        "channel": {
            "id": channel.id,
            "name": "directmessage" if channel.partner else channel.name,
        },
        "state": {"values": initial_state(message.blocks)},
        **shown,
    }


def in_view(view: View, values: Json) -> Json:
    """Where a click in a modal or a Home tab took place."""
    state = {"values": initial_state(view.content["blocks"]) | values}
    return {
        "container": {"type": "view", "view_id": view.id},
        "view": view.to_json() | {"state": state},
    }


@dataclass(frozen=True)
class Found:
    """An element that somebody can press, and the block that it stands in."""

    block_id: str
    element: Json


def find_element(blocks: Sequence[Json], action_id: str, block_id: str | None = None) -> Found:
    """Look up what a person is about to press. Raises LookupError where there is no such thing."""
    for found in elements_of(blocks):
        if found.element["action_id"] == action_id and block_id in (None, found.block_id):
            return found
    there = ", ".join(found.element["action_id"] for found in elements_of(blocks)) or "nothing"
    raise LookupError(f"There is no {action_id} to press; there is {there}.")


def elements_of(blocks: Sequence[Json]) -> Iterator[Found]:
    """Every element with an action_id, at whatever depth."""
    for block in blocks:
        for element in _elements(block):
            yield Found(block["block_id"], element)
        yield from elements_of(block.get("child_blocks") or ())


def _elements(block: Json) -> Iterator[Json]:
    holders = [block.get("accessory"), block.get("element"), *(block.get("elements") or ())]
    holders += [
        action
        for holder in holders
        if isinstance(holder, dict)
        for action in _list(holder.get("actions", ()))
    ]
    holders += _list(block.get("actions", ()))
    for element in holders:
        if isinstance(element, dict) and "action_id" in element:
            yield element


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def action_of(team: Team, found: Found, value: Any = None) -> Json:
    """The entry in `actions` for a press; `value` is what was chosen or typed, if anything."""
    element = found.element
    action = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": found.block_id,
        "action_ts": team.new_ts(),
    }
    if element["type"] in ("button", "icon_button"):
        copied = {key: element[key] for key in ("text", "value", "style", "url") if key in element}
        return action | copied | ({} if value is None else {"value": value})
    if element["type"] == "feedback_buttons":
        buttons = [element["positive_button"], element["negative_button"]]
        pressed = next((b for b in buttons if b["value"] == value), None)
        if pressed is None:
            raise LookupError(f"{element['action_id']} has no button of value {value!r}.")
        return action | {"value": pressed["value"], "text": pressed["text"]}
    return action | {key: given for key, given in chosen(element, value).items() if key != "type"}


_CHOICES = {
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
}


def chosen(element: Json, value: Any = None) -> Json:
    """An input's entry in `state.values`: the value given, else what it shows at first.

    An option is given by its `value`, several as a sequence of them.
    """
    kind = element["type"]
    key, initial = _CHOICES.get(kind, ("value", "initial_value"))
    if value is None:
        empty: list[str] | None = [] if key.endswith("s") else None
        return {"type": kind, key: element.get(initial, empty)}
    if key == "selected_option":
        return {"type": kind, key: _option(element, value)}
    if key == "selected_options":
        return {"type": kind, key: [_option(element, one) for one in value]}
    return {"type": kind, key: value}


def _option(element: Json, value: str) -> Json:
    groups = element.get("option_groups") or ()
    options = [*element.get("options", ()), *(o for g in groups for o in g["options"])]
    for option in options:
        if option["value"] == value:
            picked: Json = option
            return picked
    raise LookupError(f"{element['action_id']} has no option of value {value!r}.")


_STATELESS = frozenset({"button", "icon_button", "feedback_buttons", "overflow", "image"})


def initial_state(blocks: Sequence[Json]) -> Json:
    """The values of every input as it first shows, by block_id and action_id."""
    values: Json = {}
    for found in elements_of(blocks):
        if found.element["type"] not in _STATELESS:
            entry = values.setdefault(found.block_id, {})
            entry[found.element["action_id"]] = chosen(found.element)
    return values


def left_empty(blocks: Sequence[Json], values: Mapping[str, Any]) -> list[str]:
    """The block_ids of required inputs without a value, which Slack's own client sends back."""
    required = [b for b in blocks if b["type"] == "input" and not b.get("optional")]
    empty = []
    for block in required:
        entry = values[block["block_id"]][block["element"]["action_id"]]
        if not any(given for key, given in entry.items() if key != "type"):
            empty.append(block["block_id"])
    return empty


def unfit(blocks: Sequence[Json], values: Mapping[str, Any]) -> list[str]:
    """The block_ids of inputs whose text or number is outside the bounds that the app set."""
    found = []
    for block in blocks:
        element = block.get("element") or {}
        if block["type"] != "input" or element["type"] not in ("number_input", "plain_text_input"):
            continue
        given = values[block["block_id"]][element["action_id"]].get("value")
        fits = _number_fits if element["type"] == "number_input" else _text_fits
        if given not in (None, "") and not fits(element, str(given)):
            found.append(block["block_id"])
    return found


def _number_fits(element: Json, given: str) -> bool:
    if not re.fullmatch(r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+", given):
        return False
    lowest, highest = element.get("min_value", "-inf"), element.get("max_value", "inf")
    return float(lowest) <= float(given) <= float(highest)


def _text_fits(element: Json, given: str) -> bool:
    lowest, highest = element.get("min_length", 0), element.get("max_length", 3_000)
    return bool(lowest <= len(given) <= highest)
