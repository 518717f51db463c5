"""Why something did not work, in words."""

import traceback
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Final

from tms_tui.domain.errors import UNKNOWN_ISSUER, Ending, EndingKind, Failure, FailureKind

BROKEN: Final = "Stopped by a fault of its own"
"""Said by the badge when the console itself cannot go on."""

_REASONS: Final = {
    FailureKind.NOT_REACHED: "the server cannot be reached",
    FailureKind.NO_ANSWER: "the server did not answer in time",
    FailureKind.UNTRUSTED: "the server's certificate is not valid for it",
    FailureKind.CLEARTEXT: "the address is not encrypted; use https",
    FailureKind.MISCONFIGURED: "a setting of this computer cannot be used",
    FailureKind.REDIRECTED: "the address leads to another server, which is not trusted",
    FailureKind.UNAUTHORIZED: "the server no longer accepts this sign-in",
    FailureKind.FORBIDDEN: "the server does not allow you to do this",
    FailureKind.REPLACED: "you are connected from too many places, and this one was the oldest",
    FailureKind.MISSING: "the server does not know it",
    FailureKind.MOVED_ON: "the conversation moved on",
    FailureKind.TAKEN: "a colleague holds the conversation",
    FailureKind.ENDED: "the conversation is resolved",
    FailureKind.ERASED: "the conversation was removed from the server",
    FailureKind.UNSUPPORTED: "this server is too old to keep anybody out, or the conversation is gone",
    FailureKind.EXPIRED: "the server no longer keeps what is that old",
    FailureKind.INVALID: "the server did not accept the content",
    FailureKind.TOO_LARGE: "it is too long",
    FailureKind.TOO_MANY: "the server asks for fewer requests",
    FailureKind.SERVER_ERROR: "the server failed",
    FailureKind.UNREADABLE: "the answer is not one of a chat server",
}
_BY_CODE: Final = {
    "agent_disabled": "that colleague can no longer sign in; hand it to somebody else",
    "search_too_long": "the search took too long; use more letters, or search for something narrower",
    "unknown_agent": "there is no such colleague any more; hand it to somebody else",
}
BAD_ADDRESS: Final = "bad_address"
"""Code of a sign-in that failed before anything was sent; its words say what to type instead."""
_SIGN_IN: Final = {
    FailureKind.NOT_REACHED: "the server cannot be reached{words}. Check the address and the network, then try again.",
    FailureKind.NO_ANSWER: "the server did not answer in time. Try again in a moment.",
    FailureKind.UNTRUSTED: "the server's certificate is not valid for it{words}. Ask whoever runs the server.",
    FailureKind.CLEARTEXT: "this address is not encrypted, so the password would be readable. Use https://.",
    FailureKind.MISCONFIGURED: "a setting of this computer cannot be used.",
    FailureKind.REDIRECTED: "this address leads to another server. Enter that server's own address.",
    FailureKind.UNAUTHORIZED: "the server did not accept the e-mail or the password.",
    FailureKind.FORBIDDEN: "the server does not allow this account here. Ask whoever runs the server.",
    FailureKind.REPLACED: "this account is connected from too many places. Close one of them.",
    FailureKind.MISSING: "no chat server answers at this address. Check the address.",
    FailureKind.MOVED_ON: "the server changed meanwhile. Try again.",
    FailureKind.TAKEN: "the account is in use elsewhere. Try again.",
    FailureKind.ENDED: "the account is closed. Ask whoever runs the server.",
    FailureKind.ERASED: "the account is gone. Ask whoever runs the server.",
    FailureKind.UNSUPPORTED: "the server is too old. Ask whoever runs it.",
    FailureKind.EXPIRED: "the sign-in is too old. Enter the password again.",
    FailureKind.INVALID: "the server did not understand the e-mail or the password. Check both.",
    FailureKind.TOO_LARGE: "the e-mail or the password is too long.",
    FailureKind.TOO_MANY: "too many attempts.",
    FailureKind.SERVER_ERROR: "the server failed. Try again in a moment.",
    FailureKind.UNREADABLE: "what answers at this address is not a chat server. Check the address.",
}
_UNKNOWN_ISSUER: Final = (
    "nobody whom this computer trusts signed the server's certificate{words}. "
    "Name your authority's certificates in ca_file, or ask whoever runs the server."
)
_ENDINGS: Final = {
    EndingKind.CLOSED: "the server closed the line",
    EndingKind.LOST: "the line broke",
    EndingKind.SILENT: "the server stopped answering",
    EndingKind.UNREACHED: "the server cannot be reached",
    EndingKind.REFUSED: "the server refused the line",
    EndingKind.NO_WELCOME: "the server opened the line and said nothing",
    EndingKind.REDIRECTED: "the address leads to another server, which is not trusted",
    EndingKind.UNTRUSTED: "the server's certificate is not valid for it",
    EndingKind.CLEARTEXT: "the address is not encrypted",
    EndingKind.MISCONFIGURED: "a setting of this computer cannot be used",
    EndingKind.DEAF: "the line brought no more messages and was replaced",
    EndingKind.ASKED: "the line was replaced by a fresh one",
}


