"""Socket Mode and people's deeds, judged by Slack's own Bolt framework."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond, AsyncSay
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Fault, Playground

Connect = Callable[[AsyncApp], Awaitable[AsyncSocketModeHandler]]

MENTION = "<@U0TUNEWISE> hello"


def text(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


def buttons(*names: str, block_id: str = "row") -> dict[str, Any]:
    elements = [
        {"type": "button", "action_id": name, "text": text(name), "value": f"{name}-value"}
        for name in names
    ]
    return {"type": "actions", "block_id": block_id, "elements": elements}


def form(**more: Any) -> dict[str, Any]:
    name = {
        "type": "input",
        "block_id": "name",
        "label": text("Name"),
        "element": {"type": "plain_text_input", "action_id": "typed"},
    }
    size = {
        "type": "input",
        "block_id": "size",
        "label": text("Size"),
        "element": {
            "type": "static_select",
            "action_id": "picked",
            "initial_option": {"text": text("Small"), "value": "s"},
            "options": [{"text": text("Small"), "value": "s"}],
        },
    }
    view = {"type": "modal", "callback_id": "form", "title": text("Form"), "submit": text("Send")}
    return view | {"blocks": [name, size]} | more


NAMED = {"name": {"typed": {"type": "plain_text_input", "value": "Bo"}}}


@pytest.fixture
def events(app: AsyncApp) -> list[dict[str, Any]]:
    """Every event that the app's listeners were given, with its envelope fields."""
    seen: list[dict[str, Any]] = []

    async def remember(body: dict[str, Any], req: Any) -> None:
        retry = req.headers.get("x-slack-retry-num", ["none"])[0]
        seen.append(body["event"] | {"event_id": body["event_id"], "retry": retry})

    for kind in ("message", "app_mention", "app_home_opened", "agent_session_stopped"):
        app.event(kind)(remember)
    return seen


async def test_a_mention_arrives_as_two_events_with_one_time_stamp(
    pg: Playground, app: AsyncApp, connect: Connect, events: list[dict[str, Any]]
) -> None:
    await connect(app)
    ts = await pg.say("U0ANN", "C0GENERAL", MENTION)
    await pg.until(lambda: len(events) == 2)
    assert sorted(e["type"] for e in events) == ["app_mention", "message"]
    assert {e["ts"] for e in events} == {ts}
    assert len({e["event_id"] for e in events}) == 2
    await pg.until(lambda: all(d.acked_at for d in pg.deliveries))


async def test_a_direct_message_is_a_message_and_never_a_mention(
    pg: Playground, app: AsyncApp, connect: Connect, events: list[dict[str, Any]]
) -> None:
    await connect(app)
    await pg.say("U0ANN", "D0ANN", MENTION)
    await pg.say("U0ANN", "C0ML", "no mention")
    await pg.until(lambda: len(events) == 2)
    kinds = sorted((e["type"], e["channel_type"]) for e in events)
    assert kinds == [("message", "channel"), ("message", "im")]


async def test_what_was_said_before_the_app_came_waits_for_it(
    pg: Playground, app: AsyncApp, connect: Connect, events: list[dict[str, Any]]
) -> None:
    await pg.say("U0ANN", "D0ANN", "early")
    assert [d.sent for d in pg.deliveries] == [False]
    await connect(app)
    await pg.until(lambda: events)
    assert events[0]["text"] == "early"


async def test_the_bot_answers_and_does_not_hear_itself(
    pg: Playground, app: AsyncApp, connect: Connect
) -> None:
    heard = []

    @app.event("message")
    async def answer(event: dict[str, Any], say: AsyncSay) -> None:
        heard.append(event["text"])
        await say(text="yes?", thread_ts=event["ts"])

    await connect(app)
    ts = await pg.say("U0BEN", "D0BEN", "hello")
    await pg.until(lambda: len(pg.thread("D0BEN", ts)) == 2)
    root, reply = pg.thread("D0BEN", ts)
    assert (root.user, reply.text, reply.bot_id) == ("U0BEN", "yes?", "B0TUNEWISE")
    await pg.until(lambda: len(pg.deliveries) == 2 and all(d.acked_at for d in pg.deliveries))
    assert pg.deliveries[1].payload["event"]["bot_id"] == "B0TUNEWISE"
    assert heard == ["hello"]


