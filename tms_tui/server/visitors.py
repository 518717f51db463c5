"""The visitors' HTTP routes: starting a conversation, reading and writing in it, and nothing else."""

import uuid
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from tms_tui.protocol import wire
from tms_tui.server import blocking, budgets, revoking, texts
from tms_tui.server.beginning import Beginning, begin
from tms_tui.server.clock import timestamp
from tms_tui.server.errors import unauthorized
from tms_tui.server.networks import network_of
from tms_tui.server.rest.call import LIMIT, About, Call, Door, Query, Whole
from tms_tui.server.rest.request import answer, bearer, body, limit, whole
from tms_tui.server.services import Services, services
from tms_tui.server.settings import PAGE_CHARACTERS
from tms_tui.server.store import messages, sessions
from tms_tui.server.store.conversation import Conversation
from tms_tui.server.talk import Entrance, Said, Speaker, send
from tms_tui.server.tokens import VISITOR, Claims

NAMELESS = "Visitor"


async def start(request: Request) -> Response:
    served = services(request)
    asked = await body(request, wire.VisitorSessionBody)
    network = network_of(request)
    async with served.budgets.start(network):
        beginning = _beginning(served, asked, served.identities.network(network))
        conversation, new = await begin(served.journal, served.settings.tenant, beginning)
    token = served.tokens.issue(
        VISITOR,
        served.settings.visitor_seconds,
        sub=conversation.id,
        tenant_id=conversation.tenant_id,
        name=conversation.customer_name,
        role="visitor",
        sid=conversation.customer_id or conversation.id,
        epoch=conversation.token_epoch,
    )
    return answer(wire.VisitorSessionAnswer(session_id=conversation.id, visitor_token=token), 201 if new else 200)


def _beginning(served: Services, asked: wire.VisitorSessionBody, network: str) -> Beginning:
    """Raises the 422 for what is not as it has to be."""
    email = texts.optional("email", asked.email)
    client_id = str(uuid.uuid4()) if asked.client_session_id is None else asked.client_session_id
    return Beginning(
        client_id=texts.uuid_text("client_session_id", client_id),
        network=network,
        name=texts.optional("name", asked.name) or NAMELESS,
        email=email,
        email_digest=served.identities.email(email),
        page_url=texts.optional("page_url", asked.page_url, 2000),
        locale=texts.optional("locale", asked.locale, 35),
        info=texts.facts(asked.info or {}),
    )


async def listing(request: Request) -> Response:
    served = services(request)
    claims = visitor(request, served)
    after, after_id, most = whole(request, "after") or 0, request.query_params.get("after_id"), limit(request)
    network = network_of(request)
    await served.budgets.read(network)
    async with served.readings.turn(network), served.database.read() as database:
        own = await entered(database, served, claims, network)
        resumed = not after_id or await messages.bears(database, own.id, after, after_id)
        start = after if resumed else 0
        page, more = await messages.customer_page(database, own.id, after=start, limit=most, characters=PAGE_CHARACTERS)
    return answer(
        wire.VisitorMessagesAnswer(messages=page, has_more=more, seen_up_to=own.read_by_agents, resumed=resumed)
    )


async def post(request: Request) -> Response:
    served = services(request)
    claims = visitor(request, served)
    asked = await body(request, wire.VisitorSendBody)
    said = Said(
        content=texts.message(asked.content),
        client_message_id=texts.uuid_text("client_message_id", asked.client_message_id),
    )
    network = network_of(request)
    speaker = Speaker("visitor", claims.sid, claims.name)
    place = served.identities.network(network)
    entrance = Entrance(place, partial(_may_write, claims, place))
    async with served.budgets.message(claims.sub, network, said.content):
        message, new = await send(served.journal, claims.tenant_id, claims.sub, speaker, said, entrance)
    if new:
        served.metrics.messages.labels("visitor").inc()
    return answer(message, 201 if new else 200)


def _may_write(claims: Claims, network: str, conversation: Conversation, kept_out: set[str]) -> None:
    """Raises the 401 or the 403; remembers where the customer writes from."""
    revoking.check(claims, conversation)
    blocking.check(conversation, network, kept_out)
    conversation.network_digest = network


async def entered(database: AsyncConnection, served: Services, claims: Claims, network: str) -> Conversation:
    """The conversation of a token that was proven; raises 404, 410, the 401 `token_revoked`, the 403 `blocked`."""
    own = await sessions.get(database, claims.tenant_id, claims.sub)
    revoking.check(claims, own)
    await blocking.admit(database, own, served.identities.network(network), timestamp(served.clock.now()))
    return own


def visitor(connection: HTTPConnection, served: Services) -> Claims:
    """The conversation a visitor's token is for; raises the 401s."""
    claims = served.tokens.verify(bearer(connection), VISITOR)
    if not texts.is_uuid(claims.sub):
        raise unauthorized()
    return claims


_GONE = {403: "blocked", 404: "not_found", 410: "session_erased"}
routes = [
    Call(
        "POST",
        "/v1/visitor/sessions",
        start,
        About(
            "Start a conversation: 201, or 200 with the first one when the client_session_id is known.",
            {201: wire.VisitorSessionAnswer, 200: wire.VisitorSessionAnswer},
            refusals={403: "blocked", 429: budgets.REFUSALS},
            body=wire.VisitorSessionBody,
        ),
    ),
    Call(
        "GET",
        "/v1/visitor/messages",
        listing,
        About(
            "One's own conversation, oldest first, without the agents' notes.",
            {200: wire.VisitorMessagesAnswer},
            refusals=_GONE | {429: budgets.REFUSALS},
            door=Door.VISITOR,
            query=(
                Query("after", Whole, "A seq: what follows it."),
                Query("after_id", str, "The id of the message with that seq; from the beginning if it is another."),
                LIMIT,
            ),
        ),
    ),
    Call(
        "POST",
        "/v1/visitor/messages",
        post,
        About(
            "Write: 201, or 200 with the first one when the client_message_id is known.",
            {201: wire.Message, 200: wire.Message},
            refusals=_GONE | {429: f"too_many_requests, {budgets.REFUSALS}"},
            door=Door.VISITOR,
            body=wire.VisitorSendBody,
        ),
    ),
]
