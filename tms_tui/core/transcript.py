"""One conversation's entries in the server's order, merged by id, with what is known to be missing."""

from bisect import bisect_left
from collections.abc import Iterable

from tms_tui.domain.effects import ReadPage
from tms_tui.domain.entries import GapMark
from tms_tui.domain.ids import MessageId, SessionId
from tms_tui.domain.model import AuthorType, Message
from tms_tui.domain.policy import OPENED_HELD, SHORT_GAP
from tms_tui.domain.value import Record, Value, field

Stored = Message | GapMark


class Hole(Record):
    """Numbers `first` to `last` were never seen, though later ones were."""

    first: int
    last: int


class Merged(Value):
    """What a merge did: messages new at the end, new elsewhere, changed, and known before."""

    appended: int = 0
    inserted: int = 0
    updated: int = 0
    known: int = 0
    newest: Message | None = None
    """The last new message, when there is one."""


class Transcript(Record):
    """Messages and gap marks of one conversation. Written by core alone, read by the faces."""

    session: SessionId
    entries: list[Stored] = field(default_factory=list)
    ids: dict[MessageId, int] = field(default_factory=dict)
    """Sequence number by id, of every message held."""
    holes: list[Hole] = field(default_factory=list)
    loaded: bool = False
    """A page with the newest messages was merged at least once."""
    top_reached: bool = False
    """Nothing older exists on the server."""
    dirty: bool = False
    """Something may be missing: shown as "syncing" until a page confirms the end."""
    reading: set[ReadPage] = field(default_factory=set)
    outdated: set[ReadPage] = field(default_factory=set)
    """Pages asked for before the log's cursor was known: they bring messages, but prove nothing about the end."""
    void: set[ReadPage] = field(default_factory=set)
    """Pages asked for before the log turned out to be another one: what they bring is not taken."""
    opened: bool = False
    """The agent looked at it, or marked it, at least once."""
    dropped_up_to: int = 0
    """Messages up to here were dropped, and are taken from a page alone."""
    refused: bool = False
    """The server will not give a page of it: asked again when the agent opens it, not before."""
    seen_up_to: int = 0
    """The agent's own read mark."""
    marked_up_to: int = 0
    """The read mark the server confirmed."""
    marking: int | None = None
    """The read mark that is being told, or waits for its turn."""
    unread_from: int | None = None
    """The agent marked it unread from here on, and the server does not know yet; 0: from the newest words."""
    visitor_read_up_to: int = 0
    newest_seq: int = 0
    oldest_seq: int = 0

    def __len__(self) -> int:
        return len(self.entries)


def merge(transcript: Transcript, messages: Iterable[Message]) -> Merged:
    """Take messages from whatever source, in any order, any number of times."""
    appended = inserted = updated = known = 0
    newest: Message | None = None
    for message in messages:
        if message.id in transcript.ids:
            changed = _replace(transcript, message)
            updated += changed
            known += not changed
            continue
        if _insert(transcript, message):
            appended += 1
        else:
            inserted += 1
        if newest is None or message.seq > newest.seq:
            newest = message
    return Merged(appended, inserted, updated, known, newest)


def is_stuck(page: tuple[Message, ...], asked: ReadPage, *, has_more: bool) -> bool:
    """Whether a page says that there is more and does not go on: asked again, it would be the same again."""
    if not has_more or not page:
        return has_more
    if asked.after is not None:
        return page[-1].seq <= asked.after
    return asked.before is not None and page[0].seq >= asked.before


def drop_oldest(transcript: Transcript, most: int) -> None:
    """Keep the `most` (>= 1) newest messages. The others can be read again, as if they never had been."""
    left, place = len(transcript.ids) - most, 0
    if left <= 0:
        return
    while left:
        entry = transcript.entries[place]
        if isinstance(entry, Message):
            left -= 1
            del transcript.ids[entry.id]
        place += 1
    del transcript.entries[:place]
    transcript.oldest_seq = next(one.seq for one in transcript.entries if isinstance(one, Message))
    transcript.dropped_up_to = transcript.oldest_seq - 1
    transcript.top_reached = False
    _cover(transcript, 0, transcript.dropped_up_to)


def merge_page(transcript: Transcript, page: tuple[Message, ...], asked: ReadPage, *, has_more: bool) -> Merged:
    """Take one page of history, and with it what the page proves: which numbers do not exist.

    A page that is stuck proves nothing.
    """
    merged = merge(transcript, page)
    transcript.dropped_up_to = min(transcript.dropped_up_to, max(0, transcript.oldest_seq - 1))
    if is_stuck(page, asked, has_more=has_more):
        return merged
    first = page[0].seq if page else None
    last = page[-1].seq if page else None
    if asked.after is not None:
        _cover(transcript, asked.after + 1, last or asked.after)
    elif asked.before is not None:
        _cover(transcript, first if has_more and first is not None else 0, asked.before - 1)
        transcript.top_reached = transcript.top_reached or not has_more
    else:
        _cover(transcript, first if has_more and first is not None else 0, last or transcript.newest_seq)
        transcript.loaded = True
        transcript.top_reached = transcript.top_reached or not has_more
    if asked.before is None and not has_more:
        transcript.loaded = True
    if asked.before is None and (asked.after is None or not has_more):
        transcript.dirty = bool(transcript.holes)
    return merged