async def test_edits_and_deletions_are_told_with_what_stood_before(
    pg: Playground, app: AsyncApp, connect: Connect, events: list[dict[str, Any]]
) -> None:
    await connect(app)
    ts = await pg.say("U0ANN", "C0ML", "one")
    await pg.edit("U0ANN", "C0ML", ts, "two")
    await pg.delete("U0ANN", "C0ML", ts)
    await pg.until(lambda: len(events) == 3)
    changed = next(e for e in events if e.get("subtype") == "message_changed")
    deleted = next(e for e in events if e.get("subtype") == "message_deleted")
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("two", "one")
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (ts, "two")
    with pytest.raises(LookupError):
        await pg.edit("U0BEN", "C0ML", ts, "not mine")


async def test_files_and_subtypes_travel_along(
    pg: Playground, app: AsyncApp, connect: Connect, events: list[dict[str, Any]]
) -> None:
    await connect(app)
    await pg.say("U0ANN", "C0ML", MENTION, subtype="file_share", files=[{"id": "F1"}])
    await pg.until(lambda: len(events) == 2)
    assert [(e["subtype"], e["files"]) for e in events] == [("file_share", [{"id": "F1"}])] * 2


async def test_a_command_is_answered_by_its_ack_and_its_response_url(
    pg: Playground, app: AsyncApp, connect: Connect
) -> None:
    @app.command("/advise")
    async def advise(ack: AsyncAck, respond: AsyncRespond, command: dict[str, Any]) -> None:
        await ack(f"got {command['text']}")
        await respond("only you")
        await respond("all of you", response_type="in_channel")

    await connect(app)
    await pg.command("U0BEN", "C0ML", "/advise", "now")
    await pg.until(lambda: len(pg.ephemerals("U0BEN")) == 2 and pg.messages("C0ML"))
    assert sorted(m.text for m in pg.ephemerals("U0BEN")) == ["got now", "only you"]
    assert [m.text for m in pg.messages("C0ML")] == ["all of you"]
    assert len(pg.calls("response_url")) == 2


async def test_a_command_carries_its_prefix() -> None:
    pg = Playground(command_prefix="tw-")
    await pg.command("U0ANN", "C0ML", "/advise")
    assert pg.deliveries[0].payload["command"] == "/tw-advise"


