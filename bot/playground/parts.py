"""Holds buttons, menus and inputs against Slack's limits. Pure."""

import re
from collections.abc import Callable, Iterator

from bot.playground.limits import ELEMENTS
from bot.playground.shapes import Json, fields_of, items, listed, missing, text

INPUTS = frozenset(ELEMENTS) - {
    *("button", "icon_button", "feedback_buttons", "overflow", "workflow_button", "image"),
}
"""What may stand in an `input` block."""


def element_problems(
    element: object, at: str, kinds: frozenset[str] = frozenset(ELEMENTS)
) -> Iterator[str]:
    """Everything that Slack would refuse in a button, a menu, an input or a small image."""
    kind = str(element.get("type")) if isinstance(element, dict) else None
    if not isinstance(element, dict) or kind is None or kind not in kinds:
        yield f"[ERROR] unsupported type: {kind} [json-pointer:{at}/type]"
        return
    yield from missing(element, ELEMENTS[kind], at)
    yield from fields_of(element, kind, at)
    if element.get("style") not in (None, "primary", "danger"):
        yield f"[ERROR] invalid style [json-pointer:{at}/style]"
    for key, owner in _PARTS:
        if key in element and not isinstance(element[key], dict):
            yield f"[ERROR] must be an object [json-pointer:{at}/{key}]"
        elif key in element:
            yield from fields_of(element[key], owner, f"{at}/{key}")
    if check := _ELEMENT_CHECKS.get(kind):
        yield from check(element, at)


_PARTS = (
    ("confirm", "confirm"),
    ("positive_button", "feedback_button"),
    ("negative_button", "feedback_button"),
)


def _choices(element: Json, at: str) -> Iterator[str]:
    """Options, and that what is chosen at first is one of them."""
    if not element.get("options") and not element.get("option_groups"):
        yield f"[ERROR] missing required field: options or option_groups [json-pointer:{at}]"
    options = items(element.get("options"))
    for place, option in enumerate(options):
        yield from _option(option, f"{at}/options/{place}")
    for place, group in enumerate(items(element.get("option_groups"))):
        here = f"{at}/option_groups/{place}"
        inside = items(group.get("options")) if isinstance(group, dict) else []
        label = group.get("label") if isinstance(group, dict) else None
        yield from text(label or {}, f"{here}/label", 75, "plain_text")
        yield from listed(inside, f"{here}/options", 1, 100)
        for n, option in enumerate(inside):
            yield from _option(option, f"{here}/options/{n}")
        options = options + inside
    first = [element[key] for key in ("initial_option",) if element.get(key) is not None]
    if any(option not in options for option in (*first, *items(element.get("initial_options")))):
        yield f"[ERROR] the initial choice must be one of the options [json-pointer:{at}]"


def _option(option: object, at: str) -> Iterator[str]:
    if not isinstance(option, dict):
        yield f"[ERROR] must be an object [json-pointer:{at}]"
        return
    yield from missing(option, ("text", "value"), at)
    yield from fields_of(option, "option", at)


def _number_input(element: Json, at: str) -> Iterator[str]:
    if not isinstance(element.get("is_decimal_allowed"), bool):
        yield f"[ERROR] must be a boolean [json-pointer:{at}/is_decimal_allowed]"
    for key in ("initial_value", "min_value", "max_value"):
        given = element.get(key)
        if isinstance(given, str) and not re.fullmatch(r"-?\d+(\.\d+)?", given):
            yield f"[ERROR] must be a number in a string [json-pointer:{at}/{key}]"


def _text_input(element: Json, at: str) -> Iterator[str]:
    for key in ("min_length", "max_length"):
        if key in element and element[key] not in range(3_001):
            yield f"[ERROR] must be between 0 and 3000 [json-pointer:{at}/{key}]"


def picture(holder: Json, at: str) -> Iterator[str]:
    """What is wrong with where a picture comes from."""
    named = holder.get("slack_file")
    if (holder.get("image_url") is None) == (named is None):
        yield f"[ERROR] must have one of image_url and slack_file [json-pointer:{at}]"
    if named is None:
        return
    if not isinstance(named, dict) or {type(value) for value in named.values()} != {str}:
        yield f"[ERROR] must be an object with an id or a url [json-pointer:{at}/slack_file]"
    elif set(named) not in ({"id"}, {"url"}):
        yield f"[ERROR] must have one of id and url [json-pointer:{at}/slack_file]"


_ELEMENT_CHECKS: dict[str, Callable[[Json, str], Iterator[str]]] = {
    "static_select": _choices,
    "multi_static_select": _choices,
    "radio_buttons": _choices,
    "checkboxes": _choices,
    "overflow": _choices,
    "number_input": _number_input,
    "plain_text_input": _text_input,
    "image": picture,
}
