"""The line face over the real rules: what is said, once, and what is sent."""

import re
from dataclasses import dataclass, field
from itertools import count

import pytest

from tests.core.desk import ANA, EPOCH, EVA, JONAS, TALK, conversation, message
from tests.engine.fakes import NO_ANSWER, Stand, empty, running, stand, until
from tms_tui.core import select
from tms_tui.domain.effects import (
    Assign,
    Block,
    Label,
    ReadAgents,
    ReadPage,
    ReadSessions,
    Request,
    SetAvailability,
    SetStatus,
    Transmit,
    Unblock,
)
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import (
    AgentsRead,
    Answer,
    AskFailed,
    AvailabilitySet,
    MessageArrived,
    PageRead,
    ReceiptSeen,
    SendStored,
    SessionAnswered,
    SessionsRead,
    SignedIn,
    TypingSeen,
    WireEvent,
)
from tms_tui.domain.ids import AgentId, Cursor, SessionId
from tms_tui.domain.model import Agent, AuthorType, Blocked, CannedResponse, Message, SessionStatus
from tms_tui.domain.policy import SESSIONS_PAGE
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace
from tms_tui.plain.linear import LineFace

OTHER = SessionId("other")
COLLEAGUES = (
    Agent(AgentId("eva"), CleanText("Eva Kranz"), CleanText("eva@example.test")),
    Agent(AgentId("bo"), CleanText("Bo"), CleanText("bo@example.test")),
    Agent(AgentId("bob"), CleanText("Bob"), CleanText("bob@example.test")),
)
HELLO = CannedResponse(CleanText("hello"), CleanText("Greeting"), CleanText("Hello {{customer.name}}"))
ORDER = CannedResponse(CleanText("order"), CleanText("Order"), CleanText("Your order {{order.id}}"))


@dataclass
class Server:
    """Two conversations, the first with `messages`; stores what it is sent."""

    messages: list[Message] = field(default_factory=lambda: [message(seq) for seq in range(1, 4)])
    refuse: Failure | None = None
    seqs: "count[int]" = field(default_factory=lambda: count(100))

    def reply(self, request: Request) -> Answer:  # noqa: PLR0911 - one answer for each request
        match request:
            case ReadSessions(query) if query.status is not SessionStatus.ENDED:
                both = (conversation(waiting_since=1.0), conversation(OTHER, name="Mia Roth"))
                return SessionsRead(query, both, None, Cursor("0"))
            case ReadAgents():
                return AgentsRead(COLLEAGUES)
            case ReadPage(session, before, after, limit) if session == TALK:
                return self._page(before, after, limit)
            case SetStatus(session, status):
                return SessionAnswered(conversation(session, version=2, status=status), request)
            case Block(session, scope, reason, until):
                by = Blocked(scope, EPOCH, CleanText(reason), until, ANA.id, ANA.name, session)
                return SessionAnswered(replace(conversation(session, version=2), blocked=by), request)
            case Unblock(session):
                return SessionAnswered(conversation(session, version=3), request)
            case SetAvailability(wanted):
                return AvailabilitySet(Agent(ANA.id, ANA.name, CleanText("ana@example.test"), availability=wanted))
            case Transmit(draft) if self.refuse is not None:
                return AskFailed(request, self.refuse)
            case Transmit(draft):
                stored = message(
                    next(self.seqs),
                    author=ME,
                    session=draft.session,
                    send_id=draft.send_id,
                    text=draft.text,
                    private=draft.private,
                )
                return SendStored(draft.send_id, stored)
            case _:
                return empty(request)

    def _page(self, before: int | None, after: int | None, limit: int) -> PageRead:
        kept = [each for each in self.messages if (after or 0) < each.seq < (before or 10**9)]
        page = tuple(kept[:limit] if after else kept[-limit:])
        return PageRead(TALK, page, len(kept) > limit, before, after)


ME = JONAS.__class__(AuthorType.AGENT, ANA.id, ANA.name)


