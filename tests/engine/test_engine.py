"""The joint with the real rules: one door, ordered effects, one run, and no silent end."""

import asyncio
import logging

import pytest

from tests.core.desk import ANA, JONAS, TALK, conversation, message
from tests.engine.fakes import NOT_REACHED, FakeRest, Stand, empty, running, stand, until
from tms_tui.core import select
from tms_tui.domain import policy
from tms_tui.domain.changes import Change, SendTaken, SessionMoved, TranscriptGrew
from tms_tui.domain.effects import ReadLog, ReadSessions, Request, Transmit
from tms_tui.domain.entries import Delivery
from tms_tui.domain.errors import Failure
from tms_tui.domain.events import (
    Answer,
    AskFailed,
    LinkWelcomed,
    LogRead,
    MessageArrived,
    SendAsked,
    SendStored,
    SessionChanged,
    SessionsRead,
    SignedIn,
)
from tms_tui.domain.ids import Cursor
from tms_tui.domain.model import Draft
from tms_tui.engine.engine import EngineFailedError


def one_conversation(request: Request) -> Answer:
    if isinstance(request, ReadSessions):
        return SessionsRead(request.query, (conversation(),), None, Cursor("0"))
    if isinstance(request, Transmit):
        draft = request.draft
        return SendStored(draft.send_id, message(1, session=draft.session, send_id=draft.send_id, text=draft.text))
    return empty(request)


async def signed_in(at: Stand) -> None:
    at.engine.take(SignedIn(ANA, 900.0))
    await at.engine.settled()
    at.link.welcome(ANA.id)
    await at.engine.settled()


def draft(at: Stand, text: str = "hello") -> Draft:
    return Draft(at.engine.new_send_id(), TALK, text, private=False, asked_at=at.clock.wall())


async def test_signing_in_opens_the_line_and_reads_the_desk() -> None:
    at = stand(one_conversation)
    async with running(at.engine):
        await signed_in(at)
        assert at.link.opened == [None]
        assert at.rest.asked_for(ReadSessions)
        assert list(at.engine.state.sessions) == [TALK]
        assert select.badge(at.engine.state).kind == "live"


async def test_what_is_taken_before_the_run_is_done_by_it() -> None:
    at = stand(one_conversation)
    at.engine.take(SignedIn(ANA, 900.0))
    assert at.link.opened == []
    async with running(at.engine):
        await at.engine.settled()
        assert at.link.opened == [None]


async def test_a_send_stands_as_pending_when_take_returns_and_is_settled_by_the_answer() -> None:
    at = stand(one_conversation)
    async with running(at.engine):
        await signed_in(at)
        at.rest.hold()
        at.engine.take(SendAsked(draft(at)))
        [pending] = select.entries(at.engine.state, TALK)
        assert select.delivery(at.engine.state, pending) is Delivery.SENDING
        at.rest.release()
        await at.engine.settled()
        [stored] = select.entries(at.engine.state, TALK)
        assert stored == message(1, send_id="send-1", text="hello")


async def test_subscribers_get_changes_folded_until_they_leave() -> None:
    at = stand(one_conversation)
    seen: list[tuple[Change, ...]] = []
    async with running(at.engine):
        await signed_in(at)
        leave = at.engine.subscribe(seen.append)
        for seq in range(1, 101):
            at.link.bring(MessageArrived(message(seq, JONAS)))
        assert seen == []
        await at.engine.settled()
        flat = [change for delivery in seen for change in delivery]
        assert flat.count(TranscriptGrew(TALK)) == len(seen) == 1
        assert SessionMoved(TALK) in flat
        leave()
        at.link.bring(MessageArrived(message(101, JONAS)))
        await at.engine.settled()
        assert len(seen) == 1


async def test_a_subscriber_may_take_an_event() -> None:
    at = stand(one_conversation)
    seen: list[Change] = []
    asked = draft(at, "thanks")
    async with running(at.engine):
        await signed_in(at)

        def answer(changes: tuple[Change, ...]) -> None:
            seen.extend(changes)
            if TranscriptGrew(TALK) in changes:
                leave()
                at.engine.subscribe(seen.extend)
                at.engine.take(SendAsked(asked))

        leave = at.engine.subscribe(answer)
        at.link.bring(MessageArrived(message(7, JONAS)))
        await at.engine.settled()
    assert SendTaken(asked.send_id, TALK) in seen


async def test_an_event_that_an_effect_brings_is_applied_after_the_other_effects() -> None:
    at = stand(one_conversation)
    order: list[str] = []
    at.engine._record = lambda event, _moment: order.append(type(event).__name__)
    async with running(at.engine):
        at.engine.take(SignedIn(ANA, 900.0))
        await at.engine.settled()
        order.clear()
        at.clock.advance(policy.WELCOME_WITHIN)
        assert order[-2:] == ["TimerRang", "LinkLost"]
        assert select.badge(at.engine.state).kind == "connecting"
        await at.engine.settled()
        assert at.link.open_now == 0


