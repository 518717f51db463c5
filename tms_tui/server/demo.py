"""The demo as the command line sees it: a child process with a server and its customers, gone at the end."""

import contextlib
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import msgspec

import tms_tui

CHILD: Final = (sys.executable, "-m", "tms_tui.server.demo_child")
START_WITHIN: Final = 60.0
"""Seconds until a child that says nothing is given up."""
END_WITHIN: Final = 5.0
"""Seconds until a child that was told to end is killed."""


class DemoFailedError(Exception):
    """The demo could not start; the message is for people."""


class Order(msgspec.Struct, frozen=True):
    """What the child is told, as one JSON line on its stdin."""

    folder: str
    """Where everything it writes goes; both sides remove it, so that neither's sudden end leaves it."""
    seed: int


@dataclass(frozen=True, slots=True)
class DemoAgent:
    """Someone to sign in as. The password is made for this one run."""

    name: str
    email: str
    password: str = field(repr=False)


class Answer(msgspec.Struct, frozen=True):
    """What the child says, as one JSON line on its stdout: where it serves, or its problem in words."""

    url: str = ""
    agents: tuple[DemoAgent, ...] = ()
    problem: str = ""

    def __repr__(self) -> str:
        return f"Answer({self.url or self.problem})"


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo. `agents` are Ana, whose console this is, and Eva, for a second one."""

    url: str
    agents: tuple[DemoAgent, ...]
    folder: Path
    pid: int

    @property
    def page_url(self) -> str:
        """The page on which one can be a customer in a browser."""
        return f"{self.url}/"

    @property
    def invitation(self) -> str:
        """What to type in another terminal to be the second agent; two lines, the password in the second."""
        second = self.agents[1]
        return f"tms-chat --server {self.url} --email {second.email}\npassword: {second.password}"


@contextlib.contextmanager
def start_demo(*, seed: int = 1, command: Sequence[str] = CHILD) -> Iterator[Demo]:
    """Serve and populate until the block ends, or this process does, however it dies.

    Blocks until the server answers; `command` is what runs as the child. Raises DemoFailedError.
    """
    with tempfile.TemporaryDirectory(prefix="tms-chat-demo-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with _child(command, folder / "child.log") as child:
            answer = _instruct(child, Order(folder=name, seed=seed), folder / "child.log")
            yield Demo(url=answer.url, agents=answer.agents, folder=folder, pid=child.pid)


@contextlib.contextmanager
def _child(command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as stderr:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=_package_home(),
            # Its own session: Ctrl+C and a closing terminal reach this process, and the pipe tells the child.
            start_new_session=True,
        )
    try:
        yield child
    finally:
        _end(child)


def _package_home() -> Path:
    """`python -m` looks in the current directory first; from here it finds this very package and no other."""
    return Path(tms_tui.__file__).resolve().parent.parent


def _instruct(child: subprocess.Popen[bytes], order: Order, log: Path) -> Answer:
    stdin, stdout = _pipes(child)
    with contextlib.suppress(BrokenPipeError):  # it died at once: its silence is reported below
        stdin.write(msgspec.json.encode(order) + b"\n")
        stdin.flush()
    ready, _, _ = select.select([stdout], [], [], START_WITHIN)
    line = stdout.readline() if ready else b""
    if not line:
        raise DemoFailedError(_silence(log))
    answer = msgspec.json.decode(line, type=Answer)
    if answer.problem:
        raise DemoFailedError(answer.problem)
    return answer


def _silence(log: Path) -> str:
    last = log.read_text(errors="replace").strip().rpartition("\n")[2]
    return f"The demo's server did not start. Its last words: {last or '(none)'}"


def _end(child: subprocess.Popen[bytes]) -> None:
    stdin, stdout = _pipes(child)
    with contextlib.suppress(BrokenPipeError):  # closing flushes; a dead child reads no more
        stdin.close()
    try:
        child.wait(END_WITHIN)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    finally:
        stdout.close()


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert child.stdin is not None  # noqa: S101 - both were asked for
    assert child.stdout is not None  # noqa: S101
    return child.stdin, child.stdout
