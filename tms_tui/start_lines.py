"""Starts what talks in lines: the line face, which asks for what is missing, and the verbs of scripts."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tms_tui import process, unseen
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.secret import Secret
from tms_tui.settings import Settings
from tms_tui.start import DemoWanted, Wanted, password_kept, recording
from tms_tui.streams import OutputLostError

if TYPE_CHECKING:
    from tms_tui.assembly import Assembly
    from tms_tui.engine.engine import Engine, Record
    from tms_tui.plain.verbs import Verb

NOT_SIGNED_IN: Final = 3
_BY_SIGNAL: Final = 128
_SERVER: Final = "Server, like https://chat.example.com (demo: try it with made-up customers; nothing: leave): "
_EMAIL: Final = "E-mail address (nothing: leave): "
_NO_PASSWORD: Final = "Not signed in: there is no password. Give it on standard input with --password-stdin."  # noqa: S105


def start_plain(settings: Settings, why: str, wanted: Wanted, file: Path) -> int:
    """Run the line face; `why` says what chose it. What the agent is asked is remembered in `file`. The exit code.

    Raises DemoWanted.
    """
    from tms_tui.plain.talk import say

    say(f"tms-chat, line face: no escape codes, one thing a line. Chosen because {why}.")
    complete = _completed(settings, say) if os.isatty(0) else settings
    missing = [f"--{name}" for name in ("server", "email") if complete and not getattr(complete, name)]
    if complete is None or missing:
        say(f"Not signed in: {' and '.join(missing) or '--server and --email'} must be given.")
        return 2
    password = _kept_or_asked(complete, wanted)
    if password is None:
        say(_NO_PASSWORD)
        return 2
    try:
        with recording(wanted) as record:
            return process.run(_plain(complete, password, wanted, record, file if complete != settings else None))
    except KeyboardInterrupt:
        return process.INTERRUPTED


def start_verb(settings: Settings, wanted: Wanted, verb: "Verb") -> int:
    """Sign in, do one thing and leave; talk goes to standard error. The exit code."""
    missing = [f"--{name}" for name in ("server", "email") if not getattr(settings, name)]
    if missing:
        _complain(f"Not signed in: {' and '.join(missing)} must be given, or stand in the config file.")
        return 2
    password = _kept_or_asked(settings, wanted)
    if password is None:
        _complain(_NO_PASSWORD)
        return NOT_SIGNED_IN
    try:
        return process.run(_verb(settings, password, verb))
    except KeyboardInterrupt:
        return process.INTERRUPTED


async def _plain(
    settings: Settings, password: Secret, wanted: Wanted, record: "Record | None", remembered_in: Path | None
) -> int:
    from tms_tui.assembly import Assembly
    from tms_tui.keeping import KeptPasswords
    from tms_tui.password_change import PasswordChange
    from tms_tui.plain.conversing import Desk
    from tms_tui.plain.talk import run_plain, say

    assembly = Assembly(settings, record, keeps=wanted.keeps)
    engine = await _signed_in(assembly, settings, password, say)
    if engine is None:
        return 1
    me = engine.state.me
    say(f"Signed in to {settings.server} as {me.name if me else settings.email}. Type list, or help.")
    if wanted.welcome:
        say(wanted.welcome)
    if remembered_in is not None:
        from tms_tui.config_commands import remembered

        say(remembered(settings.server, settings.email, remembered_in))

    async def sign_in(again: Secret) -> Failure | None:
        outcome = await assembly.sign_in(settings.server, settings.email, again)
        return outcome if isinstance(outcome, Failure) else None

    change = PasswordChange(assembly, KeptPasswords(settings))
    desk = Desk(settings.email, sign_in, change, settings.canned, settings.first_answer_target)
    return await _signed_out(assembly, await run_plain(engine, desk))


async def _signed_in(
    assembly: "Assembly", settings: Settings, password: Secret | None, say: Callable[[str], None]
) -> "Engine | None":
    """An engine that is signed in; at a terminal a refused password is asked for again, until none is given."""
    from tms_tui import wording

    while password is not None and password.reveal():
        outcome = await assembly.sign_in(settings.server, settings.email, password)
        if not isinstance(outcome, Failure):
            return outcome
        words = wording.sign_in_failed(outcome)
        password = None
        if outcome.kind is FailureKind.UNAUTHORIZED and os.isatty(0):
            password = _asked(settings, f"{words}\n")  # said with the prompt: what is typed from then on is unseen
        else:
            say(words)
    return None


async def _verb(settings: Settings, password: Secret, verb: "Verb") -> int:
    from tms_tui import wording
    from tms_tui.assembly import Assembly
    from tms_tui.plain.verbs import run_verb

    # What a desk of the same agent keeps on the disk stays that desk's.
    assembly = Assembly(settings, verb.heard, keeps=False, after=verb.after)
    outcome = await assembly.sign_in(settings.server, settings.email, password)
    if isinstance(outcome, Failure):
        _complain(wording.sign_in_failed(outcome))
        return NOT_SIGNED_IN
    try:
        return await _signed_out(assembly, await run_verb(outcome, verb))
    except OutputLostError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it may have come after the deed
        _complain(wording.crashed(wording.fault(error)))
        return verb.unfinished


async def _signed_out(assembly: "Assembly", code: int) -> int:
    """Have the server end the tokens; the exit code. Whoever sends a signal does not wait for a server."""
    if code < _BY_SIGNAL:
        await assembly.sign_out()
    return code


def _completed(settings: Settings, say: Callable[[str], None]) -> Settings | None:
    """The settings with server and e-mail asked for where they are missing; None when the agent leaves."""
    if not settings.server:
        server = _asked_for(_SERVER, lambda typed: _address_problem(typed, settings), say)
        settings = replace(settings, server=server)
    if settings.server and not settings.email:
        settings = replace(settings, email=_asked_for(_EMAIL, _email_problem, say))
    return settings if settings.server and settings.email else None


def _asked_for(prompt: str, problem_of: Callable[[str], str | None], say: Callable[[str], None]) -> str:
    """What is typed, asked again until it is in order; empty when nothing is. Raises DemoWanted."""
    while True:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        typed = process.first_line_of_stdin().strip()
        problem = problem_of(typed) if typed else None
        if problem is None:
            return typed
        say(problem)


def _address_problem(typed: str, settings: Settings) -> str | None:
    from tms_tui.assembly import address_of
    from tms_tui.transport.addresses import BadAddress

    if typed == "demo":
        raise DemoWanted
    try:
        address_of(typed, settings)
    except BadAddress as error:
        return error.words
    return None


def _email_problem(typed: str) -> str | None:
    name, at, place = typed.rpartition("@")
    return (
        None
        if name and at and place and typed.isprintable()
        else f"{typed} is not an e-mail address. Type one like ana@example.com."
    )


def _kept_or_asked(settings: Settings, wanted: Wanted) -> Secret | None:
    kept = password_kept(settings, wanted).password
    return _asked(settings) if kept is None and os.isatty(0) else kept


def _asked(settings: Settings, because: str = "") -> Secret | None:
    """The password as it is typed, unseen; None when nothing is. The terminal asks, wherever errors go."""
    try:
        return Secret(unseen.ask(f"{because}Password of {settings.email}: "))
    except (EOFError, UnicodeDecodeError):  # what is no text is no password
        return None


def _complain(words: str) -> None:
    from tms_tui.domain.text import clean_line

    sys.stderr.write(clean_line(words, 2_000) + "\n")
