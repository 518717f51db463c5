"""What the desk looks like: `pytest tests/ui/test_pictures.py --snapshot-update` draws anew; then look at each."""

import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from textual.pilot import Pilot

from tests.ui.desk_world import (
    ANA,
    EVA,
    JONAS,
    LI,
    MIA,
    PREFILL,
    FakeEngine,
    arrives,
    by_agent,
    furnished,
    message,
    press,
    settled,
)
from tms_tui.domain.errors import Ending, EndingKind, Failure
from tms_tui.domain.events import LinkLost, TypingSeen
from tms_tui.domain.value import replace
from tms_tui.ui.app import ChatApp
from tms_tui.ui.bridge import Engine, Prefill, SignInForm
from tms_tui.ui.preferences import Preferences

Compare = Callable[..., bool]
Scene = Callable[[FakeEngine], None]


def talk(engine: FakeEngine) -> None:
    """An answered customer who types, a note, a long message, a colleague who replies elsewhere."""
    arrives(engine, message(JONAS, 3, "Sorry to hear that. Which card is it?", by_agent(ANA)))
    arrives(engine, message(JONAS, 4, "Known outage, see this morning.", by_agent(EVA), private=True))
    arrives(engine, message(JONAS, 5, "The blue one. It worked yesterday, in another shop, and now it does not. " * 2))
    engine.take(TypingSeen(JONAS, message(JONAS, 9, "x").author, active=True))
    engine.take(TypingSeen(MIA, by_agent(EVA), active=True))
    arrives(engine, message(LI, 3, "Thank you, 谢谢!"))


def lost(engine: FakeEngine) -> None:
    """The line broke."""
    talk(engine)
    engine.take(LinkLost(Ending(EndingKind.LOST)))


PICTURES = {
    "wide-dark": ((160, 48), "dark", talk, ("n", *"Is it")),
    "middle-light-list": ((100, 30), "light", talk, ()),
    "small-dark-transcript": ((80, 24), "dark", talk, ("n", "escape", "k")),
    "small-high-contrast-note": ((80, 24), "high-contrast", talk, ("n", "escape", "i", "a")),
    "narrow-light-list": ((60, 20), "light", talk, ()),
    "narrow-dark-composer": ((60, 20), "dark", talk, ("n", "a")),
    "middle-ansi-panel": ((100, 30), "ansi", talk, ("n", "escape", "p")),
    "middle-offline": ((100, 30), "dark", lost, ("n", "a", "enter")),
    "small-question": ((80, 24), "high-contrast", talk, ("f9", "down")),
    "small-palette": ((80, 24), "light", talk, (":", "r", "e")),
    "small-ascii-help": ((80, 24), "dark", talk, ("f1",)),
}


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def app(theme: str, preferences: Preferences, scene: Scene = lambda _: None, prefill: Prefill = PREFILL) -> ChatApp:
    """The console, its server furnished for a scene."""

    async def sign_in(_form: SignInForm) -> Engine | Failure:
        engine = furnished()
        scene(engine)
        return engine

    return ChatApp(sign_in, prefill, theme=theme, preferences=preferences)


def pressing(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Press keys one after the other, each after what the one before did."""

    async def run(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, *keys)

    return run


@pytest.mark.parametrize("name", PICTURES)
def test_desk(name: str, snap_compare: Compare) -> None:
    size, theme, scene, keys = PICTURES[name]
    preferences = Preferences(reduced_motion=True, ascii_only="ascii" in name, due_after=200)
    assert snap_compare(app(theme, preferences, scene), terminal_size=size, run_before=pressing(*keys))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_sign_in(theme: str, snap_compare: Compare) -> None:
    asked = replace(PREFILL, server="", password=None, demo=True, words="")
    shown = app(theme, Preferences(), prefill=asked)
    assert snap_compare(shown, terminal_size=(80, 24), run_before=pressing())
