"""The one door of the core: an event and a moment in, changes and effects out."""

from typing import assert_never

from tms_tui.core import (
    bounds,
    clocks,
    deciding,
    erasing,
    failing,
    keeping,
    link,
    marking,
    matching,
    people,
    reading,
    reporting,
    restoring,
    sending,
    sessions,
    sync,
    typing,
)
from tms_tui.core.select import badge
from tms_tui.core.state import Moment, State, Step
from tms_tui.domain import events as on
from tms_tui.domain.changes import Change, Decided
from tms_tui.domain.effects import Effect, MarkUnread, ReadSession
from tms_tui.domain.events import Event
from tms_tui.domain.value import Value


class Outcome(Value):
    """What came of one event: what looks different, and what is to be done outside."""

    changes: tuple[Change, ...]
    effects: tuple[Effect, ...]


def apply(state: State, event: Event, moment: Moment) -> Outcome:
    """Change the state by one event; deterministic in its arguments, raises nothing."""
    step = Step(state, clocks.by_server(state, moment))
    if isinstance(event, on.WireEvent):
        _from_wire(step, event)
        matching.brought(step, event)
    elif not erasing.is_about_erased(state, event):
        before = badge(state).kind
        _apply(step, event)
        link.say(step, before)
    return Outcome(tuple(step.changes), tuple(step.effects))


def _apply(step: Step, event: on.LineEvent | on.Answer | on.KeepEvent | on.ClockEvent | on.Wish) -> None:
    if isinstance(event, on.LineEvent):
        _from_line(step, event)
    elif isinstance(event, on.ReadAnswer):
        sync.read_well(step)
        _read(step, event)
    elif isinstance(event, on.WriteAnswer):
        _written(step, event)
    elif isinstance(event, on.AskFailed):
        failing.failed(step, event)
    elif isinstance(event, on.KeepEvent):
        _from_disk(step, event)
    elif isinstance(event, on.ClockEvent):
        _from_clock(step, event)
    elif isinstance(event, on.Look):
        _looked(step, event)
    elif isinstance(event, on.Write):
        _wrote(step, event)
    elif isinstance(event, on.UndoAsked):
        deciding.undone(step)
    else:
        deciding.decided(step, event)


def _from_wire(step: Step, event: on.WireEvent) -> None:
    if isinstance(event, on.SessionsErased):
        erasing.erased(step, event.sessions)
    elif not erasing.is_about_erased(step.state, event):
        _told(step, event)


def _told(step: Step, event: on.Told) -> None:
    match event:
        case on.MessageArrived(message):
            reading.message_arrived(step, message)
        case on.SessionChanged(session):
            sessions.changed(step, session)
        case on.SessionAssigned():
            sessions.assigned(step, event)
        case on.TypingSeen():
            typing.seen(step, event)
        case on.ReceiptSeen():
            reading.receipt_seen(step, event)
        case on.ReadMarkMoved():
            marking.mark_moved(step, event)
        case on.PresenceSeen(agent):
            people.seen(step, agent)
        case on.ServerComplained():
            sync.complained(step, event)
        case on.Unread():
            sync.unread(step, event)
        case _:
            assert_never(event)


def _from_line(step: Step, event: on.LineEvent) -> None:
    match event:
        case on.LinkRouted(proxy):
            step.state.health.proxy = proxy
        case on.LinkWelcomed():
            link.welcomed(step, event)
            reporting.welcomed(step, event.report_every)
            sync.welcomed(step, event)
            sending.flush(step)
        case on.LinkProven(latency):
            link.proven(step, latency)
        case on.LinkLost(ending):
            if link.lost(step, ending):
                sync.line_lost(step)
        case on.LinkNotReplaced(ending):
            link.not_replaced(step, ending)
        case on.TokenRenewed(lifetime):
            link.renewed(step, lifetime)
        case on.RenewFailed(failure):
            link.renew_failed(step, failure)
        case _:
            assert_never(event)


def _read(step: Step, event: on.ReadAnswer) -> None:
    match event:
        case on.SessionsRead():
            sync.sessions_read(step, event)
        case on.SessionRead(session):
            sessions.read(step, session)
        case on.PageRead():
            reading.page_read(step, event)
        case on.LogRead():
            for one in event.events:
                _from_wire(step, one)
            sync.log_read(step, event)
        case on.AgentsRead(agents):
            people.listed(step, agents)
        case on.CannedRead(responses):
            people.canned(step, responses)
        case _:
            assert_never(event)


def _written(step: Step, event: on.WriteAnswer) -> None:
    match event:
        case on.SendStored():
            sending.stored(step, event)
        case on.SessionAnswered(session, asked):
            if isinstance(asked, MarkUnread):
                marking.unmarked(step, session.id)
            sessions.changed(step, session)
            deciding.answered(step, asked)
        case on.ReadMarked():
            marking.marked(step, event)
        case on.AvailabilitySet(agent):
            people.seen(step, agent)
            step.show(Decided(on.AvailabilityAsked(agent.availability)))
        case on.MetricsPosted():
            reporting.posted(step)
        case _:
            assert_never(event)


def _from_disk(step: Step, event: on.KeepEvent) -> None:
    match event:
        case on.SendKept():
            restoring.send_kept(step, event)
        case on.KeepFailed(words):
            keeping.failed(step, words)
        case on.Restored():
            restoring.restored(step, event)
        case _:
            assert_never(event)


def _from_clock(step: Step, event: on.ClockEvent) -> None:
    match event:
        case on.TimerRang(timer):
            failing.rang(step, timer)
        case on.Woke():
            clocks.slept(step.state, event.uncounted)
            link.woke(step)
            sync.woke(step)
        case _:
            assert_never(event)


def _looked(step: Step, event: on.Look) -> None:
    match event:
        case on.SignedIn():
            link.signed_in(step, event)
            sync.start(step)
            bounds.go_on(step)
            sending.flush(step)
            reading.resume(step)
        case on.SessionOpened(session):
            reading.opened(step, session)
        case on.Shown():
            marking.shown(step, event)
        case on.UnreadAsked():
            marking.unread_asked(step, event)
        case on.TopReached(session):
            reading.top_reached(step, session)
        case on.ListingAsked(query):
            sync.listing_asked(step, query)
        case on.SessionAsked(session):
            step.do(ReadSession(session))
        case on.ListAsked(asked):
            step.do(asked)
        case on.ReconnectAsked():
            link.reconnect_asked(step)
            sync.read_everything(step)
        case _:
            assert_never(event)


def _wrote(step: Step, event: on.Write) -> None:
    match event:
        case on.SendAsked(draft):
            sending.asked(step, draft)
            typing.stopped(step, draft.session)
        case on.ResendAsked(send_id):
            sending.resend(step, send_id)
        case on.SendDropped(send_id):
            sending.dropped(step, send_id)
        case on.ComposerChanged():
            typing.composed(step, event)
        case on.ComposerLeft(session):
            typing.stopped(step, session)
        case on.Leaving():
            keeping.keep_drafts(step)
        case _:
            assert_never(event)
