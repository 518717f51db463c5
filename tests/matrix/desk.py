"""A console that remembers what it was asked, what it claimed and when each message came to its screen."""

import random
import time

from tests.matrix.judge import STORED, Intent, Shown, Turn
from tests.matrix.quick_clock import QuickClock
from tests.together.console import Console
from tms_tui.core import select
from tms_tui.core.select import BadgeKind
from tms_tui.core.state import Moment
from tms_tui.domain.changes import Change, LinkChanged, TranscriptChanged, TranscriptGrew
from tms_tui.domain.entries import Entry, GapMark, PendingSend
from tms_tui.domain.errors import Ending
from tms_tui.domain.events import Event, LinkLost
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import Message
from tms_tui.domain.text import clean
from tms_tui.engine.keep import Keep

now = time.monotonic


class Desk(Console):
    """`claims`: whether it said "Live", and from when on. `came`: when each message first stood on the screen.

    `endings`: how each socket or attempt ended. All by the monotonic clock of this process.
    """

    def __init__(self, url: str, clock: QuickClock, chance: random.Random, keep: Keep | None = None) -> None:
        self.intents: list[Intent] = []
        self.claims: list[Turn] = [Turn(now(), holds=False)]
        self.came: dict[str, float] = {}
        self.endings: list[tuple[float, Ending]] = []
        super().__init__(
            url, clock.timings(), clock=clock, chance=chance, hurry=clock.speed, keep=keep, record=self._heard
        )

    def send(self, session: str, text: str, *, private: bool = False) -> SendId:
        """Press Enter."""
        send_id = super().send(session, text, private=private)
        self.intents.append(Intent(send_id, session, clean(text), private))
        return send_id

    def shown(self) -> tuple[Shown, ...]:
        """Every row of every conversation as a face draws it, in its order."""
        return tuple(
            _shown(session, entry)
            for session in {*self.state.sessions, *self.state.transcripts}
            for entry in select.entries(self.state, session)
            if not isinstance(entry, GapMark)
        )

    def _heard(self, event: Event, _: Moment) -> None:
        if isinstance(event, LinkLost):
            self.endings.append((now(), event.ending))

    def _changed(self, changes: tuple[Change, ...]) -> None:
        at = now()
        if any(isinstance(change, LinkChanged) for change in changes):
            self._claim(at)
        for change in changes:
            if isinstance(change, TranscriptGrew | TranscriptChanged):
                self._look(change.session, at)
        super()._changed(changes)

    def _claim(self, at: float) -> None:
        says_live = select.badge(self.state).kind is BadgeKind.LIVE
        if says_live is not self.claims[-1].holds:
            self.claims.append(Turn(at, says_live))

    def _look(self, session: SessionId, at: float) -> None:
        """Note what is new on the screen."""
        for entry in select.entries(self.state, session):
            if isinstance(entry, Message):
                self.came.setdefault(entry.id, at)


def _shown(session: SessionId, entry: Entry) -> Shown:
    assert not isinstance(entry, GapMark)
    if isinstance(entry, PendingSend):
        return Shown(session, entry.delivery, clean(entry.draft.text), None, entry.draft.send_id)
    return Shown(session, STORED, entry.text, entry.id, entry.send_id)