async def test_a_click_opens_a_modal_once_and_within_three_seconds(
    pg: Playground, app: AsyncApp, connect: Connect, client: AsyncWebClient, clock: Any
) -> None:
    triggers = []

    @app.action("more")
    async def open_it(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        triggers.append(body["trigger_id"])

    await connect(app)
    posted = await client.chat_postMessage(channel="C0ML", text="x", blocks=[buttons("more")])
    for _ in range(2):
        await pg.click("U0ANN", "C0ML", posted["ts"], "more")
    await pg.until(lambda: len(triggers) == 2)
    await client.views_open(trigger_id=triggers[0], view=form())
    assert [(view.user, view.content["callback_id"]) for view in pg.views] == [("U0ANN", "form")]
    clock.seconds += 3.5
    errors = []
    for trigger in (triggers[0], triggers[1], "made up"):
        with pytest.raises(SlackApiError) as raised:
            await client.views_open(trigger_id=trigger, view=form())
        errors.append(raised.value.response["error"])
    assert errors == ["exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"]


async def test_a_click_tells_what_was_pressed_where_and_by_whom(
    pg: Playground, app: AsyncApp, connect: Connect, client: AsyncWebClient
) -> None:
    bodies = []

    @app.action("yes")
    async def pressed(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        bodies.append(body)
        await respond("pressed", replace_original=True)

    await connect(app)
    blocks = [buttons("yes", "no")]
    posted = await client.chat_postMessage(channel="C0ML", text="sure?", blocks=blocks)
    await pg.click("U0BEN", "C0ML", posted["ts"], "yes")
    await pg.until(lambda: pg.message("C0ML", posted["ts"]).text == "pressed")
    (body,) = bodies
    (action,) = body["actions"]
    assert (action["block_id"], action["value"]) == ("row", "yes-value")
    assert (body["user"]["id"], body["channel"]["id"]) == ("U0BEN", "C0ML")
    assert (body["message"]["ts"], body["container"]["is_ephemeral"]) == (posted["ts"], False)
    with pytest.raises(LookupError, match="no yes to press; there is nothing"):
        await pg.click("U0BEN", "C0ML", posted["ts"], "yes")


async def test_a_click_in_an_ephemeral_can_replace_and_delete_it(
    pg: Playground, app: AsyncApp, connect: Connect, client: AsyncWebClient
) -> None:
    @app.action("swap")
    async def swap(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond("swapped", blocks=[buttons("drop")], replace_original=True)

    @app.action("drop")
    async def drop(ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any]) -> None:
        await ack()
        assert "message" not in body
        await respond(delete_original=True)

    await connect(app)
    hidden: dict[str, Any] = {
        "channel": "C0ML",
        "user": "U0ANN",
        "text": "hush",
        "blocks": [buttons("swap")],
    }
    ts = (await client.chat_postEphemeral(**hidden))["message_ts"]
    with pytest.raises(LookupError):
        await pg.click("U0BEN", "C0ML", ts, "swap")
    await pg.click("U0ANN", "C0ML", ts, "swap")
    await pg.until(lambda: pg.ephemerals("U0ANN")[0].text == "swapped")
    await pg.click("U0ANN", "C0ML", ts, "drop")
    await pg.until(lambda: not pg.ephemerals("U0ANN"))


async def test_a_click_in_an_ephemeral_can_be_answered_for_all_to_see(
    pg: Playground, app: AsyncApp, connect: Connect, client: AsyncWebClient
) -> None:
    @app.action("share")
    async def share(ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any]) -> None:
        await ack()
        assert body["container"]["is_ephemeral"] is True
        shown = [{"type": "section", "text": text(body["actions"][0]["value"])}]
        await respond("shared", blocks=shown, response_type="in_channel")
        await respond("only you", blocks=[buttons("undo")])

    await connect(app)
    root = await pg.say("U0BEN", "C0ML", "root")
    hidden: dict[str, Any] = {"channel": "C0ML", "user": "U0ANN", "text": "x", "thread_ts": root}
    blocks = [buttons("share", "other")]
    ts = (await client.chat_postEphemeral(**hidden, blocks=blocks))["message_ts"]
    assert pg.ephemerals("U0ANN")[0].thread_ts == root
    await pg.click("U0ANN", "C0ML", ts, "share")
    await pg.until(lambda: len(pg.ephemerals("U0ANN")) == 2)
    first, second = pg.ephemerals("U0ANN")
    assert (first.ts, second.blocks[0]["elements"][0]["action_id"]) == (ts, "undo")
    shared = pg.messages("C0ML")[-1]
    assert shared.blocks[0]["text"]["text"] == "share-value"
    assert len(pg.calls("response_url")) == 2


@pytest.mark.parametrize(
    ("answer", "words", "kinds"),
    [
        pytest.param({"text": "x", "blocks": [buttons("b")]}, "x", ["actions"], id="blocks"),
        pytest.param({"blocks": [buttons("b")]}, "", ["actions"], id="blocks alone"),
        pytest.param(
            {"text": "x", "blocks": [{"type": "poem"}]},
            '/advise failed with the error "invalid_command_response"',
            [],
            id="wrong blocks",
        ),
    ],
)
async def test_the_ack_of_a_command_may_carry_blocks(
    pg: Playground,
    app: AsyncApp,
    connect: Connect,
    answer: dict[str, Any],
    words: str,
    kinds: list[str],
) -> None:
    @app.command("/advise")
    async def advise(ack: AsyncAck) -> None:
        await ack(**answer)

    await connect(app)
    await pg.command("U0ANN", "C0ML", "/advise")
    await pg.until(lambda: pg.ephemerals("U0ANN"))
    (shown,) = pg.ephemerals("U0ANN")
    assert (shown.text, [block["type"] for block in shown.blocks]) == (words, kinds)
    assert all(block["block_id"] for block in shown.blocks)


async def test_a_response_url_takes_five_answers_within_thirty_minutes(
    pg: Playground, clock: Any
) -> None:
    for _ in range(2):
        await pg.command("U0ANN", "C0ML", "/advise")
    first, second = (d.payload["response_url"] for d in pg.deliveries)
    answers = []
    async with aiohttp.ClientSession() as session:
        for url in [first] * 6 + [second]:
            async with session.post(url, json={"text": "x"}) as answer:
                answers.append((await answer.json()).get("error", "ok"))
        clock.seconds += 1_801
        async with session.post(second, json={"text": "x"}) as answer:
            answers.append((await answer.json()).get("error", "ok"))
    assert answers == ["ok"] * 5 + ["used_url", "ok", "expired_url"]
    assert len(pg.ephemerals("U0ANN")) == 6


async def open_form(pg: Playground, client: AsyncWebClient, **more: Any) -> str:
    await pg.command("U0ANN", "C0ML", "/form")
    trigger = pg.deliveries[-1].payload["trigger_id"]
    return str((await client.views_open(trigger_id=trigger, view=form(**more)))["view"]["id"])


async def acked(pg: Playground, envelope_id: str) -> None:
    await pg.until(lambda: any(d.acked_at for d in pg.deliveries if d.envelope_id == envelope_id))


async def test_a_submission_can_be_sent_back_changed_and_accepted(
    pg: Playground, app: AsyncApp, connect: Connect, client: AsyncWebClient
) -> None:
    answers: list[dict[str, Any]] = [
        {"response_action": "errors", "errors": {"name": "too short"}},
        {"response_action": "update", "view": form(title=text("Step 2"))},
        {"response_action": "push", "view": form(title=text("Step 3"))},
        {"response_action": "push", "view": form(title=text("x" * 25))},
        {},
        {"response_action": "clear"},
    ]
    states = []

    @app.view("form")
    async def submitted(ack: AsyncAck, view: dict[str, Any]) -> None:
        states.append(view["state"]["values"])
        await ack(**answers[len(states) - 1])

    @app.command("/form")
    async def accept(ack: AsyncAck) -> None:
        await ack()

    await connect(app)
    view_id = await open_form(pg, client)
    with pytest.raises(ValueError, match="name"):
        await pg.submit("U0ANN", view_id, {})
    shown = []
    for _ in answers:
        envelope = await pg.submit("U0ANN", pg.views[-1].id, NAMED)
        await acked(pg, envelope)
        shown.append([(v.content["title"]["text"], dict(v.errors)) for v in pg.views])
    wrong = shown[3][1][1][""]
    assert "less than 25 characters" in wrong
    assert shown == [
        [("Form", {"name": "too short"})],
        [("Step 2", {})],
        [("Step 2", {}), ("Step 3", {})],
        [("Step 2", {}), ("Step 3", {"": wrong})],
        [("Step 2", {})],
        [],
    ]
    assert states[0]["size"]["picked"]["selected_option"]["value"] == "s"
    assert states[0]["name"] == NAMED["name"]


@pytest.mark.parametrize(
    ("errors", "shown"),
    [
        pytest.param({"name": "short"}, {"name": "short"}, id="beside its field"),
        pytest.param({"age": "x"}, {"": "The app's errors name no input: age"}, id="of no field"),
        pytest.param({}, {"": "The app's answer names no errors."}, id="none"),
    ],
)
async def test_errors_stand_beside_the_fields_that_they_name(
    pg: Playground,
    app: AsyncApp,
    connect: Connect,
    client: AsyncWebClient,
    errors: dict[str, str],
    shown: dict[str, str],
) -> None:
    @app.view("form")
    async def submitted(ack: AsyncAck) -> None:
        await ack({"response_action": "errors", "errors": errors})

    @app.command("/form")
    async def accept(ack: AsyncAck) -> None:
        await ack()

    view_id = await open_form(pg, client)
    await connect(app)
    await acked(pg, await pg.submit("U0ANN", view_id, NAMED))
    assert dict(pg.views[0].errors) == shown


@pytest.mark.parametrize(
    ("element", "fits", "unfit"),
    [
        pytest.param({"type": "number_input", "is_decimal_allowed": False}, "12", "1.5", id="int"),
        pytest.param(
            {"type": "number_input", "is_decimal_allowed": True, "min_value": "0"},
            "0.5",
            "-0.5",
            id="lowest",
        ),
        pytest.param(
            {"type": "number_input", "is_decimal_allowed": True, "max_value": "9"},
            "9",
            "9.1",
            id="highest",
        ),
        pytest.param(
            {"type": "number_input", "is_decimal_allowed": True}, "-3", "1e3", id="no number"
        ),
        pytest.param({"type": "plain_text_input", "min_length": 3}, "abc", "ab", id="length"),
    ],
)
async def test_what_slacks_own_client_would_not_send_is_not_sent(
    pg: Playground, client: AsyncWebClient, element: dict[str, Any], fits: str, unfit: str
) -> None:
    block = {
        "type": "input",
        "block_id": "size",
        "label": text("Size"),
        "element": element | {"action_id": "v"},
    }
    view_id = await open_form(pg, client, blocks=[block])
    with pytest.raises(ValueError, match="would not send: size"):
        await pg.submit("U0ANN", view_id, {"size": {"v": {"value": unfit}}})
    await pg.submit("U0ANN", view_id, {"size": {"v": {"value": fits}}})
    assert [d.payload.get("type") for d in pg.deliveries] == [None, "view_submission"]


async def test_an_update_of_a_modal_keeps_what_it_is_told_and_its_place_in_the_stack(
    pg: Playground, app: AsyncApp, connect: Connect, client: AsyncWebClient
) -> None:
    bodies = []

    @app.action("all")
    async def more(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        bodies.append(body)
        view = body["view"]
        rest = form(title=text("All facts"), private_metadata="all")
        await client.views_update(view_id=view["id"], hash=view["hash"], view=rest)

    @app.command("/form")
    async def accept(ack: AsyncAck) -> None:
        await ack()

    asked = {
        "type": "section",
        "block_id": "more",
        "text": text("Two of many"),
        "accessory": buttons("all")["elements"][0],
    }
    view_id = await open_form(pg, client, blocks=[asked, *form()["blocks"]])
    await connect(app)
    await pg.click_in_view("U0ANN", view_id, "all", state_values=NAMED)
    await pg.until(lambda: pg.views[0].content["title"]["text"] == "All facts")
    assert [view.id for view in pg.views] == [view_id]
    (body,) = bodies
    assert body["view"]["state"]["values"]["name"] == NAMED["name"]
    assert (body["container"]["view_id"], body["actions"][0]["block_id"]) == (view_id, "more")
    await pg.command("U0ANN", "C0ML", "/form")
    trigger = pg.deliveries[-1].payload["trigger_id"]
    await client.views_push(trigger_id=trigger, view=form())
    assert [view.previous_id for view in pg.views] == [None, view_id]


async def test_a_view_is_updated_by_hash_and_told_when_it_closes(
    pg: Playground, app: AsyncApp, connect: Connect, client: AsyncWebClient
) -> None:
    closed = []

    @app.view_closed("form")
    async def gone(ack: AsyncAck, view: dict[str, Any]) -> None:
        await ack()
        closed.append(view["id"])

    view_id = await open_form(pg, client, notify_on_close=True)
    old = pg.views[0].hash
    await client.views_update(view_id=view_id, hash=old, view=form(notify_on_close=True))
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=view_id, hash=old, view=form())
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id="V0NO", view=form())
    await connect(app)
    await pg.close_view("U0ANN", view_id)
    await pg.until(lambda: closed == [view_id])
    assert pg.views == ()


