"""The agents' socket against scripted servers: order, endings, pings, cancelling, discretion."""

import asyncio
import itertools
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve

from tests.transport import scripted
from tests.transport.scripted import CERTIFICATES, http, say, text_frame, upgrade
from tests.transport.signed_in import CANARY, SignedInAs, at
from tms_tui.domain.errors import Ending, EndingKind
from tms_tui.domain.events import Event, LinkRouted, LinkWelcomed, ServerComplained, Unread
from tms_tui.domain.ids import AgentId, Cursor, SessionId
from tms_tui.domain.secret import Secret
from tms_tui.domain.text import CleanText
from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.timings import Timings
from tms_tui.transport.websocket import WebSocketLink

WELCOME = json.dumps(
    {
        "type": "connected",
        "data": {"agent_id": "agent-1", "server_time": "2026-01-01T00:00:00Z", "resumed": True, "cursor": "c1"},
    }
)


def complaint(number: int) -> str:
    return json.dumps({"type": "error", "data": {"code": str(number), "error": "words"}})


def ignore(_: Event) -> None:
    """Events do not matter here."""


def link_to(server: ServerAddress, timings: Timings | None = None) -> WebSocketLink:
    return WebSocketLink(server, SignedInAs(server.origin), timings=timings)


async def ending_of(port: int, timings: Timings | None = None) -> Ending:
    return await link_to(at(port), timings).run(None, ignore)


Handler = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Server]:
    async with serve(handler, "127.0.0.1", 0, compression=None) as server:
        yield server


def port_of(server: Server) -> int:
    port: int = next(iter(server.sockets)).getsockname()[1]
    return port


async def test_events_come_in_the_order_in_which_they_were_sent() -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.send(WELCOME)
        for number in range(1000):
            await connection.send(complaint(number))

    taken: list[Event] = []
    async with serving(handler) as server:
        ending = await link_to(at(port_of(server))).run(None, taken.append)
    assert ending == Ending(EndingKind.CLOSED, 1000)
    assert isinstance(taken[0], LinkWelcomed)
    assert [event.code for event in taken if isinstance(event, ServerComplained)] == [str(n) for n in range(1000)]


async def test_token_goes_in_the_header_and_identity_and_cursor_in_the_query() -> None:
    async with scripted.scripted(upgrade(then=scripted.hang_up)) as server:
        await link_to(at(server.port)).run(Cursor("c 7/+"), ignore)
    (seen,) = server.seen
    target = urlsplit(seen.target)
    assert target.path == "/v1/chat/agent/ws"
    assert parse_qs(target.query) == {"agent_id": ["agent-1"], "after": ["c 7/+"]}
    assert seen.headers["authorization"] == f"Bearer {CANARY}"
    assert CANARY not in seen.target
    assert "sec-websocket-extensions" not in seen.headers


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 1012, 1013, 4401, 4403, 4409, 4413, 4429, 4999])
async def test_close_frames_give_code_and_clean_words(code: int) -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.close(code, "go\x1b]0;pwn\x07 away\n")

    async with serving(handler) as server:
        ending = await ending_of(port_of(server))
    assert (ending.kind, ending.code) == (EndingKind.CLOSED, code)
    assert ending.words == "go\u241b]0;pwn\u2407 away"


@pytest.mark.parametrize("how", [scripted.hang_up, scripted.reset])
async def test_a_line_that_breaks_without_a_close_frame_is_lost(how: scripted.Act) -> None:
    async with scripted.scripted(upgrade(text_frame(WELCOME.encode()), then=how)) as server:
        ending = await ending_of(server.port)
    assert ending.kind is EndingKind.LOST


