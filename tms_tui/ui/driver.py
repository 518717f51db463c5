"""The terminal as the desk needs it: survives signals, hang-ups, replies, endless pastes and a reader that stops.

The one place that builds on the private ground of Textual's own driver; tests/terminal fails when that changes.
"""

import contextlib
import os
import selectors
import signal
import termios
import threading
import time
from functools import partial
from typing import Any, Final

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tms_tui import process
from tms_tui.ui.keyboard import Keyboard
from tms_tui.ui.outgoing import Outgoing
from tms_tui.ui.paint.disputed import addressed

ENDING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
END_WITHIN: Final = 1.6
"""Seconds an orderly end may take before the process ends anyway."""
WRITE_WITHIN: Final = 0.5
"""Seconds the terminal has to read the last words."""
MOST_CELLS: Final = 1_000_000
"""A window that claims more is taken for one of the usual size."""
_READ: Final = 1 << 16
_POP_KEYBOARD: Final = "\x1b[<u"
"""The terminal keeps a stack of keyboard modes: what is pushed again is popped first."""
_TITLE: Final = "\x1b]2;"
_KEEP_TITLE: Final = "\x1b[22;2t"
_TITLE_BACK: Final = "\x1b[23;2t"
_KEEP_WHEEL: Final = "\x1b[?1007s"
_NO_WHEEL: Final = "\x1b[?1007l"
"""A wheel is not to be sent as arrow keys, which mean something in an empty composer."""
_WHEEL_BACK: Final = "\x1b[?1007h\x1b[?1007r"
"""As it was; in a terminal that keeps no modes, as such terminals have it."""
_RESTORE: Final = (
    f"{_WHEEL_BACK}{_TITLE_BACK}\x1b[?2004l\x1b[?7h\x1b[?2026l{_POP_KEYBOARD}\x1b[?1049l\x1b[?25h\x1b[?1004l".encode()
)


