"""A customer at the wire: writes by REST, types, reads and hears over the visitors' socket."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
from websockets.asyncio.client import connect

from tests.server.sockets import Far


class Customer:
    """One conversation from its far end. It goes to the server directly, past whatever breaks the console's line."""

    def __init__(self, url: str, session: str, token: str, http: httpx.AsyncClient) -> None:
        self.session = session
        self.token = token
        self._url = url
        self._http = http

    async def says(self, words: str, client_message_id: str | None = None) -> dict[str, Any]:
        """The stored message. Raises httpx.HTTPError when it was not answered 2xx."""
        body = {"content": words, "client_message_id": client_message_id or str(uuid.uuid4())}
        answer = (await self._http.post("/v1/visitor/messages", json=body)).raise_for_status()
        stored: dict[str, Any] = answer.json()
        return stored

    async def stored(self) -> list[str]:
        """All messages the server holds for this customer, oldest first."""
        answer = (await self._http.get("/v1/visitor/messages", params={"after": 0, "limit": 200})).raise_for_status()
        return [message["content"] for message in answer.json()["messages"]]

    @contextlib.asynccontextmanager
    async def online(self) -> AsyncIterator[Far]:
        """The customer's page is open."""
        address = f"{self._url.replace('http', 'ws', 1)}/v1/visitor/ws"
        async with connect(address, proxy=None, compression=None, ping_interval=None) as socket:
            far = Far(socket)
            await far.says("auth", data={"token": self.token})
            await far.until("connected")
            yield far


@contextlib.asynccontextmanager
async def customer(url: str, name: str = "Nora", **about: Any) -> AsyncIterator[Customer]:
    """Somebody who has just opened a conversation at the server itself."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as http:
        answer = (await http.post("/v1/visitor/sessions", json={"name": name} | about)).raise_for_status().json()
        http.headers["Authorization"] = f"Bearer {answer['visitor_token']}"
        yield Customer(url, answer["session_id"], answer["visitor_token"], http)
