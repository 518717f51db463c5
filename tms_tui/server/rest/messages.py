"""Messages over HTTP, for agents: reading and sending."""

from starlette.requests import Request
from starlette.responses import Response

from tms_tui.protocol import wire
from tms_tui.server import texts
from tms_tui.server.errors import invalid
from tms_tui.server.rest.call import LIMIT, About, Query, Whole, for_agents
from tms_tui.server.rest.request import Caller, answer, body, limit, session_id, whole
from tms_tui.server.services import Services
from tms_tui.server.store import messages, sessions
from tms_tui.server.talk import Said, send


async def listing(request: Request, served: Services, caller: Caller) -> Response:
    after, before = whole(request, "after"), whole(request, "before")
    if after is not None and before is not None:
        raise invalid("before", "Ask for what lies before a seq or after one, not both.")
    most = limit(request)
    async with served.database.read() as database:
        found = await sessions.get(database, caller.tenant_id, session_id(request))
        page, more = await messages.page(database, found.id, after=after, before=before, limit=most)
    return answer(wire.MessagesAnswer(messages=page, has_more=more))


async def post(request: Request, served: Services, caller: Caller) -> Response:
    asked = await body(request, wire.SendBody)
    said = Said(
        content=texts.message(asked.content),
        client_message_id=texts.uuid_text("client_message_id", asked.client_message_id),
        is_private=asked.is_private,
        if_last_seq=asked.if_last_seq,
        moved_window=served.settings.moved_window,
    )
    await served.limits.agent_sends.require(caller.id)
    message, new = await send(served.journal, caller.tenant_id, session_id(request), caller.speaker, said)
    if new:
        served.metrics.messages.labels("agent").inc()
    return answer(message, 201 if new else 200)


_ALL = "/v1/chat/sessions/{session_id}/messages"
routes = [
    for_agents(
        "GET",
        _ALL,
        listing,
        About(
            "A page of a conversation, oldest first, notes included; the newest page when no place is named.",
            {200: wire.MessagesAnswer},
            query=(
                Query("after", Whole, "A seq: what follows it."),
                Query("before", Whole, "A seq: what leads up to it. Not together with `after`."),
                LIMIT,
            ),
        ),
    ),
    for_agents(
        "POST",
        _ALL,
        post,
        About(
            "Send a message or a note: 201, or 200 with the first one when the client_message_id is known.",
            {201: wire.Message, 200: wire.Message},
            refusals={409: "conversation_moved, session_ended", 429: "too_many_requests"},
            body=wire.SendBody,
        ),
    ),
]
