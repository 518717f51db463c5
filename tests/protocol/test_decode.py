"""Frames to events: each kind, every kind of rubbish, and no text that a terminal obeys."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.samples import AGENT, AT, MESSAGE, NOW, SESSION, frame
from tms_tui.domain.events import (
    LinkWelcomed,
    MessageArrived,
    PresenceSeen,
    ReceiptSeen,
    ServerComplained,
    SessionAssigned,
    SessionChanged,
    SessionsErased,
    TypingSeen,
    Unread,
)
from tms_tui.domain.ids import AgentId, Cursor, MessageId, SessionId, TenantId
from tms_tui.domain.model import (
    Agent,
    Author,
    AuthorType,
    Availability,
    Blocked,
    BlockScope,
    Customer,
    Message,
    Preview,
    Priority,
    Role,
    Session,
    SessionStatus,
)
from tms_tui.domain.text import CleanText, clean, clean_line
from tms_tui.domain.value import Value, fields
from tms_tui.protocol import wire
from tms_tui.protocol.decode import decode_frame

HOSTILE = json.loads((Path(__file__).parents[1] / "hostile-text.json").read_text())
ANA = Author(AuthorType.VISITOR, None, CleanText("Ana"))
TALK = SessionId("s1")
LATER = Cursor("9")


def test_a_message() -> None:
    expected = Message(MessageId("m1"), TALK, 4, ANA, CleanText("Where is my order?"), AT)
    assert decode_frame(frame(wire.CHAT_MESSAGE, MESSAGE)) == MessageArrived(expected, LATER)


def test_a_session() -> None:
    customer = Customer(
        id="c1",
        name=CleanText("Ana"),
        email=CleanText("ana@example.com"),
        online=True,
        last_seen_at=AT,
        page_url=CleanText("https://example.com/cart"),
        locale=CleanText("pt-BR"),
        info=(
            (CleanText("plan"), CleanText("gold")),
            (CleanText("orders"), CleanText("3")),
            (CleanText("address"), CleanText('{"city":"Recife"}')),
        ),
    )
    expected = Session(
        id=TALK,
        tenant=TenantId("t1"),
        status=SessionStatus.ACTIVE,
        customer=customer,
        started_at=AT,
        last_activity_at=AT,
        version=7,
        assigned_agent=AgentId("a1"),
        assigned_agent_name=CleanText("Dana"),
        assigned_at=AT,
        waiting_since=AT,
        tags=(CleanText("vip"),),
        priority=Priority.HIGH,
        last_message=Preview(
            MessageId("m1"), AuthorType.VISITOR, CleanText("Ana"), CleanText("Where is\u21b5my order?"), AT
        ),
        unread=2,
    )
    assert decode_frame(frame(wire.SESSION_UPDATE, SESSION)) == SessionChanged(expected, LATER)
    handed = frame(wire.SESSION_ASSIGNED, {"session": SESSION, "previous_agent_id": "a2", "by_agent_id": None})
    assert decode_frame(handed) == SessionAssigned(expected, AgentId("a2"), None, LATER)


def test_a_session_whose_customer_is_blocked() -> None:
    shape = {"scope": "customer", "at": NOW, "reason": "spam\x1b[2J", "until": None, "by_agent_id": "a1"}
    told = decode_frame(frame(wire.SESSION_UPDATE, SESSION | {"blocked": shape | {"session_id": "s1"}}))
    assert isinstance(told, SessionChanged)
    blocked = Blocked(BlockScope.CUSTOMER, AT, CleanText("spam\u241b[2J"), by=AgentId("a1"), session=TALK)
    assert told.session.blocked == blocked
    novel = decode_frame(frame(wire.SESSION_UPDATE, SESSION | {"blocked": shape | {"scope": "planet"}}))
    assert isinstance(novel, SessionChanged)
    assert novel.session.blocked is not None
    assert novel.session.blocked.scope is BlockScope.CONVERSATION, "what is not known yet counts as the least"


def test_erased_sessions() -> None:
    told = decode_frame(frame(wire.SESSION_ERASED, {"session_ids": ["s1", "s2"]}))
    assert told == SessionsErased((TALK, SessionId("s2")), LATER)


def test_typing() -> None:
    data = {"author_type": "visitor", "author_name": "Ana"}
    assert decode_frame(frame(wire.TYPING_START, data)) == TypingSeen(TALK, ANA, active=True)
    assert decode_frame(frame(wire.TYPING_STOP, data)) == TypingSeen(TALK, ANA, active=False)


def test_receipt_presence_complaint_and_welcome() -> None:
    receipt = decode_frame(frame(wire.READ_RECEIPT, {"reader_type": "visitor", "up_to": 3}))
    assert receipt == ReceiptSeen(TALK, AuthorType.VISITOR, 3, LATER)
    dana = Agent(AgentId("a1"), CleanText("Dana"), CleanText("dana@example.com"), Role.ADMIN, Availability.BUSY, TALK)
    assert decode_frame(frame(wire.AGENT_PRESENCE, AGENT)) == PresenceSeen(dana)
    complaint = decode_frame(frame(wire.ERROR, {"code": "unknown_type", "error": "What?", "retryable": True}))
    assert complaint == ServerComplained("unknown_type", CleanText("What?"), retryable=True)
    welcome = {"agent_id": "a1", "server_time": NOW, "resumed": False, "cursor": "9"}
    assert decode_frame(frame(wire.CONNECTED, welcome)) == LinkWelcomed(AgentId("a1"), AT, resumed=False, cursor=LATER)


def test_unknown_keys_are_ignored_and_left_out_ones_filled() -> None:
    needed = {key: MESSAGE[key] for key in ("id", "session_id", "seq", "content", "author_type", "author_name")}
    bare = json.dumps({"type": "chat_message", "data": needed | {"created_at": NOW, "novel": [1]}, "novel": {}})
    whole = decode_frame(frame(wire.CHAT_MESSAGE, MESSAGE, cursor=None))
    assert decode_frame(bare) == whole


@pytest.mark.parametrize(
    ("shape", "field", "read"),
    [
        (MESSAGE, "message_type", "text"),
        (SESSION, "priority", "normal"),
        (AGENT, "role", "agent"),
        (AGENT, "availability", "offline"),
    ],
)
def test_words_of_a_later_server_do_not_hide_what_they_describe(shape: dict[str, Any], field: str, read: str) -> None:
    kinds = {id(MESSAGE): wire.CHAT_MESSAGE, id(SESSION): wire.SESSION_UPDATE, id(AGENT): wire.AGENT_PRESENCE}
    kind = kinds[id(shape)]
    assert decode_frame(frame(kind, shape | {field: "novel"})) == decode_frame(frame(kind, shape | {field: read}))


def test_the_same_author_is_the_same_object() -> None:
    first, second = (decode_frame(frame(wire.CHAT_MESSAGE, MESSAGE | {"id": id_})) for id_ in ("m1", "m2"))
    assert isinstance(first, MessageArrived)
    assert isinstance(second, MessageArrived)
    assert first.message.author is second.message.author
    assert first.message.session is second.message.session


GOOD = frame(wire.CHAT_MESSAGE, MESSAGE).decode()


@pytest.mark.parametrize(
    ("raw", "kind", "cursor"),
    [
        ("", "not_json", None),
        (GOOD[:-2], "not_json", None),
        (GOOD + GOOD, "not_json", None),
        (GOOD.replace("4", "NaN", 1), "not_json", None),
        ("null", "bad_shape", None),
        ("7", "bad_shape", None),
        ("[]", "bad_shape", None),
        ("{}", "bad_shape", None),
        ('{"type": "chat_message"}', "bad_shape", None),
        ('{"type": "chat_message", "data": null, "cursor": "9"}', "bad_shape", "9"),
        (GOOD.replace('"seq": 4', '"seq": ' + "9" * 5000), "bad_shape", "9"),
        (GOOD.replace('"seq": 4', '"seq": "4"'), "bad_shape", "9"),
        (GOOD.replace('"seq": 4', '"seq": 1e999'), "bad_shape", "9"),
        (GOOD.replace('"content"', '"contents"'), "bad_shape", "9"),
        (GOOD.replace(NOW, "0001-01-01T00:00:00Z"), "bad_time", "9"),
        (GOOD.replace(f'"created_at": "{NOW}"', '"created_at": "yesterday"'), "bad_time", "9"),
        (GOOD.replace(f'"created_at": "{NOW}"', '"created_at": "9999-12-31T23:59:59-14:00"'), "bad_time", "9"),
        (GOOD.replace('"m1"', '"m\\u001b1"'), "bad_id", "9"),
        (GOOD.replace('"m1"', '""'), "bad_id", "9"),
        (GOOD.replace('"s1", "seq"', '"s 1", "seq"'), "bad_id", "9"),
        (GOOD.replace('"s1", "seq"', '"..", "seq"'), "bad_id", "9"),
        (GOOD.replace('"visitor", "author_id"', '"robot", "author_id"'), "bad_value", "9"),
        (GOOD.replace('"cursor": "9"', '"cursor": "\\n"'), "bad_id", None),
        (GOOD.replace("chat_message", "chat_\\u001b[2J"), "unknown_type", "9"),
        ('{"type": "x", "data": ' + "[" * 200_000, "too_deep", None),
        ('{"type": "x", "data": ' + "[" * 200_000 + "]" * 200_000 + "}", "too_deep", None),
    ],
)
def test_rubbish_is_unread(raw: str, kind: str, cursor: str | None) -> None:
    for each in (raw, raw.encode()):
        event = decode_frame(each)
        assert isinstance(event, Unread)
        assert event.kind == kind
        assert event.cursor == cursor
        assert event.reason == clean_line(event.reason) != ""


@pytest.mark.parametrize("tags", [None, "vip", [None], [["vip"]], {}])
def test_another_shape_for_a_list_is_unread(tags: object) -> None:
    event = decode_frame(frame(wire.SESSION_UPDATE, SESSION | {"tags": tags}))
    assert isinstance(event, Unread)
    assert (event.kind, event.cursor) == ("bad_shape", LATER)


def test_a_frame_about_no_session_is_unread() -> None:
    typing = {"author_type": "visitor", "author_name": "Ana"}
    event = decode_frame(frame(wire.TYPING_START, typing, session_id=None))
    assert isinstance(event, Unread)


@pytest.mark.parametrize("depth", range(150, 1200, 50))
def test_no_depth_of_a_visitors_facts_gets_through(depth: int) -> None:
    deep = '{"a":' * depth + "1" + "}" * depth
    raw = json.dumps(SESSION | {"customer": {"name": "Ana", "info": {"x": "@"}}}).replace('"@"', deep)
    event = decode_frame(f'{{"type": "session_update", "data": {raw}}}')
    assert isinstance(event, SessionChanged | Unread)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("\ufeff" + GOOD, "Where is my order?"),
        (GOOD + "\n", "Where is my order?"),
        (GOOD.replace("Where", "\\ud800"), "\ufffd is my order?"),
        (GOOD.replace("Where", "\\udc00\\udc00"), "\ufffd\ufffd is my order?"),
        (GOOD.replace("Where", "\\ud83d\\ude00 \\ud83d"), "\U0001f600 \ufffd is my order?"),
        (GOOD.replace("Where", "\\\\ud800 \\ud800"), "\\ud800 \ufffd is my order?"),
        (GOOD.replace("Where", "\ud800"), "\ufffd" * 3 + " is my order?"),
        (GOOD.encode().replace(b"Where", b"\xff\xfe"), "\ufffd\ufffd is my order?"),
        (GOOD.replace('"seq": 4', '"seq": 9, "seq": 4'), "Where is my order?"),
    ],
)
def test_what_one_bad_character_spoils_is_mended(raw: str | bytes, text: str) -> None:
    event = decode_frame(raw)
    assert isinstance(event, MessageArrived)
    assert event.message.text == text
    assert event.message.seq == 4


def test_neutralised_characters_are_counted() -> None:
    event = decode_frame(frame(wire.CHAT_MESSAGE, MESSAGE | {"content": "a\x1b[31m\u202eb\nc"}))
    assert isinstance(event, MessageArrived)
    assert (event.message.text, event.message.tampered) == ("a\u241b[31mb\nc", 2)


def test_a_text_beyond_all_limits_is_cut_and_says_so() -> None:
    event = decode_frame(frame(wire.CHAT_MESSAGE, MESSAGE | {"content": "x" * 100_000, "author_name": "y" * 100_000}))
    assert isinstance(event, MessageArrived)
    assert event.message.text == "x" * 32_000 + "\n(\u2026 68000 more characters)"
    assert len(event.message.author.name) == 200


@pytest.mark.parametrize("hostile", HOSTILE, ids=[case["name"] for case in HOSTILE])
def test_hostile_text_is_clean_in_every_field(hostile: dict[str, str]) -> None:
    text = hostile["text"]
    message = MESSAGE | {"content": text, "author_name": text}
    customer = SESSION["customer"] | {"name": text, "email": text, "page_url": text, "locale": text}
    session = SESSION | {
        "customer": customer | {"info": {text: text, "deep": {text: [text]}}},
        "assigned_agent_name": text,
        "tags": [text],
        "last_message": SESSION["last_message"] | {"author_name": text, "preview": text},
    }
    frames = [
        frame(wire.CHAT_MESSAGE, message),
        frame(wire.SESSION_UPDATE, session),
        frame(wire.TYPING_START, {"author_type": "agent", "author_name": text}),
        frame(wire.AGENT_PRESENCE, AGENT | {"name": text, "email": text}),
        frame(wire.ERROR, {"code": text, "error": text}),
    ]
    events = [decode_frame(each) for each in frames]
    assert [type(event) for event in events] == [
        MessageArrived,
        SessionChanged,
        TypingSeen,
        PresenceSeen,
        ServerComplained,
    ]
    events += [decode_frame(frame(text, {})), decode_frame(frame(wire.CHAT_MESSAGE, MESSAGE | {"id": text}))]
    for event in events:
        assert_clean(event)
    arrived = events[0]
    assert isinstance(arrived, MessageArrived)
    assert arrived.message.text == clean(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
SHAPES = {
    wire.CHAT_MESSAGE: MESSAGE,
    wire.SESSION_UPDATE: SESSION,
    wire.SESSION_ASSIGNED: {"session": SESSION},
    wire.SESSION_ERASED: {"session_ids": ["s1", "s2"]},
    wire.TYPING_START: {"author_type": "visitor", "author_name": "Ana"},
    wire.READ_RECEIPT: {"reader_type": "visitor", "up_to": 3},
    wire.AGENT_PRESENCE: AGENT,
    wire.ERROR: {"code": "x", "error": "y"},
    wire.CONNECTED: {"agent_id": "a1", "server_time": NOW, "resumed": True, "cursor": "9"},
}


@given(st.data())
def test_a_frame_bent_in_any_place_never_raises_and_is_always_clean(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(SHAPES)))
    whole: dict[str, Any] = {"type": kind, "session_id": "s1", "data": SHAPES[kind], "cursor": "9"}
    for _ in range(data.draw(st.integers(0, 3))):
        whole = bent(whole, data)
    assert_clean(decode_frame(json.dumps(whole)))


@given(st.binary(max_size=60) | st.text(st.characters(), max_size=60))
def test_any_bytes_and_any_text_are_an_event(raw: bytes | str) -> None:
    assert_clean(decode_frame(raw))


@given(st.binary(max_size=8), st.integers(0, len(GOOD)), st.integers(0, 8))
def test_a_good_frame_with_bytes_struck_out_and_put_in_is_an_event(new: bytes, at: int, out: int) -> None:
    good = GOOD.encode()
    assert_clean(decode_frame(good[:at] + new + good[at + out :]))


def bent(value: Any, data: st.DataObject) -> Any:
    """`value` with something else in one place, or without that place."""
    if not isinstance(value, dict) or not value or data.draw(st.integers(0, 5)) == 0:
        return data.draw(JSON)
    key = data.draw(st.sampled_from(sorted(value)))
    rest = {other: value[other] for other in value if other != key}
    return rest if data.draw(st.integers(0, 5)) == 0 else rest | {key: bent(value[key], data)}


def assert_clean(value: object) -> None:
    """Nothing anywhere in `value` that cleaning would change."""
    for text in texts(value):
        assert clean(text) == text or text == ""


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    elif isinstance(value, Value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))