async def test_the_reconnect_comes_by_the_clock_and_resumes_where_it_left_off() -> None:
    at = stand(one_conversation)
    async with running(at.engine):
        await signed_in(at)
        at.link.bring(SessionChanged(conversation(version=2), Cursor("5")))
        at.rest.hold()
        at.link.lose()
        await until(lambda: at.link.open_now == 0)
        assert len(at.link.opened) == 1
        at.clock.advance(1.1)
        await until(lambda: at.link.open_now == 1)
        at.rest.release()
        await at.engine.settled()
        assert at.link.opened == [None, Cursor("5")]
        assert at.link.most_open == 1


async def test_while_the_socket_is_down_the_log_is_read_by_the_clock() -> None:
    at = stand(one_conversation)
    async with running(at.engine):
        await signed_in(at)
        at.link.lose()
        await until(lambda: at.link.open_now == 0)
        await at.engine.settled()
        read = len(at.rest.asked_for(ReadLog))
        assert read >= 1

        def reply(request: Request) -> Answer:
            if isinstance(request, ReadLog):
                return LogRead(request.after, (MessageArrived(message(1, JONAS), Cursor("9")),), Cursor("9"), False)
            return one_conversation(request)

        at.rest.reply = reply
        at.clock.advance(4)
        await at.engine.settled()
        assert len(at.rest.asked_for(ReadLog)) > read
        assert list(select.entries(at.engine.state, TALK)) == [message(1, JONAS)]


async def test_settled_waits_for_answers_that_are_held_back() -> None:
    at = stand(one_conversation)
    async with running(at.engine):
        at.rest.hold()
        at.engine.take(SignedIn(ANA, 900.0))
        waiting = asyncio.create_task(at.engine.settled())
        await until(lambda: bool(at.rest.asked))
        assert not waiting.done()
        at.rest.release()
        await waiting


async def test_run_ends_on_stop_and_closes_what_was_open() -> None:
    closed: list[bool] = []
    at = stand(one_conversation)

    async def close() -> None:
        assert at.link.open_now == 0
        closed.append(True)

    at.engine._close = close
    async with running(at.engine):
        await signed_in(at)
        assert at.link.open_now == 1
    assert at.link.open_now == 0
    assert closed == [True]
    assert at.clock.next_alarm() is None


async def test_run_can_be_cancelled() -> None:
    at = stand(one_conversation)
    work = asyncio.create_task(at.engine.run())
    at.engine.take(SignedIn(ANA, 900.0))
    await until(lambda: at.link.open_now == 1)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert at.link.open_now == 0


class BrokenRest(FakeRest):
    """Fails with a customer's words in the message, as a careless library would."""

    async def ask(self, request: Request) -> Answer:
        raise ValueError(f"cannot read 'my card is 4111' for {request}")


async def test_a_fault_of_its_own_is_reported_by_its_place_and_ends_the_run(caplog: pytest.LogCaptureFixture) -> None:
    at = stand()
    at.engine._performer._rest = BrokenRest(empty)
    work = asyncio.create_task(at.engine.run())
    with caplog.at_level(logging.DEBUG):
        at.engine.take(SignedIn(ANA, 900.0))
        with pytest.raises(EngineFailedError) as failure:
            await work
    assert failure.value.where.startswith("ValueError at test_engine.py:")
    assert "test_engine.py" in caplog.text
    assert "4111" not in caplog.text + str(failure.value)
    at.engine.take(SendAsked(draft(at)))
    assert not list(at.engine.state.outbox)


async def test_a_failing_face_does_not_end_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    at = stand(one_conversation)

    def fail(_changes: tuple[Change, ...]) -> None:
        raise LookupError("no such widget")

    at.engine.subscribe(fail)
    work = asyncio.create_task(at.engine.run())
    at.engine.take(SignedIn(ANA, 900.0))
    with pytest.raises(EngineFailedError, match="LookupError"):
        await work
    assert "showing changes" in caplog.text


@pytest.mark.parametrize("failure", [NOT_REACHED])
async def test_failures_of_the_world_are_no_faults(failure: Failure) -> None:
    at = stand(lambda request: AskFailed(request, failure))
    async with running(at.engine):
        at.engine.take(SignedIn(ANA, 900.0))
        await at.engine.settled()
        at.link.bring(LinkWelcomed(ANA.id, 0.0, resumed=False, cursor=Cursor("1")))
        await at.engine.settled()
        assert select.badge(at.engine.state).kind == "live"
