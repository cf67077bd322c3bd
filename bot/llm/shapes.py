"""Replies that must have a shape: how it is asked for, and how the reply is read."""

import json
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Shape:
    """A JSON schema in the strict form: every field required, none besides."""

    name: str
    schema: dict[str, Any]

    @property
    def text(self) -> str:
        """The schema in words that a model reads."""
        return json.dumps(self.schema, ensure_ascii=False)


class UnfitError(Exception):
    """A reply does not fit its schema; `faults` says why, one sentence each."""

    def __init__(self, faults: tuple[str, ...], *, shapeless: bool) -> None:
        super().__init__()
        self.faults = faults
        self.shapeless = shapeless
        """Whether a server that holds a model to its schema could never have sent it."""


def read(schema: type[T], text: str) -> T:
    """Read a reply, whatever prose or fence stands around its JSON object.

    Raises UnfitError.

    >>> class Answer(BaseModel):
    ...     word: str
    >>> read(Answer, 'Here: {"word": "yes"}').word
    'yes'
    """
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise UnfitError(("it is not a JSON object",), shapeless=True)
    try:
        return schema.model_validate_json(text[start : end + 1])
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        said = tuple(
            f"{'.'.join(str(part) for part in fault['loc']) or 'the whole'}: {fault['msg']}"
            for fault in faults
        )
        shapeless = any(
            fault["type"] in ("missing", "json_invalid") or fault["type"].endswith("_type")
            for fault in faults
        )
        raise UnfitError(said, shapeless=shapeless) from None
