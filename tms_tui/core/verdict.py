"""What an ending means: try again and when, renew the token, or stop until the agent acts."""

from enum import StrEnum

from tms_tui.core.state import LinkState, Moment
from tms_tui.domain.errors import Ending, EndingKind
from tms_tui.domain.policy import (
    BACKOFF_AFTER_PROTOCOL_ERROR,
    BACKOFF_CAPS,
    BACKOFF_FLOOR,
    CIRCUIT_OPEN_FOR,
    CLOSINGS,
    CLOSINGS_WITHIN,
    FLAPPING_WITHIN,
    FLAPS,
    GOING_AWAY_WITHIN,
    OVERLOADED_FOR,
    RATE_LIMITED_FOR,
    SAME_TRIES,
)
from tms_tui.domain.value import Value

GOING_AWAY = (1000, 1001, 1012)
PROTOCOL_ERRORS = (1002, 1003, 1007)
OVERLOADED = (1013, 4429)
NOT_ALLOWED = (1008, 4403, 4409)
NO_CHAT_SERVER = (200, 404, 405, 426)


class Again(Value):
    """Try again after `delay` seconds. `is_rare`: only now and then, as it failed the same way again and again."""

    delay: float
    is_rare: bool = False


class Renew(Value):
    """The token was not accepted: renew it once, then try again."""


class Stop(Value):
    """Nothing the console can do by itself: the agent has to act."""


Verdict = Again | Renew | Stop


class Make(StrEnum):
    """Endings that mean more when they come in a row."""

    UNTRUSTED = "untrusted"
    NO_CHAT_SERVER = "no_chat_server"
    PROTOCOL_ERROR = "protocol_error"
    OTHER = "other"


def count(link: LinkState, ending: Ending, moment: Moment) -> None:
    """Remember an ending, for what several of them mean."""
    is_young = ending.kind in (EndingKind.CLOSED, EndingKind.LOST) and moment.now - link.opened < FLAPPING_WITHIN
    link.flaps = link.flaps + 1 if is_young else 0
    make = make_of(ending)
    link.same = link.same + 1 if link.ending is not None and make_of(link.ending) is make else 1
    if (ending.kind, ending.code) == (EndingKind.CLOSED, 1000):
        link.closings = (*link.closings, moment.now)[-CLOSINGS:]
    link.ending = ending


def verdict(link: LinkState, ending: Ending, moment: Moment) -> Verdict:
    """What follows from the ending that was counted last. Advances the back-off when it is a scheduled wait."""
    if _is_hopeless(link, ending):
        return Stop()
    if _is_token_refused(ending):
        return Stop() if link.renewed_since_stable else Renew()
    if ending.kind is EndingKind.REFUSED and ending.code == 429:
        asked = RATE_LIMITED_FOR if ending.retry_after is None else ending.retry_after
        return Again(max(spread(asked, moment), scheduled(link, moment)))
    if _keeps_failing(link, ending, moment):
        return Again(max(spread(CIRCUIT_OPEN_FOR, moment), ending.retry_after or 0.0), is_rare=True)
    return Again(max(_wait(link, ending, moment), ending.retry_after or 0.0))


def scheduled(link: LinkState, moment: Moment) -> float:
    """The next wait of the table, drawn between the floor and its cap."""
    cap = BACKOFF_CAPS[min(link.step, len(BACKOFF_CAPS) - 1)]
    link.step += 1
    return BACKOFF_FLOOR + moment.chance * (cap - BACKOFF_FLOOR)


def spread(delay: float, moment: Moment) -> float:
    """At least `delay`, and up to a fifth more, so that consoles do not come back as one."""
    return delay * (1 + moment.chance / 5)


def make_of(ending: Ending) -> Make:
    """Which row of endings one belongs to."""
    if ending.kind is EndingKind.UNTRUSTED:
        return Make.UNTRUSTED
    if ending.kind is EndingKind.REFUSED and ending.code in NO_CHAT_SERVER:
        return Make.NO_CHAT_SERVER
    if ending.kind is EndingKind.CLOSED and ending.code in PROTOCOL_ERRORS:
        return Make.PROTOCOL_ERROR
    return Make.OTHER


def _is_hopeless(link: LinkState, ending: Ending) -> bool:
    """Endings that no waiting mends."""
    match ending.kind:
        case EndingKind.REDIRECTED | EndingKind.CLEARTEXT | EndingKind.MISCONFIGURED:
            return True
        case EndingKind.UNTRUSTED:
            return link.same >= SAME_TRIES
        case EndingKind.CLOSED:
            return ending.code in NOT_ALLOWED
        case EndingKind.REFUSED:
            return ending.code == 403
        case _:
            return False


def _is_token_refused(ending: Ending) -> bool:
    return (ending.kind, ending.code) in ((EndingKind.REFUSED, 401), (EndingKind.CLOSED, 4401))


def _keeps_failing(link: LinkState, ending: Ending, moment: Moment) -> bool:
    """A line that breaks young again and again, a server that keeps closing it, or one that speaks something else."""
    closed_often = len(link.closings) == CLOSINGS and moment.now - link.closings[0] <= CLOSINGS_WITHIN
    is_strange = make_of(ending) in (Make.NO_CHAT_SERVER, Make.PROTOCOL_ERROR) and link.same >= SAME_TRIES
    return link.flaps >= FLAPS or closed_often or is_strange


def _wait(link: LinkState, ending: Ending, moment: Moment) -> float:
    """How long to wait, if the server does not say."""
    if ending.kind in (EndingKind.ASKED, EndingKind.DEAF):
        return 0.0
    if ending.kind is not EndingKind.CLOSED:
        return scheduled(link, moment)
    if ending.code in GOING_AWAY and not link.step:
        link.step = 1
        return moment.chance * GOING_AWAY_WITHIN
    if ending.code in OVERLOADED:
        return spread(OVERLOADED_FOR, moment)
    if ending.code in PROTOCOL_ERRORS:
        link.step = max(link.step, BACKOFF_AFTER_PROTOCOL_ERROR)
    return scheduled(link, moment)
