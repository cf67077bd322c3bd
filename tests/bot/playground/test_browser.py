"""The page in a browser, used as a person would; screenshots land in tests/artefacts."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground

ARTEFACTS = Path(__file__).parents[2] / "artefacts"

pytestmark = pytest.mark.browser


def plain(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


def mrkdwn(words: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": words}


def button(action_id: str, words: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain(words), **more}


def row(*cells: str) -> list[dict[str, str]]:
    return [{"type": "raw_text", "text": cell} for cell in cells]


def number(value: float, shown: str) -> dict[str, Any]:
    return {"type": "raw_number", "value": value, "text": shown}


EVERY_KIND: list[dict[str, Any]] = [
    {"type": "header", "text": plain("Dynamic few-shot, not fine-tuning")},
    {
        "type": "section",
        "text": mrkdwn(
            "*Confidence: high.* Your 400 examples _fit_ the selection; `$0.0021` a request. "
            "See <https://example.org|the evidence> or ask <@U0BEN> in <#C0ML>.\n"
            "• It costs less below 90k requests\n• It changes the same day\n> Quoted evidence"
        ),
        "accessory": button("why", "Why?"),
    },
    {
        "type": "section",
        "fields": [
            mrkdwn(f"*{name}*\n{value}") for name, value in (("Cost", "$41"), ("Wins", "7"))
        ],
    },
    {"type": "divider"},
    {
        "type": "table",
        "column_settings": [{"align": "left"}, {"align": "right"}],
        "rows": [row("Option", "Cost a month"), row("Prompt", "$310"), row("Fine-tune", "$890")],
    },
    {
        "type": "markdown",
        "text": "## What would flip it\n\n1. **Volume** over 90k\n2. A `p95` under 300 ms\n\n"
        "| fact | value |\n|---|---|\n| volume | 12k |\n\n```python\nprint('hi')\n```",
    },
    {
        "type": "data_table",
        "caption": "Top spenders",
        "rows": [row("Who", "USD"), [*row("Ann"), number(3.2, "$3.20")]],
    },
    {
        "type": "data_visualization",
        "title": "Cost by day (USD)",
        "chart": {
            "type": "line",
            "series": [
                {
                    "name": "strong",
                    "data": [{"label": d, "value": v} for d, v in (("Mon", 1), ("Tue", 3))],
                }
            ],
            "axis_config": {"categories": ["Mon", "Tue"], "x_label": "Day", "y_label": "USD"},
        },
    },
    {
        "type": "plan",
        "title": "Reading the contract",
        "tasks": [
            {"task_id": "1", "title": "Mine actions", "status": "complete"},
            {"task_id": "2", "title": "Generate a plan", "status": "in_progress"},
            {"task_id": "3", "title": "Execute it", "status": "pending"},
        ],
    },
    {
        "type": "actions",
        "block_id": "choices",
        "elements": [
            button("details", "Details", style="primary", value="d1"),
            button("measure", "Measure it"),
            button(
                "drop",
                "Forget",
                style="danger",
                confirm={
                    "title": plain("Forget this?"),
                    "text": mrkdwn("It *cannot* be undone."),
                    "confirm": plain("Forget"),
                    "deny": plain("Keep"),
                },
            ),
            {
                "type": "static_select",
                "action_id": "period",
                "placeholder": plain("Period"),
                "options": [{"text": plain(w), "value": w.lower()} for w in ("Day", "Week")],
            },
        ],
    },
    {"type": "context", "elements": [mrkdwn("$0.004 · 2.1 s · AI can be wrong")]},
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain("Good"), "value": "good"},
                "negative_button": {"text": plain("Bad"), "value": "bad"},
            }
        ],
    },
]

QUESTIONNAIRE: dict[str, Any] = {
    "type": "modal",
    "callback_id": "case",
    "title": plain("Should we fine-tune?"),
    "submit": plain("Advise"),
    "blocks": [
        {"type": "section", "text": mrkdwn("Facts that you *do not know* may stay empty.")},
        {
            "type": "input",
            "block_id": "task",
            "label": plain("The task"),
            "hint": plain("One sentence is enough."),
            "element": {"type": "plain_text_input", "action_id": "v", "multiline": True},
        },
        {
            "type": "input",
            "block_id": "volume",
            "optional": True,
            "label": plain("Requests a month"),
            "element": {"type": "number_input", "action_id": "v", "is_decimal_allowed": False},
        },
        {
            "type": "input",
            "block_id": "goal",
            "label": plain("What matters most"),
            "element": {
                "type": "radio_buttons",
                "action_id": "v",
                "options": [{"text": plain(w), "value": w.lower()} for w in ("Quality", "Cost")],
            },
        },
        {
            "type": "input",
            "block_id": "data",
            "optional": True,
            "label": plain("Examples at hand"),
            "element": {
                "type": "static_select",
                "action_id": "v",
                "options": [{"text": plain(w), "value": w} for w in ("None", "Hundreds")],
            },
        },
    ],
}


def answering(app: AsyncApp, seen: list[Any]) -> None:
    """Teach an app to echo mentions, and to note down each control that is used."""
    in_direct_conversations(app)
    in_modals(app, seen)

    @app.event("app_mention")
    async def mention(event: dict[str, Any], say: AsyncSay) -> None:
        root = event.get("thread_ts") or event["ts"]
        await say(text=f"You said: {event['text']}", thread_ts=root)
        await say(text="every kind", blocks=EVERY_KIND, thread_ts=root)

    @app.action(re.compile(".*"))
    async def pressed(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        (action,) = body["actions"]
        seen.append((body["user"]["id"], action))
        if action["action_id"] == "details":
            where = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
            done = {"type": "section", "text": mrkdwn(f"Details for {action['value']}")}
            await client.chat_update(**where, text="details", blocks=[done])


def in_direct_conversations(app: AsyncApp) -> None:
    @app.event("message")
    async def message(event: dict[str, Any], say: AsyncSay, client: AsyncWebClient) -> None:
        if event["channel_type"] != "im" or "subtype" in event:
            return
        thread: dict[str, Any] = {"channel_id": event["channel"], "thread_ts": event["ts"]}
        await client.assistant_threads_setStatus(**thread, status="is reading …")
        await client.agents_sessions_setStatus(**thread, status="processing")

    @app.event("agent_session_stopped")
    async def stopped(event: dict[str, Any], client: AsyncWebClient, say: AsyncSay) -> None:
        thread: dict[str, Any] = {"channel_id": event["channel"], "thread_ts": event["thread_ts"]}
        await client.agents_sessions_setStatus(**thread, status="active")
        await say(text="Stopped.", channel=event["channel"], thread_ts=event["thread_ts"])

    @app.event("app_home_opened")
    async def home(event: dict[str, Any], client: AsyncWebClient) -> None:
        prompts = [{"title": "Should we fine-tune?", "message": "Should we fine-tune a model?"}]
        await client.assistant_threads_setSuggestedPrompts(
            channel_id=event["channel"], prompts=prompts
        )
        blocks = [EVERY_KIND[0], {"type": "actions", "elements": [button("refresh", "Refresh")]}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})


def in_modals(app: AsyncApp, seen: list[Any]) -> None:
    @app.command("/advise")
    async def advise(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=QUESTIONNAIRE)

    @app.command("/costs")
    async def costs(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond("Only your costs: *$1.20*")

    @app.view("case")
    async def submitted(ack: AsyncAck, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        seen.append(values)
        if len(values["task"]["v"]["value"]) < 5:
            await ack(response_action="errors", errors={"task": "Please say a little more."})
        else:
            await ack()


Open = Callable[..., Awaitable[Page]]


@pytest.fixture
async def seen(
    live: Playground, app_for: Callable[[Playground], AsyncApp]
) -> AsyncIterator[list[Any]]:
    """What the echoing app was told, once it is connected."""
    told: list[Any] = []
    app = app_for(live)
    answering(app, told)
    handler = AsyncSocketModeHandler(app, live.app_token, ping_interval=0.1)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await live.until(lambda: live.connected)
    yield told
    await handler.close_async()  # type: ignore[no-untyped-call]


async def picture(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTEFACTS / f"playground_{name}.png")


async def ask(page: Page, words: str) -> None:
    box = page.get_by_label("Message #general")
    await box.fill(words)
    await box.press("Enter")


async def test_a_mention_is_answered_in_the_thread_and_a_button_updates_it(
    live: Playground, open_page: Open, seen: list[Any]
) -> None:
    page = await open_page()
    await expect(page.get_by_text("The app is connected")).to_be_visible()
    await expect(page.get_by_text("No language model")).to_be_visible()
    await page.get_by_role("button", name="@Tunewise", exact=True).click()
    await page.keyboard.type("hello <b>there</b>")
    await page.keyboard.press("Enter")
    thread = page.get_by_label("Thread", exact=True)
    echo = thread.locator(".message").nth(1)
    await expect(echo).to_contain_text("You said: @Tunewise hello <b>there</b>")
    assert live.messages("C0GENERAL")[0].text == "<@U0TUNEWISE> hello &lt;b&gt;there&lt;/b&gt;"
    await expect(thread.get_by_role("heading", name="Dynamic few-shot")).to_be_visible()
    await page.set_viewport_size({"width": 1280, "height": 2000})
    await picture(page, "every_kind")
    await page.set_viewport_size({"width": 1280, "height": 800})
    await picture(page, "thread")

    await thread.get_by_role("button", name="Why?").click()
    await thread.get_by_label("Positive feedback").click()
    await thread.get_by_role("combobox").select_option("week")
    await live.until(lambda: len(seen) == 3)
    by_id = {action["action_id"]: action for _, action in seen}
    assert by_id["feedback"]["value"] == "good"
    assert by_id["period"]["selected_option"]["value"] == "week"
    assert {user for user, _ in seen} == {"U0ANN"}

    await thread.get_by_role("button", name="Forget").click()
    await picture(page, "confirm")
    await page.get_by_role("button", name="Keep").click()
    await thread.get_by_role("button", name="Forget").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Forget").click()
    await live.until(lambda: len(seen) == 4)

    await thread.get_by_role("button", name="Details").click()
    await expect(thread.get_by_text("Details for d1")).to_be_visible()
    await expect(thread.get_by_role("button", name="Details")).to_have_count(0)
    await thread.get_by_label("Reply").fill("@tunewise and now?")
    await page.keyboard.press("Enter")
    await expect(thread.get_by_text("and now?").nth(1)).to_be_visible()
    assert len(live.thread("C0GENERAL", live.messages("C0GENERAL")[0].ts)) == 6


async def test_a_command_opens_a_modal_that_is_corrected_and_sent(
    live: Playground, open_page: Open, seen: list[Any]
) -> None:
    page = await open_page()
    await page.get_by_label("Message #general").fill("/")
    await expect(page.get_by_label("Commands").get_by_role("option")).to_have_count(2)
    await picture(page, "commands")
    await page.keyboard.type("ad")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    modal = page.get_by_role("dialog")
    await modal.get_by_label("The task").fill("Tag")
    await modal.get_by_role("button", name="Advise").click()
    assert seen == []  # the browser itself asks for the goal
    await modal.get_by_label("Quality").check()
    await modal.get_by_label("Requests a month").fill("12000")
    await modal.get_by_role("button", name="Advise").click()
    await expect(modal.get_by_text("Please say a little more.")).to_be_visible()
    await picture(page, "modal")
    await modal.get_by_label("The task").fill("Tag our tickets")
    await modal.get_by_role("button", name="Advise").click()
    await expect(modal).to_have_count(0)
    assert seen[1]["volume"]["v"]["value"] == "12000"
    assert seen[1]["goal"]["v"]["selected_option"]["value"] == "quality"
    assert seen[1]["data"]["v"]["selected_option"] is None

    await ask(page, "/costs")
    note = page.locator(".private")
    await expect(note).to_contain_text("Only visible to you")
    await expect(note).to_contain_text("$1.20")
    await ask(page, "/nonsense")
    await expect(page.get_by_role("alert")).to_have_text("/nonsense is not a valid command.")
    await picture(page, "ephemeral")
    await page.get_by_label("You are").select_option("U0BEN")
    await expect(page.locator(".private")).to_have_count(0)


async def test_a_direct_conversation_has_prompts_a_home_tab_and_a_stop_button(
    live: Playground, open_page: Open, seen: list[Any]
) -> None:
    page = await open_page(color_scheme="dark")
    await page.get_by_label("Team").get_by_role("button", name="Tunewise").click()
    await page.get_by_role("button", name="Should we fine-tune?").click()
    await expect(page.get_by_text("Tunewise is reading …")).to_be_visible()
    await picture(page, "working_dark")
    await page.get_by_role("button", name="Stop").click()
    thread = page.get_by_label("Thread", exact=True)
    await expect(thread.get_by_text("Stopped.")).to_be_visible()
    await expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    await page.get_by_role("tab", name="Home").click()
    await page.get_by_role("button", name="Refresh").click()
    await live.until(lambda: seen)
    assert seen[0][1]["action_id"] == "refresh"
    await picture(page, "home_dark")


async def test_the_page_fits_a_phone(live: Playground, open_page: Open, seen: list[Any]) -> None:
    page = await open_page(viewport={"width": 390, "height": 844})
    await ask(page, "@Tunewise hello")
    await page.get_by_role("button", name="2 replies").click()
    await expect(page.get_by_label("Thread", exact=True)).to_be_visible()
    await picture(page, "phone_thread")
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert await page.evaluate(wide) is False
    await page.get_by_role("button", name="Close thread").click()
    await page.get_by_role("button", name="Channels", exact=True).click()
    await picture(page, "phone_menu")
    await page.get_by_role("button", name="ml-platform").click()
    await expect(page.get_by_label("Message #ml-platform")).to_be_visible()
    assert await page.evaluate(wide) is False


async def test_words_of_people_and_models_are_never_markup(
    live: Playground, open_page: Open
) -> None:
    attack = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    client = AsyncWebClient(token=live.bot_token, base_url=live.api_url)
    link = "<javascript:alert(3)|click> [click](javascript:alert(4)) ![x](https://evil.example/x)"
    blocks: list[dict[str, Any]] = [
        {"type": "markdown", "text": f"{attack} {link}"},
        {"type": "section", "text": mrkdwn(f"{attack} {link}")},
        {"type": "header", "text": plain(attack)},
    ]
    await client.chat_postMessage(channel="C0GENERAL", text=attack)
    page = await open_page()
    await expect(page.locator(".message")).to_have_count(1)
    await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks)
    await expect(page.locator(".message")).to_have_count(2)
    nodes = "[...document.querySelectorAll('.messages :is(script, img, a, iframe)')]"
    shown = await page.evaluate(f"{nodes}.map(node => [node.localName, node.getAttribute('href')])")
    assert {name for name, _ in shown} == {"a"}
    assert {href for _, href in shown} <= {"", "https://evil.example/x"}
    await page.get_by_text("click").first.click()
    assert page.url == f"{live.url}/"
    assert len(page.context.pages) == 1
