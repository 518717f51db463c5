"""Clients that are wrong in one known way each: the true rules, with one of them broken from outside."""

from itertools import count

from tms_tui.core.apply import Outcome, apply
from tms_tui.core.state import LIVE, Moment, State
from tms_tui.domain.effects import Effect, OpenLink, ReadLog, Timer, TimerKind, Transmit, WakeAt
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import AskFailed, Event, LinkWelcomed, LogRead, MessageArrived, SendStored
from tms_tui.domain.ids import SendId
from tms_tui.domain.policy import POLL_LIVE
from tms_tui.domain.value import replace


def no_dedupe(state: State, event: Event, moment: Moment) -> Outcome:
    """Takes every message that is told for one more."""
    told = event.events if isinstance(event, LogRead) else (event,)
    for one in told:
        if isinstance(one, MessageArrived):
            state.transcript(one.message.session).ids.pop(one.message.id, None)
    return apply(state, event, moment)


class BlindRetry:
    """Sends again whatever was not answered, under a new name, and never looks whether it arrived."""

    def __init__(self) -> None:
        self._said_before: set[SendId] = set()
        self._meant: dict[SendId, SendId] = {}
        self._numbers = count()

    def __call__(self, state: State, event: Event, moment: Moment) -> Outcome:
        outcome = apply(state, self._heard(event), moment)
        return Outcome(outcome.changes, tuple(map(self._said, outcome.effects)))

    def _heard(self, event: Event) -> Event:
        """What comes under the new name is told under the old one."""
        match event:
            case SendStored(send_id, message):
                meant = self._meant.get(send_id, send_id)
                return SendStored(meant, replace(message, send_id=meant))
            case AskFailed(Transmit(draft)):
                old = replace(draft, send_id=self._meant.get(draft.send_id, draft.send_id))
                return AskFailed(Transmit(old), Failure(FailureKind.NOT_REACHED))
            case _:
                return event

    def _said(self, effect: Effect) -> Effect:
        if not isinstance(effect, Transmit):
            return effect
        if effect.draft.send_id not in self._said_before:
            self._said_before.add(effect.draft.send_id)
            return effect
        name = SendId(f"again-{next(self._numbers)}")
        self._meant[name] = effect.draft.send_id
        return replace(effect, draft=replace(effect.draft, send_id=name), if_last_seq=None)


def fetch_before_listen(state: State, event: Event, moment: Moment) -> Outcome:
    """Reads what it missed before the line is open again, and believes that nothing came between."""
    if isinstance(event, LinkWelcomed):
        state.sync.log = ReadLog(state.sync.cursor) if state.sync.cursor else None
        outcome = apply(state, replace(event, resumed=True), moment)
        state.sync.log, state.sync.again, state.sync.catching_up = None, False, False
        later = WakeAt(Timer(TimerKind.POLL), moment.now + POLL_LIVE)
        return Outcome(outcome.changes, (*outcome.effects, later))
    outcome = apply(state, event, moment)
    opened = (OpenLink() if isinstance(effect, OpenLink) else effect for effect in outcome.effects)
    return Outcome(outcome.changes, tuple(opened))


def since_newest(state: State, event: Event, moment: Moment) -> Outcome:
    """Reads the log from the newest thing it was told, not from where it last read to the end."""
    outcome = apply(state, event, moment)
    if isinstance(event, MessageArrived) and event.cursor is not None and state.sync.cursor is not None:
        state.sync.cursor = event.cursor
    return outcome


def no_jitter(state: State, event: Event, moment: Moment) -> Outcome:
    """Waits exactly as long as everybody else."""
    return apply(state, event, replace(moment, chance=0.5))


def no_anti_entropy(state: State, event: Event, moment: Moment) -> Outcome:
    """Believes that a socket that is open brings everything."""
    outcome = apply(state, event, moment)
    if state.link.stage not in LIVE:
        return outcome
    poll = Timer(TimerKind.POLL)
    kept = (one for one in outcome.effects if not (isinstance(one, WakeAt) and one.timer == poll and one.when))
    return Outcome(outcome.changes, (*kept, WakeAt(poll, None)))
