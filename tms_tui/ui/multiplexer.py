"""Which keys a terminal multiplexer keeps for itself: tmux is asked, screen is known by its habit."""

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from tms_tui.ui.keys import Action, key_name

Ask = Callable[[Sequence[str]], str]
"""Runs a program and gives what it prints; "" when it cannot."""

_WITHIN: Final = 2.0
_MODIFIERS: Final = {"C": "ctrl", "M": "alt", "S": "shift"}
_NAMES: Final = {"BTab": "shift+tab", "PPage": "pageup", "NPage": "pagedown", "DC": "delete", "IC": "insert"}
_BOUND: Final = re.compile(r"bind-key(?:\s+-r)?\s+-T root\s+(\S+)\s+(\S.*)")
_SCREEN_PREFIX: Final = "ctrl+a"


def asked(command: Sequence[str]) -> str:
    """Run a program that answers at once; never a shell."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_WITHIN, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def findings(environment: Mapping[str, str], actions: Sequence[Action], ask: Ask = asked) -> list[str]:
    """What to say about the multiplexer this terminal is in: its prefix, and every action's key it takes."""
    if environment.get("TMUX"):
        return _said("tmux", dict(_of_tmux(ask)), actions)
    if environment.get("STY"):
        note = "screen: your .screenrc may name another prefix than this one."
        return [*_said("screen", {_SCREEN_PREFIX: "its prefix"}, actions), note]
    return ["No multiplexer: neither tmux nor screen is around this terminal."]


def _of_tmux(ask: Ask) -> Iterator[tuple[str, str]]:
    """Keys that tmux takes, and what for."""
    for line in ask(["tmux", "list-keys", "-T", "root"]).splitlines():
        if found := _BOUND.match(line):
            yield _key(found[1]), f"bound to {found[2]}"
    for option in ("prefix", "prefix2"):
        prefix = ask(["tmux", "show-options", "-gv", option]).strip()
        if prefix and prefix != "None":
            yield _key(prefix), "its prefix"


def _key(name: str) -> str:
    """A key as Textual calls it, from tmux's spelling of it."""
    *modifiers, last = re.split(r"(?<=[CMS])-(?=.)", name)
    plain = _NAMES.get(last, last if len(last) == 1 else last.lower())
    return "+".join([*(_MODIFIERS[one] for one in modifiers), plain])


def _said(who: str, taken: Mapping[str, str], actions: Sequence[Action]) -> list[str]:
    prefixes = [key_name(key) for key, why in taken.items() if why == "its prefix"]
    lines = [f"{who}: its prefix is {', '.join(prefixes) or 'not known'}."]
    for action in actions:
        held = (*action.letters, *action.keys)
        left = ", ".join(key_name(key) for key in held if key not in taken) or "none"
        lines += [
            f"{who} takes {key_name(key)} for itself ({taken[key]}): {action.id} does not get it. Keys left: {left}."
            for key in held
            if key in taken
        ]
    if len(lines) == 1:
        lines.append(f"{who} takes no key that an action has.")
    return lines
