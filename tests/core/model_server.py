"""The truth of the model world: lists, a log, and what HTTP requests do to them."""

import json
import re
from dataclasses import dataclass, field
from typing import Final

from tests.core.desk import ANA, ME, conversation, message
from tms_tui.domain.effects import (
    MarkRead,
    ReadAgents,
    ReadCanned,
    ReadLog,
    ReadPage,
    ReadSession,
    ReadSessions,
    Request,
    Transmit,
)
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    AgentsRead,
    Answer,
    AskFailed,
    CannedRead,
    Event,
    LinkProven,
    LinkWelcomed,
    LogRead,
    MessageArrived,
    PageRead,
    ReadMarked,
    SendStored,
    SessionRead,
    SessionsRead,
)
from tms_tui.domain.ids import Cursor, SendId, SessionId
from tms_tui.domain.model import Author, AuthorType, Message, Session, SessionStatus
from tms_tui.protocol.rest import HttpRequest, spell

TALKS: Final = (SessionId("a"), SessionId("b"), SessionId("c"))
PAGE: Final = 5
LOG_KEPT: Final = 25
_PUBLIC_PATH: Final = re.compile(r"/v1/chat/sessions/([abc])/messages")


@dataclass
class ModelServer:
    """Stores each send once by its id, refuses what a colleague's answer has made stale, forgets old events."""

    lists: dict[SessionId, list[Message]] = field(default_factory=lambda: {talk: [] for talk in TALKS})
    log: list[MessageArrived] = field(default_factory=list)
    news: list[MessageArrived] = field(default_factory=list)
    """Stored since somebody last looked."""

    def store(
        self, talk: SessionId, author: Author, *, text: str = "", send_id: SendId | None = None, private: bool = False
    ) -> Message:
        """Store a message, or find the one that has this id."""
        stored = self.lists[talk]
        known = next((one for one in reversed(stored) if send_id is not None and one.send_id == send_id), None)
        if known is not None:
            return known
        one = message(len(stored) + 1, author, text=text, send_id=send_id, session=talk, private=private)
        stored.append(one)
        event = MessageArrived(one, Cursor(str(len(self.log) + 1)))
        self.log.append(event)
        self.news.append(event)
        return one

    def session(self, talk: SessionId) -> Session:
        stored = self.lists[talk]
        return conversation(talk, version=1 + len(stored), activity=len(stored))

    def since(self, after: Cursor | None) -> list[MessageArrived] | None:
        """The events after a cursor; None when they are forgotten."""
        behind = len(self.log) - int(after) if after is not None else LOG_KEPT + 1
        return None if behind > LOG_KEPT else self.log[len(self.log) - behind :]

    def welcome(self, after: Cursor | None) -> list[Event]:
        """What a new socket says first."""
        newer = self.since(after)
        end = Cursor(str(len(self.log)))
        return [LinkWelcomed(ANA.id, 0.0, newer is not None, end), LinkProven(0.01), *(newer or ())]

    def answer(self, request: Request) -> Answer:  # noqa: PLR0911 - one flat table of answers
        """Do what is asked. A send is read from the very bytes that would leave."""
        match request:
            case Transmit():
                return self._sent(request, spell(request))
            case MarkRead():
                return ReadMarked(request.session, request.up_to)
            case ReadSessions(query):
                talks = tuple(map(self.session, TALKS)) if query.status is SessionStatus.ACTIVE else ()
                return SessionsRead(query, talks, None, Cursor(str(len(self.log))))
            case ReadSession(talk):
                return SessionRead(self.session(talk))
            case ReadPage(talk, before, after):
                return self._page(talk, before, after)
            case ReadLog(after):
                return self._read_log(after)
            case ReadAgents():
                return AgentsRead(())
            case ReadCanned():
                return CannedRead(())
            case _:
                raise AssertionError(request)

    def _sent(self, request: Transmit, call: HttpRequest) -> Answer:
        found = _PUBLIC_PATH.fullmatch(call.path)
        assert call.method == "POST"
        assert found is not None, call.path
        talk = SessionId(found[1])
        body = json.loads(call.body or b"")
        send_id, guard, private = (
            SendId(body["client_message_id"]),
            body.get("if_last_seq"),
            body.get("is_private", False),
        )
        is_known = any(one.send_id == send_id for one in self.lists[talk])
        if guard is not None and not is_known and self._answered_by_another(talk, guard):
            return AskFailed(request, Failure(FailureKind.MOVED_ON, 409))
        return SendStored(send_id, self.store(talk, ME, text=body["content"], send_id=send_id, private=private))

    def _answered_by_another(self, talk: SessionId, guard: int) -> bool:
        newer = self.lists[talk][guard:]
        return any(one.author.type is AuthorType.AGENT and one.author != ME and not one.private for one in newer)

    def _page(self, talk: SessionId, before: int | None, after: int | None) -> PageRead:
        stored = self.lists[talk]
        if after is not None:
            rest = stored[after:]
            return PageRead(talk, tuple(rest[:PAGE]), len(rest) > PAGE, before, after)
        rest = stored[: before - 1] if before is not None else stored
        return PageRead(talk, tuple(rest[-PAGE:]), len(rest) > PAGE, before, after)

    def _read_log(self, after: Cursor) -> Answer:
        newer = self.since(after)
        if newer is None:
            return AskFailed(ReadLog(after), Failure(FailureKind.EXPIRED, 410))
        events = newer[:PAGE]
        end = Cursor(str(int(after) + len(events)))
        return LogRead(after, tuple(events), end, has_more=len(newer) > PAGE)
