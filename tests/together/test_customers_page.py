"""A customer in a real browser and an agent at the wire: words, typing and "seen", both ways, through faults."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.server.running import RunningServer, SignedIn, running_server
from tests.together.chromium import Page, chromium, picture
from tests.together.relay import Relay
from tms_tui.protocol import wire
from tms_tui.server.clock import SystemClock

pytestmark = pytest.mark.services

LAST_STATE = "[...document.querySelectorAll('.visitor .state')].at(-1)?.textContent"
NARROW = (320, 568)


class Agent:
    """An agent at the wire: reads frames, answers by REST."""

    def __init__(self, signed_in: SignedIn, socket: ClientConnection) -> None:
        self._http = signed_in.http
        self._socket = socket

    async def expect(self, kind: str, **wanted: object) -> Any:
        """The data of the next frame of this kind with these values; other customers' frames pass by."""
        async with asyncio.timeout(60):
            async for text in self._socket:
                frame = msgspec.json.decode(text)
                data = frame["data"] | {"session_id": frame.get("session_id")}
                if frame["type"] == kind and wanted.items() <= data.items():
                    return data
        raise AssertionError("the socket was closed")

    async def expect_first(self, kinds: tuple[str, ...], session: str) -> str:
        """Which of these kinds of frame comes first in this conversation."""
        async with asyncio.timeout(60):
            async for text in self._socket:
                frame = msgspec.json.decode(text, type=wire.Frame)
                if frame.type in kinds and frame.session_id == session:
                    return frame.type
        raise AssertionError("the socket was closed")

    async def push(self, kind: str, session: str) -> None:
        frame = {"type": kind, "session_id": session, "data": {"session_id": session}}
        await self._socket.send(msgspec.json.encode(frame).decode())

    async def post(self, path: str, **body: object) -> httpx.Response:
        return (await self._http.post(f"/v1/chat/sessions/{path}", json=body)).raise_for_status()

    async def say(self, session: str, content: str, *, private: bool = False) -> None:
        await self.post(f"{session}/messages", content=content, client_message_id=str(uuid4()), is_private=private)

    async def messages(self, session: str) -> list[wire.Message]:
        answer = await self._http.get(f"/v1/chat/sessions/{session}/messages")
        return msgspec.json.decode(answer.content, type=wire.MessagesAnswer).messages

    async def customer(self, session: str) -> str:
        """The id of a conversation's customer."""
        answer = await self._http.get(f"/v1/chat/sessions/{session}")
        return str(answer.json()["customer"]["id"])


class LaterClock(SystemClock):
    """The time, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead


@contextlib.asynccontextmanager
async def agent_at(server: RunningServer, signed_in: SignedIn | None = None) -> AsyncIterator[Agent]:
    ana = signed_in or await server.sign_in("Ana")
    address = f"{server.ws_url}/v1/chat/agent/ws?agent_id={ana.user.id}"
    async with connect(address, additional_headers=ana.headers, proxy=None) as socket:
        yield Agent(ana, socket)


@pytest.fixture
def clock() -> LaterClock:
    return LaterClock()


@pytest.fixture
async def server(tmp_path: Path, clock: LaterClock) -> AsyncIterator[RunningServer]:
    async with running_server(tmp_path, clock=clock) as running:
        yield running


async def begin(page: Page, agent: Agent, text: str) -> str:
    """Write the first words as Nora, with keys alone; the session's id."""
    await page.run("document.getElementById('name').focus()")
    await page.type("Nora")
    await page.press("Enter")
    await page.type(text)
    await page.press("Enter")
    arrived = await agent.expect(wire.CHAT_MESSAGE, content=text)
    await page.until("document.getElementById('link').textContent === 'Connected'")
    session: str = arrived["session_id"]
    return session


