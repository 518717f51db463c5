"""State and changes as labelled lines: what it is first, when it was last. Pure."""

from typing import Final, assert_never

from tms_tui import wording
from tms_tui.core import namesakes, select
from tms_tui.core.state import State
from tms_tui.domain.entries import Entry, GapMark, PendingSend
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Author, AuthorType, CannedResponse, Message, Priority, Session
from tms_tui.domain.policy import SESSIONS_PAGE
from tms_tui.domain.text import CleanText, clean_line
from tms_tui.wording.blocked import details
from tms_tui.wording.diagnostics import diagnosis
from tms_tui.wording.failures import unread_list
from tms_tui.wording.work import held_by, whereabouts

_LINES_SHOWN: Final = 200
"""Lines of one message that are said; the rest is counted."""
_EXCERPT: Final = 60


def entry_lines(state: State, entry: Entry, wall: float) -> list[str]:
    """One message, own send or gap; `wall` in seconds since the epoch."""
    match entry:
        case Message():
            return _message(
                _label(state, entry), entry.text, delivery_words(state, entry), wording.clock(entry.created_at, wall)
            )
        case PendingSend(draft):
            label = "you, note" if draft.private else "you"
            told = delivery_words(state, entry)
            return _message(label, draft.text, told, wording.clock(draft.asked_at, wall))
        case GapMark():
            return [f"line: {wording.gap(entry, wall)}"]
        case _:
            assert_never(entry)


def delivery_words(state: State, entry: Entry) -> str:
    """How far an own message has got; empty for everybody else's."""
    delivery = select.delivery(state, entry)
    if delivery is None:
        return ""
    failure = entry.failure if isinstance(entry, PendingSend) else None
    return _for_this_face(wording.delivery(delivery, failure))


def delivery_line(state: State, entry: Message | PendingSend, wall: float) -> str:
    """That an own message got further: which one, how far, when."""
    text, at = (
        (entry.text, entry.created_at) if isinstance(entry, Message) else (entry.draft.text, entry.draft.asked_at)
    )
    return f"{delivery_words(state, entry)}: {_excerpt(text)}, {wording.clock(at, wall)}"


def wrote_line(state: State, session: Session) -> str:
    """That a customer wrote in a conversation that is not open."""
    last = session.last_message
    said = f": {_excerpt(last.text)}" if last is not None and last.author_type is AuthorType.VISITOR else ""
    return f"news: {wording.customer(session)} wrote, {session.unread} new, {holder(state, session)}{said}"


def session_line(state: State, number: int, session: Session, wall: float, due_after: float = 0, mark: str = "") -> str:
    """One conversation of a list; a customer who waits for `due_after` seconds is due, unless it is 0.

    `mark`: what tells it from another of the list whose customer has the same name.
    """
    parts = [" ".join(filter(None, (f"{number}.", wording.customer(session), mark)))]
    if session.waiting_since is not None:
        waits = wall - session.waiting_since
        parts += [f"waits {wording.wait(waits)}", *(["due"] if 0 < due_after <= waits else [])]
    if session.unread:
        parts.append(f"{session.unread} new")
    parts += [holder(state, session), wording.standing(session, wall)]
    parts.append("customer online" if session.customer.online else "customer away")
    typing = typing_line(state, session.id)
    return ", ".join(
        [*parts, *([typing] if typing else []), f"last at {wording.clock(session.last_activity_at, wall)}"]
    )


def list_lines(state: State, title: str, listed: list[SessionId], wall: float, due_after: float = 0) -> list[str]:
    """A numbered list, or what stands for an empty one."""
    head = f"{title}: {wording.plural(len(listed), 'conversation')}"
    if not listed and not select.has_read(state):
        return [head, unread_list(state.sync.failure, signed_in=True)]
    numbered = [(number, select.session(state, each)) for number, each in enumerate(listed, 1)]
    found = [(number, one) for number, one in numbered if one is not None]
    shared = namesakes.shared_names(one for _, one in found)
    said = (session_line(state, number, one, wall, due_after, namesakes.mark(one, shared)) for number, one in found)
    return [head, *said]


def cut_lines(listed: int, way: str) -> list[str]:
    """That the server may know more than it `listed`, and the way to the rest."""
    return [f"Only the newest {listed} are listed. {way}"] if listed >= SESSIONS_PAGE else []


def opened_lines(state: State, session: Session, wall: float) -> list[str]:
    """What is said when a conversation is opened, before its messages; `wall` in seconds since the epoch."""
    head = f"open: {wording.customer(session)}, {holder(state, session)}, {wording.state_of(session)}"
    if session.priority is not Priority.NORMAL:
        head += f", priority {wording.priority(session.priority)}"
    here = select.colleagues_at(state, session.id)
    seen_by = [f"also looking at it: {', '.join(agent.name for agent in here)}"] if here else []
    return [head, *about_lines(session)[1:], *seen_by, *blocked_lines(state, session, wall)]


def blocked_lines(state: State, session: Session, wall: float) -> list[str]:
    """How far, for how long, by whom and why the customer is kept out; nothing of one who is not."""
    return [f"blocked: {details(state, session.blocked, wall)}"] if session.blocked is not None else []


