"""The socket's life as pure rules: when to open, what an ending means, how long to wait, when to stop."""

from tms_tui.core import health, people, reading, typing
from tms_tui.core.select import BadgeKind, badge
from tms_tui.core.sending import sign_in_again
from tms_tui.core.state import LinkState, Moment, Stage, Step
from tms_tui.domain.changes import CountersChanged, LinkChanged, Notice, NoticeKind
from tms_tui.domain.effects import CloseLink, OpenLink, ProveLink, RenewToken, Timer, TimerKind, WakeAt
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import LinkWelcomed, SignedIn
from tms_tui.domain.policy import (
    BACKOFF_AFTER_PROTOCOL_ERROR,
    BACKOFF_CAPS,
    BACKOFF_FLOOR,
    CIRCUIT_OPEN_FOR,
    CLOCK_OFF,
    FLAPPING_WITHIN,
    FLAPS,
    GOING_AWAY_WITHIN,
    MISADDRESSED_TRIES,
    OVERLOADED_FOR,
    RATE_LIMITED_FOR,
    RECONNECT_ASKED_EVERY,
    RENEW_AGAIN_AFTER,
    RENEW_BEFORE_END,
    RENEW_BEFORE_SHARE,
    STABLE_AFTER,
    UNTRUSTED_TRIES,
    WELCOME_WITHIN,
)
from tms_tui.domain.value import Value

LIVE = (Stage.WELCOMED, Stage.STABLE)
GOING_AWAY = (1000, 1001, 1012)
PROTOCOL_ERRORS = (1002, 1003, 1007)
OVERLOADED = (1013, 4429)
NOT_ALLOWED = (1008, 4403, 4409)
NO_CHAT_SERVER = (200, 404, 405, 426)
RENEWAL_REFUSED = (FailureKind.UNAUTHORIZED, FailureKind.FORBIDDEN, FailureKind.INVALID)
"""After these no renewal will work: the agent has to sign in."""


class Again(Value):
    """Try again after `delay` seconds."""

    delay: float


class Renew(Value):
    """The token was not accepted: renew it once, then try again."""


class Stop(Value):
    """Nothing the console can do by itself: the agent has to act."""


Verdict = Again | Renew | Stop


def verdict(link: LinkState, ending: Ending, moment: Moment) -> Verdict:
    """What follows from an ending. Advances the back-off when the answer is a scheduled wait."""
    if _is_hopeless(link, ending):
        return Stop()
    if _is_token_refused(ending):
        return Stop() if link.renewed_since_stable else Renew()
    if ending.kind in (EndingKind.ASKED, EndingKind.DEAF):
        return Again(0.0)
    if ending.kind is EndingKind.REFUSED:
        return Again(_refused(link, ending, moment))
    if link.flaps >= FLAPS:
        return Again(_spread(CIRCUIT_OPEN_FOR, moment))
    return Again(_closed(link, ending, moment))


def scheduled(link: LinkState, moment: Moment) -> float:
    """The next wait of the table, drawn between the floor and its cap."""
    cap = BACKOFF_CAPS[min(link.step, len(BACKOFF_CAPS) - 1)]
    link.step += 1
    return BACKOFF_FLOOR + moment.chance * (cap - BACKOFF_FLOOR)


def signed_in(step: Step, event: SignedIn) -> None:
    """Open the socket for the first time, or again after a new sign-in."""
    step.state.me = event.user
    step.state.sign_in_needed = None
    step.state.link.renewed_since_stable = False
    _plan_renewal(step, event.lifetime)
    if step.state.link.stage not in LIVE:
        _open(step)


def welcomed(step: Step, event: LinkWelcomed) -> None:
    """The server spoke: this socket brings events."""
    link, counters = step.state.link, step.state.health
    counters.connects += 1
    counters.reconnects += link.lost_at is not None
    health.came_up(counters, step.moment.now, step.moment.wall, event.server_time)
    _compare_clocks(step)
    link.stage, link.welcomed, link.proven, link.misaddressed = Stage.WELCOMED, step.moment.now, False, 0
    step.do(
        WakeAt(Timer(TimerKind.WELCOME), None),
        WakeAt(Timer(TimerKind.STABLE), step.moment.now + STABLE_AFTER),
        ProveLink(),
    )
    step.show(LinkChanged())
    if link.lost_at is not None:
        people.announce(step, Notice(NoticeKind.LIVE, step.moment.wall, since=link.lost_at))


