"""Does what the core asks for: one performer for each effect."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, assert_never

from tms_tui.core.link import RENEWAL_REFUSED
from tms_tui.domain.effects import (
    CloseLink,
    Effect,
    KeepEffect,
    KeepSend,
    LinkEffect,
    OpenLink,
    ProveLink,
    RenewToken,
    ReplaceLink,
    Request,
    SignalTyping,
    SignalViewing,
    StopReplacing,
    Timer,
    WakeAt,
)
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import Answer, AskFailed, KeepEvent, RenewFailed, SendKept, TimerRang, TokenRenewed, Woke
from tms_tui.domain.policy import CLOCK_GAP, RENEW_SOONEST
from tms_tui.domain.value import replace
from tms_tui.engine.alarms import Alarms
from tms_tui.engine.clock import Clock
from tms_tui.engine.line import Line
from tms_tui.transport.ports import Link, Rest, Take, Tokens

if TYPE_CHECKING:  # SQLite takes longer to load than a first frame may
    from tms_tui.engine.keep import Keep

Work = Coroutine[None, None, None]
Guard = Callable[[str], AbstractContextManager[None]]


class Performer:
    """Turns effects into tasks and alarms, and what comes of them into events.

    Between `begin` and `end` tasks run in the given group; effects that come earlier wait for it,
    later ones are dropped. `guard` is entered around each task: none fails unseen.
    """

    def __init__(
        self,
        link: Link,
        rest: Rest,
        tokens: Tokens,
        clock: Clock,
        take: Take,
        guard: Guard,
        keep: "Keep | None" = None,
    ) -> None:
        self._guard = guard
        self._keep = keep
        self._keeping = 0
        self._link = link
        self._rest = rest
        self._tokens = tokens
        self._take = take
        self._line = Line(link, take)
        self._alarms = Alarms(clock, self._ring)
        self._group: asyncio.TaskGroup | None = None
        self._early: list[Effect] | None = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._renewal: asyncio.Task[None] | None = None
        self._renewals = 0
        self._renewed_at = float("-inf")
        """When the newest token came, on the monotonic clock."""
        self._clock = clock
        self._not_renewed: Failure | None = None

    def begin(self, group: asyncio.TaskGroup) -> None:
        """Run tasks in `group` from now on."""
        self._group = group
        early, self._early = self._early or [], None
        for effect in early:
            self.perform(effect)

    def end(self) -> None:
        """Stop all tasks and alarms; nothing is performed any more."""
        self._group = None
        self._early = None
        self._alarms.clear()
        for task in self._tasks:
            task.cancel()

    def perform(self, effect: Effect) -> None:
        """Begin one effect; returns at once."""
        if self._group is not None:
            self._perform(effect)
        elif self._early is not None:
            self._early.append(effect)

    def busy(self) -> set[asyncio.Task[None]]:
        """Tasks that will end by themselves: all but the open socket's."""
        return self._tasks - self._line.tasks

    def pending(self) -> bool:
        """Whether something no task stands for is under way: a due alarm, a socket not begun, a send being kept."""
        return self._alarms.due() or self._line.starting or self._keeping > 0

    def _perform(self, effect: Effect) -> None:
        if isinstance(effect, Request):
            self._do(self._ask(effect))
        elif isinstance(effect, LinkEffect):
            self._perform_on_line(effect)
        elif isinstance(effect, KeepEffect):
            self._keep_on_disk(effect)
        elif isinstance(effect, WakeAt):
            self._alarms.set(effect.timer, effect.when)
        elif isinstance(effect, RenewToken):
            self._do(self._renewed())
        else:
            assert_never(effect)

    def _perform_on_line(self, effect: LinkEffect) -> None:
        match effect:
            case OpenLink(after):
                self._line.open(after, self._start)
            case ReplaceLink(after):
                self._line.replace(after, self._start)
            case StopReplacing():
                self._line.stop_replacing()
            case CloseLink(why):
                self._line.close(why)
            case ProveLink():
                self._do(self._line.prove())
            case SignalTyping(session, active):
                self._do(self._link.signal_typing(session, active=active))
            case SignalViewing(viewed):
                self._do(self._link.signal_viewing(viewed))
            case _:
                assert_never(effect)

    def _keep_on_disk(self, effect: KeepEffect) -> None:
        if self._keep is not None:
            self._keeping += isinstance(effect, KeepSend)
            self._keep.keep(effect, self._kept)

    def _kept(self, event: KeepEvent) -> None:
        self._keeping -= isinstance(event, SendKept)
        self._take(event)

    def _start(self, work: Work) -> asyncio.Task[None]:
        if self._group is None:
            work.close()
            raise RuntimeError("no task starts outside run()")
        task = self._group.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # cancelled before its first step, `work` was never entered
        return task

    def _do(self, work: Work) -> None:
        self._start(work)  # type: ignore[unused-awaitable]  # kept in _tasks and by the group

    async def _guarded(self, work: Work) -> None:
        with self._guard("performing"):
            await work

    def _ring(self, timer: Timer, late: float) -> None:
        if late > CLOCK_GAP:
            self._take(Woke(late))  # the process stood still: what the line seems to be may be long over
        self._take(TimerRang(timer))

    async def _ask(self, request: Request) -> None:
        renewals = self._renewals
        answer = await self._rest.ask(request)
        if _unauthorized(answer):
            answer = await self._asked_again(request, renewals) or answer
        self._take(answer)

    async def _asked_again(self, request: Request, renewals: int) -> Answer | None:
        """The answer with a token newer than it was then; None when the sign-in is over."""
        too_soon = self._renewed_at + RENEW_SOONEST - self._clock.now()
        if self._renewals == renewals and too_soon > 0:
            # Refused with a token that is hardly there: another one would be no better, and so on without a pause.
            return AskFailed(request, Failure(FailureKind.TOO_MANY, 401, retry_after=too_soon))
        if self._renewals == renewals:
            await self._renewed()
        if self._renewals > renewals:
            return await self._rest.ask(request)
        failure = self._not_renewed
        if failure is None or failure.kind in RENEWAL_REFUSED:
            return None
        # Refused for its old token, so not carried out: it may be repeated once the token can be renewed.
        kind = FailureKind.TOO_MANY if failure.kind is FailureKind.TOO_MANY else FailureKind.NOT_REACHED
        return AskFailed(request, replace(failure, kind=kind))

    async def _renewed(self) -> None:
        """Renew the token, or join the renewal under way."""
        if self._renewal is None or self._renewal.done():
            self._renewal = self._start(self._exchange())
        await self._renewal

    async def _exchange(self) -> None:
        lifetime = await self._tokens.renew()
        self._not_renewed = lifetime if isinstance(lifetime, Failure) else None
        if isinstance(lifetime, Failure):
            self._take(RenewFailed(lifetime))
            return
        self._renewals += 1
        self._renewed_at = self._clock.now()
        self._take(TokenRenewed(lifetime))
        await self._link.authenticate()


def _unauthorized(answer: Answer) -> bool:
    return isinstance(answer, AskFailed) and answer.failure.kind is FailureKind.UNAUTHORIZED
