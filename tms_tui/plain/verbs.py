"""The verbs of scripts: one thing each, over the same engine; data to standard output, talk to standard error."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from tms_tui import wording
from tms_tui.core import canned, select
from tms_tui.core.select import Filter
from tms_tui.domain import events as on
from tms_tui.domain.changes import Announced, Change, Notice, NoticeKind
from tms_tui.domain.effects import SessionQuery
from tms_tui.domain.entries import Delivery
from tms_tui.domain.ids import AgentId, Cursor, SendId, SessionId
from tms_tui.domain.model import Draft, Session, SessionStatus
from tms_tui.domain.policy import MESSAGE_LONGEST
from tms_tui.domain.value import Value
from tms_tui.engine.engine import Engine, Record
from tms_tui.plain import as_json, lines
from tms_tui.plain.talk import beside, complain, put, say
from tms_tui.plain.work import colleagues_called

DONE: Final = 0
NOT_DONE: Final = 1
UNKNOWN: Final = 4
"""No such conversation, or no such colleague."""
MOVED_ON: Final = 5
"""Not sent, because the conversation moved on."""
_SHORTEST_PREFIX: Final = 4
_REFUSED: Final = (NoticeKind.RACE_LOST, NoticeKind.REQUEST_FAILED)


class Verb(Value):
    """What a script asks for. `after` and `heard`: where to read the log from, and who is told of every event."""

    do: Callable[[Engine], Awaitable[int]]
    heard: Record | None = None
    after: Cursor | None = None


class _NotDone(Exception):  # noqa: N818 - it says that
    """A verb that cannot go on; `words` are for people."""

    def __init__(self, words: str, code: int = NOT_DONE) -> None:
        super().__init__(words)
        self.words = words
        self.code = code


async def run_verb(engine: Engine, verb: Verb) -> int:
    """Do it while the engine works; the exit code."""
    return await beside(engine, _told(engine, verb))


def ls(wanted: Filter, search: str | None, *, json: bool) -> Verb:
    """List conversations, each with its id."""

    async def do(engine: Engine) -> int:
        query = SessionQuery(text=search) if search else SessionQuery(status=SessionStatus.ENDED)
        if search or wanted is Filter.ENDED:
            found = list(await _listed(engine, query))
        else:
            await _read(engine)
            found = select.listing(engine.state, wanted)
        for number, session_id in enumerate(found, 1):
            session = engine.state.sessions[session_id]
            if json:
                put(as_json.line("conversation", **as_json.session_fields(session)))
            else:
                words = lines.session_line(engine.state, number, session, engine.moment().wall)
                say(f"{session.id}  {words.partition('. ')[2]}")
        return DONE

    return Verb(do)


def show(wanted: str, *, whole: bool, json: bool) -> Verb:
    """Tell a conversation: the newest messages, or all; nothing is marked read."""

    async def do(engine: Engine) -> int:
        session = await _session(engine, wanted)
        await _opened(engine, session.id, whole=whole)
        if json:
            for line in as_json.transcript_lines(engine.state, session):
                put(line)
            return DONE
        said = lines.opened_lines(engine.state, session)
        for entry in select.entries(engine.state, session.id):
            said += lines.entry_lines(engine.state, entry, engine.moment().wall)
        for line in said:
            say(line)
        return DONE

    return Verb(do)


def send(wanted: str, text: str, *, private: bool, seen_up_to: int | None, within: float) -> Verb:
    """Send a reply or a note, and wait until the server has stored it; `within` in seconds.

    `seen_up_to`: not when a colleague answered after that message. None: whatever was said until now.
    """

    async def do(engine: Engine) -> int:
        _check(text)
        session = await _session(engine, wanted)
        await _opened(engine, session.id)
        seen = select.newest_seq(engine.state, session.id) if seen_up_to is None else seen_up_to
        send_id = engine.new_send_id()
        sent = Draft(send_id, session.id, text, private, engine.moment().wall, seen)
        await _until(engine, lambda: engine.take(on.SendAsked(sent)), lambda: _is_decided(engine, send_id), within)
        return _told_fate(engine, send_id)

    return Verb(do)


def assign(wanted: str, name: str, note: str | None) -> Verb:
    """Hand a conversation to a colleague, to `me` or to `nobody`."""

    async def do(engine: Engine) -> int:
        session = await _session(engine, wanted)
        agent = _agent(engine, name)
        await _decide(engine, session.id, on.AssignAsked(session.id, agent, note))
        return DONE

    return Verb(do)


def resolve(wanted: str) -> Verb:
    """End a conversation."""

    async def do(engine: Engine) -> int:
        session = await _session(engine, wanted)
        if session.status is SessionStatus.ENDED:
            complain(f"{wording.customer(session)} is resolved already.")
            return DONE
        await _decide(engine, session.id, on.StatusAsked(session.id, SessionStatus.ENDED))
        return DONE

    return Verb(do)


async def _told(engine: Engine, verb: Verb) -> int:
    try:
        return await verb.do(engine)
    except _NotDone as error:
        complain(error.words)
        return error.code


async def _read(engine: Engine) -> None:
    """Everything open was read. Raises _NotDone."""
    await engine.settled()
    if engine.state.sync.cursor is None:
        failures = engine.state.health.failures_seen
        why = wording.reason(failures[-1][1]) if failures else "the server did not answer"
        raise _NotDone(f"Conversations cannot be read: {why}.")


async def _listed(engine: Engine, query: SessionQuery) -> tuple[SessionId, ...]:
    await _read(engine)
    notices = await _refusals(engine, on.ListingAsked(query))
    found = select.found(engine.state, query)
    if found is None:
        raise _NotDone(wording.notice(notices[-1]) if notices else "The list cannot be read.")
    return found


async def _session(engine: Engine, wanted: str) -> Session:
    """The conversation of an id, or of the beginning of one. Raises _NotDone."""
    await _read(engine)
    for ended_too in (False, True):
        if ended_too:
            await _listed(engine, SessionQuery(status=SessionStatus.ENDED))
        found = [one for one in engine.state.sessions.values() if _is_meant(one.id, wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise _NotDone(f"{len(found)} conversations begin with {wanted}. Give more of the id.", UNKNOWN)
    raise _NotDone(f"There is no conversation {wanted}. `tms-chat ls` and `ls ended` list them.", UNKNOWN)


def _is_meant(session: SessionId, wanted: str) -> bool:
    return session == wanted or (len(wanted) >= _SHORTEST_PREFIX and session.startswith(wanted))


async def _opened(engine: Engine, session: SessionId, *, whole: bool = False) -> None:
    """The conversation's newest messages, or all of them, are read. Raises _NotDone."""
    engine.take(on.SessionOpened(session))
    await engine.settled()
    transcript = engine.state.transcript(session)
    while whole and transcript.loaded and not transcript.top_reached:
        before = len(transcript.entries)
        engine.take(on.TopReached(session))
        await engine.settled()
        if len(transcript.entries) == before:
            break
    if not transcript.loaded:
        raise _NotDone("The conversation's messages cannot be read now. Try again.")


