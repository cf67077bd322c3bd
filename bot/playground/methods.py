"""The table of the Web API's methods, and the few that belong to no other module."""

from bot.playground import chat, conversations, files, views
from bot.playground.checks import blocks_problems, view_problems
from bot.playground.limits import LOADING_MESSAGES
from bot.playground.team import APP, Json, Status
from bot.playground.web_api import Method, RefusedError, refused_for
from bot.playground.workspace import Workspace

SESSION_STATUSES = ("processing", "active", "suspended", "closed")


def _api_test(space: Workspace, args: Json) -> Json:
    if "error" in args:
        raise RefusedError(str(args["error"]), args=args)
    return {"args": args}


def _open_connection(space: Workspace, args: Json) -> Json:
    host = space.url.removeprefix("http://")
    return {"url": f"ws://{host}/link?ticket={space.ticket()}&app_id={APP}"}


def _validate(space: Workspace, args: Json) -> Json:
    view, message = args.get("view"), args.get("message")
    if view is not None:
        kind = view.get("type") if isinstance(view, dict) else None
        problems = view_problems(view, "home" if kind == "home" else "modal")
    else:
        holder = message if isinstance(message, dict) else args
        problems = blocks_problems(holder.get("blocks"))
    if problems:
        raise refused_for("invalid_blocks", problems)
    return {}


def _set_status(space: Workspace, args: Json) -> Json:
    channel, thread_ts = _thread(space, args)
    loading = args.get("loading_messages") or []
    if not isinstance(loading, list) or not all(isinstance(line, str) for line in loading):
        problems = ["[ERROR] must be an array of strings [json-pointer:/loading_messages]"]
        raise refused_for("invalid_arguments", problems)
    if len(loading) > LOADING_MESSAGES:
        problems = [f"[ERROR] no more than {LOADING_MESSAGES} items allowed"]
        raise refused_for("invalid_arguments", problems)
    status = Status(args.get("status") or "", tuple(loading), space.team.now())
    space.team.set_status(channel, thread_ts, status)
    return {}


def _set_session(space: Workspace, args: Json) -> Json:
    if args["status"] not in SESSION_STATUSES:
        raise refused_for("invalid_arguments", ["[ERROR] invalid status [json-pointer:/status]"])
    key = _thread(space, args)
    space.team.sessions[key] = args["status"]
    if args.get("title"):
        space.team.titles.setdefault(key, str(args["title"])[:200])
    space.team.changed()
    return {}


def _set_prompts(space: Workspace, args: Json) -> Json:
    channel = chat.channel_in(space, args["channel_id"])
    prompts = args["prompts"]
    fits = isinstance(prompts, list) and 1 <= len(prompts) <= 4
    if not fits or not all(_prompt(prompt) for prompt in prompts):
        raise refused_for("invalid_arguments", ["[ERROR] 1 to 4 prompts of title and message"])
    space.team.suggested[channel.id] = tuple(prompts)
    space.team.changed()
    return {}


def _prompt(prompt: object) -> bool:
    return isinstance(prompt, dict) and all(
        isinstance(prompt.get(key), str) and prompt[key] for key in ("title", "message")
    )


def _set_title(space: Workspace, args: Json) -> Json:
    space.team.titles[_thread(space, args)] = str(args["title"])
    space.team.changed()
    return {}


def _thread(space: Workspace, args: Json) -> tuple[str, str]:
    channel = chat.channel_in(space, args["channel_id"])
    if space.team.find(channel.id, str(args["thread_ts"])) is None:
        raise RefusedError("invalid_thread_ts")
    return channel.id, str(args["thread_ts"])


WRITE = ("chat:write",)
ASSISTANT = ("assistant:write",)
READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
TALK = ("channels:manage", "groups:write", "im:write", "mpim:write")
PEOPLE = ("users:read",)
UPLOAD = ("files:write",)

METHODS = {
    "api.test": Method(_api_test, open=True),
    "auth.test": Method(conversations.auth_test),
    "apps.connections.open": Method(_open_connection, app_token=True),
    "chat.postMessage": Method(chat.post_message, ("channel",), WRITE),
    "chat.update": Method(chat.update, ("channel", "ts"), WRITE),
    "chat.delete": Method(chat.delete, ("channel", "ts"), WRITE),
    "chat.postEphemeral": Method(chat.post_ephemeral, ("channel", "user"), WRITE),
    "chat.getPermalink": Method(chat.permalink, ("channel", "message_ts")),
    "conversations.history": Method(conversations.history, ("channel",), HISTORY),
    "conversations.replies": Method(conversations.replies, ("channel", "ts"), HISTORY),
    "conversations.info": Method(conversations.info, ("channel",), READ),
    "conversations.list": Method(conversations.listing, (), READ),
    "conversations.open": Method(conversations.opened, (), TALK),
    "conversations.members": Method(conversations.members, ("channel",), READ),
    "users.info": Method(conversations.user_info, ("user",), PEOPLE),
    "users.list": Method(conversations.user_list, (), PEOPLE),
    "team.info": Method(conversations.team_info, (), ("team:read",)),
    "bots.info": Method(conversations.bot_info, (), PEOPLE),
    "reactions.add": Method(
        chat.add_reaction, ("channel", "name", "timestamp"), ("reactions:write",)
    ),
    "files.getUploadURLExternal": Method(files.upload_url, ("filename", "length"), UPLOAD),
    "files.completeUploadExternal": Method(files.complete, ("files",), UPLOAD),
    "files.info": Method(files.info, ("file",), ("files:read",)),
    "files.delete": Method(files.delete, ("file",), UPLOAD),
    "views.open": Method(views.open_view, ("trigger_id", "view")),
    "views.push": Method(views.push, ("trigger_id", "view")),
    "views.update": Method(views.update, ("view",)),
    "views.publish": Method(views.publish, ("user_id", "view")),
    "blocks.validate": Method(_validate),
    "assistant.threads.setStatus": Method(
        _set_status, ("channel_id", "thread_ts"), (*WRITE, *ASSISTANT)
    ),
    "assistant.threads.setSuggestedPrompts": Method(
        _set_prompts, ("channel_id", "prompts"), ASSISTANT
    ),
    "assistant.threads.setTitle": Method(
        _set_title, ("channel_id", "thread_ts", "title"), ASSISTANT
    ),
    "agents.sessions.setStatus": Method(
        _set_session, ("channel_id", "thread_ts", "status"), ASSISTANT
    ),
}
