"""Canned responses: whose counts, what is filled in, what may not go out."""

import pytest

from tests.core.desk import TALK, Desk, conversation, draft
from tms_tui.core.canned import Filled, available, filled, still_in
from tms_tui.domain.effects import KeepDraft
from tms_tui.domain.events import (
    CannedRead,
    ComposerChanged,
    Leaving,
    Restored,
    SendAsked,
    SessionChanged,
    SessionsErased,
)
from tms_tui.domain.model import CannedResponse
from tms_tui.domain.text import CleanText


def response(shortcut: str, content: str) -> CannedResponse:
    return CannedResponse(CleanText(shortcut), CleanText(shortcut), CleanText(content))


def test_an_own_response_stands_for_the_servers_of_the_same_shortcut() -> None:
    desk = Desk()
    desk.take(CannedRead((response("hi", "server"), response("bye", "server"))))
    known = available(desk.state, (response("hi", "own"), response("a", "own")))
    assert [(one.shortcut, one.content) for one in known] == [("a", "own"), ("bye", "server"), ("hi", "own")]


def test_what_is_known_is_filled_and_the_rest_stays_to_be_seen() -> None:
    desk = Desk()
    desk.sign_in()
    desk.take(SessionChanged(conversation(name="Jonas {{agent.name}}")))
    text = filled(desk.state, TALK, response("x", "{{customer.name}} {{ agent.name }} {{customer.email}} {{order.id}}"))
    assert text == Filled(
        "Jonas {{agent.name}} Ana {{customer.email}} {{order.id}}", ("{{customer.email}}", "{{order.id}}")
    )


@pytest.mark.parametrize(
    ("content", "left"),
    [
        ("nothing to fill", ()),
        ("{{order.day}} and {{ order.id }}, {{order.day}}", ("{{order.day}}", "{{ order.id }}")),
        ("{{ }} {{x}} { {a.b} }", ()),
        ("{{customer.name}}", ()),
    ],
)
def test_what_was_not_filled_is_named_once_and_what_was_filled_in_is_not_searched(
    content: str, left: tuple[str, ...]
) -> None:
    desk = Desk()
    desk.sign_in()
    desk.take(SessionChanged(conversation(name="{{order.id}}")))
    assert filled(desk.state, TALK, response("x", content)).unfilled == left


def write(desk: Desk, text: str, unfilled: tuple[str, ...] | None = None, *, private: bool = False) -> None:
    desk.take(ComposerChanged(TALK, private=private, text=text, unfilled=unfilled))


def test_what_a_response_left_is_known_of_the_draft_as_long_as_it_stands_there() -> None:
    desk = Desk()
    write(desk, "Order {{order.id}} on {{order.day}}", ("{{order.id}}", "{{order.day}}"))
    write(desk, "{{order.id}}", private=True)
    write(desk, "Order 7 on {{order.day}}")
    assert desk.state.unfilled == {(TALK, False): ("{{order.day}}",)}
    write(desk, "Order 7 on Monday")
    assert desk.state.unfilled == {}
    write(desk, "Order 7 on Monday, write {{order.day}}")
    assert desk.state.unfilled == {}


def test_a_draft_that_is_emptied_or_written_anew_holds_only_own_words() -> None:
    desk = Desk()
    for emptied, unfilled in (("", None), ("{{order.id}}", ())):
        write(desk, "{{order.id}}", ("{{order.id}}",))
        write(desk, emptied, unfilled)
        write(desk, "{{order.id}}")
        assert desk.state.unfilled == {}


def test_what_was_left_is_kept_with_the_draft_and_comes_back_with_it() -> None:
    desk = Desk()
    desk.state.keeps = True
    place, left = (TALK, False), ("{{order.id}}",)
    write(desk, "Order {{order.id}}", left)
    desk.take(Leaving())
    assert desk.took(KeepDraft) == [KeepDraft(*place, "Order {{order.id}}", left)]
    write(desk, "Order {{order.id}}", ())  # the same text, meant as own words
    desk.take(Leaving())
    assert desk.took(KeepDraft) == [KeepDraft(*place, "Order {{order.id}}")]
    again = Desk()
    again.take(Restored((), ((*place, "Order {{order.id}}"),), unfilled=((place, (*left, "{{gone.since}}")),)))
    assert again.state.unfilled == {place: left}


def test_a_draft_begun_before_the_file_was_read_is_not_taken_for_the_one_kept() -> None:
    desk, place = Desk(), (TALK, False)
    write(desk, "Write {{order.id}}")
    desk.take(Restored((), ((*place, "Order {{order.id}}"),), unfilled=((place, ("{{order.id}}",)),)))
    assert desk.state.unfilled == {}


def test_nothing_is_left_of_a_draft_that_was_sent_or_erased() -> None:
    desk, left = Desk(), ("{{order.id}}",)
    desk.sign_in()
    desk.take(SessionChanged(conversation()))
    write(desk, "{{order.id}}", left)
    desk.take(SendAsked(draft(text="{{order.id}}")))
    assert desk.state.unfilled == {}
    write(desk, "{{order.id}}", left)
    desk.take(SessionsErased((TALK,)))
    assert desk.state.unfilled == {}


@pytest.mark.parametrize(
    ("text", "unfilled", "left"),
    [("{{a.b}} {{c.d}}", ("{{c.d}}", "{{e.f}}", "{{c.d}}"), ("{{c.d}}",)), ("", ("{{a.b}}",), ()), ("{{a.b}}", (), ())],
)
def test_only_what_a_response_left_is_looked_for(text: str, unfilled: tuple[str, ...], left: tuple[str, ...]) -> None:
    assert still_in(text, unfilled) == left
