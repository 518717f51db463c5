"""Own keys: what the config asks for, what cannot be given, and that the desk obeys, names and shows them alike."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.desk_world import JONAS, LI, badge, desk, press, said, settled, text_of
from tms_tui.cli import run
from tms_tui.domain.effects import Transmit
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import AskFailed, LinkLost, SendAsked, SessionOpened, StatusAsked
from tms_tui.domain.ids import Cursor
from tms_tui.domain.model import SessionStatus
from tms_tui.ui import keys
from tms_tui.ui.keys import ACTIONS, BY_ID, Action, Pane, ways_of
from tms_tui.ui.preferences import Preferences
from tms_tui.ui.rebinding import fault, rebound
from tms_tui.ui.widgets.body import Body


def keys_of(name: str, wanted: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = next(action for action in rebound(wanted).actions if action.id == name)
    return found.letters, found.keys


def twice(actions: tuple[Action, ...]) -> list[tuple[Pane, str]]:
    """Keys that mean two things in a pane."""
    found = []
    for pane in Pane:
        held = [
            key
            for action in keys.of_pane(pane, actions)
            for key in {*(action.letters if pane in action.panes else ()), *action.keys}
        ]
        found += [(pane, key) for key in set(held) if held.count(key) > 1]
    return found


def test_what_is_typed_in_a_text_acts_outside_the_composer_only() -> None:
    assert keys_of("resolve", {"resolve": "x, f6, Ctrl+R"}) == (("x",), ("f6", "ctrl+r"))
    assert keys_of("who", {"who": "PgUp", "page_up": ""}) == (("pageup",), ())


def test_two_actions_may_change_their_keys() -> None:
    found = rebound({"resolve": "t", "take": "e"})
    assert not found.clashes
    assert keys_of("resolve", {"resolve": "t", "take": "e"}) == (("t",), ())


def test_a_key_that_is_taken_is_not_given_and_named() -> None:
    found = rebound({"resolve": "f8", "take": "e"})
    assert found.clashes == {
        "resolve": "F8 is the key of next_waiting already: resolve keeps e.",
        "take": "e is the key of resolve already: take keeps t.",
    }
    assert twice(found.actions) == []


def _all_keys() -> set[str]:
    return {key for action in ACTIONS for key in (*action.letters, *action.keys)}


_SOME_KEYS = st.sampled_from(sorted(_all_keys() - {"ctrl+q"} | {"x", "f6", "f7"}))
_WANTED = st.dictionaries(
    st.sampled_from(sorted(BY_ID)), st.lists(_SOME_KEYS, min_size=1, max_size=3).map(",".join), max_size=12
)


@given(_WANTED)
def test_whatever_is_asked_for_no_key_means_two_things(wanted: dict[str, str]) -> None:
    found = rebound(wanted)
    assert twice(found.actions) == []
    for action in found.actions:
        if action.id not in wanted or action.id in found.clashes:
            assert action == BY_ID[action.id]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("resolv", "x", "there is no action 'resolv'. Did you mean 'resolve'?"),
        ("xyzzy", "x", "there is no action 'xyzzy'. `tms-chat keys` names the actions."),
        ("take", "ctrl+h", "Ctrl+H cannot be used: it is Backspace."),
        ("take", "Ctrl+[", "Ctrl+[ cannot be used: it is Esc."),
        ("take", "alt+x", "Alt+X cannot be used: many terminals make another character of it."),
        ("take", "nonsense", "'nonsense' is no key. Keys are written like f8, ctrl+n, alt+down, space or e."),
        ("palette", "", "palette needs a key."),
        ("take", "ctrl+q", "Ctrl+Q cannot be used: it quits, whatever is open."),
    ],
)
def test_what_cannot_be_used_is_said(name: str, text: str, words: str) -> None:
    assert fault(name, text) == words


async def test_the_desk_obeys_own_keys_and_no_longer_the_old_ones() -> None:
    own = {"resolve": "f6", "take": "x", "down": "s", "newline": "ctrl+n", "next_waiting": "f8", "peek": "v"}
    async with desk(preferences=Preferences(keys=own)) as (pilot, engine):
        await press(pilot, "e", "t", "j")
        assert not engine.of(StatusAsked)
        assert pilot.app.screen.query_one(Body).sessions.selected == JONAS
        await press(pilot, "s")
        assert pilot.app.screen.query_one(Body).sessions.selected == LI
        await press(pilot, "x")
        assert "Eva holds Li Wei" in text_of(pilot)
        await press(pilot, "escape", "home", "enter", "h", "ctrl+n", "i")
        assert pilot.app.screen.query_one(Body).composer.text == "h\ni"
        await press(pilot, "f6")
        (asked,) = engine.of(StatusAsked)
        assert isinstance(asked, StatusAsked)
        assert asked.status is SessionStatus.ENDED


async def test_own_keys_to_send() -> None:
    async with desk(preferences=Preferences(keys={"send": "ctrl+g", "newline": "enter"})) as (pilot, engine):
        await press(pilot, "enter", "h", "enter", "i", "ctrl+g")
        (sent,) = engine.of(SendAsked)
        assert isinstance(sent, SendAsked)
        assert sent.draft.text == "h\ni"


async def test_footer_help_and_palette_name_own_keys() -> None:
    async with desk(preferences=Preferences(keys={"next_waiting": "f6"}), size=(160, 60)) as (pilot, engine):
        assert "F6 next" in text_of(pilot).splitlines()[-1]
        await press(pilot, "f1")
        assert any(" F6 " in row for row in text_of(pilot).splitlines() if "needs me." in row)
        await press(pilot, "escape", "ctrl+p", *"needs me")
        assert "F6" in next(row for row in text_of(pilot).splitlines() if "needs me." in row)
        await press(pilot, "escape", "f6")
        assert engine.of(SessionOpened)


OWN = {
    "undo": "f6",
    "reconnect": "ctrl+r",
    "retry": "!",
    "to_draft": "_",
    "take": "x",
    "open": "o",
    "next_waiting": "f7",
    "links": "",
    "filter_all": "=",
    "last": "$",
}


async def test_what_the_desk_says_names_own_keys() -> None:
    async with desk(preferences=Preferences(keys=OWN)) as (pilot, engine):
        assert "F7: next in need, o: the selected one" in text_of(pilot)
        engine.state.sync.cursor = Cursor("1")  # everything was read
        await press(pilot, "4")
        rows = pilot.app.screen.query_one(Body).sessions._rows
        assert "= shows the open ones." in " ".join(" ".join(row.text for row in rows).split())
        await press(pilot, "=", "e")
        assert said(pilot) == "Resolving Jonas Weber. F6 undoes this for 10 s."
        await press(pilot, "f6")
        assert said(pilot) == "Undoing it: reopening Jonas Weber."
        await press(pilot, "r", "h", "i", "enter", "escape")
        (sent,) = engine.of(SendAsked)
        assert isinstance(sent, SendAsked)
        refused = Failure(FailureKind.ENDED)
        engine.take(AskFailed(Transmit(sent.draft), refused))
        await settled(pilot)
        assert said(pilot).endswith("! tries again, _ makes it a draft again. Esc hides this.")
        assert "(! retry, _ to draft)" in text_of(pilot)
        engine.take(LinkLost(Ending(EndingKind.REDIRECTED)))
        await settled(pilot)
        assert said(pilot).endswith("Ctrl+R tries again.")
        assert badge(pilot).endswith("stopped, Ctrl+R connects, 1 unsent")


async def test_what_has_no_key_is_named_as_a_command() -> None:
    async with desk(preferences=Preferences(single_keys=False)) as (pilot, _):
        await press(pilot, "ctrl+p", *"resolve the", "enter")
        assert said(pilot) == 'Resolving Jonas Weber. Ctrl+P "undo" undoes this for 10 s.'


def test_the_usual_keys_are_those_of_the_table() -> None:
    assert ways_of(list(ACTIONS)) == ways_of(ACTIONS)


async def test_a_clash_is_said_at_the_start() -> None:
    async with desk(preferences=Preferences(keys={"resolve": "f8"})) as (pilot, engine):
        assert said(pilot) == "[keys] F8 is the key of next_waiting already: resolve keeps e."
        await press(pilot, "e")
        assert engine.of(StatusAsked)


async def test_without_single_keys_no_single_character_moves_acts_or_is_named() -> None:
    async with desk(preferences=Preferences(single_keys=False)) as (pilot, engine):
        await press(pilot, "j", "G", "?", "/", "4")
        assert pilot.app.screen.query_one(Body).sessions.selected == JONAS
        assert len(pilot.app.screen_stack) == 1
        shown = [word for word in text_of(pilot).splitlines()[-1].split() if len(word) == 1]
        assert shown == []
        await press(pilot, "down", "space")
        assert engine.of(SessionOpened) == [SessionOpened(LI)]


def test_config_show_names_a_clash_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[keys]\ntake = "x"\nresolve = "f8"\n')
    assert run(["config", "show", "--config", str(file)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert f'keys.take = "x"  # {file}, line 2' in shown
    clash = "NOT USED: F8 is the key of next_waiting already: resolve keeps e."
    assert f'keys.resolve = "f8"  # {file}, line 3  {clash}' in shown


def test_an_unknown_action_is_named_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[keys]\ntake = "x"\nresolv = "f6"\nreply = "ctrl+m"\n')
    assert run(["config", "show", "--config", str(file)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"{file}, line 3: there is no action 'resolv'. Did you mean 'resolve'?",
        f"{file}, line 4: Ctrl+M cannot be used: it is Enter.",
    ]
