"""Reads what an app wants to show out of a call's arguments, checked against the limits."""

from dataclasses import dataclass

from bot.playground.checks import blocks_problems, metadata_problem, pictures_problems
from bot.playground.limits import MARKDOWN_TEXT_CHARACTERS, TEXT_CHARACTERS
from bot.playground.team import Json, with_ids
from bot.playground.web_api import RefusedError, refused_for
from bot.playground.workspace import Workspace


@dataclass(frozen=True)
class Content:
    """The words and blocks of a message."""

    text: str
    blocks: tuple[Json, ...]
    warnings: tuple[str, ...] = ()

    def told(self) -> Json:
        """What the answer says besides: Slack's warnings."""
        if not self.warnings:
            return {}
        listed = list(self.warnings)
        return {"warning": ",".join(listed), "response_metadata": {"warnings": listed}}


def content_in(space: Workspace, args: Json) -> Content:
    """What is to be shown. Raises RefusedError where Slack would refuse it."""
    markdown = args.get("markdown_text")
    if markdown:
        return _markdown(str(markdown), args)
    text, blocks = str(args.get("text") or ""), blocks_in(space, args)
    if not text and not blocks:
        raise RefusedError("no_text")
    if len(text) > TEXT_CHARACTERS:
        return Content(text[:TEXT_CHARACTERS], blocks, ("message_truncated",))
    return Content(text, blocks)


def _markdown(markdown: str, args: Json) -> Content:
    if args.get("text") or args.get("blocks"):
        raise RefusedError("markdown_text_conflict")
    if len(markdown) > MARKDOWN_TEXT_CHARACTERS:
        raise RefusedError("msg_too_long")
    return Content(markdown, tuple(with_ids([{"type": "markdown", "text": markdown}])))


def blocks_in(space: Workspace, args: Json) -> tuple[Json, ...]:
    """The blocks of a message, each with an id. Raises RefusedError with every problem named."""
    blocks = args.get("blocks") or []
    if not isinstance(blocks, list):
        raise RefusedError("invalid_blocks_format")
    problems = blocks_problems(blocks) or pictures_problems(blocks, space.pictures())
    if problems:
        raise refused_for("invalid_blocks", problems)
    return tuple(with_ids(blocks))


def metadata_in(args: Json) -> Json | None:
    """The metadata of a message; `None` where there is none. Raises RefusedError."""
    metadata = args.get("metadata")
    if not metadata:
        return None
    if error := metadata_problem(metadata):
        raise RefusedError(error)
    return {key: metadata[key] for key in ("event_type", "event_payload")}


def yes(args: Json, key: str) -> bool:
    """Whether a flag is set, in a form or a JSON body."""
    return str(args.get(key, "")).lower() in ("1", "true")
