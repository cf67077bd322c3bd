"""Files, charts and modals on the page, used as a person would."""

import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground

ARTEFACTS = Path(__file__).parents[2] / "artefacts"
Open = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser


async def picture(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTEFACTS / f"playground_{name}.png")


def png(width: int, height: int) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x0f\x6b\x5c" * width) * height)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def plain(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


def options(*names: str) -> list[dict[str, Any]]:
    return [{"text": plain(name), "value": name.lower()} for name in names]


async def test_a_file_is_attached_sent_shown_and_saved(
    live: Playground, open_page: Open, tmp_path: Path
) -> None:
    page = await open_page()
    data = b'{"input": "a"}\n'
    both = [
        {"name": "Our cases.jsonl", "mimeType": "application/x", "buffer": data},
        {"name": "chart.png", "mimeType": "image/png", "buffer": png(300, 120)},
        {"name": "wrong.txt", "mimeType": "text/plain", "buffer": b"x"},
    ]
    await page.get_by_label("Files to send").set_input_files(both)  # type: ignore[arg-type]
    chips = page.get_by_label("Attached files").get_by_role("listitem")
    await expect(chips).to_have_count(3)
    await page.get_by_label("Remove wrong.txt").click()
    await expect(chips).to_have_count(2)
    await picture(page, "file_chips")
    await page.get_by_label("Message #general").fill("@Tunewise look")
    await page.keyboard.press("Enter")
    await expect(chips).to_have_count(0)
    shown = page.locator(".message")
    await expect(shown.get_by_text("Our cases.jsonl")).to_be_visible()
    await expect(shown.get_by_text("15 B")).to_be_visible()
    image = shown.get_by_role("img", name="chart.png")
    await expect(image).to_be_visible()
    assert await image.evaluate("node => node.decode().then(() => node.naturalWidth)") == 300
    (message,) = live.messages("C0GENERAL")
    assert (message.subtype, message.text) == ("file_share", "<@U0TUNEWISE> look")
    assert [file["name"] for file in message.extra["files"]] == ["Our cases.jsonl", "chart.png"]
    async with page.expect_download() as saved:
        await shown.get_by_text("Our cases.jsonl").click()
    download = await saved.value
    assert download.suggested_filename == "Our cases.jsonl"
    await download.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == data
    await picture(page, "files")


async def test_a_file_is_dropped_onto_the_composer_of_a_thread(
    live: Playground, open_page: Open
) -> None:
    await live.say("U0BEN", "C0GENERAL", "root")
    page = await open_page()
    await page.get_by_role("button", name="Reply in thread").click(force=True)
    drop = """node => {
      const carried = new DataTransfer();
      carried.items.add(new File(["a,b"], "costs.csv", { type: "text/csv" }));
      const how = { dataTransfer: carried, bubbles: true, cancelable: true };
      node.dispatchEvent(new DragEvent("drop", how));
    }"""
    thread = page.get_by_label("Thread", exact=True)
    await thread.get_by_label("Reply", exact=True).evaluate(drop)
    await expect(thread.get_by_text("costs.csv")).to_be_visible()
    await thread.get_by_role("button", name="Send").click()
    await live.until(lambda: len(live.messages("C0GENERAL")) == 2)
    root, reply = live.messages("C0GENERAL")
    assert (reply.thread_ts, live.files[0].data) == (root.ts, b"a,b")


def chart(kind: str, **more: Any) -> dict[str, Any]:
    days = ("Mon", "Tue", "Wed")
    series = [
        {"name": name, "data": [{"label": day, "value": n * 2 + k} for n, day in enumerate(days)]}
        for k, name in enumerate(("prompt", "tuned"))
    ]
    axis = {"categories": list(days), "x_label": "Day", "y_label": "USD"}
    shape = {"type": kind, **(more or {"series": series, "axis_config": axis})}
    return {"type": "data_visualization", "title": f"A {kind} chart", "chart": shape}


