"""Passwords and tokens, made recognisable, are nowhere: on disk, in logs, in /proc, or on the screen of a crash."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.pty_driver import Terminal
from tests.terminal.staging import Stage, console, staged
from tests.terminal.tap import Tap, tapped
from tests.terminal.vt_screen import VtScreen

PASSWORD = "canary-Quetzalcoatlus-7741"
CRASHING = (sys.executable, "-m", "tests.terminal.crashing_desk")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "server", tmp_path / "server.log") as running:
        running.add_agent("Dana", "dana@example.com", PASSWORD)
        yield running


@pytest.fixture
def tap(stage: Stage) -> Iterator[Tap]:
    """All that goes over the wire, from which the tokens are read that the console really held."""
    with tapped(int(stage.url.rpartition(":")[2])) as between:
        yield between


def processes(leader: int) -> list[Path]:
    """A process and all its children's, below /proc."""
    found, waiting = [], [leader]
    while waiting:
        pid = waiting.pop()
        found.append(Path(f"/proc/{pid}"))
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            waiting += map(int, children.read_text().split())
    return found


def readable(file: Path) -> bytes:
    with contextlib.suppress(PermissionError):  # forbidden to everybody: the better answer
        return file.read_bytes()
    return b""


def leaks(secrets: list[bytes], output: bytes, folder: Path, pids: list[int]) -> list[str]:
    """Where a secret stands."""
    places = {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    for pid in pids:
        for process in processes(pid):
            places |= {f"{process}/{name}": readable(process / name) for name in ("cmdline", "environ")}
    places["the terminal"] = output
    return [f"{place}: {secret[:12]!r}..." for place, data in places.items() for secret in secrets if secret in data]


def secrets_of(tap: Tap, *more: str) -> list[bytes]:
    tokens = tap.tokens()
    assert len(tokens) >= 2, "an access and a refresh token went over the wire"
    assert all(token.count(b".") == 2 for token in tokens)
    # The signature alone is recognisable as well, however a token may have been cut.
    return [PASSWORD.encode(), *tokens, *(token.rpartition(b".")[2] for token in tokens), *map(str.encode, more)]


def in_composer(screen: VtScreen) -> bool:
    """Whether keys are text now: the cursor stands at the bottom, and the footer says so."""
    return screen.find("Enter send") is not None and screen.cursor[0] >= screen.rows - 4


def at_work(terminal: Terminal, stage: Stage, guest_says: str) -> str:
    """Live, with a conversation open; the visitor's token."""
    terminal.wait_for("Live")
    guest = stage.guest("Nora")
    guest.says(guest_says)
    terminal.wait_for("waits")
    terminal.send("\r")
    terminal.wait_for(guest_says)
    terminal.wait_until(in_composer, what="the composer")
    return guest.token


def test_a_secret_that_is_there_is_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"before canary after")
    command = [sys.executable, "-c", "print('up', flush=True); input()", "canary"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env={"TOKEN": "canary"}) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        found = leaks([b"canary"], b"on the screen: canary", tmp_path, [os.getpid()])
        child.communicate(b"\n")
    places = [str(tmp_path / "file"), f"/proc/{child.pid}/cmdline", f"/proc/{child.pid}/environ", "the terminal"]
    assert [place.partition(":")[0] for place in found] == places


def test_a_working_console_leaves_no_secret_anywhere(stage: Stage, tap: Tap, tmp_path: Path) -> None:
    log = tmp_path / "home/console.log"
    with console(stage, tmp_path / "home", "--log", str(log), url=tap.url, password=PASSWORD) as terminal:
        visitor = at_work(terminal, stage, "hello there")
        terminal.send("a reply\r")
        terminal.wait_for("a reply")
        terminal.wait_for(" sent")
        terminal.wait_gone("unsent")
        secrets = secrets_of(tap, visitor)
        assert leaks(secrets, terminal.output, tmp_path, [terminal.pid, stage.pid]) == []
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        assert leaks(secrets, terminal.output, tmp_path, []) == []
    written = log.read_text()
    assert "line is up" in written
    assert "leaving" in written
    for words in ("hello there", "a reply", "Nora", "Dana", "dana@example.com"):
        assert words not in written


@pytest.mark.parametrize("where", ["face", "engine"])
def test_a_crash_shows_no_secret_and_gives_the_terminal_back(
    stage: Stage, tap: Tap, tmp_path: Path, where: str
) -> None:
    log = tmp_path / "home/console.log"
    program = (*CRASHING, where)
    with console(
        stage, tmp_path / "home", "--log", str(log), url=tap.url, password=PASSWORD, program=program
    ) as terminal:
        visitor = at_work(terminal, stage, "words of a customer")
        secrets = [*secrets_of(tap, visitor)]
        terminal.send("boom")
        if where == "engine":
            terminal.wait_for("fault of its own")
            terminal.send("\x11")
        code = terminal.wait_exit()
        assert code == 1 or where == "engine"
        assert leaks(secrets, terminal.output, tmp_path, [stage.pid]) == []
        assert "Traceback" not in terminal.output.decode()
        assert terminal.screen.modes == {7, 25}
    said = (tmp_path / "server.log").read_text() + log.read_text()
    assert "words of a customer" not in said


def test_the_server_keeps_no_password_and_no_token(stage: Stage, tmp_path: Path) -> None:
    headers = stage.sign_in("dana@example.com", PASSWORD)
    guest = stage.guest("Nora")
    guest.says("hello")
    wrong = stage.http.post("/v1/auth/login", json={"email": "dana@example.com", "password": f"{PASSWORD}-wrong"})
    assert wrong.status_code == 401
    in_address = stage.http.get("/v1/auth/me", params={"token": headers["Authorization"].split()[1]})
    assert in_address.status_code == 400
    secrets = [PASSWORD.encode(), headers["Authorization"].split()[1].encode(), guest.token.encode()]
    assert leaks(secrets, b"", tmp_path, [stage.pid]) == []
