"""The line face over the real rules: what is said, once, and what is sent."""

from dataclasses import dataclass, field
from itertools import count

import pytest

from tests.core.desk import ANA, EVA, JONAS, TALK, conversation, message
from tests.engine.fakes import Stand, empty, running, stand
from tms_tui.core import select
from tms_tui.domain.effects import Assign, ReadPage, ReadSessions, Request, SetStatus, Transmit
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    Answer,
    AskFailed,
    MessageArrived,
    PageRead,
    ReceiptSeen,
    SendStored,
    SessionChanged,
    SessionsRead,
    SignedIn,
    TypingSeen,
)
from tms_tui.domain.ids import Cursor, SessionId
from tms_tui.domain.model import AuthorType, Message, SessionStatus
from tms_tui.plain.linear import LineFace

OTHER = SessionId("other")


@dataclass
class Server:
    """Two conversations, the first with `messages`; stores what it is sent."""

    messages: list[Message] = field(default_factory=lambda: [message(seq) for seq in range(1, 4)])
    refuse: Failure | None = None
    seqs: "count[int]" = field(default_factory=lambda: count(100))

    def reply(self, request: Request) -> Answer:
        match request:
            case ReadSessions(query) if query.status is not SessionStatus.ENDED:
                both = (conversation(waiting_since=1.0), conversation(OTHER, name="Mia Roth"))
                return SessionsRead(query, both, None, Cursor("0"))
            case ReadPage(session, before, after, limit) if session == TALK:
                return self._page(before, after, limit)
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

    async def brings(self, *events: MessageArrived | SessionChanged | TypingSeen | ReceiptSeen) -> list[str]:
        for event in events:
            self.at.link.bring(event)
        await self.at.engine.settled()
        return self.said()


async def talk(at: Stand) -> Talk:
    lines: list[str] = []
    made = Talk(at, LineFace(at.engine, lines.append, lambda: made.typing), lines)
    at.engine.subscribe(made.face.changed)
    at.engine.take(SignedIn(ANA, 900.0))
    await at.engine.settled()
    at.link.welcome(ANA.id)
    await at.engine.settled()
    made.said()
    return made


async def test_the_list_is_numbered_waiting_ones_first() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        head, first, second = await face.types("list")
    assert head == "All: 2 conversations"
    assert first.startswith("1. Jonas Weber, waits ")
    assert second.startswith("2. Mia Roth, ")


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
        assert "earlier messages: /older" in said
        heard = [line for line in said if line.startswith("customer")]
        for _ in range(10):
            heard = [line for line in await face.types("/older") if line.startswith("customer")] + heard
        assert [line.partition(", ")[0] for line in heard] == [f"customer Jonas: text {seq}" for seq in range(1, 81)]
        assert "older: nothing, this is the beginning" in await face.types("/older")


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("/take", Assign(TALK, ANA.id, expected=None)),
        ("/resolve", SetStatus(TALK, SessionStatus.ENDED)),
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