@dataclass
class Talk:
    """A line face at work. `said()` hands over what was said since the last call."""

    at: Stand
    face: LineFace
    lines: list[str]
    typing: bool = False

    async def types(self, line: str) -> list[str]:
        self.face.obey(line)
        await self.at.engine.settled()
        return self.said()

    def said(self) -> list[str]:
        lines = [*self.lines]
        self.lines.clear()
        return lines

    async def brings(self, *events: WireEvent) -> list[str]:
        for event in events:
            self.at.link.bring(event)
        await self.at.engine.settled()
        return self.said()


async def talk(at: Stand, own: tuple[CannedResponse, ...] = (), due_after: float = 0) -> Talk:
    lines: list[str] = []
    made = Talk(at, LineFace(at.engine, lines.append, lambda: made.typing, own, due_after), lines)
    at.engine.subscribe(made.face.changed)
    at.engine.take(SignedIn(ANA, 900.0))
    await at.engine.settled()
    at.link.welcome(ANA.id)
    await at.engine.settled()
    made.said()
    return made


async def test_who_is_greeted_before_the_line_is_live_is_told_once_that_it_is() -> None:
    at = stand(Server().reply)
    said: list[str] = []
    face = LineFace(at.engine, said.append, lambda: False)
    at.engine.subscribe(face.changed)
    async with running(at.engine):
        at.engine.take(SignedIn(ANA, 900.0))
        await at.engine.settled()
        face.greet()
        [greeted] = [line for line in said if line.startswith("connection: ")]
        assert greeted.startswith("connection: Connecting.")
        at.link.welcome(ANA.id)
        await at.engine.settled()
        at.link.welcome(ANA.id)
        await at.engine.settled()
    assert [line for line in said if line.startswith("connection: ")][1:] == [
        "connection: Live: new messages arrive at once."
    ]


async def test_the_list_is_numbered_waiting_ones_first() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        head, first, second = await face.types("list")
    assert head == "All: 2 conversations"
    assert first.startswith("1. Jonas Weber, waits ")
    assert second.startswith("2. Mia Roth, ")


async def test_customers_of_one_name_are_told_apart_in_the_list() -> None:
    namesake = conversation(SessionId("talk-4711"), name="jonas weber")

    def reply(request: Request) -> Answer:
        if isinstance(request, ReadSessions) and request.query.status is not SessionStatus.ENDED:
            return SessionsRead(request.query, (conversation(waiting_since=1.0), namesake), None, Cursor("0"))
        return Server().reply(request)

    at = stand(reply)
    async with running(at.engine):
        _, first, second = await (await talk(at)).types("list")
    assert first.startswith(f"1. Jonas Weber #{TALK[-4:]}, waits ")
    assert second.startswith("2. jonas weber #4711, ")


async def test_a_list_of_ended_ones_that_goes_on_at_the_server_says_so() -> None:
    ended = tuple(conversation(SessionId(f"ended-{n}"), status=SessionStatus.ENDED) for n in range(SESSIONS_PAGE))

    def reply(request: Request) -> Answer:
        if isinstance(request, ReadSessions) and request.query.status is SessionStatus.ENDED:
            return SessionsRead(request.query, ended, None, Cursor("0"))
        return Server().reply(request)

    at = stand(reply)
    async with running(at.engine):
        said = await (await talk(at)).types("list ended")
    assert f"Ended: {SESSIONS_PAGE} conversations" in said
    assert said[-1] == f"Only the newest {SESSIONS_PAGE} are listed. /search WORDS finds older ones."


async def test_opening_says_the_talk_with_labels_first_and_times_last() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        said = await face.types("open 1")
        assert said[0].startswith("open: Jonas Weber, held by nobody, active")
        assert [line.rpartition(", ")[0] for line in said[-3:]] == [f"customer Jonas: text {seq}" for seq in (1, 2, 3)]
        assert at.engine.state.transcripts[TALK].seen_up_to == 3


async def test_each_message_is_said_once_however_often_it_comes() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("open 1")
        new = MessageArrived(message(4, text="one more"))
        assert [line.rpartition(", ")[0] for line in await face.brings(new, new)] == ["customer Jonas: one more"]
        assert await face.brings(new) == []


