"""The socket's life as pure rules: when to open, replace, wait and stop, and when to renew the token."""

from typing import Final, assert_never

from tms_tui.core import bounds, clocks, health, holding, people, reading, typing
from tms_tui.core.select import BadgeKind, badge
from tms_tui.core.sending import sign_in_again
from tms_tui.core.state import LIVE, Stage, State, Step
from tms_tui.core.verdict import Again, Make, Renew, Stop, count, make_of, scheduled, spread, verdict
from tms_tui.domain.changes import Bound, CountersChanged, LinkChanged, Notice, NoticeKind
from tms_tui.domain.effects import (
    CloseLink,
    OpenLink,
    ProveLink,
    RenewToken,
    ReplaceLink,
    StopReplacing,
    Timer,
    TimerKind,
    WakeAt,
)
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import LinkWelcomed, SignedIn
from tms_tui.domain.policy import (
    CLOCK_OFF,
    RECONNECT_ASKED_EVERY,
    RENEW_AGAIN_AFTER,
    RENEW_BEFORE_END,
    RENEW_BEFORE_SHARE,
    RENEW_REPEATED_AFTER,
    RENEW_REPEATS,
    RENEW_SOONEST,
    STABLE_AFTER,
    WELCOME_WITHIN,
)

RENEWAL_REFUSED = (FailureKind.UNAUTHORIZED, FailureKind.FORBIDDEN, FailureKind.INVALID)
"""After these no renewal will work: the agent has to sign in."""


_STOPPED_BY: Final = {
    EndingKind.REDIRECTED: FailureKind.REDIRECTED,
    EndingKind.CLEARTEXT: FailureKind.CLEARTEXT,
    EndingKind.MISCONFIGURED: FailureKind.MISCONFIGURED,
    EndingKind.UNTRUSTED: FailureKind.UNTRUSTED,
}
_STOPPED_BY_CODE: Final = {
    401: FailureKind.UNAUTHORIZED,
    4401: FailureKind.UNAUTHORIZED,
    4409: FailureKind.REPLACED,
}


def signed_in(step: Step, event: SignedIn) -> None:
    """Open the socket for the first time, or again after a new sign-in."""
    step.state.me = event.user
    step.state.sign_in_needed = None
    if event.server_time is not None:
        clocks.told_roughly(step.state, event.server_time, step.moment.now)
    step.state.link.renewed_since_stable = False
    step.state.link.renewals_lost = 0
    _plan_renewal(step, event.lifetime)
    if step.state.link.stage in LIVE:
        replace(step, EndingKind.ASKED)
    else:
        _open(step)


def welcomed(step: Step, event: LinkWelcomed) -> None:
    """The server spoke: this socket brings events. One that takes another's place does so without a word."""
    link, counters, moment = step.state.link, step.state.health, step.moment
    counters.connects += 1
    if link.replacing is not None:
        health.went_down(counters, moment.now, moment.wall, Ending(link.replacing), was_live=True)
    elif link.lost_at is not None:
        counters.reconnects += 1
        people.announce(step, Notice(NoticeKind.LIVE, moment.wall, since=link.lost_at))
    here = moment.wall if moment.here is None else moment.here
    health.came_up(counters, moment.now, here, event.server_time)
    clocks.told(step.state, event.server_time, moment.now)
    _compare_clocks(step)
    link.stage, link.welcomed, link.proven, link.replacing = Stage.WELCOMED, moment.now, False, None
    step.do(
        WakeAt(Timer(TimerKind.WELCOME), None),
        WakeAt(Timer(TimerKind.STABLE), moment.now + STABLE_AFTER),
        ProveLink(),
    )
    step.show(LinkChanged())


def proven(step: Step, latency: float) -> None:
    """A ping was answered."""
    step.state.link.proven = True
    health.proven(step.state.health, latency)
    step.show(CountersChanged())
    _settle(step)


def replace(step: Step, why: EndingKind) -> None:
    """Open a second socket beside the one that is up.

    It takes over with its welcome, and only then the other is closed: meanwhile either may bring what happens.
    """
    link = step.state.link
    if link.stage in LIVE and link.replacing is None:
        link.replacing, link.opened = why, step.moment.now
        step.do(
            WakeAt(Timer(TimerKind.WELCOME), step.moment.now + WELCOME_WITHIN),
            ReplaceLink(step.state.sync.heard or step.state.sync.cursor),
        )


