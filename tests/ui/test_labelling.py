"""Tags and priority at the desk: chosen from what is in use, or newly named; and taken back."""

import pytest

from tests.ui.desk_world import (
    ANA,
    EVA,
    JONAS,
    MIA,
    FakeEngine,
    desk,
    furnished,
    press,
    said,
    session,
    settled,
    text_of,
)
from tms_tui.domain.effects import Label
from tms_tui.domain.events import AgentsRead, AvailabilityAsked, LabelAsked, SessionAnswered, SessionChanged
from tms_tui.domain.model import Agent, Availability, Priority, Session
from tms_tui.domain.text import CleanText

CARD, VIP = CleanText("card"), CleanText("vip")


def tagged() -> FakeEngine:
    """Jonas has one tag, Mia another."""
    engine = furnished()
    engine.take(SessionChanged(session(JONAS, "Jonas Weber", waits=360, version=2, tags=(CARD,))))
    engine.take(SessionChanged(session(MIA, "Mia Roth", waits=60, version=2, tags=(VIP,))))
    engine.taken.clear()
    return engine


async def test_tags_in_use_are_offered_and_added() -> None:
    async with desk(tagged(), size=(80, 24)) as (pilot, engine):
        await press(pilot, "l")
        assert "Tags of Jonas Weber: card" in text_of(pilot)
        assert "card  is on it, Enter takes it away" in text_of(pilot)
        assert "vip  Enter adds it" in text_of(pilot)
        await press(pilot, *"vi", "enter")
        assert engine.of(LabelAsked) == [LabelAsked(JONAS, tags=(CARD, VIP))]
        assert said(pilot) == "Setting the tags of Jonas Weber to card, vip. u undoes this for 10 s."
        await press(pilot, "u")
        assert engine.effects[-1] == Label(JONAS, tags=(CARD,))


async def test_a_tag_that_is_on_it_is_taken_away() -> None:
    async with desk(tagged()) as (pilot, engine):
        await press(pilot, "l", *"card", "enter")
        assert engine.of(LabelAsked) == [LabelAsked(JONAS, tags=())]


@pytest.mark.parametrize(("typed", "tag"), [("refund", "refund"), ("vi[p", "vi[p"), ("ca rd", "ca rd")])
async def test_a_new_tag_is_what_was_typed(typed: str, tag: str) -> None:
    async with desk(tagged()) as (pilot, engine):
        await press(pilot, "l", *("space" if key == " " else key for key in typed))
        assert f"{tag}  new, Enter adds it" in text_of(pilot)
        await press(pilot, "end", "enter")
        assert engine.of(LabelAsked) == [LabelAsked(JONAS, tags=(CARD, CleanText(tag)))]


async def test_where_no_tag_is_in_use_it_is_said_that_one_may_be_typed() -> None:
    async with desk(furnished()) as (pilot, engine):
        await press(pilot, "l")
        assert "Type a new one. Esc leaves." in text_of(pilot)
        await press(pilot, *"vip", "enter")
        assert engine.of(LabelAsked) == [LabelAsked(JONAS, tags=(VIP,))]


async def test_the_priority_is_chosen_by_its_digit_and_taken_back() -> None:
    async with desk(tagged(), size=(80, 24)) as (pilot, engine):
        await press(pilot, "+")
        assert "Priority of Jonas Weber" in text_of(pilot)
        assert "2 normal  now" in text_of(pilot)
        await press(pilot, "4")
        assert engine.of(LabelAsked) == [LabelAsked(JONAS, priority=Priority.URGENT)]
        assert said(pilot) == "Setting the priority of Jonas Weber to urgent. u undoes this for 10 s."
        await press(pilot, "u")
        assert engine.effects[-1] == Label(JONAS, priority=Priority.NORMAL)


def ranked(priority: Priority, version: int = 2) -> Session:
    return session(JONAS, "Jonas Weber", waits=360, version=version, priority=priority)


@pytest.mark.parametrize("standing", list(Priority))
async def test_the_choice_of_priority_begins_on_what_stands_and_enter_alone_changes_nothing(standing: Priority) -> None:
    engine = furnished()
    engine.take(SessionChanged(ranked(standing)))
    async with desk(engine) as (pilot, _):
        await press(pilot, "+")
        assert f"> {list(Priority).index(standing) + 1} {standing}  now" in text_of(pilot)
        await press(pilot, "enter")
        assert engine.of(LabelAsked) == []
        assert said(pilot) == f"The priority of Jonas Weber is {standing} already."


async def test_the_choice_of_priority_goes_on_from_what_stands() -> None:
    engine = furnished()
    engine.take(SessionChanged(ranked(Priority.HIGH)))
    async with desk(engine) as (pilot, _):
        await press(pilot, "+", "down", "enter")
        assert engine.of(LabelAsked) == [LabelAsked(JONAS, priority=Priority.URGENT)]


async def test_a_choice_of_availability_begins_on_what_stands() -> None:
    async with desk(furnished(), size=(80, 24)) as (pilot, engine):
        me = Agent(ANA.id, ANA.name, ANA.email, availability=Availability.BUSY)
        engine.take(AgentsRead((me, EVA)))
        await press(pilot, "f9")
        assert "> 2 busy  now" in text_of(pilot)
        await press(pilot, "enter")
        assert engine.of(AvailabilityAsked) == []
        assert said(pilot) == "You are busy already."


async def test_a_priority_is_said_to_be_set_once_it_is() -> None:
    async with desk(furnished()) as (pilot, engine):
        await press(pilot, "+", "4")
        assert said(pilot) == "Setting the priority of Jonas Weber to urgent. u undoes this for 10 s."
        engine.take(SessionAnswered(ranked(Priority.URGENT), Label(JONAS, priority=Priority.URGENT)))
        await settled(pilot)
        assert said(pilot) == "Set the priority of Jonas Weber to urgent. u undoes this for 10 s."
