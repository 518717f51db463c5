"""Customers kept out over HTTP: block, unblock, what stands; and the tokens of a conversation made void."""

from starlette.requests import Request
from starlette.responses import Response

from tms_tui.domain.model import BlockScope
from tms_tui.protocol import fields, wire
from tms_tui.server import blocking, revoking, texts
from tms_tui.server.clock import timestamp
from tms_tui.server.errors import not_found
from tms_tui.server.rest.call import LIMIT, About, for_agents
from tms_tui.server.rest.request import Caller, answer, body, limit, session_id
from tms_tui.server.rest.sessions import shown
from tms_tui.server.services import Services
from tms_tui.server.store import blocks


async def block(request: Request, served: Services, caller: Caller) -> Response:
    asked = await body(request, wire.BlockBody)
    wanted = blocking.Wanted(
        scope=BlockScope(texts.one_of("scope", asked.scope, BlockScope)),
        reason=texts.storable("reason", asked.reason.strip(), fields.REASON_CHARACTERS),
        until=texts.moment("until", asked.until),
    )
    found = await blocking.block(
        served.journal, served.settings, caller.tenant_id, session_id(request), caller.speaker, wanted
    )
    return await shown(served, caller, found)


async def unblock(request: Request, served: Services, caller: Caller) -> Response:
    asked = await body(request, wire.UnblockBody)
    scope = None if asked.scope is None else BlockScope(texts.one_of("scope", asked.scope, BlockScope))
    found = await blocking.unblock(served.journal, caller.tenant_id, session_id(request), caller.speaker, scope)
    return await shown(served, caller, found)


async def listing(request: Request, served: Services, caller: Caller) -> Response:
    most, now = limit(request), timestamp(served.clock.now())
    async with served.database.read() as database:
        return answer(wire.BlocksAnswer(blocks=await blocks.of_tenant(database, caller.tenant_id, now, most)))


async def lift(request: Request, served: Services, caller: Caller) -> Response:
    block_id: str = request.path_params["block_id"]
    if not texts.is_uuid(block_id):
        raise not_found()
    await blocking.lift(served.journal, caller.tenant_id, block_id, caller.id)
    return Response(status_code=204)


async def revoke(request: Request, served: Services, caller: Caller) -> Response:
    await revoking.revoke(served.journal, caller.tenant_id, session_id(request))
    return Response(status_code=204)


_ONE = "/v1/chat/sessions/{session_id}"
routes = [
    for_agents(
        "POST",
        f"{_ONE}/block",
        block,
        About(
            "Keep the customer out: of this conversation, as this customer, or with everybody at their address.",
            {200: wire.Session},
            body=wire.BlockBody,
        ),
    ),
    for_agents(
        "POST",
        f"{_ONE}/unblock",
        unblock,
        About("Lift what keeps the customer out.", {200: wire.Session}, body=wire.UnblockBody),
    ),
    for_agents(
        "POST",
        f"{_ONE}/revoke",
        revoke,
        About("Make the visitor tokens of this conversation void, for good.", {204: None}),
    ),
    for_agents(
        "GET", "/v1/chat/blocks", listing, About("The blocks that stand.", {200: wire.BlocksAnswer}, query=(LIMIT,))
    ),
    for_agents(
        "DELETE",
        "/v1/chat/blocks/{block_id}",
        lift,
        About("Lift one block, whatever became of its conversation.", {204: None}),
    ),
]
