"""Every text of every theme can be read on every ground it stands on; agents may bring colours of their own."""

import pytest
from textual.color import Color
from textual.theme import Theme

from tests.ui.desk_world import desk, said, text_of
from tms_tui.setting_values import COLOURS as COLOURS_IN_SETTINGS
from tms_tui.ui.theme import (
    ANSI,
    COLOURS,
    DARK,
    HIGH_CONTRAST,
    LIGHT,
    PAIRS,
    THEMES,
    chosen,
    contrast,
    hard_to_read,
    own_theme,
)


def test_the_measure_itself() -> None:
    white = Color.parse("#ffffff")
    assert contrast(Color.parse("#000000"), white) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), white) == pytest.approx(4.48, abs=0.01)
    assert contrast(white, Color.parse("#ff0000")) == pytest.approx(4.0, abs=0.01)


@pytest.mark.parametrize(
    ("theme", "least"), [(DARK, 4.5), (LIGHT, 4.5), (HIGH_CONTRAST, 7.0)], ids=lambda value: getattr(value, "name", "")
)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_contrast(theme: Theme, least: float, text: str, ground: str) -> None:
    colours = theme.to_color_system().generate()
    both = Color.parse(colours[text]), Color.parse(colours[ground])
    assert all(colour.a == 1 for colour in both), f"{text} on {ground} is blended"
    assert contrast(*both) >= least


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_the_terminals_own_theme_names_no_colour_of_ours(text: str, ground: str) -> None:
    colours = ANSI.to_color_system().generate()
    assert colours[text].startswith("ansi_")
    assert colours[ground].startswith("ansi_") or colours[ground] == "transparent"


def test_without_colour_the_terminals_own_theme_is_chosen() -> None:
    assert chosen("light", no_colour=True) is ANSI


def test_themes_are_chosen_by_name() -> None:
    assert [chosen(theme.name, no_colour=False) for theme in THEMES] == list(THEMES)
    assert chosen(None, no_colour=False) is DARK
    with pytest.raises(KeyError):
        chosen("mauve", no_colour=False)


def test_an_own_theme_changes_what_it_names_and_nothing_else() -> None:
    dusk = own_theme("dusk", {"background": "#000000"})
    assert dusk.background == "#000000"
    assert (dusk.name, dusk.dark, dusk.foreground) == ("dusk", True, DARK.foreground)
    dawn = own_theme("dawn", {"dark": False, "accent": "#004040"})
    assert (dawn.dark, dawn.background, dawn.accent) == (False, LIGHT.background, "#004040")
    assert chosen("dusk", no_colour=False, own={"dusk": {"background": "#000000"}}).background == "#000000"
    assert chosen("dusk", no_colour=True, own={"dusk": {}}) is ANSI


def test_settings_and_themes_call_the_colours_the_same() -> None:
    assert COLOURS_IN_SETTINGS == COLOURS


def test_what_is_hard_to_read_in_an_own_theme_is_found() -> None:
    assert hard_to_read(own_theme("plain", {})) is None
    found = hard_to_read(own_theme("fog", {"muted": "#303030"}))
    assert found is not None
    assert found[0] == "text-muted"
    assert found[2] < 2


async def test_the_desk_is_drawn_in_an_own_theme_and_says_what_is_hard_to_read() -> None:
    own = {"dusk": {"background": "#000000", "accent": "#00ff00"}, "fog": {"muted": "#303030"}}
    async with desk(theme="dusk", own_themes=own) as (pilot, _):
        assert pilot.app.theme_variables["background"] == "#000000"
        rows = pilot.app.screen._compositor.render_strips()
        names = [segment for row in rows for segment in row if segment.text.startswith("waits")]
        assert "bold #00ff00 on #000000" in {str(segment.style) for segment in names}
        assert said(pilot) == ""
    async with desk(theme="fog", own_themes=own) as (pilot, _):
        assert said(pilot).startswith("Theme fog is hard to read: text-muted on panel has a contrast of 1.")
        assert "Jonas Weber" in text_of(pilot)
