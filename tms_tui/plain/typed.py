"""Where the line face's input comes from: whole lines from a pipe, or keys from a terminal. No escape codes."""

import asyncio
import os
import re
import termios
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple, Protocol

from tms_tui import streams
from tms_tui.core.incoming import AltPressed, Incoming, Pasted, Piece, Pressed, Typed
from tms_tui.core.numbered_keys import CHARACTER, NumberedKey, numbered
from tms_tui.domain.text import has_lost_bytes, is_text, with_replacements

_CHUNK: Final = 4096
_ERASE: Final = "\b \b"
_INPUT: Final = 0
_BACKSPACE: Final = "\x7f\b"
_ASCII: Final = range(0x80)
_CONTROL: Final = 0x1F
"""What Ctrl leaves of the code of a letter."""


class LineInput(Protocol):
    """What an agent types, line by line."""

    async def line(self) -> str | None:
        """The next whole line without its end, which may have lost bytes; None when no more will come."""
        ...

    async def secret(self, prompt: str) -> str | None:
        """A line that is typed unseen; None when nobody can be asked, or no more will come."""
        ...

    async def unseen(self, prompt: str) -> str | None:
        """The answer to what a command of the agent's asks: as `secret`, but from a pipe the next line."""
        ...

    def under_way(self) -> bool:
        """Whether a line was begun that is not whole yet: what arrives now would be said into it."""
        ...

    def close(self) -> None:
        """Leave the input as it was found."""
        ...


class PipedLines:
    """Lines of a pipe or a file. Each is read when the one before was taken."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[str | None] = asyncio.Queue(1)
        loop = asyncio.get_running_loop()
        # A file cannot be waited for by the loop; a thread that only reads can be left behind at the end.
        threading.Thread(target=self._read, args=(loop,), name="stdin", daemon=True).start()

    async def line(self) -> str | None:
        return await self._lines.get()

    async def secret(self, prompt: str) -> str | None:  # noqa: ARG002 - nobody reads it
        return None

    async def unseen(self, prompt: str) -> str | None:  # noqa: ARG002 - nobody reads it
        return await self._lines.get()

    def under_way(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing was changed."""

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        rest = b""
        while chunk := _chunk():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                if not self._hand_on(loop, line):
                    return
        if rest:
            self._hand_on(loop, rest)
        self._hand_on(loop, None)

    def _hand_on(self, loop: asyncio.AbstractEventLoop, line: bytes | None) -> bool:
        text = None if line is None else line.decode(errors="surrogateescape").removesuffix("\r")
        try:
            asyncio.run_coroutine_threadsafe(self._lines.put(text), loop).result()
        except (RuntimeError, asyncio.CancelledError):  # the loop is closed: nobody listens any more
            return False
        return True


class Echo(NamedTuple):
    """What one key did: `text` to be echoed, and the `line` when it is whole."""

    text: str
    line: str | None = None


class LineEditor:
    """One line being typed: takes what a terminal sends. Backspace, Ctrl+U, Ctrl+W and Alt+Backspace erase.

    Keys that do nothing here, and a terminal's own replies, leave no trace.
    """

    def __init__(self) -> None:
        self.text = ""
        self.over = False
        """Whether Ctrl+D was pressed with nothing typed: no more will come."""

    def take(self, piece: Piece) -> Iterator[Echo]:
        """What a piece of input does, key by key."""
        match piece:
            case Typed(text) | Pasted(text):
                for character in text:
                    yield self._take(character)
            case AltPressed(character) if character in _BACKSPACE:
                yield self._erase_word()
            case Pressed(sequence) if (key := numbered(sequence)) is not None:
                yield from self._take_numbered(key)
            case _:
                return

    def _take_numbered(self, key: NumberedKey) -> Iterator[Echo]:
        if key.modifiers == {"alt"} and chr(key.code) in _BACKSPACE:
            yield self._erase_word()
        elif key.text:
            for character in key.text:
                yield self._take(character)
        elif key.final == CHARACTER and key.code in _ASCII and key.modifiers <= {"ctrl"}:
            yield self._take(chr(key.code & _CONTROL if key.modifiers else key.code))

    def _take(self, character: str) -> Echo:
        match character:
            case "\n" | "\r":
                line, self.text = self.text, ""
                return Echo("\n", line)
            case "\x7f" | "\b":
                return self._erase(len(self.text) - 1)
            case "\x15":
                return self._erase(0)
            case "\x17":
                return self._erase_word()
            case "\x04":
                self.over = self.over or not self.text
            case _ if is_text(character) or has_lost_bytes(character):
                self.text += character
                return Echo(with_replacements(character))
        return Echo("")

    def _erase_word(self) -> Echo:
        return self._erase(len(re.sub(r"\S*\s*$", "", self.text)))

    def _erase(self, keep: int) -> Echo:
        gone, self.text = self.text[max(keep, 0) :], self.text[: max(keep, 0)]
        return Echo(_ERASE * sum(_width(character) for character in gone))


