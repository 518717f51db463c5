"""A server without an end: what its answers make the console ask has a pace, what they make it keep a number."""

from collections.abc import Callable
from itertools import count

import pytest

from tests.core.desk import ANA, EPOCH, EVA, JONAS, ME, TALK, Desk, conversation, draft, message
from tms_tui.core import select
from tms_tui.domain import policy
from tms_tui.domain.changes import Announced, Bound, CustomerWrote, NoticeKind
from tms_tui.domain.effects import (
    MarkRead,
    Read,
    ReadAgents,
    ReadCanned,
    ReadLog,
    ReadPage,
    ReadSession,
    ReadSessions,
    RenewToken,
    ReplaceLink,
    Request,
    TimerKind,
    Transmit,
)
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import (
    AgentsRead,
    Answer,
    AskFailed,
    CannedRead,
    LinkLost,
    LinkProven,
    LinkWelcomed,
    LogRead,
    MessageArrived,
    PageRead,
    PresenceSeen,
    ReceiptSeen,
    SendAsked,
    SessionChanged,
    SessionOpened,
    SessionsRead,
    Shown,
    TokenRenewed,
    TopReached,
    TypingSeen,
)
from tms_tui.domain.ids import AgentId, Cursor, PageToken, SessionId
from tms_tui.domain.model import Agent, Author, AuthorType, CannedResponse, Message, SessionStatus
from tms_tui.domain.text import CleanText

Answers = Callable[[Request], Answer | None]
MOST_IN_A_MINUTE = policy.READS_AT_ONCE + 60 / policy.READ_EVERY + 30


def live() -> Desk:
    """Live, with nothing to read."""
    desk = Desk()
    desk.sign_in(lifetime=10.0**9)
    for asked in desk.took(ReadSessions):
        desk.take(SessionsRead(asked.query, (), None, Cursor("0")))
    desk.take(LinkWelcomed(AgentId("ana"), EPOCH + desk.now, False, Cursor("0")), LinkProven(0.01))
    for _ in range(2):
        desk.take(LogRead(Cursor("0"), (), Cursor("0"), has_more=False))
    desk.effects.clear()
    desk.changes.clear()
    return desk


def play(desk: Desk, seconds: float, answer: Answers) -> int:
    """Answer whatever is asked at once, for so long; how many requests there were."""
    asked, end = 0, desk.now + seconds
    while desk.now < end:
        while requests := [one for one in desk.effects if isinstance(one, Request)]:
            desk.effects.clear()
            asked += len(requests)
            assert asked < 10 * MOST_IN_A_MINUTE, "asked without a pause"
            for request in requests:
                if (answered := answer(request)) is not None:
                    desk.take(answered)
        desk.advance(min(0.25, end - desk.now))
    return asked


def met(desk: Desk) -> list[Bound | None]:
    """What was said of bounds."""
    return [one.notice.bound for one in desk.saw(Announced) if one.notice.kind is NoticeKind.BOUNDED]


def quiet(request: Request) -> Answer | None:
    """What a server answers in which nothing happens."""
    match request:
        case ReadSessions(query):
            return SessionsRead(query, (), None, Cursor("0"))
        case ReadLog(after):
            return LogRead(after, (), after, has_more=False)
        case ReadPage(session, before, after):
            return PageRead(session, (), has_more=False, before=before, after=after)
        case _:
            return None


# Reads that answers lead to.


def test_a_log_that_never_ends_is_read_at_a_slow_pace_and_that_is_said_once() -> None:
    desk, cursors = live(), count(1)

    def endless(request: Request) -> Answer | None:
        if isinstance(request, ReadLog):
            return LogRead(request.after, (), Cursor(str(next(cursors))), has_more=True)
        return quiet(request)

    desk.advance(policy.POLL_LIVE)
    assert play(desk, 60, endless) <= MOST_IN_A_MINUTE
    assert play(desk, 60, endless) <= 90
    assert met(desk) == [Bound.READS]


