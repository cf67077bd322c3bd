"""conversations.*, users.*, team.* and bots.*: what an app may read."""

import base64
import binascii
from collections.abc import Sequence

from bot.playground.chat import channel_in
from bot.playground.content import yes
from bot.playground.team import (
    APP,
    BOT,
    BOT_ID,
    BOT_NAME,
    DOMAIN,
    TEAM,
    Channel,
    Json,
    Message,
    User,
)
from bot.playground.web_api import RefusedError
from bot.playground.workspace import Workspace

KINDS = {"channel": "public_channel", "im": "im"}
HISTORY_SCOPES = {"channel": "channels:history", "im": "im:history"}


def history(space: Workspace, args: Json) -> Json:
    """conversations.history: what stands in the channel itself, newest first."""
    channel = _readable(space, args)
    shown = [m for m in space.team.messages(channel.id) if _in_channel(m)]
    found = [m for m in reversed(shown) if _within(m, args)]
    page, rest = _page(found, args, 100)
    return {"messages": [_told(space, m, args) for m in page], "pin_count": 0, **rest}


def replies(space: Workspace, args: Json) -> Json:
    """conversations.replies: the root on every page, then replies, oldest first."""
    channel = _readable(space, args)
    message = space.team.find(channel.id, args["ts"])
    if message is None:
        raise RefusedError("thread_not_found")
    root, *others = space.team.thread(channel.id, message.ts)
    page, rest = _page([m for m in others if _within(m, args)], args, 1_000)
    return {"messages": [_told(space, m, args) for m in (root, *page)], **rest}


def info(space: Workspace, args: Json) -> Json:
    """conversations.info."""
    return {"channel": _channel(space, channel_in(space, args["channel"]))}


def listing(space: Workspace, args: Json) -> Json:
    """conversations.list."""
    wanted = str(args.get("types") or "public_channel").replace(" ", "").split(",")
    found = [c for c in space.team.channels.values() if KINDS[c.kind] in wanted]
    return {"channels": [_channel(space, c) for c in found], **_no_more()}


def opened(space: Workspace, args: Json) -> Json:
    """conversations.open: the direct conversation with a person."""
    wanted = str(args.get("channel") or args.get("users") or "")
    channel = channel_in(space, wanted) if wanted else None
    if channel is None or channel.partner is None:
        raise RefusedError("user_not_found")
    return {"no_op": True, "already_open": True, "channel": {"id": channel.id}}


def members(space: Workspace, args: Json) -> Json:
    """conversations.members."""
    return {"members": sorted(channel_in(space, args["channel"]).members), **_no_more()}


def user_info(space: Workspace, args: Json) -> Json:
    """users.info."""
    user = space.team.users.get(args["user"])
    if user is None:
        raise RefusedError("user_not_found")
    return {"user": _user(user)}


def user_list(space: Workspace, args: Json) -> Json:
    """users.list."""
    users = [_user(user) for user in space.team.users.values()]
    return {"members": users, "cache_ts": int(space.team.now()), **_no_more()}


def team_info(space: Workspace, args: Json) -> Json:
    """team.info."""
    url = f"https://{DOMAIN}.slack.com/"
    return {"team": {"id": TEAM, "name": "Playground", "domain": DOMAIN, "url": url}}


def bot_info(space: Workspace, args: Json) -> Json:
    """bots.info."""
    if args.get("bot", BOT_ID) != BOT_ID:
        raise RefusedError("bot_not_found")
    bot = {"id": BOT_ID, "deleted": False, "name": BOT_NAME, "app_id": APP, "user_id": BOT}
    return {"bot": bot}


def auth_test(space: Workspace, args: Json) -> Json:
    """auth.test."""
    return {
        "url": f"https://{DOMAIN}.slack.com/",
        "team": "Playground",
        "user": BOT_NAME.lower(),
        "team_id": TEAM,
        "user_id": BOT,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def _readable(space: Workspace, args: Json) -> Channel:
    channel = channel_in(space, args["channel"])
    if (needed := HISTORY_SCOPES[channel.kind]) not in space.scopes:
        raise RefusedError("missing_scope", needed=needed, provided=",".join(space.scopes))
    if BOT not in channel.members:
        raise RefusedError("not_in_channel")
    return channel


def _in_channel(message: Message) -> bool:
    return not message.thread_ts or message.subtype == "thread_broadcast"


def _within(message: Message, args: Json) -> bool:
    oldest, latest = _moment(args, "oldest", 0), _moment(args, "latest", float("inf"))
    ts = float(message.ts)
    return oldest <= ts <= latest if yes(args, "inclusive") else oldest < ts < latest


def _moment(args: Json, key: str, usual: float) -> float:
    try:
        return float(str(args.get(key) or usual))
    except ValueError:
        raise RefusedError(f"invalid_ts_{key}") from None


def _page(found: Sequence[Message], args: Json, usual: int) -> tuple[Sequence[Message], Json]:
    limit = str(args.get("limit") or usual)
    if not limit.isdecimal() or not 1 <= int(limit) <= 1_000:
        raise RefusedError("invalid_limit")
    start = _start(found, args["cursor"]) if args.get("cursor") else 0
    end = start + int(limit)
    if end >= len(found):
        return found[start:end], {"has_more": False, **_no_more()}
    cursor = base64.b64encode(f"next_ts:{found[end].ts}".encode()).decode()
    return found[start:end], {"has_more": True, "response_metadata": {"next_cursor": cursor}}


def _start(found: Sequence[Message], cursor: str) -> int:
    try:
        wanted = base64.b64decode(cursor, validate=True).decode().removeprefix("next_ts:")
        return [message.ts for message in found].index(wanted)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise RefusedError("invalid_cursor") from None


def _no_more() -> Json:
    return {"response_metadata": {"next_cursor": ""}}


def _told(space: Workspace, message: Message, args: Json) -> Json:
    told = message.to_json(with_metadata=yes(args, "include_all_metadata"))
    answers = space.team.thread(message.channel, message.ts)[1:]
    if not answers:
        return told
    users = list(dict.fromkeys(answer.user for answer in answers))
    return told | {
        "thread_ts": message.ts,
        "reply_count": len(answers),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": answers[-1].ts,
    }


def _channel(space: Workspace, channel: Channel) -> Json:
    if channel.partner:
        return {"id": channel.id, "is_im": True, "user": channel.partner, "is_open": True}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_im": False,
        "is_private": False,
        "is_archived": False,
        "is_member": BOT in channel.members,
        "is_ext_shared": False,
        "context_team_id": TEAM,
        "num_members": len(channel.members),
    }


def _user(user: User) -> Json:
    return {
        "id": user.id,
        "team_id": TEAM,
        "name": user.name.lower(),
        "real_name": user.name,
        "deleted": False,
        "tz": "Europe/Paris",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "locale": "en-US",
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_restricted": False,
        "is_stranger": False,
        "profile": {"real_name": user.name, "display_name": user.name, "team": TEAM},
    }
