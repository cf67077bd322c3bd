"""views.*: modals and Home tabs, and what an app answers to a submission."""

import secrets
from dataclasses import replace

from bot.playground.checks import pictures_problems, view_problems
from bot.playground.limits import VIEW_STACK
from bot.playground.team import Json, Team, View, with_ids
from bot.playground.web_api import RefusedError, refused_for
from bot.playground.workspace import Workspace


def open_view(space: Workspace, args: Json) -> Json:
    """views.open: a new modal in place of whatever the person had open."""
    content = _content(space, args["view"], "modal")
    user = space.spend_trigger(args["trigger_id"])
    for view in stack(space.team, user):
        del space.team.views[view.id]
    return {"view": _add(space.team, user, content).to_json()}


def push(space: Workspace, args: Json) -> Json:
    """views.push: a modal on top of the one that is open."""
    content = _content(space, args["view"], "modal")
    user = space.spend_trigger(args["trigger_id"])
    below = stack(space.team, user)
    if not below:
        raise RefusedError("not_found")
    if len(below) >= VIEW_STACK:
        raise RefusedError("push_limit_reached")
    return {"view": _add(space.team, user, content, below[-1]).to_json()}


def update(space: Workspace, args: Json) -> Json:
    """views.update, by view_id or external_id."""
    team = space.team
    old = next((view for view in _known(team) if _asked_for(view, args)), None)
    if old is None:
        raise RefusedError("not_found")
    if args.get("hash") and args["hash"] != old.hash:
        raise RefusedError("hash_conflict")
    return {"view": _put(team, old, _content(space, args["view"], old.content["type"])).to_json()}


def publish(space: Workspace, args: Json) -> Json:
    """views.publish: what a person sees on the Home tab."""
    team, user = space.team, args["user_id"]
    if user not in team.users:
        raise RefusedError("user_not_found")
    old = team.homes.get(user)
    if args.get("hash") and old is not None and args["hash"] != old.hash:
        raise RefusedError("hash_conflict")
    content = _content(space, args["view"], "home")
    view_id = old.id if old else f"V0PLAY{team.number()}"
    team.homes[user] = View(view_id, user, content, _hash(team), root_id=view_id)
    team.changed()
    return {"view": team.homes[user].to_json()}


def stack(team: Team, user: str) -> list[View]:
    """The modals that a person has open, the visible one last."""
    return [view for view in team.views.values() if view.user == user]


def close(team: Team, view: View) -> None:
    """Take one modal away; the one below shows again."""
    team.views.pop(view.id, None)
    team.changed()


def take_answer(space: Workspace, view: View, answer: Json) -> None:
    """Do to a modal what the app's answer to its submission says; nothing said closes it."""
    team, action = space.team, answer.get("response_action")
    if action == "errors":
        team.views[view.id] = replace(view, errors=_errors(view, answer.get("errors")))
    elif action in ("update", "push"):
        _shown_next(space, view, action, answer.get("view"))
    elif action == "clear":
        for open_one in stack(team, view.user):
            del team.views[open_one.id]
    else:
        team.views.pop(view.id, None)
    team.changed()


def _errors(view: View, errors: object) -> dict[str, str]:
    """What to show beside which input; under "" what is wrong with the app's answer itself."""
    inputs = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        return {"": "The app's answer names no errors."}
    if lost := sorted(str(key) for key in errors if key not in inputs):
        return {"": f"The app's errors name no input: {', '.join(lost)}"}
    return {key: str(value) for key, value in errors.items()}


def _shown_next(space: Workspace, view: View, action: str, given: object) -> None:
    team = space.team
    try:
        content = _content(space, given, "modal")
    except RefusedError as refusal:
        trouble = "; ".join(refusal.answer["response_metadata"]["messages"])
        team.views[view.id] = replace(view, errors={"": f"The app's next view is wrong: {trouble}"})
        return
    if action == "update":
        _put(team, view, content)
    else:
        _add(team, view.user, content, view)


def _content(space: Workspace, view: object, surface: str) -> Json:
    problems = view_problems(view, surface)
    blocks = view.get("blocks", []) if isinstance(view, dict) else []
    problems = problems or pictures_problems(blocks, space.pictures(), "/view/blocks")
    if problems or not isinstance(view, dict):
        raise refused_for("invalid_arguments", problems)
    return view | {"blocks": with_ids(blocks)}


def _known(team: Team) -> list[View]:
    return [*team.views.values(), *team.homes.values()]


def _asked_for(view: View, args: Json) -> bool:
    if args.get("view_id"):
        return bool(view.id == args["view_id"])
    return bool(args.get("external_id")) and view.content.get("external_id") == args["external_id"]


def _hash(team: Team) -> str:
    return f"{int(team.now())}.{secrets.token_hex(4)}"


def _add(team: Team, user: str, content: Json, below: View | None = None) -> View:
    view_id = f"V0PLAY{team.number()}"
    view = View(
        id=view_id,
        user=user,
        content=content,
        hash=_hash(team),
        root_id=below.root_id if below else view_id,
        previous_id=below.id if below else None,
    )
    team.views[view.id] = view
    team.changed()
    return view


def _put(team: Team, old: View, content: Json) -> View:
    new = replace(old, content=content, hash=_hash(team), errors={})
    place = team.homes if content["type"] == "home" else team.views
    place[old.user if content["type"] == "home" else old.id] = new
    team.changed()
    return new
