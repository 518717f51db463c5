"""States, changes and failures in words and signs, for both faces."""

import time
from collections.abc import Sequence
from typing import Final, assert_never

from tms_tui.core.select import Badge, BadgeKind, Filter
from tms_tui.domain.changes import Notice, NoticeKind
from tms_tui.domain.entries import Delivery, GapMark
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.model import Author, AuthorType, Availability, Priority, Session, SessionStatus

BROKEN: Final = "Stopped by a fault of its own"
"""Said by the badge when the console itself cannot go on."""

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400


def _same(words: str) -> tuple[str, str]:
    return words, words


_DELIVERIES: Final = {
    Delivery.QUEUED: "queued",
    Delivery.SENDING: "sending",
    Delivery.DOUBTFUL: "checking whether it arrived",
    Delivery.REFUSED: "not sent",
    Delivery.HELD: "not sent: the conversation moved on (R send anyway, D to draft)",
    Delivery.SENT: "sent",
    Delivery.SEEN: "seen",
}
_ROLES: Final = {AuthorType.VISITOR: "customer", AuthorType.AGENT: "agent", AuthorType.SYSTEM: "system"}
_FILTERS: Final = {Filter.MINE: "Mine", Filter.UNASSIGNED: "Unassigned", Filter.ALL: "All", Filter.ENDED: "Ended"}
_EMPTY_LISTS: Final = {
    Filter.MINE: "You hold no conversation. n opens the next one that waits, t takes it.",
    Filter.UNASSIGNED: "Nobody waits unassigned. New conversations appear here by themselves.",
    Filter.ALL: "No conversations yet. New ones appear here by themselves.",
    Filter.ENDED: "No ended conversation was read yet. 3 shows the open ones.",
}
_STATUSES: Final = {
    SessionStatus.ACTIVE: "active",
    SessionStatus.PENDING: "pending",
    SessionStatus.ENDED: "resolved",
}
_BADGES: Final = {
    BadgeKind.LIVE: ("\u25cf", "Live"),
    BadgeKind.CONNECTING: ("\u25d0", "Connecting"),
    BadgeKind.OFFLINE: ("\u25cb", "Offline"),
}
_REASONS: Final = {
    FailureKind.NOT_REACHED: "the server cannot be reached",
    FailureKind.NO_ANSWER: "the server did not answer in time",
    FailureKind.UNTRUSTED: "the server's certificate is not valid for it",
    FailureKind.CLEARTEXT: "the address is not encrypted; use https",
    FailureKind.REDIRECTED: "the address leads to another server, which is not trusted",
    FailureKind.UNAUTHORIZED: "the server no longer accepts this sign-in",
    FailureKind.FORBIDDEN: "the server does not allow you to do this",
    FailureKind.MISSING: "the server does not know it",
    FailureKind.MOVED_ON: "the conversation moved on",
    FailureKind.TAKEN: "a colleague holds the conversation",
    FailureKind.ENDED: "the conversation is resolved",
    FailureKind.EXPIRED: "the server no longer keeps what is that old",
    FailureKind.INVALID: "the server did not accept the content",
    FailureKind.TOO_LARGE: "it is too long",
    FailureKind.TOO_MANY: "the server asks for fewer requests",
    FailureKind.SERVER_ERROR: "the server failed",
    FailureKind.UNREADABLE: "the answer is not one of a chat server",
}
_SIGN_IN: Final = {
    FailureKind.NOT_REACHED: "the server cannot be reached. Check the address and the network, then try again.",
    FailureKind.NO_ANSWER: "the server did not answer in time. Try again in a moment.",
    FailureKind.UNTRUSTED: "the server's certificate is not valid for this address. Ask whoever runs the server.",
    FailureKind.CLEARTEXT: "this address is not encrypted, so the password would be readable. Use https://.",
    FailureKind.REDIRECTED: "this address leads to another server. Enter that server's own address.",
    FailureKind.UNAUTHORIZED: "the server did not accept the e-mail or the password.",
    FailureKind.FORBIDDEN: "the server does not allow this account here. Ask whoever runs the server.",
    FailureKind.MISSING: "no chat server answers at this address. Check the address.",
    FailureKind.MOVED_ON: "the server changed meanwhile. Try again.",
    FailureKind.TAKEN: "the account is in use elsewhere. Try again.",
    FailureKind.ENDED: "the account is closed. Ask whoever runs the server.",
    FailureKind.EXPIRED: "the sign-in is too old. Enter the password again.",
    FailureKind.INVALID: "the server did not understand the e-mail or the password. Check both.",
    FailureKind.TOO_LARGE: "the e-mail or the password is too long.",
    FailureKind.TOO_MANY: "too many attempts.",
    FailureKind.SERVER_ERROR: "the server failed. Try again in a moment.",
    FailureKind.UNREADABLE: "what answers at this address is not a chat server. Check the address.",
}
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
    EndingKind.DEAF: "the line brought no more messages and was replaced",
    EndingKind.ASKED: "the line was replaced as asked",
}


