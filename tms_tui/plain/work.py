"""Decisions about the open conversation: who holds it, how it stands, its labels; and taking them back."""

import re
from typing import Final, assert_never

from tms_tui import wording
from tms_tui.core import later
from tms_tui.core.handing import hindrance
from tms_tui.core.state import State
from tms_tui.domain.effects import ReadAgents
from tms_tui.domain.events import (
    AssignAsked,
    AvailabilityAsked,
    BlockAsked,
    Decide,
    LabelAsked,
    ListAsked,
    StatusAsked,
    UnblockAsked,
    UndoAsked,
)
from tms_tui.domain.folding import folded, rest_after
from tms_tui.domain.model import Agent, Availability, BlockScope, Priority, Session
from tms_tui.domain.text import clean_line
from tms_tui.engine.engine import Engine
from tms_tui.plain import commands as ask
from tms_tui.wording.blocked import consequence
from tms_tui.wording.work import COLLEAGUES_UNREAD, decision, not_one_colleague
from tms_tui.wording.work import hindrance as hindrance_words

_ANYWAY: Final = "anyway "
_AFTER_NAME: Final = re.compile(r"[\s,:]|$")
_NEXT_WORD: Final = re.compile(r"\s+[^\s,:]+")
_CLAUSE_ENDS: Final = re.compile(r"[,:]")
_WORD_ENDS: Final = re.compile(r"[\s,:]")
_WHEN_WORDS: Final = "pending takes a time like 30m, 1h, 2d or tomorrow, or nothing: until the customer writes."


class Work:
    """Asks the server for what was decided."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def _state(self) -> State:
        return self._engine.state

    def decide(self, command: ask.Decide, session: Session) -> list[str]:
        """Do what a command asks about a conversation."""
        match command:
            case ask.Take():
                return self._take(command, session)
            case ask.Give(words):
                return self._without_colleagues() or self._give(session, words)
            case ask.Put():
                return self._put(command, session)
            case ask.Tag(words):
                return self._tag(session, words)
            case ask.Rank(priority):
                return self._rank(session, priority)
            case ask.Block() | ask.Unblock():
                return self._block(command, session)
            case _:
                assert_never(command)

    def be(self, availability: Availability | None) -> list[str]:
        """Set or say one's own availability."""
        if availability is None:
            return [f"availability: {wording.availability(self._state.availability)}"]
        return self._ask(AvailabilityAsked(availability))

    def take_back(self, asked: Decide) -> list[str]:
        """Take the last decision back."""
        self._engine.take(UndoAsked())
        return [f"taking back: {self._words(asked)}"]

    def _without_colleagues(self) -> list[str]:
        """Ask for them where they are not read, and say so."""
        if self._state.agents_read:
            return []
        self._engine.take(ListAsked(ReadAgents()))
        return [COLLEAGUES_UNREAD]

    def _take(self, command: ask.Take, session: Session) -> list[str]:
        me = self._state.me
        agent = None if command.release or me is None else me.id
        if agent is not None and session.assigned_agent == agent:
            return [f"You hold {wording.customer(session)} already."]
        found = None if command.sure else hindrance(self._state, session, agent)
        if found is not None:
            remedy = "/release anyway releases it" if agent is None else "/take anyway takes it"
            return [f"{hindrance_words(found, session)} {remedy} all the same."]
        return self._ask(AssignAsked(session.id, agent))

    def _give(self, session: Session, words: str) -> list[str]:
        is_sure = words.startswith(_ANYWAY)
        named = words.removeprefix(_ANYWAY).lstrip()
        if _WORD_ENDS.match(named):
            return ["assign needs a name first: /assign name, note. /who names them."]
        fitting = colleagues_called(self._state, named)
        if len(fitting) != 1:
            remedy = "" if fitting else " /who names them."
            note = fitting[0][1] if fitting else ""
            called = named.removesuffix(note).rstrip(" ,:")
            return [f"{not_one_colleague(self._state, called, [agent for agent, _ in fitting])}{remedy}"]
        agent, note = fitting[0]
        found = None if is_sure else hindrance(self._state, session, agent.id)
        if found is not None:
            return [f"{hindrance_words(found, session)} /assign {_ANYWAY}{words} assigns it all the same."]
        return self._ask(AssignAsked(session.id, agent.id, note or None))

    def _put(self, command: ask.Put, session: Session) -> list[str]:
        wall = self._engine.moment().wall
        until = later.moment_of(command.until, wall)
        if command.until and until is None:
            return [_WHEN_WORDS]
        if session.status is command.status and session.pending_until == until:
            return [f"{wording.customer(session)} is {wording.status(session.status)} already."]
        return self._ask(StatusAsked(session.id, command.status, until))

    def _tag(self, session: Session, words: tuple[str, ...]) -> list[str]:
        if not words:
            return [f"tags: {', '.join(session.tags) or 'none'}"]
        gone = {word[1:] for word in words if word.startswith("-")}
        new = [clean_line(word.lstrip("+")) for word in words if not word.startswith("-")]
        tags = tuple(dict.fromkeys(tag for tag in (*session.tags, *new) if tag not in gone))
        return self._ask(LabelAsked(session.id, tags=tags))

    def _rank(self, session: Session, priority: Priority | None) -> list[str]:
        if priority is None:
            return [f"priority: {wording.priority(session.priority)}"]
        return self._ask(LabelAsked(session.id, priority=priority))

    def _block(self, command: ask.Block | ask.Unblock, session: Session) -> list[str]:
        if isinstance(command, ask.Unblock):
            return self._unblock(session)
        wall = self._engine.moment().wall
        if command.scope is BlockScope.ADDRESS and not command.sure:
            hits = consequence(command.scope, session.customer)
            return [f"Not blocked yet: {hits}. /block anyway address does it, with a time and a reason as before."]
        until = later.moment_of(command.until, wall)
        return self._ask(BlockAsked(session.id, command.scope, clean_line(command.reason), until))

    def _unblock(self, session: Session) -> list[str]:
        if session.blocked is None:
            return [f"{wording.customer(session)} is not blocked."]
        return self._ask(UnblockAsked(session.id))

    def _ask(self, event: Decide) -> list[str]:
        self._engine.take(event)
        return [f"asked for: {self._words(event)}"]

    def _words(self, event: Decide) -> str:
        return decision(self._state, event, self._engine.moment().wall)


