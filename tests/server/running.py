"""A real server on a free loopback port, for everyone's tests."""

import asyncio
import contextlib
import functools
import ssl
import tempfile
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from tests.server import promises
from tests.server.place import Place
from tms_tui.protocol import wire
from tms_tui.server import admin
from tms_tui.server.bus import Bus
from tms_tui.server.clock import Clock
from tms_tui.server.run import Running
from tms_tui.server.settings import PasswordCost, Rate, ServerSettings

PASSWORD = "correct horse battery"
QUICK = PasswordCost(time=1, memory_kib=8, lanes=1)
GENEROUS = Rate(10_000, 10_000)
MANY_BYTES = Rate(1e9, 10**9)
UNHURRIED: Final[dict[str, Any]] = dict.fromkeys(
    (
        "login_rate",
        "visitor_session_rate",
        "agent_send_rate",
        "visitor_send_rate",
        "network_message_rate",
        "network_read_rate",
        "tenant_start_rate",
        "tenant_message_rate",
        "tenant_read_rate",
    ),
    GENEROUS,
) | dict.fromkeys(("network_byte_rate", "tenant_byte_rate"), MANY_BYTES)
"""Settings under which one address does the work of many."""
# Made once: reading the certificates takes longer than most tests, and these servers speak plain HTTP.
_TLS = ssl.create_default_context()


@dataclass(slots=True)
class SignedIn:
    """An agent with tokens, ready to call."""

    user: wire.User
    access_token: str
    refresh_token: str
    http: httpx.AsyncClient

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"}


class RunningServer(Running):
    """A server with agents to sign in and visitors to come in. `stop()` and `start()` keep port and data."""

    def __init__(self, settings: ServerSettings, bus: Bus | None, clock: Clock | None) -> None:
        super().__init__(settings, bus=bus, clock=clock)
        self._clients: list[httpx.AsyncClient] = []

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1)

    async def add_agent(
        self, name: str = "Dana", *, email: str | None = None, password: str = PASSWORD, tenant: str = "default"
    ) -> wire.User:
        """An agent in the store; the e-mail is made from the name when none is given."""
        email = email or f"{name.lower().replace(' ', '.')}@example.com"
        settings = ServerSettings(
            data=self.settings.data,
            database=self.settings.database,
            database_password=self.settings.database_password,
            tenant=tenant,
            password_cost=self.settings.password_cost,
        )
        return await admin.add_agent(settings, email=email, name=name, password=password)

    async def sign_in(self, name: str = "Dana", *, tenant: str = "default") -> SignedIn:
        """A new agent, signed in over HTTP; its client carries the token."""
        user = await self.add_agent(name, tenant=tenant)
        http = self.client()
        answer = await http.post("/v1/auth/login", json={"email": user.email, "password": PASSWORD})
        answer.raise_for_status()
        tokens = answer.json()
        http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return SignedIn(user, tokens["access_token"], tokens["refresh_token"], http)

    async def visitor(self, *, address: str | None = None, **about: Any) -> "Visitor":
        """A customer who has just opened a conversation; `address`: where they come from."""
        http = self.client(address)
        answer = await http.post("/v1/visitor/sessions", json={"name": "Ana"} | about)
        answer.raise_for_status()
        http.headers["Authorization"] = f"Bearer {answer.json()['visitor_token']}"
        return Visitor(answer.json()["session_id"], answer.json()["visitor_token"], http, address)

    def client(self, address: str | None = None) -> httpx.AsyncClient:
        """A client for this server, closed with it; what it is answered must be what the document promises."""
        client = httpx.AsyncClient(
            base_url=self.url,
            trust_env=False,
            timeout=20,
            transport=httpx.AsyncHTTPTransport(verify=_TLS, local_address=address),
            event_hooks={"response": [promises.keeps]},
        )
        self._clients.append(client)
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()
        await self.stop()


@dataclass(slots=True)
class Visitor:
    """A customer's side of one conversation."""

    session_id: str
    token: str
    http: httpx.AsyncClient
    address: str | None = None

    async def says(self, words: str, client_message_id: str | None = None) -> dict[str, Any]:
        """The stored message."""
        answer = await self.http.post(
            "/v1/visitor/messages",
            json={"content": words, "client_message_id": client_message_id or str(uuid.uuid4())},
        )
        answer.raise_for_status()
        stored: dict[str, Any] = answer.json()
        return stored


@functools.cache
def _migrated() -> bytes:
    """A database without rows: migrating takes longer than all the rest of a start."""
    with tempfile.TemporaryDirectory() as home:
        settings = ServerSettings(data=Path(home))
        asyncio.run(admin.migrate(settings))
        return (settings.data / "tms-chat.db").read_bytes()


@contextlib.asynccontextmanager
async def running_server(
    place: Path | Place,
    *,
    bus: Bus | None = None,
    clock: Clock | None = None,
    **settings: Any,
) -> AsyncIterator[RunningServer]:
    """The reference server in this loop. `settings` are fields of ServerSettings; limits are generous."""
    relaxed: dict[str, Any] = {"port": 0, "password_cost": QUICK} | UNHURRIED
    place = place if isinstance(place, Place) else Place(place)
    told = ServerSettings(data=place.data, **(relaxed | place.settings | settings))
    if told.database is None and not (file := place.data / "tms-chat.db").exists():
        place.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(await asyncio.to_thread(_migrated))
    server = RunningServer(told, bus, clock)
    await server.start()
    try:
        yield server
    finally:
        await server.close()
