"""The polling fallback: the socket's durable frames, asked for by cursor."""

from starlette.requests import Request
from starlette.responses import Response

from tms_tui.protocol import wire
from tms_tui.server.errors import Refusal
from tms_tui.server.replay import frames, resumable
from tms_tui.server.rest.call import LIMIT, About, Query, for_agents
from tms_tui.server.rest.request import Caller, answer, limit
from tms_tui.server.services import Services
from tms_tui.server.store import log


async def listing(request: Request, served: Services, caller: Caller) -> Response:
    most = limit(request)
    async with served.database.read() as database:
        after = await resumable(
            database, caller.tenant_id, request.query_params.get("after"), served.settings.resume_limit
        )
        if after is None:
            raise Refusal(
                410, "cursor_expired", "This place is not in the log, or not any more. Read everything afresh."
            )
        found = await log.read(database, caller.tenant_id, after.cursor, most + 1)
    held = found[:most]
    return answer(
        wire.EventsAnswer(
            events=await frames(held, served.hub.marks, caller.id),
            cursor=str(held[-1].place if held else after),
            has_more=len(found) > most,
        )
    )


routes = [
    for_agents(
        "GET",
        "/v1/chat/events",
        listing,
        About(
            "The agents' socket by polling: its durable frames after a cursor, in the same order.",
            {200: wire.EventsAnswer},
            refusals={410: "cursor_expired"},
            query=(Query("after", str, "The last cursor heard; without one there is nothing to go on from."), LIMIT),
        ),
    )
]
