"""Requests as HTTP, and the answers to them."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, TypeVar, assert_never

import msgspec

from tms_tui.domain import effects, events
from tms_tui.domain.effects import Read, Request, Write
from tms_tui.domain.events import Answer, AskFailed, LinkWelcomed, WireEvent
from tms_tui.domain.ids import Cursor, PageToken
from tms_tui.domain.policy import LOG_PAGE
from tms_tui.protocol import shapes, wire
from tms_tui.protocol.decode import decode_frame
from tms_tui.protocol.dialect import V1, Dialect, within
from tms_tui.protocol.reading import UnreadableError, checked_id, parse
from tms_tui.protocol.refusals import HttpAnswer, failure_of, unreadable
from tms_tui.protocol.times import spelt

S = TypeVar("S")
V = TypeVar("V")

Method = Literal["GET", "POST", "PUT", "PATCH"]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One call: the path from the server's root, the query, and JSON if there is a body, which can hold a secret."""

    method: Method
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: bytes | None = field(default=None, repr=False)
    name: str | None = None
    """What the call is called wherever it is made again; None: each time it is another one."""


def spell(request: Request, dialect: Dialect = V1) -> HttpRequest:
    """The call that asks for `request`."""
    return _spell_read(request, dialect) if isinstance(request, Read) else _spell_write(request, dialect)


def read(request: Request, answer: HttpAnswer) -> Answer:
    """What `answer` says to `request`; every way to fail is an `AskFailed`."""
    if not 200 <= answer.status < 300:
        return AskFailed(request, failure_of(answer))
    try:
        return _read(request, answer)
    except UnreadableError:
        return AskFailed(request, unreadable(answer))


def _spell_read(request: Read, dialect: Dialect) -> HttpRequest:
    match request:
        case effects.ReadSessions(query=query, after=after):
            return HttpRequest("GET", dialect.sessions, _listing(query, after))
        case effects.ReadSession(session=session):
            return HttpRequest("GET", within(dialect.session, session))
        case effects.ReadPage(session=session):
            return HttpRequest("GET", within(dialect.messages, session), _page(request))
        case effects.ReadLog(after=after):
            return HttpRequest("GET", dialect.events, _params(after=after, limit=LOG_PAGE))
        case effects.ReadAgents():
            return HttpRequest("GET", dialect.agents)
        case effects.ReadCanned():
            return HttpRequest("GET", dialect.canned)
        case _:
            assert_never(request)


def _spell_write(request: Write, dialect: Dialect) -> HttpRequest:
    match request:
        case effects.Transmit(draft=draft):
            call = _call("POST", within(dialect.messages, draft.session), _send_body(request))
        case effects.Assign(session=session):
            call = _call("POST", within(dialect.assign, session), _assign_body(request))
        case effects.SetStatus(session=session, status=status, pending_until=until):
            body = wire.StatusBody(status=status.value, pending_until=None if until is None else spelt(until))
            call = _call("POST", within(dialect.status, session), body)
        case effects.Label(session=session):
            call = _call("PATCH", within(dialect.session, session), _patch_body(request))
        case effects.Block() | effects.Unblock():
            call = _spell_block(request, dialect)
        case effects.MarkRead(session=session, up_to=up_to):
            call = _call("POST", within(dialect.read, session), wire.ReadBody(up_to=up_to))
        case effects.MarkUnread(session=session, from_seq=start):
            call = _call("POST", within(dialect.unread, session), wire.UnreadBody(from_seq=start))
        case effects.SetAvailability(availability=availability):
            call = _call("PUT", dialect.availability, wire.AvailabilityBody(availability=availability.value))
        case effects.PostMetrics():
            call = _call("POST", dialect.metrics, _metrics_body(request))
        case _:
            assert_never(request)
    return call


def _call(method: Method, path: str, body: wire.Wire) -> HttpRequest:
    return HttpRequest(method, path, body=msgspec.json.encode(body))


def _params(**named: str | int | None) -> tuple[tuple[str, str], ...]:
    return tuple((name, _sendable(str(value))) for name, value in named.items() if value is not None)


def _listing(query: effects.SessionQuery, after: PageToken | None) -> tuple[tuple[str, str], ...]:
    status = query.status.value if query.status else None
    return _params(status=status, q=query.text, customer_id=query.customer, limit=query.limit, after=after)


def _page(request: effects.ReadPage) -> tuple[tuple[str, str], ...]:
    return _params(before=request.before, after=request.after, limit=request.limit)


def _send_body(request: effects.Transmit) -> wire.SendBody:
    return wire.SendBody(
        content=_sendable(request.draft.text),
        client_message_id=request.draft.send_id,
        is_private=request.draft.private,
        if_last_seq=request.if_last_seq,
    )


def _assign_body(request: effects.Assign) -> wire.AssignBody:
    return wire.AssignBody(
        agent_id=request.agent,
        expected_agent_id=request.expected if request.checked else msgspec.UNSET,
        note=msgspec.UNSET if request.note is None else _sendable(request.note),
    )


def _patch_body(request: effects.Label) -> wire.PatchBody:
    return wire.PatchBody(
        tags=msgspec.UNSET if request.tags is None else list(request.tags),
        priority=msgspec.UNSET if request.priority is None else request.priority.value,
    )


