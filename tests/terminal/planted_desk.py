"""The program with something wrong on purpose: its first argument says what."""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, Final

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tms_tui.ui import app
from tms_tui.ui.app import ChatApp
from tms_tui.ui.keyboard import Keyboard

SECRET: Final = "canary-in-a-local"
HANGS: Final = "A thread hangs."


class Stock(LinuxDriver):
    """Textual's own driver, and nobody who minds signals in its stead."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)


class PlantedError(Exception):
    """Carries a secret in its words."""


def fail() -> None:
    """Raise with a secret in a local and in the words."""
    secret = SECRET
    raise PlantedError(secret)


FEED: Final = Keyboard.feed


def failing_at_ctrl_c(self: Keyboard, data: bytes, at: float) -> list[Message]:
    """Read on, but not Ctrl+C."""
    if b"\x03" in data:
        fail()
    return FEED(self, data, at)


async def fail_in_worker() -> None:
    """As `fail`."""
    fail()


async def hang(desk: ChatApp) -> None:
    """Hold a thread of the loop's for ever, as a name server does that never answers; the desk says when it does."""
    loop = asyncio.get_running_loop()

    def never_ends() -> None:
        loop.call_soon_threadsafe(desk.desk.say, HANGS)
        threading.Event().wait()

    await asyncio.to_thread(never_ends)


def on_help(fault: Callable[[ChatApp], object]) -> None:
    """Let Ctrl+C set it off."""
    ChatApp.action_help_quit = lambda self: fault(self) and None  # type: ignore[method-assign,assignment]


def plant(what: str) -> None:
    """Put the fault in its place."""
    match what:
        case "stock":
            vars(app)["TerminalDriver"] = Stock
        case "handler":
            on_help(lambda _: fail())
        case "timer":
            on_help(lambda desk: desk.set_timer(0.01, fail))
        case "worker":
            on_help(lambda desk: desk.run_worker(fail_in_worker()))
        case "input":
            Keyboard.feed = failing_at_ctrl_c  # type: ignore[method-assign]
        case "hang":
            on_help(lambda desk: desk.run_worker(hang(desk)))
        case _:
            raise ValueError(what)


if __name__ == "__main__":
    plant(sys.argv.pop(1))
    from tms_tui.__main__ import main

    main()
