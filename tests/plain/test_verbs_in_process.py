"""The verbs over the real rules and a server that answers as a test wants: what is in doubt, and what is not held."""

import asyncio
import uuid
from collections.abc import Callable

import pytest

from tests.core.desk import ANA, ME, TALK, conversation, message
from tests.engine.fakes import NO_ANSWER, Stand, empty, running, stand
from tms_tui.core.select import Filter
from tms_tui.core.state import Moment
from tms_tui.domain.effects import (
    Assign,
    Block,
    ReadPage,
    ReadSession,
    ReadSessions,
    Request,
    SetAvailability,
    SetStatus,
    Transmit,
)
from tms_tui.domain.entries import Delivery
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    Answer,
    AskFailed,
    Event,
    PageRead,
    SendAsked,
    SendStored,
    SessionRead,
    SessionsRead,
    SignedIn,
)
from tms_tui.domain.ids import Cursor, SessionId
from tms_tui.domain.model import Availability, BlockScope, Session, SessionStatus
from tms_tui.domain.policy import SESSIONS_PAGE
from tms_tui.plain import deciding, looking, posting
from tms_tui.plain.verbs import DONE, DOUBTFUL, NOT_DONE, UNKNOWN, NotDone, Verb, run_verb

LONG_AGO = SessionId("7c1e0000-0000-4000-8000-000000000001")
NEWEST = tuple(
    conversation(SessionId(f"ended-{number}"), status=SessionStatus.ENDED, activity=number)
    for number in range(SESSIONS_PAGE)
)
Reply = Callable[[Request], Answer]


def serving(ended: tuple[Session, ...] = (), by_id: Reply = empty) -> Reply:
    """A server with one open conversation, a page of ended ones, and `by_id` for one asked for by its id."""

    def reply(request: Request) -> Answer:
        match request:
            case ReadSessions(query):
                found = ended if query.status in (SessionStatus.ENDED, None) else (conversation(),)
                return SessionsRead(query, found, None, Cursor("0"))
            case ReadPage(session, before, after):
                return PageRead(session, (message(1, session=session),), has_more=False, before=before, after=after)
            case ReadSession():
                return by_id(request)
            case Transmit(draft):
                stored = message(2, ME, session=draft.session, send_id=draft.send_id, text=draft.text)
                return SendStored(draft.send_id, stored)
            case _:
                return empty(request)

    return reply


def long_ago(request: Request) -> Answer:
    """The conversation that ended before all that are listed."""
    return (
        SessionRead(conversation(LONG_AGO, status=SessionStatus.ENDED)) if _asks(request, LONG_AGO) else empty(request)
    )


def _asks(request: Request, session: SessionId) -> bool:
    return isinstance(request, ReadSession) and request.session == session


async def did(at: Stand, verb: Verb) -> tuple[int, str]:
    """Do a verb, the clock going on once it sends; its exit code, and why it was not done."""
    async with running(at.engine):
        at.engine.take(SignedIn(ANA, 900.0))
        doing = asyncio.ensure_future(verb.do(at.engine))
        while not doing.done():
            if at.rest.asked_for(Transmit):
                at.clock.advance(1.0)
            await asyncio.sleep(0)
        try:
            return doing.result(), ""
        except NotDone as error:
            return error.code, error.words


async def test_a_send_that_is_under_way_when_the_time_is_up_is_in_doubt() -> None:
    at = stand()

    def reply(request: Request) -> Answer:
        if isinstance(request, ReadPage):
            at.rest.hold()  # what is asked from now on is under way
        return serving()(request)

    at.rest.reply = reply
    code, words = await did(at, posting.send(TALK, "hello", within=0.01))
    assert len(at.rest.asked_for(Transmit)) == 1
    assert code == DOUBTFUL
    assert words == (
        "Not known whether it was sent: the server did not answer in time. "
        f"Look with `tms-chat show {TALK}` before you send it again."
    )


async def test_a_send_that_was_given_up_without_an_answer_is_in_doubt() -> None:
    def reply(request: Request) -> Answer:
        return AskFailed(request, NO_ANSWER) if isinstance(request, Transmit) else serving()(request)

    at = stand(reply)
    code, words = await did(at, posting.send(TALK, "hello", within=60))
    [send] = at.engine.state.outbox
    assert send.delivery is Delivery.REFUSED
    assert code == DOUBTFUL
    assert words.startswith("Not known whether it was sent")


async def test_a_decision_without_an_answer_is_in_doubt() -> None:
    def reply(request: Request) -> Answer:
        return AskFailed(request, NO_ANSWER) if isinstance(request, SetStatus) else serving()(request)

    code, words = await did(stand(reply), deciding.put(TALK, SessionStatus.ENDED))
    assert code == DOUBTFUL
    assert words == (
        "Not known whether it was done: the server did not answer in time. "
        f"Look with `tms-chat show {TALK}` before you ask for it again."
    )


