"""The verbs of scripts on the command line: arguments in, one thing done, an exit code out."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from tms_tui.options import connection_options, loaded, with_flags_before

if TYPE_CHECKING:  # the command line's help needs none of it
    from collections.abc import Callable

    from tms_tui.plain.verbs import Verb

_CODES: Final = """\b
Exit codes: 0 done; 1 not done, standard error says why; 2 wrong usage or settings;
3 not signed in; 4 no such conversation or colleague; 5 not sent, the conversation moved on."""
_FILTERS: Final = ("all", "mine", "unassigned", "ended")


json_option = click.option("--json", is_flag=True, help="One JSON object a line, in ASCII.")


@click.command("ls", epilog=_CODES)
@click.argument("wanted", metavar="[LIST]", type=click.Choice(_FILTERS), default="all")
@click.option("--search", metavar="WORDS", help="Let the server find them by name, e-mail or text instead.")
@json_option
@connection_options
@click.pass_context
def ls(context: click.Context, /, *, wanted: str, search: str | None, json: bool, **flags: Any) -> int:
    """List conversations with their ids: all, mine, unassigned or ended."""
    from tms_tui.core.select import Filter
    from tms_tui.plain import verbs

    return _run(context, flags, lambda: verbs.ls(Filter(wanted), search, json=json))


@click.command("show", epilog=_CODES)
@click.argument("conversation")
@click.option("--all", "whole", is_flag=True, help="All messages, not only the newest.")
@json_option
@connection_options
@click.pass_context
def show(context: click.Context, /, *, conversation: str, whole: bool, json: bool, **flags: Any) -> int:
    """Tell a conversation; nothing is marked read. CONVERSATION is an id or the beginning of one."""
    from tms_tui.plain import verbs

    return _run(context, flags, lambda: verbs.show(conversation, whole=whole, json=json))


@click.command("send", epilog=_CODES)
@click.argument("conversation")
@click.argument("text", required=False)
@click.option("--if-last", type=click.IntRange(min=0), metavar="SEQ", help="Not if a colleague answered after it.")
@click.option("--within", default=60.0, show_default=True, metavar="SECONDS", help="How long to wait for the store.")
@connection_options
@click.pass_context
def send(
    context: click.Context,
    /,
    *,
    conversation: str,
    text: str | None,
    if_last: int | None,
    within: float,
    **flags: Any,
) -> int:
    """Send TEXT, or what standard input holds, to the customer; done once the server has stored it."""
    return _sent(context, flags, conversation, text, private=False, if_last=if_last, within=within)


@click.command("note", epilog=_CODES)
@click.argument("conversation")
@click.argument("text", required=False)
@click.option("--within", default=60.0, show_default=True, metavar="SECONDS", help="How long to wait for the store.")
@connection_options
@click.pass_context
def note(context: click.Context, /, *, conversation: str, text: str | None, within: float, **flags: Any) -> int:
    """Write an internal note, which the customer never sees."""
    return _sent(context, flags, conversation, text, private=True, if_last=None, within=within)


@click.command("assign", epilog=_CODES)
@click.argument("conversation")
@click.argument("name")
@click.option("--note", "words", metavar="TEXT", help="What to tell them.")
@connection_options
@click.pass_context
def assign(context: click.Context, /, *, conversation: str, name: str, words: str | None, **flags: Any) -> int:
    """Hand a conversation to a colleague by name or e-mail, to `me` or to `nobody`."""
    from tms_tui.plain import verbs

    return _run(context, flags, lambda: verbs.assign(conversation, name, words))


@click.command("resolve", epilog=_CODES)
@click.argument("conversation")
@connection_options
@click.pass_context
def resolve(context: click.Context, /, *, conversation: str, **flags: Any) -> int:
    """End a conversation."""
    from tms_tui.plain import verbs

    return _run(context, flags, lambda: verbs.resolve(conversation))


@click.command("follow", epilog=_CODES)
@click.option("--after", metavar="CURSOR", help="Begin after this event instead of now: the cursor of a line before.")
@json_option
@connection_options
@click.pass_context
def follow(context: click.Context, /, *, after: str | None, json: bool, **flags: Any) -> int:
    """Say everything that happens, until stopped; each JSON line has the cursor to go on after it."""
    from tms_tui.domain.ids import Cursor
    from tms_tui.plain import following

    return _run(context, flags, lambda: following.follow(Cursor(after) if after else None, json=json))


def _sent(
    context: click.Context,
    flags: dict[str, Any],
    conversation: str,
    text: str | None,
    *,
    private: bool,
    if_last: int | None,
    within: float,
) -> int:
    from tms_tui.plain import verbs

    def made() -> "Verb":
        words = sys.stdin.read().rstrip("\n") if text in {None, "-"} else text
        return verbs.send(conversation, words or "", private=private, seen_up_to=if_last, within=within)

    return _run(context, flags, made)


def _run(context: click.Context, flags: dict[str, Any], make: "Callable[[], Verb]") -> int:
    """Load the settings, read the password, make the verb from what is left of standard input, and do it."""
    from tms_tui import process, start, start_lines

    flags = with_flags_before(context, flags)
    config: Path | None = flags.pop("config", None)
    settings = loaded(flags, config)
    process.forbid_dumps()
    start.open_log(settings)
    password = start.password_from_stdin() if flags.get("password_stdin") else None
    return start_lines.start_verb(settings, start.Wanted(password), make())
