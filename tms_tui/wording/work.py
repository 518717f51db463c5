"""What agents decide about conversations, in words."""

from collections.abc import Sequence
from typing import Final, NamedTuple, assert_never

from tms_tui.core import select
from tms_tui.core.handing import Hindrance, replies_in
from tms_tui.core.state import Moment, State
from tms_tui.core.undo import about, can_be_undone, is_to_be_undone
from tms_tui.domain.changes import Notice, NoticeKind
from tms_tui.domain.events import (
    AssignAsked,
    AvailabilityAsked,
    BlockAsked,
    Decide,
    LabelAsked,
    StatusAsked,
    UnblockAsked,
)
from tms_tui.domain.ids import AgentId
from tms_tui.domain.model import Agent, Session, SessionStatus
from tms_tui.domain.policy import UNDO_WITHIN
from tms_tui.wording import availability, blocked, customer, notice, priority, status, typing
from tms_tui.wording.times import plural, to_come
from tms_tui.wording.ways import USUAL, Ways

_SET: Final = ("Setting", "Set")
COLLEAGUES_UNREAD: Final = "The colleagues cannot be read now. Try again."
_NAMED: Final = 5
"""So many of those who bear one name are named."""


def decision(state: State, asked: Decide, wall: float) -> str:
    """What a decision makes of a conversation or of oneself; `wall` in seconds since the epoch."""
    match asked:
        case AssignAsked(_, agent, note):
            return held_by(state, agent) + (", with a note" if note else "")
        case StatusAsked(_, wanted, until):
            return status(wanted) + (f" until {to_come(until, wall)}" if until else "")
        case LabelAsked(_, tags, wanted_priority):
            labels = [] if tags is None else [f"tags {', '.join(tags) or 'none'}"]
            return ", ".join([*labels, *([f"priority {priority(wanted_priority)}"] if wanted_priority else [])])
        case BlockAsked(_, scope, _, end):
            return f"blocked, {blocked.reach(scope)}, {blocked.until(end, wall)}"
        case UnblockAsked():
            return "not blocked"
        case AvailabilityAsked(wanted_availability):
            return f"you {availability(wanted_availability)}"
        case _:
            assert_never(asked)


def announced(state: State, said: Notice, ways: Ways = USUAL) -> str:
    """What a notice says, by what is known now."""
    if said.kind is NoticeKind.AVAILABILITY:
        return f"You are {availability(state.availability)}."
    session = select.session(state, said.session)
    return notice(said, customer(session) if session is not None else "", ways)


def told(state: State, said: Notice, now: float, ways: Ways) -> tuple[str, str]:
    """What a notice says, and how that is taken back, if it can be; `now` is monotonic seconds."""
    return announced(state, said, ways), undo_offer(ways) if is_to_be_undone(state, said, now) else ""


def dropped(keys: int, pastes: int, why: str) -> str:
    """How much was typed in vain, and `why`, which is a sentence of its own."""
    parts = [plural(keys, "key")] if keys else []
    parts += [plural(pastes, "paste")] if pastes else []
    return f"{' and '.join(parts)} dropped: {why[0].lower()}{why[1:]}"


def not_one_colleague(state: State, words: str, fitting: Sequence[Agent]) -> str:
    """Why nobody is meant by `words`, or more than one, and what names each for sure."""
    if not fitting:
        return f"No colleague is called {words}."
    known = [agent.email or select.name_of(state, agent) for agent in fitting]
    more = [f"{len(known) - _NAMED} more"] if len(known) > _NAMED else []
    return f"{len(known)} colleagues are called {words}. Name one by e-mail: {', '.join([*known[:_NAMED], *more])}."


def undo_offer(ways: Ways = USUAL) -> str:
    """How a decision is taken back, said while it can be."""
    return f"{ways.undo} undoes this for {UNDO_WITHIN:.0f} s."


class _Deed(NamedTuple):
    """A verb, while it is done and once it is, and what it is done to."""

    doing: str
    done: str
    to: str


def doing(state: State, asked: Decide, wall: float) -> str:
    """What is being done about a conversation or about oneself; `wall` as for `decision`."""
    deed = _deed(state, asked, wall)
    return f"{deed.doing} {deed.to}"


