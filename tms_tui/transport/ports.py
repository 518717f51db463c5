"""What the engine needs of the world outside: a socket, requests, tokens. Fakes and real ones fit alike."""

from collections.abc import Callable
from typing import Protocol

from tms_tui.domain.effects import Request
from tms_tui.domain.errors import Ending, Failure
from tms_tui.domain.events import Answer, Event
from tms_tui.domain.ids import Cursor, SessionId

Take = Callable[[Event], None]


class Link(Protocol):
    """One WebSocket for all conversations, and a second one while it is replaced."""

    async def run(self, after: Cursor | None, take: Take) -> Ending:
        """Open, hand every event to `take` in order, and say how it ended. Cancelling closes the socket."""
        ...

    async def prove(self) -> float | None:
        """Ping; seconds until the pong, or None when no socket is open or it ended first."""
        ...

    async def signal_typing(self, session: SessionId, *, active: bool) -> None:
        """Say that the agent types, or stopped; nothing happens without an open socket."""
        ...

    async def signal_viewing(self, session: SessionId | None) -> None:
        """Say which conversation the agent looks at; nothing happens without an open socket."""
        ...

    async def authenticate(self) -> None:
        """Hand the newest token to the open socket, so that it outlives the old one."""
        ...


class Rest(Protocol):
    """The server's HTTP side."""

    async def ask(self, request: Request) -> Answer:
        """Ask once. Every outcome is an answer: what was asked for, or `AskFailed`."""
        ...


class Tokens(Protocol):
    """The access and refresh tokens, in memory."""

    async def renew(self) -> float | Failure:
        """Exchange the refresh token once, however many callers wait; the new lifetime in seconds, or why not."""
        ...