def not_replaced(step: Step, ending: Ending) -> None:
    """The second socket did not come about. A deaf one is worse than none; any other is kept."""
    link, moment = step.state.link, step.moment
    if link.replacing is None:
        return
    why, link.replacing = link.replacing, None
    health.went_down(step.state.health, moment.now, moment.wall, ending, was_live=False)
    step.do(WakeAt(Timer(TimerKind.WELCOME), None), CloseLink(why) if why is EndingKind.DEAF else StopReplacing())
    step.show(CountersChanged())


def lost(step: Step, ending: Ending) -> bool:
    """The socket ended: say so, and decide what follows. Whether it had been live."""
    link, moment = step.state.link, step.moment
    was_live = link.stage in LIVE
    health.went_down(step.state.health, moment.now, moment.wall, ending, was_live=was_live)
    if was_live:
        link.lost_at = moment.wall
        reading.line_lost(step, moment.wall)
        people.announce(step, Notice(NoticeKind.LINE_LOST, moment.wall))
    if ending.kind is not EndingKind.ASKED:
        link.tries += 1
    typing.stopped(step)
    step.do(WakeAt(Timer(TimerKind.STABLE), None))
    if link.replacing is not None:
        link.replacing, link.stage = None, Stage.OPENING
    elif ending.kind is not EndingKind.ASKED:  # given up for another one, which is being opened already
        _decide(step, ending)
    step.show(LinkChanged())
    return was_live


def renewed(step: Step, lifetime: float) -> None:
    """A fresh token is there: no socket stays on an old one."""
    step.state.link.renewals_lost = 0
    _plan_renewal(step, lifetime)
    if step.state.link.stage is Stage.RENEWING:
        _open(step)
    else:
        replace(step, EndingKind.ASKED)


def renew_failed(step: Step, failure: Failure) -> None:
    """No fresh token: try later when the server was not reached, else the agent has to sign in.

    When the answer was lost the server may have spent the old token: soon after it knows the same renewal again.
    """
    if failure.kind in RENEWAL_REFUSED:
        step.state.link.stage = Stage.STOPPED if step.state.link.stage is Stage.RENEWING else step.state.link.stage
        sign_in_again(step, failure)
        return
    if _is_lost(failure) and step.state.link.renewals_lost < RENEW_REPEATS:
        step.state.link.renewals_lost += 1
        step.do(WakeAt(Timer(TimerKind.RENEW), step.moment.now + RENEW_REPEATED_AFTER))
        return
    delay = spread(max(failure.retry_after or 0.0, RENEW_AGAIN_AFTER), step.moment)
    step.do(WakeAt(Timer(TimerKind.RENEW), step.moment.now + delay))
    if step.state.link.stage is Stage.RENEWING:
        step.state.link.renewed_since_stable = False
        _wait(step, scheduled(step.state.link, step.moment))


def _is_lost(failure: Failure) -> bool:
    """Whether the renewal may have been carried out although no token came of it."""
    if failure.kind is FailureKind.SERVER_ERROR:
        return failure.retry_after is None
    return failure.kind in (FailureKind.NO_ANSWER, FailureKind.UNREADABLE)


def reconnect_asked(step: Step) -> None:
    """The agent wants it now; obeyed at most every other second. A line that is up is replaced, not cut."""
    link = step.state.link
    if step.moment.now - link.asked < RECONNECT_ASKED_EVERY:
        return
    link.asked = step.moment.now
    if link.stage in (Stage.WAITING, Stage.STOPPED):
        _open(step)
    else:
        replace(step, EndingKind.ASKED)


def woke(step: Step) -> None:
    """The machine slept: a socket that looks open may be dead, and waits are over."""
    if step.state.link.stage in LIVE:
        step.state.link.replacing = None
        step.do(StopReplacing(), CloseLink(EndingKind.SILENT))
    elif step.state.link.stage is Stage.WAITING:
        _open(step)


def rang(step: Step, kind: TimerKind) -> None:
    """One of the line's own alarms went off."""
    stage = step.state.link.stage
    if kind is TimerKind.RECONNECT and stage is Stage.WAITING:
        _open(step)
    elif kind is TimerKind.WELCOME and stage is Stage.OPENING:
        step.do(CloseLink(EndingKind.NO_WELCOME))
    elif kind is TimerKind.WELCOME:
        not_replaced(step, Ending(EndingKind.NO_WELCOME))
    elif kind is TimerKind.STABLE:
        _settle(step)
    elif kind is TimerKind.RENEW:
        step.do(RenewToken())