def doubt(transcript: Transcript) -> None:
    """What is held, or on its way, may end before the place from which the log is read."""
    transcript.dirty = transcript.loaded or bool(transcript.reading)
    transcript.outdated |= transcript.reading
    transcript.reading.clear()


def next_read(transcript: Transcript) -> ReadPage | None:
    """The page that is missing most: the newest, then the newest hole."""
    if not transcript.loaded:
        return ReadPage(transcript.session)
    if transcript.holes:
        return ReadPage(transcript.session, before=transcript.holes[-1].last + 1)
    if transcript.dirty:
        return ReadPage(transcript.session, after=transcript.newest_seq)
    return None


def older(transcript: Transcript) -> ReadPage | None:
    """The page before the oldest message held, unless nothing is there."""
    if transcript.top_reached or not transcript.loaded or not transcript.ids or len(transcript.ids) >= OPENED_HELD:
        return None
    return ReadPage(transcript.session, before=transcript.oldest_seq)


def last_message(transcript: Transcript) -> Message | None:
    """The newest message held."""
    return next((entry for entry in reversed(transcript.entries) if isinstance(entry, Message)), None)


def last_of_visitor(transcript: Transcript) -> int | None:
    """The number of what the customer wrote last, as far as held."""
    return next(
        (
            one.seq
            for one in reversed(transcript.entries)
            if isinstance(one, Message) and one.author.type is AuthorType.VISITOR
        ),
        None,
    )


def unread_after(transcript: Transcript, seq: int) -> int:
    """How many customer messages newer than `seq` are held."""
    count = 0
    for entry in reversed(transcript.entries):
        if not isinstance(entry, Message):
            continue
        if entry.seq <= seq:
            break
        count += entry.author.type is AuthorType.VISITOR
    return count


def missing_in(transcript: Transcript) -> int:
    """How many numbers were passed over."""
    return sum(hole.last - hole.first + 1 for hole in transcript.holes)


def mark_gap(transcript: Transcript, began_at: float) -> None:
    """Note at the end that the line broke; a mark that already stands there unfinished is kept."""
    if transcript.entries and isinstance(transcript.entries[-1], GapMark) and not transcript.entries[-1].confirmed:
        return
    transcript.entries.append(GapMark(transcript.newest_seq, began_at, began_at))


def close_gap(transcript: Transcript, ended_at: float) -> int | None:
    """Say how much came in behind the open gap mark, now that nothing is missing; None when none is open.

    A short break that cost nothing leaves no mark.
    """
    for index in range(len(transcript.entries) - 1, -1, -1):
        entry = transcript.entries[index]
        if not isinstance(entry, GapMark):
            continue
        if entry.confirmed:
            return None
        recovered = transcript.newest_seq - entry.after_seq
        if recovered == 0 and ended_at - entry.began_at < SHORT_GAP:
            del transcript.entries[index]
        else:
            transcript.entries[index] = GapMark(entry.after_seq, entry.began_at, ended_at, recovered, confirmed=True)
        return recovered
    return None


def _order(entry: Stored) -> tuple[int, int, str]:
    if isinstance(entry, GapMark):
        return (entry.after_seq, 1, "")
    return (entry.seq, 0, entry.id)


def _insert(transcript: Transcript, message: Message) -> bool:
    """Put a new message in its place; whether that was the end."""
    entries = transcript.entries
    transcript.ids[message.id] = message.seq
    _note_hole(transcript, message.seq)
    transcript.oldest_seq = min(transcript.oldest_seq, message.seq) if transcript.oldest_seq else message.seq
    transcript.newest_seq = max(transcript.newest_seq, message.seq)
    key: tuple[int, int, str] = _order(message)
    if not entries or key > _order(entries[-1]):
        entries.append(message)
        return True
    entries.insert(bisect_left(entries, key, key=_order), message)
    return False


def _replace(transcript: Transcript, message: Message) -> bool:
    """Update a message held; whether anything about it is new."""
    held_seq = transcript.ids[message.id]
    wanted: tuple[int, int, str] = (held_seq, 0, message.id)
    place = bisect_left(transcript.entries, wanted, key=_order)
    held = transcript.entries[place]
    if held == message:
        return False
    if held_seq == message.seq:
        transcript.entries[place] = message
        return True
    del transcript.entries[place]
    del transcript.ids[message.id]
    _insert(transcript, message)
    return True


def _note_hole(transcript: Transcript, seq: int) -> None:
    """Numbers between the newest held and `seq` were skipped; `seq` itself is no longer missing."""
    if not transcript.newest_seq:
        return
    if seq > transcript.newest_seq + 1:
        transcript.holes.append(Hole(transcript.newest_seq + 1, seq - 1))
    elif seq + 1 < transcript.oldest_seq:
        transcript.holes.insert(0, Hole(seq + 1, transcript.oldest_seq - 1))
    else:
        _cover(transcript, seq, seq)


def _cover(transcript: Transcript, first: int, last: int) -> None:
    """Numbers `first` to `last` are accounted for."""
    if not transcript.holes:
        return
    left: list[Hole] = []
    for hole in transcript.holes:
        if hole.last < first or hole.first > last:
            left.append(hole)
            continue
        if hole.first < first:
            left.append(Hole(hole.first, first - 1))
        if hole.last > last:
            left.append(Hole(last + 1, hole.last))
    transcript.holes = left
