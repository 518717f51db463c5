"""States, changes and failures in words and signs, for both faces."""

from collections.abc import Sequence
from typing import Final

from tms_tui.core import select
from tms_tui.core.select import Filter
from tms_tui.core.state import State
from tms_tui.domain.changes import Notice, NoticeKind
from tms_tui.domain.entries import Delivery
from tms_tui.domain.errors import Failure
from tms_tui.domain.model import Author, AuthorType, Availability, Priority, Session, SessionStatus
from tms_tui.wording.blocked import BLOCKED
from tms_tui.wording.bounds import bounded
from tms_tui.wording.failures import (
    address,
    broken,
    crashed,
    ending,
    fault,
    hard_to_read,
    keyring,
    missing_field,
    not_filled_in,
    reason,
    sign_in_broken,
    sign_in_failed,
    to_fill_in,
    too_long,
    unread_list,
)
from tms_tui.wording.line import badge, badge_broken, link_sentence
from tms_tui.wording.times import clock, day, gap, plural, to_come, to_the_second, wait
from tms_tui.wording.ways import USUAL, Ways

__all__ = [
    "READING_OLDER",
    "TEXTS_UNREAD",
    "UNCONFIRMED",
    "address",
    "availability",
    "badge",
    "badge_broken",
    "brief",
    "broken",
    "chat_title",
    "clock",
    "composer_title",
    "crashed",
    "customer",
    "day",
    "delivery",
    "empty_list",
    "ending",
    "fault",
    "filter_title",
    "gap",
    "hard_to_read",
    "keyring",
    "link_sentence",
    "missing_field",
    "not_filled_in",
    "notice",
    "plural",
    "priority",
    "reason",
    "role",
    "sign_in_broken",
    "sign_in_failed",
    "standing",
    "state_of",
    "status",
    "to_fill_in",
    "to_the_second",
    "too_long",
    "typing",
    "wait",
]


UNCONFIRMED: Final = "syncing: something may be missing"
READING_OLDER: Final = "reading older messages ..."
"""Said of a conversation whose end is being read again."""
TEXTS_UNREAD: Final = "The canned responses cannot be read now. Try again."


def _same(words: str) -> tuple[str, str]:
    return words, words


_DELIVERIES: Final = {
    Delivery.QUEUED: "queued",
    Delivery.SENDING: "sending",
    Delivery.DOUBTFUL: "checking whether it arrived",
    Delivery.REFUSED: "not sent",
    Delivery.HELD: "not sent: the conversation moved on",
    Delivery.SENT: "sent",
    Delivery.SEEN: "seen",
}


_ROLES: Final = {AuthorType.VISITOR: "customer", AuthorType.AGENT: "agent", AuthorType.SYSTEM: "system"}


_FILTERS: Final = {Filter.MINE: "Mine", Filter.UNASSIGNED: "Unassigned", Filter.ALL: "All", Filter.ENDED: "Ended"}


_EMPTY_LISTS: Final = {
    Filter.MINE: "You hold no conversation. {ways.next_waiting} opens the next one that waits, {ways.take} takes it.",
    Filter.UNASSIGNED: "Nobody waits unassigned. New conversations appear here by themselves.",
    Filter.ALL: "No conversations yet. New ones appear here by themselves.",
    Filter.ENDED: "No ended conversation was read yet. {ways.filter_all} shows the open ones.",
}


_STATUSES: Final = {
    SessionStatus.ACTIVE: "active",
    SessionStatus.PENDING: "pending",
    SessionStatus.ENDED: "resolved",
}


_NOTICES: Final = {
    NoticeKind.LIVE: _same("Live: new messages arrive at once."),
    NoticeKind.LINE_LOST: _same("The line broke. Reconnecting; what you send is kept."),
    NoticeKind.OFFLINE: (
        "Offline: {why}. What you send is kept and goes out when the line is back.",
        "Offline. New messages are read every few seconds; what you send goes out the same way.",
    ),
    NoticeKind.HELD_BACK: _same(
        "The server asks for fewer requests: reading and sending go on at {since}. What you send is kept."
    ),
    NoticeKind.UNSTABLE: (
        "No line: {why}. New messages are read every few seconds; the line is tried again every minute.",
        "The line keeps breaking. New messages are read every few seconds; the line is tried again every minute.",
    ),
    NoticeKind.STOPPED: (
        "Not connected: {why}. {ways.reconnect} tries again.",
        "Not connected. {ways.reconnect} tries again.",
    ),
    NoticeKind.CAUGHT_UP: ("Caught up: {messages} recovered.", "Caught up."),
    NoticeKind.TAKEN_BY: _same("{other} took {name}"),
    NoticeKind.GIVEN_TO_YOU: ("{other} gave you {name}", "You hold {name} now"),
    NoticeKind.TAKEN_FROM_YOU: _same("{other} took {name} from you"),
    NoticeKind.RELEASED: _same("Nobody holds {name} now"),
    NoticeKind.RESOLVED: ("{other} resolved {name}", "Resolved: {name}"),
    NoticeKind.REOPENED: ("{other} reopened {name}", "Open again: {name}"),
    NoticeKind.SET_PENDING: ("{other} set {name} to pending", "Pending: {name}"),
    NoticeKind.WOKE: _same("Its time has come: {name} is open again"),
    NoticeKind.BLOCKED: ("{other} blocked {name}", "Blocked: {name}"),
    NoticeKind.UNBLOCKED: _same("Not blocked any more: {name}"),
    NoticeKind.ERASED: (
        "{conversations} were removed from the server, and with them what you had written there.",
        "A conversation was removed from the server, and with it what you had written there.",
    ),
    NoticeKind.NEW_CONVERSATION: _same("New conversation: {name}"),
    NoticeKind.RACE_LOST: _same("Not taken: {other} was faster and holds {name}"),
    NoticeKind.SEND_REFUSED: _same(
        "Not sent to {name}: {why}. {ways.retry} tries again, {ways.to_draft} makes it a draft again."
    ),
    NoticeKind.SEND_HELD: _same("Not sent: the conversation with {name} moved on since you wrote it."),
    NoticeKind.REQUEST_FAILED: _same("Not done: {why}."),
    NoticeKind.UNANSWERED: _same("Not known whether it was done: {why}. Look before you ask again."),
    NoticeKind.AVAILABILITY: _same("Your availability is set"),
    NoticeKind.CLOCK_BEHIND: _same("This computer's clock is {count} min behind the server's: check its time."),
    NoticeKind.CLOCK_AHEAD: _same("This computer's clock is {count} min ahead of the server's: check its time."),
    NoticeKind.READ_ANEW: _same("The server cannot say what was missed: everything was read again."),
    NoticeKind.RESTORED: (
        "{messages} from last time: sent as soon as the line allows.",
        "Drafts from last time are back.",
    ),
    NoticeKind.DAMAGED: _same(
        "The drafts of last time cannot be read: their file is damaged, and set aside as {other}. New ones are kept."
    ),
    NoticeKind.NOT_KEPT: (
        "Drafts are not being saved on this computer: {other}. What you type stays while you work.",
        "Drafts are not being saved on this computer. What you type stays while you work.",
    ),
    NoticeKind.BOUNDED: _same("The server brings more than this console takes: what is shown may be behind."),
    NoticeKind.COLLEAGUE: ("{name} is {other}", "{name} changed availability"),
}
"""What to say with the detail a kind may carry (another name, a count above one, a failure), and without."""


