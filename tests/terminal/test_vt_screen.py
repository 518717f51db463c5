"""The emulated screen shows what a terminal would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.terminal.vt_screen import VtScreen


def drawn(output: str, rows: int = 4, cols: int = 10) -> VtScreen:
    screen = VtScreen(rows, cols)
    screen.feed(output.encode())
    return screen


@pytest.mark.parametrize(
    ("output", "lines"),
    [
        ("one\r\ntwo", ["one", "two", "", ""]),
        ("abcdefghijkl", ["abcdefghij", "kl", "", ""]),
        ("abcdefghij\rX", ["Xbcdefghij", "", "", ""]),
        ("1\r\n2\r\n3\r\n4\r\n5", ["2", "3", "4", "5"]),
        ("\x1b[2;3Hx\x1b[Hy\x1b[4dz", ["y", "  x", "", " z"]),
        ("abcdef\x1b[3D\x1b[K", ["abc", "", "", ""]),
        ("abcdef\x1b[1;3H\x1b[1K", ["   def", "", "", ""]),
        ("abcdef\x1b[1;3H\x1b[2P", ["abef", "", "", ""]),
        ("abcdef\x1b[1;3H\x1b[2@", ["ab  cdef", "", "", ""]),
        ("abcdef\x1b[1;3H\x1b[2X", ["ab  ef", "", "", ""]),
        ("a\x1b[5b", ["aaaaaa", "", "", ""]),
        ("1\r\n2\r\n3\x1b[2;1H\x1b[L", ["1", "", "2", "3"]),
        ("1\r\n2\r\n3\x1b[2;1H\x1b[M", ["1", "3", "", ""]),
        ("1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[3;1H\n", ["1", "3", "", "4"]),
        ("1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[2;1H\x1bM", ["1", "", "2", "4"]),
        ("1\r\n2\x1b[2J", ["", "", "", ""]),
        ("1\r\n2\r\n3\x1b[2;1H\x1b[J", ["1", "", "", ""]),
        ("a\tb", ["a       b", "", "", ""]),
        ("ab\x1b7\x1b[4;4H\x1b8c", ["abc", "", "", ""]),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07\x1bPq#\x1b\\end", ["red end", "", "", ""]),
    ],
)
def test_draws(output: str, lines: list[str]) -> None:
    assert drawn(output).lines() == lines


def test_a_wide_character_takes_two_columns_and_a_mark_none() -> None:
    screen = drawn("世e\u0301x")
    assert screen.line(0).rstrip() == "世e\u0301x"
    assert screen.cursor == (0, 4)


def test_the_alternate_screen_gives_the_first_one_back() -> None:
    screen = drawn("shell\x1b[?1049h\x1b[2Japp\x1b[?25l")
    assert (screen.find("shell"), screen.modes) == (None, {1049})
    screen.feed(b"\x1b[?1049l\x1b[?25h")
    assert (screen.lines()[0], screen.cursor, screen.modes) == ("shell", (0, 5), {25})


def test_title_and_bell_are_kept() -> None:
    screen = drawn("\x1b]2;(3) desk\x1b\\\x07")
    assert (screen.title, screen.bells) == ("(3) desk", 1)


def test_an_escape_that_leads_nowhere_is_dropped() -> None:
    assert drawn("a\x1b\x1b[1mb\x1b[12\x01c").text().startswith("ab[12c")


def test_touched_rows_are_named_once() -> None:
    screen = drawn("a\r\n\nb")
    assert screen.take_touched() == {0, 2}
    assert screen.take_touched() == set()


def test_resizing_keeps_what_still_fits() -> None:
    screen = drawn("abcdefgh\r\n2\r\n3")
    screen.resize(2, 5)
    assert screen.lines() == ["abcde", "2"]
    screen.feed(b"\x1b[99;99HX")
    assert screen.lines() == ["abcde", "2   X"]


pieces = st.one_of(
    st.text(max_size=8),
    st.builds("\x1b[{}{}{}".format, st.sampled_from(["", "?"]), st.from_regex(r"[0-9;]{0,6}"), st.characters()),
    st.sampled_from(["\x1b", "\x1b]", "\x1bP", "\x07", "\x1b\\", "\x1bM", "\n", "\b", "\x1b[?1049h", "\x1b[?1049l"]),
)


@given(st.lists(pieces, max_size=30), st.data())
def test_whatever_comes_however_cut_draws_the_same(parts: list[str], data: st.DataObject) -> None:
    output = "".join(parts).encode("utf-8", "replace")
    whole, cut = VtScreen(5, 12), VtScreen(5, 12)
    whole.feed(output)
    place = 0
    while place < len(output):
        step = data.draw(st.integers(1, 9))
        cut.feed(output[place : place + step])
        place += step
    assert cut.lines() == whole.lines()
    assert all(0 <= at < size for at, size in zip(whole.cursor, (5, 12), strict=True))