_NOTICES: Final = {
    NoticeKind.LIVE: _same("Live: new messages arrive at once."),
    NoticeKind.LINE_LOST: _same("The line broke. Reconnecting; what you send is kept."),
    NoticeKind.OFFLINE: _same("Offline. New messages are read every few seconds; what you send is kept."),
    NoticeKind.STOPPED: ("Not connected: {why}. F5 tries again.", "Not connected. F5 tries again."),
    NoticeKind.CAUGHT_UP: ("Caught up: {messages} recovered.", "Caught up."),
    NoticeKind.TAKEN_BY: _same("{other} took {name}"),
    NoticeKind.GIVEN_TO_YOU: ("{other} gave you {name}", "You hold {name} now"),
    NoticeKind.TAKEN_FROM_YOU: _same("{other} took {name} from you"),
    NoticeKind.RELEASED: _same("Nobody holds {name} now"),
    NoticeKind.RESOLVED: ("{other} resolved {name}", "Resolved: {name}"),
    NoticeKind.REOPENED: ("{other} reopened {name}", "Open again: {name}"),
    NoticeKind.SET_PENDING: ("{other} set {name} to pending", "Pending: {name}"),
    NoticeKind.NEW_CONVERSATION: _same("New conversation: {name}"),
    NoticeKind.WROTE: ("{name} wrote {messages}", "{name} wrote"),
    NoticeKind.RACE_LOST: _same("Not taken: {other} was faster and holds {name}"),
    NoticeKind.SEND_REFUSED: _same("Not sent to {name}: {why}. R tries again, D makes it a draft again."),
    NoticeKind.SEND_HELD: _same("Not sent: the conversation with {name} moved on since you looked."),
    NoticeKind.REQUEST_FAILED: _same("Not done: {why}."),
    NoticeKind.AVAILABILITY: _same("Your availability is set"),
    NoticeKind.COLLEAGUE: ("{name} is {other}", "{name} changed availability"),
}
"""What to say with the detail a kind may carry (another name, a count above one, a failure), and without."""


def delivery(state: Delivery, failure: Failure | None = None) -> str:
    """How far an own message has got, and what can be done about it."""
    if state is Delivery.REFUSED:
        why = reason(failure) if failure else "the server refused it"
        return f"not sent: {why} (R retry, D to draft)"
    return _DELIVERIES[state]


def role(author: Author) -> str:
    """What an author is to this desk."""
    return _ROLES[author.type]


def customer(session: Session) -> str:
    """The customer's name, or what stands for one."""
    return session.customer.name or "Unnamed customer"


def composer_title(session: Session | None, *, private: bool) -> str:
    """Who will see what is written: said on the composer's border."""
    if session is None:
        return "No conversation is open"
    return (
        f"Note on {customer(session)}: colleagues only"
        if private
        else f"Reply to {customer(session)}: the customer sees this"
    )


def chat_title(session: Session, holder: str | None, now: float) -> str:
    """A conversation in one line; `now` in seconds since the epoch."""
    here = "customer online" if session.customer.online else "customer gone"
    held = f"held by {holder}" if holder else "held by nobody"
    return f"{customer(session)}  {status(session.status)}  {held}  since {clock(session.started_at, now)}  {here}"


def filter_title(wanted: Filter) -> str:
    """The name of a list."""
    return _FILTERS[wanted]


def empty_list(wanted: Filter) -> str:
    """What a list says that has nothing in it."""
    return _EMPTY_LISTS[wanted]


def availability(state: Availability) -> str:
    """Whether an agent takes conversations."""
    return state.value


def status(state: SessionStatus) -> str:
    """A conversation's state."""
    return _STATUSES[state]


def priority(state: Priority) -> str:
    """A conversation's priority."""
    return state.value


def clock(at: float, now: float) -> str:
    """A time of day as short as it stays clear; both in seconds since the epoch, shown in local time."""
    then, today = time.localtime(at), time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("%H:%M", then)
    if 0 < now - at < 6 * _DAY:
        return time.strftime("%a %H:%M", then)
    return time.strftime("%Y-%m-%d", then)