async def test_a_customer_and_an_agent_talk_with_typing_and_seen(server: RunningServer) -> None:
    async with chromium() as page, agent_at(server) as agent:
        await page.open(f"{server.url}/")
        session = await begin(page, agent, "my <b>card</b> was refused")
        await page.until(f"{LAST_STATE} === 'sent'")

        await agent.post(f"{session}/read", up_to=(await agent.messages(session))[-1].seq)
        await page.until(f"{LAST_STATE} === 'seen'")
        await agent.push(wire.TYPING_START, session)
        await page.until("document.getElementById('typing').textContent.includes('Ana is typing')")
        await agent.say(session, "a note for colleagues", private=True)
        await agent.say(session, "sorry to hear that <script>document.title = 'taken over'</script>")
        await page.until("document.querySelectorAll('.agent').length === 1")
        receipt = await agent.expect(wire.READ_RECEIPT, session_id=session, reader_type="visitor")
        assert receipt["up_to"] == (await agent.messages(session))[-1].seq
        assert await page.run("document.getElementById('typing').textContent") == ""

        await page.type("I will try another")
        await agent.expect(wire.TYPING_START, session_id=session, author_type="visitor")
        await page.press("Enter", shift=True)
        await page.type("card")
        await page.press("Enter")
        await agent.expect(wire.CHAT_MESSAGE, session_id=session, content="I will try another\ncard")
        shown = await page.run("document.getElementById('log').innerText")
        assert "<b>card</b>" in shown
        assert "note for colleagues" not in shown
        assert await page.run("document.title") == "Chat with us"
        assert page.complaints == []


async def test_what_is_written_while_the_line_is_cut_arrives_once_and_in_order(server: RunningServer) -> None:
    relay = Relay(server.port)
    async with chromium() as page, agent_at(server) as agent, relay.serving() as url:
        await page.open(f"{url}/")
        session = await begin(page, agent, "one")
        relay.refusing = True
        relay.cut()
        assert relay.cuts > 0
        await page.until("document.getElementById('link').textContent.startsWith('Connecting')")
        for words in ("two", "three"):
            await page.type(words)
            await page.press("Enter")
        await page.until(f"{LAST_STATE} === 'waiting to be sent'")
        await agent.say(session, "written meanwhile")
        relay.refusing = False
        await page.until("document.getElementById('link').textContent === 'Connected'")
        await page.until("document.body.innerText.includes('written meanwhile')")
        await page.until(f"{LAST_STATE} === 'sent'")
        stored = [one.content for one in await agent.messages(session)]
        shown = await page.run("[...document.querySelectorAll('.text')].map((one) => one.textContent)")
    assert sorted(stored) == ["one", "three", "two", "written meanwhile"]
    assert [one for one in stored if one != "written meanwhile"] == ["one", "two", "three"]
    assert shown == stored


async def test_a_send_whose_answer_was_lost_is_stored_and_shown_once(server: RunningServer) -> None:
    relay = Relay(server.port)
    async with chromium() as page, agent_at(server) as agent, relay.serving() as url:
        await page.open(f"{url}/")
        session = await begin(page, agent, "one")
        relay.muted = True
        await page.type("two")
        await page.press("Enter")
        await agent.expect(wire.CHAT_MESSAGE, session_id=session, content="two")
        await relay.swallows(b"two")
        assert await page.run(LAST_STATE) == "sending"
        relay.muted = False
        relay.cut()
        await page.until(f"{LAST_STATE} === 'sent'")
        shown = await page.run("[...document.querySelectorAll('.text')].map((one) => one.textContent)")
        assert [one.content for one in await agent.messages(session)] == shown == ["one", "two"]


async def test_a_deaf_socket_is_found_out_and_replaced(server: RunningServer) -> None:
    relay = Relay(server.port)
    async with chromium() as page, agent_at(server) as agent, relay.serving() as url:
        await page.open(f"{url}/")
        session = await begin(page, agent, "one")
        await page.until(f"{LAST_STATE} === 'sent'")
        relay.muted = True
        await agent.say(session, "are you there?")
        await relay.swallows(b"are you there?")
        relay.muted = False
        assert await page.run("document.querySelectorAll('.agent').length") == 0
        await page.run("document.dispatchEvent(new Event('visibilitychange'))")
        await page.until("document.querySelectorAll('.agent').length === 1")
        async with asyncio.timeout(60):
            assert await page.sockets.get() == await page.sockets.get()
        await page.until("document.getElementById('link').textContent === 'Connected'")


async def test_what_stands_below_the_fold_is_not_called_seen(server: RunningServer) -> None:
    async with chromium() as page, agent_at(server) as agent:
        await picture(page, *NARROW)
        await page.open(f"{server.url}/")
        session = await begin(page, agent, "\n".join(f"line {number}" for number in range(60)))
        await page.run("document.getElementById('log').scrollTop = 0")
        await page.until("document.getElementById('newer').hidden && document.getElementById('log').scrollTop === 0")
        await agent.say(session, "that is a lot")
        await page.until("!document.getElementById('newer').hidden")
        await page.type("x")
        quiet = await agent.expect_first((wire.TYPING_START, wire.READ_RECEIPT), session)
        assert quiet == wire.TYPING_START
        await page.run("document.getElementById('newer').click()")
        await agent.expect(wire.READ_RECEIPT, session_id=session, reader_type="visitor")


