"""What the verbs of scripts are made of: one thing each; data to standard output, talk to standard error."""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.transcript import older
from tms_tui.domain import events as on
from tms_tui.domain.changes import Announced, Change, Notice, NoticeKind
from tms_tui.domain.effects import ReadAgents, ReadCanned, SessionQuery
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.ids import AgentId, Cursor, SessionId
from tms_tui.domain.model import Session, SessionStatus
from tms_tui.domain.policy import SESSIONS_PAGE
from tms_tui.domain.value import Value
from tms_tui.engine.engine import Engine, Record
from tms_tui.plain.talk import beside, complain
from tms_tui.plain.work import colleagues_called
from tms_tui.wording.work import not_one_colleague

DONE: Final = 0
NOT_DONE: Final = 1
MISUSED: Final = 2
UNKNOWN: Final = 4
"""No such conversation, colleague or canned response."""
MOVED_ON: Final = 5
"""Not done, because the conversation moved on."""
DOUBTFUL: Final = 6
"""Not known whether it was done."""
_SHORTEST_PREFIX: Final = 4
_ENDED: Final = SessionQuery(status=SessionStatus.ENDED)
_KNOWN_BY_BEGINNING: Final = (
    f" Of ended ones only the newest {SESSIONS_PAGE} are known by the beginning of their id: "
    "`tms-chat search WORDS` finds older ones, and a whole id is always enough."
)
_CANNOT_BE_READ: Final = "The conversation cannot be read"
_ERASED: Final = Failure(FailureKind.ERASED)
_REFUSED: Final = (NoticeKind.RACE_LOST, NoticeKind.REQUEST_FAILED, NoticeKind.UNANSWERED)


class Verb(Value):
    """What a script asks for. `after` and `heard`: where to read the log from, and who is told of every event."""

    do: Callable[[Engine], Awaitable[int]]
    heard: Record | None = None
    after: Cursor | None = None
    changes: bool = False
    """Whether it changes something at the server."""

    @property
    def unfinished(self) -> int:
        """The exit code when it could not be brought to its end: what was asked for may have been done."""
        return DOUBTFUL if self.changes else NOT_DONE


class NotDone(Exception):  # noqa: N818 - it says that
    """A verb that cannot go on; `words` are for people."""

    def __init__(self, words: str, code: int = NOT_DONE) -> None:
        super().__init__(words)
        self.words = words
        self.code = code


async def run_verb(engine: Engine, verb: Verb) -> int:
    """Do it while the engine works; the exit code."""
    return await beside(engine, _told(engine, verb), stopped=verb.unfinished)


async def read(engine: Engine) -> None:
    """Wait until everything open was read. Raises NotDone."""
    await engine.settled()
    if engine.state.sync.cursor is None:
        failures = engine.state.health.failures_seen
        why = wording.reason(failures[-1][1]) if failures else "the server did not answer"
        raise NotDone(f"Conversations cannot be read: {why}.")


async def listed(engine: Engine, query: SessionQuery) -> tuple[SessionId, ...]:
    """The conversations the server lists. Raises NotDone."""
    await read(engine)
    notices = await refusals(engine, on.ListingAsked(query))
    found = select.found(engine.state, query)
    if found is None:
        raise NotDone(wording.notice(notices[-1]) if notices else "The list cannot be read.")
    return found


async def conversation(engine: Engine, wanted: str) -> Session:
    """The conversation of an id, or of the beginning of one. Raises NotDone."""
    await read(engine)
    found = _held(engine, wanted)
    if not found:
        await (_ask_for(engine, SessionId(wanted)) if _is_whole(wanted) else listed(engine, _ENDED))
        found = _held(engine, wanted)
    if len(found) == 1:
        return found[0]
    if found:
        raise NotDone(f"{len(found)} conversations begin with {wanted}. Give more of the id.", UNKNOWN)
    raise NotDone(f"There is no conversation {wanted}.{'' if _is_whole(wanted) else _KNOWN_BY_BEGINNING}", UNKNOWN)


async def opened(engine: Engine, session: SessionId, *, whole: bool = False) -> None:
    """Read a conversation's newest messages, or all of them, as many as are held of one. Raises NotDone."""
    engine.take(on.SessionOpened(session))
    await engine.settled()
    if whole:
        await _read_to_the_first(engine, session)
    check_there(engine, session, _CANNOT_BE_READ)
    if not engine.state.transcript(session).loaded:
        raise NotDone("The conversation's messages cannot be read now. Try again.")


