"""Every text of every theme can be read on every ground it stands on."""

import pytest
from textual.color import Color
from textual.theme import Theme

from tms_tui.ui.theme import ANSI, DARK, HIGH_CONTRAST, LIGHT, PAIRS, THEMES, chosen


def _luminance(colour: Color) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two opaque colours."""
    colours = Color.parse(one), Color.parse(other)
    assert all(colour.a == 1 for colour in colours), f"{one} on {other} is blended"
    bright, dark = sorted((_luminance(colour) for colour in colours), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("theme", "least"), [(DARK, 4.5), (LIGHT, 4.5), (HIGH_CONTRAST, 7.0)], ids=lambda value: getattr(value, "name", "")
)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_contrast(theme: Theme, least: float, text: str, ground: str) -> None:
    colours = theme.to_color_system().generate()
    assert contrast(colours[text], colours[ground]) >= least


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
