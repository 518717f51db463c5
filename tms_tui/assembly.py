"""Puts a desk together from its concrete parts: address, sign-in, link, REST, engine."""

import asyncio
import hashlib
import importlib
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from tms_tui import wording
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.ids import Cursor
from tms_tui.domain.secret import Secret
from tms_tui.engine.clock import LoopClock
from tms_tui.engine.engine import Engine, Record
from tms_tui.engine.journal import journalled
from tms_tui.engine.pauses import Pauses
from tms_tui.engine.watch import Watch
from tms_tui.protocol.dialect import V1
from tms_tui.settings import Settings
from tms_tui.transport.addresses import BadAddress, ServerAddress
from tms_tui.transport.http import HttpCaller, HttpRest
from tms_tui.transport.login import Login
from tms_tui.transport.websocket import WebSocketLink
from tms_tui.wording.failures import BAD_ADDRESS

_SLOW = ("httpx", "websockets.asyncio.client", "sqlite3")
"""What the transport imports when it is first used: an eighth of a second in which no key would be answered."""


SIGN_OUT_WITHIN: Final = 1.0
"""Seconds that leaving may take."""


def address_of(typed: str, settings: Settings) -> ServerAddress:
    """The server that was typed, under the settings' rules. Raises BadAddress."""
    host = ServerAddress.parse(typed, allow_cleartext=True).host
    return ServerAddress.parse(
        typed,
        allow_cleartext=host in settings.allow_cleartext,
        ca_file=Path(settings.ca_file).expanduser() if settings.ca_file else None,
    )


def address_words(typed: str, settings: Settings) -> str:
    """What to say about an address while it is being typed: how it is reached, or what is wrong with it."""
    try:
        address = address_of(typed, settings)
    except BadAddress as error:
        return error.words
    return wording.address(address.authority, secure=address.secure, loopback=address.loopback)


def kept_at(address: ServerAddress, email: str) -> Path:
    """The file that keeps drafts and unsent messages of one agent on one server."""
    from platformdirs import user_state_path

    name = hashlib.sha256(f"{address.origin}\n{email}".encode()).hexdigest()[:16]
    return user_state_path("tms-chat") / f"{name}.sqlite"


class Assembly:
    """Opens desks. One that has to sign in again as the same agent stays the same desk, with all it holds."""

    def __init__(
        self, settings: Settings, record: Record | None = None, *, keeps: bool = True, after: Cursor | None = None
    ) -> None:
        self._settings = settings
        self._record = journalled(record)
        self._keeps = keeps
        self._after = after
        self._last: tuple[ServerAddress, str, _Desk] | None = None

    async def sign_in(self, server: str, email: str, password: Secret) -> Engine | Failure:
        """A desk that is signed in and begins its work when it is run, or why there is none."""
        try:
            address = address_of(server, self._settings)
        except BadAddress as error:
            return Failure(FailureKind.INVALID, code=BAD_ADDRESS, words=error.words)
        if self._last is not None and self._last[:2] == (address, email):
            return await self._last[2].sign_in(email, password)
        await asyncio.to_thread(_import_slow_parts)
        desk = _Desk(address, self._record, kept_at(address, email) if self._keeps else None, self._after)
        outcome = await desk.sign_in(email, password)
        if isinstance(outcome, Failure):
            await desk.close()
        else:
            before, self._last = self._last, (address, email, desk)
            if before is not None:
                await _sign_out(before[2], SIGN_OUT_WITHIN)
        return outcome

    @property
    def whom(self) -> tuple[str, str]:
        """Server and e-mail of who is signed in. Raises LookupError before the sign-in."""
        if self._last is None:
            raise LookupError("nobody is signed in")
        return self._last[0].origin, self._last[1]

    async def change_password(self, current: Secret, new: Secret) -> Failure | None:
        """Give the agent who is signed in another password; None when it is done."""
        if self._last is None:
            return Failure(FailureKind.UNAUTHORIZED)
        return await self._last[2].change_password(current, new)

    async def sign_out(self, within: float = SIGN_OUT_WITHIN) -> None:
        """Have the server end the tokens, waiting `within` seconds at most: they end by themselves, only later."""
        if self._last is None:
            return
        await _sign_out(self._last[2], within)


async def _sign_out(desk: "_Desk", within: float) -> None:
    with suppress(TimeoutError):  # tokens end by themselves, only later
        async with asyncio.timeout(within):
            await desk.sign_out()
    await desk.close()


def _import_slow_parts() -> None:
    with _without_command_line_of_httpx():
        for name in _SLOW:
            importlib.import_module(name)


@contextmanager
def _without_command_line_of_httpx() -> Iterator[None]:
    """Keep httpx from loading rich and a highlighter for a command of its own; it goes on where it cannot."""
    if "httpx._main" in sys.modules:
        yield
        return
    sys.modules["httpx._main"] = None  # type: ignore[assignment]  # None: not to be imported
    try:
        yield
    finally:
        del sys.modules["httpx._main"]


class _Desk:
    """One agent's parts on one server."""

    def __init__(
        self, address: ServerAddress, record: Record | None, kept_in: Path | None, after: Cursor | None
    ) -> None:
        from tms_tui.engine.keep import Keep

        caller = HttpCaller(address)
        self.close = caller.aclose
        self._login = Login(address, caller=caller)
        self.sign_out = self._login.sign_out
        self._engine = Engine(
            WebSocketLink(address, self._login),
            HttpRest(address, self._login, caller=caller),
            self._login,
            clock=LoopClock(),
            chance=random.Random(),  # noqa: S311 - spreads attempts, and is drawn for every event
            new_id=lambda: str(uuid4()),
            capabilities=V1.capabilities,
            record=record,
            close=self.close,
            keep=Keep(kept_in) if kept_in is not None else None,
            pauses=Pauses(),
            watch=Watch(),
            after=after,
        )

    async def change_password(self, current: Secret, new: Secret) -> Failure | None:
        """With an old access token the server does not even look at the passwords: once more with a fresh one."""
        failure = await self._login.change_password(current, new)
        if failure is None or failure.kind is not FailureKind.UNAUTHORIZED:
            return failure
        fresh = await self._login.renew()
        return failure if isinstance(fresh, Failure) else await self._login.change_password(current, new)

    async def sign_in(self, email: str, password: Secret) -> Engine | Failure:
        signed_in = await self._login.sign_in(email, password)
        if isinstance(signed_in, Failure):
            return signed_in
        self._engine.take(signed_in)
        return self._engine