def test_a_long_log_that_ends_is_read_without_a_pause() -> None:
    desk, left = live(), count(100, -1)

    def long(request: Request) -> Answer | None:
        if isinstance(request, ReadLog) and (pages := next(left)) > 0:
            return LogRead(request.after, (), Cursor(f"p{pages}"), has_more=pages > 1)
        return quiet(request)

    desk.advance(policy.POLL_LIVE)
    play(desk, 0.25, long)
    assert desk.state.sync.cursor == "p1"
    assert met(desk) == []


def test_a_log_whose_cursor_does_not_move_is_not_read_again_at_once() -> None:
    desk = live()
    desk.advance(policy.POLL_LIVE)
    stuck = LogRead(Cursor("0"), (), Cursor("0"), has_more=True)
    asked = play(desk, 60, lambda request: stuck if isinstance(request, ReadLog) else quiet(request))
    assert asked <= 60 / policy.POLL_LIVE + 1
    assert met(desk) == [Bound.READS]


def test_a_log_that_has_always_just_expired_is_not_read_in_a_circle() -> None:
    desk = live()
    desk.advance(policy.POLL_LIVE)

    def expired(request: Request) -> Answer | None:
        is_log = isinstance(request, ReadLog)
        return AskFailed(request, Failure(FailureKind.EXPIRED, 410)) if is_log else quiet(request)

    assert play(desk, 60, expired) <= 60


def test_a_log_that_expired_once_is_replaced_by_a_snapshot_at_once() -> None:
    desk = live()
    desk.advance(policy.POLL_LIVE)
    [log] = desk.took(ReadLog)
    desk.take(AskFailed(log, Failure(FailureKind.EXPIRED, 410)))
    assert len(desk.took(ReadSessions)) == 2


@pytest.mark.parametrize("grows", [True, False], ids=["ever new conversations", "the same page again and again"])
def test_a_listing_that_never_ends_is_ended_and_the_desk_works(grows: bool) -> None:
    desk, names = Desk(), count()
    desk.sign_in(lifetime=10.0**9)

    def endless(request: Request) -> Answer | None:
        if not isinstance(request, ReadSessions):
            return quiet(request)
        first = next(names) * policy.SESSIONS_PAGE if grows else 0
        page = range(first, first + policy.SESSIONS_PAGE)
        page_of = tuple(conversation(SessionId(f"c{one}"), activity=-float(one)) for one in page)
        return SessionsRead(request.query, page_of, PageToken("same"), Cursor("0"))

    assert play(desk, 60, endless) <= 2 * policy.SESSIONS_HELD / policy.SESSIONS_PAGE + 30
    assert desk.state.sync.cursor == "0"
    assert len(desk.state.sessions) < policy.SESSIONS_HELD + policy.SESSIONS_LEFT_OUT
    assert met(desk) == [Bound.SESSIONS if grows else Bound.READS]


def page_after(request: ReadPage, seq: int) -> PageRead:
    return PageRead(request.session, (message(seq),), has_more=True, before=request.before, after=request.after)


def ever_newer(request: ReadPage) -> PageRead:
    return page_after(request, (request.after or 0) + 1)


def the_same_again(request: ReadPage) -> PageRead:
    return page_after(request, 1)


def nothing_but_more(request: ReadPage) -> PageRead:
    return PageRead(request.session, (), has_more=True, before=request.before, after=request.after)


def ever_new_holes(request: ReadPage) -> PageRead:
    return page_after(request, (request.before or 1) + 10)


def one_of_a_million_missing(request: ReadPage) -> PageRead:
    return page_after(request, 1_000_000 if request.before is None else request.before - 1)


@pytest.mark.parametrize(
    "page", [ever_newer, the_same_again, nothing_but_more, ever_new_holes, one_of_a_million_missing]
)
def test_messages_that_never_end_are_read_at_a_slow_pace(page: Callable[[ReadPage], PageRead]) -> None:
    desk = live()
    desk.take(SessionChanged(conversation()), MessageArrived(message(1)), SessionOpened(TALK))
    desk.take(SendAsked(draft(seen=1)))

    def endless(request: Request) -> Answer | None:
        if isinstance(request, Transmit):
            return AskFailed(request, Failure(FailureKind.NO_ANSWER))
        return page(request) if isinstance(request, ReadPage) else quiet(request)

    assert play(desk, 60, endless) <= MOST_IN_A_MINUTE


