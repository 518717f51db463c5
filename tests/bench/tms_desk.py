"""The made-up desk that the fake tms server shows: 200 conversations and the messages sent to them."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from tms_tui.protocol import wire

AGENT: Final = wire.Agent(id="agent-1", name="Bench", email="bench@example.test", availability="online")
COLLEAGUE: Final = wire.Agent(id="agent-2", name="Eva", email="eva@example.test", availability="online")
USER: Final = wire.User(id=AGENT.id, email=AGENT.email, name=AGENT.name, role="agent", tenant_id="tenant-1")
CANNED: Final = [wire.Canned(shortcut="hi", title="Greeting", content="Hello {{customer.name}}")]
CONVERSATIONS: Final = 200
FIRST_MESSAGES: Final = 3


def stamp(moment: datetime) -> str:
    """RFC 3339, UTC, milliseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def session_id(number: int) -> str:
    """The id of conversation `number`, counted from 1."""
    return f"00000000-0000-4000-8000-{number:012d}"


def customer_name(number: int) -> str:
    """Who writes in conversation `number`."""
    return f"Customer {number:03d}"


class EventsPage(msgspec.Struct):
    """`wire.EventsAnswer` with its events encoded already."""

    events: list[msgspec.Raw]
    cursor: str
    has_more: bool


class Desk:
    """Conversation 1 has waited longest, 200 shortest, and all for days: neither order nor waits ever change.

    A message is drafted first, its event encoded, and stands for readers only once it is committed: so that
    what is prepared ahead cannot be read before it is sent.
    """

    def __init__(self) -> None:
        self._opened = datetime.now(UTC) - timedelta(days=3, hours=12)
        self._messages: dict[str, list[wire.Message]] = {}
        self._log: list[msgspec.Raw] = []
        self._drafted: list[tuple[wire.Message, msgspec.Raw]] = []
        self._seqs: Counter[str] = Counter()
        self._known_sends: dict[str, wire.Message] = {}
        for number in range(1, CONVERSATIONS + 1):
            self._messages[session_id(number)] = []
            for count in range(FIRST_MESSAGES):
                self.hear(number, f"opening line {count + 1}")
        self.commit()

    @property
    def cursor(self) -> str:
        """Where the log ends now."""
        return str(len(self._log))

    def hear(self, number: int, text: str) -> bytes:
        """Draft a message of the customer of conversation `number`; its event as JSON."""
        name = customer_name(number)
        writer = f"customer-{number}"
        return self._draft(session_id(number), text, author_type="visitor", author_name=name, author_id=writer)[1]

    def say(self, session: str, body: wire.SendBody) -> tuple[wire.Message, bytes | None]:
        """Draft the agent's message and its event; a known `client_message_id` gives the first one back alone."""
        if known := self._known_sends.get(body.client_message_id):
            return known, None
        message, event = self._draft(
            session,
            body.content,
            author_type="agent",
            author_name=AGENT.name,
            author_id=AGENT.id,
            client_message_id=body.client_message_id,
            is_private=body.is_private,
        )
        self._known_sends[body.client_message_id] = message
        return message, event

    def commit(self) -> None:
        """What was drafted stands from now on."""
        for message, event in self._drafted:
            self._messages[message.session_id].append(message)
            self._log.append(event)
        self._drafted.clear()

    def events(self, after: int, limit: int) -> EventsPage:
        """Up to `limit` events that follow cursor `after`."""
        page = self._log[after : after + limit]
        end = after + len(page)
        return EventsPage(events=page, cursor=str(end), has_more=end < len(self._log))

    def page(self, session: str, before: int | None, after: int | None, limit: int) -> wire.MessagesAnswer:
        """Up to `limit` messages, oldest first: the newest ones, those before a seq, or those after one."""
        held = self._messages[session]
        if after is not None:
            rest = held[after:]
            return wire.MessagesAnswer(messages=rest[:limit], has_more=len(rest) > limit)
        rest = held if before is None else held[: before - 1]
        return wire.MessagesAnswer(messages=rest[-limit:], has_more=len(rest) > limit)

    def sessions(self, start: int, limit: int) -> wire.SessionsAnswer:
        """One page of the list, newest activity first."""
        numbers = range(CONVERSATIONS - start, max(0, CONVERSATIONS - start - limit), -1)
        end = start + len(numbers)
        return wire.SessionsAnswer(
            sessions=[self.session(number) for number in numbers],
            cursor=self.cursor,
            next=str(end) if end < CONVERSATIONS else None,
        )

    def session(self, number: int) -> wire.Session:
        """Conversation `number` as the list shows it."""
        started = self._opened + timedelta(seconds=number)
        newest = self._messages[session_id(number)][-1]
        return wire.Session(
            id=session_id(number),
            tenant_id=USER.tenant_id,
            status="active",
            customer=wire.Customer(name=customer_name(number), email=f"c{number}@example.test", online=True),
            assigned_agent_id=AGENT.id,
            assigned_agent_name=AGENT.name,
            started_at=stamp(started),
            last_activity_at=stamp(started + timedelta(seconds=5)),
            waiting_since=stamp(started),
            version=newest.seq,
            last_message=wire.LastMessage(
                id=newest.id,
                author_type=newest.author_type,
                author_name=newest.author_name,
                preview=newest.content[:80],
                created_at=newest.created_at,
            ),
        )

    def _draft(
        self,
        session: str,
        text: str,
        *,
        author_type: str,
        author_name: str,
        author_id: str,
        client_message_id: str | None = None,
        is_private: bool = False,
    ) -> tuple[wire.Message, msgspec.Raw]:
        self._seqs[session] += 1
        cursor = len(self._log) + len(self._drafted) + 1
        message = wire.Message(
            id=f"m-{cursor}",
            session_id=session,
            seq=self._seqs[session],
            content=text,
            author_type=author_type,
            author_name=author_name,
            author_id=author_id,
            client_message_id=client_message_id,
            is_private=is_private,
            created_at=stamp(datetime.now(UTC)),
        )
        event = msgspec.Raw(msgspec.json.encode(_event(message, str(cursor))))
        self._drafted.append((message, event))
        return message, event


def _event(message: wire.Message, cursor: str) -> wire.Frame:
    return wire.Frame(
        type=wire.CHAT_MESSAGE,
        session_id=message.session_id,
        data=msgspec.Raw(msgspec.json.encode(message)),
        timestamp=message.created_at,
        from_type=message.author_type,
        cursor=cursor,
    )
