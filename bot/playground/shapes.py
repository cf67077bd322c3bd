"""The small checks that the large ones are made of: texts, strings, lists and fields. Pure."""

from collections.abc import Iterator
from typing import Any

from bot.playground.limits import LISTS, STRINGS, TEXTS

Json = dict[str, Any]


def fields_of(holder: Json, kind: str, at: str) -> Iterator[str]:
    """The limits of one object's own texts, strings and lists."""
    for (owner, key), (most, form) in TEXTS.items():
        if owner == kind:
            yield from text(holder.get(key), f"{at}/{key}", most, form)
    yield from strings(holder, kind, at)
    for (owner, key), (fewest, most) in LISTS.items():
        if owner == kind and key in holder:
            yield from listed(holder[key], f"{at}/{key}", fewest, most)


def missing(holder: Json, needs: tuple[str, ...], at: str) -> Iterator[str]:
    """Names each field that must be there and is not."""
    for key in needs:
        if holder.get(key) is None:
            yield f"[ERROR] missing required field: {key} [json-pointer:{at}]"


def text(value: object, at: str, most: int, form: str) -> Iterator[str]:
    """What is wrong with a text object; `form` is its kind, or `any` of the two."""
    if value is None:
        return
    forms = ("plain_text", "mrkdwn") if form == "any" else (form,)
    if not isinstance(value, dict) or value.get("type") not in forms:
        yield f"[ERROR] must be a {' or '.join(forms)} object [json-pointer:{at}]"
        return
    yield from string(value.get("text"), f"{at}/text", most, fewest=1)


def strings(holder: Json, kind: str, at: str) -> Iterator[str]:
    """The limits of one object's own plain strings."""
    for (owner, key), most in STRINGS.items():
        if owner in (kind, "any") and holder.get(key) is not None:
            yield from string(holder[key], f"{at}/{key}", most)


def string(value: object, at: str, most: int, fewest: int = 0) -> Iterator[str]:
    """What is wrong with a string of so many characters."""
    if not isinstance(value, str):
        yield f"[ERROR] must be a string [json-pointer:{at}]"
    elif len(value) > most:
        yield f"[ERROR] must be less than {most + 1} characters [json-pointer:{at}]"
    elif len(value) < fewest:
        yield f"[ERROR] must be more than {fewest - 1} characters [json-pointer:{at}]"


def listed(value: object, at: str, fewest: int, most: int) -> Iterator[str]:
    """What is wrong with a list of so many items."""
    if not isinstance(value, list):
        yield f"[ERROR] must be an array [json-pointer:{at}]"
    elif len(value) > most:
        yield f"[ERROR] no more than {most} items allowed [json-pointer:{at}]"
    elif len(value) < fewest:
        yield f"[ERROR] no fewer than {fewest} items allowed [json-pointer:{at}]"


def items(value: object) -> list[Any]:
    """The items of what should be a list; none where it is no list."""
    return value if isinstance(value, list) else []


def number(value: object) -> bool:
    """Whether this is a number as JSON has them."""
    return isinstance(value, int | float) and not isinstance(value, bool)
