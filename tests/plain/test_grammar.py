"""What was typed, read: commands by word, slash or number, and text to reply."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tms_tui.core.select import Filter
from tms_tui.domain.model import Availability, SessionStatus
from tms_tui.plain.commands import (
    Again,
    Be,
    Command,
    Give,
    Help,
    List,
    Older,
    Open,
    Put,
    Quit,
    Say,
    Take,
    Unclear,
    Who,
)
from tms_tui.plain.grammar import parse


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("list", List(Filter.ALL)),
        ("list mine", List(Filter.MINE)),
        ("open 3", Open(3)),
        ("3", Open(3)),
        ("who", Who()),
        ("help", Help()),
        ("quit", Quit()),
        ("be away", Be(Availability.AWAY)),
    ],
)
def test_without_a_conversation_commands_need_no_slash(line: str, command: Command) -> None:
    assert parse(line, talking=False) == command
    assert parse(f"/{line}", talking=False) == command


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("/note call back", Say("call back", private=True)),
        ("/reply /etc/hosts", Say("/etc/hosts", private=False)),
        ("/take", Take()),
        ("/release", Take(release=True)),
        ("/give Eva", Give("Eva")),
        ("/resolve", Put(SessionStatus.ENDED)),
        ("/again", Again()),
        ("/older", Older()),
        ("/2", Open(2)),
        ("list", List(Filter.ALL)),
        ("open 2", Open(2)),
    ],
)
def test_in_a_conversation_commands_have_a_slash(line: str, command: Command) -> None:
    assert parse(line, talking=True) == command


@pytest.mark.parametrize(
    "line", ["hello", "quit", "help", "3", "take", "resolve it", "open the box", "list of things", "again"]
)
def test_in_a_conversation_everything_else_is_a_reply(line: str) -> None:
    assert parse(line, talking=True) == Say(line, private=False)


@pytest.mark.parametrize("line", ["/tkae", "/note", "/give", "/be tired", "/open x", "/list nonsense", "/"])
def test_what_begins_with_a_slash_is_never_sent(line: str) -> None:
    for talking in (True, False):
        assert isinstance(parse(line, talking=talking), Unclear)


@pytest.mark.parametrize("line", ["", "   ", "\t"])
def test_a_blank_line_asks_nothing(line: str) -> None:
    assert parse(line, talking=True) is None


@given(st.text(), st.booleans())
def test_any_line_is_read(line: str, talking: bool) -> None:
    command = parse(line, talking=talking)
    if not talking and not line.lstrip().startswith("/"):
        assert not isinstance(command, Say) or line.split(maxsplit=1)[0] in {"note", "i", "reply", "r", "say"}


@given(st.text(min_size=1).filter(lambda text: text.strip()))
def test_a_note_is_never_read_as_a_reply(text: str) -> None:
    assert parse(f"/note {text}", talking=True) == Say(text.strip(), private=True)
