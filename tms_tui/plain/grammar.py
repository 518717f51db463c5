"""What was typed, read: a command by one of its words or by number, or text to reply. Pure."""

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from tms_tui.core import later
from tms_tui.core.select import Filter
from tms_tui.domain.model import Availability, BlockScope, Priority, SessionStatus
from tms_tui.plain import commands as ask
from tms_tui.plain.commands import Command

Reader = Callable[[str], Command]
"""Reads what stands after a command's word; it may be empty."""

HELP: Final = (
    "list, or list mine, unassigned, all, ended: number the conversations; also /mine, /unassigned, /all, /ended",
    "open 3, or 3: open the third of the last list; /next: open the one that needs you most",
    "any other text: reply to the customer of the open conversation",
    "/note text: an internal note, which the customer never sees",
    "/reply text: a reply that begins like a command",
    "/canned: the texts kept for reuse; /canned hello: make one the draft",
    "/draft text: keep a draft; /draft: say it, or make one of what was not sent; /draft none: throw it away",
    "/send: send the draft; /draft note text and /send note: the same for a note",
    "/take, /release: hold the conversation, or let it go; /assign name, note: hand it to a colleague",
    "/resolve, /resolve next, /reopen, /pending, /pending 1h, /pending tomorrow: its status",
    "/tags vip -old: add and take away tags; /priority high: its priority",
    "/block conversation, /block customer 7d spam, /block address 24h threats: keep them out; /unblock: let them in",
    "/unread: mark the open conversation unread, and close it, to come back to it",
    "/undo: take back a message that has not left, or, for 10 seconds, the last change",
    "/search words: find conversations; /earlier: this customer's conversations; /find words: in this conversation",
    "/older: read what was written before; /first: the first messages of all",
    "/about: the customer; /links: addresses in the conversation",
    "/retry, /drop: send again, or take back, what was not sent",
    "/who: who is here; /availability online, busy, away or offline: yours",
    "/status: the state of things; /diagnostics: the connection's history",
    "/again: what was held back, or the last lines again",
    "/password: change your password; it is asked for, and never shown",
    "/reconnect: connect now; /help: these lines; /quit: leave",
    "A command may stand without the slash while no conversation is open; list and open always may.",
)


def parse(line: str, *, talking: bool) -> Command | None:
    """Read one line; None for a blank one. `talking`: a conversation is open, so bare text is a reply to it."""
    text = line.strip()
    if not text:
        return None
    if text.startswith("/"):
        return _command(text[1:]) or ask.Unclear(f"There is no command {text.split()[0]}. Type /help.")
    if talking:
        return _always(text) or ask.Say(text, private=False)
    return _command(text) or ask.Unclear("No conversation is open. Type list, then open and a number.")


def asks_for_password(line: str) -> bool:
    """Whether what is typed next is a password, wherever the line is typed."""
    return isinstance(parse(line, talking=True), ask.ChangePassword)


def _always(text: str) -> Command | None:
    """The commands that stand without a slash even in a conversation: whole lines nobody writes to a customer."""
    word, *rest = text.split()
    if word == "list" and len(rest) <= 1:
        return _list(rest[0] if rest else "") if not rest or rest[0] in _LISTS else None
    if word == "open" and len(rest) == 1 and _number(rest[0]) is not None:
        return _open(rest[0])
    return None


def _command(text: str) -> Command | None:
    word, _, rest = text.partition(" ")
    if _number(word) is not None and not rest.strip():
        return _open(word)
    reader = _READERS.get(word.casefold())
    return reader(rest.strip()) if reader is not None else None


def _list(rest: str) -> Command:
    wanted = rest or Filter.ALL.value
    if wanted not in _LISTS:
        return ask.Unclear(f"There is no list {wanted}; there are {', '.join(_LISTS)}.")
    return ask.List(_LISTS[wanted])


def _open(rest: str) -> Command:
    number = _number(rest)
    return ask.Open(number) if number is not None else ask.Unclear("open needs a number of the last list.")


def _resolve(rest: str) -> Command:
    if rest not in {"", "next"}:
        return ask.Unclear("resolve stands alone, or with next.")
    return ask.Put(SessionStatus.ENDED, then_next=rest == "next")


def _draft(rest: str) -> Command:
    note = rest == "note" or rest.startswith("note ")
    return ask.Keep(rest.removeprefix("note").strip() if note else rest, private=note)


def _send(rest: str) -> Command:
    if rest not in {"", "note"}:
        return ask.Unclear("send stands alone and sends the draft, or send note. Text to reply needs no command.")
    return ask.SendDraft(private=rest == "note")


def _hold(rest: str, *, release: bool) -> Command:
    if rest not in {"", "anyway"}:
        return ask.Unclear(f"{'release' if release else 'take'} stands alone.")
    return ask.Take(release=release, sure=rest == "anyway")


def _be(rest: str) -> Command:
    known = _AVAILABILITIES.get(rest)
    if rest and known is None:
        return ask.Unclear(f"You can be {', '.join(_AVAILABILITIES)}.")
    return ask.Be(known)


