"""The event line: what was said last, and what stands beside it."""

import asyncio

import pytest

from tests.ui.widgets.stage import staged
from tms_tui.domain.changes import NoticeKind
from tms_tui.ui.widgets.event_line import EventLine

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


def test_a_loss_stands_until_the_agent_acts() -> None:
    line = EventLine()
    line.hear(NoticeKind.DAMAGED, "drafts are lost")
    line.hear(NoticeKind.LIVE, "live again")
    line.hear(NoticeKind.NEW_CONVERSATION, "somebody came")
    assert line.text == "drafts are lost"
    line.agent_acts()
    line.hear(NoticeKind.NEW_CONVERSATION, "somebody else came")
    assert line.text == "somebody else came"


@pytest.mark.parametrize("kind", [NoticeKind.SEND_REFUSED, NoticeKind.LINE_LOST, NoticeKind.NOT_KEPT])
def test_what_weighs_as_much_follows_at_once(kind: NoticeKind) -> None:
    line = EventLine()
    line.hear(NoticeKind.DAMAGED, "drafts are lost")
    line.hear(kind, "worse")
    assert line.text == "worse"
