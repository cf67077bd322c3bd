"""files.*: what the bot uploads, and what people drop into a conversation."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from bot.playground.chat import open_to_bot, root_of
from bot.playground.content import blocks_in
from bot.playground.limits import ALT_TEXT_CHARACTERS, CHANNELS_PER_FILE, FILE_BYTES
from bot.playground.stored import File, addresses
from bot.playground.team import BOT, BOT_ID, TEAM, Channel, Json, Message, Team
from bot.playground.web_api import RefusedError, refused_for
from bot.playground.workspace import Upload, Workspace


def upload_url(space: Workspace, args: Json) -> Json:
    """files.getUploadURLExternal: an address that takes the bytes of one file."""
    length = str(args["length"])
    if not length.isdecimal():
        raise refused_for(
            "invalid_arguments", ["[ERROR] must be an integer [json-pointer:/length]"]
        )
    if int(length) == 0:
        raise RefusedError("missing_argument")
    if int(length) > FILE_BYTES:
        raise RefusedError("file_upload_size_restricted")
    about = args.get("alt_txt") or ""
    if len(about) > ALT_TEXT_CHARACTERS:
        raise RefusedError("alt_txt_too_large")
    key, file_id = secrets.token_urlsafe(16), _new_id(space.team)
    space.uploads[key] = Upload(file_id, args["filename"], int(length), about)
    return {"upload_url": f"{space.url}/upload/v1/{key}", "file_id": file_id}


def complete(space: Workspace, args: Json) -> Json:
    """files.completeUploadExternal: shares what was uploaded as one message of the bot.

    The answer does not say where the files stand; files.info does, as in Slack.
    """
    wanted = _wanted(args["files"])
    uploads = [_uploaded(space, file_id) for file_id in wanted]
    channels = _channels(space, args)
    roots = [root_of(space, channel, args) for channel in channels]
    comment = args.get("initial_comment") or ""
    blocks = () if comment else blocks_in(space, args)
    for key in uploads:
        upload = space.uploads.pop(key)
        space.team.files[upload.id] = File(
            id=upload.id,
            name=upload.name,
            data=upload.data or b"",
            user=BOT,
            created=int(space.team.now()),
            title=wanted[upload.id],
            about=upload.about,
        )
    told = [about_file(space, space.team.files[file_id]) for file_id in wanted]
    for channel, root in zip(channels, roots, strict=True):
        message = Message(
            channel=channel.id,
            ts=space.team.new_ts(),
            user=BOT,
            text=comment,
            blocks=blocks,
            thread_ts=root,
            bot_id=BOT_ID,
        )
        share(space, message, tuple(wanted))
    space.team.changed()
    return {"files": told}


def info(space: Workspace, args: Json) -> Json:
    """files.info: the file, and in `shares` the messages that carry it."""
    file = visible(space, args["file"])
    places: Json = {}
    for channel, ts in file.shares:
        message = space.team.find(channel, ts)
        if message is not None:
            kind = "private" if space.team.channels[channel].partner else "public"
            root = {"thread_ts": message.thread_ts} if message.thread_ts else {}
            places.setdefault(kind, {}).setdefault(channel, []).append({"ts": ts, **root})
    return {"file": about_file(space, file) | {"shares": places}, "comments": []}


def delete(space: Workspace, args: Json) -> Json:
    """files.delete: only what the bot itself uploaded; a tombstone stays in the messages."""
    file = visible(space, args["file"])
    if file.user != BOT:
        raise RefusedError("cant_delete_file")
    del space.team.files[file.id]
    for channel, ts in file.shares:
        message = space.team.find(channel, ts)
        if message is not None:
            _bury(space.team, message, file.id)
    space.team.changed()
    return {}


def share(space: Workspace, message: Message, file_ids: Sequence[str]) -> Message:
    """Post a message that carries files, with the subtype `file_share`."""
    team = space.team
    told = []
    for file_id in file_ids:
        file = team.files[file_id]
        file = replace(file, shares=(*file.shares, (message.channel, message.ts)))
        team.files[file_id] = file
        told.append(about_file(space, file))
    extra = {**message.extra, "files": told, "upload": False}
    return team.post(replace(message, subtype="file_share", extra=extra))


def visible(space: Workspace, file_id: str) -> File:
    """A file that the bot may read: its own, or one shared where it is. Raises RefusedError."""
    file = space.team.files.get(file_id)
    if file is None or not space.readable(file):
        raise RefusedError("file_not_found")
    return file


def hold(team: Team, user: str, name: str, data: bytes) -> str:
    """Keep what a person is about to share and give its id. Raises ValueError over the cap."""
    if len(data) > FILE_BYTES:
        raise ValueError(f"{name} is over {FILE_BYTES // 1024**2} MB.")
    file = File(_new_id(team), name, data, user, int(team.now()))
    team.files[file.id] = file
    return file.id


def about_file(space: Workspace, file: File) -> Json:
    """A file as Slack writes it in events and answers."""
    mimetype, filetype = file.kind
    private, download, permalink = addresses(space.url, file)
    told = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": mimetype,
        "filetype": filetype,
        "pretty_type": filetype.upper(),
        "user": file.user,
        "user_team": TEAM,
        "size": len(file.data),
        "mode": "hosted",
        "editable": False,
        "is_external": False,
        "external_type": "",
        "is_public": any(not space.team.channels[channel].partner for channel, _ in file.shares),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "file_access": "visible",
        "url_private": private,
        "url_private_download": download,
        "permalink": permalink,
    }
    return told | ({"alt_txt": file.about} if file.about else {})


def _new_id(team: Team) -> str:
    return f"F0PLAY{team.number()}"


def _wanted(files: object) -> dict[str, str]:
    """The ids to complete with the titles given. Raises RefusedError."""
    wanted: dict[str, str] = {}
    if not isinstance(files, list) or not files:
        raise refused_for("invalid_arguments", ["[ERROR] must be an array [json-pointer:/files]"])
    for place, one in enumerate(files):
        if not isinstance(one, dict) or not isinstance(one.get("id"), str):
            where = f"[json-pointer:/files/{place}]"
            raise refused_for(
                "invalid_arguments", [f"[ERROR] must be an object with an id {where}"]
            )
        wanted[one["id"]] = str(one.get("title") or "")
    return wanted


def _uploaded(space: Workspace, file_id: str) -> str:
    """The key of an upload whose bytes have arrived. Raises RefusedError."""
    for key, upload in space.uploads.items():
        if upload.id == file_id and upload.data is not None:
            return key
    raise RefusedError("file_not_found")


def _channels(space: Workspace, args: Json) -> list[Channel]:
    """Where the files are to be shared; nowhere leaves them private. Raises RefusedError."""
    listed = [name.strip() for name in (args.get("channels") or "").split(",")]
    names = dict.fromkeys(name for name in (args.get("channel_id") or "", *listed) if name)
    if len(names) > CHANNELS_PER_FILE:
        raise RefusedError("channels_limit_exceeded")
    return [open_to_bot(space, name) for name in names]


def _bury(team: Team, message: Message, file_id: str) -> None:
    left = [
        {"id": file_id, "mode": "tombstone"} if file["id"] == file_id else file
        for file in message.extra.get("files", ())
    ]
    if message.text or message.blocks or any(file["mode"] != "tombstone" for file in left):
        team.replace(message, extra={**message.extra, "files": left})
    else:
        team.remove(message)
