"""For operators: is it up, may it be sent work, what has it counted; and the customers' page."""

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from tms_tui.server.errors import Refusal, not_found
from tms_tui.server.metrics import CONTENT_TYPE
from tms_tui.server.services import services

PAGE = Path(__file__).parent / "web" / "index.html"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


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
    if not PAGE.is_file():
        raise not_found()
    headers = {"Content-Security-Policy": PAGE_POLICY, "X-Content-Type-Options": "nosniff"}
    return FileResponse(PAGE, media_type="text/html", headers=headers)


routes = [
    Route("/", page, methods=["GET"]),
    Route("/healthz", healthz, methods=["GET"]),
    Route("/readyz", readyz, methods=["GET"]),
    Route("/metrics", metrics, methods=["GET"]),
]
