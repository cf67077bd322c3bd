"""Every word said to a model: one `.md` file per prompt, filled in by one frozen dataclass.

A file has two Jinja2 blocks. `system` is the same for every question, so that servers can keep it
in their cache; `user` holds the fields of the dataclass. What stands in a field is data: it is
never read as a template.
"""

import hashlib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, meta

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Message:
    """What one side says to a model."""

    role: Literal["system", "user"]
    content: str


@dataclass(frozen=True)
class Prompt:
    """A prompt with its blanks filled in; a subclass names its file and has a field per blank."""

    template: ClassVar[str]
    """Path of the `.md` file below `prompts/`."""

    def messages(self) -> tuple[Message, ...]:
        """Give what to send, the part that never changes first.

        Raises jinja2.UndefinedError where the file asks for a blank that the class does not have,
        or for any blank in its `system` block.
        """
        blanks = {field.name: getattr(self, field.name) for field in fields(self)}
        file = _file(self.template)
        return (
            Message("system", _block(file, "system")),
            Message("user", _block(file, "user", **blanks)),
        )

    @property
    def fingerprint(self) -> str:
        """Which version of the words this is: 12 hexadecimal digits of the file's SHA-256."""
        return _fingerprint(self.template)


def variables(template: str) -> frozenset[str]:
    """Name the blanks of a prompt's file."""
    tree = _environment().parse((FOLDER / template).read_text("utf-8"))
    return frozenset(meta.find_undeclared_variables(tree))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # the text goes to a model, not to a browser
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _file(template: str) -> Template:
    return _environment().get_template(template)


def _block(file: Template, name: str, /, **blanks: object) -> str:
    return "".join(file.blocks[name](file.new_context(blanks))).strip()


@cache
def _fingerprint(template: str) -> str:
    return hashlib.sha256((FOLDER / template).read_bytes()).hexdigest()[:12]
