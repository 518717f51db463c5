"""Handing a conversation to a colleague at the desk: chosen by name, with a note, and never behind anybody's back."""

import pytest

from tests.ui.desk_world import (
    ANA,
    EVA,
    JONAS,
    LI,
    MIA,
    FakeEngine,
    burst,
    by_agent,
    desk,
    furnished,
    press,
    said,
    session,
    settled,
    text_of,
)
from tms_tui.domain.effects import Assign, ReadAgents
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    AssignAsked,
    PresenceSeen,
    SessionAssigned,
    SessionChanged,
    TypingSeen,
    UndoAsked,
)
from tms_tui.domain.ids import AgentId
from tms_tui.domain.model import Agent, Author, AuthorType, Availability
from tms_tui.domain.policy import UNDO_WITHIN
from tms_tui.domain.text import CleanText

BEN = Agent(AgentId("ben"), CleanText("Ben"), CleanText("ben@shop.test"), availability=Availability.BUSY, viewing=JONAS)


def staffed() -> FakeEngine:
    """With a third agent, who is busy and looks at what Jonas wrote."""
    engine = furnished()
    engine.take(PresenceSeen(BEN))
    engine.taken.clear()
    return engine


async def test_a_colleague_is_chosen_by_name_and_gets_a_note() -> None:
    async with desk(staffed(), size=(80, 24)) as (pilot, engine):
        await press(pilot, "a")
        assert "Assign Jonas Weber to" in text_of(pilot)
        assert "Eva  online, holds 1" in text_of(pilot)
        assert "Ben  busy, holds 0, looks at this one" in text_of(pilot)
        await press(pilot, *"ev", "enter")
        assert "A note for Eva about Jonas Weber" in text_of(pilot)
        await press(pilot, *"she knows", "enter")
        assert engine.of(AssignAsked) == [AssignAsked(JONAS, EVA.id, "she knows")]
        assert said(pilot) == "Giving Jonas Weber to Eva, with a note. u undoes this for 10 s."


async def test_the_note_may_be_empty() -> None:
    async with desk(staffed()) as (pilot, engine):
        await press(pilot, "a", *"ben", "enter", "enter")
        assert engine.of(AssignAsked) == [AssignAsked(JONAS, BEN.id)]


@pytest.mark.parametrize("keys", ["down enter", "e down enter", "down down up enter", "pagedown enter"])
async def test_keys_that_come_all_at_once_choose_as_they_do_one_by_one(keys: str) -> None:
    chosen = []
    for arrive in (press, burst):
        async with desk(staffed()) as (pilot, engine):
            await press(pilot, "a")
            await arrive(pilot, *keys.split())
            await press(pilot, "enter")
            chosen.append(engine.of(AssignAsked))
    assert chosen[0] == chosen[1] != []


async def test_esc_at_the_name_or_at_the_note_changes_nothing() -> None:
    async with desk(staffed()) as (pilot, engine):
        await press(pilot, "a", "escape")
        await press(pilot, "a", "enter", *"never mind", "escape")
        assert not engine.of(AssignAsked)


async def test_nobody_is_last_in_the_picker_and_releases_without_a_note() -> None:
    async with desk(staffed()) as (pilot, engine):
        await press(pilot, "a", *"nobody", "enter")
        assert engine.of(AssignAsked) == [AssignAsked(JONAS, None)]
        assert said(pilot) == "Releasing Jonas Weber. u undoes this for 10 s."


async def test_a_note_pasted_in_lines_keeps_all_its_words() -> None:
    from textual.events import Paste

    async with desk(staffed()) as (pilot, engine):
        await press(pilot, "a", "enter")
        pilot.app.screen.focused.post_message(Paste("call the bank\nask for \x1b[31mMia"))  # type: ignore[union-attr]
        await press(pilot, "enter")
        assert engine.of(AssignAsked) == [AssignAsked(JONAS, EVA.id, "call the bank ask for [31mMia")]


async def test_it_is_asked_first_while_a_third_one_replies() -> None:
    async with desk(staffed()) as (pilot, engine):
        engine.take(TypingSeen(JONAS, by_agent(BEN), active=True))
        await press(pilot, "a", *"eva", "enter")
        assert "Ben is typing to Jonas Weber." in text_of(pilot)
        await press(pilot, "2")
        assert not engine.of(AssignAsked)
        await press(pilot, "a", *"eva", "enter", "1", "enter")
        assert engine.of(AssignAsked) == [AssignAsked(JONAS, EVA.id)]


