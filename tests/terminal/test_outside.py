"""Other programs on the desk's terminal: pager, editor, browser; and what is left of them afterwards."""

import base64
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.terminal.at_desk import LEFT, is_cooked, until
from tests.terminal.pty_driver import Terminal
from tests.terminal.staging import Guest, Stage, console, staged
from tms_tui.ui.outside import READ_WITHIN, page
from tms_tui.wording.outside import PRESS_A_KEY

LINKED = "look at https://shop.example.com/orders?id=7 please"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("server")) as running:
        running.add_agent("Dana", "dana@example.com")
        yield running


def script(folder: Path, name: str, *lines: str) -> str:
    """A program of a few lines of shell; its path."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    file.chmod(0o755)
    return str(file)


@contextmanager
def writing(stage: Stage, home: Path, customer: str, **environment: str) -> Iterator[tuple[Terminal, Guest]]:
    """At the composer of one conversation, at a terminal that has room for those of all tests."""
    guest = stage.guest(customer)
    guest.says(LINKED)
    with console(stage, home, rows=40, cols=110, **environment) as terminal:
        terminal.wait_for("Live")
        terminal.wait_for(customer)
        terminal.send(f"/{customer}\r")
        terminal.wait_for("look at https")
        terminal.wait_for("Enter send")
        yield terminal, guest


def clipboard(terminal: Terminal) -> list[str]:
    """What was sent to the terminal's clipboard, in order."""
    found = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", terminal.output)
    return [base64.b64decode(one).decode() for one in found]


def back_at_the_desk(terminal: Terminal, words: str) -> None:
    """Once the pager is gone; here it may have gone so soon that a key is asked for."""
    terminal.wait_until(lambda screen: screen.find(words) is not None or screen.find(PRESS_A_KEY) is not None)
    if terminal.screen.find(PRESS_A_KEY):
        terminal.send("x")
    terminal.wait_for(words)


@pytest.mark.parametrize("environment", [{"PAGER": "cat"}, {"LESS": "-FRX"}], ids=["cat", "less"])
def test_what_a_pager_does_not_wait_with_stays_until_a_key_is_pressed(
    stage: Stage, tmp_path: Path, environment: dict[str, str]
) -> None:
    customer = "Cato" if "PAGER" in environment else "Lessa"
    with writing(stage, tmp_path / "home", customer, **environment) as (terminal, _):
        terminal.send("draft")
        terminal.wait_for("draft")
        terminal.send("\x1bOR")
        terminal.wait_for(PRESS_A_KEY)
        assert terminal.screen.find(f"{customer}: {LINKED}")
        assert terminal.screen.modes == LEFT
        terminal.send("q")
        terminal.wait_gone(PRESS_A_KEY)
        terminal.wait_for("draft")
        terminal.send(" goes on")
        terminal.wait_for("draft goes on")


def test_a_signal_while_a_key_is_waited_for_ends_it_in_order(stage: Stage, tmp_path: Path) -> None:
    with writing(stage, tmp_path / "home", "Silke", PAGER="cat") as (terminal, _):
        terminal.send("\x1bOR")
        terminal.wait_for(PRESS_A_KEY)
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert terminal.screen.modes == LEFT
        assert is_cooked(terminal)


async def test_a_pager_that_was_read_needs_no_more_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", script(tmp_path, "pager", f"cat > {tmp_path / 'paged'}"))
    moments = iter((0.0, READ_WITHIN))
    assert await page("the transcript", lambda: next(moments)) == ""
    assert (tmp_path / "paged").read_text() == "the transcript"


