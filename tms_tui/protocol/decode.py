"""Frames of the agents' socket and of the event log to events. Never raises on content."""

from collections.abc import Callable
from typing import Final

import msgspec

from tms_tui.domain.events import (
    LinkWelcomed,
    MessageArrived,
    PresenceSeen,
    ReadMarkMoved,
    ReceiptSeen,
    ServerComplained,
    SessionAssigned,
    SessionChanged,
    SessionsErased,
    TypingSeen,
    Unread,
    WireEvent,
)
from tms_tui.domain.ids import Cursor
from tms_tui.protocol import shapes, wire
from tms_tui.protocol.dialect import V1, Dialect
from tms_tui.protocol.reading import UnreadableError, checked_id, line, parse, whole
from tms_tui.protocol.times import seconds

FrameEvent = WireEvent | LinkWelcomed

REASON_LONGEST: Final = 120


def decode_frame(text: str | bytes | msgspec.Raw, dialect: Dialect = V1) -> FrameEvent:
    """The event that a frame tells of; `Unread` for one that cannot be read."""
    try:
        frame = parse(text, _FRAMES)
    except UnreadableError as error:
        return _unread(error, None)
    return _event(frame, dialect)


def _event(frame: wire.Frame, dialect: Dialect) -> FrameEvent:
    cursor = None
    try:
        cursor = Cursor(checked_id(frame.cursor)) if frame.cursor else None
        read = _READERS.get(frame.type)
        if read is None:
            raise UnreadableError("unknown_type", f"frames of type {frame.type} are not known to {dialect.name}")
        return read(frame, cursor)
    except UnreadableError as error:
        return _unread(error, cursor)


def _unread(error: UnreadableError, cursor: Cursor | None) -> Unread:
    return Unread(error.kind, line(str(error), REASON_LONGEST), cursor)


def _connected(frame: wire.Frame, _: Cursor | None) -> LinkWelcomed:
    shape = parse(frame.data, _CONNECTED)
    try:
        server_time = seconds(shape.server_time)
    except ValueError:
        raise UnreadableError("bad_time", "a time that cannot be read") from None
    cursor = Cursor(checked_id(shape.cursor))
    agent = shapes.agent_id(shape.agent_id)
    return LinkWelcomed(agent, server_time, shape.resumed, cursor, shape.report_metrics_every)


def _message(frame: wire.Frame, cursor: Cursor | None) -> MessageArrived:
    return MessageArrived(shapes.message(parse(frame.data, _MESSAGES)), cursor)


def _session(frame: wire.Frame, cursor: Cursor | None) -> SessionChanged:
    return SessionChanged(shapes.session(parse(frame.data, _SESSIONS)), cursor)


def _assigned(frame: wire.Frame, cursor: Cursor | None) -> SessionAssigned:
    shape = parse(frame.data, _ASSIGNED)
    return SessionAssigned(
        session=shapes.session(shape.session),
        previous=shapes.agent_id_or_none(shape.previous_agent_id),
        by=shapes.agent_id_or_none(shape.by_agent_id),
        cursor=cursor,
    )


def _typing(frame: wire.Frame, _: Cursor | None) -> TypingSeen:
    shape = parse(frame.data, _TYPING)
    return TypingSeen(
        session=shapes.session_id(frame.session_id),
        author=shapes.author(shape.author_type, shape.author_id, shape.author_name),
        active=frame.type == wire.TYPING_START,
    )


def _receipt(frame: wire.Frame, cursor: Cursor | None) -> ReceiptSeen:
    shape = parse(frame.data, _RECEIPTS)
    reader = shapes.author_type(shape.reader_type)
    return ReceiptSeen(shapes.session_id(frame.session_id), reader, whole(max(0, shape.up_to)), cursor)


def _mark(frame: wire.Frame, cursor: Cursor | None) -> ReadMarkMoved:
    shape = parse(frame.data, _MARKS)
    session = shapes.session_id(frame.session_id)
    return ReadMarkMoved(session, shape.up_to, shape.unread_count, back=shape.back, cursor=cursor)


def _erased(frame: wire.Frame, cursor: Cursor | None) -> SessionsErased:
    shape = parse(frame.data, _ERASED)
    return SessionsErased(tuple(map(shapes.session_id, shape.session_ids)), cursor)


def _presence(frame: wire.Frame, _: Cursor | None) -> PresenceSeen:
    return PresenceSeen(shapes.agent(parse(frame.data, _AGENTS)))


def _complaint(frame: wire.Frame, _: Cursor | None) -> ServerComplained:
    shape = parse(frame.data, _ERRORS)
    return ServerComplained(line(shape.code), line(shape.error), shape.retryable)


_FRAMES = msgspec.json.Decoder(wire.Frame)
_CONNECTED = msgspec.json.Decoder(wire.Connected)
_MESSAGES = msgspec.json.Decoder(wire.Message)
_SESSIONS = msgspec.json.Decoder(wire.Session)
_ASSIGNED = msgspec.json.Decoder(wire.Assigned)
_TYPING = msgspec.json.Decoder(wire.Typing)
_RECEIPTS = msgspec.json.Decoder(wire.Receipt)
_MARKS = msgspec.json.Decoder(wire.ReadMark)
_ERASED = msgspec.json.Decoder(wire.Erased)
_AGENTS = msgspec.json.Decoder(wire.Agent)
_ERRORS = msgspec.json.Decoder(wire.FrameError)

_READERS: Final[dict[str, Callable[[wire.Frame, Cursor | None], FrameEvent]]] = {
    wire.CONNECTED: _connected,
    wire.CHAT_MESSAGE: _message,
    wire.SESSION_UPDATE: _session,
    wire.SESSION_ASSIGNED: _assigned,
    wire.SESSION_ERASED: _erased,
    wire.TYPING_START: _typing,
    wire.TYPING_STOP: _typing,
    wire.READ_RECEIPT: _receipt,
    wire.READ_MARK: _mark,
    wire.AGENT_PRESENCE: _presence,
    wire.ERROR: _complaint,
}