def _check(text: str) -> None:
    left = canned.unfilled(text)
    if not text.strip():
        raise _NotDone("Not sent: there is no text.", 2)
    if left:
        raise _NotDone(wording.not_filled_in(left), 2)
    if len(text) > MESSAGE_LONGEST:
        raise _NotDone(wording.too_long(len(text), MESSAGE_LONGEST), 2)


def _is_decided(engine: Engine, send_id: SendId) -> bool:
    send = engine.state.outbox.find(send_id)
    return send is None or send.delivery in (Delivery.REFUSED, Delivery.HELD)


def _told_fate(engine: Engine, send_id: SendId) -> int:
    """Say what became of a send; the exit code."""
    if send_id in engine.state.outbox.settled:
        complain("sent")
        return DONE
    send = engine.state.outbox.find(send_id)
    if send is not None and send.delivery is Delivery.HELD:
        raise _NotDone("Not sent: a colleague answered, or the conversation changed, since you looked.", MOVED_ON)
    if send is not None and send.delivery is Delivery.DOUBTFUL:
        raise _NotDone("Not known whether it was sent: the server did not answer. Look before you send again.")
    why = wording.reason(send.failure) if send is not None and send.failure else "the server did not answer in time"
    raise _NotDone(f"Not sent: {why}.")


def _agent(engine: Engine, name: str) -> AgentId | None:
    me = engine.state.me
    if name == "nobody":
        return None
    if name == "me" and me is not None:
        return me.id
    fitting = [agent for agent, rest in colleagues_called(engine.state, name) if not rest]
    if len(fitting) != 1:
        raise _NotDone(f"{len(fitting) or 'No'} colleagues are called {name}.", UNKNOWN)
    return fitting[0].id


async def _decide(engine: Engine, session_id: SessionId, event: on.AssignAsked | on.StatusAsked) -> None:
    """Raises _NotDone."""
    notices = await _refusals(engine, event)
    if notices:
        raise _NotDone(wording.notice(notices[-1]))
    session = engine.state.sessions[session_id]
    complain(f"{wording.customer(session)}: {lines.holder(engine.state, session)}, {wording.status(session.status)}")


async def _refusals(engine: Engine, event: on.Event) -> list[Notice]:
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


async def _until(engine: Engine, begin: Callable[[], None], is_over: Callable[[], bool], within: float) -> None:
    """Begin something and wait until it is over, or for `within` seconds."""
    changed = asyncio.Event()
    leave = engine.subscribe(lambda _: changed.set())
    try:
        begin()
        async with asyncio.timeout(within):
            while not is_over():
                changed.clear()
                await changed.wait()
    except TimeoutError:
        return
    finally:
        leave()
