"""What was sent and what was heard: who missed a message, heard it twice or out of its turn, and after how long."""

import time
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

NEVER = -1.0


@dataclass(slots=True)
class Sent:
    """One message. Times count seconds by one clock; `answered_at` is set by a 2xx."""

    place: int
    session_id: str
    client_message_id: str
    private: bool
    due_at: float
    answered_at: float | None = None
    attempts: int = 0


class Hearing:
    """What one listener heard. Agents hear every number of a conversation; customers all but the notes."""

    def __init__(self, ledger: "Ledger", name: str, session_id: str | None = None) -> None:
        """`session_id`: a customer, who hears this conversation alone."""
        self.name = name
        self.session_id = session_id
        self.misordered: list[int] = []
        """Places of the messages that came after a later one of their conversation."""
        self.foreign = 0
        """What it should never have been told."""
        self.resumes_refused = 0
        self.outages: list[tuple[float, float]] = []
        """From losing the socket to having one again."""
        self._ledger = ledger
        self._newest: dict[str, int] = {}
        self._times: array[int] = array("I")
        self._at: array[float] = array("d")

    def heard(self, session_id: str, seq: int, client_message_id: str | None, at: float) -> None:
        message = self._ledger.by_id.get(client_message_id or "")
        if message is None or not self.may_hear(message):
            self.foreign += 1
            return
        self._reach(message.place)
        self._times[message.place] += 1
        newest = self._newest.get(session_id, 0)
        if self._times[message.place] > 1:
            return
        self._at[message.place] = at
        if seq <= newest:
            self.misordered.append(message.place)
        self._newest[session_id] = max(seq, newest)

    def may_hear(self, message: Sent) -> bool:
        return self.session_id is None or (message.session_id == self.session_id and not message.private)

    def times(self, place: int) -> int:
        """How often that message was heard."""
        return self._times[place] if place < len(self._times) else 0

    def at(self, place: int) -> float:
        """When first."""
        return self._at[place] if place < len(self._at) else NEVER

    def newest(self, session_id: str) -> int:
        return self._newest.get(session_id, 0)

    def _reach(self, place: int) -> None:
        missing = place + 1 - len(self._times)
        if missing > 0:
            self._times.extend([0] * missing)
            self._at.extend([NEVER] * missing)


@dataclass(slots=True)
class Judgement:
    """Of some messages and everybody who may see them. `delays`: seconds from when it was due to each agent, sorted."""

    messages: int = 0
    deliveries: int = 0
    lost: int = 0
    doubled: int = 0
    misordered: int = 0
    delays: list[float] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.misordered)

    def percentile(self, part: float) -> float:
        if not self.delays:
            return 0.0
        return self.delays[min(len(self.delays) - 1, int(part * len(self.delays)))]


class Ledger:
    """Everything sent in a run, and every listener."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.by_id: dict[str, Sent] = {}
        self.agents: list[Hearing] = []
        self.customers: list[Hearing] = []
        self.strangers: list[Hearing] = []
        """Agents of another company: they may hear nothing."""
        self.accepts: list[float] = []
        self.losses: list[tuple[float, int]] = []
        """When a socket ended, and with which code."""
        self.refused: dict[str, int] = {}
        """Answers other than 2xx, and calls without an answer, by kind."""

    @staticmethod
    def now() -> float:
        return time.monotonic()

    def write(self, session_id: str, client_message_id: str, due_at: float, *, private: bool = False) -> Sent:
        message = Sent(len(self.sent), session_id, client_message_id, private, due_at)
        self.sent.append(message)
        self.by_id[client_message_id] = message
        return message

    def refuse(self, kind: str) -> None:
        self.refused[kind] = self.refused.get(kind, 0) + 1

    def missing(self, messages: Iterable[Sent]) -> Iterator[tuple[Sent, Hearing]]:
        """Who still lacks which of them, of those that were answered 2xx."""
        own: dict[str, list[Hearing]] = {}
        for customer in self.customers:
            own.setdefault(customer.session_id or "", []).append(customer)
        for message in messages:
            if message.answered_at is not None:
                for listener in (*self.agents, *own.get(message.session_id, ())):
                    if listener.may_hear(message) and not listener.times(message.place):
                        yield message, listener

    def judge(self, since: float = 0, until: float = float("inf")) -> Judgement:
        """Of the messages that were due within that time."""
        chosen = [one for one in self.sent if since <= one.due_at < until]
        places = {one.place for one in chosen}
        verdict = Judgement(messages=sum(one.answered_at is not None for one in chosen))
        verdict.lost = sum(1 for _ in self.missing(chosen))
        for listener in (*self.agents, *self.customers):
            times = [listener.times(one.place) for one in chosen if listener.may_hear(one)]
            verdict.deliveries += sum(count > 0 for count in times)
            verdict.doubled += sum(count - 1 for count in times if count > 1)
            verdict.misordered += sum(place in places for place in listener.misordered)
        verdict.delays = sorted(self._delays(chosen))
        return verdict

    def recovered_after(self, since: float, until: float, slow: float = 1.0) -> float:
        """Seconds from `since` until the last late delivery and the last return of a socket that it threw out.

        What was due just before `until` may be late for what happens then, and does not count.
        """
        ends = [since]
        for listener in (*self.agents, *self.customers):
            ends += [back for lost, back in listener.outages if since <= lost < until]
        for message in self.sent:
            if since - slow <= message.due_at < until - slow:
                last = max((one.at(message.place) for one in self.agents), default=NEVER)
                if last - message.due_at > slow:
                    ends.append(last)
        return max(ends) - since

    def _delays(self, messages: Iterable[Sent]) -> Iterator[float]:
        for message in messages:
            for agent in self.agents:
                at = agent.at(message.place)
                if at != NEVER:
                    yield at - message.due_at


def peak(moments: Iterable[float], width: float = 0.1) -> int:
    """The most of these moments within any window of that width."""
    ordered = sorted(moments)
    most = first = 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] > width:
            first += 1
        most = max(most, last - first + 1)
    return most
