"""Requests as HTTP and their answers: spelling, shapes, refusals."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.samples import AGENT, MESSAGE, SESSION, frame
from tms_tui.domain import effects, events
from tms_tui.domain.effects import Request, SessionQuery
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.ids import AgentId, Cursor, PageToken, SendId, SessionId
from tms_tui.domain.model import Availability, Draft, Priority, SessionStatus
from tms_tui.domain.text import CleanText
from tms_tui.protocol import wire
from tms_tui.protocol.refusals import HttpAnswer
from tms_tui.protocol.rest import read, spell

TALK = SessionId("s1")
DRAFT = Draft(SendId("u1"), TALK, "Hello\n\u00e9", private=True, asked_at=0.0)
QUERY = SessionQuery(SessionStatus.ENDED, "M\u00fcller", "c1", 20)
SEND = effects.Transmit(DRAFT)
ASSIGN = effects.Assign(TALK, AgentId("a1"))


@pytest.mark.parametrize(
    ("request_", "call"),
    [
        (
            effects.ReadSessions(QUERY, PageToken("p2")),
            (
                "GET /v1/chat/sessions",
                {"status": "ended", "q": "M\u00fcller", "customer_id": "c1", "limit": "20", "after": "p2"},
                None,
            ),
        ),
        (effects.ReadSessions(SessionQuery()), ("GET /v1/chat/sessions", {"limit": "200"}, None)),
        (effects.ReadSession(SessionId("a/b?")), ("GET /v1/chat/sessions/a%2Fb%3F", {}, None)),
        (effects.ReadPage(TALK, before=9), ("GET /v1/chat/sessions/s1/messages", {"before": "9", "limit": "50"}, None)),
        (
            effects.ReadPage(TALK, after=0, limit=7),
            ("GET /v1/chat/sessions/s1/messages", {"after": "0", "limit": "7"}, None),
        ),
        (effects.ReadLog(Cursor("9")), ("GET /v1/chat/events", {"after": "9", "limit": "200"}, None)),
        (effects.ReadAgents(), ("GET /v1/agents", {}, None)),
        (effects.ReadCanned(), ("GET /v1/chat/canned-responses", {}, None)),
        (
            effects.Transmit(DRAFT, 4),
            (
                "POST /v1/chat/sessions/s1/messages",
                {},
                {"content": "Hello\n\u00e9", "client_message_id": "u1", "is_private": True, "if_last_seq": 4},
            ),
        ),
        (
            effects.Transmit(Draft(SendId("u1"), TALK, "a\ud800b", private=False, asked_at=0.0)),
            ("POST /v1/chat/sessions/s1/messages", {}, {"content": "a\ufffdb", "client_message_id": "u1"}),
        ),
        (ASSIGN, ("POST /v1/chat/sessions/s1/assign", {}, {"agent_id": "a1", "expected_agent_id": None})),
        (
            effects.Assign(TALK, None, checked=False, note="back"),
            ("POST /v1/chat/sessions/s1/assign", {}, {"agent_id": None, "note": "back"}),
        ),
        (
            effects.SetStatus(TALK, SessionStatus.PENDING, 1767225600.5),
            (
                "POST /v1/chat/sessions/s1/status",
                {},
                {"status": "pending", "pending_until": "2026-01-01T00:00:00.500Z"},
            ),
        ),
        (
            effects.SetStatus(TALK, SessionStatus.ENDED),
            ("POST /v1/chat/sessions/s1/status", {}, {"status": "ended"}),
        ),
        (
            effects.Label(TALK, tags=(CleanText("vip"),)),
            ("PATCH /v1/chat/sessions/s1", {}, {"tags": ["vip"]}),
        ),
        (effects.Label(TALK, priority=Priority.LOW), ("PATCH /v1/chat/sessions/s1", {}, {"priority": "low"})),
        (effects.MarkRead(TALK, 3), ("POST /v1/chat/sessions/s1/read", {}, {"up_to": 3})),
        (effects.MarkUnread(TALK, 3), ("POST /v1/chat/sessions/s1/unread", {}, {"from_seq": 3})),
        (effects.MarkUnread(TALK, None), ("POST /v1/chat/sessions/s1/unread", {}, {})),
        (
            effects.SetAvailability(Availability.AWAY),
            ("PUT /v1/agents/me/availability", {}, {"availability": "away"}),
        ),
        (
            effects.PostMetrics(1, 2, 3, 4, 5, 6, 7, ((0.5, 9),), 10, 4.5),
            (
                "POST /v1/agents/me/metrics",
                {},
                {
                    "connects": 1,
                    "failures": 2,
                    "reconnects": 3,
                    "unread_frames": 4,
                    "duplicates": 5,
                    "gaps_filled": 6,
                    "deaf_lines": 7,
                    "latency": [{"le": 0.5, "count": 9}],
                    "latency_count": 10,
                    "latency_sum": 4.5,
                },
            ),
        ),
    ],
)
def test_a_request_is_spelt(request_: Request, call: tuple[str, dict[str, str], dict[str, Any] | None]) -> None:
    spelled = spell(request_)
    body = None if spelled.body is None else json.loads(spelled.body)
    assert (f"{spelled.method} {spelled.path}", dict(spelled.params), body) == call


def answer(body: Any, status: int = 200, **headers: str) -> HttpAnswer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpAnswer(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def failure(request: Request, got: HttpAnswer) -> Failure:
    told = read(request, got)
    assert isinstance(told, events.AskFailed)
    assert told.asked is request
    return told.failure


def test_a_listing_keeps_what_can_be_read() -> None:
    body = {"sessions": [SESSION, {"id": "broken"}, 7, None, SESSION | {"id": "s2"}], "next": "p2", "cursor": "9"}
    told = read(effects.ReadSessions(QUERY), answer(body))
    assert isinstance(told, events.SessionsRead)
    assert [session.id for session in told.sessions] == ["s1", "s2"]
    assert (told.query, told.next, told.cursor) == (QUERY, "p2", "9")


def test_a_page_keeps_what_can_be_read() -> None:
    body = {"messages": [MESSAGE, MESSAGE | {"created_at": "never"}, MESSAGE | {"id": "m2"}], "has_more": True}
    told = read(effects.ReadPage(TALK, before=9), answer(body))
    assert isinstance(told, events.PageRead)
    assert [message.id for message in told.messages] == ["m1", "m2"]
    assert (told.session, told.has_more, told.before, told.after) == (TALK, True, 9, None)


def test_a_log_keeps_what_cannot_be_read_as_unread() -> None:
    frames = [json.loads(frame(wire.CHAT_MESSAGE, MESSAGE)), json.loads(frame("novel", {})), "x"]
    told = read(effects.ReadLog(Cursor("8")), answer({"events": frames, "cursor": "9", "has_more": False}))
    assert isinstance(told, events.LogRead)
    assert [type(event) for event in told.events] == [events.MessageArrived, events.Unread, events.Unread]
    assert (told.after, told.cursor, told.has_more) == ("8", "9", False)


def test_null_for_a_list_is_an_empty_list() -> None:
    told = [
        read(effects.ReadSessions(QUERY), answer({"sessions": None, "cursor": "9"})),
        read(effects.ReadPage(TALK), answer({"messages": None, "has_more": False})),
        read(effects.ReadLog(Cursor("8")), answer({"events": None, "cursor": "9", "has_more": False})),
        read(effects.ReadAgents(), answer({"agents": None})),
        read(effects.ReadCanned(), answer({"responses": None})),
    ]
    assert told == [
        events.SessionsRead(QUERY, (), None, Cursor("9")),
        events.PageRead(TALK, (), has_more=False),
        events.LogRead(Cursor("8"), (), Cursor("9"), has_more=False),
        events.AgentsRead(()),
        events.CannedRead(()),
    ]


def test_single_things() -> None:
    sent = read(SEND, answer(MESSAGE, 201))
    assert isinstance(sent, events.SendStored)
    assert (sent.send_id, sent.message.id) == ("u1", "m1")
    session = read(effects.ReadSession(TALK), answer(SESSION))
    assert isinstance(session, events.SessionRead)
    assert read(ASSIGN, answer(SESSION)) == events.SessionAnswered(session.session, ASSIGN)
    assert read(effects.MarkRead(TALK, 3), answer(b"", 204)) == events.ReadMarked(TALK, 3)
    assert read(effects.PostMetrics(0, 0, 0, 0, 0, 0), answer(b"", 204)) == events.MetricsPosted()
    available = read(effects.SetAvailability(Availability.BUSY), answer(AGENT))
    assert isinstance(available, events.AvailabilitySet)
    assert available.agent.availability is Availability.BUSY


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (302, None, FailureKind.REDIRECTED),
        (400, "bad", FailureKind.INVALID),
        (401, "no_token", FailureKind.UNAUTHORIZED),
        (403, "agent_mismatch", FailureKind.FORBIDDEN),
        (404, "not_found", FailureKind.MISSING),
        (408, None, FailureKind.SERVER_ERROR),
        (409, "conversation_moved", FailureKind.MOVED_ON),
        (409, "already_assigned", FailureKind.TAKEN),
        (409, "session_ended", FailureKind.ENDED),
        (409, "novel", FailureKind.INVALID),
        (410, "cursor_expired", FailureKind.EXPIRED),
        (410, "session_erased", FailureKind.ERASED),
        (413, "too_large", FailureKind.TOO_LARGE),
        (418, "teapot", FailureKind.INVALID),
        (422, "invalid_body", FailureKind.INVALID),
        (429, "too_many", FailureKind.TOO_MANY),
        (500, None, FailureKind.SERVER_ERROR),
        (503, "draining", FailureKind.SERVER_ERROR),
        (507, None, FailureKind.SERVER_ERROR),
    ],
)
def test_refusals(status: int, code: str | None, kind: FailureKind) -> None:
    told = failure(SEND, answer({"error": "No\x1b[2J", "code": code or ""}, status))
    assert told == Failure(kind, status, code, CleanText("No\u241b[2J"))


def test_who_was_faster_is_told_with_the_conversation() -> None:
    conflict = {"error": "Taken", "code": "already_assigned", "session": SESSION}
    told = failure(ASSIGN, answer(conflict, 409))
    assert told.session is not None
    assert told.session.assigned_agent == "a1"
    assert failure(ASSIGN, answer(conflict | {"session": {"id": 7}}, 409)).kind is FailureKind.TAKEN


def test_patience_asked_for() -> None:
    assert failure(SEND, answer({}, 429, retry_after="7")).retry_after == 7.0
    date, then = "Thu, 01 Jan 2026 12:00:00 GMT", "Thu, 01 Jan 2026 12:01:00 GMT"
    assert failure(SEND, answer({}, 503, retry_after=then, date=date)).retry_after == 60.0
    assert failure(SEND, answer({}, 429)).retry_after is None


def test_a_foreign_answer_is_excerpted() -> None:
    page = b"<html>\n  <h1>Sign in\x1b to the hotel \xff</h1>" + b"x" * 5000
    for status, kind in ((200, FailureKind.UNREADABLE), (502, FailureKind.SERVER_ERROR)):
        told = failure(effects.ReadAgents(), answer(page, status))
        assert told.kind is kind
        assert told.words.startswith("<html> <h1>Sign in\u241b to the hotel \ufffd</h1>x")
        assert len(told.words) == 80


EVERY_REQUEST: list[Request] = [
    effects.ReadSessions(QUERY),
    effects.ReadSession(TALK),
    effects.ReadPage(TALK),
    effects.ReadLog(Cursor("9")),
    effects.ReadAgents(),
    effects.ReadCanned(),
    SEND,
    ASSIGN,
    effects.SetStatus(TALK, SessionStatus.ENDED),
    effects.Label(TALK),
    effects.MarkRead(TALK, 1),
    effects.MarkUnread(TALK, 1),
    effects.SetAvailability(Availability.AWAY),
    effects.PostMetrics(0, 0, 0, 0, 0, 0),
]


@pytest.mark.parametrize("request_", EVERY_REQUEST)
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b"7", b"[" * 100_000, b"\xff", b'{"agents": 7}'])
def test_a_2xx_of_another_shape_is_unreadable(request_: Request, body: bytes) -> None:
    told = read(request_, answer(body))
    if isinstance(request_, effects.MarkRead | effects.PostMetrics):
        assert not isinstance(told, events.AskFailed)
    else:
        assert isinstance(told, events.AskFailed)
        assert told.failure.kind is FailureKind.UNREADABLE


@given(st.sampled_from(EVERY_REQUEST), st.integers(100, 599), st.binary(max_size=80), st.text(max_size=20))
def test_any_answer_is_read(request_: Request, status: int, body: bytes, header: str) -> None:
    told = read(request_, answer(body, status, retry_after=header, date=header, location=header))
    assert isinstance(told, events.AskFailed | events.ReadMarked | events.MetricsPosted)
