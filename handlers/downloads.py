"""A file from Slack, for as long as it is read: fetched with the bot's token and then removed."""

import asyncio
import gzip
import tempfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin, urlsplit

import aiohttp

from bot.errors import AskError, OutageError
from bot.jobs import Job
from bot.texts import redact, say
from bot.texts.words import whole
from handlers.posting import Posting
from handlers.wire import PostError

MOST_BYTES = 200 * 1024**2
"""Of a file as it stands in Slack."""
MOST_UNPACKED = 500 * 1024**2
"""Of a file that comes packed."""
MOST_LINES = 2_000_000
_LONGEST_LINE = 16 * 1024**2
_LOOKED_EVERY = 1000
"""Lines after which it is looked whether the file is still there."""
_SECONDS = 600
_CHUNK = 65_536
_HOPS = 3
_MOVED = frozenset({301, 302, 303, 307, 308})
_ENDINGS = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")


Kind = Literal["audit", "measure"]

SHORT = 6
"""Words up to which a message beside a file is no question."""
_WORDS: dict[str, Kind] = {
    "audit": "audit",
    "auditar": "audit",
    "审计": "audit",
    "measure": "measure",
    "medir": "measure",
    "测量": "measure",
}


@dataclass(frozen=True)
class Named:
    """A file that stands in a message."""

    file_id: str
    name: str


def lines_in(event: dict[str, object]) -> tuple[Named, ...]:
    """Give the files of a message that hold one JSON object a line, going by their names."""
    files = event.get("files")
    found = [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
    named = [Named(str(one.get("id") or ""), redact(str(one.get("name") or ""))) for one in found]
    return tuple(one for one in named if one.file_id and one.name.lower().endswith(_ENDINGS))


def use_of(words: str) -> Kind | None:
    """Give what a short message says its file is for.

    >>> use_of("Audit this, please!"), use_of("should we fine-tune?")
    ('audit', None)
    """
    found = [word.strip("!.,:?").casefold() for word in words.split()]
    named = (_WORDS[word] for word in found if word in _WORDS)
    return next(named, None) if len(found) <= SHORT else None


@asynccontextmanager
async def fetched(job: Job, posting: Posting, file: Named) -> AsyncIterator[Path]:
    """Fetch a file into a temporary place, which is gone after this block.

    Raises AskError where it is too large or cannot be read, OutageError where Slack is away.
    """
    try:
        told = (await posting.ask(job, "files.info", file=file.file_id))["file"]
    except PostError as error:
        raise AskError(say("files.unreadable", name=file.name)) from error
    if int(told.get("size") or 0) > MOST_BYTES:
        raise AskError(say("files.too_large", name=file.name, mb=MOST_BYTES // 1024**2))
    ending = ".gz" if file.name.lower().endswith(".gz") else ".jsonl"
    with tempfile.TemporaryDirectory(prefix="tunewise-") as folder:
        path = Path(folder, f"file{ending}")
        await _fetch(job, posting, str(told.get("url_private_download") or ""), path, file.name)
        yield path


def lines_of(path: Path) -> Iterator[str]:
    """Read a file line by line, unpacked where it is packed.

    A file that is gone meanwhile, as after `fetched`, ends where it was. Raises AskError where it
    unpacks to more than can be meant, has too many lines or cannot be unpacked.
    """
    left = MOST_UNPACKED
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number in count():
                line = file.readline(_LONGEST_LINE)
                if not line or (number % _LOOKED_EVERY == 0 and not path.exists()):
                    return
                left -= len(line)
                if left < 0 or number >= MOST_LINES:
                    raise AskError(
                        say(
                            "files.unpacks_too_large",
                            mb=MOST_UNPACKED // 1024**2,
                            lines=whole(MOST_LINES),
                        )
                    )
                yield line.decode("utf-8", "replace")
    except (EOFError, gzip.BadGzipFile, OSError, zlib.error) as error:
        raise AskError(say("files.not_unpacked")) from error


async def _fetch(job: Job, posting: Posting, url: str, path: Path, name: str) -> None:
    """Write what stands at an address of Slack into a file. The address is not for any log."""
    if not _is_slacks(url, posting.address(job.team_id)):
        raise AskError(say("files.unreadable", name=name))
    headers = {"Authorization": f"Bearer {posting.token(job.team_id)}"}
    timeout = aiohttp.ClientTimeout(total=_SECONDS, sock_read=30)
    try:
        async with aiohttp.ClientSession(timeout=timeout, headers=headers) as session:
            for _ in range(_HOPS):
                async with session.get(url, allow_redirects=False) as answer:
                    if answer.status not in _MOVED:
                        _refuse(answer, name)
                        await _write(answer, path, name)
                        return
                    url = urljoin(url, answer.headers.get("Location", ""))
                if not _is_slacks(url, posting.address(job.team_id)):
                    break
    except aiohttp.InvalidURL:
        raise AskError(say("files.unreadable", name=name)) from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise OutageError(f"a file cannot be fetched ({type(error).__name__})") from None
    raise AskError(say("files.unreadable", name=name))


async def _write(answer: aiohttp.ClientResponse, path: Path, name: str) -> None:
    left = MOST_BYTES
    with path.open("wb") as file:
        async for piece in answer.content.iter_chunked(_CHUNK):
            left -= len(piece)
            if left < 0:
                raise AskError(say("files.too_large", name=name, mb=MOST_BYTES // 1024**2))
            await asyncio.to_thread(file.write, piece)


def _refuse(answer: aiohttp.ClientResponse, name: str) -> None:
    """Raise where no file comes: a page to sign in is what Slack shows to those it refuses."""
    if answer.status == 429 or answer.status >= 500:
        raise OutageError(f"a file cannot be fetched ({answer.status})")
    if answer.status != 200 or answer.content_type == "text/html":
        raise AskError(say("files.unreadable", name=name))


def _is_slacks(url: str, api: str) -> bool:
    """Say whether an address is Slack's, or of the host that stands in for it.

    >>> _is_slacks("https://files.slack.com/a", "https://slack.com/api/")
    True
    >>> _is_slacks("https://slack.com.evil.example/a", "https://slack.com/api/")
    False
    """
    there, here = urlsplit(url), urlsplit(api)
    if there.netloc == here.netloc and there.scheme == here.scheme:
        return True
    host = there.hostname or ""
    return there.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))
