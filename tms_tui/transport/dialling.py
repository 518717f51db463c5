"""Opening and closing sockets with the websockets library, and what its errors mean."""

import asyncio
import logging
import re
from contextlib import suppress
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, ProxyError, WebSocketException
from websockets.frames import Close, CloseCode

from tms_tui.domain.errors import Ending, EndingKind
from tms_tui.domain.secret import Secret
from tms_tui.domain.text import clean_line
from tms_tui.protocol.refusals import HttpAnswer, failure_of
from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.proxies import Proxy
from tms_tui.transport.timings import Timings
from tms_tui.transport.trouble import misconfigured, unreached_words, untrusted, words_of

CANNOT_OPEN: Final = (OSError, WebSocketException)
"""What `dial` raises."""

_HAPPY_EYEBALLS: Final = 0.25
_KEEPALIVE_FAILED: Final = "keepalive ping timeout"
_TOKEN = re.compile(r"(?i)(bearer\s+)\S+|\beyJ[\w-]+\.[\w-]+\.[\w-]*")


class _Discreet(logging.Filter):
    """The library logs headers and the beginnings of messages: nothing below a warning, no token, no traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _TOKEN.sub("***", record.getMessage()), ()
        record.exc_info = record.exc_text = None
        return record.levelno >= logging.WARNING


log = logging.getLogger("tms_tui.transport.socket")
log.setLevel(logging.WARNING)
log.addFilter(_Discreet())


class _Prompt(ClientConnection):
    """Cuts the line when a close frame went or came and the other side leaves the line open.

    The library notices that only when it next wants to write, which is the next ping.
    """

    cut: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cut is None and self.protocol.close_expected() and self.close_timeout is not None:
            self.cut = self.loop.call_later(self.close_timeout, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.cut is not None:
            self.cut.cancel()
        super().connection_lost(exc)


class _Straight(connect):
    """Goes where it is sent and nowhere else: a redirect is an error like any other."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def dial(
    server: ServerAddress, target: str, token: Secret, timings: Timings, proxy: Proxy | None
) -> ClientConnection:
    """An open socket. Raises one of CANNOT_OPEN."""
    return await _Straight(
        server.socket_url + target,
        additional_headers={"Authorization": f"Bearer {token.reveal()}"},
        user_agent_header="tms-chat",
        compression=None,
        proxy=proxy.url if proxy else None,
        ssl=server.tls(),
        open_timeout=timings.open_within,
        ping_interval=timings.ping_every,
        ping_timeout=timings.pong_within,
        close_timeout=timings.close_within,
        max_size=timings.frame_largest,
        logger=log,
        create_connection=_Prompt,
        happy_eyeballs_delay=_HAPPY_EYEBALLS,
    )


async def hang_up(connection: ClientConnection, within: float) -> None:
    """Close politely if the other side answers in time, else at once."""
    try:
        with suppress(TimeoutError):  # The abort below is the answer to it.
            async with asyncio.timeout(within):
                await connection.close()
    finally:
        connection.transport.abort()


def not_opened(error: Exception, proxy: Proxy | None) -> Ending:
    """How an attempt that raised one of CANNOT_OPEN ended."""
    if isinstance(error, InvalidStatus):
        return _refused(error)
    if refused := untrusted(error):
        return Ending(EndingKind.UNTRUSTED, words=words_of(refused))
    if setting := misconfigured(error):
        return Ending(EndingKind.MISCONFIGURED, words=setting)
    if isinstance(error, ProxyError):
        return Ending(EndingKind.UNREACHED, words=clean_line(f"{error}, through {proxy}"))
    return Ending(EndingKind.UNREACHED, words=unreached_words(error, proxy))


def closed(error: ConnectionClosed) -> Ending:
    """How an open socket ended: by whoever failed it first."""
    if error.sent is not None and not error.rcvd_then_sent:
        return _failed_here(error.sent)
    if error.rcvd is None:
        return Ending(EndingKind.LOST, words=words_of(error))
    return Ending(EndingKind.CLOSED, error.rcvd.code, clean_line(error.rcvd.reason))


def _failed_here(close: Close) -> Ending:
    if close.code == CloseCode.INTERNAL_ERROR and close.reason == _KEEPALIVE_FAILED:
        return Ending(EndingKind.SILENT)
    return Ending(EndingKind.CLOSED, close.code, clean_line(close.reason))


def _refused(error: InvalidStatus) -> Ending:
    response = error.response
    headers = {name.lower(): value for name, value in response.headers.raw_items()}
    failure = failure_of(HttpAnswer(response.status_code, headers, bytes(response.body or b"")))
    kind = EndingKind.REDIRECTED if 300 <= response.status_code < 400 else EndingKind.REFUSED
    return Ending(kind, response.status_code, failure.words, failure.retry_after)