def proven(step: Step, latency: float) -> None:
    """A ping was answered."""
    step.state.link.proven = True
    health.proven(step.state.health, latency)
    step.show(CountersChanged())
    _settle(step)


def lost(step: Step, ending: Ending) -> bool:
    """The socket ended: say so, and decide what follows. Whether it had been live."""
    link = step.state.link
    was_live = link.stage in LIVE
    _count(step, ending, was_live=was_live)
    if was_live and ending.kind is not EndingKind.DEAF:
        link.lost_at = step.moment.wall
        reading.line_lost(step, step.moment.wall)
        people.announce(step, Notice(NoticeKind.LINE_LOST, step.moment.wall))
    if ending.kind is not EndingKind.ASKED:
        link.tries += 1
    typing.stopped(step)
    step.do(WakeAt(Timer(TimerKind.WELCOME), None), WakeAt(Timer(TimerKind.STABLE), None))
    decided = verdict(link, ending, step.moment)
    match decided:
        case Again(delay):
            _wait(step, delay)
        case Renew():
            link.stage, link.renewed_since_stable = Stage.RENEWING, True
            step.do(RenewToken())
        case Stop():
            _stop(step, ending)
    step.show(LinkChanged())
    return was_live


def renewed(step: Step, lifetime: float) -> None:
    """A fresh token is there."""
    _plan_renewal(step, lifetime)
    if step.state.link.stage is Stage.RENEWING:
        _open(step)


def renew_failed(step: Step, failure: Failure) -> None:
    """No fresh token: try later when the server was not reached, else the agent has to sign in."""
    if failure.kind in RENEWAL_REFUSED:
        step.state.link.stage = Stage.STOPPED if step.state.link.stage is Stage.RENEWING else step.state.link.stage
        sign_in_again(step, failure)
        return
    step.do(WakeAt(Timer(TimerKind.RENEW), step.moment.now + (failure.retry_after or RENEW_AGAIN_AFTER)))
    if step.state.link.stage is Stage.RENEWING:
        step.state.link.renewed_since_stable = False
        _wait(step, scheduled(step.state.link, step.moment))


def reconnect_asked(step: Step) -> None:
    """The agent wants it now; obeyed at most every other second."""
    link = step.state.link
    if link.stage in (Stage.WAITING, Stage.STOPPED) and step.moment.now - link.asked >= RECONNECT_ASKED_EVERY:
        link.asked = step.moment.now
        _open(step)


def woke(step: Step) -> None:
    """The machine slept: a socket that looks open may be dead, and waits are over."""
    if step.state.link.stage in LIVE:
        step.do(CloseLink(EndingKind.SILENT))
    elif step.state.link.stage is Stage.WAITING:
        _open(step)


def rang(step: Step, kind: TimerKind) -> None:
    """One of the line's own alarms went off."""
    stage = step.state.link.stage
    if kind is TimerKind.RECONNECT and stage is Stage.WAITING:
        _open(step)
    elif kind is TimerKind.WELCOME and stage is Stage.OPENING:
        step.do(CloseLink(EndingKind.NO_WELCOME))
    elif kind is TimerKind.STABLE:
        _settle(step)
    elif kind is TimerKind.RENEW:
        step.do(RenewToken())


def say(step: Step, before: BadgeKind) -> None:
    """Announce it when the badge has come to say Offline."""
    if badge(step.state).kind is BadgeKind.OFFLINE and before is not BadgeKind.OFFLINE:
        unreachable = None if badge(step.state).polling else Failure(FailureKind.NOT_REACHED)
        said = Notice(NoticeKind.OFFLINE, step.moment.wall, since=step.state.link.lost_at, failure=unreachable)
        people.announce(step, said)


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
    link.stage, link.retry = Stage.WAITING, step.moment.now + delay
    step.do(WakeAt(Timer(TimerKind.RECONNECT), link.retry))