async def test_a_missing_pong_ends_the_socket_as_silent() -> None:
    taken: list[Event] = []
    async with scripted.scripted(upgrade(text_frame(WELCOME.encode()))) as server:
        quick = Timings(ping_every=0.05, pong_within=0.05, close_within=0.05)
        ending = await link_to(at(server.port), quick).run(None, taken.append)
    assert ending == Ending(EndingKind.SILENT)
    assert len(taken) == 1


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        (http(401, b'{"error":"log in","code":"x"}'), Ending(EndingKind.REFUSED, 401, CleanText("log in"))),
        (http(403, b'{"error":"no\\u001b[2J","code":"x"}'), Ending(EndingKind.REFUSED, 403, CleanText("no\u241b[2J"))),
        (
            http(404, b"<html>nothing\n here</html>"),
            Ending(EndingKind.REFUSED, 404, CleanText("<html>nothing here</html>")),
        ),
        (http(429, b"", Retry_After="7"), Ending(EndingKind.REFUSED, 429, retry_after=7.0)),
        (
            http(503, b"x" * 500, Retry_After="1e9"),
            Ending(EndingKind.REFUSED, 503, CleanText("x" * 79 + "\u2026"), 900.0),
        ),
        (http(200, b"<p>Sign in to WiFi"), Ending(EndingKind.REFUSED, 200, CleanText("<p>Sign in to WiFi"))),
    ],
)
async def test_http_instead_of_an_upgrade_is_a_refusal(answer: bytes, ending: Ending) -> None:
    async with scripted.scripted(say(answer)) as server:
        assert await ending_of(server.port) == ending


async def test_redirects_are_not_followed() -> None:
    async with scripted.scripted(upgrade()) as elsewhere:
        place = f"ws://127.0.0.1:{elsewhere.port}/v1/chat/agent/ws"
        async with scripted.scripted(say(http(302, b"", Location=place))) as server:
            ending = await ending_of(server.port)
        assert len(server.seen) == 1
    assert ending == Ending(EndingKind.REDIRECTED, 302, CleanText(place))
    assert elsewhere.connections == 0


async def test_nobody_there() -> None:
    assert await ending_of(scripted.closed_port()) == Ending(
        EndingKind.UNREACHED, words=CleanText("Connection refused")
    )


async def test_a_dead_proxy_is_named_and_not_used_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    port = scripted.closed_port()
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://anna:pw@127.0.0.1:{port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    taken: list[Event] = []
    ending = await link_to(ServerAddress.parse("https://chat.invalid")).run(None, taken.append)
    assert taken == [LinkRouted(CleanText(f"127.0.0.1:{port}"))]
    words = CleanText(f"Connection refused, through the proxy 127.0.0.1:{port} of https_proxy")
    assert ending == Ending(EndingKind.UNREACHED, words=words)
    async with scripted.scripted(upgrade(then=scripted.hang_up)) as server:
        assert (await ending_of(server.port)).kind is EndingKind.LOST


