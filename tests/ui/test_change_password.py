"""Changing one's password at the desk: nothing shown, clear errors, and nothing lost when it fails."""

import asyncio

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.ui.desk_world import SIZES, burst, desk, press, said, settled, text_of
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.secret import Secret
from tms_tui.ui.keys import Pane
from tms_tui.ui.widgets.body import Body

BY_NAME = (":", *"password", "enter")
DONE = "The password is changed."


class Server:
    """Answers in turn: with a failure, an exception, or that it is done."""

    def __init__(self, *answers: Failure | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def change(self, current: Secret, new: Secret) -> str | Failure:
        self.asked.append((current.reveal(), new.reveal()))
        await self.open.wait()
        answer = self.answers.pop(0) if self.answers else DONE
        if isinstance(answer, Exception):
            raise answer
        return answer


async def fill_in(pilot: Pilot[None], current: str = "old", new: str = "tulip", again: str = "tulip") -> None:
    await press(pilot, *current, "tab", *new, "tab", *again, "enter")


def values(pilot: Pilot[None]) -> list[str]:
    return [one.value for one in pilot.app.screen.query(Input)]


async def test_three_fields_and_enter_change_it_and_the_focus_comes_back() -> None:
    server = Server()
    async with desk(change_password=server.change) as (pilot, _):
        await press(pilot, *BY_NAME)
        await fill_in(pilot)
        assert server.asked == [("old", "tulip")]
        assert said(pilot) == DONE
        assert len(pilot.app.screen_stack) == 1
        assert pilot.app.screen.query_one(Body).pane is Pane.LIST


async def test_no_character_of_any_of_them_is_shown() -> None:
    async with desk(change_password=Server(Failure(FailureKind.NO_ANSWER)).change) as (pilot, _):
        await press(pilot, *BY_NAME)
        await fill_in(pilot, "qqqq", "xxxxxxx", "xxxxxxx")
        shown = text_of(pilot)
        assert values(pilot) == ["qqqq", "xxxxxxx", "xxxxxxx"], "what was typed stays when it fails"
        assert not [secret for secret in ("qqqq", "xxxxxxx") if secret in shown]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("old", "tulip", "tulips"), "was not typed the same twice"),
        (("old", "old", "old"), "the password you have already"),
        (("old", "   ", "   "), "the new password is missing"),
    ],
)
async def test_what_cannot_be_right_is_said_at_once_and_the_server_not_asked(
    typed: tuple[str, str, str], words: str
) -> None:
    server = Server()
    async with desk(change_password=server.change) as (pilot, _):
        await press(pilot, *BY_NAME)
        await fill_in(pilot, *typed)
        assert words in text_of(pilot)
        assert server.asked == []


async def test_enter_goes_to_the_field_that_is_empty() -> None:
    server = Server()
    async with desk(change_password=server.change) as (pilot, _):
        await press(pilot, *BY_NAME, *"old", "enter", *"tulip", "enter", *"tulip", "enter")
        assert server.asked == [("old", "tulip")]


async def test_what_is_typed_all_at_once_goes_where_each_letter_was_meant_to() -> None:
    server = Server()
    async with desk(change_password=server.change) as (pilot, _):
        await press(pilot, *BY_NAME)
        await burst(pilot, *"old", "tab", *"tulip", "tab", *"tulip", "enter")
        assert server.asked == [("old", "tulip")]


async def test_a_current_password_that_was_refused_is_typed_anew_and_not_on() -> None:
    server = Server(Failure(FailureKind.FORBIDDEN, 403, "wrong_password"))
    async with desk(change_password=server.change) as (pilot, _):
        await press(pilot, *BY_NAME)
        await fill_in(pilot, "odl")
        await press(pilot, *"old", "enter")
        assert server.asked == [("odl", "tulip"), ("old", "tulip")]
        assert said(pilot) == DONE


async def test_new_passwords_that_differ_are_both_typed_anew() -> None:
    server = Server()
    async with desk(change_password=server.change) as (pilot, _):
        await press(pilot, *BY_NAME)
        await fill_in(pilot, "old", "tulip", "tulpi")
        assert values(pilot) == ["old", "", ""]
        await press(pilot, *"tulip", "enter", *"tulip", "enter")
        assert server.asked == [("old", "tulip")]


async def test_a_refusal_is_said_and_a_second_try_may_succeed() -> None:
    server = Server(Failure(FailureKind.FORBIDDEN, 403, "wrong_password"), RuntimeError("canary"))
    async with desk(change_password=server.change) as (pilot, _):
        await press(pilot, *BY_NAME)
        await fill_in(pilot)
        assert "the current password is not right" in text_of(pilot)
        await press(pilot, *"older", "enter")
        assert "RuntimeError" in text_of(pilot)
        assert "canary" not in text_of(pilot)
        await press(pilot, "enter")
        assert said(pilot) == DONE


async def test_while_the_server_is_asked_nothing_is_asked_twice_and_esc_waits() -> None:
    server = Server()
    server.open.clear()
    async with desk(change_password=server.change) as (pilot, _):
        await press(pilot, *BY_NAME)
        await fill_in(pilot)
        await press(pilot, "enter", "escape")
        assert "Changing the password ..." in text_of(pilot)
        assert len(server.asked) == 1
        server.open.set()
        await settled(pilot)
        assert said(pilot) == DONE


async def test_esc_leaves_it_as_it_is() -> None:
    server = Server()
    async with desk(change_password=server.change) as (pilot, _):
        await press(pilot, *BY_NAME, *"old", "tab", *"tulip", "escape")
        assert (server.asked, len(pilot.app.screen_stack)) == ([], 1)
        await press(pilot, *BY_NAME)
        assert values(pilot) == ["", "", ""], "a second try starts clean"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_dialog_fits_every_size(size: tuple[int, int]) -> None:
    async with desk(size=size) as (pilot, _):
        await press(pilot, *BY_NAME)
        for words in ("Change your password", "Current password", "New password", "New password again", "Esc"):
            assert words in text_of(pilot)


async def test_a_server_that_cannot_do_it_is_named_as_such() -> None:
    async with desk() as (pilot, _):
        await press(pilot, *BY_NAME)
        await fill_in(pilot)
        assert "this server lets nobody change a password" in text_of(pilot)
