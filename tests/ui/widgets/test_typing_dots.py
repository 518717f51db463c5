"""Who types is named; a timer runs only meanwhile, and never without motion."""

from tests.ui.widgets.stage import staged
from tms_tui.ui.widgets.typing_dots import TypingDots


async def test_all_who_type_are_named() -> None:
    dots = TypingDots()
    async with staged(dots) as seen:
        dots.show_names(["Jonas", "Eva"])
        assert seen.rows()[0].strip().rstrip(". ") == "Jonas and Eva are typing"
        dots.show_names([])
        assert seen.rows() == [""]


async def test_a_timer_runs_only_while_somebody_types() -> None:
    dots = TypingDots()
    async with staged(dots):
        moving = [dots.moving]
        for names in (["Jonas"], ["Jonas", "Eva"], []):
            dots.show_names(names)
            moving.append(dots.moving)
        assert moving == [False, True, True, False]


async def test_without_motion_the_dots_stand_still() -> None:
    dots = TypingDots(reduced_motion=True)
    async with staged(dots) as seen:
        dots.show_names(["Jonas"])
        assert seen.rows() == [" Jonas is typing ..."]
        assert not dots.moving