def test_every_number_missing_costs_one_page_at_a_time() -> None:
    desk = live()
    desk.take(SessionChanged(conversation()), MessageArrived(message(1)), SessionOpened(TALK))
    desk.take(PageRead(TALK, (message(1),), has_more=False))
    desk.effects.clear()
    desk.take(*(MessageArrived(message(2 * number)) for number in range(1, 1000)))
    assert len(desk.took(ReadPage)) == 1


def test_messages_of_conversations_that_do_not_exist_are_not_each_asked_for_at_once() -> None:
    desk = live()
    desk.take(*(MessageArrived(message(1, session=SessionId(f"c{number}"))) for number in range(10_000)))
    missing = Failure(FailureKind.MISSING, 404)
    asked = play(desk, 60, lambda one: AskFailed(one, missing) if isinstance(one, ReadSession) else quiet(one))
    assert asked <= MOST_IN_A_MINUTE
    assert len(desk.state.sync.unknown) <= policy.READS_WAITING
    assert len(desk.state.pacing.waiting) <= policy.READS_WAITING


def test_a_conversation_of_which_only_messages_tell_is_asked_for_once_between_two_reads_of_the_log() -> None:
    desk = live()
    desk.take(*(MessageArrived(message(seq)) for seq in range(1, 100)))
    assert desk.took(ReadSession) == [ReadSession(TALK)]
    desk.take(AskFailed(ReadSession(TALK), Failure(FailureKind.MISSING, 404)), MessageArrived(message(100)))
    assert not desk.took(ReadSession)
    desk.advance(policy.POLL_LIVE)
    [log] = desk.took(ReadLog)
    desk.take(LogRead(log.after, (), log.after, has_more=False), MessageArrived(message(101)))
    assert desk.took(ReadSession) == [ReadSession(TALK)]


def test_a_list_that_is_empty_all_at_once_does_not_ask_for_every_conversation_at_once() -> None:
    desk = live()
    desk.take(*(SessionChanged(conversation(SessionId(f"c{number}"))) for number in range(2000)))
    desk.advance(policy.POLL_LIVE)
    [log] = desk.took(ReadLog)
    desk.take(AskFailed(log, Failure(FailureKind.EXPIRED, 410)))
    for asked in desk.took(ReadSessions):
        desk.take(SessionsRead(asked.query, (), None, Cursor("0")))
    assert len(desk.took(ReadSession)) <= policy.READS_AT_ONCE
    play(desk, 60, quiet)
    assert desk.state.sync.cursor == "0", "the log is read before the conversations that wait"


def test_reads_that_wait_are_not_made_while_the_server_wants_a_rest_or_a_sign_in() -> None:
    desk = live()
    desk.take(*(MessageArrived(message(1, session=SessionId(f"c{number}"))) for number in range(300)))
    desk.take(AskFailed(ReadSession(TALK), Failure(FailureKind.TOO_MANY, 429, retry_after=50.0)))
    desk.effects.clear()
    desk.advance(49)
    assert not desk.took(ReadSession)
    desk.advance(2)
    assert desk.took(ReadSession)
    desk.take(AskFailed(ReadSession(TALK), Failure(FailureKind.UNAUTHORIZED, 401)))
    desk.effects.clear()
    desk.advance(100)
    assert not desk.took(ReadSession)
    desk.sign_in()
    assert desk.took(ReadSession)


# Renewals, rests, sockets.


def test_a_token_that_lives_no_time_at_all_is_renewed_at_a_pace_of_our_own() -> None:
    desk = live()
    desk.take(TokenRenewed(0.0))
    renewals = 0
    for _ in range(240):
        for _renewal in desk.took(RenewToken):
            renewals += 1
            desk.take(TokenRenewed(0.0))
        desk.advance(0.25)
    assert 10 <= renewals <= 60 / policy.RENEW_SOONEST
    assert len(desk.took(ReplaceLink)) <= renewals + 1
    assert met(desk) == [Bound.RENEWALS]


