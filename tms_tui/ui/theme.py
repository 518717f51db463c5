"""The desk's colours: dark, light, high contrast, and the terminal's own."""

from typing import Final

from textual.theme import Theme


def _theme(name: str, *, dark: bool, colours: dict[str, str]) -> Theme:
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


DARK: Final = _theme(
    "dark",
    dark=True,
    colours={
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
    },
)
LIGHT: Final = _theme(
    "light",
    dark=False,
    colours={
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
    },
)
HIGH_CONTRAST: Final = _theme(
    "high-contrast",
    dark=True,
    colours={
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
    },
)
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
        # Textual's own style sheet asks for it, and leaves it out of such a theme.
        "ansi-background": "ansi_default",
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
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    ("block-cursor-foreground", "block-cursor-background"),
    ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
    ("input-cursor-foreground", "input-cursor-background"),
    ("foreground", "input-selection-background"),
)
"""Every text colour with every ground it may stand on; the stylesheets use no others."""


def chosen(asked: str | None, *, no_colour: bool) -> Theme:
    """The theme asked for by name; without colours the terminal's own, whatever was asked. Raises KeyError."""
    if no_colour:
        return ANSI
    return {theme.name: theme for theme in THEMES}[asked or DARK.name]
