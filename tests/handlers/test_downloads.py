"""A file that cannot be read is refused in words."""

import gzip
from pathlib import Path

import pytest

from bot.errors import AskError
from handlers import downloads
from handlers.downloads import lines_of


def test_a_damaged_gz_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    packed = bytearray(gzip.compress(b"{}\n"))
    packed[10:14] = b"\xff" * 4
    path.write_bytes(packed)
    with pytest.raises(AskError, match="cannot be unpacked"):
        list(lines_of(path))


@pytest.mark.parametrize("limit", ["MOST_UNPACKED", "MOST_LINES"])
def test_a_file_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n" * 5000))
    monkeypatch.setattr(downloads, limit, 4000)
    read: list[str] = []
    with pytest.raises(AskError, match="2,000,000 lines|4,000 lines"):
        read.extend(lines_of(path))
    assert len(read) < 5000


def test_a_file_that_is_gone_is_read_no_further(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}\n" * 500_000)
    lines = lines_of(path)
    next(lines)
    path.unlink()
    assert sum(1 for _ in lines) < 1000
