"""Runs the line face on this process's input and output."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine

from tms_tui import process
from tms_tui.domain.events import Woke
from tms_tui.domain.policy import CLOCK_GAP
from tms_tui.domain.text import clean_line
from tms_tui.engine.engine import Engine, EngineFailedError
from tms_tui.plain.conversing import Desk, converse
from tms_tui.plain.grammar import asks_for_password
from tms_tui.plain.typed import LineInput, PipedLines, TypedLines

_LINE_LONGEST = 10_000
_ENDING = {signal.SIGTERM: 128 + signal.SIGTERM, signal.SIGHUP: 128 + signal.SIGHUP}


def say(line: str) -> None:
    """Print one line, whatever is in it."""
    sys.stdout.write(clean_line(line, _LINE_LONGEST) + "\n")
    sys.stdout.flush()


def put(line: str) -> None:
    """Print one line of data as it is: ASCII without control characters."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def complain(words: str) -> None:
    """Say something that is not data."""
    sys.stderr.write(clean_line(words, _LINE_LONGEST) + "\n")


async def run_plain(engine: Engine, desk: Desk) -> int:
    """Talk with the agent while the engine works; the exit code."""
    typed: LineInput = TypedLines(_echo, asks_for_password) if os.isatty(0) else PipedLines()
    if isinstance(typed, TypedLines):
        asyncio.get_running_loop().add_signal_handler(signal.SIGCONT, typed.take_keys)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTSTP, _stop, typed, engine)
    try:
        return await beside(engine, converse(engine, typed, say, desk, patient=not os.isatty(0)))
    finally:
        typed.close()


def _stop(typed: TypedLines, engine: Engine) -> None:
    """Give the terminal to the shell that Ctrl+Z asked for, and go on when it is given back."""
    typed.give_back()
    gap = process.stop()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTSTP, _stop, typed, engine)
    typed.go_on()
    if gap is not None and gap > CLOCK_GAP:
        engine.take(Woke(gap))


async def beside(engine: Engine, talking: Coroutine[None, None, int], *, stopped: int = 1) -> int:
    """Let the engine work until the talk is over, or it has to stop, or a signal ends both; the exit code.

    `stopped`: the exit code when the engine had to stop.
    """
    work = asyncio.create_task(engine.run(), name="engine")
    talk = asyncio.create_task(talking, name="talk")
    code = _obey_signals(talk)
    try:
        await asyncio.wait({work, talk}, return_when=asyncio.FIRST_COMPLETED)
        if code:
            return code[0]
        return await talk if talk.done() else stopped
    except EngineFailedError:  # said once the work has ended
        return stopped
    finally:
        talk.cancel()
        engine.stop()
        await _ended(work)


def _obey_signals(talk: "asyncio.Task[int]") -> list[int]:
    """End the talk on a signal that asks for it; the list then holds the exit code."""
    code: list[int] = []

    def end(number: signal.Signals) -> None:
        code.append(_ENDING[number])
        talk.cancel()

    for number in _ENDING:
        asyncio.get_running_loop().add_signal_handler(number, end, number)
    return code


async def _ended(work: "asyncio.Task[None]") -> None:
    try:
        await work
    except EngineFailedError as failure:
        complain(f"tms-chat has to stop: a fault of its own ({failure.where}). What was answered as sent is safe.")


def _echo(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
