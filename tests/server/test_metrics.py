"""What an operator sees: the figures at /metrics, the dashboard over them, the lines of the log."""

import asyncio
import json
import logging
import re

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.server.balancers import DEPLOY
from tests.server.hand_clock import HandClock
from tests.server.running import RunningServer
from tests.server.sockets import agent_address, agent_socket, visitor_socket
from tms_tui.server.logs import JsonLines, TextLines, request_id


async def figures(server: RunningServer) -> dict[str, float]:
    page = (await server.client().get("/metrics")).text
    lines = (line.rpartition(" ") for line in page.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


async def test_a_talk_is_seen_in_the_figures(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    async with agent_socket(server, dana) as far, visitor_socket(server, visitor) as customer:
        cursor = (await far.hears())["data"]["cursor"]
        await visitor.says("hello")
        await far.until("chat_message")
        await customer.says("typing_start")
        await far.until("typing_start")
        address = f"/v1/chat/sessions/{visitor.session_id}/assign"
        for agent_id in (dana.user.id, None):
            assert (await dana.http.post(address, json={"agent_id": agent_id})).status_code == 200
    async with agent_socket(server, dana, cursor) as far:
        await far.until("chat_message")
    async with agent_socket(server, dana, "999999") as far:
        await far.hears()
    seen = await figures(server)
    assert seen["tms_chat_delivery_seconds_count"] == 1, "live deliveries only: a replay waited for its reader"
    assert seen["tms_chat_delivery_seconds_sum"] < 5
    assert seen['tms_chat_socket_opens_total{outcome="accepted",side="agent"}'] == 3
    assert seen['tms_chat_socket_opens_total{outcome="accepted",side="visitor"}'] == 1
    assert seen['tms_chat_socket_resumes_total{outcome="resumed"}'] == 1
    assert seen['tms_chat_socket_resumes_total{outcome="refused"}'] == 1
    assert seen['tms_chat_typing_frames_total{side="visitor"}'] == 1
    assert seen["tms_chat_first_message_to_assignment_seconds_count"] == 1


async def test_refusals_are_counted_and_leave_a_line_without_a_secret(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    dana, bo = await server.sign_in("Dana"), await server.sign_in("Bo")
    nobody = server.client()
    await nobody.post("/v1/auth/login", json={"email": "dana@example.com", "password": "canarypassword"})
    await nobody.get("/v1/auth/me", headers={"Authorization": "Bearer canarytoken"})
    with pytest.raises(InvalidStatus):
        async with connect(agent_address(server, bo), additional_headers=dana.headers, proxy=None):
            pass
    seen = await figures(server)
    for code in ("bad_credentials", "bad_token", "agent_mismatch"):
        assert seen[f'tms_chat_refusals_total{{code="{code}"}}'] == 1
    assert seen['tms_chat_socket_opens_total{outcome="agent_mismatch",side="agent"}'] == 1
    lines = [one.getMessage() for one in caplog.records if one.name.endswith("audit")]
    assert len(lines) == 3
    assert "code=agent_mismatch status=403 path='/v1/chat/agent/ws' address=127.0.0.1" in lines[2]
    assert not re.search("canary|example|agent_id", " ".join(lines))


async def test_the_dashboard_asks_for_everything_there_is_and_nothing_else(server: RunningServer) -> None:
    page = (await server.client().get("/metrics")).text
    known = set(re.findall(r"^# TYPE (\S+) (?:counter|histogram|gauge)", page, re.MULTILINE))
    dashboard = json.loads((DEPLOY / "grafana.json").read_text())
    asked = {
        re.sub("_bucket$", "", name)
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for name in re.findall(r"tms_chat_\w+", target["expr"])
    }
    # The client library adds when each series began; nobody draws that.
    assert {name for name in known if not name.endswith("_created")} == asked
    places = [tuple(panel["gridPos"].values()) for panel in dashboard["panels"]]
    assert len(set(places)) == len({panel["id"] for panel in dashboard["panels"]}) == len(places)


async def test_how_clients_went_is_counted(server: RunningServer) -> None:
    dana = await server.sign_in()
    for code in (1000, 1001, 4999):
        async with agent_socket(server, dana) as far:
            await far.hears()
            await far.socket.close(code)
    async with agent_socket(server, dana) as far:
        await far.hears()
        far.socket.transport.abort()
    async with asyncio.timeout(60):
        while sum((gone := await leavings(server)).values()) < 4:
            pass
    assert gone == {"1000": 1, "1001": 1, "other": 1, "1005": 1}


async def leavings(server: RunningServer) -> dict[str, float]:
    found = await figures(server)
    return {
        name.split('"')[1]: count for name, count in found.items() if name.startswith("tms_chat_socket_leavings_total")
    }


def test_each_line_names_its_request() -> None:
    record = logging.LogRecord("tms", logging.WARNING, "file", 1, "refused code=%s", ("bad\ntoken",), None)
    request_id.set("abc")
    line = JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line) | {"time": ""} == {
        "time": "",
        "level": "warning",
        "logger": "tms",
        "request_id": "abc",
        "message": "refused code=bad\ntoken",
    }
    assert " WARNING abc refused" in TextLines().format(record)


def request_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [said for one in caplog.records if (said := one.getMessage()).startswith("request id=")]


async def test_methods_that_nobody_knows_share_one_figure_and_one_name_in_the_log(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tms_tui")
    async with httpx.AsyncClient(trust_env=False, base_url=server.url) as stranger:
        for number in range(20):
            await stranger.request(f"AAAA{number}", "/healthz")
        await stranger.get("/healthz")
    counted = {name: count for name, count in (await figures(server)).items() if "http_requests_total" in name}
    assert {name.split('"')[1] for name in counted} == {"GET", "other"}
    assert sum(count for name, count in counted.items() if '"other"' in name) == 20
    assert any(" method=other " in line for line in request_lines(caplog))
    assert not any("AAAA" in line for line in request_lines(caplog))


async def test_of_what_strangers_are_refused_a_minute_leaves_one_line_for_each_status(
    timed: RunningServer, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tms_tui")
    nobody = timed.client()
    for number in range(30):
        await nobody.get(f"/nowhere/{number}?q=canary")
        await nobody.get("/v1/auth/me", headers={"Authorization": f"Bearer canary{number}"})
    seen = request_lines(caplog)
    assert [line.partition("status=")[2][:3] for line in seen] == ["404", "401"]
    clock.advance(60)
    await nobody.get("/nowhere/last")
    assert request_lines(caplog)[2].endswith(" left_out=29")
    assert "canary" not in " ".join(request_lines(caplog))


async def test_what_an_agent_is_refused_and_what_is_answered_leaves_a_line_each(
    timed: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    dana, visitor = await timed.sign_in(), await timed.visitor()
    caplog.set_level(logging.INFO, "tms_tui")
    for _ in range(3):
        await dana.http.get("/v1/chat/sessions?limit=0")
        await visitor.http.get("/v1/visitor/messages")
    statuses = [line.partition("status=")[2][:3] for line in request_lines(caplog)]
    assert statuses == ["422", "200"] * 3


async def test_a_long_address_is_cut_in_the_log(server: RunningServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tms_tui")
    await server.client().get("/" + "x" * 5000)
    (line,) = request_lines(caplog)
    assert "path='/xxx" in line
    assert len(line) < 300
