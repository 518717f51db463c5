"""The line face: commands in, labelled lines out, append only, over the same engine as the desk."""

import asyncio
from collections.abc import Callable, Sequence
from typing import assert_never

from tms_tui import wording
from tms_tui.core import keeping, select
from tms_tui.core.gathering import Gathering
from tms_tui.core.state import Decision, Moment
from tms_tui.core.undo import about, to_take_back
from tms_tui.domain import events as on
from tms_tui.domain.changes import Change, SessionErased, SignInNeeded
from tms_tui.domain.entries import PendingSend
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Availability, CannedResponse, Session
from tms_tui.engine.engine import Engine
from tms_tui.plain import commands as ask
from tms_tui.plain import lines
from tms_tui.plain.finding import Finding, link_lines, messages_with
from tms_tui.plain.grammar import HELP, parse
from tms_tui.plain.narrator import Narrator
from tms_tui.plain.work import Work
from tms_tui.plain.writing import Writing

Say = Callable[[str], None]

_REPEATED = 12


class LineFace:
    """One agent at the line face. `obey` takes what was typed, `flush` says what was held back meanwhile."""

    def __init__(
        self,
        engine: Engine,
        say: Say,
        under_way: Callable[[], bool],
        own: Sequence[CannedResponse] = (),
        due_after: float = 0,
    ) -> None:
        """`own`: the agent's own canned responses; `due_after`: seconds a customer may wait, 0 for ever."""
        self.over = False
        self.password_asked = False
        """Whether the agent wants to change their password: what is typed next is not a line like others."""
        self.locked_out = asyncio.Event()
        """Set when the sign-in has ended."""
        self.say = say
        self._engine = engine
        self._under_way = under_way
        self._narrator = Narrator(engine.state, lambda: self._moment.wall)
        self._finding = Finding(engine, due_after)
        self._work = Work(engine)
        self._writing = Writing(engine, self._narrator, own)
        self._held: list[str] = []
        self._last: list[str] = []
        self._gathering: Gathering | None = None
        self._gathered: list[str] = []
        self._warned = False
        self._connecting = False
        """Whether the agent was told so, and not yet that it is live."""
        self._written_for_none = False
        """Whether the line at hand was begun in a conversation that was erased meanwhile."""
        self._said_up_to = self._heard_up_to = 0
        """The newest message of the open conversation that was said before the line at hand was whole."""

    @property
    def _moment(self) -> Moment:
        return self._engine.moment()

    def greet(self) -> None:
        """Say the state of things."""
        self._connecting = select.badge(self._engine.state).kind is select.BadgeKind.CONNECTING
        self._tell(lines.where_lines(self._engine.state, None))

    def changed(self, changes: tuple[Change, ...]) -> None:
        """Say what is new, or hold it while a line is being typed."""
        opened = self._narrator.opened
        self._held += [
            *self._connected(),
            *self._narrator.news(changes),
            *self._finding.news(changes),
            *self._read_on(),
        ]
        if any(isinstance(change, SessionErased) for change in changes):
            self._last.clear()  # they may hold its words
            self._written_for_none |= self._narrator.opened != opened and self._under_way()
        if any(isinstance(change, SignInNeeded) for change in changes):
            self.locked_out.set()
        if not self._under_way():
            self.flush()

    def _connected(self) -> list[str]:
        """That it is live now, once, to whoever was greeted before it was: nothing was lost that comes back."""
        if not self._connecting or select.badge(self._engine.state).kind is not select.BadgeKind.LIVE:
            return []
        self._connecting = False
        return [lines.link_line(self._engine.state)]

    def flush(self) -> None:
        """Say what was held."""
        self._speak()
        self._finding.told()

    def _speak(self) -> bool:
        """Say what was held; whether there was anything. Numbers still mean what the agent heard before."""
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
        self._obey(line, spoken=self._speak())
        if not self._held:
            self._finding.told()

    def _obey(self, line: str, *, spoken: bool) -> None:
        talking, self._written_for_none = self._written_for_none, False
        if talking and line.strip() and not line.lstrip().startswith("/"):
            self._tell(["Not sent: what you typed was for a conversation that was removed from the server."])
            return
        command = parse(line, talking=self._narrator.opened is not None)
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
            self.say(line)
        if said and not again:
            self._last = [*self._last, *said][-_REPEATED:]

    def _do(self, command: ask.InConversation | ask.Anywhere) -> list[str]:
        if not isinstance(command, ask.InConversation):
            return self._anywhere(command)
        session = select.session(self._engine.state, self._narrator.opened)
        if session is None:
            return ["No conversation is open. Type list, then open and a number."]
        if isinstance(command, ask.Inside):
            return self._inside(command, session)
        if isinstance(command, ask.Write):
            return self._writing.write(command, session.id, self._heard_up_to)
        self._narrator.expect_change(session)
        said = self._work.decide(command, session)
        return [*said, *self._next()] if isinstance(command, ask.Put) and command.then_next else said

    def _anywhere(self, command: ask.Anywhere) -> list[str]:
        match command:
            case ask.List() | ask.Search() | ask.Open() | ask.Next():
                return self._look(command)
            case ask.Be(availability):
                return self._work.be(availability)
            case ask.Unclear(words):
                return [words]
            case ask.Quit():
                return self._quit()
            case _:
                return self._simple(command)

    def _look(self, command: ask.Look) -> list[str]:
        match command:
            case ask.List(wanted):
                return self._finding.listed(wanted)
            case ask.Search(words):
                return self._finding.search(words)
            case ask.Open(number):
                found = self._finding.numbered(number)
                none = [f"The last list has no number {number}. Type list."]
                return self._open(found, listed=True) if found else none
            case ask.Next():
                return self._next()
            case _:
                assert_never(command)

    def _simple(self, command: ask.Simple) -> list[str]:  # noqa: PLR0911 - one answer a command
        match command:
            case ask.Retry():
                return self._writing.retry()
            case ask.Drop():
                return self._writing.drop()
            case ask.Undo():
                return self._undo()
            case ask.Who():
                return lines.who_lines(self._engine.state)
            case ask.Where():
                return [*lines.where_lines(self._engine.state, self._narrator.opened), *self._who()]
            case ask.Diagnose():
                return lines.diagnostic_lines(self._engine.state)
            case ask.Reconnect():
                self._engine.take(on.ReconnectAsked())
                return ["connecting"]
            case ask.ChangePassword():
                self.password_asked = True
                return []
            case ask.Help():
                return list(HELP)
            case _:
                assert_never(command)

    def _inside(self, command: ask.Inside, session: Session) -> list[str]:
        match command:
            case ask.Earlier():
                return self._finding.earlier(session)
            case ask.Find(words):
                return messages_with(self._engine.state, session.id, words, self._moment.wall)
            case ask.Older() | ask.First():
                read = self._older if isinstance(command, ask.Older) else self._first
                return read(session.id)
            case ask.About():
                return lines.about_lines(session)
            case ask.Links():
                return link_lines(self._engine.state, session.id)
            case ask.Leave():
                return self._leave(session)
            case _:
                assert_never(command)

    def _next(self) -> list[str]:
        found = select.next_waiting(self._engine.state, self._narrator.opened)
        return self._open(found) if found is not None else ["No other conversation needs you now."]

    def _open(self, session_id: SessionId, *, listed: bool = False) -> list[str]:
        session = select.session(self._engine.state, session_id)
        if session is None:
            return ["That conversation is gone. Type list."]
        found_by = self._finding.where_found(session) if listed else []
        self._narrator.open(session.id)
        self._engine.take(on.SessionOpened(session.id))
        # Later answers to what is read for it come as changes; what is held already is said now.
        head = lines.opened_lines(self._engine.state, session, self._moment.wall)
        return [*head, *found_by, *self._narrator.talk(), *self._writing.draft_lines(session.id)]

    def _undo(self) -> list[str]:
        found = to_take_back(self._engine.state, self._narrator.opened, self._moment.now)
        match found:
            case PendingSend():
                return self._writing.as_draft(found)
            case Decision(asked):
                session = select.session(self._engine.state, about(asked))
                if session is not None:
                    self._narrator.expect_change(session)
                return self._work.take_back(asked)
            case None:
                return ["Nothing to take back."]
            case _:
                assert_never(found)

    def _who(self) -> list[str]:
        here = [one for one in self._engine.state.agents.values() if one.availability is not Availability.OFFLINE]
        names = ", ".join(f"{agent.name} {wording.availability(agent.availability)}" for agent in here)
        return [f"here: {names or 'nobody'}"]

    def _leave(self, session: Session) -> list[str]:
        self._engine.take(on.UnreadAsked(session.id))
        left = select.session(self._engine.state, session.id)
        if left is None or not left.unread:
            return [f"{wording.customer(session)} wrote nothing here."]
        said = self._narrator.talk()
        self._narrator.expect_unread(left)
        self._narrator.close()
        self._engine.take(on.SessionOpened(None))
        return [*said, f"closed: {wording.customer(session)}, {left.unread} unread"]

    def _older(self, session: SessionId) -> list[str]:
        said = self._narrator.older()
        if said is not None:
            return said
        self._engine.take(on.TopReached(session))
        return ["reading older messages"]

    def _first(self, session: SessionId) -> list[str]:
        """The first messages, now or when they are read; not if another conversation is opened meanwhile."""
        found: list[str] = []

        def then() -> None:
            if self._narrator.opened == session:
                found.extend(self._narrator.beginning())

        gathering = Gathering(
            self._engine, session, lambda: self._narrator.opened != session, then, progress=lambda _: None
        )
        if gathering.go_on():
            return found
        self._gathering, self._gathered = gathering, found
        return ["reading back to the first message"]

    def _read_on(self) -> list[str]:
        """Ask for the next older page, if that is wanted; what was wanted, once it is there."""
        if self._gathering is None or not self._gathering.go_on():
            return []
        self._gathering = None
        return self._gathered

    def _quit(self) -> list[str]:
        unsent, state = self._engine.state.outbox.unsent(), self._engine.state
        if unsent and not self._warned:
            self._warned = True
            are_kept = keeping.survive(state)
            fate = "leaves; they go out when you sign in again" if are_kept else "leaves and loses them"
            return [f"{wording.plural(unsent, 'message')} not sent yet. /quit again {fate}."]
        self.over = True
        return []
