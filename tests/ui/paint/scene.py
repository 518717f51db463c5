"""People, messages and conversations for the painters' tests."""

from tms_tui.core.state import State
from tms_tui.core.transcript import merge
from tms_tui.domain.entries import Delivery, PendingSend
from tms_tui.domain.ids import AgentId, MessageId, SendId, SessionId, TenantId
from tms_tui.domain.model import (
    Author,
    AuthorType,
    Customer,
    Draft,
    Message,
    Role,
    Session,
    SessionStatus,
    User,
)
from tms_tui.domain.text import clean, clean_line

TALK = SessionId("talk")
NOON = 1_795_176_000.0  # a Friday, in whichever zone the tests run
ME = AgentId("ana")

JONAS = Author(AuthorType.VISITOR, None, clean_line("Jonas"))
EVA = Author(AuthorType.AGENT, "eva", clean_line("Eva"))
ANA = Author(AuthorType.AGENT, ME, clean_line("Ana"))
SYSTEM = Author(AuthorType.SYSTEM, None, clean_line(""))


def message(
    seq: int,
    text: str = "",
    author: Author = JONAS,
    *,
    at: float | None = None,
    private: bool = False,
    tampered: int = 0,
    session: SessionId = TALK,
) -> Message:
    """A stored message, one minute after the one before."""
    return Message(
        MessageId(f"{session}-{seq:06}"),
        session,
        seq,
        author,
        clean(text or f"message {seq}"),
        NOON + 60 * seq if at is None else at,
        private=private,
        tampered=tampered,
    )


def pending(
    text: str, delivery: Delivery = Delivery.SENDING, *, name: str = "send-1", private: bool = False
) -> PendingSend:
    """An own message on its way."""
    return PendingSend(Draft(SendId(name), TALK, text, private, NOON), delivery, 0.0)


def signed_in() -> State:
    """A desk that Ana signed in to, holding nothing yet."""
    state = State()
    state.me = User(ME, TenantId("shop"), clean_line("Ana"), clean_line("ana@shop.example"), Role.AGENT)
    return state


def hold(state: State, first: int, last: int, session: SessionId = TALK) -> None:
    """Let the desk hold messages `first` to `last`."""
    merge(state.transcript(session), [message(seq, session=session) for seq in range(first, last + 1)])
    state.transcripts[session].loaded = True


def conversation(name: str, number: int, **fields: object) -> Session:
    """A conversation with a customer of that name."""
    return Session(
        SessionId(f"session-{number:04}"),
        TenantId("shop"),
        fields.pop("status", SessionStatus.ACTIVE),  # type: ignore[arg-type]
        Customer(None, clean_line(name), online=bool(fields.pop("online", False))),
        NOON - 600,
        NOON,
        1,
        **fields,  # type: ignore[arg-type]
    )
