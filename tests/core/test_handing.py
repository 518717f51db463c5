"""Whose a conversation is to be: who there is, and when it is asked first."""

import pytest

from tests.core.desk import ANA, EVA, JONAS, TALK, Desk, conversation
from tms_tui.core import select
from tms_tui.core.handing import Hindrance, colleagues, hindrance
from tms_tui.domain.changes import Announced, NoticeKind
from tms_tui.domain.events import AgentsRead, PresenceSeen, SessionAssigned, SessionChanged, TypingSeen
from tms_tui.domain.ids import AgentId, SessionId
from tms_tui.domain.model import Agent, Author, Availability, SessionStatus
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace
from tms_tui.wording import work

ME, HER, HIM = AgentId("ana"), AgentId("eva"), AgentId("ben")


def agent(name: str, availability: Availability = Availability.ONLINE, *, account: str = "") -> Agent:
    account = account or name.lower()
    return Agent(AgentId(account), CleanText(name), CleanText(f"{account}@shop.test"), availability=availability)


def desk(
    held_by: str | None = None, status: SessionStatus = SessionStatus.ACTIVE, typist: Author | None = None
) -> Desk:
    one = Desk()
    one.sign_in()
    one.take(AgentsRead((agent("Ana"), agent("Eva"), agent("Ben"))))
    one.take(SessionChanged(conversation(held_by=held_by, status=status)))
    if typist is not None:
        one.take(TypingSeen(TALK, typist, active=True))
    return one


@pytest.mark.parametrize(
    ("at", "to", "expected"),
    [
        (desk(), ME, None),
        (desk(held_by="ana"), ME, None),
        (desk(typist=JONAS), ME, None),
        (desk(held_by="eva"), ME, Hindrance(holder=CleanText("Eva"))),
        (desk(held_by="eva", status=SessionStatus.ENDED), ME, None),
        (desk(held_by="eva"), HIM, None),
        (desk(held_by="eva"), None, None),
        (desk(typist=EVA), ME, Hindrance(replying=(CleanText("Eva"),))),
        (desk(typist=EVA), HIM, Hindrance(replying=(CleanText("Eva"),))),
        (desk(typist=EVA), None, Hindrance(replying=(CleanText("Eva"),))),
        (desk(typist=EVA), HER, None),
    ],
)
def test_it_is_asked_when_a_third_one_is_at_it(at: Desk, to: AgentId | None, expected: Hindrance | None) -> None:
    assert hindrance(at.state, at.state.sessions[TALK], to) == expected


def test_who_takes_conversations_comes_first_and_what_each_holds_is_counted() -> None:
    at = desk(held_by="eva")
    at.take(
        PresenceSeen(agent("Ben", Availability.AWAY)),
        PresenceSeen(agent("Zoe", Availability.BUSY)),
        SessionChanged(conversation(SessionId("other"), held_by="eva")),
        SessionChanged(conversation(SessionId("over"), held_by="eva", status=SessionStatus.ENDED)),
    )
    assert [(one.name, load) for one, load in colleagues(at.state)] == [("Eva", 2), ("Zoe", 0), ("Ben", 0)]


def test_namesakes_are_told_apart_and_nobody_else() -> None:
    at = Desk()
    at.take(AgentsRead((agent("Eva", account="eva.k"), agent("Eva", account="eva.m"), agent("Ben"))))
    names = [select.name_of(at.state, one) for one in at.state.agents.values()]
    assert names == ["Eva (eva.k)", "Eva (eva.m)", "Ben"]
    at.take(PresenceSeen(agent("Maria", account="eva.m")))
    assert select.agent_name(at.state, AgentId("eva.k")) == "Eva"
    assert ANA.name not in at.state.namesakes


def test_which_namesake_holds_took_or_gave_a_conversation_is_said() -> None:
    at = desk()
    at.take(AgentsRead((agent("Ana"), agent("Eva", account="eva.k"), agent("Eva", account="eva.m"))))
    hers = replace(conversation(held_by="eva.m", version=2), assigned_agent_name=CleanText("Eva"))
    assert select.holder_name(at.state, hers) == "Eva (eva.m)"
    assert work.held_by(at.state, AgentId("eva.m"), CleanText("Eva")) == "held by Eva (eva.m)"
    at.take(
        SessionAssigned(hers, by=AgentId("eva.m"), previous=None),
        SessionAssigned(conversation(held_by="ana", version=3), by=AgentId("eva.k"), previous=AgentId("eva.m")),
    )
    said = [change.notice for change in at.saw(Announced)]
    assert [(one.kind, one.other) for one in said[-2:]] == [
        (NoticeKind.TAKEN_BY, "Eva (eva.m)"),
        (NoticeKind.GIVEN_TO_YOU, "Eva (eva.k)"),
    ]
