"""Canned responses: whose counts, what is filled in, what may not go out."""

import pytest

from tests.core.desk import TALK, Desk, conversation
from tms_tui.core.canned import available, filled, unfilled
from tms_tui.domain.events import CannedRead, SessionChanged
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
    assert text == "Jonas {{agent.name}} Ana {{customer.email}} {{order.id}}"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("nothing to fill", []),
        ("{{customer.name}} and {{ order.id }}", ["{{customer.name}}", "{{ order.id }}"]),
        ("{{ }} {{x}} { {a.b} }", []),
    ],
)
def test_what_was_not_filled_is_named(text: str, left: list[str]) -> None:
    assert unfilled(text) == left
