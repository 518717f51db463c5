"""Decisions about the open conversation: who holds it, how it stands, its labels; and taking them back."""

import re
import time
from typing import Final, assert_never

from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.state import State
from tms_tui.core.undo import inverse
from tms_tui.domain.events import AssignAsked, AvailabilityAsked, Decide, LabelAsked, StatusAsked
from tms_tui.domain.model import Agent, AuthorType, Availability, Priority, Session, SessionStatus
from tms_tui.domain.policy import UNDO_WITHIN
from tms_tui.domain.text import clean_line
from tms_tui.engine.engine import Engine
from tms_tui.plain import commands as ask
from tms_tui.plain import lines

_UNITS: Final = {"m": 60.0, "h": 3600.0, "d": 86400.0}
_MORNING: Final = 9
"""The hour at which "tomorrow" begins."""
_WHEN_WORDS: Final = "pending takes a time like 30m, 1h, 2d or tomorrow, or nothing: until the customer writes."


class Work:
    """Asks the server for what was decided; the last change can be taken back for a while."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._back: tuple[Decide, str, float] | None = None

    @property
    def _state(self) -> State:
        return self._engine.state

    def decide(self, command: ask.Decide, session: Session) -> list[str]:
        """Do what a command asks about a conversation."""
        match command:
            case ask.Take():
                return self._take(command, session)
            case ask.Give(words):
                return self._give(session, words)
            case ask.Put():
                return self._put(command, session)
            case ask.Tag(words):
                return self._tag(session, words)
            case ask.Rank(priority):
                return self._rank(session, priority)
            case _:
                assert_never(command)

    def be(self, availability: Availability | None) -> list[str]:
        """Set or say one's own availability."""
        if availability is None:
            return [f"availability: {wording.availability(self._state.availability)}"]
        return self._ask(AvailabilityAsked(availability), f"you {wording.availability(availability)}")

    def undo(self) -> list[str]:
        """Take the last change back."""
        back, self._back = self._back, None
        if back is None or self._engine.moment().now > back[2]:
            return ["Nothing to take back."]
        self._engine.take(back[0])
        return [f"taking back: {back[1]}"]

    def _take(self, command: ask.Take, session: Session) -> list[str]:
        me = self._state.me
        if command.release or me is None:
            return self._ask(AssignAsked(session.id, None), "nobody holds it")
        hindrance = None if command.sure else _hindrance(self._state, session)
        if session.assigned_agent == me.id:
            return [f"You hold {wording.customer(session)} already."]
        if hindrance is not None:
            return [f"{hindrance} /take anyway takes it all the same."]
        return self._ask(AssignAsked(session.id, me.id), "held by you")

    def _give(self, session: Session, words: str) -> list[str]:
        fitting = colleagues_called(self._state, words)
        if len(fitting) != 1:
            return [f"{len(fitting) or 'No'} colleagues are called {words}. /who names them."]
        agent, note = fitting[0]
        with_note = ", with a note" if note else ""
        return self._ask(AssignAsked(session.id, agent.id, note or None), f"held by {agent.name}{with_note}")

    def _put(self, command: ask.Put, session: Session) -> list[str]:
        wall = self._engine.moment().wall
        until = moment_of(command.until, wall)
        if command.until and until is None:
            return [_WHEN_WORDS]
        if session.status is command.status and session.pending_until == until:
            return [f"{wording.customer(session)} is {wording.status(session.status)} already."]
        words = wording.status(command.status) + (f" until {_at(until, wall)}" if until else "")
        return self._ask(StatusAsked(session.id, command.status, until), words)

    def _tag(self, session: Session, words: tuple[str, ...]) -> list[str]:
        if not words:
            return [f"tags: {', '.join(session.tags) or 'none'}"]
        gone = {word[1:] for word in words if word.startswith("-")}
        new = [clean_line(word.lstrip("+")) for word in words if not word.startswith("-")]
        tags = tuple(dict.fromkeys(tag for tag in (*session.tags, *new) if tag not in gone))
        return self._ask(LabelAsked(session.id, tags=tags), f"tags {', '.join(tags) or 'none'}")

    def _rank(self, session: Session, priority: Priority | None) -> list[str]:
        if priority is None:
            return [f"priority: {wording.priority(session.priority)}"]
        return self._ask(LabelAsked(session.id, priority=priority), f"priority {wording.priority(priority)}")

    def _ask(self, event: Decide, words: str) -> list[str]:
        back = inverse(self._state, event)
        self._back = (back, words, self._engine.moment().now + UNDO_WITHIN) if back is not None else None
        self._engine.take(event)
        return [f"asked for: {words}"]


def colleagues_called(state: State, words: str) -> list[tuple[Agent, str]]:
    """Agents whose name or e-mail `words` begin with, each with what follows; else those whose name begins so."""
    wanted = words.casefold()
    whole = [
        (len(name), agent)
        for agent in state.agents.values()
        for name in (agent.name.casefold(), agent.email.casefold())
        if name and wanted.startswith(name) and not wanted[len(name) : len(name) + 1].isalnum()
    ]
    if whole:
        longest = max(length for length, _ in whole)
        return [(agent, _after(words, length)) for length, agent in whole if length == longest]
    first = re.split(r"[\s,:]", words, maxsplit=1)[0]
    agents = [agent for agent in state.agents.values() if agent.name.casefold().startswith(first.casefold())]
    return [(agent, _after(words, len(first))) for agent in agents]


def moment_of(words: str, now: float) -> float | None:
    """Seconds since the epoch of `30m`, `1h`, `2d` or `tomorrow`, seen from `now`; None for anything else."""
    if words == "tomorrow":
        today = time.localtime(now)
        return time.mktime((today.tm_year, today.tm_mon, today.tm_mday + 1, _MORNING, 0, 0, 0, 0, -1))
    found = re.fullmatch(r"(?:for )?([1-9][0-9]{0,3}) ?([mhd])[a-z]*", words, re.ASCII)
    return now + int(found[1]) * _UNITS[found[2]] if found else None


def _at(until: float, now: float) -> str:
    """A moment to come: the time, and the day when it is another."""
    words = time.strftime("%H:%M", time.localtime(until))
    return words if time.localtime(until)[:3] == time.localtime(now)[:3] else f"{wording.day(until)}, {words}"


def _after(words: str, length: int) -> str:
    return words[length:].lstrip(" ,:")


def _hindrance(state: State, session: Session) -> str | None:
    """Why to think twice before taking: somebody is replying, or holds it."""
    name = wording.customer(session)
    replying = [author.name for author in select.typists(state, session.id) if author.type is AuthorType.AGENT]
    if replying:
        return f"{wording.typing(replying)} to {name}."
    if session.assigned_agent is not None and session.status is not SessionStatus.ENDED:
        return f"{name} is {lines.holder(state, session)}."
    return None
