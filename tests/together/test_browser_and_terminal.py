"""A customer in a real browser and an agent at a real terminal: words, typing and "seen", both ways."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from tests.terminal.pty_driver import Terminal
from tests.terminal.staging import console, staged
from tests.together.chromium import chromium

pytestmark = pytest.mark.services

SEEN = "[...document.querySelectorAll('.visitor .state')].at(-1)?.textContent.includes('een')"


async def stands(terminal: Terminal, words: str) -> None:
    await asyncio.to_thread(terminal.wait_for, words, 15)


async def test_both_write_see_typing_and_are_read(tmp_path: Path) -> None:
    with staged(tmp_path / "data") as stage:
        await asyncio.to_thread(partial(stage.add_agent, "Dana", "dana@example.com"))
        with console(stage, tmp_path / "home", rows=30, cols=120) as terminal:
            await stands(terminal, "Live")
            async with chromium() as page:
                await page.open(stage.url + "/")
                await page.run("document.getElementById('name').focus()")
                await page.type("Nora")
                await page.press("Enter")
                await page.type("my card was refused")
                await page.press("Enter")

                await stands(terminal, "1 new")
                terminal.send("n")
                await stands(terminal, "my card was refused")
                await page.until(SEEN)

                await page.type("it is a Visa")
                await stands(terminal, "Nora is typing")
                await page.press("Enter")
                await stands(terminal, "it is a Visa")

                terminal.send("let me look")
                await page.until("document.body.innerText.includes('Dana is typing')")
                terminal.send("\r")
                await page.until("document.body.innerText.includes('let me look')")
                await stands(terminal, "seen")
