"""A world around the core: what people do in it, and what becomes of the process."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tests.core.desk import EPOCH, EVA, JONAS
from tests.core.model_server import TALKS
from tests.core.ways import Ways
from tms_tui.domain.entries import Delivery
from tms_tui.domain.events import (
    ComposerChanged,
    ResendAsked,
    SendAsked,
    SendDropped,
    SessionOpened,
)
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import Draft

WAITS_FOR_THE_AGENT: Final = (Delivery.HELD, Delivery.REFUSED)


@dataclass
class World(Ways):
    """Customers who write, colleagues who answer, an agent at the desk, and a process that is killed."""

    asked: dict[SendId, Draft] = field(default_factory=dict)
    """Every intent to send that was not given up, in the order of asking."""
    given_up: dict[SendId, Draft] = field(default_factory=dict)
    composers: dict[tuple[SessionId, bool], str] = field(default_factory=dict)
    lives: int = 1
    names: int = 0

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
        draft = Draft(SendId(self._name()), talk, text, private, EPOCH + self.names, seen)
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
        self.desk = self.new_desk()
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
            self.lull,
            *(self.frame_arrives,) * 4,
            *(self.request_ends,) * 4,
            *(self.disk_writes,) * 3,
            *(self.time_passes,) * 2,
            self.chance.choice((self.agent_types, self.agent_decides, self.agent_types, self.console_dies)),
        )

    # -- running -----------------------------------------------------------

    def step(self) -> None:
        """Let one thing happen."""
        self.chance.choice(self.everything())()
        self.tell_news()

    def drizzle(self) -> None:
        """The line holds, requests are answered; only frames are lost, doubled and late, if they are at all."""
        for talk in TALKS:
            self.take(SessionOpened(talk))
            self.lull()
        for happens in (self.customer_writes, self.colleague_writes, self.time_passes) * 5:
            happens()
            self.tell_news()
            self.lull()

    def calm(self) -> None:
        """Nothing goes wrong any more: let everything under way end, and look at every conversation."""
        self.broken = self.lossy = False
        for talk in (*TALKS, *TALKS):
            self.take(SessionOpened(talk))
            for _ in range(20):
                self.let_end()
                self.desk.advance(5.0)
                self.perform()
                for send in [one for one in self.desk.state.outbox if one.delivery in WAITS_FOR_THE_AGENT]:
                    self._resend(send.draft)

    # -- inside --------------------------------------------------------------

    def _name(self) -> str:
        self.names += 1
        return f"s{self.names}"

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

    def _give_up(self, send_id: SendId) -> None:
        self.given_up[send_id] = self.asked.pop(send_id)

    def _forget_unkept(self) -> None:
        """What did not reach the disk is lost with the process; it cannot have left before."""
        stored = {one.send_id for talk in TALKS for one in self.server.lists[talk]}
        for send_id in [one for one in self.asked if one not in self.disk.sends and one not in stored]:
            self._give_up(send_id)
        self.composers = {place: text for place, text in self.disk.drafts.items() if text}
