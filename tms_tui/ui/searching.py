"""The two searches of the desk: in the list, and in one conversation; what is typed comes from a search line."""

from typing import Final, Protocol

from tms_tui.core import finding, select
from tms_tui.core.transcript import Transcript
from tms_tui.domain.changes import NoticeKind
from tms_tui.domain.effects import SessionQuery
from tms_tui.domain.events import ListingAsked, TopReached
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Message
from tms_tui.ui.bridge import Bridge
from tms_tui.ui.keys import Pane
from tms_tui.ui.routing import Part, Touched
from tms_tui.ui.widgets.body import Body
from tms_tui.ui.widgets.session_list import SessionListView
from tms_tui.ui.widgets.transcript import TranscriptPane
from tms_tui.wording import reason, searching

_SHORTEST: Final = 2
"""Characters from which on the server is asked."""


class Search(Protocol):
    """What the search line needs; each method gives what to say."""

    @property
    def prompt(self) -> str:
        """What is being searched."""
        ...

    @property
    def hint(self) -> str:
        """Which keys there are, said while nothing is typed."""
        ...

    def look(self, words: str) -> str:
        """Find what was typed."""
        ...

    def move(self, by: int) -> str:
        """Go to the hit above (-1) or below (1)."""
        ...

    def enter(self) -> "str | Search | None":
        """Take the hit at hand; None when the search is over with that, or the one that goes on with the words."""
        ...

    def hear(self, found: Touched) -> str | None:
        """Something changed meanwhile; None when there is nothing to say of it."""
        ...

    def leave(self) -> None:
        """The search was given up."""
        ...


class SearchedDesk(Protocol):
    """What a search of the list does with the desk."""

    def list_found(self, words: str) -> None:
        """List what fits these words, everything when there are none."""
        ...

    def work_on(self, session: SessionId) -> None:
        """Show a conversation and go to its composer."""
        ...

    def open_session(self, session: SessionId) -> None:
        """Show a conversation and go to its transcript."""
        ...


def search_of(bridge: Bridge, body: Body, desk: SearchedDesk) -> Search:
    """The search of the pane that has the focus: of the list, or else of the conversation shown."""
    shown = body.transcript.session_id
    if body.pane is Pane.LIST or shown is None:
        return ListSearch(bridge, body.sessions, body.transcript, desk)
    return TalkSearch(bridge, body.transcript, shown)


class ListSearch:
    """Filters the list as one types, and asks the server for the rest: one question at a time.

    A conversation found by its customer is opened to answer; one found by a message is opened at that message.
    """

    prompt = searching.IN_LIST
    hint = searching.LIST_HINT

    def __init__(
        self, bridge: Bridge, sessions: SessionListView, transcript: TranscriptPane, desk: SearchedDesk
    ) -> None:
        self._bridge = bridge
        self._sessions = sessions
        self._transcript = transcript
        self._desk = desk
        self._before = sessions.selected
        self._words = ""
        self._asked: SessionQuery | None = None
        self._refused: dict[SessionQuery, str] = {}

    def look(self, words: str) -> str:
        self._words = words
        self._desk.list_found(words)
        self._sessions.action_first()
        self._ask()
        return self._said()

    def move(self, by: int) -> str:
        self._sessions.action_move(by)
        return self._said()

    def enter(self) -> Search | str | None:
        chosen = select.session(self._bridge.state, self._sessions.selected)
        if chosen is None:
            return self._said()
        self._end()
        if finding.is_named(chosen, self._words):
            self._desk.work_on(chosen.id)
            return None
        self._desk.open_session(chosen.id)
        return TalkSearch(self._bridge, self._transcript, chosen.id, has_hit=True)

    def hear(self, found: Touched) -> str | None:
        if self._asked is None:
            return None
        failures = [one.failure for one in found.notices if one.kind is NoticeKind.REQUEST_FAILED and one.failure]
        if select.found(self._bridge.state, self._asked) is None and failures:
            self._refused[self._asked] = reason(failures[-1])
        elif select.found(self._bridge.state, self._asked) is None:
            return None
        self._asked = None
        self._desk.list_found(self._words)
        self._ask()
        return self._said()

    def leave(self) -> None:
        self._end()
        if self._before is not None:
            self._sessions.select(self._before)

    def _end(self) -> None:
        """List as before; an answer that comes now is nobody's any more."""
        self._asked = None
        self._desk.list_found("")

    def _ask(self) -> None:
        wanted = finding.query(self._words)
        known = select.found(self._bridge.state, wanted) is not None or wanted in self._refused
        if self._asked is None and not known and len(self._words.strip()) >= _SHORTEST:
            self._asked = wanted
            self._bridge.take(ListingAsked(wanted))

    def _said(self) -> str:
        if not self._words.strip():
            return self.hint
        return searching.listed(
            len(self._sessions.sessions),
            asking=self._asked is not None,
            failure=self._refused.get(finding.query(self._words)),
        )


