"""Colleagues and canned responses that could not be read: not said to be none, and read again."""

import pytest

from tests.core.desk import TALK, conversation
from tests.engine.fakes import NO_ANSWER, Stand, running, stand
from tests.plain.test_linear import HELLO, talk
from tests.plain.test_verbs_in_process import did, serving
from tms_tui.domain.effects import Assign, ReadAgents, ReadCanned, Request, Transmit
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import AgentsRead, Answer, AskFailed, CannedRead, SessionAnswered
from tms_tui.domain.ids import AgentId
from tms_tui.domain.model import Agent
from tms_tui.domain.policy import POLL_LIVE
from tms_tui.domain.text import CleanText
from tms_tui.plain import deciding, looking, posting
from tms_tui.plain.posting import Canned
from tms_tui.plain.verbs import DONE, NOT_DONE, UNKNOWN

EVA = Agent(AgentId("eva"), CleanText("Eva"), CleanText("eva@example.com"))
COLLEAGUES_UNREAD = "The colleagues cannot be read: the server did not answer in time. Try again."
TEXTS_UNREAD = "The canned responses cannot be read: the server did not answer in time. Try again."
ALWAYS = 1000


def whole(request: Request) -> Answer:
    """A server with one colleague and one canned response."""
    match request:
        case ReadAgents():
            return AgentsRead((EVA,))
        case ReadCanned():
            return CannedRead((HELLO,))
        case Assign(session, agent):
            return SessionAnswered(conversation(session, version=2, held_by=agent), request)
        case _:
            return serving()(request)


def failing_at(kind: type[Request], times: int, failure: Failure = NO_ANSWER) -> Stand:
    """That server, failing the first `times` it is asked for a `kind`."""
    at = stand()

    def reply(request: Request) -> Answer:
        if isinstance(request, kind) and len(at.rest.asked_for(kind)) <= times:
            return AskFailed(request, failure)
        return whole(request)

    at.rest.reply = reply
    return at


@pytest.mark.parametrize("failure", [NO_ANSWER, Failure(FailureKind.NO_ANSWER, 504)])
async def test_a_colleague_who_could_not_be_looked_up_is_not_said_to_be_nobody(failure: Failure) -> None:
    at = failing_at(ReadAgents, ALWAYS, failure)
    assert await did(at, deciding.assign(TALK, EVA.email, None, None)) == (NOT_DONE, COLLEAGUES_UNREAD)
    assert at.rest.asked_for(Assign) == []


async def test_colleagues_that_may_not_be_read_are_not_said_to_be_nobody() -> None:
    at = failing_at(ReadAgents, ALWAYS, Failure(FailureKind.FORBIDDEN, 403))
    code, words = await did(at, deciding.assign(TALK, EVA.email, None, None))
    assert (code, words.startswith("The colleagues cannot be read: ")) == (NOT_DONE, True)


@pytest.mark.parametrize("times", [1, 2])
async def test_colleagues_that_could_not_be_read_are_read_again_for_whom_they_are_wanted(times: int) -> None:
    at = failing_at(ReadAgents, times)
    assert await did(at, deciding.assign(TALK, EVA.email, None, None)) == (DONE, "")
    assert at.rest.asked_for(Assign) == [Assign(TALK, EVA.id, checked=True)]


async def test_nobody_and_oneself_are_known_without_the_colleagues() -> None:
    assert await did(failing_at(ReadAgents, ALWAYS), deciding.assign(TALK, "me", None, None)) == (DONE, "")
    assert await did(failing_at(ReadAgents, ALWAYS), deciding.assign(TALK, "nobody", None, None)) == (DONE, "")


async def test_a_colleague_who_is_not_in_the_list_is_nobody() -> None:
    code, words = await did(failing_at(ReadAgents, 0), deciding.assign(TALK, "ben@example.com", None, None))
    assert (code, words) == (UNKNOWN, "No colleague is called ben@example.com.")


async def test_a_canned_response_that_could_not_be_looked_up_is_not_said_to_be_none() -> None:
    at = failing_at(ReadCanned, ALWAYS)
    assert await did(at, posting.send(TALK, Canned("hello", ()), within=60)) == (NOT_DONE, TEXTS_UNREAD)
    assert at.rest.asked_for(Transmit) == []


@pytest.mark.parametrize("times", [1, 2])
async def test_canned_responses_that_could_not_be_read_are_read_again_when_one_is_wanted(times: int) -> None:
    at = failing_at(ReadCanned, times)
    assert await did(at, posting.send(TALK, Canned("hello", ()), within=60)) == (DONE, "")


async def test_an_own_text_is_sent_whatever_becomes_of_the_servers() -> None:
    assert await did(failing_at(ReadCanned, ALWAYS), posting.send(TALK, Canned("hello", (HELLO,)), within=60)) == (
        DONE,
        "",
    )


async def test_a_list_of_canned_responses_without_the_servers_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    at = failing_at(ReadCanned, ALWAYS)
    assert await did(at, looking.texts((), json=False)) == (NOT_DONE, TEXTS_UNREAD)
    assert capsys.readouterr() == ("", "")
    assert await did(failing_at(ReadCanned, ALWAYS), looking.texts((HELLO,), json=False)) == (NOT_DONE, TEXTS_UNREAD)
    assert capsys.readouterr() == ("hello  Greeting: Hello {{customer.name}}\n", "")
    assert await did(failing_at(ReadCanned, 2), looking.texts((), json=False)) == (DONE, "")
    assert capsys.readouterr() == ("hello  Greeting: Hello {{customer.name}}\n", "")


async def test_the_line_face_asks_for_unread_colleagues_again() -> None:
    at = failing_at(ReadAgents, ALWAYS)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        at.rest.reply = whole
        asked = len(at.rest.asked_for(ReadAgents))
        assert await face.types("/assign eva") == ["The colleagues cannot be read now. Try again."]
        assert at.rest.asked_for(Assign) == []
        assert (await face.types("/assign eva"))[0] == "asked for: held by Eva"
        assert len(at.rest.asked_for(ReadAgents)) == asked + 1


async def test_the_line_face_asks_for_unread_canned_responses_again() -> None:
    at = failing_at(ReadCanned, ALWAYS)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        at.rest.reply = whole
        assert await face.types("/canned") == ["The canned responses cannot be read now. Try again."]
        assert await face.types("/canned hello") == ["draft: Hello Jonas Weber", "/send sends it."]
    at = failing_at(ReadCanned, ALWAYS)
    async with running(at.engine):
        face = await talk(at, (HELLO,))
        await face.types("1")
        assert (await face.types("/canned"))[1:] == [
            "/canned hello: Greeting, Hello {{customer.name}}",
            "The canned responses cannot be read now. Try again.",
        ]


@pytest.mark.parametrize("kind", [ReadAgents, ReadCanned])
async def test_what_could_not_be_read_is_read_again_with_the_log(kind: type[Request]) -> None:
    at = failing_at(kind, 3)
    async with running(at.engine):
        await talk(at)
        for _ in range(5):
            at.clock.advance(POLL_LIVE + 1)
            await at.engine.settled()
        assert len(at.rest.asked_for(kind)) == 4
    at = failing_at(kind, ALWAYS, Failure(FailureKind.FORBIDDEN, 403))
    async with running(at.engine):
        await talk(at)
        for _ in range(5):
            at.clock.advance(POLL_LIVE + 1)
            await at.engine.settled()
        assert len(at.rest.asked_for(kind)) == 1, "what is forbidden stays so"
