"""A customer in a real browser and an agent at the wire: words, typing and "seen", both ways, through faults."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.together.chromium import Page, chromium, picture
from tms_tui.protocol import wire
from tms_tui.server.demo import Demo, start_demo

pytestmark = pytest.mark.services

LAST_STATE = "[...document.querySelectorAll('.visitor .state')].at(-1)?.textContent"
NARROW = (320, 568)


class Relay:
    """A TCP relay in front of the server whose line can be cut and refused."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._pipes: set[asyncio.StreamWriter] = set()
        self._work: set[asyncio.Task[None]] = set()
        self.refusing = False
        self.cuts = 0

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        finally:
            listener.close()
            self.cut()
            await asyncio.gather(*self._work, return_exceptions=True)

    def cut(self) -> None:
        for pipe in self._pipes:
            pipe.transport.abort()
            self.cuts += 1

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pump(source, sink))
            self._work.add(task)
            task.add_done_callback(self._work.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        self._pipes.add(sink)
        with contextlib.suppress(ConnectionError):  # being cut is what this relay is for
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()
        self._pipes.discard(sink)
        sink.close()


class Agent:
    """An agent at the wire: reads frames, answers by REST."""

    def __init__(self, http: httpx.AsyncClient, socket: ClientConnection) -> None:
        self._http = http
        self._socket = socket

    async def expect(self, kind: str, **wanted: object) -> Any:
        """The data of the next frame of this kind with these values; other customers' frames pass by."""
        async with asyncio.timeout(15):
            async for text in self._socket:
                frame = msgspec.json.decode(text)
                data = frame["data"] | {"session_id": frame.get("session_id")}
                if frame["type"] == kind and wanted.items() <= data.items():
                    return data
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


@contextlib.asynccontextmanager
async def agent_of(demo: Demo) -> AsyncIterator[Agent]:
    who = demo.agents[0]
    async with httpx.AsyncClient(base_url=demo.url, trust_env=False) as http:
        login = {"email": who.email, "password": who.password}
        answer = (await http.post("/v1/auth/login", json=login)).raise_for_status().json()
        bearer = {"Authorization": f"Bearer {answer['access_token']}"}
        http.headers.update(bearer)
        address = f"{demo.url.replace('http', 'ws', 1)}/v1/chat/agent/ws?agent_id={answer['user']['id']}"
        async with connect(address, additional_headers=bearer, proxy=None) as socket:
            yield Agent(http, socket)


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    with start_demo() as running:
        yield running


@pytest.fixture
async def relay(demo: Demo) -> Relay:
    return Relay(int(demo.url.rpartition(":")[2]))


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


async def test_a_customer_and_an_agent_talk_with_typing_and_seen(demo: Demo) -> None:
    async with chromium() as page, agent_of(demo) as agent:
        await page.open(demo.page_url)
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


async def test_what_is_written_while_the_line_is_cut_arrives_once_and_in_order(demo: Demo, relay: Relay) -> None:
    async with chromium() as page, agent_of(demo) as agent, relay.serving() as url:
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
        await page.until("document.getElementById('link').textContent === 'Connected'", within=30)
        await page.until("document.body.innerText.includes('written meanwhile')")
        await page.until(f"{LAST_STATE} === 'sent'", within=30)
        stored = [one.content for one in await agent.messages(session)]
        shown = await page.run("[...document.querySelectorAll('.text')].map((one) => one.textContent)")
    assert sorted(stored) == ["one", "three", "two", "written meanwhile"]
    assert [one for one in stored if one != "written meanwhile"] == ["one", "two", "three"]
    assert shown == stored


async def test_an_ended_conversation_keeps_the_words_and_offers_a_new_one(demo: Demo) -> None:
    async with chromium() as page, agent_of(demo) as agent:
        await page.open(demo.page_url)
        session = await begin(page, agent, "thanks, that was all")
        await agent.post(f"{session}/status", status="ended")
        await page.type("one more thing")
        await page.press("Enter")
        await page.until("document.getElementById('trouble').textContent.includes('closed')")
        assert "not sent" in await page.run(LAST_STATE)
        assert "one more thing" in await page.run("document.getElementById('log').innerText")
        assert await page.run("document.activeElement.id") == "again"
        await page.press("Enter")
        await page.until("document.getElementById('link').textContent === 'Not started'")


async def test_the_page_can_be_used_at_320_pixels_by_keys_and_by_ear(demo: Demo) -> None:
    async with chromium() as page:
        await page.open(demo.page_url)
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


async def test_nothing_of_the_conversation_is_kept_by_the_browser(demo: Demo) -> None:
    async with chromium() as page, agent_of(demo) as agent:
        await page.open(demo.page_url)
        await begin(page, agent, "a secret between us")
        kept = await page.run("[localStorage.length, sessionStorage.length, document.cookie.length]")
        assert kept == [0, 0, 0]
