"""Says of every key that is pressed how it arrived and what it does: read exactly as the desk reads."""

import os
import selectors
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from textual.events import Key, Paste
from textual.message import Message

from tms_tui.ui.keyboard import Keyboard
from tms_tui.ui.keys import NEVER, Action, key_name, where_acts

_INPUT: Final = 0
_CHUNK: Final = 4096
_AS_THE_DESK: Final = "\x1b[>25u\x1b[?2004h"
_AS_BEFORE: Final = "\x1b[?2004l\x1b[<u"
_ENDING: Final = (signal.SIGTERM, signal.SIGHUP)
_ALONE: Final = ("_shift", "_control", "_alt", "_super", "_hyper", "_meta", "_lock")


class Check:
    """One run: what each key means, and which of the actions' keys have not come yet."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self._actions = actions
        self._missing = list(dict.fromkeys(key for one in actions for key in (*one.letters, *one.keys)))
        self._escapes = 0
        self.over = False

    def take(self, message: Message, received: bytes) -> str | None:
        """What to say of a message; None for what is no press of a key."""
        if isinstance(message, Paste):
            return f"a paste of {len(message.text)} characters"
        if not isinstance(message, Key) or message.key.endswith(_ALONE):
            return None
        key = _key(message)
        self._escapes = self._escapes + 1 if key == "escape" else 0
        self.over = key == "ctrl+q" or self._escapes == 2
        if key in self._missing:
            self._missing.remove(key)
        return f"{key_name(key)}: {self._meaning(key)} [{_bytes(received)}]"

    def rest(self) -> str:
        """The keys that were not seen."""
        if not self._missing:
            return "Every key of every action arrived."
        return f"Not pressed, or eaten on the way: {', '.join(key_name(key) for key in self._missing)}."

    def _meaning(self, key: str) -> str:
        does = [f"{one.id}, {where_acts(one, key)}" for one in self._actions if key in (*one.letters, *one.keys)]
        if does:
            return "; ".join(does)
        return f"no action may have it, it is {NEVER[key]}" if key in NEVER else "no action has it"


def check(actions: Sequence[Action], say: Callable[[str], None]) -> None:
    """Read keys from the terminal until Ctrl+Q, Esc twice, or its end."""
    run = Check(actions)
    with _as_the_desk():
        say("Press keys to see how they arrive. Ctrl+Q or Esc twice ends.")
        for message, received in _pressed(run):
            said = run.take(message, received)
            if said is not None:
                say(said)
    say(run.rest())


def _pressed(run: Check) -> Iterator[tuple[Message, bytes]]:
    keyboard = Keyboard()
    received = b""
    with selectors.DefaultSelector() as selector:
        selector.register(_INPUT, selectors.EVENT_READ)
        while not run.over:
            due = keyboard.due
            ready = selector.select(None if due is None else max(0.0, due - time.monotonic()))
            data = os.read(_INPUT, _CHUNK) if ready else b""
            if ready and not data:
                return
            received += data
            now = time.monotonic()
            found = keyboard.feed(data, now) if data else keyboard.tick(now)
            yield from ((message, received) for message in found)
            if found or keyboard.due is None:
                received = b""


@contextmanager
def _as_the_desk() -> Iterator[None]:
    """The terminal as the desk has it, but with the screen as it is; given back whatever happens."""
    before = termios.tcgetattr(_INPUT)
    quiet = termios.tcgetattr(_INPUT)
    quiet[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    quiet[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
    handlers = {number: signal.signal(number, lambda number, _: sys.exit(128 + number)) for number in _ENDING}
    try:
        termios.tcsetattr(_INPUT, termios.TCSANOW, quiet)
        _write(_AS_THE_DESK)
        yield
    finally:
        _write(_AS_BEFORE)
        termios.tcsetattr(_INPUT, termios.TCSANOW, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _write(sequence: str) -> None:
    sys.stdout.write(sequence)
    sys.stdout.flush()


def _key(message: Key) -> str:
    """The key as the table of actions spells it: a character as itself."""
    character = message.character or ""
    is_text = character.isprintable() and character.strip() and "+" not in message.key
    return character if is_text else message.key


def _bytes(received: bytes) -> str:
    """What came, as people write it."""
    return received.decode(errors="replace").encode("unicode_escape").decode()
