"""The programs measured beside the console: how to start them, what they show when ready, how to seat them."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CLEAR_LINE: Final = "\x15"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program finds its server and its files."""

    port: int
    home: Path


@dataclass(frozen=True, slots=True)
class Step:
    """Keys to type, and the text that stands on the screen when they have worked."""

    keys: str
    until: str


@dataclass(frozen=True, slots=True)
class Program:
    """`feeder` is the module that plays its server; `groups` names the scenarios of each start of it."""

    name: str
    title: str
    argv: Callable[[Place], list[str]]
    ready: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    feeder: str | None = None
    seat: tuple[Step, ...] = ()
    clear: str = CLEAR_LINE


CHAT: Final = ("start", "echo", "message", "busy_echo", "busy_message", "burst")


def _weechat(place: Place) -> list[str]:
    commands = [
        f"/server add shop 127.0.0.1/{place.port} -nicks=me",
        "/set irc.server.shop.ssl off",
        "/set irc.server.shop.tls off",
        "/connect shop",
    ]
    return ["weechat", "-d", f"{place.home}/weechat", "-r", ";".join(commands)]


def _irssi(place: Place) -> list[str]:
    return ["irssi", f"--home={place.home}/irssi", "-c", "127.0.0.1", "-p", str(place.port), "-n", "me"]


BARE_PYTHON: Final = Program(
    name="python",
    title="bare Python",
    argv=lambda _: [sys.executable, "-c", "print('hello')"],
    ready=("hello",),
    groups=(("start",),),
)
HELLO_TEXTUAL: Final = Program(
    name="hello",
    title="Textual hello-world",
    argv=lambda _: [sys.executable, str(Path(__file__).with_name("hello_textual.py"))],
    ready=("hello world",),
    groups=(("start",),),
)
WEECHAT: Final = Program(
    name="weechat",
    title="WeeChat",
    argv=_weechat,
    ready=("WeeChat",),
    groups=(CHAT,),
    feeder="tests.bench.irc_feeder",
    seat=(Step("", "#desk"), Step("/buffer #desk\r", "the topic of #desk")),
)
IRSSI: Final = Program(
    name="irssi",
    title="irssi",
    argv=_irssi,
    ready=("[(status)]",),
    groups=(CHAT,),
    feeder="tests.bench.irc_feeder",
    seat=(Step("", "Act: "), Step("/window goto #desk\r", "[#desk]")),
)
PEERS: Final = (BARE_PYTHON, HELLO_TEXTUAL, WEECHAT, IRSSI)