def test_the_pager_has_the_terminal_and_the_transcript_while_the_desk_goes_on(stage: Stage, tmp_path: Path) -> None:
    home = tmp_path / "home"
    # As `less` has it: Ctrl+C ends the wait for a key, and it goes on waiting.
    wait = "until read -r line < /dev/tty; do echo STILL HERE; done"
    pager = script(tmp_path, "pager", 'cat > "$HOME/paged"', "trap : INT", "echo PAGER HERE", wait)
    with writing(stage, home, "Paula", PAGER=pager) as (terminal, guest):
        terminal.send("draft")
        terminal.wait_for("draft")
        terminal.send("\x1bOR")
        terminal.wait_for("PAGER HERE")
        assert terminal.screen.modes == LEFT
        assert is_cooked(terminal)
        paged = (home / "paged").read_text()
        assert paged.splitlines()[0].startswith("Paula  active")
        assert f"Paula: {LINKED}" in paged
        assert "\x1b" not in paged
        guest.says("meanwhile")
        terminal.send("\x03")
        terminal.wait_for("STILL HERE")
        terminal.send("\r")
        back_at_the_desk(terminal, "meanwhile")
        terminal.wait_for("draft")
        assert {25, 1049, 2004} <= terminal.screen.modes
        terminal.send(" goes on")
        terminal.wait_for("draft goes on")


def test_a_pager_that_is_not_there_is_named(stage: Stage, tmp_path: Path) -> None:
    with writing(stage, tmp_path / "home", "Petra", PAGER="/nowhere/pager -x") as (terminal, _):
        terminal.send("\x1bOR")
        terminal.wait_for("/nowhere/pager could not be started: No such file or directory.")


def test_without_a_pager_of_ones_own_a_usual_one_is_taken(stage: Stage, tmp_path: Path) -> None:
    script(tmp_path / "bin", "less", "cat > /dev/null", "echo USUAL PAGER", "read -r line < /dev/tty")
    path = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    with writing(stage, tmp_path / "home", "Piet", PATH=path) as (terminal, _):
        terminal.send("\x1bOR")
        terminal.wait_for("USUAL PAGER")
        terminal.send("\r")
        back_at_the_desk(terminal, "Enter send")


def test_the_editors_text_comes_back_clean_and_its_file_goes(stage: Stage, tmp_path: Path) -> None:
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    temporary.mkdir()
    editor = script(
        tmp_path,
        "editor",
        'stat -c "%a %A" "$2" > "$HOME/mode"',
        'cp "$2" "$HOME/given"; cp "$2" "$2~"',
        r"""printf 'from the editor\033[31m\nsecond line\n' >> "$2" """,
        'echo "$1" > "$HOME/flag"',
    )
    with writing(stage, home, "Emil", EDITOR=f"{editor} --wait", TMPDIR=str(temporary)) as (terminal, guest):
        terminal.send("first")
        terminal.wait_for("first")
        terminal.send("\x1bOS")
        terminal.wait_for("The text is back from the editor, not sent yet.")
        terminal.wait_for("second line")
        assert (home / "given").read_text() == "first\n"
        assert (home / "mode").read_text().startswith("600 ")
        assert (home / "flag").read_text() == "--wait\n"
        assert list(temporary.iterdir()) == []
        terminal.send("\r")
        until(terminal, lambda: len(guest.stored()) > 1)
        assert guest.stored()[1:] == ["first\nfrom the editor[31m\nsecond line"]


def test_an_editors_text_that_is_no_utf_8_comes_back_and_is_not_sent_as_it_is(stage: Stage, tmp_path: Path) -> None:
    editor = script(tmp_path, "editor", r"""printf 'gr\374n' > "$1" """)
    with writing(stage, tmp_path / "home", "Edda", EDITOR=editor) as (terminal, guest):
        terminal.send("first")
        terminal.wait_for("first")
        terminal.send("\x1bOS")
        terminal.wait_for("gr\ufffdn")
        terminal.send("\r")
        terminal.wait_for("Not sent: this is not UTF-8 text.")
        terminal.send("\x7f\x7f\u00fcn\r")
        until(terminal, lambda: guest.stored()[1:] == ["gr\u00fcn"])


