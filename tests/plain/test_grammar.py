"""What was typed, read: commands by word, slash or number, and text to reply."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tms_tui.core.select import Filter
from tms_tui.domain.model import Availability, Priority, SessionStatus
from tms_tui.plain.commands import (
    Again,
    Be,
    Command,
    Earlier,
    Find,
    Give,
    Help,
    Keep,
    List,
    Next,
    Older,
    Open,
    Pick,
    Put,
    Quit,
    Rank,
    Say,
    Search,
    SendDraft,
    Tag,
    Take,
    Unclear,
    Undo,
    Where,
    Who,
)
from tms_tui.plain.grammar import HELP, parse


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


@pytest.mark.parametrize(
    ("lines", "command"),
    [
        (("/mine", "/list mine", "/l mine", "/ls mine"), List(Filter.MINE)),
        (("/next", "/n", "/NEXT"), Next()),
        (("/assign Eva hi", "/give Eva hi", "/transfer Eva hi", "/a Eva hi"), Give("Eva hi")),
        (("/resolve", "/close", "/end", "/e"), Put(SessionStatus.ENDED)),
        (("/resolve next", "/e next"), Put(SessionStatus.ENDED, then_next=True)),
        (("/pending 1h", "/later 1h", "/snooze 1h", "/z 1h"), Put(SessionStatus.PENDING, "1h")),
        (("/undo", "/u"), Undo()),
        (("/search card", "/s card"), Search("card")),
        (("/find card", "/f card"), Find("card")),
        (("/earlier", "/history"), Earlier()),
        (("/canned hello", "/template hello", "/c hello"), Pick("hello")),
        (("/availability away", "/be away", "/f9 away"), Be(Availability.AWAY)),
        (("/status", "/where", "/f2"), Where()),
        (("/tags vip, -old", "/tag vip -old"), Tag(("vip", "-old"))),
        (("/priority high", "/prio high"), Rank(Priority.HIGH)),
        (("/draft note x", "/d note x"), Keep("x", private=True)),
        (("/send note",), SendDraft(private=True)),
        (("/quit", "/q", "/exit", "/bye"), Quit()),
        (("/help", "/h", "/?", "/f1"), Help()),
    ],
)
def test_most_things_can_be_said_in_several_ways(lines: tuple[str, ...], command: Command) -> None:
    for talking in (True, False):
        assert [parse(line, talking=talking) for line in lines] == [command] * len(lines)


@pytest.mark.parametrize("line", ["/priority huge", "/resolve it", "/send hello", "/take that", "/undo all", "/find"])
def test_more_than_a_command_takes_is_not_guessed_at(line: str) -> None:
    assert isinstance(parse(line, talking=True), Unclear)


def test_the_help_names_every_command_by_its_first_word() -> None:
    words = " ".join(HELP)
    for command in ("next", "take", "release", "resolve", "reopen", "pending", "undo", "earlier", "older", "about"):
        assert f"/{command}" in words
    for command in ("links", "retry", "drop", "who", "status", "diagnostics", "again", "reconnect", "help", "quit"):
        assert f"/{command}" in words
    for command in ("note", "reply", "assign", "search", "find", "draft", "send", "canned", "tags", "priority"):
        assert f"/{command}" in words