@pytest.mark.parametrize("lifetime", [5.0, 30.0, 900.0])
def test_a_token_that_lives_long_enough_is_renewed_before_it_ends(lifetime: float) -> None:
    desk = live()
    desk.take(TokenRenewed(lifetime))
    left = desk.alarm(TimerKind.RENEW)
    assert left is not None
    assert lifetime / 2 <= left < lifetime
    assert met(desk) == []


@pytest.mark.parametrize("kind", [FailureKind.TOO_MANY, FailureKind.SERVER_ERROR, FailureKind.NOT_REACHED])
def test_a_server_that_asks_for_the_shortest_rest_for_ever_is_asked_ever_more_rarely(kind: FailureKind) -> None:
    desk = live()
    desk.take(SessionChanged(conversation()), SendAsked(draft()))
    rest = Failure(kind, retry_after=policy.RETRY_AFTER_SHORTEST)
    assert play(desk, 60, lambda request: AskFailed(request, rest)) <= 60
    sends = 0
    for _ in range(240):
        for sent in desk.took(Transmit):
            sends += 1
            desk.take(AskFailed(sent, rest))
        desk.advance(0.25)
    assert sends <= 10


def test_a_line_that_is_refused_with_the_shortest_rest_for_ever_is_tried_no_faster_than_any_other() -> None:
    desk = live()
    desk.take(LinkLost(Ending(EndingKind.LOST)))
    tries = 0
    for _ in range(600):
        if desk.state.link.stage == "opening":
            tries += 1
            desk.take(LinkLost(Ending(EndingKind.REFUSED, 429, retry_after=policy.RETRY_AFTER_SHORTEST)))
        desk.advance(0.1)
    assert tries <= 18


# What is kept.


def test_a_conversation_never_opened_keeps_its_newest_messages_and_is_read_back_when_opened() -> None:
    desk = live()
    desk.take(SessionChanged(conversation()))
    desk.take(*(MessageArrived(message(seq)) for seq in range(1, 1001)))
    held = desk.state.transcripts[TALK]
    assert [one.seq for one in held.entries if isinstance(one, Message)] == list(range(801, 1001))
    assert (held.oldest_seq, held.newest_seq, len(held.ids)) == (801, 1000, policy.UNOPENED_HELD)
    assert not held.top_reached
    assert not held.holes
    assert met(desk) == [], "nothing is wrong with a long conversation"

    desk.take(SessionOpened(TALK))
    assert desk.took(ReadPage) == [ReadPage(TALK)]
    desk.take(PageRead(TALK, tuple(message(seq) for seq in range(951, 1001)), has_more=True))
    assert not desk.took(ReadPage), "nothing is missing between what is held and what was read"
    before = select.transcript(desk.state, TALK)
    assert before is not None
    while not before.top_reached:
        desk.take(TopReached(TALK))
        [page] = desk.took(ReadPage)
        assert page.before == before.oldest_seq
        first = max(1, before.oldest_seq - policy.MESSAGES_PAGE)
        older = tuple(message(seq) for seq in range(first, before.oldest_seq))
        desk.take(PageRead(TALK, older, has_more=first > 1, before=page.before))
    assert [one.seq for one in before.entries if isinstance(one, Message)] == list(range(1, 1001))


def test_what_was_dropped_is_no_news_when_the_log_brings_it_again() -> None:
    desk = live()
    desk.take(SessionChanged(conversation()))
    all_of_it = [MessageArrived(message(seq), Cursor(str(seq))) for seq in range(1, 401)]
    desk.take(*all_of_it)
    unread = desk.state.sessions[TALK].unread
    desk.saw(CustomerWrote)
    desk.advance(policy.POLL_LIVE)
    [log] = desk.took(ReadLog)
    desk.take(LogRead(log.after, tuple(all_of_it), Cursor("400"), has_more=False))
    assert desk.state.transcripts[TALK].oldest_seq == 201
    assert not desk.state.transcripts[TALK].holes
    assert not desk.saw(CustomerWrote)
    assert desk.state.sessions[TALK].unread == unread == 400


