"""Every screen is drawn in every theme, the agent's own and none at all included; a new screen needs a row here."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
import textual.widgets
from textual.app import App
from textual.screen import ModalScreen, Screen
from textual.theme import Theme
from textual.widget import Widget

from tests.ui.desk_world import desk, press, settled, text_of
from tms_tui.domain.changes import SignInNeeded
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.ui.app import ChatApp
from tms_tui.ui.preferences import Preferences
from tms_tui.ui.screens.dialog import Dialog
from tms_tui.ui.theme import THEMES, own_theme

OWN: dict[str, dict[str, object]] = {"dusk": {"accent": "#00ff00"}, "dawn": {"dark": False}}
SCREENS: dict[str, tuple[tuple[str, ...], str]] = {
    "DeskScreen": (("enter",), "can you help?"),
    "SignInScreen": ((), "Remember the password"),
    "Ask": (("f9",), "Enter chooses"),
    "Palette": ((":",), "Commands"),
    "Prompt": (("a", "enter"), "A note for"),
    "SearchLine": (("/",), "Search"),
    "Reading": (("f1",), "Keys in the list"),
    "PasswordScreen": ((":", *"password", "enter"), "Current password"),
    "Diagnostics": (("f12",), "Unreadable"),
}
"""By the name of its class: the keys that lead there from the list, and words that tell that they did."""


def modules_of(package: str) -> Iterator[str]:
    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        yield found.name


def kinds_of(kind: type[object]) -> Iterator[type[object]]:
    for each in kind.__subclasses__():
        yield each
        yield from kinds_of(each)


def style_sheets() -> Iterator[str]:
    """The style sheets of everything that can be drawn: Textual's own and ours."""
    for name in (*modules_of("tms_tui.ui"), *(f"textual.widgets._{one}" for one in _widget_modules())):
        importlib.import_module(name)
    for kind in {App, Widget, *kinds_of(App), *kinds_of(Widget)}:
        if kind.__module__.startswith(("tms_tui.", "textual.")):
            for name in ("CSS", "DEFAULT_CSS"):
                yield str(vars(kind).get(name, ""))


def _widget_modules() -> set[str]:
    return {found.name.removeprefix("_") for found in pkgutil.iter_modules(textual.widgets.__path__)}


def test_each_screen_has_its_row() -> None:
    for name in modules_of("tms_tui.ui"):
        importlib.import_module(name)
    ours = {each.__name__ for each in kinds_of(Screen) if each.__module__.startswith("tms_tui.")}
    assert ours - {Dialog.__name__} == set(SCREENS), "a dialog is what the others are made of"
    assert ModalScreen.__name__ not in ours


@pytest.mark.parametrize("theme", [*THEMES, own_theme("dusk", {"accent": "#00ff00"})], ids=lambda theme: theme.name)
def test_no_style_sheet_asks_for_a_variable_that_a_theme_lacks(theme: Theme) -> None:
    asked = {name for sheet in style_sheets() for name in re.findall(r"\$([a-z][\w-]*)", _without_comments(sheet))}
    declared = {name for sheet in style_sheets() for name in re.findall(r"^\s*\$([\w-]+)\s*:", sheet, re.MULTILINE)}
    assert len(asked) > 50
    assert asked - declared - set(theme.to_color_system().generate()) == set()


def _without_comments(sheet: str) -> str:
    return re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)


@pytest.mark.parametrize("colour", [*(theme.name for theme in THEMES), *OWN, "NO_COLOR"])
@pytest.mark.parametrize("ascii_only", [False, True], ids=["signs", "ascii"])
async def test_every_screen_is_drawn(colour: str, ascii_only: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    theme = None if colour == "NO_COLOR" else colour
    preferences = Preferences(ascii_only=ascii_only, reduced_motion=True)
    for name, (keys, words) in SCREENS.items():
        if theme is None:
            monkeypatch.setenv("NO_COLOR", "1")  # each app takes it away
        async with desk(size=(100, 30), theme=theme, own_themes=OWN, preferences=preferences) as (pilot, engine):
            if name == "SignInScreen":
                engine.tell(SignInNeeded(Failure(FailureKind.UNAUTHORIZED)))
                await settled(pilot)
            await press(pilot, *keys)
            assert type(pilot.app.screen).__name__ == name
            assert words in text_of(pilot)
            assert isinstance(pilot.app, ChatApp)
            if theme is None:
                assert pilot.app.theme == "ansi"


async def test_an_empty_no_color_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    async with desk(size=(100, 30)) as (pilot, _):
        assert (pilot.app.theme, pilot.app.no_color) == ("dark", False)
