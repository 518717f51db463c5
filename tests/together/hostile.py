"""A server on loopback that means harm: peaceful by itself, and whatever a test replaces of it."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from tests.protocol.samples import NOW
from tests.transport.listener import Listener
from tests.transport.scripted import Act, Seen, http, read_request, text_frame, upgrade

Answer = Callable[[Seen], bytes]
SOCKET = "/v1/chat/agent/ws"
EVENTS = "/v1/chat/events"
SESSIONS = "/v1/chat/sessions"
AGENTS = "/v1/agents"
CANNED = "/v1/chat/canned-responses"
REFRESH = "/v1/auth/refresh"


def ok(**body: object) -> bytes:
    return http(200, json.dumps(body).encode(), Content_Type="application/json")


def refused(status: int, **headers: str) -> bytes:
    return http(status, b'{"error": "no", "code": "no"}', Content_Type="application/json", **headers)


def tokens(expires_in: float = 900) -> dict[str, Any]:
    user = {"id": "dana", "email": "dana@example.com", "name": "Dana", "role": "agent", "tenant_id": "t"}
    secrets = {"access_token": "access", "refresh_token": "refresh", "token_type": "Bearer"}
    return {**secrets, "expires_in": expires_in, "user": user}


def connected(cursor: str = "0") -> bytes:
    data = {"agent_id": "dana", "server_time": NOW, "resumed": True, "cursor": cursor}
    return text_frame(json.dumps({"type": "connected", "data": data}).encode())


@dataclass
class Hostile:
    """Answers by `answers`, a path's own before those of everything; counts what is asked by path."""

    answers: dict[str, Answer] = field(default_factory=dict)
    everything: Answer | None = None
    """For every path but the sign-in's that has no answer of its own."""
    socket: Act = field(default_factory=lambda: upgrade(connected()))
    asked: Counter[str] = field(default_factory=Counter)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):  # whoever asked may go at any moment
            while not writer.is_closing() and (seen := await read_request(reader)):
                path = urlsplit(seen.target).path
                self.asked[path] += 1
                if path == SOCKET:
                    await self.socket(writer, seen)
                    return
                writer.write(self._answer(path)(seen))
                await writer.drain()

    def total(self) -> int:
        return self.asked.total()

    def requests(self) -> int:
        """All but sockets."""
        return self.total() - self.asked[SOCKET]

    def _answer(self, path: str) -> Answer:
        peaceful = {
            "/v1/auth/login": lambda _: ok(**tokens()),
            REFRESH: lambda _: ok(**tokens()),
            EVENTS: lambda _: ok(events=[], cursor="0", has_more=False),
            SESSIONS: lambda _: ok(sessions=[], cursor="0"),
            AGENTS: lambda _: ok(agents=[]),
            CANNED: lambda _: ok(responses=[]),
        }
        found = self.answers.get(path) or (None if path.startswith("/v1/auth/") else self.everything)
        return found or peaceful.get(path) or (lambda _: refused(404))


@asynccontextmanager
async def hostile(server: Hostile) -> AsyncIterator[Hostile]:
    """Let it serve on a free port."""
    listener = Listener(server.serve)
    server.port = await listener.open()
    try:
        yield server
    finally:
        await listener.close()


def endless_events() -> Answer:
    cursors = count(1)
    return lambda _: ok(events=[], cursor=str(next(cursors)), has_more=True)


def every_other(first: bytes, then: bytes) -> Answer:
    """One, then the other, for ever."""
    turns = count()
    return lambda _: then if next(turns) % 2 else first
