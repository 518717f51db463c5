"""Bytes of a terminal become characters, sequences and pastes, however they are cut."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tms_tui.core.incoming import (
    BURST,
    BURST_WITHIN,
    ESCAPE_AFTER,
    PASTE_WITHIN,
    REPLY_WITHIN,
    SEQUENCE_WITHIN,
    AltPressed,
    EscapePressed,
    Incoming,
    Pasted,
    Piece,
    Pressed,
    Typed,
)
from tms_tui.domain.text import has_lost_bytes

LATER = 10.0
REPLIES = [
    b"\x1b[?64;1;2;22c",  # device attributes
    b"\x1b[>41;379;0c",
    b"\x1bP!|7E565445\x1b\\",
    b"\x1b[24;80R",  # where the cursor is
    b"\x1b[?24;80;1R",
    b"\x1b[0n",
    b"\x1b[?997;1n",
    b"\x1bP1$r0;4m\x1b\\",  # a setting
    b"\x1bP0$r\x1b\\",
    b"\x1b]10;rgb:e5e5/e5e5/e5e5\x1b\\",  # colours
    b"\x1b]11;rgb:0000/0000/0000\x07",
    b"\x1b]4;1;rgb:cdcd/0000/0000\x07",
    b"\x1b]52;c;cm0gLXJmIC8=\x07",  # the clipboard
    b"\x1b]lrm -rf /\x1b\\",  # the title
    b"\x1b]Lrm -rf /\x1b\\",
    b"\x1bP>|XTerm(379)\x1b\\",  # its version
    b"\x1bP1+r544e=787465726d\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b[?31u",
    b"\x1b[?2048;2$y",
    b"\x1b[4;384;640t",
    b"\x1b[8;24;80t",
    b"\x1b[48;99999;99999;1;1t",
    b"\x1b[?1;2;256S",
    b"\x1b[2;1;1;112;112;1;0x",
    b"\x1b[<0;10;5M",  # a mouse that a crashed program left on
    b"\x1b[M !!",
    b"\x1b[9999999999u",
    b"\x1b[97:65;1:3u",
]


def read(chunks: Iterable[bytes]) -> list[Piece]:
    """What these reads give, nothing following them."""
    incoming = Incoming()
    found = [piece for chunk in chunks for piece in incoming.feed(chunk, 0.0)]
    while incoming.due is not None:
        found += incoming.tick(LATER)
    return found


def text(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Typed | Pasted))


@pytest.mark.parametrize("reply", REPLIES, ids=repr)
def test_a_reply_is_no_text_however_it_is_cut(reply: bytes) -> None:
    assert text(read([b"a" + reply + b"b"])) == "ab"
    for cut in range(1, len(reply)):
        assert text(read([b"a" + reply[:cut], reply[cut:] + b"b"])) == "ab"
    assert text(read([bytes([byte]) for byte in reply])) == ""


def test_a_mouse_of_the_oldest_kind_takes_three_bytes_of_any_value() -> None:
    for told in (b" !!", b"\xff\xc3\xa9", b"#\xc3\xa9", b"# \xc3", b"\xe2\x82\xac"):
        sent = b"\x1b[M" + told
        assert read([b"a" + sent + b"bc"]) == [Typed("a"), Typed("bc")]
        for cut in range(1, len(sent)):
            assert text(read([sent[:cut], sent[cut:] + b"b"])) == "b"


def test_a_string_that_no_terminal_is_known_to_send_is_no_text_once_it_is_whole() -> None:
    for sent in (b"\x1b]whatever\x07", b"\x1bPabc\x1b\\", b"\x1b_abc\x1b\\", b"\x1bP@kitty-cmd{}\x1b\\"):
        for cut in range(1, len(sent)):
            assert text(read([sent[:cut], sent[cut:] + b"b"])) == "b"


def test_letters_typed_behind_alt_are_kept_where_a_string_would_begin_so() -> None:
    incoming = Incoming()
    assert list(incoming.feed(b"\x1bPress", 0.0)) == []
    assert list(incoming.tick(ESCAPE_AFTER)) == [AltPressed("P"), Typed("ress")]
    assert list(incoming.feed(b"\x1bO", 1.0)) == []
    assert list(incoming.tick(1.0 + SEQUENCE_WITHIN)) == [AltPressed("O")]
    assert list(incoming.feed(b"k", 2.0)) == [Typed("k")]


def test_an_old_key_with_modifiers_is_one_sequence() -> None:
    assert read([b"\x1bO5P", b"x"]) == [Pressed("\x1bO5P"), Typed("x")]


def test_escape_is_a_key_once_nothing_follows_it() -> None:
    incoming = Incoming()
    assert list(incoming.feed(b"\x1b", 5.0)) == []
    due = incoming.due
    assert due is not None
    assert list(incoming.tick(due - 0.01)) == []
    assert list(incoming.tick(due)) == [EscapePressed()]
    assert incoming.due is None
    assert read([b"\x1b\x1b"]) == [EscapePressed(), EscapePressed()]
    assert read([b"\x1bx"]) == [AltPressed("x")]


def test_bytes_that_are_no_text_are_told_from_a_replacement_that_was_typed() -> None:
    found = read([b"a\xff", b"\xfeb\xe2\x82", b"\xac", b"\xef\xbf\xbd"])
    assert found == [Typed("a\udcff"), Typed("\udcfeb"), Typed("€"), Typed("\ufffd")]
    [pasted] = read([b"\x1b[200~gr\xfcn\x1b[201~"])
    assert isinstance(pasted, Pasted)
    assert [has_lost_bytes(one.text) for one in (*found, pasted) if isinstance(one, Typed | Pasted)] == [
        *(True, True, False, False),
        True,
    ]


def test_a_paste_is_one_piece_whatever_is_in_it() -> None:
    inside = "one\r\ntwo\x1b[A\x1b]0;title\x07 three\x1b"
    assert read([f"\x1b[200~{inside}\x1b[201~x".encode()]) == [Pasted(inside), Typed("x")]
    data = f"\x1b[200~{inside}\x1b[201~".encode()
    assert read([bytes([byte]) for byte in data]) == [Pasted(inside)]


def test_a_paste_without_its_end_ends_by_itself() -> None:
    incoming = Incoming()
    assert list(incoming.feed(b"\x1b[200~some pasted words, many of them", 0.0)) == []
    for at in (0.4, 0.8, 1.2):
        assert list(incoming.feed(b"k", at)) == []
    assert list(incoming.tick(PASTE_WITHIN)) == [Pasted("some pasted words, many of themkkk")]
    assert list(incoming.feed(b"k", 2.0)) == [Typed("k")]
    assert list(incoming.feed(b"\x1b[201~", 2.1)) == [Pressed("\x1b[201~")]


def test_a_reply_without_its_end_ends_by_itself() -> None:
    incoming = Incoming()
    assert list(incoming.feed(b"\x1b]11;rgb:00", 0.0)) == []
    assert list(incoming.tick(REPLY_WITHIN)) == []
    assert list(incoming.feed(b"k", 2.0)) == [Typed("k")]


def test_lines_that_come_at_once_are_a_paste_and_no_enter() -> None:
    assert read([b"one\rtwo\r"]) == [Pasted("one\rtwo\r")]
    assert read([b"x" * BURST, b"y\r", b"\r"]) == [Pasted("x" * BURST + "y\r\r")]


def test_what_a_hand_types_is_typed() -> None:
    for typed in (b"hello\r", b"\r\r", b"j", b"\x11"):
        assert read([typed]) == [Typed(typed.decode())]
    incoming = Incoming()
    assert list(incoming.feed(b"one\rtwo", 0.0)) == []
    assert list(incoming.tick(BURST_WITHIN)) == [Pasted("one\rtwo")]
    assert list(incoming.feed(b"\r", 0.2)) == [Typed("\r")]


@given(st.lists(st.sampled_from([*REPLIES, b"x", "é".encode(), b"\x1b[A"]), max_size=8), st.data())
def test_cutting_anywhere_changes_nothing(parts: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=4)))
    chunks = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert text(read(chunks)) == text(read([whole]))