def say(step: Step, before: BadgeKind) -> None:
    """Announce it when the badge has come to say Offline; why the line was given up is announced already."""
    now = badge(step.state)
    if now.kind is BadgeKind.OFFLINE and not now.stopped and before is not BadgeKind.OFFLINE:
        why = None if now.polling else _why_offline(step.state)
        people.announce(step, Notice(NoticeKind.OFFLINE, step.moment.wall, since=step.state.link.lost_at, failure=why))


def _why_offline(state: State) -> Failure:
    """What became of the last read, or of the last attempt to open a socket."""
    ending = state.link.ending
    if state.sync.failure is not None:
        return state.sync.failure
    if ending is not None and make_of(ending) is Make.NO_CHAT_SERVER:
        return Failure(FailureKind.UNREADABLE, ending.code)
    return Failure(FailureKind.NOT_REACHED)


def _decide(step: Step, ending: Ending) -> None:
    link = step.state.link
    count(link, ending, step.moment)
    step.do(WakeAt(Timer(TimerKind.WELCOME), None))
    if (ending.kind, ending.code) == (EndingKind.REFUSED, 429):
        holding.hold(step, ending.retry_after)
    decided = verdict(link, ending, step.moment)
    match decided:
        case Again(delay, is_rare):
            _say_unstable(step, ending, is_rare=is_rare)
            _wait(step, delay)
        case Renew():
            link.stage, link.renewed_since_stable = Stage.RENEWING, True
            step.do(RenewToken())
        case Stop():
            _stop(step, ending)
        case _:
            assert_never(decided)


def _say_unstable(step: Step, ending: Ending, *, is_rare: bool) -> None:
    """Say once that the line is tried only now and then, until it is stable again."""
    link = step.state.link
    if is_rare and not link.unstable:
        link.unstable = True
        strange = make_of(ending) is Make.NO_CHAT_SERVER
        failure = Failure(FailureKind.UNREADABLE, ending.code) if strange else None
        people.announce(step, Notice(NoticeKind.UNSTABLE, step.moment.wall, failure=failure))


def _open(step: Step) -> None:
    link = step.state.link
    link.stage, link.opened, link.retry = Stage.OPENING, step.moment.now, None
    step.do(
        WakeAt(Timer(TimerKind.RECONNECT), None),
        WakeAt(Timer(TimerKind.WELCOME), step.moment.now + WELCOME_WITHIN),
        OpenLink(step.state.sync.heard or step.state.sync.cursor),
    )
    step.show(LinkChanged())


def _wait(step: Step, delay: float) -> None:
    link = step.state.link
    link.stage, link.retry = Stage.WAITING, step.moment.now + max(delay, holding.left(step))
    step.do(WakeAt(Timer(TimerKind.RECONNECT), link.retry))


def _stop(step: Step, ending: Ending) -> None:
    step.state.link.stage = Stage.STOPPED
    by_kind = _STOPPED_BY.get(ending.kind, FailureKind.FORBIDDEN)
    failure = Failure(_STOPPED_BY_CODE.get(ending.code or 0, by_kind), ending.code, words=ending.words)
    people.announce(step, Notice(NoticeKind.STOPPED, step.moment.wall, failure=failure))
    if failure.kind is FailureKind.UNAUTHORIZED:
        sign_in_again(step, failure)


def _settle(step: Step) -> None:
    """Proof of life and some age make a line stable, and only that resets the back-off."""
    link = step.state.link
    if link.stage is Stage.WELCOMED and link.proven and step.moment.now - link.welcomed >= STABLE_AFTER:
        link.stage, link.tries, link.step, link.flaps, link.same = Stage.STABLE, 0, 0, 0, 0
        link.renewed_since_stable = link.unstable = False


def _compare_clocks(step: Step) -> None:
    """A wrong clock here makes every time and wait on the screen look wrong: say so once."""
    skew = step.state.health.skew
    if skew is None or abs(skew) <= CLOCK_OFF or step.state.link.skew_said:
        return
    step.state.link.skew_said = True
    kind = NoticeKind.CLOCK_BEHIND if skew > 0 else NoticeKind.CLOCK_AHEAD
    people.announce(step, Notice(kind, step.moment.wall, count=round(abs(skew) / 60)))


def _plan_renewal(step: Step, lifetime: float) -> None:
    early = max(RENEW_BEFORE_END, lifetime * RENEW_BEFORE_SHARE)
    wait = lifetime - early if lifetime > 2 * early else lifetime / 2
    if lifetime < RENEW_SOONEST:
        wait = RENEW_SOONEST
        bounds.reached(step, Bound.RENEWALS)
    step.do(WakeAt(Timer(TimerKind.RENEW), step.moment.now + wait))
