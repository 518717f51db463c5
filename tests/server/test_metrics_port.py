"""The figures on a port of their own: there and nowhere else, named when it cannot be had, and gone with the server."""

import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from tests.server.running import running_server
from tms_tui.server.commands import serve
from tms_tui.server.settings import ServerSettings

NOT_OURS = ("/", "/healthz", "/openapi.json", "/v1/chat/sessions", "/metrics/", "//metrics")


async def test_figures_with_a_port_of_their_own_are_served_there_alone(tmp_path: Path) -> None:
    async with running_server(tmp_path, metrics_port=0) as server:
        nobody = server.client()
        assert (await nobody.get("/healthz")).status_code == 200
        refused = await nobody.get("/metrics")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        assert server.metrics_url is not None
        async with httpx.AsyncClient(trust_env=False) as collector:
            page = await collector.get(server.metrics_url)
            assert 'tms_chat_http_requests_total{method="GET",status="200"} 1.0' in page.text
            for path in NOT_OURS:
                elsewhere = await collector.get(server.metrics_url.removesuffix("/metrics") + path)
                assert elsewhere.status_code == 404, path
        await server.stop()
        async with httpx.AsyncClient(trust_env=False) as collector:
            with pytest.raises(httpx.ConnectError):
                await collector.get(server.metrics_url)


async def test_without_one_they_stay_where_they_were(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        assert server.metrics_url is None
        assert "tms_chat_sockets" in (await server.client().get("/metrics")).text


def test_the_port_of_the_figures_is_of_this_machine_alone_unless_told_otherwise() -> None:
    assert ServerSettings(data=Path()).metrics_host == "127.0.0.1"
    assert "--metrics-host" in CliRunner().invoke(serve, ["--help"]).output


def test_a_port_that_is_taken_is_named_as_the_setting_it_is(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        words = ["--data", str(tmp_path), "--port", "0", "--metrics-port", port]
        failed = CliRunner().invoke(serve, words)
    assert failed.exit_code == 1
    assert f"127.0.0.1 port {port}" in failed.output
    assert "--metrics-host or --metrics-port" in failed.output


LIMITED = """
import logging, resource
from tms_tui.server.descriptors import allow_files
logging.basicConfig(format="%(message)s")
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
allow_files({needed})
print(resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def limited(*, soft: int, hard: int, needed: int) -> "subprocess.CompletedProcess[str]":
    program = LIMITED.format(soft=soft, hard=hard, needed=needed)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)


def test_a_server_raises_its_own_limit_of_open_files_as_far_as_it_needs() -> None:
    raised = limited(soft=256, hard=900, needed=800)
    assert (raised.stdout, raised.stderr) == ("(800, 900)\n", "")
    assert limited(soft=700, hard=900, needed=600).stdout == "(700, 900)\n", "never lowered"


def test_a_limit_that_cannot_be_raised_is_said_with_what_to_do() -> None:
    low = limited(soft=256, hard=300, needed=800)
    assert low.stdout == "(300, 300)\n"
    assert "limited to 300" in low.stderr
    assert "800 are needed" in low.stderr
    assert "--max-sockets" in low.stderr