def to_the_second(at: float) -> str:
    """A time of day with its seconds; seconds since the epoch."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def day(at: float) -> str:
    """The day of a time in seconds since the epoch."""
    then = time.localtime(at)
    return f"{time.strftime('%A', then)} {then.tm_mday} {time.strftime('%B', then)}"


def wait(seconds: float) -> str:
    """A waiting time in its largest whole unit."""
    if seconds < _MINUTE:
        return "now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)}m"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)}h"
    return f"{int(seconds // _DAY)}d"


def gap(mark: GapMark, now: float) -> str:
    """What is known about a time without a line; `now` in seconds since the epoch."""
    began = clock(mark.began_at, now)
    if not mark.confirmed:
        return f"offline since {began}, history not confirmed"
    ended = clock(mark.ended_at, now)
    span = began if began == ended else f"{began}-{ended}"
    return f"offline {span}, {mark.recovered or 'nothing'} {'recovered' if mark.recovered else 'missed'}"


def typing(names: Sequence[str]) -> str:
    """Who types; empty when nobody does."""
    if not names:
        return ""
    return f"{_listed(names)} {'is' if len(names) == 1 else 'are'} typing"


def badge(state: Badge) -> tuple[str, str]:
    """The sign and the words of the connection."""
    sign, word = _BADGES[state.kind]
    parts = [word]
    if state.kind is BadgeKind.CONNECTING and state.tries:
        parts = [f"{word} (try {state.tries + 1})"]
    if state.kind is BadgeKind.OFFLINE:
        parts += _offline(state)
    if state.unsent:
        parts.append(f"{state.unsent} unsent")
    return sign, ", ".join(parts)


def link_sentence(state: Badge) -> str:
    """The connection in a whole sentence, with what it means for the work."""
    match state.kind:
        case BadgeKind.LIVE:
            said = "Live: new messages arrive at once."
        case BadgeKind.CONNECTING:
            said = "Connecting. What you send is kept and goes out when the server answers."
        case BadgeKind.OFFLINE if state.stopped:
            said = "Not connected, and not trying. F5 connects."
        case BadgeKind.OFFLINE if state.polling:
            said = "Offline. New messages are read every few seconds, and what you send goes out."
        case BadgeKind.OFFLINE:
            said = "Offline. What you send is kept and goes out when the line is back."
        case _:
            assert_never(state.kind)
    return f"{said} {plural(state.unsent, 'message')} not sent yet." if state.unsent else said


def reason(failure: Failure) -> str:
    """Why something was not done, to be put after a colon."""
    said = _REASONS[failure.kind]
    if failure.kind is FailureKind.TOO_MANY and failure.retry_after:
        return f"{said}; wait {int(failure.retry_after)} s"
    if failure.kind is FailureKind.INVALID and failure.words:
        return f"{said} ({failure.words})"
    if failure.kind is FailureKind.SERVER_ERROR and failure.status:
        return f"{said} ({failure.status})"
    return said


def sign_in_failed(failure: Failure) -> str:
    """Why the sign-in did not work and what to do."""
    said = f"Not signed in: {_SIGN_IN[failure.kind]}"
    if failure.kind is FailureKind.TOO_MANY:
        return f"{said} Wait {int(failure.retry_after or 60)} s, then try again."
    return said


def ending(state: Ending) -> str:
    """Why a socket is gone, to be put after a colon."""
    said = _ENDINGS[state.kind]
    return f"{said} ({state.code})" if state.code is not None else said


def notice(said: Notice, name: str = "") -> str:
    """What the event line says; `name` stands in where the notice carries none."""
    known, unknown = _NOTICES[said.kind]
    detail = said.other or said.count > 1 or said.failure
    return (known if detail else unknown).format(
        name=said.name or name or "a customer",
        other=said.other or "a colleague",
        messages=plural(said.count, "message"),
        why=reason(said.failure) if said.failure else "the server refused it",
    )


def broken(fault: str) -> str:
    """Said when the console itself cannot go on; `fault` names the kind of error."""
    named = f" ({fault})" if fault else ""
    return f"The console stopped by a fault of its own{named}: nothing comes in or goes out. Quit and start again."


def too_long(characters: int, most: int) -> str:
    """Why a text was neither taken nor sent."""
    return f"Too long: {characters} characters, {most} is the most. Shorten it, or send it in parts."


def plural(count: int, noun: str) -> str:
    """A count and its noun."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _offline(state: Badge) -> list[str]:
    if state.stopped:
        return ["stopped, F5 connects"]
    parts = ["polling"] if state.polling else []
    return [*parts, f"read {to_the_second(state.read_at)}"] if state.read_at is not None else parts


def _listed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def keyring(name: str | None, why_not: str) -> str:
    """Where a password would be kept, or why it cannot be."""
    return f"Kept in: {name}" if name else f"Not possible here: {why_not or 'no keyring was found'}"


def missing_field(field: str) -> str:
    """Which part of the sign-in is empty."""
    named = {"server": "the server's address", "email": "the e-mail", "password": "the password"}
    return f"Not signed in: {named[field]} is missing."


def sign_in_broken(fault: str) -> str:
    """The attempt itself ended in a fault of the console's own; `fault` names the kind of error."""
    return f"Not signed in: the console failed ({fault}). Try again; if it stays so, report it."


def crashed(fault: str) -> str:
    """The last line of a console that failed; `fault` names the kind of error and its place."""
    return f"tms-chat stopped by a fault of its own ({fault}). Start it again; if it stays so, report this line."
