"""The verbs that decide: whose a conversation is, how it stands, one's availability; each names its way back."""

import shlex
from datetime import datetime
from typing import Final, assert_never

from tms_tui import wording
from tms_tui.core import later, undo
from tms_tui.core.state import State
from tms_tui.domain import events as on
from tms_tui.domain.changes import Notice, NoticeKind
from tms_tui.domain.ids import AgentId, SessionId
from tms_tui.domain.model import Availability, BlockScope, SessionStatus
from tms_tui.domain.policy import YEARS
from tms_tui.domain.text import clean_line
from tms_tui.engine.engine import Engine
from tms_tui.plain import as_json, lines
from tms_tui.plain.talk import complain
from tms_tui.plain.verbs import (
    DONE,
    DOUBTFUL,
    MISUSED,
    MOVED_ON,
    NotDone,
    Verb,
    agent_called,
    check_there,
    conversation,
    read,
    refusals,
)

_WHEN: Final = "is no time to come. Give 30m, 1h, 2d, tomorrow, or a date and time like 2099-12-31T09:00:00Z."


def assign(wanted: str, name: str, note: str | None, held_by: str | None) -> Verb:
    """Hand a conversation to a colleague, to `me` or to `nobody`; with `held_by` only while that one holds it."""

    async def do(engine: Engine) -> int:
        session = await conversation(engine, wanted)
        agent = await agent_called(engine, name)
        if held_by is not None and await agent_called(engine, held_by) != session.assigned_agent:
            raise NotDone(f"Not assigned. {_standing(engine.state, session.id, engine.moment().wall)}", MOVED_ON)
        return await _decide(engine, on.AssignAsked(session.id, agent, note))

    return Verb(do, changes=True)


def put(wanted: str, status: SessionStatus, until: str = "") -> Verb:
    """Make a conversation active, pending or resolved; a pending one `until` a time, "" for none."""

    async def do(engine: Engine) -> int:
        session = await conversation(engine, wanted)
        moment = _moment_of(until, engine.moment().wall)
        if session.status is status and session.pending_until == moment:
            complain(f"{wording.customer(session)} is {wording.status(status)} already.")
            return DONE
        return await _decide(engine, on.StatusAsked(session.id, status, moment))

    return Verb(do, changes=True)


def block(wanted: str, scope: BlockScope, reason: str, until: str) -> Verb:
    """Keep a conversation's customer out, `until` a time, "" for the usual one: for good, or of an address a day."""

    async def do(engine: Engine) -> int:
        session = await conversation(engine, wanted)
        moment = _moment_of(until, engine.moment().wall)
        return await _decide(engine, on.BlockAsked(session.id, scope, clean_line(reason), moment))

    return Verb(do, changes=True)


def unblock(wanted: str, scope: BlockScope | None = None) -> Verb:
    """Lift whatever keeps a conversation's customer out, or of that only what has this scope."""

    async def do(engine: Engine) -> int:
        session = await conversation(engine, wanted)
        if session.blocked is None:
            complain(f"{wording.customer(session)} is not blocked.")
            return DONE
        return await _decide(engine, on.UnblockAsked(session.id, scope))

    return Verb(do, changes=True)


def availability(wanted: Availability) -> Verb:
    """Choose whether new conversations may come to this agent."""

    async def do(engine: Engine) -> int:
        await read(engine)
        return await _decide(engine, on.AvailabilityAsked(wanted))

    return Verb(do, changes=True)


async def _decide(engine: Engine, asked: on.Decide) -> int:
    """Ask for it, say what is so now, and the command that takes it back. Raises NotDone."""
    back = undo.inverse(engine.state, asked)
    notices = await refusals(engine, asked)
    check_there(engine, undo.about(asked), "Not done")
    if notices:
        raise _not_done(notices[-1])
    complain(_standing(engine.state, undo.about(asked), engine.moment().wall))
    command = _command(engine.state, back, asked) if back is not None else None
    if command is not None:
        complain(f"undo: {shlex.join(['tms-chat', *command])}")
    return DONE


def _not_done(said: Notice) -> NotDone:
    """What the exit code is for: a request without an answer may have been carried out."""
    if said.failure is None or said.kind is not NoticeKind.UNANSWERED:
        return NotDone(wording.notice(said))
    look = f" Look with `tms-chat show {said.session}` before you ask for it again." if said.session else ""
    return NotDone(f"Not known whether it was done: {wording.reason(said.failure)}.{look}", DOUBTFUL)


def _standing(state: State, session_id: SessionId | None, now: float) -> str:
    if session_id is None:
        return f"You are {wording.availability(state.availability)}."
    session = state.sessions[session_id]
    return f"{wording.customer(session)}: {lines.holder(state, session)}, {wording.standing(session, now)}"


def _command(state: State, back: on.Decide, asked: on.Decide) -> list[str] | None:
    """The arguments that ask for `back`; an assignment only while the one `asked` for has it. None: it cannot be."""
    match back:
        case on.AssignAsked():
            return _assigning(state, back, asked)
        case on.StatusAsked(session, SessionStatus.PENDING, until):
            return ["pending", session, *([as_json.time(until)] if until is not None else [])]
        case on.StatusAsked(session, status):
            return ["resolve" if status is SessionStatus.ENDED else "reopen", session]
        case on.BlockAsked() | on.UnblockAsked():
            return _blocking(back)
        case on.AvailabilityAsked(before):
            return ["availability", before.value]
        case on.LabelAsked():
            return None
        case _:
            assert_never(back)


def _assigning(state: State, back: on.AssignAsked, asked: on.Decide) -> list[str] | None:
    now = asked.agent if isinstance(asked, on.AssignAsked) else None
    names = [_called(state, one) for one in (back.agent, now)]
    return None if None in names else ["assign", back.session, names[0] or "", "--held-by", names[1] or ""]


def _blocking(back: on.BlockAsked | on.UnblockAsked) -> list[str]:
    if isinstance(back, on.UnblockAsked):
        return ["unblock", back.session, *(["--scope", back.scope.value] if back.scope is not None else [])]
    why = ["--reason", back.reason] if back.reason else []
    end = ["--until", as_json.time(back.until)] if back.until is not None else []
    return ["block", back.session, "--scope", back.scope.value, *why, *end]


def _called(state: State, agent: AgentId | None) -> str | None:
    """What names an agent to `assign`; None for one who is not known any more."""
    if agent is None:
        return "nobody"
    if state.me is not None and agent == state.me.id:
        return "me"
    known = state.agents.get(agent)
    return known.email if known is not None else None


def _moment_of(words: str, wall: float) -> float | None:
    """Seconds since the epoch; None for no words. Raises NotDone."""
    if not words:
        return None
    moment = later.moment_of(words, wall) or _instant(words)
    if moment is None or moment <= wall:
        raise NotDone(f"{words} {_WHEN}", MISUSED)
    return moment


def _instant(words: str) -> float | None:
    try:
        moment = datetime.fromisoformat(words)
        return moment.timestamp() if moment.year in YEARS else None
    except (ValueError, OverflowError):
        return None
