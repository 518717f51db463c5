"""The one table of actions: bindings, footer, palette, help and the README's table come from it."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from tms_tui.domain.value import Value, fields
from tms_tui.wording.ways import USUAL, Ways


class Pane(StrEnum):
    """Where the focus can be on the desk."""

    LIST = "list"
    TRANSCRIPT = "transcript"
    COMPOSER = "composer"
    PANEL = "panel"


LIST: Final = frozenset({Pane.LIST})
TRANSCRIPT: Final = frozenset({Pane.TRANSCRIPT})
PANEL: Final = frozenset({Pane.PANEL})
COMPOSER: Final = frozenset({Pane.COMPOSER})
OUTSIDE: Final = frozenset({Pane.LIST, Pane.TRANSCRIPT, Pane.PANEL})
"""Everywhere but in the composer, where a letter is text."""
ANYWHERE: Final = frozenset(Pane)
NOWHERE: Final[frozenset[Pane]] = frozenset()


class Action(Value):
    """Something the agent can do. `words` are for the footer and the palette, `help` is a sentence."""

    id: str
    words: str
    help: str
    letters: tuple[str, ...] = ()
    """Keys that act in `panes` only, for elsewhere they are text."""
    keys: tuple[str, ...] = ()
    """Keys that act wherever the focus is, unless the pane has them built in."""
    panes: frozenset[Pane] = OUTSIDE
    footer: frozenset[Pane] = NOWHERE
    """The panes whose footer shows it."""
    built_in: bool = False
    """The pane itself obeys these keys; here they are only described."""
    by_name: bool = False
    """The palette offers it although it is built in."""


ACTIONS: Final = (
    Action("help", "help", "Show the keys of this pane.", ("?",), ("f1",), footer=ANYWHERE),
    Action("down", "down", "Go to the next line.", ("j", "down"), panes=LIST | TRANSCRIPT, built_in=True),
    Action("up", "up", "Go to the line before.", ("k", "up"), panes=LIST | TRANSCRIPT, built_in=True),
    Action("first", "first", "Go to the first line.", ("g", "home"), panes=LIST | TRANSCRIPT, built_in=True),
    Action("last", "last", "Go to the last line.", ("G", "end"), panes=LIST | TRANSCRIPT, built_in=True),
    Action("page_down", "page down", "Go a page on.", ("pagedown",), panes=LIST | TRANSCRIPT, built_in=True),
    Action("page_up", "page up", "Go a page back.", ("pageup",), panes=LIST | TRANSCRIPT, built_in=True),
    Action(
        "open",
        "open",
        "Open the conversation and go to its composer.",
        ("enter",),
        panes=LIST,
        footer=LIST,
    ),
    Action("peek", "peek", "Show the conversation without marking it read.", ("space",), panes=LIST),
    Action(
        "send", "send", "Send the reply, or post the note.", ("enter",), panes=COMPOSER, footer=COMPOSER, built_in=True
    ),
    Action(
        "newline",
        "new line",
        "Begin a new line.",
        ("ctrl+j", "shift+enter"),
        panes=COMPOSER,
        footer=COMPOSER,
        built_in=True,
    ),
    Action(
        "canned",
        "canned response",
        "In an empty composer: insert a canned response.",
        ("/",),
        panes=COMPOSER,
        footer=COMPOSER,
        built_in=True,
        by_name=True,
    ),
    Action(
        "recall",
        "my last message",
        "In an empty composer: my last message's text.",
        ("up",),
        panes=COMPOSER,
        built_in=True,
    ),
    Action(
        "next_waiting",
        "next",
        "Open the next conversation that needs me.",
        ("n",),
        ("f8", "ctrl+n"),
        footer=ANYWHERE,
    ),
    Action("reply", "reply", "Write to the customer.", ("r",), footer=OUTSIDE),
    Action("note", "note", "Write an internal note: colleagues only.", ("i",), footer=OUTSIDE),
    Action("resolve", "resolve", "Resolve the conversation; 10 s to undo it.", ("e",), footer=OUTSIDE),
    Action("resolve_next", "resolve, next", "Resolve the conversation and open the next one.", ("E",)),
    Action("take", "take", "Take the conversation.", ("t",), footer=OUTSIDE),
    Action("assign", "assign", "Assign to a colleague, with a note, or release.", ("a",), footer=OUTSIDE),
    Action(
        "later",
        "later",
        "Set aside until the customer writes, or for a time.",
        ("z",),
        footer=OUTSIDE,
    ),
    Action("tags", "tags", "Add a tag, or take one away.", ("l",)),
    Action("priority", "priority", "Choose the priority.", ("+",)),
    Action("block", "block", "Keep the customer out; asks whom, why, how long."),
    Action("unblock", "unblock", "Let a blocked customer write again."),
    Action("unread", "unread", "Mark unread, from the chosen message on.", ("m",)),
    Action("undo", "undo", "Take back a queued message, or the last change.", ("u",)),
    Action("outward", "out", "Go one step outward; a draft stays.", (), ("escape",), footer=COMPOSER),
    Action("next_pane", "next pane", "Go to the next pane.", (), ("tab",)),
    Action("previous_pane", "previous pane", "Go to the previous pane.", (), ("shift+tab",)),
    Action(
        "next_session", "next conversation", "Show the next conversation of the list.", (), ("ctrl+down", "alt+down")
    ),
    Action(
        "previous_session",
        "previous conversation",
        "Show the previous conversation of the list.",
        (),
        ("ctrl+up", "alt+up"),
    ),
    Action("filter_mine", "mine", "List my conversations.", ("1",), panes=LIST),
    Action("filter_unassigned", "unassigned", "List the conversations nobody holds.", ("2",), panes=LIST),
    Action("filter_all", "all", "List all open conversations.", ("3",), panes=LIST),
    Action("filter_ended", "ended", "List resolved conversations.", ("4",), panes=LIST),
    Action("retry", "retry", "Send the failed message again.", ("R",), panes=TRANSCRIPT),
    Action("to_draft", "to draft", "Make the failed message a draft again.", ("D",), panes=TRANSCRIPT),
    Action("search", "search", "Search the list, or this conversation.", ("/",), panes=LIST | TRANSCRIPT),
    Action("copy", "copy", "Copy the message to the terminal's clipboard.", ("y",), panes=TRANSCRIPT),
    Action("copy_transcript", "copy all", "Copy the whole transcript.", ("Y",), panes=TRANSCRIPT),
    Action("links", "links", "Number the addresses, and open one.", ("o",), panes=TRANSCRIPT),
    Action("pager", "pager", "Show the plain transcript in $PAGER.", ("v",), ("f3",), panes=TRANSCRIPT),
    Action("editor", "editor", "Write in $EDITOR.", (), ("f4", "ctrl+o")),
    Action("panel", "customer", "Show or hide the customer panel.", ("p",)),
    Action("earlier", "earlier", "Choose from this customer's earlier conversations.", ("enter",), panes=PANEL),
    Action("who", "who", "Show who is here, and what they look at and reply in.", ("w",)),
    Action("announce", "say the state", "Say the connection, what waits, and who is here.", (), ("f2",)),
    Action("reconnect", "reconnect", "Connect again now and read everything again.", (), ("f5",)),
    Action("availability", "availability", "Choose whether new conversations may come to me.", (), ("f9",)),
    Action("password", "password", "Change your password; other sign-ins of yours end."),
    Action("diagnostics", "diagnostics", "Show the connection's history and counters.", (), ("f12",)),
    Action("palette", "commands", "Choose from every command by its name.", (":",), ("ctrl+p",), footer=ANYWHERE),
    Action("quit", "quit", "Quit; asks when something is unsent.", (), ("ctrl+q",)),
)
BY_ID: Final = {action.id: action for action in ACTIONS}
NEVER: Final = {
    "ctrl+h": "Backspace",
    "ctrl+i": "Tab",
    "ctrl+m": "Enter",
    "ctrl+left_square_bracket": "Esc",
    "ctrl+b": "the prefix of tmux",
    "ctrl+a": "the prefix of screen",
    "ctrl+s": "what stops a terminal's output",
    "ctrl+z": "what stops a program",
    "f10": "the menu of many terminals",
    "f11": "the full screen of many terminals",
}
"""Keys that no action may have, and what they are already."""

_WHERE: Final = {
    ANYWHERE: "anywhere",
    OUTSIDE: "outside the composer",
    LIST: "list",
    TRANSCRIPT: "transcript",
    COMPOSER: "composer",
    PANEL: "customer panel",
    LIST | TRANSCRIPT: "list, transcript",
}
_NAMES: Final = {
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "Up",
    "down": "Down",
    "space": "Space",
    "enter": "Enter",
    "tab": "Tab",
    "home": "Home",
    "end": "End",
    "comma": ",",
    "left_square_bracket": "[",
}


def acts_in(action: Action, pane: Pane) -> bool:
    """Whether any key of the action does something while the focus is there."""
    return bool(action.keys) or (bool(action.letters) and pane in action.panes)


def of_pane(pane: Pane, actions: Sequence[Action] = ACTIONS) -> list[Action]:
    """What can be done while the focus is there."""
    return [action for action in actions if acts_in(action, pane)]


def footer(pane: Pane, actions: Sequence[Action] = ACTIONS) -> list[tuple[str, str]]:
    """Key and words of what the footer shows for a pane: what has a key there."""
    shown = [(key_names(action, pane), action.words) for action in actions if pane in action.footer]
    return [(names[0], words) for names, words in shown if names]


def key_names(action: Action, pane: Pane | None = None) -> list[str]:
    """The action's keys as people call them; of a pane: only those that act there, the shortest first."""
    letters = action.letters if pane is None or pane in action.panes else ()
    names = [*letters, *action.keys] if action.id != "help" else [*action.keys, *letters]
    return [key_name(key) for key in names]


