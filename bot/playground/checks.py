"""Holds blocks, views and metadata against the limits and says what Slack would refuse. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from bot.playground.limits import (
    BLOCKS,
    CHARTS_PER_MESSAGE,
    COLUMNS,
    ELEMENTS,
    KINDS,
    LISTS,
    MARKDOWN_TOTAL_CHARACTERS,
    STRINGS,
    TABLE_TOTAL_CHARACTERS,
    TEXTS,
)

Json = dict[str, Any]


def blocks_problems(blocks: object, surface: str = "message") -> list[str]:
    """Everything that Slack would refuse in these blocks, in the form of its own messages."""
    if not isinstance(blocks, list):
        return ["[ERROR] must be an array [json-pointer:/blocks]"]
    found = []
    if len(blocks) > BLOCKS[surface]:
        found.append(f"[ERROR] no more than {BLOCKS[surface]} items allowed [json-pointer:/blocks]")
    for place, block in enumerate(blocks):
        found += _block(block, f"/blocks/{place}", surface)
    if not found:
        found += [*_twice(blocks), *_totals(blocks)]
    return found


def view_problems(view: object, surface: str) -> list[str]:
    """Everything that Slack would refuse in this modal or Home tab."""
    if not isinstance(view, dict):
        return ["[ERROR] must be an object [json-pointer:/view]"]
    found = []
    if view.get("type") != surface:
        found.append(f"[ERROR] type must be {surface} [json-pointer:/view/type]")
    if surface == "modal":
        found += _missing(view, ("title", "blocks"), "/view")
        for key in ("title", "submit", "close"):
            found += _text(view.get(key), f"/view/{key}", 24, "plain_text")
        blocks = view.get("blocks") or []
        inputs = any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
        if inputs and not view.get("submit"):
            found.append("[ERROR] submit is required with input blocks [json-pointer:/view]")
    found += _strings(view, "view", "/view")
    return found + blocks_problems(view.get("blocks", []), surface)


def metadata_problem(metadata: object) -> str | None:
    """Slack's error name for metadata that it would refuse."""
    fits = (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
    )
    return None if fits else "invalid_metadata_format"


def _block(block: object, at: str, surface: str) -> Iterator[str]:
    if not isinstance(block, dict):
        yield f"[ERROR] must be an object [json-pointer:{at}]"
        return
    kind = KINDS.get(str(block.get("type")))
    if kind is None or surface not in kind.surfaces:
        yield f"[ERROR] unsupported type: {block.get('type')} [json-pointer:{at}/type]"
        return
    yield from _missing(block, kind.needs, at)
    if kind.may is not None:
        allowed = {"type", "block_id", *kind.needs, *kind.may}
        for extra in sorted(set(block) - allowed):
            yield f"[ERROR] invalid additional property: {extra} [json-pointer:{at}]"
    yield from _fields(block, str(block["type"]), at)
    if check := _CHECKS.get(str(block["type"])):
        yield from check(block, at, surface)


def _fields(holder: Json, kind: str, at: str) -> Iterator[str]:
    """The limits of one object's own texts, strings and lists."""
    for (owner, key), (most, form) in TEXTS.items():
        if owner == kind:
            yield from _text(holder.get(key), f"{at}/{key}", most, form)
    yield from _strings(holder, kind, at)
    for (owner, key), (fewest, most) in LISTS.items():
        if owner == kind and key in holder:
            yield from _list(holder[key], f"{at}/{key}", fewest, most)


def _missing(holder: Json, needs: tuple[str, ...], at: str) -> Iterator[str]:
    for key in needs:
        if holder.get(key) is None:
            yield f"[ERROR] missing required field: {key} [json-pointer:{at}]"


def _text(value: object, at: str, most: int, form: str) -> Iterator[str]:
    if value is None:
        return
    forms = ("plain_text", "mrkdwn") if form == "any" else (form,)
    if not isinstance(value, dict) or value.get("type") not in forms:
        yield f"[ERROR] must be a {' or '.join(forms)} object [json-pointer:{at}]"
        return
    yield from _string(value.get("text"), f"{at}/text", most, fewest=1)


def _strings(holder: Json, kind: str, at: str) -> Iterator[str]:
    for (owner, key), most in STRINGS.items():
        if owner in (kind, "any") and holder.get(key) is not None:
            yield from _string(holder[key], f"{at}/{key}", most)


def _string(value: object, at: str, most: int, fewest: int = 0) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"[ERROR] must be a string [json-pointer:{at}]"
    elif len(value) > most:
        yield f"[ERROR] must be less than {most + 1} characters [json-pointer:{at}]"
    elif len(value) < fewest:
        yield f"[ERROR] must be more than {fewest - 1} characters [json-pointer:{at}]"


def _list(value: object, at: str, fewest: int, most: int) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"[ERROR] must be an array [json-pointer:{at}]"
    elif len(value) > most:
        yield f"[ERROR] no more than {most} items allowed [json-pointer:{at}]"
    elif len(value) < fewest:
        yield f"[ERROR] no fewer than {fewest} items allowed [json-pointer:{at}]"


