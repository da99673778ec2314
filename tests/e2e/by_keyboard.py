"""The desk without a mouse: the palette of commands, and the single keys that its list of shortcuts names."""

import re

from playwright.async_api import Locator, Page, expect

from tests.e2e.looks import troubles


async def the_keyboard_is_enough(page: Page) -> None:
    """Of a lead with cases on the board: each documented key does what it says, and the palette can be used by everybody."""
    await lines_are_walked_and_chosen(page)
    await the_palette_goes_anywhere(page)
    await the_palette_acts_in_a_case(page)
    await single_keys_can_be_switched_off(page)


async def lines_are_walked_and_chosen(page: Page) -> None:
    lines = page.locator("a[data-row]")
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        await page.keyboard.press(key)
        await expect(lines.nth(place)).to_be_focused()
    await page.keyboard.press("x")
    await expect(page.locator("#several [data-count]")).to_have_text("1 case chosen")
    await page.keyboard.press("h")
    await expect(page.get_by_role("heading", name="1 chosen case")).to_be_visible()
    await page.go_back()


async def the_palette_goes_anywhere(page: Page) -> None:
    palette = await opened(page)
    found = [trouble async for trouble in troubles(page)]
    assert not found, "\n".join(found)
    field = palette.get_by_role("combobox")
    await expect(field).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(palette).to_be_hidden()
    await opened(page)
    await page.keyboard.type("wallb")
    await expect(palette.get_by_role("option", selected=True)).to_have_text("Wallboard")
    await page.keyboard.press("ArrowDown")
    await expect(palette.get_by_role("option", selected=True)).not_to_have_text("Wallboard")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/wallboard$"))
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()


async def the_palette_acts_in_a_case(page: Page) -> None:
    """A case is found by what was written in it, and opened; its tools are commands."""
    palette = await opened(page)
    await page.keyboard.type("question")
    first = palette.get_by_role("option").filter(has=page.locator("mark")).first
    await expect(first).to_be_visible()
    while await first.get_attribute("aria-selected") != "true":
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/cases/"))
    await opened(page)
    await page.keyboard.type("note")
    await expect(palette.get_by_role("option", selected=True)).to_have_text("Note for colleagues")
    await page.keyboard.press("Enter")
    note = page.locator("#note-text")
    await expect(note).to_be_focused()
    await page.keyboard.type("jk? r/h")
    await expect(note).to_have_value("jk? r/h")
    await page.locator(".case-head a").first.focus()
    await page.keyboard.press("r")
    await expect(page.locator("#reply-text")).to_be_focused()


async def single_keys_can_be_switched_off(page: Page) -> None:
    """WCAG 2.1.4: they are a help for who wants them."""
    await page.locator(".case-head a").first.focus()
    await page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    await keys.get_by_label("Single keys act").uncheck()
    await page.keyboard.press("Escape")
    await expect(keys).to_be_hidden()
    await page.locator(".case-head a").first.focus()
    await page.keyboard.press("r")
    await expect(page.locator(".case-head a").first).to_be_focused()
    await opened(page)
    await page.keyboard.press("Escape")


async def opened(page: Page) -> Locator:
    """The palette, by its key."""
    palette = page.get_by_role("dialog", name="Commands")
    await page.keyboard.press("Control+k")
    await expect(palette).to_be_visible()
    return palette
