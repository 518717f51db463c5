"""The agent's own keys: the [keys] table of the config file read into the table of actions; knows no Textual."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tms_tui.domain.value import Value, replace
from tms_tui.ui.keys import ACTIONS, BY_ID, COMPOSER, NEVER, Action, Pane, key_name, of_pane

_SAME: Final = {"esc": "escape", "pgup": "pageup", "pgdn": "pagedown", "del": "delete", "return": "enter"}
_NAMED: Final = frozenset(
    {"escape", "enter", "space", "tab", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"}
    | {"up", "down", "left", "right", "comma", *(f"f{number}" for number in range(1, 25))}
)
_IN_TEXT: Final = frozenset({"enter", "space", "backspace", "delete", "home", "end", "pageup", "pagedown", "comma"})
_ARROWS: Final = frozenset({"up", "down", "left", "right"})
_MODIFIED: Final = re.compile(r"((?:(?:ctrl|alt|shift)\+)+)(.+)")
_QUITS: Final = "ctrl+q"
"""In dialogs and at the sign-in too, where the table of actions is not asked."""
_NEEDED: Final = ("palette", "outward", "quit", "send")
"""Without a key for these there would be no way on, or out."""


class Rebound(Value):
    """The table of actions with the agent's own keys; `clashes` by action: sentences about keys that were not given."""

    actions: tuple[Action, ...] = ACTIONS
    clashes: Mapping[str, str] = {}


def rebound(wanted: Mapping[str, str], *, single_keys: bool = True) -> Rebound:
    """Give actions the keys of `wanted` (by id; checked by `fault`), but none that means two things in one pane.

    Without `single_keys` no single character is a key outside the composer.
    """
    if not wanted and single_keys:
        return Rebound()
    given = {name: _split(text) for name, text in wanted.items() if name in BY_ID and fault(name, text) is None}
    clashes: dict[str, str] = {}
    actions = _with(given)
    while found := _clashing(actions, given):
        for name, words in found.items():
            clashes[name] = words
            del given[name]
        actions = _with(given)
    if not single_keys:
        actions = tuple(_without_single(action) for action in actions)
    return Rebound(actions, clashes)


def fault(name: str, text: str) -> str | None:
    """Why this line of the table cannot be used, as a sentence; None when it can."""
    if name not in BY_ID:
        import difflib

        close = difflib.get_close_matches(name, BY_ID, 1)
        remedy = f"Did you mean {close[0]!r}?" if close else "`tms-chat keys` names the actions."
        return f"there is no action {name!r}. {remedy}"
    keys = _split(text)
    if not keys and name in _NEEDED:
        return f"{name} needs a key."
    if name != "quit" and _QUITS in keys:
        return f"{key_name(_QUITS)} cannot be used: it quits, whatever is open."
    return next((words for key in keys if (words := _wrong(key)) is not None), None)


def faults(wanted: Mapping[str, str], places: Mapping[str, str]) -> list[str]:
    """Every line that cannot be used, with its place (`places` by `keys.` and id)."""
    found = [(name, fault(name, text)) for name, text in wanted.items()]
    return [f"{places.get(f'keys.{name}', '[keys]')}: {words}" for name, words in found if words is not None]


def _split(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_normal(part.strip()) for part in text.split(",") if part.strip()))


def _normal(key: str) -> str:
    if len(key) == 1:
        return key
    *modifiers, last = key.lower().split("+")
    return "+".join([*modifiers, _SAME.get(last, "left_square_bracket" if last == "[" else last)])


def _wrong(key: str) -> str | None:
    if key in NEVER:
        return f"{key_name(key)} cannot be used: it is {NEVER[key]}."
    found = _MODIFIED.fullmatch(key)
    modifiers, last = (found[1], found[2]) if found else ("", key)
    if "alt+" in modifiers and len(last) == 1:
        return f"{key_name(key)} cannot be used: many terminals make another character of it."
    is_key = last in _NAMED or (len(last) == 1 and last.isprintable() and (not found or last.isascii()))
    return None if is_key else f"{key!r} is no key. Keys are written like f8, ctrl+n, alt+down, space or e."


def _is_in_text(key: str) -> bool:
    """Whether it means something to a text that is being written, so that it acts outside only."""
    last = key.removeprefix("shift+")
    return len(key) == 1 or last in _IN_TEXT or last in _ARROWS


def _with(given: Mapping[str, tuple[str, ...]]) -> tuple[Action, ...]:
    return tuple(_rekeyed(action, given[action.id]) if action.id in given else action for action in ACTIONS)


def _rekeyed(action: Action, keys: tuple[str, ...]) -> Action:
    letters = tuple(key for key in keys if action.built_in or _is_in_text(key))
    return replace(action, letters=letters, keys=tuple(key for key in keys if key not in letters))


def _without_single(action: Action) -> Action:
    if action.panes == COMPOSER:
        return action  # where all is text, none is pressed by accident
    return replace(action, letters=tuple(key for key in action.letters if len(key) > 1))


def _clashing(actions: Sequence[Action], given: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """A sentence for each rebound action of which a key means something else too."""
    return {
        mine.id: f"{key_name(key)} is the key of {other.id} already: {mine.id} keeps {_names(BY_ID[mine.id])}."
        for mine, other, key in _pairs(actions)
        if mine.id in given
    }


def _pairs(actions: Sequence[Action]) -> Iterator[tuple[Action, Action, str]]:
    for pane in Pane:
        by_key: dict[str, list[Action]] = {}
        for action in of_pane(pane, actions):
            for key in {*(action.letters if pane in action.panes else ()), *action.keys}:
                by_key.setdefault(key, []).append(action)
        for key, sharing in by_key.items():
            yield from ((mine, other, key) for mine in sharing for other in sharing if mine is not other)


def _names(action: Action) -> str:
    return ", ".join(key_name(key) for key in (*action.letters, *action.keys))
