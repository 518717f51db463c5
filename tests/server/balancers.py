"""nginx and HAProxy with the configurations the package ships, their addresses put in place of the examples'."""

import contextlib
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tests.server.programs import free_port, program

DEPLOY: Final = Path(__file__).parents[2] / "tms_tui" / "server" / "deploy"
CERTIFICATE: Final = Path(__file__).parents[1] / "transport" / "certificates" / "localhost.pem"


Places = Mapping[str, str]
"""What stands in a shipped file, and what stands there instead."""
PROXY_PROTOCOL: Final[Mapping[str, Places]] = {
    "nginx": {
        "listen 443 ssl;": "listen 443 ssl proxy_protocol; set_real_ip_from 127.0.0.1; real_ip_header proxy_protocol;"
    },
    "haproxy": {"bind :443 ssl": "bind :443 accept-proxy ssl", "tcp-request connection": "tcp-request session"},
}
"""The shipped files behind another balancer, which says by the PROXY protocol who calls."""
NOTHING: Final[Places] = MappingProxyType({})
RAISED: Final[Places] = {"tms_chat_connections 1000": "tms_chat_connections 4000", "rate=200r/s": "rate=20000r/s"}
"""nginx's limits as an operator raises them: whoever loads a company from one address is many customers."""


@dataclass(frozen=True, slots=True)
class Balancer:
    """Where it listens, and what to trust it by."""

    port: int

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(CERTIFICATE))


def placed(name: str, replaced: Places) -> str:
    """The shipped file; each example address must stand in it."""
    words = (DEPLOY / name).read_text()
    for example, actual in replaced.items():
        assert example in words, f"{example} is not in {name}"
        words = words.replace(example, actual)
    return words


@contextlib.contextmanager
def nginx(home: Path, nodes: Sequence[int], changed: Places = NOTHING) -> Iterator[Balancer]:
    """`changed`: what an operator writes otherwise."""
    port = free_port()
    ours = _nodes(nodes) | {"listen 443 ssl": f"listen 127.0.0.1:{port} ssl"} | _pem(".pem", ".key")
    site = placed("nginx.conf", {**changed, **ours})
    (home / "site.conf").write_text(site)
    temporary = "".join(
        f"{kind}_temp_path {home}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (home / "nginx.conf").write_text(
        f"daemon off; pid {home}/pid; worker_rlimit_nofile 8192; events {{ worker_connections 4096; }} "
        f"http {{ access_log off; {temporary} include {home}/site.conf; }}"
    )
    command = [
        program("nginx", "nginx-light"),
        "-p",
        str(home),
        "-c",
        str(home / "nginx.conf"),
        "-e",
        str(home / "error.log"),
    ]
    with _running(command):
        yield Balancer(port)


@contextlib.contextmanager
def haproxy(home: Path, nodes: Sequence[int], changed: Places = NOTHING) -> Iterator[Balancer]:
    """`changed`: what an operator writes otherwise."""
    port = free_port()
    ours = _nodes(nodes) | {"bind :443": f"bind 127.0.0.1:{port}"} | _pem(".pem")
    config = placed("haproxy.cfg", {**changed, **ours})
    (home / "haproxy.cfg").write_text(config)
    with _running([program("haproxy", "haproxy"), "-db", "-f", str(home / "haproxy.cfg")]):
        yield Balancer(port)


def _nodes(ports: Sequence[int]) -> dict[str, str]:
    return {f"node{number}:8765": f"127.0.0.1:{port}" for number, port in enumerate(ports, 1)}


def _pem(*endings: str) -> dict[str, str]:
    return {f"/etc/tms-chat/tls/site{ending}": str(CERTIFICATE) for ending in endings}


@contextlib.contextmanager
def _running(command: Sequence[str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)
