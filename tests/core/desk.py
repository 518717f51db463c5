"""A desk without a world: the core alone, its clock wound by hand, its effects kept for the test to see."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tms_tui.core.apply import Outcome, apply
from tms_tui.core.state import Moment, State
from tms_tui.domain.changes import Change
from tms_tui.domain.effects import Effect, Timer, TimerKind, WakeAt
from tms_tui.domain.events import Event, SignedIn, TimerRang
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
from tms_tui.domain.text import CleanText

EPOCH = 1_790_000_000.0
ANA = User(AgentId("ana"), TenantId("t"), CleanText("Ana"), CleanText("ana@example.test"), Role.AGENT)
ME = Author(AuthorType.AGENT, "ana", CleanText("Ana"))
EVA = Author(AuthorType.AGENT, "eva", CleanText("Eva"))
JONAS = Author(AuthorType.VISITOR, None, CleanText("Jonas"))
TALK = SessionId("talk")

E = TypeVar("E")
Rules = Callable[[State, Event, Moment], Outcome]


@dataclass
class Desk:
    """The core under test. `took(kind)` hands over the effects of one kind seen since the last call."""

    state: State = field(default_factory=State)
    now: float = 100.0
    chance: float = 0.5
    effects: list[Effect] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    alarms: dict[Timer, float] = field(default_factory=dict)
    rules: Rules = apply

    def take(self, *events: Event) -> None:
        for event in events:
            outcome = self.rules(self.state, event, Moment(self.now, EPOCH + self.now, self.chance))
            self.changes += outcome.changes
            for effect in outcome.effects:
                if isinstance(effect, WakeAt):
                    self._set(effect)
                else:
                    self.effects.append(effect)

    def sign_in(self, lifetime: float = 900.0) -> None:
        self.take(SignedIn(ANA, lifetime))

    def took(self, kind: type[E]) -> list[E]:
        found: list[E] = [effect for effect in self.effects if isinstance(effect, kind)]
        self.effects = [effect for effect in self.effects if not isinstance(effect, kind)]
        return found

    def saw(self, kind: type[E]) -> list[E]:
        found: list[E] = [change for change in self.changes if isinstance(change, kind)]
        self.changes = [change for change in self.changes if not isinstance(change, kind)]
        return found

    def advance(self, seconds: float) -> None:
        """Wind the clock on; alarms ring on the way, in order."""
        end = self.now + seconds
        while due := [(when, timer) for timer, when in self.alarms.items() if when <= end]:
            when, timer = min(due, key=lambda one: one[0])
            del self.alarms[timer]
            self.now = max(self.now, when)
            self.take(TimerRang(timer))
        self.now = end

    def alarm(self, kind: TimerKind, key: str = "") -> float | None:
        """Seconds until an alarm rings."""
        when = self.alarms.get(Timer(kind, key))
        return None if when is None else when - self.now

    def _set(self, effect: WakeAt) -> None:
        if effect.when is None:
            self.alarms.pop(effect.timer, None)
        else:
            self.alarms[effect.timer] = effect.when


def message(
    seq: int,
    author: Author = JONAS,
    *,
    text: str = "",
    send_id: str | None = None,
    session: SessionId = TALK,
    private: bool = False,
) -> Message:
    return Message(
        MessageId(f"{session}-{seq}"),
        session,
        seq,
        author,
        CleanText(text or f"text {seq}"),
        EPOCH + seq,
        private=private,
        send_id=SendId(send_id) if send_id else None,
    )


def conversation(
    session: SessionId = TALK,
    *,
    version: int = 1,
    status: SessionStatus = SessionStatus.ACTIVE,
    held_by: str | None = None,
    waiting_since: float | None = None,
    name: str = "Jonas Weber",
    activity: float = 0.0,
    unread: int = 0,
    info: tuple[tuple[CleanText, CleanText], ...] | None = (),
) -> Session:
    return Session(
        session,
        TenantId("t"),
        status,
        Customer(None, CleanText(name), info=info),
        EPOCH,
        EPOCH + activity,
        version,
        assigned_agent=AgentId(held_by) if held_by else None,
        assigned_agent_name=CleanText(held_by.title()) if held_by else None,
        waiting_since=waiting_since,
        unread=unread,
    )


def draft(
    send_id: str = "s1",
    *,
    session: SessionId = TALK,
    text: str = "hello",
    private: bool = False,
    seen: int = 0,
) -> Draft:
    return Draft(SendId(send_id), session, text, private, EPOCH, seen)
