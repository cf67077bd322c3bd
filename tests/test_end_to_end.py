"""A person types a question into the page and reads the verdict in its thread."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot import settings as settings_of
from bot.sample import QUESTION, opened

ARTEFACTS = Path(__file__).parent / "artefacts"

pytestmark = pytest.mark.browser


async def test_a_question_typed_into_the_page_is_answered_in_its_thread(
    chromium: Browser, tmp_path: Path
) -> None:
    settings = settings_of.read(database_url=f"sqlite:///{tmp_path / 'page.db'}")
    async with opened(settings, port=0) as here:
        page = await chromium.new_page(viewport={"width": 1280, "height": 1600})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(here.playground.url)
        await expect(page.get_by_text("No language model")).to_be_visible()
        box = page.get_by_label("Message #general")
        await box.fill(f"@Tunewise {QUESTION}")
        await box.press("Enter")
        await page.get_by_text("1 reply").click()
        await expect(page.get_by_text("Verdict: retrieve the facts (RAG)").first).to_be_visible()
        await expect(page.get_by_text("Model calls: 0 · spent $0")).to_be_visible()
        ARTEFACTS.mkdir(exist_ok=True)
        await page.screenshot(path=ARTEFACTS / "verdict.png")
        assert faults == []


async def test_a_button_in_the_page_answers_what_was_missing(
    chromium: Browser, tmp_path: Path
) -> None:
    settings = settings_of.read(database_url=f"sqlite:///{tmp_path / 'page.db'}")
    async with opened(settings, port=0) as here:
        page = await chromium.new_page(viewport={"width": 1280, "height": 1600})
        await page.goto(here.playground.url)
        box = page.get_by_label("Message #general")
        await box.fill("@Tunewise should we fine-tune our support bot?")
        await box.press("Enter")
        await page.get_by_text("1 reply").click()
        buttons = page.get_by_role("button", name="about 100,000")
        await expect(buttons).to_be_visible()
        await page.screenshot(path=ARTEFACTS / "ask.png")
        await buttons.click()
        await expect(page.get_by_text("100,000 requests a month").first).to_be_visible()
        await page.screenshot(path=ARTEFACTS / "answered.png")
