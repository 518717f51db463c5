"""The connection in words and a sign."""

from typing import Final, assert_never

from tms_tui.core.select import Badge, BadgeKind
from tms_tui.wording.failures import BROKEN
from tms_tui.wording.times import plural, to_the_second
from tms_tui.wording.ways import USUAL, Ways

_BADGES: Final = {
    BadgeKind.LIVE: ("\u25cf", "*", "Live"),
    BadgeKind.CONNECTING: ("\u25d0", "~", "Connecting"),
    BadgeKind.OFFLINE: ("\u25cb", "o", "Offline"),
}
"""The sign, the same in ASCII, and the word."""


def badge(state: Badge, *, ascii_only: bool = False, ways: Ways = USUAL) -> tuple[str, str]:
    """The sign and the words of the connection; `ascii_only`: a sign that every terminal has."""
    sign, plain, word = _BADGES[state.kind]
    parts = [word]
    if state.kind is BadgeKind.CONNECTING and state.tries:
        parts = [f"{word} (try {state.tries + 1})"]
    if state.kind is BadgeKind.OFFLINE:
        parts += _offline(state, ways)
    if state.unsent:
        parts.append(f"{state.unsent} unsent")
    return plain if ascii_only else sign, ", ".join(parts)


def badge_broken(*, ascii_only: bool = False) -> str:
    """What the badge says when the console itself cannot go on."""
    sign, plain, _ = _BADGES[BadgeKind.OFFLINE]
    return f"{plain if ascii_only else sign} {BROKEN}"


def link_sentence(state: Badge, ways: Ways = USUAL) -> str:
    """The connection in a whole sentence, with what it means for the work."""
    match state.kind:
        case BadgeKind.LIVE:
            said = "Live: new messages arrive at once."
        case BadgeKind.CONNECTING:
            said = "Connecting. What you send is kept and goes out when the server answers."
        case BadgeKind.OFFLINE if state.stopped:
            said = f"Not connected, and not trying. {ways.reconnect} connects."
        case BadgeKind.OFFLINE if state.polling:
            said = "Offline. New messages are read every few seconds, and what you send goes out."
        case BadgeKind.OFFLINE:
            said = "Offline. What you send is kept and goes out when the line is back."
        case _:
            assert_never(state.kind)
    return f"{said} {plural(state.unsent, 'message')} not sent yet." if state.unsent else said


def _offline(state: Badge, ways: Ways) -> list[str]:
    if state.stopped:
        return [f"stopped, {ways.reconnect} connects"]
    parts = ["unstable"] if state.unstable else []
    parts += ["polling"] if state.polling else []
    return [*parts, f"read {to_the_second(state.read_at)}"] if state.read_at is not None else parts