@pytest.mark.parametrize("lines", [("echo lost > $1", "exit 3"), ("rm $1",)], ids=["error", "removed"])
def test_an_editor_that_fails_leaves_the_draft(stage: Stage, tmp_path: Path, lines: tuple[str, ...]) -> None:
    editor = script(tmp_path, "editor", *lines)
    with writing(stage, tmp_path / "home", f"Elsa{len(lines)}", VISUAL=editor) as (terminal, _):
        terminal.send("kept")
        terminal.wait_for("kept")
        terminal.send("\x0f")
        terminal.wait_for("composer stays as it was" if len(lines) == 1 else "ended with an error (3)")
        terminal.wait_for("kept")


def test_a_signal_while_the_pager_shows_ends_both(stage: Stage, tmp_path: Path) -> None:
    pager = script(tmp_path, "pager", "echo PAGER HERE", "exec sleep 600")
    with writing(stage, tmp_path / "home", "Sina", PAGER=pager) as (terminal, _):
        terminal.send("\x1bOR")
        terminal.wait_for("PAGER HERE")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert terminal.screen.modes == LEFT
        assert is_cooked(terminal)


def test_a_message_and_the_transcript_are_copied_clean(stage: Stage, tmp_path: Path) -> None:
    with writing(stage, tmp_path / "home", "Cleo") as (terminal, guest):
        guest.says("two\nlines")
        terminal.wait_for("two")
        terminal.send("\x1b")
        terminal.wait_for("reply")
        terminal.send("y")
        terminal.wait_for("Copied the message, 9 characters. Some terminals ignore it.")
        assert clipboard(terminal) == ["two\nlines"]
        terminal.send("Y")
        terminal.wait_for("Copied the transcript, 2 entries")
        whole = clipboard(terminal)[-1]
        assert re.fullmatch(
            rf"-- \w+ \d+ \w+ --\n\d\d:\d\d  Cleo: {re.escape(LINKED)}\n\d\d:\d\d  Cleo: two\n {{7}}lines", whole
        )


def test_an_address_is_opened_after_its_host_was_shown_and_never_by_a_shell(stage: Stage, tmp_path: Path) -> None:
    home = tmp_path / "home"
    script(
        tmp_path / "bin",
        "xdg-open",
        'printf "%s|%s\\n" "$#" "$1" > "$HOME/opened"',
        "echo noise; echo noise >&2",
        'echo > "$HOME/over"',
    )
    path = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    with writing(stage, home, "Lina", PATH=path, DISPLAY=":99") as (terminal, guest):
        terminal.send("\x1b")
        terminal.wait_for("reply")
        terminal.send("o")
        terminal.wait_for("1 shop.example.com")
        terminal.send("1")
        terminal.wait_for("It leads to shop.example.com.")
        terminal.send("2")
        terminal.wait_for("Asked the browser to open shop.example.com")
        opened = home / "opened"
        until(terminal, lambda: opened.exists() and opened.read_text())
        assert opened.read_text() == "1|https://shop.example.com/orders?id=7\n"
        until(terminal, (home / "over").exists)
        guest.says("written after it")
        terminal.wait_for("written after it")
        assert b"noise" not in terminal.output


def test_where_there_is_no_desktop_an_address_is_copied_instead(stage: Stage, tmp_path: Path) -> None:
    with writing(stage, tmp_path / "home", "Nils") as (terminal, _):
        terminal.send("\x1b")
        terminal.wait_for("reply")
        terminal.send("o1")
        terminal.wait_for("It leads to shop.example.com.")
        terminal.send("2")
        terminal.wait_for("No browser can be opened from here. Copied the address")
        assert clipboard(terminal) == ["https://shop.example.com/orders?id=7"]


def test_the_windows_title_is_kept_and_given_back(stage: Stage, tmp_path: Path) -> None:
    with writing(stage, tmp_path / "home", "Tom") as (terminal, _):
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
    kept, named, back = (terminal.output.index(one) for one in (b"\x1b[22;2t", b"\x1b]2;", b"\x1b[23;2t"))
    assert kept < named < back
    assert terminal.output.count(b"\x1b[22;2t") == terminal.output.count(b"\x1b[23;2t") == 1
    assert b"\x1b]2;" not in terminal.output[back:]
