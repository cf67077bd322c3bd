"""One file as the team keeps it, and what Slack takes it for. Pure."""

import re
from dataclasses import dataclass

KINDS = {
    "csv": ("text/csv", "csv"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "gif": ("image/gif", "gif"),
    "html": ("text/html", "html"),
    "jpeg": ("image/jpeg", "jpg"),
    "jpg": ("image/jpeg", "jpg"),
    "json": ("application/json", "json"),
    "md": ("text/markdown", "markdown"),
    "pdf": ("application/pdf", "pdf"),
    "png": ("image/png", "png"),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    "py": ("text/x-python", "python"),
    "svg": ("image/svg+xml", "svg"),
    "tsv": ("text/tab-separated-values", "tsv"),
    "txt": ("text/plain", "text"),
    "webp": ("image/webp", "webp"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "yaml": ("text/yaml", "yaml"),
    "yml": ("text/yaml", "yaml"),
    "zip": ("application/zip", "zip"),
}
"""Ending of the name -> (mimetype, Slack's filetype); other names go by what is in the file."""

IMAGES = frozenset({"image/gif", "image/jpeg", "image/png"})
"""What may stand in an image block as `slack_file`."""


@dataclass(frozen=True)
class File:
    """A file that somebody uploaded."""

    id: str
    name: str
    data: bytes
    user: str
    """Who uploaded it."""
    created: int = 0
    """Seconds since 1970."""
    title: str = ""
    about: str = ""
    """What screen readers say instead of an image."""
    shares: tuple[tuple[str, str], ...] = ()
    """The messages that carry it, as (channel, ts)."""

    @property
    def kind(self) -> tuple[str, str]:
        """The mimetype and Slack's filetype, by the ending of the name.

        >>> File("F1", "cases.JSONL", b"{}", "U1").kind
        ('text/plain', 'text')
        """
        known = KINDS.get(self.name.rpartition(".")[2].lower())
        if known is not None:
            return known
        try:
            self.data[:65_536].decode(errors="strict")
        except UnicodeDecodeError as error:
            if error.start < 65_530:  # a character cut in two at the end is text all the same
                return "application/octet-stream", "binary"
        return "text/plain", "text"


def addresses(base: str, file: File) -> tuple[str, str, str]:
    """Where a file is: `url_private`, `url_private_download`, and its permalink on the page."""
    name = re.sub(r"[^a-z0-9.]+", "_", file.name.lower()).strip(".") or "file"
    private = f"{base}/files-pri/{file.id}"
    return f"{private}/{name}", f"{private}/download/{name}", f"{base}/page/files/{file.id}/{name}"
