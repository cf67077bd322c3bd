"""chat.*, reactions.* and the addresses to respond at: what the bot says."""

import dataclasses

from bot.playground.content import content_in, metadata_in, yes
from bot.playground.team import BOT, BOT_ID, DOMAIN, Channel, Json, Message
from bot.playground.web_api import RefusedError
from bot.playground.workspace import ResponseUrl, Workspace


def post_message(space: Workspace, args: Json) -> Json:
    """chat.postMessage."""
    channel = open_to_bot(space, args["channel"])
    content = content_in(space, args)
    thread_ts = root_of(space, channel, args)
    message = Message(
        channel=channel.id,
        ts=space.team.new_ts(),
        user=BOT,
        text=content.text,
        blocks=content.blocks,
        thread_ts=thread_ts,
        metadata=metadata_in(args),
        bot_id=BOT_ID,
        subtype="thread_broadcast" if thread_ts and yes(args, "reply_broadcast") else None,
    )
    space.team.post(message)
    return _about(message) | {"message": message.to_json()} | content.told()


def update(space: Workspace, args: Json) -> Json:
    """chat.update: new text without blocks takes the old blocks away, as in Slack."""
    old = _own(space, args, "cant_update_message")
    changes: Json = {}
    if any(args.get(key) for key in ("text", "blocks", "markdown_text")):
        content = content_in(space, args)
        changes = {"text": content.text, "blocks": content.blocks}
        if not args.get("text") and not args.get("markdown_text"):
            changes["text"] = old.text
    elif args.get("blocks") is None and args.get("metadata") is None:
        raise RefusedError("no_text")
    if "blocks" in args and args["blocks"] == []:
        changes["blocks"] = ()
    if args.get("metadata") is not None:
        changes["metadata"] = metadata_in(args)
    if not changes.get("blocks"):
        changes["edited"] = {"user": BOT, "ts": space.team.new_ts()}
    new = space.team.replace(old, **changes)
    return _about(new) | {"text": new.text, "message": new.to_json()}


def delete(space: Workspace, args: Json) -> Json:
    """chat.delete."""
    message = _own(space, args, "cant_delete_message")
    space.team.remove(message)
    return _about(message)


def post_ephemeral(space: Workspace, args: Json) -> Json:
    """chat.postEphemeral."""
    channel = open_to_bot(space, args["channel"])
    if args["user"] not in channel.members:
        raise RefusedError("user_not_in_channel")
    content = content_in(space, args)
    message = Message(
        channel=channel.id,
        ts=space.team.new_ts(),
        user=BOT,
        text=content.text,
        blocks=content.blocks,
        thread_ts=args.get("thread_ts"),
        bot_id=BOT_ID,
    )
    space.team.show_only_to(args["user"], message)
    return {"message_ts": message.ts} | content.told()


def permalink(space: Workspace, args: Json) -> Json:
    """chat.getPermalink."""
    channel = channel_in(space, args["channel"])
    message = space.team.find(channel.id, args["message_ts"])
    if message is None:
        raise RefusedError("message_not_found")
    link = f"https://{DOMAIN}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def add_reaction(space: Workspace, args: Json) -> Json:
    """reactions.add."""
    channel = channel_in(space, args["channel"])
    message = space.team.find(channel.id, args["timestamp"])
    if message is None:
        raise RefusedError("message_not_found")
    if not space.team.react(message, BOT, args["name"].strip(":")):
        raise RefusedError("already_reacted")
    return {}


def channel_in(space: Workspace, name: str) -> Channel:
    """The channel of this id, or the direct conversation with this person. Raises RefusedError."""
    for channel in space.team.channels.values():
        if name in (channel.id, channel.partner):
            return channel
    raise RefusedError("channel_not_found")


def open_to_bot(space: Workspace, name: str) -> Channel:
    """A channel that the bot is a member of. Raises RefusedError."""
    channel = channel_in(space, name)
    if BOT not in channel.members:
        raise RefusedError("not_in_channel")
    return channel


def root_of(space: Workspace, channel: Channel, args: Json) -> str | None:
    """The root that a new message replies to. Raises RefusedError where there is none."""
    thread_ts = args.get("thread_ts")
    if not thread_ts:
        return None
    root = space.team.find(channel.id, thread_ts)
    if root is None:
        raise RefusedError("thread_not_found")
    if root.thread_ts not in (None, root.ts):
        raise RefusedError("cannot_reply_to_message")
    return str(thread_ts)


def respond(space: Workspace, key: str, args: Json) -> Json:
    """Take what was sent to a response_url. Raises RefusedError."""
    response = space.use_response_url(key)
    old = _answered(space, response)
    if yes(args, "delete_original"):
        _forget(space, response, old)
        return {"ok": True}
    content = content_in(space, args)
    if yes(args, "replace_original") and old is not None:
        _swap(space, response, old, {"text": content.text, "blocks": content.blocks})
        return {"ok": True}
    message = Message(
        channel=response.channel,
        ts=space.team.new_ts(),
        user=BOT,
        text=content.text,
        blocks=content.blocks,
        thread_ts=args.get("thread_ts"),
        metadata=metadata_in(args),
        bot_id=BOT_ID,
    )
    if args.get("response_type") == "in_channel":
        space.team.post(message)
    else:
        space.team.show_only_to(response.user, message)
    return {"ok": True}


def _answered(space: Workspace, response: ResponseUrl) -> Message | None:
    """The message whose button was pressed, as it stands now."""
    if response.message_ts is None:
        return None
    shown = [m for user, m in space.team.ephemerals if user == response.user]
    private = [m for m in shown if (m.channel, m.ts) == (response.channel, response.message_ts)]
    return private[0] if private else space.team.find(response.channel, response.message_ts)


def _forget(space: Workspace, response: ResponseUrl, old: Message | None) -> None:
    team = space.team
    if old is not None and (response.user, old) in team.ephemerals:
        team.ephemerals.remove((response.user, old))
        team.changed()
    elif old is not None:
        team.remove(old)


def _swap(space: Workspace, response: ResponseUrl, old: Message, changes: Json) -> None:
    team = space.team
    if (response.user, old) in team.ephemerals:
        place = team.ephemerals.index((response.user, old))
        team.ephemerals[place] = (response.user, dataclasses.replace(old, **changes))
        team.changed()
    else:
        team.replace(old, **changes)


def _about(message: Message) -> Json:
    return {"channel": message.channel, "ts": message.ts}


def _own(space: Workspace, args: Json, error: str) -> Message:
    message = space.team.find(channel_in(space, args["channel"]).id, args["ts"])
    if message is None:
        raise RefusedError("message_not_found")
    if message.bot_id != BOT_ID:
        raise RefusedError(error)
    return message
