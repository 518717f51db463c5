"""The reference server in a process of its own, which puts hostile texts where their numbers stand.

No store takes every string, and no client can be made to send each: so `@@017@@` is written everywhere, and what
leaves the server carries string 17 instead. A message that begins with `refuse` is refused in those very words.
"""

import asyncio
import json
import os
import re
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.server.running import QUICK, UNHURRIED
from tms_tui.server.app import create_app
from tms_tui.server.listener import bind, configured
from tms_tui.server.settings import ServerSettings

CORPUS: Final = [row["text"] for row in json.loads((Path(__file__).parents[1] / "hostile-text.json").read_text())]
_NUMBER: Final = re.compile("@@([0-9]{3})@@")


def hostile(text: str) -> str:
    """A JSON text with each number replaced by its string, escaped as JSON has it."""
    return _NUMBER.sub(lambda found: json.dumps(CORPUS[int(found[1])])[1:-1], text)


class Replacing:
    """Stands between the application and its callers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"].endswith("/messages"):
            body = await _whole(receive)
            if words := refusal(body):
                await _refuse(words, send)
                return
            receive = _again(body, receive)
        await self._app(scope, receive, _Changed(send) if scope["type"] != "lifespan" else send)


def refusal(body: bytes) -> str:
    """What a message asks to be refused with; empty when it does not."""
    content = str(json.loads(body).get("content", ""))
    return content if content.startswith("refuse") else ""


class _Changed:
    """Sends on what the application says, its texts changed."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await _answer(self._send, self._start, hostile(self._body.decode()).encode())
        elif message["type"] == "websocket.send" and message.get("text"):
            await self._send({**message, "text": hostile(message["text"])})
        else:
            await self._send(message)


async def _answer(send: Send, start: Message, body: bytes) -> None:
    headers = [one for one in start["headers"] if one[0].lower() != b"content-length"]
    if start["status"] != 204:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse(words: str, send: Send) -> None:
    body = hostile(json.dumps({"error": words, "code": "invalid_field"})).encode()
    await _answer(send, {"type": "http.response.start", "status": 422, "headers": []}, body)


async def _whole(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return waiting.pop() if waiting else await receive()

    return read


class _Server(uvicorn.Server):
    """Says its port once it answers."""

    def __init__(self, config: uvicorn.Config, port: Connection) -> None:
        super().__init__(config)
        self._port = port

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self._port.send(self.servers[0].sockets[0].getsockname()[1])


def serve(data: Path, log: Path, port: Connection, at: int = 0) -> None:
    """Serve until a signal, at the port `at` or a free one, which goes to `port`; what is printed goes to `log`."""
    with log.open("wb") as printed:
        os.dup2(printed.fileno(), sys.stdout.fileno())
        os.dup2(printed.fileno(), sys.stderr.fileno())
    settings = ServerSettings(
        data=data,
        port=at,
        password_cost=QUICK,
        **UNHURRIED,
    )
    made = create_app(settings)
    config = configured(Replacing(made), settings, made.services.connections)
    server = _Server(config, port)
    asyncio.run(server.serve(sockets=[bind(settings)]))
