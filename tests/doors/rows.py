"""A row for every command and every first screen: how it is called, what it says, and what it gets done."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import click

from tests.doors.house import CUSTOMER, DISABLED, EMAIL, Place
from tms_tui.command_table import COMMANDS

SENT: Final = "said at the door"
NOTED: Final = "noted at the door"
NEW: Final = "new@example.com"
_WHO: Final = ("--server", "{url}", "--email", EMAIL)


class Kind(Enum):
    """What a command is for, and so what it does when it cannot say so."""

    DATA = auto()
    """What it prints on standard output is all there is to it."""
    DEED = auto()
    """It does something, and says so on standard error."""
    REPORT = auto()
    """It does something, and says so on standard output, or else on standard error."""
    TALK = auto()
    """It only says something on standard error."""
    FACE = auto()
    """It talks with a person: the desk, or the line face."""
    KEYS = auto()
    """It lists, and at a terminal it also answers keys."""
    SERVICE = auto()
    """It says that it is there and goes on until a signal."""
    STREAM = auto()
    """It signs in and prints what happens until a signal."""


@dataclass(frozen=True)
class Row:
    """`says`: words that tell the truth of it; `code`: how it ends; `asks`: what it asks for at the terminal."""

    arguments: tuple[str, ...]
    kind: Kind
    says: str = ""
    code: int = 0
    signs_in: bool = False
    asks: int = 0
    """How often it asks for a password at the terminal, whatever its streams are."""
    done: Callable[[Place], bool] = lambda _: True
    """Whether what it is for has been done."""
    before: Callable[[Place], object] = lambda _: None
    """What has happened when it is called."""


def _verb(
    kind: Kind,
    *words: str,
    says: str,
    done: Callable[[Place], bool] = lambda _: True,
    before: Callable[[Place], object] = lambda _: None,
) -> Row:
    return Row((*words, *_WHO), kind, says, signs_in=True, done=done, before=before)


def _block(place: Place) -> object:
    return place.ask("POST", "/block", {"scope": "conversation"})


def _is_blocked(place: Place) -> bool:
    return place.ask("GET")["blocked"] is not None


def _operator(kind: Kind, *words: str, says: str, asks: int = 0, done: Callable[[Place], bool] = lambda _: True) -> Row:
    return Row(("server", *words, "--data", "{data}"), kind, says, asks=asks, done=done)


def _agents(where: str) -> str:
    return f"SELECT count(*) FROM agents WHERE {where}"  # noqa: S608 - our own words


FIRST_RUN: Final = "(nothing set)"
SIGN_IN: Final = "(sign-in)"
AWAY: Final = "(no server)"
FOREIGN: Final = "(a server of another kind)"
MISTAKE: Final = "(a mistake)"
DESK_SET_WRONG: Final = "(a wrong setting at the desk)"
LOADS_DESK: Final = {MISTAKE, DESK_SET_WRONG}
"""What is refused while the first frame of the desk stands on the screen already."""
FIRST_SCREENS: Final = {
    FIRST_RUN: Row((), Kind.FACE),
    SIGN_IN: Row(_WHO, Kind.FACE),
    AWAY: Row(("--server", "http://127.0.0.1:9", "--email", EMAIL), Kind.FACE),
    FOREIGN: Row(("--server", "{url}/elsewhere", "--email", EMAIL), Kind.FACE),
    "(help)": Row(("--help",), Kind.DATA, "Usage: tms-chat"),
    "(help of a verb)": Row(("send", "--help"), Kind.DATA, "Exit codes"),
    "(help of serve)": Row(("serve", "--help"), Kind.DATA, "--max-sockets"),
    "(help of server)": Row(("server", "--help"), Kind.DATA, "revoke-visitor-tokens"),
    "(server without a word)": Row(("server",), Kind.TALK, "revoke-visitor-tokens", code=2),
    "(config without a word)": Row(("config",), Kind.TALK, "Tell each value", code=2),
    "(version)": Row(("--version",), Kind.DATA, "tms-chat, version"),
    MISTAKE: Row(("--nonsense",), Kind.TALK, "No such option", code=2),
    "(a wrong setting)": Row(("ls", "--ca-file", "{home}/none"), Kind.TALK, "--ca-file is", code=2),
    DESK_SET_WRONG: Row((*_WHO, "--ca-file", "{home}/none"), Kind.TALK, "--ca-file is", code=2),
    "(a wrong address)": Row(("plain", "--server", "gopher://x"), Kind.TALK, "--server: gopher:// is not", code=2),
}

ROWS: Final[dict[str, Row]] = {
    **FIRST_SCREENS,
    "demo": Row(("demo",), Kind.FACE),
    "plain": Row(("plain", *_WHO), Kind.FACE),
    "keys": Row(("keys",), Kind.KEYS),
    "config show": Row(("config", "show"), Kind.DATA, "single_keys = true"),
    "config init": Row(
        ("config", "init"),
        Kind.REPORT,
        "Every line in it is a comment",
        done=lambda place: (place.home / ".config/tms-chat/config.toml").exists(),
    ),
    "config path": Row(("config", "path"), Kind.DATA, "config.toml"),
    "config forget": Row(("config", "forget", *_WHO), Kind.REPORT, "could not be removed: this machine has no keyring"),
    "ls": _verb(Kind.DATA, "ls", says="{id}  Nora, waits"),
    "next": _verb(Kind.DATA, "next", says="held by nobody, active"),
    "search": _verb(Kind.DATA, "search", "anybody there", says="{id}"),
    "show": _verb(Kind.DATA, "show", "{id}", says="is anybody there?"),
    "canned": _verb(Kind.DATA, "canned", says="hi  Greeting"),
    "send": _verb(Kind.DEED, "send", "{id}", SENT, says="sent\n", done=lambda place: place.texts.count(SENT) == 1),
    "note": _verb(Kind.DEED, "note", "{id}", NOTED, says="sent\n", done=lambda place: place.texts.count(NOTED) == 1),
    "assign": _verb(
        Kind.DEED,
        "assign",
        "{id}",
        "me",
        says="held by you",
        done=lambda place: bool(place.ask("GET")["assigned_agent_id"]),
    ),
    "resolve": _verb(
        Kind.DEED, "resolve", "{id}", says="resolved", done=lambda place: place.ask("GET")["status"] == "ended"
    ),
    "reopen": _verb(Kind.DEED, "reopen", "{id}", says="Nora is active already."),
    "pending": _verb(
        Kind.DEED, "pending", "{id}", says="pending", done=lambda place: place.ask("GET")["status"] == "pending"
    ),
    "block": _verb(Kind.DEED, "block", "{id}", says="undo: tms-chat unblock {id}", done=_is_blocked),
    "unblock": _verb(
        Kind.DEED,
        "unblock",
        "{id}",
        says="undo: tms-chat block {id}",
        done=lambda place: not _is_blocked(place),
        before=_block,
    ),
    "availability": _verb(Kind.DEED, "availability", "online", says="You are online."),
    "follow": Row(("follow", *_WHO), Kind.STREAM, "connection: ", code=143, signs_in=True),
    "serve": Row(
        ("serve", "--port", "0", "--data", "{data}", "--port-file", "{home}/port"), Kind.SERVICE, "Serving on http://"
    ),
    "server add-agent": _operator(
        Kind.REPORT,
        *("add-agent", "--email", NEW, "--name", "New"),
        says="Added New",
        asks=2,
        done=lambda place: place.stored(_agents(f"email = '{NEW}'")) == [1],
    ),
    "server list-agents": _operator(Kind.DATA, "list-agents", says=EMAIL),
    "server set-password": _operator(
        Kind.REPORT, "set-password", "--email", EMAIL, says=f"Set the password of {EMAIL}", asks=2
    ),
    "server sign-out": _operator(Kind.REPORT, "sign-out", "--email", EMAIL, says=f"Signed {EMAIL} out"),
    "server disable-agent": _operator(
        Kind.REPORT,
        *("disable-agent", "--email", EMAIL),
        says=f"Disabled {EMAIL}",
        done=lambda place: place.stored(_agents(f"email = '{EMAIL}' AND disabled_at IS NOT NULL")) == [1],
    ),
    "server enable-agent": _operator(
        Kind.REPORT,
        *("enable-agent", "--email", DISABLED),
        says=f"Enabled {DISABLED}",
        done=lambda place: place.stored(_agents("disabled_at IS NOT NULL")) == [0],
    ),
    "server erase-agent": _operator(
        Kind.REPORT, "erase-agent", "--email", DISABLED, "--yes", says=f"Erased the account {DISABLED}"
    ),
    "server add-canned": _operator(
        Kind.REPORT, *("add-canned", "--shortcut", "bye", "--title", "End", "--content", "Bye"), says="Kept bye"
    ),
    "server migrate": _operator(Kind.REPORT, "migrate", says="The database stands at revision"),
    "server forget-signing-key": _operator(Kind.REPORT, "forget-signing-key", says="Forgotten."),
    "server openapi": Row(("server", "openapi"), Kind.DATA, '"openapi": "3.'),
    "server prune": _operator(Kind.REPORT, "prune", "--older-than", "90d", says="deleted"),
    "server export-customer": _operator(Kind.DATA, "export-customer", "--email", CUSTOMER, says='"sessions"'),
    "server revoke-visitor-tokens": _operator(
        Kind.REPORT, "revoke-visitor-tokens", "--email", CUSTOMER, says="The tokens of 1 conversation are void"
    ),
    "server erase-customer": _operator(
        Kind.REPORT,
        *("erase-customer", "--email", CUSTOMER, "--yes"),
        says="deleted",
        done=lambda place: place.stored("SELECT count(*) FROM sessions") == [0],
    ),
}


def every_command() -> Iterator[str]:
    """The commands as they are typed, those within groups too."""
    for name, entry in COMMANDS.items():
        yield from _leaves(getattr(importlib.import_module(entry.module), entry.attribute), name)


def _leaves(command: click.Command, path: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name, within in command.commands.items():
            yield from _leaves(within, f"{path} {name}")
    else:
        yield path
