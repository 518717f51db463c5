"""The event line: what was said last, and what stands beside it."""

from tests.ui.widgets.stage import staged
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
        words = "Asked for: somebody with a long name, held by Eva, with a note for her"
        line.say(words)
        await seen.pilot.pause()
        assert line.render().plain == words
        line.say("Done.")
        await seen.pilot.pause()
        assert line.render().plain.endswith(PLACE)
