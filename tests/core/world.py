"""A world around the core: a model server, a socket that breaks, requests that fail or answer late, a slow disk."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tests.core.desk import EPOCH, EVA, JONAS, Desk, Rules
from tests.core.disk import Disk
from tests.core.model_server import TALKS, ModelServer
from tms_tui.core.apply import apply
from tms_tui.domain.effects import (
    CloseLink,
    KeepEffect,
    LinkEffect,
    OpenLink,
    ReplaceLink,
    Request,
    StopReplacing,
    Transmit,
)
from tms_tui.domain.entries import Delivery
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    ComposerChanged,
    Event,
    LinkLost,
    LinkNotReplaced,
    LinkWelcomed,
    ResendAsked,
    SendAsked,
    SendDropped,
    SessionOpened,
    TokenRenewed,
)
from tms_tui.domain.ids import Cursor, SendId, SessionId
from tms_tui.domain.model import Draft

WAITS_FOR_THE_AGENT: Final = (Delivery.HELD, Delivery.REFUSED)


def mangle(wire: deque[Event], chance: random.Random) -> bool:
    """Lose, double or delay the next frame, or do nothing; which of the two."""
    fate = chance.random()
    if fate < 0.15:
        wire.popleft()
    elif fate < 0.3:
        wire.append(wire[0])
    elif fate < 0.45:
        wire.rotate(-1)
    return fate < 0.45


@dataclass
class World:
    """The truth, and the ways it reaches a desk that goes by `rules`."""

    chance: random.Random
    lossy: bool = False
    """Whether an open socket drops, doubles and reorders frames."""
    rules: Rules = apply
    server: ModelServer = field(default_factory=ModelServer)
    disk: Disk = field(default_factory=Disk)
    wire: deque[Event] | None = None
    """Frames on their way; None while no socket is open."""
    requests: list[Request] = field(default_factory=list)
    broken: bool = True
    """Whether things go wrong at all."""
    asked: dict[SendId, Draft] = field(default_factory=dict)
    """Every intent to send that was not given up, in the order of asking."""
    given_up: dict[SendId, Draft] = field(default_factory=dict)
    composers: dict[tuple[SessionId, bool], str] = field(default_factory=dict)
    spare: deque[Event] | None = None
    """Frames on their way by a second socket, which is to take the first one's place."""
    replaced: int = 0
    lives: int = 1
    connects: int = 0
    failures: int = 0
    mangled: int = 0

    def __post_init__(self) -> None:
        self.desk = self._new_desk()
        self._names = 0

    # -- what happens ------------------------------------------------------

    def customer_writes(self) -> None:
        self.server.store(self.chance.choice(TALKS), JONAS)

    def colleague_writes(self) -> None:
        self.server.store(self.chance.choice(TALKS), EVA, private=self.chance.random() < 0.3)

    def agent_types(self) -> None:
        talk, private = self.chance.choice(TALKS), self.chance.random() < 0.4
        text = f"half a {'note' if private else 'reply'} {self._name()} in {talk}"
        self.composers[talk, private] = text
        self.take(ComposerChanged(talk, private, text))

    def agent_sends(self) -> None:
        """Send the composer's text, or a new one, having seen all or not quite."""
        talk, private = self.chance.choice(TALKS), self.chance.random() < 0.4
        text = self.composers.get((talk, private)) or f"a {'note' if private else 'reply'} in {talk}"
        seen = max(0, self.desk.state.transcript(talk).newest_seq - self.chance.choice((0, 0, 0, 2)))
        draft = Draft(SendId(self._name()), talk, text, private, EPOCH + self._names, seen)
        self.asked[draft.send_id] = draft
        self.take(SendAsked(draft))
        self._leaves_composer(draft)

    def agent_decides(self) -> None:
        """Send what was held or refused all the same, or give it up."""
        for send in [one for one in self.desk.state.outbox if one.delivery in WAITS_FOR_THE_AGENT]:
            if self.chance.random() < 0.5:
                self._resend(send.draft)
            else:
                self._give_up(send.draft.send_id)
                self.take(SendDropped(send.draft.send_id))
                while self.disk.waiting:  # killed before the disk knows, it would be offered again
                    self.disk_writes()

    def agent_looks(self) -> None:
        self.take(SessionOpened(self.chance.choice(TALKS)))

    def token_is_renewed(self) -> None:
        self.take(TokenRenewed(10.0**9))

    def socket_breaks(self) -> None:
        if self.wire is not None:
            self.wire, self.spare = self.spare, None
            self.take(LinkLost(Ending(EndingKind.LOST)))

    def second_socket_breaks(self) -> None:
        if self.spare is not None:
            self.spare = None
            self.take(LinkNotReplaced(Ending(EndingKind.LOST)))

    def second_socket_speaks(self) -> None:
        """Its first frame is the welcome: the other socket is gone with all that was still on its way."""
        if self.spare:
            self.wire, self.spare = self.spare, None
            self.replaced += 1
            self.take(self.wire.popleft())

    def frame_arrives(self) -> None:
        if not self.wire:
            return
        if self.lossy and not isinstance(self.wire[0], LinkWelcomed):
            self.mangled += mangle(self.wire, self.chance)
        if self.wire:
            self.take(self.wire.popleft())

    def request_ends(self) -> None:
        if not self.requests:
            return
        request = self.requests.pop(self.chance.randrange(len(self.requests)))
        fate = self.chance.random() if self.broken else 0.0
        self.failures += fate >= 0.7
        if fate < 0.7:
            self.take(self.server.answer(request))
        elif fate < 0.8:
            self.take(AskFailed(request, Failure(FailureKind.NOT_REACHED)))
        elif fate < 0.9:
            self.server.answer(request)
            self.take(AskFailed(request, Failure(FailureKind.NO_ANSWER)))
        else:
            self.take(AskFailed(request, Failure(FailureKind.SERVER_ERROR, 500)))

    def disk_writes(self) -> None:
        if self.disk.waiting and (kept := self.disk.write()) is not None:
            self.take(kept)

    def time_passes(self) -> None:
        self.desk.advance(self.chance.choice((0.05, 0.7, 3.0, 21.0)))
        self._perform()

    def console_dies(self) -> None:
        """The process is killed, a new one started; what was under way may have reached disk and server, or not."""
        for _ in range(self.chance.randrange(len(self.disk.waiting) + 1)):
            self.disk.write()
        self.disk.waiting.clear()
        for request in self.requests:
            if self.chance.random() < 0.5:
                self.server.answer(request)
        self._forget_unkept()
        self.requests.clear()
        self.wire = self.spare = None
        self.lives += 1
        self.desk = self._new_desk()
        self.start()
        self.take(self.disk.left())

    def everything(self) -> tuple[Callable[[], None], ...]:
        return (
            self.customer_writes,
            self.colleague_writes,
            self.agent_sends,
            self.agent_looks,
            self.token_is_renewed,
            *(self.second_socket_speaks,) * 2,
            self.second_socket_breaks,
            self.socket_breaks,
            *(self.frame_arrives,) * 4,
            *(self.request_ends,) * 4,
            *(self.disk_writes,) * 3,
            *(self.time_passes,) * 2,
            self.chance.choice((self.agent_types, self.agent_decides, self.agent_types, self.console_dies)),
        )

    # -- running -----------------------------------------------------------

    def take(self, event: Event) -> None:
        self.desk.chance = self.chance.random()
        self.desk.take(event)
        self._perform()

    def start(self) -> None:
        self.desk.sign_in(lifetime=10.0**9)
        self._perform()

    def step(self) -> None:
        """Let one thing happen."""
        self.chance.choice(self.everything())()
        self._news()

    def calm(self) -> None:
        """Nothing goes wrong any more: let everything under way end, and look at every conversation."""
        self.broken = self.lossy = False
        for talk in (*TALKS, *TALKS):
            self.take(SessionOpened(talk))
            for _ in range(20):
                self._let_end()
                self.desk.advance(5.0)
                self._perform()
                for send in [one for one in self.desk.state.outbox if one.delivery in WAITS_FOR_THE_AGENT]:
                    self._resend(send.draft)

    # -- inside --------------------------------------------------------------

    def _name(self) -> str:
        self._names += 1
        return f"s{self._names}"

    def _new_desk(self) -> Desk:
        desk = Desk(rules=self.rules)
        desk.state.keeps = True
        return desk

    def _resend(self, draft: Draft) -> None:
        self.take(ResendAsked(draft.send_id))
        self._leaves_composer(draft)

    def _leaves_composer(self, draft: Draft) -> None:
        """A text that was taken stands in no composer; one that is held stays there."""
        send = self.desk.state.outbox.find(draft.send_id)
        if (send is None or send.delivery is not Delivery.HELD) and self.composers.get(
            (draft.session, draft.private)
        ) == draft.text:
            del self.composers[draft.session, draft.private]

    def _let_end(self) -> None:
        while self.requests or self.wire or self.spare or self.disk.waiting:
            self.request_ends()
            self.second_socket_speaks()
            self.frame_arrives()
            self.disk_writes()
            self._news()

    def _news(self) -> None:
        for wire in (self.wire, self.spare):
            if wire is not None:
                wire.extend(self.server.news)
        self.server.news.clear()

    def _give_up(self, send_id: SendId) -> None:
        self.given_up[send_id] = self.asked.pop(send_id)

    def _forget_unkept(self) -> None:
        """What did not reach the disk is lost with the process; it cannot have left before."""
        stored = {one.send_id for talk in TALKS for one in self.server.lists[talk]}
        for send_id in [one for one in self.asked if one not in self.disk.sends and one not in stored]:
            self._give_up(send_id)
        self.composers = {place: text for place, text in self.disk.drafts.items() if text}

    def _perform(self) -> None:
        effects, self.desk.effects = self.desk.effects, []
        for effect in effects:
            if isinstance(effect, LinkEffect):
                self._on_line(effect)
            elif isinstance(effect, Request):
                if isinstance(effect, Transmit):
                    self._check_leaving(effect.draft)
                self.requests.append(effect)
            elif isinstance(effect, KeepEffect):
                self.disk.waiting.append(effect)

    def _on_line(self, effect: LinkEffect) -> None:
        self._news()
        match effect:
            case OpenLink(after):
                self._open(after)
            case ReplaceLink(after):
                self._open_beside(after)
            case StopReplacing():
                self.spare = None
            case CloseLink(why):
                self.wire = self.spare = None
                self.take(LinkLost(Ending(why)))
            case _:
                return

    def _check_leaving(self, draft: Draft) -> None:
        """Only what the agent asked for leaves, kept, and to where and as what it was meant."""
        meant = self.asked[draft.send_id]
        assert (draft.session, draft.text, draft.private) == (meant.session, meant.text, meant.private)
        assert draft.send_id in self.disk.sends

    def _open(self, after: Cursor | None) -> None:
        if self.broken and self.chance.random() < 0.4:
            self.take(LinkLost(Ending(EndingKind.UNREACHED)))
            return
        self.connects += 1
        self.wire = deque(self.server.welcome(after))

    def _open_beside(self, after: Cursor | None) -> None:
        if self.broken and self.chance.random() < 0.2:
            self.take(LinkNotReplaced(Ending(EndingKind.UNREACHED)))
            return
        self.connects += 1
        self.spare = deque(self.server.welcome(after))