def test_an_own_message_that_was_dropped_unseen_still_settles_its_send() -> None:
    desk = live()
    desk.take(SessionChanged(conversation()), SendAsked(draft("s1")))
    desk.take(*(MessageArrived(message(seq)) for seq in range(2, 500)))
    desk.take(MessageArrived(message(1, ME, send_id="s1")))
    assert desk.state.outbox.unsent() == 0


def test_a_gap_closes_over_what_was_dropped_with_the_number_that_came() -> None:
    desk = live()
    desk.take(SessionChanged(conversation()), *(MessageArrived(message(seq)) for seq in range(1, 301)))
    desk.take(MessageArrived(message(310)))
    assert [(hole.first, hole.last) for hole in desk.state.transcripts[TALK].holes] == [(301, 309)]
    desk.take(*(MessageArrived(message(seq)) for seq in range(311, 800)))
    assert not desk.state.transcripts[TALK].holes, "what lies before the oldest message held is read with it"


def test_what_was_opened_and_left_keeps_more_and_what_is_open_keeps_all() -> None:
    desk = live()
    desk.take(SessionChanged(conversation()), SessionOpened(TALK))
    desk.take(PageRead(TALK, (), has_more=False))
    desk.take(*(MessageArrived(message(seq)) for seq in range(1, 3001)))
    assert len(desk.state.transcripts[TALK].ids) == 3000
    desk.take(SessionOpened(None), MessageArrived(message(3001)))
    assert len(desk.state.transcripts[TALK].ids) == policy.LEFT_HELD


def test_an_open_conversation_without_an_end_is_cut_and_read_back_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("reading", "transcript"):
        monkeypatch.setattr(f"tms_tui.core.{module}.OPENED_HELD", 1000)
    monkeypatch.setattr("tms_tui.core.reading.OPENED_DROPPED", 100)
    desk = live()
    desk.take(SessionChanged(conversation()), SessionOpened(TALK))
    desk.take(PageRead(TALK, (message(1),), has_more=True))
    desk.take(*(MessageArrived(message(seq)) for seq in range(2, 5000)))
    held = desk.state.transcripts[TALK]
    assert 1000 <= len(held.ids) < 1100
    desk.effects.clear()
    desk.take(TopReached(TALK))
    assert not desk.took(ReadPage)
    assert Bound.HISTORY in met(desk)


def test_messages_of_a_million_conversations_are_kept_of_the_latest_alone() -> None:
    desk = live()
    many = 3 * policy.UNOPENED_TALKS
    for number in range(many):
        desk.take(MessageArrived(message(1, session=SessionId(f"c{number}"))))
        desk.take(ReceiptSeen(SessionId(f"r{number}"), AuthorType.VISITOR, 1))
    assert len(desk.state.transcripts) <= policy.UNOPENED_TALKS + 1
    assert SessionId(f"c{many - 1}") in desk.state.transcripts


def test_a_conversation_that_the_agent_is_at_is_never_forgotten_for_others() -> None:
    desk = live()
    desk.take(MessageArrived(message(1)), SessionOpened(TALK), Shown(TALK, 1), SessionOpened(None))
    desk.take(*(MessageArrived(message(1, session=SessionId(f"c{one}"))) for one in range(2 * policy.UNOPENED_TALKS)))
    desk.advance(1.0)
    assert MarkRead(TALK, 1) in desk.took(MarkRead)
    assert TALK in desk.state.transcripts


def test_a_list_without_an_end_keeps_what_the_agent_is_at_and_the_latest() -> None:
    desk = live()
    mine = conversation(SessionId("mine"), held_by="ana", activity=-(10.0**6))
    written = conversation(SessionId("written"), activity=-(10.0**6))
    desk.take(SessionChanged(conversation(activity=-(10.0**6))), SessionChanged(mine), SessionChanged(written))
    desk.take(SessionOpened(TALK), SendAsked(draft(session=SessionId("written"))))
    many = policy.SESSIONS_HELD + 3 * policy.SESSIONS_LEFT_OUT
    for number in range(many):
        status = SessionStatus.ENDED if number % 2 else SessionStatus.ACTIVE
        desk.take(SessionChanged(conversation(SessionId(f"c{number}"), activity=float(number), status=status)))
    held = desk.state.sessions
    assert len(held) < policy.SESSIONS_HELD + policy.SESSIONS_LEFT_OUT
    assert {"talk", "mine", "written", f"c{many - 1}", f"c{many - 2}"} <= set(held)
    gone = {f"c{number}" for number in range(many)} - set(held)
    assert all(int(one[1:]) % 2 for one in gone), "ended ones go first"
    assert met(desk) == [Bound.SESSIONS]


