"""The customers' page as people meet it: below a path, with long pastes, links, a lost answer, an early end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.running import RunningServer, running_server
from tests.together.chromium import Page, chromium
from tests.together.relay import Relay
from tests.together.subpath import below
from tests.together.test_customers_page import LAST_STATE, LaterClock, agent_at, begin
from tms_tui.protocol import wire
from tms_tui.server.settings import Rate

pytestmark = pytest.mark.services

DRAFT = "document.getElementById('message').value"
LONG_WAITS_CUT = """
const inTime = window.setTimeout;
window.setTimeout = (action, delay) => inTime(action, delay > 60_000 ? 300 : delay);
"""
TROUBLE = "document.getElementById('trouble').textContent"


@pytest.fixture
def clock() -> LaterClock:
    return LaterClock()


@pytest.fixture
async def server(tmp_path: Path, clock: LaterClock) -> AsyncIterator[RunningServer]:
    async with running_server(tmp_path, clock=clock) as running:
        yield running


async def press_blank(page: Page) -> None:
    key = {"key": " ", "code": "Space", "windowsVirtualKeyCode": 32}
    await page.command("Input.dispatchKeyEvent", type="keyDown", text=" ", **key)
    await page.command("Input.dispatchKeyEvent", type="keyUp", **key)


async def conversations(server: RunningServer) -> list[str]:
    dana = await server.sign_in("Dana")
    return [one["id"] for one in (await dana.http.get("/v1/chat/sessions")).json()["sessions"]]


async def test_an_end_while_the_customer_types_keeps_their_words_and_the_talk(
    server: RunningServer, clock: LaterClock
) -> None:
    async with chromium() as page, agent_at(server) as agent:
        await page.open(f"{server.url}/")
        await begin(page, agent, "hello")
        await page.type("my order number is 4711 and")
        clock.ahead = server.settings.visitor_seconds + 60
        await page.run("document.dispatchEvent(new Event('visibilitychange'))")
        await page.until("!document.getElementById('again').hidden")
        await press_blank(page)
        assert await page.run(DRAFT) == "my order number is 4711 and "
        assert "hello" in await page.run("document.getElementById('log').innerText")
        await page.press("Enter")
        assert "start a new conversation" in await page.run(TROUBLE)
        assert await page.run(DRAFT) == "my order number is 4711 and "
        assert not await page.run("document.getElementById('again').hidden")


async def test_what_had_not_gone_out_goes_into_the_new_conversation(server: RunningServer, clock: LaterClock) -> None:
    relay = Relay(server.port)
    async with chromium() as page, agent_at(server) as agent, relay.serving() as url:
        await page.open(f"{url}/")
        await begin(page, agent, "one")
        relay.refusing = True
        relay.cut()
        assert relay.cuts > 0
        await page.type("two")
        await page.press("Enter")
        await page.until(f"{LAST_STATE} === 'waiting to be sent'")
        clock.ahead = server.settings.visitor_seconds + 60
        relay.refusing = False
        await page.until("!document.getElementById('again').hidden", within=40)
        await page.type("three")
        await page.run("document.getElementById('again').click()")
        assert await page.run(DRAFT) == "two\nthree"
        await page.press("Enter")
        said = await agent.expect(wire.CHAT_MESSAGE, content="two\nthree")
        await page.until(f"{LAST_STATE} === 'sent'")
        shown = await page.run("[...document.querySelectorAll('.text')].map((one) => one.textContent)")
        assert shown == ["one", "two\nthree"]
        dana = await server.sign_in("Dana")  # the first agent's token ran out as well
        stored = (await dana.http.get(f"/v1/chat/sessions/{said['session_id']}/messages")).json()["messages"]
        assert [one["content"] for one in stored] == ["two\nthree"]


async def test_a_start_whose_answer_was_lost_is_one_conversation(server: RunningServer) -> None:
    relay = Relay(server.port)
    async with chromium() as page, relay.serving() as url:
        await page.open(f"{url}/")
        relay.muted = True
        await page.run("document.getElementById('message').focus()")
        await page.type("is anybody there?")
        await page.press("Enter")
        await relay.swallows(b"visitor_token")
        relay.muted = False
        relay.cut()
        await page.until(f"{LAST_STATE} === 'sent'", within=40)
    assert len(await conversations(server)) == 1


async def test_a_paste_that_is_too_long_is_kept_whole_and_the_number_is_said(server: RunningServer) -> None:
    pasted = "x" * 8_001 + " please cancel order 4711"
    async with chromium() as page, agent_at(server) as agent:
        await page.open(f"{server.url}/")
        await page.run("document.getElementById('message').focus()")
        await page.type(pasted)
        assert await page.run(DRAFT) == pasted
        said = await page.run("document.getElementById('length').textContent")
        assert ("8026" in said, "8000" in said, "26" in said) == (True, True, True), said
        await page.press("Enter")
        assert "too long" in await page.run(TROUBLE)
        assert await page.run(DRAFT) == pasted
        emoji = "\N{PARTY POPPER}" * 8_000
        await page.run(f"{DRAFT} = ''")
        await page.type(emoji)
        assert await page.run("document.getElementById('length').textContent") == ""
        await page.press("Enter")
        await agent.expect(wire.CHAT_MESSAGE, content=emoji)


async def test_a_name_that_is_too_long_is_said_and_not_cut(server: RunningServer) -> None:
    async with chromium() as page:
        await page.open(f"{server.url}/")
        await page.run("document.getElementById('name').focus()")
        await page.type("N" * 201)
        await page.press("Enter")
        await page.type("hello")
        await page.press("Enter")
        assert "Your name has 201 characters; 200 fit" in await page.run(TROUBLE)
        assert (await page.run(DRAFT), await page.run("document.getElementById('name').value.length")) == ("hello", 201)
    assert await conversations(server) == []


async def test_too_many_messages_are_not_told_as_a_line_that_is_down(tmp_path: Path) -> None:
    slow = Rate(1 / 60, 1)
    async with (
        running_server(tmp_path, visitor_send_rate=slow) as server,
        chromium() as page,
        agent_at(server) as agent,
    ):
        await page.open(f"{server.url}/")
        await begin(page, agent, "one")
        await page.type("two")
        await page.press("Enter")
        await page.until(f"{TROUBLE} !== ''")
        said = await page.run(TROUBLE)
        assert "line is down" not in said
        assert "too much was written" in said
        assert await page.run(LAST_STATE) == "waiting to be sent"


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        ("network_message_rate", "many people at your address write at once"),
        ("tenant_message_rate", "very many people write to us at once"),
    ],
)
async def test_a_budget_that_others_used_up_is_told_as_what_it_is_and_the_message_goes_out_later(
    tmp_path: Path, clock: LaterClock, budget: str, words: str
) -> None:
    shared: dict[str, Any] = {budget: Rate(1 / 2, 1)}
    async with (
        running_server(tmp_path, clock=clock, **shared) as server,
        chromium() as page,
        agent_at(server) as agent,
    ):
        await page.open(f"{server.url}/")
        await begin(page, agent, "one")
        other = await server.visitor()
        clock.ahead += 2
        await other.says("taken before")
        await page.type("two")
        await page.press("Enter")
        await page.until(f"{TROUBLE} !== ''")
        assert words in await page.run(TROUBLE)
        clock.ahead += 2
        await page.until(f"{LAST_STATE} === 'sent'", within=40)
        assert await page.run(TROUBLE) == ""
        await agent.expect(wire.CHAT_MESSAGE, content="two")


async def test_what_could_not_be_read_at_once_is_read_later(tmp_path: Path, clock: LaterClock) -> None:
    async with (
        running_server(tmp_path, clock=clock, network_read_rate=Rate(1 / 3600, 1)) as server,
        chromium() as page,
        agent_at(server) as agent,
    ):
        relay = Relay(server.port)
        async with relay.serving() as url:
            await page.open(f"{url}/")
            session = await begin(page, agent, "one")
            await page.run(LONG_WAITS_CUT)
            relay.refusing = True
            relay.cut()
            await agent.say(session, "said meanwhile")
            relay.refusing = False
            await page.until("document.getElementById('link').textContent.startsWith('Busy')", within=40)
            assert "said meanwhile" not in await page.run("document.getElementById('log').innerText")
            clock.ahead += 3600
            await page.until("document.getElementById('log').innerText.includes('said meanwhile')", within=20)
            await page.until("document.getElementById('link').textContent === 'Connected'")


async def test_a_server_that_is_being_replaced_is_not_told_as_a_line_that_is_down(server: RunningServer) -> None:
    async with chromium() as page, agent_at(server) as agent:
        await page.open(f"{server.url}/")
        await begin(page, agent, "one")
        async with server.app.services.database.write() as connection:
            await connection.exec_driver_sql("ALTER TABLE messages RENAME TO away")
        await page.type("two")
        await page.press("Enter")
        await page.until(f"{TROUBLE} !== ''")
        assert "the server cannot take it now (503)" in await page.run(TROUBLE)
        async with server.app.services.database.write() as connection:
            await connection.exec_driver_sql("ALTER TABLE away RENAME TO messages")
        await page.until(f"{LAST_STATE} === 'sent'", within=40)


LINKS = "[...document.querySelectorAll('.agent a')].map((one) => [one.textContent, one.href])"


async def test_addresses_that_lead_where_they_seem_to_are_links(server: RunningServer) -> None:
    async with chromium() as page, agent_at(server) as agent:
        await page.open(f"{server.url}/")
        session = await begin(page, agent, "where is my parcel?")
        await agent.say(
            session,
            "see https://shop.example.com/track?id=7&x=1. Not javascript:alert(1), "
            "https://bank.example@evil.example/ or https://b\u0430nk.example/ <https://help.example.com>",
        )
        await page.until("document.querySelectorAll('.agent a').length > 0")
        assert await page.run(LINKS) == [
            ["https://shop.example.com/track?id=7&x=1", "https://shop.example.com/track?id=7&x=1"],
            ["https://help.example.com", "https://help.example.com/"],
        ]
        rel = await page.run("document.querySelector('.agent a').rel + ' ' + document.querySelector('.agent a').target")
        assert rel == "noopener noreferrer nofollow _blank"
        assert "evil.example" in await page.run("document.querySelector('.agent .text').textContent")


async def test_the_page_works_below_a_path(server: RunningServer) -> None:
    async with below("/support/", server.port) as proxy, chromium() as page, agent_at(server) as agent:
        await page.open(f"{proxy.url}/support/")
        await begin(page, agent, "hello from below")
        await page.until(f"{LAST_STATE} === 'sent'")
        assert page.complaints == []
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(f"{proxy.url}/v1/visitor/messages")).status_code == 404, "nothing stands above it"
        async with asyncio.timeout(20):
            assert (await page.sockets.get()).endswith("/support/v1/visitor/ws")
