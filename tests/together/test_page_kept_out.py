"""The customers' page of somebody who is kept out, and of a conversation that was erased."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.running import RunningServer, running_server
from tests.together.chromium import Page, chromium
from tests.together.test_customers_page import LAST_STATE, Agent, agent_at, begin
from tms_tui.protocol import wire
from tms_tui.server import retention

pytestmark = pytest.mark.services

TROUBLE = "document.getElementById('trouble').textContent"
LINK = "document.getElementById('link').textContent"
DRAFT = "document.getElementById('message').value"
TALK = "document.getElementById('log').innerText"
BLOCKED = "You cannot write here at the moment. What you wrote is still here."
COMES_BACK = "window.dispatchEvent(new Event('online'))"
"""As after a pause, without one."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    async with running_server(tmp_path, log_check=0.2) as running:
        yield running


async def keep_out(page: Page, agent: Agent, session: str, scope: str = "conversation") -> None:
    await agent.post(f"{session}/block", scope=scope, reason="we do not like him")
    await page.until(f"{TROUBLE} === '{BLOCKED}'")


async def test_a_blocked_customer_is_told_plainly_and_loses_no_words(server: RunningServer) -> None:
    async with chromium() as page, agent_at(server) as agent:
        await page.open(f"{server.url}/")
        session = await begin(page, agent, "hello")
        await keep_out(page, agent, session)
        assert await page.run(LINK) == "Not connected"
        await page.type("let me in")
        await page.press("Enter")
        await page.until(f"{LAST_STATE} === 'waiting to be sent'")
        await page.until(f"{TROUBLE} === '{BLOCKED}'")
        await page.type("please")
        assert "hello" in await page.run(TALK)
        assert await page.run("document.getElementById('again').hidden"), "it does not ask for another try"
        assert "like" not in await page.run("document.body.innerText")
        await agent.post(f"{session}/unblock")
        await page.run(COMES_BACK)
        await agent.expect(wire.CHAT_MESSAGE, content="let me in")
        await page.until(f"{LINK} === 'Connected' && {TROUBLE} === '' && {LAST_STATE} === 'sent'")
        assert await page.run(DRAFT) == "please"


async def test_who_is_blocked_by_address_begins_nothing_and_keeps_their_words(server: RunningServer) -> None:
    async with chromium() as page, agent_at(server) as agent:
        visitor = await server.visitor()
        await agent.post(f"{visitor.session_id}/block", scope="address")
        await page.open(f"{server.url}/")
        await page.run("document.getElementById('message').focus()")
        await page.type("hello")
        await page.press("Enter")
        await page.until(f"{TROUBLE} === '{BLOCKED}'")
        assert await page.run(LAST_STATE) == "waiting to be sent"


async def test_an_erased_conversation_leaves_the_page(server: RunningServer) -> None:
    async with chromium() as page, agent_at(server) as agent:
        await page.open(f"{server.url}/")
        session = await begin(page, agent, "my secret")
        customer = await agent.customer(session)
        await page.type("half a thought")
        await retention.erase(server.settings, customer_id=customer)
        await page.until(f"{TROUBLE} === 'This conversation was removed.'")
        assert "my secret" not in await page.run("document.body.innerText")
        assert await page.run(DRAFT) == "half a thought", "it was never sent, so that it is nobody else's"
        await page.run("document.getElementById('again').click()")
        await page.press("Enter")
        began = await agent.expect(wire.CHAT_MESSAGE, content="half a thought")
        assert began["session_id"] != session
        await page.until(f"{LAST_STATE} === 'sent'")


async def test_a_page_that_was_away_learns_of_the_erasure_when_it_writes(server: RunningServer) -> None:
    async with chromium() as page, agent_at(server) as agent:
        await page.open(f"{server.url}/")
        session = await begin(page, agent, "my secret")
        customer = await agent.customer(session)
        await page.run("window.WebSocket = class { close() {} send() {} }")
        await server.app.services.hub.drain(server.app.services.clock, 0)
        await page.until(f"{LINK} !== 'Connected'")
        await retention.erase(server.settings, customer_id=customer)
        await page.type("hello?")
        await page.press("Enter")
        await page.until(f"{TROUBLE} === 'This conversation was removed.'")
        assert "my secret" not in await page.run("document.body.innerText")