@pytest.mark.parametrize("proxy", scripted.ODD_PROXIES)
async def test_a_proxy_that_makes_no_sense_is_no_crash(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    ending = await link_to(ServerAddress.parse("https://chat.invalid")).run(None, ignore)
    assert ending.kind is EndingKind.MISCONFIGURED
    assert ending.words.startswith("https_proxy ")


async def test_a_proxy_that_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scripted.scripted(say(http(407, b""))) as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        ending = await link_to(ServerAddress.parse("https://chat.invalid")).run(None, ignore)
    assert ending.kind is EndingKind.UNREACHED
    assert "407" in ending.words
    assert ending.words.endswith(f", through the proxy 127.0.0.1:{proxy.port} of https_proxy")


async def test_a_file_of_certificates_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    ending = await link_to(ServerAddress(secure=True, host="127.0.0.1", port=443, ca_file=tmp_path / "none.pem")).run(
        None, ignore
    )
    words = f"ca_file is {tmp_path}/none.pem, which cannot be read: No such file or directory."
    assert ending == Ending(EndingKind.MISCONFIGURED, words=CleanText(words))


async def test_a_name_that_leads_nowhere() -> None:
    nowhere = ServerAddress(secure=False, host="chat.invalid", port=80, allow_cleartext=True)
    ending = await link_to(nowhere).run(None, ignore)
    assert ending.kind is EndingKind.UNREACHED
    assert ending.words


async def test_a_port_that_speaks_something_else() -> None:
    async with scripted.scripted(say(b"SSH-2.0-OpenSSH_9.2\r\n")) as server:
        ending = await ending_of(server.port)
    assert ending.kind is EndingKind.UNREACHED


async def test_a_port_that_accepts_and_says_nothing() -> None:
    async with scripted.scripted(scripted.hang) as server:
        ending = await ending_of(server.port, Timings(open_within=0.1))
    assert server.connections == 1
    assert ending == Ending(EndingKind.UNREACHED, words=CleanText("no answer in time"))


async def test_without_a_sign_in_nothing_is_dialled() -> None:
    async with scripted.scripted(upgrade()) as server:
        address = at(server.port)
        stranger = WebSocketLink(address, SignedInAs(address.origin, agent=None))
        other_origin = WebSocketLink(address, SignedInAs("https://elsewhere.example:443"))
        endings = [await stranger.run(None, ignore), await other_origin.run(None, ignore)]
    assert [(ending.kind, ending.code) for ending in endings] == [(EndingKind.REFUSED, 401)] * 2
    assert server.connections == 0


async def test_an_unencrypted_line_beyond_this_machine_is_not_dialled() -> None:
    address = ServerAddress(secure=False, host="192.0.2.1", port=80)
    assert await link_to(address).run(None, ignore) == Ending(EndingKind.CLEARTEXT)


async def test_a_frame_over_the_limit_ends_the_socket_with_1009() -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.send("x" * 2000)
        await connection.wait_closed()

    async with serving(handler) as server:
        ending = await ending_of(port_of(server), Timings(frame_largest=1000))
    assert (ending.kind, ending.code) == (EndingKind.CLOSED, 1009)


@pytest.mark.parametrize(
    ("frame", "code"),
    [(b"\xf3\x00", 1002), (b"\x88\x02\x11\x31", 4401), (b"\x88\x00", 1005)],
    ids=["broken framing", "close", "close without a code"],
)
async def test_a_line_left_open_after_the_end_is_cut(frame: bytes, code: int) -> None:
    async with scripted.scripted(upgrade(frame)) as server, asyncio.timeout(60):
        ending = await ending_of(server.port, Timings(ping_every=60.0, close_within=0.05))
    assert (ending.kind, ending.code) == (EndingKind.CLOSED, code)


async def test_rubbish_costs_a_frame_and_not_the_connection() -> None:
    rubbish: list[str | bytes] = ["", "{", "null", b"\x00\xff", "[" * 100_000, '{"type":"nova","data":{}}', "{} {}"]

    async def handler(connection: ServerConnection) -> None:
        for frame in rubbish:
            await connection.send(frame)
        await connection.send(WELCOME)

    taken: list[Event] = []
    async with serving(handler) as server:
        ending = await link_to(at(port_of(server))).run(None, taken.append)
    assert [type(event) for event in taken] == [Unread] * len(rubbish) + [LinkWelcomed]
    assert ending.code == 1000


async def test_invalid_utf8_in_a_text_is_mended() -> None:
    broken = complaint(1).replace("words", "wo\u00ffrds").encode("latin-1")
    taken: list[Event] = []
    async with scripted.scripted(upgrade(text_frame(broken), then=scripted.hang_up)) as server:
        await link_to(at(server.port)).run(None, taken.append)
    assert taken == [ServerComplained("1", CleanText("wo\ufffdrds"), retryable=False)]


async def test_one_byte_at_a_time_makes_no_difference() -> None:
    frames = [text_frame(WELCOME.encode()), *(text_frame(complaint(n).encode()) for n in range(5))]
    taken: list[Event] = []
    async with scripted.scripted(upgrade(*frames, at_once=1, then=scripted.hang_up)) as server:
        await link_to(at(server.port)).run(None, taken.append)
    assert [type(event) for event in taken] == [LinkWelcomed] + [ServerComplained] * 5


async def test_every_cut_of_the_stream_ends_in_order() -> None:
    frames = text_frame(WELCOME.encode()) + text_frame(complaint(1).encode())
    for cut in range(0, len(frames) + 1, 7):
        taken: list[Event] = []
        async with scripted.scripted(upgrade(frames[:cut], then=scripted.hang_up)) as server:
            ending = await link_to(at(server.port)).run(None, taken.append)
        assert ending.kind is EndingKind.LOST
        assert len(taken) == (cut >= len(text_frame(WELCOME.encode()))) + (cut >= len(frames))


async def test_a_burst_leaves_room_for_other_work() -> None:
    frames = b"".join(text_frame(complaint(n).encode()) for n in range(500))
    turns = 0
    turns_at: list[int] = []

    async def other_work() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with scripted.scripted(upgrade(frames, then=scripted.hang_up)) as server:
        other = asyncio.create_task(other_work())
        link = link_to(at(server.port), Timings(slice=0.0))
        await link.run(None, lambda _: turns_at.append(turns))
        other.cancel()
    assert len(turns_at) == 500
    assert all(later > earlier for earlier, later in itertools.pairwise(turns_at))


async def test_cancelling_says_goodbye() -> None:
    codes: list[int | None] = []
    gone = asyncio.Event()

    async def handler(connection: ServerConnection) -> None:
        await connection.send(WELCOME)
        await connection.wait_closed()
        codes.append(connection.close_code)
        gone.set()

    async with serving(handler) as server:
        await cancelled_once_welcomed(link_to(at(port_of(server))))
        await gone.wait()
    assert codes == [1000]


async def test_cancelling_does_not_wait_for_who_never_answers() -> None:
    async with scripted.scripted(upgrade(text_frame(WELCOME.encode()))) as server:
        link = link_to(at(server.port), Timings(hang_up_within=0.05, close_within=60.0))
        await cancelled_once_welcomed(link)


async def cancelled_once_welcomed(link: WebSocketLink) -> None:
    welcomed = asyncio.Event()
    running = asyncio.create_task(link.run(None, lambda _: welcomed.set()))
    await welcomed.wait()
    running.cancel()
    await asyncio.wait({running}, timeout=10)
    assert running.cancelled()


async def test_an_error_in_what_takes_events_comes_out_and_closes() -> None:
    def fail(_: Event) -> None:
        raise LookupError("broken rule")

    async def handler(connection: ServerConnection) -> None:
        await connection.send(WELCOME)
        await connection.wait_closed()

    async with serving(handler) as server:
        link = link_to(at(port_of(server)))
        with pytest.raises(LookupError):
            await link.run(None, fail)
    assert await link.prove() is None


async def test_proving_measures_an_open_socket_and_only_that() -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.send(WELCOME)
        await connection.wait_closed()

    async with serving(handler) as server:
        link = link_to(at(port_of(server)))
        assert await link.prove() is None
        latency: list[float | None] = []

        async def conversation(running: asyncio.Task[Ending], welcomed: asyncio.Event) -> None:
            await welcomed.wait()
            latency.append(await link.prove())
            running.cancel()

        welcomed = asyncio.Event()
        running = asyncio.create_task(link.run(None, lambda _: welcomed.set()))
        await conversation(running, welcomed)
        with pytest.raises(asyncio.CancelledError):
            await running
    assert latency[0] is not None
    assert 0 < latency[0] < 10
    assert await link.prove() is None


async def test_a_proof_that_the_end_interrupts_is_none() -> None:
    welcomed = asyncio.Event()
    release = asyncio.Event()

    async def until_released(writer: asyncio.StreamWriter, seen: scripted.Seen) -> None:
        await release.wait()
        await scripted.reset(writer, seen)

    async with scripted.scripted(upgrade(text_frame(WELCOME.encode()), then=until_released)) as server:
        link = link_to(at(server.port))
        running = asyncio.create_task(link.run(None, lambda _: welcomed.set()))
        await welcomed.wait()
        proving = asyncio.create_task(link.prove())
        await asyncio.sleep(0)
        release.set()
        assert await proving is None
        assert (await running).kind is EndingKind.LOST


async def test_signals_and_fresh_tokens_reach_the_server() -> None:
    heard: list[object] = []
    all_heard = asyncio.Event()

    async def handler(connection: ServerConnection) -> None:
        await connection.send(WELCOME)
        async for frame in connection:
            heard.append(json.loads(frame))
            if len(heard) == 4:
                all_heard.set()

    async with serving(handler) as server:
        address = at(port_of(server))
        tokens = SignedInAs(address.origin)
        link = WebSocketLink(address, tokens)
        await link.signal_typing(SessionId("s1"), active=True)
        welcomed = asyncio.Event()
        running = asyncio.create_task(link.run(None, lambda _: welcomed.set()))
        await welcomed.wait()
        await link.signal_typing(SessionId("s1"), active=True)
        await link.signal_typing(SessionId("s1"), active=False)
        await link.signal_viewing(None)
        tokens.token = "fresher"
        await link.authenticate()
        await all_heard.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    said = [{key: value for key, value in frame.items() if value} for frame in heard if isinstance(frame, dict)]
    assert said == [
        {"type": "typing_start", "session_id": "s1"},
        {"type": "typing_stop", "session_id": "s1"},
        {"type": "viewing"},
        {"type": "auth", "data": {"token": "fresher"}},
    ]
    assert isinstance(heard[2], dict)
    assert heard[2]["session_id"] is None


async def test_no_token_and_no_customer_text_in_any_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("tms_tui", "tms_tui.transport.socket", "websockets", "websockets.client"):
        caplog.set_level(logging.DEBUG, logger=name)
    secret_text = "customer-canary"

    async def handler(connection: ServerConnection) -> None:
        await connection.send(WELCOME)
        await connection.send(complaint(1).replace("words", secret_text))
        await connection.recv()
        connection.transport.abort()

    async with serve(handler, "127.0.0.1", 0, logger=logging.getLogger("server under test")) as server:
        logging.getLogger("server under test").setLevel(logging.CRITICAL)
        address = at(port_of(server))
        link = link_to(address)
        taken: list[Event] = []

        def take(event: Event) -> None:
            taken.append(event)
            if len(taken) == 2:
                sending.append(asyncio.create_task(link.authenticate()))

        sending: list[asyncio.Task[None]] = []
        await link.run(None, take)
        await asyncio.gather(*sending)
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert CANARY not in logged
    assert secret_text not in logged
    assert CANARY not in repr(link) + repr(vars(link)["_timings"]) + repr(Secret(CANARY))


@pytest.mark.parametrize(
    ("certificate", "words"),
    [("localhost", "self-signed certificate"), ("elsewhere", "127.0.0.1"), ("expired", "certificate has expired")],
)
async def test_certificates_that_are_not_valid_are_refused(certificate: str, words: str) -> None:
    ca_file = None if certificate == "localhost" else CERTIFICATES / f"{certificate}.pem"
    async with scripted.scripted(upgrade(), certificate=certificate) as server:
        address = ServerAddress(secure=True, host="127.0.0.1", port=server.port, ca_file=ca_file)
        ending = await link_to(address).run(None, ignore)
    assert ending.kind is EndingKind.UNTRUSTED
    assert words in ending.words
    assert not server.seen


async def test_a_trusted_certificate_opens_the_socket() -> None:
    taken: list[Event] = []
    act = upgrade(text_frame(WELCOME.encode()), then=scripted.hang_up)
    async with scripted.scripted(act, certificate="localhost") as server:
        ca_file = CERTIFICATES / "localhost.pem"
        address = ServerAddress(secure=True, host="127.0.0.1", port=server.port, ca_file=ca_file)
        ending = await link_to(address).run(None, taken.append)
    assert ending.kind is EndingKind.LOST
    assert taken == [LinkWelcomed(AgentId("agent-1"), 1767225600.0, resumed=True, cursor=Cursor("c1"))]