async def test_writing_into_an_ended_conversation_opens_it_again(server: RunningServer) -> None:
    async with chromium() as page, agent_at(server) as agent:
        await page.open(f"{server.url}/")
        session = await begin(page, agent, "thanks, that was all")
        await agent.post(f"{session}/status", status="ended")
        await page.type("one more thing")
        await page.press("Enter")
        await agent.expect(wire.CHAT_MESSAGE, session_id=session, content="one more thing")
        await page.until(f"{LAST_STATE} === 'sent'")


async def test_a_conversation_that_timed_out_keeps_the_words_and_offers_a_new_one(
    server: RunningServer, clock: LaterClock
) -> None:
    async with chromium() as page, agent_at(server) as agent:
        await page.open(f"{server.url}/")
        await begin(page, agent, "I will be back next month")
        clock.ahead = server.settings.visitor_seconds + 60
        await page.type("here I am")
        await page.press("Enter")
        await page.until("document.getElementById('trouble').textContent.includes('timed out')")
        assert "not sent" in await page.run(LAST_STATE)
        assert "here I am" in await page.run("document.getElementById('log').innerText")
        assert await page.run("document.activeElement.id") == "message"
        await page.run("document.getElementById('again').click()")
        assert await page.run("document.getElementById('link').textContent") == "Not started"
        assert await page.run("document.getElementById('message').value") == "here I am"
        assert "I will be back next month" in await page.run("document.getElementById('log').innerText")
        await page.press("Enter")
        await agent.expect(wire.CHAT_MESSAGE, content="here I am")
        await page.until(f"{LAST_STATE} === 'sent'")


async def test_a_restarted_server_finds_the_page_again(server: RunningServer) -> None:
    async with chromium() as page:
        await page.open(f"{server.url}/")
        async with agent_at(server) as agent:
            session = await begin(page, agent, "before")
        await server.stop()
        await page.until("document.getElementById('link').textContent.startsWith('Connecting')")
        await page.type("meanwhile")
        await page.press("Enter")
        await page.until(f"{LAST_STATE} === 'waiting to be sent'")
        await server.start()
        await page.until(f"{LAST_STATE} === 'sent'", within=40)
        await page.until("document.getElementById('link').textContent === 'Connected'", within=40)
        shown = await page.run("[...document.querySelectorAll('.text')].map((one) => one.textContent)")
        eva = await server.sign_in("Eva")
        answer = await eva.http.get(f"/v1/chat/sessions/{session}/messages")
    stored = msgspec.json.decode(answer.content, type=wire.MessagesAnswer).messages
    assert [one.content for one in stored] == shown == ["before", "meanwhile"]


async def test_the_page_can_be_used_at_320_pixels_by_keys_and_by_ear(server: RunningServer) -> None:
    async with chromium() as page:
        await page.open(f"{server.url}/")
        assert (await picture(page, *NARROW)).startswith(b"\x89PNG")
        assert await page.run("document.documentElement.scrollWidth <= innerWidth")
        tree = await page.command("Accessibility.getFullAXTree")
        named = {
            (node["role"]["value"], node["name"]["value"])
            for node in tree["nodes"]
            if "name" in node and "role" in node
        }
        assert {
            ("log", "Chat with us"),
            ("textbox", "Your name (optional)"),
            ("textbox", "Message"),
            ("button", "Send"),
        } <= named
        reached = []
        for _ in range(4):
            await page.press("Tab")
            reached.append(await page.run("document.activeElement.id"))
        assert reached == ["log", "name", "message", "send"]
        assert await page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"


async def test_nothing_of_the_conversation_is_kept_by_the_browser(server: RunningServer) -> None:
    async with chromium() as page, agent_at(server) as agent:
        await page.open(f"{server.url}/")
        await begin(page, agent, "a secret between us")
        kept = await page.run("[localStorage.length, sessionStorage.length, document.cookie.length]")
        assert kept == [0, 0, 0]