def key_name(key: str) -> str:
    """A key as people call it: `Ctrl+N`, `F8`, `Esc`."""
    return "+".join(_part(part) for part in key.split("+")) if len(key) > 1 else key


def ways_of(actions: Sequence[Action]) -> Ways:
    """The keys that words name, as these actions have them; what has none is chosen from the commands."""
    if actions is ACTIONS:
        return USUAL
    by_id = {action.id: action for action in actions}
    commands = key_names(by_id["palette"])[0]
    named = {one.name: _way(by_id[one.name], getattr(USUAL, one.name), commands) for one in fields(USUAL)}
    return Ways(**named)


def markdown_table() -> str:
    """The README's table of keys."""
    rows = [f"| {_cell(action)} | {where(action)} | {action.help} | `{action.id}` |" for action in ACTIONS]
    return "\n".join(["| key | where | does | name in `[keys]` |", "|---|---|---|---|", *rows])


def _way(action: Action, usual: str, commands: str) -> str:
    names = key_names(action)
    if usual in names:
        return usual
    return names[0] if names else f'{commands} "{action.words}"'


def _part(part: str) -> str:
    if part in _NAMES:
        return _NAMES[part]
    return part.upper() if len(part) == 1 or part[1:].isdigit() else part.capitalize()


def _cell(action: Action) -> str:
    return ", ".join(f"`{name}`" for name in key_names(action))


def where(action: Action) -> str:
    """Where the action's keys act; without any, it is chosen by its name."""
    if not action.keys and not action.letters:
        return "by name"
    if not action.keys:
        return _WHERE[action.panes]
    return f"anywhere ({_cells(action.letters)} {_WHERE[action.panes]})" if action.letters else _WHERE[ANYWHERE]


def where_acts(action: Action, key: str) -> str:
    """Where one key of the action acts."""
    return _WHERE[ANYWHERE if key in action.keys else action.panes]


def _cells(keys: tuple[str, ...]) -> str:
    return " ".join(f"`{key_name(key)}`" for key in keys)


def described(pane: Pane, actions: Sequence[Action] = ACTIONS) -> Iterator[tuple[str, str]]:
    """Keys and sentence of everything that can be done in a pane, for the help."""
    for action in of_pane(pane, actions):
        yield ", ".join(key_names(action, pane)), action.help