def reason(failure: Failure) -> str:
    """Why something was not done, to be put after a colon."""
    said = _BY_CODE.get(failure.code or "", _REASONS[failure.kind])
    if failure.kind is FailureKind.TOO_MANY and failure.status == 401:
        return f"the server ended this sign-in almost at once; wait {ceil(failure.retry_after or 0)} s"
    if failure.kind is FailureKind.TOO_MANY and failure.retry_after:
        return f"{said}; wait {int(failure.retry_after)} s"
    if failure.kind is FailureKind.MISCONFIGURED and failure.words:
        return failure.words.rstrip(".")
    if failure.kind is FailureKind.INVALID and failure.words and failure.code not in _BY_CODE:
        return f"{said} ({failure.words})"
    if failure.kind is FailureKind.SERVER_ERROR and failure.status:
        return f"{said} ({failure.status})"
    return said


def unread_list(failure: Failure | None, *, signed_in: bool) -> str:
    """What an empty list says before everything was read: that it promises nothing, and why."""
    if not signed_in:
        return "Not signed in: conversations appear here once you are."
    if failure is None:
        return "The conversations are being read. They appear here by themselves."
    if failure.kind is FailureKind.UNREADABLE:
        return "No conversation can be read: what answers at this address is not a chat server. Check the address."
    return f"No conversation can be read: {reason(failure)}. It is tried again by itself."


def sign_in_failed(failure: Failure) -> str:
    """Why the sign-in did not work and what to do."""
    if failure.code == BAD_ADDRESS or (failure.kind is FailureKind.MISCONFIGURED and failure.words):
        return f"Not signed in: {failure.words}"
    sentence = _UNKNOWN_ISSUER if failure.code == UNKNOWN_ISSUER else _SIGN_IN[failure.kind]
    said = "Not signed in: " + sentence.replace("{words}", f" ({failure.words})" if failure.words else "")
    if failure.kind is FailureKind.TOO_MANY:
        return f"{said} Wait {int(failure.retry_after or 60)} s, then try again."
    return said


def sign_in_broken(fault: str) -> str:
    """The attempt itself ended in a fault of the console's own; `fault` names the kind of error."""
    return f"Not signed in: the console failed ({fault}). Try again; if it stays so, report it."


def missing_field(field: str) -> str:
    """Which part of the sign-in is empty."""
    named = {"server": "the server's address", "email": "the e-mail", "password": "the password"}
    return f"Not signed in: {named[field]} is missing."


def address(host: str, *, secure: bool, loopback: bool) -> str:
    """How a server that can be used is reached."""
    if secure:
        return f"{host}: the line is encrypted."
    why = "but stays on this machine" if loopback else "and others may read it: your settings allow that"
    return f"{host}: the line is not encrypted, {why}."


def keyring(name: str | None, why_not: str) -> str:
    """Where a password would be kept, or why it cannot be."""
    return f"Kept in: {name}" if name else f"Not possible here: {why_not or 'no keyring was found'}"


def ending(state: Ending) -> str:
    """Why a socket is gone, to be put after a colon."""
    said = _ENDINGS[state.kind]
    return f"{said} ({state.code})" if state.code is not None else said


def to_fill_in(placeholders: Sequence[str]) -> str:
    """What of a canned response the agent has to write."""
    return f"To fill in before it is sent: {', '.join(placeholders)}."


def not_filled_in(placeholders: Sequence[str]) -> str:
    """Why a text with placeholders is not sent."""
    return f"Not sent: {', '.join(placeholders)} is not filled in. Write what belongs in its place."


NOT_UTF8: Final = "this is not UTF-8 text. Set the terminal to UTF-8."


def too_long(characters: int, most: int) -> str:
    """Why a text was neither taken nor sent."""
    return f"Too long: {characters} characters, {most} is the most. Shorten it, or send it in parts."


def broken(fault: str) -> str:
    """Said when the console itself cannot go on; `fault` names the kind of error."""
    named = f" ({fault})" if fault else ""
    return f"The console stopped by a fault of its own{named}: nothing comes in or goes out. Quit and start again."


def crashed(fault: str) -> str:
    """The last line of a console that failed; `fault` names the kind of error and its place."""
    return f"tms-chat stopped by a fault of its own ({fault}). Start it again; if it stays so, report this line."


def fault(error: BaseException | None) -> str:
    """The kind of an error and the innermost place of ours, without its words or values."""
    if error is None:
        return "unknown"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "tms_tui" in frame.filename]
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def hard_to_read(theme: str, text: str, ground: str, contrast: float) -> str:
    """Said of an agent's own theme in which a text can hardly be read; `contrast` as WCAG 2 counts it, 1 to 21."""
    return f"Theme {theme} is hard to read: {text} on {ground} has a contrast of {contrast:.1f}, 4.5 is enough."
