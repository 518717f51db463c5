"""What an agent can ask for at the line face, as values."""

from tms_tui.core.select import Filter
from tms_tui.domain.model import Availability, BlockScope, Priority, SessionStatus
from tms_tui.domain.value import Value


class List(Value):
    wanted: Filter


class Search(Value):
    """Conversations by name, e-mail or text, at the server."""

    words: str


class Earlier(Value):
    """This customer's other conversations."""


class Open(Value):
    """`number` as the last list numbered it."""

    number: int


class Next(Value):
    """Open the conversation that needs me most."""


class Find(Value):
    """Messages of the open conversation that hold these words."""

    words: str


class Older(Value):
    """Read what stands before the oldest message shown."""


class First(Value):
    """Read the very first messages."""


class About(Value):
    """Who the customer of the open conversation is."""


class Links(Value):
    """The addresses in the open conversation, numbered, with the host they really lead to."""


class Say(Value):
    """Send to the open conversation; a private one is a note."""

    text: str
    private: bool


class Keep(Value):
    """Keep a text as the draft of the open conversation; without one, make a draft of what failed, or say it."""

    text: str = ""
    private: bool = False


class SendDraft(Value):
    """Send the draft of the open conversation."""

    private: bool = False


class Pick(Value):
    """Make a canned response the draft; without a shortcut, say which there are."""

    shortcut: str = ""


class Retry(Value):
    """Send again what was not sent, oldest first."""


class Drop(Value):
    """Take back what was not sent."""


class Take(Value):
    """Hold the open conversation myself, or (`release`) let nobody hold it. `sure`: although a colleague is at it."""

    release: bool = False
    sure: bool = False


class Give(Value):
    """Hand the open conversation to a colleague. `words`: their name, and what to tell them."""

    words: str


class Put(Value):
    """Set the open conversation's status. `until` is what was typed, "" for no time."""

    status: SessionStatus
    until: str = ""
    then_next: bool = False


class Tag(Value):
    """Add tags, or take away those that begin with a minus; none of them says the tags."""

    words: tuple[str, ...] = ()


class Leave(Value):
    """Mark the open conversation unread, and close it."""


class Rank(Value):
    """Set the priority; None says it."""

    priority: Priority | None = None


class Block(Value):
    """Keep the customer of the open conversation out. `until` is what was typed, "" for the usual time.

    `sure`: although others are kept out as well.
    """

    scope: BlockScope
    until: str = ""
    reason: str = ""
    sure: bool = False


class Unblock(Value):
    """Let the customer of the open conversation write again."""


class Undo(Value):
    """Take back a message that has not left, else the last change of state."""


class Be(Value):
    """Set my availability; None says it."""

    availability: Availability | None = None


class Who(Value):
    """Who is here."""


class Where(Value):
    """Say the state again: connection, waiting, unread, the open conversation."""


class Diagnose(Value):
    """The connection's history and counters."""


class Again(Value):
    """Say what is held back, or else the last lines again."""


class Reconnect(Value):
    pass


class Help(Value):
    pass


class ChangePassword(Value):
    """Ask for the current password and a new one."""


class Quit(Value):
    pass


class Unclear(Value):
    """Not a command; `words` say what to type."""

    words: str


Look = List | Search | Open | Next
Inside = Earlier | Find | Older | First | About | Links | Leave
Write = Say | Keep | SendDraft | Pick
Decide = Take | Give | Put | Tag | Rank | Block | Unblock
Simple = Retry | Drop | Undo | Who | Where | Diagnose | Reconnect | ChangePassword | Help
InConversation = Inside | Write | Decide
Anywhere = Look | Be | Unclear | Quit | Simple
Command = InConversation | Anywhere | Again
