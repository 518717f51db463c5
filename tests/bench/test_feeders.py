"""The fake servers speak what their clients expect."""

import socket
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.bench.seat import FeederProcess
from tests.bench.tms_desk import CONVERSATIONS, FIRST_MESSAGES, session_id
from tms_tui.domain.events import LinkWelcomed, MessageArrived
from tms_tui.protocol.decode import decode_frame


@pytest.fixture
def tms() -> Iterator[FeederProcess]:
    with closing(FeederProcess("tests.bench.tms_feeder")) as feeder:
        yield feeder


@pytest.fixture
def rest(tms: FeederProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{tms.port}/v1", trust_env=False) as client:
        yield client


@pytest.fixture
def ws(tms: FeederProcess) -> Iterator[ClientConnection]:
    url = f"ws://127.0.0.1:{tms.port}/v1/chat/agent/ws?agent_id=agent-1"
    with connect(url, proxy=None) as connection:
        assert isinstance(decode_frame(connection.recv()), LinkWelcomed)
        tms.ask("wait_client")
        yield connection


def arrived(ws: ClientConnection) -> MessageArrived:
    event = decode_frame(ws.recv(timeout=5))
    assert isinstance(event, MessageArrived)
    return event


def test_signing_in_names_the_agent(rest: httpx.Client) -> None:
    answer = rest.post("/auth/login", json={"email": "bench@example.test", "password": "any"}).json()
    assert answer["user"]["id"] == "agent-1"


def test_the_list_is_read_page_by_page_and_holds_two_hundred(rest: httpx.Client) -> None:
    found: list[str] = []
    after: str | None = "0"
    while after is not None:
        page = rest.get("/chat/sessions", params={"status": "active", "limit": 50, "after": after}).json()
        found += [session["id"] for session in page["sessions"]]
        after = page["next"]
    assert len(found) == len(set(found)) == CONVERSATIONS
    assert rest.get("/chat/sessions", params={"status": "pending"}).json()["sessions"] == []


def test_a_message_goes_over_the_socket_into_the_page_and_the_log(
    tms: FeederProcess, rest: httpx.Client, ws: ClientConnection
) -> None:
    before = rest.get("/chat/sessions").json()["cursor"]
    tms.ask("send", text="where is it", to=7)
    event = arrived(ws)
    assert event.message.text == "where is it"
    page = rest.get(f"/chat/sessions/{session_id(7)}/messages").json()["messages"]
    assert [message["seq"] for message in page] == list(range(1, FIRST_MESSAGES + 2))
    log = rest.get("/chat/events", params={"after": before}).json()
    assert [one["data"]["id"] for one in log["events"]] == [event.message.id]
    assert (log["cursor"], log["has_more"]) == (event.cursor, False)


def test_a_burst_stands_nowhere_before_it_is_released(
    tms: FeederProcess, rest: httpx.Client, ws: ClientConnection
) -> None:
    tms.ask("prepare", count=500, last="ENDOFALL", to=1)
    assert len(rest.get(f"/chat/sessions/{session_id(1)}/messages").json()["messages"]) == FIRST_MESSAGES
    tms.ask("release")
    seqs = [arrived(ws).message.seq for _ in range(500)]
    assert seqs == list(range(FIRST_MESSAGES + 1, FIRST_MESSAGES + 501))
    page = rest.get(f"/chat/sessions/{session_id(1)}/messages", params={"before": 401, "limit": 50}).json()
    assert [page["messages"][0]["seq"], page["messages"][-1]["seq"], page["has_more"]] == [351, 400, True]


def test_a_stream_marks_messages_and_can_be_ended(tms: FeederProcess, ws: ClientConnection) -> None:
    tms.ask("stream", rate=1000, count=100_000, mark=2, to=1)
    texts = [arrived(ws).message.text for _ in range(6)]
    answer = tms.ask("finish", now=True)
    assert 6 <= answer["sent"] < 100_000
    for text, (mark, _) in zip(texts[1::2], answer["marks"], strict=False):
        assert text.startswith(mark)


def test_a_send_repeated_is_one_message(rest: httpx.Client, ws: ClientConnection) -> None:
    path, body = f"/chat/sessions/{session_id(2)}/messages", {"content": "hello", "client_message_id": str(uuid4())}
    first, again = rest.post(path, json=body), rest.post(path, json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert arrived(ws).message.id == first.json()["id"]


def test_what_is_not_there_is_a_404(rest: httpx.Client) -> None:
    assert rest.get("/nothing").status_code == 404


def test_an_irc_client_is_seated_and_spoken_to() -> None:
    with (
        closing(FeederProcess("tests.bench.irc_feeder")) as feeder,
        socket.create_connection(("127.0.0.1", feeder.port), timeout=5) as line,
        line.makefile("rb") as lines,
    ):
        line.sendall(b"CAP LS 302\r\nNICK me\r\nUSER me 0 * :me\r\n")
        feeder.ask("wait_client")
        feeder.ask("send", text="is it open", to=1)
        spoken = next(text for text in lines if b"PRIVMSG" in text)
    assert spoken.endswith(b" PRIVMSG #desk :is it open\r\n")
