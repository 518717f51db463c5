"""A Redis of the tests' own: nothing on disk, a free loopback port; stopped, frozen and emptied at will."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Final

from redis import Redis
from redis.exceptions import ConnectionError as NotThereError

from tests.server.programs import free_port, program

PACKAGE: Final = "redis-server"


class RedisServer:
    """One process on one port, which it keeps over restarts."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns once it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        path = program("redis-server", PACKAGE)
        self._process = subprocess.Popen([path, *options], stdout=subprocess.DEVNULL, cwd="/")
        until = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < until, "redis-server does not answer"

    def _answers(self) -> bool:
        with contextlib.suppress(NotThereError), Redis(port=self.port, socket_timeout=1) as client:
            return bool(client.ping())
        return False

    def kill(self) -> None:
        if self._process is not None:
            self.thaw()
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        with Redis(port=self.port) as client:
            client.flushall()

    def keys(self, pattern: str) -> list[str]:
        with Redis(port=self.port, decode_responses=True) as client:
            return [str(one) for one in client.scan_iter(match=pattern)]


@contextlib.contextmanager
def running_redis() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.kill()
