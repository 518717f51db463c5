"""What each action of the table of keys does: it asks the state, and lets one event happen."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from tms_tui import wording
from tms_tui.core import keeping, select
from tms_tui.core.select import Filter
from tms_tui.core.state import State
from tms_tui.domain.events import AvailabilityAsked, ReconnectAsked
from tms_tui.domain.model import Agent, Availability
from tms_tui.ui import texts, work
from tms_tui.ui.port import Desk
from tms_tui.ui.widgets.choices import Choice

Act = Callable[[Desk], None]


def reply(desk: Desk) -> None:
    """Write to the customer."""
    _write(desk, private=False)


def note(desk: Desk) -> None:
    """Write for colleagues only."""
    _write(desk, private=True)


def open_selected(desk: Desk) -> None:
    """Open the conversation selected in the list, ready to answer."""
    if desk.target is None:
        desk.refuse("The list is empty.")
    else:
        desk.work_on(desk.target)


def next_waiting(desk: Desk) -> None:
    """Open what needs me most, ready to answer: a letter typed at once is text, never a command."""
    found = select.next_waiting(desk.state, desk.shown)
    if found is None:
        is_read = select.has_read(desk.state)
        desk.refuse("Nobody waits for you." if is_read else wording.empty_list(desk.state, Filter.ALL, desk.ways))
    else:
        desk.work_on(found)


def next_session(desk: Desk, by: int = 1) -> None:
    """Open the neighbour in the list."""
    listed = desk.listed
    if not listed:
        desk.refuse("The list is empty.")
        return
    at = listed.index(desk.shown) + by if desk.shown in listed else 0
    if 0 <= at < len(listed):
        desk.open_session(listed[at])
    else:
        desk.refuse("That was the last conversation of the list." if by > 0 else "That was the first one of the list.")


def who(desk: Desk) -> None:
    """Show who is here, and what they look at and reply in."""
    from tms_tui.ui.screens.who import who_page

    desk.show(who_page(desk.state), lambda _: None)


def announce(desk: Desk) -> None:
    """Say the connection, what waits, what is unread, who is here."""
    state = desk.state
    counts = select.counts(state)
    waiting = sum(one.waiting_since is not None for one in state.sessions.values())
    parts = [
        wording.link_sentence(select.badge(state), desk.ways),
        f"{waiting} waiting, {select.unread_total(state)} unread, {counts[Filter.MINE]} mine.",
        who_is_here(state),
    ]
    desk.say(" ".join(parts))


def reconnect(desk: Desk) -> None:
    """Connect again now."""
    desk.bridge.take(ReconnectAsked())
    desk.say("Connecting again.")


def availability(desk: Desk) -> None:
    """Let the agent choose; never a blind toggle."""
    now = desk.state.availability
    answers = [Choice(one.value, wording.availability(one), "now" if one is now else "") for one in Availability]
    desk.ask("Your availability", answers, partial(_set_availability, desk), standing=now)


def password(desk: Desk) -> None:
    """Let the agent change their password."""
    from tms_tui.ui.screens.change_password import PasswordScreen

    desk.show(PasswordScreen(desk.bridge.change_password), lambda said: desk.say(said) if said else None)


def leave(desk: Desk) -> None:
    """End the program; asks when something is unsent."""
    unsent, kept = desk.state.outbox.unsent(), keeping.survive(desk.state)
    drafts = 0 if kept else len(desk.state.drafts)
    if not unsent and not drafts:
        desk.leave()
        return
    fate = "what is unsent goes out when you sign in again" if kept else "what is unsent is lost"
    answers = [Choice("stay", "Stay"), Choice("quit", "Quit all the same", fate)]
    texts = [wording.plural(count, noun) for count, noun in ((unsent, "message"), (drafts, "draft")) if count]
    question = f"{' and '.join(texts)} not sent yet."
    desk.ask(question, answers, lambda answer: desk.leave() if answer == "quit" else None)


def assign(desk: Desk) -> None:
    """Hand the conversation to a colleague."""
    from tms_tui.ui import assigning

    assigning.assign(desk)


def earlier(desk: Desk) -> None:
    """Choose from the customer's other conversations."""
    from tms_tui.ui import earlier

    earlier.choose(desk)