def delivery(state: Delivery, failure: Failure | None = None, ways: Ways = USUAL) -> str:
    """How far an own message has got, and what can be done about it."""
    if state is Delivery.REFUSED:
        why = reason(failure) if failure else "the server refused it"
        return f"not sent: {why} ({ways.retry} retry, {ways.to_draft} to draft)"
    if state is Delivery.HELD:
        return f"{_DELIVERIES[state]} ({ways.retry} send anyway, {ways.to_draft} to draft)"
    return _DELIVERIES[state]


def role(author: Author) -> str:
    """What an author is to this desk."""
    return _ROLES[author.type]


def customer(session: Session) -> str:
    """The customer's name, or what stands for one."""
    return session.customer.name or "Unnamed customer"


def composer_title(session: Session | None, *, private: bool, short: bool = False) -> str:
    """Who will see what is written: said on the composer's border; `short`: before the name, which may be cut off."""
    if session is None:
        return "No conversation is open"
    name = customer(session)
    if short:
        return f"Colleagues only: {name}" if private else f"To the customer: {name}"
    return f"Note on {name}: colleagues only" if private else f"Reply to {name}: the customer sees this"


def chat_title(session: Session, holder: str | None, now: float) -> list[str]:
    """A conversation in parts, what matters most first; `now` in seconds since the epoch."""
    here = "customer online" if session.customer.online else "customer gone"
    held = f"held by {holder}" if holder else "held by nobody"
    return [customer(session), standing(session, now), held, f"since {clock(session.started_at, now)}", here]


def standing(session: Session, now: float) -> str:
    """A conversation's state, and until when it is set aside; `now` in seconds since the epoch."""
    until = session.pending_until
    return state_of(session, f" until {to_come(until, now)}" if until is not None else "")


def state_of(session: Session, more: str = "") -> str:
    """A conversation's state, and that its customer is kept out; `more` belongs to the state."""
    return f"{status(session.status)}{more}{f', {BLOCKED}' if session.blocked is not None else ''}"


def brief(session: Session, holder: str | None, now: float) -> str:
    """A conversation among others of one customer; `now` in seconds since the epoch."""
    parts = [clock(session.last_activity_at, now), state_of(session)]
    return ", ".join([*parts, *([holder] if holder else [])])


def filter_title(wanted: Filter) -> str:
    """The name of a list."""
    return _FILTERS[wanted]


def empty_list(state: State, wanted: Filter, ways: Ways = USUAL) -> str:
    """What a list says that has nothing in it."""
    if not select.has_read(state):
        return unread_list(state.sync.failure, signed_in=state.me is not None)
    return _EMPTY_LISTS[wanted].format(ways=ways)


def availability(state: Availability) -> str:
    """Whether an agent takes conversations."""
    return state.value


def status(state: SessionStatus) -> str:
    """A conversation's state."""
    return _STATUSES[state]


def priority(state: Priority) -> str:
    """A conversation's priority."""
    return state.value


def typing(names: Sequence[str]) -> str:
    """Who types; empty when nobody does."""
    if not names:
        return ""
    return f"{_listed(names)} {'is' if len(names) == 1 else 'are'} typing"


def notice(said: Notice, name: str = "", ways: Ways = USUAL) -> str:
    """What the event line says; `name` stands in where the notice carries none."""
    if said.bound is not None:
        return bounded(said.bound)
    known, unknown = _NOTICES[said.kind]
    detail = said.other or said.count > 1 or said.failure
    return (known if detail else unknown).format(
        name=said.name or name or "a customer",
        other=said.other or "a colleague",
        messages=plural(said.count, "message"),
        conversations=plural(said.count, "conversation"),
        count=said.count,
        since=to_the_second(said.since) if said.since is not None else "",
        why=reason(said.failure) if said.failure else "the server refused it",
        ways=ways,
    )


def _listed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"