def _stop(step: Step, ending: Ending) -> None:
    step.state.link.stage = Stage.STOPPED
    refused = ending.code in (401, 4401)
    failure = Failure(FailureKind.UNAUTHORIZED if refused else FailureKind.FORBIDDEN, ending.code, words=ending.words)
    people.announce(step, Notice(NoticeKind.STOPPED, step.moment.wall, failure=failure))
    if refused:
        sign_in_again(step, failure)


def _settle(step: Step) -> None:
    """Proof of life and some age make a line stable, and only that resets the back-off."""
    link = step.state.link
    if link.stage is Stage.WELCOMED and link.proven and step.moment.now - link.welcomed >= STABLE_AFTER:
        link.stage, link.tries, link.step, link.flaps = Stage.STABLE, 0, 0, 0
        link.renewed_since_stable = False


def _count(step: Step, ending: Ending, *, was_live: bool) -> None:
    link, moment = step.state.link, step.moment
    link.ending = ending
    health.went_down(step.state.health, moment.now, moment.wall, ending, was_live=was_live)
    opened = ending.kind in (EndingKind.CLOSED, EndingKind.LOST) and step.moment.now - link.opened < FLAPPING_WITHIN
    link.flaps = link.flaps + 1 if opened else 0
    link.misaddressed += ending.kind is EndingKind.REFUSED and ending.code in NO_CHAT_SERVER


def _compare_clocks(step: Step) -> None:
    """A wrong clock here makes every time and wait on the screen look wrong: say so once."""
    skew = step.state.health.skew
    if skew is None or abs(skew) <= CLOCK_OFF or step.state.link.skew_said:
        return
    step.state.link.skew_said = True
    kind = NoticeKind.CLOCK_BEHIND if skew > 0 else NoticeKind.CLOCK_AHEAD
    people.announce(step, Notice(kind, step.moment.wall, count=round(abs(skew) / 60)))


def _is_hopeless(link: LinkState, ending: Ending) -> bool:
    """Endings that no waiting mends."""
    match ending.kind:
        case EndingKind.REDIRECTED | EndingKind.CLEARTEXT:
            return True
        case EndingKind.UNTRUSTED:
            return link.tries >= UNTRUSTED_TRIES
        case EndingKind.CLOSED:
            return ending.code in NOT_ALLOWED
        case EndingKind.REFUSED:
            return ending.code == 403
        case _:
            return False


def _is_token_refused(ending: Ending) -> bool:
    return (ending.kind, ending.code) in ((EndingKind.REFUSED, 401), (EndingKind.CLOSED, 4401))


def _refused(link: LinkState, ending: Ending, moment: Moment) -> float:
    """How long to wait after an HTTP status instead of a socket."""
    if ending.code == 429:
        return _spread(ending.retry_after or RATE_LIMITED_FOR, moment)
    if link.misaddressed >= MISADDRESSED_TRIES:
        return _spread(CIRCUIT_OPEN_FOR, moment)
    return max(scheduled(link, moment), ending.retry_after or 0.0)


def _closed(link: LinkState, ending: Ending, moment: Moment) -> float:
    """How long to wait after a line that broke or was closed."""
    if ending.kind is EndingKind.CLOSED and ending.code in GOING_AWAY and not link.step:
        link.step = 1
        return moment.chance * GOING_AWAY_WITHIN
    if ending.kind is EndingKind.CLOSED and ending.code in OVERLOADED:
        return _spread(max(ending.retry_after or 0.0, OVERLOADED_FOR), moment)
    if ending.kind is EndingKind.CLOSED and ending.code in PROTOCOL_ERRORS:
        link.step = max(link.step, BACKOFF_AFTER_PROTOCOL_ERROR)
    return scheduled(link, moment)


def _spread(delay: float, moment: Moment) -> float:
    """At least `delay`, and up to a fifth more, so that consoles do not come back as one."""
    return delay * (1 + moment.chance / 5)


def _plan_renewal(step: Step, lifetime: float) -> None:
    early = max(RENEW_BEFORE_END, lifetime * RENEW_BEFORE_SHARE)
    wait = lifetime - early if lifetime > 2 * early else lifetime / 2
    step.do(WakeAt(Timer(TimerKind.RENEW), step.moment.now + wait))
