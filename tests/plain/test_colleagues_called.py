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
