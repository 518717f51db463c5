"""`/metrics` on a port of its own, for the network that collects figures and for nobody else."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tms_tui.server.metrics import Metrics
from tms_tui.server.operations import figures

AT_ONCE: Final = 20
"""Connections; whoever collects figures needs one."""
ENDS_WITHIN: Final = 1


class _Uvicorn(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # A guest in its loop: signals are for the server as a whole.
        yield


@contextlib.asynccontextmanager
async def served(metrics: Metrics, listening: socket.socket) -> AsyncIterator[None]:
    """Answers there as long as the block lasts; the socket is closed with it."""

    async def page(_request: Request) -> Response:
        return figures(metrics)

    app = Starlette(routes=[Route("/metrics", page)])
    app.router.redirect_slashes = False
    server = _Uvicorn(_configured(app))
    listening.listen()  # from now on, not from a later turn of the loop
    task = asyncio.create_task(server.serve(sockets=[listening]), name="metrics")
    try:
        yield
    finally:
        server.should_exit = True
        await task
        listening.close()


def _configured(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=ENDS_WITHIN,
    )
