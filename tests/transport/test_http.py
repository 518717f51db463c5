"""HTTP calls against scripted servers: what failed, and at which point."""

import json
import logging
from pathlib import Path

import pytest

from tests.transport import scripted
from tests.transport.scripted import CERTIFICATES, http, say
from tests.transport.signed_in import CANARY, SignedInAs, at
from tms_tui.domain.effects import MarkRead, ReadAgents, ReadCanned, ReadSessions, SessionQuery
from tms_tui.domain.errors import UNKNOWN_ISSUER, Failure, FailureKind
from tms_tui.domain.events import AgentsRead, AskFailed, CannedRead, ReadMarked
from tms_tui.domain.ids import SessionId
from tms_tui.domain.text import CleanText
from tms_tui.protocol.rest import HttpRequest
from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.http import HttpCaller, HttpRest
from tms_tui.transport.trust import trust

AGENTS = json.dumps({"agents": [{"id": "a1", "name": "Anna", "email": "anna@example.com"}]}).encode()


async def failure_from(caller: HttpCaller) -> Failure:
    answer = await caller.call(HttpRequest("GET", "/v1/agents"))
    await caller.aclose()
    assert isinstance(answer, Failure)
    return answer


async def test_a_request_goes_out_with_token_and_number_and_comes_back_as_an_answer() -> None:
    async with scripted.scripted(say(http(200, AGENTS)), say(http(204, b""))) as server:
        address = at(server.port)
        rest = HttpRest(address, SignedInAs(address.origin))
        agents = await rest.ask(ReadAgents())
        marked = await rest.ask(MarkRead(SessionId("s/1"), 7))
        await rest.aclose()
    assert isinstance(agents, AgentsRead)
    assert agents.agents[0].name == "Anna"
    assert marked == ReadMarked(SessionId("s/1"), 7)
    first, second = server.seen
    assert (first.method, first.target) == ("GET", "/v1/agents")
    assert (second.method, second.target, second.body) == ("POST", "/v1/chat/sessions/s%2F1/read", b'{"up_to":7}')
    assert second.headers["content-type"] == "application/json"
    assert {seen.headers["authorization"] for seen in server.seen} == {f"Bearer {CANARY}"}
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert server.connections == 1


async def test_a_prefix_stands_before_every_path() -> None:
    async with scripted.scripted(say(http(200, AGENTS))) as server:
        address = ServerAddress.parse(f"http://127.0.0.1:{server.port}/chat/")
        rest = HttpRest(address, SignedInAs(address.origin))
        await rest.ask(ReadSessions(SessionQuery(text="M\u00fcller & S\u00f6hne")))
        await rest.aclose()
    assert server.seen[0].target == "/chat/v1/chat/sessions?q=M%C3%BCller+%26+S%C3%B6hne&limit=200"


async def test_a_token_is_for_its_own_server_only() -> None:
    async with scripted.scripted(say(http(401, b""))) as server:
        rest = HttpRest(at(server.port), SignedInAs("http://127.0.0.1:1"))
        answer = await rest.ask(ReadAgents())
        await rest.aclose()
    assert isinstance(answer, AskFailed)
    assert "authorization" not in server.seen[0].headers


async def test_nobody_there_means_nothing_arrived() -> None:
    failure = await failure_from(HttpCaller(at(scripted.closed_port())))
    assert failure == Failure(FailureKind.NOT_REACHED, words=CleanText("Connection refused"))


async def test_an_unknown_name_means_nothing_arrived() -> None:
    failure = await failure_from(
        HttpCaller(ServerAddress(secure=False, host="chat.invalid", port=80, allow_cleartext=True))
    )
    assert failure.kind is FailureKind.NOT_REACHED
    assert failure.words


