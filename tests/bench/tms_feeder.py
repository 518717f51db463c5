"""A fake tms server for one console: PROTOCOL's REST by hand, and the agents' socket as fast as frames can go.

It keeps nothing on disk and believes every token. An agent's message is answered, and sent back over the
socket, only after `ANSWER_DELAY` seconds: what the console shows before that, it shows of its own accord.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from tests.bench import tms_desk
from tests.bench.feeding import Feeder
from tms_tui.protocol import wire

ANSWER_DELAY: Final = 0.1
_REASONS: Final = {200: "OK", 201: "Created", 204: "No Content", 404: "Not Found"}

Answer = tuple[int, Any]
Query = dict[str, str]
_NOTHING_HERE: Final = (404, wire.ErrorBody(error="Nothing is here", code="not_found"))


class TmsFeeder(Feeder):
    """Messages go out as `chat_message` frames to every agents' socket that is open."""

    def __init__(self) -> None:
        super().__init__()
        self._desk = tms_desk.Desk()
        self._sockets: set[asyncio.StreamWriter] = set()

    async def listen(self) -> int:
        """Serve on a free loopback port."""
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        port: int = server.sockets[0].getsockname()[1]
        return port

    def encode(self, text: str, to: int) -> bytes:
        """A customer's message in conversation `to` as a WebSocket frame."""
        return _frame(self._desk.hear(to, text))

    def write(self, data: bytes) -> None:
        """Into the log and to every open socket; what the console does not take at once is kept for it."""
        self._desk.commit()
        for socket in self._sockets:
            socket.write(data)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                start, *lines = head.decode("latin-1").split("\r\n")
                method, target, _ = start.split(" ")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                if headers.get("upgrade", "").lower() == "websocket":
                    await self._socket(head, target, reader, writer)
                    return
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                writer.write(_response(*await self._answer(method, target, body)))
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return  # the console went away
        finally:
            self._sockets.discard(writer)
            writer.close()

    async def _socket(
        self, head: bytes, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(head)
        request = protocol.events_received()[0]
        if not isinstance(request, Request):
            raise TypeError(request)
        protocol.send_response(protocol.accept(request))
        writer.write(b"".join(protocol.data_to_send()))
        writer.write(self._connected_frame(resumed="after=" in target))
        self._sockets.add(writer)
        self.client_ready.set()
        while not protocol.close_expected() and (data := await reader.read(1 << 16)):
            protocol.receive_data(data)
            protocol.events_received()
            writer.write(b"".join(protocol.data_to_send()))

    def _connected_frame(self, *, resumed: bool) -> bytes:
        time = tms_desk.stamp(datetime.now(UTC))
        cursor = str(self._desk.cursor)
        body = wire.Connected(agent_id=tms_desk.AGENT.id, server_time=time, resumed=resumed, cursor=cursor)
        data = msgspec.Raw(msgspec.json.encode(body))
        return _frame(msgspec.json.encode(wire.Frame(type=wire.CONNECTED, data=data, timestamp=time)))

    async def _answer(self, method: str, target: str, body: bytes) -> Answer:
        url = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        answer: Answer = _NOTHING_HERE
        match [method, *url.path.strip("/").split("/")[1:]]:
            case ["POST", "auth", "login" | "refresh" as call]:
                answer = 200, _tokens(tms_desk.USER if call == "login" else None)
            case ["POST", "auth", "logout"] | ["POST", "agents", "me", "metrics"]:
                answer = 204, None
            case ["GET", "auth", "me"]:
                answer = 200, tms_desk.USER
            case ["GET", "agents"]:
                answer = 200, wire.AgentsAnswer(agents=[tms_desk.AGENT, tms_desk.COLLEAGUE])
            case ["PUT", "agents", "me", "availability"]:
                answer = 200, tms_desk.AGENT
            case ["GET", "chat", "canned-responses"]:
                answer = 200, wire.CannedAnswer(responses=tms_desk.CANNED)
            case ["GET", "chat", "events"]:
                answer = 200, self._desk.events(int(query["after"]), int(query.get("limit", 50)))
            case [_, "chat", "sessions", *rest]:
                answer = await self._about_sessions(method, rest, query, body)
        return answer

    async def _about_sessions(self, method: str, path: list[str], query: Query, body: bytes) -> Answer:
        answer: Answer = _NOTHING_HERE
        match [method, *path]:
            case ["GET"] if query.get("status", "active") != "active":
                answer = 200, wire.SessionsAnswer(sessions=[], cursor=self._desk.cursor)
            case ["GET"]:
                answer = 200, self._desk.sessions(int(query.get("after", 0)), int(query.get("limit", 50)))
            case ["GET", session, "messages"]:
                before, after = (int(query[name]) if name in query else None for name in ("before", "after"))
                answer = 200, self._desk.page(session, before, after, int(query.get("limit", 50)))
            case ["POST", session, "messages"]:
                answer = await self._say(session, msgspec.json.decode(body, type=wire.SendBody))
            case ["POST", _, "read"]:
                answer = 204, None
            case [_, session, *_]:
                answer = 200, self._desk.session(int(session[-12:]))
        return answer

    async def _say(self, session: str, body: wire.SendBody) -> Answer:
        await asyncio.sleep(ANSWER_DELAY)
        message, event = self._desk.say(session, body)
        if event:
            self.write(_frame(event))
        return (201 if event else 200), message


def _tokens(user: wire.User | None) -> wire.TokenAnswer:
    return wire.TokenAnswer(access_token="e30.e30.e30", refresh_token="e30.e31.e30", expires_in=43_200, user=user)


def _frame(text: bytes) -> bytes:
    return Frame(Opcode.TEXT, text).serialize(mask=False)


def _response(status: int, body: Any) -> bytes:
    content = b"" if body is None else msgspec.json.encode(body)
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\nX-Request-Id: bench\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


if __name__ == "__main__":
    asyncio.run(TmsFeeder().serve())
