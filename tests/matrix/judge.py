"""What a run came to: intents, stored rows and screen rows compared. Pure; times are seconds on one clock."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar

STORED: Final = "stored"
"""A screen row that claims to be on the server."""


@dataclass(frozen=True, slots=True)
class Intent:
    """Enter was pressed once."""

    send_id: str
    session: str
    text: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A message as the server holds it. `send_id` is None for messages that the agent did not write."""

    id: str
    session: str
    seq: int
    text: str
    send_id: str | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of the screen, in the order shown. `state` is STORED, or how far an own message has got.

    `id` is None for what is not known to be stored.
    """

    session: str
    state: str
    text: str
    id: str | None = None
    send_id: str | None = None


_R = TypeVar("_R", Row, Shown)


@dataclass(frozen=True, slots=True)
class History:
    """All that a run left. `stored` and `shown` stand in their own order within each conversation."""

    intents: tuple[Intent, ...]
    stored: tuple[Row, ...]
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What was wrong, in words; each word is one count."""

    lost: tuple[str, ...] = ()
    duplicated: tuple[str, ...] = ()
    misordered: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        return not (self.lost or self.duplicated or self.misordered or self.unexpected)

    def words(self) -> str:
        """Everything found, one finding a line."""
        kinds = ("lost", "duplicated", "misordered", "unexpected")
        return "\n".join(f"{kind}: {one}" for kind in kinds for one in getattr(self, kind))


def judge(history: History) -> Findings:
    """Compare what was meant, what is stored and what is shown, now that everything had its time."""
    return Findings(
        lost=tuple(_lost(history)),
        duplicated=tuple(_duplicated(history)),
        misordered=tuple(_misordered(history)),
        unexpected=tuple(_unexpected(history)),
    )


def _lost(history: History) -> Iterable[str]:
    """Stored and not shown, changed on the way, or meant and found nowhere."""
    shown = {row.id: row for row in history.shown if row.id is not None}
    for row in history.stored:
        if row.id not in shown:
            yield f"stored and not shown: {row.text!r} ({row.seq})"
        elif shown[row.id].text != row.text:
            yield f"stored as {row.text!r}, shown as {shown[row.id].text!r}"
    stored = {row.send_id: row for row in history.stored}
    pending = {row.send_id for row in history.shown if row.state != STORED}
    for intent in history.intents:
        if intent.send_id not in stored and intent.send_id not in pending:
            yield f"meant, neither stored nor shown as unsent: {intent.text!r}"
        elif intent.send_id in stored and _differs(intent, stored[intent.send_id]):
            yield f"meant and stored differ: {intent.text!r}"


def _differs(intent: Intent, row: Row) -> bool:
    return (intent.session, intent.text, intent.private) != (row.session, row.text, row.private)


def _duplicated(history: History) -> Iterable[str]:
    """One message in two rows, or one intent stored twice."""
    yield from _twice("shown twice", [row.id for row in history.shown if row.id is not None])
    yield from _twice("one send shown twice", [row.send_id for row in history.shown if row.send_id is not None])
    yield from _twice("one send stored twice", [row.send_id for row in history.stored if row.send_id is not None])
    texts = _own_texts(history)
    for key, meant in Counter((intent.session, intent.text) for intent in history.intents).items():
        for _ in range(texts[key] - meant):
            yield f"stored more often than meant: {key[1]!r}"


def _own_texts(history: History) -> Counter[tuple[str, str]]:
    """How often the agent's texts are stored, by conversation and text: a resend under a new id counts too."""
    return Counter((row.session, row.text) for row in history.stored if row.send_id is not None)


def _twice(what: str, keys: Iterable[Hashable]) -> Iterable[str]:
    for key, count in Counter(keys).items():
        for _ in range(count - 1):
            yield f"{what}: {key}"


def _misordered(history: History) -> Iterable[str]:
    """Pairs on the screen against the server's order, and sends stored in another order than meant."""
    place = {row.id: row.seq for row in history.stored}
    for session, rows in _by_session(history.shown).items():
        seqs = [place[row.id] for row in rows if row.id in place]
        yield from (f"shown in {session[:8]}: {before} before {after}" for before, after in _inversions(seqs))
    meant = {intent.send_id: number for number, intent in enumerate(history.intents)}
    for session, stored in _by_session(history.stored).items():
        numbers = [meant[row.send_id] for row in sorted(stored, key=_seq) if row.send_id in meant]
        yield from (f"stored in {session[:8]}: send {a} before send {b}" for a, b in _inversions(numbers))


def _seq(row: Row) -> int:
    return row.seq


def _by_session(rows: Sequence[_R]) -> dict[str, list[_R]]:
    found: dict[str, list[_R]] = defaultdict(list)
    for row in rows:
        found[row.session].append(row)
    return found


def _inversions(numbers: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Neighbours that stand the wrong way round."""
    return ((before, after) for before, after in pairwise(numbers) if before > after)


def _unexpected(history: History) -> Iterable[str]:
    """Shown as stored, or in place of a send, and known to nobody."""
    stored = {row.id for row in history.stored}
    meant = {intent.send_id for intent in history.intents}
    for row in history.shown:
        if row.state == STORED and row.id not in stored:
            yield f"shown as stored: {row.text!r}"
        elif row.state != STORED and row.send_id not in meant:
            yield f"shown as an own send, never meant: {row.text!r}"


@dataclass(frozen=True, slots=True)
class Span:
    """From `began` to `ended`."""

    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Turn:
    """From this moment on something holds, or does not."""

    at: float
    holds: bool


def lied(claims: Sequence[Turn], truths: Sequence[Turn], overdue: Sequence[Span], until: float) -> float:
    """Longest stretch, in seconds, in which "Live" was claimed while no socket carried or a message was overdue."""
    false = sorted([*_spans(truths, until, holding=False), *overdue], key=lambda span: span.began)
    claimed = _spans(claims, until, holding=True)
    overlaps = [
        Span(max(one.began, other.began), min(one.ended, other.ended))
        for one in claimed
        for other in _joined(false)
        if max(one.began, other.began) < min(one.ended, other.ended)
    ]
    return max((span.ended - span.began for span in overlaps), default=0.0)


def _spans(turns: Sequence[Turn], until: float, *, holding: bool) -> list[Span]:
    """When it held, or when it did not."""
    ends = [turn.at for turn in turns[1:]] + [until]
    return [
        Span(turn.at, end) for turn, end in zip(turns, ends, strict=True) if turn.holds is holding and end > turn.at
    ]


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order of beginning, those that touch made one."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.began <= joined[-1].ended:
            joined[-1] = Span(joined[-1].began, max(joined[-1].ended, span.ended))
        else:
            joined.append(span)
    return joined
