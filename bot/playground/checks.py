"""Holds blocks, views and metadata against the limits and says what Slack would refuse. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator

from bot.playground import figures
from bot.playground.limits import (
    BLOCKS,
    CHARTS_PER_MESSAGE,
    DATA_TABLE_TOTAL_CHARACTERS,
    KINDS,
    MARKDOWN_TOTAL_CHARACTERS,
    TABLE_TOTAL_CHARACTERS,
)
from bot.playground.parts import INPUTS, element_problems, picture
from bot.playground.shapes import (
    Json,
    fields_of,
    items,
    missing,
    string,
    strings,
    text,
)


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
        found += missing(view, ("title", "blocks"), "/view")
        for key in ("title", "submit", "close"):
            found += text(view.get(key), f"/view/{key}", 24, "plain_text")
        blocks = items(view.get("blocks"))
        inputs = any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
        if inputs and not view.get("submit"):
            found.append("[ERROR] submit is required with input blocks [json-pointer:/view]")
    found += strings(view, "view", "/view")
    return found + blocks_problems(view.get("blocks", []), surface)


def pictures_problems(blocks: object, known: frozenset[str], at: str = "/blocks") -> list[str]:
    """Names each `slack_file` in these blocks that is none of the known ids and addresses."""
    found = []
    for place, block in enumerate(items(blocks)):
        here = f"{at}/{place}"
        for holder, pointer in _holders(block, here):
            named = holder.get("slack_file")
            if named is not None and (named.get("id") or named.get("url")) not in known:
                found.append(f"[ERROR] invalid slack file [json-pointer:{pointer}/slack_file]")
        found += pictures_problems(block.get("child_blocks"), known, f"{here}/child_blocks")
    return found


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
    yield from missing(block, kind.needs, at)
    if kind.may is not None:
        allowed = {"type", "block_id", *kind.needs, *kind.may}
        for extra in sorted(set(block) - allowed):
            yield f"[ERROR] invalid additional property: {extra} [json-pointer:{at}]"
    yield from fields_of(block, str(block["type"]), at)
    if check := _CHECKS.get(str(block["type"])):
        yield from check(block, at, surface)


def _image(block: Json, at: str, surface: str) -> Iterator[str]:
    yield from picture(block, at)


def _holders(block: Json, at: str) -> Iterator[tuple[Json, str]]:
    """Whatever in a block may hold a picture, itself included."""
    yield block, at
    if isinstance(block.get("accessory"), dict):
        yield block["accessory"], f"{at}/accessory"
    if block["type"] == "context":
        for place, element in enumerate(block["elements"]):
            yield element, f"{at}/elements/{place}"


def _section(block: Json, at: str, surface: str) -> Iterator[str]:
    if not block.get("text") and not block.get("fields"):
        yield f"[ERROR] missing required field: text or fields [json-pointer:{at}]"
    for place, one in enumerate(items(block.get("fields"))):
        yield from text(one or {}, f"{at}/fields/{place}", 2_000, "any")
    if block.get("accessory") is not None:
        yield from element_problems(block["accessory"], f"{at}/accessory")


def _elements(block: Json, at: str, surface: str) -> Iterator[str]:
    elements = items(block.get("elements"))
    for place, element in enumerate(elements):
        yield from element_problems(element, f"{at}/elements/{place}")
    ids = [str(e["action_id"]) for e in elements if isinstance(e, dict) and "action_id" in e]
    for action_id, count in Counter(ids).items():
        if count > 1:
            yield f"[ERROR] `action_id` {action_id} already exists [json-pointer:{at}/elements]"


def _context(block: Json, at: str, surface: str) -> Iterator[str]:
    for place, element in enumerate(items(block.get("elements"))):
        if isinstance(element, dict) and element.get("type") == "image":
            yield from element_problems(element, f"{at}/elements/{place}")
        else:
            yield from text(element or {}, f"{at}/elements/{place}", 2_000, "any")


def _input(block: Json, at: str, surface: str) -> Iterator[str]:
    if "element" in block:
        yield from element_problems(block["element"], f"{at}/element", INPUTS)


def _objects(block: Json, at: str, surface: str) -> Iterator[str]:
    for place, element in enumerate(items(block.get("elements"))):
        if not isinstance(element, dict):
            yield f"[ERROR] must be an object [json-pointer:{at}/elements/{place}]"


def _children(block: Json, at: str, surface: str) -> Iterator[str]:
    for place, child in enumerate(items(block.get("child_blocks"))):
        if isinstance(child, dict) and child.get("type") == "container":
            yield f"[ERROR] unsupported type: container [json-pointer:{at}/child_blocks/{place}]"
        else:
            yield from _block(child, f"{at}/child_blocks/{place}", surface)


def _plan(block: Json, at: str, surface: str) -> Iterator[str]:
    tasks = items(block.get("tasks"))
    for place, task in enumerate(tasks):
        here = f"{at}/tasks/{place}"
        if isinstance(task, dict):
            yield from missing(task, ("task_id", "title"), here)
            yield from _task(task, here, surface)
        else:
            yield f"[ERROR] must be an object [json-pointer:{here}]"
    ids = Counter(str(task.get("task_id")) for task in tasks if isinstance(task, dict))
    for task_id, count in ids.items():
        if count > 1:
            yield f"[ERROR] `task_id` {task_id} already exists [json-pointer:{at}/tasks]"


def _task(block: Json, at: str, surface: str) -> Iterator[str]:
    if block.get("status", "pending") not in ("pending", "in_progress", "complete", "error"):
        yield f"[ERROR] invalid status [json-pointer:{at}/status]"
    for key in ("task_id", "title"):
        if block.get(key) is not None:
            yield from string(block[key], f"{at}/{key}", 3_000)


_CHECKS: dict[str, Callable[[Json, str, str], Iterator[str]]] = {
    "section": _section,
    "actions": _elements,
    "context_actions": _elements,
    "context": _context,
    "input": _input,
    "image": _image,
    "table": figures.table,
    "data_table": figures.data_table,
    "data_visualization": figures.chart,
    "rich_text": _objects,
    "carousel": _objects,
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
    every = [inner for block in blocks for inner in (block, *block.get("child_blocks", ()))]
    words = sum(len(block["text"]) for block in every if block["type"] == "markdown")
    if words > MARKDOWN_TOTAL_CHARACTERS:
        yield (
            f"[ERROR] all markdown blocks must be less than {MARKDOWN_TOTAL_CHARACTERS + 1} "
            "characters together [json-pointer:/blocks]"
        )
    for kind, most in _CELL_CHARACTERS.items():
        rows = [row for block in every if block["type"] == kind for row in block["rows"]]
        if sum(len(str(cell.get("text", ""))) for row in rows for cell in row) > most:
            yield f"[ERROR] {kind} cells hold over {most} characters [json-pointer:/blocks]"
    if sum(block["type"] == "data_visualization" for block in every) > CHARTS_PER_MESSAGE:
        yield f"[ERROR] no more than {CHARTS_PER_MESSAGE} charts allowed [json-pointer:/blocks]"


_CELL_CHARACTERS = {
    "table": TABLE_TOTAL_CHARACTERS,
    "data_table": DATA_TABLE_TOTAL_CHARACTERS,
}
