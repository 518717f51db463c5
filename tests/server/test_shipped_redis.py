"""The shipped Redis: a password from a file, shown nowhere, and a network that only the servers share."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml  # type: ignore[import-untyped, unused-ignore]  # its types are no part of it
from redis import Redis
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as NotThereError

from tests.server.balancers import DEPLOY
from tests.server.place import Place
from tests.server.programs import free_port, program
from tests.server.running import running_server
from tests.server.waiting import until
from tms_tui.server.descriptors import needed
from tms_tui.server.redisbus import CHANNEL
from tms_tui.server.settings import ServerSettings

SCRIPT: Final = DEPLOY / "redis-with-password.sh"
PASSWORD: Final = "c0ffee" * 8


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read


def told(home: Path, password: str) -> dict[str, str]:
    file = home / "bus-password"
    file.write_text(f"{password}\n")
    folder = Path(program("redis-server", "redis-server")).parent
    return {"REDIS_PASSWORD_FILE": str(file), "REDIS_RUN": str(home), "PATH": f"{folder}:/usr/bin:/bin"}


@contextlib.contextmanager
def shipped_redis(home: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Started by the shipped script, on a free loopback port."""
    port = free_port()
    command = ["sh", str(SCRIPT), "--port", str(port), "--bind", "127.0.0.1"]
    process = subprocess.Popen(command, env=told(home, PASSWORD), stdout=subprocess.DEVNULL, cwd=home)
    try:
        yield port, process
    finally:
        process.terminate()
        assert process.wait(10) == 0, "the script gave its place to Redis, which hears the signal"


def answers(port: int, password: str | None) -> bool:
    with contextlib.suppress(NotThereError), Redis(port=port, password=password, socket_timeout=5) as client:
        return bool(client.ping())
    return False


def shown_of(pid: int, name: str) -> bytes:
    return Path(f"/proc/{pid}/{name}").read_bytes()


def is_private(file: Path) -> bool:
    return file.stat().st_mode & 0o077 == 0


@pytest.mark.services
async def test_only_who_has_the_password_publishes_and_it_is_shown_nowhere(tmp_path: Path) -> None:
    with shipped_redis(tmp_path) as (port, process):
        bus = {"bus": f"redis://127.0.0.1:{port}/0", "bus_password": tmp_path / "bus-password"}
        await until(lambda: answers(port, PASSWORD))
        with Redis(port=port) as stranger, pytest.raises(AuthenticationError):
            stranger.publish(CHANNEL.format("x"), b"{}")
        async with running_server(Place(tmp_path / "data", bus)) as server:
            await until(lambda: server.app.services.bus.reachable)
            assert (await server.client().get("/readyz")).status_code == 200
        shown = [shown_of(process.pid, name) for name in ("cmdline", "environ")]
        assert b"redis-server" in shown[0]
        assert not [one for one in shown if PASSWORD.encode() in one]
        assert is_private(tmp_path / "redis.conf")


@pytest.mark.services
@pytest.mark.parametrize("unfit", ["", "two words", 'quo"te', "a\nrequirepass b"])
def test_a_password_that_redis_would_read_otherwise_is_refused(tmp_path: Path, unfit: str) -> None:
    command = ["sh", str(SCRIPT)]
    ended = subprocess.run(command, env=told(tmp_path, unfit), capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "openssl rand -hex 32" in ended.stderr


def test_redis_and_the_database_share_networks_with_the_servers_alone() -> None:
    services, networks = compose()["services"], compose()["networks"]
    members = {
        name: {service for service, about in services.items() if name in about.get("networks", ())} for name in networks
    }
    assert members["bus"] == {"node1", "node2", "redis"}
    assert members["store"] == {"node1", "node2", "migrate", "postgres"}
    assert members["front"] == {"node1", "node2", "nginx"}
    for inside in ("bus", "store", "figures"):
        assert networks[inside]["internal"] is True
    assert "default" not in networks
    assert all(about.get("networks") for about in services.values()), "none lands in the network of all"
    assert [name for name, about in services.items() if "ports" in about] == ["nginx"]
    assert "ports" not in services["redis"]


def test_the_composed_redis_and_its_servers_read_one_password_file() -> None:
    services = compose()["services"]
    assert services["redis"]["environment"] == {"REDIS_PASSWORD_FILE": "/run/secrets/bus-password"}
    assert any(f"./{SCRIPT.name}:" in one for one in services["redis"]["volumes"])
    assert SCRIPT.name in services["redis"]["entrypoint"][-1]
    for node in ("node1", "node2"):
        assert services[node]["environment"]["TMS_SERVER_BUS_PASSWORD_FILE"] == "/run/secrets/bus-password"
    assert all("bus-password" in services[name]["secrets"] for name in ("redis", "node1", "node2"))


def test_the_shipped_limits_of_open_files_are_enough_for_the_shipped_sockets() -> None:
    services, sockets = compose()["services"], ServerSettings(data=Path()).sockets_per_node
    for name in ("node1", "node2"):
        assert services[name]["ulimits"]["nofile"] >= needed(ServerSettings(data=Path()))
    assert services["nginx"]["ulimits"]["nofile"] >= 2 * 2 * sockets
    assert "worker_rlimit_nofile 16384" in (DEPLOY / "nginx-main.conf").read_text()