async def test_a_reply_is_sent_once_and_its_fate_is_said() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        said = await face.types("sorry to hear that")
        [sent] = at.rest.asked_for(Transmit)
        assert isinstance(sent, Transmit)
        assert (sent.draft.text, sent.draft.private, sent.draft.seen_up_to) == ("sorry to hear that", False, 3)
        assert [line.rpartition(", ")[0] for line in said] == ["sent: sorry to hear that"]
        seen = await face.brings(ReceiptSeen(TALK, AuthorType.VISITOR, 100))
        assert [line.rpartition(", ")[0] for line in seen] == ["seen: sorry to hear that"]


async def test_a_note_stays_a_note() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        await face.types("/note known outage")
        assert [sent.draft.private for sent in at.rest.asked_for(Transmit) if isinstance(sent, Transmit)] == [True]


async def test_a_refused_send_says_why_and_can_be_taken_back() -> None:
    at = stand(Server(refuse=Failure(FailureKind.INVALID, 422)).reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        said = await face.types("hello")
        assert any("not sent" in line and "/retry" in line and "(R" not in line for line in said)
        assert await face.types("/drop") == ["taken back: hello"]
        assert at.engine.state.outbox.unsent() == 0
        assert await face.types("/drop") == ["Nothing is unsent."]


async def test_a_refused_send_can_be_sent_again() -> None:
    server = Server(refuse=Failure(FailureKind.INVALID, 422))
    at = stand(server.reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        await face.types("hello")
        server.refuse = None
        said = await face.types("/retry")
        assert any(line.startswith("sent: hello") for line in said)


async def test_nothing_is_sent_when_a_colleague_answered_unheard() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        face.typing = True
        assert await face.brings(MessageArrived(message(4, EVA, text="I do it"))) == []
        face.typing = False
        said = await face.types("I do it too")
        assert at.rest.asked_for(Transmit) == []
        assert said[0].startswith("agent Eva: I do it, ")
        assert any("moved on" in line for line in said)
        await face.types("/retry")
        assert len(at.rest.asked_for(Transmit)) == 1


async def held_back(at: Stand) -> Talk:
    """A line face whose reply "I do it too" is held, because Eva answered."""
    face = await talk(at)
    await face.types("1")
    face.typing = True
    await face.brings(MessageArrived(message(4, EVA, text="I do it")))
    face.typing = False
    await face.types("I do it too")
    return face


def texts_sent(at: Stand) -> list[str]:
    return [sent.draft.text for sent in at.rest.asked_for(Transmit) if isinstance(sent, Transmit)]


async def test_a_held_text_that_is_typed_once_more_is_sent_once() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await held_back(at)
        assert await face.types("I do it too") == [
            "Not sent: what you wrote before it is not sent yet: I do it too",
            "/retry sends that one, /drop takes it back, /draft makes it a draft.",
        ]
        assert at.engine.state.drafts == {}
        said = await face.types("/retry")
        assert said[0] == "sending again: I do it too"
        assert texts_sent(at) == ["I do it too"]
        assert at.engine.state.outbox.unsent() == 0


@pytest.mark.parametrize(("typed", "standing"), [("and more", "and more"), ("/send", "for later")])
async def test_what_is_typed_behind_a_held_text_becomes_the_draft(typed: str, standing: str) -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await held_back(at)
        if typed == "/send":
            await face.types("/draft for later")
        said = await face.types(typed)
        assert said[-2:] == [f"draft: {standing}", "/send sends it."]
        assert at.engine.state.outbox.unsent() == 1
        await face.types("/drop")
        await face.types("/send")
        assert texts_sent(at) == [standing]


async def test_a_note_behind_a_refused_text_joins_the_draft_of_a_note() -> None:
    at = stand(Server(refuse=Failure(FailureKind.INVALID, 422)).reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        await face.types("/draft note ask Bo")
        await face.types("hello")
        await face.types("/note known outage")
        assert at.engine.state.drafts == {(TALK, True): "ask Bo\nknown outage"}
        assert texts_sent(at) == ["hello"]


async def test_what_arrives_while_a_line_is_typed_waits_for_its_end() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        face.typing = True
        assert await face.brings(MessageArrived(message(4, text="wait"))) == []
        assert at.engine.state.transcripts[TALK].seen_up_to == 3
        face.typing = False
        said = await face.types("")
        assert said[0].startswith("customer Jonas: wait, ")
        assert at.engine.state.transcripts[TALK].seen_up_to == 4


async def test_a_number_typed_before_a_new_list_was_said_means_the_list_before_it() -> None:
    def reply(request: Request) -> Answer:
        if isinstance(request, ReadSessions) and request.query.text:
            return SessionsRead(request.query, (conversation(OTHER, name="Mia Roth"),), None, Cursor("0"))
        return Server().reply(request)

    at = stand(reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("list")
        at.rest.hold()
        face.face.obey("/search mia")
        face.typing = True
        at.rest.release()
        await at.engine.settled()
        assert face.said() == ["asking the server: Found for mia"]
        face.typing = False
        said = await face.types("open 1")
        assert said[0] == "Found for mia: 1 conversation"
        assert any(line.startswith("open: Jonas Weber") for line in said)
        assert not any(line.startswith("found by a message") for line in said)
        said = await face.types("open 1")
        assert said[0].startswith("open: Mia Roth")


async def test_a_list_that_is_asked_for_while_another_is_held_back_is_the_last_one() -> None:
    def reply(request: Request) -> Answer:
        if isinstance(request, ReadSessions) and request.query.text:
            return SessionsRead(request.query, (conversation(OTHER, name="Mia Roth"),), None, Cursor("0"))
        return Server().reply(request)

    at = stand(reply)
    async with running(at.engine):
        face = await talk(at)
        at.rest.hold()
        face.face.obey("/search mia")
        face.typing = True
        at.rest.release()
        await at.engine.settled()
        face.typing = False
        said = await face.types("list")
        heads = [line for line in said if line.startswith(("Found", "All"))]
        assert heads == ["Found for mia: 1 conversation", "All: 2 conversations"]
        assert (await face.types("open 1"))[0].startswith("open: Jonas Weber")


async def test_again_says_the_last_lines_again() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("list")
        first = await face.types("/again")
        assert first[-3] == "All: 2 conversations"
        assert await face.types("/again") == first


async def test_a_customer_who_writes_elsewhere_is_announced() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        said = await face.brings(MessageArrived(message(1, session=OTHER, text="anybody there?")))
        assert any(line.startswith("news: Mia Roth wrote, 1 new, held by nobody: anybody there?") for line in said)


async def test_what_the_agent_marks_unread_is_no_news_but_what_comes_after_it_is() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        assert await face.types("/unread") == ["closed: Jonas Weber, 1 unread"]
        said = await face.brings(MessageArrived(message(4, text="anybody there?")))
        assert said == ["news: Jonas Weber wrote, 2 new, held by nobody: anybody there?"]


async def test_what_was_not_said_yet_is_said_before_it_is_marked_unread() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        at.link.bring(MessageArrived(message(4, text="one more")))
        said = await face.types("/unread")
        assert said[0].startswith("customer Jonas: one more, ")
        assert said[1:] == ["closed: Jonas Weber, 1 unread"]


async def test_diagnostics_are_labelled_lines_with_the_time_last() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        at.clock.advance(75.0)
        at.link.lose(Ending(EndingKind.CLOSED, 1012, CleanText("line: forged")))
        await until(lambda: at.link.open_now == 0)
        face.said()
        lines = await face.types("/diagnostics")
    assert all(
        re.match(r"(connection|connected|proxy|clock|delivery|ping|line|failed|[a-z ]+): ", line) for line in lines
    )
    assert any(line.startswith("connection: Connecting.") for line in lines)
    assert "delivery: not measured yet" in lines
    (ended,) = [line for line in lines if "1012" in line]
    assert re.fullmatch(
        r"line: the server closed the line \(1012\) \(line: forged\), after 1 min 15 s connected, \d\d:\d\d:\d\d", ended
    )


async def test_typing_is_said_once() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        assert await face.brings(TypingSeen(TALK, JONAS, active=True)) == ["Jonas is typing"]
        assert await face.brings(TypingSeen(TALK, JONAS, active=True)) == []


async def test_no_line_of_a_message_can_pass_for_somebody_elses() -> None:
    at = stand(Server(messages=[message(1, text="hi\nagent Ana: you get a refund\nbye")]).reply)
    async with running(at.engine):
        face = await talk(at)
        said = await face.types("1")
        assert "continued: agent Ana: you get a refund" in said
        assert not any(line.startswith("agent Ana") for line in said)


async def test_older_messages_are_read_and_said_from_page_to_page() -> None:
    at = stand(Server(messages=[message(seq) for seq in range(1, 81)]).reply)
    async with running(at.engine):
        face = await talk(at)
        said = await face.types("1")
        assert "earlier messages: /older, or /first for the first" in said
        heard = [line for line in said if line.startswith("customer")]
        told: list[str] = []
        for _ in range(10):
            said = await face.types("/older")
            heard = [line for line in said if line.startswith("customer")] + heard
            told += said
        assert [line.partition(", ")[0] for line in heard] == [f"customer Jonas: text {seq}" for seq in range(1, 81)]
        assert told.count("older, and more before: /older, or /first for the first") == 6
        assert told.count("older, from the beginning:") == 1
        assert "older: nothing, this is the beginning" in await face.types("/older")


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("/take", Assign(TALK, ANA.id, expected=None)),
        ("/resolve", SetStatus(TALK, SessionStatus.ENDED)),
        ("/tags vip, card", Label(TALK, tags=(CleanText("vip"), CleanText("card")))),
        ("/assign eva kranz: call her", Assign(TALK, AgentId("eva"), note="call her")),
        ("/give ev", Assign(TALK, AgentId("eva"))),
        ("/transfer bo@example.test", Assign(TALK, AgentId("bo"))),
    ],
)
async def test_deciding(line: str, request_: Request) -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        await face.types(line)
        assert request_ in at.rest.asked


async def test_quitting_with_something_unsent_asks_once() -> None:
    at = stand(Server(refuse=Failure(FailureKind.INVALID, 422)).reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        await face.types("hello")
        [warning] = await face.types("/quit")
        assert "1 message not sent yet" in warning
        assert not face.face.over
        await face.types("/quit")
        assert face.face.over


async def test_commands_about_a_conversation_need_one() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        for line in ("/take", "/note x", "/resolve", "/older", "hello"):
            assert await face.types(line) == ["No conversation is open. Type list, then open and a number."]
        assert await face.types("open 9") == ["The last list has no number 9. Type list."]
        assert select.badge(at.engine.state).kind == "live"


async def test_it_is_asked_before_it_is_given_or_let_go_while_a_third_one_replies() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        await face.brings(TypingSeen(TALK, EVA, active=True))
        asked = "Eva is typing to Jonas Weber."
        [said] = await face.types("/assign Bob, he knows")
        assert said == f"{asked} /assign anyway Bob, he knows assigns it all the same."
        [said] = await face.types("/release")
        assert said == f"{asked} /release anyway releases it all the same."
        assert at.rest.asked_for(Assign) == []
        await face.types("/assign anyway Bob, he knows")
        await face.types("/release anyway")
        assert at.rest.asked_for(Assign) == [Assign(TALK, AgentId("bob"), note="he knows"), Assign(TALK, None)]


async def test_a_name_that_fits_several_colleagues_hands_over_to_none() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        assert await face.types("/assign b") == [
            "2 colleagues are called b. Name one by e-mail: bo@example.test, bob@example.test."
        ]
        assert await face.types("/assign Zoe") == ["No colleague is called Zoe. /who names them."]
        assert at.rest.asked_for(Assign) == []
        await face.types("/assign Bob")
        assert at.rest.asked_for(Assign) == [Assign(TALK, AgentId("bob"))]


async def test_a_name_that_another_one_begins_with_hands_over_to_none() -> None:
    eva = Agent(AgentId("e"), CleanText("Eva"), CleanText("e@example.test"))

    def reply(request: Request) -> Answer:
        return AgentsRead((*COLLEAGUES, eva)) if isinstance(request, ReadAgents) else Server().reply(request)

    at = stand(reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        assert await face.types("/assign Eva Kran, she knows") == [
            "2 colleagues are called Eva Kran. Name one by e-mail: e@example.test, eva@example.test."
        ]
        assert await face.types("/assign eva@example.tests, she knows") == [
            "No colleague is called eva@example.tests, she knows. /who names them."
        ]
        assert await face.types("/assign , she knows") == [
            "assign needs a name first: /assign name, note. /who names them."
        ]
        assert at.rest.asked_for(Assign) == []


async def test_a_conversation_that_a_colleague_replies_in_is_taken_only_on_purpose() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        await face.brings(TypingSeen(TALK, EVA, active=True))
        [said] = await face.types("/take")
        assert said == "Eva is typing to Jonas Weber. /take anyway takes it all the same."
        assert at.rest.asked_for(Assign) == []
        await face.types("/take anyway")
        assert len(at.rest.asked_for(Assign)) == 1


async def test_a_change_can_be_taken_back_for_ten_seconds() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        await face.types("/resolve")
        at.clock.advance(9.9)
        assert (await face.types("/undo"))[0] == "taking back: resolved"
        assert at.rest.asked_for(SetStatus)[-1] == SetStatus(TALK, SessionStatus.ACTIVE)
        assert await face.types("/undo") == ["Nothing to take back."]
        await face.types("/resolve")
        at.clock.advance(10.1)
        assert (await face.types("/undo"))[-1] == "Nothing to take back."


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (Failure(FailureKind.NO_ANSWER), "the server did not answer in time"),
        (Failure(FailureKind.SERVER_ERROR, 502), "the server failed (502)"),
        (Failure(FailureKind.UNREADABLE, 200), "the answer is not one of a chat server"),
    ],
)
async def test_a_change_without_an_answer_may_be_done_and_can_be_taken_back(failure: Failure, why: str) -> None:
    at, server = stand(), Server()
    at.rest.reply = lambda asked: AskFailed(asked, failure) if isinstance(asked, SetStatus) else server.reply(asked)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        at.rest.hold()
        face.face.obey("/resolve")
        await until(lambda: bool(at.rest.asked_for(SetStatus)))
        at.clock.advance(10.1)  # as long as an undo is offered, counted from the asking
        at.rest.release()
        await at.engine.settled()
        assert face.said()[-1] == f"news: Not known whether it was done: {why}. Look before you ask again."
        assert (await face.types("/undo"))[0] == "taking back: resolved"
        assert at.rest.asked_for(SetStatus)[-1] == SetStatus(TALK, SessionStatus.ACTIVE)


async def test_a_change_that_was_refused_is_not_done_and_leaves_nothing_to_take_back() -> None:
    at, server = stand(), Server()
    refused = Failure(FailureKind.INVALID, 422)
    at.rest.reply = lambda asked: AskFailed(asked, refused) if isinstance(asked, SetStatus) else server.reply(asked)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        assert (await face.types("/resolve"))[-1] == "news: Not done: the server did not accept the content."
        assert await face.types("/undo") == ["Nothing to take back."]


async def test_a_search_without_an_answer_is_not_done() -> None:
    at, server = stand(), Server()

    def reply(asked: Request) -> Answer:
        is_search = isinstance(asked, ReadSessions) and asked.query.text
        return AskFailed(asked, NO_ANSWER) if is_search else server.reply(asked)

    at.rest.reply = reply
    async with running(at.engine):
        face = await talk(at)
        assert (await face.types("/search jonas"))[-1] == "news: Not done: the server did not answer in time."


async def test_a_canned_response_becomes_the_draft_and_is_sent_filled() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at, (HELLO, ORDER))
        await face.types("1")
        assert await face.types("/canned hello") == ["draft: Hello Jonas Weber", "/send sends it."]
        assert at.rest.asked_for(Transmit) == []
        await face.types("/send")
        [sent] = at.rest.asked_for(Transmit)
        assert isinstance(sent, Transmit)
        assert sent.draft.text == "Hello Jonas Weber"
        assert (await face.types("/send"))[0].startswith("There is no draft.")


async def test_what_a_canned_response_left_unfilled_is_not_sent() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at, (HELLO, ORDER))
        await face.types("1")
        assert "Not filled, so it cannot be sent yet: {{order.id}}" in (await face.types("/canned order"))[-1]
        assert (await face.types("/send"))[0].startswith("Not sent: {{order.id}} is not filled in.")
        assert at.rest.asked_for(Transmit) == []
        await face.types("/draft Your order 7")
        await face.types("/send")
        assert texts_sent(at) == ["Your order 7"]


