"""A whole shift in a terminal of 80x24, by keys alone, against a real server: by letters, and without them."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.running import PASSWORD, QUICK
from tests.terminal.at_desk import until
from tests.terminal.pty_driver import Terminal, clean_environment
from tests.terminal.staging import PROGRAM, Guest, Stage, staged
from tms_tui.server import admin
from tms_tui.server.settings import ServerSettings

ESC, ENTER, COMMANDS, QUIT, F9, DOWN = "\x1b", "\r", "\x10", "\x11", "\x1b[20~", "\x1b[B"
HELLO = "Hello Jonas, Dana here."
Act = Callable[[Terminal, str, str], None]
"""Does what a letter does, or a command of that name."""


def by_letter(terminal: Terminal, letter: str, _name: str) -> None:
    terminal.send(letter)


def by_name(terminal: Terminal, letter: str, name: str) -> None:
    """The letter does nothing, so the palette has to do it."""
    terminal.send(letter + COMMANDS)
    terminal.wait_for("Commands")
    terminal.send(name)
    terminal.wait_for(f"> {name.capitalize()} ")
    terminal.send(ENTER)
    terminal.wait_gone("Commands")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "server") as running:
        running.add_agent("Dana", "dana@example.com")
        running.add_agent("Eva Kranz", "eva@example.com")
        settings = ServerSettings(data=running.data, password_cost=QUICK)
        hello = "Hello {{customer.name}}, {{agent.name}} here."
        asyncio.run(admin.add_canned(settings, shortcut="hello", title="Greeting", content=hello))
        yield running


@contextlib.contextmanager
def desk(stage: Stage, home: Path, *more: str) -> Iterator[Terminal]:
    """The program as a person starts it, who has yet to sign in."""
    home.mkdir()
    argv = [*PROGRAM, "--server", stage.url, "--email", "dana@example.com", *more]
    with Terminal(argv, rows=24, cols=80, env=clean_environment(home)) as terminal:
        yield terminal


def said_to(stage: Stage, guest: Guest, headers: dict[str, str]) -> list[tuple[str, bool]]:
    """What the agents wrote in a conversation, and whether privately."""
    answer = stage.http.get(f"/v1/chat/sessions/{guest.session}/messages", headers=headers).raise_for_status()
    return [(one["content"], one["is_private"]) for one in answer.json()["messages"] if one["author_type"] == "agent"]


def conversation(stage: Stage, guest: Guest, headers: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = stage.http.get(f"/v1/chat/sessions/{guest.session}", headers=headers).json()
    return found


def sign_ins_left(stage: Stage, email: str) -> int:
    """How many sign-ins of an agent the server still accepts."""
    query = "SELECT count(*) FROM logins JOIN agents ON agents.id = agent_id WHERE email = ? AND revoked_at IS NULL"
    with contextlib.closing(sqlite3.connect(stage.data / "tms-chat.db")) as database:
        (count,) = database.execute(query, (email,)).fetchone()
    return int(count)


def signs_in(terminal: Terminal) -> None:
    terminal.wait_for("Password")
    terminal.send(PASSWORD + ENTER)
    terminal.wait_for("Live")
    terminal.wait_for("Mia")


def answers_who_waits_longest(terminal: Terminal, act: Act, jonas: Guest) -> None:
    act(terminal, "n", "next")
    terminal.wait_for("Reply to Jonas")
    terminal.send("/")
    terminal.wait_for("Canned responses")
    terminal.send("gree")
    terminal.wait_for(HELLO)
    terminal.send(ENTER)
    terminal.wait_gone("Canned responses")
    terminal.send(ENTER)
    until(terminal, lambda: HELLO in jonas.stored())


def notes_and_hands_over(terminal: Terminal, act: Act) -> None:
    terminal.send(ESC)
    terminal.wait_for("┏━ Jonas")
    act(terminal, "i", "note")
    terminal.wait_for("Note on Jonas: colleagues only")
    terminal.send("call the bank" + ENTER)
    terminal.wait_for("(note) call the bank")
    terminal.send(ESC)
    terminal.wait_for("┏━ Jonas")
    act(terminal, "a", "assign")
    terminal.wait_for("Assign Jonas to")
    terminal.send("eva" + ENTER)
    terminal.wait_for("A note for Eva Kranz about Jonas")
    terminal.send("she can help" + ENTER)
    terminal.wait_for("(note) she can help")


def finds_the_other(terminal: Terminal, act: Act) -> None:
    terminal.send(ESC)
    terminal.wait_for("┏━ All")
    act(terminal, "/", "search")
    terminal.wait_for("Search the conversations")
    terminal.send("parcel")
    terminal.wait_for("parcel")
    terminal.send(ENTER)
    terminal.wait_for("Find in this conversation: parcel")
    terminal.wait_for("1 of 1: Mia")
    terminal.send(ESC)
    terminal.wait_gone("Find in this conversation")
    act(terminal, "r", "reply")
    terminal.wait_for("Reply to Mia")
    terminal.wait_for("Enter send")


def resolves_it_and_thinks_better(terminal: Terminal, act: Act, status: Callable[[], str]) -> None:
    terminal.send(ESC)
    terminal.wait_for("┏━ Mia")
    act(terminal, "E", "resolve, next")
    until(terminal, lambda: status() == "ended")
    act(terminal, "u", "undo")
    until(terminal, lambda: status() == "active")
    terminal.wait_for("Reopened Mia.")


def goes_away_and_signs_out(terminal: Terminal) -> None:
    terminal.send(F9)
    terminal.wait_for("Your availability")
    terminal.send(DOWN + DOWN + ENTER)
    terminal.wait_for("Set your availability to away.")
    terminal.send(QUIT)
    assert terminal.wait_exit() == 0


@pytest.mark.parametrize(("act", "more"), [(by_letter, ()), (by_name, ("--no-single-keys",))])
def test_a_whole_shift_by_keys_alone(stage: Stage, tmp_path: Path, act: Act, more: tuple[str, ...]) -> None:
    jonas, mia = stage.guest("Jonas"), stage.guest("Mia")
    jonas.says("my card was refused")
    mia.says("where is my parcel?")
    observer = stage.sign_in("eva@example.com")
    with desk(stage, tmp_path / "home", *more) as terminal:
        signs_in(terminal)
        answers_who_waits_longest(terminal, act, jonas)
        notes_and_hands_over(terminal, act)
        finds_the_other(terminal, act)
        resolves_it_and_thinks_better(terminal, act, lambda: conversation(stage, mia, observer)["status"])
        assert sign_ins_left(stage, "dana@example.com") == 1
        goes_away_and_signs_out(terminal)
    assert sign_ins_left(stage, "dana@example.com") == 0
    assert conversation(stage, jonas, observer)["assigned_agent_name"] == "Eva Kranz"
    assert said_to(stage, jonas, observer) == [(HELLO, False), ("call the bank", True), ("she can help", True)]
    assert jonas.stored() == ["my card was refused", HELLO]
    assert said_to(stage, mia, observer) == []
