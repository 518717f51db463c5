"""A desk without a network: the real core behind an engine that only remembers what it was told and asked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.timer import Timer

from tms_tui.core.apply import apply
from tms_tui.core.clocks import by_server
from tms_tui.core.state import Moment, State
from tms_tui.domain.changes import Change
from tms_tui.domain.effects import Effect
from tms_tui.domain.errors import Failure
from tms_tui.domain.events import (
    AgentsRead,
    CannedRead,
    Event,
    LinkWelcomed,
    MessageArrived,
    PageRead,
    SessionChanged,
    SessionOpened,
    SignedIn,
)
from tms_tui.domain.ids import AgentId, Cursor, MessageId, SendId, SessionId, TenantId
from tms_tui.domain.model import (
    Agent,
    Author,
    AuthorType,
    Availability,
    CannedResponse,
    Customer,
    Message,
    Role,
    Session,
    SessionStatus,
    User,
)
from tms_tui.domain.secret import Secret
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace
from tms_tui.ui.app import ChatApp
from tms_tui.ui.bridge import Engine, Prefill, SignInForm
from tms_tui.ui.widgets.line import Line

NOW = 1_795_356_000.0
"""A Sunday afternoon in November 2026."""
ANA = User(AgentId("ana"), TenantId("shop"), CleanText("Ana"), CleanText("ana@shop.test"), Role.AGENT)
EVA = Agent(AgentId("eva"), CleanText("Eva"), CleanText("eva@shop.test"), availability=Availability.ONLINE)
JONAS, MIA, LI = SessionId("jonas"), SessionId("mia"), SessionId("li")
PREFILL = Prefill("https://chat.test", "ana@shop.test", Secret("swordfish"), keyring="Test Keyring")
CHARACTERS = {_character_to_key(character): character for character in map(chr, range(ord(" "), 127))}
"""What a key of that name types."""
SIZES = ((160, 48), (100, 30), (80, 24), (60, 20))


class FakeEngine:
    """Applies events by the real core; hands out changes at once; does nothing outside."""

    def __init__(self) -> None:
        self.state = State()
        self.taken: list[Event] = []
        self.effects: list[Effect] = []
        self.time = Moment(1000.0, NOW)
        self.ahead = 0.0
        """By how much this computer's clock is wrong."""
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._subscribers: list[Callable[[tuple[Change, ...]], None]] = []
        self._ids = 0

    def take(self, event: Event) -> None:
        self.taken.append(event)
        outcome = apply(self.state, event, self._here())
        self.effects += outcome.effects
        self.tell(*outcome.changes)

    def tell(self, *changes: Change) -> None:
        """Hand changes to the face."""
        for subscriber in self._subscribers:
            subscriber(changes)

    def subscribe(self, callback: Callable[[tuple[Change, ...]], None], /) -> Callable[[], None]:
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    async def run(self) -> None:
        await self.broken

    def new_send_id(self) -> SendId:
        self._ids += 1
        return SendId(f"send-{self._ids}")

    def moment(self) -> Moment:
        return by_server(self.state, self._here())

    def _here(self) -> Moment:
        return replace(self.time, wall=self.time.wall + self.ahead)

    def later(self, seconds: float) -> None:
        """Wind the clocks."""
        self.time = Moment(self.time.now + seconds, self.time.wall + seconds)

    def of(self, kind: type[Event]) -> list[Event]:
        """The events of one kind, in order."""
        return [event for event in self.taken if isinstance(event, kind)]


def session(
    name: SessionId, customer: str, *, waits: float | None = None, version: int = 1, **fields: object
) -> Session:
    """A conversation; `waits` in seconds."""
    one = Session(
        name,
        ANA.tenant,
        SessionStatus.ACTIVE,
        Customer(None, CleanText(customer), CleanText(f"{name}@customer.test"), online=True),
        started_at=NOW - 720,
        last_activity_at=NOW - 60,
        version=version,
        waiting_since=None if waits is None else NOW - waits,
    )
    return replace(one, **fields)


