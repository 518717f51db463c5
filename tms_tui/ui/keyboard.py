"""A terminal's keyboard: the bytes it sends become Textual's messages, each sequence by itself."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final, assert_never

from textual import events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS, IGNORE_SEQUENCE
from textual._keyboard_protocol import FUNCTIONAL_KEYS, MODIFIER_FUNCTIONAL_KEYS
from textual.keys import _character_to_key
from textual.message import Message

from tms_tui.core.incoming import AltPressed, EscapePressed, Incoming, Pasted, Piece, Pressed, Typed
from tms_tui.core.numbered_keys import CURSOR, NumberedKey, numbered
from tms_tui.domain.text import has_lost_bytes, is_text, with_replacements

_log = logging.getLogger(__name__)
_SYNCHRONISED: Final = re.compile(r"\x1b\[\?2026;[1-9]\$y")
_PARTS: Final = re.compile("[\udc80-\udcff]+|[^\udc80-\udcff]+")
"""What is text, and what are bytes that are no UTF-8."""
_WHEEL: Final = frozenset({"up", "down"})
_TYPED: Final = {"enter": "\r", "tab": "\t", "backspace": "\x7f"}
"""The characters of keys that have one, as a terminal without numbers sends them."""


class Key(events.Key):
    """A key whose character counts as text by our own rule; of `Message`, the name makes it a key to every handler."""

    def __init__(self, key: str, character: str | None = None) -> None:
        super().__init__(key, character)
        self.at_once = False
        """Whether others like it came in the same moment, as a wheel sends them and no finger."""
        self.has_lost_bytes = False
        """Whether it stands for bytes that are no UTF-8."""

    @property
    def is_printable(self) -> bool:
        return self.character is not None and is_text(self.character)


class Paste(events.Paste):
    """A paste that tells whether bytes of it were no UTF-8; the name is for the handlers, as that of `Key`."""

    def __init__(self, text: str) -> None:
        super().__init__(with_replacements(text))
        self.has_lost_bytes = has_lost_bytes(text)


class Keyboard:
    """Takes what is read from a terminal. A sequence that cannot be read costs itself alone, and is logged."""

    def __init__(self, read: Callable[[Piece], Iterable[Message]] | None = None) -> None:
        """`read` makes messages of a piece; None: `messages_of`."""
        self._read = read or messages_of
        self._incoming = Incoming()

    @property
    def due(self) -> float | None:
        """When `tick` is to be called, in monotonic seconds, unless more comes before."""
        return self._incoming.due

    def feed(self, data: bytes, at: float) -> list[Message]:
        """The messages that one read completes."""
        return _marked(self._all(self._incoming.feed(data, at)))

    def tick(self, at: float) -> list[Message]:
        """The messages of what is complete because nothing followed it."""
        return self._all(self._incoming.tick(at))

    def _all(self, pieces: Iterable[Piece]) -> list[Message]:
        return [message for piece in pieces for message in self._readable(piece)]

    def _readable(self, piece: Piece) -> list[Message]:
        try:
            return list(self._read(piece))
        except Exception as error:  # noqa: BLE001 - whatever it is, the keys after it are to work
            _log.warning("what the terminal sent could not be read: %s", type(error).__name__)
            return []


def messages_of(piece: Piece) -> Iterator[Message]:
    """A piece of input as Textual's messages."""
    match piece:
        case Typed(text):
            for part in _PARTS.findall(text):
                yield from _of_lost(part) if has_lost_bytes(part) else _of_text(part)
        case Pressed(sequence):
            yield from _of_sequence(sequence)
        case Pasted(text):
            yield Paste(text)
        case EscapePressed():
            yield Key("escape", "\x1b")
        case AltPressed(character) if has_lost_bytes(character):
            yield Key("escape", "\x1b")
            yield from _of_lost(character)
        case AltPressed(character) if is_text(character):
            # Esc and a letter pressed at once look the same, and multiplexers join them: that is what it means here.
            yield Key("escape", "\x1b")
            yield from _of_character(character)
        case AltPressed(character):
            for key in _of_character(character):
                yield Key(f"alt+{key.key}", character)
        case _:
            assert_never(piece)


def _of_text(text: str) -> Iterator[Key]:
    for character in text:
        yield from _of_character(character)


def _of_lost(text: str) -> Iterator[Key]:
    """Keys that show where bytes were that are no UTF-8."""
    for key in _of_text(with_replacements(text)):
        key.has_lost_bytes = True
        yield key


def _of_character(character: str) -> Iterator[Key]:
    known = _known(character)
    if known is None:
        yield Key(_character_to_key(character), character)
    else:
        yield from (Key(name, character) for name in known)


def _of_sequence(sequence: str) -> Iterator[Message]:
    if sequence == "\x1b[I":
        yield events.AppFocus()
    elif sequence == "\x1b[O":
        yield events.AppBlur()
    elif _SYNCHRONISED.fullmatch(sequence):
        yield messages.TerminalSupportsSynchronizedOutput()
    elif (key := numbered(sequence)) is not None and (found := list(_of_number(key))):
        yield from found
    elif not CURSOR.fullmatch(sequence):
        yield from _of_table(sequence)


def _of_table(sequence: str) -> Iterator[Key]:
    keys = ANSI_SEQUENCES_KEYS.get(sequence)
    if isinstance(keys, str):  # of a keypad, that sends its characters so
        yield Key(_character_to_key(keys), keys)
    else:
        yield from (Key(name) for name in _known(sequence) or ())


def _known(sequence: str) -> tuple[str, ...] | None:
    """The keys that a sequence or character is; none for one to be ignored, None for one that is not in the table."""
    keys = ANSI_SEQUENCES_KEYS.get(sequence)
    if isinstance(keys, tuple):
        return tuple(key.value for key in keys)
    return () if keys is IGNORE_SEQUENCE else None


def _of_number(key: NumberedKey) -> Iterator[Key]:
    name = FUNCTIONAL_KEYS.get(f"{key.code}{key.final}", "")
    for character in key.text:
        yield Key(_with_modifiers(key, name or _character_to_key(character), character), character)
    if key.text:
        return
    if name:
        yield Key(_with_modifiers(key, name), None if key.modifiers else _TYPED.get(name))
    elif key.final == "u" and is_text(chr(key.code)) and key.modifiers:
        yield Key(_with_modifiers(key, _character_to_key(chr(key.code))))


def _with_modifiers(key: NumberedKey, name: str, text: str = "") -> str:
    """The name that bindings have; what types a text is that text, whatever was held for it."""
    if name in MODIFIER_FUNCTIONAL_KEYS:
        return name
    held = key.modifiers - {"alt", "shift", "ctrl"} if text.strip() else key.modifiers - ({"alt"} if text else set())
    return "+".join([*sorted(held), name])


def _marked(found: list[Message]) -> list[Message]:
    """The same, with every arrow marked that stands beside one like it."""
    for one, other in pairwise(found):
        if isinstance(one, Key) and isinstance(other, Key) and one.key == other.key and one.key in _WHEEL:
            one.at_once = other.at_once = True
    return found
