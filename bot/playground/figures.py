"""Holds tables and charts against Slack's limits. Pure.

Source: docs.slack.dev (reference/block-kit/blocks/data-visualization-block, data-table-block,
table-block); where its pages differ the lower figure holds.
"""

from collections import Counter
from collections.abc import Iterator

from bot.playground.limits import (
    AXIS_LABEL_CHARACTERS,
    CATEGORIES,
    COLUMNS,
    LABEL_CHARACTERS,
    SERIES,
)
from bot.playground.shapes import Json, items, listed, missing, number, string


def table(block: Json, at: str, surface: str) -> Iterator[str]:
    """What is wrong with the rows of a `table`."""
    yield from _rows(block, at, ("raw_text", "raw_number", "rich_text"))


def data_table(block: Json, at: str, surface: str) -> Iterator[str]:
    """What is wrong with the rows of a `data_table`: its first row is the header."""
    yield from _rows(block, at, ("raw_text", "raw_number"))
    widths = {len(row) for row in items(block.get("rows")) if isinstance(row, list)}
    if len(widths) > 1:
        yield f"[ERROR] every row must have as many cells [json-pointer:{at}/rows]"
    if "page_size" in block and block["page_size"] not in range(1, 101):
        yield f"[ERROR] must be between 1 and 100 [json-pointer:{at}/page_size]"


def chart(block: Json, at: str, surface: str) -> Iterator[str]:
    """What is wrong with the chart of a `data_visualization`."""
    given, at = block.get("chart"), f"{at}/chart"
    if not isinstance(given, dict):
        yield f"[ERROR] must be an object [json-pointer:{at}]"
    elif given.get("type") == "pie":
        yield from _pie(given, at)
    elif given.get("type") in ("line", "bar", "area"):
        yield from _axes(given, at)
    else:
        yield f"[ERROR] unsupported type: {given.get('type')} [json-pointer:{at}/type]"


def _rows(block: Json, at: str, kinds: tuple[str, ...]) -> Iterator[str]:
    for place, row in enumerate(items(block.get("rows"))):
        yield from listed(row, f"{at}/rows/{place}", 1, COLUMNS)
        for n, cell in enumerate(items(row)):
            yield from _cell(cell, f"{at}/rows/{place}/{n}", kinds)


def _cell(cell: object, at: str, kinds: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(cell, dict) or cell.get("type") not in kinds:
        yield f"[ERROR] unsupported cell [json-pointer:{at}]"
    elif cell["type"] == "raw_number":
        if not number(cell.get("value")):
            yield f"[ERROR] must be a number [json-pointer:{at}/value]"
        if "text" in cell:
            yield from string(cell["text"], f"{at}/text", 10_000)
    elif cell["type"] == "raw_text":
        yield from string(cell.get("text"), f"{at}/text", 10_000, fewest=1)


def _pie(given: Json, at: str) -> Iterator[str]:
    yield from listed(given.get("segments"), f"{at}/segments", 1, SERIES)
    for place, segment in enumerate(items(given.get("segments"))):
        here = f"{at}/segments/{place}"
        yield from _point(segment, here)
        value = segment.get("value") if isinstance(segment, dict) else None
        if number(value) and not value > 0:  # type: ignore[operator]
            yield f"[ERROR] must be greater than 0 [json-pointer:{here}/value]"
    yield from _alike(given.get("segments"), "label", f"{at}/segments")


def _axes(given: Json, at: str) -> Iterator[str]:
    axis = given.get("axis_config")
    if not isinstance(axis, dict):
        yield f"[ERROR] must be an object [json-pointer:{at}/axis_config]"
        axis = {}
    for key in ("x_label", "y_label"):
        if axis.get(key) is not None:
            yield from string(axis[key], f"{at}/axis_config/{key}", AXIS_LABEL_CHARACTERS)
    categories = axis.get("categories")
    yield from listed(categories, f"{at}/axis_config/categories", 1, CATEGORIES)
    for place, name in enumerate(items(categories)):
        yield from string(name, f"{at}/axis_config/categories/{place}", LABEL_CHARACTERS, fewest=1)
    yield from listed(given.get("series"), f"{at}/series", 1, SERIES)
    for place, one in enumerate(items(given.get("series"))):
        yield from _series(one, f"{at}/series/{place}", items(categories))
    yield from _alike(given.get("series"), "name", f"{at}/series")


def _series(one: object, at: str, categories: list[object]) -> Iterator[str]:
    if not isinstance(one, dict):
        yield f"[ERROR] must be an object [json-pointer:{at}]"
        return
    yield from missing(one, ("name", "data"), at)
    yield from string(one.get("name"), f"{at}/name", LABEL_CHARACTERS, fewest=1)
    yield from listed(one.get("data"), f"{at}/data", 1, CATEGORIES)
    for place, point in enumerate(items(one.get("data"))):
        yield from _point(point, f"{at}/data/{place}")
    labels = [point.get("label") for point in items(one.get("data")) if isinstance(point, dict)]
    if sorted(map(repr, labels)) != sorted(map(repr, categories)):
        yield f"[ERROR] labels must match the categories of the axis [json-pointer:{at}/data]"


def _point(point: object, at: str) -> Iterator[str]:
    if not isinstance(point, dict):
        yield f"[ERROR] must be an object [json-pointer:{at}]"
        return
    yield from string(point.get("label"), f"{at}/label", LABEL_CHARACTERS, fewest=1)
    if not number(point.get("value")):
        yield f"[ERROR] must be a number [json-pointer:{at}/value]"


def _alike(holders: object, key: str, at: str) -> Iterator[str]:
    names = Counter(repr(one.get(key)) for one in items(holders) if isinstance(one, dict))
    if any(count > 1 for count in names.values()):
        yield f"[ERROR] every {key} must be unique [json-pointer:{at}]"
