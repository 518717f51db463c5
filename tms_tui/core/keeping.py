"""What survives a crash: sends before they leave, drafts within a second."""

from tms_tui.core import people
from tms_tui.core.state import State, Step
from tms_tui.domain.changes import Notice, NoticeKind
from tms_tui.domain.effects import ForgetSend, KeepDraft, KeepSend, Timer, TimerKind, WakeAt
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import Draft
from tms_tui.domain.policy import DRAFT_KEPT_AFTER
from tms_tui.domain.text import CleanText


def survive(state: State) -> bool:
    """Whether drafts and unsent messages outlive this run."""
    return state.keeps and not state.keep_failed


def keep_send(step: Step, draft: Draft) -> None:
    """Keep a new send, and forget the draft it was; another text, begun since, stays."""
    if step.state.keeps:
        step.do(KeepSend(draft))
    place = (draft.session, draft.private)
    standing = step.state.drafts.get(place)
    if standing is not None and standing.strip() == draft.text:
        put_draft(step.state, draft.session, "", (), private=draft.private)
        draft_changed(step, draft.session, private=draft.private)


def forget_send(step: Step, send_id: SendId) -> None:
    """A send is settled or was taken back."""
    if step.state.keeps:
        step.do(ForgetSend(send_id))


def failed(step: Step, words: CleanText) -> None:
    """The disk does not take what should be kept: said once, and work goes on."""
    if not step.state.keep_failed:
        step.state.keep_failed = True
        people.announce(step, Notice(NoticeKind.NOT_KEPT, step.moment.wall, other=words))


def put_draft(state: State, session: SessionId, text: str, unfilled: tuple[str, ...], *, private: bool) -> None:
    """Hold a composer's text and what canned responses left unfilled in it; nothing where there is nothing."""
    place = (session, private)
    state.drafts.pop(place, None)
    state.unfilled.pop(place, None)
    if text:
        state.drafts[place] = text
    if unfilled:
        state.unfilled[place] = unfilled


def draft_changed(step: Step, session: SessionId, *, private: bool) -> None:
    """Keep it soon: not with every key, and not only when the typing stops."""
    if not step.state.keeps:
        return
    if not step.state.unkept:
        step.do(WakeAt(Timer(TimerKind.DRAFT), step.moment.now + DRAFT_KEPT_AFTER))
    step.state.unkept.add((session, private))


def keep_drafts(step: Step) -> None:
    """Keep every draft that changed since the last time."""
    for session, private in sorted(step.state.unkept):
        place = (session, private)
        step.do(KeepDraft(*place, step.state.drafts.get(place, ""), step.state.unfilled.get(place, ())))
    step.state.unkept.clear()
    step.do(WakeAt(Timer(TimerKind.DRAFT), None))