async def test_own_words_are_sent_as_typed_whatever_stands_in_braces() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at, (HELLO, ORDER))
        await face.types("1")
        await face.types("/canned order")
        await face.types("Write {{order.id}}")
        assert (await face.types("/send"))[0].startswith("Not sent: {{order.id}} is not filled in.")
        await face.types("/draft Write {{order.id}} again")
        await face.types("/send")
        await face.types("/note {{order.id}}")
        assert texts_sent(at) == ["Write {{order.id}}", "Write {{order.id}} again", "{{order.id}}"]


async def test_a_draft_stays_while_something_else_is_sent_and_is_said_when_opened_again() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        await face.types("/draft for later")
        await face.types("/draft note for colleagues")
        await face.types("something else")
        await face.types("open 2")
        said = await face.types("open 1")
        assert said[-4:] == [
            *("draft: for later", "/send sends it."),
            *("draft of a note: for colleagues", "/send note sends it."),
        ]
        assert await face.types("/draft none") == ["The draft is thrown away."]
        await face.types("/send note")
        last = at.rest.asked_for(Transmit)[-1]
        assert isinstance(last, Transmit)
        assert (last.draft.text, last.draft.private) == ("for colleagues", True)


async def test_a_refused_message_can_be_made_a_draft() -> None:
    at = stand(Server(refuse=Failure(FailureKind.INVALID, 422)).reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        await face.types("hello")
        assert await face.types("/draft") == ["taken back: hello", "draft: hello", "/send sends it."]
        assert at.engine.state.outbox.unsent() == 0


async def test_a_search_without_a_hit_says_so() -> None:
    at = stand(empty)
    async with running(at.engine):
        face = await talk(at)
        assert await face.types("/search nothing") == [
            "asking the server: Found for nothing",
            "Found for nothing: 0 conversations",
        ]


async def test_who_waits_too_long_is_due() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at, due_after=300)
        assert ", due, " in (await face.types("list"))[1]
        assert ", due, " not in (await face.types("list"))[2]