def _spell_block(request: effects.Block | effects.Unblock, dialect: Dialect) -> HttpRequest:
    if isinstance(request, effects.Unblock):
        scope = None if request.scope is None else request.scope.value
        return _call("POST", within(dialect.unblock, request.session), wire.UnblockBody(scope=scope))
    until = None if request.until is None else spelt(request.until)
    body = wire.BlockBody(scope=request.scope.value, reason=_sendable(request.reason), until=until)
    return _call("POST", within(dialect.block, request.session), body)


def _metrics_body(request: effects.PostMetrics) -> wire.MetricsBody:
    return wire.MetricsBody(
        connects=request.connects,
        failures=request.failures,
        reconnects=request.reconnects,
        unread_frames=request.unread_frames,
        duplicates=request.duplicates,
        gaps_filled=request.gaps_filled,
        deaf_lines=request.deaf_lines,
        latency=[wire.LatencyBucket(le=le, count=count) for le, count in request.latency],
        latency_count=request.latency_count,
        latency_sum=request.latency_sum,
    )


def _sendable(text: str) -> str:
    """`text` without lone surrogates, which a terminal can bring in and UTF-8 cannot carry."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _read(request: Request, answer: HttpAnswer) -> Answer:
    return _read_reading(request, answer) if isinstance(request, Read) else _read_writing(request, answer)


def _read_reading(request: Read, answer: HttpAnswer) -> Answer:
    match request:
        case effects.ReadSessions(query=query):
            return _sessions(query, answer)
        case effects.ReadSession():
            return events.SessionRead(shapes.session(parse(answer.body, _SESSION)))
        case effects.ReadPage():
            return _messages(request, answer)
        case effects.ReadLog(after=after):
            return _log(after, answer)
        case effects.ReadAgents():
            agents = parse(answer.body, _AGENTS).agents
            return events.AgentsRead(tuple(_each(agents, _AGENT, shapes.agent)))
        case effects.ReadCanned():
            responses = parse(answer.body, _RESPONSES).responses
            return events.CannedRead(tuple(_each(responses, _RESPONSE, shapes.canned)))
        case _:
            assert_never(request)


def _read_writing(request: Write, answer: HttpAnswer) -> Answer:
    match request:
        case effects.Transmit(draft=draft):
            return events.SendStored(draft.send_id, shapes.message(parse(answer.body, _MESSAGE)))
        case effects.Assign() | effects.SetStatus() | effects.Label() | effects.Block() | effects.Unblock():
            return events.SessionAnswered(shapes.session(parse(answer.body, _SESSION)), request)
        case effects.MarkUnread():
            return events.SessionAnswered(shapes.session(parse(answer.body, _SESSION)), request)
        case effects.MarkRead(session=session, up_to=up_to):
            return events.ReadMarked(session, up_to)
        case effects.SetAvailability():
            return events.AvailabilitySet(shapes.agent(parse(answer.body, _AGENT)))
        case effects.PostMetrics():
            return events.MetricsPosted()
        case _:
            assert_never(request)


def _sessions(query: effects.SessionQuery, answer: HttpAnswer) -> events.SessionsRead:
    page = parse(answer.body, _SESSIONS)
    return events.SessionsRead(
        query=query,
        sessions=tuple(_each(page.sessions, _SESSION, shapes.session)),
        next=PageToken(checked_id(page.next)) if page.next else None,
        cursor=Cursor(checked_id(page.cursor)),
    )


def _messages(request: effects.ReadPage, answer: HttpAnswer) -> events.PageRead:
    page = parse(answer.body, _MESSAGES)
    return events.PageRead(
        session=request.session,
        messages=tuple(_each(page.messages, _MESSAGE, shapes.message)),
        has_more=page.has_more,
        before=request.before,
        after=request.after,
    )


def _log(after: Cursor, answer: HttpAnswer) -> events.LogRead:
    page = parse(answer.body, _LOG)
    frames = (decode_frame(raw) for raw in page.events or ())
    found: tuple[WireEvent, ...] = tuple(event for event in frames if not isinstance(event, LinkWelcomed))
    return events.LogRead(after, found, Cursor(checked_id(page.cursor)), page.has_more)


def _each(raws: list[msgspec.Raw] | None, decoder: msgspec.json.Decoder[S], value: Callable[[S], V]) -> Iterator[V]:
    """What can be read; one item that cannot be must not hide the others."""
    for raw in raws or ():
        with suppress(UnreadableError):
            yield value(parse(raw, decoder))


# Listings with their items left as they are, to be read one by one; Go writes null for an empty list.


class _SessionsPage(wire.Wire):
    sessions: list[msgspec.Raw] | None
    cursor: str
    next: str | None = None


class _MessagesPage(wire.Wire):
    messages: list[msgspec.Raw] | None
    has_more: bool


class _LogPage(wire.Wire):
    events: list[msgspec.Raw] | None
    cursor: str
    has_more: bool


class _AgentsPage(wire.Wire):
    agents: list[msgspec.Raw] | None


class _ResponsesPage(wire.Wire):
    responses: list[msgspec.Raw] | None


_SESSION = msgspec.json.Decoder(wire.Session)
_MESSAGE = msgspec.json.Decoder(wire.Message)
_AGENT = msgspec.json.Decoder(wire.Agent)
_RESPONSE = msgspec.json.Decoder(wire.Canned)
_SESSIONS = msgspec.json.Decoder(_SessionsPage)
_MESSAGES = msgspec.json.Decoder(_MessagesPage)
_LOG = msgspec.json.Decoder(_LogPage)
_AGENTS = msgspec.json.Decoder(_AgentsPage)
_RESPONSES = msgspec.json.Decoder(_ResponsesPage)
