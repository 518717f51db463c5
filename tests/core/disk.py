"""A disk of the model world: it carries out in order, late, and is all that survives a crash."""

from collections import deque
from dataclasses import dataclass, field

from tms_tui.domain.effects import ForgetSend, KeepDraft, KeepEffect, KeepSend
from tms_tui.domain.events import Restored, SendKept
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import Draft


@dataclass
class Disk:
    """What survives a crash, and what has not reached it yet."""

    sends: dict[SendId, Draft] = field(default_factory=dict)
    drafts: dict[tuple[SessionId, bool], str] = field(default_factory=dict)
    waiting: deque[KeepEffect] = field(default_factory=deque)

    def write(self) -> SendKept | None:
        """Carry out what waits longest."""
        match self.waiting.popleft():
            case KeepSend(draft):
                self.sends[draft.send_id] = draft
                return SendKept(draft.send_id)
            case ForgetSend(send_id):
                self.sends.pop(send_id, None)
            case KeepDraft(talk, private, text):
                self.drafts[talk, private] = text
        return None

    def left(self) -> Restored:
        drafts = tuple((talk, private, text) for (talk, private), text in self.drafts.items() if text)
        return Restored(tuple(sorted(self.sends.values(), key=lambda draft: draft.asked_at)), drafts)
