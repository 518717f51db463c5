"""The agents' socket: opens it, hands on what it says, and tells how it ended."""

import asyncio
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, NoReturn, Protocol

from tms_tui.domain.errors import Ending, EndingKind
from tms_tui.domain.events import LinkRouted
from tms_tui.domain.ids import AgentId, Cursor, SessionId
from tms_tui.domain.text import clean_line
from tms_tui.protocol.decode import decode_frame
from tms_tui.protocol.dialect import V1, Dialect, socket_target
from tms_tui.protocol.encode import auth_frame, typing_frame, viewing_frame
from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.http import Bearer
from tms_tui.transport.ports import Take
from tms_tui.transport.proxies import Proxy, proxy_for
from tms_tui.transport.timings import Timings
from tms_tui.transport.trouble import misconfigured, words_of

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection


class Credentials(Bearer, Protocol):
    """Who signed in, and the token that proves it."""

    @property
    def agent(self) -> AgentId | None:
        """None before the sign-in."""
        ...


class WebSocketLink:
    """Sockets, each as long as its `run`; it never retries. Pings go out by themselves, and a missing pong ends one.

    Two may be open while one takes the other's place: what is said goes out by the one that opened last.
    """

    def __init__(
        self,
        server: ServerAddress,
        tokens: Credentials,
        *,
        timings: Timings | None = None,
        dialect: Dialect = V1,
    ) -> None:
        self._server = server
        self._tokens = tokens
        self._timings = timings or Timings()
        self._dialect = dialect
        self._open: list[ClientConnection] = []

    async def run(self, after: Cursor | None, take: Take) -> Ending:
        """Open, hand every event to `take` in order, and say how it ended. Cancelling closes the socket."""
        try:
            allowed, proxy = await self._server.may_speak(), proxy_for(self._server)
        except OSError as error:
            setting = misconfigured(error)
            if setting is not None:
                return Ending(EndingKind.MISCONFIGURED, words=setting)
            return Ending(EndingKind.UNREACHED, words=words_of(error))
        return await self._dial(after, take, proxy) if allowed else Ending(EndingKind.CLEARTEXT)

    async def prove(self) -> float | None:
        """Ping; seconds until the pong, or None when no socket is open or it ended first."""
        if not self._open:
            return None
        from websockets.exceptions import ConnectionClosed

        try:
            return await (await self._open[-1].ping())
        except ConnectionClosed:
            return None

    async def signal_typing(self, session: SessionId, *, active: bool) -> None:
        """Say that the agent types, or stopped; nothing happens without an open socket."""
        await self._say(typing_frame(session, active=active))

    async def signal_viewing(self, session: SessionId | None) -> None:
        """Say which conversation the agent looks at; nothing happens without an open socket."""
        await self._say(viewing_frame(session))

    async def authenticate(self) -> None:
        """Hand the newest token to the open socket, so that it outlives the old one."""
        token = self._tokens.bearer(self._server.origin)
        if token is not None:
            await self._say(auth_frame(token))

    async def _dial(self, after: Cursor | None, take: Take, proxy: Proxy | None) -> Ending:
        from tms_tui.transport import dialling

        agent, token = self._tokens.agent, self._tokens.bearer(self._server.origin)
        if agent is None or token is None:
            return Ending(EndingKind.REFUSED, 401, clean_line("nobody is signed in"))
        target = socket_target(self._dialect, agent, after)
        if proxy is not None:
            take(LinkRouted(clean_line(proxy.name)))
        try:
            connection = await dialling.dial(self._server, target, token, self._timings, proxy)
        except dialling.CANNOT_OPEN as error:
            return dialling.not_opened(error, proxy)
        return await self._listen(connection, take)

    async def _listen(self, connection: "ClientConnection", take: Take) -> Ending:
        from websockets.exceptions import ConnectionClosed

        from tms_tui.transport import dialling

        self._open.append(connection)
        try:
            await self._read(connection, take)
        except ConnectionClosed as error:
            return dialling.closed(error)
        finally:
            self._open.remove(connection)
            await dialling.hang_up(connection, self._timings.hang_up_within)

    async def _read(self, connection: "ClientConnection", take: Take) -> NoReturn:
        """Hand on until the socket ends, which raises. A burst must not hold up the keys: pause now and then."""
        pause_at = monotonic() + self._timings.slice
        while True:
            # As bytes: a message with a broken character is mended, where a text would end the connection,
            # and do so again each time the log is read from before it.
            take(decode_frame(await connection.recv(decode=False), self._dialect))
            if monotonic() >= pause_at:
                await asyncio.sleep(0)
                pause_at = monotonic() + self._timings.slice

    async def _say(self, frame: bytes) -> None:
        if not self._open:
            return
        from websockets.exceptions import ConnectionClosed

        with suppress(ConnectionClosed):  # `run` says how it ended.
            await self._open[-1].send(frame, text=True)
