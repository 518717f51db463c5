"""Bytes of a terminal become keys and pastes, and nothing else ever does."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS, IGNORE_SEQUENCE
from textual._xterm_parser import XTermParser

from tms_tui.ui.driver import is_key, messages_of
from tms_tui.ui.incoming import (
    BURST,
    BURST_WITHIN,
    PASTE_WITHIN,
    REPLY_WITHIN,
    AltPressed,
    EscapePressed,
    Incoming,
    Pasted,
    Piece,
    Typed,
)

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
    incoming = Incoming(is_key)
    found = [piece for chunk in chunks for piece in incoming.feed(chunk, 0.0)]
    while incoming.due is not None:
        found += incoming.tick(LATER)
    return found


def text(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Typed | Pasted))


@pytest.mark.parametrize("reply", REPLIES, ids=repr)
def test_a_reply_is_dropped_however_it_is_cut(reply: bytes) -> None:
    assert read([b"a" + reply + b"b"]) == [Typed("a"), Typed("b")]
    for cut in range(1, len(reply)):
        assert text(read([b"a" + reply[:cut], reply[cut:] + b"b"])) == "ab"
    assert read([bytes([byte]) for byte in reply]) == []


def test_textual_alone_types_replies_and_fails_at_some() -> None:
    titles = [reply.decode() for reply in REPLIES if b"rm -rf /" in reply]
    keys = [key for title in titles for key in XTermParser().feed(title) if isinstance(key, events.Key)]
    assert "".join(key.character or "" for key in keys if key.is_printable).count("rm -rf /") == len(titles) == 2
    with pytest.raises(OverflowError):
        list(XTermParser().feed("\x1b[9999999999u"))


@pytest.mark.parametrize(
    "sequence", [key for key in ANSI_SEQUENCES_KEYS if key.startswith(("\x1b[", "\x1bO"))], ids=repr
)
def test_every_key_that_textual_knows_comes_through(sequence: str) -> None:
    if sequence.startswith("\x1b[M"):
        return
    pieces = read([sequence.encode()])
    ours = [message for piece in pieces for message in messages_of(piece, XTermParser())]
    stock = list(XTermParser().feed(sequence))
    assert [repr(message) for message in ours] == [repr(message) for message in stock]
    assert ours or ANSI_SEQUENCES_KEYS[sequence] is IGNORE_SEQUENCE or sequence.endswith("R")


@pytest.mark.parametrize(
    ("sequence", "key"),
    [
        ("\x1b[13u", "enter"),
        ("\x1b[13;2u", "shift+enter"),
        ("\x1b[97;5u", "ctrl+a"),
        ("\x1b[97;;97u", "a"),
        ("\x1b[1;5B", "ctrl+down"),
    ],
)
def test_keys_by_number_come_through(sequence: str, key: str) -> None:
    (piece,) = read([sequence.encode()])
    assert [message.key for message in messages_of(piece, XTermParser()) if isinstance(message, events.Key)] == [key]


def test_composed_text_comes_whole_however_long() -> None:
    numbers = ":".join(str(ord(character)) for character in "你好世界再见啊")
    assert read([f"\x1b[0;;{numbers}u".encode()]) == [Typed("你好世界再见啊")]


def test_escape_is_a_key_once_nothing_follows_it() -> None:
    incoming = Incoming(is_key)
    assert list(incoming.feed(b"\x1b", 5.0)) == []
    due = incoming.due
    assert due is not None
    assert list(incoming.tick(due - 0.01)) == []
    assert list(incoming.tick(due)) == [EscapePressed()]
    assert incoming.due is None
    assert read([b"\x1b\x1b"]) == [EscapePressed(), EscapePressed()]
    assert read([b"\x1bx"]) == [AltPressed("x")]


def test_bytes_that_are_no_text_become_replacements() -> None:
    with pytest.raises(UnicodeDecodeError):
        b"a\xff\xfeb\xc3".decode()
    assert read([b"a\xff", b"\xfeb\xe2\x82", b"\xac"]) == [Typed("a\ufffd"), Typed("\ufffdb"), Typed("€")]


def test_a_paste_is_one_piece_whatever_is_in_it() -> None:
    inside = "one\r\ntwo\x1b[A\x1b]0;title\x07 three\x1b"
    assert read([f"\x1b[200~{inside}\x1b[201~x".encode()]) == [Pasted(inside), Typed("x")]
    data = f"\x1b[200~{inside}\x1b[201~".encode()
    assert read([bytes([byte]) for byte in data]) == [Pasted(inside)]


def test_a_paste_without_its_end_ends_by_itself() -> None:
    incoming = Incoming(is_key)
    assert list(incoming.feed(b"\x1b[200~some pasted words, many of them", 0.0)) == []
    for at in (0.4, 0.8, 1.2):
        assert list(incoming.feed(b"k", at)) == []
    assert list(incoming.tick(PASTE_WITHIN)) == [Pasted("some pasted words, many of themkkk")]
    assert list(incoming.feed(b"k", 2.0)) == [Typed("k")]
    assert list(incoming.feed(b"\x1b[201~", 2.1)) == []


def test_a_reply_without_its_end_ends_by_itself() -> None:
    incoming = Incoming(is_key)
    assert list(incoming.feed(b"\x1b]11;rgb:00", 0.0)) == []
    assert list(incoming.tick(REPLY_WITHIN)) == []
    assert list(incoming.feed(b"k", 2.0)) == [Typed("k")]


def test_lines_that_come_at_once_are_a_paste_and_no_enter() -> None:
    assert read([b"one\rtwo\r"]) == [Pasted("one\rtwo\r")]
    assert read([b"x" * BURST, b"y\r", b"\r"]) == [Pasted("x" * BURST + "y\r\r")]


def test_what_a_hand_types_is_typed() -> None:
    for typed in (b"hello\r", b"\r\r", b"j", b"\x11"):
        assert read([typed]) == [Typed(typed.decode())]
    incoming = Incoming(is_key)
    assert list(incoming.feed(b"one\rtwo", 0.0)) == []
    assert list(incoming.tick(BURST_WITHIN)) == [Pasted("one\rtwo")]
    assert list(incoming.feed(b"\r", 0.2)) == [Typed("\r")]


SHARP = st.sampled_from(
    [b"\x1b", b"[", b"]", b"P", b"O", b"_", b"M", b"200~", b"201~", b"\x07", b"\\", b";", b"?", b"\xff"]
)
NOISE = st.lists(st.one_of(SHARP, st.sampled_from(REPLIES), st.binary(max_size=6)), max_size=12)


@given(NOISE)
def test_no_bytes_break_it_and_it_always_comes_to_rest(chunks: list[bytes]) -> None:
    parser = XTermParser()
    for piece in read(chunks):
        for message in messages_of(piece, parser):
            assert isinstance(message, events.Event)
    assert [repr(message) for message in parser.feed("a")][-1:] == [repr(next(iter(XTermParser().feed("a"))))]


@given(st.lists(st.sampled_from([*REPLIES, b"x", "é".encode(), b"\x1b[A"]), max_size=8), st.data())
def test_cutting_anywhere_changes_nothing(parts: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=4)))
    chunks = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert text(read(chunks)) == text(read([whole]))
