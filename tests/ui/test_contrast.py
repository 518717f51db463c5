"""What is really painted can be read: every text of every screen, in every theme, on the ground it stands on."""

from collections.abc import Iterator

import pytest
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import Theme

from tests.ui.desk_world import ANA, JONAS, MIA, FakeEngine, arrives, by_agent, desk, message, press, settled, text_of
from tms_tui.domain.changes import SignInNeeded
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import LinkLost, TypingSeen
from tms_tui.ui.keys import Pane
from tms_tui.ui.preferences import Preferences
from tms_tui.ui.theme import DARK, HIGH_CONTRAST, LIGHT, READABLE, contrast
from tms_tui.ui.widgets.body import Body

SCROLL_BAR = {chr(block) for block in range(0x2581, 0x2590)}
"""It is drawn with blocks of eighths, and is no text."""
SCREENS = (
    ((), "due, waits"),
    (("r", "/"), "/hi"),
    (("enter", "a"), "Enter send"),
    (("i", "a"), "colleagues only"),
    (("enter", "escape", "k"), "can you help?"),
    (("shift+tab",), "E-mail"),
    ((":", "down"), "> Open"),
    ((":", "z", "z"), "Nothing fits"),
    (("f9", "down"), "> 2 busy"),
    (("f1",), "Elsewhere"),
    (("f12",), "Unreadable"),
)
"""Keys from the list, and words that tell that they led there."""


async def furnish(pilot: Pilot[None], engine: FakeEngine) -> None:
    """One of each kind of row."""
    engine.take(TypingSeen(JONAS, message(JONAS, 9, "x").author, active=True))
    engine.take(LinkLost(Ending(EndingKind.LOST)))
    arrives(engine, message(MIA, 3, "only for us", by_agent(ANA), private=True))
    arrives(engine, message(MIA, 4, "mine", by_agent(ANA)))
    arrives(engine, message(JONAS, 3, "only for us", by_agent(ANA), private=True))
    await press(pilot, "enter", "q", "enter")


def painted(pilot: Pilot[None]) -> Iterator[tuple[str, Style]]:
    """Every text on the screen with the style it is drawn in, blanks left out."""
    for row in pilot.app.screen._compositor.render_strips():
        for text, style, _ in row:
            if text.strip():
                assert style is not None
                yield text.strip(), style


def contrast_of(style: Style) -> float:
    """The contrast a terminal makes of it."""
    assert style.color is not None
    assert style.bgcolor is not None
    text, ground = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
    return contrast(ground.blend(text, 0.5) if style.dim else text, ground)


@pytest.mark.parametrize(
    ("theme", "least"), [(DARK, READABLE), (LIGHT, READABLE), (HIGH_CONTRAST, 7.0)], ids=["dark", "light", "high"]
)
async def test_every_text_can_be_read(theme: Theme, least: float) -> None:
    faint: dict[tuple[str, str], float] = {}
    colours: set[str] = set()

    async with desk(size=(160, 48), theme=theme.name, preferences=Preferences(due_after=200)) as (pilot, engine):

        def look(screen: str) -> None:
            assert screen in text_of(pilot)
            texts = list(painted(pilot))
            colours.update(str(style.color) for _, style in texts)
            found = {(screen, text): contrast_of(style) for text, style in texts if not set(text) & SCROLL_BAR}
            faint.update({where: ratio for where, ratio in found.items() if ratio < least})

        await furnish(pilot, engine)
        for keys, screen in SCREENS:
            await press(pilot, *keys)
            look(screen)
            while len(pilot.app.screen_stack) > 1:
                await pilot.app.pop_screen()
            pilot.app.screen.query_one(Body).go(Pane.LIST)
        engine.tell(SignInNeeded(Failure(FailureKind.UNAUTHORIZED)))
        await settled(pilot)
        look("Not signed in")
    assert not faint
    assert len(colours) > 6, "each kind of row has its colour"
