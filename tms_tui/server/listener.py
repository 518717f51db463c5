"""uvicorn with this server's limits, on an address of its own."""

import asyncio
import socket
from functools import partial
from typing import Literal, cast

import uvicorn
from starlette.types import ASGIApp

from tms_tui.server.connections import Connections
from tms_tui.server.httplistener import TimedProtocol
from tms_tui.server.settings import FRAME_BYTES, ServerSettings
from tms_tui.server.socketprotocol import SocketProtocol

KEEP_ALIVE = 75
"""Seconds; more than balancers keep a connection, or they send a call into one that is just closing."""
DRAIN = 5


class CannotListenError(OSError):
    """Another program has the address, or this machine or this user may not."""

    def __init__(self, host: str, port: int, option: str, error: OSError) -> None:
        why = error.strerror or error
        super().__init__(f"{host} port {port}: {why}. Choose another --{option}host or --{option}port.")


def bind(settings: ServerSettings) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError."""
    return _bound(settings.host, settings.port, "")


def bind_metrics(settings: ServerSettings) -> socket.socket | None:
    """The same for the port of the figures; None when they have none of their own."""
    return None if settings.metrics_port is None else _bound(settings.metrics_host, settings.metrics_port, "metrics-")


def _bound(host: str, port: int, option: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle on and every answer in two writes waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise CannotListenError(host, port, option, error) from None
    return listening


def configured(
    app: ASGIApp, settings: ServerSettings, connections: Connections, lifespan: Literal["on", "off"] = "on"
) -> uvicorn.Config:
    """How uvicorn serves this application."""
    return uvicorn.Config(
        app,
        http=cast("type[asyncio.Protocol]", partial(TimedProtocol, connections=connections)),
        ws=cast("type[asyncio.Protocol]", partial(SocketProtocol, settings=settings)),
        ws_max_size=FRAME_BYTES,
        ws_ping_interval=settings.ping_interval,
        ws_ping_timeout=settings.ping_timeout,
        ws_per_message_deflate=False,
        log_config=None,
        # uvicorn's own line for a socket quotes the whole address, query included.
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the envelope knows better
        lifespan=lifespan,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=DRAIN,
    )
