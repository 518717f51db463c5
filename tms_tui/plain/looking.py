"""The verbs that look: lists, what waits next, a search, one conversation, the canned responses."""

from collections.abc import Iterable, Sequence

from tms_tui import wording
from tms_tui.core import canned, finding, select
from tms_tui.core.select import Filter
from tms_tui.domain.effects import SessionQuery
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import CannedResponse, Message, SessionStatus
from tms_tui.engine.engine import Engine
from tms_tui.plain import as_json, lines
from tms_tui.plain.talk import complain, put, say
from tms_tui.plain.verbs import DONE, NOT_DONE, Verb, conversation, have_texts, listed, opened, read


def ls(wanted: Filter, *, json: bool) -> Verb:
    """List conversations, each with its id."""

    async def do(engine: Engine) -> int:
        if wanted is Filter.ENDED:
            found = await listed(engine, SessionQuery(status=SessionStatus.ENDED))
            _tell(engine, found, json=json)
            _tell_cut(len(found), "`tms-chat search WORDS` finds older ones.")
        else:
            await read(engine)
            _tell(engine, select.listing(engine.state, wanted), json=json)
        return DONE

    return Verb(do)


def needing(*, json: bool) -> Verb:
    """Name the conversation that needs this agent next; NOT_DONE when none does."""

    async def do(engine: Engine) -> int:
        await read(engine)
        found = select.next_waiting(engine.state, None)
        if found is None:
            complain("Nothing waits for you.")
            return NOT_DONE
        _tell(engine, [found], json=json)
        return DONE

    return Verb(do)


def search(words: str, *, json: bool) -> Verb:
    """List the conversations, ended ones too, that the server finds by name, e-mail or text."""

    async def do(engine: Engine) -> int:
        found = await listed(engine, finding.query(words))
        _tell(engine, found, json=json)
        _tell_cut(len(found), "Search for more words to find older ones.")
        return _counted(len(found), "conversation", words)

    return Verb(do)


def search_in(wanted: str, words: str, *, json: bool) -> Verb:
    """Tell the messages of one conversation that hold `words`."""

    async def do(engine: Engine) -> int:
        session = await conversation(engine, wanted)
        await opened(engine, session.id, whole=True)
        hits = finding.messages(engine.state, session.id, words)
        _tell_messages(engine, hits, json=json)
        return _counted(len(hits), "message", words)

    return Verb(do)


def show(wanted: str, *, whole: bool, json: bool) -> Verb:
    """Tell a conversation: the newest messages, or all; nothing is marked read."""

    async def do(engine: Engine) -> int:
        session = await conversation(engine, wanted)
        await opened(engine, session.id, whole=whole)
        if json:
            for line in as_json.transcript_lines(engine.state, session):
                put(line)
            _tell_of_older(engine, session.id)
            return DONE
        said = lines.opened_lines(engine.state, session, engine.moment().wall)
        for entry in select.entries(engine.state, session.id):
            said += lines.entry_lines(engine.state, entry, engine.moment().wall)
        for line in said:
            say(line)
        _tell_of_older(engine, session.id)
        return DONE

    return Verb(do)


def texts(own: Sequence[CannedResponse], *, json: bool) -> Verb:
    """List the canned responses: the server's and the agent's own."""

    async def do(engine: Engine) -> int:
        await read(engine)
        try:
            await have_texts(engine)
        finally:  # the agent's own ones are told all the same
            known = canned.available(engine.state, own)
            _tell_texts(known, json=json)
        if not known:
            complain("There are no canned responses.")
        return DONE

    return Verb(do)


def _tell(engine: Engine, found: Iterable[SessionId], *, json: bool) -> None:
    for number, session_id in enumerate(found, 1):
        session = engine.state.sessions[session_id]
        if json:
            put(as_json.line("conversation", **as_json.session_fields(session)))
        else:
            words = lines.session_line(engine.state, number, session, engine.moment().wall)
            say(f"{session.id}  {words.partition('. ')[2]}")


def _tell_texts(known: Iterable[CannedResponse], *, json: bool) -> None:
    for one in known:
        if json:
            put(as_json.line("canned", shortcut=one.shortcut, title=one.title, text=one.content))
        else:
            say(f"{one.shortcut}  {one.title}: {' '.join(one.content.split())}")


def _tell_of_older(engine: Engine, session: SessionId) -> None:
    if select.has_older(engine.state, session):
        complain(f"Older messages are not shown; `tms-chat show {session} --all` begins with the first.")


def _tell_cut(count: int, way: str) -> None:
    for line in lines.cut_lines(count, way):
        complain(line)


def _tell_messages(engine: Engine, hits: Iterable[Message], *, json: bool) -> None:
    for hit in hits:
        if json:
            put(as_json.line("message", **as_json.message_fields(hit)))
        else:
            for line in lines.entry_lines(engine.state, hit, engine.moment().wall):
                say(line)


def _counted(count: int, noun: str, words: str) -> int:
    """Say how many were found, apart from the data."""
    complain(f"found: {wording.plural(count, noun)} with {words}")
    return DONE