def check_there(engine: Engine, session: SessionId | None, undone: str) -> None:
    """Say what is left `undone` when the conversation was removed from the server meanwhile. Raises NotDone."""
    if session in engine.state.erased:
        raise NotDone(f"{undone}: {wording.reason(_ERASED)}.", UNKNOWN)


async def agent_called(engine: Engine, name: str) -> AgentId | None:
    """The one agent of a name or an e-mail, or `me`; None for `nobody`. Raises NotDone."""
    if name not in ("me", "nobody") and not engine.state.agents_read:
        failure = await failed_at(engine, on.ListAsked(ReadAgents()))
        if not engine.state.agents_read:
            raise _unread("The colleagues", failure)
    me = engine.state.me
    if name == "nobody":
        return None
    if name == "me" and me is not None:
        return me.id
    if not name.strip():
        raise NotDone("No colleague is named. Give a name, an e-mail address, me or nobody.", MISUSED)
    fitting = [agent for agent, rest in colleagues_called(engine.state, name) if not rest]
    if len(fitting) != 1:
        raise NotDone(not_one_colleague(engine.state, name, fitting), UNKNOWN)
    return fitting[0].id


async def have_texts(engine: Engine) -> None:
    """Read the server's canned responses, unless they are read. Raises NotDone."""
    if not engine.state.canned_read:
        failure = await failed_at(engine, on.ListAsked(ReadCanned()))
        if not engine.state.canned_read:
            raise _unread("The canned responses", failure)


async def refusals(engine: Engine, event: on.Event) -> list[Notice]:
    """Let `event` happen, and wait for all that follows; what could not be done."""
    notices: list[Notice] = []

    def note(changes: tuple[Change, ...]) -> None:
        notices.extend(one.notice for one in changes if isinstance(one, Announced) and one.notice.kind in _REFUSED)

    leave = engine.subscribe(note)
    try:
        engine.take(event)
        await engine.settled()
    finally:
        leave()
    return notices


async def failed_at(engine: Engine, event: on.Event) -> Failure | None:
    """Let `event` happen, and wait for all that follows; the last request that failed meanwhile, if any did."""
    failures = engine.state.health.failures_seen
    before = failures[-1] if failures else None
    engine.take(event)
    await engine.settled()
    return failures[-1][1] if failures and failures[-1] is not before else None


def _unread(what: str, failure: Failure | None) -> NotDone:
    why = wording.reason(failure) if failure is not None else "the server did not answer"
    return NotDone(f"{what} cannot be read: {why}. Try again.")


async def _told(engine: Engine, verb: Verb) -> int:
    try:
        return await verb.do(engine)
    except NotDone as error:
        complain(error.words)
        return error.code


async def _read_to_the_first(engine: Engine, session: SessionId) -> None:
    """Read all pages older than what is held of a conversation. Raises NotDone when one does not come."""
    while (page := older(engine.state.transcript(session))) is not None:
        failure = await failed_at(engine, on.TopReached(session))
        check_there(engine, session, _CANNOT_BE_READ)
        if older(engine.state.transcript(session)) == page:
            why = wording.reason(failure) if failure is not None else "the server does not give them"
            raise NotDone(f"Older messages of the conversation cannot be read: {why}. Try again.")


async def _ask_for(engine: Engine, session: SessionId) -> None:
    """Read a conversation that is not held, however long ago it ended. Raises NotDone when the server does not say."""
    failure = await failed_at(engine, on.SessionAsked(session))
    check_there(engine, session, _CANNOT_BE_READ)
    if session in engine.state.sessions or failure is None:
        return
    if failure.kind is not FailureKind.MISSING:
        raise NotDone(f"{_CANNOT_BE_READ}: {wording.reason(failure)}.")


def _held(engine: Engine, wanted: str) -> list[Session]:
    return [one for one in engine.state.sessions.values() if _is_meant(one.id, wanted)]


def _is_whole(wanted: str) -> bool:
    """Whether it is an id as servers make them, not the beginning of one."""
    try:
        return str(UUID(wanted)) == wanted.lower()
    except ValueError:
        return False


def _is_meant(session: SessionId, wanted: str) -> bool:
    return session == wanted or (len(wanted) >= _SHORTEST_PREFIX and session.startswith(wanted))