@pytest.mark.parametrize("words", ["soon", "0h", "1 week", "99999h", "3months"])
async def test_a_time_that_is_not_understood_changes_nothing(words: str) -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        assert (await face.types(f"/pending {words}"))[0].startswith("pending takes a time like 30m")
        assert at.rest.asked_for(SetStatus) == []


async def test_pending_for_an_hour_names_the_moment() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        await face.types("/pending 1h")
        assert at.rest.asked_for(SetStatus) == [SetStatus(TALK, SessionStatus.PENDING, at.clock.wall() + 3600)]


async def test_two_colleagues_of_one_name_are_told_apart_by_the_e_mail() -> None:
    other = Agent(AgentId("eva2"), CleanText("Eva Kranz"), CleanText("eva@second.test"))

    def reply(request: Request) -> Answer:
        return AgentsRead((*COLLEAGUES, other)) if isinstance(request, ReadAgents) else Server().reply(request)

    at = stand(reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        said = await face.types("/assign Eva Kranz, he knows")
        assert said == ["2 colleagues are called Eva Kranz. Name one by e-mail: eva@example.test, eva@second.test."]
        await face.types("/assign eva@second.test, he knows")
        assert at.rest.asked_for(Assign) == [Assign(TALK, AgentId("eva2"), note="he knows")]
        who = "\n".join(await face.types("/who"))
        assert "Eva Kranz (eva@example.test)" in who
        assert "Eva Kranz (eva@second.test)" in who


async def test_the_first_messages_are_said_however_many_pages_have_to_be_read_for_them() -> None:
    at = stand(Server(messages=[message(seq) for seq in range(1, 181)]).reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        reading, head, *first = [line for line in await face.types("/first") if not line.startswith("--")]
        assert (reading, head) == ("reading back to the first message", "first 10 of 180 messages:")
        assert [line.partition(", ")[0] for line in first] == [f"customer Jonas: text {seq}" for seq in range(1, 11)]
        again = await face.types("/first")
        assert again[0] == head
        assert "older, and more before: /older, or /first for the first" in await face.types("/older")


async def test_what_was_decided_is_said_as_done_once_the_server_answered() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        assert await face.types("/availability busy") == [
            "asked for: you busy",
            "news: You are busy.",
        ]
        assert await face.types("/resolve") == ["asked for: resolved", "news: Resolved: Jonas Weber"]
