"""What stands on the screen while the desk is being loaded; needs nothing but the interpreter."""

import os
import termios

from tms_tui.command_table import COMMANDS

_TERMINAL = 2  # the desk draws on standard error
_ENTER = b"\x1b[?1049h\x1b[2J\x1b[H"
_LEAVE = b"\x1b[?1049l"
_TITLE = b" tms-chat  starting\n"

Attributes = list[int | list[bytes | int]]


class FirstFrame:
    """The alternate screen with a title, and no echo of what is typed ahead, until the desk takes over."""

    def __init__(self) -> None:
        self._before: Attributes = termios.tcgetattr(_TERMINAL)
        self._ours = True
        quiet = list(self._before)
        quiet[3] = self._before[3] & ~(termios.ECHO | termios.ICANON)  # type: ignore[operator]  # index 3 is a number
        quiet[6] = _without_stop(self._before[6])  # type: ignore[arg-type]  # index 6 is a list
        termios.tcsetattr(_TERMINAL, termios.TCSANOW, quiet)
        os.write(_TERMINAL, _ENTER + _TITLE)

    def hand_over(self) -> None:
        """The desk draws from here on, and leaves the screen itself."""
        self._restore_input()
        self._ours = False

    def leave(self) -> None:
        """Back to the screen as it was, unless the desk took over."""
        if self._ours:
            self._ours = False
            os.write(_TERMINAL, _LEAVE)
            self._restore_input()

    def _restore_input(self) -> None:
        termios.tcsetattr(_TERMINAL, termios.TCSANOW, self._before)


def _without_stop(characters: list[bytes | int]) -> list[bytes | int]:
    """The terminal's special characters without Ctrl+Z: it waits for the desk, which gives the screen back."""
    kept = list(characters)
    kept[termios.VSUSP] = bytes([os.fpathconf(_TERMINAL, "PC_VDISABLE")])
    return kept


def wanted(arguments: list[str]) -> bool:
    """Whether these arguments, on this terminal, are going to start the desk, as far as can be told at a glance."""
    other = {"--help", "-h", "--version", "--plain"} & set(arguments)
    without = any(word in COMMANDS and not COMMANDS[word].desk for word in arguments)
    return not other and not without and no_desk_because("--password-stdin" in arguments) is None


def no_desk_because(password_from_stdin: bool) -> str | None:  # noqa: FBT001 - one question, asked in two places
    """Why this terminal gets the line face; None when it can show the desk."""
    if os.environ.get("ACCESSIBLE", "") not in {"", "0"}:
        return "ACCESSIBLE is set"
    if is_dumb():
        return "this terminal is called dumb or has no name (TERM)"
    if not password_from_stdin and not _is_terminal(0):
        return "standard input is not a terminal"
    if not _is_terminal(1):
        return "the output is not a terminal"
    return None if _is_terminal(_TERMINAL) else "the error output is not a terminal"


def is_dumb() -> bool:
    """Whether the terminal says of itself that it knows no sequences, or does not say what it is."""
    return os.environ.get("TERM", "dumb") == "dumb"


def _is_terminal(descriptor: int) -> bool:
    # A closed descriptor is no terminal either; sys.stdin would be None then.
    try:
        return os.isatty(descriptor)
    except OSError:
        return False
