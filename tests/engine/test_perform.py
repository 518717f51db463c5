"""Each effect is performed, and what comes of it is told exactly once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import pytest

from tests.engine.fakes import NOT_REACHED, UNAUTHORIZED, FakeLink, FakeRest, FakeTokens, empty, failing, until
from tests.engine.hand_clock import HandClock
from tms_tui.domain.effects import (
    CloseLink,
    MarkRead,
    OpenLink,
    ProveLink,
    ReadAgents,
    ReadCanned,
    RenewToken,
    Request,
    SignalTyping,
    SignalViewing,
    Timer,
    TimerKind,
    WakeAt,
)
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import (
    AgentsRead,
    Answer,
    AskFailed,
    CannedRead,
    Event,
    LinkLost,
    LinkProven,
    ReconnectAsked,
    RenewFailed,
    TimerRang,
    TokenRenewed,
)
from tms_tui.domain.ids import Cursor, SessionId
from tms_tui.domain.policy import RENEW_SOONEST
from tms_tui.engine.perform import Performer

SESSION = SessionId("s")
POLL = Timer(TimerKind.POLL)


@dataclass
class Bench:
    """A performer, what it performs with, and the events it took."""

    clock: HandClock = field(default_factory=HandClock)
    link: FakeLink = field(default_factory=FakeLink)
    rest: FakeRest = field(default_factory=lambda: FakeRest(empty))
    tokens: FakeTokens = field(default_factory=FakeTokens)
    taken: list[Event] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    performer: Performer = field(init=False)

    def __post_init__(self) -> None:
        self.performer = Performer(self.link, self.rest, self.tokens, self.clock, self.taken.append, self._guard)

    @contextmanager
    def _guard(self, _doing: str) -> Iterator[None]:
        try:
            yield
        except RuntimeError as failure:
            self.failures.append(failure)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            self.performer.begin(group)
            yield
            self.performer.end()

    async def done(self) -> None:
        while busy := self.performer.busy():
            await asyncio.wait(busy)
        await until(lambda: not self.performer.pending())


async def test_a_request_is_asked_once_and_answered_once() -> None:
    bench = Bench()
    async with bench.working():
        bench.performer.perform(ReadAgents())
        assert bench.taken == []
        await bench.done()
    assert bench.rest.asked == [ReadAgents()]
    assert bench.taken == [AgentsRead(())]


async def test_effects_before_the_work_begins_wait_for_it() -> None:
    bench = Bench()
    bench.performer.perform(ReadAgents())
    bench.performer.perform(ReadCanned())
    async with bench.working():
        await bench.done()
    assert bench.taken == [AgentsRead(()), CannedRead(())]


async def test_effects_after_the_end_are_dropped_and_tasks_under_way_are_cancelled() -> None:
    bench = Bench()
    bench.rest.hold()
    async with bench.working():
        bench.performer.perform(ReadAgents())
        await asyncio.sleep(0)
    bench.performer.perform(ReadCanned())
    assert bench.rest.asked == [ReadAgents()]
    assert bench.taken == []


async def test_a_task_cancelled_before_its_first_step_leaves_nothing_behind() -> None:
    bench = Bench()
    async with bench.working():
        bench.performer.perform(ReadAgents())
    assert bench.rest.asked == []


async def test_an_expired_token_is_renewed_once_for_all_who_met_it_and_each_asks_again() -> None:
    bench = Bench()
    fresh = False

    def reply(request: Request) -> Answer:
        return empty(request) if fresh else AskFailed(request, UNAUTHORIZED)

    bench.rest.reply = reply
    bench.tokens.free.clear()
    async with bench.working():
        for up_to in range(50):
            bench.performer.perform(MarkRead(SESSION, up_to))
        await until(lambda: bench.tokens.renewals == 1)
        fresh = True
        bench.tokens.free.set()
        await bench.done()
    assert bench.tokens.renewals == 1
    assert bench.link.authenticated == 1
    assert len(bench.rest.asked) == 100
    assert bench.taken.count(TokenRenewed(900.0)) == 1
    assert not any(isinstance(event, AskFailed) for event in bench.taken)


async def test_a_late_401_to_the_old_token_asks_again_without_another_renewal() -> None:
    bench = Bench(rest=FakeRest(failing(UNAUTHORIZED)))
    bench.rest.hold()
    async with bench.working():
        bench.performer.perform(ReadAgents())
        bench.performer.perform(RenewToken())
        await asyncio.sleep(0)
        await until(lambda: TokenRenewed(900.0) in bench.taken)
        bench.rest.release()
        await bench.done()
    assert bench.rest.asked == [ReadAgents(), ReadAgents()]
    assert bench.tokens.renewals == 1


async def test_a_second_401_goes_to_the_core() -> None:
    bench = Bench(rest=FakeRest(failing(UNAUTHORIZED)))
    async with bench.working():
        bench.performer.perform(ReadAgents())
        await bench.done()
    assert bench.rest.asked == [ReadAgents(), ReadAgents()]
    assert bench.taken == [TokenRenewed(900.0), AskFailed(ReadAgents(), UNAUTHORIZED)]


async def test_when_the_token_cannot_be_renewed_the_first_401_goes_to_the_core() -> None:
    bench = Bench(rest=FakeRest(failing(UNAUTHORIZED)))
    bench.tokens.outcome = UNAUTHORIZED
    async with bench.working():
        bench.performer.perform(ReadAgents())
        await bench.done()
    assert bench.rest.asked == [ReadAgents()]
    assert bench.taken == [RenewFailed(UNAUTHORIZED), AskFailed(ReadAgents(), UNAUTHORIZED)]
    assert bench.link.authenticated == 0


async def test_other_failures_are_told_without_a_second_try() -> None:
    bench = Bench(rest=FakeRest(failing(NOT_REACHED)))
    async with bench.working():
        bench.performer.perform(ReadAgents())
        await bench.done()
    assert bench.rest.asked == [ReadAgents()]
    assert bench.taken == [AskFailed(ReadAgents(), NOT_REACHED)]


async def test_the_links_end_is_told_once_after_all_it_brought() -> None:
    bench = Bench()
    async with bench.working():
        bench.performer.perform(OpenLink(Cursor("7")))
        await bench.done()
        bench.link.bring(ReconnectAsked())
        bench.link.lose(Ending(EndingKind.CLOSED, 1012))
        await until(lambda: len(bench.taken) == 2)
    assert bench.link.opened == [Cursor("7")]
    assert bench.taken == [ReconnectAsked(), LinkLost(Ending(EndingKind.CLOSED, 1012))]


async def test_a_closed_link_is_told_at_once_and_what_it_says_afterwards_does_not_count() -> None:
    bench = Bench()
    bench.link.may_close.clear()
    async with bench.working():
        bench.performer.perform(OpenLink())
        await bench.done()
        bench.performer.perform(CloseLink(EndingKind.DEAF))
        assert bench.taken == [LinkLost(Ending(EndingKind.DEAF))]
        await asyncio.sleep(0)
        assert bench.link.open_now == 1
        bench.link.bring(ReconnectAsked())
        bench.link.may_close.set()
        await bench.done()
    assert bench.link.open_now == 0
    assert bench.taken == [LinkLost(Ending(EndingKind.DEAF))]


async def test_closing_without_a_link_tells_nothing() -> None:
    bench = Bench()
    async with bench.working():
        bench.performer.perform(CloseLink(EndingKind.ASKED))
        await bench.done()
    assert bench.taken == []


async def test_never_two_sockets_the_next_opens_when_the_one_before_is_closed() -> None:
    bench = Bench()
    bench.link.may_close.clear()
    async with bench.working():
        bench.performer.perform(OpenLink(Cursor("1")))
        await bench.done()
        bench.performer.perform(CloseLink(EndingKind.ASKED))
        bench.performer.perform(OpenLink(Cursor("2")))
        await asyncio.sleep(0)
        assert bench.link.opened == [Cursor("1")]
        bench.link.may_close.set()
        await bench.done()
        assert bench.link.opened == [Cursor("1"), Cursor("2")]
        bench.performer.perform(OpenLink(Cursor("3")))
        await bench.done()
        assert bench.link.opened[-1] == Cursor("3")
    assert bench.link.most_open == 1
    assert bench.taken == [LinkLost(Ending(EndingKind.ASKED))] * 2


@pytest.mark.parametrize(("latency", "expected"), [(0.25, [LinkProven(0.25)]), (None, [])])
async def test_a_proof_is_told_when_there_was_one(latency: float | None, expected: list[Event]) -> None:
    bench = Bench()
    bench.link.latency = latency
    async with bench.working():
        bench.performer.perform(OpenLink())
        await bench.done()
        bench.performer.perform(ProveLink())
        await bench.done()
        assert bench.link.proofs == 1
        assert bench.taken == expected


async def test_signals_reach_the_link_in_order() -> None:
    bench = Bench()
    async with bench.working():
        for active in (True, False, True):
            bench.performer.perform(SignalTyping(SESSION, active))
        bench.performer.perform(SignalViewing(SESSION))
        bench.performer.perform(SignalViewing(None))
        await bench.done()
    assert bench.link.typing == [(SESSION, True), (SESSION, False), (SESSION, True)]
    assert bench.link.viewing == [SESSION, None]


async def test_an_alarm_rings_once_at_its_time() -> None:
    bench = Bench()
    async with bench.working():
        bench.performer.perform(WakeAt(POLL, bench.clock.now() + 3))
        bench.clock.advance(2.9)
        assert bench.taken == []
        bench.clock.advance(10)
    assert bench.taken == [TimerRang(POLL)]


async def test_an_alarm_set_again_moves_and_none_takes_it_back() -> None:
    bench = Bench()
    other = Timer(TimerKind.TYPING_IN, "s")
    async with bench.working():
        start = bench.clock.now()
        for timer, when in ((POLL, start + 3), (POLL, start + 6), (other, start + 4), (other, None)):
            bench.performer.perform(WakeAt(timer, when))
        bench.clock.advance(5)
        assert bench.taken == []
        bench.clock.advance(5)
    assert bench.taken == [TimerRang(POLL)]


async def test_an_alarm_in_the_past_rings_in_the_next_turn_and_none_after_the_end() -> None:
    bench = Bench()
    async with bench.working():
        bench.performer.perform(WakeAt(POLL, bench.clock.now() - 1))
        assert bench.taken == []
        await bench.done()
        assert bench.taken == [TimerRang(POLL)]
        bench.performer.perform(WakeAt(POLL, bench.clock.now() + 1))
    bench.clock.advance(5)
    assert len(bench.taken) == 1


async def test_a_failing_task_is_reported_and_the_others_go_on() -> None:
    bench = Bench()

    def reply(request: Request) -> Answer:
        if request == ReadAgents():
            raise RuntimeError("broken")
        return empty(request)

    bench.rest.reply = reply
    async with bench.working():
        bench.performer.perform(ReadAgents())
        bench.performer.perform(ReadCanned())
        await bench.done()
    assert [str(failure) for failure in bench.failures] == ["broken"]
    assert bench.taken == [CannedRead(())]


async def test_a_token_refused_as_soon_as_it_came_is_not_renewed_again_before_its_time() -> None:
    bench = Bench(rest=FakeRest(failing(UNAUTHORIZED)))
    async with bench.working():
        bench.performer.perform(RenewToken())
        await bench.done()
        bench.performer.perform(ReadAgents())
        await bench.done()
        assert bench.tokens.renewals == 1
        rest = Failure(FailureKind.TOO_MANY, 401, retry_after=RENEW_SOONEST)
        assert bench.taken == [TokenRenewed(900.0), AskFailed(ReadAgents(), rest)]
        bench.clock.advance(RENEW_SOONEST)
        bench.performer.perform(ReadAgents())
        await bench.done()
        assert bench.tokens.renewals == 2
        assert bench.taken[-1] == AskFailed(ReadAgents(), UNAUTHORIZED)
