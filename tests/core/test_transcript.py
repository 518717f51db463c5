"""Merging: whatever the order, the duplicates and the losses, a complete read makes the list whole."""

from hypothesis import given
from hypothesis import strategies as st

from tests.core.desk import TALK, message
from tms_tui.core.transcript import (
    Transcript,
    close_gap,
    last_message,
    mark_gap,
    merge,
    merge_page,
    next_read,
    older,
    unread_after,
)
from tms_tui.domain.effects import ReadPage
from tms_tui.domain.entries import GapMark
from tms_tui.domain.model import Message

PAGE = 7


def seqs(transcript: Transcript) -> list[int]:
    return [entry.seq for entry in transcript.entries if isinstance(entry, Message)]


def answer(stored: list[Message], asked: ReadPage) -> tuple[tuple[Message, ...], bool]:
    """What a server that holds `stored` answers, in pages of PAGE."""
    if asked.after is not None:
        rest = [one for one in stored if one.seq > asked.after]
        return tuple(rest[:PAGE]), len(rest) > PAGE
    rest = [one for one in stored if asked.before is None or one.seq < asked.before]
    return tuple(rest[-PAGE:]), len(rest) > PAGE


def read_whole(transcript: Transcript, stored: list[Message]) -> None:
    """Read what is missing until nothing is, then page to the top."""
    for _ in range(1000):
        asked = next_read(transcript) or older(transcript)
        if asked is None:
            return
        page, has_more = answer(stored, asked)
        merge_page(transcript, page, asked, has_more=has_more)
    raise AssertionError("the reading does not end")


@given(st.integers(0, 60), st.lists(st.integers(1, 60), max_size=150), st.integers(0, 60))
def test_after_a_complete_read_the_transcript_is_the_servers_list(count: int, pushed: list[int], early: int) -> None:
    stored = [message(seq) for seq in range(1, count + 1)]
    transcript = Transcript(TALK)
    for place, seq in enumerate(pushed):
        if seq <= count:
            merge(transcript, [stored[seq - 1]])
        if place == early:
            page, has_more = answer(stored, ReadPage(TALK))
            merge_page(transcript, page, ReadPage(TALK), has_more=has_more)
    transcript.dirty = True
    read_whole(transcript, stored)
    assert transcript.entries == stored
    assert not transcript.holes
    assert transcript.top_reached


@given(st.permutations(list(range(1, 30))))
def test_pushes_in_any_order_stand_in_the_servers_order(order: list[int]) -> None:
    transcript = Transcript(TALK)
    for seq in order:
        merge(transcript, [message(seq)])
        merge(transcript, [message(seq)])
    assert seqs(transcript) == list(range(1, 30))
    assert not transcript.holes


@given(st.sets(st.integers(1, 40), min_size=1))
def test_holes_are_exactly_the_numbers_skipped(held: set[int]) -> None:
    transcript = Transcript(TALK)
    for seq in held:
        merge(transcript, [message(seq)])
    missing = {seq for hole in transcript.holes for seq in range(hole.first, hole.last + 1)}
    assert missing == set(range(min(held), max(held))) - held


def test_a_message_that_changed_is_updated_in_place() -> None:
    transcript = Transcript(TALK)
    merge(transcript, [message(1), message(2), message(3)])
    merged = merge(transcript, [message(2, text="edited")])
    assert (merged.updated, merged.appended) == (1, 0)
    assert [entry.text for entry in transcript.entries if isinstance(entry, Message)] == ["text 1", "edited", "text 3"]


def test_a_known_message_counts_as_known() -> None:
    transcript = Transcript(TALK)
    merge(transcript, [message(1)])
    assert merge(transcript, [message(1)]).known == 1
    assert len(transcript) == 1


def test_a_page_proves_that_skipped_numbers_do_not_exist() -> None:
    transcript = Transcript(TALK)
    merge(transcript, [message(1), message(5)])
    assert [(hole.first, hole.last) for hole in transcript.holes] == [(2, 4)]
    merge_page(transcript, (message(1),), ReadPage(TALK, before=5), has_more=False)
    assert transcript.holes == []


def test_a_page_does_not_hide_what_came_after_it_was_read() -> None:
    transcript = Transcript(TALK)
    merge_page(transcript, (message(1), message(2)), ReadPage(TALK), has_more=False)
    merge(transcript, [message(5)])
    merge_page(transcript, (message(3),), ReadPage(TALK, after=2), has_more=False)
    assert [(hole.first, hole.last) for hole in transcript.holes] == [(4, 4)]


def test_a_gap_mark_says_how_much_came_in_behind_it() -> None:
    transcript = Transcript(TALK)
    merge_page(transcript, (message(1),), ReadPage(TALK), has_more=False)
    mark_gap(transcript, began_at=100.0)
    mark_gap(transcript, began_at=105.0)
    merge(transcript, [message(2), message(3)])
    assert close_gap(transcript, ended_at=160.0) == 2
    assert transcript.entries[1] == GapMark(1, 100.0, 160.0, 2, confirmed=True)
    assert close_gap(transcript, ended_at=170.0) is None


def test_a_short_break_that_cost_nothing_leaves_no_mark() -> None:
    transcript = Transcript(TALK)
    merge_page(transcript, (message(1),), ReadPage(TALK), has_more=False)
    mark_gap(transcript, began_at=100.0)
    assert close_gap(transcript, ended_at=101.0) == 0
    assert transcript.entries == [message(1)]


def test_unread_counts_the_customers_messages_after_the_mark() -> None:
    transcript = Transcript(TALK)
    merge(transcript, [message(seq) for seq in (1, 2, 3)])
    assert unread_after(transcript, 1) == 2
    last = last_message(transcript)
    assert last is not None
    assert last.seq == 3
