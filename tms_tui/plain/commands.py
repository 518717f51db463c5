"""What an agent types at the line face, read: a command by word or number, or text to reply. Pure."""

from dataclasses import dataclass
from typing import Final

from tms_tui.core.select import Filter
from tms_tui.domain.model import Availability, SessionStatus


@dataclass(frozen=True, slots=True)
class List:
    wanted: Filter


@dataclass(frozen=True, slots=True)
class Open:
    """`number` as the last list numbered it."""

    number: int


@dataclass(frozen=True, slots=True)
class Next:
    """Open the conversation that needs me most."""


@dataclass(frozen=True, slots=True)
class Say:
    """Send to the open conversation; a private one is a note."""

    text: str
    private: bool


@dataclass(frozen=True, slots=True)
class Take:
    """Hold the open conversation myself, or (`release`) let nobody hold it."""

    release: bool = False


@dataclass(frozen=True, slots=True)
class Give:
    """Hand the open conversation to a colleague."""

    name: str


@dataclass(frozen=True, slots=True)
class Put:
    """Set the open conversation's status."""

    status: SessionStatus


@dataclass(frozen=True, slots=True)
class Be:
    """Set my availability."""

    availability: Availability


@dataclass(frozen=True, slots=True)
class Retry:
    """Send again what was not sent, oldest first."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Take back what was not sent."""


@dataclass(frozen=True, slots=True)
class Older:
    """Read what stands before the oldest message shown."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who is here."""


@dataclass(frozen=True, slots=True)
class Where:
    """Say the state again: connection, waiting, unread, the open conversation."""


@dataclass(frozen=True, slots=True)
class Again:
    """Say what is held back, or else the last lines again."""


@dataclass(frozen=True, slots=True)
class Reconnect:
    pass


@dataclass(frozen=True, slots=True)
class Help:
    pass


@dataclass(frozen=True, slots=True)
class Quit:
    pass


@dataclass(frozen=True, slots=True)
class Unclear:
    """Not a command; `words` say what to type."""

    words: str


InConversation = Say | Take | Give | Put | Older
Simple = Retry | Drop | Who | Where | Reconnect | Help
Anywhere = List | Open | Next | Be | Unclear | Quit | Simple
Command = InConversation | Anywhere | Again

_LISTS: Final = {each.value: each for each in Filter}
_AVAILABILITIES: Final = {each.value: each for each in Availability}
_PLAIN: Final[dict[str, Command]] = {
    "next": Next(),
    "take": Take(),
    "release": Take(release=True),
    "resolve": Put(SessionStatus.ENDED),
    "pending": Put(SessionStatus.PENDING),
    "reopen": Put(SessionStatus.ACTIVE),
    "retry": Retry(),
    "drop": Drop(),
    "older": Older(),
    "who": Who(),
    "where": Where(),
    "again": Again(),
    "reconnect": Reconnect(),
    "help": Help(),
    "quit": Quit(),
}

HELP: Final = (
    "list, or list mine, unassigned, all, ended: number the conversations",
    "open 3: open the third of the last list; next: open the one that needs you most",
    "any other text: reply to the customer of the open conversation",
    "/note text: an internal note, which the customer never sees",
    "/reply text: a reply that begins like a command",
    "/take, /release, /give name: who holds the open conversation",
    "/resolve, /pending, /reopen: its status",
    "/older: read what was written before",
    "/retry, /drop: send again, or take back, what was not sent",
    "/who: who is here; /be online, busy, away or offline: your availability",
    "/where: the state of things; /again: what was held back, or the last lines again",
    "/reconnect: connect now; /help: these lines; /quit: leave",
    "A command may stand without the slash while no conversation is open; list and open always may.",
)


def parse(line: str, *, talking: bool) -> Command | None:
    """Read one line; None for a blank one. `talking`: a conversation is open, so bare text is a reply to it."""
    text = line.strip()
    if not text:
        return None
    if text.startswith("/"):
        return _command(text[1:]) or Unclear(f"There is no command {text.split()[0]}. Type /help.")
    if talking:
        return _always(text) or Say(text, private=False)
    return _command(text) or Unclear("No conversation is open. Type list, then open and a number.")


def _always(text: str) -> Command | None:
    """The commands that stand without a slash even in a conversation: whole lines nobody writes to a customer."""
    word, *rest = text.split()
    if word == "list" and len(rest) <= 1:
        return _list(rest) if not rest or rest[0] in _LISTS else None
    if word == "open" and len(rest) == 1 and _number(rest[0]) is not None:
        return _open(rest[0])
    return None


def _command(text: str) -> Command | None:  # noqa: PLR0911 - one answer a command
    word, _, rest = text.partition(" ")
    rest = rest.strip()
    if not rest:
        return _bare(word)
    match word:
        case "list":
            return _list([rest])
        case "open":
            return _open(rest)
        case "note" | "reply":
            return Say(rest, private=word == "note")
        case "give":
            return Give(rest)
        case "be":
            return _be(rest)
        case _:
            return None


def _bare(word: str) -> Command | None:
    if word == "list":
        return _list([])
    if _number(word) is not None:
        return _open(word)
    if word in {"open", "note", "reply", "give", "be"}:
        return Unclear(f"{word} needs something after it. Type /help.")
    return _PLAIN.get(word)


def _list(rest: list[str]) -> Command:
    wanted = rest[0] if rest else Filter.ALL.value
    if wanted not in _LISTS:
        return Unclear(f"There is no list {wanted}; there are {', '.join(_LISTS)}.")
    return List(_LISTS[wanted])


def _open(word: str) -> Command:
    number = _number(word)
    return Open(number) if number is not None else Unclear("open needs a number of the last list.")


def _be(word: str) -> Command:
    known = _AVAILABILITIES.get(word)
    return Be(known) if known is not None else Unclear(f"You can be {', '.join(_AVAILABILITIES)}.")


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 6 else None