async def test_the_home_tab_is_published_opened_and_pressed(
    pg: Playground,
    app: AsyncApp,
    connect: Connect,
    client: AsyncWebClient,
    events: list[dict[str, Any]],
) -> None:
    pressed = []

    @app.action("refresh")
    async def refresh(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        pressed.append(body["container"])

    await connect(app)
    view = {"type": "home", "blocks": [buttons("refresh")]}
    await client.views_publish(user_id="U0ANN", view=view)
    home = pg.home("U0ANN")
    assert home is not None
    assert pg.home("U0BEN") is None
    await pg.open_home("U0ANN", tab="home")
    await pg.open_home("U0ANN")
    await pg.click_in_view("U0ANN", home.id, "refresh")
    await pg.until(lambda: len(events) == 2 and pressed)
    assert sorted((e["tab"], "view" in e) for e in events) == [("home", True), ("messages", False)]
    assert pressed == [{"type": "view", "view_id": home.id}]


async def test_stop_is_told_to_the_app(
    pg: Playground, app: AsyncApp, connect: Connect, events: list[dict[str, Any]]
) -> None:
    await connect(app)
    await pg.press_stop("U0ANN", "D0ANN", "1795000000.000100")
    await pg.until(lambda: events)
    stopped = events[0]
    assert (stopped["user"], stopped["thread_ts"]) == ("U0ANN", "1795000000.000100")
    assert stopped["streaming_message_ts"] == []


async def test_a_redelivery_has_the_same_event_in_a_new_envelope(
    pg: Playground, app: AsyncApp, connect: Connect, events: list[dict[str, Any]]
) -> None:
    await connect(app)
    await pg.say("U0ANN", "D0ANN", "once")
    first = pg.deliveries[0].envelope_id
    second = await pg.redeliver(first)
    await pg.until(lambda: len(events) == 2)
    assert first != second
    assert len({e["event_id"] for e in events}) == 1
    assert sorted(e["retry"] for e in events) == ["0", "1"]
    assert [d.attempt for d in pg.deliveries] == [0, 1]


async def test_events_without_an_ack_come_three_more_times(
    pg: Playground, app: AsyncApp, connect: Connect
) -> None:
    pg.redelivery = True
    pg.redelivery_seconds = (0.02, 0.02, 0.02)
    await connect(app)  # an app without listeners acks nothing
    await pg.say("U0ANN", "D0ANN", "anyone?")
    await pg.until(lambda: len(pg.deliveries) == 4)
    await asyncio.sleep(0.1)
    assert [d.attempt for d in pg.deliveries] == [0, 1, 2, 3]
    assert {d.acked_at for d in pg.deliveries} == {None}


@pytest.mark.parametrize("reason", ["refresh_requested", "too_many_websockets", None])
async def test_an_app_that_was_disconnected_comes_back_and_misses_nothing(
    pg: Playground,
    app: AsyncApp,
    connect: Connect,
    events: list[dict[str, Any]],
    reason: str | None,
) -> None:
    await connect(app)
    await pg.disconnect(reason)
    assert not pg.connected
    await pg.say("U0ANN", "D0ANN", "still there?")
    await pg.until(lambda: events)
    assert len(pg.calls("apps.connections.open")) == 2
    assert [e["text"] for e in events] == ["still there?"]


async def test_each_payload_goes_to_one_of_several_sockets(
    pg: Playground, app: AsyncApp, connect: Connect, events: list[dict[str, Any]]
) -> None:
    await connect(app)
    await connect(app)
    for number in range(6):
        await pg.say("U0ANN", "D0ANN", str(number))
    await pg.until(lambda: len(events) == 6)
    await pg.until(lambda: all(d.acked_at for d in pg.deliveries))
    assert sorted(e["text"] for e in events) == [str(number) for number in range(6)]


async def test_a_ticket_is_good_for_one_connection(pg: Playground) -> None:
    client = AsyncWebClient(token=pg.app_token, base_url=pg.api_url)
    url = (await client.apps_connections_open(app_token=pg.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["connection_info"]["app_id"]) == ("hello", "A0TUNEWISE")
            await socket.send_str("not JSON")
            await socket.send_json({"envelope_id": "unknown"})
            await pg.deliver("events_api", {"type": "made up"})
            envelope = await socket.receive_json()
            assert envelope["payload"] == {"type": "made up"}
            assert (envelope["retry_attempt"], envelope["accepts_response_payload"]) == (0, False)
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            await pg.until(lambda: pg.deliveries[0].acked_at)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_slacks_own_client_retries_after_a_rate_limit(
    pg: Playground, client: AsyncWebClient
) -> None:
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
    pg.fail("chat.postMessage", Fault.RATE_LIMITED, times=2, retry_after=0)
    await client.chat_postMessage(channel="C0ML", text="in the end")
    assert [m.text for m in pg.messages("C0ML")] == ["in the end"]
    answers = [r.answer["ok"] for r in pg.calls("chat.postMessage") if r.answer]
    assert answers == [False, False, True]


@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        pytest.param(Fault.RATE_LIMITED, 0, id="rate limited"),
        pytest.param(Fault.SERVER_ERROR, 0, id="server error"),
        pytest.param(Fault.STORED_THEN_ERROR, 1, id="stored, then error"),
    ],
)
async def test_a_fault_strikes_as_often_as_planned(
    pg: Playground, client: AsyncWebClient, fault: Fault, stored: int
) -> None:
    pg.fail("chat.postMessage", fault, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError):
            await client.chat_postMessage(channel="C0ML", text="x")
    assert len(pg.messages("C0ML")) == 2 * stored
    await client.chat_postMessage(channel="C0ML", text="x")
    assert len(pg.messages("C0ML")) == 2 * stored + 1


