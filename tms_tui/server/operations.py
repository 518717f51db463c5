"""For operators: is it up, may it be sent work, what has it counted; and the customers' page."""

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tms_tui.server.errors import Refusal
from tms_tui.server.metrics import CONTENT_TYPE
from tms_tui.server.page import page as customers_page
from tms_tui.server.services import services


async def healthz(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    served = services(request)
    if served.draining:
        raise Refusal(503, "draining", "This server is being replaced.", retry_after=1)
    try:
        await served.database.ping()
        await served.bus.ping()
    except (SQLAlchemyError, OSError) as error:
        words = "The database or the bus cannot be reached."
        raise Refusal(503, "not_ready", words, retry_after=2) from error
    return JSONResponse({"status": "ready"})


async def metrics(request: Request) -> Response:
    return Response(services(request).metrics.page(), media_type=CONTENT_TYPE)


async def page(_request: Request) -> Response:
    content, policy = customers_page()
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    return Response(content, media_type="text/html", headers=headers)


routes = [
    Route("/", page, methods=["GET"]),
    Route("/healthz", healthz, methods=["GET"]),
    Route("/readyz", readyz, methods=["GET"]),
    Route("/metrics", metrics, methods=["GET"]),
]
