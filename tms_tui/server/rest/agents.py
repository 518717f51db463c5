"""Colleagues, the agent's own availability, and what their console counted."""

from starlette.requests import Request
from starlette.responses import Response

from tms_tui.domain.model import Availability
from tms_tui.protocol import wire
from tms_tui.server.rest.call import About, for_agents
from tms_tui.server.rest.request import Caller, answer, body
from tms_tui.server.services import Services
from tms_tui.server.store import agents, canned
from tms_tui.server.texts import one_of


async def listing(_request: Request, served: Services, caller: Caller) -> Response:
    async with served.database.read() as database:
        found = await agents.of_tenant(database, caller.tenant_id)
    return answer(wire.AgentsAnswer(agents=[served.presence.on_wire(one) for one in found if one.disabled_at is None]))


async def availability(request: Request, served: Services, caller: Caller) -> Response:
    asked = await body(request, wire.AvailabilityBody)
    chosen = one_of("availability", asked.availability, Availability)
    async with served.database.write() as database:
        await agents.choose_availability(database, caller.id, chosen)
        agent = await agents.by_id(database, caller.tenant_id, caller.id)
    await served.presence.chosen(caller.tenant_id, caller.id)
    shown = served.presence.on_wire(agent or caller.agent)
    shown.availability = chosen
    return answer(shown)


async def metrics(request: Request, served: Services, _caller: Caller) -> Response:
    served.metrics.reported(await body(request, wire.MetricsBody))
    return Response(status_code=204)


async def canned_responses(_request: Request, served: Services, caller: Caller) -> Response:
    async with served.database.read() as database:
        found = await canned.of_tenant(database, caller.tenant_id)
    return answer(wire.CannedAnswer(responses=found))


routes = [
    for_agents(
        "GET",
        "/v1/agents",
        listing,
        About("Who may sign in, and who of them is there.", {200: wire.AgentsAnswer}),
    ),
    for_agents(
        "PUT",
        "/v1/agents/me/availability",
        availability,
        About("Choose one's own availability.", {200: wire.Agent}, body=wire.AvailabilityBody),
    ),
    for_agents(
        "POST",
        "/v1/agents/me/metrics",
        metrics,
        About("Report what the console counted since it started.", {204: None}, body=wire.MetricsBody),
    ),
    for_agents(
        "GET", "/v1/chat/canned-responses", canned_responses, About("Texts kept for reuse.", {200: wire.CannedAnswer})
    ),
]
