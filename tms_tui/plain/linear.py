"""The line face: commands in, labelled lines out, append only, over the same engine as the desk."""

import asyncio
from collections.abc import Callable
from typing import assert_never

from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.state import Moment
from tms_tui.domain import events as on
from tms_tui.domain.changes import Change
from tms_tui.domain.effects import SessionQuery
from tms_tui.domain.entries import PendingSend
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Draft, SessionStatus
from tms_tui.engine.engine import Engine
from tms_tui.plain import commands as ask
from tms_tui.plain import lines
from tms_tui.plain.narrator import Narrator
from tms_tui.plain.typed import Typed

Say = Callable[[str], None]

_REPEATED = 12


class LineFace:
    """One agent at the line face. `obey` takes what was typed, `flush` says what was held back meanwhile."""

    def __init__(self, engine: Engine, say: Say, under_way: Callable[[], bool]) -> None:
        self.over = False
        self._engine = engine
        self._say = say
        self._under_way = under_way
        self._narrator = Narrator(engine.state, lambda: self._moment.wall)
        self._listed: list[SessionId] = []
        self._held: list[str] = []
        self._last: list[str] = []
        self._warned = False
        self._said_up_to = self._heard_up_to = 0
        """The newest message of the open conversation that was said before the line at hand was whole."""

    @property
    def _moment(self) -> Moment:
        return self._engine.moment()

    def greet(self) -> None:
        """Say the state of things."""
        self._tell(lines.where_lines(self._engine.state, None))

    def changed(self, changes: tuple[Change, ...]) -> None:
        """Say what is new, or hold it while a line is being typed."""
        self._held += self._narrator.news(changes)
        if not self._under_way():
            self.flush()

    def flush(self) -> bool:
        """Say what was held; whether there was anything."""
        held, self._held = self._held, []
        self._tell(held)
        self._mark()
        return bool(held)

    def _mark(self) -> None:
        """Nothing is held back any more: the agent was told all that the narrator has said."""
        self._said_up_to = self._narrator.said_up_to
        if self._narrator.opened is not None and self._said_up_to:
            self._engine.take(on.Shown(self._narrator.opened, self._said_up_to))

    def obey(self, line: str) -> None:
        """Do what a whole line asks for."""
        self._heard_up_to = self._said_up_to
        spoken = self.flush()
        command = ask.parse(line, talking=self._narrator.opened is not None)
        if command is None:
            return
        self._warned = self._warned and isinstance(command, ask.Quit)
        if isinstance(command, ask.Again):
            self._tell([] if spoken else self._last, again=True)
            return
        self._tell(self._do(command))
        self._mark()

    def _tell(self, said: list[str], *, again: bool = False) -> None:
        for line in said:
            self._say(line)
        if said and not again:
            self._last = [*self._last, *said][-_REPEATED:]

    def _do(self, command: ask.InConversation | ask.Anywhere) -> list[str]:
        if isinstance(command, ask.InConversation):
            session = select.session(self._engine.state, self._narrator.opened)
            if session is None:
                return ["No conversation is open. Type list, then open and a number."]
            return self._in_conversation(command, session.id)
        return self._anywhere(command)

    def _anywhere(self, command: ask.Anywhere) -> list[str]:  # noqa: PLR0911 - one answer a command
        match command:
            case ask.List(wanted):
                return self._list(wanted)
            case ask.Open(number):
                return self._open_numbered(number)
            case ask.Next():
                return self._open(select.next_waiting(self._engine.state, self._narrator.opened))
            case ask.Be(availability):
                self._engine.take(on.AvailabilityAsked(availability))
                return []
            case ask.Unclear(words):
                return [words]
            case ask.Quit():
                return self._quit()
            case _:
                return self._simple(command)

    def _simple(self, command: ask.Simple) -> list[str]:
        match command:
            case ask.Retry():
                return self._unsent(on.ResendAsked, "sending again")
            case ask.Drop():
                return self._unsent(on.SendDropped, "taken back")
            case ask.Who():
                return lines.who_lines(self._engine.state)
            case ask.Where():
                return lines.where_lines(self._engine.state, self._narrator.opened)
            case ask.Reconnect():
                self._engine.take(on.ReconnectAsked())
                return ["connecting"]
            case ask.Help():
                return list(ask.HELP)
            case _:
                assert_never(command)

    def _in_conversation(self, command: ask.InConversation, session: SessionId) -> list[str]:
        match command:
            case ask.Say(text, private):
                return self._send(session, text, private=private)
            case ask.Take(release):
                return self._take(session, release=release)
            case ask.Give(name):
                return self._give(session, name)
            case ask.Put(status):
                self._engine.take(on.StatusAsked(session, status))
                return [f"asked for: {wording.status(status)}"]
            case ask.Older():
                return self._older(session)
            case _:
                assert_never(command)

    def _take(self, session: SessionId, *, release: bool) -> list[str]:
        me = self._engine.state.me
        self._engine.take(on.AssignAsked(session, None if release or me is None else me.id))
        return ["asked for: nobody holds it" if release else "asked for: held by you"]

    def _list(self, wanted: select.Filter) -> list[str]:
        state = self._engine.state
        self._listed = select.listing(state, wanted)
        if wanted is select.Filter.ENDED:
            query = SessionQuery(status=SessionStatus.ENDED)
            self._listed = list(select.found(state, query) or ())
            self._engine.take(on.ListingAsked(query))
        said = lines.list_lines(state, wanted, self._listed, self._moment.wall)
        return [*said, "being read: list ended again shows more"] if wanted is select.Filter.ENDED else said

    def _open_numbered(self, number: int) -> list[str]:
        if not self._listed:
            self._listed = select.listing(self._engine.state, select.Filter.ALL)
        if not 1 <= number <= len(self._listed):
            return [f"The last list has no number {number}. Type list."]
        return self._open(self._listed[number - 1])

    def _open(self, session_id: SessionId | None) -> list[str]:
        session = select.session(self._engine.state, session_id)
        if session is None:
            return ["No conversation needs you now." if session_id is None else "That conversation is gone. Type list."]
        self._narrator.open(session.id)
        self._engine.take(on.SessionOpened(session.id))
        # Later answers to what is read for it come as changes; what is held already is said now.
        return [*lines.opened_lines(self._engine.state, session), *self._narrator.talk()]

    def _send(self, session: SessionId, text: str, *, private: bool) -> list[str]:
        send_id = self._engine.new_send_id()
        self._narrator.expect(send_id)
        self._engine.take(on.SendAsked(Draft(send_id, session, text, private, self._moment.wall, self._heard_up_to)))
        return []

    def _give(self, session: SessionId, name: str) -> list[str]:
        agents = self._engine.state.agents.values()
        fitting = [agent for agent in agents if name.casefold() in (agent.name.casefold(), agent.email.casefold())]
        fitting = fitting or [agent for agent in agents if agent.name.casefold().startswith(name.casefold())]
        if len(fitting) != 1:
            return [f"{len(fitting) or 'No'} colleagues are called {name}. /who names them."]
        self._engine.take(on.AssignAsked(session, fitting[0].id))
        return [f"asked for: held by {fitting[0].name}"]

    def _older(self, session: SessionId) -> list[str]:
        said = self._narrator.older()
        if said is not None:
            return said
        self._engine.take(on.TopReached(session))
        return ["reading older messages"]

    def _unsent(self, wish: type[on.ResendAsked | on.SendDropped], words: str) -> list[str]:
        waiting: list[PendingSend] = list(self._engine.state.outbox)
        for send in waiting:
            self._engine.take(wish(send.draft.send_id))
        return [f"{words}: {' '.join(send.draft.text.split())}" for send in waiting] or ["Nothing is unsent."]

    def _quit(self) -> list[str]:
        unsent = self._engine.state.outbox.unsent()
        if unsent and not self._warned:
            self._warned = True
            return [f"{wording.plural(unsent, 'message')} not sent yet. /quit again leaves and loses them."]
        self.over = True
        return []


async def converse(engine: Engine, typed: Typed, say: Say, *, patient: bool) -> int:
    """Talk until the agent quits or the input ends; the exit code. The engine is run meanwhile, by the caller.

    `patient`: before each line, wait until what the line before asked for is done, as a script expects.
    Ending with something unsent is 1.
    """
    face = LineFace(engine, say, typed.under_way)
    leave = engine.subscribe(face.changed)
    try:
        await _quiet(engine)
        face.greet()
        while not face.over:
            if patient:
                await _quiet(engine)
            line = await typed.line()
            if line is None:
                break
            face.obey(line)
        if not face.over:
            await _quiet(engine)
            face.flush()
    finally:
        leave()
    unsent = engine.state.outbox.unsent()
    if unsent:
        say(f"{wording.plural(unsent, 'message')} not sent.")
    return 1 if unsent else 0


async def _quiet(engine: Engine) -> None:
    """Until the first reading is done and nothing is under way."""
    await engine.settled()
    await asyncio.sleep(0)
