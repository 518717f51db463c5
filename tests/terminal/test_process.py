"""Whatever ends, stops or breaks the program: the terminal is given back, drafts are safe, the exit code says why."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.at_desk import LEFT, at_desk, catches, cpu_seconds, drafts, is_cooked, is_stopped, planted, until
from tests.terminal.planted_desk import HANGS, SECRET
from tests.terminal.pty_driver import Terminal, clean_environment, now
from tests.terminal.staging import PROGRAM, Stage, console, staged

WITHIN = 8.0
"""Seconds on a machine that is busy with other things: a socket waits ten for a close that is not answered."""
NOT_SAVED = "Drafts are not being saved on this computer"
DEAF_TO_HANG_UP = ("sh", "-c", 'trap "" HUP; exec "$@"', "sh")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "server") as running:
        running.add_agent("Dana", "dana@example.com")
        yield running


def type_draft(terminal: Terminal, text: str) -> None:
    terminal.send(text)
    terminal.wait_for(text)


ENDING = [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT]


@pytest.mark.parametrize("number", ENDING[:3], ids=lambda number: number.name)
def test_textual_alone_leaves_the_terminal_broken(stage: Stage, tmp_path: Path, number: signal.Signals) -> None:
    with at_desk(stage, tmp_path / "home", program=planted("stock")) as (terminal, _):
        terminal.signal(number)
        terminal.wait_exit()
        assert not is_cooked(terminal) or not terminal.screen.modes <= LEFT


@pytest.mark.parametrize("number", ENDING, ids=lambda number: number.name)
def test_a_signal_ends_it_in_order(stage: Stage, tmp_path: Path, number: signal.Signals) -> None:
    with at_desk(stage, tmp_path / "home") as (terminal, _):
        type_draft(terminal, "half an answer")
        asked = now()
        terminal.signal(number)
        assert terminal.wait_exit(WITHIN) == 128 + number
        assert now() - asked < WITHIN
        assert terminal.screen.modes == LEFT
        assert is_cooked(terminal)
        assert b"Traceback" not in terminal.output
        assert drafts(tmp_path / "home") == ["half an answer"]


def test_a_server_that_never_answers_the_close_holds_nobody_up(tmp_path: Path) -> None:
    with staged(tmp_path / "server") as stage:
        stage.add_agent("Dana", "dana@example.com")
        with at_desk(stage, tmp_path / "home") as (terminal, _):
            type_draft(terminal, "half an answer")
            os.kill(stage.pid, signal.SIGSTOP)
            until(terminal, lambda: is_stopped(stage.pid))
            terminal.signal(signal.SIGTERM)
            assert terminal.wait_exit(WITHIN) == 128 + signal.SIGTERM
            assert terminal.screen.modes == LEFT
            assert drafts(tmp_path / "home") == ["half an answer"]
            os.kill(stage.pid, signal.SIGCONT)


def test_a_thread_that_never_ends_holds_nobody_up(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", program=planted("hang")) as (terminal, _):
        type_draft(terminal, "half an answer")
        terminal.send("\x03")
        terminal.wait_for(HANGS)
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit(WITHIN) == 128 + signal.SIGTERM
        assert terminal.screen.modes == LEFT
        assert is_cooked(terminal)
        assert drafts(tmp_path / "home") == ["half an answer"]


def test_a_thread_that_never_ends_holds_no_quitter_up(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", program=planted("hang")) as (terminal, _):
        terminal.send("\x03")
        terminal.wait_for(HANGS)
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        assert terminal.screen.modes == LEFT
        assert is_cooked(terminal)


def test_a_signal_before_the_desk_stands_gives_the_screen_back(stage: Stage, tmp_path: Path) -> None:
    with Terminal([*PROGRAM, "--server", stage.url], env=clean_environment(tmp_path / "home")) as terminal:
        terminal.wait_for("starting")
        until(terminal, lambda: catches(terminal.pid, signal.SIGTERM))
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit(WITHIN) == 128 + signal.SIGTERM
        assert terminal.screen.modes <= LEFT
        assert is_cooked(terminal)
        assert b"Traceback" not in terminal.output


def test_textual_alone_spins_when_the_terminal_vanishes(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", program=(*DEAF_TO_HANG_UP, *planted("stock"))) as (terminal, _):
        assert not catches(terminal.pid, signal.SIGHUP)
        terminal.hang_up()
        before = cpu_seconds(terminal.pid)
        until(terminal, lambda: cpu_seconds(terminal.pid) > before + 0.7)


def test_a_vanished_terminal_ends_it_even_when_hang_ups_are_ignored(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", program=(*DEAF_TO_HANG_UP, *PROGRAM)) as (terminal, _):
        assert not catches(terminal.pid, signal.SIGHUP)
        type_draft(terminal, "half an answer")
        before = cpu_seconds_of_children() + cpu_seconds(terminal.pid)
        terminal.hang_up()
        assert terminal.wait_exit(WITHIN) == 128 + signal.SIGHUP
        assert cpu_seconds_of_children() < before + 0.7
        assert drafts(tmp_path / "home") == ["half an answer"]


def cpu_seconds_of_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def stop_without_warning(terminal: Terminal) -> None:
    """Stop and continue it, the screen meanwhile another's; what is typed at once is not lost."""
    terminal.signal(signal.SIGSTOP)
    until(terminal, lambda: is_stopped(terminal.pid))
    terminal.drawn.feed(b"\x1b[2J")
    terminal.signal(signal.SIGCONT)
    type_draft(terminal, "half an answer")


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def test_textual_alone_reads_and_writes_twice_when_stopped_without_warning(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", program=planted("stock")) as (terminal, _):
        before = threads(terminal.pid)
        stop_without_warning(terminal)
        until(terminal, lambda: threads(terminal.pid) >= before + 2)


def test_stopped_without_warning_the_desk_stands_again(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home") as (terminal, _):
        stop_without_warning(terminal)
        terminal.wait_for("Live")
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        assert terminal.screen.modes == LEFT
        assert is_cooked(terminal)


def test_ctrl_c_says_how_to_quit(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home") as (terminal, _):
        for _ in range(5):
            terminal.send("\x03")
        terminal.wait_for("Ctrl+Q quits")
        type_draft(terminal, "still here")
        assert terminal.exit_code is None


def test_ctrl_c_at_the_sign_in_does_not_end_it(stage: Stage, tmp_path: Path) -> None:
    with Terminal([*PROGRAM, "--server", stage.url], env=clean_environment(tmp_path / "home")) as terminal:
        terminal.wait_for("sign in")
        terminal.send("\x03\x03")
        type_draft(terminal, "dana@example.com")
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        assert terminal.screen.modes == LEFT


@pytest.mark.parametrize("where", ["handler", "timer", "worker", "input"])
def test_a_fault_of_its_own_is_one_plain_line(stage: Stage, tmp_path: Path, where: str) -> None:
    with at_desk(stage, tmp_path / "home", program=planted(where)) as (terminal, _):
        type_draft(terminal, "half an answer")
        terminal.send("\x03")
        assert terminal.wait_exit() == 1
        assert terminal.screen.modes == LEFT
        assert is_cooked(terminal)
        said = terminal.output.rpartition(b"\x1b[?1004l")[2].decode()
        assert "tms-chat stopped by a fault of its own (" in said
        assert "PlantedError" in said
        assert said.count("\n") <= 2
        assert "Traceback" not in said
        assert SECRET not in terminal.output.decode()
        assert drafts(tmp_path / "home") == ["half an answer"]


def test_a_home_that_takes_no_files_costs_no_work(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/.local").write_text("where a folder should be")
    with at_desk(stage, tmp_path / "home") as (terminal, guest):
        type_draft(terminal, "a text that nothing keeps")
        terminal.send("\r")
        until(terminal, lambda: "a text that nothing keeps" in guest.stored())
        stands_until_it_is_seen(terminal, stage)


def test_a_full_disk_costs_no_work(stage: Stage, tmp_path: Path) -> None:
    full = ("sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *PROGRAM)
    with at_desk(stage, tmp_path / "home", "--log", "/dev/full", program=full) as (terminal, guest):
        type_draft(terminal, "a text that nothing keeps")
        terminal.send("\r")
        until(terminal, lambda: "a text that nothing keeps" in guest.stored())
        stands_until_it_is_seen(terminal, stage)
        assert b"Traceback" not in terminal.output


def stands_until_it_is_seen(terminal: Terminal, stage: Stage) -> None:
    """The warning stands there whatever comes, until Esc; then what came meanwhile is told."""
    terminal.wait_for(NOT_SAVED)
    stage.guest("Otto").says("hello from Otto")
    terminal.wait_for("Otto")
    terminal.wait_for(NOT_SAVED)
    terminal.send("\x1b")
    terminal.wait_gone(NOT_SAVED)
    terminal.wait_for("New conversation: Otto")


def test_a_dumb_terminal_gets_lines_without_codes(stage: Stage, tmp_path: Path) -> None:
    with console(stage, tmp_path / "home", TERM="dumb") as terminal:
        terminal.wait_for("called dumb")
        terminal.wait_for("Signed in")
        assert b"\x1b" not in terminal.output


def test_no_locale_draws_no_garbage(stage: Stage, tmp_path: Path) -> None:
    with console(stage, tmp_path / "home", LANG="C", LC_ALL="C") as terminal:
        terminal.wait_for("Live")
        terminal.output.decode()
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
