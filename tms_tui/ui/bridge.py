"""Where the engine and Textual meet: changes become one message a frame, keys become events."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from textual.dom import DOMNode
from textual.message import Message

from tms_tui.core.state import Moment, State
from tms_tui.domain.changes import Change
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import Event
from tms_tui.domain.ids import SendId
from tms_tui.domain.secret import Secret
from tms_tui.domain.value import Value

WORKER = "engine"
"""Name and group of the one worker."""


class Engine(Protocol):
    """What the face needs of the engine."""

    @property
    def state(self) -> State:
        """Read only: written by the core alone."""
        ...

    def take(self, event: Event) -> None:
        """Let something have happened."""
        ...

    def subscribe(self, callback: Callable[[tuple[Change, ...]], None], /) -> Callable[[], None]:
        """Call back with changes, at most once a frame; returns what ends that."""
        ...

    async def run(self) -> None:
        """Do all background work until cancelled."""
        ...

    def new_send_id(self) -> SendId:
        """A name for one intent to send."""
        ...

    def moment(self) -> Moment:
        """The time by both clocks."""
        ...


class SignInForm(Value):
    """What the agent filled in. `remember`: keep the password in the keyring."""

    server: str
    email: str
    password: Secret
    remember: bool = False


class Prefill(Value):
    """What is known before anybody types. `keyring` names where passwords can be kept, if anywhere."""

    server: str = ""
    email: str = ""
    password: Secret | None = None
    keyring: str | None = None
    no_keyring_because: str = ""
    demo: bool = False
    """Whether to offer the demo: no server is known."""
    words: str = ""
    """Why the agent is asked, when it is not the first time."""

    @property
    def form(self) -> SignInForm | None:
        """The form as it would be sent, when nothing is missing."""
        if self.password is None or not (self.server and self.email):
            return None
        return SignInForm(self.server, self.email, self.password)


SignIn = Callable[[SignInForm], Awaitable[Engine | Failure]]
"""Opens a desk, or says why not. Asked again later it may return the same engine, signed in anew."""


ChangePassword = Callable[[Secret, Secret], Awaitable[str | Failure]]
"""Changes the agent's password from the first to the second; what to say once it is done, or why it is not."""


async def no_change(_current: Secret, _new: Secret) -> str | Failure:
    """Where nobody can change a password."""
    return Failure(FailureKind.MISSING)


CheckAddress = Callable[[str], str]
"""What to say about a server's address while it is being typed."""


class EngineChanged(Message):
    """Something looks different. `drain` gives the changes since the last one was handled."""

    def __init__(self, drain: Callable[[], list[Change]]) -> None:
        super().__init__()
        self.drain = drain


class Bridge:
    """Holds the engine once there is one. Before that the state is empty and events go nowhere.

    `desk` hears of the changes, and the engine runs as its worker.
    """

    def __init__(self, desk: DOMNode, change_password: ChangePassword = no_change) -> None:
        self._desk = desk
        self.change_password = change_password
        self._engine: Engine | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._nothing = State()
        self._unread: list[Change] = []

    @property
    def state(self) -> State:
        """What is shown."""
        return self._engine.state if self._engine else self._nothing

    @property
    def signed_in(self) -> bool:
        """Whether there is an engine."""
        return self._engine is not None

    def attach(self, engine: Engine) -> None:
        """Let the desk be this engine's face; one that is attached already stays as it is."""
        if engine is self._engine:
            return
        if self._unsubscribe:
            self._unsubscribe()
        self._engine = engine
        self._unsubscribe = engine.subscribe(self._changed)
        self._desk.run_worker(engine.run(), name=WORKER, group=WORKER, exclusive=True, exit_on_error=False)

    def take(self, event: Event) -> None:
        """Hand an event to the engine."""
        if self._engine:
            self._engine.take(event)

    def new_send_id(self) -> SendId:
        """A name for one intent to send. Raises LookupError before the sign-in."""
        return self._signed_in().new_send_id()

    def moment(self) -> Moment:
        """The time by both clocks; time stands still before the sign-in."""
        return self._engine.moment() if self._engine else Moment(0.0, 0.0)

    def drain(self) -> list[Change]:
        """The changes that no `EngineChanged` has brought yet."""
        changes, self._unread = self._unread, []
        return changes

    def _changed(self, changes: tuple[Change, ...]) -> None:
        # Textual's queue has no bound: while one message waits in it, what follows joins that one.
        if not self._unread:
            self._desk.post_message(EngineChanged(self.drain))
        self._unread += changes

    def _signed_in(self) -> Engine:
        if self._engine is None:
            raise LookupError("nobody is signed in")
        return self._engine
