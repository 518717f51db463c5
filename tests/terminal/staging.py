"""A server of its own for tests at the terminal, agents to sign in, customers to come in, and the program at it."""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

import httpx

from tests.server.running import PASSWORD, QUICK
from tests.terminal import stage_server
from tests.terminal.pty_driver import Terminal, clean_environment
from tms_tui.server import admin
from tms_tui.server.settings import ServerSettings

PROGRAM: Final = (sys.executable, "-m", "tms_tui")

# A process that has loaded the server once, and becomes one for each test: loading it takes longer than many a test.
_SERVERS: Final = multiprocessing.get_context("forkserver")
_SERVERS.set_forkserver_preload([stage_server.__name__])


@dataclass(slots=True)
class Guest:
    """A customer by REST."""

    name: str
    session: str
    token: str
    http: httpx.Client

    def says(self, words: str) -> None:
        body = {"content": words, "client_message_id": str(uuid.uuid4())}
        bearer = {"Authorization": f"Bearer {self.token}"}
        self.http.post("/v1/visitor/messages", json=body, headers=bearer).raise_for_status()

    def stored(self, after: int = 0) -> list[str]:
        """What the customer can read, 200 messages at most; `after` a number in the conversation."""
        bearer = {"Authorization": f"Bearer {self.token}"}
        answer = self.http.get("/v1/visitor/messages", params={"after": after, "limit": 200}, headers=bearer)
        return [message["content"] for message in answer.raise_for_status().json()["messages"]]


class Stage:
    """A running server in a child process, its data below `data`."""

    def __init__(self, data: Path, process: ForkServerProcess, http: httpx.Client) -> None:
        self.data = data
        self.process = process
        self.http = http
        self.url = str(http.base_url).rstrip("/")
        self.port = http.base_url.port or 0

    def kill(self) -> None:
        """End the server as `kill -9` does."""
        self.process.kill()
        self.process.join()
        assert self.process.exitcode == -signal.SIGKILL

    @property
    def pid(self) -> int:
        """Of the server."""
        assert self.process.pid is not None
        return self.process.pid

    def add_agent(self, name: str, email: str, password: str = PASSWORD) -> None:
        settings = ServerSettings(data=self.data, password_cost=QUICK)
        asyncio.run(admin.add_agent(settings, email=email, name=name, password=password))

    def guest(self, name: str, **about: object) -> Guest:
        answer = self.http.post("/v1/visitor/sessions", json={"name": name} | about).raise_for_status().json()
        return Guest(name, answer["session_id"], answer["visitor_token"], self.http)

    def sign_in(self, email: str, password: str = PASSWORD) -> dict[str, str]:
        """Headers to call with as an agent."""
        answer = self.http.post("/v1/auth/login", json={"email": email, "password": password}).raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@contextlib.contextmanager
def staged(data: Path, log: Path = Path(os.devnull), at: int = 0) -> Iterator[Stage]:
    """Serve until the block ends, at the port `at` or a free one; what the server prints goes to `log`."""
    listening, port = _SERVERS.Pipe(duplex=False)
    process = _SERVERS.Process(target=stage_server.serve, args=(data, log, port, at))
    with contextlib.ExitStack() as stack:
        stack.callback(listening.close)
        process.start()
        stack.callback(process.close)
        stack.callback(process.join)
        stack.callback(process.kill)
        port.close()
        address = f"http://127.0.0.1:{listening.recv()}"
        http = stack.enter_context(httpx.Client(base_url=address, trust_env=False, timeout=20))
        yield Stage(data, process, http)


@contextlib.contextmanager
def console(
    stage: Stage,
    home: Path,
    *more: str,
    program: Sequence[str] = PROGRAM,
    email: str = "dana@example.com",
    password: str = PASSWORD,
    url: str = "",
    rows: int = 24,
    cols: int = 80,
    **environment: str,
) -> Iterator[Terminal]:
    """The program at a terminal, going to the stage's server or to `url`."""
    words = [*program, "--server", url or stage.url, "--email", email, "--password-stdin", *more]
    with at_terminal(words, home, password, rows=rows, cols=cols, **environment) as terminal:
        yield terminal


@contextlib.contextmanager
def at_terminal(
    words: Sequence[str], home: Path, password: str = PASSWORD, *, rows: int = 24, cols: int = 80, **environment: str
) -> Iterator[Terminal]:
    """A command at a terminal, its password on standard input, as a script or a password manager gives it."""
    # A shell's pipe: the password is written by a file descriptor, never an argument.
    pipe = home / "password.fifo"
    home.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mkfifo", str(pipe)], check=True)
    argv = ["sh", "-c", 'fifo=$1; shift; exec "$@" <"$fifo"', "sh", str(pipe), *words]
    with Terminal(argv, rows=rows, cols=cols, env=clean_environment(home, **environment)) as terminal:
        with pipe.open("w") as writer:
            writer.write(f"{password}\n")
        pipe.unlink()
        yield terminal