async def test_charts_tables_and_pictures_are_drawn(live: Playground, open_page: Open) -> None:
    client = AsyncWebClient(token=live.bot_token, base_url=live.api_url)
    uploaded = await client.files_upload_v2(filename="curve.png", file=png(200, 80))
    pie = chart("pie", segments=[{"label": "API", "value": 3}, {"label": "GPU", "value": 1}])
    cells = [
        [{"type": "raw_text", "text": "Option"}, {"type": "raw_text", "text": "USD"}],
        [{"type": "raw_text", "text": "Prompt"}, {"type": "raw_number", "value": 3.2}],
        [{"type": "raw_text", "text": "Tune"}, {"type": "raw_number", "value": 9, "text": "$9"}],
    ]
    table = {"type": "data_table", "caption": "Costs", "row_header_column_index": 0, "rows": cells}
    named = {"slack_file": {"id": uploaded["file"]["id"]}}
    image = {"type": "image", "alt_text": "The curve", **named}
    words = {"type": "markdown", "text": "| fact | value |\n|---|---|\n| volume | 12k |"}
    await client.chat_postMessage(
        channel="C0GENERAL", text="1", blocks=[chart("line"), chart("bar"), table]
    )
    await client.chat_postMessage(
        channel="C0GENERAL", text="2", blocks=[chart("area"), pie, image, words]
    )
    page = await open_page(viewport={"width": 1280, "height": 2600})
    for kind in ("line", "bar", "area", "pie"):
        drawn = page.get_by_role("img", name=f"A {kind} chart")
        await expect(drawn).to_have_count(1)
        assert await drawn.evaluate("n => n.localName === 'svg' && n.innerHTML.length > 300")
    await expect(page.get_by_role("rowheader", name="Tune")).to_be_visible()
    for cell in ("3.2", "$9", "12k"):
        await expect(page.get_by_role("cell", name=cell, exact=True)).to_be_visible()
    curve = page.get_by_role("img", name="The curve")
    assert await curve.evaluate("node => node.decode().then(() => node.naturalWidth)") == 200
    await picture(page, "figures")


def field(block_id: str, label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    inside = {"action_id": "v", **element}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": inside} | more


def number(**more: Any) -> dict[str, Any]:
    return {"type": "number_input", "is_decimal_allowed": False, "min_value": "0", **more}


FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "facts",
    "title": plain("All facts"),
    "submit": plain("Save"),
    "close": plain("Back"),
    "notify_on_close": True,
    "blocks": [
        {"type": "alert", "text": plain("Nothing leaves this team."), "level": "warning"},
        field("task", "The task", {"type": "plain_text_input", "multiline": True}),
        field("volume", "Requests a month", number(max_value="1000000")),
        field("quality", "Quality now", number(is_decimal_allowed=True, max_value="1")),
        field(
            "host",
            "Hosting",
            {
                "type": "static_select",
                "options": options("Ours", "Theirs"),
                "initial_option": options("Ours")[0],
            },
        ),
        field("goal", "The goal", {"type": "radio_buttons", "options": options("Cost", "Speed")}),
        field("data", "Data", {"type": "checkboxes", "options": options("Chats", "Tickets")}),
        field("day", "Deadline", {"type": "datepicker"}, optional=True),
        field("note", "Note", {"type": "plain_text_input"}, optional=True),
    ],
}

BRIEF: dict[str, Any] = FORM | {
    "title": plain("Two facts"),
    "blocks": [
        FORM["blocks"][1],
        {
            "type": "section",
            "text": plain("There are six more."),
            "accessory": {"type": "button", "action_id": "all", "text": plain("All facts")},
        },
    ],
}


@pytest.fixture
async def app(
    live: Playground, app_for: Callable[[Playground], AsyncApp]
) -> AsyncIterator[AsyncApp]:
    """An app that is connected; listeners may be added."""
    connected = app_for(live)
    handler = AsyncSocketModeHandler(connected, live.app_token, ping_interval=0.1)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    yield connected
    await handler.close_async()  # type: ignore[no-untyped-call]


