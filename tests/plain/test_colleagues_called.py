"""A colleague is found by their name, however it is cased and composed, and what follows it is the note."""

import pytest

from tms_tui.core.state import State
from tms_tui.domain.ids import AgentId
from tms_tui.domain.model import Agent, Availability
from tms_tui.domain.text import CleanText
from tms_tui.plain.work import colleagues_called


def with_colleagues(*names: str) -> State:
    state = State()
    for number, name in enumerate(names):
        one = Agent(
            AgentId(str(number)), CleanText(name), CleanText(f"{number}@example.test"), availability=Availability.ONLINE
        )
        state.agents[one.id] = one
    return state


@pytest.mark.parametrize(
    ("name", "typed"),
    [("Jos\u00e9", "JOSE\u0301"), ("Jose\u0301", "jos\u00e9"), ("Gro\u00df", "GROSS"), ("\u00d6mer", "\u00f6mer")],
)
@pytest.mark.parametrize(("after", "note"), [("", ""), (": call her", "call her"), (" call her", "call her")])
def test_a_name_is_one_however_it_is_spelt(name: str, typed: str, after: str, note: str) -> None:
    [(agent, rest)] = colleagues_called(with_colleagues(name, "Bo"), typed + after)
    assert (agent.name, rest) == (name, note)


def test_another_accent_is_another_colleague() -> None:
    [(agent, _)] = colleagues_called(with_colleagues("Jose", "Jose\u0301"), "Jos\u00e9 now")
    assert agent.name == "Jose\u0301"


@pytest.mark.parametrize(
    ("names", "typed", "called", "note"),
    [
        (("Anna", "Anna Schmidt-Keller"), "Anna, she knows", "Anna", "she knows"),
        (("Anna", "Anna Schmidt-Keller"), "Anna: Schmidt is a customer", "Anna", "Schmidt is a customer"),
        (("Anna", "Anna Schmidt-Keller"), "Anna please take it", "Anna", "please take it"),
        (("Anna", "Anna Schmidt-Keller"), "anna schmidt-keller, hi", "Anna Schmidt-Keller", "hi"),
        (("Eva", "Eva-Maria Braun"), "Eva-Maria, she knows", "Eva-Maria Braun", "she knows"),
        (("Eva", "Eva-Maria Braun"), "Eva she knows", "Eva", "she knows"),
        (("Anna Meier", "Anna Schmidt-Keller"), "Anna Schmidt, she knows", "Anna Schmidt-Keller", "she knows"),
        (("Bo", "Bob"), "Bo, take it", "Bo", "take it"),
    ],
)
def test_a_name_goes_as_far_as_its_words_do(names: tuple[str, ...], typed: str, called: str, note: str) -> None:
    [(agent, rest)] = colleagues_called(with_colleagues(*names), typed)
    assert (agent.name, rest) == (called, note)


@pytest.mark.parametrize(
    "typed", ["Anna Schmidt, she knows", "Anna Schmidt knows the bank", "anna sch", "Anna Schmidt"]
)
def test_a_name_that_may_be_the_beginning_of_a_longer_one_means_nobody_for_sure(typed: str) -> None:
    found = colleagues_called(with_colleagues("Anna", "Anna Schmidt-Keller"), typed)
    assert sorted(agent.name for agent, _ in found) == ["Anna", "Anna Schmidt-Keller"]


@pytest.mark.parametrize("typed", ["anna.s@x take it", "Anna's, take it", "Anna/Bo", "", ", she knows", " : "])
def test_what_only_begins_like_a_name_is_nobody(typed: str) -> None:
    assert colleagues_called(with_colleagues("Anna"), typed) == []