def colleagues_called(state: State, words: str) -> list[tuple[Agent, str]]:
    """Agents whom `words` begin by naming, each with what follows: by name or e-mail, else by how a name begins.

    More than one where it is not sure who is meant: the word after a name may belong to a longer name.
    """
    whole = [
        (len(folded(name)), agent, rest)
        for agent in state.agents.values()
        for name in (agent.name, agent.email)
        if name and (rest := rest_after(words, name)) is not None and _AFTER_NAME.match(rest)
    ]
    if not whole:
        return _beginning_so(state, words)
    longest = max(length for length, _, _ in whole)
    named = [(agent, rest) for length, agent, rest in whole if length == longest]
    longer, note = _called_longer(state, words, named[0][1])
    if longer:
        return [(agent, note) for agent in dict.fromkeys([*(agent for agent, _ in named), *longer])]
    return [(agent, _note(rest)) for agent, rest in named]


def _called_longer(state: State, words: str, rest: str) -> tuple[list[Agent], str]:
    """Agents whose name begins with the name in `words` and the word after it, and what follows that word."""
    after = _NEXT_WORD.match(rest)
    if after is None:
        return [], rest
    left = rest[after.end() :]
    return _with_beginning(state, words.removesuffix(left)), _note(left)


def _beginning_so(state: State, words: str) -> list[tuple[Agent, str]]:
    """Agents whose name begins with all that stands before a comma or colon, else with the first word."""
    for end in (_CLAUSE_ENDS, _WORD_ENDS):
        first = end.split(words, maxsplit=1)[0]
        found = _with_beginning(state, first)
        if found:
            return [(agent, _note(words[len(first) :])) for agent in found]
    return []


def _with_beginning(state: State, beginning: str) -> list[Agent]:
    wanted = " ".join(folded(beginning).split())
    return [agent for agent in state.agents.values() if wanted and folded(agent.name).startswith(wanted)]


def _note(rest: str) -> str:
    return rest.lstrip(" ,:")
