"""For operators: is it up, may it be sent work, what has it counted; and the customers' page."""

import functools

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from tms_tui.protocol import wire
from tms_tui.server.errors import Refusal, not_found
from tms_tui.server.metrics import CONTENT_TYPE, MEDIA_TYPE, Metrics
from tms_tui.server.openapi import document
from tms_tui.server.page import page as customers_page
from tms_tui.server.rest.call import About, Call
from tms_tui.server.rest.request import answer
from tms_tui.server.services import services


async def healthz(_request: Request) -> Response:
    return answer(wire.Health(status="ok"))


async def readyz(request: Request) -> Response:
    served = services(request)
    if served.draining:
        raise Refusal(503, "draining", "This server is being replaced.", retry_after=1)
    if served.seats.full:
        raise Refusal(503, "node_full", "This server is full.", retry_after=5)
    try:
        await served.database.ping()
        await served.bus.ping()
    except (SQLAlchemyError, OSError) as error:
        words = "The database or the bus cannot be reached."
        raise Refusal(503, "not_ready", words, retry_after=2) from error
    return answer(wire.Health(status="ready"))


async def metrics(request: Request) -> Response:
    served = services(request)
    if served.settings.metrics_port is not None:
        raise not_found()  # for it has a port of its own
    return figures(served.metrics)


def figures(counted: Metrics) -> Response:
    """What was counted, for Prometheus."""
    return Response(counted.page(), media_type=CONTENT_TYPE)


async def page(_request: Request) -> Response:
    content, policy = customers_page()
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    return Response(content, media_type="text/html", headers=headers)


async def openapi(_request: Request) -> Response:
    return Response(_document(), media_type="application/json")


@functools.cache
def _document() -> bytes:
    # Put together once: anybody may ask for it, and it takes as long as thirty other calls.
    from tms_tui.server.routes import ROUTES

    return msgspec.json.encode(document(ROUTES))


routes = [
    Call("GET", "/", page, About("The customers' page.", {200: "text/html"})),
    Call("GET", "/openapi.json", openapi, About("This document.", {200: "application/json"})),
    Call("GET", "/healthz", healthz, About("Whether the process answers.", {200: wire.Health})),
    Call(
        "GET",
        "/readyz",
        readyz,
        About(
            "Whether it may be sent work: store and bus within reach, room for an agent's socket, not draining.",
            {200: wire.Health},
            refusals={503: "draining, node_full, not_ready"},
        ),
    ),
    Call(
        "GET",
        "/metrics",
        metrics,
        About("Figures for Prometheus.", {200: MEDIA_TYPE}, refusals={404: "not_found, when they have their own port"}),
    ),
]