def _rank(rest: str) -> Command:
    known = _PRIORITIES.get(rest)
    if rest and known is None:
        return ask.Unclear(f"A priority is one of {', '.join(_PRIORITIES)}.")
    return ask.Rank(known)


def _block(rest: str) -> Command:
    """`anyway`, whom, for how long, why: in this order."""
    words = rest.split()
    sure = words[:1] == ["anyway"]
    scope, *more = words[sure:] or [""]
    if scope not in _SCOPES:
        return ask.Unclear(_BLOCK_WORDS)
    until, reason = _timed(more)
    if reason and not until and _NUMBERED.match(" ".join(reason)):
        return ask.Unclear(_BLOCK_TIMES)
    return ask.Block(_SCOPES[scope], until, " ".join(reason), sure)


def _timed(words: list[str]) -> tuple[str, list[str]]:
    """A time in as many words as make one, "" for none, and the words after it."""
    for count in range(min(_TIME_LONGEST, len(words)), 0, -1):
        until = " ".join(words[:count])
        if later.moment_of(until, 0) is not None:
            return until, words[count:]
    return "", words


def _alone(command: Command, word: str) -> Reader:
    return lambda rest: command if not rest else ask.Unclear(f"{word} stands alone. Type /help.")


def _with(make: Callable[[str], Command], word: str) -> Reader:
    return lambda rest: make(rest) if rest else ask.Unclear(f"{word} needs something after it. Type /help.")


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 6 else None


_LISTS: Final = {each.value: each for each in Filter}
_AVAILABILITIES: Final = {each.value: each for each in Availability}
_SCOPES: Final = {each.value: each for each in BlockScope}
_BLOCK_WORDS: Final = (
    "block needs whom: /block conversation, /block customer or /block address; then for how long, like 24h or 7d, "
    "and why. Without a time it is for good, of an address for a day."
)
_TIME_LONGEST: Final = 3
"""Words of the longest time there is: for 24 hours."""
_NUMBERED: Final = re.compile(r"(?:for )?\d")
_BLOCK_TIMES: Final = (
    "Not blocked: a time is like 30m, 24 hours, 7d, 7 days or tomorrow, and there are no others. "
    "A reason cannot begin with a number."
)
_PRIORITIES: Final = {each.value: each for each in Priority}
_BY_THEMSELVES: Final[dict[Command, tuple[str, ...]]] = {
    ask.Next(): ("next", "n"),
    ask.Put(SessionStatus.ACTIVE): ("reopen", "active"),
    ask.Undo(): ("undo", "u"),
    ask.Unblock(): ("unblock", "unban"),
    ask.Earlier(): ("earlier", "history", "conversations"),
    ask.Older(): ("older", "more"),
    ask.First(): ("first", "g"),
    ask.About(): ("about", "customer", "p"),
    ask.Links(): ("links", "o"),
    ask.Leave(): ("unread", "m"),
    ask.Retry(): ("retry", "resend"),
    ask.Drop(): ("drop", "discard"),
    ask.Who(): ("who", "w"),
    ask.Where(): ("status", "where", "state", "f2"),
    ask.Diagnose(): ("diagnostics", "f12"),
    ask.Again(): ("again", "repeat"),
    ask.Reconnect(): ("reconnect", "f5"),
    ask.ChangePassword(): ("password", "passwd"),
    ask.Help(): ("help", "h", "?", "f1"),
    ask.Quit(): ("quit", "q", "exit", "bye"),
    **{ask.List(each): (each.value,) for each in Filter},
}
_WITH_MORE: Final[tuple[tuple[tuple[str, ...], Callable[[str], Command]], ...]] = (
    (("note", "i"), lambda rest: ask.Say(rest, private=True)),
    (("reply", "r", "say"), lambda rest: ask.Say(rest, private=False)),
    (("assign", "give", "transfer", "a"), ask.Give),
    (("search", "s"), ask.Search),
    (("find", "f"), ask.Find),
)
_OTHERS: Final[tuple[tuple[tuple[str, ...], Reader], ...]] = (
    (("list", "l", "ls"), _list),
    (("open",), _open),
    (("take", "t"), partial(_hold, release=False)),
    (("release", "free", "unassign"), partial(_hold, release=True)),
    (("resolve", "close", "end", "e"), _resolve),
    (("pending", "later", "snooze", "z"), lambda rest: ask.Put(SessionStatus.PENDING, rest)),
    (("draft", "d"), _draft),
    (("send",), _send),
    (("canned", "template", "c"), ask.Pick),
    (("tags", "tag"), lambda rest: ask.Tag(tuple(rest.replace(",", " ").split()))),
    (("priority", "prio"), _rank),
    (("block", "ban"), _block),
    (("availability", "be", "f9"), _be),
)
_READERS: Final[dict[str, Reader]] = {
    **{word: _alone(command, word) for command, words in _BY_THEMSELVES.items() for word in words},
    **{word: _with(make, word) for words, make in _WITH_MORE for word in words},
    **{word: reader for words, reader in _OTHERS for word in words},
}
