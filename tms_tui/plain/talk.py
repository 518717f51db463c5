"""Runs the line face on this process's input and output."""

import asyncio
import contextlib
import os
import signal
import sys

from tms_tui.domain.text import clean_line
from tms_tui.engine.engine import Engine, EngineFailedError
from tms_tui.plain.linear import converse
from tms_tui.plain.typed import PipedLines, Typed, TypedLines

_LINE_LONGEST = 10_000
_ENDING = {signal.SIGTERM: 128 + signal.SIGTERM, signal.SIGHUP: 128 + signal.SIGHUP}


def say(line: str) -> None:
    """Print one line, whatever is in it."""
    sys.stdout.write(clean_line(line, _LINE_LONGEST) + "\n")
    sys.stdout.flush()


async def run_plain(engine: Engine) -> int:
    """Talk with the agent while the engine works; the exit code."""
    # What the terminal's encoding has no sign for becomes a question mark, not a failure.
    with contextlib.suppress(AttributeError):  # a test's stdout may be another kind of file
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    typed: Typed = TypedLines(_echo) if os.isatty(0) else PipedLines()
    try:
        return await _run(engine, typed, patient=not os.isatty(0))
    except BrokenPipeError:
        # Whoever read our lines is gone; the interpreter must not try to flush to them once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    finally:
        typed.close()


async def _run(engine: Engine, typed: Typed, *, patient: bool) -> int:
    work = asyncio.create_task(engine.run(), name="engine")
    talk = asyncio.create_task(converse(engine, typed, say, patient=patient), name="line face")
    code = _obey_signals(talk)
    if isinstance(typed, TypedLines):
        asyncio.get_running_loop().add_signal_handler(signal.SIGCONT, typed.take_keys)
    try:
        await asyncio.wait({work, talk}, return_when=asyncio.FIRST_COMPLETED)
        if code:
            return code[0]
        return await talk if talk.done() else 1
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
        say(f"tms-chat has to stop: a fault of its own ({failure.where}). What was answered as sent is safe.")


def _echo(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
