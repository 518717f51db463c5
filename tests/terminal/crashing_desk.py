"""The program, with a fault planted in it: the engine raises while it holds everything there is to hold."""

import sys
from collections.abc import Callable

from tms_tui.domain.events import ComposerChanged, Event
from tms_tui.engine.engine import Engine

BOOM = "boom"
"""Typing this into the composer sets it off."""


class PlantedError(Exception):
    """Carries secrets in its words and in the frames it passes."""


def planted(take: Callable[[Engine, Event], None], *, beneath: bool) -> Callable[[Engine, Event], None]:
    """`Engine.take` with the fault before it, in the face's own call, or `beneath` it, in the engine's."""

    def fails(engine: Engine, event: Event) -> None:
        if isinstance(event, ComposerChanged) and event.text.endswith(BOOM):
            login = engine._performer._tokens
            secrets = vars(login)
            tokens = secrets["_tokens"]
            words = f"{tokens.access.reveal()} {tokens.refresh.reveal()} {event.text}"
            if not beneath:
                raise PlantedError(words)
            engine._clock = None  # type: ignore[assignment]
        take(engine, event)

    return fails


if __name__ == "__main__":
    where = sys.argv.pop(1)
    Engine.take = planted(Engine.take, beneath=where == "engine")  # type: ignore[method-assign, assignment]
    from tms_tui.__main__ import main

    main()