def carried_out(state: State, asked: Decide, moment: Moment, ways: Ways = USUAL) -> tuple[str, str]:
    """What was done, and how that is taken back, if it can be."""
    deed = _deed(state, asked, moment.wall)
    offer = undo_offer(ways) if can_be_undone(state, asked, moment.now) else ""
    return f"{deed.done} {deed.to}.", offer


def _deed(state: State, asked: Decide, wall: float) -> _Deed:
    session = select.session(state, about(asked))
    name = customer(session) if session is not None else ""
    match asked:
        case AssignAsked():
            return _assigning(state, asked, name)
        case StatusAsked():
            return _standing(asked, name, wall)
        case LabelAsked(_, tags, wanted_priority):
            parts = [] if tags is None else [f"tags of {name} to {', '.join(tags) or 'none'}"]
            parts += [f"priority of {name} to {priority(wanted_priority)}"] if wanted_priority else []
            return _Deed(*_SET, f"the {' and the '.join(parts)}")
        case BlockAsked() | UnblockAsked():
            return _blocking(asked, name, wall)
        case AvailabilityAsked(wanted_availability):
            return _Deed(*_SET, f"your availability to {availability(wanted_availability)}")
        case _:
            assert_never(asked)


def _standing(asked: StatusAsked, name: str, wall: float) -> _Deed:
    if asked.status is SessionStatus.PENDING:
        end = to_come(asked.pending_until, wall) if asked.pending_until else "the customer writes"
        return _Deed(*_SET, f"{name} aside until {end}")
    return _Deed(
        *(("Resolving", "Resolved") if asked.status is SessionStatus.ENDED else ("Reopening", "Reopened")), name
    )


def _blocking(asked: BlockAsked | UnblockAsked, name: str, wall: float) -> _Deed:
    if isinstance(asked, UnblockAsked):
        return _Deed("Letting", "Let", f"{name} write again")
    return _Deed("Blocking", "Blocked", f"{name}: {blocked.reach(asked.scope)}, {blocked.until(asked.until, wall)}")


def _assigning(state: State, asked: AssignAsked, name: str) -> _Deed:
    if asked.agent is None:
        return _Deed("Releasing", "Released", name)
    if state.me is not None and asked.agent == state.me.id:
        return _Deed("Taking", "Took", name)
    note = ", with a note" if asked.note else ""
    return _Deed("Giving", "Gave", f"{name} to {select.agent_name(state, asked.agent) or 'a colleague'}{note}")


def held_by(state: State, agent: AgentId | None, name: str | None = None) -> str:
    """Who holds a conversation; `name`: what the conversation itself calls them, for one who is not known."""
    if agent is None:
        return "held by nobody"
    if state.me is not None and agent == state.me.id:
        return "held by you"
    return f"held by {select.agent_name(state, agent) or name or 'a colleague'}"


def presence(state: State, agent: Agent, load: int, session: Session) -> str:
    """What speaks for and against giving a conversation to a colleague; `load`: how many they hold."""
    parts = [availability(agent.availability), f"holds {load}"]
    if session.assigned_agent == agent.id:
        parts.append("holds this one")
    if any(author.id == agent.id for author in select.typists(state, session.id)):
        parts.append("is replying here")
    elif agent.viewing == session.id:
        parts.append("looks at this one")
    return ", ".join(parts)


def whereabouts(state: State, agent: Agent) -> str:
    """What an agent is at: availability, what they reply in, what they look at."""
    parts = [availability(agent.availability)]
    replies = replies_in(state, agent.id)
    if replies:
        parts.append(f"replies to {', '.join(customer(one) for one in replies)}")
    viewed = select.session(state, agent.viewing)
    if viewed is not None and viewed not in replies:
        parts.append(f"looks at {customer(viewed)}")
    return ", ".join(parts)


def hindrance(found: Hindrance, session: Session) -> str:
    """Why it is asked before a conversation changes hands."""
    name = customer(session)
    return f"{typing(found.replying)} to {name}." if found.replying else f"{found.holder} holds {name}."