@pytest.mark.parametrize(
    "act",
    [
        scripted.hang_up,
        scripted.reset,
        say(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        scripted.then(say(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"), scripted.hang_up),
    ],
    ids=["end", "reset", "another protocol", "half an answer"],
)
async def test_once_sent_a_request_may_have_been_carried_out(act: scripted.Act) -> None:
    async with scripted.scripted(act) as server:
        failure = await failure_from(HttpCaller(at(server.port)))
    assert len(server.seen) == 1
    assert failure.kind is FailureKind.NO_ANSWER


async def test_silence_is_no_answer() -> None:
    async with scripted.scripted(scripted.hang) as server:
        failure = await failure_from(HttpCaller(at(server.port), answer_within=0.1))
    assert len(server.seen) == 1
    assert failure == Failure(FailureKind.NO_ANSWER, words=CleanText("no answer in time"))


async def test_an_answer_that_drips_is_given_up() -> None:
    async with scripted.scripted(scripted.drip(b"HTTP/1.1 200 OK\r\nX-Long: ")) as server:
        failure = await failure_from(HttpCaller(at(server.port), answer_within=0.2))
    assert failure.kind is FailureKind.NO_ANSWER


async def test_redirects_are_told_and_not_followed() -> None:
    async with scripted.scripted(say(http(200, AGENTS))) as elsewhere:
        place = f"http://127.0.0.1:{elsewhere.port}/v1/agents"
        async with scripted.scripted(say(http(307, b"", Location=place))) as server:
            address = at(server.port)
            rest = HttpRest(address, SignedInAs(address.origin))
            answer = await rest.ask(ReadAgents())
            await rest.aclose()
    assert isinstance(answer, AskFailed)
    assert answer.failure == Failure(FailureKind.REDIRECTED, 307, words=CleanText(place))
    assert elsewhere.connections == 0


async def test_one_byte_at_a_time_makes_no_difference() -> None:
    responses = b'{"responses":[{"shortcut":"hi","title":"Greeting","content":"Hello\\n{{customer.name}}"}]}'
    async with scripted.scripted(say(http(200, responses), at_once=1)) as server:
        address = at(server.port)
        rest = HttpRest(address, SignedInAs(address.origin))
        answer = await rest.ask(ReadCanned())
        await rest.aclose()
    assert isinstance(answer, CannedRead)
    assert answer.responses[0].content == "Hello\n{{customer.name}}"


async def test_an_endless_answer_is_left_unread() -> None:
    async with scripted.scripted(say(http(200, b"x" * 5000))) as server:
        failure = await failure_from(HttpCaller(at(server.port), largest=1000))
    assert failure.kind is FailureKind.UNREADABLE


async def test_cleartext_beyond_this_machine_is_not_called() -> None:
    failure = await failure_from(HttpCaller(ServerAddress(secure=False, host="192.0.2.1", port=80)))
    assert failure == Failure(FailureKind.CLEARTEXT)


async def test_a_proxy_of_the_environment_is_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{scripted.closed_port()}")
    async with scripted.scripted(say(http(200, AGENTS))) as server:
        caller = HttpCaller(at(server.port))
        answer = await caller.call(HttpRequest("GET", "/v1/agents"))
        await caller.aclose()
    assert not isinstance(answer, Failure)


async def test_a_dead_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    port = scripted.closed_port()
    monkeypatch.setenv("https_proxy", f"http://anna:pw@127.0.0.1:{port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    failure = await failure_from(HttpCaller(ServerAddress.parse("https://chat.invalid")))
    words = CleanText(f"Connection refused, through the proxy 127.0.0.1:{port} of https_proxy")
    assert failure == Failure(FailureKind.NOT_REACHED, words=words)


@pytest.mark.parametrize("proxy", scripted.ODD_PROXIES)
async def test_a_proxy_that_makes_no_sense_is_no_crash(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    failure = await failure_from(HttpCaller(ServerAddress.parse("https://chat.invalid")))
    assert failure.kind is FailureKind.MISCONFIGURED
    assert failure.words.startswith("https_proxy ")


async def test_a_proxy_that_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scripted.scripted(say(http(407, b""))) as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        failure = await failure_from(HttpCaller(ServerAddress.parse("https://chat.invalid")))
    assert failure.kind is FailureKind.NOT_REACHED
    assert failure.words.startswith("407 ")
    assert failure.words.endswith(f", through the proxy 127.0.0.1:{proxy.port} of https_proxy")


async def test_a_file_of_certificates_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    failure = await failure_from(
        HttpCaller(ServerAddress(secure=True, host="127.0.0.1", port=443, ca_file=tmp_path / "none.pem"))
    )
    words = f"ca_file is {tmp_path}/none.pem, which cannot be read: No such file or directory."
    assert failure == Failure(FailureKind.MISCONFIGURED, words=CleanText(words))
    (tmp_path / "empty.pem").write_text("no certificate\n")
    failure = await failure_from(
        HttpCaller(ServerAddress(secure=True, host="127.0.0.1", port=443, ca_file=tmp_path / "empty.pem"))
    )
    assert failure.words == f"ca_file is {tmp_path}/empty.pem, which holds no certificate in PEM form."


async def test_the_variable_of_certificates_is_named_when_it_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    trust.cache_clear()
    failure = await failure_from(HttpCaller(ServerAddress(secure=True, host="127.0.0.1", port=443)))
    trust.cache_clear()
    words = f"The environment variable SSL_CERT_FILE is {tmp_path}/none.pem, which cannot be read"
    assert failure.kind is FailureKind.MISCONFIGURED
    assert failure.words.startswith(words)


@pytest.mark.parametrize(
    ("certificate", "words"),
    [("localhost", "self-signed certificate"), ("elsewhere", "127.0.0.1"), ("expired", "certificate has expired")],
)
async def test_certificates_that_are_not_valid_are_refused(certificate: str, words: str) -> None:
    ca_file = None if certificate == "localhost" else CERTIFICATES / f"{certificate}.pem"
    async with scripted.scripted(say(http(200, AGENTS)), certificate=certificate) as server:
        address = ServerAddress(secure=True, host="127.0.0.1", port=server.port, ca_file=ca_file)
        failure = await failure_from(HttpCaller(address))
    assert failure.kind is FailureKind.UNTRUSTED
    assert (failure.code == UNKNOWN_ISSUER) is (ca_file is None)
    assert words in failure.words
    assert not server.seen


async def test_a_trusted_certificate_is_used() -> None:
    async with scripted.scripted(say(http(200, AGENTS)), certificate="localhost") as server:
        ca_file = CERTIFICATES / "localhost.pem"
        caller = HttpCaller(ServerAddress(secure=True, host="127.0.0.1", port=server.port, ca_file=ca_file))
        answer = await caller.call(HttpRequest("GET", "/v1/agents"))
        await caller.aclose()
    assert not isinstance(answer, Failure)


async def test_no_token_and_no_search_words_in_any_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with scripted.scripted(say(http(500, b"{}"))) as server:
        address = at(server.port)
        rest = HttpRest(address, SignedInAs(address.origin))
        await rest.ask(ReadSessions(SessionQuery(text="customer-canary")))
        await rest.aclose()
    assert len(server.seen) == 1
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert CANARY not in logged
    assert "customer-canary" not in logged