def about_lines(session: Session) -> list[str]:
    """Who the customer is, as far as known."""
    customer = session.customer
    known: list[tuple[str, CleanText | None]] = [
        ("e-mail", customer.email),
        ("page", customer.page_url),
        ("language", customer.locale),
    ]
    known += [*(customer.info or ()), ("tags", clean_line(", ".join(session.tags)) if session.tags else None)]
    about = [f"{name} {value}" for name, value in known if value]
    here = "online" if customer.online else "away"
    return [f"customer: {wording.customer(session)}, {here}", *([f"about: {', '.join(about)}"] if about else [])]


def draft_lines(text: str, *, private: bool) -> list[str]:
    """A draft that is kept, and how to send it."""
    label, send = ("draft of a note", "/send note") if private else ("draft", "/send")
    first, *rest = text.split("\n")
    return [f"{label}: {first}", *(f"continued: {line}" for line in rest), f"{send} sends it."]


def canned_lines(known: list[CannedResponse]) -> list[str]:
    """The texts kept for reuse, each with the word that picks it."""
    head = f"canned: {wording.plural(len(known), 'text')}"
    return [head, *(f"/canned {one.shortcut}: {one.title}, {_excerpt(one.content)}" for one in known)]


def decided_lines(state: State, before: Session, session: Session) -> list[str]:
    """What became of a decision about a conversation; its status is announced by itself."""
    said = []
    if before.assigned_agent != session.assigned_agent:
        said.append(holder(state, session))
    if before.tags != session.tags:
        said.append(f"tags {', '.join(session.tags) or 'none'}")
    if before.priority is not session.priority:
        said.append(f"priority {wording.priority(session.priority)}")
    return [f"done: {wording.customer(session)}, {', '.join(said)}"] if said else []


def diagnostic_lines(state: State) -> list[str]:
    """The connection's history and counters."""
    found = diagnosis(state, _for_this_face(wording.link_sentence(select.badge(state))))
    lines = [f"{name.lower()}: {words}" for name, words in found.figures]
    for section in found.sections:
        told = [f"{section.label}: {one.words}{f', {one.at}' if one.at else ''}" for one in section.happened]
        lines += told or [f"{section.label}: {section.none}"]
    return lines


def who_lines(state: State) -> list[str]:
    """Every agent, what they do and look at."""
    lines = []
    for agent in sorted(state.agents.values(), key=lambda each: each.name):
        mine = state.me is not None and agent.id == state.me.id
        name = select.name_of(state, agent)
        lines.append(f"{'you' if mine else 'agent'} {name}: {whereabouts(state, agent)}")
    return lines or ["agents: not read yet"]


def where_lines(state: State, opened: SessionId | None) -> list[str]:
    """The state of things: connection, counts, and the conversation that is open."""
    counts = select.counts(state)
    tally = ", ".join(
        f"{wording.filter_title(each)} {counts[each]}" for each in select.Filter if each is not select.Filter.ENDED
    )
    session = select.session(state, opened)
    waiting = sum(one.waiting_since is not None for one in state.sessions.values())
    return [
        link_line(state),
        f"conversations: {tally}, waiting {waiting}, unread messages {select.unread_total(state)}",
        f"open: {wording.customer(session)}, {holder(state, session)}" if session else "open: none",
    ]


def link_line(state: State) -> str:
    """The connection in a sentence, in the words of this face."""
    return f"connection: {_for_this_face(wording.link_sentence(select.badge(state)))}"


def notice_line(words: str) -> str:
    """An announcement."""
    return f"news: {_for_this_face(words)}"


def typing_line(state: State, session: SessionId) -> str:
    """Who types in a conversation; empty when nobody does."""
    return wording.typing([author.name or wording.role(author) for author in select.typists(state, session)])


def holder(state: State, session: Session) -> str:
    """Who holds a conversation."""
    return held_by(state, select.holder(state, session), session.assigned_agent_name)


def _label(state: State, message: Message) -> str:
    who = "you" if select.is_mine(state, message) else _author(state, message.author)
    return f"{who}, note" if message.private else who


def _author(state: State, author: Author) -> str:
    if author.type is AuthorType.SYSTEM:
        return wording.role(author)
    return f"{wording.role(author)} {select.author_name(state, author)}".rstrip()


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else f"{line[: _EXCERPT - 3]}..."


def _message(label: str, text: str, *ends: str) -> list[str]:
    lines = text.split("\n")
    shown = [*lines[:_LINES_SHOWN]]
    if len(lines) > _LINES_SHOWN:
        shown.append(f"({wording.plural(len(lines) - _LINES_SHOWN, 'more line')} not shown here)")
    # Each line carries a label of ours, so that no text can pass for somebody else's.
    labelled = [f"{label}: {shown[0]}", *(f"continued: {line}" for line in shown[1:])]
    return [*labelled[:-1], ", ".join((labelled[-1], *(end for end in ends if end)))]


_KEYS_IN_WORDS: Final = (
    ("(R retry, D to draft)", "(/retry sends it again, /drop takes it back)"),
    ("(R send anyway, D to draft)", "(/retry sends it anyway, /drop takes it back)"),
    ("R tries again, D makes it a draft again.", "/retry tries again, /drop takes it back."),
    ("F5 tries again.", "/reconnect tries again."),
    ("F5 connects.", "/reconnect connects."),
)


def _for_this_face(words: str) -> str:
    """The shared wording names the desk's keys; here the same is done by commands."""
    for key, command in _KEYS_IN_WORDS:
        words = words.replace(key, command)
    return words
