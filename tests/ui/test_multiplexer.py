"""What a multiplexer keeps for itself, by its own words."""

from collections.abc import Sequence

from tms_tui.ui.keys import ACTIONS, BY_ID
from tms_tui.ui.multiplexer import findings

ROOT_TABLE = """\
bind-key -r -T root C-Down fit
bind-key    -T root M-Up        fit
bind-key    -T root BTab        previous-window
bind-key    -T root F12         new-window
bind-key    -T root MouseDown1Pane select-pane -t = \\; send-keys -M
"""


def tmux(prefix: str, prefix2: str = "None", table: str = "") -> object:
    answers = {"prefix": prefix, "prefix2": prefix2}

    def ask(command: Sequence[str]) -> str:
        return table if "list-keys" in command else f"{answers[command[-1]]}\n"

    return ask


def test_outside_of_any_nothing_is_asked() -> None:
    def ask(command: Sequence[str]) -> str:
        raise AssertionError(command)

    assert findings({}, ACTIONS, ask) == ["No multiplexer: neither tmux nor screen is around this terminal."]


def test_the_prefix_of_tmux_is_named_and_what_it_takes() -> None:
    ask = tmux("C-n", "M-x")
    assert findings({"TMUX": "socket,1,0"}, ACTIONS, ask) == [  # type: ignore[arg-type]
        "tmux: its prefix is Ctrl+N, Alt+X.",
        "tmux takes Ctrl+N for itself (its prefix): next_waiting does not get it. Keys left: n, F8.",
    ]


def test_a_prefix_that_no_action_has_takes_nothing() -> None:
    said = findings({"TMUX": "x"}, ACTIONS, tmux("C-b"))  # type: ignore[arg-type]
    assert said == ["tmux: its prefix is Ctrl+B.", "tmux takes no key that an action has."]


def test_keys_bound_in_tmux_without_a_prefix_are_named() -> None:
    said = findings({"TMUX": "x"}, ACTIONS, tmux("C-b", table=ROOT_TABLE))  # type: ignore[arg-type]
    assert said[1:] == [
        "tmux takes Shift+Tab for itself (bound to previous-window): previous_pane does not get it. Keys left: none.",
        "tmux takes Ctrl+Down for itself (bound to fit): next_session does not get it. Keys left: Alt+Down.",
        "tmux takes Alt+Up for itself (bound to fit): previous_session does not get it. Keys left: Ctrl+Up.",
        "tmux takes F12 for itself (bound to new-window): diagnostics does not get it. Keys left: none.",
    ]


def test_screen_is_known_by_its_habit() -> None:
    said = findings({"STY": "1234.pts-0"}, ACTIONS)
    assert said[0] == "screen: its prefix is Ctrl+A."
    assert "takes no key" in said[1]
    assert ".screenrc" in said[-1]
    assert "ctrl+a" not in {key for action in BY_ID.values() for key in action.keys}
