"""What is said to the terminal itself, past the screen: its cursor, its title, its notifications."""

from textual.app import App

LENT = "another program"
"""Name of the worker that waits while another program has the terminal."""
_SHOW_CURSOR = "\x1b[?25h"


def show_cursor(app: App[None]) -> None:
    """Make the terminal's own cursor visible: braille lines and screen readers read where it stands."""
    _write(app, _SHOW_CURSOR)


def set_title(app: App[None], words: str) -> None:
    """Name the window. `words` are our own, never a customer's."""
    _write(app, f"\x1b]2;{words}\x07")


def notify(app: App[None], sequence: str, words: str) -> None:
    """Ask the terminal for a desktop notification. `words` are our own, never a customer's."""
    _write(app, sequence.format(words=words))


def _write(app: App[None], sequence: str) -> None:
    # Textual has no public way to either; it hides the cursor once at its start and never again.
    driver = app._driver  # noqa: SLF001
    if driver is not None:
        driver.write(sequence)
        driver.flush()
