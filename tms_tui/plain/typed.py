"""Where the line face's input comes from: whole lines from a pipe, or keys from a terminal. No escape codes."""

import asyncio
import codecs
import os
import re
import termios
import threading
import unicodedata
from collections.abc import Callable
from typing import Final, Protocol

_CHUNK: Final = 4096
_ERASE: Final = "\b \b"
_INPUT: Final = 0


class Typed(Protocol):
    """What an agent types, line by line."""

    async def line(self) -> str | None:
        """The next whole line without its end; None when no more will come."""
        ...

    async def secret(self, prompt: str) -> str | None:
        """A line that is typed unseen; None when nobody can be asked, or no more will come."""
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

    def under_way(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing was changed."""

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        rest = b""
        while chunk := os.read(_INPUT, _CHUNK):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                if not self._hand_on(loop, line):
                    return
        if rest:
            self._hand_on(loop, rest)
        self._hand_on(loop, None)

    def _hand_on(self, loop: asyncio.AbstractEventLoop, line: bytes | None) -> bool:
        text = None if line is None else line.decode(errors="replace").removesuffix("\r")
        try:
            asyncio.run_coroutine_threadsafe(self._lines.put(text), loop).result()
        except (RuntimeError, asyncio.CancelledError):  # the loop is closed: nobody listens any more
            return False
        return True


class LineEditor:
    """One line being typed: takes characters, says what to echo. Backspace, Ctrl+U and Ctrl+W erase."""

    def __init__(self) -> None:
        self.text = ""
        self._swallowing = ""

    def take(self, character: str) -> tuple[str, str | None]:  # noqa: PLR0911 - one answer a key
        """Take one character; what to echo, and the line when it is whole. Keys that send sequences do nothing."""
        if self._swallowing or character == "\x1b":
            self._swallow(character)
            return "", None
        match character:
            case "\n" | "\r":
                line, self.text = self.text, ""
                return "\n", line
            case "\x7f" | "\b":
                return self._erase(len(self.text) - 1), None
            case "\x15":
                return self._erase(0), None
            case "\x17":
                return self._erase(len(re.sub(r"\S*\s*$", "", self.text))), None
            case _ if character.isprintable() or unicodedata.category(character) == "Cf":
                self.text += character
                return character, None
            case _:
                return "", None

    def _erase(self, keep: int) -> str:
        gone, self.text = self.text[max(keep, 0) :], self.text[: max(keep, 0)]
        return _ERASE * sum(_width(character) for character in gone)

    def _swallow(self, character: str) -> None:
        sequence = self._swallowing + character
        introduced = len(sequence) > 1 and sequence[1] in "[O"
        over = len(sequence) > 2 and "@" <= character <= "~" if introduced else len(sequence) > 1
        self._swallowing = "" if over else sequence


class TypedLines:
    """Keys of a terminal, echoed by ourselves: so it is known whether somebody types."""

    def __init__(self, echo: Callable[[str], None]) -> None:
        self._echo = echo
        self._editor = LineEditor()
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._secrets: asyncio.Queue[str | None] = asyncio.Queue()
        self._unseen = False
        """From the question for a secret to the next ordinary line: a secret typed ahead is never shown or obeyed."""
        self._set_aside = ""
        self._before = termios.tcgetattr(_INPUT)
        self.take_keys()
        asyncio.get_running_loop().add_reader(_INPUT, self._read)

    async def line(self) -> str | None:
        if self._unseen:
            self._unseen, self._secrets = False, asyncio.Queue()
            self._editor.text = self._set_aside
            self._echo(self._set_aside)
        return await self._lines.get()

    async def secret(self, prompt: str) -> str | None:
        if not self._unseen:
            self._unseen, self._set_aside, self._editor.text = True, self._editor.text, ""
        self._echo(prompt)
        return await self._secrets.get()

    def under_way(self) -> bool:
        return self._unseen or bool(self._editor.text)

    def take_keys(self) -> None:
        """Ask the terminal for keys instead of lines; again after the shell had the terminal."""
        attributes = termios.tcgetattr(_INPUT)
        attributes[3] &= ~(termios.ICANON | termios.ECHO)
        termios.tcsetattr(_INPUT, termios.TCSANOW, attributes)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(_INPUT)
        termios.tcsetattr(_INPUT, termios.TCSANOW, self._before)

    def _read(self) -> None:
        try:
            chunk = os.read(_INPUT, _CHUNK)
        except OSError:  # the terminal is gone
            chunk = b""
        if not chunk:
            self._end()
        for character in self._decode(chunk):
            if character == "\x04" and not self._editor.text:
                self._end()
                return
            echo, line = self._editor.take(character)
            self._echo("\n" if line is not None else "" if self._unseen else echo)
            if line is not None:
                (self._secrets if self._unseen else self._lines).put_nowait(line)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(_INPUT)
        self._secrets.put_nowait(None)
        self._lines.put_nowait(None)


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
