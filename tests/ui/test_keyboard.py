"""What a terminal sends becomes keys and reports, or nothing: it never ends the program and never comes into a text."""

import re
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual import events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.message import Message

from tests.core.test_incoming import LATER, REPLIES
from tms_tui.core.incoming import Piece, Pressed
from tms_tui.ui.keyboard import Key, Keyboard, messages_of


def received(*chunks: bytes) -> list[Message]:
    """The messages of these reads, nothing following them."""
    keyboard = Keyboard()
    found = [message for chunk in chunks for message in keyboard.feed(chunk, 0.0)]
    while keyboard.due is not None:
        found += keyboard.tick(LATER)
    return found


def keys(*chunks: bytes) -> list[str]:
    """The keys of these reads, as bindings name them."""
    return [message.key for message in received(*chunks) if isinstance(message, events.Key)]


def typed(found: Iterable[Message]) -> str:
    """What a field of text takes in of them."""
    written = [one.character or "" for one in found if isinstance(one, events.Key) and one.is_printable]
    return "".join([*written, *(one.text for one in found if isinstance(one, events.Paste))])


def is_read_by_textual(sequence: str) -> bool:
    """Whether Textual's parser and its table agree about a sequence that no report looks like."""
    named = ANSI_SEQUENCES_KEYS[sequence]
    if sequence.startswith("\x1b[M") or not sequence.startswith(("\x1b[", "\x1bO")):
        return False
    stock = [message.key for message in XTermParser().feed(sequence) if isinstance(message, events.Key)]
    return not isinstance(named, tuple) or len(named) > 1 or stock == [key.value for key in named]


@pytest.mark.parametrize("sequence", [one for one in ANSI_SEQUENCES_KEYS if is_read_by_textual(one)], ids=repr)
def test_a_key_that_textual_knows_comes_through(sequence: str) -> None:
    stock = [repr(message) for message in XTermParser().feed(sequence)]
    named = ANSI_SEQUENCES_KEYS[sequence]
    if isinstance(named, tuple) and re.fullmatch(r"\x1b\[1;[78]u", sequence):
        assert keys(sequence.encode()) == [key.value for key in named]
    else:
        assert [repr(message) for message in received(sequence.encode())] == stock


@pytest.mark.parametrize(
    ("sequence", "key"),
    [
        ("\x1b[5A", "ctrl+up"),
        ("\x1b[25~", "f13"),
        ("\x1b[34~", "f20"),
        ("\x1b[13u", "enter"),
        ("\x1b[13;2u", "shift+enter"),
        ("\x1b[97;5u", "ctrl+a"),
        ("\x1b[97;;97u", "a"),
        ("\x1b[1;5B", "ctrl+down"),
        ("\x1b[13;1:1u", "enter"),
        ("\x1b[13;1:2u", "enter"),
        ("\x1b[1;5:1D", "ctrl+left"),
        ("\x1b[1;5:2D", "ctrl+left"),
        ("\x1b[97:65;2:1;65u", "A"),
        ("\x1b[97:65:97;2u", "A"),
        ("\x1b[97;2u", "A"),
        ("\x1b[33;2u", "exclamation_mark"),
        ("\x1b[57441;2u", "left_shift"),
        ("\x1b[97;69u", "ctrl+a"),
        ("\x1b[113;7;64u", "at"),
        ("\x1b[27;2;13~", "shift+enter"),
        ("\x1b[27;5;98~", "ctrl+b"),
        ("\x1b[27;3;127~", "alt+backspace"),
        ("\x1b[127;3u", "alt+backspace"),
        ("\x1b\x7f", "alt+backspace"),
        ("\x1b\x08", "alt+backspace"),
    ],
)
def test_keys_by_number_come_through(sequence: str, key: str) -> None:
    assert keys(sequence.encode()) == [key]


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[13;1:3u",
        "\x1b[1;5:1:1D",
        "\x1b[1;5:3D",
        "\x1b[97;1:3;97u",
        "\x1b[3;1:3~",
        "\x1b[1;1:3A",
        "\x1b[57441;2:3u",
    ],
)
def test_the_release_of_a_key_is_nothing(sequence: str) -> None:
    assert received(sequence.encode()) == []


@pytest.mark.parametrize(
    ("sequence", "text"),
    [
        ("\x1b[0;;20320:22909u", "\u4f60\u597d"),
        ("\x1b[;;128105:8205:10084:65039:8205:128104u", "\U0001f469\u200d\u2764\ufe0f\u200d\U0001f468"),
        ("\x1b[27;5;98~", ""),
        ("\x1b[97;5;97u", ""),
        ("\x1b[97;;27:97:155u", "a"),
        ("\x1b[57358u", ""),
        ("\x1b[3u", ""),
    ],
)
def test_a_key_by_number_types_its_text_and_nothing_else(sequence: str, text: str) -> None:
    assert typed(received(sequence.encode())) == text


def test_what_is_typed_is_text_whatever_the_interpreter_calls_it() -> None:
    for text in ("\u00a0", "\u202f", "\u200c", "\u200d", "\u3000", "\U0001fae9", "\U000e0067", "\ue0b0", "\u00ad"):
        assert typed(received(f"a{text}b".encode())) == f"a{text}b"
    for text in ("\x9b", "\x85", "\x7f", "\x01"):
        assert typed(received(f"a{text}b".encode())) == "ab"


def test_arrows_that_come_at_once_are_marked_and_others_are_not() -> None:
    def marks(*chunks: bytes) -> list[bool]:
        return [one.at_once for one in received(*chunks) if isinstance(one, Key)]

    assert marks(b"\x1b[A\x1b[A\x1b[A") == [True] * 3
    assert marks(b"\x1bOB\x1bOB") == [True] * 2
    assert marks(b"\x1b[A", b"\x1b[A") == [False] * 2
    assert marks(b"\x1b[A\x1b[B") == [False] * 2
    assert marks(b"\x1b[Aaa\r\r") == [False] * 5


