"""The verbs of scripts on the command line: arguments in, one thing done, an exit code out."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from tms_tui import streams
from tms_tui.options import connection_options, loaded, with_flags_before

if TYPE_CHECKING:  # the command line's help needs none of it
    from collections.abc import Callable

    from tms_tui.plain.verbs import Verb
    from tms_tui.settings import Settings

_CODES: Final = (
    "Exit codes: 0 done; 1 not done, standard error says why; 2 wrong usage or settings; 3 not signed in; "
    "4 no such conversation, colleague or canned response; 5 not done, the conversation moved on; "
    "6 not known whether it was done: look first; 130, 141, 143 ended by Ctrl+C, by nobody reading on, by a signal."
)
_FILTERS: Final = ("all", "mine", "unassigned", "ended")
_SCOPES: Final = ("conversation", "customer", "address")
_AVAILABILITIES: Final = ("online", "busy", "away", "offline")


class Utf8(click.ParamType[str]):
    """A text: what a terminal of another encoding typed is refused, not sent with other letters."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return str(value).encode().decode()
        except UnicodeEncodeError:
            self.fail("this is not UTF-8 text", param, ctx)


TEXT: Final = Utf8()

json_option = click.option("--json", is_flag=True, help="One JSON object a line, in ASCII.")
within_option = click.option(
    "--within",
    type=click.FloatRange(0, 86_400),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the store.",
)


@click.command("ls", epilog=_CODES)
@click.argument("wanted", metavar="[LIST]", type=click.Choice(_FILTERS), default="all")
@json_option
@connection_options
@click.pass_context
def ls(context: click.Context, /, *, wanted: str, json: bool, **flags: Any) -> int:
    """List conversations with their ids: all, mine, unassigned or ended."""
    from tms_tui.core.select import Filter
    from tms_tui.plain import looking

    return _run(context, flags, lambda _: looking.ls(Filter(wanted), json=json))


@click.command("next", epilog=_CODES)
@json_option
@connection_options
@click.pass_context
def next(context: click.Context, /, *, json: bool, **flags: Any) -> int:  # noqa: A001 - the verb's name
    """Name the conversation that needs you next: yours before nobody's, the longest wait first."""
    from tms_tui.plain import looking

    return _run(context, flags, lambda _: looking.needing(json=json))


@click.command("search", epilog=_CODES)
@click.argument("words", type=TEXT)
@click.option("--in", "conversation", metavar="CONVERSATION", help="Find the messages of this one instead.")
@json_option
@connection_options
@click.pass_context
def search(context: click.Context, /, *, words: str, conversation: str | None, json: bool, **flags: Any) -> int:
    """List the conversations, ended ones too, whose name, e-mail or messages hold WORDS."""
    from tms_tui.plain import looking

    if conversation is None:
        return _run(context, flags, lambda _: looking.search(words, json=json))
    return _run(context, flags, lambda _: looking.search_in(conversation, words, json=json))


@click.command("show", epilog=_CODES)
@click.argument("conversation")
@click.option("--all", "whole", is_flag=True, help="All messages, not only the newest.")
@json_option
@connection_options
@click.pass_context
def show(context: click.Context, /, *, conversation: str, whole: bool, json: bool, **flags: Any) -> int:
    """Tell a conversation; nothing is marked read. CONVERSATION is an id or the beginning of one."""
    from tms_tui.plain import looking

    return _run(context, flags, lambda _: looking.show(conversation, whole=whole, json=json))


@click.command("canned", epilog=_CODES)
@json_option
@connection_options
@click.pass_context
def canned(context: click.Context, /, *, json: bool, **flags: Any) -> int:
    """List the canned responses by their shortcuts: the server's and your own."""
    from tms_tui.plain import looking

    return _run(context, flags, lambda settings: looking.texts(settings.canned, json=json))


@click.command("send", epilog=_CODES)
@click.argument("conversation")
@click.argument("text", type=TEXT, required=False)
@click.option("--canned", "shortcut", metavar="SHORTCUT", help="Send this canned response, its placeholders filled.")
@click.option("--if-last", type=click.IntRange(min=0), metavar="SEQ", help="Not if a colleague answered after it.")
@within_option
@connection_options
@click.pass_context
def send(
    context: click.Context,
    /,
    *,
    conversation: str,
    text: str | None,
    shortcut: str | None,
    if_last: int | None,
    within: float,
    **flags: Any,
) -> int:
    """Send TEXT, or what standard input holds, to the customer; done once the server has stored it."""
    from tms_tui.plain import posting

    if shortcut is not None and text is not None:
        raise click.UsageError("Give TEXT or --canned, not both.")

    def made(settings: "Settings") -> "Verb":
        words = _typed(text) if shortcut is None else posting.Canned(shortcut, settings.canned)
        return posting.send(conversation, words, seen_up_to=if_last, within=within)

    return _run(context, flags, made)


@click.command("note", epilog=_CODES)
@click.argument("conversation")
@click.argument("text", type=TEXT, required=False)
@within_option
@connection_options
@click.pass_context
def note(context: click.Context, /, *, conversation: str, text: str | None, within: float, **flags: Any) -> int:
    """Write an internal note, which the customer never sees."""
    from tms_tui.plain import posting

    return _run(context, flags, lambda _: posting.send(conversation, _typed(text), private=True, within=within))