def message(of: SessionId, seq: int, text: str, author: Author | None = None, *, private: bool = False) -> Message:
    """A stored message, the customer's unless said otherwise."""
    by = author or Author(AuthorType.VISITOR, None, CleanText("Jonas"))
    return Message(MessageId(f"{of}-{seq}"), of, seq, by, CleanText(text), NOW - 300 + seq, private=private)


def by_agent(agent: Agent | User) -> Author:
    """A colleague, or the agent, as an author."""
    return Author(AuthorType.AGENT, agent.id, agent.name)


def furnished(*, lists_read: bool = True) -> FakeEngine:
    """Signed in and live, with three conversations: Jonas waits for Ana, Mia for anybody, Li for nobody.

    `lists_read`: the agents and the canned responses were read.
    """
    engine = FakeEngine()
    engine.take(SignedIn(ANA, 900))
    engine.take(LinkWelcomed(ANA.id, NOW, resumed=True, cursor=Cursor("1")))
    if lists_read:
        me = Agent(ANA.id, ANA.name, ANA.email, availability=Availability.ONLINE)
        engine.take(AgentsRead((me, EVA)))
        greeting = CannedResponse(CleanText("hi"), CleanText("Greeting"), CleanText("Hello {{customer.name}}!"))
        engine.take(CannedRead((greeting,)))
    engine.take(
        SessionChanged(
            session(JONAS, "Jonas Weber", waits=360, unread=2, assigned_agent=ANA.id, assigned_agent_name=ANA.name)
        )
    )
    engine.take(SessionChanged(session(MIA, "Mia Roth", waits=60)))
    engine.take(SessionChanged(session(LI, "Li Wei", assigned_agent=EVA.id, assigned_agent_name=EVA.name)))
    for name in (JONAS, MIA, LI):
        arrived = [message(name, 1, "my card was refused"), message(name, 2, "can you help?")]
        engine.take(SessionOpened(name))
        engine.take(PageRead(name, tuple(arrived), has_more=False))
    engine.take(SessionOpened(None))
    engine.taken.clear()
    return engine


def arrives(engine: FakeEngine, one: Message) -> None:
    """A message comes by the socket."""
    engine.take(MessageArrived(one))


@asynccontextmanager
async def desk(
    engine: FakeEngine | None = None, size: tuple[int, int] = (160, 48), **options: object
) -> AsyncIterator[tuple[Pilot[None], FakeEngine]]:
    """The console, signed in, at a size."""
    given = engine or furnished()

    async def sign_in(_form: SignInForm) -> Engine | Failure:
        return given

    app = ChatApp(sign_in, PREFILL, **options)  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield pilot, given


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after the other, each after what the one before did."""
    for key in keys:
        await burst(pilot, key)


async def burst(pilot: Pilot[None], *keys: str) -> None:
    """Let keys arrive all at once, as a slow line or a quick hand delivers them."""
    for key in keys:
        name = _character_to_key(key) if len(key) == 1 else key
        pilot.app.post_message(Key(name, CHARACTERS.get(name)))
    await settled(pilot)


async def settled(pilot: Pilot[None]) -> None:
    """Return when nothing is left to run, seen three times: a timer, a thread or a drawing may begin anew."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    for _ in range(3):
        await asyncio.sleep(1 / 500)
        for _ in range(10_000):
            if not ready:
                break
            await asyncio.sleep(0)
        else:
            raise AssertionError("the desk never comes to rest")
        for screen in pilot.app.screen_stack:  # what lies below a dialog is drawn as well, by a timer of its own
            if pending(screen._update_timer):  # drawn once more for nothing, it draws all there is
                screen._on_timer_update()


def pending(timer: Timer) -> bool:
    """Whether it is not paused."""
    return timer._active.is_set()


def text_of(pilot: Pilot[None]) -> str:
    """What stands on the screen, row by row."""
    width, height = pilot.app.size
    rows = pilot.app.screen._compositor.render_strips()
    assert len(rows) == height
    assert all(row.cell_length <= width for row in rows)
    return "\n".join(row.text for row in rows)


def said(pilot: Pilot[None]) -> str:
    """What the event line says."""
    return pilot.app.screen_stack[0].query_one("#events", Line).text


def badge(pilot: Pilot[None]) -> str:
    """What the badge says."""
    return pilot.app.screen_stack[0].query_one("#badge", Line).text
