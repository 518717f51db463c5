"""The desk's colours: dark, light, high contrast, the terminal's own, and the agents' own."""

from collections.abc import Mapping
from itertools import product
from typing import Any, Final

from textual.color import Color
from textual.theme import Theme

Colours = Mapping[str, str]
"""Colours by what they are for, `#rrggbb`; the same names in every theme, and in an agent's own."""


def _theme(name: str, *, dark: bool, colours: Colours) -> Theme:
    """A theme whose text colours are said outright: Textual would blend them to less contrast than was meant."""
    meant = ("primary", "secondary", "accent", "success", "warning", "error")
    return Theme(
        name=name,
        dark=dark,
        primary=colours["primary"],
        secondary=colours["secondary"],
        accent=colours["accent"],
        success=colours["success"],
        warning=colours["warning"],
        error=colours["error"],
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        variables={
            **{f"text-{part}": colours[part] for part in meant},
            "text": colours["foreground"],
            "text-muted": colours["muted"],
            "text-disabled": colours["muted"],
            "border": colours["primary"],
            "border-blurred": colours["muted"],
            "block-cursor-foreground": colours["on-cursor"],
            "block-cursor-background": colours["cursor"],
            "block-cursor-blurred-foreground": colours["foreground"],
            "block-cursor-blurred-background": colours["panel"],
            "input-cursor-foreground": colours["on-cursor"],
            "input-cursor-background": colours["cursor"],
            "input-selection-background": colours["selection"],
        },
    )


_DARK: Final[Colours] = {
    "foreground": "#e4e6eb",
    "muted": "#a8b0bf",
    "background": "#14161a",
    "surface": "#191c22",
    "panel": "#252a33",
    "primary": "#82aaff",
    "secondary": "#9fb4d6",
    "accent": "#7fdbca",
    "success": "#8fd694",
    "warning": "#f0c674",
    "error": "#ff8a8a",
    "cursor": "#82aaff",
    "on-cursor": "#14161a",
    "selection": "#2f4466",
}
_LIGHT: Final[Colours] = {
    "foreground": "#1c1f24",
    "muted": "#4d5562",
    "background": "#fbfbf9",
    "surface": "#f4f4f1",
    "panel": "#e7e8e5",
    "primary": "#1f4fa8",
    "secondary": "#3d4f6d",
    "accent": "#0b6060",
    "success": "#1d6427",
    "warning": "#775000",
    "error": "#a81c1c",
    "cursor": "#1f4fa8",
    "on-cursor": "#ffffff",
    "selection": "#c4d7f7",
}
_HIGH_CONTRAST: Final[Colours] = {
    "foreground": "#ffffff",
    "muted": "#e0e0e0",
    "background": "#000000",
    "surface": "#000000",
    "panel": "#1a1a1a",
    "primary": "#8fd3ff",
    "secondary": "#d0d0ff",
    "accent": "#7dffe6",
    "success": "#7dff7d",
    "warning": "#ffe14d",
    "error": "#ffa3a3",
    "cursor": "#ffe14d",
    "on-cursor": "#000000",
    "selection": "#00408a",
}
COLOURS: Final = tuple(_DARK)
"""What a theme's colours are called."""

DARK: Final = _theme("dark", dark=True, colours=_DARK)
LIGHT: Final = _theme("light", dark=False, colours=_LIGHT)
HIGH_CONTRAST: Final = _theme("high-contrast", dark=True, colours=_HIGH_CONTRAST)
ANSI: Final = Theme(
    name="ansi",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        "text-muted": "ansi_default",
        "foreground-muted": "ansi_default",
        "border": "ansi_default",
        "border-blurred": "ansi_default",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_white",
        "block-cursor-text-style": "reverse",
        # Textual's own style sheets ask for these, and its colour system leaves them out of such a theme.
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "foreground-disabled": "ansi_default",
        "surface-active": "ansi_default",
    },
)
"""The sixteen colours of the terminal: whoever sits before it has chosen them."""

THEMES: Final = (DARK, LIGHT, HIGH_CONTRAST, ANSI)

TEXTS: Final = (
    "foreground",
    "text",
    "text-muted",
    "text-primary",
    "text-secondary",
    "text-accent",
    "text-success",
    "text-warning",
    "text-error",
    "primary",
    "secondary",
    "accent",
    "success",
    "warning",
    "error",
)
GROUNDS: Final = ("background", "surface", "panel")
PAIRS: Final = (
    *product(TEXTS, GROUNDS),
    ("block-cursor-foreground", "block-cursor-background"),
    ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
    ("input-cursor-foreground", "input-cursor-background"),
    ("foreground", "input-selection-background"),
)
"""Every text colour with every ground it may stand on; the stylesheets use no others."""


READABLE: Final = 4.5
"""The contrast (WCAG 2) below which many people cannot read a text."""


def own_theme(name: str, table: Mapping[str, Any]) -> Theme:
    """A theme of an agent's own: what `table` does not colour is as in dark, or with `dark = false` as in light."""
    is_dark = table.get("dark", True)
    own = {name: str(colour) for name, colour in table.items() if name != "dark"}
    colours = {**(_DARK if is_dark else _LIGHT), **own}
    return _theme(name, dark=is_dark, colours=colours)


def chosen(asked: str | None, *, no_colour: bool, own: Mapping[str, Mapping[str, Any]] | None = None) -> Theme:
    """The theme asked for by name; without colours the terminal's own, whatever was asked. Raises KeyError."""
    if no_colour:
        return ANSI
    if asked and own and asked in own:
        return own_theme(asked, own[asked])
    return {theme.name: theme for theme in THEMES}[asked or DARK.name]


def contrast(one: Color, other: Color) -> float:
    """How well two opaque colours can be told apart, 1 to 21, as WCAG 2 has it."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def hard_to_read(theme: Theme) -> tuple[str, str, float] | None:
    """The text and the ground of a theme that can be told apart least, and their contrast; None when all can be."""
    colours = theme.to_color_system().generate()
    pairs = ((Color.parse(colours[text]), Color.parse(colours[ground])) for text, ground in PAIRS)
    least, (text, ground) = min((contrast(*both), names) for both, names in zip(pairs, PAIRS, strict=True))
    return (text, ground, least) if least < READABLE else None


def _luminance(colour: Color) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
