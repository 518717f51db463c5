"""For operators: health, figures, request ids, logs without secrets, and answers to what is not there."""

import logging
import uuid
from pathlib import Path

import pytest

from tests.server.running import RunningServer, running_server
from tests.server.sockets import agent_socket
from tms_tui.server.bus import MemoryBus
from tms_tui.server.page import policy


async def test_a_draining_server_lives_but_is_not_ready(server: RunningServer) -> None:
    nobody = server.client()
    assert (await nobody.get("/healthz")).status_code == 200
    assert (await nobody.get("/readyz")).json() == {"status": "ready"}
    server.app.services.draining = True
    answer = await nobody.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "draining")
    assert (await nobody.get("/healthz")).status_code == 200


class UnreachableBus(MemoryBus):
    async def ping(self) -> None:
        raise ConnectionRefusedError


async def test_a_server_without_its_bus_is_not_ready(tmp_path: Path) -> None:
    async with running_server(tmp_path, bus=UnreachableBus()) as server:
        answer = await server.client().get("/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")


async def test_metrics_count_what_happened_and_what_consoles_report(server: RunningServer) -> None:
    dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
    await visitor.says("one")
    for agent, connects, within in ((dana, 2, 5), (bo, 3, 9)):
        latency = [{"le": 0.1, "count": within}, {"le": 0.1234, "count": 1}, {"le": 30, "count": 99}]
        report = {"connects": connects, "latency": latency, "latency_count": 10, "latency_sum": 1.5}
        assert (await agent.http.post("/v1/agents/me/metrics", json=report)).status_code == 204
    async with agent_socket(server, dana) as far:
        await far.hears()
        page = (await dana.http.get("/metrics")).text
    assert 'tms_chat_messages_total{author_type="visitor"} 1.0' in page
    assert 'tms_chat_sockets{side="agent"} 1.0' in page
    assert 'tms_chat_logins_total{outcome="granted"} 2.0' in page
    assert 'tms_chat_console_events_total{kind="connects"} 5.0' in page
    for figure in (
        'bucket{le="0.1"} 14.0',
        'bucket{le="30.0"} 20.0',
        'bucket{le="+Inf"} 20.0',
        "sum 3.0",
        "count 20.0",
    ):
        assert f"tms_chat_console_delivery_seconds_{figure}" in page
    assert "0.1234" not in page, "a report makes no label"
    console = [line for line in page.splitlines() if "console" in line]
    assert not [line for line in console if dana.user.id in line or "Dana" in line]


@pytest.mark.parametrize(
    "report",
    [
        {"latency": [{"le": "x"}]},
        {"connects": -1},
        {"connects": 10**12},
        {"connects": 1.5},
        {"connects": "1"},
        {"latency_sum": 1e300},
        {"latency": [{"le": 0.1, "count": 1}] * 21},
    ],
)
async def test_a_report_that_is_no_small_number_is_refused_whole(
    server: RunningServer, report: dict[str, object]
) -> None:
    dana = await server.sign_in()
    refused = await dana.http.post("/v1/agents/me/metrics", json={"reconnects": 1} | report)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_body")
    page = (await dana.http.get("/metrics")).text
    assert 'tms_chat_console_events_total{kind="reconnects"}' not in page


async def test_every_answer_carries_a_request_id(server: RunningServer) -> None:
    nobody = server.client()
    answer = await nobody.get("/healthz", headers={"X-Request-Id": "abc-1.2_3"})
    assert answer.headers["X-Request-Id"] == "abc-1.2_3"
    for unfit in ("", "a b", "x" * 65):
        answer = await nobody.get("/nowhere", headers={"X-Request-Id": unfit})
        assert len(uuid.UUID(answer.headers["X-Request-Id"]).hex) == 32
        assert answer.json()["code"] == "not_found"


async def test_wrong_methods_and_addresses_are_answered_in_json(server: RunningServer) -> None:
    nobody = server.client()
    answer = await nobody.delete("/v1/auth/login")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"
    two_routes = await nobody.delete(f"/v1/chat/sessions/{uuid.uuid4()}/messages")
    assert two_routes.headers["Allow"] == "GET, HEAD, POST", "of every route at that address"
    assert (await nobody.get("/v1/chat/agent/ws")).status_code == 404
    assert (await nobody.get("/v1/chat/sessions/")).status_code == 404


async def test_a_crash_is_an_answer_and_a_line_without_a_trace(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    dana = await server.sign_in()
    server.app.services.presence = Crashing()  # type: ignore[assignment]
    answer = await dana.http.get("/v1/agents")
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    failures = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(failures) == 1
    assert answer.headers["X-Request-Id"] in failures[0]
    assert "RuntimeError" in failures[0]
    assert "canarytext" not in caplog.text


class Crashing:
    def on_wire(self, _agent: object) -> None:
        raise RuntimeError("canarytext")


async def test_the_customers_page_is_served_with_a_policy(server: RunningServer) -> None:
    answer = await server.client().get("/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    allowed = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in allowed
    assert "unsafe" not in allowed
    assert allowed.count("'sha256-") == answer.text.count("<script>") + answer.text.count("<style>") == 2


def test_the_policy_names_the_very_bytes_between_the_tags() -> None:
    # The digest of "a" by `printf a | openssl dgst -sha256 -binary | base64`.
    assert "script-src 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='; style-src 'none'" in policy(
        "<p>hi</p><script>a</script>"
    )
    assert policy("<style>a\r\nb</style>") == policy("<style>a\nb</style>") != policy("<style>ab</style>")


async def test_canned_responses_are_the_tenants_own(server: RunningServer) -> None:
    from tms_tui.server import admin

    dana, eve = await server.sign_in("Dana"), await server.sign_in("Eve", tenant="elsewhere")
    for title in ("old", "Greeting"):
        await admin.add_canned(server.settings, shortcut="hi", title=title, content="Hello {{customer.name}}")
    expected = [{"shortcut": "hi", "title": "Greeting", "content": "Hello {{customer.name}}"}]
    assert (await dana.http.get("/v1/chat/canned-responses")).json() == {"responses": expected}
    assert (await eve.http.get("/v1/chat/canned-responses")).json() == {"responses": []}


async def test_no_log_line_holds_a_token_a_text_or_a_query(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "tms_tui")
    caplog.set_level(logging.INFO, "uvicorn")
    dana, visitor = await server.sign_in(), await server.visitor(name="Canaryname")
    await visitor.says("canarytext")
    await dana.http.get("/v1/chat/sessions", params={"q": "canarytext"})
    await dana.http.get("/v1/auth/me", params={"token": dana.access_token})
    async with agent_socket(server, dana, "0") as far:
        await far.until("chat_message")
    await server.stop()
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("tms", "uvi")))
    assert "path='/v1/chat/sessions' status=200" in logged
    assert "path='/v1/chat/agent/ws'" in logged
    secrets = [one.access_token for one in (dana,)] + [dana.refresh_token, visitor.token]
    for secret in (*secrets, "canarytext", "Canaryname", "after=0", "correct horse"):
        assert secret not in logged