def _element(element: object, at: str) -> Iterator[str]:
    kind = element.get("type") if isinstance(element, dict) else None
    if not isinstance(element, dict) or kind not in ELEMENTS:
        yield f"[ERROR] unsupported type: {kind} [json-pointer:{at}/type]"
        return
    yield from _missing(element, ELEMENTS[kind], at)
    yield from _fields(element, kind, at)
    if element.get("style") not in (None, "primary", "danger"):
        yield f"[ERROR] invalid style [json-pointer:{at}/style]"
    if isinstance(element.get("confirm"), dict):
        yield from _fields(element["confirm"], "confirm", f"{at}/confirm")
    for place, option in enumerate(element.get("options") or ()):
        yield from _option(option, f"{at}/options/{place}")
    for key in ("positive_button", "negative_button"):
        if isinstance(element.get(key), dict):
            yield from _fields(element[key], "feedback_button", f"{at}/{key}")


def _option(option: object, at: str) -> Iterator[str]:
    if not isinstance(option, dict):
        yield f"[ERROR] must be an object [json-pointer:{at}]"
        return
    yield from _missing(option, ("text", "value"), at)
    yield from _fields(option, "option", at)


def _section(block: Json, at: str, surface: str) -> Iterator[str]:
    if not block.get("text") and not block.get("fields"):
        yield f"[ERROR] missing required field: text or fields [json-pointer:{at}]"
    for place, text in enumerate(block.get("fields") or ()):
        yield from _text(text, f"{at}/fields/{place}", 2_000, "any")
    if block.get("accessory") is not None:
        yield from _element(block["accessory"], f"{at}/accessory")


def _elements(block: Json, at: str, surface: str) -> Iterator[str]:
    elements = block.get("elements")
    for place, element in enumerate(elements if isinstance(elements, list) else ()):
        yield from _element(element, f"{at}/elements/{place}")
    ids = [e["action_id"] for e in elements or () if isinstance(e, dict) and "action_id" in e]
    for action_id, count in Counter(ids).items():
        if count > 1:
            yield f"[ERROR] `action_id` {action_id} already exists [json-pointer:{at}/elements]"


def _context(block: Json, at: str, surface: str) -> Iterator[str]:
    for place, element in enumerate(block.get("elements") or ()):
        if isinstance(element, dict) and element.get("type") == "image":
            yield from _element(element, f"{at}/elements/{place}")
        else:
            yield from _text(element, f"{at}/elements/{place}", 2_000, "any")


def _input(block: Json, at: str, surface: str) -> Iterator[str]:
    if "element" in block:
        yield from _element(block["element"], f"{at}/element")


def _table(block: Json, at: str, surface: str) -> Iterator[str]:
    rows = block.get("rows")
    for place, row in enumerate(rows if isinstance(rows, list) else ()):
        yield from _list(row, f"{at}/rows/{place}", 1, COLUMNS)
        for n, cell in enumerate(row if isinstance(row, list) else ()):
            if not isinstance(cell, dict) or cell.get("type") not in _CELLS:
                yield f"[ERROR] unsupported cell [json-pointer:{at}/rows/{place}/{n}]"


_CELLS = ("raw_text", "raw_number", "rich_text")


def _children(block: Json, at: str, surface: str) -> Iterator[str]:
    for place, child in enumerate(block.get("child_blocks") or ()):
        yield from _block(child, f"{at}/child_blocks/{place}", surface)


def _plan(block: Json, at: str, surface: str) -> Iterator[str]:
    tasks = [task for task in block.get("tasks") or () if isinstance(task, dict)]
    for place, task in enumerate(tasks):
        yield from _task(task, f"{at}/tasks/{place}", surface)
    ids = Counter(task.get("task_id") for task in tasks)
    for task_id, count in ids.items():
        if count > 1:
            yield f"[ERROR] `task_id` {task_id} already exists [json-pointer:{at}/tasks]"


def _task(block: Json, at: str, surface: str) -> Iterator[str]:
    if block.get("status", "pending") not in ("pending", "in_progress", "complete", "error"):
        yield f"[ERROR] invalid status [json-pointer:{at}/status]"


_CHECKS: dict[str, Callable[[Json, str, str], Iterator[str]]] = {
    "section": _section,
    "actions": _elements,
    "context_actions": _elements,
    "context": _context,
    "input": _input,
    "table": _table,
    "data_table": _table,
    "container": _children,
    "plan": _plan,
    "task_card": _task,
}


def _twice(blocks: list[Json]) -> Iterator[str]:
    ids = Counter(block["block_id"] for block in blocks if block.get("block_id"))
    for block_id, count in ids.items():
        if count > 1:
            yield f"[ERROR] `block_id` {block_id} already exists [json-pointer:/blocks]"


def _totals(blocks: list[Json]) -> Iterator[str]:
    words = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if words > MARKDOWN_TOTAL_CHARACTERS:
        yield (
            f"[ERROR] all markdown blocks must be less than {MARKDOWN_TOTAL_CHARACTERS + 1} "
            "characters together [json-pointer:/blocks]"
        )
    rows = [row for block in blocks if block["type"] == "table" for row in block["rows"]]
    cells = sum(len(str(cell.get("text", ""))) for row in rows for cell in row)
    if cells > TABLE_TOTAL_CHARACTERS:
        yield f"[ERROR] table cells hold over {TABLE_TOTAL_CHARACTERS} characters"
    if sum(block["type"] == "data_visualization" for block in blocks) > CHARTS_PER_MESSAGE:
        yield f"[ERROR] no more than {CHARTS_PER_MESSAGE} charts allowed [json-pointer:/blocks]"
