"""The table of keys: nothing forbidden, nothing twice, nothing that does nothing."""

from collections import Counter

import pytest
from textual.binding import Binding

from tms_tui.ui import bindings, keys, palette
from tms_tui.ui.acts import ACTS
from tms_tui.ui.keys import ACTIONS, NEVER, Action, Pane
from tms_tui.ui.screens.help import NAMES_WIDTH

NARROWEST_PAGE = 80 - len("| ") - len(" |") - len("scroll bar"[:2])
"""What a page of 80 columns has for text beside its border and scroll bar."""


def _all_keys(action: Action) -> set[str]:
    return {*action.letters, *action.keys}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_no_forbidden_key(action: Action) -> None:
    assert not _all_keys(action) & set(NEVER)
    alt = [key for key in _all_keys(action) if key.startswith("alt+")]
    assert not [key for key in alt if len(key.removeprefix("alt+")) == 1]


def test_every_action_does_something_and_everything_done_is_an_action() -> None:
    assert set(ACTS) == {action.id for action in ACTIONS if action.by_name or not action.built_in}


@pytest.mark.parametrize("pane", Pane)
def test_no_key_means_two_things_in_one_pane(pane: Pane) -> None:
    of_pane = [
        key
        for action in keys.of_pane(pane)
        for key in {*(action.letters if pane in action.panes else ()), *action.keys}
    ]
    assert [key for key, count in Counter(of_pane).items() if count > 1] == []


def test_letters_never_act_in_the_composer() -> None:
    assert not [
        action.id for action in ACTIONS if Pane.COMPOSER in action.panes and not action.built_in and action.letters
    ]


def test_every_letter_has_a_way_without_it_or_an_escape_to_it() -> None:
    """Esc leaves the composer, so that Esc and a letter reach everything."""
    assert "escape" in keys.BY_ID["outward"].keys


def test_bindings_carry_unique_ids_for_rebinding() -> None:
    bound = [binding.id for binding in bindings.of_desk()]
    assert None not in bound
    assert len(bound) == len(set(bound))
    assert all(isinstance(binding, Binding) for binding in bindings.of_desk())


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_the_help_of_an_action_fits_on_one_row_of_80_columns(action: Action) -> None:
    names = ", ".join(keys.key_names(action))
    assert max(len(names), NAMES_WIDTH) + 1 + len(action.help) <= NARROWEST_PAGE


@pytest.mark.parametrize("pane", Pane)
def test_the_footer_shows_only_keys_that_act_there(pane: Pane) -> None:
    acting = {name for action in keys.of_pane(pane) for name in keys.key_names(action, pane)}
    shown = [name for name, _ in keys.footer(pane)]
    assert shown
    assert set(shown) <= acting


def test_the_palette_reaches_every_action() -> None:
    assert {choice.id for choice in palette.commands()} == set(ACTS) - {"palette"}


def test_the_readmes_table_names_every_key() -> None:
    table = keys.markdown_table()
    assert len(table.splitlines()) == len(ACTIONS) + 2
    for action in ACTIONS:
        assert action.help in table
        for name in keys.key_names(action):
            assert f"`{name}`" in table


@pytest.mark.parametrize(
    ("key", "name"),
    [("ctrl+n", "Ctrl+N"), ("f8", "F8"), ("escape", "Esc"), ("alt+down", "Alt+Down"), ("E", "E"), (":", ":")],
)
def test_names_of_keys(key: str, name: str) -> None:
    assert keys.key_name(key) == name


def test_typing_finds_the_command_that_is_meant() -> None:
    commands = palette.commands()
    assert palette.matching("", commands) == commands
    assert palette.matching("resol", commands)[0].id == "resolve"
    assert palette.matching("avail", commands)[0].id == "availability"
    assert palette.matching("xyzzy", commands) == []