class TerminalDriver(LinuxDriver):
    """Textual's driver with an input that believes nothing and an output that never waits."""

    class Resumed(Message):
        """The program runs on after it was stopped, for `gap` seconds at most; None when nobody could stop it."""

        def __init__(self, gap: float | None) -> None:
            super().__init__()
            self.gap = gap

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._output = 2 if self._file is None else self._file.fileno()
        self._out: Outgoing | None = None
        self._is_ours = False
        self._is_entering = False
        self._entering = ""
        """What Textual wrote to take the terminal over."""
        self._attrs: list[Any] = []
        self._title = ""
        self._ended_by: int | None = None
        self._alive_at = time.monotonic()
        self._wake, self._waker = os.pipe()
        os.set_blocking(self._wake, False)
        # As callbacks of the loop: a handler proper may run while the lock of the output is held.
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop)
        self._loop.add_signal_handler(signal.SIGCONT, self._continue)
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda number, _: self.end(number))

    # Endings.

    def end(self, number: int) -> None:
        """End as the signal `number` asks; from any thread. What takes too long is not waited for."""
        is_for_another = number in {signal.SIGINT, signal.SIGQUIT} and not self._auto_restart
        if self._ended_by is not None or is_for_another:  # the terminal is lent to a program, and these keys are its
            return
        self._ended_by = number
        guard = threading.Timer(END_WITHIN, self._end_now)
        guard.daemon = True
        guard.start()
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(partial(self._app.exit, return_code=128 + number))

    def _end_now(self) -> None:
        self._restore()
        os._exit(128 + (self._ended_by or 0))

    def _restore(self) -> None:
        """Give the terminal back without waiting for anybody."""
        if self._out is None:
            return
        with contextlib.suppress(OSError, termios.error):  # there is no terminal, or it does not read
            if self.attrs_before is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            os.set_blocking(self._output, False)
            os.write(self._output, _RESTORE)
        os.set_blocking(self._output, True)

    # Stopping and going on.

    def stop(self) -> None:
        """Give the terminal back and stop with all that was started together, as Ctrl+Z does in a shell."""
        self._stop(group=True)

    def _stop(self, *, group: bool = False) -> None:
        if self._auto_restart:
            self.suspend_application_mode()
        gap = process.stop(group=group)
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop)
        self._alive_at = time.monotonic()
        if self._auto_restart:
            self._must_signal_resume = True
            self.resume_application_mode()
        self.send_message(self.Resumed(gap))

    def _continue(self) -> None:
        gap = time.monotonic() - self._alive_at
        if self._auto_restart:
            if self._key_thread is not None and self._key_thread.is_alive():
                self._enter_again()
            else:
                self._must_signal_resume = True
                self.resume_application_mode()
        self.send_message(self.Resumed(gap))

    def _enter_again(self) -> None:
        """After a stop without warning a shell may have changed the terminal; what was typed since is for us."""
        try:
            termios.tcsetattr(self.fileno, termios.TCSANOW, self._attrs)
        except termios.error:  # in the background it stops again here, to be continued in the foreground
            return
        self.write(self._title)
        self.write(_POP_KEYBOARD + self._entering)
        signal.raise_signal(signal.SIGWINCH)  # a shell in between was told of a new size in our stead

    # Output.

    def write(self, data: str) -> None:
        """Write to the terminal, unless it is not ours now."""
        self._alive_at = time.monotonic()
        if data.startswith(_TITLE):
            self._title = data
        if self._is_entering:
            self._entering += data
        if self._out is not None and self._is_ours:
            self._out.write(addressed(data))

    def start_application_mode(self) -> None:
        self._is_ours = True
        if self._out is None:
            self._out = Outgoing(self._output, self._caught_up, self._vanished)
            self._out.start()
        self.write(_KEEP_TITLE + _KEEP_WHEEL + self._title)
        self._is_entering, self._entering = True, ""
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's own
        self.write(_NO_WHEEL)
        self._is_entering = False
        with contextlib.suppress(termios.error):  # standard input is no terminal
            self._attrs = termios.tcgetattr(self.fileno)

    def stop_application_mode(self) -> None:
        if self._out is not None:
            self._out.hurry()
        self.write(_WHEEL_BACK + _TITLE_BACK)
        super().stop_application_mode()
        self._is_ours = False

    def close(self) -> None:
        super().close()
        out, self._out = self._out, None
        if out is not None:
            out.stop(WRITE_WITHIN)

    def _caught_up(self) -> None:
        self._loop.call_soon_threadsafe(self._draw_again)

    def _draw_again(self) -> None:
        self.write(self._title)
        self._app.refresh()

    def _vanished(self) -> None:
        """The terminal is gone, and said nothing or was not heard."""
        self.end(signal.SIGHUP)

    def _query_in_band_window_resize(self) -> None:
        """Not asked for: the size comes with a signal."""

    def _get_terminal_size(self) -> tuple[int, int]:
        width, height = super()._get_terminal_size()
        return (width, height) if width * height <= MOST_CELLS else (80, 24)

    # Input.

    def disable_input(self) -> None:
        os.write(self._waker, b".")
        super().disable_input()
        os.read(self._wake, _READ)

    def _run_input_thread(self) -> None:
        """As Textual's, but a fault in here ends the program as every other does: with a word, and not with 0."""
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - it is handed on
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)  # noqa: SLF001

    def run_input_thread(self) -> None:
        """Read until input is disabled or the terminal is gone; waits without waking."""
        keyboard = Keyboard()
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                due = keyboard.due
                ready = selector.select(None if due is None else max(0.0, due - time.monotonic()))
                data = self._read() if any(key.fd == self.fileno for key, _ in ready) else b""
                if data is None:
                    self._vanished()
                    return
                now = self._alive_at = time.monotonic()
                for message in keyboard.feed(data, now) if data else keyboard.tick(now):
                    self.process_message(message)

    def send_message(self, message: Message) -> None:
        """Give the app a message, from any thread; without the task that Textual makes for each."""
        self._loop.call_soon_threadsafe(self._app.post_message, message)

    def _read(self) -> bytes | None:
        """What came; None when there is no terminal any more."""
        try:
            return os.read(self.fileno, _READ) or None
        except BlockingIOError:  # another process that shares the terminal has read it
            return b""
        except OSError:
            return None
