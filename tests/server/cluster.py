"""Nodes as processes of their own over one PostgreSQL and one Redis, and consoles that move between them."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from tests.server.place import Place
from tests.server.programs import free_port
from tests.server.running import SignedIn, Visitor

_FLAGS = {"database": "--database", "database_password": "--database-password-file", "bus": "--bus"}
GONE = (OSError, ConnectionClosed, InvalidStatus, InvalidMessage, EOFError)


@dataclass
class Node:
    """`tms-chat serve` on a port it keeps over restarts, at the place's store and bus."""

    place: Place
    options: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None
    log: Path | None = None
    """Where what it says of itself is added; None throws it away."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        where = ["--data", str(self.place.data)]
        for name, value in self.place.settings.items():
            where += [_FLAGS[name], str(value)]
        command = ("-m", "tms_tui", "serve", "--port", str(self.port), *where, *self.options)
        with (self.log or Path(os.devnull)).open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(sys.executable, *command, stderr=log)
        async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as client:
            while not await _ready(client, self.url):
                assert self.process.returncode is None, "the node ended"
                await asyncio.sleep(0.05)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    async def kill(self, number: int = signal.SIGKILL) -> int:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):  # it ended already
            self.process.send_signal(number)
        async with asyncio.timeout(60):
            return await self.process.wait()


async def _ready(client: httpx.AsyncClient, url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return (await client.get(f"{url}/readyz")).status_code == 200
    return False


@contextlib.asynccontextmanager
async def cluster(place: Place, count: int = 2, *options: str, logs: Path | None = None) -> AsyncIterator[list[Node]]:
    """`logs`: the directory of the nodes' logs."""
    nodes = [Node(place, options, log=logs and logs / f"node{number}.log") for number in range(1, count + 1)]
    try:
        await nodes[0].start()
        await asyncio.gather(*(node.start() for node in nodes[1:]))
        yield nodes
    finally:
        for node in nodes:
            if node.process is not None:
                await node.kill()


class Follower:
    """A console reduced to its promise: comes back with its cursor, wherever there is a node."""

    def __init__(self, urls: Sequence[str], agent: SignedIn) -> None:
        self._urls = list(urls)
        self._agent = agent
        self._after: str | None = None
        self.frames: list[dict[str, Any]] = []
        self.connects: list[int] = []
        """Which node each connection went to."""
        self.closes: list[int] = []
        self.grew = asyncio.Condition()

    @property
    def contents(self) -> list[str]:
        return [one["data"]["content"] for one in self.frames if one["type"] == "chat_message"]

    async def follow(self, first: int = 0) -> None:
        """Until it is cancelled."""
        at = first
        while True:
            with contextlib.suppress(*GONE):
                await self._once(at)
            at = (at + 1) % len(self._urls)
            await asyncio.sleep(0.05)

    async def _once(self, at: int) -> None:
        resume = "" if self._after is None else f"&after={self._after}"
        address = f"{self._urls[at].replace('http', 'ws', 1)}/v1/chat/agent/ws?agent_id={self._agent.user.id}{resume}"
        async with connect(address, additional_headers=self._agent.headers, proxy=None, open_timeout=3) as socket:
            try:
                async for raw in socket:
                    await self._heard(json.loads(raw), at)
            finally:
                if socket.close_code is not None:
                    self.closes.append(socket.close_code)

    async def _heard(self, frame: dict[str, Any], at: int) -> None:
        async with self.grew:
            if frame["type"] == "connected":
                assert frame["data"]["resumed"] == (self._after is not None), frame
                self._after = self._after or frame["data"]["cursor"]
                self.connects.append(at)
            self._after = frame.get("cursor") or self._after
            self.frames.append(frame)
            self.grew.notify_all()

    async def until_connected(self, times: int = 1) -> None:
        await self._until(lambda: len(self.connects) >= times)

    async def until_heard(self, *contents: str) -> None:
        await self._until(lambda: set(contents) <= set(self.contents))

    async def _until(self, holds: Any) -> None:
        async with asyncio.timeout(60), self.grew:
            await self.grew.wait_for(holds)


async def insists(urls: Sequence[str], visitor: Visitor, words: str, first: int = 0) -> None:
    """Sends once, asking every node in turn under one id until one answers 2xx."""
    body = {"content": words, "client_message_id": str(uuid.uuid4())}
    headers = {"Authorization": f"Bearer {visitor.token}"}
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False, timeout=5, headers=headers) as client:
        at = first
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await client.post(f"{urls[at % len(urls)]}/v1/visitor/messages", json=body)
                if answer.is_success:
                    return
                assert answer.status_code in (429, 502, 503, 504), answer.text
                await asyncio.sleep(0.1)
            at += 1