def test_a_list_that_gives_everything_to_the_agent_has_an_end_too() -> None:
    desk = live()
    for number in range(policy.SESSIONS_HELD + 2 * policy.SESSIONS_LEFT_OUT):
        desk.take(SessionChanged(conversation(SessionId(f"c{number}"), held_by="ana", activity=float(number))))
    assert len(desk.state.sessions) < policy.SESSIONS_HELD + policy.SESSIONS_LEFT_OUT


def colleague(number: int) -> Agent:
    return Agent(AgentId(f"a{number}"), CleanText(f"Agent {number}"), CleanText(f"a{number}@example.test"))


def test_colleagues_without_an_end_are_not_kept_and_the_agent_is() -> None:
    desk = live()
    me = Agent(ANA.id, ANA.name, ANA.email)
    desk.take(AgentsRead((*map(colleague, range(policy.AGENTS_HELD + 10)), me)))
    assert len(desk.state.agents) == policy.AGENTS_HELD
    assert ANA.id in desk.state.agents
    desk.take(PresenceSeen(colleague(10**6)))
    assert len(desk.state.agents) == policy.AGENTS_HELD
    assert met(desk) == [Bound.AGENTS]


def test_canned_responses_without_an_end_are_not_kept() -> None:
    desk, words = live(), CleanText("x")
    desk.take(CannedRead(tuple(CannedResponse(CleanText(f"s{one}"), words, words) for one in range(10_000))))
    assert len(desk.state.canned) == policy.CANNED_HELD
    assert met(desk) == [Bound.CANNED]


def test_ever_new_people_who_type_are_not_all_shown_and_those_shown_go_on() -> None:
    desk = live()
    people = [Author(AuthorType.VISITOR, f"v{one}", CleanText(f"Visitor {one}")) for one in range(1000)]
    desk.take(*(TypingSeen(TALK, one, active=True) for one in people))
    assert len(desk.state.typing[TALK]) == policy.TYPISTS_HELD
    desk.take(TypingSeen(TALK, people[0], active=True))
    assert people[0] in select.typists(desk.state, TALK)
    desk.take(*(TypingSeen(SessionId(f"c{one}"), JONAS, active=True) for one in range(5000)))
    assert len(desk.state.typing) == policy.TYPED_IN
    assert met(desk) == [Bound.TYPING]
    desk.advance(policy.TYPING_DIES_AFTER + 0.1)
    assert not desk.state.typing
    desk.take(TypingSeen(TALK, EVA, active=True))
    assert select.typists(desk.state, TALK) == [EVA]


def test_events_that_the_log_does_not_confirm_are_not_remembered_without_end() -> None:
    desk = live()
    for number in range(3 * policy.UNMATCHED_HELD):
        desk.take(MessageArrived(message(1 + number), Cursor(f"e{number}")))
    sync = desk.state.sync
    assert len(sync.unread_back) + len(sync.unread_before) + len(sync.unheard) <= policy.UNMATCHED_HELD
    assert met(desk) == [Bound.EVENTS]
    desk.advance(policy.POLL_LIVE)
    [log] = desk.took(ReadLog)
    desk.take(LogRead(log.after, (), Cursor(f"e{number}"), has_more=False))
    assert sync.joined, "joined again once the log was read to its end"


def test_agents_and_canned_texts_are_read_once_for_each_snapshot() -> None:
    desk = Desk()
    desk.sign_in()
    asked: list[Read] = [*desk.took(ReadAgents), *desk.took(ReadCanned)]
    assert asked == [ReadAgents(), ReadCanned()]