class TalkSearch:
    """Goes from hit to hit, from the newest backwards; past the oldest one it reads older messages."""

    prompt = searching.IN_TALK
    hint = searching.TALK_HINT

    def __init__(
        self, bridge: Bridge, transcript: TranscriptPane, session: SessionId, *, has_hit: bool = False
    ) -> None:
        """`has_hit`: the words looked for first are known to be in it, so older messages are read until they are."""
        self._has_hit = has_hit
        self._bridge = bridge
        self._transcript = transcript
        self._session = session
        self._words = ""
        self._hits: list[Message] = []
        self._at = 0
        """Which hit, counted from the newest."""
        self._reading_before: int | None = None
        """The oldest number held when older messages were asked for."""

    def look(self, words: str) -> str:
        self._words, self._reading_before, self._at = words.strip(), None, 0
        self._find()
        self._transcript.mark(self._words)
        self._go()
        seeks, self._has_hit = self._has_hit and not self._hits, False
        return self._read_older() if seeks else self._said()

    def move(self, by: int) -> str:
        wanted = self._at - by
        if 0 <= wanted < len(self._hits):
            self._at = wanted
            self._go()
            return self._said()
        if by < 0 and self._words:
            return self._read_older()
        return (searching.NO_NEWER if self._hits else "") + self._said()

    def enter(self) -> str | None:
        return self.move(-1)

    def hear(self, found: Touched) -> str | None:
        if Part.TRANSCRIPT not in found.parts:
            return None
        count, current = len(self._hits), self._current
        self._find()
        if current is not None:
            self._at = next((number for number, one in enumerate(self._hits) if one.id == current.id), 0)
        if self._reading_before is not None:
            return self._read_on(self._at + 1 if current is not None else 0)
        return self._said() if len(self._hits) != count else None

    def leave(self) -> None:
        self._transcript.mark("")
        self._transcript.settle()

    @property
    def _held(self) -> Transcript:
        return self._bridge.state.transcripts.get(self._session) or Transcript(self._session)

    @property
    def _current(self) -> Message | None:
        return self._hits[self._at] if self._at < len(self._hits) else None

    def _find(self) -> None:
        found = finding.messages(self._bridge.state, self._session, self._words) if self._words else []
        self._hits = found[::-1]

    def _go(self) -> None:
        if self._current is not None:
            self._transcript.go_to(self._current)

    def _read_older(self) -> str:
        held = self._held
        if held.top_reached:
            return (searching.NO_OLDER if self._hits else "") + self._said()
        self._reading_before = held.oldest_seq
        self._bridge.take(TopReached(self._session))
        return searching.reading(len(held))

    def _read_on(self, wanted: int) -> str:
        """Go to the hit that a page brought; if it brought none, read the next page."""
        held = self._held
        if wanted < len(self._hits):
            self._at, self._reading_before = wanted, None
            self._go()
            return self._said()
        if select.is_loading(self._bridge.state, self._session):
            return searching.reading(len(held))
        is_stuck = held.oldest_seq == self._reading_before and not held.top_reached
        self._reading_before = None
        return searching.NOT_READ if is_stuck else self._read_older()

    def _said(self) -> str:
        if not self._words:
            return self.hint
        held, current = self._held, self._current
        if current is None:
            return searching.no_hit(len(held), whole=held.top_reached)
        now = self._bridge.moment().wall
        return searching.hit(self._at + 1, len(self._hits), current, now, whole=held.top_reached)
