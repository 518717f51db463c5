"""The program, telling on SIGUSR1 how many asyncio tasks it holds; as its first argument the file to tell it to.

With `leaking` in place of `sound` as its second argument it leaks on purpose, so that the measuring can be tried.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Final

from tms_tui.domain.events import Event, LinkWelcomed
from tms_tui.engine.engine import Engine

LEAK: Final = 3 << 20
"""Bytes forgotten with each connection, beside some tasks and files; two of them are more than may grow."""
EACH: Final = 12
_take = Engine.take
_forgotten: list[object] = []


def leak(engine: Engine, event: Event) -> None:
    """`Engine.take`, forgetting something at each welcome."""
    if isinstance(event, LinkWelcomed):
        _forgotten.append(bytearray(os.urandom(LEAK)))
        for _ in range(EACH):
            os.dup(0)
            _forgotten.append(asyncio.get_running_loop().create_task(asyncio.Event().wait()))
    _take(engine, event)


def tell_tasks(file: Path) -> None:
    """Write the number where it is wanted, whole or not at all."""
    unfinished = file.with_suffix(".new")
    unfinished.write_text(str(len(asyncio.all_tasks())))
    unfinished.replace(file)


if __name__ == "__main__":
    told, how = Path(sys.argv.pop(1)), sys.argv.pop(1)
    signal.signal(signal.SIGUSR1, lambda *_: tell_tasks(told))
    if how == "leaking":
        Engine.take = leak  # type: ignore[method-assign, assignment]
    from tms_tui.__main__ import main

    main()
