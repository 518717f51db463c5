"""Decides what is new to the one who listens: each entry once, each step of an own message once."""

from collections.abc import Callable

from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.state import Moment, State
from tms_tui.core.undo import about
from tms_tui.domain.changes import (
    Announced,
    Change,
    Decided,
    SessionErased,
    SessionMoved,
    SignInNeeded,
    TypingChanged,
)
from tms_tui.domain.entries import Delivery, Entry, GapMark, PendingSend
from tms_tui.domain.events import Decide
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import Message, Session
from tms_tui.plain import lines
from tms_tui.wording.work import announced, carried_out

_FIRST_SHOWN = 10
_OLDER_WAYS = "/older, or /first for the first"
_SILENT = (Delivery.QUEUED, Delivery.SENDING)
"""What an own message goes through anyhow; only what comes of it is said."""


class Narrator:
    """Turns changes into lines, and remembers what was said of the open conversation."""

    def __init__(self, state: State, wall: Callable[[], float]) -> None:
        self._state = state
        self._wall = wall
        self._unread: dict[SessionId, int] = {}
        self._typing = ""
        self.opened: SessionId | None = None
        self.said_up_to = 0
        """The newest message of the open conversation that was said."""
        self._begun = False
        self._older_wanted = False
        self._floor = 0
        self._told: dict[str, str] = {}
        self._decided: dict[SessionId, Session] = {}
        """Conversations about which the agent decided something, as they stood before."""

    def open(self, session: SessionId) -> None:
        """Begin to tell a conversation."""
        self.opened, self.said_up_to, self._begun, self._older_wanted = session, 0, False, False
        self._told, self._typing = {}, ""

    def close(self) -> None:
        """Tell no conversation."""
        self.opened, self._told, self._typing = None, {}, ""

    def expect(self, send_id: SendId) -> None:
        """The agent typed this message, so only what becomes of it is to be said."""
        self._told[send_id] = ""

    def expect_change(self, session: Session) -> None:
        """The agent decided something about this conversation: what becomes of it is to be said."""
        self._decided[session.id] = session

    def expect_unread(self, session: Session) -> None:
        """The agent marked this conversation unread, so that many unread messages are no news."""
        self._unread[session.id] = session.unread

    def news(self, changes: tuple[Change, ...]) -> list[str]:
        """What these changes have to say."""
        said: list[str] = []
        for change in changes:
            match change:
                case Announced(notice):
                    said.append(lines.notice_line(announced(self._state, notice)))
                case Decided(asked):
                    said += self._carried_out(asked)
                case SignInNeeded(failure):
                    said.append(f"signed out: {wording.reason(failure)}. Drafts and messages not sent yet are kept.")
                case SessionErased(session):
                    said += self._erased(session)
                case SessionMoved(session):
                    said += [*self._became(session), *self._wrote(session)]
                case TypingChanged(session) if session == self.opened:
                    said += self._types(session)
                case _:
                    pass
        return [*said, *self.talk()]

    def talk(self) -> list[str]:
        """What is new in the open conversation."""
        if self.opened is None:
            return []
        if not self._begun:
            return self._first()
        said = [line for entry in self._after_floor() for line in self._entry(entry)]
        return [*self._older(), *said]

    def older(self) -> list[str] | None:
        """The messages before those that were said; None when they have to be read first."""
        self._older_wanted = True
        said = self._older()
        return None if self._older_wanted else said

    def beginning(self) -> list[str]:
        """The first messages of the open conversation, as far back as it could be read."""
        transcript = select.transcript(self._state, self.opened) if self.opened else None
        if transcript is None:
            return []
        messages = [each for each in transcript.entries if isinstance(each, Message)]
        first = messages[:_FIRST_SHOWN]
        where = f"first {len(first)} of {wording.plural(len(messages), 'message')}"
        head = f"{where}:" if transcript.top_reached else "older messages could not be read; /first tries again"
        shown = first if transcript.top_reached else []
        return [head, *(line for one in shown for line in lines.entry_lines(self._state, one, self._wall()))]

    def _first(self) -> list[str]:
        transcript = select.transcript(self._state, self.opened) if self.opened else None
        if transcript is None or not transcript.loaded:
            return []
        self._begun = True
        messages = [each for each in transcript.entries if isinstance(each, Message)]
        shown = messages[-_FIRST_SHOWN:]
        self._floor = shown[0].seq if shown else 0
        earlier = len(messages) > len(shown) or not transcript.top_reached
        head = [f"earlier messages: {_OLDER_WAYS}"] if earlier else []
        return [*head, *(line for entry in self._after_floor() for line in self._entry(entry))]

    def _older(self) -> list[str]:
        transcript = select.transcript(self._state, self.opened) if self.opened else None
        if not self._older_wanted or transcript is None:
            return []
        before = [each for each in transcript.entries if isinstance(each, Message) and each.seq < self._floor]
        if not before and not transcript.top_reached:
            return []
        self._older_wanted = False
        if not before:
            return ["older: nothing, this is the beginning"]
        self._floor = before[-_FIRST_SHOWN:][0].seq
        said = [line for entry in before[-_FIRST_SHOWN:] for line in self._entry(entry)]
        more = len(before) > _FIRST_SHOWN or not transcript.top_reached
        return [f"older, and more before: {_OLDER_WAYS}" if more else "older, from the beginning:", *said]

    def _after_floor(self) -> list[Entry]:
        found: list[Entry] = []
        for entry in reversed(select.entries(self._state, self.opened)) if self.opened else ():
            if isinstance(entry, Message) and entry.seq < self._floor:
                break
            found.append(entry)
        return found[::-1]

    def _entry(self, entry: Entry) -> list[str]:
        if isinstance(entry, Message):
            self.said_up_to = max(self.said_up_to, entry.seq)
        key, now = _key(entry), self._stage(entry)
        before = self._told.get(key)
        self._told[key] = now
        if before == now:
            return []
        if isinstance(entry, GapMark) or before is None:
            silent = isinstance(entry, PendingSend) and entry.delivery in _SILENT
            return [] if silent else lines.entry_lines(self._state, entry, self._wall())
        return [lines.delivery_line(self._state, entry, self._wall())] if now else []

    def _stage(self, entry: Entry) -> str:
        if isinstance(entry, GapMark):
            return f"{entry.confirmed}"
        if isinstance(entry, PendingSend) and entry.delivery in _SILENT:
            return ""
        return lines.delivery_words(self._state, entry)

    def _erased(self, session: SessionId) -> list[str]:
        self._unread.pop(session, None)
        self._decided.pop(session, None)
        if session != self.opened:
            return []
        self.close()
        return ["closed: this conversation was removed from the server"]

    def _became(self, session_id: SessionId) -> list[str]:
        before, session = self._decided.get(session_id), select.session(self._state, session_id)
        if before is None or session is None or before.version == session.version:
            return []
        del self._decided[session_id]
        return lines.decided_lines(self._state, before, session)

    def _carried_out(self, asked: Decide) -> list[str]:
        """A decision that changed nothing the agent would have been told of is done all the same."""
        session = about(asked)
        if session is None or session not in self._decided:
            return []
        said = self._became(session)
        if self._decided.pop(session, None) is None:
            return said
        return [f"done: {carried_out(self._state, asked, Moment(0.0, self._wall()))[0]}"]

    def _wrote(self, session_id: SessionId) -> list[str]:
        session = select.session(self._state, session_id)
        if session is None:
            return []
        before = self._unread.get(session_id)
        self._unread[session_id] = session.unread
        if before is None or session.unread <= before or session_id == self.opened:
            return []
        return [lines.wrote_line(self._state, session)]

    def _types(self, session: SessionId) -> list[str]:
        before, self._typing = self._typing, lines.typing_line(self._state, session)
        return [self._typing] if self._typing and self._typing != before else []


def _key(entry: Entry) -> str:
    match entry:
        case Message():
            return entry.send_id or entry.id
        case PendingSend(draft):
            return draft.send_id
        case GapMark():
            return f"gap {entry.after_seq} {entry.began_at}"
