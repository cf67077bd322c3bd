"""The page: served safely, and built from the sources that stand beside it."""

import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import playground as package
from bot.playground import Playground

FOLDER = Path(package.__file__).parent

# What is served


async def test_the_page_and_its_assets_are_local_and_locked_down(pg: Playground) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/page/page.js", "/page/page.css", "/page/LICENSES.txt"):
            async with session.get(pg.url + path) as answer:
                assert answer.status == 200
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "unsafe" not in policy
                text = await answer.text()
                if not path.endswith(".txt"):
                    assert not re.search(r"(?:src|href)=[\"']https?:|url\(['\"]?https?:", text)


@pytest.mark.parametrize(
    ("origin", "status"), [(None, 403), ("http://evil.example", 403), ("own", 101)]
)
async def test_only_the_pages_own_origin_gets_the_live_line(
    pg: Playground, origin: str | None, status: int
) -> None:
    headers = {"Origin": pg.url if origin == "own" else origin} if origin else {}
    async with aiohttp.ClientSession() as session:
        try:
            line = await session.ws_connect(f"{pg.url}/page/live", headers=headers)
        except aiohttp.WSServerHandshakeError as error:
            assert error.status == status
            return
        assert status == 101
        state = (await line.receive_json())["state"]
        assert [user["name"] for user in state["users"]] == ["Ann", "Ben", "Tunewise"]
        await line.close()


async def test_the_live_line_tells_changes_and_says_why_a_deed_failed(pg: Playground) -> None:
    deeds: list[tuple[dict[str, Any], str]] = [
        ({"do": "type_in", "args": {"user": "U0ANN", "channel": "C0ML", "text": "/x"}}, "valid"),
        ({"do": "stop", "args": {}}, "stop"),
        ({"do": "click", "args": {"nothing": 1}}, "does not know"),
        ({"do": "type_in", "args": {"user": "U0BEN", "channel": "D0ANN", "text": "x"}}, "not in"),
    ]
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{pg.url}/page/live", headers={"Origin": pg.url}) as line,
    ):
        await line.receive_json()
        for number, (deed, complaint) in enumerate(deeds):
            await line.send_json({"id": number, **deed})
            answer = await line.receive_json()
            assert (answer["id"], complaint in answer["error"]) == (number, True), answer
        await line.send_str("no JSON")
        assert (await line.receive_json())["id"] is None
        args = {"user": "U0ANN", "channel": "C0ML", "text": "@tunewise a<b @Ben"}
        await line.send_json({"id": 9, "do": "type_in", "args": args})
        frames = [await line.receive_json() for _ in range(2)]
        told = next(frame["state"] for frame in frames if "state" in frame)
        assert told["messages"]["C0ML"][0]["text"] == "<@U0TUNEWISE> a&lt;b <@U0BEN>"


# What it is built from


def sources_hash() -> str:
    """The hash that build.mjs computes, without Node."""
    page = FOLDER / "page"
    found = [path for path in page.rglob("*") if path.is_file()]
    names = sorted(path.relative_to(page).as_posix() for path in found)
    hashed = hashlib.sha256()
    for name in names:
        if "node_modules" in name.split("/") or any(part[0] == "." for part in name.split("/")):
            continue
        hashed.update(name.encode() + b"\0" + (page / name).read_bytes() + b"\0")
    return hashed.hexdigest()


@pytest.mark.parametrize("bundle", ["page.js", "page.css"])
def test_the_bundle_was_built_from_these_sources(bundle: str) -> None:
    first = (FOLDER / "static" / bundle).read_text().partition("\n")[0]
    assert first == f"/* sources sha256:{sources_hash()} */"
    page_copy = (FOLDER / "static" / "index.html").read_bytes()
    assert page_copy == (FOLDER / "page" / "index.html").read_bytes()


def test_the_lock_names_exact_versions_and_no_addresses() -> None:
    lock = json.loads((FOLDER / "page" / "package-lock.json").read_text())
    assert not [name for name, about in lock["packages"].items() if "resolved" in about]
    wanted = json.loads((FOLDER / "page" / "package.json").read_text())
    versions = [*wanted["dependencies"].values(), *wanted["devDependencies"].values()]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)


def test_every_bundled_package_has_its_licence_text() -> None:
    text = (FOLDER / "static" / "LICENSES.txt").read_text()
    for name in ("react-dom 19.3.1", "slack-blocks-to-jsx 1.1.1", "@yozora/", "react-markdown"):
        assert f"\n{name}" in text
    assert "no licence text" not in text


@pytest.mark.skipif(
    not (FOLDER / "page" / "node_modules").is_dir(), reason="the page's packages are not installed"
)
def test_two_builds_are_the_same_byte_for_byte(tmp_path: Path) -> None:
    subprocess.run(["node", "build.mjs", tmp_path], cwd=FOLDER / "page", check=True)
    for built in (FOLDER / "static").iterdir():
        assert (tmp_path / built.name).read_bytes() == built.read_bytes(), built.name
