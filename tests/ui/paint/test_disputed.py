"""After what terminals draw in more or fewer cells than counted, everything stands where it belongs all the same."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.terminal.vt_screen import VtScreen
from tms_tui.domain.text import clean_line
from tms_tui.ui.paint.cells import wrap
from tms_tui.ui.paint.disputed import addressed, clusters, is_disputed, reach

HEART, KEYCAP, TONE = "\u2764\ufe0f", "1\ufe0f\u20e3", "\U0001f44d\U0001f3fd"
FAMILY, FLAG, NEW = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "\U0001fae9"
DISPUTED = [HEART, KEYCAP, TONE, FAMILY, FLAG, NEW, "\u263a", "\u0915\u093e", "\u1112\u1161\u11ab", "\ue0b0", "\u00ad"]
AGREED = ["a", "\u00e9", "e\u0301", "\u6f22", "\ud55c", "\u2502", "\u2026", "\u0431", "\u05e9\u05c1", "\u0e2a\u0e31"]
LINES = st.lists(st.sampled_from([*DISPUTED, *AGREED, " ", "word"]), max_size=12).map("".join)
ROWS, COLS = 3, 200


def narrow(char: str) -> int:
    """As a terminal that knows of no emoji."""
    is_wide = unicodedata.east_asian_width(char) in "WF" and ord(char) < 0x1F000
    return 0 if unicodedata.category(char) in {"Mn", "Me", "Cf"} else 2 if is_wide else 1


def wide(char: str) -> int:
    """As a terminal that draws each part of an emoji by itself, and signs as emoji."""
    if char in "\u200d\ufe0f" or unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if is_disputed(char) or unicodedata.east_asian_width(char) in "WF" else 1


def drawn(width_of: Callable[[str], int], written: str) -> VtScreen:
    """What such a terminal shows, on whose rows something else stood before."""
    screen = VtScreen(ROWS, COLS, width_of)
    screen.feed(("\x1b[?7l" + "".join(f"\x1b[{row};1H{'#' * COLS}" for row in range(1, ROWS + 1))).encode())
    screen.feed(written.encode())
    return screen


@pytest.mark.parametrize("cluster", DISPUTED, ids=ascii)
def test_what_terminals_dispute_is_known(cluster: str) -> None:
    assert is_disputed(cluster)
    assert [one.text for one in clusters(f"a{cluster}b")] == ["a", cluster, "b"]


@pytest.mark.parametrize("cluster", AGREED, ids=ascii)
def test_what_they_agree_about_is_written_as_it_is(cluster: str) -> None:
    assert not is_disputed(cluster)
    assert addressed(f"\x1b[1;1H{cluster}\u2502") == f"\x1b[1;1H{cluster}\u2502"
    assert reach(cluster, cell_len(cluster)) == cell_len(cluster)


@pytest.mark.parametrize("width_of", [narrow, wide])
@pytest.mark.parametrize("cluster", DISPUTED, ids=ascii)
def test_the_frame_stands_straight_and_no_letter_stays_behind(width_of: Callable[[str], int], cluster: str) -> None:
    text = f"hi {cluster} and {cluster}{cluster}."
    row = f"\x1b[1m{text}\x1b[0m{' ' * (40 - cell_len(text))}\u2502"
    screen = drawn(width_of, addressed(f"\x1b[?2026h\x1b[2;5H{row}\x1b[3;5Hnext\u2502\x1b[1;1H"))
    assert screen._cells[1][44] == "\u2502"
    assert "#" not in screen._cells[1][4:44]
    assert "".join(screen._cells[2][4:9]) == "next\u2502"


def test_a_style_that_changes_within_a_row_moves_nothing() -> None:
    row = f"{HEART}\x1b[1mb\x1b[0m{HEART}\x1b[38;2;1;2;3m\u2502"
    screen = drawn(narrow, addressed(f"\x1b[1;1H{row}"))
    assert (screen._cells[0][2], screen._cells[0][5]) == ("b", "\u2502")


def test_only_behind_such_a_cluster_bytes_are_added() -> None:
    plain = "\x1b[1;1H\x1b[1m\u2502 caf\u00e9 \u6f22\u5b57 \u2026\x1b[0m\r\n\x1b[2;1H ok"
    assert addressed(plain) == plain
    assert addressed("\x1b]2;(3) tms-chat\x07") == "\x1b]2;(3) tms-chat\x07"
    assert len(addressed(f"{plain}{HEART}").encode()) - len(f"{plain}{HEART}".encode()) <= 2 * len("\x1b[2;99H") + 2


@given(LINES.map(clean_line), st.integers(8, 40))
def test_wrapped_no_cluster_reaches_beyond_the_row_in_any_terminal(line: str, width: int) -> None:
    for row in wrap(line, width):
        at = 0
        for cluster, cells in clusters(row):
            assert at + min(reach(cluster, cells), width) <= width
            at += cells