async def test_a_decision_that_was_refused_is_not_in_doubt() -> None:
    def reply(request: Request) -> Answer:
        refused = AskFailed(request, Failure(FailureKind.INVALID, 422))
        return refused if isinstance(request, SetStatus) else serving()(request)

    code, words = await did(stand(reply), deciding.put(TALK, SessionStatus.ENDED))
    assert (code, words) == (NOT_DONE, "Not done: the server did not accept the content.")


async def test_an_engine_that_has_to_stop_leaves_a_send_in_doubt_and_a_list_undone() -> None:
    def broken(request: Request) -> Answer:
        if isinstance(request, Transmit | ReadSessions):
            raise ZeroDivisionError
        return serving()(request)

    def breaks_at_the_send(request: Request) -> Answer:
        return broken(request) if isinstance(request, Transmit) else serving()(request)

    at = stand(breaks_at_the_send)
    at.engine.take(SignedIn(ANA, 900.0))
    assert await run_verb(at.engine, posting.send(TALK, "hello", within=60)) == DOUBTFUL
    at = stand(broken)
    at.engine.take(SignedIn(ANA, 900.0))
    assert await run_verb(at.engine, looking.ls(Filter.ALL, json=False)) == NOT_DONE


@pytest.mark.parametrize(
    ("asked", "verb"),
    [
        (SetStatus, deciding.put(TALK, SessionStatus.ENDED)),
        (Assign, deciding.assign(TALK, "me", None, None)),
        (Block, deciding.block(TALK, BlockScope.CUSTOMER, "spam", "")),
        (SetAvailability, deciding.availability(Availability.AWAY)),
    ],
)
async def test_an_engine_that_stops_before_the_answer_leaves_a_decision_in_doubt(
    asked: type[Request], verb: Verb, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(request: Request) -> Answer:
        if isinstance(request, asked):
            raise ZeroDivisionError
        return serving()(request)

    at = stand(broken)
    at.engine.take(SignedIn(ANA, 900.0))
    assert await run_verb(at.engine, verb) == DOUBTFUL
    assert len(at.rest.asked_for(asked)) == 1
    said = capsys.readouterr().err
    assert "undo: " not in said
    assert said.startswith("tms-chat has to stop: a fault of its own (ZeroDivisionError")


async def test_an_engine_that_stops_while_a_send_is_taken_leaves_it_in_doubt() -> None:
    def fails_at_once(event: Event, _moment: Moment) -> None:
        if isinstance(event, SendAsked):
            raise ZeroDivisionError

    at = stand(serving(), record=fails_at_once)
    at.engine.take(SignedIn(ANA, 900.0))
    assert await run_verb(at.engine, posting.send(TALK, "hello", within=60)) == DOUBTFUL


async def test_a_send_that_was_refused_is_not_in_doubt() -> None:
    def reply(request: Request) -> Answer:
        refused = AskFailed(request, Failure(FailureKind.INVALID, 422))
        return refused if isinstance(request, Transmit) else serving()(request)

    code, words = await did(stand(reply), posting.send(TALK, "hello", within=60))
    assert code == NOT_DONE
    assert words.startswith("Not sent: ")


async def test_a_whole_id_reaches_a_conversation_that_ended_before_all_that_are_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    at = stand(serving(NEWEST, long_ago))
    assert await did(at, looking.show(LONG_AGO, whole=False, json=False)) == (DONE, "")
    assert capsys.readouterr().out.startswith("open: Jonas Weber, held by nobody, resolved")
    at = stand(serving(NEWEST, long_ago))
    assert await did(at, posting.send(LONG_AGO, "one more", private=True, within=60)) == (DONE, "")


async def test_a_whole_id_that_the_server_does_not_know_is_no_conversation() -> None:
    nobodys = str(uuid.UUID(int=7))
    code, words = await did(stand(serving(NEWEST, long_ago)), looking.show(nobodys, whole=False, json=False))
    assert (code, words) == (UNKNOWN, f"There is no conversation {nobodys}.")


async def test_a_conversation_that_cannot_be_asked_for_is_not_said_to_be_missing() -> None:
    def by_id(request: Request) -> Answer:
        return AskFailed(request, NO_ANSWER)

    code, words = await did(stand(serving(by_id=by_id)), looking.show(LONG_AGO, whole=False, json=False))
    assert code == NOT_DONE
    assert words.startswith("The conversation cannot be read: ")


async def test_the_beginning_of_an_id_is_looked_for_among_the_newest_and_that_is_said() -> None:
    at = stand(serving(NEWEST, long_ago))
    code, words = await did(at, looking.show(LONG_AGO[:8], whole=False, json=False))
    assert code == UNKNOWN
    assert words == (
        f"There is no conversation {LONG_AGO[:8]}. Of ended ones only the newest {SESSIONS_PAGE} are known by the "
        "beginning of their id: `tms-chat search WORDS` finds older ones, and a whole id is always enough."
    )
    assert at.rest.asked_for(ReadSession) == []


@pytest.mark.parametrize("verb", [looking.ls(Filter.ENDED, json=False), looking.search("jonas", json=False)])
async def test_a_list_that_goes_on_at_the_server_says_so(verb: Verb, capsys: pytest.CaptureFixture[str]) -> None:
    assert await did(stand(serving(NEWEST)), verb) == (DONE, "")
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == SESSIONS_PAGE
    assert f"Only the newest {SESSIONS_PAGE} are listed. " in said.err
    assert await did(stand(serving(NEWEST[:3])), verb) == (DONE, "")
    assert "Only the newest" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "verb",
    [
        looking.search_in(TALK, "text", json=False),
        looking.show(TALK, whole=True, json=False),
        looking.show(TALK, whole=True, json=True),
    ],
)
@pytest.mark.parametrize("page", [None, 3])
async def test_a_conversation_of_which_an_older_page_cannot_be_read_is_not_told_as_if_it_were_whole(
    verb: Verb, page: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """`page`: the number before which nothing can be read; None for the server's first."""

    def reply(request: Request) -> Answer:
        match request:
            case ReadPage(_, before) if before is not None and page in (None, before):
                return AskFailed(request, NO_ANSWER)
            case ReadPage(session, before, after):
                return PageRead(session, (message((before or 5) - 1),), has_more=True, before=before, after=after)
            case _:
                return serving()(request)

    code, words = await did(stand(reply), verb)
    assert (code, words) == (
        NOT_DONE,
        "Older messages of the conversation cannot be read: the server did not answer in time. Try again.",
    )
    assert capsys.readouterr() == ("", "")


async def test_the_newest_messages_are_shown_whatever_becomes_of_older_ones(capsys: pytest.CaptureFixture[str]) -> None:
    def reply(request: Request) -> Answer:
        match request:
            case ReadPage(session, None, after):
                return PageRead(session, (message(4),), has_more=True, after=after)
            case ReadPage():
                return AskFailed(request, NO_ANSWER)
            case _:
                return serving()(request)

    assert await did(stand(reply), looking.show(TALK, whole=False, json=False)) == (DONE, "")
    said = capsys.readouterr()
    assert "text 4" in said.out
    assert said.err == f"Older messages are not shown; `tms-chat show {TALK} --all` begins with the first.\n"


async def test_of_a_conversation_longer_than_is_held_the_newest_messages_are_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tms_tui.core.transcript.OPENED_HELD", 2)

    def reply(request: Request) -> Answer:
        match request:
            case ReadPage(session, before, after):
                return PageRead(session, (message((before or 5) - 1),), has_more=True, before=before, after=after)
            case _:
                return serving()(request)

    assert await did(stand(reply), looking.show(TALK, whole=True, json=False)) == (DONE, "")
    assert "text 3" in capsys.readouterr().out


ERASED = Failure(FailureKind.ERASED, 410, "session_erased")


@pytest.mark.parametrize(
    ("asked", "verb", "words"),
    [
        (SetStatus, deciding.put(TALK, SessionStatus.ENDED), "Not done: {why}."),
        (Block, deciding.block(TALK, BlockScope.CUSTOMER, "spam", ""), "Not done: {why}."),
        (Assign, deciding.assign(TALK, "me", None, None), "Not done: {why}."),
        (Transmit, posting.send(TALK, "hello", within=60), "Not sent: {why}."),
        (ReadPage, posting.send(TALK, "hello", within=60), "The conversation cannot be read: {why}."),
        (ReadPage, looking.show(TALK, whole=True, json=False), "The conversation cannot be read: {why}."),
        (ReadPage, looking.search_in(TALK, "text", json=False), "The conversation cannot be read: {why}."),
        (ReadSession, looking.show(LONG_AGO, whole=False, json=False), "The conversation cannot be read: {why}."),
    ],
)
async def test_a_conversation_that_was_removed_meanwhile_is_said_to_be_gone(
    asked: type[Request], verb: Verb, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def reply(request: Request) -> Answer:
        return AskFailed(request, ERASED) if isinstance(request, asked) else serving()(request)

    why = "the conversation was removed from the server"
    assert await did(stand(reply), verb) == (UNKNOWN, words.format(why=why))
    assert capsys.readouterr() == ("", "")


async def test_an_older_page_of_a_conversation_that_was_removed_meanwhile_is_not_waited_for() -> None:
    def reply(request: Request) -> Answer:
        match request:
            case ReadPage(session, None, after):
                return PageRead(session, (message(4),), has_more=True, after=after)
            case ReadPage():
                return AskFailed(request, ERASED)
            case _:
                return serving()(request)

    assert await did(stand(reply), looking.show(TALK, whole=True, json=False)) == (
        UNKNOWN,
        "The conversation cannot be read: the conversation was removed from the server.",
    )
