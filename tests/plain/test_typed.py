"""One line being typed: what is kept of it, and what is echoed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_incoming import LATER, REPLIES
from tests.ui.test_keyboard import SENT, may_type
from tms_tui.core.incoming import Incoming
from tms_tui.domain.text import has_lost_bytes
from tms_tui.plain.typed import LineEditor


def typed(*chunks: bytes) -> tuple[list[str], str, str]:
    """The whole lines, what is left unfinished, and everything echoed."""
    incoming, editor = Incoming(finds_bursts=False), LineEditor()
    pieces = [piece for chunk in chunks for piece in incoming.feed(chunk, 0.0)]
    while incoming.due is not None:
        pieces += incoming.tick(LATER)
    echoes = [echo for piece in pieces for echo in editor.take(piece)]
    lines = [echo.line for echo in echoes if echo.line is not None]
    return lines, editor.text, "".join(echo.text for echo in echoes)


def test_enter_makes_a_line() -> None:
    assert typed(b"hello\rbye") == (["hello"], "bye", "hello\nbye")


def test_backspace_takes_one_character_and_wide_ones_two_columns() -> None:
    assert typed(b"ab\x7f") == ([], "a", "ab\b \b")
    assert typed("a\u6f22\x7f".encode()) == ([], "a", "a\u6f22\b \b\b \b")
    assert typed(b"\x7f") == ([], "", "")


@pytest.mark.parametrize(
    "key", ["\x17", "\x1b\x7f", "\x1b\b", "\x1b[127;3u", "\x1b[27;3;127~", "\x1b[119;5u"], ids=repr
)
def test_the_word_before_is_erased(key: str) -> None:
    assert typed(f"one two{key}".encode())[1] == "one "
    assert typed(f"one two {key}".encode())[1] == "one "


def test_a_line_is_erased() -> None:
    assert typed(b"one two\x15")[1] == ""


def test_what_is_typed_is_kept_whatever_the_interpreter_calls_it() -> None:
    words = "a\u00a0b\u202fc\u200cd\U0001f469\u200d\U0001f680 \U0001fae9 \ue0b0"
    assert typed(f"{words}\r".encode())[0] == [words]


def test_keys_that_send_sequences_do_nothing() -> None:
    assert typed(b"a\x1b[Ab\x1bOPc\x1b[1;5Dd\x1bxe\x1b[13;1:3uf\r") == (["abcdef"], "", "abcdef\n")


def test_keys_by_number_type_and_end_a_line() -> None:
    assert typed(b"\x1b[97;;97u\x1b[98;2;66u\x1b[13u") == (["aB"], "", "aB\n")


@pytest.mark.parametrize("reply", REPLIES, ids=repr)
def test_a_reply_of_the_terminal_is_no_text(reply: bytes) -> None:
    assert typed(b"a", reply, b"b\r")[0] == ["ab"]


@given(st.lists(SENT, min_size=1, max_size=4))
def test_no_sequence_of_a_terminal_is_typed(sent: list[bytes]) -> None:
    lines, left, _ = typed(*sent)
    assert set("".join([*lines, left])) <= set().union(*map(may_type, sent))


@given(st.text())
def test_nothing_typed_is_echoed_as_an_escape(keys: str) -> None:
    _, _, echo = typed(keys.encode(errors="replace"))
    assert "\x1b" not in echo
    assert all(character.isprintable() or character in "\n\b" or ord(character) > 0x7F for character in echo)


def test_bytes_that_are_no_text_are_echoed_as_replacements_and_still_known_in_the_line() -> None:
    [line], _, echo = typed(b"gr\xfcn\r")
    assert has_lost_bytes(line)
    assert echo == "gr\ufffdn\n"
    assert typed(b"gr\xfc\x7f\xc3\xbcn\r") == (["gr\u00fcn"], "", "gr\ufffd\b \b\u00fcn\n")
