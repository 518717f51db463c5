"""What a conversation's two rows say."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.ui.paint.scene import EVA, JONAS, ME, NOON, conversation, signed_in
from tms_tui.core.namesakes import mark, shared_names
from tms_tui.core.state import State, Typist
from tms_tui.domain.ids import AgentId, MessageId
from tms_tui.domain.model import Author, AuthorType, Preview, Priority, Session, SessionStatus
from tms_tui.domain.text import clean_line
from tms_tui.domain.value import replace
from tms_tui.ui.paint.look import ASCII, Look
from tms_tui.ui.paint.session_row import describe, session_rows

LOOK = Look(signs=ASCII)
SAID = Preview(MessageId("m1"), AuthorType.AGENT, clean_line("Eva"), clean_line("welcome"), NOON)


def rows(state: State, session: Session, *, selected: bool = False, mark: str = "", due_after: float = 0) -> list[str]:
    words = describe(state, session, NOON, mark=mark, due_after=due_after)
    return [row.text.rstrip() for row in session_rows(words, 34, LOOK, selected=selected)]


def typing(state: State, session: Session, *authors: Author) -> None:
    state.typing[session.id] = {author.name: Typist(author, 1.0) for author in authors}


def test_a_waiting_customer() -> None:
    waiting = conversation("Jonas Weber", 1, waiting_since=NOON - 380, unread=2, assigned_agent=ME, online=True)
    assert rows(signed_in(), waiting, selected=True) == [
        "> Jonas Weber             waits 6m",
        "  2 new  you              * online",
    ]


def test_one_of_which_something_may_be_missing() -> None:
    state, session = signed_in(), conversation("Jonas Weber", 1, unread=2, assigned_agent=ME)
    transcript = state.transcript(session.id)
    transcript.dirty = True
    assert "syncing" not in rows(state, session)[1], "nothing of it is held"
    transcript.loaded = True
    assert rows(state, session)[1] == "  2 new, syncing  you"


def test_an_answered_one_that_a_colleague_holds_and_one_in_which_nobody_wrote_yet() -> None:
    held = conversation("Li Wei", 2, assigned_agent=AgentId("eva"), assigned_agent_name=clean_line("Eva"))
    assert rows(signed_in(), held) == ["  Li Wei               nothing yet", "  Eva"]
    answered = replace(held, last_message=SAID)
    assert rows(signed_in(), answered) == ["  Li Wei                  answered", "  Eva"]


def test_nobody_holds_a_resolved_one() -> None:
    ended = conversation("Mia", 3, status=SessionStatus.ENDED)
    assert rows(signed_in(), ended) == ["  Mia                     resolved", "  unassigned"]


def test_who_types_comes_before_who_holds() -> None:
    state, session = signed_in(), conversation("Jonas", 4, unread=1)
    typing(state, session, JONAS)
    assert rows(state, session)[1] == "  1 new  typing"
    typing(state, session, JONAS, EVA)
    assert rows(state, session)[1] == "  1 new  Eva is replying"


def test_my_own_typing_is_no_news() -> None:
    state, session = signed_in(), conversation("Jonas", 5)
    typing(state, session, Author(EVA.type, ME, clean_line("Ana")))
    assert rows(state, session)[1] == "  unassigned"


def test_a_long_wait_is_due_and_priority_is_said() -> None:
    urgent = conversation("Jonas", 6, waiting_since=NOON - 120, priority=Priority.URGENT)
    assert rows(signed_in(), urgent, due_after=60) == ["  Jonas              due, waits 2m", "  urgent  unassigned"]


def test_two_customers_of_one_name_can_be_told_apart() -> None:
    state = signed_in()
    for number in (1, 2):
        anna = conversation("Anna", number)
        state.sessions[anna.id] = anna
    shared = shared_names(state.sessions.values())
    assert [rows(state, anna, mark=mark(anna, shared))[0].split("  ")[1] for anna in state.sessions.values()] == [
        "Anna #0001",
        "Anna #0002",
    ]


def test_what_tells_them_apart_is_not_what_a_narrow_list_cuts_off() -> None:
    long = conversation("Maximiliane Hohenzollern", 1)
    assert rows(signed_in(), long, mark="#0001") == ["  Maximiliane H… #0001 nothing yet", "  unassigned"]


@given(st.text(max_size=80), st.integers(1, 60), st.booleans(), st.integers(0, 20_000_000), st.sampled_from(["", "#1"]))
def test_rows_are_exactly_as_wide_as_asked(name: str, width: int, selected: bool, unread: int, mark: str) -> None:
    session = conversation(name, 1, waiting_since=NOON - unread, unread=unread)
    for row in session_rows(describe(signed_in(), session, NOON, mark=mark), width, LOOK, selected=selected):
        assert cell_len(row.text) == width == row.cell_length
