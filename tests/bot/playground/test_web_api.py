"""The Web API, judged by Slack's own client."""

import json
import re
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Channel, Playground

BUTTON = {
    "type": "actions",
    "block_id": "row",
    "elements": [
        {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    ],
}


async def refusal(call: Any) -> Any:
    """The answer to a call that Slack refuses."""
    with pytest.raises(SlackApiError) as raised:
        await call
    return raised.value.response


async def test_auth_test_names_the_team_the_bot_and_the_scopes(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["team_id"], answer["user_id"]) == ("T0PLAY", "U0TUNEWISE")
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize(
    ("token", "error"),
    [
        pytest.param(None, "not_authed", id="none"),
        pytest.param("xoxb-other", "invalid_auth", id="unknown"),
        pytest.param("xapp-playground", "not_allowed_token_type", id="the app's"),
    ],
)
async def test_a_wrong_token_is_refused(pg: Playground, token: str | None, error: str) -> None:
    client = AsyncWebClient(token=token, base_url=pg.api_url)
    assert (await refusal(client.auth_test()))["error"] == error
    assert [request.token_ok for request in pg.requests] == [token == pg.app_token]


async def test_a_bot_token_opens_no_connection(pg: Playground, client: AsyncWebClient) -> None:
    answer = await refusal(client.apps_connections_open(app_token=pg.bot_token))
    assert answer["error"] == "not_allowed_token_type"


async def test_a_method_nobody_knows_is_refused(client: AsyncWebClient) -> None:
    assert (await refusal(client.api_call("chat.shout")))["error"] == "unknown_method"


async def test_a_missing_scope_is_named() -> None:
    pg = Playground(scopes=("im:history",))
    await pg.start()
    try:
        client = AsyncWebClient(token=pg.bot_token, base_url=pg.api_url)
        answer = await refusal(client.chat_postMessage(channel="C0ML", text="hi"))
        assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
        answer = await refusal(client.conversations_history(channel="C0ML"))
        assert (answer["error"], answer["needed"]) == ("missing_scope", "channels:history")
    finally:
        await pg.stop()


async def test_form_and_json_bodies_mean_the_same(pg: Playground) -> None:
    blocks = [{"type": "divider", "block_id": "line"}]
    headers = {"Authorization": f"Bearer {pg.bot_token}"}
    url = f"{pg.api_url}chat.postMessage"
    async with aiohttp.ClientSession() as session:
        form = {"channel": "C0ML", "text": "hi", "blocks": json.dumps(blocks)}
        for body in ({"data": form}, {"json": form | {"blocks": blocks}}, {"json": form}):
            async with session.post(url, headers=headers, **body) as answer:
                assert (await answer.json())["ok"] is True
    assert [m.blocks for m in pg.messages("C0ML")] == [tuple(blocks)] * 3


async def test_posting_gives_rising_time_stamps_of_slacks_form(
    pg: Playground, client: AsyncWebClient
) -> None:
    stamps = [(await client.chat_postMessage(channel="C0ML", text="x"))["ts"] for _ in range(3)]
    assert stamps == sorted(set(stamps))
    assert all(re.fullmatch(r"\d{10}\.\d{6}", ts) for ts in stamps)
    assert [m.ts for m in pg.messages("C0ML")] == stamps


@pytest.mark.parametrize(
    ("args", "error"),
    [
        pytest.param({"channel": "C0NONE", "text": "x"}, "channel_not_found", id="no channel"),
        pytest.param({"channel": "C0FAR", "text": "x"}, "not_in_channel", id="not a member"),
        pytest.param({"channel": "C0ML"}, "no_text", id="nothing to say"),
        pytest.param(
            {"channel": "C0ML", "text": "x", "thread_ts": "1.000001"}, "thread_not_found", id="root"
        ),
        pytest.param(
            {"channel": "C0ML", "text": "x", "metadata": {"event_type": "t"}},
            "invalid_metadata_format",
            id="metadata",
        ),
        pytest.param(
            {"channel": "C0ML", "text": "x", "markdown_text": "y"},
            "markdown_text_conflict",
            id="two texts",
        ),
        pytest.param({"text": "x"}, "invalid_arguments", id="argument left out"),
    ],
)
async def test_a_post_that_slack_refuses(
    pg: Playground, client: AsyncWebClient, args: dict[str, Any], error: str
) -> None:
    pg.add_channel(Channel("C0FAR", "far", frozenset({"U0ANN"})))
    assert (await refusal(client.api_call("chat.postMessage", json=args)))["error"] == error
    assert pg.messages("C0ML") == ()


async def test_a_reply_to_a_reply_is_refused(pg: Playground, client: AsyncWebClient) -> None:
    root = await pg.say("U0ANN", "C0ML", "root")
    reply = await pg.say("U0BEN", "C0ML", "reply", thread_ts=root)
    answer = await refusal(client.chat_postMessage(channel="C0ML", text="x", thread_ts=reply))
    assert answer["error"] == "cannot_reply_to_message"


async def test_a_post_to_a_person_lands_in_their_direct_conversation(
    pg: Playground, client: AsyncWebClient
) -> None:
    assert (await client.chat_postMessage(channel="U0BEN", text="psst"))["channel"] == "D0BEN"
    assert [m.text for m in pg.messages("D0BEN")] == ["psst"]


async def test_an_update_keeps_the_thread_and_the_metadata(
    pg: Playground, client: AsyncWebClient
) -> None:
    root = await pg.say("U0ANN", "C0ML", "root")
    metadata = {"event_type": "reply", "event_payload": {"job": "j1"}}
    posted = await client.chat_postMessage(
        channel="C0ML", text="one", thread_ts=root, metadata=metadata, blocks=[BUTTON]
    )
    await client.chat_update(channel="C0ML", ts=posted["ts"], text="two", blocks=[BUTTON])
    shown = pg.message("C0ML", posted["ts"])
    assert (shown.text, shown.thread_ts, shown.metadata) == ("two", root, metadata)
    assert shown.edited is None
    await client.chat_update(channel="C0ML", ts=posted["ts"], text="three")
    shown = pg.message("C0ML", posted["ts"])
    assert (shown.blocks, shown.metadata) == ((), metadata)
    assert shown.edited is not None


async def test_the_bot_changes_and_deletes_only_its_own(
    pg: Playground, client: AsyncWebClient
) -> None:
    ts = await pg.say("U0ANN", "C0ML", "mine")
    answer = await refusal(client.chat_update(channel="C0ML", ts=ts, text="yours"))
    assert answer["error"] == "cant_update_message"
    answer = await refusal(client.chat_delete(channel="C0ML", ts=ts))
    assert answer["error"] == "cant_delete_message"
    answer = await refusal(client.chat_update(channel="C0ML", ts="1.0", text="x"))
    assert answer["error"] == "message_not_found"
    own = await client.chat_postMessage(channel="C0ML", text="own")
    await client.chat_delete(channel="C0ML", ts=own["ts"])
    assert [m.text for m in pg.messages("C0ML")] == ["mine"]


async def test_a_deleted_root_with_replies_leaves_a_tombstone(
    pg: Playground, client: AsyncWebClient
) -> None:
    root = await client.chat_postMessage(channel="C0ML", text="root")
    await pg.say("U0ANN", "C0ML", "reply", thread_ts=root["ts"])
    await client.chat_delete(channel="C0ML", ts=root["ts"])
    first, second = pg.thread("C0ML", root["ts"])
    assert (first.subtype, second.text) == ("tombstone", "reply")


async def test_metadata_is_read_back_only_where_asked_for(
    pg: Playground, client: AsyncWebClient
) -> None:
    root = await pg.say("U0ANN", "C0ML", "root")
    metadata = {"event_type": "reply", "event_payload": {"job": "j1"}}
    await client.chat_postMessage(channel="C0ML", text="a", thread_ts=root, metadata=metadata)
    plain = await client.conversations_replies(channel="C0ML", ts=root)
    full = await client.conversations_replies(channel="C0ML", ts=root, include_all_metadata=True)
    assert [m.get("metadata") for m in plain["messages"]] == [None, None]
    assert [m.get("metadata") for m in full["messages"]] == [None, metadata]


async def test_replies_come_in_pages_with_the_root_on_each(
    pg: Playground, client: AsyncWebClient
) -> None:
    root = await pg.say("U0ANN", "C0ML", "root")
    for number in range(5):
        await pg.say("U0BEN", "C0ML", f"r{number}", thread_ts=root)
    pages = []
    async for page in await client.conversations_replies(channel="C0ML", ts=root, limit=2):
        pages.append([m["text"] for m in page["messages"]])
    assert pages == [["root", "r0", "r1"], ["root", "r2", "r3"], ["root", "r4"]]


async def test_history_is_newest_first_without_replies(
    pg: Playground, client: AsyncWebClient
) -> None:
    stamps = [await pg.say("U0ANN", "C0ML", f"m{n}") for n in range(4)]
    await pg.say("U0BEN", "C0ML", "reply", thread_ts=stamps[0])
    pages = []
    async for page in await client.conversations_history(channel="C0ML", limit=3):
        pages.append([m["text"] for m in page["messages"]])
    assert pages == [["m3", "m2", "m1"], ["m0"]]
    window: dict[str, Any] = {"oldest": stamps[1], "latest": stamps[3]}
    between = await client.conversations_history(channel="C0ML", **window)
    around = await client.conversations_history(channel="C0ML", inclusive=True, **window)
    assert [m["text"] for m in between["messages"]] == ["m2"]
    assert [m["text"] for m in around["messages"]] == ["m3", "m2", "m1"]
    oldest = (await client.conversations_history(channel="C0ML"))["messages"][-1]
    assert (oldest["reply_count"], oldest["thread_ts"]) == (1, stamps[0])


async def test_a_cursor_of_nobodys_making_is_refused(
    pg: Playground, client: AsyncWebClient
) -> None:
    await pg.say("U0ANN", "C0ML", "x")
    answer = await refusal(client.conversations_history(channel="C0ML", cursor="zzz"))
    assert answer["error"] == "invalid_cursor"
    answer = await refusal(client.conversations_history(channel="C0ML", limit=5000))
    assert answer["error"] == "invalid_limit"


async def test_people_channels_and_the_team_can_be_looked_up(client: AsyncWebClient) -> None:
    assert (await client.users_info(user="U0ANN"))["user"]["is_admin"] is True
    assert (await client.users_info(user="U0BEN"))["user"]["is_admin"] is False
    assert (await refusal(client.users_info(user="U0NO")))["error"] == "user_not_found"
    assert len((await client.users_list())["members"]) == 3
    assert (await client.conversations_info(channel="C0ML"))["channel"]["name"] == "ml-platform"
    listed = await client.conversations_list(types="public_channel,im")
    assert len(listed["channels"]) == 4
    assert len((await client.conversations_list())["channels"]) == 2
    opened = await client.conversations_open(users=["U0ANN"])
    assert opened["channel"]["id"] == "D0ANN"
    assert len((await client.conversations_members(channel="C0ML"))["members"]) == 3
    assert (await client.team_info())["team"]["id"] == "T0PLAY"
    assert (await client.bots_info(bot="B0TUNEWISE"))["bot"]["user_id"] == "U0TUNEWISE"
    assert (await client.api_test(foo="bar"))["args"]["foo"] == "bar"


async def test_ephemerals_are_seen_by_one_person_only(
    pg: Playground, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel="C0ML", user="U0BEN", text="hush")
    assert [m.text for m in pg.ephemerals("U0BEN")] == ["hush"]
    assert (pg.ephemerals("U0ANN"), pg.messages("C0ML")) == ((), ())
    answer = await refusal(client.chat_postEphemeral(channel="D0ANN", user="U0BEN", text="x"))
    assert answer["error"] == "user_not_in_channel"


async def test_a_permalink_points_into_its_thread(pg: Playground, client: AsyncWebClient) -> None:
    root = await pg.say("U0ANN", "C0ML", "root")
    reply = await pg.say("U0ANN", "C0ML", "reply", thread_ts=root)
    link = (await client.chat_getPermalink(channel="C0ML", message_ts=reply))["permalink"]
    assert link.endswith(f"/archives/C0ML/p{reply.replace('.', '')}?thread_ts={root}&cid=C0ML")


async def test_a_reaction_counts_once(pg: Playground, client: AsyncWebClient) -> None:
    ts = await pg.say("U0ANN", "C0ML", "x")
    await client.reactions_add(channel="C0ML", name="eyes", timestamp=ts)
    answer = await refusal(client.reactions_add(channel="C0ML", name="eyes", timestamp=ts))
    assert answer["error"] == "already_reacted"
    assert [r["count"] for r in pg.message("C0ML", ts).reactions] == [1]


async def test_the_status_line_goes_with_the_reply_or_with_time(
    pg: Playground, client: AsyncWebClient, clock: Any
) -> None:
    root = await pg.say("U0ANN", "D0ANN", "hi")
    args: dict[str, Any] = {"channel_id": "D0ANN", "thread_ts": root, "status": "is reading"}
    await client.assistant_threads_setStatus(**args, loading_messages=["one", "two"])
    assert pg.statuses[("D0ANN", root)].loading_messages == ("one", "two")
    await client.chat_postMessage(channel="D0ANN", text="done", thread_ts=root)
    assert pg.statuses == {}
    await client.assistant_threads_setStatus(**args)
    clock.seconds += 121
    assert pg.statuses == {}


async def test_a_session_a_title_and_prompts_are_kept(
    pg: Playground, client: AsyncWebClient
) -> None:
    root = await pg.say("U0ANN", "D0ANN", "hi")
    thread: dict[str, Any] = {"channel_id": "D0ANN", "thread_ts": root}
    await client.agents_sessions_setStatus(**thread, status="processing")
    assert pg.sessions == {("D0ANN", root): "processing"}
    answer = await refusal(client.agents_sessions_setStatus(**thread, status="busy"))
    assert answer["error"] == "invalid_arguments"
    await client.assistant_threads_setTitle(**thread, title="Hi")
    prompts = [{"title": "Ask", "message": "Should we fine-tune?"}]
    await client.assistant_threads_setSuggestedPrompts(**thread, prompts=prompts)
    assert pg.team.titles[("D0ANN", root)] == "Hi"
    assert pg.team.suggested["D0ANN"] == tuple(prompts)


async def test_every_call_is_written_down_with_its_answer(
    pg: Playground, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="C0ML", text="hi")
    (request,) = pg.requests
    assert (request.method, request.args["text"], request.token_ok) == (
        "chat.postMessage",
        "hi",
        True,
    )
    assert request.answer is not None
    assert request.answer["ok"] is True
    assert "token" not in request.args


async def test_other_web_sites_are_kept_out(pg: Playground) -> None:
    url = f"{pg.api_url}api.test"
    tried = [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {},
        {"Host": "localhost:1", "Origin": "http://localhost:1"},
    ]
    async with aiohttp.ClientSession() as session:
        found = []
        for headers in tried:
            async with session.get(url, headers=headers) as answer:
                found.append(answer.status)
    assert found == [403, 403, 403, 403, 200, 200]


async def test_a_taken_port_is_an_error_and_leaks_nothing(pg: Playground) -> None:
    other = Playground()
    with pytest.raises(OSError, match="address already in use"):
        await other.start(port=int(pg.url.rpartition(":")[2]))
    await other.stop()
