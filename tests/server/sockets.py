"""The far ends of the server's sockets, for tests."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.server.running import RunningServer, SignedIn, Visitor

Frame = dict[str, Any]
PATIENCE = 30.0


def event_number(cursor: str) -> int:
    """A cursor's place in the log, without the mark of the log's life."""
    return int(cursor.partition(".")[0])


class Far:
    """A client's end: says and hears frames as plain dictionaries."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._held: str | bytes | None = None

    async def is_live(self) -> None:
        """Waits for the server's first word, which is heard later; or for its close."""
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(PATIENCE):
                self._held = await self.socket.recv()

    async def hears(self) -> Frame:
        return await self.hears_patiently(PATIENCE)

    async def hears_patiently(self, within: float) -> Frame:
        async with asyncio.timeout(within):
            return await self._next()

    async def until(self, kind: str, **data: Any) -> Frame:
        """The next frame of a kind whose data holds these values; what comes before is dropped."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = await self._next()
                if frame["type"] == kind and data.items() <= frame["data"].items():
                    return frame

    async def says(self, kind: str, **rest: Any) -> None:
        await self.socket.send(json.dumps({"type": kind} | rest))

    async def so_far(self) -> list[Frame]:
        """What comes until the answer to a frame that nobody knows: by then all said before it has been judged."""
        await self.says("unheard of", ref="last")
        heard = []
        while (frame := await self.hears())["data"].get("ref") != "last":
            heard.append(frame)
        return heard

    async def _next(self) -> Frame:
        raw, self._held = self._held, None
        frame: Frame = json.loads(await self.socket.recv() if raw is None else raw)
        return frame

    async def close_code(self) -> int:
        """How the server ended it."""
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    await self._next()
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 1006


def agent_address(server: RunningServer, agent: SignedIn, after: str | None = None) -> str:
    resume = "" if after is None else f"&after={after}"
    return f"{server.ws_url}/v1/chat/agent/ws?agent_id={agent.user.id}{resume}"


@contextlib.asynccontextmanager
async def agent_socket(server: RunningServer, agent: SignedIn, after: str | None = None) -> AsyncIterator[Far]:
    """An agent's socket that hears of everything from now on; its `connected` is the first frame to be heard."""
    async with bare_agent_socket(server, agent, after) as far:
        await far.is_live()
        yield far


@contextlib.asynccontextmanager
async def bare_agent_socket(server: RunningServer, agent: SignedIn, after: str | None = None) -> AsyncIterator[Far]:
    """One that was accepted, and that the server may still be registering."""
    address = agent_address(server, agent, after)
    async with connect(
        address, additional_headers=agent.headers, proxy=None, compression=None, ping_interval=None
    ) as socket:
        yield Far(socket)


@contextlib.asynccontextmanager
async def visitor_socket(server: RunningServer, visitor: Visitor) -> AsyncIterator[Far]:
    """A visitor's socket that has introduced itself and been answered."""
    async with bare_visitor_socket(server, visitor.address) as far:
        await far.says("auth", data={"token": visitor.token})
        await far.until("connected")
        yield far


@contextlib.asynccontextmanager
async def bare_visitor_socket(server: RunningServer, local: str | None = None) -> AsyncIterator[Far]:
    """`local`: the address it comes from."""
    address = f"{server.ws_url}/v1/visitor/ws"
    place = None if local is None else (local, 0)
    async with connect(address, proxy=None, compression=None, ping_interval=None, local_addr=place) as socket:
        yield Far(socket)


@contextlib.asynccontextmanager
async def idle_connections(port: int, count: int) -> AsyncIterator[None]:
    """So many that are opened and never say a word."""
    held: list[asyncio.StreamWriter] = []
    try:
        for _ in range(count):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            held.append(writer)
        yield
    finally:
        for writer in held:
            writer.transport.abort()
