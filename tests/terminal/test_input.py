"""Whatever a terminal sends, the composer holds what the agent wrote, and nothing goes out unasked."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.core.test_incoming import REPLIES
from tests.terminal.at_desk import LEFT, at_desk, cpu_seconds, planted, until
from tests.terminal.pty_driver import Terminal, clean_environment
from tests.terminal.staging import PROGRAM, Guest, Stage, staged
from tms_tui.domain.policy import MESSAGE_LONGEST

MEGABYTE: Final = 1_000_000
ALIVE_WITHIN: Final = 2.0
"""Seconds: what the program may compute, and what a paste of its own may last."""
STOCK: Final = planted("stock")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "server") as running:
        running.add_agent("Dana", "dana@example.com")
        yield running


@pytest.fixture
def desk(stage: Stage, tmp_path: Path) -> Iterator[tuple[Terminal, Guest]]:
    with at_desk(stage, tmp_path / "home") as found:
        yield found


def composed(terminal: Terminal) -> str:
    """What stands in the composer, its rows one after the other."""
    lines = terminal.screen.lines()
    top = max(row for row, line in enumerate(lines) if "Reply to Nora" in line)
    left = lines[top].rindex("╭")
    return "".join(line[left + 1 :].rstrip("│ ") for line in lines[top + 1 : -3]).strip()


def type_through(terminal: Terminal, data: bytes) -> None:
    """Type more than the line holds at once, reading meanwhile."""
    for start in range(0, len(data), 1024):
        terminal.send(data[start : start + 1024])
        while terminal.read(0.0):
            continue


def send_and_see(terminal: Terminal, guest: Guest, text: str) -> None:
    """Only what Enter was pressed for is with the customer."""
    send_and_see_all(terminal, guest, text)


def send_and_see_all(terminal: Terminal, guest: Guest, *texts: str) -> None:
    """The same, of several messages, of which the last is sent here."""
    terminal.send("\r")
    until(terminal, lambda: guest.stored()[1:] == [*texts], what=f"{texts!r} stored, and nothing else")


def test_enter_pressed_again_and_again_sends_once(desk: tuple[Terminal, Guest]) -> None:
    terminal, guest = desk
    terminal.send("only once")
    terminal.wait_for("only once")
    for _ in range(5):
        terminal.send("\r")
    until(terminal, lambda: guest.stored()[1:] == ["only once"], what="it is stored")
    terminal.send("and more")
    terminal.wait_for("and more")
    send_and_see_all(terminal, guest, "only once", "and more")


def test_textual_alone_types_the_replies(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", program=STOCK) as (terminal, _):
        terminal.send(b"\x1b]11;rgb:0000/0000/0000\x1b\\")
        terminal.wait_for("rgb:0000")


def test_no_reply_of_a_terminal_reaches_the_composer(desk: tuple[Terminal, Guest]) -> None:
    terminal, guest = desk
    for reply in REPLIES:
        terminal.send(b"<" + reply + b">")
    terminal.wait_until(lambda _: composed(terminal) == "<>" * len(REPLIES), what="nothing but what was typed")
    send_and_see(terminal, guest, "<>" * len(REPLIES))


def test_textual_alone_ends_at_a_byte_that_is_no_text(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", program=STOCK) as (terminal, _):
        terminal.send(b"a\xffb")
        assert terminal.wait_exit() != -1


def test_a_byte_that_is_no_text_becomes_a_replacement_that_is_not_sent(desk: tuple[Terminal, Guest]) -> None:
    terminal, guest = desk
    terminal.send(b"a\xff\xfeb\xc3(\xe2\x82")
    terminal.wait_for("a\ufffd\ufffdb\ufffd(")
    terminal.send(b"\xac!")
    terminal.wait_for("(€!")
    terminal.send("\r")
    terminal.wait_for("Not sent: this is not UTF-8 text.")
    terminal.send(b"\x7f" * len("b\ufffd(€!") + b"\x1b[200~gr\xfcn\x1b[201~")
    terminal.wait_for("gr\ufffdn")
    terminal.send("\r" + "\x7f" * len("\ufffd\ufffdgr\ufffdn") + "gr\u00fcn \ufffd")
    terminal.wait_for("agr\u00fcn \ufffd")
    terminal.send("\r\x7f\x7f!")
    send_and_see(terminal, guest, "agr\u00fcn!")
    terminal.send("a real \ufffd")
    terminal.wait_for("a real \ufffd")
    send_and_see_all(terminal, guest, "agr\u00fcn!", "a real \ufffd")


def test_textual_alone_ends_at_the_release_of_a_key(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", program=STOCK) as (terminal, _):
        terminal.send(b"\x1b[13;1:3u")
        assert terminal.wait_exit() != -1


def test_the_release_of_a_key_is_nothing_at_the_desk(desk: tuple[Terminal, Guest]) -> None:
    terminal, guest = desk
    for sequence in (b"\x1b[13;1:3u", b"\x1b[1;5:3D", b"\x1b[97:65;2:3u", b"\x1b[" + b"9" * 5000 + b";1:1u"):
        terminal.send(b"<" + sequence + b">")
    terminal.wait_for("<>" * 4)
    terminal.send(b"\x1b[1;1:1D!")
    terminal.wait_for("!>")
    send_and_see(terminal, guest, f"{'<>' * 3}<!>")


def test_the_release_of_a_key_is_nothing_at_the_sign_in_and_before(stage: Stage, tmp_path: Path) -> None:
    release = b"\x1b[13;1:3u\x1b[1;5:3D"
    with Terminal([*PROGRAM, "--server", stage.url], env=clean_environment(tmp_path / "home")) as terminal:
        terminal.send(release)
        terminal.wait_for("sign in")
        terminal.send(release + b"dana@" + release)
        terminal.wait_for("dana@")
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        assert terminal.screen.modes == LEFT


def test_what_is_typed_is_sent_as_typed(desk: tuple[Terminal, Guest]) -> None:
    terminal, guest = desk
    text = "10\u00a0\u20ac\u202f! a\u200cb\u200dc \U0001f469\u200d\u2764\ufe0f\u200d\U0001f468 \U0001fae9 \ue0b0."
    for character in text:
        terminal.send(character)
    terminal.send("\x1b[;;128105:8205:128640u end")
    terminal.wait_for(" end")
    send_and_see(terminal, guest, f"{text}\U0001f469\u200d\U0001f680 end")


def test_a_wheel_recalls_nothing_and_its_mode_is_given_back(desk: tuple[Terminal, Guest]) -> None:
    terminal, guest = desk
    terminal.send("my only answer")
    terminal.wait_for("my only answer")
    send_and_see(terminal, guest, "my only answer")
    terminal.wait_until(lambda _: composed(terminal) == "", what="an empty composer")
    terminal.send(b"\x1b[A\x1b[A\x1b[A")
    terminal.send("\rafter")
    terminal.wait_for("after")
    send_and_see_all(terminal, guest, "my only answer", "after")
    terminal.wait_until(
        lambda screen: len(re.findall(r" sent *│", screen.text())) == 2, what="both are known to be sent"
    )
    terminal.send("\x11")
    assert terminal.wait_exit() == 0
    kept, off, back = (terminal.output.index(b"\x1b[?1007" + end) for end in (b"s", b"l", b"r"))
    assert kept < off < back
    assert terminal.output.count(b"\x1b[?1007l") == 1
    assert terminal.screen.modes == LEFT


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "unmarked"])
def test_pasted_lines_are_never_sent(desk: tuple[Terminal, Guest], marked: bool) -> None:
    terminal, guest = desk
    lines = b"first line\rsecond line\rthird line\r"
    terminal.send(b"\x1b[200~" + lines + b"\x1b[201~" if marked else lines)
    terminal.wait_for("third line")
    terminal.send("the end")
    terminal.wait_for("the end")
    assert guest.stored() == ["hello from Nora"]
    send_and_see(terminal, guest, "first line\nsecond line\nthird line\nthe end")


def test_textual_alone_sends_unmarked_lines(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", program=STOCK) as (terminal, guest):
        terminal.send("first line\rsecond line\r")
        until(terminal, lambda: "first line" in guest.stored())


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "unmarked"])
def test_a_megabyte_is_refused_with_its_length(desk: tuple[Terminal, Guest], marked: bool) -> None:
    terminal, guest = desk
    terminal.send("before ")
    terminal.wait_for("before")
    words = b"words and \r" * (MEGABYTE // 11)
    type_through(terminal, b"\x1b[200~" + words + b"\x1b[201~" if marked else words)
    computed = cpu_seconds(terminal.pid)
    # Without marks, whoever stops for a moment while typing has pasted twice: each has a length of its own.
    length = str(len(words) + len("before ")) if marked else ""
    terminal.wait_for(f"{length} characters, {MESSAGE_LONGEST} is the most")
    terminal.send("after")
    terminal.wait_for("before after")
    assert cpu_seconds(terminal.pid) - computed < ALIVE_WITHIN
    send_and_see(terminal, guest, "before after")


def test_textual_alone_swallows_all_keys_after_a_paste_without_end(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", program=STOCK) as (terminal, _):
        terminal.send("\x1b[200~pasted")
        terminal.send(" and typed")
        assert terminal.rest(ALIVE_WITHIN)
        assert terminal.screen.find("typed") is None
        terminal.send("\x1b[201~")
        terminal.wait_for("pasted and typed")


def test_a_paste_without_end_ends_by_itself(desk: tuple[Terminal, Guest]) -> None:
    terminal, guest = desk
    terminal.send("\x1b[200~pasted\r")
    terminal.wait_for("pasted")
    terminal.send("typed")
    terminal.wait_for("typed")
    assert guest.stored() == ["hello from Nora"]
    send_and_see(terminal, guest, "pasted\ntyped")
