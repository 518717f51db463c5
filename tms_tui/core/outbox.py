"""Own messages that the server has not confirmed: one queue per conversation, one under way in each."""

from collections.abc import Iterator

from tms_tui.domain.entries import Delivery, PendingSend
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.value import Record, field, replace

LEFT = (Delivery.SENDING, Delivery.DOUBTFUL)
"""States in which the message may be on its way."""
PARKED = (Delivery.REFUSED, Delivery.HELD)
"""States that wait for the agent."""


class Outbox(Record):
    """Queues in the order of asking; a settled send leaves its queue."""

    queues: dict[SessionId, list[PendingSend]] = field(default_factory=dict)
    settled: dict[SendId, None] = field(default_factory=dict)
    """Sends the server confirmed, so that a late failure of the same send is not believed."""

    def of(self, session: SessionId) -> list[PendingSend]:
        return self.queues.get(session, [])

    def find(self, send_id: SendId) -> PendingSend | None:
        return next((send for send in self if send.draft.send_id == send_id), None)

    def __iter__(self) -> Iterator[PendingSend]:
        for queue in self.queues.values():
            yield from queue

    def unsent(self) -> int:
        """How many are not known to be stored."""
        return sum(len(queue) for queue in self.queues.values())


def put(outbox: Outbox, send: PendingSend) -> None:
    """Append to its conversation's queue."""
    outbox.queues.setdefault(send.draft.session, []).append(send)


def change(outbox: Outbox, send_id: SendId, delivery: Delivery, **fields: object) -> PendingSend | None:
    """Replace a pending send by one in another state; None when it is not pending."""
    send = outbox.find(send_id)
    if send is None:
        return None
    changed = replace(send, delivery=delivery, **fields)
    queue = outbox.queues[send.draft.session]
    queue[queue.index(send)] = changed
    return changed


def take_out(outbox: Outbox, send_id: SendId) -> PendingSend | None:
    """Remove a pending send; None when it is not pending."""
    send = outbox.find(send_id)
    if send is None:
        return None
    queue = outbox.queues[send.draft.session]
    queue.remove(send)
    if not queue:
        del outbox.queues[send.draft.session]
    return send


def head(outbox: Outbox, session: SessionId) -> PendingSend | None:
    """The send to transmit next: the first of its queue, when nothing is under way and nothing is parked before it."""
    queue = outbox.of(session)
    if queue and queue[0].kept and queue[0].delivery is Delivery.QUEUED:
        return queue[0]
    return None
