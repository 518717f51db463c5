"""What changes of one batch ask for, what is found, and what they write."""

from collections.abc import Collection
from dataclasses import dataclass, field

from tms_tui.protocol import wire
from tms_tui.server.store.conversation import Conversation
from tms_tui.server.store.log import Logged

Name = tuple[str, str, str]
"""A message by its conversation, its author, and the id that its author gave it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one change needs to know: its conversation; of a message whether its author has sent it before.

    `network`: from where a customer writes. It is None for all others, whom no block concerns.
    """

    session_id: str
    author_id: str = ""
    client_message_id: str | None = None
    network: str | None = None

    @property
    def name(self) -> Name | None:
        named = self.client_message_id
        return None if named is None else (self.session_id, self.author_id, named)


@dataclass(frozen=True, slots=True)
class AskedStart:
    """What a start needs to know: the conversation its name led to before, and who wrote under its e-mail."""

    key: str
    network: str
    email_digest: str | None = None


@dataclass(slots=True)
class Found:
    """What was asked for; the conversations stay locked until the commit. `kept_out`: the marks that blocks go by."""

    conversations: dict[str, Conversation] = field(default_factory=dict)
    known: dict[Name, wire.Message] = field(default_factory=dict)
    kept_out: set[str] = field(default_factory=set)
    begun: dict[str, str] = field(default_factory=dict)
    """Conversation by the key of its start."""
    customers: dict[str, str] = field(default_factory=dict)
    """Customer by the digest of an e-mail."""

    def began(self, starts: dict[str, str], conversations: dict[str, Conversation]) -> None:
        """Lets those after them find what started just now."""
        self.begun |= starts
        self.conversations |= conversations
        for one in conversations.values():
            if one.email_digest is not None and one.customer_id is not None:
                self.customers[one.email_digest] = one.customer_id


@dataclass(slots=True)
class Rows:
    """What is to be written, in this order. `begun` and `saved` are conversations by their ids."""

    begun: dict[str, Conversation] = field(default_factory=dict)
    starts: dict[str, str] = field(default_factory=dict)
    messages: list[wire.Message] = field(default_factory=list)
    saved: dict[str, Conversation] = field(default_factory=dict)
    events: list[Logged] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.begun or self.starts or self.messages or self.saved or self.events)

    def save(self, conversations: dict[str, Conversation]) -> None:
        """What begins in the same batch is written as it is in the end."""
        for session_id, conversation in conversations.items():
            (self.begun if session_id in self.begun else self.saved)[session_id] = conversation


@dataclass(slots=True)
class Wanted:
    """What is read once it is known where the starts led to before."""

    sessions: list[str]
    names: set[Name]
    marks: set[str]


def name_of(message: wire.Message) -> Name:
    return message.session_id, message.author_id or "", message.client_message_id or ""


def wanted(asked: Collection[Asked | AskedStart], found: Found) -> Wanted:
    sessions_asked = [one.session_id for one in asked if isinstance(one, Asked)]
    names = {one.name for one in asked if isinstance(one, Asked) and one.name is not None}
    emails = {one.email_digest for one in asked if isinstance(one, AskedStart) and one.email_digest is not None}
    networks = {one.network for one in asked if one.network is not None}
    marks = networks | emails | set(found.customers.values())
    return Wanted(list(dict.fromkeys([*sessions_asked, *found.begun.values()])), names, marks)