@pytest.mark.parametrize(
    ("fault", "stored"),
    [pytest.param(Fault.HANG, 0, id="hang"), pytest.param(Fault.STORED_THEN_HANG, 1, id="stored")],
)
async def test_a_call_that_hangs_lets_go_when_the_playground_stops(
    pg: Playground, client: AsyncWebClient, fault: Fault, stored: int
) -> None:
    pg.fail("chat.postMessage", fault)
    call = asyncio.create_task(client.chat_postMessage(channel="C0ML", text="x"))
    await pg.until(lambda: pg.calls("chat.postMessage"))
    await asyncio.sleep(0.05)
    assert not call.done()
    assert len(pg.messages("C0ML")) == stored
    assert pg.calls("chat.postMessage")[0].answer is None
    await pg.stop()
    with pytest.raises(aiohttp.ClientError):
        await call


async def test_waiting_in_vain_tells_what_happened_last(
    pg: Playground, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="C0ML", text="look at me")
    with pytest.raises(TimeoutError, match=r"not connected(.|\n)*postMessage(.|\n)*look at me"):
        await pg.until(lambda: False, timeout=0.05)


async def test_what_an_app_may_not_read_it_does_not_hear() -> None:
    pg = Playground(scopes=("app_mentions:read",))
    await pg.say("U0ANN", "C0ML", MENTION)
    await pg.say("U0ANN", "D0ANN", "private")
    assert [d.payload["event"]["type"] for d in pg.deliveries] == ["app_mention"]