def canned(desk: Desk) -> None:
    """Insert a text kept for reuse."""
    session = work.target_of(desk)
    if session is None:
        return
    if desk.composing.session_id != session.id:
        desk.write(session.id, private=False)
    desk.offer_canned()


def tags(desk: Desk) -> None:
    """Add a tag, or take one away."""
    from tms_tui.ui import labelling

    labelling.tags(desk)


def block(desk: Desk) -> None:
    """Keep the customer out."""
    from tms_tui.ui import shutting_out

    shutting_out.block(desk)


def unblock(desk: Desk) -> None:
    """Let a blocked customer write again."""
    from tms_tui.ui import shutting_out

    shutting_out.unblock(desk)


def priority(desk: Desk) -> None:
    """Choose the priority."""
    from tms_tui.ui import labelling

    labelling.priority(desk)


def who_is_here(state: State) -> str:
    """Names and availability of everybody who is not away altogether."""
    here = [agent for agent in state.agents.values() if agent.availability is not Availability.OFFLINE]
    if not here:
        return "Nobody else is here."
    return f"Here: {', '.join(_present(agent) for agent in here)}."


def _present(agent: Agent) -> str:
    is_online = agent.availability is Availability.ONLINE
    return agent.name if is_online else f"{agent.name} ({wording.availability(agent.availability)})"


def _write(desk: Desk, *, private: bool) -> None:
    session = work.target_of(desk)
    if session is not None:
        desk.write(session.id, private=private)


def _set_availability(desk: Desk, answer: str) -> None:
    wanted = Availability(answer)
    if wanted is desk.state.availability:
        desk.say(f"You are {wording.availability(wanted)} already.")
    else:
        work.decide(desk, AvailabilityAsked(wanted))


ACTS: Final[Mapping[str, Act]] = {
    "help": lambda desk: desk.show_help(),
    "open": open_selected,
    "peek": lambda desk: desk.peek_selected(),
    "next_waiting": next_waiting,
    "reply": reply,
    "note": note,
    "resolve": work.resolve,
    "resolve_next": work.resolve_next,
    "take": work.take,
    "assign": assign,
    "later": work.set_aside,
    "canned": canned,
    "tags": tags,
    "priority": priority,
    "block": block,
    "unblock": unblock,
    "unread": work.unread,
    "undo": work.undo,
    "outward": lambda desk: desk.go_outward(),
    "next_pane": lambda desk: desk.go_to_pane(1),
    "previous_pane": lambda desk: desk.go_to_pane(-1),
    "next_session": next_session,
    "previous_session": lambda desk: next_session(desk, -1),
    "filter_mine": lambda desk: desk.list_filter(Filter.MINE),
    "filter_unassigned": lambda desk: desk.list_filter(Filter.UNASSIGNED),
    "filter_all": lambda desk: desk.list_filter(Filter.ALL),
    "filter_ended": lambda desk: desk.list_filter(Filter.ENDED),
    "retry": work.retry,
    "to_draft": work.to_draft,
    "copy": texts.copy_message,
    "copy_transcript": texts.copy_transcript,
    "links": texts.links,
    "pager": texts.page,
    "editor": texts.compose,
    "search": lambda desk: desk.search(),
    "panel": lambda desk: desk.toggle_panel(),
    "earlier": earlier,
    "who": who,
    "announce": announce,
    "reconnect": reconnect,
    "availability": availability,
    "password": password,
    "diagnostics": lambda desk: desk.show_diagnostics(),
    "palette": lambda desk: desk.show_palette(),
    "quit": leave,
}
"""By the id in the table of keys."""
