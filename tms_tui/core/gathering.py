"""Reads a conversation back from its end until there is enough of it, and tells how far it is."""

from collections.abc import Callable
from typing import Protocol

from tms_tui.core import select
from tms_tui.core.state import State
from tms_tui.core.transcript import Transcript
from tms_tui.domain.events import TopReached
from tms_tui.domain.ids import SessionId


class Reader(Protocol):
    """What a face has of the engine."""

    @property
    def state(self) -> State:
        """What is held."""
        ...

    def take(self, event: TopReached, /) -> None:
        """Ask for an older page."""
        ...


class Gathering:
    """One page at a time; `then` is called once, when `enough` says so or nothing older can be read.

    `progress` is told how much is held, each time that it is more.
    """

    def __init__(
        self,
        reader: Reader,
        session: SessionId,
        enough: Callable[[], bool],
        then: Callable[[], None],
        progress: Callable[[int], None],
    ) -> None:
        self._reader = reader
        self._session = session
        self._enough = enough
        self._then = then
        self._progress = progress
        self._before = -1

    def go_on(self) -> bool:
        """Ask for the next page unless one is on its way; whether it is over."""
        held = select.transcript(self._reader.state, self._session)
        if held is None or not (self._is_reading() or self._asks_for_more(held)):
            self._then()
            return True
        if held.oldest_seq != self._before:
            self._before = held.oldest_seq
            self._progress(len(held))
        return False

    def _is_reading(self) -> bool:
        return select.is_reading_older(self._reader.state, self._session)

    def _asks_for_more(self, held: Transcript) -> bool:
        """A page that brought nothing is not asked for again."""
        if held.top_reached or held.oldest_seq == self._before or self._enough():
            return False
        self._reader.take(TopReached(self._session))
        return self._is_reading()
