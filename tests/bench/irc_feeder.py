"""A fake IRC server: seats its one client in #other and #desk, and customers speak in #desk."""

import asyncio
from contextlib import suppress

from tests.bench.feeding import Feeder

CUSTOMERS = ("anna", "boris", "clara", "dimitri", "elena", "farid")
CHANNELS = ("#other", "#desk")


class IrcFeeder(Feeder):
    """Speaks just enough of RFC 1459 for WeeChat and irssi to feel at home."""

    def __init__(self) -> None:
        super().__init__()
        self._writer: asyncio.StreamWriter | None = None
        self._spoken = 0

    async def listen(self) -> int:
        """Serve on a free loopback port."""
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        port: int = server.sockets[0].getsockname()[1]
        return port

    def encode(self, text: str, to: int) -> bytes:
        """A customer's line in #desk, whatever conversation is asked for."""
        self._spoken += 1
        name = CUSTOMERS[(self._spoken + to) % len(CUSTOMERS)]
        return f":{name}!web@shop PRIVMSG #desk :{text}\r\n".encode()

    def write(self, data: bytes) -> None:
        """To the client that has joined."""
        if self._writer:
            self._writer.write(data)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionResetError):  # ended by the harness, the client says no goodbye
            await self._seat(reader, writer)
        writer.close()

    async def _seat(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nick, greeted, introduced = "", False, False
        while line := (await reader.readline()).decode("utf-8", "replace").strip():
            command, _, rest = line.partition(" ")
            nick = rest.lstrip(":") if command == "NICK" else nick
            introduced = introduced or command == "USER"
            writer.write(_answer(command, rest, nick))
            if nick and introduced and not greeted:
                greeted = True
                writer.write(_welcome(nick))
                self._writer = writer
                self.client_ready.set()


def _answer(command: str, rest: str, nick: str) -> bytes:
    replies = {
        "CAP": "CAP * LS :" if rest.startswith("LS") else "",
        "PING": f"PONG shop {rest}",
        "WHO": f"315 {nick} {rest} :End of WHO",
        "MODE": f"324 {nick} {rest} +nt" if rest.startswith("#") else "",
    }
    reply = replies.get(command, "")
    return f":shop {reply}\r\n".encode() if reply else b""


def _welcome(nick: str) -> bytes:
    lines = [
        f":shop 001 {nick} :Welcome",
        f":shop 002 {nick} :This is shop",
        f":shop 003 {nick} :It opened today",
        f":shop 004 {nick} shop 1 o o",
        f":shop 005 {nick} CHANTYPES=# PREFIX=(ov)@+ NETWORK=shop :are understood",
        f":shop 422 {nick} :No message of the day",
    ]
    for channel in CHANNELS:
        lines += [
            f":{nick}!a@b JOIN {channel}",
            f":shop 332 {nick} {channel} :the topic of {channel}",
            f":shop 353 {nick} = {channel} :{nick} {' '.join(CUSTOMERS)}",
            f":shop 366 {nick} {channel} :End of NAMES",
        ]
    return "".join(f"{line}\r\n" for line in lines).encode()


if __name__ == "__main__":
    asyncio.run(IrcFeeder().serve())
