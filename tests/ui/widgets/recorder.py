"""A terminal in place of the real one: keeps what an app writes."""

from collections.abc import Iterator
from contextlib import contextmanager

from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver


class Recorder(HeadlessDriver):
    """Is not headless to the app, so that everything is written to it."""

    written: list[str]

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.written.append(data)


@contextmanager
def recorded(app: App[None]) -> Iterator[list[str]]:
    """What the app writes meanwhile; every frame is followed by an empty string."""
    recorder = Recorder(app, size=(app.size.width, app.size.height))
    recorder.written = written = []
    before, app._driver = app._driver, recorder
    app.post_display_hook = lambda: written.append("")  # type: ignore[method-assign]
    try:
        yield written
    finally:
        app._driver = before
