"""The table of actions as Textual's bindings."""

from collections.abc import Iterable, Sequence
from typing import Final

from textual.binding import Binding, BindingsMap, BindingType
from textual.dom import DOMNode
from textual.events import Key
from textual.widget import Widget

from tms_tui.ui.keys import ACTIONS, NEVER, Action
from tms_tui.ui.preferences import Preferences

_MOVES: Final = {
    "down": "move(1)",
    "up": "move(-1)",
    "first": "first",
    "last": "last",
    "page_down": "page(1)",
    "page_up": "page(-1)",
}
"""What the list and the transcript do themselves, by action."""


def wanted(preferences: Preferences) -> tuple[Sequence[Action], Sequence[str]]:
    """The table of actions as the agent wants it, and what is wrong with the keys they named."""
    if not preferences.keys and preferences.single_keys:
        return ACTIONS, ()
    from tms_tui.ui.rebinding import rebound

    found = rebound(preferences.keys, single_keys=preferences.single_keys)
    return found.actions, tuple(found.clashes.values())


def of_desk(actions: Sequence[Action] = ACTIONS) -> list[Binding]:
    """What the desk binds: letters by the focus, the other keys wherever it is."""
    bound: list[Binding] = []
    for action in actions:
        if action.built_in:
            continue
        # Before any pane sees them: a pane would act on a letter only after the keys behind it went their way.
        for kind, keys in (("letter", action.letters), ("key", action.keys)):
            if keys:
                name = action.id if kind == "letter" else f"{action.id}.key"
                bound.append(Binding(",".join(keys), f"{kind}('{action.id}')", action.words, priority=True, id=name))
    return bound


def moves(actions: Sequence[Action] = ACTIONS) -> list[Binding]:
    """What moves a selection, the same in the list and in the transcript; before the widgets see the keys, as all."""
    return [
        Binding(",".join(action.letters), _MOVES[action.id], action.words, show=False, priority=True)
        for action in actions
        if action.id in _MOVES and action.letters
    ]


def allowed(stock: Iterable[BindingType]) -> list[Binding]:
    """A stock widget's bindings without the keys that nothing may have."""
    bindings = [one if isinstance(one, Binding) else Binding(*one) for one in stock]
    kept = [([key for key in one.key.split(",") if key not in NEVER], one) for one in bindings]
    return [one.with_key(",".join(keys)) for keys, one in kept if keys]


async def obey_at_once(field: Widget, event: Key) -> None:
    """Do what a key means to the field of text that has it, before the field takes in what was typed behind it.

    Textual would ask all around the field first, each by its own queue: a letter typed meanwhile would come before.
    """
    bound = [] if event.is_printable else field._bindings.key_to_bindings.get(event.key, [])  # noqa: SLF001
    for binding in bound:
        if await field.app.run_action(binding.action, field):
            event.stop()
            event.prevent_default()
            return


def bind(node: DOMNode, bindings: Iterable[Binding]) -> None:
    """Give one widget or screen bindings of its own: Textual's public way in is one table for a whole class."""
    node._bindings = BindingsMap.merge([node._bindings, BindingsMap(bindings)])  # noqa: SLF001


def rebind(node: DOMNode, bindings: Iterable[Binding]) -> None:
    """As `bind`, in place of those it has."""
    node._bindings = BindingsMap(bindings)  # noqa: SLF001
