"""Conversations over HTTP: lists, one, and what agents do to them."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tms_tui.domain.model import Priority, SessionStatus
from tms_tui.protocol import fields, wire
from tms_tui.server import handling, texts
from tms_tui.server.bus import MarkMoved, Whisper
from tms_tui.server.errors import invalid
from tms_tui.server.frames import spoken
from tms_tui.server.rest.call import LIMIT, About, Query, for_agents
from tms_tui.server.rest.request import Caller, answer, body, limit, session_id
from tms_tui.server.services import Services
from tms_tui.server.store import log, marks, sessions
from tms_tui.server.store.conversation import Conversation
from tms_tui.server.store.sessions import Wanted


async def listing(request: Request, served: Services, caller: Caller) -> Response:
    wanted = _wanted(request, caller.id)
    async with served.database.read() as database:
        # Before the rows: what happens in between is then in the log after this cursor.
        cursor = await log.head(database, caller.tenant_id)
    # A search may take long, and then takes the time of no other call.
    async with served.database.search() if wanted.text else served.database.read() as database:
        found, following = await sessions.page(database, caller.tenant_id, wanted)
        read = await marks.counts(database, [one.id for one in found])
    shown = [one.on_wire(_unread(one, read[one.id], caller.id)) for one in found]
    return answer(wire.SessionsAnswer(sessions=shown, cursor=str(cursor), next=following))


def _wanted(request: Request, agent_id: str) -> Wanted:
    query = request.query_params
    named = [one for value in query.getlist("status") for one in value.split(",") if one]
    assigned = query.get("assigned", "")
    return Wanted(
        statuses=[texts.one_of("status", one, SessionStatus) for one in named],
        assigned=agent_id if assigned == "me" else texts.storable("assigned", assigned, 100),
        text=texts.storable("q", query.get("q", "").strip(), 200),
        customer_id=texts.storable("customer_id", query.get("customer_id", ""), 100),
        limit=limit(request),
        after=texts.storable("after", query.get("after", ""), 500),
    )


async def one(request: Request, served: Services, caller: Caller) -> Response:
    async with served.database.read() as database:
        found = await sessions.get(database, caller.tenant_id, session_id(request))
    return await shown(served, caller, found, with_info=True)


async def assign(request: Request, served: Services, caller: Caller) -> Response:
    asked = await body(request, wire.AssignBody)
    wanted = handling.Assignment(
        agent_id=_agent_id(asked.agent_id),
        expected=asked.expected_agent_id,
        note=_note(asked.note),
    )
    handed = await handling.assign(served.journal, caller.tenant_id, session_id(request), caller.speaker, wanted)
    if handed.waited is not None:
        served.metrics.assignment_seconds.observe(handed.waited)
    return await shown(served, caller, handed.conversation)


def _agent_id(value: str | None) -> str | None:
    return None if value is None else texts.storable("agent_id", value, 100)


def _note(value: str | msgspec.UnsetType | None) -> str | None:
    return texts.message(value) if isinstance(value, str) and value.strip() else None


async def status(request: Request, served: Services, caller: Caller) -> Response:
    asked = await body(request, wire.StatusBody)
    wanted = texts.one_of("status", asked.status, SessionStatus)
    until = texts.moment("pending_until", asked.pending_until)
    changed = await handling.set_status(
        served.journal, caller.tenant_id, session_id(request), caller.speaker, wanted, until
    )
    return await shown(served, caller, changed)


async def patch(request: Request, served: Services, caller: Caller) -> Response:
    asked = await body(request, wire.PatchBody)
    tags = None if asked.tags is msgspec.UNSET else _tags(asked.tags)
    priority = None if asked.priority is msgspec.UNSET else texts.one_of("priority", asked.priority, Priority)
    changed = await handling.patch(served.journal, caller.tenant_id, session_id(request), tags, priority)
    return await shown(served, caller, changed)


def _tags(tags: list[str]) -> list[str]:
    if len(tags) > fields.MOST_TAGS or any(not tag.strip() for tag in tags):
        raise invalid("tags", f"At most {fields.MOST_TAGS} tags, none of them blank.")
    return [texts.storable("tags", tag, 50) for tag in dict.fromkeys(tags)]


async def read(request: Request, served: Services, caller: Caller) -> Response:
    asked = await body(request, wire.ReadBody)
    session = session_id(request)
    moved = await handling.agent_read(served.journal, caller.tenant_id, session, caller.id, asked.up_to)
    if moved is not None:
        await served.bus.publish(MarkMoved(caller.tenant_id, session))
        await served.bus.publish(_seen(served, caller, session, moved))
    return Response(status_code=204)


async def unread(request: Request, served: Services, caller: Caller) -> Response:
    asked = await body(request, wire.UnreadBody)
    if asked.from_seq is not None and asked.from_seq < 1:
        raise invalid("from_seq", "The first message of a conversation has the seq 1.")
    found = await handling.agent_unread(
        served.journal, caller.tenant_id, session_id(request), caller.id, asked.from_seq
    )
    await served.bus.publish(MarkMoved(caller.tenant_id, found.id))
    return answer(found)


def _seen(served: Services, caller: Caller, session: str, up_to: int) -> Whisper:
    data = wire.Receipt(reader_type="agent", up_to=up_to)
    words = spoken(wire.READ_RECEIPT, data, served.clock.now(), "agent", session)
    key = f"read {session} {caller.id}"
    return Whisper(caller.tenant_id, words, session, to_agents=False, to_visitor=True, key=key)


async def shown(served: Services, caller: Caller, found: Conversation, *, with_info: bool = False) -> Response:
    read_by = await served.hub.marks.load([found.id])
    return answer(found.on_wire(_unread(found, read_by[found.id], caller.id), with_info=with_info))


def _unread(found: Conversation, read_by: marks.Counts, agent_id: str) -> int:
    return max(0, found.visitor_messages - read_by.get(agent_id, 0))


_ONE = "/v1/chat/sessions/{session_id}"
_FILTERS = (
    Query("status", fields.Statuses, "One status, or several with commas between."),
    Query("assigned", fields.Id, "me, none, any, or an agent's id."),
    Query("q", fields.Name, "What the customer's name, e-mail or any message holds."),
    Query("customer_id", fields.Id, "The conversations of one customer."),
    Query("after", str, "`next` of the page before."),
    LIMIT,
)
routes = [
    for_agents(
        "GET",
        "/v1/chat/sessions",
        listing,
        About(
            "Conversations, newest activity first; `cursor` is the place in the event log this page stands at.",
            {200: wire.SessionsAnswer},
            query=_FILTERS,
            refusals={503: "search_too_long"},
        ),
    ),
    for_agents(
        "GET", _ONE, one, About("One conversation; this answer alone tells the customer's `info`.", {200: wire.Session})
    ),
    for_agents("PATCH", _ONE, patch, About("Change tags or priority.", {200: wire.Session}, body=wire.PatchBody)),
    for_agents(
        "POST",
        f"{_ONE}/assign",
        assign,
        About(
            "Take, hand over or release; with `expected_agent_id` only from whom it names.",
            {200: wire.Session, 409: wire.AssignConflict},
            refusals={422: "unknown_agent, agent_disabled"},
            body=wire.AssignBody,
        ),
    ),
    for_agents(
        "POST",
        f"{_ONE}/status",
        status,
        About(
            "Change the status; a `pending_until` that is past by the server's clock is refused.",
            {200: wire.Session},
            refusals={422: "invalid_field"},
            body=wire.StatusBody,
        ),
    ),
    for_agents(
        "POST",
        f"{_ONE}/unread",
        unread,
        About(
            "Move the own read mark back before a message, or before the customer's last one.",
            {200: wire.Session},
            body=wire.UnreadBody,
        ),
    ),
    for_agents("POST", f"{_ONE}/read", read, About("Move the read mark forward.", {204: None}, body=wire.ReadBody)),
]
