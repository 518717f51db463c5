"""`follow`: every event of the log as it happens, each with the cursor to go on after it."""

import asyncio
from collections import deque
from typing import Final

from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.state import Moment, State
from tms_tui.domain import events as on
from tms_tui.domain.effects import ReadLog
from tms_tui.domain.errors import FailureKind
from tms_tui.domain.ids import Cursor, SessionId
from tms_tui.engine.engine import Engine
from tms_tui.plain import as_json, lines
from tms_tui.plain.talk import complain, put, say
from tms_tui.plain.verbs import NOT_DONE, Verb

_SIGN_IN_ENDED: Final = 3
_REMEMBERED: Final = 10_000
"""Cursors that are known to be said; the log repeats what the socket brought lately."""


def follow(after: Cursor | None, *, json: bool) -> Verb:
    """Say everything that happens from now on, or after a cursor, until it is stopped."""
    following = _Following(json=json)
    return Verb(following.do, following.heard, after)


class _Following:
    """Hears every event before the engine applies it, and says what the log holds, in its order, once."""

    def __init__(self, *, json: bool) -> None:
        self._json = json
        self._state: State | None = None
        self._heard: asyncio.Queue[as_json.Logged | None] = asyncio.Queue()
        self._known: set[Cursor] = set()
        self._order: deque[Cursor] = deque()

    def heard(self, event: on.Event, _moment: Moment) -> None:
        """Keep what is to be said. What the socket brings before it has joined the log is read from the log again."""
        match event:
            case on.LogRead(_, events):
                for one in events:
                    self._hear(one)
            case on.AskFailed(ReadLog(), failure) if failure.kind is FailureKind.EXPIRED:
                self._heard.put_nowait(None)
            case _ if self._state is not None and self._state.sync.joined:
                self._hear(event)
            case _:
                return

    async def do(self, engine: Engine) -> int:
        """Say until stopped; ends by itself only when the sign-in does."""
        self._state = engine.state
        locked_out = asyncio.Event()
        leave = engine.subscribe(lambda _: locked_out.set() if engine.state.sign_in_needed else None)
        try:
            await engine.settled()
            if engine.state.sync.cursor is None:
                complain("The event log cannot be read now. Try again.")
                return NOT_DONE
            self._begin(engine)
            return await self._say_all(engine, locked_out)
        finally:
            leave()

    async def _say_all(self, engine: Engine, locked_out: asyncio.Event) -> int:
        ended = asyncio.ensure_future(locked_out.wait())
        try:
            while not ended.done():
                hearing = asyncio.ensure_future(self._heard.get())
                await asyncio.wait({hearing, ended}, return_when=asyncio.FIRST_COMPLETED)
                if not hearing.done():
                    hearing.cancel()
                    break
                self._say(engine, hearing.result())
        finally:
            ended.cancel()
        failure = engine.state.sign_in_needed
        complain(wording.sign_in_failed(failure) if failure else "The sign-in has ended.")
        return _SIGN_IN_ENDED

    def _hear(self, event: on.Event) -> None:
        if not isinstance(event, as_json.Logged) or event.cursor is None or event.cursor in self._known:
            return
        self._known.add(event.cursor)
        self._order.append(event.cursor)
        if len(self._order) > _REMEMBERED:
            self._known.discard(self._order.popleft())
        self._heard.put_nowait(event)

    def _begin(self, engine: Engine) -> None:
        if self._json and self._heard.empty():
            put(as_json.line("following", cursor=engine.state.sync.cursor))
        elif not self._json:
            say(lines.link_line(engine.state))

    def _say(self, engine: Engine, event: as_json.Logged | None) -> None:
        if event is None:
            complain(
                "The server does not know that cursor, or no longer keeps what came after it: some events were missed."
            )
            if self._json:
                put(as_json.line("missed", cursor=engine.state.sync.cursor))
        elif self._json:
            put(as_json.logged(event))
        else:
            for line in _in_words(engine, event):
                say(line)


def _in_words(engine: Engine, event: as_json.Logged) -> list[str]:
    state, wall = engine.state, engine.moment().wall
    match event:
        case on.MessageArrived(message):
            name = _name(state, message.session)
            return [f"{name}, {line}" for line in lines.entry_lines(state, message, wall)]
        case on.SessionChanged(session) | on.SessionAssigned(session):
            held = lines.holder(state, session)
            return [f"{wording.customer(session)}, {held}, {wording.state_of(session)}"]
        case on.SessionsErased(sessions):
            return [f"{wording.plural(len(sessions), 'conversation')} removed from the server"]
        case on.ReceiptSeen(session_id, reader, up_to):
            return [f"{_name(state, session_id)}, {reader.value} has read up to message {up_to}"]


def _name(state: State, session_id: SessionId) -> str:
    session = select.session(state, session_id)
    return wording.customer(session) if session is not None else f"conversation {session_id}"