async def test_giving_it_to_the_one_who_replies_needs_no_question() -> None:
    async with desk(staffed()) as (pilot, engine):
        engine.take(TypingSeen(JONAS, by_agent(BEN), active=True))
        await press(pilot, "a")
        assert "Ben  busy, holds 0, is replying here" in text_of(pilot)
        await press(pilot, *"ben", "enter", "enter")
        assert engine.of(AssignAsked) == [AssignAsked(JONAS, BEN.id)]


async def test_a_lost_race_says_who_won_and_leaves_nothing_to_take_back() -> None:
    async with desk(staffed()) as (pilot, engine):
        await press(pilot, "2", "t")
        took = next(effect for effect in engine.effects if isinstance(effect, Assign))
        won = session(took.session, "Mia Roth", version=9, assigned_agent=BEN.id, assigned_agent_name=BEN.name)
        engine.take(AskFailed(took, Failure(FailureKind.TAKEN, session=won)))
        await settled(pilot)
        assert said(pilot) == "Not taken: Ben was faster and holds Mia Roth"
        await press(pilot, "u")
        assert said(pilot) == "Nothing to take back."
        assert len(engine.of(AssignAsked)) == 1


async def test_an_assignment_without_an_answer_may_be_done_and_can_be_taken_back() -> None:
    async with desk(staffed()) as (pilot, engine):
        await press(pilot, "2", "t")
        took = next(effect for effect in engine.effects if isinstance(effect, Assign))
        engine.later(UNDO_WITHIN + 1)
        engine.take(AskFailed(took, Failure(FailureKind.NO_ANSWER)))
        await settled(pilot)
        why = "the server did not answer in time"
        assert said(pilot) == f"Not known whether it was done: {why}. Look before you ask again."
        await press(pilot, "u")
        assert engine.of(UndoAsked) == [UndoAsked()]
        assert [one.agent for one in engine.effects if isinstance(one, Assign)] == [ANA.id, None]


@pytest.mark.parametrize("keys", [("enter",), ("enter", *"take care")])
async def test_what_changed_hands_while_one_chose_stays_with_who_was_faster(keys: tuple[str, ...]) -> None:
    async with desk(staffed()) as (pilot, engine):
        await press(pilot, "2", "a", *keys)
        won = session(MIA, "Mia Roth", version=9, assigned_agent=BEN.id, assigned_agent_name=BEN.name)
        engine.take(SessionAssigned(won, None, BEN.id))
        await press(pilot, "enter")
        assert not engine.of(AssignAsked)
        assert said(pilot) == "Not done: Mia Roth is held by Ben now."


async def test_namesakes_are_told_apart_by_their_accounts() -> None:
    async with desk(staffed()) as (pilot, engine):
        engine.take(PresenceSeen(Agent(AgentId("eva2"), EVA.name, CleanText("eva.m@shop.test"))))
        await press(pilot, "a")
        assert "Eva (eva)  online" in text_of(pilot)
        assert "Eva (eva.m)  offline" in text_of(pilot)


async def test_the_only_agent_of_a_shop_is_told_so() -> None:
    engine = furnished()
    del engine.state.agents[EVA.id]
    async with desk(engine) as (pilot, _):
        await press(pilot, "j", "k")
        engine.take(SessionChanged(session(JONAS, "Jonas Weber", version=2)))
        await press(pilot, "a")
        assert said(pilot) == "There is nobody else to assign it to."


async def test_colleagues_that_are_not_read_are_not_said_to_be_nobody_and_are_asked_for() -> None:
    async with desk(furnished(lists_read=False)) as (pilot, engine):
        await press(pilot, "2", "a")
        assert said(pilot) == "The colleagues cannot be read now. Try again."
        assert engine.effects[-1] == ReadAgents()


async def test_a_typing_customer_hinders_nobody() -> None:
    async with desk(staffed()) as (pilot, engine):
        engine.take(TypingSeen(LI, Author(AuthorType.VISITOR, None, CleanText("Li")), active=True))
        await press(pilot, "j", "a", *"ben", "enter", "enter")
        assert engine.of(AssignAsked) == [AssignAsked(LI, BEN.id)]
