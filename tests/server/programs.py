"""Programs that service tests start for themselves: found or missed with the line that installs them."""

import shutil
import socket
from pathlib import Path

import pytest

_ELSEWHERE = "/usr/sbin:/usr/local/sbin:/sbin"


def program(name: str, package: str) -> str:
    """Its path; a missing one fails the test."""
    found = shutil.which(name) or shutil.which(name, path=_ELSEWHERE) or _of_postgresql(name)
    if found is None:
        pytest.fail(f"{name} is missing. Install it: apt-get install {package}")
    return found


def _of_postgresql(name: str) -> str | None:
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(versions[-1]) if versions else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
