"""The ways between a model server and the core: sockets that break, requests that fail or answer late, a slow disk."""

import random
from collections import deque
from dataclasses import dataclass, field

from tests.core.desk import Desk, Rules
from tests.core.disk import Disk
from tests.core.model_server import ModelServer
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
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import AskFailed, Event, LinkLost, LinkNotReplaced, LinkWelcomed, TokenRenewed
from tms_tui.domain.ids import Cursor
from tms_tui.domain.model import Draft


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
class Ways:
    """A server, a disk, and all that is on its way from and to a desk that goes by `rules`."""

    chance: random.Random
    lossy: bool = False
    """Whether an open socket drops, doubles and reorders frames."""
    rules: Rules = apply
    server: ModelServer = field(default_factory=ModelServer)
    disk: Disk = field(default_factory=Disk)
    wire: deque[Event] | None = None
    """Frames on their way; None while no socket is open."""
    spare: deque[Event] | None = None
    """Frames on their way by a second socket, which is to take the first one's place."""
    requests: list[Request] = field(default_factory=list)
    broken: bool = True
    """Whether things go wrong at all."""
    left: list[tuple[Draft, bool]] = field(default_factory=list)
    """What was given away to be sent, and whether it was kept by then."""
    replaced: int = 0
    connects: int = 0
    failures: int = 0
    mangled: int = 0

    def __post_init__(self) -> None:
        self.desk = self.new_desk()

    def new_desk(self) -> Desk:
        desk = Desk(rules=self.rules)
        desk.state.keeps = True
        return desk

    def take(self, event: Event) -> None:
        self.desk.chance = self.chance.random()
        self.desk.take(event)
        self.perform()

    def start(self) -> None:
        self.desk.sign_in(lifetime=10.0**9)
        self.perform()

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
        self.perform()

    def lull(self) -> None:
        """For a while nothing more goes wrong, and what is under way ends; a lossy socket stays so."""
        self.broken = False
        self.let_end()
        self.broken = True

    def let_end(self) -> None:
        while self.requests or self.wire or self.spare or self.disk.waiting:
            self.request_ends()
            self.second_socket_speaks()
            self.frame_arrives()
            self.disk_writes()
            self.tell_news()

    def tell_news(self) -> None:
        for wire in (self.wire, self.spare):
            if wire is not None:
                wire.extend(self.server.news)
        self.server.news.clear()

    def perform(self) -> None:
        effects, self.desk.effects = self.desk.effects, []
        for effect in effects:
            if isinstance(effect, LinkEffect):
                self._on_line(effect)
            elif isinstance(effect, Request):
                if isinstance(effect, Transmit):
                    self.left.append((effect.draft, effect.draft.send_id in self.disk.sends))
                self.requests.append(effect)
            elif isinstance(effect, KeepEffect):
                self.disk.waiting.append(effect)

    def _on_line(self, effect: LinkEffect) -> None:
        self.tell_news()
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