@click.command("assign", epilog=_CODES)
@click.argument("conversation")
@click.argument("name")
@click.option("--note", "words", type=TEXT, metavar="TEXT", help="What to tell them.")
@click.option("--held-by", metavar="NAME", help="Only while this colleague holds it, or `me`, or `nobody`.")
@connection_options
@click.pass_context
def assign(
    context: click.Context,
    /,
    *,
    conversation: str,
    name: str,
    words: str | None,
    held_by: str | None,
    **flags: Any,
) -> int:
    """Hand a conversation to a colleague by name or e-mail, to `me` or to `nobody`."""
    from tms_tui.plain import deciding

    return _run(context, flags, lambda _: deciding.assign(conversation, name, words, held_by))


@click.command("resolve", epilog=_CODES)
@click.argument("conversation")
@connection_options
@click.pass_context
def resolve(context: click.Context, /, *, conversation: str, **flags: Any) -> int:
    """End a conversation."""
    return _put(context, flags, conversation, "ended")


@click.command("reopen", epilog=_CODES)
@click.argument("conversation")
@connection_options
@click.pass_context
def reopen(context: click.Context, /, *, conversation: str, **flags: Any) -> int:
    """Make a resolved or pending conversation active again."""
    return _put(context, flags, conversation, "active")


@click.command("pending", epilog=_CODES)
@click.argument("conversation")
@click.argument("until", default="")
@connection_options
@click.pass_context
def pending(context: click.Context, /, *, conversation: str, until: str, **flags: Any) -> int:
    """Set a conversation aside UNTIL a time (30m, 1h, 2d, tomorrow), or else until the customer writes."""
    return _put(context, flags, conversation, "pending", until)


@click.command("block", epilog=_CODES)
@click.argument("conversation")
@click.option(
    "--scope",
    type=click.Choice(_SCOPES),
    default="conversation",
    show_default=True,
    help="Only this conversation; whoever has this customer's e-mail; or everybody at the address, perhaps an office.",
)
@click.option("--reason", metavar="TEXT", default="", help="What colleagues see; the customer never does.")
@click.option("--until", metavar="UNTIL", default="", help="As in 24h, 7d, tomorrow; of an address 7d at most.")
@connection_options
@click.pass_context
def block(context: click.Context, /, *, conversation: str, scope: str, reason: str, until: str, **flags: Any) -> int:
    """Keep a conversation's customer out: for good, or an address for a day, unless UNTIL says otherwise."""
    from tms_tui.domain.model import BlockScope
    from tms_tui.plain import deciding

    return _run(context, flags, lambda _: deciding.block(conversation, BlockScope(scope), reason, until))


@click.command("unblock", epilog=_CODES)
@click.argument("conversation")
@click.option("--scope", type=click.Choice(_SCOPES), help="Lift only what was blocked so; else all that stands.")
@connection_options
@click.pass_context
def unblock(context: click.Context, /, *, conversation: str, scope: str | None, **flags: Any) -> int:
    """Let a blocked customer write again, and whoever else was blocked with them."""
    from tms_tui.domain.model import BlockScope
    from tms_tui.plain import deciding

    lifted = None if scope is None else BlockScope(scope)
    return _run(context, flags, lambda _: deciding.unblock(conversation, lifted))


@click.command("availability", epilog=_CODES)
@click.argument("wanted", metavar="STATE", type=click.Choice(_AVAILABILITIES))
@connection_options
@click.pass_context
def availability(context: click.Context, /, *, wanted: str, **flags: Any) -> int:
    """Choose whether new conversations may come to you: online, busy, away or offline."""
    from tms_tui.domain.model import Availability
    from tms_tui.plain import deciding

    return _run(context, flags, lambda _: deciding.availability(Availability(wanted)))


@click.command("follow", epilog=_CODES)
@click.option(
    "--after", type=TEXT, metavar="CURSOR", help="Begin after this event instead of now: the cursor of a line before."
)
@json_option
@connection_options
@click.pass_context
def follow(context: click.Context, /, *, after: str | None, json: bool, **flags: Any) -> int:
    """Say everything that happens, until stopped; each JSON line has the cursor to go on after it."""
    from tms_tui.domain.ids import Cursor
    from tms_tui.plain import following

    return _run(context, flags, lambda _: following.follow(Cursor(after) if after else None, json=json))


def _put(context: click.Context, flags: dict[str, Any], conversation: str, status: str, until: str = "") -> int:
    from tms_tui.domain.model import SessionStatus
    from tms_tui.plain import deciding

    return _run(context, flags, lambda _: deciding.put(conversation, SessionStatus(status), until))


def _typed(text: str | None) -> str:
    """The text of the argument, or all of standard input. Raises UsageError for what is no text."""
    if text not in {None, "-"}:
        return text or ""
    try:
        return streams.read_all(0).decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise click.UsageError("Not sent: standard input is not UTF-8 text.") from None
    except OSError as error:
        raise click.UsageError(f"Not sent: standard input cannot be read: {error.strerror}.") from None


def _run(context: click.Context, flags: dict[str, Any], make: "Callable[[Settings], Verb]") -> int:
    """Load the settings, read the password, make the verb from what is left of standard input, and do it."""
    from tms_tui import process, start, start_lines

    flags = with_flags_before(context, flags)
    config: Path | None = flags.pop("config", None)
    settings = loaded(flags, config)
    process.forbid_dumps()
    start.open_log(settings)
    password = start.password_from_stdin() if flags.get("password_stdin") else None
    return start_lines.start_verb(settings, start.Wanted(password), make(settings))
