"""The installed program at a real terminal: it starts, talks, says how it stands, and leaves no trace."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.running import PASSWORD
from tests.terminal.escapes import foreign
from tests.terminal.pty_driver import Terminal, clean_environment
from tests.terminal.staging import PROGRAM, Stage, console, staged

AS_IT_WAS = {7, 25}
"""The modes of a fresh terminal: it wraps, and shows its cursor."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "server") as running:
        running.add_agent("Dana", "dana@example.com")
        yield running


def test_the_demo_shows_eight_conversations_that_move(tmp_path: Path) -> None:
    home = tmp_path / "home"
    temporary = tmp_path / "temporary"
    for folder in (home, temporary):
        folder.mkdir()
    environment = clean_environment(home, TMPDIR=str(temporary))
    with Terminal([*PROGRAM, "demo"], rows=40, cols=140, env=environment) as terminal:
        terminal.wait_for("Live")
        terminal.wait_for("All 8")
        before = terminal.screen.text()
        terminal.wait_until(lambda screen: screen.text().count("waits") == 8, 60, "eight who wait")
        assert terminal.screen.text() != before
        terminal.wait_for("typing")
        [folder] = temporary.glob("tms-chat-demo-*")
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        assert terminal.screen.modes == AS_IT_WAS
        assert list(foreign(terminal.output)) == []
    assert not folder.exists()


def test_a_reply_is_typed_sent_seen_and_the_terminal_given_back(stage: Stage, tmp_path: Path) -> None:
    nora = stage.guest("Nora")
    nora.says("is anybody there?")
    with console(stage, tmp_path / "home") as terminal:
        terminal.wait_for("Live")
        terminal.wait_for("waits")
        assert {25, 1049, 2004} <= terminal.screen.modes
        terminal.send("\r")
        terminal.wait_for("is anybody there?")
        terminal.wait_for("Enter send")
        terminal.send("Yes, I am.")
        terminal.wait_for("Yes, I am.")
        assert nora.stored() == ["is anybody there?"]
        terminal.send("\r")
        terminal.wait_until(
            lambda screen: re.search(r"you .*Yes, I am\. +sent", screen.text()) is not None, what="sent"
        )
        assert nora.stored() == ["is anybody there?", "Yes, I am."]
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        assert terminal.screen.modes == AS_IT_WAS
        assert "Nora" not in terminal.screen.text()
        assert list(foreign(terminal.output)) == []


def test_diagnostics_follow_the_line_and_write_nothing_while_nothing_happens(stage: Stage, tmp_path: Path) -> None:
    with console(stage, tmp_path / "home") as terminal:
        terminal.wait_for("Live")
        terminal.send("\x1b[24~")
        terminal.wait_for("Diagnostics")
        terminal.wait_for("not measured yet")
        assert terminal.rest(quiet=2.5), "no byte while idle"
        stage.guest("Nora").says("hello")
        terminal.wait_for("to its being here")
        terminal.wait_for("(1)")  # how many were measured; a quick machine draws the lowest bar for 0 ms


def test_what_is_typed_while_the_server_is_gone_stands_as_unsent(stage: Stage, tmp_path: Path) -> None:
    stage.guest("Nora").says("hello")
    with console(stage, tmp_path / "home", cols=110) as terminal:
        terminal.wait_for("waits")
        terminal.send("\r")
        terminal.wait_for("Enter send")
        stage.process.kill()
        stage.process.join()
        terminal.wait_for("Connecting")
        terminal.send("still here\r")
        terminal.wait_until(lambda screen: re.search(r"still here +(queued|sending)", screen.text()) is not None)
        terminal.wait_for("1 unsent")
        terminal.send("\x11")
        terminal.wait_for("Quit all the same")
        terminal.send("2")
        assert terminal.wait_exit() == 0
        assert terminal.screen.modes == AS_IT_WAS


def test_a_wrong_password_is_said_in_one_sentence_and_asked_for_again(stage: Stage, tmp_path: Path) -> None:
    with console(stage, tmp_path / "home", password="not the password") as terminal:
        terminal.wait_for("did not accept the e-mail or the")
        terminal.wait_for("dana@example.com")
        assert "not the password" not in terminal.screen.text()
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        assert b"not the password" not in terminal.output
        assert terminal.screen.modes == AS_IT_WAS


def test_no_color_sends_no_colours(stage: Stage, tmp_path: Path) -> None:
    stage.guest("Nora").says("hello")
    with console(stage, tmp_path / "home", NO_COLOR="1") as terminal:
        terminal.wait_for("waits")
        terminal.send("\r")
        terminal.wait_for("hello")
        for key, words in (("\x1b[20~", "Your availability"), ("\x10", "found."), ("\x1bOP", "Keys in the composer")):
            terminal.send(key)
            terminal.wait_for(words)
            terminal.send("\x1b")
            terminal.wait_gone(words)
        styles = {style for found in re.findall(rb"\x1b\[([\d;]*)m", terminal.output) for style in found.split(b";")}
    assert styles <= {b"", b"0", b"1", b"2", b"3", b"4", b"7", b"9", b"22", b"23", b"24", b"27", b"39", b"49"}


@pytest.mark.parametrize("how", ["--plain", "plain"])
def test_the_line_face_over_a_pipe_writes_no_escape(stage: Stage, tmp_path: Path, how: str) -> None:
    nora = stage.guest("Nora")
    nora.says("hello \x1b]0;pwned\x07 there")
    said = subprocess.run(
        [*PROGRAM, how, "--server", stage.url, "--email", "dana@example.com", "--password-stdin"],
        input=f"{PASSWORD}\nlist\nopen 1\nthe answer\n/quit\n",
        env=clean_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert "\x1b" not in said.stdout + said.stderr
    assert "Nora" in said.stdout
    assert "hello \u241b]0;pwned\u2407 there" in said.stdout
    assert nora.stored()[1:] == ["the answer"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--nonsense"], 2, "No such option"),
        (["--server", "http://chat.example.com", "--email", "a@b.example", "--plain"], 2, "password"),
        (["--version"], 0, "tms-chat"),
        (["--help"], 0, "Usage"),
    ],
)
def test_exit_codes_say_what_happened(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tms_tui", *arguments],
        env=clean_environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == code
    assert words in said.stdout + said.stderr
    assert "Traceback" not in said.stderr