def test_reports_that_were_asked_for_are_told() -> None:
    told = received(b"\x1b[I\x1b[O\x1b[?2026;2$y\x1b[?2026;0$y")
    assert [type(one) for one in told] == [
        events.AppFocus,
        events.AppBlur,
        messages.TerminalSupportsSynchronizedOutput,
    ]


def test_a_parser_that_fails_costs_that_sequence_alone(caplog: pytest.LogCaptureFixture) -> None:
    def failing(piece: Piece) -> Iterator[Message]:
        if piece == Pressed("\x1b[A"):
            raise ArithmeticError("secret")
        return messages_of(piece)

    keyboard = Keyboard(failing)
    found = keyboard.feed(b"a\x1b[Ab\x1b[B", 0.0)
    assert [one.key for one in found if isinstance(one, Key)] == ["a", "b", "down"]
    assert "ArithmeticError" in caplog.text
    assert "secret" not in caplog.text


def test_textual_alone_ends_at_the_release_of_a_key_and_types_titles() -> None:
    for sequence in ("\x1b[13;1:3u", "\x1b[1;5:1D"):
        with pytest.raises(ValueError, match="invalid literal"):
            list(XTermParser().feed(sequence))
    titles = [reply.decode() for reply in REPLIES if b"rm -rf /" in reply]
    assert typed(message for title in titles for message in XTermParser().feed(title)).count("rm -rf /") == 2


# What a terminal can send, each number of it absent, usual, or absurd.

NUMBER = st.one_of(
    st.just(""), st.integers(0, 300).map(str), st.sampled_from(["1114112", "55296", "9" * 30, "9" * 5000])
)
FIELDS = st.lists(st.lists(NUMBER, min_size=1, max_size=4).map(":".join), max_size=5).map(";".join)
CONTROL = st.builds(
    lambda mark, fields, between, final: f"\x1b[{mark}{fields}{between}{final}",
    st.sampled_from(["", "", "?", "<", "=", ">"]),
    FIELDS,
    st.sampled_from(["", "", " ", "!", "'", '"']),
    st.sampled_from([chr(code) for code in range(0x40, 0x7F) if chr(code) not in "M["]),
).filter(lambda sequence: sequence != "\x1b[200~")
NUMBERED = st.builds(
    lambda code, modifiers, text, final: f"\x1b[{code};{modifiers};{text}{final}",
    *[st.lists(NUMBER, min_size=1, max_size=3).map(":".join)] * 3,
    st.sampled_from("u~ABCDEFHPQRS"),
)
SHIFTED = st.builds(
    lambda digits, final: f"\x1bO{digits}{final}", st.sampled_from(["", "2", "5"]), st.sampled_from("PQRSABCDHFM ")
)
PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
STRING = st.builds(
    lambda lead, body, end: f"\x1b{lead}{body}{end}",
    st.sampled_from(["]", "]0;", "]52;c;", "P", "P1$r", "P>|", "P@", "_", "_G"]),
    PRINTABLE,
    st.sampled_from(["\x07", "\x1b\\"]),
)
OLD_MOUSE = st.binary(min_size=3, max_size=3).map(lambda told: b"\x1b[M" + bytes(0x20 | byte for byte in told))
SENT = st.one_of(
    st.one_of(CONTROL, NUMBERED, SHIFTED, STRING).map(str.encode),
    OLD_MOUSE,
    st.sampled_from([*REPLIES, b"\x1b[I", b"\x1b[O"]),
)


def may_type(sent: bytes) -> set[str]:
    """The characters that a key by number, or of a keypad, may be."""
    numbers = [int(digits) for digits in re.findall(rb"\d+", sent) if len(digits) < 8]
    named = {chr(number) for number in numbers if number < 0x110000}
    return named | {character.upper() for character in named} | ({" "} if sent.startswith(b"\x1bO") else set())


@given(st.lists(SENT, min_size=1, max_size=4), st.data())
@example([b"\x1b[13;1:3u"], None)
@example([b"\x1b[1;5:1D"], None)
def test_no_sequence_of_a_terminal_ends_it_or_is_typed(sent: list[bytes], data: st.DataObject | None) -> None:
    whole = b"".join(sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5))) if data is not None else []
    chunks = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    keyboard = Keyboard()
    found = [message for chunk in chunks for message in keyboard.feed(chunk, 0.0)]
    while keyboard.due is not None:
        found += keyboard.tick(LATER)
    assert set(typed(found)) <= set().union(*map(may_type, sent))
    assert [one.key for one in keyboard.feed(b"k", LATER) if isinstance(one, Key)] == ["k"]


SHARP = st.sampled_from(
    [b"\x1b", b"[", b"]", b"P", b"O", b"_", b"M", b"200~", b"201~", b"\x07", b"\\", b";", b"?", b"\xff"]
)


@given(st.lists(st.one_of(SHARP, st.sampled_from(REPLIES), st.binary(max_size=6)), max_size=12))
def test_no_bytes_break_it_and_it_always_comes_to_rest(chunks: list[bytes]) -> None:
    keyboard = Keyboard()
    found = [message for chunk in chunks for message in keyboard.feed(chunk, 0.0)]
    while keyboard.due is not None:
        found += keyboard.tick(LATER)
    assert all(isinstance(message, Message) for message in found)
    assert [one.key for one in keyboard.feed(b"k", LATER) if isinstance(one, Key)][-1:] == ["k"]