async def test_a_button_that_one_person_sees_answers_to_all(
    live: Playground, open_page: Open, app: AsyncApp
) -> None:
    @app.action("share")
    async def share(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond(delete_original=True)
        await respond("Shared with all", response_type="in_channel")

    button = {"type": "button", "action_id": "share", "text": plain("Share"), "style": "primary"}
    row = {"type": "actions", "elements": [button]}
    hidden: dict[str, Any] = {"channel": "C0GENERAL", "user": "U0ANN", "text": "x"}
    await app.client.chat_postEphemeral(**hidden, blocks=[row])
    page = await open_page()
    await page.locator(".private").get_by_role("button", name="Share").click()
    await expect(page.get_by_text("Shared with all")).to_be_visible()
    await expect(page.locator(".private")).to_have_count(0)


async def test_a_modal_of_eight_inputs_is_corrected_and_sent(
    live: Playground, open_page: Open, app: AsyncApp
) -> None:
    sent, closed = [], []

    @app.command("/advise")
    async def advise(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=BRIEF)

    @app.action("all")
    async def everything(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_update(view_id=body["view"]["id"], view=FORM)

    @app.view("facts")
    async def save(ack: AsyncAck, view: dict[str, Any]) -> None:
        sent.append(view["state"]["values"])
        first = len(sent) == 1
        await ack({"response_action": "errors", "errors": {"volume": "So few?"}} if first else {})

    @app.view_closed("facts")
    async def gone(ack: AsyncAck) -> None:
        await ack()
        closed.append(1)

    page = await open_page(viewport={"width": 1280, "height": 640})
    modal = page.get_by_role("dialog")

    async def opened() -> None:
        await page.get_by_label("Message #general").fill("/advise ")
        await page.keyboard.press("Enter")
        await modal.get_by_label("The task").fill("Tag our tickets")
        await modal.get_by_role("button", name="All facts").click()
        await expect(modal.get_by_text("Nothing leaves this team.")).to_be_visible()

    await opened()
    await page.locator("body").click(position={"x": 5, "y": 5})
    await page.keyboard.press("Escape")
    await expect(modal).to_have_count(0)
    await live.until(lambda: closed)

    await opened()
    await expect(modal.get_by_label("The task")).to_have_value("Tag our tickets")
    await modal.get_by_label("Requests a month").fill("12")
    await modal.get_by_label("Quality now").fill("0.75")
    await modal.get_by_label("Speed").check()
    await modal.get_by_label("Chats").check()
    await modal.get_by_label("Tickets").check()
    await modal.get_by_label("Deadline").fill("2027-01-31")
    await modal.get_by_label("Note").fill("none")
    await picture(page, "modal_long_end")
    await modal.get_by_role("button", name="Save").click()
    wrong = modal.locator("[data-block=volume]")
    await expect(wrong.get_by_role("alert")).to_have_text("So few?")
    await expect(wrong.get_by_role("alert")).to_be_in_viewport()
    await expect(wrong.get_by_label("Requests a month")).to_have_attribute("aria-invalid", "true")
    await picture(page, "modal_long")
    await modal.get_by_label("Requests a month").fill("12000")
    await modal.get_by_role("button", name="Save").click()
    await expect(modal).to_have_count(0)
    given = {block: next(iter(values.values())) for block, values in sent[1].items()}
    assert given["task"]["value"] == "Tag our tickets"
    assert (given["volume"]["value"], given["quality"]["value"]) == ("12000", "0.75")
    assert given["host"]["selected_option"]["value"] == "ours"
    assert given["goal"]["selected_option"]["value"] == "speed"
    assert [option["value"] for option in given["data"]["selected_options"]] == ["chats", "tickets"]
    assert (given["day"]["selected_date"], given["note"]["value"]) == ("2027-01-31", "none")
    assert len(sent) == 2