class TypedLines:
    """Keys of a terminal, echoed by ourselves: so it is known whether somebody types.

    `asks`: whether a line is a command that asks for a secret: what is typed behind it is not echoed from then on.
    """

    def __init__(self, echo: Callable[[str], None], asks: Callable[[str], bool] = lambda _: False) -> None:
        self._echo = echo
        self._asks = asks
        self._to_come = 0
        """How many such lines nobody has taken yet."""
        self._editor = LineEditor()
        self._loop = asyncio.get_running_loop()
        self._incoming = Incoming(finds_bursts=False)
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._secrets: asyncio.Queue[str | None] = asyncio.Queue()
        self._unseen = False
        """From the question for a secret to the next ordinary line: a secret typed ahead is never shown or obeyed."""
        self._set_aside = ""
        self._before = termios.tcgetattr(_INPUT)
        self.take_keys()
        self._loop.add_reader(_INPUT, self._read)

    async def line(self) -> str | None:
        if self._unseen and not self._to_come:
            self._unseen, self._secrets = False, asyncio.Queue()
            self._editor.text = self._set_aside
            self._echo(with_replacements(self._set_aside))
        line = await self._lines.get()
        if self._to_come and line is not None and self._asks(line):
            self._to_come -= 1
        return line

    async def secret(self, prompt: str) -> str | None:
        if not self._unseen:
            self._unseen, self._set_aside, self._editor.text = True, self._editor.text, ""
        self._echo(prompt)
        return await self._secrets.get()

    async def unseen(self, prompt: str) -> str | None:
        if not self._lines.empty():  # typed ahead of the question; left there it would be sent to a customer
            return self._lines.get_nowait()
        if not self._unseen:
            self._unseen, self._set_aside = True, ""  # what was begun is its beginning
        self._echo(prompt)
        return await self._secrets.get()

    def under_way(self) -> bool:
        return self._unseen or bool(self._editor.text)

    def take_keys(self) -> None:
        """Ask the terminal for keys instead of lines; again after the shell had the terminal."""
        attributes = termios.tcgetattr(_INPUT)
        attributes[3] &= ~(termios.ICANON | termios.ECHO)
        termios.tcsetattr(_INPUT, termios.TCSANOW, attributes)

    def give_back(self) -> None:
        """Leave the terminal as it was found, for the shell."""
        termios.tcsetattr(_INPUT, termios.TCSANOW, self._before)

    def go_on(self) -> None:
        """Take keys again after the shell had the terminal, and show the line that was begun."""
        self.take_keys()
        self._echo("" if self._unseen else with_replacements(self._editor.text))

    def close(self) -> None:
        self._loop.remove_reader(_INPUT)
        self.give_back()

    def _read(self) -> None:
        try:
            chunk = os.read(_INPUT, _CHUNK)
        except BlockingIOError:  # another process that shares the terminal has read it
            return
        except OSError:  # the terminal is gone
            chunk = b""
        if not chunk:
            self._end()
        self._take_all(self._incoming.feed(chunk, self._loop.time()))

    def _tick(self) -> None:
        self._take_all(self._incoming.tick(self._loop.time()))

    def _take_all(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            for echo, line in self._editor.take(piece):
                self._echo("\n" if line is not None else "" if self._unseen else echo)
                if line is not None:
                    self._hand_on(line)
                if self._editor.over:
                    self._end()
                    return
        if self._incoming.due is not None:
            self._loop.call_at(self._incoming.due, self._tick)

    def _hand_on(self, line: str) -> None:
        if self._unseen:
            self._secrets.put_nowait(line)
            return
        self._lines.put_nowait(line)
        if self._asks(line):
            self._unseen, self._set_aside = True, ""
            self._to_come += 1

    def _end(self) -> None:
        self._loop.remove_reader(_INPUT)
        self._secrets.put_nowait(None)
        self._lines.put_nowait(None)


def _chunk() -> bytes:
    """What comes next; nothing at the end, also of an input that cannot be read any more."""
    try:
        return streams.read(_INPUT, _CHUNK)
    except OSError:
        return b""


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
