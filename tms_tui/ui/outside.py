"""What lies outside the desk: the terminal's clipboard, other programs on this terminal, the browser."""

import asyncio
import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Final

from textual.app import SuspendNotSupported
from textual.screen import Screen

from tms_tui.domain.value import Value
from tms_tui.ui.terminal import LENT, show_cursor
from tms_tui.wording import outside as words

COPY_MOST: Final = 74_000
"""Bytes of text whose sequence many terminals still take: as base64 they are under 100,000."""
READ_WITHIN: Final = 1.0
"""Seconds within which nobody has read a page: a pager that ended by then did not wait for its reader."""
_INPUT: Final = 0
_OUTPUT: Final = 1
_PAGERS: Final = ("less", "more")
_EDITORS: Final = ("editor", "nano", "vi")


class NotStartedError(Exception):
    """Another program could not be run; its text is a whole sentence."""


class Edited(Value):
    """What an editor left: the text, or (None) nothing that may be used, and what to say."""

    text: str | None
    said: str


class Outside:
    """Lends the terminal to one program at a time; the engine goes on meanwhile."""

    def __init__(self, screen: Screen[None], say: Callable[[str], None]) -> None:
        self._screen = screen
        self._say = say

    def copy(self, what: str, text: str) -> None:
        """Send text to the terminal's clipboard, and say so."""
        self._screen.app.copy_to_clipboard(text)
        self._say(words.copied(what, in_tmux="TMUX" in os.environ))

    def lend(self, program: Callable[[], Coroutine[None, None, str]]) -> None:
        """Give the terminal away until `program` is done, then say what it gives."""
        self._screen.run_worker(self._lend(program), name=LENT, group=LENT, exclusive=True, exit_on_error=False)

    def browse(self, url: str, host: str) -> None:
        """Have the desktop's browser open an address; where there is none, copy it."""
        opener = _opener()
        if opener is None:
            self.copy("the address", url)
            self._say(f"{words.NO_BROWSER} {words.copied('the address', in_tmux='TMUX' in os.environ)}")
            return
        self._say(words.OPENING.format(host=host))
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._browse, args=(loop, opener, url), name="browser", daemon=True).start()

    def _browse(self, loop: asyncio.AbstractEventLoop, opener: str, url: str) -> None:
        """In a thread, for the first browser opened stays in the foreground of its opener."""
        null = subprocess.DEVNULL
        ended = subprocess.run(  # noqa: S603 - no shell, and an address that begins with its scheme
            [opener, url], stdin=null, stdout=null, stderr=null, start_new_session=True, check=False
        )
        if ended.returncode:
            with contextlib.suppress(RuntimeError):  # the desk is gone meanwhile
                loop.call_soon_threadsafe(self._say, words.NO_BROWSER)

    async def _lend(self, program: Callable[[], Coroutine[None, None, str]]) -> None:
        app = self._screen.app
        try:
            with app.suspend():  # which gives nothing back when it is left by an exception
                running = asyncio.create_task(program())
                try:
                    await asyncio.wait({running})
                finally:
                    running.cancel()
            said = await running
        except SuspendNotSupported:
            said = words.NOT_LENT
        except NotStartedError as error:
            said = str(error)
        show_cursor(app)
        if said:
            self._say(said)


async def page(text: str, now: Callable[[], float] = time.monotonic) -> str:
    """Show text in the agent's pager, through a pipe: nothing of it comes to the disk. Raises NotStartedError.

    A pager that ends before anybody could read, as `cat` does, leaves it there until a key is pressed.
    """
    command, began = _command(("PAGER",), _PAGERS), now()
    async with _running(command, "PAGER", stdin=asyncio.subprocess.PIPE) as process:
        await process.communicate(text.encode(errors="replace"))
    if now() - began < READ_WITHIN:
        await _key_pressed()
    return ""


async def _key_pressed() -> None:
    """Ask for a key on the terminal that is lent, and wait for it; what was typed before is none."""
    loop, pressed = asyncio.get_running_loop(), asyncio.Event()
    before = termios.tcgetattr(_INPUT)
    keys = termios.tcgetattr(_INPUT)
    keys[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG)
    termios.tcsetattr(_INPUT, termios.TCSAFLUSH, keys)
    os.write(_OUTPUT, f"\n{words.PRESS_A_KEY}".encode())
    loop.add_reader(_INPUT, pressed.set)
    try:
        await pressed.wait()
    finally:
        loop.remove_reader(_INPUT)
        termios.tcsetattr(_INPUT, termios.TCSAFLUSH, before)


async def edit(text: str) -> Edited:
    """Let the agent's editor work on a text, in a file that only its owner reads. Raises NotStartedError."""
    command = _command(("VISUAL", "EDITOR"), _EDITORS)
    try:
        with _private_file(text) as file:
            return await _edited(command, file, text)
    except OSError as error:
        return Edited(None, words.no_file(error.strerror or "unknown error"))


async def _edited(command: list[str], file: Path, text: str) -> Edited:
    async with _running([*command, str(file)], "EDITOR") as process:
        code = await process.wait()
    if code:
        return Edited(None, words.failed(command[0], code))
    return _read_back(file, text)


def _read_back(file: Path, before: str) -> Edited:
    written = file.read_text(encoding="utf-8", errors="surrogateescape").removesuffix("\n")
    if written == before:
        return Edited(None, words.UNCHANGED)
    return Edited(written, words.EDITED if written.strip() else words.EMPTIED)


@contextlib.contextmanager
def _private_file(text: str) -> Iterator[Path]:
    """A file in a folder of its own, so that an editor's copies go with it; in memory where there is such a place."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    place = runtime if runtime and os.access(runtime, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="tms-chat-", dir=place) as folder:
        file = Path(folder) / "message.txt"
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as opened:
            opened.write(f"{text}\n" if text else "")
        yield file


@contextlib.asynccontextmanager
async def _running(
    command: list[str], variable: str, stdin: int | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program on this terminal; ended with the desk. Never a shell."""
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=stdin)
    except OSError as error:
        raise NotStartedError(words.not_started(command[0], variable, error.strerror or "unknown error")) from None
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()


def _command(variables: tuple[str, ...], otherwise: tuple[str, ...]) -> list[str]:
    """The program that the environment names, else the first of the usual ones that is installed."""
    for variable in variables:
        if os.environ.get(variable, "").strip():
            try:
                return shlex.split(os.environ[variable])
            except ValueError as error:
                raise NotStartedError(words.not_started(os.environ[variable], variable, str(error))) from None
    return [next((name for name in otherwise if shutil.which(name)), otherwise[-1])]


def _opener() -> str | None:
    """The program that hands an address to the desktop; None where there is no desktop."""
    if sys.platform == "darwin":
        return shutil.which("open")
    has_desktop = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return shutil.which("xdg-open") if has_desktop else None
