"""The event line: what was said last, and what stands beside it."""

import asyncio

import pytest

from tests.ui.widgets.stage import staged
from tms_tui.domain.changes import NoticeKind
from tms_tui.domain.ids import SessionId
from tms_tui.ui.routing import COSTS_WORK
from tms_tui.ui.widgets.event_line import EventLine

NORA = SessionId("nora")
PLACE = "customers' page http://127.0.0.1/"


async def test_what_stands_for_good_gives_way_to_words_that_need_its_room() -> None:
    line = EventLine(PLACE)
    async with staged(line, 80, 1) as seen:
        assert PLACE in line.render().plain
        line.say("You are online.")
        await seen.pilot.pause()
        (row,) = seen.rows()
        assert row.strip().startswith("You are online.")
        assert line.render().plain.endswith(PLACE)
        words = "Giving somebody with a long name to Eva, with a note. u undoes this for 10 s."
        line.say(words)
        await seen.pilot.pause()
        assert line.render().plain == words
        line.say("Done.")
        await seen.pilot.pause()
        assert line.render().plain.endswith(PLACE)


async def test_what_is_offered_for_a_while_goes_and_what_happened_stays() -> None:
    line = EventLine(offered_for=0.01)
    async with staged(line, 80, 1) as seen:
        line.offer("Resolved: Nora", "u undoes this.")
        assert line.text == "Resolved: Nora. u undoes this."
        async with asyncio.timeout(10):
            while line.text != "Resolved: Nora":
                await seen.pilot.pause()
        line.offer("Resolved: Nora", "u undoes this.")
        line.say("The line broke.")
        due_later = asyncio.Event()
        line.set_timer(0.01, due_later.set)
        await due_later.wait()
        await seen.pilot.pause()
        assert line.text == "The line broke."


@pytest.mark.parametrize("kind", sorted(COSTS_WORK))
async def test_what_costs_work_stands_until_it_is_seen_and_news_waits_behind_it(kind: NoticeKind) -> None:
    line = EventLine(hides="Esc hides this.")
    async with staged(line, 80, 1):
        line.hear(NoticeKind.AVAILABILITY, "You are online.")
        line.hear(kind, "Drafts are lost.")
        line.hear(NoticeKind.LIVE, "Live again.")
        line.hear(NoticeKind.NEW_CONVERSATION, "New: Nora")
        assert line.text == "Drafts are lost. Esc hides this."
        line.seen()
        assert line.text == "Live again.  New: Nora"
        line.hear(NoticeKind.NEW_CONVERSATION, "New: Otto")
        line.seen()
        assert line.text == "New: Otto"


async def test_of_news_that_waited_the_newest_is_told_whole() -> None:
    line = EventLine()
    async with staged(line, 32, 1):
        line.warn("Drafts are lost.")
        for number in range(50):
            line.hear(NoticeKind.NEW_CONVERSATION, f"Customer {number}")
        line.seen()
        assert line.text == "Customer 48  Customer 49"


@pytest.mark.parametrize("kind", [NoticeKind.RACE_LOST, NoticeKind.LINE_LOST, NoticeKind.REQUEST_FAILED])
async def test_what_weighs_as_much_is_said_at_once_and_then_the_warning_again(kind: NoticeKind) -> None:
    line = EventLine(shown_for=0.01)
    async with staged(line, 80, 1) as seen:
        line.warn("Drafts are lost.")
        line.hear(kind, "Not taken.")
        assert line.text == "Not taken."
        line.offer("Resolved: Nora", "u undoes this.")
        assert line.text == "Resolved: Nora. u undoes this."
        line.offer("Nobody waits.")
        async with asyncio.timeout(10):
            while line.text != "Drafts are lost.":
                await seen.pilot.pause()


async def test_each_warning_is_said_once_and_all_are_said() -> None:
    line = EventLine()
    async with staged(line, 80, 1):
        line.warn("Drafts are lost.")
        line.warn("Not sent to Nora.", NORA)
        line.warn("Drafts are lost.")
        assert line.text == "Drafts are lost."
        line.seen()
        assert line.text == "Not sent to Nora."
        line.seen()
        assert line.text == ""


async def test_a_warning_goes_with_its_cause() -> None:
    line = EventLine()
    async with staged(line, 80, 1):
        line.warn("Not sent to Nora.", NORA)
        line.warn("Drafts are lost.")
        assert line.unsent == {NORA}
        line.settle(SessionId("another"))
        assert line.text == "Not sent to Nora."
        line.settle(NORA)
        assert line.text == "Drafts are lost."
        assert line.unsent == set()


async def test_words_that_need_more_than_a_row_are_shown_whole_where_there_is_room() -> None:
    line = EventLine(PLACE)
    words = "Copied the transcript, 120 entries, to the terminal's clipboard; tmux passes it on with set-clipboard."
    async with staged(line, 60, 20) as seen:
        line.say(words)
        await seen.pilot.pause()
        assert " ".join(row.strip() for row in seen.rows()) == words
        line.say("Short.")
        await seen.pilot.pause()
        assert len(seen.rows()) == 1
    async with staged(EventLine(), 60, 8) as seen:
        assert isinstance(seen.widget, EventLine)
        seen.widget.say(words)
        await seen.pilot.pause()
        assert len(seen.rows()) == 1
