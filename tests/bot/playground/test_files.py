"""Files in and out, judged by Slack's own client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Channel, Fault, Playground, limits

Connect = Callable[[AsyncApp], Awaitable[AsyncSocketModeHandler]]

MENTION = "<@U0TUNEWISE> look at this"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
CASES = b'{"input": "a", "output": "b"}\n' * 3


async def refusal(call: Any) -> Any:
    with pytest.raises(SlackApiError) as raised:
        await call
    return raised.value.response


@asynccontextmanager
async def fetched(
    pg: Playground, url: str, token: str | None, **more: Any
) -> AsyncIterator[aiohttp.ClientResponse]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers=headers, **more) as answer,
    ):
        yield answer


# What people drop


async def test_a_dropped_file_arrives_in_both_events_of_a_mention(
    pg: Playground, app: AsyncApp, connect: Connect
) -> None:
    seen: list[dict[str, Any]] = []

    async def remember(event: dict[str, Any]) -> None:
        seen.append(event)

    for kind in ("message", "app_mention"):
        app.event(kind)(remember)
    await connect(app)
    ts = await pg.drop_file("U0ANN", "C0ML", "Our cases.jsonl", CASES, MENTION)
    await pg.until(lambda: len(seen) == 2)
    assert {(e["type"], e["subtype"], e["ts"], e["text"]) for e in seen} == {
        ("message", "file_share", ts, MENTION),
        ("app_mention", "file_share", ts, MENTION),
    }
    assert seen[0]["files"] == seen[1]["files"]
    (file,) = seen[0]["files"]
    about = ("name", "mimetype", "filetype", "size", "user", "mode")
    assert [file[key] for key in about] == [
        "Our cases.jsonl",
        "text/plain",
        "text",
        len(CASES),
        "U0ANN",
        "hosted",
    ]
    async with fetched(pg, file["url_private_download"], pg.bot_token) as answer:
        assert await answer.read() == CASES
    assert [r.args for r in pg.calls("url_private")] == [{"file": file["id"]}]


async def test_several_files_make_one_message_in_their_thread(pg: Playground) -> None:
    root = await pg.say("U0ANN", "D0ANN", "here they come")
    named = [("a.csv", b"x,y"), ("b.pdf", b"%PDF"), ("c", b"\xff\x00")]
    ts = await pg.drop_files("U0ANN", "D0ANN", named, thread_ts=root)
    message = pg.message("D0ANN", ts)
    assert (message.thread_ts, message.text) == (root, "")
    kinds = [(file["mimetype"], file["filetype"]) for file in message.extra["files"]]
    assert kinds == [
        ("text/csv", "csv"),
        ("application/pdf", "pdf"),
        ("application/octet-stream", "binary"),
    ]
    (event,) = [d.payload["event"] for d in pg.deliveries if "files" in d.payload["event"]]
    assert (event["channel_type"], len(event["files"])) == ("im", 3)
    with pytest.raises(ValueError, match="1 to 10"):
        await pg.drop_files("U0ANN", "D0ANN", [("x", b"x")] * 11)
    with pytest.raises(LookupError):
        await pg.share("U0ANN", "D0ANN", ["F0NONE"])


@pytest.mark.parametrize(
    ("token", "scopes", "path"),
    [
        pytest.param(None, ("files:read",), "/signin", id="no token"),
        pytest.param("xoxb-other", ("files:read",), "/signin", id="another token"),
        pytest.param("xoxb-playground", ("chat:write",), "/signin", id="no scope"),
    ],
)
async def test_whoever_may_not_read_a_file_is_sent_to_a_page_of_html(
    token: str | None, scopes: tuple[str, ...], path: str
) -> None:
    pg = Playground(scopes=scopes)
    await pg.start()
    try:
        ts = await pg.drop_file("U0ANN", "C0ML", "a.txt", b"secret")
        url = pg.message("C0ML", ts).extra["files"][0]["url_private_download"]
        async with fetched(pg, url, token, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"].partition("?")[0]) == (302, path)
        async with fetched(pg, url, token) as answer:
            assert (answer.status, answer.content_type) == (200, "text/html")
            assert b"secret" not in await answer.read()
    finally:
        await pg.stop()


async def test_a_file_of_a_channel_without_the_bot_is_not_found(
    pg: Playground, client: AsyncWebClient
) -> None:
    pg.add_channel(Channel("C0FAR", "far", frozenset({"U0ANN"})))
    ts = await pg.drop_file("U0ANN", "C0FAR", "a.txt", b"secret")
    file = pg.message("C0FAR", ts).extra["files"][0]
    async with fetched(pg, file["url_private"], pg.bot_token) as answer:
        assert (answer.status, answer.content_type) == (404, "text/html")
    assert (await refusal(client.files_info(file=file["id"])))["error"] == "file_not_found"


async def test_only_the_page_itself_fetches_files_without_a_token(pg: Playground) -> None:
    ts = await pg.drop_file("U0ANN", "C0ML", "page.html", b"<script>alert(1)</script>")
    url = pg.message("C0ML", ts).extra["files"][0]["permalink"]
    found = []
    async with aiohttp.ClientSession() as session:
        for site in (None, "cross-site", "none", "same-origin"):
            headers = {"Sec-Fetch-Site": site} if site else {}
            async with session.get(url, headers=headers) as answer:
                found.append(answer.status)
        assert found == [403, 403, 403, 200]
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        async with session.post(f"{pg.url}/page/files?user=U0ANN&name=x", data=b"x") as answer:
            assert answer.status == 403
    assert len(pg.files) == 1


# What the bot uploads


async def test_an_upload_by_slacks_client_becomes_a_message_of_the_bot(
    pg: Playground, client: AsyncWebClient
) -> None:
    root = await pg.say("U0ANN", "C0ML", "root")
    answer = await client.files_upload_v2(
        filename="../Report für Ann.csv",
        content="a,b\n1,2",
        title="Costs",
        channel="C0ML",
        thread_ts=root,
        initial_comment="Here",
    )
    message = pg.messages("C0ML")[-1]
    assert (message.user, message.bot_id, message.subtype) == (
        "U0TUNEWISE",
        "B0TUNEWISE",
        "file_share",
    )
    assert (message.text, message.thread_ts) == ("Here", root)
    (file,) = message.extra["files"]
    assert (file["id"], file["title"], file["size"]) == (answer["file"]["id"], "Costs", 7)
    async with fetched(pg, file["url_private_download"], pg.bot_token) as got:
        assert (await got.read(), got.content_type) == (b"a,b\n1,2", "text/csv")
    told = (await client.files_info(file=file["id"]))["file"]
    assert told["shares"] == {"public": {"C0ML": [{"ts": message.ts, "thread_ts": root}]}}
    assert [len(pg.calls(f"files.{name}")) for name in ("getUploadURLExternal", "info")] == [1, 1]


async def test_two_files_are_one_message_and_none_without_a_channel(
    pg: Playground, client: AsyncWebClient
) -> None:
    two: list[dict[str, Any]] = [
        {"content": "a", "filename": "a.md", "title": "A"},
        {"file": PNG, "filename": "b.png", "title": "B", "alt_txt": "A chart"},
    ]
    await client.files_upload_v2(file_uploads=two, channel="C0ML")
    await client.files_upload_v2(content="private", filename="p.txt")
    (message,) = pg.messages("C0ML")
    assert [file["title"] for file in message.extra["files"]] == ["A", "B"]
    assert message.extra["files"][1]["alt_txt"] == "A chart"
    assert [file.name for file in pg.files] == ["a.md", "b.png", "p.txt"]


async def started(client: AsyncWebClient, length: int = 3) -> tuple[str, str]:
    answer = await client.files_getUploadURLExternal(filename="a.txt", length=length)
    return answer["upload_url"], answer["file_id"]


async def test_bytes_come_raw_or_as_a_form_and_are_counted(
    pg: Playground, client: AsyncWebClient
) -> None:
    form = aiohttp.FormData()
    form.add_field("filename", b"abc", filename="a.txt")
    bodies: list[tuple[Any, int]] = [(b"abc", 200), (form, 200), (b"abcd", 400), (b"", 400)]
    found = []
    async with aiohttp.ClientSession() as session:
        for body, _ in bodies:
            url, file_id = await started(client)
            async with session.post(url, data=body) as answer:
                found.append(answer.status)
            files = [{"id": file_id, "title": None}]
            if answer.status == 200:
                await client.files_completeUploadExternal(files=files)
            else:
                call = client.files_completeUploadExternal(files=files)
                assert (await refusal(call))["error"] == "file_not_found"
        async with session.post(f"{pg.url}/upload/v1/other", data=b"abc") as answer:
            assert answer.status == 400
    assert found == [status for _, status in bodies]
    assert [file.data for file in pg.files] == [b"abc", b"abc"]


async def test_what_is_over_the_cap_is_refused(
    pg: Playground, client: AsyncWebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = limits.FILE_BYTES + 1
    call = client.files_getUploadURLExternal(filename="a.bin", length=over)
    assert (await refusal(call))["error"] == "file_upload_size_restricted"
    monkeypatch.setattr("bot.playground.file_routes.FILE_BYTES", 1_000)
    url, _ = await started(client, 2_000)
    async with aiohttp.ClientSession() as session, session.post(url, data=b"x" * 2_000) as answer:
        assert answer.status == 413


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        pytest.param("getUploadURLExternal", {"length": 3}, "invalid_arguments", id="no name"),
        pytest.param(
            "getUploadURLExternal", {"filename": "a", "length": 0}, "missing_argument", id="empty"
        ),
        pytest.param(
            "getUploadURLExternal", {"filename": "a", "length": "x"}, "invalid_arguments", id="NaN"
        ),
        pytest.param(
            "getUploadURLExternal",
            {"filename": "a", "length": 1, "alt_txt": "x" * 1001},
            "alt_txt_too_large",
            id="long description",
        ),
        pytest.param("completeUploadExternal", {"files": []}, "invalid_arguments", id="no files"),
        pytest.param(
            "completeUploadExternal", {"files": [{"id": 7}]}, "invalid_arguments", id="no id"
        ),
        pytest.param(
            "completeUploadExternal", {"files": [{"id": "F0NO"}]}, "file_not_found", id="unknown"
        ),
        pytest.param("info", {"file": "F0NO"}, "file_not_found", id="info"),
        pytest.param("delete", {"file": "F0NO"}, "file_not_found", id="delete"),
    ],
)
async def test_a_wrong_call_is_named(
    client: AsyncWebClient, method: str, args: dict[str, Any], error: str
) -> None:
    assert (await refusal(client.api_call(f"files.{method}", json=args)))["error"] == error


async def test_an_upload_into_the_wrong_place_leaves_it_to_be_completed(
    pg: Playground, client: AsyncWebClient
) -> None:
    pg.add_channel(Channel("C0FAR", "far", frozenset({"U0ANN"})))
    url, file_id = await started(client)
    async with aiohttp.ClientSession() as session, session.post(url, data=b"abc") as answer:
        assert await answer.text() == "OK - 3"
    files: list[dict[str, str | None]] = [{"id": file_id}]
    tried: list[tuple[dict[str, Any], str]] = [
        ({"channel_id": "C0NONE"}, "channel_not_found"),
        ({"channel_id": "C0FAR"}, "not_in_channel"),
        ({"channel_id": "C0ML", "thread_ts": "1.000001"}, "thread_not_found"),
    ]
    for place, error in tried:
        call = client.files_completeUploadExternal(files=files, **place)
        assert (await refusal(call))["error"] == error
    await client.files_completeUploadExternal(files=files, channel_id="U0ANN")
    assert len(pg.messages("D0ANN")) == 1


async def test_scopes_are_asked_for_by_name() -> None:
    pg = Playground(scopes=("chat:write",))
    await pg.start()
    try:
        client = AsyncWebClient(token=pg.bot_token, base_url=pg.api_url)
        answer = await refusal(client.files_upload_v2(filename="a", content="x"))
        assert (answer["error"], answer["needed"]) == ("missing_scope", "files:write")
        answer = await refusal(client.files_info(file="F1"))
        assert (answer["error"], answer["needed"]) == ("missing_scope", "files:read")
    finally:
        await pg.stop()


async def test_the_bot_deletes_its_own_files_only(pg: Playground, client: AsyncWebClient) -> None:
    ts = await pg.drop_file("U0ANN", "C0ML", "a.txt", b"x")
    theirs = pg.message("C0ML", ts).extra["files"][0]["id"]
    assert (await refusal(client.files_delete(file=theirs)))["error"] == "cant_delete_file"
    for comment in ("kept", ""):
        about: dict[str, Any] = {"channel": "C0ML", "initial_comment": comment}
        answer = await client.files_upload_v2(filename="b.txt", content="x", **about)
        await client.files_delete(file=answer["file"]["id"])
    left = pg.messages("C0ML")
    assert [m.text for m in left] == ["", "kept"]
    assert [file["mode"] for file in left[1].extra["files"]] == ["tombstone"]
    assert [file.id for file in pg.files] == [theirs]


@pytest.mark.parametrize(
    ("method", "fault", "posted"),
    [
        pytest.param("upload_url", Fault.SERVER_ERROR, 0, id="bytes refused"),
        pytest.param("upload_url", Fault.STORED_THEN_ERROR, 0, id="bytes taken, then error"),
        pytest.param("files.completeUploadExternal", Fault.SERVER_ERROR, 0, id="not completed"),
        pytest.param(
            "files.completeUploadExternal", Fault.STORED_THEN_ERROR, 1, id="posted, then error"
        ),
    ],
)
async def test_faults_strike_uploads(
    pg: Playground, client: AsyncWebClient, method: str, fault: Fault, posted: int
) -> None:
    pg.fail(method, fault)
    with pytest.raises((SlackApiError, SlackRequestError)):
        await client.files_upload_v2(filename="a.txt", content="x", channel="C0ML")
    assert len(pg.messages("C0ML")) == posted
    await client.files_upload_v2(filename="a.txt", content="x", channel="C0ML")
    assert len(pg.messages("C0ML")) == posted + 1


async def test_faults_strike_downloads(pg: Playground) -> None:
    ts = await pg.drop_file("U0ANN", "C0ML", "a.txt", b"x")
    url = pg.message("C0ML", ts).extra["files"][0]["url_private_download"]
    pg.fail("url_private", Fault.RATE_LIMITED, retry_after=7)
    pg.fail("url_private", Fault.SERVER_ERROR)
    pg.fail("url_private", Fault.HANG)
    async with fetched(pg, url, pg.bot_token) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    async with fetched(pg, url, pg.bot_token) as answer:
        assert answer.status == 500

    async def hanging() -> None:
        async with fetched(pg, url, pg.bot_token):
            pass

    call = asyncio.create_task(hanging())
    await pg.until(lambda: len(pg.calls("url_private")) == 3)
    await asyncio.sleep(0.05)
    assert not call.done()
    await pg.stop()
    with pytest.raises(aiohttp.ClientError):
        await call


# What blocks show of them


async def test_an_image_block_takes_a_picture_that_the_bot_may_see(
    pg: Playground, client: AsyncWebClient
) -> None:
    picture = (await client.files_upload_v2(filename="b.png", file=PNG))["file"]
    words = (await client.files_upload_v2(filename="b.txt", content="x"))["file"]

    def image(**named: str) -> list[dict[str, Any]]:
        return [{"type": "image", "alt_text": "A chart", "slack_file": named}]

    for named in ({"id": picture["id"]}, {"url": picture["url_private"]}):
        await client.chat_postMessage(channel="C0ML", text="x", blocks=image(**named))
    for named in ({"id": words["id"]}, {"id": "F0NO"}, {"url": "https://elsewhere.example/x.png"}):
        call = client.chat_postMessage(channel="C0ML", text="x", blocks=image(**named))
        answer = await refusal(call)
        assert answer["error"] == "invalid_blocks"
        assert answer["response_metadata"]["messages"] == [
            "[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]"
        ]
    assert len(pg.messages("C0ML")) == 2
